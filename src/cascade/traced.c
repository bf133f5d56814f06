#include "cascade/traced.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

enum { TEXT_SIZE = 512, CASES_GONE_MAX = 10000000 };

int
traced_from(struct cascade *cascade, const struct cascade_case *c, const struct exposure_window *reach,
	struct traced_from *ret_from, struct error *e)
{
	const struct pack *pack;
	char text[TEXT_SIZE];
	int64_t changes = 0, same;
	int length, r;

	if ((r = registry_pack(cascade->registry, NULL, &pack, e)) < 0 ||
		(reach && (r = presence_changes(cascade->presence, reach->from, reach->to, &changes, e)) < 0) ||
		(r = evidence_same_version(cascade->db, true, &same, e)) < 0)
		return r;
	length = snprintf(text, sizeof text,
		"%s %s %" PRId64 " %u %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64
		" %" PRId64 " %" PRId64,
		pack_hash(pack), c->status, c->status_at, c->exposure.person, c->exposure.onset, c->exposure.sampled,
		c->exposure.confirmed, c->exposure.isolated, c->exposure.symptoms_ended, c->grounded_at, c->grounded_until,
		changes, same);
	keys_hash(cascade->keys, "case-traced-from", text, (size_t)length, ret_from->bytes);
	return 0;
}

int
traced_find(struct cascade *cascade, const char *name, const struct traced_from *from, struct error *e)
{
	struct db_statement *row = NULL;
	const void *bytes;
	size_t length;
	int r;

	if ((r = db_start(cascade->db, "SELECT traced_from FROM case_traced WHERE case_name = $1",
			 (struct db_value[]){db_text(name)}, 1, &row, e)) < 0)
		return r;
	if ((r = db_step(row, e)) == 1) {
		bytes = db_column_blob(row, 0, &length);
		r = length == sizeof from->bytes && memcmp(bytes, from->bytes, length) == 0;
	}
	db_finish(row);
	return r;
}

int
traced_keep(struct cascade *cascade, const char *name, const struct traced_from *from, struct error *e)
{
	return db_do(cascade->db,
		"INSERT INTO case_traced (case_name, traced_from) VALUES ($1, $2)"
		" ON CONFLICT (case_name) DO UPDATE SET traced_from = excluded.traced_from",
		(struct db_value[]){db_text(name), db_blob(from->bytes, sizeof from->bytes)}, 2, e);
}

int
traced_others(struct cascade *cascade, const struct cascade_cases *cases, char (**ret_names)[CASCADE_CASE_SIZE],
	size_t *ret_count, struct error *e)
{
	struct db_statement *row = NULL;
	char(*names)[CASCADE_CASE_SIZE] = NULL;
	size_t count = 0, capacity = 0;
	int r;

	if ((r = db_start(cascade->db, "SELECT case_name FROM case_traced ORDER BY case_name", NULL, 0, &row, e)) < 0)
		return r;
	while ((r = db_step(row, e)) == 1) {
		const char *name = db_column_text(row, 0);

		if (cases_find(cases, name))
			continue;
		if ((r = array_grow(&names, &capacity, count + 1, sizeof *names, CASES_GONE_MAX, e)) < 0)
			break;
		snprintf(names[count++], sizeof *names, "%s", name);
	}
	db_finish(row);
	if (r < 0) {
		free(names);
		return r;
	}
	*ret_names = names;
	*ret_count = count;
	return 0;
}

int
traced_forget(struct cascade *cascade, const char *name, struct error *e)
{
	return db_do(cascade->db, "DELETE FROM case_traced WHERE case_name = $1", (struct db_value[]){db_text(name)}, 1, e);
}
