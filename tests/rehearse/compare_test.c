#include "stores.h"

#include "base/json.h"
#include "rehearse/rehearse.h"

#define APPLIED "2020-03-12T00:00:00Z"

static char trial_folder[64];
static struct registry_where where;

static const char *
id_number(const char *division, unsigned serial)
{
	static const int weights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
	static char text[19];
	int sum = 0;

	snprintf(text, sizeof text, "%.6s19800101%03u", division, serial % 1000);
	for (int i = 0; i < 17; i++)
		sum += weights[i] * (text[i] - '0');
	text[17] = "10X98765432"[sum % 11];
	text[18] = 0;
	return text;
}

/* People who applied then, and said before they were released that they are well. */
static void
people(const char *division, unsigned from, unsigned count, const char *applied)
{
	struct registry_checkin c = {.at = START - 60 * 3600, .measured = true, .temperature_tenths_c = 365};
	enum evidence_outcome outcome;
	struct error e = {0};

	for (unsigned i = from; i < from + count; i++) {
		struct registry_application a = application(id_number(division, i), "hubei-2020", applied);

		a.division = division;
		c.person = apply(registry, &a);
		GOOD(registry_checkin_put(registry, &c, &outcome, &e));
	}
}

/* Hubei's pack with one text of a file replaced. */
static const struct pack *
trial(const char *file, const char *before, const char *after)
{
	char path[128], command[1024];
	const struct pack *pack = NULL;
	struct error e = {0};

	strcpy(trial_folder, "/tmp/healthcode-trial-XXXXXX");
	assert_non_null(mkdtemp(trial_folder));
	snprintf(path, sizeof path, "%s/hubei-2020", trial_folder);
	snprintf(command, sizeof command, "cp -r %s %s && grep -q '%s' %s/%s && sed -i 's/%s/%s/' %s/%s",
		pack_folder("hubei-2020"), path, before, path, file, before, after, path, file);
	assert_int_equal(system(command), 0);
	GOOD(rehearse_pack(registry, path, &pack, &e));
	return pack;
}

static const struct pack *
present(void)
{
	const struct pack *pack = NULL;
	struct error e = {0};

	GOOD(rehearse_pack(registry, "hubei-2020", &pack, &e));
	return pack;
}

static struct rehearse_options
options(unsigned workers)
{
	return (struct rehearse_options){
		.registry = registry, .where = &where, .workers = workers, .seed = 1, .samples = REHEARSE_SAMPLES};
}

static json_t *
rehearse(const struct rehearse_options *o, const struct pack *before, const struct pack *after)
{
	json_t *report = NULL;
	struct error e = {0};

	GOOD(rehearse_packs(o, before, after, &report, &e));
	return report;
}

static char *
bytes(json_t *value)
{
	struct buffer b = buffer_make(1 << 20);
	struct error e = {0};

	GOOD(json_write(value, &b, &e));
	json_decref(value);
	return buffer_take(&b);
}

static int64_t
number(const json_t *object, const char *name)
{
	assert_true(json_is_integer(json_object_get(object, name)));
	return json_integer_value(json_object_get(object, name));
}

/* 17 people in two cities; two of them applied too late for the shorter wait. */
static int
set_up(void **state)
{
	instant now = START;

	store_set_up(state);
	where = (struct registry_where){.data = folder};
	registry_set_times(registry, &now, NULL);
	people("420802", 1, 12, APPLIED);
	people("420106", 1, 3, APPLIED);
	people("420802", 50, 2, "2020-03-20T00:00:00Z");
	trial_folder[0] = 0;
	return 0;
}

static int
tear_down(void **state)
{
	char command[128];

	snprintf(command, sizeof command, "rm -rf %s", trial_folder);
	if (trial_folder[0])
		assert_int_equal(system(command), 0);
	return store_tear_down(state);
}

