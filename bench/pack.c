/* A pack's rules over many people beside certlogic-js, a core: each rule asked once of each person, as they stand at one moment.
 *
 * Like for like is the plain decision: what rules see of a person, as the same JSON, parsed once on both sides, and the rules that
 * fire counted on both. Beside it stand the same from rows (levels and streaks worked out before, as in the JSON), from the facts
 * (working them out counts), and the whole decision, which the reference knows nothing of: a life folded from the application on,
 * and the next change. People go by in batches, each of them once. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "bench/bench.h"
#include "policy/evaluate.h"
#include "policy/holds.h"
#include "policy/view.h"

/* So few at once that their JSON is still near when it is asked: whoever reads somebody's facts decides about them then. */
enum { BATCH = 20, NOW = 1585008000, VIEW_MAX = 1 << 20, COMMAND_SIZE = 512 };

static const char pack_folder[] = "packs/hangzhou-2020";

struct person {
	json_t *facts, *seen;
	struct workspace *work;
	struct view *view;
};

/* One way of asking everybody: processor time, and how many rules fired. */
struct asking {
	double took;
	size_t yes;
};

struct crowd {
	struct pack *pack;
	struct person people[BATCH];
	struct asking plain, by_rows, by_facts, whole;
	FILE *reference;
};

static uint64_t seed = 1;

static unsigned
any(unsigned below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % below;
}

/* A month of somebody: where they live and were, most days a check-in, now and then a contact or a case. */
static json_t *
make_facts(void)
{
	static const char *const divisions[] = {"330106", "330205", "420802", "110101", "440304", "350203"};
	char at[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];
	/* Each number is drawn in a statement of its own: in which order arguments are is the compiler's. */
	instant applied_at = NOW - 40 * DAY_S + (instant)any(DAY_S);
	const char *division = divisions[any(6)];
	json_t *facts = json_pack("{s:s, s:[{s:s,s:s,s:n,s:n}], s:[], s:[], s:[], s:[], s:{s:{s:[{s:s,s:s}]}}}",
		"applied_at", time_write(applied_at, &zone_utc, at), "residences", "country", "CN", "division", division,
		"from", "to", "checkins", "visits", "contacts", "cases", "areas", "420800", "steps", "at",
		"2020-01-25T00:00:00+08:00", "level", "high");
	bool failed = !facts;

	for (int day = 30; day > 0 && !failed; day--)
		if (any(10)) {
			int temperature = (int)(360 + any(12));

			time_write(NOW - day * DAY_S + any(3600), &zone_utc, at);
			failed |= json_array_append_new(json_object_get(facts, "checkins"),
				json_pack(
					"{s:s,s:i,s:[],s:b}", "at", at, "temperature_tenths_c", temperature, "symptoms", "contact", 0));
		}
	for (unsigned i = any(4); i > 0 && !failed; i--) {
		division = divisions[any(6)];
		time_write(NOW - 30 * DAY_S + (instant)any(10 * DAY_S), &zone_utc, at);
		time_write(NOW - 15 * DAY_S + (instant)any(10 * DAY_S), &zone_utc, to);
		failed |= json_array_append_new(json_object_get(facts, "visits"),
			json_pack("{s:s,s:s,s:s,s:s}", "country", "CN", "division", division, "from", at, "to", to));
	}
	if (any(20) == 0)
		failed |= json_array_append_new(json_object_get(facts, "contacts"),
			json_pack("{s:s,s:i,s:s,s:s,s:s}", "kind", "close", "degree", 1, "first", at, "last", at, "known_at", at));
	if (any(200) == 0)
		failed |= json_array_append_new(
			json_object_get(facts, "cases"), json_pack("{s:s,s:s}", "status", "confirmed", "at", at));
	if (failed)
		bench_fail("no memory");
	return facts;
}

