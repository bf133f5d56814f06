/* What peers tell us of people's colours: evidence of theirs. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "gate/gate.h"

static int
take_peer(const struct peer *peer, void *context, struct error *e)
{
	struct peer_asking *asking = context;

	(void)e;
	if (!peer->takes)
		return 0;
	snprintf(asking->url, sizeof asking->url, "%s", peer->url);
	memcpy(asking->pin, peer->pin, PEER_PIN_SIZE);
	return 0;
}

/* The peer of that name if we take of it, its URL "" if not. */
static int
find_peer(struct registry *registry, const char *jurisdiction, struct peer_asking *asking, struct error *e)
{
	int r = peer_find(registry_db(registry), jurisdiction, take_peer, asking, e);

	return r == ERROR_EXISTS_NOT ? 0 : r;
}

/* How the peer names our person to us. */
static int
name_person(struct registry *registry, const char *issuer, const char *audience, person_number person,
	uint8_t subject[STATEMENT_SUBJECT_SIZE], struct error *e)
{
	struct registry_identity identity = {0};
	int r = registry_identity_own(registry, person, &identity, e);

	if (r == 0)
		r = peer_subject(
			registry_db(registry), registry_keys(registry), issuer, issuer, audience, identity.id_number, subject, e);
	registry_identity_wipe(&identity);
	return r;
}

/* Of a code whose colour is not told, whether one of any colour would count. */
static bool
recognises(const struct pack *pack, const struct code_claims *claims, instant now)
{
	if (claims->colour)
		return gate_recognises(pack, claims->issuer, claims->colour, claims->issued_at, now);
	for (enum code_colour colour = CODE_GREEN; colour <= CODE_GRAY; colour++)
		if (gate_recognises(pack, claims->issuer, colour, claims->issued_at, now))
			return true;
	return false;
}

int
peer_prepare(struct cascade *cascade, struct issuer *issuer, const struct pack *pack, person_number person,
	const char *code, struct peer_asking *asking, const char **ret_cause, struct error *e)
{
	struct registry *registry = cascade_registry(cascade);
	instant now = registry_clock(registry);
	const struct code_claims *claims = &asking->claims;
	const struct trust *trust;
	enum code_cause cause;
	int r;

	*asking = (struct peer_asking){0};
	if ((r = issuer_trust(issuer, now, &trust, e)) < 0)
		return r;
	if (code_verify(code, strlen(code), trust, now, &asking->claims, &cause, &(struct error){0}) < 0)
		return error_no_memory(e);
	*ret_cause = NULL;
	/* What is sealed to its own gates is what is asked: the issuer's service opens it. */
	if (cause != CODE_VALID && cause != CODE_SEALED)
		*ret_cause = code_cause_name(cause);
	else if (strcmp(claims->issuer, pack_jurisdiction(pack)) == 0)
		*ret_cause = "own";
	else if (!recognises(pack, claims, now))
		*ret_cause = gate_cause_name(GATE_NOT_RECOGNISED);
	else if ((r = find_peer(registry, claims->issuer, asking, e)) < 0)
		return r;
	else if (!*asking->url)
		*ret_cause = "unknown_peer";
	if (*ret_cause)
		return 0;
	asking->question.jurisdiction = claims->issuer;
	asking->question.audience = pack_jurisdiction(pack);
	asking->question.code = code;
	return name_person(registry, claims->issuer, pack_jurisdiction(pack), person, asking->question.subject, e);
}

/* What is known of a subject: the last statement's number, and the evidence that it made: ${key} is "" where there is none. */
struct taken {
	person_number person;
	int64_t number;
	char key[EVIDENCE_KEY_MAX + 1];
	enum code_colour colour;
	instant at, until;
};

