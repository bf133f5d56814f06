/* Appeals: opened by the person or for them, decided by an office.
 *
 * Each step is one transaction with its entry in the ledger. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_check.h"
#include "base/json_memory.h"
#include "base/text.h"
#include "ledger/ledger.h"
#include "office/appeal_inside.h"
#include "office/inside.h"

/* Both languages, as people may read either. */
static const char *const outcomes[APPEAL_STATES][2] = {
	[APPEAL_UPHELD] = {"成立", "upheld"}, [APPEAL_REJECTED] = {"不成立", "rejected"}};

void
office_appeals_check(const json_t *section, struct json_check *check)
{
	static const char *const required[] = {"source", NULL}, *const optional[] = {"days", "kept_days", "office", NULL};
	const json_t *office = json_object_get(section, "office");
	int64_t number;

	if (!json_check_object(check, "", section, required, optional))
		return;
	json_check_integer(check, "", section, "days", 1, APPEAL_DAYS_MOST, &number);
	json_check_integer(check, "", section, "kept_days", 1, APPEAL_KEPT_DAYS_MOST, &number);
	if (office && (!json_string_length(office) || json_string_length(office) >= USER_NAME_SIZE))
		json_check_fault(check, "/office", "an office's name, as in user add --office, expected");
	if (!json_string_length(json_object_get(section, "source")))
		json_check_fault(check, "/source", "where it comes from expected");
}

void
office_appeals_rule(const struct pack *pack, struct office_appeals *ret_rule)
{
	const json_t *section = pack_section(pack, "appeals"), *days = json_object_get(section, "days"),
				 *kept = json_object_get(section, "kept_days");
	const char *office = json_string_value(json_object_get(section, "office"));

	*ret_rule = (struct office_appeals){.days = days ? json_integer_value(days) : APPEAL_DAYS,
		.kept_days = kept ? json_integer_value(kept) : APPEAL_KEPT_DAYS};
	snprintf(ret_rule->office, sizeof ret_rule->office, "%s", office ? office : "");
}

void
office_colour_clear(struct office_colour *colour)
{
	free(colour->rules);
	free(colour->lists);
	*colour = (struct office_colour){0};
}

static int
note_pages(const struct peer *peer, void *context, struct error *e)
{
	struct office_colour *colour = context;

	(void)e;
	snprintf(colour->url, sizeof colour->url, "%s", peer->pages);
	return 0;
}

/* Whose colour it is: another service's where the rules say less without what others say, and then the gravest of what they say. */
static int
find_office(const struct office *office, const json_t *result, struct office_colour *colour, struct error *e)
{
	const json_t *own = json_object_get(result, "own"), *other;
	enum colour without = colour->colour, said;
	int gravest = -1, r;
	size_t i;

	colour->ours = true;
	snprintf(colour->office, sizeof colour->office, "%s", pack_jurisdiction(colour->pack));
	if (!own || !colour_read(json_string_value(json_object_get(own, "colour")), &without) ||
		pack_severity(colour->pack, without) >= pack_severity(colour->pack, colour->colour))
		return 0;
	json_array_foreach(json_object_get(result, "others"), i, other)
	{
		const char *name = json_string_value(json_object_get(other, "jurisdiction"));

		if (!name || !colour_read(json_string_value(json_object_get(other, "colour")), &said) ||
			pack_severity(colour->pack, said) <= gravest)
			continue;
		gravest = pack_severity(colour->pack, said);
		colour->ours = false;
		snprintf(colour->office, sizeof colour->office, "%s", name);
	}
	if (colour->ours)
		return 0;
	r = peer_find(registry_db(office_registry(office)), colour->office, note_pages, colour, e);
	return r == ERROR_EXISTS_NOT ? 0 : r;
}

static bool
holds_text(const json_t *list, const char *text)
{
	const json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item)
	{
		if (json_is_string(item) && strcmp(json_string_value(item), text) == 0)
			return true;
	}
	return false;
}

