/* What an evaluation leaves in the ledger.
 *
 *   ledger entry "evaluation"   {"changes": n, "evaluated": m, "root": HEX}
 *   table evaluation_change     the changes under that root, in order, for proofs
 *
 * C1. A change's leaf is RFC 6962's leaf hash of its commitment SHA-256(salt || record); the record is canonical JSON.
 * C2. The salt is a keyed hash of the record, so that it needs no storage and nobody without the keys can guess records.
 * C3. Changes, colours and the entry are in one transaction. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "cascade/inside.h"

enum { RECORD_SIZE = 512, CHANGES_MAX = 1 << 20 };

static const char *const migrations[] = {
	"CREATE TABLE evaluation_change (seq BIGINT NOT NULL, position BIGINT NOT NULL, person BIGINT NOT NULL,"
	" jurisdiction {text} NOT NULL, colour {text} NOT NULL, since BIGINT NOT NULL, policy {text} NOT NULL,"
	" PRIMARY KEY (seq, position)){packed};"
	"CREATE TABLE case_contact (case_name {text} NOT NULL, person BIGINT NOT NULL, PRIMARY KEY (case_name, person)){packed};",

	/* From what each case's contacts were traced last (traced.c). */
	"CREATE TABLE case_traced (case_name {text} PRIMARY KEY, traced_from {blob} NOT NULL){packed};",

	/* Places that several cases share (alerts.c), and from what they were worked out last. */
	"CREATE TABLE place_alert (number {key}, place BIGINT NOT NULL, groups BIGINT NOT NULL, from_at BIGINT NOT NULL,"
	" to_at BIGINT NOT NULL, raised_at BIGINT NOT NULL, withdrawn_at BIGINT, closed_at BIGINT, closed_by {text},"
	" outcome {text});"
	"CREATE UNIQUE INDEX place_alert_standing ON place_alert (place) WHERE withdrawn_at IS NULL;"
	"CREATE TABLE place_alert_case (alert BIGINT NOT NULL, case_name {text} NOT NULL,"
	" PRIMARY KEY (alert, case_name)){packed};"
	"CREATE TABLE place_alert_settled (id BIGINT PRIMARY KEY, settled_from {blob} NOT NULL);",
};

int
cascade_migrate(struct db *db, struct error *e)
{
	return db_migrate(db, "cascade", migrations, sizeof migrations / sizeof migrations[0], e);
}

static int
leaf_of(const struct keys *keys, const struct evaluation_change *change, struct ledger_hash *ret_leaf, struct error *e)
{
	struct ledger_hash commitment;
	char record[RECORD_SIZE], since[TIME_TEXT_SIZE];
	uint8_t salt[KEYS_SIZE];
	int length, r;

	_Static_assert((int)KEYS_SIZE == (int)LEDGER_SALT_SIZE, "a keyed hash serves as a salt");
	length = snprintf(record, sizeof record,
		"{\"colour\":\"%s\",\"jurisdiction\":\"%s\",\"person\":%u,\"policy\":\"%s\",\"since\":\"%s\"}",
		colour_name(change->colour), change->jurisdiction, change->person, change->policy,
		time_write(change->since, &zone_utc, since));
	keys_hash(keys, "evaluation-salt", record, (size_t)length, salt);
	if ((r = ledger_commitment(salt, record, (size_t)length, &commitment, e)) < 0)
		return r;
	return ledger_leaf_of(commitment.bytes, sizeof commitment.bytes, ret_leaf, e);
}

void
evaluation_clear(struct evaluation *evaluation)
{
	free(evaluation->leaves);
	free(evaluation->changes);
	*evaluation = (struct evaluation){0};
}

int
evaluation_add(
	struct cascade *cascade, struct evaluation *evaluation, const struct registry_colour *colour, struct error *e)
{
	struct evaluation_change change = {.person = colour->person, .colour = colour->colour, .since = colour->since};
	size_t i = evaluation->count;
	int r;

	memcpy(change.jurisdiction, colour->jurisdiction, sizeof change.jurisdiction);
	memcpy(change.policy, colour->policy, sizeof change.policy);
	if ((r = array_grow(&evaluation->changes, &evaluation->change_capacity, i + 1, sizeof change, CHANGES_MAX, e)) <
			0 ||
		(r = array_grow(
			 &evaluation->leaves, &evaluation->leaf_capacity, i + 1, sizeof *evaluation->leaves, CHANGES_MAX, e)) < 0 ||
		(r = leaf_of(cascade->keys, &change, &evaluation->leaves[i], e)) < 0)
		return r;
	evaluation->changes[i] = change;
	evaluation->count++;
	return 0;
}

