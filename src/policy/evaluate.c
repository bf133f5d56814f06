/* The fold.
 *
 *   applied_at ── moment ── moment ── now ── moment (nothing new) ── horizon
 *
 * E1. The colour changes only at moments that the fold visits: those at which what rules read of the view changes (view_next), a
 *     comparison with the clock flips, or an override begins or ends. So moments in between change nothing.
 * E2. At a moment the rules of the colour held are asked; the gravest colour among those that fire is taken, and the
 *     rules are asked again, until it stays. A colour left at a moment is not left again at that moment: rules that go
 *     round are an error, not a matter of luck.
 * E3. A rule that was asked comes out as before until a part of the view that it reads changes, or one of its comparisons
 *     with the clock flips; until then it is not asked again.
 * E4. An override lies over the colour of the rules, which goes on beneath it as if there were none.
 * E5. A quiet fold, which makes no JSON, asks all that a telling one asks: it comes out, and fails, as that does. What would be
 *     told is NULL then. */
#include "policy/evaluate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/fold.h"
#include "policy/holds.h"
#include "policy/reason.h"
#include "policy/view.h"

/* What a rule came out as when it was last asked, and until when that holds (E3). */
struct answer {
	bool asked, holds;
	instant flip;
};

struct fold {
	const struct pack *pack;
	const struct fold_extra *extra;
	const struct facts *facts;
	struct workspace *work;
	bool quiet;
	struct view *view;
	struct asking *asking;
	instant now, at, horizon, flip;
	struct answer *answers; /* of each rule */
	enum colour colour;     /* by the rules */
	instant since;
	json_t *held;      /* the rules that gave it then, as in the result */
	enum colour shown; /* with overrides */
	instant shown_since;
	json_t *changes;
};

static int
ask_rule(struct fold *f, const struct rule *rule, struct answer *answer, struct error *e)
{
	const struct value_list *list = rule->each == VIEW_LIST_NONE ? NULL : view_list(f->view, rule->each);
	struct error reason;
	bool holds = false;
	int code = f->asking->clock.now == f->at ? 0 : asking_at(f->asking, f->at, f->horizon, &reason);

	answer->asked = false;
	answer->flip = INT64_MAX;
	if (!list && code == 0)
		code = asking_holds(f->asking, rule->when, &holds, &answer->flip, &reason);
	for (size_t i = 0; list && i < list->count && code == 0 && !holds; i++) {
		view_set_item(f->view, list->items[i].row);
		code = asking_holds(f->asking, rule->when, &holds, &answer->flip, &reason);
	}
	if (code < 0)
		return error_set(e, code, "rule %s: %s", rule->id, reason.message);
	answer->holds = holds;
	answer->asked = true;
	return 0;
}

/* Whether a rule fires now, and if not yet or no longer, when to ask again. */
static int
fires(struct fold *f, const struct rule *rule, bool *ret_fires, struct error *e)
{
	struct answer *answer = &f->answers[rule - f->pack->rules];
	int code;

	if ((!answer->asked || answer->flip <= f->at) && (code = ask_rule(f, rule, answer, e)) < 0)
		return code;
	if (answer->flip < f->flip)
		f->flip = answer->flip;
	*ret_fires = answer->holds;
	return 0;
}

/* Forget what came of parts that have changed; whether there was anything to forget. */
static bool
forget_changed(struct fold *f)
{
	view_parts changed = view_take_changed(f->view);
	bool forgot = f->extra->ask_anew;

	for (size_t i = 0; (changed || f->extra->ask_anew) && i < f->pack->rule_count; i++)
		if (f->extra->ask_anew || f->pack->rules[i].reads & changed) {
			f->answers[i].asked = false;
			forgot = true;
		}
	return forgot;
}

/* The gravest colour among the rules that fire, or the one held where none does. */
static int
ask_rules(struct fold *f, enum colour *ret_colour, struct error *e)
{
	const struct rules_asked *asked = &f->pack->asked[f->colour];
	int gravest = -1, code;

	*ret_colour = f->colour;
	for (size_t i = 0; i < asked->count; i++) {
		const struct rule *rule = &f->pack->rules[asked->rules[i]];
		bool holds;

		/* A rule that could not win need not be asked again before the one that wins falls away. */
		if (rule->severity <= gravest)
			continue;
		if ((code = fires(f, rule, &holds, e)) < 0)
			return code;
		if (holds) {
			gravest = rule->severity;
			*ret_colour = rule->colour;
		}
	}
	return 0;
}

