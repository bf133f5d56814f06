/* Sweeps: everyone whom a version concerns comes out as their evidence says, and what does not change is not written. */

#include "scene.h"

#include "cascade/inside.h"

#define HZ "hangzhou-2020"
#define NB "ningbo-2020"

enum { PEOPLE = 90, ROUNDS = 10 };

static uint64_t seed = 1;

static unsigned
any(unsigned below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % below;
}

static const char *const divisions[] = {"330106", "330110", "330203", "420802", "420100", "440304"};

static const char *
day(int number, char text[TIME_TEXT_SIZE])
{
	return time_write(moment("2020-03-01T00:00:00Z") + (instant)number * DAY_S + (instant)any(DAY_S), &zone_utc, text);
}

static void
put(struct scene *s, enum evidence_kind kind, person_number person, const char *at, json_t *body)
{
	struct evidence_row row = {
		.kind = kind, .person = person, .at = moment(at), .recorded_at = registry_recording_time(s->registry)};
	char *text = json_dumps(body, JSON_SORT_KEYS | JSON_COMPACT), key[64];
	enum evidence_outcome outcome;
	struct error e = {0};

	snprintf(key, sizeof key, "%u/%s/%u", person, at, any(1000000));
	row.key = key;
	row.body = text;
	GOOD(registry_evidence_put(s->registry, &row, &outcome, &e));
	free(text);
	json_decref(body);
}

static void
visit(struct scene *s, person_number person, int from)
{
	char a[TIME_TEXT_SIZE], b[TIME_TEXT_SIZE];

	day(from, a);
	day(from + 2, b);
	put(s, EVIDENCE_VISIT, person, a,
		json_pack("{s:s, s:s, s:s, s:s}", "country", "CN", "division", divisions[any(6)], "from", a, "to", b));
}

static void
count(struct scene *s, const char *area, day_number on, int64_t confirmed)
{
	struct evidence_area_count c = {
		.source = "counts", .area = area, .country = "CN", .day = on, .confirmed = confirmed, .recorded_at = START};
	enum evidence_outcome outcome;
	struct error e = {0};

	GOOD(registry_begin(s->registry, &e));
	GOOD(evidence_area_put(s->db, &c, &outcome, &e));
	GOOD(registry_commit(s->registry, &e));
}

static void
fill(struct scene *s, person_number people[PEOPLE])
{
	place_number shop = scene_place(s, "shop", "venue");
	char at[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];

	for (int i = 0; i < PEOPLE; i++) {
		people[i] = scene_person(s, i + 1, any(4) ? HZ : NB, day((int)any(5), at));
		if (any(3) == 0) {
			day(2, at);
			put(s, EVIDENCE_RESIDENCE, people[i], at,
				json_pack("{s:s, s:s, s:s, s:n}", "country", "CN", "division", divisions[any(6)], "from", at, "to"));
		}
		for (unsigned k = any(8); k > 0; k--)
			scene_checkin(s, people[i], day((int)any(40), at), any(6) ? 366 : 380);
		if (any(2))
			visit(s, people[i], (int)any(30));
		if (any(3) == 0)
			scene_stay(s, people[i], shop, day((int)any(3), at), day(4, to));
		if (any(20) == 0)
			put(s, EVIDENCE_CONTACT, people[i], day(8, at),
				json_pack("{s:s, s:i, s:s, s:s, s:s}", "kind", "close", "degree", 1, "first", at, "last", at,
					"known_at", at));
	}
}

static struct cascade_counts
evaluate_due(struct scene *s)
{
	struct cascade_counts counts;
	struct error e = {0};

	GOOD(cascade_evaluate_due(s->cascade, NULL, NULL, &counts, &e));
	assert_int_equal(counts.failed, 0);
	return counts;
}

