/* How the rules in force did: whom each stopped, for how long, and what was found of them later. */

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "base/text.h"
#include "rehearse/pass.h"
#include "rehearse/workers.h"

enum { SCORES_MAX = PACK_RULES_MAX + 8 };

/* ${id} is owned. */
struct score {
	char *id;
	int64_t people, held_s, positive, upheld, appeals[APPEAL_STATES];
};

struct scores {
	struct score *items; /* by id */
	size_t count, capacity;
	int64_t people, positive, never_stopped, never_stopped_positive, failed, appeals[APPEAL_STATES];
};

struct scoring {
	const struct pack *pack;
	bool pass[COLOUR_COUNT];
	instant now;
};

static int
score_of(struct scores *scores, const char *id, struct score **ret_score, struct error *e)
{
	size_t at = 0;
	int r;

	while (at < scores->count && strcmp(scores->items[at].id, id) < 0)
		at++;
	if (at == scores->count || strcmp(scores->items[at].id, id) != 0) {
		char *copy = text_copy(id, e);

		if (!copy)
			return ERROR_NO_MEMORY;
		if ((r = array_grow(
				 &scores->items, &scores->capacity, scores->count + 1, sizeof *scores->items, SCORES_MAX, e)) < 0) {
			free(copy);
			return r;
		}
		memmove(&scores->items[at + 1], &scores->items[at], (scores->count - at) * sizeof *scores->items);
		scores->items[at] = (struct score){.id = copy};
		scores->count++;
	}
	*ret_score = &scores->items[at];
	return 0;
}

static void
scores_clear(struct scores *scores)
{
	for (size_t i = 0; i < scores->count; i++)
		free(scores->items[i].id);
	free(scores->items);
	*scores = (struct scores){0};
}

static instant
time_of(const json_t *item, const char *name)
{
	const char *text = json_string_value(json_object_get(item, name));
	instant at;

	return text && time_read(text, strlen(text), &zone_utc, &at, NULL) == 0 ? at : INT64_MAX;
}

static bool
is_text(const json_t *item, const char *name, const char *wanted)
{
	const char *text = json_string_value(json_object_get(item, name));

	return text && strcmp(text, wanted) == 0;
}

/* The last moment up to ${now} of those at which the disease was found: a case confirmed or without symptoms, a positive test.
 * INT64_MIN where it never was. */
static instant
last_positive(const json_t *facts, instant now)
{
	const json_t *item;
	instant last = INT64_MIN, at;
	size_t i;

	json_array_foreach(json_object_get(facts, "cases"), i, item)
	{
		at = time_of(item, "at");
		if (at <= now && at > last && (is_text(item, "status", "confirmed") || is_text(item, "status", "asymptomatic")))
			last = at;
	}
	json_array_foreach(json_object_get(facts, "tests"), i, item)
	{
		at = time_of(item, "at");
		if (at <= now && at > last && is_text(item, "result", "positive"))
			last = at;
	}
	return last;
}

/* The last moment at which officials set another colour since an objection was upheld. */
static instant
last_upheld(const json_t *facts, instant now)
{
	const json_t *item;
	instant last = INT64_MIN, at;
	size_t i;

	json_array_foreach(json_object_get(facts, "overrides"), i, item)
	{
		at = time_of(item, "at");
		if (at <= now && at > last && is_text(item, "cause", "contest_upheld"))
			last = at;
	}
	return last;
}

/* The first moment at which ${id} stopped the person, and for how long in all. */
static instant
first_stop(const struct scoring *s, const json_t *changes, const char *id, int64_t *ret_held_s)
{
	instant first = INT64_MAX;
	const json_t *change, *rule;
	size_t i, j;

	*ret_held_s = 0;
	json_array_foreach((json_t *)changes, i, change)
	{
		instant at = time_of(change, "at"), end = time_of(json_array_get(changes, i + 1), "at");
		enum colour colour = COLOUR_GREEN;
		bool by = false;

		colour_read(json_string_value(json_object_get(change, "colour")), &colour);
		json_array_foreach(json_object_get(change, "rules"), j, rule)
		{
			by |= is_text(rule, "id", id);
		}
		if (!by || s->pass[colour])
			continue;
		if (first == INT64_MAX)
			first = at;
		*ret_held_s += (end < s->now ? end : s->now) - at;
	}
	return first;
}