static int
append_evidence(json_t *evidence, const char *list, const struct row *item, struct error *e)
{
	json_t *shown = NULL;
	int code;

	if (!evidence)
		return 0;
	if ((code = reason_evidence(list, item, &shown, e)) == 0 && json_array_append_new(evidence, shown) < 0)
		code = error_no_memory(e);
	return code;
}

/* The items of "each" for which the rule fires. */
static int
gather_each(struct fold *f, const struct rule *rule, json_t *evidence, struct error *e)
{
	const struct value_list *list = view_list(f->view, rule->each);
	int code = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct row *item = list->items[i].row;
		bool holds = false;

		view_set_item(f->view, item);
		if ((code = program_holds(
				 rule->when, view_data(f->view), f->at, f->at, NULL, &f->work->scratch, &holds, NULL, e)) < 0 ||
			(holds && (code = append_evidence(evidence, pack_list_name(f->pack, rule->each), item, e)) < 0))
			return code;
	}
	return 0;
}

/* What a rule names as evidence: of places those that have not ended, of a derived list all, of events the latest. */
static int
gather_named(struct fold *f, int list, json_t *evidence, struct error *e)
{
	bool places = list == FACT_RESIDENCES || list == FACT_VISITS || list == VIEW_PLACES;
	const char *name = pack_list_name(f->pack, list);
	const struct value_list *items;
	int code;

	if (list >= VIEW_DERIVED && view_derived(f->view, (size_t)(list - VIEW_DERIVED))->kind == VALUE_ROW)
		return append_evidence(evidence, name, view_derived(f->view, (size_t)(list - VIEW_DERIVED))->row, e);
	items = view_list(f->view, list);
	for (size_t i = 0; i < items->count; i++) {
		const struct row *item = items->items[i].row;
		bool wanted =
			list >= VIEW_DERIVED || (places ? row_find(item, SYMBOL_ENDED)->integer == 0 : i + 1 == items->count);

		if (wanted && (code = append_evidence(evidence, name, item, e)) < 0)
			return code;
	}
	return 0;
}

static int
append_rule(struct fold *f, const struct rule *rule, json_t *rules, struct error *e)
{
	json_t *evidence = f->quiet ? NULL : json_array(), *told = NULL;
	int code = evidence || f->quiet ? 0 : error_no_memory(e);

	if (code == 0 && rule && rule->each != VIEW_LIST_NONE)
		code = gather_each(f, rule, evidence, e);
	for (size_t i = 0; !f->quiet && rule && code == 0 && i < 4 && rule->evidence[i] != VIEW_LIST_NONE; i++)
		code = gather_named(f, rule->evidence[i], evidence, e);
	if (code == 0 && !f->quiet && (code = reason_rule(f->pack, f->facts, rule, evidence, &told, e)) == 0 &&
		json_array_append_new(rules, told) < 0)
		code = error_no_memory(e);
	json_decref(evidence);
	return code;
}

/* The rules that fire now, in the colour ${held}, and give ${colour}; none where none fires. */
static int
tell_rules(struct fold *f, enum colour held, enum colour colour, json_t **ret_rules, struct error *e)
{
	const struct rules_asked *asked = &f->pack->asked[held];
	json_t *rules = f->quiet ? NULL : json_array();
	int code = rules || f->quiet ? 0 : error_no_memory(e);

	for (size_t i = 0; code == 0 && i < asked->count; i++) {
		const struct rule *rule = &f->pack->rules[asked->rules[i]];
		bool holds = false;

		if (rule->colour != colour)
			continue;
		if ((code = fires(f, rule, &holds, e)) == 0 && holds)
			code = append_rule(f, rule, rules, e);
	}
	if (code == 0)
		*ret_rules = rules;
	else
		json_decref(rules);
	return code;
}

static int
take_colour(struct fold *f, enum colour colour, struct error *e)
{
	json_t *rules = NULL;
	int code;

	if ((code = tell_rules(f, f->colour, colour, &rules, e)) < 0)
		return code;
	json_decref(f->held);
	f->held = rules;
	f->colour = colour;
	f->since = f->at;
	view_set_colour(f->view, colour, f->at);
	(void)forget_changed(f);
	return 0;
}

