/* A pack's rules over many people beside certlogic-js, a core: each rule asked once of each person, as they stand at one moment.
 *
 * Like for like is the plain decision: what rules see of a person, as the same JSON, parsed once on both sides, and the rules that
 * fire counted on both. Beside it stand the same from rows (levels and streaks worked out before, as in the JSON), from the facts
 * (working them out counts), and the whole decision, which the reference knows nothing of: a life folded from the application on,
 * and the next change. People go by in batches, each of them once, and once more for each way of asking: what lies between two batches is
 * reading them, as in the reference. */

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
enum { BATCH = 10, NOW = 1585008000, VIEW_MAX = 1 << 20, COMMAND_SIZE = 512 };

static const char pack_folder[] = "packs/hangzhou-2020";

struct person {
	json_t *facts, *seen;
	struct buffer line; /* the text of ${seen} */
	struct workspace *work;
	struct view *view;
	bool last; /* of a batch */
};

/* One way of asking everybody: processor time, and how many rules fired. */
struct way {
	double took;
	size_t yes;
};

struct crowd;

struct asker {
	void (*ask)(struct crowd *crowd, struct person *person);
	struct way *way;
	enum { ROWS, LINES, JSON } of; /* what it needs of them */
};

struct crowd {
	struct pack *pack;
	int lists[PACK_RULES_MAX]; /* that rules go over */
	const char *names[PACK_RULES_MAX];
	size_t name_lengths[PACK_RULES_MAX], list_count;
	const struct rule *rules[PACK_RULES_MAX]; /* those that go over none, then those of each list: up to which one */
	size_t single_count, ends[PACK_RULES_MAX];
	struct arena memory, scratch;
	struct row *root;
	struct certlogic_keep keep;
	struct asking asking;
	struct person people[BATCH];
	struct way told, plain, by_rows, by_facts, whole;
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

/* That as a line of JSON with the clock in it, for the reference and for us. */
static void
write_line(struct person *person, const char *now)
{
	static const char clock[] = "\"" CERTLOGIC_CLOCK_TEXT "\"";
	struct buffer text = buffer_make(VIEW_MAX), *line = &person->line;
	size_t left = CERTLOGIC_RESULT_MAX;
	json_t *seen = NULL;
	struct error e = {0};
	int r;

	*line = buffer_make(VIEW_MAX);
	if ((r = value_json(view_data(person->view), &left, &seen, &e)) == 0)
		r = json_write(seen, &text, &e);
	json_decref(seen);
	for (const char *at = r < 0 ? NULL : buffer_text(&text); r == 0 && at;) {
		const char *found = strstr(at, clock);

		if (!found)
			r = buffer_add_text(line, at, &e);
		else if ((r = buffer_add(line, at, (size_t)(found - at), &e)) == 0)
			r = buffer_add_format(line, &e, "\"%s\"", now);
		at = found ? found + strlen(clock) : NULL;
	}
	bench_need(r, &e);
	buffer_free(&text);
}

static bool
fires(struct crowd *crowd, const struct rule *rule)
{
	struct error e;
	bool yes = false;

	bench_need(asking_holds(&crowd->asking, rule->when, &yes, NULL, &e), &e);
	return yes;
}

/* The rules that go over a list: of each item all that fit none before it, since what was found in it serves all of them. */
static size_t
ask_of_list(struct crowd *crowd, const struct rule **rules, size_t rule_count, const struct value *list)
{
	size_t count = value_count(list), left = rule_count;
	const struct rule *unfit[PACK_RULES_MAX];

	if (count > 0)
		memcpy(unfit, rules, left * sizeof *unfit);
	for (size_t i = 0; i < count && left > 0; i++) {
		struct value *item = row_member(crowd->root, SYMBOL_ITEM), room;
		size_t still = 0;

		*item = *value_item(list, i, &room);
		crowd->keep.item = item->row;
		for (size_t k = 0; k < left; k++)
			if (!fires(crowd, unfit[k]))
				unfit[still++] = unfit[k];
		left = still;
	}
	return rule_count - left;
}

/* All rules of what rules see of a person, of whatever it is made; ${lists} in the order of the crowd's. */
static size_t
ask_all(struct crowd *crowd, const struct value *payload, const struct value *external, const struct value *lists)
{
	const struct value data = value_row(crowd->root);
	struct error e;
	size_t yes = 0, from = crowd->single_count;

	*row_member(crowd->root, SYMBOL_PAYLOAD) = *payload;
	*row_member(crowd->root, SYMBOL_EXTERNAL) = *external;
	crowd->keep.epoch++;
	asking_begin(&crowd->asking, &data, &crowd->keep, &crowd->scratch);
	bench_need(asking_at(&crowd->asking, NOW, NOW, &e), &e);
	for (size_t i = 0; i < crowd->single_count; i++)
		yes += fires(crowd, crowd->rules[i]);
	for (size_t i = 0; i < crowd->list_count; from = crowd->ends[i++])
		yes += ask_of_list(crowd, &crowd->rules[from], crowd->ends[i] - from, &lists[i]);
	return yes;
}

static void
ask_by_json(struct crowd *crowd, struct person *person)
{
	const json_t *seen = json_object_getn(person->seen, "payload", strlen("payload"));
	struct value payload, external, lists[VIEW_DERIVED + PACK_DERIVED_MAX];

	value_of(seen, &payload);
	value_of(json_object_getn(person->seen, "external", strlen("external")), &external);
	for (size_t i = 0; i < crowd->list_count; i++)
		value_of(json_object_getn(seen, crowd->names[i], crowd->name_lengths[i]), &lists[i]);
	crowd->plain.yes += ask_all(crowd, &payload, &external, lists);
}

static size_t
ask_view(struct crowd *crowd, const struct view *view)
{
	const struct row *seen = view_data(view)->row;
	struct value lists[VIEW_DERIVED + PACK_DERIVED_MAX];

	for (size_t i = 0; i < crowd->list_count; i++)
		lists[i] = value_rows(view_list(view, crowd->lists[i]));
	return ask_all(crowd, row_find(seen, SYMBOL_PAYLOAD), row_find(seen, SYMBOL_EXTERNAL), lists);
}

static void
ask_by_rows(struct crowd *crowd, struct person *person)
{
	crowd->by_rows.yes += ask_view(crowd, person->view);
}

static void
ask_by_facts(struct crowd *crowd, struct person *person)
{
	look(crowd, person);
	crowd->by_facts.yes += ask_view(crowd, person->view);
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

/* As the reference does with its lines: all of a batch are read, then asked. */
static void
read_line(struct person *person)
{
	struct error e = {0};

	bench_need(json_read(buffer_text(&person->line), person->line.length, "view", &person->seen, &e), &e);
}

static void
tell_reference(struct crowd *crowd, struct person *person)
{
	if (fprintf(crowd->reference, "%s\n%s", buffer_text(&person->line), person->last ? "\n" : "") < 0)
		bench_fail("certlogic-js does not take the views");
}

static void
ask_batch(struct crowd *crowd, size_t count, const struct asker *asker)
{
	char now[TIME_TEXT_SIZE];
	double start;

	time_write(NOW, &zone_utc, now);
	for (size_t i = 0; i < count; i++) {
		struct person *person = &crowd->people[i];

		person->facts = make_facts();
		person->last = i + 1 == count;
		look(crowd, person);
		if (asker->of != ROWS)
			write_line(person, now);
	}
	for (size_t i = 0; i < count && asker->of == JSON; i++)
		read_line(&crowd->people[i]);
	start = bench_core_now();
	for (size_t i = 0; i < count; i++)
		asker->ask(crowd, &crowd->people[i]);
	asker->way->took += bench_core_now() - start;
	for (size_t i = 0; i < count; i++) {
		struct person *person = &crowd->people[i];

		json_decref(person->facts);
		json_decref(person->seen);
		person->seen = NULL;
		buffer_free(&person->line);
	}
}

/* Everybody, the same people for each asker, one asker after the other: none takes the caches from another. */
static void
ask_everybody(struct crowd *crowd, size_t people, const struct asker *asker)
{
	seed = 1;
	for (size_t done = 0; done < people; done += BATCH)
		ask_batch(crowd, people - done < BATCH ? people - done : BATCH, asker);
}

/* Add the rules that go over ${each}. Return how many there are by then. */
static size_t
add_rules(struct crowd *crowd, size_t count, int each)
{
	for (size_t i = 0; i < crowd->pack->rule_count; i++)
		if (crowd->pack->rules[i].each == each)
			crowd->rules[count++] = &crowd->pack->rules[i];
	return count;
}

/* The rules by the lists that they go over, and room for what they see. */
static void
prepare(struct crowd *crowd)
{
	struct error e = {0};
	size_t count;

	for (size_t i = 0; i < crowd->pack->rule_count; i++) {
		int each = crowd->pack->rules[i].each;
		bool known = each == VIEW_LIST_NONE;

		for (size_t k = 0; k < crowd->list_count; k++)
			known = known || crowd->lists[k] == each;
		if (!known)
			crowd->lists[crowd->list_count++] = each;
	}
	count = crowd->single_count = add_rules(crowd, 0, VIEW_LIST_NONE);
	for (size_t i = 0; i < crowd->list_count; i++) {
		crowd->names[i] = pack_list_name(crowd->pack, crowd->lists[i]);
		crowd->name_lengths[i] = strlen(crowd->names[i]);
		count = crowd->ends[i] = add_rules(crowd, count, crowd->lists[i]);
	}
	crowd->keep.epoch = 1;
	crowd->memory.maximum = crowd->scratch.maximum = CERTLOGIC_MEMORY_MAX;
	bench_need(row_new(&crowd->memory, &crowd->pack->shapes[SHAPE_ROOT], &crowd->root, &e), &e);
	for (size_t i = 0; i < BATCH; i++)
		bench_need(workspace_new(&crowd->people[i].work, &e), &e);
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
	const struct asker askers[] = {{tell_reference, &crowd->told, LINES}, {ask_by_json, &crowd->plain, JSON},
		{ask_by_rows, &crowd->by_rows, ROWS}, {ask_by_facts, &crowd->by_facts, ROWS}, {decide, &crowd->whole, ROWS}};
	int descriptor = mkstemp(path);
	FILE *answer = descriptor < 0 ? NULL : fdopen(descriptor, "r");
	struct error e = {0};
	double rate;

	if (!crowd || !answer)
		bench_fail("no memory, or no temporary file");
	snprintf(command, sizeof command, "node bench/pack.mjs %s > %s", pack_folder, path);
	if (!(crowd->reference = popen(command, "w")) || pack_read_folder(pack_folder, NULL, NULL, &crowd->pack, &e) < 0)
		bench_fail(e.message);
	prepare(crowd);
	for (size_t i = 0; i < sizeof askers / sizeof askers[0]; i++)
		ask_everybody(crowd, people, &askers[i]);
	if (crowd->by_rows.yes != crowd->plain.yes || crowd->by_facts.yes != crowd->plain.yes)
		bench_fail("rules over rows come out otherwise than over JSON");
	rate = (double)people / end_reference(crowd->reference, answer, crowd->plain.yes);
#define FIGURE(name, way, goal)                                                                                        \
	bench_figure("policy", "people by all rules of hangzhou-2020, " name, (double)people / (way).took, "1/s",          \
		reference, rate, goal)
	FIGURE("over the same JSON", crowd->plain, 20);
	FIGURE("over rows", crowd->by_rows, 0);
	FIGURE("from their facts", crowd->by_facts, 0);
	FIGURE("the whole decision", crowd->whole, 0);
#undef FIGURE
	for (size_t i = 0; i < BATCH; i++)
		workspace_free(crowd->people[i].work);
	arena_release(&crowd->memory, (struct arena_mark){0});
	arena_release(&crowd->scratch, (struct arena_mark){0});
	unlink(path);
	fclose(answer);
	pack_free(crowd->pack);
	free(crowd);
}