/* What is kept of a person is what their evidence says at the scene's time, by the pack in force. */
static int
is_as_the_evidence_says(const struct registry_applied *applied, void *context, struct error *ret_e)
{
	struct scene *s = ((void **)context)[0];
	person_number person = *(person_number *)((void **)context)[1];
	struct registry_seen seen = {0};
	struct registry_colour kept;
	struct evaluated wanted;
	const struct pack *pack;
	json_t *facts = NULL;
	struct error e = {0};
	int64_t last;
	int r;

	(void)ret_e;
	GOOD(registry_pack(s->registry, applied->jurisdiction, &pack, &e));
	r = registry_colour(s->registry, person, applied->jurisdiction, &kept, &e);
	if (r == ERROR_EXISTS_NOT) {
		assert_int_equal(cascade_facts(s->cascade, pack, person, &facts, &seen, &e), ERROR_EXISTS_NOT);
		return 0;
	}
	GOOD(cascade_facts(s->cascade, pack, person, &facts, &seen, &e));
	GOOD(evaluate_colour(pack, facts, registry_now(s->registry), &wanted, &e));
	GOOD(evidence_area_version_last(s->db, &last, &e));
	assert_int_equal(kept.colour, wanted.colour);
	assert_int_equal(kept.since, wanted.since);
	assert_int_equal(kept.next_at, wanted.next_at);
	assert_int_equal(kept.next_colour, wanted.next_colour);
	assert_string_equal(kept.policy, pack_hash(pack));
	assert_int_equal(kept.seen.area_version, last);
	assert_string_equal(kept.seen.areas, seen.areas);
	assert_int_equal(registry_is_stale(s->registry, person, applied->jurisdiction, registry_now(s->registry), &e), 0);
	json_decref(facts);
	return 0;
}

static void
all_are_as_the_evidence_says(struct scene *s, person_number people[PEOPLE])
{
	struct error e = {0};
	int64_t wrong;

	for (int i = 0; i < PEOPLE; i++) {
		void *context[] = {s, &people[i]};

		GOOD(registry_applications_each(s->registry, people[i], is_as_the_evidence_says, context, &e));
	}
	GOOD(cascade_verify_evaluations(s->cascade, &wrong, &e));
	assert_int_equal(wrong, -1);
}

/* Days go by, areas are counted, evidence comes, rows get lost. */
static void
sweeping_packed_rows_gives_what_reading_the_evidence_gives_W3(void **state)
{
	struct scene *s = *state;
	person_number people[PEOPLE];
	struct cascade_counts counts;
	char at[TIME_TEXT_SIZE];
	struct error e = {0};
	int64_t swept = 0, rows;

	scene_at(s, "2020-03-06T12:00:00Z");
	fill(s, people);
	evaluate_due(s);
	for (int round = 0; round < ROUNDS; round++) {
		scene_at(s, day(6 + 3 * round, at));
		evaluate_due(s);
		for (unsigned i = any(3) + 1; i > 0; i--) {
			char area[8];

			snprintf(area, sizeof area, "%.4s00", divisions[any(6)]);
			count(s, area, 18300 + 3 * round + (day_number)any(20), 1 + any(60));
		}
		s->cascade->alone_most = round % 2 ? 0 : PEOPLE; /* by several threads, and by one */
		if (round % 3 == 1) {
			visit(s, people[any(PEOPLE)], 3 * round);
			scene_checkin(s, people[any(PEOPLE)], day(3 * round, at), 375);
		}
		if (round % 4 == 2)
			GOOD(db_do(s->db, "DELETE FROM packed WHERE person % 3 = 0", NULL, 0, &e));
		counts = evaluate_due(s);
		swept += counts.evaluated;
		all_are_as_the_evidence_says(s, people);
		assert_int_equal(evaluate_due(s).evaluated, 0);
	}
	assert_true(swept > 100);
	GOOD(db_one_int(s->db, "SELECT COUNT(*) FROM packed", NULL, 0, &rows, &e));
	assert_true(rows >= PEOPLE);
}

/* Hangzhou's pack with another number, in force from now on. */
static void
put_another_in_force(struct scene *s)
{
	char place[] = "/tmp/healthcode-pack-XXXXXX", command[512];
	const struct pack *pack;
	struct error e = {0};

	assert_non_null(mkdtemp(place));
	snprintf(command, sizeof command,
		"cp -r %s %s/" HZ " && sed -i 's/\"yellow_days\": 7/\"yellow_days\": 2/' %s/" HZ "/pack.json", pack_folder(HZ),
		place, place);
	assert_int_equal(system(command), 0);
	strcat(strcpy(command, place), "/" HZ);
	GOOD(registry_begin(s->registry, &e));
	GOOD(registry_pack_keep(s->registry, command, NULL, &pack, &e));
	GOOD(registry_pack_put_in_force(s->registry, pack, registry_now(s->registry), "first", "second", &e));
	GOOD(registry_commit(s->registry, &e));
	snprintf(command, sizeof command, "rm -r %s", place);
	assert_int_equal(system(command), 0);
}

