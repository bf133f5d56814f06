/* Contacts as other rules would find them.
 *
 * Cases are traced by the same steps as those that count (trace.c), but that a row which is not what is recorded is kept here and not
 * written. So what would be withdrawn is withdrawn here too, and what was found in stays that are gone stands. */

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "cascade/inside.h"
#include "evidence/evidence.h"
#include "registry/registry.h"

enum { ROWS_MAX = 1 << 26, ROWS_OF_ONE_MAX = 1 << 20 };

struct retraced_row {
	struct evidence_row row; /* whose texts are these */
	char *key, *body;
};

struct cascade_retraced {
	struct retraced_row *rows; /* by person, then key, once all are traced */
	size_t count, capacity;
};

struct retracing {
	const struct pack *pack;
	instant known;
	struct cascade_retraced *kept;
};

int
contact_rules(struct cascade *cascade, const struct pack **ret_pack, struct error *e)
{
	if (!cascade->retracing)
		return registry_pack(cascade->registry, NULL, ret_pack, e);
	*ret_pack = cascade->retracing->pack;
	return 0;
}

instant
contact_known(const struct cascade *cascade)
{
	return cascade->retracing ? cascade->retracing->known : EVIDENCE_NOW;
}

struct recorded {
	const struct evidence_row *row;
	bool same;
};

static int
compare_recorded(const struct evidence_row *row, void *context, struct error *e)
{
	struct recorded *recorded = context;

	(void)e;
	recorded->same = row->at == recorded->row->at && strcmp(row->body, recorded->row->body) == 0;
	return 0;
}

static int
copy_row(const struct evidence_row *row, struct retraced_row *ret_copy, struct error *e)
{
	struct retraced_row copy = {.row = *row, .key = strdup(row->key), .body = strdup(row->body)};

	if (!copy.key || !copy.body) {
		free(copy.key);
		free(copy.body);
		return error_no_memory(e);
	}
	copy.row.key = copy.key;
	copy.row.body = copy.body;
	*ret_copy = copy;
	return 0;
}

static void
free_rows(struct retraced_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(rows[i].key);
		free(rows[i].body);
	}
	free(rows);
}

int
retracing_keep(struct cascade *cascade, const struct evidence_row *row, struct error *e)
{
	struct cascade_retraced *kept = cascade->retracing->kept;
	struct recorded recorded = {.row = row};
	int r = evidence_find(
		cascade->db, EVIDENCE_CONTACT, row->key, cascade->retracing->known, compare_recorded, &recorded, e);

	if (r < 0 && r != ERROR_EXISTS_NOT)
		return r;
	if (recorded.same)
		return 0;
	if ((r = array_grow(&kept->rows, &kept->capacity, kept->count + 1, sizeof *kept->rows, ROWS_MAX, e)) == 0 &&
		(r = copy_row(row, &kept->rows[kept->count], e)) == 0)
		kept->count++;
	return r;
}

static int
compare_rows(const void *a, const void *b)
{
	const struct retraced_row *x = a, *y = b;

	if (x->row.person != y->row.person)
		return x->row.person < y->row.person ? -1 : 1;
	return strcmp(x->key, y->key);
}

int
cascade_retrace(
	struct cascade *cascade, const struct pack *pack, struct cascade_retraced **ret_retraced, struct error *e)
{
	struct cascade_retraced *kept = calloc(1, sizeof *kept);
	struct retracing retracing = {.pack = pack, .known = registry_known(cascade->registry), .kept = kept};
	int r;

	if (!kept)
		return error_no_memory(e);
	cascade->retracing = &retracing;
	r = trace_apart(cascade, retracing.known, e);
	cascade->retracing = NULL;
	if (r < 0) {
		cascade_retraced_free(kept);
		return r;
	}
	if (kept->count)
		qsort(kept->rows, kept->count, sizeof *kept->rows, compare_rows);
	*ret_retraced = kept;
	return 0;
}

void
cascade_retraced_free(struct cascade_retraced *retraced)
{
	if (!retraced)
		return;
	free_rows(retraced->rows, retraced->count);
	free(retraced);
}

/* The first row of ${number}, or where it would stand. */
static size_t
first_of(const struct cascade_retraced *retraced, person_number number)
{
	size_t low = 0, high = retraced->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (retraced->rows[middle].row.person < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* One person's rows: those that are recorded and stand, and those that were traced anew. */
struct rows {
	const struct cascade_retraced *retraced;
	struct retraced_row *recorded;
	struct evidence_row *all;
	size_t recorded_count, recorded_capacity, count, capacity;
};

static int
add(struct rows *rows, const struct evidence_row *row, struct error *e)
{
	int r = array_grow(&rows->all, &rows->capacity, rows->count + 1, sizeof *rows->all, ROWS_OF_ONE_MAX, e);

	if (r == 0)
		rows->all[rows->count++] = *row;
	return r;
}

static bool
is_traced_anew(const struct cascade_retraced *retraced, const struct evidence_row *row)
{
	for (size_t i = first_of(retraced, row->person); i < retraced->count && retraced->rows[i].row.person == row->person;
		 i++)
		if (strcmp(retraced->rows[i].key, row->key) == 0)
			return true;
	return false;
}

static int
add_recorded(const struct evidence_row *row, void *context, struct error *e)
{
	struct rows *rows = context;
	int r;

	if (is_traced_anew(rows->retraced, row))
		return 0;
	if ((r = array_grow(&rows->recorded, &rows->recorded_capacity, rows->recorded_count + 1, sizeof *rows->recorded,
			 ROWS_OF_ONE_MAX, e)) < 0 ||
		(r = copy_row(row, &rows->recorded[rows->recorded_count], e)) < 0)
		return r;
	return add(rows, &rows->recorded[rows->recorded_count++].row, e);
}

int
cascade_retraced_facts(struct cascade *cascade, const struct cascade_retraced *retraced, const struct pack *pack,
	person_number person, json_t *facts, struct error *e)
{
	instant now = registry_now(cascade->registry), known = registry_known(cascade->registry);
	struct rows rows = {.retraced = retraced};
	struct evidence_same same;
	int r = evidence_same(cascade->db, person, known, &same, e);

	for (size_t n = 0; r == 0 && n < same.count; n++)
		for (size_t i = first_of(retraced, same.numbers[n]);
			 r == 0 && i < retraced->count && retraced->rows[i].row.person == same.numbers[n]; i++)
			r = add(&rows, &retraced->rows[i].row, e);
	if (r == 0 && rows.count &&
		(r = evidence_each_of_same(
			 cascade->db, person, EVIDENCE_CONTACT, EVIDENCE_NOW, known, add_recorded, &rows, e)) == 0)
		r = registry_facts_contacts(pack, now, rows.all, rows.count, facts, e);
	free_rows(rows.recorded, rows.recorded_count);
	free(rows.all);
	return r;
}
