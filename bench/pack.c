/* A pack's rules over many people beside certlogic-js: each rule asked once of each person, as they stand at one moment.
 *
 * The reference is given what rules see, made and parsed before. This side begins with the facts: reading them into rows,
 * working out levels, streaks and the like counts. */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/json.h"
#include "bench/bench.h"
#include "policy/evaluate.h"
#include "policy/holds.h"
#include "policy/view.h"

enum {
	PEOPLE = 2000,
	NOW = 1585008000,
	MEMORY_SIZE = 64 << 10,
	SCRATCH_SIZE = 4 << 10,
	VIEW_MAX = 1 << 20,
	COMMAND_SIZE = 512
};

static const char pack_folder[] = "packs/hangzhou-2020";

struct crowd {
	struct pack *pack;
	json_t *facts[PEOPLE];
	struct workspace work;
	char *memory, *scratch;
	size_t yes;
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

static struct view *
view_of(struct crowd *crowd, size_t person)
{
	struct facts *facts;
	struct view *view;
	struct error e = {0};

	arena_release(&crowd->work.memory, (struct arena_mark){0});
	arena_lend(&crowd->work.memory, crowd->memory, MEMORY_SIZE);
	if (facts_read(crowd->facts[person], crowd->pack, NOW, &crowd->work.memory, &facts, &e) < 0 ||
		view_new(crowd->pack, facts, &crowd->work, &view, &e) < 0 || view_move(view, NOW, &e) < 0)
		bench_fail(e.message);
	return view;
}

static bool
fires(struct crowd *crowd, struct view *view, const struct rule *rule)
{
	const struct value_list *list = rule->each == VIEW_LIST_NONE ? NULL : view_list(view, rule->each);
	struct error e = {0};
	bool holds = false;

	for (size_t i = 0; i < (list ? list->count : 1) && !holds; i++) {
		view_set_item(view, list ? list->items[i].row : NULL);
		if (program_holds(
				rule->when, view_data(view), NOW, NOW, &crowd->work.keep, &crowd->work.scratch, &holds, NULL, &e) < 0)
			bench_fail(e.message);
	}
	return holds;
}

static void
ask_everyone(void *context)
{
	struct crowd *crowd = context;

	crowd->yes = 0;
	for (size_t i = 0; i < PEOPLE; i++) {
		struct view *view = view_of(crowd, i);

		for (size_t j = 0; j < crowd->pack->rule_count; j++)
			crowd->yes += fires(crowd, view, &crowd->pack->rules[j]);
	}
}

static void
write_views(struct crowd *crowd, FILE *file)
{
	for (size_t i = 0; i < PEOPLE; i++) {
		struct buffer text = buffer_make(VIEW_MAX);
		size_t left = CERTLOGIC_RESULT_MAX;
		json_t *view = NULL;
		struct error e = {0};

		if (value_json(view_data(view_of(crowd, i)), &left, &view, &e) < 0 || json_write(view, &text, &e) < 0 ||
			fprintf(file, "%s\n", buffer_text(&text)) < 0)
			bench_fail("the views cannot be written");
		json_decref(view);
		buffer_free(&text);
	}
}

/* People a second in the reference, which must answer as we do. */
static double
measure_reference(struct crowd *crowd)
{
	char path[] = "/tmp/bench-views-XXXXXX", command[COMMAND_SIZE], now[TIME_TEXT_SIZE];
	int descriptor = mkstemp(path);
	FILE *views = descriptor < 0 ? NULL : fdopen(descriptor, "w"), *answer;
	double rate = 0;
	size_t yes = 0;

	if (!views)
		bench_fail("no temporary file");
	write_views(crowd, views);
	if (fclose(views) != 0)
		bench_fail("the views cannot be written");
	snprintf(
		command, sizeof command, "node bench/pack.mjs %s %s %s", pack_folder, path, time_write(NOW, &zone_utc, now));
	if (!(answer = popen(command, "r")) || fscanf(answer, "%lf %zu", &rate, &yes) != 2 || pclose(answer) != 0)
		bench_fail("certlogic-js does not run: script/bootstrap installs it");
	unlink(path);
	if (yes != crowd->yes)
		bench_fail("the reference answers otherwise");
	return rate;
}

void
bench_pack(void)
{
	struct crowd *crowd = calloc(1, sizeof *crowd);
	struct error e = {0};
	double rate;

	if (!crowd || !(crowd->memory = malloc(MEMORY_SIZE)) || !(crowd->scratch = malloc(SCRATCH_SIZE)))
		bench_fail("no memory");
	crowd->work = (struct workspace){
		.memory.maximum = EVALUATE_MEMORY_MAX, .scratch.maximum = CERTLOGIC_MEMORY_MAX, .keep.epoch = 1};
	arena_lend(&crowd->work.scratch, crowd->scratch, SCRATCH_SIZE);
	if (pack_read_folder(pack_folder, NULL, NULL, &crowd->pack, &e) < 0)
		bench_fail(e.message);
	for (size_t i = 0; i < PEOPLE; i++)
		crowd->facts[i] = make_facts();
	rate = bench_rate(ask_everyone, crowd) * PEOPLE;
	bench_figure("policy", "people by all rules of hangzhou-2020, from their facts", rate, "1/s",
		"certlogic-js on node, from the view", measure_reference(crowd), 20);
	arena_release(&crowd->work.memory, (struct arena_mark){0});
	for (size_t i = 0; i < PEOPLE; i++)
		json_decref(crowd->facts[i]);
	pack_free(crowd->pack);
	free(crowd->memory);
	free(crowd->scratch);
	free(crowd);
}