/* E2: ask until the colour stays. */
static int
settle(struct fold *f, struct error *e)
{
	char text[TIME_TEXT_SIZE];
	unsigned left = 0;
	enum colour colour;
	int code;

	for (;;) {
		if ((code = ask_rules(f, &colour, e)) < 0 || colour == f->colour)
			return code;
		if (left & 1u << f->colour)
			return error_set(e, ERROR_BAD_INPUT, "the pack's rules undo each other at %s: %s and %s take turns",
				time_write(f->at, &f->pack->zone, text), colour_name(f->colour), colour_name(colour));
		left |= 1u << f->colour;
		if ((code = take_colour(f, colour, e)) < 0)
			return code;
	}
}

/* The override in force: of several, the one decided last. NULL where there is none. */
static const struct fact *
override_in_force(const struct fold *f)
{
	const struct fact_items *overrides = &f->facts->lists[FACT_OVERRIDES];
	const struct fact *found = NULL;

	for (size_t i = 0; i < overrides->count && overrides->items[i].at <= f->at; i++)
		if (f->at < overrides->items[i].ends)
			found = &overrides->items[i];
	return found;
}

static enum colour
colour_shown(const struct fold *f)
{
	const struct fact *override = override_in_force(f);

	return override ? override->colour : f->colour;
}

/* What the holder is told of the moment: the override, or the rules that say so now, or those that gave the colour. */
static int
tell_reasons(struct fold *f, json_t **ret_rules, struct error *e)
{
	const struct fact *override = override_in_force(f);
	json_t *rules = NULL, *rule = NULL;
	int code;

	if (override && f->quiet) {
		rules = NULL;
	} else if (override) {
		if ((code = reason_override(f->pack, f->facts, override, &rule, e)) < 0)
			return code;
		if (!(rules = json_array()) || json_array_append_new(rules, rule) < 0) {
			json_decref(rules);
			return error_no_memory(e);
		}
	} else {
		if ((code = tell_rules(f, f->colour, f->colour, &rules, e)) < 0)
			return code;
		if (json_array_size(rules) == 0) {
			json_decref(rules);
			rules = json_incref(f->held);
		}
	}
	*ret_rules = rules;
	return 0;
}

static json_t *
time_json(const struct fold *f, instant at)
{
	char text[TIME_TEXT_SIZE];

	return json_string(time_write(at, &f->pack->zone, text));
}

static int
note_change(struct fold *f, struct error *e)
{
	json_t *rules = NULL, *change;
	int code;

	f->shown = colour_shown(f);
	f->shown_since = f->at;
	if ((code = tell_reasons(f, &rules, e)) < 0 || f->quiet)
		return code;
	change = json_pack("{s:o,s:s,s:o}", "at", time_json(f, f->at), "colour", colour_name(f->shown), "rules", rules);
	return json_array_append_new(f->changes, change) < 0 ? error_no_memory(e) : 0;
}

static int
visit(struct fold *f, instant at, struct error *e)
{
	int code;

	f->at = at;
	if ((code = view_move(f->view, at, e)) < 0)
		return code;
	/* E3: where every answer stands, so does the colour. */
	if (!forget_changed(f) && f->flip > at)
		return 0;
	f->flip = INT64_MAX;
	return settle(f, e);
}

/* The next moment that matters after the one visited, or INT64_MAX. */
static instant
next_moment(const struct fold *f)
{
	instant view = view_next(f->view);

	return view < f->flip ? view : f->flip;
}

static int
fold_to_now(struct fold *f, size_t *visited, struct error *e)
{
	const struct fold_extra *extra = f->extra;
	size_t next_extra = 0;
	int code;

	if ((code = visit(f, f->facts->applied_at, e)) < 0 || (code = note_change(f, e)) < 0)
		return code;
	while (f->at < f->now) {
		instant next = next_moment(f);

		while (next_extra < extra->count && extra->moments[next_extra] <= f->at)
			next_extra++;
		if (next_extra < extra->count && extra->moments[next_extra] < next)
			next = extra->moments[next_extra];
		if (next > f->now)
			next = f->now;
		if (++*visited > EVALUATE_MOMENTS_MAX)
			return error_set(e, ERROR_TOO_LARGE, "more than %d moments to visit", EVALUATE_MOMENTS_MAX);
		if ((code = visit(f, next, e)) < 0)
			return code;
		if (colour_shown(f) != f->shown && (code = note_change(f, e)) < 0)
			return code;
	}
	return 0;
}

