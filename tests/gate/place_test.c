/* Codes of places: who scans one is noted as having been there, and nobody else. */

#include "scene.h"

#include "gate/gate.h"

#define HZ "hangzhou-2020"
#define NB "ningbo-2020"

enum { MINUTE_S = 60, LASTS_S = 2 * 3600 };

static struct issuer *issuer;
static struct buffer text;

static int
set_up(void **state)
{
	struct scene *s;
	struct error e = {0};

	scene_set_up(state);
	s = *state;
	scene_at(s, "2020-03-24T08:00:00+08:00");
	GOOD(issuer_open(s->db, registry_keys(s->registry), &issuer, &e));
	GOOD(issuer_ensure(issuer, HZ, START - DAY_S, START, &e));
	GOOD(issuer_ensure(issuer, NB, START - DAY_S, START, &e));
	(void)scene_place(s, "market", "market");
	text = buffer_make(PLACE_CODE_TEXT_MAX);
	return 0;
}

static int
tear_down(void **state)
{
	buffer_free(&text);
	issuer_close(issuer);
	return scene_tear_down(state);
}

/* The market's code of now. */
static const char *
code_on_the_screen(struct scene *s, struct gate_place_code *ret_code)
{
	struct gate_place_code code;
	struct error e = {0};

	buffer_clear(&text);
	GOOD(gate_place_code(s->cascade, issuer, "market", &text, ret_code ? ret_code : &code, &e));
	return buffer_text(&text);
}

/* Whoever scans it: the cause, "" where it counts. */
static const char *
arrives(struct scene *s, const char *code, person_number person, struct gate_visit *visit)
{
	struct gate_visit ignored;
	const char *cause;
	struct error e = {0};

	GOOD(gate_arrive(s->cascade, issuer, code, person, LASTS_S, visit ? visit : &ignored, &cause, &e));
	return cause ? cause : "";
}

struct stays {
	size_t count;
	struct presence_stay last;
};

static int
add_stay(const struct presence_stay *stay, void *context, struct error *e)
{
	struct stays *stays = context;

	(void)e;
	stays->count++;
	stays->last = *stay;
	return 0;
}

static struct stays
stays_of(struct scene *s, person_number person)
{
	const struct presence_view view = {.now = INT64_MAX, .known = INT64_MAX};
	struct stays stays = {0};
	struct error e = {0};

	GOOD(presence_each_stay_of(s->presence, person, START - DAY_S, START + 2 * DAY_S, &view, add_stay, &stays, &e));
	return stays;
}

static void
who_scans_the_code_is_there_once_until_they_leave(void **state)
{
	struct scene *s = *state;
	person_number person = scene_person(s, 1, HZ, "2020-03-01T12:00:00+08:00");
	struct gate_place_code code;
	struct gate_visit visit, again;
	const char *scanned = code_on_the_screen(s, &code);
	struct stays stays;
	struct error e = {0};

	assert_string_equal(code.name, "market");
	assert_string_equal(pack_jurisdiction(code.pack), HZ);
	assert_int_equal(code.issued_at, START);
	assert_int_equal(code.expires_at, START + gate_place_lifetime(code.pack));
	assert_string_equal(arrives(s, scanned, person, &visit), "");
	assert_string_equal(visit.place, "market");
	assert_true(visit.from == START && visit.to == START + LASTS_S);

	/* who scans it again is there already */
	scene_at(s, "2020-03-24T08:10:00+08:00");
	assert_string_equal(arrives(s, code_on_the_screen(s, NULL), person, &again), "");
	assert_true(again.from == visit.from && again.to == visit.to);
	stays = stays_of(s, person);
	assert_true(stays.count == 1 && stays.last.start == START && stays.last.end == START + LASTS_S);

	GOOD(gate_leave(s->cascade, person, "market", START, LASTS_S, &again, &e));
	assert_int_equal(again.to, START + 10 * MINUTE_S);
	stays = stays_of(s, person);
	assert_true(stays.count == 1 && stays.last.end == START + 10 * MINUTE_S);
	assert_int_equal(gate_leave(s->cascade, person, "market", START, LASTS_S, &again, &e), ERROR_EXISTS_NOT);
}

static void
a_stay_that_is_known_otherwise_is_no_checkin_that_goes_on(void **state)
{
	struct scene *s = *state;
	person_number person = scene_person(s, 1, HZ, "2020-03-01T12:00:00+08:00");
	struct gate_visit visit;
	struct error e = {0};

	scene_stay(s, person, scene_place(s, "market", "market"), "2020-03-24T07:00:00+08:00", "2020-03-24T12:00:00+08:00");
	assert_int_equal(gate_leave(s->cascade, person, "market", START - 3600, LASTS_S, &visit, &e), ERROR_EXISTS_NOT);
	assert_string_equal(arrives(s, code_on_the_screen(s, NULL), person, &visit), "");
	assert_int_equal(visit.from, START);
	assert_int_equal(stays_of(s, person).count, 2);
}