/* Count each rule that ever stopped the person, once; ${positive} is when a test last was (INT64_MIN: never). Return how many did, or
 * a code. */
static int
count_stops(const struct scoring *s, struct scores *scores, const json_t *facts, instant positive,
	const json_t *changes, struct error *e)
{
	instant upheld = last_upheld(facts, s->now);
	json_t *done = json_object(), *rule;
	const json_t *change;
	struct score *score;
	size_t i, j;
	int r = 0, stops = 0;

	json_array_foreach((json_t *)changes, i, change)
	{
		json_array_foreach(json_object_get(change, "rules"), j, rule)
		{
			const char *id = json_string_value(json_object_get(rule, "id"));
			int64_t held_s;
			instant first;

			if (!id || json_object_get(done, id))
				continue;
			json_object_set_new(done, id, json_true());
			if ((first = first_stop(s, changes, id, &held_s)) == INT64_MAX)
				continue;
			if ((r = score_of(scores, id, &score, e)) < 0)
				goto out;
			stops++;
			score->people++;
			score->held_s += held_s;
			score->positive += positive > first;
			score->upheld += upheld >= first;
		}
	}
out:
	json_decref(done);
	return r < 0 ? r : stops;
}

static int
score_person(struct rehearse_worker *worker, person_number person, void *context, struct error *e)
{
	const struct scoring *s = context;
	struct scores *scores = worker->own;
	json_t *facts = NULL, *result = NULL, *changes = NULL;
	instant positive;
	int r;

	if ((r = cascade_facts(worker->cascade, s->pack, person, &facts, NULL, e)) < 0)
		return r;
	positive = last_positive(facts, s->now);
	r = evaluate(s->pack, facts, s->now, &result, &changes, e);
	if (r == ERROR_BAD_INPUT || r == ERROR_TOO_LARGE) {
		scores->failed++;
		r = 0;
	} else if (r == 0 && (r = count_stops(s, scores, facts, positive, changes, e)) >= 0) {
		scores->people++;
		scores->positive += positive != INT64_MIN;
		scores->never_stopped += r == 0;
		scores->never_stopped_positive += r == 0 && positive != INT64_MIN;
		r = 0;
	}
	json_decref(facts);
	json_decref(result);
	json_decref(changes);
	return r;
}

static int
scores_add(struct scores *to, const struct scores *from, struct error *e)
{
	struct score *score;
	int r;

	for (size_t i = 0; i < from->count; i++) {
		if ((r = score_of(to, from->items[i].id, &score, e)) < 0)
			return r;
		score->people += from->items[i].people;
		score->held_s += from->items[i].held_s;
		score->positive += from->items[i].positive;
		score->upheld += from->items[i].upheld;
	}
	to->people += from->people;
	to->positive += from->positive;
	to->never_stopped += from->never_stopped;
	to->never_stopped_positive += from->never_stopped_positive;
	to->failed += from->failed;
	return 0;
}

static bool
has_score(const struct scores *scores, const char *id)
{
	for (size_t i = 0; i < scores->count; i++)
		if (strcmp(scores->items[i].id, id) == 0)
			return true;
	return false;
}

struct appealing {
	const struct scoring *scoring;
	struct scores *scores;
};

/* As it stood at the moment asked about: once for each rule of this pack that gave the colour. Where the appeal was upheld, that rule may
 * have stopped nobody after all. */