/* The rules' ids, and the lists of their evidence, each once, as JSON. */
static int
read_rules(const json_t *result, struct office_colour *colour, struct error *e)
{
	size_t failures = json_memory_failures();
	json_t *rules = json_array(), *lists = json_array();
	const json_t *rule, *item;
	size_t i, j;
	int r;

	json_array_foreach(json_object_get(result, "rules"), i, rule)
	{
		json_array_append(rules, json_object_get(rule, "id"));
		json_array_foreach(json_object_get(rule, "evidence"), j, item)
		{
			const json_t *list = json_object_get(item, "list");

			if (list && !holds_text(lists, json_string_value(list)))
				json_array_append(lists, (json_t *)list);
		}
	}
	if (!rules || !lists || json_memory_failures() != failures)
		r = error_no_memory(e);
	else if ((r = act_text(rules, &colour->rules, e)) == 0)
		r = act_text(lists, &colour->lists, e);
	json_decref(rules);
	json_decref(lists);
	return r;
}

/* Whether a gate lets that colour pass without more ado. */
static bool
passes(const struct pack *pack, enum colour colour)
{
	const json_t *passing = json_object_get(pack_section(pack, "gate"), "pass_colours");

	return passing ? holds_text(passing, colour_name(colour)) : colour == COLOUR_GREEN;
}

int
office_colour(const struct office *office, const struct pack *pack, person_number person,
	struct office_colour *ret_colour, struct error *e)
{
	struct office_colour colour = {.pack = pack, .person = person};
	json_t *result = NULL;
	const char *since;
	int r;

	if ((r = cascade_explain(office->cascade, pack, person, &result, e)) < 0)
		return r;
	since = json_string_value(json_object_get(result, "since"));
	if (!since || !colour_read(json_string_value(json_object_get(result, "colour")), &colour.colour)) {
		r = error_set(e, ERROR_CORRUPT, "a decision has no colour");
		goto out;
	}
	snprintf(colour.policy, sizeof colour.policy, "%s", json_string_value(json_object_get(result, "policy")));
	colour.stops = !passes(pack, colour.colour);
	if ((r = time_read(since, strlen(since), pack_zone(pack), &colour.since, e)) < 0 ||
		(r = read_rules(result, &colour, e)) < 0 || (r = find_office(office, result, &colour, e)) < 0)
		goto out;
	*ret_colour = colour;
	colour = (struct office_colour){0};
out:
	office_colour_clear(&colour);
	json_decref(result);
	return r;
}

/* In the open transaction. */
static int
put_opened(const struct office *office, const struct registry_appeal *appeal, int64_t *ret_number, struct error *e)
{
	char at[TIME_TEXT_SIZE], committed[2 * LEDGER_HASH_SIZE + 1];
	int r = registry_appeal_put(office_registry(office), appeal, ret_number, e), put = r;
	size_t failures = json_memory_failures();

	if (r <= 0)
		return r;
	time_write(appeal->opened_at, &zone_utc, at);
	if ((r = act_person(office, "appeal-salt", appeal->person, at, committed, e)) < 0 ||
		(r = act_append(office, "appeal.opened",
			 json_if_whole(json_pack("{s:I, s:s?, s:s, s:s, s:s, s:s}", "appeal", (json_int_t)*ret_number, "by",
							   appeal->opened_by, "colour", colour_name(appeal->colour), "jurisdiction",
							   appeal->jurisdiction, "person", committed, "policy", appeal->policy),
				 failures),
			 e)) < 0 ||
		(appeal->opened_by &&
			(r = registry_access_put(
				 office_registry(office), appeal->person, "appeal written down", appeal->opened_by, e)) < 0))
		return r;
	return put;
}

