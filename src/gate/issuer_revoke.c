/* What no longer counts, and keys that are no longer needed. */

#include <stdio.h>
#include <string.h>

#include "gate/issuer_inside.h"

int
issuer_keys_each(struct issuer *issuer, issuer_key_each *each, void *context, struct error *e)
{
	struct db_statement *row = NULL;
	size_t length;
	int r = db_start(issuer->db,
		"SELECT jurisdiction, public_key, valid_from, valid_to, revoked_at FROM issuer_key ORDER BY valid_from, id",
		NULL, 0, &row, e);

	while (r >= 0 && (r = db_step(row, e)) == 1) {
		struct issuer_key key = {
			.jurisdiction = db_column_text(row, 0),
			.from = db_column_int(row, 2),
			.to = db_column_int(row, 3),
			.revoked_at = db_column_is_null(row, 4) ? TRUST_NEVER : db_column_int(row, 4),
		};
		const void *der = db_column_blob(row, 1, &length);

		if ((r = public_key_id(der, length, key.id, e)) < 0 || (r = each(&key, context, e)) != 0)
			break;
	}
	db_finish(row);
	return r;
}

struct looking {
	const uint8_t *id;
	char jurisdiction[ISSUER_SIZE];
	instant from;
};

static int
compare_key(const struct issuer_key *key, void *context, struct error *e)
{
	struct looking *looking = context;

	(void)e;
	if (memcmp(key->id, looking->id, KEY_ID_SIZE) != 0)
		return 0;
	snprintf(looking->jurisdiction, sizeof looking->jurisdiction, "%s", key->jurisdiction);
	looking->from = key->from;
	return 1;
}

int
issuer_revoke_key(struct issuer *issuer, const uint8_t id[KEY_ID_SIZE], instant now, char ret_jurisdiction[ISSUER_SIZE],
	struct error *e)
{
	struct looking looking = {.id = id};
	int r = issuer_keys_each(issuer, compare_key, &looking, e);

	if (r < 0)
		return r;
	if (r == 0)
		return error_set(e, ERROR_EXISTS_NOT, "there is no such key");
	if ((r = db_do(issuer->db,
			 "UPDATE issuer_key SET revoked_at = $1 WHERE jurisdiction = $2 AND valid_from = $3 AND revoked_at IS NULL",
			 (struct db_value[]){db_int(now), db_text(looking.jurisdiction), db_int(looking.from)}, 3, e)) < 0 ||
		(r = issuer_ensure_day(issuer, looking.jurisdiction, now, e)) < 0)
		return r;
	issuer_forget(issuer);
	memcpy(ret_jurisdiction, looking.jurisdiction, sizeof looking.jurisdiction);
	return 0;
}

static int
put_revoked(struct issuer *issuer, const uint8_t id[CODE_ID_SIZE], instant until, instant now, struct error *e)
{
	return db_do(issuer->db,
		"INSERT INTO issuer_revoked_code (code_id, until, revoked_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
		(struct db_value[]){db_blob(id, CODE_ID_SIZE), db_int(until), db_int(now)}, 3, e);
}

int
issuer_revoke_code(struct issuer *issuer, const uint8_t id[CODE_ID_SIZE], instant until, instant now, struct error *e)
{
	int r = put_revoked(issuer, id, until, now, e);

	/* A paper's handle outlives the colour that is printed on it. */
	if (r == 0)
		r = db_do(issuer->db, "DELETE FROM issuer_paper WHERE handle = $1",
			(struct db_value[]){db_blob(id, CODE_ID_SIZE)}, 1, e);
	if (r == 0)
		issuer_forget(issuer);
	return r;
}

/* The person's codes on paper, and their handles. */
static int
revoke_papers(struct issuer *issuer, const char *jurisdiction, uint32_t person, instant now, struct error *e)
{
	struct db_value whose[] = {db_int(person), db_text(jurisdiction)};
	int r = db_do(issuer->db,
		"INSERT INTO issuer_revoked_code (code_id, until, revoked_at) SELECT handle, until, CAST($3 AS BIGINT)"
		" FROM issuer_paper WHERE person = $1 AND jurisdiction = $2 ON CONFLICT DO NOTHING",
		(struct db_value[]){whose[0], whose[1], db_int(now)}, 3, e);

	return r < 0 ? r
				 : db_do(issuer->db, "DELETE FROM issuer_paper WHERE person = $1 AND jurisdiction = $2", whose, 2, e);
}

int
issuer_revoke_person(
	struct issuer *issuer, const char *jurisdiction, uint32_t person, int64_t lifetime_s, instant now, struct error *e)
{
	struct code_id_parts parts = {.person = person};
	struct code_id_key *ids = NULL;
	uint8_t id[CODE_ID_SIZE];
	instant last = now + ISSUER_AHEAD_S, day = INT64_MIN;
	int r = issuer_number(issuer, jurisdiction, &parts.jurisdiction, e);

	/* A slot on two days' edge has an id under each day's key: days end where slots do. */
	for (instant at = now - lifetime_s; r == 0 && at / ISSUER_SLOT_S <= last / ISSUER_SLOT_S; at += ISSUER_SLOT_S) {
		if (issuer_day_end(at) != day) {
			code_id_key_free(ids);
			ids = NULL;
			r = issuer_ids(issuer, at, &ids, e);
		}
		day = issuer_day_end(at);
		parts.slot = (uint64_t)(at / ISSUER_SLOT_S);
		if (r == 0 && (r = code_id_make(ids, &parts, id, e)) == 0)
			r = put_revoked(issuer, id, at + ISSUER_SLOT_S + lifetime_s, now, e);
	}
	code_id_key_free(ids);
	if (r == 0 && (r = revoke_papers(issuer, jurisdiction, person, now, e)) == 0)
		issuer_forget(issuer);
	return r;
}

int
issuer_retire(struct issuer *issuer, instant now, struct error *e)
{
	struct file_names names = {0};
	int64_t to;
	int r = keys_list(issuer->keys, "issuer-", &names, e);

	for (size_t i = 0; r == 0 && i < names.count; i++) {
		r = db_one_int(issuer->db, "SELECT valid_to FROM issuer_key WHERE name = $1",
			(struct db_value[]){db_text(names.names[i])}, 1, &to, e);
		if (r == 0 && to <= now)
			r = keys_destroy(issuer->keys, names.names[i], e);
		if (r == ERROR_EXISTS_NOT) /* the root's; or another was quicker */
			r = 0;
	}
	file_names_free(&names);
	return r < 0 ? r : issuer_retire_gate_keys(issuer, now, e);
}
