#include "gate/issuer_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "gate/peer.h"

enum {
	KEY_NAME_SIZE = KEYS_NAME_MAX + 1,
	SIGNER_LASTS_S = 60, /* how long a key is used before it is asked again whether it was revoked */
	SIGNERS_MAX = 4 * ISSUER_JURISDICTIONS_MAX,
};

static const char *const migrations[] = {
	"CREATE TABLE issuer_jurisdiction (number BIGINT PRIMARY KEY, jurisdiction {text} NOT NULL UNIQUE);"
	"CREATE TABLE issuer_key (id {key}, jurisdiction {text} NOT NULL, name {text} NOT NULL UNIQUE, public_key {blob} NOT NULL,"
	" valid_from BIGINT NOT NULL, valid_to BIGINT NOT NULL, revoked_at BIGINT, UNIQUE (jurisdiction, valid_from));",
	"CREATE TABLE issuer_revoked_code (id {key}, code_id {blob} NOT NULL UNIQUE, until BIGINT NOT NULL,"
	" revoked_at BIGINT NOT NULL);",

	/* Codes on paper: whose each random handle is. */
	"CREATE TABLE issuer_paper (handle {blob} NOT NULL PRIMARY KEY, jurisdiction {text} NOT NULL, person BIGINT NOT NULL,"
	" issued_at BIGINT NOT NULL, until BIGINT NOT NULL);"
	"CREATE INDEX issuer_paper_person ON issuer_paper (person, jurisdiction);",

	/* Others' lists as they were taken (issuer_peer.c); of each root the last row counts, and only that keeps its list. */
	"CREATE TABLE issuer_peer (id {key}, root_id {blob} NOT NULL, version BIGINT NOT NULL, issued_at BIGINT NOT NULL,"
	" until BIGINT NOT NULL, list {blob}, recorded_at BIGINT NOT NULL);",
};

int
issuer_open(struct db *db, struct keys *keys, struct issuer **ret_issuer, struct error *e)
{
	struct issuer *issuer = calloc(1, sizeof *issuer);
	int r;

	if (!issuer)
		return error_no_memory(e);
	issuer->db = db;
	issuer->keys = keys;
	if ((r = db_migrate(db, "issuer", migrations, sizeof migrations / sizeof migrations[0], e)) < 0 ||
		(r = peer_migrate(db, e)) < 0) {
		issuer_close(issuer);
		return r;
	}
	*ret_issuer = issuer;
	return 0;
}

static void
free_signer(struct signer *signer)
{
	signing_key_free(signer->key);
	code_id_key_free(signer->ids);
}

void
issuer_forget(struct issuer *issuer)
{
	for (size_t i = 0; i < issuer->signer_count; i++) {
		free_signer(&issuer->signers[i]);
		keys_wipe(&issuer->signers[i], sizeof issuer->signers[i]);
	}
	issuer->signer_count = 0;
	trust_free(issuer->trust);
	issuer->trust = NULL;
}

void
issuer_close(struct issuer *issuer)
{
	if (!issuer)
		return;
	issuer_forget(issuer);
	free(issuer->signers);
	free(issuer);
}

int
issuer_make_key(struct issuer *issuer, const char *name, struct buffer *public_key, struct error *e)
{
	struct buffer private_key = buffer_make(KEYS_VALUE_MAX);
	struct signing_key *key = NULL;
	int r;

	if (keys_token_uri(issuer->keys))
		return keys_make_in_token(issuer->keys, name, public_key, e);
	if ((r = signing_key_make(&key, e)) < 0 || (r = signing_key_write(key, &private_key, e)) < 0 ||
		(r = signing_key_public(key, public_key, e)) < 0)
		goto out;
	r = keys_put(issuer->keys, name, private_key.data, private_key.length, e);
out:
	if (private_key.data)
		keys_wipe(private_key.data, private_key.length);
	buffer_free(&private_key);
	signing_key_free(key);
	return r;
}

static int
sign_in_token(void *context, const uint8_t digest[32], uint8_t signature[64], struct error *e)
{
	return token_key_sign(context, digest, signature, e);
}

