#include "gate/journey.h"

#include <string.h>

#include "base/json.h"
#include "base/json_memory.h"
#include "gate/gate.h"

/* What is found of one direction. */
struct permits {
	const struct journey *journey;
	const struct zone *zone;
	const char *direction;
	json_t *orders;
	bool concerned, permitted;
	instant from; /* the first for everyone that is to come, INT64_MAX: none */
};

static bool
lies_in(const struct division *inner, const json_t *order)
{
	const struct division *outer = division_find_text(json_string_value(json_object_get(order, "division")), 6);
	const json_t *excepted;
	size_t i;

	if (!outer || !division_contains(outer, inner))
		return false;
	json_array_foreach(json_object_get(order, "except"), i, excepted)
	{
		const struct division *part = division_find_text(json_string_value(excepted), 6);

		if (part && division_contains(part, inner))
			return false;
	}
	return true;
}

static bool
concerns(const json_t *order, const struct permits *permits)
{
	bool leaves = strcmp(permits->direction, "leave") == 0;
	const struct division *inside = leaves ? permits->journey->from : permits->journey->to;
	const struct division *outside = leaves ? permits->journey->to : permits->journey->from;
	const struct division *area = division_find_text(json_string_value(json_object_get(order, "division")), 6);

	return area && strcmp(json_string_value(json_object_get(order, "direction")), permits->direction) == 0 &&
		lies_in(inside, order) && !division_contains(area, outside);
}

static instant
time_of(const json_t *order, const char *name, instant absent)
{
	const json_t *text = json_object_get(order, name);
	struct error e = {0};
	instant at = absent;

	if (json_is_string(text))
		(void)time_read(json_string_value(text), json_string_length(text), &zone_utc, &at, &e);
	return at;
}

static int
take_order(const struct evidence_row *row, void *context, struct error *e)
{
	struct permits *permits = context;
	char from_text[TIME_TEXT_SIZE], to_text[TIME_TEXT_SIZE];
	instant from, to, at = permits->journey->at;
	json_t *order = NULL;
	bool in_force;
	int r = json_read_own(row->body, "an order", &order, e);

	if (r < 0 || !concerns(order, permits)) {
		json_decref(order);
		return r;
	}
	from = time_of(order, "from", INT64_MIN);
	to = time_of(order, "to", INT64_MAX);
	in_force = at >= from && at < to;
	permits->concerned = true;
	if (strcmp(json_string_value(json_object_get(order, "for")), "everyone") == 0) {
		permits->permitted |= in_force;
		if (at < from && from < permits->from)
			permits->from = from;
	}
	json_object_set_new(order, "order", json_string(row->key));
	json_object_set_new(order, "in_force", json_boolean(in_force));
	json_object_set_new(order, "from", json_string(time_write(from, permits->zone, from_text)));
	if (to != INT64_MAX)
		json_object_set_new(order, "to", json_string(time_write(to, permits->zone, to_text)));
	json_array_append_new(permits->orders, order);
	return 0;
}

/* By own time and key: evidence_each's order. */
static int
find_permits(struct cascade *cascade, struct permits *permits, json_t **ret_found, struct error *e)
{
	struct registry *registry = cascade_registry(cascade);
	char from[TIME_TEXT_SIZE];
	int r;

	permits->orders = json_array();
	permits->from = INT64_MAX;
	if ((r = evidence_each(registry_db(registry), EVIDENCE_TRAVEL_ORDER, EVIDENCE_NOW, registry_known(registry),
			 take_order, permits, e)) < 0) {
		json_decref(permits->orders);
		return r;
	}
	*ret_found = json_pack("{s:o, s:s?, s:o}", "permitted",
		permits->concerned ? json_boolean(permits->permitted) : json_null(), "from",
		!permits->permitted && permits->from != INT64_MAX ? time_write(permits->from, permits->zone, from) : NULL,
		"orders", permits->orders);
	return *ret_found ? 0 : error_no_memory(e);
}

static const enum code_colour colours[] = {CODE_GREEN, CODE_YELLOW, CODE_RED, CODE_GRAY};
enum { COLOURS = sizeof colours / sizeof *colours };

static enum gate_verdict
verdict_of(const struct gate_rule *rule, enum code_colour colour)
{
	return rule->pass[colour] ? GATE_PASS : rule->ask[colour] ? GATE_ASK : GATE_REFUSE;
}

static json_t *
describe_code(const struct pack *pack, const struct gate_rule *rule, instant at)
{
	json_t *verdicts = json_object(), *recognised = json_array();
	struct trust_recognition found;
	const json_t *item;
	size_t i;

	for (i = 0; i < COLOURS; i++)
		json_object_set_new(
			verdicts, code_colour_name(colours[i]), json_string(gate_verdict_name(verdict_of(rule, colours[i]))));
	json_array_foreach((json_t *)pack_section(pack, "recognises"), i, item)
	{
		json_t *names = json_array();

		if (gate_recognition_read(item, &found) && at >= found.from && at < found.to) {
			for (size_t k = 0; k < COLOURS; k++)
				if (found.colours[colours[k]])
					json_array_append_new(names, json_string(code_colour_name(colours[k])));
			json_array_append_new(recognised, json_pack("{s:s, s:O}", "jurisdiction", found.issuer, "colours", names));
		}
		json_decref(names);
	}
	return json_pack("{s:s, s:O, s:o, s:o}", "jurisdiction", pack_jurisdiction(pack), "name",
		pack_section(pack, "name"), "verdicts", verdicts, "recognised", recognised);
}

