#include "stores.h"

#include "base/json.h"
#include "rehearse/held.h"
#include "rehearse/truth.h"

/* The tests' own city: A brings it from elsewhere, gives it to B at work and to C at home; B gives it to D at work. */
#define HEAD "id_number,name,phone,division,address,applied_at,guardian_id_number,residence_since\n"
#define PLACES                                                                                                         \
	"place,kind,name,division,country,latitude,longitude\nh1,household,x,420802,CN,,\nw1,workplace,x,420802,CN,,\n"
#define INFECTIONS "id_number,infected_by,place,at,infectious_from,onset\n"

static char city[64];
static const char *ids[4];
static person_number persons[4];

static const char *
id_number(unsigned serial, const char *born)
{
	static const int weights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
	static char texts[4][19];
	char *text = texts[serial % 4];
	int sum = 0;

	snprintf(text, 19, "420802%.8s%03u", born, serial % 1000);
	for (int i = 0; i < 17; i++)
		sum += weights[i] * (text[i] - '0');
	text[17] = "10X98765432"[sum % 11];
	text[18] = 0;
	return text;
}

static void
write_file(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", city, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int
set_up(void **state)
{
	static const char *const born[] = {"19520512", "20100101", "19800101", "19810101"};
	char command[128], residents[1024] = HEAD, infections[1024];
	struct error e = {0};

	store_set_up(state);
	strcpy(city, "/tmp/healthcode-truth-XXXXXX");
	assert_non_null(mkdtemp(city));
	snprintf(command, sizeof command, "mkdir %s/truth", city);
	assert_int_equal(system(command), 0);
	for (unsigned i = 0; i < 4; i++) {
		ids[i] = id_number(i, born[i]);
		assert_int_equal(registry_person_by_id_number(registry, ids[i], strlen(ids[i]), true, 0, &persons[i], &e), 1);
		snprintf(residents + strlen(residents), sizeof residents - strlen(residents),
			"%s,x,10000000001,420802,x,2020-03-01T00:00:00Z,,2019-01-01\n", ids[i]);
	}
	snprintf(infections, sizeof infections,
		INFECTIONS "%s,,,2020-03-02T00:00:00Z,2020-03-05T00:00:00Z,2020-03-07T00:00:00Z\n"
				   "%s,%s,w1,2020-03-06T08:00:00Z,2020-03-09T00:00:00Z,2020-03-11T00:00:00Z\n"
				   "%s,%s,h1,2020-03-06T20:00:00Z,2020-03-10T00:00:00Z,\n"
				   "%s,%s,w1,2020-03-10T08:00:00Z,2020-03-13T00:00:00Z,2020-03-15T00:00:00Z\n",
		ids[0], ids[1], ids[0], ids[2], ids[0], ids[3], ids[1]);
	write_file("residents.csv", residents);
	write_file("places.csv", PLACES);
	write_file("truth/infections.csv", infections);
	return 0;
}

static int
tear_down(void **state)
{
	char command[128];

	snprintf(command, sizeof command, "rm -r %s", city);
	assert_int_equal(system(command), 0);
	return store_tear_down(state);
}

static struct held
held(const char *from, const char *to)
{
	static const bool pass[COLOUR_COUNT] = {[COLOUR_GREEN] = true};
	json_t *changes = json_pack("[{s:s, s:s}, {s:s, s:s}, {s:s, s:s}]", "at", from, "colour", "red", "at", from,
		"colour", "yellow", "at", to, "colour", "green");
	struct held made;
	struct error e = {0};

	GOOD(held_read(changes, pass, moment("2020-03-20T00:00:00Z"), &made, &e));
	json_decref(changes);
	return made;
}

static void
held_is_from_the_first_colour_that_does_not_pass_to_the_next_that_does(void **state)
{
	struct held made = held("2020-03-06T00:00:00Z", "2020-03-08T00:00:00Z");

	(void)state;
	assert_int_equal(made.count, 1);
	assert_int_equal(held_length(&made), 2 * DAY_S);
	assert_false(held_at(&made, moment("2020-03-05T23:59:59Z")));
	assert_true(held_at(&made, moment("2020-03-06T00:00:00Z")));
	assert_true(held_at(&made, moment("2020-03-07T23:59:59Z")));
	assert_false(held_at(&made, moment("2020-03-08T00:00:00Z")));
	held_clear(&made);
}

static int64_t
number(const json_t *report, const char *side, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(report, side), name));
}