static void
who_leaves_in_the_second_of_their_arrival_was_there_for_one(void **state)
{
	struct scene *s = *state;
	person_number person = scene_person(s, 1, HZ, "2020-03-01T12:00:00+08:00");
	struct gate_visit visit;
	struct error e = {0};

	assert_string_equal(arrives(s, code_on_the_screen(s, NULL), person, NULL), "");
	assert_int_equal(
		gate_leave(s->cascade, person, "market", START + 1, LASTS_S, &visit, &e), ERROR_EXISTS_NOT); /* another stay */
	assert_int_equal(gate_leave(s->cascade, person, "nowhere", START, LASTS_S, &visit, &e), ERROR_EXISTS_NOT);
	GOOD(gate_leave(s->cascade, person, "market", START, LASTS_S, &visit, &e));
	assert_true(visit.from == START && visit.to == START + 1);
}

static void
a_picture_of_the_screen_is_worth_nothing_when_its_time_is_over(void **state)
{
	struct scene *s = *state;
	person_number person = scene_person(s, 1, HZ, "2020-03-01T12:00:00+08:00");
	struct gate_place_code code;
	const char *picture = code_on_the_screen(s, &code);
	instant at = code.expires_at - 1;

	registry_set_times(s->registry, &at, NULL);
	assert_string_equal(arrives(s, picture, 0, NULL), "");
	registry_set_times(s->registry, &code.expires_at, NULL);
	assert_string_equal(arrives(s, picture, person, NULL), "expired");
	assert_string_equal(arrives(s, "HC1:NONSENSE", person, NULL), "malformed");
	assert_int_equal(stays_of(s, person).count, 0);
}

static void
a_poster_counts_on_its_own_local_day(void **state)
{
	struct scene *s = *state;
	const instant midnight = moment("2020-03-25T00:00:00+08:00");
	instant at = midnight - 1;
	struct gate_place_code code;
	struct error e = {0};

	GOOD(gate_place_code_of_day(s->cascade, issuer, "market", 0, &text, &code, &e));
	assert_true(code.issued_at == START && code.expires_at == midnight);
	buffer_clear(&text);
	GOOD(gate_place_code_of_day(s->cascade, issuer, "market", 1, &text, &code, &e));
	assert_true(code.issued_at == midnight && code.expires_at == midnight + DAY_S);
	registry_set_times(s->registry, &at, NULL);
	assert_string_equal(arrives(s, buffer_text(&text), 0, NULL), "not_yet_valid");
	registry_set_times(s->registry, &midnight, NULL);
	assert_string_equal(arrives(s, buffer_text(&text), 0, NULL), "");
	at = midnight + DAY_S;
	registry_set_times(s->registry, &at, NULL);
	assert_string_equal(arrives(s, buffer_text(&text), 0, NULL), "expired");
	assert_int_equal(
		gate_place_code_of_day(s->cascade, issuer, "market", GATE_PLACE_DAYS, &text, &code, &e), ERROR_USAGE);
	assert_int_equal(gate_place_code_of_day(s->cascade, issuer, "market", -1, &text, &code, &e), ERROR_USAGE);
}

static void
nobody_checks_in_at_a_home_or_a_cell_or_nowhere(void **state)
{
	struct scene *s = *state;
	struct gate_place_code code;
	struct error e = {0};

	(void)scene_place(s, "home", "household");
	(void)scene_place(s, "grid", "cell");
	assert_int_equal(gate_place_code(s->cascade, issuer, "home", &text, &code, &e), ERROR_EXISTS_NOT);
	assert_int_equal(gate_place_code(s->cascade, issuer, "grid", &text, &code, &e), ERROR_EXISTS_NOT);
	assert_int_equal(gate_place_code_of_day(s->cascade, issuer, "nowhere", 0, &text, &code, &e), ERROR_EXISTS_NOT);
	assert_int_equal(text.length, 0);
}

static void
a_place_in_whose_name_another_jurisdiction_signs_is_not_ours(void **state)
{
	struct scene *s = *state;
	struct place_code said = {.issuer = NB, .place = "market", .issued_at = START, .expires_at = START + MINUTE_S};
	person_number person = scene_person(s, 1, HZ, "2020-03-01T12:00:00+08:00");
	struct error e = {0};

	GOOD(issuer_sign_place_code(issuer, &said, &text, &e));
	assert_string_equal(arrives(s, buffer_text(&text), person, NULL), "not_ours");
	buffer_clear(&text);
	strcpy(said.issuer, HZ);
	strcpy(said.place, "nowhere");
	GOOD(issuer_sign_place_code(issuer, &said, &text, &e));
	assert_string_equal(arrives(s, buffer_text(&text), person, NULL), "not_ours");
	assert_int_equal(stays_of(s, person).count, 0);
}