/* Go on with nothing new until another colour than ${shown} is: when, or EVALUATE_NEVER. */
static int
find_next(struct fold *f, enum colour shown, size_t *visited, instant *ret_next, struct error *e)
{
	int code;

	for (;;) {
		instant next = next_moment(f);

		if (next > f->horizon) {
			*ret_next = EVALUATE_NEVER;
			return 0;
		}
		if (++*visited > EVALUATE_MOMENTS_MAX)
			return error_set(e, ERROR_TOO_LARGE, "more than %d moments to visit", EVALUATE_MOMENTS_MAX);
		if ((code = visit(f, next, e)) < 0)
			return code;
		if (colour_shown(f) != shown) {
			*ret_next = next;
			return 0;
		}
	}
}

static int
add_derived(const struct fold *f, json_t *result, struct error *e)
{
	json_t *shown = NULL, *value = NULL;
	size_t left = CERTLOGIC_RESULT_MAX;
	int code;

	for (size_t i = 0; i < f->pack->derived_count; i++) {
		if (!f->pack->derived[i].show)
			continue;
		if (!shown && (!(shown = json_object()) || json_object_set_new(result, "derived", shown) < 0))
			return error_no_memory(e);
		if ((code = value_json(view_derived(f->view, i), &left, &value, e)) < 0)
			return code;
		if (json_object_set_new(shown, f->pack->derived[i].name, value) < 0)
			return error_no_memory(e);
	}
	return 0;
}

/* The answer of the moment, all but what comes next. */
static int
make_result(struct fold *f, json_t **ret_result, struct error *e)
{
	json_t *rules = NULL, *result;
	int code;

	if ((code = tell_reasons(f, &rules, e)) < 0)
		return code;
	result = json_pack("{s:s,s:o,s:o,s:s,s:o}", "colour", colour_name(f->shown), "since", time_json(f, f->shown_since),
		"rules", rules, "policy", f->pack->hash, "now", time_json(f, f->now));
	if (!result)
		return error_no_memory(e);
	if ((code = add_derived(f, result, e)) < 0) {
		json_decref(result);
		return code;
	}
	*ret_result = result;
	return 0;
}

static int
fold_begin(struct fold *f, struct error *e)
{
	const instant furthest = INT64_C(253402300799); /* 9999-12-31T23:59:59Z */
	int code;

	f->horizon = f->now + (instant)f->pack->horizon_days * DAY_S;
	if (f->horizon > furthest)
		return error_set(e, ERROR_BAD_INPUT, "a time past the year 9999");
	f->colour = f->pack->first_colour;
	f->since = f->facts->applied_at;
	f->flip = INT64_MIN; /* nothing was asked yet */
	if ((code = view_new(f->pack, f->facts, f->work, &f->view, e)) < 0 ||
		(code = arena_take(&f->work->memory, sizeof *f->asking, &f->asking, e)) < 0 ||
		(code = arena_take(&f->work->memory, (f->pack->rule_count + 1) * sizeof *f->answers, &f->answers, e)) < 0)
		return code;
	asking_begin(f->asking, view_data(f->view), &f->work->keep, &f->work->scratch);
	memset(f->answers, 0, (f->pack->rule_count + 1) * sizeof *f->answers);
	if (!f->quiet && (!(f->changes = json_array()) || !(f->held = json_array())))
		return error_no_memory(e);
	return append_rule(f, NULL, f->held, e);
}

/* The rules that took the colour of the moment after ${before}; none where it is an override that began or ended. */
static json_t *
rules_since(const struct fold *f, instant before)
{
	return f->since > before && !override_in_force(f) ? json_incref(f->held) : json_array();
}

/* "next", and where wanted what brings it. */
static int
add_next(const struct fold *f, instant next, json_t *result, struct error *e)
{
	json_t *change = next == EVALUATE_NEVER
		? json_null()
		: json_pack("{s:o,s:s}", "at", time_json(f, next), "colour", colour_name(colour_shown(f)));

	if (json_object_set_new(result, "next", change) < 0)
		return error_no_memory(e);
	if (!f->extra->tell_soon)
		return 0;
	change = next == EVALUATE_NEVER ? json_array() : rules_since(f, f->now);
	return json_object_set_new(result, "soon", change) < 0 ? error_no_memory(e) : 0;
}

