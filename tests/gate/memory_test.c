/* Each allocation fails once while somebody comes to a place and leaves, and while the trust list is made: the failure is told, nothing leaks, and
 * nothing is half done. */

#include "scene.h"

#include "../failing_allocation.h"
#include "gate/gate.h"

#define HZ "hangzhou-2020"

enum { LASTS_S = 7200 };

static struct issuer *issuer;
static person_number person;
static struct buffer code;

static int
set_up(void **state)
{
	struct scene *s;
	struct gate_place_code said;
	struct error e = {0};

	scene_set_up(state);
	s = *state;
	scene_at(s, "2020-03-24T08:00:00+08:00");
	GOOD(issuer_open(s->db, registry_keys(s->registry), &issuer, &e));
	GOOD(issuer_ensure(issuer, HZ, START, START, &e));
	(void)scene_place(s, "market", "market");
	person = scene_person(s, 1, HZ, "2020-03-01T12:00:00+08:00");
	code = buffer_make(PLACE_CODE_TEXT_MAX);
	GOOD(gate_place_code(s->cascade, issuer, "market", &code, &said, &e));
	return 0;
}

static int
tear_down(void **state)
{
	buffer_free(&code);
	issuer_close(issuer);
	return scene_tear_down(state);
}

static int
show(void *context)
{
	struct scene *s = context;
	struct buffer text = buffer_make(PLACE_CODE_TEXT_MAX);
	struct gate_place_code said = {.issued_at = -1};
	struct error e = {0};
	int r = gate_place_code(s->cascade, issuer, "market", &text, &said, &e);

	assert_true((r == 0) == (said.issued_at != -1));
	if (r == 0)
		r = gate_place_code_of_day(s->cascade, issuer, "market", 1, &text, &said, &e);
	buffer_free(&text);
	return r;
}

/* Comes and leaves, at another place of the clock each time, so that there is something to write. */
static int
come_and_leave(void *context)
{
	static instant now = START;
	struct scene *s = context;
	struct gate_visit visit = {.from = -1};
	const char *cause;
	struct error e = {0};
	int r;

	now = now < START + 30 ? now + 1 : START;
	registry_set_times(s->registry, &now, NULL);
	if ((r = gate_arrive(s->cascade, issuer, buffer_text(&code), person, LASTS_S, &visit, &cause, &e)) < 0) {
		assert_int_equal(visit.from, -1);
	} else {
		assert_null(cause);
		r = gate_leave(s->cascade, person, "market", visit.from, LASTS_S, &visit, &e);
	}
	assert_false(db_in_transaction(s->db));
	return r;
}

/* By another device each time, since one may type so many an hour. */
static int
note_with_staff(void *context)
{
	static int device;
	struct scene *s = context;
	struct gate_visit visit = {.from = -1};
	char by[16];
	const char *cause;
	struct error e = {0};
	int r;

	snprintf(by, sizeof by, "guard-%d", device++);
	r = gate_arrive_with_staff(
		s->cascade, issuer, "market", NULL, "330110198001010018", by, LASTS_S, &visit, &cause, &e);
	assert_true((r == 0) == (visit.from != -1));
	assert_false(db_in_transaction(s->db));
	return r;
}

static void
no_failure_of_memory_is_hidden_at_a_place(void **state)
{
	assert_true(failing_allocation_sweep(show, *state) > 5);
	assert_true(failing_allocation_sweep(come_and_leave, *state) > 10);
}

/* Once the holder's notice is kept, memory that lacks for handing it on is no failure: it goes out with the next. */
static void
nobody_is_half_noted_by_a_number_that_staff_type(void **state)
{
	size_t told = 0;
	bool failed = true;

	for (size_t number = 1; failed; number++) {
		int r;

		failing_allocation_at(number);
		r = note_with_staff(*state);
		failed = failing_allocation_end();
		assert_true(r == 0 || (failed && r == ERROR_NO_MEMORY));
		told += r < 0;
		assert_int_equal(note_with_staff(*state), 0); /* hands on what waits */
	}
	assert_true(told > 30);
}

/* A week later each time, so that there are keys to be made. */
static int
publish(void *context)
{
	static instant now = START;
	struct scene *s = context;
	struct buffer list = buffer_make(TRUST_FILE_MAX);
	int64_t changes = -1;
	struct error e = {0};
	int r;

	now += 8 * DAY_S;
	r = gate_trust_list(s->registry, issuer, now, &list, &changes, &e);
	assert_true((r == 0) == (changes != -1));
	buffer_free(&list);
	return r;
}

static void
no_failure_of_memory_is_hidden_in_the_list(void **state)
{
	assert_true(failing_allocation_sweep(publish, *state) > 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_failure_of_memory_is_hidden_at_a_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody_is_half_noted_by_a_number_that_staff_type, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_failure_of_memory_is_hidden_in_the_list, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