/* What rules see of somebody now, in their own workspace. */
static void
look(struct crowd *crowd, struct person *person)
{
	struct facts *facts;
	struct error e = {0};

	workspace_clear(person->work);
	if (facts_read(person->facts, crowd->pack, NOW, &person->work->memory, &facts, &e) < 0 ||
		view_new(crowd->pack, facts, person->work, &person->view, &e) < 0 || view_move(person->view, NOW, &e) < 0)
		bench_fail(e.message);
}

/* That as JSON with the clock in it, for the reference and for us. */
static void
tell(struct crowd *crowd, struct person *person, const char *now)
{
	static const char clock[] = "\"" CERTLOGIC_CLOCK_TEXT "\"";
	struct buffer text = buffer_make(VIEW_MAX), line = buffer_make(VIEW_MAX);
	size_t left = CERTLOGIC_RESULT_MAX;
	json_t *seen = NULL;
	struct error e = {0};
	int r;

	if ((r = value_json(view_data(person->view), &left, &seen, &e)) == 0)
		r = json_write(seen, &text, &e);
	json_decref(seen);
	for (const char *at = r < 0 ? NULL : buffer_text(&text); r == 0 && at;) {
		const char *found = strstr(at, clock);

		if (!found)
			r = buffer_add_text(&line, at, &e);
		else if ((r = buffer_add(&line, at, (size_t)(found - at), &e)) == 0)
			r = buffer_add_format(&line, &e, "\"%s\"", now);
		at = found ? found + strlen(clock) : NULL;
	}
	if (r < 0 || json_read(buffer_text(&line), line.length, "view", &person->seen, &e) < 0)
		bench_fail(e.message);
	if (fprintf(crowd->reference, "%s\n", buffer_text(&line)) < 0)
		bench_fail("certlogic-js does not take the views");
	buffer_free(&text);
	buffer_free(&line);
}

static bool
fires_by_json(const struct crowd *crowd, const struct rule *rule, json_t *seen)
{
	const char *each = rule->each == VIEW_LIST_NONE ? NULL : pack_list_name(crowd->pack, rule->each);
	const json_t *list = each ? json_object_get(json_object_get(seen, "payload"), each) : NULL;
	struct error e = {0};
	bool fires = false;

	for (size_t i = 0; i < (each ? json_array_size(list) : 1) && !fires; i++) {
		json_t *value = NULL;

		if ((each && json_object_set(seen, "item", json_array_get(list, i)) < 0) ||
			certlogic_run(rule->when, seen, NULL, &value, NULL, &e) < 0)
			bench_fail(e.message);
		fires = json_is_true(value);
		json_decref(value);
	}
	return fires;
}

static void
ask_by_json(struct crowd *crowd, struct person *person)
{
	for (size_t i = 0; i < crowd->pack->rule_count; i++)
		crowd->plain.yes += fires_by_json(crowd, &crowd->pack->rules[i], person->seen);
}

static bool
fires_by_rows(struct person *person, const struct rule *rule)
{
	const struct value_list *list = rule->each == VIEW_LIST_NONE ? NULL : view_list(person->view, rule->each);
	struct workspace *work = person->work;
	struct error e = {0};
	bool holds = false;

	for (size_t i = 0; i < (list ? list->count : 1) && !holds; i++) {
		view_set_item(person->view, list ? list->items[i].row : NULL);
		if (program_holds(
				rule->when, view_data(person->view), NOW, NOW, &work->keep, &work->scratch, &holds, NULL, &e) < 0)
			bench_fail(e.message);
	}
	return holds;
}

static void
ask_by_rows(struct crowd *crowd, struct person *person)
{
	for (size_t i = 0; i < crowd->pack->rule_count; i++)
		crowd->by_rows.yes += fires_by_rows(person, &crowd->pack->rules[i]);
}

static void
ask_by_facts(struct crowd *crowd, struct person *person)
{
	look(crowd, person);
	for (size_t i = 0; i < crowd->pack->rule_count; i++)
		crowd->by_facts.yes += fires_by_rows(person, &crowd->pack->rules[i]);
}

