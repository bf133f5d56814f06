/* Contacts as evidence: their own time, corrections, what a discarded case gives back, and the second degree. */

#include "scene.h"

#define HZ "hangzhou-2020"
#define NB "ningbo-2020" /* it holds no colour: each moment is judged by itself */

static void
contacts_are(struct scene *s, const char *wanted)
{
	char *found = scene_contacts(s);

	assert_string_equal(found, wanted);
	free(found);
}

static size_t
count_of(const char *text, const char *part)
{
	size_t count = 0;

	while ((text = strstr(text, part))) {
		count++;
		text += strlen(part);
	}
	return count;
}

static size_t
contacts_with(struct scene *s, const char *part)
{
	char *found = scene_contacts(s);
	size_t count = count_of(found, part);

	free(found);
	return count;
}

static void
a_contacts_own_time_is_the_cases_confirmation_T1(void **state)
{
	struct scene_met m = scene_meet(*state);
	char wanted[512];

	snprintf(wanted, sizeof wanted,
		"C1/%u {\"degree\":1,\"first\":\"2020-03-09T01:30:00+00:00\",\"kind\":\"close\","
		"\"known_at\":\"2020-03-11T02:00:00+00:00\",\"last\":\"2020-03-09T03:00:00+00:00\",\"withdrawn_at\":null}\n",
		m.contact);
	contacts_are(m.s, wanted);
	assert_string_equal(scene_colour(m.s, m.contact, HZ), "red");
	scene_at(m.s, "2020-03-11T09:59:59+08:00");
	assert_string_equal(scene_colour(m.s, m.contact, HZ), "green");
}

static void
tracing_again_later_adds_nothing_T2(void **state)
{
	struct scene_met m = scene_meet(*state);
	char *before = scene_contacts(m.s);

	scene_at(m.s, "2020-03-15T12:00:00+08:00");
	scene_trace(m.s);
	contacts_are(m.s, before);
	free(before);
}

/* Somebody counts Hangzhou's cases, and there is none: at low risk, as seen from elsewhere. */
static void
nobody_is_ill_around_them(struct scene *s)
{
	const struct evidence_area_count count = {.source = "counts",
		.area = "330100",
		.country = "CN",
		.day = 18300, /* 8 February 2020 */
		.deaths = EVIDENCE_NOT_REPORTED,
		.recovered = EVIDENCE_NOT_REPORTED,
		.recorded_at = registry_recording_time(s->registry)};
	enum evidence_outcome outcome;
	struct error e = {0};

	GOOD(registry_begin(s->registry, &e));
	GOOD(evidence_area_put(s->db, &count, &outcome, &e));
	GOOD(registry_commit(s->registry, &e));
}

static void
quarantine_ends_counted_from_the_last_exposure(void **state)
{
	struct scene_met m = scene_meet(*state);
	char day[32];

	nobody_is_ill_around_them(m.s);
	/* Fourteen days after 11:00 on 9 March, whenever it became known. */
	for (int i = 11; i <= 24; i++) {
		snprintf(day, sizeof day, "2020-03-%dT09:00:00+08:00", i);
		scene_checkin(m.s, m.contact, day, 366);
	}
	assert_int_equal(scene_person(m.s, 2, NB, "2020-03-01T12:00:00+08:00"), m.contact);
	scene_at(m.s, "2020-03-23T10:59:59+08:00");
	assert_string_equal(scene_colour(m.s, m.contact, NB), "red");
	scene_at(m.s, "2020-03-23T11:00:00+08:00");
	assert_string_equal(scene_colour(m.s, m.contact, NB), "green");
}

static void
a_correction_withdraws_from_the_start_T3(void **state)
{
	struct scene_met m = scene_meet(*state);

	scene_at(m.s, "2020-03-12T12:00:00+08:00");
	scene_case(m.s, "C1", m.subject, "confirmed", "2020-03-13T00:00:00+08:00", "2020-03-11T10:00:00+08:00",
		"2020-03-11T12:00:00+08:00");
	scene_trace(m.s);
	assert_int_equal(contacts_with(m.s, "\"withdrawn_at\":\"2020-03-11T02:00:00+00:00\""), 1);
	assert_string_equal(scene_colour(m.s, m.contact, HZ), "green");
	scene_at(m.s, "2020-03-11T12:00:00+08:00");
	assert_string_equal(scene_colour(m.s, m.contact, HZ), "green"); /* as if it had never been */
}

