#include "scene.h"

#include "gate/gate.h"
#include "ledger/ledger.h"

#define HZ "hangzhou-2020"

enum { HOUR_S = 3600, MINUTE_S = 60 };

static int
ask(struct cascade *cascade, struct issuer *issuer, const struct gate_question *question,
	struct gate_answer *ret_answer)
{
	struct error e = {0};

	return gate_check(cascade, issuer, question, ret_answer, &e);
}

static void
write_in_ledger(struct registry *real, instant at)
{
	struct error e = {0};

	GOOD(registry_begin(real, &e));
	GOOD(ledger_append(registry_db(real), at, "test", "{}", NULL, &e));
	GOOD(registry_commit(real, &e));
}

static void
a_clock_that_stands_before_what_was_last_written_gives_no_verdict(void **state)
{
	const char *packs[] = {pack_folder(HZ)};
	char path[64] = "/tmp/healthcode-gate-XXXXXX";
	struct registry_where where = {.data = path};
	const struct gate_question question = {.code = "https://example.org/", .place = "market", .by = "guard"};
	struct presence_place market = {.code = "market", .kind = "market", .division = "330110", .country = "CN"};
	struct registry *real = NULL;
	struct cascade *cascade = NULL;
	struct issuer *issuer = NULL;
	struct gate_answer answer = {0};
	place_number number;
	struct error e = {0};

	(void)state;
	assert_non_null(mkdtemp(path));
	GOOD(registry_create(&where, packs, 1, NULL, &e));
	GOOD(registry_open(&where, &real, &e));
	GOOD(cascade_open(real, &cascade, &e));
	GOOD(issuer_open(registry_db(real), registry_keys(real), &issuer, &e));
	GOOD(registry_begin(real, &e));
	GOOD(presence_put_place(cascade_presence(cascade), &market, &(struct presence_source){0}, &number, &e));
	GOOD(registry_commit(real, &e));

	assert_int_equal(ask(cascade, issuer, &question, &answer), 0);
	assert_true(answer.verdict == GATE_REFUSE && answer.cause == GATE_MALFORMED);
	write_in_ledger(real, registry_clock(real) + TRUST_CLOCK_SLACK_S / 2); /* another machine's clock */
	assert_int_equal(ask(cascade, issuer, &question, &answer), 0);
	write_in_ledger(real, registry_clock(real) + HOUR_S);
	assert_int_equal(gate_check(cascade, issuer, &question, &answer, &e), ERROR_IO);
	assert_non_null(strstr(e.message, "this machine's clock is wrong"));
	issuer_close(issuer);
	cascade_close(cascade);
	store_discard(real, path);
}

static void
only_a_pass_is_delivered_under_the_number_of_one_that_was_forgotten(void **state)
{
	struct scene *s = *state;
	person_number person = scene_person(s, 1, HZ, "2020-03-01T12:00:00+08:00");
	struct buffer code = buffer_make(4096);
	struct gate_question question = {.place = "market", .by = "guard", .receipt = "0123456789abcdefghjkmnpqrs"};
	struct issuer *issuer = NULL;
	struct gate_answer answer = {0};
	instant later = START + 2 * HOUR_S;
	struct error e = {0};

	(void)scene_place(s, "market", "market");
	scene_at(s, "2020-03-24T08:00:00+08:00");
	GOOD(issuer_open(s->db, registry_keys(s->registry), &issuer, &e));
	GOOD(issuer_ensure(issuer, HZ, START, START, &e));
	GOOD(issuer_issue(issuer, HZ, person, CODE_GREEN, START, MINUTE_S, &code, &e));
	question.code = buffer_text(&code);
	assert_int_equal(ask(s->cascade, issuer, &question, &answer), 0);
	assert_int_equal(answer.verdict, GATE_PASS);

	registry_set_times(s->registry, &later, NULL);
	assert_int_equal(
		ask(s->cascade, issuer,
			&(struct gate_question){.code = "https://example.org/", .place = "market", .by = "guard"}, &answer),
		0); /* with which passes are forgotten */
	assert_int_equal(ask(s->cascade, issuer, &question, &answer), ERROR_EXISTS);
	question.offline = true;
	question.at = START;
	question.verdict = GATE_PASS;
	assert_int_equal(ask(s->cascade, issuer, &question, &answer), 0);
	assert_int_equal(answer.verdict, GATE_PASS);
	question.verdict = GATE_REFUSE;
	question.cause = GATE_EXPIRED;
	assert_int_equal(ask(s->cascade, issuer, &question, &answer), ERROR_EXISTS);
	issuer_close(issuer);
	buffer_free(&code);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clock_that_stands_before_what_was_last_written_gives_no_verdict),
		cmocka_unit_test_setup_teardown(
			only_a_pass_is_delivered_under_the_number_of_one_that_was_forgotten, scene_set_up, scene_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