static void
decide(struct crowd *crowd, struct person *person)
{
	struct evaluated evaluated;
	struct error e = {0};

	if (evaluate_colour(crowd->pack, person->facts, NOW, &evaluated, &e) < 0)
		bench_fail(e.message);
	crowd->whole.yes += evaluated.colour != COLOUR_GREEN;
}

static void
ask(struct crowd *crowd, size_t count, void (*one)(struct crowd *crowd, struct person *person), struct asking *asking)
{
	double start = bench_core_now();

	for (size_t i = 0; i < count; i++)
		one(crowd, &crowd->people[i]);
	asking->took += bench_core_now() - start;
}

static void
ask_batch(struct crowd *crowd, size_t count)
{
	char now[TIME_TEXT_SIZE];

	time_write(NOW, &zone_utc, now);
	for (size_t i = 0; i < count; i++) {
		crowd->people[i].facts = make_facts();
		look(crowd, &crowd->people[i]);
		tell(crowd, &crowd->people[i], now);
	}
	if (fputc('\n', crowd->reference) < 0)
		bench_fail("certlogic-js does not take the views");
	ask(crowd, count, ask_by_json, &crowd->plain);
	ask(crowd, count, ask_by_rows, &crowd->by_rows);
	ask(crowd, count, ask_by_facts, &crowd->by_facts);
	ask(crowd, count, decide, &crowd->whole);
	for (size_t i = 0; i < count; i++) {
		json_decref(crowd->people[i].facts);
		json_decref(crowd->people[i].seen);
	}
}

/* The reference takes a batch while we ask the same one; what it came to is in a file once it has ended. */
static double
end_reference(FILE *reference, FILE *answer, size_t yes)
{
	size_t found = 0;
	double took = 0;

	if (pclose(reference) != 0 || fscanf(answer, "%lf %zu", &took, &found) != 2)
		bench_fail("certlogic-js does not run: script/bootstrap installs it");
	if (found != yes)
		bench_fail("the reference answers otherwise");
	return took;
}

void
bench_pack(size_t people)
{
	static const char *const reference = "certlogic-js on node, over what rules see";
	char path[] = "/tmp/bench-answer-XXXXXX", command[COMMAND_SIZE];
	struct crowd *crowd = calloc(1, sizeof *crowd);
	int descriptor = mkstemp(path);
	FILE *answer = descriptor < 0 ? NULL : fdopen(descriptor, "r");
	struct error e = {0};
	double rate;

	if (!crowd || !answer)
		bench_fail("no memory, or no temporary file");
	snprintf(command, sizeof command, "node bench/pack.mjs %s > %s", pack_folder, path);
	if (!(crowd->reference = popen(command, "w")) || pack_read_folder(pack_folder, NULL, NULL, &crowd->pack, &e) < 0)
		bench_fail(e.message);
	for (size_t i = 0; i < BATCH; i++)
		if (workspace_new(&crowd->people[i].work, &e) < 0)
			bench_fail(e.message);
	for (size_t done = 0; done < people; done += BATCH)
		ask_batch(crowd, people - done < BATCH ? people - done : BATCH);
	if (crowd->by_rows.yes != crowd->plain.yes || crowd->by_facts.yes != crowd->plain.yes)
		bench_fail("rules over rows come out otherwise than over JSON");
	rate = (double)people / end_reference(crowd->reference, answer, crowd->plain.yes);
#define FIGURE(name, asking, goal)                                                                                     \
	bench_figure("policy", "people by all rules of hangzhou-2020, " name, (double)people / (asking).took, "1/s",       \
		reference, rate, goal)
	FIGURE("over the same JSON", crowd->plain, 20);
	FIGURE("over rows", crowd->by_rows, 0);
	FIGURE("from their facts", crowd->by_facts, 0);
	FIGURE("the whole decision", crowd->whole, 0);
#undef FIGURE
	for (size_t i = 0; i < BATCH; i++)
		workspace_free(crowd->people[i].work);
	unlink(path);
	fclose(answer);
	pack_free(crowd->pack);
	free(crowd);
}