/* Return 1 if the subject is known, 0, or a code. */
static int
find_taken(struct db *db, const struct statement *s, struct taken *taken, struct error *e)
{
	struct db_statement *row = NULL;
	int r = db_start(db,
		"SELECT person, number, key, colour, at, until FROM peer_taken WHERE issuer = $1 AND audience = $2 AND subject = $3",
		(struct db_value[]){db_text(s->issuer), db_text(s->audience), db_blob(s->subject, STATEMENT_SUBJECT_SIZE)}, 3,
		&row, e);

	if (r == 0 && (r = db_step(row, e)) == 1) {
		taken->person = (person_number)db_column_int(row, 0);
		taken->number = db_column_int(row, 1);
		snprintf(taken->key, sizeof taken->key, "%s", db_column_text(row, 2));
		taken->at = db_column_int(row, 4);
		taken->until = db_column_int(row, 5);
		if (!code_colour_read(db_column_text(row, 3), &taken->colour))
			r = error_set(e, ERROR_CORRUPT, "what a peer said has no colour");
	}
	db_finish(row);
	return r;
}

static int
put_taken(struct db *db, const struct statement *s, const struct taken *taken, struct error *e)
{
	return db_do(db,
		"INSERT INTO peer_taken (issuer, audience, subject, person, number, key, colour, at, until)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
		" ON CONFLICT (issuer, audience, subject) DO UPDATE SET person = excluded.person, number = excluded.number,"
		" key = excluded.key, colour = excluded.colour, at = excluded.at, until = excluded.until",
		(struct db_value[]){db_text(s->issuer), db_text(s->audience), db_blob(s->subject, STATEMENT_SUBJECT_SIZE),
			db_int(taken->person), db_int(taken->number), db_text(taken->key), db_text(code_colour_name(taken->colour)),
			db_int(taken->at), db_int(taken->until)},
		9, e);
}

/* The evidence under the key of ${taken}, as it says. */
static int
put_evidence(struct registry *registry, const struct statement *s, const struct taken *taken, struct error *e)
{
	struct buffer body = buffer_make(EVIDENCE_BODY_MAX);
	char at[TIME_TEXT_SIZE], until[TIME_TEXT_SIZE];
	enum evidence_outcome outcome;
	struct evidence_row row = {.kind = EVIDENCE_RECOGNITION,
		.person = taken->person,
		.key = taken->key,
		.at = taken->at,
		.recorded_at = registry_recording_time(registry)};
	json_t *said = json_pack("{s:s, s:s, s:s, s:s, s:s}", "in", s->audience, "jurisdiction", s->issuer, "colour",
		code_colour_name(taken->colour), "at", time_write(taken->at, &zone_utc, at), "until",
		time_write(taken->until, &zone_utc, until));
	int r = said ? json_write(said, &body, e) : error_no_memory(e);

	if (r == 0) {
		row.body = buffer_text(&body);
		r = registry_evidence_put(registry, &row, &outcome, e);
	}
	json_decref(said);
	buffer_free(&body);
	return r;
}

/* P3: the same colour without a gap goes on; else what was said ends, and what is said begins. */
static int
follow(struct registry *registry, const struct statement *s, instant until, instant now, struct taken *taken,
	struct error *e)
{
	instant at = s->issued_at < now ? s->issued_at : now;
	bool counted = *taken->key && taken->until > at;
	char subject[2 * STATEMENT_SUBJECT_SIZE + 1];
	int r = 0;

	taken->number = s->number;
	if (counted && until > at && taken->colour == s->colour) {
		taken->until = until;
		return put_evidence(registry, s, taken, e);
	}
	if (counted) {
		taken->until = at > taken->at ? at : taken->at;
		if ((r = put_evidence(registry, s, taken, e)) < 0)
			return r;
	}
	taken->key[0] = 0;
	taken->colour = s->colour;
	taken->at = at;
	taken->until = until > at ? until : at;
	if (until <= at)
		return 0;
	snprintf(taken->key, sizeof taken->key, "%s/%s/%s/%" PRId64, s->audience, s->issuer,
		text_hex(s->subject, sizeof s->subject, subject), s->number);
	return put_evidence(registry, s, taken, e);
}

