/* What we tell peers of people's colours. */

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gate/peer.h"

/* Whether the peer is one to which we give, and who asks is it (P4). */
struct admitting {
	const uint8_t *pin;
	bool admitted;
};

static int
admit_asker(const struct peer *peer, void *context, struct error *e)
{
	struct admitting *admitting = context;

	(void)e;
	admitting->admitted = peer->gives && memcmp(peer->pin, admitting->pin, PEER_PIN_SIZE) == 0;
	return 0;
}

/* One person of whom a peer hears. */
struct given {
	int64_t id; /* 0: not yet */
	char peer[ISSUER_SIZE], jurisdiction[ISSUER_SIZE];
	person_number person;
	struct statement said;
	instant until;
};

#define GIVEN "id, peer, jurisdiction, person, subject, until, number, colour, issued_at, expires_at"

static int
read_given(struct db_statement *row, struct given *given, struct error *e)
{
	size_t length;
	const void *subject = db_column_blob(row, 4, &length);

	*given = (struct given){.id = db_column_int(row, 0),
		.person = (person_number)db_column_int(row, 3),
		.until = db_column_int(row, 5),
		.said = {
			.number = db_column_int(row, 6), .issued_at = db_column_int(row, 8), .expires_at = db_column_int(row, 9)}};
	if (length != STATEMENT_SUBJECT_SIZE || !code_colour_read(db_column_text(row, 7), &given->said.colour))
		return error_set(e, ERROR_CORRUPT, "what a peer was told is no statement");
	snprintf(given->peer, sizeof given->peer, "%s", db_column_text(row, 1));
	snprintf(given->jurisdiction, sizeof given->jurisdiction, "%s", db_column_text(row, 2));
	snprintf(given->said.issuer, sizeof given->said.issuer, "%s", given->jurisdiction);
	snprintf(given->said.audience, sizeof given->said.audience, "%s", given->peer);
	memcpy(given->said.subject, subject, STATEMENT_SUBJECT_SIZE);
	return 0;
}

/* Return 1 and what was said, 0 where nothing was, or a code. */
static int
find_given(struct db *db, struct given *given, struct error *e)
{
	struct db_statement *row = NULL;
	int r = db_start(db, "SELECT " GIVEN " FROM peer_given WHERE peer = $1 AND jurisdiction = $2 AND person = $3",
		(struct db_value[]){db_text(given->peer), db_text(given->jurisdiction), db_int(given->person)}, 3, &row, e);

	if (r == 0 && (r = db_step(row, e)) == 1)
		r = read_given(row, given, e) < 0 ? ERROR_CORRUPT : 1;
	db_finish(row);
	return r;
}

/* Say ${colour} from ${now} on, for as long as a statement counts or (${back}) not at all, and keep it; the text is appended to ${text}. The
 * number is the clock's, so that one goes on growing though what was said before was forgotten. */
static int
say(struct issuer *issuer, struct db *db, struct given *given, enum code_colour colour, instant now, bool back,
	bool told, struct buffer *text, struct error *e)
{
	struct statement *said = &given->said;
	size_t before = text->length;
	int r;

	said->colour = colour;
	said->number = now > said->number ? now : said->number + 1;
	said->issued_at = now;
	said->expires_at = back ? now : now + PEER_STATEMENT_S < given->until ? now + PEER_STATEMENT_S : given->until;
	if ((r = issuer_sign_statement(issuer, said, now, text, e)) < 0)
		return r;
	return db_do(db,
		"INSERT INTO peer_given (peer, jurisdiction, person, subject, until, number, colour, issued_at, expires_at,"
		" statement, told) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
		" ON CONFLICT (peer, jurisdiction, person) DO UPDATE SET subject = excluded.subject, until = excluded.until,"
		" number = excluded.number, colour = excluded.colour, issued_at = excluded.issued_at,"
		" expires_at = excluded.expires_at, statement = excluded.statement, told = excluded.told",
		(struct db_value[]){db_text(given->peer), db_text(given->jurisdiction), db_int(given->person),
			db_blob(said->subject, STATEMENT_SUBJECT_SIZE), db_int(given->until), db_int(said->number),
			db_text(code_colour_name(colour)), db_int(said->issued_at), db_int(said->expires_at),
			db_text_of(buffer_text(text) + before, text->length - before), db_int(told)},
		11, e);
}

/* Whose code it is: 0 and the person, or the cause why nothing is told. */
static int
holder_of(struct issuer *issuer, const struct peer_question *question, instant now, person_number *ret_person,
	const char **ret_cause, struct error *e)
{
	struct code_claims claims = {0};
	const struct trust *trust;
	enum code_cause cause;
	int r;

	if ((r = issuer_trust(issuer, now, &trust, e)) < 0)
		return r;
	if (code_verify(question->code, strlen(question->code), trust, now, &claims, &cause, &(struct error){0}) < 0)
		return error_no_memory(e);
	*ret_cause = "not_ours";
	if (cause != CODE_VALID)
		*ret_cause = code_cause_name(cause);
	else if (strcmp(claims.issuer, question->jurisdiction) == 0) {
		if ((r = issuer_holder(issuer, &claims, ret_person, e)) == 0)
			*ret_cause = NULL;
		else if (r != ERROR_EXISTS_NOT)
			return r;
	}
	return 0;
}