static void
close_token_key(void *context)
{
	token_key_close(context);
}

int
issuer_read_key(const struct issuer *issuer, const char *name, struct signing_key **ret_key, struct error *e)
{
	uint8_t der[KEYS_VALUE_MAX];
	struct token_key *in_token = NULL;
	size_t length, public_part = 0;
	int r = keys_get(issuer->keys, name, der, sizeof der, &length, e);

	if (r == 0 && (r = keys_in_token(issuer->keys, name, der, length, &in_token, &public_part, e)) == 0)
		r = signing_key_read(der, length, ret_key, e);
	else if (r == 1)
		r = signing_key_wrap_outside(der + public_part, length - public_part,
			&(struct signing_key_outside){sign_in_token, close_token_key, in_token}, ret_key, e);
	keys_wipe(der, sizeof der);
	return r;
}

int
issuer_number(struct issuer *issuer, const char *jurisdiction, uint32_t *ret_number, struct error *e)
{
	int64_t number;
	int r = db_one_int(issuer->db, "SELECT number FROM issuer_jurisdiction WHERE jurisdiction = $1",
		(struct db_value[]){db_text(jurisdiction)}, 1, &number, e);

	if (r == 0)
		*ret_number = (uint32_t)number;
	return r;
}

instant
issuer_day_end(instant at)
{
	return ((instant)zone_day(&zone_utc, at) + 1) * DAY_S;
}

/* A new key of [from, to); without one if there is one from that moment already: db_changes tells. */
static int
add_key(struct issuer *issuer, const char *jurisdiction, instant from, instant to, struct error *e)
{
	struct buffer public_key = buffer_make(KEY_DER_MAX);
	char name[KEY_NAME_SIZE];
	uint8_t random[8];
	int r;

	keys_random(random, sizeof random);
	if (snprintf(name, sizeof name, "issuer-%s-%02x%02x%02x%02x%02x%02x%02x%02x", jurisdiction, random[0], random[1],
			random[2], random[3], random[4], random[5], random[6], random[7]) >= (int)sizeof name)
		return error_set(e, ERROR_USAGE, "the jurisdiction's name '%s' is too long", jurisdiction);
	/* The file comes first: a private key that nothing names is harmless, a name without its key is not. */
	if ((r = issuer_make_key(issuer, name, &public_key, e)) < 0)
		goto out;
	r = db_do(issuer->db,
		"INSERT INTO issuer_key (jurisdiction, name, public_key, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5)"
		" ON CONFLICT DO NOTHING",
		(struct db_value[]){db_text(jurisdiction), db_text(name), db_blob(public_key.data, public_key.length),
			db_int(from), db_int(to)},
		5, e);
	if (r == 0 && db_changes(issuer->db) == 0)
		r = ERROR_EXISTS;
	if (r < 0)
		keys_destroy(issuer->keys, name, &(struct error){0});
	if (r == ERROR_EXISTS)
		error_set(e, ERROR_EXISTS, "a key of %s begins just then", jurisdiction);
out:
	buffer_free(&public_key);
	return r;
}

int
issuer_rotate(struct issuer *issuer, const char *jurisdiction, instant from, instant now, struct error *e)
{
	bool own = !db_in_transaction(issuer->db);
	int r;

	if (own && (r = db_begin(issuer->db, e)) < 0)
		return r;
	r = issuer_number(issuer, jurisdiction, &(uint32_t){0}, e);
	if (r == ERROR_EXISTS_NOT)
		r = db_do(issuer->db,
			"INSERT INTO issuer_jurisdiction (number, jurisdiction) SELECT count(*) + 1, $1 FROM issuer_jurisdiction",
			(struct db_value[]){db_text(jurisdiction)}, 1, e);
	if (r == 0)
		r = add_key(issuer, jurisdiction, from, issuer_day_end(now > from ? now : from), e);
	if (own && r == 0)
		r = db_commit(issuer->db, e);
	issuer_forget(issuer);
	if (own && r < 0)
		db_rollback(issuer->db);
	return r;
}