static void
a_shorter_wait_is_told_by_colour_rule_and_residence(void **state)
{
	const struct pack *shorter = trial("pack.json", "\"gray_days\": 14", "\"gray_days\": 10");
	struct rehearse_options o = options(0);
	json_t *report = rehearse(&o, present(), shorter), *matrix = json_object_get(report, "matrix"), *areas, *rules;

	(void)state;
	assert_int_equal(number(report, "people"), 17);
	assert_int_equal(number(report, "changed"), 15);
	assert_int_equal(number(report, "freed"), 15);
	assert_int_equal(number(report, "stopped"), 0);
	assert_int_equal(number(json_object_get(matrix, "gray"), "green"), 15);
	assert_int_equal(number(json_object_get(matrix, "gray"), "gray"), 2);
	rules = json_object_get(report, "by_rule");
	assert_int_equal(json_array_size(rules), 2);
	assert_string_equal(json_string_value(json_object_get(json_array_get(rules, 0), "rule")), "HB-GREEN-RELEASED");
	assert_int_equal(number(json_array_get(rules, 0), "only_new"), 15);
	assert_string_equal(json_string_value(json_object_get(json_array_get(rules, 1), "rule")), "first");
	assert_int_equal(number(json_array_get(rules, 1), "old"), 17);
	assert_int_equal(number(json_array_get(rules, 1), "only_old"), 15);
	/* Three people of Wuhan are too few for a row of their own. */
	areas = json_object_get(report, "by_area");
	assert_int_equal(json_array_size(areas), 2);
	assert_string_equal(json_string_value(json_object_get(json_array_get(areas, 0), "area")), "420800");
	assert_int_equal(number(json_array_get(areas, 0), "people"), 14);
	assert_int_equal(number(json_array_get(areas, 0), "changed"), 12);
	assert_true(json_is_null(json_object_get(json_array_get(areas, 1), "area")));
	assert_int_equal(number(json_array_get(areas, 1), "people"), 3);
	json_decref(report);
}

static void
the_other_way_round_they_could_no_longer_pass(void **state)
{
	const struct pack *shorter = trial("pack.json", "\"gray_days\": 14", "\"gray_days\": 10");
	struct rehearse_options o = options(2);
	json_t *report = rehearse(&o, shorter, present());

	(void)state;
	assert_int_equal(number(report, "stopped"), 15);
	assert_int_equal(number(report, "freed"), 0);
	assert_int_equal(number(json_object_get(json_object_get(report, "matrix"), "green"), "gray"), 15);
	json_decref(report);
}

static void
where_nobody_applied_there_is_nothing_to_rehearse(void **state)
{
	const struct pack *ningbo = NULL;
	struct rehearse_options o = options(2);
	json_t *report = NULL;
	struct error e = {0};

	(void)state;
	GOOD(rehearse_pack(registry, "ningbo-2020", &ningbo, &e));
	assert_int_equal(rehearse_packs(&o, ningbo, present(), &report, &e), ERROR_EXISTS_NOT);
	assert_null(report);
	assert_int_equal(rehearse_pack(registry, pack_hash(present()), &ningbo, &e), 0);
	assert_ptr_equal(ningbo, present());
}

static void
any_number_of_workers_gives_the_same_bytes(void **state)
{
	const struct pack *shorter = trial("pack.json", "\"gray_days\": 14", "\"gray_days\": 10");
	static const unsigned workers[] = {1, 2, 7};
	char *first = NULL;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct rehearse_options o = options(workers[i]);
		char *text = bytes(rehearse(&o, present(), shorter));

		if (first)
			assert_string_equal(text, first);
		else
			first = strdup(text);
		free(text);
	}
	free(first);
}

