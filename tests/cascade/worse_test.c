/* Whom a message worsens without a case of it: a rule may read the result itself. */

#include "scene.h"

#define HZ "hangzhou-2020"

enum { TESTED = 3 };

static char packs[64];

/* Hangzhou's pack with a rule by which an antigen test that is positive makes red. */
static int
set_up(void **state)
{
	static const char rule[] =
		"{\"id\": \"TEST-RED-ANTIGEN\", \"colour\": \"red\", \"when\": {\"if\": [{\"var\": \"payload.latest.tests\"},"
		" {\"===\": [{\"var\": \"payload.latest.tests.result\"}, \"positive\"]}, false]}, \"evidence\": [\"tests\"],"
		" \"reason\": \"red_case\", \"source\": \"this test\"}";
	char command[256], path[96], name[160];
	const char *folders[] = {path};
	FILE *file;

	strcpy(packs, "/tmp/healthcode-worse-XXXXXX");
	assert_non_null(mkdtemp(packs));
	snprintf(command, sizeof command, "cp -r %s %s", pack_folder(HZ), packs);
	assert_int_equal(system(command), 0);
	snprintf(path, sizeof path, "%s/" HZ, packs);
	snprintf(name, sizeof name, "%s/rules/test-red-antigen.json", path);
	file = fopen(name, "w");
	assert_non_null(file);
	assert_true(fputs(rule, file) >= 0);
	assert_int_equal(fclose(file), 0);
	*state = scene_open_with(folders, 1);
	return 0;
}

static int
tear_down(void **state)
{
	char command[96];

	scene_close(*state);
	snprintf(command, sizeof command, "rm -r %s", packs);
	return system(command);
}

/* In the open transaction. */
static void
begin_message(struct scene *s)
{
	const uint8_t hash[EVIDENCE_SHA256_SIZE] = {0};
	int64_t import = 0;
	struct error e = {0};

	GOOD(
		evidence_import_begin(s->db, "labs", "message", hash, NULL, registry_recording_time(s->registry), &import, &e));
}

static void
put_positive(struct scene *s, person_number person)
{
	struct evidence_row row = {.kind = EVIDENCE_TEST,
		.person = person,
		.at = moment("2020-03-11T08:00:00+08:00"),
		.body = "{\"at\":\"2020-03-11T00:00:00Z\",\"kind\":\"antigen\",\"result\":\"positive\"}",
		.recorded_at = registry_recording_time(s->registry)};
	enum evidence_outcome outcome;
	struct error e = {0};
	char key[32];

	GOOD(db_one_int(s->db, "SELECT MAX(id) FROM evidence_import", NULL, 0, &row.import_id, &e));
	snprintf(key, sizeof key, "%u/antigen", person);
	row.key = key;
	GOOD(registry_evidence_put(s->registry, &row, &outcome, &e));
}

static int64_t
worsened(struct scene *s, int64_t most)
{
	struct error e = {0};
	int64_t count = -1;

	GOOD(cascade_message_worsened(s->cascade, most, &count, &e));
	return count;
}

static void
results_that_make_no_case_count_where_a_rule_reads_them(void **state)
{
	struct scene *s = *state;
	person_number people[TESTED];
	struct cascade_counts counts;
	struct error e = {0};

	scene_at(s, "2020-03-11T12:00:00+08:00");
	for (int i = 0; i < TESTED; i++)
		people[i] = scene_person(s, i + 1, HZ, "2020-03-01T12:00:00+08:00");
	GOOD(cascade_evaluate_due(s->cascade, NULL, NULL, &counts, &e));
	assert_string_equal(scene_colour(s, people[0], HZ), "green");
	GOOD(registry_begin(s->registry, &e));
	begin_message(s);
	for (int i = 0; i < TESTED; i++)
		put_positive(s, people[i]);
	assert_int_equal(worsened(s, 1), TESTED);
	assert_int_equal(worsened(s, TESTED), 0); /* it concerns no more */
	begin_message(s);                         /* another one's do not add up with these */
	put_positive(s, scene_person(s, TESTED + 1, HZ, "2020-03-01T12:00:00+08:00"));
	assert_int_equal(worsened(s, 1), 0);
	registry_rollback(s->registry);
}

/* The result comes under the ward's number; the colour is that of the ID number with which it was joined. */
static void
whoever_has_two_numbers_is_counted_by_each(void **state)
{
	const struct registry_identity ward = {.name = "张三"};
	struct scene *s = *state;
	struct cascade_counts counts;
	person_number people[2];
	struct error e = {0};
	int64_t link;

	scene_at(s, "2020-03-11T12:00:00+08:00");
	GOOD(registry_begin(s->registry, &e));
	for (int i = 0; i < 2; i++) {
		const char *number = i ? "2" : "1";
		person_number coloured;

		GOOD(registry_person_by_local_number(s->registry, "laboratory", number, &ward, 0, &people[i], &e));
		coloured = scene_person(s, i + 1, HZ, "2020-03-01T12:00:00+08:00");
		GOOD(evidence_same_put(s->db, people[i], coloured, false, registry_recording_time(s->registry), &link, &e));
	}
	GOOD(registry_commit(s->registry, &e));
	GOOD(cascade_evaluate_due(s->cascade, NULL, NULL, &counts, &e));
	GOOD(registry_begin(s->registry, &e));
	begin_message(s);
	for (int i = 0; i < 2; i++)
		put_positive(s, people[i]);
	assert_int_equal(worsened(s, 1), 2);
	registry_rollback(s->registry);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(results_that_make_no_case_count_where_a_rule_reads_them, set_up, tear_down),
		cmocka_unit_test_setup_teardown(whoever_has_two_numbers_is_counted_by_each, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
