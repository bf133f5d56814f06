#include "stores.h"

struct found {
	char text[1024];
	size_t count;
};

static int
note(person_number person, const char *jurisdiction, const char *cause, void *context, struct error *e)
{
	struct found *found = context;

	(void)e;
	(void)person;
	sprintf(found->text + strlen(found->text), "%s:%s ", jurisdiction, cause);
	return 0;
}

static const char *
due(const char *now)
{
	static struct found found;
	struct error e = {0};

	found = (struct found){0};
	GOOD(registry_due_each(registry, NULL, moment(now), 100, note, &found, &found.count, &e));
	return found.text;
}

static person_number
feng(void)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");

	return apply(registry, &a);
}

static void
evaluated(person_number person, enum colour colour, const char *at, const char *next)
{
	const struct pack *pack;
	struct registry_colour put = {.person = person,
		.jurisdiction = "hubei-2020",
		.colour = colour,
		.since = moment(at),
		.next_at = next ? moment(next) : REGISTRY_NEVER,
		.next_colour = COLOUR_GREEN,
		.evaluated_at = moment(at),
		.seen.areas = "420800,420000,CN"};
	struct error e = {0};

	GOOD(registry_pack(registry, "hubei-2020", &pack, &e));
	strcpy(put.policy, pack_hash(pack));
	GOOD(evidence_area_version_last(registry_db(registry), &put.seen.area_version, &e));
	GOOD(registry_colour_put(registry, &put, NULL, &e));
}

static void
checkin(person_number person, const char *at, int32_t tenths)
{
	struct registry_checkin c = {.person = person, .at = moment(at), .measured = true, .temperature_tenths_c = tenths};
	enum evidence_outcome outcome;
	struct error e = {0};

	GOOD(registry_checkin_put(registry, &c, &outcome, &e));
}

static void
count(const char *area, int64_t confirmed)
{
	struct evidence_area_count c = {
		.source = "counts", .area = area, .country = "CN", .day = 18300, .confirmed = confirmed, .recorded_at = START};
	enum evidence_outcome outcome;
	struct error e = {0};

	GOOD(registry_begin(registry, &e));
	GOOD(evidence_area_put(registry_db(registry), &c, &outcome, &e));
	GOOD(registry_commit(registry, &e));
}

static void
who_applied_is_due_until_evaluated(void **state)
{
	person_number person = feng();
	struct error e = {0};

	(void)state;
	assert_string_equal(due("2020-02-28T00:00:00Z"), "");
	assert_string_equal(due("2020-03-02T00:00:00Z"), "hubei-2020:application ");
	assert_int_equal(registry_is_stale(registry, person, "hubei-2020", moment("2020-03-02T00:00:00Z"), &e), 1);
	evaluated(person, COLOUR_GRAY, "2020-03-02T00:00:00Z", NULL);
	assert_string_equal(due("2020-03-02T00:00:00Z"), "");
	assert_int_equal(registry_is_stale(registry, person, "hubei-2020", moment("2020-03-02T00:00:00Z"), &e), 0);
}

static void
evidence_makes_due_at_its_own_time_D1_D2(void **state)
{
	person_number person = feng();

	(void)state;
	checkin(person, "2020-03-05T00:00:00Z", 366);
	checkin(person, "2020-03-09T00:00:00Z", 366);
	evaluated(person, COLOUR_GRAY, "2020-03-02T00:00:00Z", NULL);
	assert_string_equal(due("2020-03-04T00:00:00Z"), "");
	assert_int_not_equal(strlen(due("2020-03-06T00:00:00Z")), 0);
	evaluated(person, COLOUR_GRAY, "2020-03-06T00:00:00Z", NULL);
	assert_string_equal(due("2020-03-08T00:00:00Z"), "");
	assert_int_not_equal(strlen(due("2020-03-09T00:00:00Z")), 0);
	evaluated(person, COLOUR_GRAY, "2020-03-10T00:00:00Z", NULL);
	assert_string_equal(due("2020-03-30T00:00:00Z"), "");
}

static void
a_correction_makes_due_where_it_corrects(void **state)
{
	person_number person = feng();

	(void)state;
	checkin(person, "2020-03-05T00:00:00Z", 366);
	evaluated(person, COLOUR_GRAY, "2020-03-06T00:00:00Z", NULL);
	checkin(person, "2020-03-05T00:00:00Z", 366);
	assert_string_equal(due("2020-03-06T00:00:00Z"), "");
	checkin(person, "2020-03-05T00:00:00Z", 380);
	assert_string_equal(due("2020-03-06T00:00:00Z"), "hubei-2020:checkin ");
}