static void
samples_are_drawn_by_the_seed_among_those_who_change(void **state)
{
	const struct pack *shorter = trial("pack.json", "\"gray_days\": 14", "\"gray_days\": 10");
	struct rehearse_options o = options(2);
	json_t *report, *samples, *sample;
	char *one, *other;
	size_t i;

	(void)state;
	o.samples = 4;
	report = rehearse(&o, present(), shorter);
	samples = json_object_get(report, "samples");
	assert_int_equal(json_array_size(samples), 4);
	json_array_foreach(samples, i, sample)
	{
		assert_string_equal(json_string_value(json_object_get(sample, "from")), "gray");
		assert_string_equal(json_string_value(json_object_get(sample, "to")), "green");
		assert_string_equal(json_string_value(json_array_get(json_object_get(sample, "new"), 0)), "HB-GREEN-RELEASED");
		assert_null(json_object_get(sample, "area"));
	}
	one = bytes(json_incref(samples));
	json_decref(report);
	o.seed = 2;
	report = rehearse(&o, present(), shorter);
	other = bytes(json_incref(json_object_get(report, "samples")));
	assert_string_not_equal(one, other);
	json_decref(report);
	o.samples = 0;
	report = rehearse(&o, present(), shorter);
	assert_int_equal(json_array_size(json_object_get(report, "samples")), 0);
	json_decref(report);
	free(one);
	free(other);
}

static int64_t
rows(const char *table)
{
	struct error e = {0};
	char sql[64];
	int64_t count = -1;

	snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM %s", table);
	GOOD(db_one_int(registry_db(registry), sql, NULL, 0, &count, &e));
	return count;
}

static void
a_rehearsal_leaves_no_trace(void **state)
{
	static const char *const tables[] = {
		"evidence", "colour", "colour_log", "due", "ledger", "pack_version", "pack_activation", "access_log"};
	const struct pack *shorter = trial("pack.json", "\"gray_days\": 14", "\"gray_days\": 10");
	struct rehearse_options o = options(3);
	int64_t before[8];

	(void)state;
	json_decref(rehearse(&o, present(), shorter)); /* makes the tables that were not there */
	for (size_t i = 0; i < 8; i++)
		before[i] = rows(tables[i]);
	json_decref(rehearse(&o, present(), shorter));
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(rows(tables[i]), before[i]);
	assert_int_equal(before[1], 0);
}

static void
whom_a_pack_cannot_decide_is_counted_and_the_reason_told(void **state)
{
	const struct pack *broken =
		trial("rules/hb-green-released.json", "payload.applied_at", "payload.latest.checkins.at");
	struct rehearse_options o = options(2);
	json_t *report = rehearse(&o, present(), broken), *failed = json_object_get(report, "failed");

	(void)state;
	assert_int_equal(number(json_object_get(failed, "new"), "people"), 17);
	assert_non_null(strstr(json_string_value(json_object_get(json_object_get(failed, "new"), "reason")), "HB-GREEN"));
	assert_int_equal(number(json_object_get(failed, "old"), "people"), 0);
	assert_int_equal(number(report, "people"), 17);
	assert_int_equal(number(report, "changed"), 0);
	json_decref(report);
}

static int
say_stop(size_t done, size_t total, void *context)
{
	(void)done;
	assert_int_equal(total, 17);
	return ++*(int *)context;
}

static void
who_watches_may_stop_it(void **state)
{
	struct rehearse_options o = options(2);
	json_t *report = NULL;
	struct error e = {0};
	int called = 0;

	(void)state;
	o.progress = say_stop;
	o.context = &called;
	assert_int_equal(rehearse_packs(&o, present(), present(), &report, &e), ERROR_STOPPED);
	assert_null(report);
	assert_true(called > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_shorter_wait_is_told_by_colour_rule_and_residence, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_other_way_round_they_could_no_longer_pass, set_up, tear_down),
		cmocka_unit_test_setup_teardown(where_nobody_applied_there_is_nothing_to_rehearse, set_up, tear_down),
		cmocka_unit_test_setup_teardown(any_number_of_workers_gives_the_same_bytes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(samples_are_drawn_by_the_seed_among_those_who_change, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_rehearsal_leaves_no_trace, set_up, tear_down),
		cmocka_unit_test_setup_teardown(whom_a_pack_cannot_decide_is_counted_and_the_reason_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_watches_may_stop_it, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