static void
another_pack_concerns_everyone_and_only_what_differs_is_written_S1(void **state)
{
	struct scene *s = *state;
	person_number people[PEOPLE];
	struct cascade_counts counts;
	struct error e = {0};
	int64_t written, of_pack;

	scene_at(s, "2020-03-20T12:00:00Z");
	fill(s, people);
	evaluate_due(s);
	all_are_as_the_evidence_says(s, people);
	GOOD(db_one_int(s->db, "SELECT COUNT(*) FROM colour WHERE jurisdiction = '" HZ "'", NULL, 0, &of_pack, &e));
	scene_at(s, "2020-03-20T12:00:01Z");
	put_another_in_force(s);
	assert_int_equal(registry_is_stale(s->registry, people[0], HZ, registry_now(s->registry), &e), 1);
	counts = evaluate_due(s);
	assert_int_equal(counts.evaluated, of_pack);
	all_are_as_the_evidence_says(s, people);
	GOOD(db_one_int(s->db, "SELECT COUNT(*) FROM colour WHERE evaluated_at = $1",
		(struct db_value[]){db_int(registry_now(s->registry))}, 1, &written, &e));
	assert_true(written < of_pack / 2);
}

/* A sweep that was broken off: some parts are done, and the rest is found again. */
static void
a_sweep_goes_on_where_it_was_broken_off(void **state)
{
	struct scene *s = *state;
	person_number people[PEOPLE];
	bool behind[SWEEP_PARTS];
	const struct pack *pack;
	struct error e = {0};
	int64_t version;

	scene_at(s, "2020-03-20T12:00:00Z");
	fill(s, people);
	count(s, "330100", 18310, 5);
	evaluate_due(s);
	GOOD(registry_pack(s->registry, HZ, &pack, &e));
	assert_int_equal(registry_sweep_behind(s->registry, pack, behind, &version, &e), 0);
	GOOD(db_do(s->db, "UPDATE sweep SET area_version = 0 WHERE part >= 100", NULL, 0, &e));
	assert_int_equal(registry_sweep_behind(s->registry, pack, behind, &version, &e), SWEEP_PARTS - 100);
	assert_false(behind[99]);
	assert_true(behind[100]);
	evaluate_due(s);
	assert_int_equal(registry_sweep_behind(s->registry, pack, behind, &version, &e), 0);
	all_are_as_the_evidence_says(s, people);
}

/* Looking back: who was evaluated for a later moment than the sweep's keeps that, and is evaluated before they are shown anything. */
static void
who_was_evaluated_for_a_later_moment_is_apart_from_the_mark(void **state)
{
	struct scene *s = *state;
	struct registry_colour before, after;
	struct cascade_counts counts;
	person_number person;
	struct error e = {0};

	scene_at(s, "2020-03-24T00:00:00Z");
	person = scene_person(s, 1, HZ, "2020-03-10T00:00:00Z");
	scene_person(s, 2, HZ, "2020-03-10T00:00:00Z");
	GOOD(cascade_evaluate_people(s->cascade, HZ, &person, 1, NULL, &counts, &e));
	GOOD(registry_colour(s->registry, person, HZ, &before, &e));
	count(s, "330100", 18330, 9);
	scene_at(s, "2020-03-20T00:00:00Z");
	evaluate_due(s);
	GOOD(registry_colour(s->registry, person, HZ, &after, &e));
	assert_int_equal(after.evaluated_at, before.evaluated_at);
	assert_int_equal(after.seen.area_version, before.seen.area_version);
	assert_int_equal(registry_is_stale(s->registry, person, HZ, registry_now(s->registry), &e), 1);
	scene_at(s, "2020-03-25T00:00:00Z");
	assert_int_equal(registry_is_stale(s->registry, person, HZ, registry_now(s->registry), &e), 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(sweeping_packed_rows_gives_what_reading_the_evidence_gives_W3),
		TEST(another_pack_concerns_everyone_and_only_what_differs_is_written_S1),
		TEST(a_sweep_goes_on_where_it_was_broken_off),
		TEST(who_was_evaluated_for_a_later_moment_is_apart_from_the_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
