/* Two who are one: the two may have no colour, and those whom they met many. */

#include "scene.h"

#include "office/office.h"

#define HZ "hangzhou-2020"

static struct scene *scene;
static struct issuer *issuer;
static struct office office;
static char packs[64];
static person_number companions[2];
static int64_t match;
static const struct office_actor first = {"first", "first password"}, second = {"second", "second password"},
								 southern = {"southern", "southern password"};

static person_number
patient(const char *number)
{
	const struct registry_identity identity = {.name = "张三"};
	person_number person = 0;
	struct error e = {0};

	GOOD(registry_begin(scene->registry, &e));
	GOOD(registry_person_by_local_number(scene->registry, "laboratory", number, &identity, 0, &person, &e));
	GOOD(registry_commit(scene->registry, &e));
	return person;
}

static void
add_user(const struct office_actor *actor, const char *of)
{
	struct error e = {0};

	GOOD(registry_user_add(scene->registry, actor->name, REGISTRY_SUPERVISOR, actor->password, NULL, &e));
	GOOD(registry_user_move(scene->registry, actor->name, of, &e));
}

/* A laboratory's case that was nowhere, and a number without a colour that ate with two who have one. */
static int
set_up(void **state)
{
	char path[96];
	const char *folders[] = {path};
	struct cascade_counts counts;
	person_number sick, eater;
	place_number tea_house;
	struct error e = {0};

	(void)state;
	strcpy(packs, "/tmp/healthcode-matches-XXXXXX");
	assert_non_null(mkdtemp(packs));
	/* Hangzhou's pack, by which one office may worsen nobody but one */
	pack_with(packs, HZ, "second_office", json_pack("{s:i, s:s}", "people", 1, "source", "this test"), path);
	scene = scene_open_with(folders, 1);
	scene_at(scene, "2020-03-11T12:00:00+08:00");
	GOOD(issuer_open(scene->db, registry_keys(scene->registry), &issuer, &e));
	office = (struct office){.cascade = scene->cascade, .issuer = issuer};
	GOOD(office_migrate(scene->db, &e));
	add_user(&first, "north");
	add_user(&second, "north");
	add_user(&southern, "south");
	sick = patient("1");
	eater = patient("2");
	tea_house = scene_place(scene, "tea-house", "meal");
	scene_stay(scene, eater, tea_house, "2020-03-09T09:00:00+08:00", "2020-03-09T11:00:00+08:00");
	for (int i = 0; i < 2; i++) {
		companions[i] = scene_person(scene, i + 1, HZ, "2020-03-01T12:00:00+08:00");
		scene_stay(scene, companions[i], tea_house, "2020-03-09T09:30:00+08:00", "2020-03-09T12:00:00+08:00");
	}
	scene_case(scene, "C1", sick, "confirmed", "2020-03-07T00:00:00+08:00", "2020-03-11T10:00:00+08:00",
		"2020-03-11T12:00:00+08:00");
	scene_trace(scene);
	GOOD(cascade_evaluate_due(scene->cascade, NULL, NULL, &counts, &e));
	GOOD(registry_match_put(scene->registry, sick, eater, "first", &match, &e));
	return 0;
}

static int
tear_down(void **state)
{
	char command[96];

	(void)state;
	issuer_close(issuer);
	scene_close(scene);
	snprintf(command, sizeof command, "rm -r %s", packs);
	return system(command);
}

static void
both_are(const char *colour)
{
	for (int i = 0; i < 2; i++)
		assert_string_equal(scene_colour(scene, companions[i], HZ), colour);
}

static enum office_state
decide(enum registry_match_state decision, int64_t *ret_number)
{
	enum office_state what = OFFICE_REVOKED;
	struct error e = {0};

	GOOD(office_match_decide(&office, match, decision, "both papers", &first, ret_number, &what, &e));
	return what;
}

static void
whom_two_without_a_colour_met_may_be_many(void **state)
{
	struct error e = {0};
	int64_t number = 0;

	(void)state;
	both_are("green");
	assert_int_equal(decide(MATCH_ACCEPTED, &number), OFFICE_PROPOSED);
	both_are("green");
	assert_int_equal(office_match_approve(&office, number, &first, &e), ERROR_DENIED);
	assert_int_equal(office_match_approve(&office, number, &second, &e), ERROR_DENIED);
	assert_non_null(strstr(e.message, "a user of another office"));
	both_are("green");
	GOOD(office_match_approve(&office, number, &southern, &e));
	both_are("red");
	assert_int_equal(decide(MATCH_REJECTED, &number), OFFICE_APPROVED); /* nobody gets worse */
	both_are("green");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(whom_two_without_a_colour_met_may_be_many, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