int
issuer_ensure_day(struct issuer *issuer, const char *jurisdiction, instant at, struct error *e)
{
	instant start = issuer_day_end(at) - DAY_S;
	int64_t count, same;
	int r;

	if ((r = db_one_int(issuer->db,
			 "SELECT count(*) FROM issuer_key WHERE jurisdiction = $1 AND valid_from <= $2 AND valid_to > $3"
			 " AND (revoked_at IS NULL OR revoked_at > $4)",
			 (struct db_value[]){db_text(jurisdiction), db_int(at), db_int(at), db_int(at)}, 4, &count, e)) < 0 ||
		count)
		return r;
	if ((r = db_one_int(issuer->db, "SELECT count(*) FROM issuer_key WHERE jurisdiction = $1 AND valid_from = $2",
			 (struct db_value[]){db_text(jurisdiction), db_int(start)}, 2, &same, e)) < 0)
		return r;
	r = add_key(issuer, jurisdiction, same ? at : start, issuer_day_end(at), e);
	return r == ERROR_EXISTS ? 0 : r;
}

int
issuer_ensure(struct issuer *issuer, const char *jurisdiction, instant from, instant now, struct error *e)
{
	int64_t count;
	int r = db_one_int(issuer->db, "SELECT count(*) FROM issuer_key WHERE jurisdiction = $1",
		(struct db_value[]){db_text(jurisdiction)}, 1, &count, e);

	return r < 0 || count ? r : issuer_rotate(issuer, jurisdiction, from, now, e);
}

static int64_t
monotonic_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return t.tv_sec;
}

static int
load_signer(struct issuer *issuer, const char *jurisdiction, instant at, struct signer *ret_signer, struct error *e)
{
	struct db_value values[] = {db_text(jurisdiction), db_int(at), db_int(at), db_int(at)};
	struct db_statement *row = NULL;
	struct signer signer = {.day = INT32_MIN, .gates_day = INT32_MIN, .loaded_at_s = monotonic_s()};
	int64_t next;
	int r;

	if ((r = issuer_number(issuer, jurisdiction, &signer.number, e)) < 0 ||
		(r = issuer_ensure_day(issuer, jurisdiction, at, e)) < 0)
		return r;
	snprintf(signer.jurisdiction, sizeof signer.jurisdiction, "%s", jurisdiction);
	if ((r = db_start(issuer->db,
			 "SELECT name, valid_from, valid_to FROM issuer_key WHERE jurisdiction = $1 AND valid_from <= $2"
			 " AND valid_to > $3 AND (revoked_at IS NULL OR revoked_at > $4) ORDER BY valid_from DESC LIMIT 1",
			 values, 4, &row, e)) < 0)
		return r;
	r = db_step(row, e);
	if (r == 0)
		r = error_set(e, ERROR_EXISTS_NOT, "no key signs for %s at that time", jurisdiction);
	if (r == 1) {
		signer.from = db_column_int(row, 1);
		signer.to = db_column_int(row, 2);
		r = issuer_read_key(issuer, db_column_text(row, 0), &signer.key, e);
	}
	db_finish(row);
	if (r >= 0 &&
		(r = db_one_int(issuer->db,
			 "SELECT CAST(coalesce(min(valid_from), $3) AS BIGINT) FROM issuer_key WHERE jurisdiction = $1 AND valid_from > $2",
			 (struct db_value[]){db_text(jurisdiction), db_int(at), db_int(signer.to)}, 3, &next, e)) == 0 &&
		next < signer.to)
		signer.to = next;
	if (r < 0) {
		signing_key_free(signer.key);
		return r;
	}
	*ret_signer = signer;
	return 0;
}

/* Where the signer for ${at} stands, or may stand: one that is of no use around ${at} gives way. */
static size_t
signer_place(const struct issuer *issuer, const char *jurisdiction, instant at, bool *ret_ready)
{
	size_t place = issuer->signer_count;

	*ret_ready = false;
	for (size_t i = 0; i < issuer->signer_count && !*ret_ready; i++) {
		const struct signer *signer = &issuer->signers[i];

		if (strcmp(signer->jurisdiction, jurisdiction) != 0)
			continue;
		if (at >= signer->from && at < signer->to) {
			place = i;
			*ret_ready = monotonic_s() < signer->loaded_at_s + SIGNER_LASTS_S;
			if (!*ret_ready)
				break;
		} else if (signer->to + DAY_S <= at || signer->from >= at + 2 * DAY_S) {
			place = i;
		}
	}
	return place;
}

