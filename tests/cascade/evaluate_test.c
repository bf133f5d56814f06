/* Evaluation of many: whom it concerns, what it tells, and what one person's failure costs the others. */

#include "scene.h"

#include "base/file.h"
#include "cascade/inside.h"

/* A pack that forgets to ask whether there is a check-in: it fails for whoever has none. */
static void
make_careless_pack(char path[64])
{
	char command[1024];
	FILE *rule;

	strcpy(path, "/tmp/healthcode-careless-XXXXXX");
	assert_non_null(mkdtemp(path));
	snprintf(command, sizeof command, "cp -r %s %s/careless", pack_folder("ningbo-2020"), path);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof command, "%s/careless/rules/nb-yellow-fever.json", path);
	rule = fopen(command, "w");
	assert_non_null(rule);
	fputs("{\"id\": \"NB-YELLOW-FEVER\", \"colour\": \"yellow\", \"when\": {\"before\": ["
		  "{\"plusTime\": [{\"var\": \"payload.latest.checkins.at\"}, 3, \"day\"]},"
		  "{\"plusTime\": [{\"var\": \"external.validationClock\"}, 0, \"day\"]}]},"
		  "\"reason\": \"yellow_fever\", \"source\": \"a test's\"}\n",
		rule);
	fclose(rule);
}

static void
remove_folder(const char *path)
{
	char command[128];

	snprintf(command, sizeof command, "rm -r %s", path);
	assert_int_equal(system(command), 0);
}

struct heard {
	size_t changed, failed;
	person_number failures[2000];
	char reason[ERROR_MESSAGE_MAX];
};

static int
hear_change(const struct cascade_change *change, void *context, struct error *e)
{
	(void)change;
	(void)e;
	((struct heard *)context)->changed++;
	return 0;
}

static int
hear_failure(person_number person, const char *jurisdiction, const struct error *reason, void *context, struct error *e)
{
	struct heard *heard = context;

	(void)e;
	assert_string_equal(jurisdiction, "careless");
	assert_int_equal(reason->code, ERROR_BAD_INPUT);
	snprintf(heard->reason, sizeof heard->reason, "%s", reason->message);
	heard->failures[heard->failed++] = person;
	return 0;
}

static struct cascade_counts
evaluate_due(struct scene *s, struct heard *heard)
{
	const struct cascade_listener listener = {hear_change, hear_failure, heard};
	struct cascade_counts counts;
	struct error e = {0};

	*heard = (struct heard){0};
	GOOD(cascade_evaluate_due(s->cascade, NULL, &listener, &counts, &e));
	return counts;
}

static bool
is_due(struct scene *s, person_number person)
{
	struct error e = {0};

	return GOOD(registry_is_stale(s->registry, person, "careless", registry_now(s->registry), &e)) == 1;
}

static void
one_persons_failure_is_told_and_the_others_go_on(void **state)
{
	char folder_of_pack[64], path[128];
	const char *packs[] = {path};
	struct scene *s;
	struct heard heard;
	struct cascade_counts counts;
	struct registry_colour colour;
	person_number people[3];
	struct error e = {0};

	(void)state;
	make_careless_pack(folder_of_pack);
	snprintf(path, sizeof path, "%s/careless", folder_of_pack);
	s = scene_open_with(packs, 1);
	scene_at(s, "2020-03-24T00:00:00Z");
	for (int i = 0; i < 3; i++)
		people[i] = scene_person(s, i + 1, "careless", "2020-03-20T00:00:00Z");
	scene_checkin(s, people[0], "2020-03-20T00:00:00Z", 366);
	scene_checkin(s, people[2], "2020-03-20T00:00:00Z", 366);

	counts = evaluate_due(s, &heard);
	assert_int_equal(counts.evaluated, 2);
	assert_int_equal(counts.changed, 2);
	assert_int_equal(counts.failed, 1);
	assert_int_equal(heard.changed, 2);
	assert_int_equal(heard.failed, 1);
	assert_int_equal(heard.failures[0], people[1]);
	assert_non_null(strstr(heard.reason, "NB-YELLOW-FEVER"));
	assert_true(is_due(s, people[1]));
	assert_false(is_due(s, people[0]));
	assert_int_equal(cascade_colour(s->cascade, people[1], "careless", &colour, &e), ERROR_BAD_INPUT);
	assert_non_null(strstr(e.message, "NB-YELLOW-FEVER"));

	/* The same again only concerns who is due still; mended evidence is all that it takes. */
	counts = evaluate_due(s, &heard);
	assert_int_equal(counts.evaluated, 0);
	assert_int_equal(counts.failed, 1);
	scene_checkin(s, people[1], "2020-03-20T00:00:00Z", 366);
	counts = evaluate_due(s, &heard);
	assert_int_equal(counts.evaluated, 1);
	assert_int_equal(counts.failed, 0);
	assert_false(is_due(s, people[1]));

	scene_close(s);
	remove_folder(folder_of_pack);
}

