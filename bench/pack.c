/* A pack's rules over many people beside certlogic-js, a core: each rule asked once of each person, as they stand at one moment.
 *
 * Like for like is the plain decision: what rules see of a person, as the same JSON, parsed once on both sides, and the rules that
 * fire counted on both. Beside it stand the same from rows (levels and streaks worked out before, as in the JSON), from the facts
 * (working them out counts), and the whole decision, which the reference knows nothing of: a life folded from the application on,
 * and the next change.
 *
 * People go by in spells, each of which the reference and then each of our ways has to itself, and a spell in batches, which are read
 * and asked. On both sides each batch is timed once, right after the one before was asked again untimed, so that what is timed goes on from
 * asking and not from reading; and a figure is that of the middle batch. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "bench/bench.h"
#include "policy/evaluate.h"
#include "policy/holds.h"
#include "policy/view.h"

/* So few at once that their JSON is still near when it is asked: whoever reads somebody's facts decides about them then. */
enum { BATCH = 10, SPELLS = 25, NOW = 1585008000, VIEW_MAX = 1 << 20, PATH_SIZE = 64, COMMAND_SIZE = 512 };

static const char pack_folder[] = "packs/hangzhou-2020";

struct person {
	json_t *facts, *seen;
	struct buffer line; /* the text of ${seen} */
	struct workspace *work;
	struct view *view;
};

/* Some people one after the other; none of them is anybody else in the next spell. */
struct batch {
	struct person people[BATCH];
	size_t count;
};

/* One way of asking everybody: people a second of processor time in each batch, and how many rules fired in all. */
struct way {
	double *rates;
	size_t count, yes;
};

struct crowd;

struct asker {
	void (*ask)(struct crowd *crowd, struct person *person);
	struct way *way;
	bool of_json; /* or of rows */
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
	struct batch batches[2]; /* in turn: the one before stays to be asked again */
	struct way told, plain, by_rows, by_facts, whole;
	FILE *reference, *answer;
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
clear_batch(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct person *person = &batch->people[i];

		json_decref(person->facts);
		json_decref(person->seen);
		person->seen = NULL;
		buffer_free(&person->line);
	}
	batch->count = 0;
}

/* The next people, as rows and, if ${lines}, as lines of JSON. */
static void
make_batch(struct crowd *crowd, struct batch *batch, size_t count, bool lines)
{
	char now[TIME_TEXT_SIZE];

	time_write(NOW, &zone_utc, now);
	clear_batch(batch);
	for (; batch->count < count; batch->count++) {
		struct person *person = &batch->people[batch->count];

		person->facts = make_facts();
		look(crowd, person);
		if (lines)
			write_line(person, now);
	}
}

static size_t
batch_size(size_t people, size_t done)
{
	return people - done < BATCH ? people - done : BATCH;
}

/* The reference's spell; it answers at its end. */
static void
ask_reference(struct crowd *crowd, size_t people)
{
	static const char *const refuses = "certlogic-js does not run: script/bootstrap installs it";
	struct batch *batch = &crowd->batches[0];
	struct way *told = &crowd->told;
	const size_t before = told->count;
	size_t yes = 0;

	for (size_t done = 0; done < people; done += batch->count) {
		make_batch(crowd, batch, batch_size(people, done), true);
		for (size_t i = 0; i < batch->count; i++)
			if (fprintf(crowd->reference, "%s\n", buffer_text(&batch->people[i].line)) < 0)
				bench_fail(refuses);
		if (fputc('\n', crowd->reference) < 0)
			bench_fail(refuses);
		told->count++;
	}
	if (fputs("end\n", crowd->reference) < 0 || fflush(crowd->reference) != 0 ||
		fscanf(crowd->answer, "%zu", &yes) != 1)
		bench_fail(refuses);
	for (size_t i = before; i < told->count; i++)
		if (fscanf(crowd->answer, "%lf", &told->rates[i]) != 1)
			bench_fail(refuses);
	told->yes += yes;
}

static void
ask_of_batch(struct crowd *crowd, struct batch *batch, const struct asker *asker)
{
	for (size_t i = 0; i < batch->count; i++)
		asker->ask(crowd, &batch->people[i]);
}

