/* Which cases are traced again: those whose contacts may differ, and no others. */

#include "scene.h"

#define HZ "hangzhou-2020"

enum { PEOPLE = 12, PLACES = 5, ROUNDS = 120 };

/* Trace, and tell whether C1 was among the traced: its note of a contact, taken out, is there again. */
static bool
is_traced_again(struct scene *s)
{
	struct error e = {0};
	int64_t notes;

	GOOD(db_do(s->db, "DELETE FROM case_contact", NULL, 0, &e));
	scene_trace(s);
	GOOD(db_one_int(s->db, "SELECT count(*) FROM case_contact", NULL, 0, &notes, &e));
	if (!notes) {
		GOOD(db_do(s->db, "DELETE FROM case_traced", NULL, 0, &e));
		scene_trace(s);
	}
	return notes > 0;
}

static void
nothing_new_traces_nothing(void **state)
{
	struct scene_met p = scene_meet(*state);

	assert_false(is_traced_again(p.s));
	scene_at(p.s, "2020-03-15T12:00:00+08:00");
	assert_false(is_traced_again(p.s));
}

static void
a_stay_of_another_time_traces_nothing_and_one_of_these_days_does(void **state)
{
	struct scene_met p = scene_meet(*state);

	scene_stay(p.s, p.contact, p.library, "2020-03-12T08:00:00+08:00", "2020-03-12T09:00:00+08:00");
	scene_stay(p.s, p.contact, p.library, "2020-03-04T22:00:00+08:00", "2020-03-04T23:59:59+08:00");
	assert_false(is_traced_again(p.s));
	scene_stay(p.s, p.contact, p.library, "2020-03-08T22:00:00+08:00", "2020-03-08T23:00:00+08:00");
	assert_true(is_traced_again(p.s));
	scene_stay(p.s, p.contact, p.library, "2020-03-08T22:00:00+08:00", "2020-03-08T23:00:00+08:00"); /* unchanged */
	assert_false(is_traced_again(p.s));
	scene_stay(
		p.s, p.contact, p.library, "2020-03-04T21:00:00+08:00", "2020-03-05T00:00:01+08:00"); /* into the window */
	assert_true(is_traced_again(p.s));
}

static void
a_load_counts_for_each_day_that_a_stay_of_it_touches(void **state)
{
	struct scene_met p = scene_meet(*state);
	const struct presence_source source = {.recorded_at = registry_recording_time(p.s->registry), .import = 7};
	struct presence_stay long_one = {.person = p.contact,
		.place = p.library,
		.start = moment("2020-02-01T08:00:00+08:00"),
		.end = moment("2020-03-05T08:00:00+08:00")};
	struct presence_load *load = NULL;
	struct presence_counts counts;
	struct error e = {0};

	GOOD(registry_begin(p.s->registry, &e));
	GOOD(presence_load_new(p.s->presence, &source, &load, &e));
	GOOD(presence_load_add(load, &long_one, &e));
	GOOD(presence_load_finish(load, &counts, &e));
	presence_load_free(load);
	GOOD(registry_commit(p.s->registry, &e));
	assert_true(is_traced_again(p.s));
}

static void
a_place_of_another_kind_and_an_undone_import_trace_again(void **state)
{
	struct scene_met p = scene_meet(*state);
	struct error e = {0};

	scene_place(p.s, "new-here", "venue");
	assert_false(is_traced_again(p.s));
	scene_place(p.s, "tea-house", "household");
	assert_true(is_traced_again(p.s));
	GOOD(registry_begin(p.s->registry, &e));
	GOOD(presence_undo(p.s->presence, 99, registry_recording_time(p.s->registry), &e));
	GOOD(registry_commit(p.s->registry, &e));
	assert_true(is_traced_again(p.s));
}

static void
another_case_is_not_traced_for_ones_news(void **state)
{
	struct scene_met p = scene_meet(*state);

	scene_case(p.s, "C2", p.contact, "confirmed", "2020-03-10T00:00:00+08:00", "2020-03-12T10:00:00+08:00", NULL);
	scene_trace(p.s);
	assert_false(is_traced_again(p.s));
	scene_case(p.s, "C1", p.subject, "confirmed", "2020-03-06T00:00:00+08:00", "2020-03-11T10:00:00+08:00",
		"2020-03-11T12:00:00+08:00");
	assert_true(is_traced_again(p.s));
}

static uint32_t
next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(*seed >> 33);
}

static char *
random_moment(uint64_t *seed, char text[32])
{
	snprintf(text, 32, "2020-03-%02uT%02u:00:00+08:00", 1 + next_random(seed) % 20, 8 + next_random(seed) % 8);
	return text;
}

/* One thing that happens in the scene. */
static void
happen(struct scene *s, const person_number *people, const place_number *places, uint64_t *seed)
{
	static const char *const kinds[] = {"meal", "household", "venue"};
	char from[32], to[32], code[32];
	person_number person = people[next_random(seed) % PEOPLE];
	unsigned n = next_random(seed) % PLACES;

	switch (next_random(seed) % 8) {
	case 0:
		snprintf(code, sizeof code, "C%u", next_random(seed) % 3);
		scene_case(s, code, people[code[1] - '0'], next_random(seed) % 4 ? "confirmed" : "discarded",
			random_moment(seed, from), random_moment(seed, to), NULL);
		break;
	case 1:
		snprintf(code, sizeof code, "place-%u", n);
		scene_place(s, code, kinds[next_random(seed) % 3]);
		break;
	default:
		random_moment(seed, from);
		strcpy(to, from);
		memcpy(to + 11, "18", 2);
		scene_stay(s, person, places[n], from, to);
	}
}

/* After each thing that happens, tracing all adds nothing to tracing what may differ. */
static void
tracing_what_may_differ_is_tracing_all(void **state)
{
	struct scene *s = *state;
	person_number people[PEOPLE];
	place_number places[PLACES];
	uint64_t seed = 20200207;
	size_t found = 0;
	struct error e = {0};

	scene_at(s, "2020-03-25T12:00:00+08:00");
	for (int i = 0; i < PEOPLE; i++)
		people[i] = scene_person(s, i + 1, HZ, "2020-03-01T12:00:00+08:00");
	for (int i = 0; i < PLACES; i++) {
		char code[32];

		snprintf(code, sizeof code, "place-%d", i);
		places[i] = scene_place(s, code, "meal");
	}
	for (int i = 0; i < ROUNDS; i++) {
		char *some, *all;

		happen(s, people, places, &seed);
		scene_trace(s);
		some = scene_contacts(s);
		GOOD(db_do(s->db, "DELETE FROM case_traced", NULL, 0, &e));
		scene_trace(s);
		all = scene_contacts(s);
		assert_string_equal(some, all);
		found = strlen(all) > found ? strlen(all) : found;
		free(some);
		free(all);
	}
	assert_true(found > 1000); /* there was something to find */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_new_traces_nothing, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(
			a_stay_of_another_time_traces_nothing_and_one_of_these_days_does, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(
			a_load_counts_for_each_day_that_a_stay_of_it_touches, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(
			a_place_of_another_kind_and_an_undone_import_trace_again, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(another_case_is_not_traced_for_ones_news, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(tracing_what_may_differ_is_tracing_all, scene_set_up, scene_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