int
issuer_signer(struct issuer *issuer, const char *jurisdiction, instant at, struct signer **ret_signer, struct error *e)
{
	struct signer loaded;
	bool ready;
	size_t i = signer_place(issuer, jurisdiction, at, &ready);
	int r;

	if (!ready) {
		if ((r = load_signer(issuer, jurisdiction, at, &loaded, e)) < 0)
			return r;
		if (i == issuer->signer_count) {
			if ((r = array_grow(&issuer->signers, &issuer->signer_capacity, i + 1, sizeof loaded, SIGNERS_MAX, e)) <
				0) {
				signing_key_free(loaded.key);
				return r;
			}
			issuer->signer_count++;
		} else {
			free_signer(&issuer->signers[i]);
		}
		issuer->signers[i] = loaded;
	}
	*ret_signer = &issuer->signers[i];
	return 0;
}

int
issuer_ready(struct issuer *issuer, const char *jurisdiction, instant now, struct error *e)
{
	static const char nothing[] = "healthcode is ready"; /* no message of COSE */
	uint8_t signature[64];
	struct signer *signer;
	int r = issuer_signer(issuer, jurisdiction, now, &signer, e);

	return r < 0 ? r : signing_key_sign(signer->key, nothing, sizeof nothing, signature, e);
}

static char *
day_key_name(day_number day, char *name)
{
	char text[TIME_TEXT_SIZE];

	snprintf(name, KEY_NAME_SIZE, "day-code-%s", day_write(day, text));
	return name;
}

int
issuer_day_key(struct issuer *issuer, instant at, uint8_t key[KEYS_SIZE], struct error *e)
{
	char name[KEY_NAME_SIZE];

	return keys_get_or_make(issuer->keys, day_key_name(zone_day(&zone_utc, at), name), key, e);
}

int
issuer_ids(struct issuer *issuer, instant at, struct code_id_key **ret_ids, struct error *e)
{
	uint8_t bytes[KEYS_SIZE];
	int r = issuer_day_key(issuer, at, bytes, e);

	if (r == 0)
		r = code_id_key_new(bytes, ret_ids, e);
	keys_wipe(bytes, sizeof bytes);
	return r;
}

static int
issue(struct issuer *issuer, const char *jurisdiction, uint32_t person, enum code_colour colour, instant at,
	int64_t lifetime_s, bool sealed, struct buffer *text, struct error *e)
{
	struct code_claims claims = {.colour = colour, .issued_at = at, .expires_at = at + lifetime_s};
	day_number day = zone_day(&zone_utc, at);
	struct code_id_key *ids = NULL;
	struct signer *signer;
	int r;

	if ((r = issuer_signer(issuer, jurisdiction, at, &signer, e)) < 0)
		return r;
	if (signer->day != day) {
		if ((r = issuer_ids(issuer, at, &ids, e)) < 0)
			return r;
		code_id_key_free(signer->ids);
		signer->ids = ids;
		signer->day = day;
	}
	memcpy(claims.issuer, signer->jurisdiction, sizeof claims.issuer);
	if ((r = code_id_make(signer->ids,
			 &(struct code_id_parts){
				 .person = person, .jurisdiction = signer->number, .slot = (uint64_t)(at / ISSUER_SLOT_S)},
			 claims.id, e)) < 0)
		return r;
	if (!sealed)
		return code_issue(signer->key, &claims, text, e);
	if (signer->gates_day != day) {
		if ((r = issuer_gate_key(issuer, jurisdiction, day, signer->gates_key, e)) < 0)
			return r;
		signer->gates_day = day;
	}
	return code_issue_sealed(signer->key, &claims, signer->gates_key, text, e);
}

