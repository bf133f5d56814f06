/* Appeals as they are kept. */

#include "stores.h"

#include "db/db.h"

static struct registry_appeal
against(person_number person, instant since)
{
	return (struct registry_appeal){.person = person,
		.jurisdiction = "hubei-2020",
		.policy = "0123",
		.rules = "[\"HB-RED\"]",
		.lists = "[\"cases\"]",
		.colour = COLOUR_RED,
		.since = since,
		.opened_at = START,
		.due_at = START + 3 * DAY_S,
		.words = "我没有去过"};
}

static person_number
feng(void)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");

	return apply(registry, &a);
}

static int
decide(int64_t number, enum appeal_state state, struct error *e)
{
	const struct registry_appeal decided = {.number = number,
		.state = state,
		.decided_at = START + DAY_S,
		.decided_by = "officer",
		.correction = state == APPEAL_UPHELD ? "{\"case\":\"C1\"}" : NULL,
		.answer_zh = "已排除",
		.answer_en = ""};

	return registry_appeal_decide(registry, &decided, e);
}

struct seen {
	int count;
	int64_t last;
	person_number person;
	enum appeal_state state;
	char words[64], zh[64], correction[64];
};

static int
look(const struct registry_appeal *appeal, void *context, struct error *e)
{
	struct seen *seen = context;

	(void)e;
	seen->count++;
	seen->last = appeal->number;
	seen->person = appeal->person;
	seen->state = appeal->state;
	snprintf(seen->words, sizeof seen->words, "%s", appeal->words);
	snprintf(seen->zh, sizeof seen->zh, "%s", appeal->answer_zh);
	snprintf(seen->correction, sizeof seen->correction, "%s", appeal->correction ? appeal->correction : "");
	return 0;
}

static int
count_of(const struct registry_appeals_asked *asked)
{
	struct seen seen = {0};
	struct error e = {0};

	GOOD(registry_appeals_each(registry, asked, look, &seen, &e));
	return seen.count;
}

static void
one_is_open_about_a_decision_and_the_same_again_is_that_one(void **state)
{
	person_number person = feng();
	struct registry_appeal first = against(person, START - DAY_S), again = first, later = against(person, START);
	int64_t number = 0, other = 0;
	struct error e = {0};

	(void)state;
	assert_int_equal(registry_appeal_put(registry, &first, &number, &e), 1);
	again.words = "真的";
	assert_int_equal(registry_appeal_put(registry, &again, &other, &e), 0);
	assert_int_equal(other, number);
	assert_int_equal(registry_appeal_put(registry, &later, &other, &e), 1);
	assert_int_not_equal(other, number);
	GOOD(decide(number, APPEAL_REJECTED, &e));
	assert_int_equal(registry_appeal_put(registry, &again, &other, &e), 1);
	assert_int_not_equal(other, number);
}

static void
it_is_decided_once_and_reads_as_it_was_written(void **state)
{
	struct registry_appeal appeal = against(feng(), START);
	struct seen seen = {0};
	struct error e = {0};
	int64_t number;

	(void)state;
	GOOD(registry_appeal_put(registry, &appeal, &number, &e));
	GOOD(registry_appeal(registry, number, false, look, &seen, &e));
	assert_string_equal(seen.words, "");
	GOOD(decide(number, APPEAL_UPHELD, &e));
	assert_int_equal(decide(number, APPEAL_REJECTED, &e), ERROR_EXISTS);
	assert_int_equal(decide(number + 1, APPEAL_REJECTED, &e), ERROR_EXISTS_NOT);
	GOOD(registry_appeal(registry, number, true, look, &seen, &e));
	assert_int_equal(seen.state, APPEAL_UPHELD);
	assert_string_equal(seen.words, "我没有去过");
	assert_string_equal(seen.zh, "已排除");
	assert_string_equal(seen.correction, "{\"case\":\"C1\"}");
	assert_int_equal(registry_appeal(registry, number + 1, true, look, &seen, &e), ERROR_EXISTS_NOT);
	assert_false(folder_holds(folder, "我没有去过"));
	assert_false(folder_holds(folder, "已排除"));
}

static void
words_cannot_be_put_in_anothers_place(void **state)
{
	person_number person = feng();
	struct registry_appeal a = against(person, START - 1), b = against(person, START);
	struct seen seen = {0};
	int64_t first, second;
	struct error e = {0};

	(void)state;
	GOOD(registry_appeal_put(registry, &a, &first, &e));
	GOOD(registry_appeal_put(registry, &b, &second, &e));
	GOOD(registry_begin(registry, &e));
	GOOD(db_do(registry_db(registry),
		"UPDATE appeal SET words = (SELECT words FROM appeal WHERE number = $1) WHERE number = $2",
		(struct db_value[]){db_int(first), db_int(second)}, 2, &e));
	GOOD(registry_commit(registry, &e));
	assert_int_equal(registry_appeal(registry, second, true, look, &seen, &e), ERROR_CORRUPT);
	assert_int_equal(seen.count, 0);
}