/* More failures than a batch holds, so that they all come before anybody else who is due. */
static void
failures_that_fill_a_batch_do_not_hide_who_comes_after(void **state)
{
	enum { BATCH = 100, FAILING = BATCH + 30, SOUND = 20 };
	char folder_of_pack[64], path[128];
	const char *packs[] = {path};
	struct cascade_counts counts, rehearsed;
	struct heard *heard = calloc(2, sizeof *heard);
	struct cascade_listener listener;
	struct error e = {0};
	struct scene *s;

	(void)state;
	assert_non_null(heard);
	make_careless_pack(folder_of_pack);
	snprintf(path, sizeof path, "%s/careless", folder_of_pack);
	s = scene_open_with(packs, 1);
	s->cascade->batch_most = BATCH;
	scene_at(s, "2020-03-24T00:00:00Z");
	for (int i = 0; i < FAILING + SOUND; i++) {
		const char *at = i < FAILING ? "2020-03-20T00:00:00Z" : "2020-03-21T00:00:00Z";
		person_number person = scene_person(s, i + 1, "careless", at);

		if (i >= FAILING)
			scene_checkin(s, person, at, 366);
	}
	listener = (struct cascade_listener){hear_change, hear_failure, &heard[1]};
	GOOD(cascade_rehearse(s->cascade, NULL, NULL, 0, &listener, &rehearsed, &e));
	counts = evaluate_due(s, heard);
	assert_int_equal(counts.failed, FAILING);
	assert_int_equal(counts.evaluated, SOUND);
	assert_int_equal(heard->failed, FAILING);
	assert_int_equal(rehearsed.failed, FAILING);
	assert_int_equal(rehearsed.evaluated, SOUND);
	scene_close(s);
	remove_folder(folder_of_pack);
	free(heard);
}

static int64_t
ledger_entries(struct scene *s)
{
	struct error e = {0};
	int64_t count;

	GOOD(db_one_int(s->db, "SELECT COUNT(*) FROM ledger", NULL, 0, &count, &e));
	return count;
}

static void
an_evaluation_is_one_entry_of_the_ledger_and_none_where_nobody_was_due(void **state)
{
	struct scene *s = *state;
	struct cascade_counts counts;
	struct error e = {0};
	int64_t before;

	scene_at(s, "2020-03-24T00:00:00Z");
	for (int i = 1; i <= 5; i++)
		scene_person(s, i, "hangzhou-2020", "2020-03-20T00:00:00Z");
	before = ledger_entries(s);
	GOOD(cascade_evaluate_due(s->cascade, NULL, NULL, &counts, &e));
	assert_int_equal(counts.evaluated, 5);
	assert_int_equal(counts.changed, 5);
	assert_int_equal(ledger_entries(s), before + 1);
	GOOD(cascade_evaluate_due(s->cascade, NULL, NULL, &counts, &e));
	assert_int_equal(counts.evaluated, 0);
	assert_int_equal(counts.changed, 0);
	assert_int_equal(ledger_entries(s), before + 1);
}

/* E1, E3: whoever hears of a change may stop the evaluation; what was told is committed. */
static int
stop(const struct cascade_change *change, void *context, struct error *e)
{
	(void)change;
	(void)context;
	return error_set(e, ERROR_IO, "the listener has gone");
}

static void
a_change_is_committed_before_it_is_told(void **state)
{
	const struct cascade_listener listener = {.changed = stop};
	struct registry_colour colour;
	struct cascade_counts counts;
	struct scene *s = *state;
	struct error e = {0};
	person_number person;

	scene_at(s, "2020-03-24T00:00:00Z");
	person = scene_person(s, 1, "hangzhou-2020", "2020-03-20T00:00:00Z");
	assert_int_equal(cascade_evaluate_due(s->cascade, NULL, &listener, &counts, &e), ERROR_IO);
	GOOD(registry_colour(s->registry, person, "hangzhou-2020", &colour, &e));
	assert_int_equal(colour.colour, COLOUR_GREEN);
}

static void
a_rehearsal_records_nothing(void **state)
{
	struct cascade_counts counts;
	struct registry_colour colour;
	struct scene *s = *state;
	struct error e = {0};
	person_number person;
	int64_t before;

	scene_at(s, "2020-03-24T00:00:00Z");
	person = scene_person(s, 1, "hangzhou-2020", "2020-03-20T00:00:00Z");
	before = ledger_entries(s);
	GOOD(cascade_rehearse(s->cascade, NULL, NULL, 0, NULL, &counts, &e));
	assert_int_equal(counts.evaluated, 1);
	assert_int_equal(counts.colours[COLOUR_GREEN], 1);
	assert_int_equal(ledger_entries(s), before);
	assert_int_equal(registry_colour(s->registry, person, "hangzhou-2020", &colour, &e), ERROR_EXISTS_NOT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_persons_failure_is_told_and_the_others_go_on),
		cmocka_unit_test(failures_that_fill_a_batch_do_not_hide_who_comes_after),
		cmocka_unit_test_setup_teardown(
			an_evaluation_is_one_entry_of_the_ledger_and_none_where_nobody_was_due, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(a_change_is_committed_before_it_is_told, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(a_rehearsal_records_nothing, scene_set_up, scene_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