int
issuer_issue(struct issuer *issuer, const char *jurisdiction, uint32_t person, enum code_colour colour, instant at,
	int64_t lifetime_s, struct buffer *text, struct error *e)
{
	return issue(issuer, jurisdiction, person, colour, at, lifetime_s, false, text, e);
}

int
issuer_issue_sealed(struct issuer *issuer, const char *jurisdiction, uint32_t person, enum code_colour colour,
	instant at, int64_t lifetime_s, struct buffer *text, struct error *e)
{
	return issue(issuer, jurisdiction, person, colour, at, lifetime_s, true, text, e);
}

int
issuer_issue_paper(struct issuer *issuer, const char *jurisdiction, uint32_t person, enum code_colour colour,
	const char *card, instant at, int64_t lifetime_s, struct buffer *text, struct error *e)
{
	struct code_claims claims = {.colour = colour, .issued_at = at, .expires_at = at + lifetime_s};
	struct signer *signer;
	int r;

	if ((r = issuer_signer(issuer, jurisdiction, at, &signer, e)) < 0)
		return r;
	snprintf(claims.issuer, sizeof claims.issuer, "%s", jurisdiction);
	snprintf(claims.card, sizeof claims.card, "%s", card);
	keys_random(claims.id, sizeof claims.id);
	if ((r = db_do(issuer->db, "DELETE FROM issuer_paper WHERE until <= $1", (struct db_value[]){db_int(at)}, 1, e)) <
			0 ||
		(r = db_do(issuer->db,
			 "INSERT INTO issuer_paper (handle, jurisdiction, person, issued_at, until) VALUES ($1, $2, $3, $4, $5)",
			 (struct db_value[]){db_blob(claims.id, CODE_ID_SIZE), db_text(jurisdiction), db_int(person), db_int(at),
				 db_int(at + CODE_LIFETIME_MAX_S)},
			 5, e)) < 0)
		return r;
	return code_issue(signer->key, &claims, text, e);
}

int
issuer_sign_receipt(struct issuer *issuer, const char *jurisdiction, const struct receipt *receipt, instant now,
	struct buffer *text, struct error *e)
{
	struct signer *signer;
	int r = issuer_signer(issuer, jurisdiction, now, &signer, e);

	return r < 0 ? r : receipt_sign(signer->key, receipt, text, e);
}

int
issuer_sign_statement(
	struct issuer *issuer, const struct statement *statement, instant now, struct buffer *text, struct error *e)
{
	struct signer *signer;
	int r = issuer_signer(issuer, statement->issuer, now, &signer, e);

	return r < 0 ? r : statement_sign(signer->key, statement, text, e);
}

int
issuer_sign_place_code(struct issuer *issuer, const struct place_code *code, struct buffer *text, struct error *e)
{
	struct signer *signer;
	int r = issuer_signer(issuer, code->issuer, code->issued_at, &signer, e);

	return r < 0 ? r : place_code_sign(signer->key, code, text, e);
}

struct db *
issuer_db(struct issuer *issuer)
{
	return issuer->db;
}

static int
paper_holder(struct issuer *issuer, const struct code_claims *claims, uint32_t *ret_person, struct error *e)
{
	int64_t person;
	int r = db_one_int(issuer->db, "SELECT person FROM issuer_paper WHERE handle = $1 AND jurisdiction = $2",
		(struct db_value[]){db_blob(claims->id, CODE_ID_SIZE), db_text(claims->issuer)}, 2, &person, e);

	if (r == 0)
		*ret_person = (uint32_t)person;
	return r;
}

static int
open_id(
	const uint8_t day_key[KEYS_SIZE], const uint8_t id[CODE_ID_SIZE], struct code_id_parts *ret_parts, struct error *e)
{
	struct code_id_key *ids = NULL;
	int r = code_id_key_new(day_key, &ids, e);

	if (r == 0)
		r = code_id_open(ids, id, ret_parts, e);
	code_id_key_free(ids);
	return r;
}