int
evaluation_commit(struct cascade *cascade, struct evaluation *evaluation, struct error *e)
{
	char body[256], hex[2 * LEDGER_HASH_SIZE + 1];
	struct ledger_hash root;
	int64_t seq;
	int r;

	if (!evaluation->evaluated)
		return 0;
	if ((r = ledger_root_of(evaluation->leaves, evaluation->count, &root, e)) < 0)
		return r;
	snprintf(body, sizeof body, "{\"changes\":%zu,\"evaluated\":%lld,\"root\":\"%s\"}", evaluation->count,
		(long long)evaluation->evaluated, text_hex(root.bytes, sizeof root.bytes, hex));
	if ((r = ledger_append(cascade->db, registry_recording_time(cascade->registry), "evaluation", body, &seq, e)) < 0)
		return r;
	for (size_t i = 0; i < evaluation->count; i++) {
		const struct evaluation_change *change = &evaluation->changes[i];

		if ((r = db_do(cascade->db,
				 "INSERT INTO evaluation_change (seq, position, person, jurisdiction, colour, since, policy)"
				 " VALUES ($1, $2, $3, $4, $5, $6, $7)",
				 (struct db_value[]){db_int(seq), db_int((int64_t)i), db_int(change->person),
					 db_text(change->jurisdiction), db_text(colour_name(change->colour)), db_int(change->since),
					 db_text(change->policy)},
				 7, e)) < 0)
			return r;
	}
	return 0;
}

/* The leaves that an entry committed to, as its changes stand now. */
static int
read_leaves(struct cascade *cascade, int64_t seq, struct evaluation *evaluation, struct error *e)
{
	struct db_statement *row = NULL;
	struct registry_colour colour = {0};
	int r;

	if ((r = db_start(cascade->db,
			 "SELECT person, jurisdiction, colour, since, policy FROM evaluation_change WHERE seq = $1 ORDER BY position",
			 (struct db_value[]){db_int(seq)}, 1, &row, e)) < 0)
		return r;
	while ((r = db_step(row, e)) == 1) {
		colour.person = (person_number)db_column_int(row, 0);
		snprintf(colour.jurisdiction, sizeof colour.jurisdiction, "%s", db_column_text(row, 1));
		colour.since = db_column_int(row, 3);
		snprintf(colour.policy, sizeof colour.policy, "%s", db_column_text(row, 4));
		if (!colour_read(db_column_text(row, 2), &colour.colour)) {
			r = error_set(e, ERROR_CORRUPT, "a change under ledger entry %lld has no colour", (long long)seq);
			break;
		}
		if ((r = evaluation_add(cascade, evaluation, &colour, e)) < 0)
			break;
	}
	db_finish(row);
	return r;
}

struct verifying {
	struct cascade *cascade;
	int64_t wrong_seq;
};

/* Stop at the first wrong entry by returning 1. */
static int
verify_entry(const struct ledger_entry *entry, void *context, struct error *e)
{
	struct verifying *verifying = context;
	struct evaluation evaluation = {0};
	char hex[2 * LEDGER_HASH_SIZE + 1], wanted[2 * LEDGER_HASH_SIZE + 16];
	struct ledger_hash root;
	int r;

	if (strcmp(entry->kind, "evaluation") != 0)
		return 0;
	if ((r = read_leaves(verifying->cascade, entry->seq, &evaluation, e)) < 0 ||
		(r = ledger_root_of(evaluation.leaves, evaluation.count, &root, e)) < 0)
		goto out;
	snprintf(wanted, sizeof wanted, "\"root\":\"%s\"", text_hex(root.bytes, sizeof root.bytes, hex));
	if (!strstr(entry->body, wanted)) {
		verifying->wrong_seq = entry->seq;
		r = 1;
	}
out:
	evaluation_clear(&evaluation);
	return r;
}

int
cascade_verify_evaluations(struct cascade *cascade, int64_t *ret_wrong_seq, struct error *e)
{
	struct verifying verifying = {.cascade = cascade, .wrong_seq = -1};
	int r = ledger_each(cascade->db, 0, verify_entry, &verifying, e);

	if (r < 0)
		return r;
	*ret_wrong_seq = verifying.wrong_seq;
	return 0;
}