static int
count_appeal(const struct registry_appeal *appeal, void *context, struct error *e)
{
	const struct appealing *a = context;
	enum appeal_state state = appeal->state;
	json_t *rules = NULL;
	const json_t *rule;
	struct score *score;
	size_t i;
	int r;

	if (appeal->opened_at > a->scoring->now)
		return 0;
	if (state != APPEAL_OPEN && appeal->decided_at > a->scoring->now)
		state = APPEAL_OPEN;
	a->scores->appeals[state]++;
	if ((r = json_read_own(appeal->rules, "what an appeal is about", &rules, e)) < 0)
		return r;
	json_array_foreach(rules, i, rule)
	{
		const char *id = json_string_value(rule);

		if (!id || (strcmp(appeal->policy, pack_hash(a->scoring->pack)) != 0 && !has_score(a->scores, id)))
			continue;
		if ((r = score_of(a->scores, id, &score, e)) < 0)
			break;
		score->appeals[state]++;
	}
	json_decref(rules);
	return r;
}

static int
count_appeals(struct registry *registry, const struct scoring *s, struct scores *scores, struct error *e)
{
	const struct registry_appeals_asked asked = {.jurisdiction = pack_jurisdiction(s->pack), .state = APPEAL_STATES};
	struct appealing appealing = {s, scores};

	return registry_appeals_each(registry, &asked, count_appeal, &appealing, e);
}

static json_t *
appeals_json(const int64_t appeals[APPEAL_STATES])
{
	json_t *counts = json_object();

	for (int i = 0; i < APPEAL_STATES; i++)
		json_object_set_new(
			counts, registry_appeal_state_name((enum appeal_state)i), json_integer((json_int_t)appeals[i]));
	return counts;
}

static int
report(const struct scoring *s, const struct scores *scores, json_t **ret_report, struct error *e)
{
	char now[TIME_TEXT_SIZE];
	json_t *rules = json_array(), *made;

	for (size_t i = 0; i < scores->count; i++) {
		const struct score *score = &scores->items[i];

		json_array_append_new(rules,
			json_pack("{s:s, s:I, s:I, s:I, s:I, s:o}", "rule", score->id, "people", (json_int_t)score->people,
				"person_days", (json_int_t)((score->held_s + DAY_S / 2) / DAY_S), "later_positive",
				(json_int_t)score->positive, "contests_upheld", (json_int_t)score->upheld, "appeals",
				appeals_json(score->appeals)));
	}
	made = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "now",
		time_write(s->now, pack_zone(s->pack), now), "jurisdiction", pack_jurisdiction(s->pack), "policy",
		pack_hash(s->pack), "people", (json_int_t)scores->people, "positive", (json_int_t)scores->positive,
		"never_stopped", (json_int_t)scores->never_stopped, "never_stopped_positive",
		(json_int_t)scores->never_stopped_positive, "failed", (json_int_t)scores->failed, "appeals",
		appeals_json(scores->appeals), "rules", rules);
	if (!made)
		return error_no_memory(e);
	*ret_report = made;
	return 0;
}

int
rehearse_score(const struct rehearse_options *options, const struct pack *pack, json_t **ret_report, struct error *e)
{
	struct scoring scoring = {.pack = pack, .now = registry_now(options->registry)};
	unsigned workers = workers_count(options);
	struct scores *scores = calloc(workers, sizeof *scores);
	size_t people;
	int r;

	if (!scores)
		return error_no_memory(e);
	if ((r = pass_read(pack, scoring.pass, e)) == 0)
		r = workers_run(options, pack, scoring.now, NULL, score_person, &scoring, scores, sizeof *scores, &people, e);
	for (unsigned i = 1; r == 0 && i < workers; i++)
		r = scores_add(&scores[0], &scores[i], e);
	if (r == 0)
		r = count_appeals(options->registry, &scoring, &scores[0], e);
	if (r == 0)
		r = report(&scoring, &scores[0], ret_report, e);
	for (unsigned i = 0; i < workers; i++)
		scores_clear(&scores[i]);
	free(scores);
	return r;
}