static void
staff_note_who_shows_a_code_or_says_a_number_and_learn_nothing(void **state)
{
	struct scene *s = *state;
	person_number shown = scene_person(s, 1, HZ, "2020-03-01T12:00:00+08:00"),
				  typed = scene_person(s, 2, HZ, "2020-03-01T12:00:00+08:00");
	struct code_claims other = {.issuer = "elsewhere", .colour = CODE_GREEN, .id = {1}};
	struct buffer code = buffer_make(PLACE_CODE_TEXT_MAX);
	struct gate_visit visit, unknown;
	const char *cause;
	struct error e = {0};
	int r = 0, tries = 0;

	GOOD(issuer_issue(issuer, HZ, shown, CODE_GREEN, START, MINUTE_S, &code, &e));
	GOOD(gate_arrive_with_staff(
		s->cascade, issuer, "market", buffer_text(&code), NULL, "guard", LASTS_S, &visit, &cause, &e));
	assert_null(cause);
	assert_int_equal(stays_of(s, shown).count, 1);

	/* a code that leads to nobody here */
	buffer_clear(&code);
	GOOD(issuer_issue_anew(issuer, HZ, &other, START, MINUTE_S, &code, &e));
	GOOD(gate_arrive_with_staff(
		s->cascade, issuer, "market", buffer_text(&code), NULL, "guard", LASTS_S, &visit, &cause, &e));
	assert_string_equal(cause, "not_ours");

	GOOD(gate_arrive_with_staff(
		s->cascade, issuer, "market", NULL, "330110198001010026", "guard", LASTS_S, &visit, &cause, &e));
	GOOD(gate_arrive_with_staff(
		s->cascade, issuer, "market", NULL, "330110198001019995", "guard", LASTS_S, &unknown, &cause, &e));
	assert_null(cause);
	assert_string_equal(unknown.place, visit.place);
	assert_string_equal(unknown.name, visit.name);
	assert_true(unknown.from == visit.from && unknown.to == visit.to);
	assert_int_equal(stays_of(s, typed).count, 1);

	for (; tries < 100 && r == 0; tries++)
		r = gate_arrive_with_staff(
			s->cascade, issuer, "market", NULL, "330110198001019995", "guard", LASTS_S, &unknown, &cause, &e);
	assert_int_equal(r, ERROR_DENIED);
	assert_true(tries > 1);
	/* another's device is not held up by it */
	GOOD(gate_arrive_with_staff(
		s->cascade, issuer, "market", NULL, "330110198001019995", "other", LASTS_S, &unknown, &cause, &e));
	buffer_free(&code);
}

static void
what_cannot_be_written_is_told_and_leaves_nothing(void **state)
{
	struct scene *s = *state;
	person_number person = scene_person(s, 1, HZ, "2020-03-01T12:00:00+08:00");
	const char *code = code_on_the_screen(s, NULL), *cause;
	struct gate_visit visit = {.from = 7}, kept;
	struct error e = {0};

	GOOD(db_run(s->db,
		"CREATE TRIGGER full BEFORE INSERT ON presence_tail BEGIN SELECT RAISE(ABORT, 'the disk is full'); END", &e));
	assert_true(gate_arrive(s->cascade, issuer, code, person, LASTS_S, &visit, &cause, &e) < 0);
	assert_int_equal(visit.from, 7);
	assert_false(db_in_transaction(s->db));
	assert_int_equal(stays_of(s, person).count, 0);
	GOOD(db_run(s->db, "DROP TRIGGER full", &e));
	assert_string_equal(arrives(s, code, person, &kept), "");
	GOOD(db_run(s->db,
		"CREATE TRIGGER full BEFORE INSERT ON presence_tail BEGIN SELECT RAISE(ABORT, 'the disk is full'); END", &e));
	assert_true(gate_leave(s->cascade, person, "market", START, LASTS_S, &visit, &e) < 0);
	assert_int_equal(visit.from, 7);
	assert_false(db_in_transaction(s->db));
	assert_int_equal(stays_of(s, person).last.end, START + LASTS_S);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_scans_the_code_is_there_once_until_they_leave, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_stay_that_is_known_otherwise_is_no_checkin_that_goes_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_leaves_in_the_second_of_their_arrival_was_there_for_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_picture_of_the_screen_is_worth_nothing_when_its_time_is_over, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_poster_counts_on_its_own_local_day, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody_checks_in_at_a_home_or_a_cell_or_nowhere, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_place_in_whose_name_another_jurisdiction_signs_is_not_ours, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			staff_note_who_shows_a_code_or_says_a_number_and_learn_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_be_written_is_told_and_leaves_nothing, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