int
issuer_holder(struct issuer *issuer, const struct code_claims *claims, uint32_t *ret_person, struct error *e)
{
	struct code_id_parts parts = {0};
	uint8_t day_key[KEYS_SIZE];
	char name[KEY_NAME_SIZE];
	uint32_t number = 0;
	size_t length;
	int r;

	if (claims->card[0])
		return paper_holder(issuer, claims, ret_person, e);
	if ((r = issuer_number(issuer, claims->issuer, &number, e)) < 0)
		return r;
	if ((r = keys_get(issuer->keys, day_key_name(zone_day(&zone_utc, claims->issued_at), name), day_key, sizeof day_key,
			 &length, e)) < 0)
		return r;
	r = open_id(day_key, claims->id, &parts, e);
	keys_wipe(day_key, sizeof day_key);
	if (r < 0)
		return r;
	if (parts.jurisdiction != number || parts.slot != (uint64_t)(claims->issued_at / ISSUER_SLOT_S))
		return error_set(e, ERROR_EXISTS_NOT, "the code is not this issuer's");
	*ret_person = parts.person;
	return 0;
}

/* Whether the day's key opens the id to a code that may have been shown at ${at}. */
static int
opens_to(struct issuer *issuer, day_number day, const uint8_t id[CODE_ID_SIZE], instant at, uint32_t *ret_person,
	struct error *e)
{
	struct code_id_parts parts = {0};
	uint8_t day_key[KEYS_SIZE];
	char name[KEY_NAME_SIZE];
	int64_t known;
	size_t length;
	instant issued_at;
	int r;

	if ((r = keys_get(issuer->keys, day_key_name(day, name), day_key, sizeof day_key, &length, e)) < 0)
		return r;
	r = open_id(day_key, id, &parts, e);
	keys_wipe(day_key, sizeof day_key);
	if (r < 0)
		return r;
	if (parts.slot > (uint64_t)(INT64_MAX / ISSUER_SLOT_S))
		return ERROR_EXISTS_NOT;
	issued_at = (instant)parts.slot * ISSUER_SLOT_S;
	if (issued_at > at + DAY_S || issued_at < at - DAY_S)
		return ERROR_EXISTS_NOT;
	if ((r = db_one_int(issuer->db, "SELECT count(*) FROM issuer_jurisdiction WHERE number = $1",
			 (struct db_value[]){db_int(parts.jurisdiction)}, 1, &known, e)) < 0)
		return r;
	if (!known)
		return ERROR_EXISTS_NOT;
	*ret_person = parts.person;
	return 0;
}

int
issuer_holder_of_id(
	struct issuer *issuer, const uint8_t id[CODE_ID_SIZE], instant at, uint32_t *ret_person, struct error *e)
{
	day_number today = zone_day(&zone_utc, at);
	int64_t person;
	int r = db_one_int(issuer->db, "SELECT person FROM issuer_paper WHERE handle = $1",
		(struct db_value[]){db_blob(id, CODE_ID_SIZE)}, 1, &person, e);

	if (r == 0)
		*ret_person = (uint32_t)person;
	for (day_number day = today - 1; r == ERROR_EXISTS_NOT && day <= today + 1; day++)
		r = opens_to(issuer, day, id, at, ret_person, e);
	return r == ERROR_EXISTS_NOT ? error_set(e, r, "nobody can tell whose code that is") : r;
}

int
issuer_forget_days(struct issuer *issuer, day_number before, struct error *e)
{
	struct file_names names = {0};
	char first_kept[KEY_NAME_SIZE];
	int count = 0, r;

	day_key_name(before, first_kept);
	if ((r = db_do(issuer->db, "DELETE FROM issuer_paper WHERE issued_at < $1",
			 (struct db_value[]){db_int((instant)before * DAY_S)}, 1, e)) < 0 ||
		(r = keys_list(issuer->keys, "day-code-", &names, e)) < 0)
		return r;
	/* Dates of one length sort as text. */
	for (size_t i = 0; r == 0 && i < names.count; i++)
		if (strcmp(names.names[i], first_kept) < 0 && (r = keys_destroy(issuer->keys, names.names[i], e)) == 0)
			count++;
	file_names_free(&names);
	issuer_forget(issuer);
	return r < 0 ? r : count;
}
