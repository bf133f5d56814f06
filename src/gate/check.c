/* A check at a place of this store: the rule found, the decision made, the receipt kept. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/gate.h"

enum { OFFLINE_AGE_MAX_S = DAY_S, OFFLINE_AHEAD_MAX_S = 300 };

/* How many digits of ${division} the pack's area covers; -1 where it does not. */
static int
covers(const struct pack *pack, const char *division)
{
	const json_t *prefix, *area = pack_section(pack, "area");
	int most = -1;
	size_t i;

	json_array_foreach((json_t *)area, i, prefix)
	{
		int length = (int)json_string_length(prefix);

		if (json_is_string(prefix) && length > most &&
			strncmp(division, json_string_value(prefix), (size_t)length) == 0)
			most = length;
	}
	return most;
}

int
gate_jurisdiction(
	struct cascade *cascade, const char *division, const struct pack **ret_pack, bool *ret_covered, struct error *e)
{
	struct registry *registry = cascade_registry(cascade);
	char(*names)[JURISDICTION_SIZE] = NULL;
	const struct pack *pack, *best = NULL;
	size_t count = 0;
	int r, most = -1;

	if ((r = registry_jurisdictions(registry, &names, &count, e)) < 0)
		return r;
	for (size_t i = 0; i < count; i++) {
		if ((r = registry_pack(registry, names[i], &pack, e)) < 0)
			goto out;
		if (!best || covers(pack, division) > most) {
			most = covers(pack, division);
			best = pack;
		}
	}
	*ret_pack = best;
	*ret_covered = most >= 0;
out:
	free(names);
	return r;
}

/* What a check works with, once its place is known. ${person} is whose code or ID number it is, 0 where not known. */
struct checking {
	struct cascade *cascade;
	struct issuer *issuer;
	const struct gate_question *question;
	struct presence_place place;
	const struct pack *pack; /* whose rule holds there */
	bool covered;
	struct gate_rule rule;
	struct code_claims claims; /* zeroes where no code's signature holds */
	bool elsewhere;            /* the code was shown at another place just now */
	person_number person;
};

static int
read_place(struct checking *c, struct error *e)
{
	const struct presence_view view = {.now = INT64_MAX, .known = registry_known(cascade_registry(c->cascade))};
	int r;

	if ((r = presence_find_place(cascade_presence(c->cascade), c->question->place, &view, &c->place, e)) < 0 ||
		(r = gate_jurisdiction(c->cascade, c->place.division, &c->pack, &c->covered, e)) < 0)
		return r;
	return gate_rule_read(pack_section(c->pack, "gate"), c->place.kind, &c->rule, e);
}

/* A person's colour of now. Where it cannot be worked out, there is none (${ret_colour} untouched). */
static int
colour_of(
	struct checking *c, const char *jurisdiction, person_number person, enum code_colour *ret_colour, struct error *e)
{
	struct registry_colour colour;
	int r = cascade_colour(c->cascade, person, jurisdiction, &colour, e);

	if (r == ERROR_EXISTS_NOT || r == ERROR_BAD_INPUT || r == ERROR_TOO_LARGE)
		return 0;
	if (r == 0)
		code_colour_read(colour_name(colour.colour), ret_colour);
	return r;
}

/* Whose paper it is, and their colour of now, which counts before the one that was printed. */
static int
look_paper_up(struct checking *c, enum code_cause *cause, struct error *e)
{
	enum code_colour colour = 0;
	int r = issuer_holder(c->issuer, &c->claims, &c->person, e);

	if (r == ERROR_EXISTS_NOT)
		return 0;
	if (r < 0 || (r = colour_of(c, c->claims.issuer, c->person, &colour, e)) < 0 || !colour)
		return r;
	c->claims.colour = colour;
	*cause = CODE_VALID;
	return 0;
}