static void
a_discarded_case_gives_its_contacts_their_colours_back_at_once_T3(void **state)
{
	struct scene_met m = scene_meet(*state);

	assert_string_equal(scene_colour(m.s, m.contact, HZ), "red");
	scene_at(m.s, "2020-03-14T12:00:00+08:00");
	scene_case(m.s, "C1", m.subject, "discarded", NULL, "2020-03-14T09:00:00+08:00", NULL);
	scene_trace(m.s);
	assert_int_equal(contacts_with(m.s, "\"withdrawn_at\":\"2020-03-14T01:00:00+00:00\""), 1);
	assert_string_equal(scene_colour(m.s, m.contact, HZ), "green");
	scene_at(m.s, "2020-03-14T08:59:59+08:00");
	assert_string_equal(scene_colour(m.s, m.contact, HZ), "red"); /* it stays what it was before */
}

static void
a_contact_of_another_case_keeps_the_colour(void **state)
{
	struct scene_met m = scene_meet(*state);
	person_number other = scene_person(m.s, 3, HZ, "2020-03-01T12:00:00+08:00");

	scene_stay(m.s, other, m.tea_house, "2020-03-09T09:30:00+08:00", "2020-03-09T12:00:00+08:00");
	scene_case(m.s, "C2", other, "confirmed", "2020-03-08T00:00:00+08:00", "2020-03-12T10:00:00+08:00",
		"2020-03-12T12:00:00+08:00");
	scene_at(m.s, "2020-03-14T12:00:00+08:00");
	scene_case(m.s, "C1", m.subject, "discarded", NULL, "2020-03-14T09:00:00+08:00", NULL);
	scene_trace(m.s);
	assert_string_equal(scene_colour(m.s, m.contact, HZ), "red");
}

/* The contact goes home to a household: whom they live with is met before the case is known, a guest after. */
static void
secondary_contacts_are_met_until_the_case_is_known_T4(void **state)
{
	struct scene_met m = scene_meet(*state);
	person_number mate = scene_person(m.s, 4, HZ, "2020-03-01T12:00:00+08:00");
	person_number guest = scene_person(m.s, 5, HZ, "2020-03-01T12:00:00+08:00");
	person_number third = scene_person(m.s, 6, HZ, "2020-03-01T12:00:00+08:00");
	place_number home = scene_place(m.s, "flat", "household"), away = scene_place(m.s, "other flat", "household");
	char part[64];

	scene_stay(m.s, m.contact, home, "2020-03-09T18:00:00+08:00", "2020-03-13T08:00:00+08:00");
	scene_stay(m.s, mate, home, "2020-03-09T18:00:00+08:00", "2020-03-10T08:00:00+08:00");
	scene_stay(m.s, guest, home, "2020-03-11T10:00:00+08:00", "2020-03-12T08:00:00+08:00");
	scene_stay(m.s, mate, away, "2020-03-10T09:00:00+08:00", "2020-03-10T18:00:00+08:00");
	scene_stay(m.s, third, away, "2020-03-10T09:00:00+08:00", "2020-03-10T18:00:00+08:00");
	scene_trace(m.s);
	assert_int_equal(contacts_with(m.s, "\"degree\":2"), 1);
	snprintf(part, sizeof part, "C1/%u {\"degree\":2,", mate);
	assert_int_equal(contacts_with(m.s, part), 1);
	snprintf(part, sizeof part, "C1/%u ", third); /* it ends at degree two */
	assert_int_equal(contacts_with(m.s, part), 0);

	/* Without the link between the case and the close contact there is no second degree either. */
	scene_at(m.s, "2020-03-12T12:00:00+08:00");
	scene_case(m.s, "C1", m.subject, "confirmed", "2020-03-13T00:00:00+08:00", "2020-03-11T10:00:00+08:00",
		"2020-03-11T12:00:00+08:00");
	scene_trace(m.s);
	assert_int_equal(contacts_with(m.s, "\"withdrawn_at\":null"), 0);
	assert_int_equal(contacts_with(m.s, "\"withdrawn_at\":\"2020-03-11T02:00:00+00:00\""), 2);
}

