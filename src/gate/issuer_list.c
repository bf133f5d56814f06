/* The signed trust list: which keys sign, and what is revoked. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "gate/issuer_inside.h"

enum {
	KEYS_PER_LIST_MAX = 20000,
	LIST_REFRESH_S = 60, /* how long a trust that was read is used again */
};

/* The key that signs the list, made when first needed. */
static int
root_key(struct issuer *issuer, struct signing_key **ret_key, struct error *e)
{
	struct buffer public_key = buffer_make(KEY_DER_MAX);
	int r = issuer_read_key(issuer, "issuer-root", ret_key, e);

	if (r == ERROR_EXISTS_NOT) {
		r = issuer_make_key(issuer, "issuer-root", &public_key, e);
		if (r == 0 || r == ERROR_EXISTS)
			r = issuer_read_key(issuer, "issuer-root", ret_key, e);
	}
	buffer_free(&public_key);
	return r;
}

struct list_keys {
	struct trust_entry *entries;
	struct buffer *ders;
	size_t count, entry_capacity, der_capacity;
	char (*issuers)[ISSUER_SIZE];
	size_t issuer_capacity;
};

static int
add_list_key(struct list_keys *list, struct db_statement *row, struct error *e)
{
	size_t length, i = list->count;
	const void *der = db_column_blob(row, 1, &length);
	int r;

	if ((r = array_grow(&list->entries, &list->entry_capacity, i + 1, sizeof *list->entries, KEYS_PER_LIST_MAX, e)) <
			0 ||
		(r = array_grow(&list->ders, &list->der_capacity, i + 1, sizeof *list->ders, KEYS_PER_LIST_MAX, e)) < 0 ||
		(r = array_grow(&list->issuers, &list->issuer_capacity, i + 1, sizeof *list->issuers, KEYS_PER_LIST_MAX, e)) <
			0)
		return r;
	list->ders[i] = buffer_make(KEY_DER_MAX);
	list->count++;
	if ((r = buffer_add(&list->ders[i], der, length, e)) < 0)
		return r;
	snprintf(list->issuers[i], ISSUER_SIZE, "%s", db_column_text(row, 0));
	list->entries[i] = (struct trust_entry){
		.from = db_column_int(row, 2),
		.to = db_column_int(row, 3),
		.revoked_at = db_column_is_null(row, 4) ? TRUST_NEVER : db_column_int(row, 4),
		.der_length = length,
	};
	return 0;
}

/* The keys of the days until a list of now is too old. Who cannot write just now publishes what there is; ERROR_NO_MEMORY is no such. */
static int
keep_ahead(struct issuer *issuer, instant now, struct error *e)
{
	char(*names)[ISSUER_SIZE] = NULL;
	size_t count = 0, capacity = 0;
	struct db_statement *row = NULL;
	int r = db_start(issuer->db, "SELECT jurisdiction FROM issuer_jurisdiction", NULL, 0, &row, e);

	while (r >= 0 && (r = db_step(row, e)) == 1 &&
		(r = array_grow(&names, &capacity, count + 1, sizeof *names, ISSUER_JURISDICTIONS_MAX, e)) == 0)
		snprintf(names[count++], sizeof *names, "%s", db_column_text(row, 0));
	db_finish(row);
	for (size_t i = 0; i < count; i++)
		for (instant at = now; r >= 0 && at <= now + ISSUER_LIST_AGE_MAX_S; at = issuer_day_end(at))
			r = issuer_ensure_day(issuer, names[i], at, e);
	free(names);
	return r == ERROR_NO_MEMORY ? r : 0;
}

struct revoked {
	uint8_t (*ids)[CODE_ID_SIZE];
	size_t count, capacity;
};

/* The codes that are revoked and would count still. ${version} grows with each. */
static int
read_revoked(struct issuer *issuer, instant now, struct revoked *revoked, int64_t *version, struct error *e)
{
	struct db_statement *row = NULL;
	int64_t codes, keys;
	size_t length;
	int r;

	if ((r = db_one_int(issuer->db, "SELECT CAST(coalesce(max(id), 0) AS BIGINT) FROM issuer_revoked_code", NULL, 0,
			 &codes, e)) < 0 ||
		(r = db_one_int(
			 issuer->db, "SELECT count(*) FROM issuer_key WHERE revoked_at IS NOT NULL", NULL, 0, &keys, e)) < 0 ||
		(r = db_start(issuer->db, "SELECT code_id FROM issuer_revoked_code WHERE until > $1 AND revoked_at <= $2",
			 (struct db_value[]){db_int(now), db_int(now)}, 2, &row, e)) < 0)
		return r;
	*version += codes + keys;
	while ((r = db_step(row, e)) == 1) {
		const void *id = db_column_blob(row, 0, &length);

		if (length != CODE_ID_SIZE)
			continue;
		if ((r = array_grow(
				 &revoked->ids, &revoked->capacity, revoked->count + 1, CODE_ID_SIZE, TRUST_REVOKED_MAX, e)) < 0)
			break;
		memcpy(revoked->ids[revoked->count++], id, CODE_ID_SIZE);
	}
	db_finish(row);
	return r;
}