/* One way's spell. */
static void
ask_people(struct crowd *crowd, size_t people, const struct asker *asker)
{
	struct way *way = asker->way;
	size_t number = 0;

	clear_batch(&crowd->batches[1]);
	for (size_t done = 0; done < people; done += crowd->batches[number].count, number = 1 - number) {
		struct batch *batch = &crowd->batches[number];
		const size_t yes = way->yes;
		double start;

		make_batch(crowd, batch, batch_size(people, done), asker->of_json);
		for (size_t i = 0; i < batch->count && asker->of_json; i++)
			read_line(&batch->people[i]);
		ask_of_batch(crowd, &crowd->batches[1 - number], asker);
		way->yes = yes;
		start = bench_core_now();
		ask_of_batch(crowd, batch, asker);
		way->rates[way->count++] = (double)batch->count / (bench_core_now() - start);
	}
}

/* Everybody, spell by spell, the same people for the reference and for each of ${askers}. */
static void
ask_everybody(struct crowd *crowd, size_t people, const struct asker *askers, size_t asker_count)
{
	const size_t most = (people / BATCH / SPELLS + 1) * BATCH;

	for (size_t done = 0; done < people; done += most) {
		const size_t count = people - done < most ? people - done : most;
		const uint64_t first = seed;

		ask_reference(crowd, count);
		for (size_t i = 0; i < asker_count; i++) {
			seed = first;
			ask_people(crowd, count, &askers[i]);
		}
	}
	clear_batch(&crowd->batches[0]);
	clear_batch(&crowd->batches[1]);
}

/* Room for what each batch comes to. */
static void
way_begin(struct way *way, size_t people)
{
	if (!(way->rates = calloc(people / BATCH + 1, sizeof *way->rates)))
		bench_fail("no memory");
}

static double
way_end(struct way *way)
{
	double rate = bench_median(way->rates, way->count);

	free(way->rates);
	return rate;
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
	for (size_t i = 0; i < 2 * BATCH; i++)
		bench_need(workspace_new(&crowd->batches[i / BATCH].people[i % BATCH].work, &e), &e);
}

/* The reference as a process, told through one pipe and answering through another, which has a name until both ends are open. */
static void
begin_reference(struct crowd *crowd)
{
	char folder[] = "/tmp/bench-XXXXXX", path[PATH_SIZE], command[COMMAND_SIZE];

	if (!mkdtemp(folder))
		bench_fail("no temporary folder");
	snprintf(path, sizeof path, "%s/answer", folder);
	snprintf(command, sizeof command, "exec node bench/pack.mjs %s > %s", pack_folder, path);
	if (mkfifo(path, 0600) != 0 || !(crowd->reference = popen(command, "w")) || !(crowd->answer = fopen(path, "r")))
		bench_fail("certlogic-js does not start");
	unlink(path);
	rmdir(folder);
}

void
bench_pack(size_t people)
{
	static const char *const reference = "certlogic-js on node, over what rules see";
	struct crowd *crowd = calloc(1, sizeof *crowd);
	struct error e = {0};
	double rate;

	if (!crowd)
		bench_fail("no memory");
	const struct asker askers[] = {{ask_by_json, &crowd->plain, true}, {ask_by_rows, &crowd->by_rows, false},
		{ask_by_facts, &crowd->by_facts, false}, {decide, &crowd->whole, false}};

	begin_reference(crowd);
	bench_need(pack_read_folder(pack_folder, NULL, NULL, &crowd->pack, &e), &e);
	prepare(crowd);
	way_begin(&crowd->told, people);
	for (size_t i = 0; i < sizeof askers / sizeof askers[0]; i++)
		way_begin(askers[i].way, people);
	ask_everybody(crowd, people, askers, sizeof askers / sizeof askers[0]);
	if (pclose(crowd->reference) != 0)
		bench_fail("certlogic-js fails");
	if (crowd->by_rows.yes != crowd->plain.yes || crowd->by_facts.yes != crowd->plain.yes)
		bench_fail("rules over rows come out otherwise than over JSON");
	if (crowd->told.yes != crowd->plain.yes)
		bench_fail("the reference answers otherwise");
	rate = way_end(&crowd->told);
#define FIGURE(name, way, goal)                                                                                        \
	bench_figure("policy", "people by all rules of hangzhou-2020, " name, way_end(&(way)), "1/s", reference, rate, goal)
	FIGURE("over the same JSON", crowd->plain, 20);
	FIGURE("over rows", crowd->by_rows, 0);
	FIGURE("from their facts", crowd->by_facts, 0);
	FIGURE("the whole decision", crowd->whole, 0);
#undef FIGURE
	for (size_t i = 0; i < 2 * BATCH; i++)
		workspace_free(crowd->batches[i / BATCH].people[i % BATCH].work);
	arena_release(&crowd->memory, (struct arena_mark){0});
	arena_release(&crowd->scratch, (struct arena_mark){0});
	fclose(crowd->answer);
	pack_free(crowd->pack);
	free(crowd);
}