/* Whoever has marks is due as if each had been put by itself. */
static void
marks_make_due_from_the_first_to_the_last_D1(void **state)
{
	const char *at[] = {"2020-03-09T00:00:00Z", "2020-03-05T00:00:00Z", "2020-03-07T00:00:00Z"};
	struct registry_due_marks marks = {0};
	person_number person = feng();
	struct error e = {0};

	(void)state;
	evaluated(person, COLOUR_GRAY, "2020-03-02T00:00:00Z", NULL);
	for (int i = 0; i < 3; i++)
		GOOD(registry_due_mark(&marks, person, moment(at[i]), &e));
	GOOD(registry_due_mark(&marks, person + 1, moment(at[0]), &e)); /* who never applied */
	assert_string_equal(due("2020-03-30T00:00:00Z"), "");
	GOOD(registry_due_put_marks(registry, &marks, "contact", &e));
	assert_int_equal(marks.count, 0);
	assert_string_equal(due("2020-03-04T00:00:00Z"), "");
	assert_string_equal(due("2020-03-05T00:00:00Z"), "hubei-2020:contact ");
	evaluated(person, COLOUR_GRAY, "2020-03-06T00:00:00Z", NULL);
	assert_string_equal(due("2020-03-09T00:00:00Z"), "hubei-2020:contact ");
	GOOD(registry_due_put_marks(registry, &marks, "contact", &e)); /* of nobody */
	registry_due_marks_clear(&marks);
}

/* Time is nobody's act: whatever else makes somebody due is the cause, whichever came first. */
static void
time_is_a_cause_only_where_there_is_no_other(void **state)
{
	const char *const time_at = "2020-03-05T00:00:00Z", *const later = "2020-03-06T00:00:00Z";
	person_number person = feng();
	struct error e = {0};

	(void)state;
	evaluated(person, COLOUR_GRAY, "2020-03-02T00:00:00Z", NULL);
	GOOD(registry_due_put(registry, person, "hubei-2020", "time", moment(time_at), &e));
	assert_string_equal(due(time_at), "hubei-2020:time ");
	GOOD(registry_due_put(registry, person, "hubei-2020", "contact", moment(later), &e));
	assert_string_equal(due(time_at), "hubei-2020:contact ");
	GOOD(registry_due_put(registry, person, "hubei-2020", "time", moment("2020-03-04T00:00:00Z"), &e));
	assert_string_equal(due("2020-03-04T00:00:00Z"), "hubei-2020:contact ");
	GOOD(registry_due_put(registry, person, "hubei-2020", "checkin", moment(later), &e));
	assert_string_equal(due(later), "hubei-2020:contact ");
}

static void
looking_back_makes_what_lies_between_due_again(void **state)
{
	person_number person = feng();

	(void)state;
	evaluated(person, COLOUR_GREEN, "2020-03-20T00:00:00Z", NULL);
	evaluated(person, COLOUR_GRAY, "2020-03-05T00:00:00Z", NULL);
	assert_string_equal(due("2020-03-05T00:00:00Z"), "");
	assert_string_equal(due("2020-03-20T00:00:00Z"), "hubei-2020:looked back ");
}

static void
a_stored_next_change_that_is_reached_is_due_D3(void **state)
{
	person_number person = feng();

	(void)state;
	evaluated(person, COLOUR_GRAY, "2020-03-02T00:00:00Z", "2020-03-15T00:00:00Z");
	assert_string_equal(due("2020-03-14T23:59:59Z"), "");
	assert_string_equal(due("2020-03-15T00:00:00Z"), "hubei-2020:time ");
}

static void
newer_counts_of_ones_own_areas_make_stale_and_others_do_not_D3(void **state)
{
	person_number person = feng();
	struct error e = {0};

	(void)state;
	evaluated(person, COLOUR_GRAY, "2020-03-02T00:00:00Z", NULL);
	count("330200", 5);
	assert_int_equal(registry_is_stale(registry, person, "hubei-2020", moment("2020-03-03T00:00:00Z"), &e), 0);
	count("420800", 5);
	assert_int_equal(registry_is_stale(registry, person, "hubei-2020", moment("2020-03-03T00:00:00Z"), &e), 1);
	/* They are swept, and stand in no queue. */
	assert_string_equal(due("2020-03-03T00:00:00Z"), "");
	evaluated(person, COLOUR_GRAY, "2020-03-03T00:00:00Z", NULL);
	assert_int_equal(registry_is_stale(registry, person, "hubei-2020", moment("2020-03-03T00:00:00Z"), &e), 0);
}