int
issuer_list_changes(struct issuer *issuer, int64_t *ret_changes, struct error *e)
{
	return db_one_int(issuer->db,
		"SELECT CAST((SELECT coalesce(max(id), 0) FROM issuer_key) + (SELECT coalesce(max(id), 0) FROM issuer_revoked_code)"
		" + (SELECT count(*) FROM issuer_key WHERE revoked_at IS NOT NULL)"
		" + (SELECT coalesce(max(id), 0) FROM issuer_peer) AS BIGINT)",
		NULL, 0, ret_changes, e);
}

int
issuer_trust_list(struct issuer *issuer, const struct issuer_gates *gates, instant now, struct buffer *text,
	int64_t *ret_changes, struct error *e)
{
	struct revoked revoked = {0};
	struct trust_facts facts = {.name = "healthcode", .issued_at = now, .max_age_s = ISSUER_LIST_AGE_MAX_S};
	struct db_statement *row = NULL;
	struct signing_key *root = NULL;
	struct issuer_peers peers = {0};
	struct list_keys list = {0};
	int64_t changes;
	int r;

	if ((r = root_key(issuer, &root, e)) < 0 || (r = keep_ahead(issuer, now, e)) < 0)
		goto out;
	/* Before the rows: what comes in between is in the list, and makes another one. */
	if ((r = issuer_list_changes(issuer, &changes, e)) < 0 ||
		(r = db_start(issuer->db,
			 "SELECT jurisdiction, public_key, valid_from, valid_to, revoked_at, id FROM issuer_key WHERE valid_to > $1"
			 " ORDER BY id",
			 (struct db_value[]){db_int(now - CODE_LIFETIME_MAX_S)}, 1, &row, e)) < 0)
		goto out;
	while ((r = db_step(row, e)) == 1) {
		facts.version = db_column_int(row, 5);
		if ((r = add_list_key(&list, row, e)) < 0)
			goto out;
	}
	if (r < 0 || (r = read_revoked(issuer, now, &revoked, &facts.version, e)) < 0 ||
		(r = issuer_read_peers(issuer, now, &peers, &facts.version, e)) < 0)
		goto out;
	facts.others = peers.others;
	facts.other_count = peers.count;
	if (gates) {
		facts.gates = gates->gates;
		facts.gates_count = gates->count;
		facts.version += gates->version;
	}
	for (size_t i = 0; i < list.count; i++) {
		list.entries[i].issuer = list.issuers[i];
		list.entries[i].der = list.ders[i].data;
	}
	r = trust_write(
		root, &facts, list.entries, list.count, (const uint8_t(*)[CODE_ID_SIZE])revoked.ids, revoked.count, text, e);
	if (r == 0 && ret_changes)
		*ret_changes = changes;
out:
	db_finish(row);
	signing_key_free(root);
	for (size_t i = 0; i < list.count; i++)
		buffer_free(&list.ders[i]);
	free(list.ders);
	free(list.entries);
	free(list.issuers);
	free(revoked.ids);
	issuer_free_peers(&peers);
	return r;
}

int
issuer_trust(struct issuer *issuer, instant now, const struct trust **ret_trust, struct error *e)
{
	struct buffer list = buffer_make(TRUST_FILE_MAX);
	struct trust *trust = NULL;
	int64_t changes;
	int r;

	if ((r = issuer_list_changes(issuer, &changes, e)) < 0)
		return r;
	if (!issuer->trust || changes != issuer->trust_changes || now < issuer->trust_at ||
		now >= issuer->trust_at + LIST_REFRESH_S) {
		if ((r = issuer_trust_list(issuer, NULL, now, &list, &changes, e)) < 0 ||
			(r = trust_new(NULL, 0, &trust, e)) < 0 || (r = trust_add(trust, list.data, list.length, e)) < 0 ||
			(r = issuer_trust_gate_keys(issuer, now, trust, e)) < 0)
			goto out;
		trust_free(issuer->trust);
		issuer->trust = trust;
		issuer->trust_at = now;
		issuer->trust_changes = changes;
		trust = NULL;
	}
	*ret_trust = issuer->trust;
out:
	trust_free(trust);
	buffer_free(&list);
	return r;
}

int
issuer_trust_anew(struct issuer *issuer, instant now, const struct trust **ret_trust, struct error *e)
{
	trust_free(issuer->trust);
	issuer->trust = NULL;
	return issuer_trust(issuer, now, ret_trust, e);
}