static int
decide_code(struct checking *c, struct gate_answer *answer, struct error *e)
{
	const struct gate_question *question = c->question;
	const struct trust *trust;
	enum code_cause cause;
	struct error malformed = {0};
	int r;

	if ((r = issuer_trust(c->issuer, answer->at, &trust, e)) < 0)
		return r;
	if (code_verify(question->code, strlen(question->code), trust, answer->at, &c->claims, &cause, &malformed) < 0)
		return error_no_memory(e);
	if (cause == CODE_SEALED) { /* perhaps to a key that is younger than what is remembered */
		if ((r = issuer_trust_anew(c->issuer, answer->at, &trust, e)) < 0)
			return r;
		if (code_verify(question->code, strlen(question->code), trust, answer->at, &c->claims, &cause, &malformed) < 0)
			return error_no_memory(e);
	}
	if (c->claims.card[0] && !question->offline && (cause == CODE_VALID || cause == CODE_EXPIRED) &&
		answer->at < c->claims.issued_at + CODE_LIFETIME_MAX_S && (r = look_paper_up(c, &cause, e)) < 0)
		return r;
	answer->verdict = gate_decide(&c->rule, cause, c->claims.colour,
		!c->covered || gate_recognises(c->pack, c->claims.issuer, c->claims.colour, c->claims.issued_at, answer->at),
		question->temperature_tenths_c, &answer->cause, &answer->act);
	answer->has_colour = cause == CODE_VALID;
	answer->colour = c->claims.colour;
	/* Whatever the verdict: a place that asks about the colour may tell a name, and a copy of the code must have none. */
	if (answer->has_colour && !c->claims.card[0] && question->shown && !question->offline)
		c->elsewhere =
			shown_elsewhere(question->shown, c->claims.id, question->place, c->claims.expires_at, answer->at);
	if (answer->has_colour && c->claims.card[0]) {
		memcpy(answer->card, c->claims.card, sizeof answer->card);
		if (answer->verdict == GATE_PASS)
			answer->act = gate_act_of_paper();
	} else if (answer->verdict == GATE_PASS && c->elsewhere) {
		answer->verdict = GATE_ASK;
		answer->cause = GATE_SHOWN_ELSEWHERE;
		answer->act = gate_act_of(answer->cause);
	}
	return 0;
}

struct typed {
	struct checking *c;
	enum code_colour worst; /* 0: none */
};

static enum colour
colour_in_policy(enum code_colour code)
{
	enum colour colour = COLOUR_GRAY;

	(void)colour_read(code_colour_name(code), &colour);
	return colour;
}

/* Of several jurisdictions that count here, the stricter colour does. */
static int
add_applied(const struct registry_applied *applied, void *context, struct error *e)
{
	struct typed *typed = context;
	struct checking *c = typed->c;
	instant now = registry_now(cascade_registry(c->cascade));
	enum code_colour colour = 0;
	int r;

	if ((r = colour_of(c, applied->jurisdiction, c->person, &colour, e)) < 0 || !colour)
		return r;
	if (c->covered && !gate_recognises(c->pack, applied->jurisdiction, colour, now, now))
		return 0;
	if (!typed->worst ||
		pack_severity(c->pack, colour_in_policy(colour)) > pack_severity(c->pack, colour_in_policy(typed->worst)))
		typed->worst = colour;
	return 0;
}

/* What the place is called in a log: by its code where its name is too long for one. */
static const char *
place_called(const struct checking *c)
{
	return *c->place.name && strlen(c->place.name) < CHECK_PLACE_SIZE ? c->place.name : c->question->place;
}

/* A typed number: one that is not known, or has no colour that counts here, is as a gray one. */
static int
decide_typed(struct checking *c, struct gate_answer *answer, struct error *e)
{
	struct registry *registry = cascade_registry(c->cascade);
	const char *id_number = c->question->id_number;
	struct typed typed = {.c = c};
	int r = registry_person_by_id_number(registry, id_number, strlen(id_number), false, 0, &c->person, e);

	if ((r < 0 && r != ERROR_EXISTS_NOT) ||
		(r = registry_typed_look(registry, c->person, place_called(c), c->question->by ? c->question->by : "",
			 c->rule.typed_an_hour, e)) < 0 ||
		(c->person && (r = registry_applications_each(registry, c->person, add_applied, &typed, e)) < 0))
		return r;
	answer->verdict = gate_decide(&c->rule, CODE_VALID, typed.worst ? typed.worst : CODE_GRAY, true,
		c->question->temperature_tenths_c, &answer->cause, &answer->act);
	return 0;
}

/* A fever is evidence of the holder, where they are one of ours. */
static int
record_fever(struct checking *c, instant at, struct error *e)
{
	struct registry_checkin checkin = {
		.person = c->person, .at = at, .measured = true, .temperature_tenths_c = c->question->temperature_tenths_c};
	enum evidence_outcome outcome;
	int r = 0;

	if (!checkin.person && c->claims.issuer[0])
		r = issuer_holder(c->issuer, &c->claims, &checkin.person, e);
	if (r == ERROR_EXISTS_NOT || (r == 0 && !checkin.person))
		return 0;
	return r < 0 ? r : registry_checkin_put(cascade_registry(c->cascade), &checkin, &outcome, e);
}

/* The last character with the marks that belong to it, which come after it; "" of one that has no end of them. */
static void
take_name_end(const char *name, char end[GATE_NAME_END_SIZE])
{
	size_t length = strlen(name), at;

	while (length && name[length - 1] == ' ')
		length--;
	for (at = length; at;) {
		at--;
		/* Neither within a character nor a combining mark (U+0300 to U+036F). */
		if (((uint8_t)name[at] & 0xc0) != 0x80 && (uint8_t)name[at] != 0xcc && (uint8_t)name[at] != 0xcd)
			break;
	}
	if (length - at < GATE_NAME_END_SIZE)
		snprintf(end, GATE_NAME_END_SIZE, "%.*s", (int)(length - at), name + at);
}