int
office_appeal_open(const struct office *office, const struct office_colour *colour, const char *words, const char *by,
	int64_t *ret_number, struct error *e)
{
	struct registry *registry = office_registry(office);
	const struct zone *zone = pack_zone(colour->pack);
	instant now = registry_recording_time(registry);
	struct office_appeals rule;
	struct registry_appeal appeal;
	int r, put;

	if (!colour->ours)
		return error_set(e, ERROR_DENIED, "this colour is %s's: the appeal goes to its office%s%s", colour->office,
			*colour->url ? ", at " : "", colour->url);
	if (!colour->stops)
		return error_set(
			e, ERROR_BAD_INPUT, "%s stops nobody: there is nothing to appeal against", colour_name(colour->colour));
	office_appeals_rule(colour->pack, &rule);
	appeal = (struct registry_appeal){.person = colour->person,
		.jurisdiction = pack_jurisdiction(colour->pack),
		.policy = colour->policy,
		.rules = colour->rules,
		.lists = colour->lists,
		.colour = colour->colour,
		.since = colour->since,
		.opened_at = now,
		.opened_by = by,
		.due_at = zone_day_start(zone, zone_day(zone, now) + 1 + (day_number)rule.days),
		.words = words};
	if ((r = registry_begin(registry, e)) < 0)
		return r;
	if ((put = put_opened(office, &appeal, ret_number, e)) < 0) {
		registry_rollback(registry);
		return put;
	}
	return (r = registry_commit(registry, e)) < 0 ? r : put;
}

static int
take_appealed(const struct registry_appeal *appeal, void *context, struct error *e)
{
	struct appealed *a = context;

	*a = (struct appealed){.number = appeal->number,
		.person = appeal->person,
		.colour = appeal->colour,
		.state = appeal->state,
		.since = appeal->since,
		.opened_at = appeal->opened_at};
	snprintf(a->jurisdiction, sizeof a->jurisdiction, "%s", appeal->jurisdiction);
	snprintf(a->opened_by, sizeof a->opened_by, "%s", appeal->opened_by ? appeal->opened_by : "");
	if (!(a->rules = text_copy(appeal->rules, e)) || !(a->lists = text_copy(appeal->lists, e)))
		return ERROR_NO_MEMORY;
	return 0;
}

static void
appealed_clear(struct appealed *appealed)
{
	free(appealed->rules);
	free(appealed->lists);
}

/* One that is open. */
static int
find_open(const struct office *office, int64_t number, struct appealed *appealed, struct error *e)
{
	int r = registry_appeal(office_registry(office), number, false, take_appealed, appealed, e);

	if (r == 0 && appealed->state != APPEAL_OPEN)
		r = error_set(e, ERROR_EXISTS, "appeal %" PRId64 " is not open", number);
	return r;
}

static json_t *
ended_json(int64_t number, const char *by)
{
	size_t failures = json_memory_failures();

	return json_if_whole(json_pack("{s:I, s:s?}", "appeal", (json_int_t)number, "by", by), failures);
}

/* Whether it is that person's to take back, or, for ${person} 0, one that staff wrote down and ${by} has no part in. */
static int
check_withdrawal(
	const struct office *office, const struct appealed *appealed, person_number person, const char *by, struct error *e)
{
	bool did = false;
	int r;

	if (person)
		return appealed->person == person
			? 0
			: error_set(e, ERROR_EXISTS_NOT, "there is no appeal %" PRId64, appealed->number);
	if (appealed->state != APPEAL_OPEN)
		return error_set(e, ERROR_EXISTS, "appeal %" PRId64 " is not open", appealed->number);
	if (!*appealed->opened_by)
		return error_set(
			e, ERROR_DENIED, "the person opened appeal %" PRId64 ": they alone take it back", appealed->number);
	if ((r = appealed_entered(office, appealed, by, &did, e)) < 0)
		return r;
	return did ? error_set(e, ERROR_DENIED, "%s entered what the colour rests on: another user takes it back", by) : 0;
}

/* In the open transaction: the person learns what was done in their name. */
static int
tell_withdrawn(const struct office *office, const struct appealed *appealed, const char *by, struct error *e)
{
	struct registry *registry = office_registry(office);
	char text[NOTICE_TEXT_SIZE];
	int r = registry_access_put(registry, appealed->person, "appeal withdrawn", by, e);

	if (r < 0)
		return r;
	snprintf(text, sizeof text,
		"%s: 工作人员已代您撤回申诉%" PRId64 " / appeal %" PRId64 " was taken back for you by staff",
		appealed->jurisdiction, appealed->number, appealed->number);
	return registry_notice_put_person(registry, appealed->person, "appeal-withdrawn", text, e);
}