/* "later": the changes after that one. That rules fail on what is yet to come ends the list, and does not fail the answer of now. */
static int
add_later(struct fold *f, instant next, size_t *visited, json_t *result, struct error *e)
{
	json_t *later = json_array(), *change;
	struct error ahead = {0};
	int code;

	if (json_object_set_new(result, "later", later) < 0)
		return error_no_memory(e);
	while (next != EVALUATE_NEVER && json_array_size(later) < EVALUATE_LATER_MAX) {
		instant before = next;

		code = find_next(f, colour_shown(f), visited, &next, &ahead);
		if (code == ERROR_BAD_INPUT || code == ERROR_TOO_LARGE || (code == 0 && next == EVALUATE_NEVER))
			return 0;
		if (code < 0) {
			*e = ahead;
			return code;
		}
		change = json_pack("{s:o,s:s,s:o}", "at", time_json(f, next), "colour", colour_name(colour_shown(f)), "rules",
			rules_since(f, before));
		if (json_array_append_new(later, change) < 0)
			return error_no_memory(e);
	}
	return 0;
}

int
fold_evaluate(const struct pack *pack, const json_t *facts_json, instant now, const struct fold_extra *extra,
	json_t **ret_result, json_t **ret_changes, struct error *e)
{
	const struct fold_extra none = {0};
	struct fold f = {.pack = pack, .now = now, .extra = extra ? extra : &none};
	struct facts *facts;
	json_t *result = NULL;
	size_t visited = 0;
	instant next;
	int code;

	if ((code = workspace_new(&f.work, e)) < 0 ||
		(code = facts_read(facts_json, pack, now, &f.work->memory, &facts, e)) < 0)
		goto out;
	f.facts = facts;
	if ((code = fold_begin(&f, e)) < 0 || (code = fold_to_now(&f, &visited, e)) < 0 ||
		(code = make_result(&f, &result, e)) < 0 || (code = find_next(&f, f.shown, &visited, &next, e)) < 0 ||
		(code = add_next(&f, next, result, e)) < 0 ||
		(f.extra->tell_soon && (code = add_later(&f, next, &visited, result, e)) < 0))
		goto out;
	if (ret_changes)
		*ret_changes = json_incref(f.changes);
	*ret_result = result;
	result = NULL;
out:
	json_decref(result);
	json_decref(f.held);
	json_decref(f.changes);
	workspace_free(f.work);
	return code;
}

int
fold_quietly(const struct pack *pack, const struct facts *facts, struct workspace *work, instant now,
	struct evaluated *ret_evaluated, struct error *e)
{
	const struct fold_extra none = {0};
	struct fold f = {.pack = pack, .facts = facts, .work = work, .now = now, .extra = &none, .quiet = true};
	struct evaluated evaluated;
	json_t *nothing = NULL;
	size_t visited = 0;
	int code;

	if ((code = fold_begin(&f, e)) < 0 || (code = fold_to_now(&f, &visited, e)) < 0 ||
		(code = tell_reasons(&f, &nothing, e)) < 0)
		return code;
	evaluated = (struct evaluated){.colour = f.shown, .since = f.shown_since, .untold = facts->untold};
	if ((code = find_next(&f, f.shown, &visited, &evaluated.next_at, e)) < 0)
		return code;
	evaluated.next_colour = colour_shown(&f);
	*ret_evaluated = evaluated;
	return 0;
}

int
evaluate_colour(
	const struct pack *pack, const json_t *json, instant now, struct evaluated *ret_evaluated, struct error *e)
{
	struct workspace *work = NULL;
	struct facts *facts;
	int code;

	if ((code = workspace_new(&work, e)) == 0 && (code = facts_read(json, pack, now, &work->memory, &facts, e)) == 0)
		code = fold_quietly(pack, facts, work, now, ret_evaluated, e);
	workspace_free(work);
	return code;
}

int
evaluate(const struct pack *pack, const json_t *facts, instant now, json_t **ret_result, json_t **ret_changes,
	struct error *e)
{
	return fold_evaluate(pack, facts, now, NULL, ret_result, ret_changes, e);
}

int
evaluate_explained(const struct pack *pack, const json_t *facts, instant now, json_t **ret_result, struct error *e)
{
	const struct fold_extra explained = {.tell_soon = true};

	return fold_evaluate(pack, facts, now, &explained, ret_result, NULL, e);
}