/* Where the place's rule needs a name: what the guard compares, and an entry in the holder's log. In the check's transaction, so that
 * nothing is seen that is not logged. */
static int
tell_name(struct checking *c, struct gate_answer *answer, struct error *e)
{
	const struct gate_question *question = c->question;
	struct registry_identity identity = {0};
	char purpose[CHECK_PLACE_SIZE + 32];
	size_t length;
	int r = 0;

	if (!c->rule.name || !question->code || question->offline || !question->by || !*question->by ||
		!answer->has_colour || answer->verdict == GATE_REFUSE || c->elsewhere)
		return 0;
	if (!c->person && (r = issuer_holder(c->issuer, &c->claims, &c->person, e)) == ERROR_EXISTS_NOT)
		return 0;
	snprintf(purpose, sizeof purpose, "name-at-a-gate: %s", place_called(c));
	if (r < 0 ||
		(r = registry_identity_open(cascade_registry(c->cascade), c->person, purpose, question->by, &identity, e)) < 0)
		goto out;
	take_name_end(identity.name, answer->name_end);
	length = strlen(identity.id_number);
	if (length >= CODE_CARD_SIZE - 1)
		memcpy(answer->id_number_end, identity.id_number + length - (CODE_CARD_SIZE - 1), CODE_CARD_SIZE);
out:
	registry_identity_wipe(&identity);
	return r == ERROR_EXISTS_NOT ? 0 : r;
}

static int
check_time(struct registry *registry, const struct gate_question *question, instant *ret_at, struct error *e)
{
	instant now = registry_now(registry);

	*ret_at = question->offline ? question->at : now;
	if (question->offline && (question->at < now - OFFLINE_AGE_MAX_S || question->at > now + OFFLINE_AHEAD_MAX_S))
		return error_set(e, ERROR_BAD_INPUT, "a check without a network is delivered within a day");
	return 0;
}

/* Of a pass nothing is kept that leads back to a person. */
static void
describe(const struct checking *c, const struct gate_answer *answer, struct registry_check *check)
{
	snprintf(check->place, sizeof check->place, "%s", c->question->place);
	snprintf(check->verdict, sizeof check->verdict, "%s", gate_verdict_name(answer->verdict));
	snprintf(check->cause, sizeof check->cause, "%s", answer->cause ? gate_cause_name(answer->cause) : "");
	snprintf(check->by, sizeof check->by, "%s", c->question->by ? c->question->by : "");
	if (answer->verdict == GATE_PASS || !answer->has_colour)
		return;
	memcpy(check->code_id, c->claims.id, sizeof check->code_id);
	snprintf(check->colour, sizeof check->colour, "%s", code_colour_name(answer->colour));
	check->measured = c->question->temperature_tenths_c != 0;
	check->temperature_tenths_c = c->question->temperature_tenths_c;
}

/* What is told of a typed number is the verdict, and the fever that the guard measured. */
static void
tell_verdict_alone(struct gate_answer *answer)
{
	if (answer->cause == GATE_FEVER)
		return;
	answer->cause = GATE_NONE;
	answer->act = gate_act_of_verdict(answer->verdict);
}

/* The same for both sides: where, when and what, and nobody's name. */
static int
sign_receipt(struct checking *c, struct gate_answer *answer, struct error *e)
{
	struct buffer text = buffer_make(sizeof answer->signed_receipt - 1);
	struct receipt receipt = {.at = answer->at};
	instant now = registry_now(cascade_registry(c->cascade));
	int r;

	memcpy(receipt.number, answer->receipt, sizeof receipt.number);
	snprintf(receipt.place, sizeof receipt.place, "%s", c->question->place);
	snprintf(receipt.verdict, sizeof receipt.verdict, "%s", gate_verdict_name(answer->verdict));
	snprintf(receipt.cause, sizeof receipt.cause, "%s", answer->cause ? gate_cause_name(answer->cause) : "");
	if ((r = issuer_sign_receipt(c->issuer, pack_jurisdiction(c->pack), &receipt, now, &text, e)) == 0)
		snprintf(answer->signed_receipt, sizeof answer->signed_receipt, "%s", buffer_text(&text));
	buffer_free(&text);
	return r;
}

/* What was kept of the check when it was asked for before: 1 and the answer, 0, or a code. Of a pass of which only the number is left
 * nothing else is known than that it was one: a device that delivers it once more is told so, and nobody gets a verdict by it. */