int
office_appeal_withdraw(
	const struct office *office, int64_t number, person_number person, const char *by, struct error *e)
{
	struct registry *registry = office_registry(office);
	const struct registry_appeal ended = {
		.number = number, .state = APPEAL_WITHDRAWN, .decided_at = registry_recording_time(registry), .decided_by = by};
	struct appealed appealed = {0};
	int r;

	if ((r = registry_begin(registry, e)) < 0)
		return r;
	if ((r = registry_appeal(registry, number, false, take_appealed, &appealed, e)) == 0 &&
		(r = check_withdrawal(office, &appealed, person, by, e)) == 0 &&
		(r = registry_appeal_decide(registry, &ended, e)) == 0 &&
		(r = act_append(office, "appeal.withdrawn", ended_json(number, by), e)) == 0 && !person)
		r = tell_withdrawn(office, &appealed, by, e);
	if (r < 0)
		registry_rollback(registry);
	else
		r = registry_commit(registry, e);
	appealed_clear(&appealed);
	return r;
}

int
office_appeal_show(const struct office *office, int64_t number, const char *by, registry_appeal_each *each,
	void *context, struct error *e)
{
	struct registry *registry = office_registry(office);
	struct appealed appealed = {0};
	int r = registry_appeal(registry, number, false, take_appealed, &appealed, e);

	if (r == 0 && appealed.person)
		r = registry_access_put(registry, appealed.person, "appeal", by, e);
	appealed_clear(&appealed);
	return r < 0 ? r : registry_appeal(registry, number, true, each, context, e);
}

/* Whether that user may decide of it. */
static int
check_decider(
	const struct office *office, const struct appealed *appealed, const struct registry_user *user, struct error *e)
{
	struct office_appeals rule;
	const struct pack *pack;
	bool did = false;
	int r;

	if ((r = registry_pack(office_registry(office), appealed->jurisdiction, &pack, e)) < 0)
		return r;
	office_appeals_rule(pack, &rule);
	if (*rule.office && strcmp(rule.office, user->office) != 0)
		return error_set(
			e, ERROR_DENIED, "appeals of %s are answered by the office %s", appealed->jurisdiction, rule.office);
	if (strcmp(appealed->opened_by, user->name) == 0)
		return error_set(e, ERROR_DENIED, "%s wrote it down: another person decides", user->name);
	if ((r = appealed_entered(office, appealed, user->name, &did, e)) < 0)
		return r;
	return did ? error_set(e, ERROR_DENIED, "%s entered what the colour rests on: another person decides", user->name)
			   : 0;
}

/* What is answered, in as few words as fit: whom it is for may read more of it in the page. */
static int
tell(const struct office *office, const struct appealed *appealed, const struct office_answer *answer, struct error *e)
{
	const char *const *outcome = outcomes[answer->upheld ? APPEAL_UPHELD : APPEAL_REJECTED];
	char text[NOTICE_TEXT_SIZE];
	int length = snprintf(text, sizeof text, "%s: 申诉%" PRId64 "%s / appeal %" PRId64 " %s", appealed->jurisdiction,
		appealed->number, outcome[0], appealed->number, outcome[1]);
	const char *const words[] = {answer->zh, answer->en};

	for (size_t i = 0; i < 2; i++)
		if (words[i] && *words[i] && (size_t)length + 1 + strlen(words[i]) < sizeof text)
			length += snprintf(text + length, sizeof text - (size_t)length, "\n%s", words[i]);
	return registry_notice_put_person(office_registry(office), appealed->person, "appeal-decided", text, e);
}