/* Of somebody who is suspected, and met the contact as in scene_meet. */
static struct scene_met
one_suspected(struct scene *s)
{
	struct scene_met m = scene_meet(s);

	m.contact = scene_person(s, 3, HZ, "2020-03-01T12:00:00+08:00");
	m.subject = scene_person(s, 4, HZ, "2020-03-01T12:00:00+08:00");
	m.tea_house = scene_place(s, "other-house", "meal");
	scene_stay(s, m.subject, m.tea_house, "2020-03-09T09:00:00+08:00", "2020-03-09T11:00:00+08:00");
	scene_stay(s, m.contact, m.tea_house, "2020-03-09T09:30:00+08:00", "2020-03-09T12:00:00+08:00");
	scene_case(s, "S1", m.subject, "suspected", "2020-03-07T00:00:00+08:00", "2020-03-11T10:00:00+08:00",
		"2020-03-11T12:00:00+08:00");
	scene_trace(s);
	return m;
}

static void
word(struct scene *s, const char *at, const char *by, bool holds)
{
	struct error e = {0};

	scene_at(s, at);
	GOOD(registry_begin(s->registry, &e));
	GOOD(cascade_case_word(s->cascade, "S1", by, holds, &e));
	GOOD(cascade_trace_cases(s->cascade, &e));
	GOOD(registry_commit(s->registry, &e));
}

static void
without_grounds_contacts_wait_until_the_second_word_T6(void **state)
{
	struct scene_met m = one_suspected(*state);

	assert_int_equal(contacts_with(m.s, "\"waiting\":true"), 1);
	assert_string_equal(scene_colour(m.s, m.contact, HZ), "green");
	word(m.s, "2020-03-12T09:00:00+08:00", "li", true);
	assert_string_equal(scene_colour(m.s, m.contact, HZ), "green");
	word(m.s, "2020-03-12T10:00:00+08:00", "wang", true);
	assert_int_equal(contacts_with(m.s, "\"waiting\":true"), 0);
	assert_int_equal(contacts_with(m.s, "\"known_at\":\"2020-03-12T02:00:00+00:00\""), 1);
	assert_string_equal(scene_colour(m.s, m.contact, HZ), "red");
	scene_at(m.s, "2020-03-12T09:59:59+08:00");
	assert_string_equal(scene_colour(m.s, m.contact, HZ), "green");
}

static void
grounds_taken_back_give_the_colour_back_from_then_on_T6(void **state)
{
	struct scene_met m = one_suspected(*state);

	word(m.s, "2020-03-12T09:00:00+08:00", "li", true);
	word(m.s, "2020-03-12T10:00:00+08:00", "wang", true);
	word(m.s, "2020-03-13T10:00:00+08:00", "li", false);
	assert_int_equal(contacts_with(m.s, "\"waiting\":true,\"withdrawn_at\":\"2020-03-13T02:00:00+00:00\""), 1);
	assert_string_equal(scene_colour(m.s, m.contact, HZ), "green");
	scene_at(m.s, "2020-03-13T09:59:59+08:00");
	assert_string_equal(scene_colour(m.s, m.contact, HZ), "red");
	word(m.s, "2020-03-14T10:00:00+08:00", "zhao", true); /* two again, from then on */
	assert_string_equal(scene_colour(m.s, m.contact, HZ), "red");
	scene_at(m.s, "2020-03-14T09:59:59+08:00");
	assert_string_equal(scene_colour(m.s, m.contact, HZ), "green");
}

static void
words_that_never_held_at_once_are_no_grounds_G2(void **state)
{
	struct scene_met m = one_suspected(*state);

	word(m.s, "2020-03-12T09:00:00+08:00", "li", true);
	word(m.s, "2020-03-13T10:00:00+08:00", "li", false);
	word(m.s, "2020-03-14T10:00:00+08:00", "wang", true);
	assert_int_equal(contacts_with(m.s, "\"waiting\":true"), 1);
	assert_string_equal(scene_colour(m.s, m.contact, HZ), "green");
}

static void
a_suspected_case_that_is_discarded_never_coloured_anybody_T6(void **state)
{
	struct scene_met m = one_suspected(*state);

	scene_at(m.s, "2020-03-14T12:00:00+08:00");
	scene_case(m.s, "S1", m.subject, "discarded", NULL, "2020-03-14T09:00:00+08:00", NULL);
	scene_trace(m.s);
	assert_int_equal(contacts_with(m.s, "\"waiting\":true"), 0);
	assert_string_equal(scene_colour(m.s, m.contact, HZ), "green");
	scene_at(m.s, "2020-03-13T12:00:00+08:00");
	assert_string_equal(scene_colour(m.s, m.contact, HZ), "green");
}

