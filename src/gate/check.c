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

static bool
recognises(const struct pack *pack, const char *issuer)
{
	const json_t *name;
	size_t i;

	if (strcmp(pack_jurisdiction(pack), issuer) == 0)
		return true;
	json_array_foreach((json_t *)pack_section(pack, "recognises"), i,
		name) if (json_is_string(name) && strcmp(json_string_value(name), issuer) == 0) return true;
	return false;
}

static int
decide(struct cascade *cascade, struct issuer *issuer, const struct gate_question *question,
	const struct presence_place *place, struct gate_answer *answer, struct code_claims *claims, struct error *e)
{
	const struct trust *trust;
	const struct pack *pack;
	struct gate_rule rule;
	enum code_cause cause;
	struct error malformed = {0};
	bool covered;
	int r;

	if ((r = gate_jurisdiction(cascade, place->division, &pack, &covered, e)) < 0 ||
		(r = gate_rule_read(pack_section(pack, "gate"), place->kind, &rule, e)) < 0 ||
		(r = issuer_trust(issuer, answer->at, &trust, e)) < 0)
		return r;
	if (code_verify(question->code, strlen(question->code), trust, answer->at, claims, &cause, &malformed) < 0)
		return error_no_memory(e);
	answer->verdict = gate_decide(&rule, cause, claims->colour, !covered || recognises(pack, claims->issuer),
		question->temperature_tenths_c, &answer->cause, &answer->act);
	answer->has_colour = cause == CODE_VALID;
	answer->colour = claims->colour;
	if (answer->verdict == GATE_PASS && question->shown && !question->offline &&
		shown_elsewhere(question->shown, claims->id, question->place, claims->expires_at, answer->at)) {
		answer->verdict = GATE_ASK;
		answer->cause = GATE_SHOWN_ELSEWHERE;
		answer->act = gate_act_of(answer->cause);
	}
	if (question->offline) { /* what was said at the gate stays said */
		answer->verdict = question->verdict;
		answer->cause = question->cause;
		answer->act = gate_act_of(question->cause);
	}
	return 0;
}

/* A fever is evidence of the code's holder, where the code is one of ours. */
static int
record_fever(struct cascade *cascade, struct issuer *issuer, const struct gate_question *question,
	const struct code_claims *claims, instant at, struct error *e)
{
	struct registry_checkin checkin = {
		.at = at, .measured = true, .temperature_tenths_c = question->temperature_tenths_c};
	enum evidence_outcome outcome;
	int r = issuer_holder(issuer, claims, &checkin.person, e);

	if (r == ERROR_EXISTS_NOT)
		return 0;
	return r < 0 ? r : registry_checkin_put(cascade_registry(cascade), &checkin, &outcome, e);
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

int
gate_check(struct cascade *cascade, struct issuer *issuer, const struct gate_question *question,
	struct gate_answer *ret_answer, struct error *e)
{
	struct registry *registry = cascade_registry(cascade);
	const struct presence_view view = {.now = INT64_MAX, .known = registry_known(registry)};
	struct registry_check check = {0};
	struct gate_answer answer = {0};
	struct presence_place place;
	struct code_claims claims = {0};
	int r;

	if ((r = check_time(registry, question, &answer.at, e)) < 0 ||
		(r = presence_find_place(cascade_presence(cascade), question->place, &view, &place, e)) < 0 ||
		(r = decide(cascade, issuer, question, &place, &answer, &claims, e)) < 0)
		return r;

	check.at = question->offline ? answer.at : registry_recording_time(registry);
	snprintf(check.place, sizeof check.place, "%s", question->place);
	snprintf(check.verdict, sizeof check.verdict, "%s", gate_verdict_name(answer.verdict));
	snprintf(check.cause, sizeof check.cause, "%s", answer.cause ? gate_cause_name(answer.cause) : "");
	snprintf(check.by, sizeof check.by, "%s", question->by ? question->by : "");
	/* Of a pass nothing is kept that leads back to a person. */
	if (answer.verdict != GATE_PASS && answer.has_colour) {
		memcpy(check.code_id, claims.id, sizeof check.code_id);
		snprintf(check.colour, sizeof check.colour, "%s", code_colour_name(answer.colour));
		check.measured = question->temperature_tenths_c != 0;
		check.temperature_tenths_c = question->temperature_tenths_c;
	}
	if ((r = registry_begin(registry, e)) < 0)
		return r;
	if ((r = registry_check_put(registry, &check, e)) < 0 ||
		(answer.cause == GATE_FEVER && answer.has_colour &&
			(r = record_fever(cascade, issuer, question, &claims, check.at, e)) < 0) ||
		(r = registry_commit(registry, e)) < 0) {
		registry_rollback(registry);
		return r;
	}
	memcpy(answer.receipt, check.receipt, sizeof answer.receipt);
	*ret_answer = answer;
	return 0;
}