/* In the open transaction: what was asked before may be otherwise by now. */
static int
put_decision(const struct office *office, const struct office_answer *answer, const json_t *act,
	const struct appealed *appealed, const struct registry_user *user, const struct registry_signature *signature,
	struct error *e)
{
	struct registry *registry = office_registry(office);
	char hex[2 * USER_SIGNATURE_SIZE + 1], *correction = NULL;
	struct registry_appeal decided = {.number = appealed->number,
		.state = answer->upheld ? APPEAL_UPHELD : APPEAL_REJECTED,
		.decided_at = registry_recording_time(registry),
		.decided_by = user->name,
		.answer_zh = answer->zh,
		.answer_en = answer->en};
	int r = 0;

	text_hex(signature->bytes, sizeof signature->bytes, hex);
	if (answer->upheld && (r = act_text(json_object_get(act, "correction"), &correction, e)) < 0)
		return r;
	decided.correction = correction;
	if ((r = keep_key(office, user, signature, e)) == 0 && (r = registry_appeal_decide(registry, &decided, e)) == 0 &&
		(r = act_append(office, "appeal.decided",
			 json_pack("{s:O, s:s, s:s}", "act", act, "by", user->name, "signature", hex), e)) == 0)
		r = tell(office, appealed, answer, e);
	free(correction);
	return r;
}

static int
check_answer(
	const struct office *office, const struct appealed *appealed, const struct office_answer *answer, struct error *e)
{
	const struct office_correction *c = &answer->correction;

	if ((!answer->zh || !*answer->zh) && (!answer->en || !*answer->en))
		return error_set(e, ERROR_BAD_INPUT, "an answer says why, in Chinese or English");
	if (answer->upheld)
		return correction_check(office, appealed, c, e);
	if (c->import || c->override || c->case_name)
		return error_set(e, ERROR_BAD_INPUT, "what is rejected corrects nothing");
	return 0;
}

int
office_appeal_decide(const struct office *office, int64_t number, const struct office_answer *answer,
	const struct office_actor *actor, struct error *e)
{
	struct registry *registry = office_registry(office);
	char at[TIME_TEXT_SIZE], *text = NULL;
	struct registry_signature signature;
	struct appealed appealed = {0};
	struct registry_user user;
	json_t *act = NULL;
	int r;

	if ((r = find_open(office, number, &appealed, e)) < 0)
		goto out;
	act = json_pack("{s:s, s:I, s:o, s:s, s:s}", "act", "appeal", "appeal", (json_int_t)number, "correction",
		correction_json(&answer->correction), "decided_at",
		time_write(registry_recording_time(registry), &zone_utc, at), "decision",
		registry_appeal_state_name(answer->upheld ? APPEAL_UPHELD : APPEAL_REJECTED));
	if ((r = act_text(act, &text, e)) < 0 || (r = act_sign(office, actor, text, &user, &signature, e)) < 0 ||
		(r = check_decider(office, &appealed, &user, e)) < 0 || (r = check_answer(office, &appealed, answer, e)) < 0 ||
		(r = registry_begin(registry, e)) < 0)
		goto out;
	if ((r = put_decision(office, answer, act, &appealed, &user, &signature, e)) < 0)
		registry_rollback(registry);
	else
		r = registry_commit(registry, e);
out:
	free(text);
	json_decref(act);
	appealed_clear(&appealed);
	return r;
}

int
office_appeals_forget(const struct office *office, int64_t *ret_count, struct error *e)
{
	struct registry *registry = office_registry(office);
	char(*names)[JURISDICTION_SIZE] = NULL;
	int64_t forgotten;
	size_t count;
	int r;

	*ret_count = 0;
	if ((r = registry_jurisdictions(registry, &names, &count, e)) < 0)
		return r;
	for (size_t i = 0; i < count && r == 0; i++) {
		struct office_appeals rule;
		const struct pack *pack;
		day_number kept;

		if ((r = registry_pack(registry, names[i], &pack, e)) < 0)
			break;
		office_appeals_rule(pack, &rule);
		kept = zone_day(pack_zone(pack), registry_now(registry)) - (day_number)rule.kept_days;
		r = registry_appeals_forget(registry, names[i], zone_day_start(pack_zone(pack), kept), &forgotten, e);
		*ret_count += r == 0 ? forgotten : 0;
	}
	free(names);
	return r;
}