static int64_t
worsened(struct scene *s, int64_t most)
{
	struct error e = {0};
	int64_t count = -1;

	GOOD(cascade_worsened(s->cascade, most, &count, &e));
	return count;
}

/* Of one case alone, untraced as yet, whatever else waits. */
static void
one_case_worsens_them(const struct scene_met *m)
{
	struct error e = {0};
	int64_t count = -1;

	GOOD(registry_begin(m->s->registry, &e));
	scene_case(m->s, "S1", m->subject, "confirmed", "2020-03-07T00:00:00+08:00", "2020-03-11T11:00:00+08:00",
		"2020-03-11T12:00:00+08:00");
	GOOD(registry_due_put(m->s->registry, m->subject + 1, NULL, "test", registry_recording_time(m->s->registry), &e));
	GOOD(cascade_case_worsened(m->s->cascade, "S1", 1, &count, &e));
	assert_int_equal(count, 1); /* of the two, one was shown a colour before */
	GOOD(cascade_case_worsened(m->s->cascade, "S1", 2, &count, &e));
	assert_int_equal(count, 0);
	assert_int_equal(cascade_case_worsened(m->s->cascade, "S9", 1, &count, &e), ERROR_EXISTS_NOT);
	registry_rollback(m->s->registry);
}

static void
whom_an_act_worsens_is_counted_before_it_is_committed(void **state)
{
	struct scene_met m = one_suspected(*state);
	person_number healthy = m.contact;
	struct error e = {0};

	assert_string_equal(scene_colour(m.s, healthy, HZ), "green");
	GOOD(registry_begin(m.s->registry, &e));
	scene_case(m.s, "S1", m.subject, "confirmed", "2020-03-07T00:00:00+08:00", "2020-03-11T11:00:00+08:00",
		"2020-03-11T12:00:00+08:00");
	GOOD(cascade_trace_cases(m.s->cascade, &e));
	assert_int_equal(worsened(m.s, 0), 1);    /* nobody else was shown a colour yet */
	assert_int_equal(worsened(m.s, 1000), 0); /* it concerns fewer */
	registry_rollback(m.s->registry);
	one_case_worsens_them(&m);
	assert_string_equal(scene_colour(m.s, healthy, HZ), "green");
	GOOD(registry_begin(m.s->registry, &e));
	assert_int_equal(worsened(m.s, 0), 0);
	registry_rollback(m.s->registry);
}

/* Whose colour was to change with time alone: what an act tells of them meanwhile counts. */
static void
an_act_counts_also_where_time_had_passed(void **state)
{
	struct scene_met m = one_suspected(*state);
	instant past = registry_now(m.s->registry) - DAY_S;
	struct error e = {0};

	assert_string_equal(scene_colour(m.s, m.contact, HZ), "green");
	GOOD(registry_due_put(m.s->registry, m.contact, HZ, "time", past, &e));
	GOOD(registry_begin(m.s->registry, &e));
	assert_int_equal(worsened(m.s, 0), 0);
	scene_case(m.s, "S1", m.subject, "confirmed", "2020-03-07T00:00:00+08:00", "2020-03-11T11:59:30+08:00",
		"2020-03-11T12:00:00+08:00");
	GOOD(cascade_trace_cases(m.s->cascade, &e));
	assert_int_equal(worsened(m.s, 0), 1);
	registry_rollback(m.s->registry);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_contacts_own_time_is_the_cases_confirmation_T1, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(tracing_again_later_adds_nothing_T2, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(quarantine_ends_counted_from_the_last_exposure, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(a_correction_withdraws_from_the_start_T3, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(
			a_discarded_case_gives_its_contacts_their_colours_back_at_once_T3, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(a_contact_of_another_case_keeps_the_colour, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(
			secondary_contacts_are_met_until_the_case_is_known_T4, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(
			without_grounds_contacts_wait_until_the_second_word_T6, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(
			grounds_taken_back_give_the_colour_back_from_then_on_T6, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(words_that_never_held_at_once_are_no_grounds_G2, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(
			whom_an_act_worsens_is_counted_before_it_is_committed, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(an_act_counts_also_where_time_had_passed, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(
			a_suspected_case_that_is_discarded_never_coloured_anybody_T6, scene_set_up, scene_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