static void
until(person_number person, const char *now, const char *wanted)
{
	struct registry_colour colour;
	instant end = 0;
	struct error e = {0};

	assert_int_equal(
		registry_colour_fresh(registry, person, "hubei-2020", moment(now), &colour, &end, &e), wanted ? 1 : 0);
	if (wanted)
		assert_int_equal(end, *wanted ? moment(wanted) : REGISTRY_NEVER);
}

static void
a_fresh_colour_stays_until_its_next_change_or_what_is_due_or_the_next_pack(void **state)
{
	person_number person = feng();
	const struct pack *pack;
	struct error e = {0};

	(void)state;
	until(person, "2020-03-02T00:00:00Z", NULL);
	evaluated(person, COLOUR_GRAY, "2020-03-02T00:00:00Z", NULL);
	until(person, "2020-03-02T00:00:00Z", "");
	until(person, "2020-03-01T23:59:59Z", NULL);
	evaluated(person, COLOUR_GRAY, "2020-03-02T00:00:00Z", "2020-03-15T00:00:00Z");
	until(person, "2020-03-02T00:00:00Z", "2020-03-15T00:00:00Z");
	until(person, "2020-03-15T00:00:00Z", NULL);
	GOOD(registry_due_put(registry, person, "hubei-2020", "test", moment("2020-03-10T00:00:00Z"), &e));
	until(person, "2020-03-02T00:00:00Z", "2020-03-10T00:00:00Z");
	until(person, "2020-03-10T00:00:00Z", NULL);
	GOOD(registry_pack(registry, "hubei-2020", &pack, &e));
	GOOD(registry_pack_put_in_force(registry, pack, registry_now(registry) + DAY_S, "first", "second", &e));
	{
		struct registry_colour colour;
		instant end = 0;

		assert_int_equal(
			registry_colour_fresh(registry, person, "hubei-2020", moment("2020-03-02T00:00:00Z"), &colour, &end, &e),
			1);
		assert_true(end <= registry_now(registry) + DAY_S);
	}
	GOOD(registry_pack_until(registry, "hubei-2020", &(instant){0}, &e));
}

static int
note_change(const struct registry_colour_change *change, void *context, struct error *e)
{
	(void)e;
	sprintf((char *)context + strlen(context), "%s ", colour_name(change->colour));
	return 0;
}

static void
the_log_has_a_row_a_change(void **state)
{
	person_number person = feng();
	int64_t counts[COLOUR_COUNT];
	struct registry_colour kept;
	struct error e = {0};
	char text[256] = "";

	(void)state;
	evaluated(person, COLOUR_GRAY, "2020-03-02T00:00:00Z", NULL);
	evaluated(person, COLOUR_GREEN, "2020-03-15T00:00:00Z", NULL);
	evaluated(person, COLOUR_GREEN, "2020-03-15T00:00:00Z", NULL);
	GOOD(registry_colour_log_each(registry, person, "hubei-2020", note_change, text, &e));
	assert_string_equal(text, "gray green ");
	GOOD(registry_colour(registry, person, "hubei-2020", &kept, &e));
	assert_int_equal(kept.colour, COLOUR_GREEN);
	GOOD(registry_colour_counts(registry, NULL, counts, &e));
	assert_int_equal(counts[COLOUR_GREEN], 1);
	assert_int_equal(counts[COLOUR_GRAY], 0);
	GOOD(registry_due_done(registry, person, "hubei-2020", moment("2020-03-16T00:00:00Z"), &e));
	assert_int_equal(registry_colour(registry, person, "hubei-2020", &kept, &e), ERROR_EXISTS_NOT);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_set_up, store_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(who_applied_is_due_until_evaluated),
		TEST(evidence_makes_due_at_its_own_time_D1_D2),
		TEST(a_correction_makes_due_where_it_corrects),
		TEST(marks_make_due_from_the_first_to_the_last_D1),
		TEST(time_is_a_cause_only_where_there_is_no_other),
		TEST(looking_back_makes_what_lies_between_due_again),
		TEST(a_stored_next_change_that_is_reached_is_due_D3),
		TEST(newer_counts_of_ones_own_areas_make_stale_and_others_do_not_D3),
		TEST(a_fresh_colour_stays_until_its_next_change_or_what_is_due_or_the_next_pack),
		TEST(the_log_has_a_row_a_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