/* Until when what is said counts here: the pack says of whom, which colours, and how fresh. */
static instant
counts_until(const struct pack *pack, const struct statement *s, instant now)
{
	instant until = gate_recognised_until(pack, s->issuer, s->colour, s->issued_at < now ? s->issued_at : now, now);

	return until < s->expires_at ? until : s->expires_at;
}

static int
take(struct registry *registry, const struct pack *pack, const struct statement *s, person_number person,
	const char **ret_cause, struct error *e)
{
	instant now = registry_clock(registry);
	struct taken taken = {.person = person};
	int r;

	if ((r = db_do(registry_db(registry), "DELETE FROM peer_taken WHERE until <= $1",
			 (struct db_value[]){db_int(now - PEER_CONSENT_S)}, 1, e)) < 0 ||
		(r = find_taken(registry_db(registry), s, &taken, e)) < 0)
		return r;
	*ret_cause = NULL;
	if (r == 0 && !person)
		*ret_cause = "unknown_subject";
	else if (r == 1 && s->number < taken.number)
		*ret_cause = "older";
	if (*ret_cause || (r == 1 && s->number == taken.number))
		return 0;
	if (person)
		taken.person = person;
	if ((r = follow(registry, s, counts_until(pack, s, now), now, &taken, e)) < 0)
		return r;
	return put_taken(registry_db(registry), s, &taken, e);
}

static bool
is_here(struct registry *registry, const char *jurisdiction, const struct pack **ret_pack)
{
	int64_t count = 0;

	return db_one_int(registry_db(registry), "SELECT count(*) FROM issuer_jurisdiction WHERE jurisdiction = $1",
			   (struct db_value[]){db_text(jurisdiction)}, 1, &count, &(struct error){0}) == 0 &&
		count && registry_pack(registry, jurisdiction, ret_pack, &(struct error){0}) == 0;
}

/* P1 and P4: who may have said it, for whom, and about whom. */
static int
find_fault(struct registry *registry, const struct statement *s, const uint8_t pin[PEER_PIN_SIZE], person_number person,
	const struct pack **ret_pack, const char **ret_cause, struct error *e)
{
	struct peer_asking peer = {0};
	uint8_t subject[STATEMENT_SUBJECT_SIZE];
	int r = find_peer(registry, s->issuer, &peer, e);

	if (r < 0)
		return r;
	*ret_cause = NULL;
	if (!*peer.url || memcmp(peer.pin, pin, PEER_PIN_SIZE) != 0)
		*ret_cause = "unknown_peer";
	else if (!is_here(registry, s->audience, ret_pack))
		*ret_cause = "not_ours";
	else if (person && (r = name_person(registry, s->issuer, s->audience, person, subject, e)) == 0 &&
		memcmp(subject, s->subject, sizeof subject) != 0)
		*ret_cause = "unknown_subject";
	return r;
}

int
peer_take(struct cascade *cascade, struct issuer *issuer, const char *text, size_t length,
	const uint8_t pin[PEER_PIN_SIZE], person_number person, struct statement *ret_statement, const char **ret_cause,
	struct error *e)
{
	struct registry *registry = cascade_registry(cascade);
	const struct pack *pack = NULL;
	const struct trust *trust;
	struct statement s = {0};
	enum code_cause cause;
	int r;

	if ((r = issuer_trust(issuer, registry_clock(registry), &trust, e)) < 0)
		return r;
	if (statement_verify(text, length, trust, registry_clock(registry), &s, &cause, &(struct error){0}) < 0)
		return error_no_memory(e);
	*ret_statement = s;
	*ret_cause = code_cause_name(cause);
	if (cause != CODE_VALID || (r = find_fault(registry, &s, pin, person, &pack, ret_cause, e)) < 0 || *ret_cause)
		return r;
	if ((r = registry_begin(registry, e)) < 0)
		return r;
	if ((r = take(registry, pack, &s, person, ret_cause, e)) < 0)
		registry_rollback(registry);
	else
		r = registry_commit(registry, e);
	return r;
}