/* P1: whether the peer names the person whose code it has. Who asked stands in the person's log. */
static int
is_of(struct registry *registry, const struct peer_question *question, person_number person, bool *ret_is,
	struct error *e)
{
	struct registry_identity identity = {0};
	uint8_t subject[STATEMENT_SUBJECT_SIZE];
	int r;

	if ((r = registry_identity_open(
			 registry, person, "asked with the code that you showed there", question->audience, &identity, e)) < 0)
		return r;
	if ((r = peer_subject(registry_db(registry), registry_keys(registry), question->audience, question->jurisdiction,
			 question->audience, identity.id_number, subject, e)) == 0)
		*ret_is = sodium_memcmp(subject, question->subject, sizeof subject) == 0;
	registry_identity_wipe(&identity);
	return r;
}

static int
colour_of(struct cascade *cascade, person_number person, const char *jurisdiction, enum code_colour *ret_colour,
	struct error *e)
{
	struct registry_colour colour;
	int r = cascade_colour(cascade, person, jurisdiction, &colour, e);

	if (r == 0 && !code_colour_read(colour_name(colour.colour), ret_colour))
		r = error_set(e, ERROR_CORRUPT, "a colour that no code has");
	return r;
}

/* P2 begins. */
static int
remember(struct registry *registry, struct issuer *issuer, struct given *given, const struct peer_question *question,
	enum code_colour colour, instant now, struct buffer *text, struct error *e)
{
	int r;

	if ((r = registry_begin(registry, e)) < 0)
		return r;
	if ((r = find_given(registry_db(registry), given, e)) >= 0) {
		memcpy(given->said.subject, question->subject, STATEMENT_SUBJECT_SIZE);
		given->until = now + PEER_CONSENT_S;
		r = say(issuer, registry_db(registry), given, colour, now, false, true, text, e);
	}
	if (r < 0)
		registry_rollback(registry);
	else
		r = registry_commit(registry, e);
	return r;
}

int
peer_give(struct cascade *cascade, struct issuer *issuer, const struct peer_question *question,
	const uint8_t pin[PEER_PIN_SIZE], struct buffer *text, const char **ret_cause, struct error *e)
{
	struct registry *registry = cascade_registry(cascade);
	instant now = registry_clock(registry);
	struct admitting admitting = {.pin = pin};
	struct given given = {0};
	const char *cause = NULL;
	enum code_colour colour = CODE_GRAY;
	bool same = false;
	int r = peer_find(registry_db(registry), question->audience, admit_asker, &admitting, e);

	if (r < 0 && r != ERROR_EXISTS_NOT)
		return r;
	*ret_cause = "unknown_peer";
	if (!admitting.admitted)
		return 0;
	if ((r = holder_of(issuer, question, now, &given.person, &cause, e)) < 0)
		return r;
	if (!cause && (r = is_of(registry, question, given.person, &same, e)) < 0)
		return r;
	if (!cause && !same)
		cause = "another_person";
	if (!cause && (r = colour_of(cascade, given.person, question->jurisdiction, &colour, e)) == ERROR_EXISTS_NOT)
		cause = "no_colour";
	else if (r < 0)
		return r;
	*ret_cause = cause;
	if (cause)
		return 0;
	snprintf(given.peer, sizeof given.peer, "%s", question->audience);
	snprintf(given.jurisdiction, sizeof given.jurisdiction, "%s", question->jurisdiction);
	snprintf(given.said.issuer, sizeof given.said.issuer, "%s", question->jurisdiction);
	snprintf(given.said.audience, sizeof given.said.audience, "%s", question->audience);
	return remember(registry, issuer, &given, question, colour, now, text, e);
}

/* P2: whether the peer is to hear again. */
static bool
is_to_be_said(const struct given *given, enum code_colour colour, instant now)
{
	int64_t life = given->said.expires_at - given->said.issued_at;

	return colour != given->said.colour ||
		(given->said.expires_at < given->until && now >= given->said.issued_at + life / 2);
}

static int
renew_one(struct cascade *cascade, struct issuer *issuer, struct given *given, instant now, struct error *e)
{
	struct registry *registry = cascade_registry(cascade);
	struct buffer text = buffer_make(STATEMENT_TEXT_MAX);
	enum code_colour colour = CODE_GRAY;
	bool back;
	int r;

	r = colour_of(cascade, given->person, given->jurisdiction, &colour, e);
	if (r == ERROR_BAD_INPUT || r == ERROR_TOO_LARGE)
		return 0;                 /* a rule fails on their evidence: what was said ends by itself */
	back = r == ERROR_EXISTS_NOT; /* the application was undone */
	if (!back && (r < 0 || !is_to_be_said(given, colour, now)))
		return r;
	if ((r = registry_begin(registry, e)) < 0)
		return r;
	if (back)
		r = peer_withdraw(issuer, given->jurisdiction, given->person, now, e);
	else if ((r = find_given(registry_db(registry), given, e)) == 1)
		r = say(issuer, registry_db(registry), given, colour, now, false, false, &text, e);
	if (r < 0)
		registry_rollback(registry);
	else
		r = registry_commit(registry, e);
	buffer_free(&text);
	return r;
}