static int
find_asked(struct checking *c, struct gate_answer *answer, struct error *e)
{
	struct registry *registry = cascade_registry(c->cascade);
	struct registry_check kept = {.at = answer->at, .verdict = "pass"};
	const char *by = c->question->by ? c->question->by : "";
	bool forgotten = false;
	int r;

	if (c->question->receipt)
		snprintf(answer->receipt, sizeof answer->receipt, "%s", c->question->receipt);
	else if (c->question->name)
		registry_check_receipt(registry, by, c->question->name, answer->receipt);
	else
		return 0;
	if ((r = registry_check_find(registry, answer->receipt, &kept, e)) == ERROR_EXISTS_NOT &&
		((r = registry_check_was_forgotten(registry, answer->receipt, &forgotten, e)) < 0 || !forgotten))
		return r;
	if (r < 0)
		return r;
	if (forgotten ? !c->question->offline || c->question->verdict != GATE_PASS
				  : strcmp(kept.by, by) != 0 || strcmp(kept.place, c->question->place) != 0)
		return error_set(e, ERROR_EXISTS, "another check has that receipt");
	if (!gate_verdict_read(kept.verdict, &answer->verdict) ||
		(*kept.cause && !gate_cause_read(kept.cause, &answer->cause)))
		return error_set(e, ERROR_CORRUPT, "a kept check has no verdict");
	answer->at = kept.at;
	answer->has_colour = *kept.colour && code_colour_read(kept.colour, &answer->colour);
	answer->act = answer->verdict == GATE_ASK ? gate_act_of_ask(answer->cause) : gate_act_of(answer->cause);
	return 1;
}

int
gate_check(struct cascade *cascade, struct issuer *issuer, const struct gate_question *question,
	struct gate_answer *ret_answer, struct error *e)
{
	struct registry *registry = cascade_registry(cascade);
	struct checking c = {.cascade = cascade, .issuer = issuer, .question = question};
	struct registry_check check = {0};
	struct gate_answer answer = {0};
	int r;

	if ((r = registry_check_clock(registry, e)) < 0 || (r = check_time(registry, question, &answer.at, e)) < 0 ||
		(r = read_place(&c, e)) < 0 || (r = find_asked(&c, &answer, e)) < 0)
		return r;
	if (r == 1)
		goto sign;
	if ((r = question->code ? decide_code(&c, &answer, e) : decide_typed(&c, &answer, e)) < 0)
		return r;
	if (question->offline) { /* what was said at the gate stays said */
		answer.verdict = question->verdict;
		answer.cause = question->cause;
		answer.act = answer.verdict == GATE_ASK ? gate_act_of_ask(question->cause) : gate_act_of(question->cause);
	}
	memcpy(check.receipt, answer.receipt, sizeof check.receipt);
	check.at = question->offline ? answer.at : registry_recording_time(registry);
	describe(&c, &answer, &check);
	if ((r = registry_begin(registry, e)) < 0)
		return r;
	if ((r = registry_check_put(registry, &check, e)) < 0 ||
		(answer.cause == GATE_FEVER && (r = record_fever(&c, check.at, e)) < 0) ||
		(r = tell_name(&c, &answer, e)) < 0 || (r = registry_commit(registry, e)) < 0)
		goto out;
	memcpy(answer.receipt, check.receipt, sizeof answer.receipt);
sign:
	if (!question->code)
		tell_verdict_alone(&answer);
	/* The check is kept by now: where the place's jurisdiction never had a key, its receipt is the number alone. */
	if ((r = sign_receipt(&c, &answer, e)) < 0 && r != ERROR_EXISTS_NOT)
		return r;
	*ret_answer = answer;
	return 0;
out:
	registry_rollback(registry);
	return r;
}

int
gate_complain(
	struct registry *registry, struct issuer *issuer, const struct registry_complaint *complaint, struct error *e)
{
	static const uint8_t none[CODE_ID_SIZE];
	struct registry_check check;
	uint32_t holder = 0;
	int r;

	if ((r = registry_check_find(registry, complaint->receipt, &check, e)) < 0)
		return r;
	if (memcmp(check.code_id, none, sizeof none) != 0 &&
		(r = issuer_holder_of_id(issuer, check.code_id, check.at, &holder, e)) < 0 && r != ERROR_EXISTS_NOT)
		return r;
	if (holder && holder != complaint->person)
		return error_set(e, ERROR_EXISTS_NOT, "there is no such receipt");
	return registry_complaint_put(registry, complaint, e);
}

int
gate_purge(struct registry *registry, struct issuer *issuer, instant before, int64_t *ret_checks, int64_t *ret_keys,
	struct error *e)
{
	int64_t checks;
	int r;

	if ((r = registry_checks_purge(registry, before, &checks, e)) < 0 ||
		(r = issuer_forget_days(issuer, zone_day(&zone_utc, before), e)) < 0)
		return r;
	*ret_checks = checks;
	*ret_keys = r;
	return 0;
}