static void
who_is_held_gives_it_to_nobody_at_work_and_those_after_have_it_from_nobody(void **state)
{
	struct truth *truth = NULL;
	struct held a = held("2020-03-05T00:00:00Z", "2020-03-08T00:00:00Z");
	struct held b = held("2020-03-10T00:00:00Z", "2020-03-12T00:00:00Z");
	json_t *report;
	struct error e = {0};

	(void)state;
	GOOD(truth_read(registry, city, moment("2020-03-20T00:00:00Z"), &truth, &e));
	truth_note(truth, persons[1], 0, &b); /* the old pack holds B as he meets D */
	truth_note(truth, persons[0], 1, &a); /* the new one A as she meets B, and C at home */
	report = truth_report(truth, (int64_t[]){2 * DAY_S, 5 * DAY_S});
	assert_int_equal(json_integer_value(json_object_get(report, "infections")), 4);
	assert_int_equal(json_integer_value(json_object_get(report, "from_elsewhere")), 1);
	assert_int_equal(number(report, "old", "averted_directly"), 1);
	assert_int_equal(number(report, "old", "averted"), 1);
	assert_int_equal(number(report, "old", "held_when_infectious"), 0);
	assert_int_equal(number(report, "old", "person_days_not_infected"), 0);
	assert_int_equal(number(report, "new", "averted_directly"), 1);
	assert_int_equal(number(report, "new", "averted"), 2);
	assert_int_equal(number(report, "new", "held_when_infectious"), 1);
	assert_int_equal(number(report, "new", "person_days"), 5);
	assert_int_equal(number(report, "new", "person_days_not_infected"), 2);
	json_decref(report);
	truth_free(truth);
}

static void
what_happens_later_does_not_count(void **state)
{
	struct truth *truth = NULL;
	json_t *report;
	struct error e = {0};

	(void)state;
	GOOD(truth_read(registry, city, moment("2020-03-06T12:00:00Z"), &truth, &e));
	report = truth_report(truth, (int64_t[]){0, 0});
	assert_int_equal(json_integer_value(json_object_get(report, "infections")), 2);
	json_decref(report);
	assert_int_equal(truth_age(truth, persons[0]), AGE_OLD);
	assert_int_equal(truth_age(truth, persons[1]), AGE_CHILD);
	assert_int_equal(truth_age(truth, persons[2]), AGE_ADULT);
	assert_int_equal(truth_age(truth, 4000000000), AGE_UNKNOWN);
	truth_free(truth);
}

static void
a_file_that_is_none_of_simulates_says_its_line(void **state)
{
	struct truth *truth = NULL;
	struct error e = {0};

	(void)state;
	write_file("places.csv", "place,kind\nh1,household,more\n");
	assert_int_equal(truth_read(registry, city, START, &truth, &e), ERROR_BAD_INPUT);
	assert_int_equal(e.line, 2);
	write_file("places.csv", "");
	write_file("truth/infections.csv", INFECTIONS "x,y,w1,yesterday,,\n");
	assert_int_equal(truth_read(registry, city, START, &truth, &e), ERROR_BAD_INPUT);
	assert_int_equal(truth_read(registry, "/nowhere", START, &truth, &e), ERROR_EXISTS_NOT);
	assert_null(truth);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(held_is_from_the_first_colour_that_does_not_pass_to_the_next_that_does),
		TEST(who_is_held_gives_it_to_nobody_at_work_and_those_after_have_it_from_nobody),
		TEST(what_happens_later_does_not_count),
		TEST(a_file_that_is_none_of_simulates_says_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