static void
words_have_a_length_and_a_day_has_ten(void **state)
{
	person_number person = feng();
	char words[APPEAL_WORDS_SIZE + 1];
	struct registry_appeal appeal = against(person, START);
	struct error e = {0};
	int64_t number;

	(void)state;
	memset(words, 'a', sizeof words - 1);
	words[sizeof words - 1] = 0;
	appeal.words = words;
	assert_int_equal(registry_appeal_put(registry, &appeal, &number, &e), ERROR_BAD_INPUT);
	appeal.words = "";
	assert_int_equal(registry_appeal_put(registry, &appeal, &number, &e), ERROR_BAD_INPUT);
	appeal.words = "\xff";
	assert_int_equal(registry_appeal_put(registry, &appeal, &number, &e), ERROR_BAD_INPUT);
	for (int i = 0; i < APPEALS_A_DAY; i++) {
		appeal = against(person, START - i);
		assert_int_equal(registry_appeal_put(registry, &appeal, &number, &e), 1);
	}
	appeal = against(person, START - APPEALS_A_DAY);
	assert_int_equal(registry_appeal_put(registry, &appeal, &number, &e), ERROR_DENIED);
	appeal.opened_at = START + DAY_S;
	assert_int_equal(registry_appeal_put(registry, &appeal, &number, &e), 1);
}

static void
they_are_listed_by_what_is_asked(void **state)
{
	person_number person = feng();
	struct registry_appeal a = against(person, START - 1), b = against(person, START);
	const instant due = START + 3 * DAY_S, before = due - 1;
	int64_t first, second, open, overdue;
	struct error e = {0};

	(void)state;
	GOOD(registry_appeal_put(registry, &a, &first, &e));
	GOOD(registry_appeal_put(registry, &b, &second, &e));
	GOOD(decide(first, APPEAL_WITHDRAWN, &e));
	assert_int_equal(count_of(&(struct registry_appeals_asked){.state = APPEAL_STATES}), 2);
	assert_int_equal(count_of(&(struct registry_appeals_asked){.state = APPEAL_OPEN}), 1);
	assert_int_equal(count_of(&(struct registry_appeals_asked){.state = APPEAL_WITHDRAWN}), 1);
	assert_int_equal(count_of(&(struct registry_appeals_asked){.state = APPEAL_STATES, .overdue_at = &due}), 1);
	assert_int_equal(count_of(&(struct registry_appeals_asked){.state = APPEAL_STATES, .overdue_at = &before}), 0);
	assert_int_equal(count_of(&(struct registry_appeals_asked){.state = APPEAL_STATES, .person = person}), 2);
	assert_int_equal(count_of(&(struct registry_appeals_asked){.state = APPEAL_STATES, .person = person + 1}), 0);
	assert_int_equal(
		count_of(&(struct registry_appeals_asked){.state = APPEAL_STATES, .jurisdiction = "ningbo-2020"}), 0);
	assert_int_equal(count_of(&(struct registry_appeals_asked){.state = APPEAL_STATES, .after = first}), 1);
	assert_int_equal(count_of(&(struct registry_appeals_asked){.state = APPEAL_STATES, .limit = 1}), 1);
	GOOD(registry_appeals_waiting(registry, due, &open, &overdue, &e));
	assert_int_equal(open, 1);
	assert_int_equal(overdue, 1);
	GOOD(registry_appeals_waiting(registry, before, &open, &overdue, &e));
	assert_int_equal(overdue, 0);
}

static void
what_ended_long_ago_is_nobodys_and_says_nothing(void **state)
{
	person_number person = feng();
	struct registry_appeal a = against(person, START - 1), b = against(person, START);
	int64_t ended, waits, count;
	struct seen seen = {0};
	struct error e = {0};

	(void)state;
	GOOD(registry_appeal_put(registry, &a, &ended, &e));
	GOOD(registry_appeal_put(registry, &b, &waits, &e));
	GOOD(decide(ended, APPEAL_REJECTED, &e));
	GOOD(registry_appeals_forget(registry, "hubei-2020", START + DAY_S, &count, &e));
	assert_int_equal(count, 0);
	GOOD(registry_appeals_forget(registry, "ningbo-2020", START + DAY_S + 1, &count, &e));
	assert_int_equal(count, 0);
	GOOD(registry_appeals_forget(registry, "hubei-2020", START + DAY_S + 1, &count, &e));
	assert_int_equal(count, 1);
	GOOD(registry_appeals_forget(registry, "hubei-2020", START + DAY_S + 1, &count, &e));
	assert_int_equal(count, 0);
	GOOD(registry_appeal(registry, ended, true, look, &seen, &e));
	assert_int_equal(seen.person, 0);
	assert_int_equal(seen.state, APPEAL_REJECTED);
	assert_string_equal(seen.words, "");
	assert_string_equal(seen.zh, "");
	GOOD(registry_appeal(registry, waits, true, look, &seen, &e));
	assert_int_equal(seen.person, person);
	assert_string_equal(seen.words, "我没有去过");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			one_is_open_about_a_decision_and_the_same_again_is_that_one, store_set_up, store_tear_down),
		cmocka_unit_test_setup_teardown(it_is_decided_once_and_reads_as_it_was_written, store_set_up, store_tear_down),
		cmocka_unit_test_setup_teardown(words_cannot_be_put_in_anothers_place, store_set_up, store_tear_down),
		cmocka_unit_test_setup_teardown(words_have_a_length_and_a_day_has_ten, store_set_up, store_tear_down),
		cmocka_unit_test_setup_teardown(they_are_listed_by_what_is_asked, store_set_up, store_tear_down),
		cmocka_unit_test_setup_teardown(what_ended_long_ago_is_nobodys_and_says_nothing, store_set_up, store_tear_down),
	};

	return cmocka_run_group_tests_name("appeal", tests, NULL, NULL);
}