/* Up to ${capacity} of those after ${after} whom it concerns. */
static int
read_some(
	struct db *db, int64_t after, instant now, struct given *some, size_t capacity, size_t *ret_count, struct error *e)
{
	struct db_statement *row = NULL;
	size_t count = 0;
	int r = db_start(db, "SELECT " GIVEN " FROM peer_given WHERE id > $1 AND until > $2 ORDER BY id LIMIT $3",
		(struct db_value[]){db_int(after), db_int(now), db_int((int64_t)capacity)}, 3, &row, e);

	while (r == 0 && (r = db_step(row, e)) == 1)
		r = read_given(row, &some[count++], e);
	db_finish(row);
	*ret_count = count;
	return r;
}

static int64_t
monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int
peer_renew(struct cascade *cascade, struct issuer *issuer, int64_t after, int64_t budget_ms, int64_t *ret_after,
	struct error *e)
{
	struct registry *registry = cascade_registry(cascade);
	struct db *db = registry_db(registry);
	int64_t until_ms = monotonic_ms() + budget_ms;
	instant now = registry_clock(registry);
	struct given some[PEER_BATCH];
	size_t count = PEER_BATCH;
	int r = 0;

	/* What was taken back stays a day for a peer that does not answer. */
	if (after == 0 &&
		(r = db_do(db,
			 "DELETE FROM peer_given WHERE until <= $1 AND (told <> 0 OR expires_at > issued_at OR until <= $2)",
			 (struct db_value[]){db_int(now), db_int(now - DAY_S)}, 2, e)) < 0)
		return r;
	while (r >= 0 && count == PEER_BATCH && monotonic_ms() < until_ms) {
		if ((r = read_some(db, after, now, some, PEER_BATCH, &count, e)) < 0)
			break;
		for (size_t i = 0; r >= 0 && i < count; i++)
			if ((r = renew_one(cascade, issuer, &some[i], now, e)) >= 0)
				after = some[i].id;
	}
	if (r < 0)
		return r;
	*ret_after = count < PEER_BATCH ? 0 : after;
	return 0;
}

int
peer_withdraw(struct issuer *issuer, const char *jurisdiction, person_number person, instant now, struct error *e)
{
	struct db *db = issuer_db(issuer);
	struct given some[PEER_BATCH];
	struct db_statement *row = NULL;
	size_t count = PEER_BATCH;
	int64_t after = 0;
	int r = 0;

	while (r >= 0 && count == PEER_BATCH) {
		count = 0;
		r = db_start(db,
			"SELECT " GIVEN " FROM peer_given WHERE person = $1 AND jurisdiction = $2 AND until > $3 AND id > $4"
			" ORDER BY id LIMIT $5",
			(struct db_value[]){db_int(person), db_text(jurisdiction), db_int(now), db_int(after), db_int(PEER_BATCH)},
			5, &row, e);
		while (r == 0 && (r = db_step(row, e)) == 1)
			r = read_given(row, &some[count++], e);
		db_finish(row);
		row = NULL;
		for (size_t i = 0; r >= 0 && i < count; i++) {
			struct buffer text = buffer_make(STATEMENT_TEXT_MAX);

			after = some[i].id;
			some[i].until = now;
			r = say(issuer, db, &some[i], some[i].said.colour, now, true, false, &text, e);
			buffer_free(&text);
		}
	}
	return r < 0 ? r : 0;
}

int
peer_waiting_each(struct db *db, const char *peer,
	int (*each)(const struct peer_waiting *waiting, void *context, struct error *e), void *context, struct error *e)
{
	struct db_statement *row = NULL;
	int r =
		db_start(db, "SELECT id, number, statement FROM peer_given WHERE told = 0 AND peer = $1 ORDER BY id LIMIT $2",
			(struct db_value[]){db_text(peer), db_int(PEER_BATCH)}, 2, &row, e);

	while (r == 0 && (r = db_step(row, e)) == 1)
		r = each(
			&(struct peer_waiting){
				.id = db_column_int(row, 0), .number = db_column_int(row, 1), .text = db_column_text(row, 2)},
			context, e);
	db_finish(row);
	return r;
}

int
peer_told(struct db *db, int64_t id, int64_t number, bool known, struct error *e)
{
	return db_do(db,
		known ? "UPDATE peer_given SET told = 1 WHERE id = $1 AND number = $2"
			  : "DELETE FROM peer_given WHERE id = $1 AND number >= $2",
		(struct db_value[]){db_int(id), db_int(number)}, 2, e);
}