struct showing {
	struct cascade *cascade;
	const struct journey *journey;
	const struct pack *pack; /* of the destination */
	const struct gate_rule *rule;
	json_t *list;
	bool any_passes;
};

/* The colour at the journey's time, if nothing new happens until then. */
static const json_t *
colour_then(const json_t *decision, instant at)
{
	const json_t *next = json_object_get(decision, "next");

	return json_is_object(next) && time_of(next, "at", INT64_MAX) <= at ? json_object_get(next, "colour")
																		: json_object_get(decision, "colour");
}

static int
show_colour(const struct registry_applied *applied, void *context, struct error *e)
{
	struct showing *showing = context;
	instant at = showing->journey->at;
	const struct pack *pack;
	enum gate_verdict verdict = GATE_REFUSE;
	enum code_colour colour = CODE_GRAY;
	const json_t *then;
	json_t *decision;
	int r;

	if ((r = registry_pack(cascade_registry(showing->cascade), applied->jurisdiction, &pack, e)) < 0 ||
		(r = cascade_explain(showing->cascade, pack, showing->journey->person, &decision, e)) < 0)
		return r == ERROR_EXISTS_NOT ? 0 : r;
	then = colour_then(decision, at);
	if (code_colour_read(json_string_value(then), &colour) &&
		gate_recognises(showing->pack, applied->jurisdiction, colour, at, at)) {
		verdict = verdict_of(showing->rule, colour);
		showing->any_passes |= verdict != GATE_REFUSE;
		json_array_append_new(showing->list,
			json_pack("{s:s, s:O, s:s, s:O, s:O}", "jurisdiction", applied->jurisdiction, "colour", then, "verdict",
				gate_verdict_name(verdict), "rules", json_object_get(decision, "rules"), "next",
				json_object_get(decision, "next")));
	}
	json_decref(decision);
	return 0;
}

static json_t *
describe_place(const struct division *division)
{
	char code[AREA_CODE_SIZE];

	snprintf(code, sizeof code, "%06u", (unsigned)division->code);
	return json_pack(
		"{s:s, s:{s:s, s:s?}}", "division", code, "name", "zh", division->name_zh, "en", division->name_en);
}

int
gate_journey(
	struct cascade *cascade, const struct journey *journey, json_t **ret_answer, bool *ret_prevented, struct error *e)
{
	struct permits leave = {.journey = journey, .direction = "leave"},
				   enter = {.journey = journey, .direction = "enter"};
	json_t *leaving = NULL, *entering = NULL, *code = NULL, *shown = json_array();
	struct showing showing = {.cascade = cascade, .journey = journey, .list = shown};
	size_t failures = json_memory_failures();
	char at[TIME_TEXT_SIZE], to[AREA_CODE_SIZE];
	struct gate_rule rule = {0};
	const struct pack *pack;
	bool covered, prevented;
	int r;

	snprintf(to, sizeof to, "%06u", (unsigned)journey->to->code);
	if ((r = gate_jurisdiction(cascade, to, &pack, &covered, e)) < 0)
		goto out;
	leave.zone = enter.zone = pack_zone(pack);
	if ((r = find_permits(cascade, &leave, &leaving, e)) < 0 || (r = find_permits(cascade, &enter, &entering, e)) < 0)
		goto out;
	if (covered && (r = gate_rule_read(pack_section(pack, "gate"), "", &rule, e)) < 0)
		goto out;
	code = covered ? describe_code(pack, &rule, journey->at) : json_null();
	showing.pack = pack;
	showing.rule = &rule;
	if (covered && journey->person &&
		(r = registry_applications_each(cascade_registry(cascade), journey->person, show_colour, &showing, e)) < 0)
		goto out;
	prevented = (leave.concerned && !leave.permitted) || (enter.concerned && !enter.permitted) ||
		(covered && journey->person && !showing.any_passes);
	*ret_answer = json_pack("{s:o, s:o, s:s, s:O, s:O, s:O, s:O}", "from", describe_place(journey->from), "to",
		describe_place(journey->to), "at", time_write(journey->at, pack_zone(pack), at), "leave", leaving, "enter",
		entering, "code", code, "colours", shown);
	*ret_prevented = prevented;
	if (!*ret_answer || json_memory_failures() != failures)
		r = error_no_memory(e);
out:
	json_decref(leaving);
	json_decref(entering);
	json_decref(code);
	json_decref(shown);
	return r;
}
