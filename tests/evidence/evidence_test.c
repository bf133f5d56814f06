#include "evidence/evidence.h"

#include "engines.h"

enum { FENG = 7, NEIGHBOUR = 9 };

static void
make_tables(void)
{
	struct error e = {0};

	if (evidence_migrate(db, &e) < 0 || evidence_migrate(db, &e) < 0)
		fail_msg("%s", e.message);
}

static enum evidence_outcome
put(enum evidence_kind kind, uint32_t person, const char *key, instant at, const char *body, instant recorded_at)
{
	const struct evidence_row row = {kind, person, key, at, body, recorded_at, 0};
	enum evidence_outcome outcome = EVIDENCE_UNCHANGED;
	struct error e = {0};

	assert_int_equal(db_begin(db, &e), 0);
	if (evidence_put(db, &row, &outcome, &e) < 0)
		fail_msg("%s", e.message);
	assert_int_equal(db_commit(db, &e), 0);
	return outcome;
}

/* The rows that were shown, as "KIND PERSON KEY AT BODY;". */
struct shown {
	char text[2048];
	size_t length;
};

static int
show(const struct evidence_row *row, void *context, struct error *e)
{
	struct shown *shown = context;

	(void)e;
	shown->length += (size_t)snprintf(shown->text + shown->length, sizeof shown->text - shown->length,
		"%s %u %s %lld %s;", evidence_kind_name(row->kind), row->person, row->key, (long long)row->at, row->body);
	return 0;
}

static const char *
evidence_of(uint32_t person, enum evidence_kind kind, instant now, instant known)
{
	static struct shown shown;
	struct error e = {0};

	shown = (struct shown){0};
	if (evidence_each_of(db, person, kind, now, known, show, &shown, &e) < 0)
		fail_msg("%s", e.message);
	return shown.text;
}

static void
the_same_again_changes_nothing_and_another_content_is_a_correction(void **state)
{
	(void)state;
	assert_int_equal(put(EVIDENCE_CHECKIN, FENG, "7 100", 100, "{\"t\":366}", 200), EVIDENCE_NEW);
	assert_int_equal(put(EVIDENCE_CHECKIN, FENG, "7 100", 100, "{\"t\":366}", 300), EVIDENCE_UNCHANGED);
	assert_int_equal(put(EVIDENCE_CHECKIN, FENG, "7 100", 100, "{\"t\":376}", 300), EVIDENCE_CHANGED);
	assert_int_equal(put(EVIDENCE_CHECKIN, FENG, "7 100", 100, "{\"t\":376}", 300), EVIDENCE_UNCHANGED);
	assert_string_equal(
		evidence_of(FENG, EVIDENCE_CHECKIN, EVIDENCE_NOW, EVIDENCE_NOW), "checkin 7 7 100 100 {\"t\":376};");
}

static void
what_was_recorded_after_known_is_not_seen(void **state)
{
	(void)state;
	put(EVIDENCE_CHECKIN, FENG, "k", 100, "{\"t\":366}", 200);
	put(EVIDENCE_CHECKIN, FENG, "k", 100, "{\"t\":376}", 300);
	assert_string_equal(evidence_of(FENG, EVIDENCE_CHECKIN, EVIDENCE_NOW, 199), "");
	assert_string_equal(evidence_of(FENG, EVIDENCE_CHECKIN, EVIDENCE_NOW, 200), "checkin 7 k 100 {\"t\":366};");
	assert_string_equal(evidence_of(FENG, EVIDENCE_CHECKIN, EVIDENCE_NOW, 299), "checkin 7 k 100 {\"t\":366};");
	assert_string_equal(evidence_of(FENG, EVIDENCE_CHECKIN, EVIDENCE_NOW, 300), "checkin 7 k 100 {\"t\":376};");
}

static void
what_happens_after_now_does_not_count(void **state)
{
	(void)state;
	put(EVIDENCE_CHECKIN, FENG, "k", 100, "{}", 200);
	assert_string_equal(evidence_of(FENG, EVIDENCE_ALL, 99, EVIDENCE_NOW), "");
	assert_string_equal(evidence_of(FENG, EVIDENCE_ALL, 100, EVIDENCE_NOW), "checkin 7 k 100 {};");
}

static void
a_correction_to_a_later_time_takes_the_earlier_one_back(void **state)
{
	(void)state;
	put(EVIDENCE_CASE_STATUS, FENG, "case 17 confirmed", 100, "{}", 200);
	put(EVIDENCE_CASE_STATUS, FENG, "case 17 confirmed", 500, "{}", 300);
	assert_string_equal(evidence_of(FENG, EVIDENCE_ALL, 400, EVIDENCE_NOW), "");
	assert_string_equal(evidence_of(FENG, EVIDENCE_ALL, 400, 250), "case_status 7 case 17 confirmed 100 {};");
}

static void
a_key_given_to_another_person_leaves_the_first(void **state)
{
	(void)state;
	put(EVIDENCE_TEST, FENG, "lab 1", 100, "{}", 200);
	assert_int_equal(put(EVIDENCE_TEST, NEIGHBOUR, "lab 1", 100, "{}", 300), EVIDENCE_CHANGED);
	assert_string_equal(evidence_of(FENG, EVIDENCE_ALL, EVIDENCE_NOW, EVIDENCE_NOW), "");
	assert_string_equal(evidence_of(NEIGHBOUR, EVIDENCE_ALL, EVIDENCE_NOW, EVIDENCE_NOW), "test 9 lab 1 100 {};");
	assert_string_equal(evidence_of(FENG, EVIDENCE_ALL, EVIDENCE_NOW, 200), "test 7 lab 1 100 {};");
}

static void
the_same_key_of_another_kind_is_another_piece(void **state)
{
	(void)state;
	put(EVIDENCE_TEST, FENG, "k", 100, "{}", 200);
	assert_int_equal(put(EVIDENCE_ORDER, FENG, "k", 100, "{}", 300), EVIDENCE_NEW);
}

static void
the_order_of_recording_does_not_show(void **state)
{
	static const struct {
		enum evidence_kind kind;
		const char *key;
		instant at;
	} rows[] = {
		{EVIDENCE_VISIT, "b", 5}, {EVIDENCE_CHECKIN, "z", 9}, {EVIDENCE_VISIT, "a", 5}, {EVIDENCE_VISIT, "c", 1}};
	static const char wanted[] = "checkin 7 z 9 {};visit 7 c 1 {};visit 7 a 5 {};visit 7 b 5 {};";

	for (size_t i = 0; i < 4; i++)
		put(rows[i].kind, FENG, rows[i].key, rows[i].at, "{}", 100);
	assert_string_equal(evidence_of(FENG, EVIDENCE_ALL, EVIDENCE_NOW, EVIDENCE_NOW), wanted);
	forget_store(state);
	empty_store(state);
	for (size_t i = 4; i-- > 0;)
		put(rows[i].kind, FENG, rows[i].key, rows[i].at, "{}", 100);
	assert_string_equal(evidence_of(FENG, EVIDENCE_ALL, EVIDENCE_NOW, EVIDENCE_NOW), wanted);
}

static void
versions_recorded_out_of_order_count_by_their_recorded_time(void **state)
{
	(void)state;
	put(EVIDENCE_TEST, FENG, "k", 1, "{\"v\":2}", 300);
	assert_int_equal(put(EVIDENCE_TEST, FENG, "k", 1, "{\"v\":1}", 200), EVIDENCE_NEW);
	assert_string_equal(evidence_of(FENG, EVIDENCE_ALL, EVIDENCE_NOW, EVIDENCE_NOW), "test 7 k 1 {\"v\":2};");
	assert_string_equal(evidence_of(FENG, EVIDENCE_ALL, EVIDENCE_NOW, 250), "test 7 k 1 {\"v\":1};");
}

static void
a_kind_is_walked_over_all_persons(void **state)
{
	struct shown shown = {0};
	struct error e = {0};

	(void)state;
	put(EVIDENCE_TEST, NEIGHBOUR, "a", 1, "{}", 200);
	put(EVIDENCE_TEST, UINT32_MAX, "b", 1, "{}", 200);
	put(EVIDENCE_TEST, FENG, "c", 1, "{}", 200);
	put(EVIDENCE_VISIT, FENG, "d", 1, "{}", 200);
	put(EVIDENCE_TEST, 0, "e", 1, "{}", 200);
	assert_int_equal(evidence_each(db, EVIDENCE_TEST, EVIDENCE_NOW, EVIDENCE_NOW, show, &shown, &e), 0);
	assert_string_equal(shown.text, "test 0 e 1 {};test 7 c 1 {};test 9 a 1 {};test 4294967295 b 1 {};");
	assert_int_equal(evidence_each(db, EVIDENCE_ALL, 0, 0, show, &shown, &e), ERROR_USAGE);
}

static void
a_piece_is_found_by_its_key(void **state)
{
	struct shown shown = {0};
	struct error e = {0};

	(void)state;
	put(EVIDENCE_ORDER, FENG, "k", 1, "{\"v\":1}", 200);
	put(EVIDENCE_ORDER, FENG, "k", 1, "{\"v\":2}", 300);
	assert_int_equal(evidence_find(db, EVIDENCE_ORDER, "k", EVIDENCE_NOW, show, &shown, &e), 0);
	assert_string_equal(shown.text, "order 7 k 1 {\"v\":2};");
	assert_int_equal(evidence_find(db, EVIDENCE_ORDER, "k", 100, show, &shown, &e), ERROR_EXISTS_NOT);
}

static int
stop(const struct evidence_row *row, void *context, struct error *e)
{
	(void)row;
	(void)e;
	++*(int *)context;
	return 3;
}

static void
a_walk_ends_where_its_callback_says(void **state)
{
	struct error e = {0};
	int calls = 0;

	(void)state;
	put(EVIDENCE_TEST, FENG, "a", 1, "{}", 200);
	put(EVIDENCE_TEST, FENG, "b", 1, "{}", 200);
	assert_int_equal(evidence_each_of(db, FENG, EVIDENCE_TEST, EVIDENCE_NOW, EVIDENCE_NOW, stop, &calls, &e), 3);
	assert_int_equal(evidence_each(db, EVIDENCE_TEST, EVIDENCE_NOW, EVIDENCE_NOW, stop, &calls, &e), 3);
	assert_int_equal(calls, 2);
}

static void
rows_that_cannot_be_are_refused(void **state)
{
	char longest[EVIDENCE_KEY_MAX + 2];
	const struct evidence_row good = {EVIDENCE_TEST, FENG, "k", 1, "{}", 200, 0};
	struct evidence_row bad[] = {good, good, good, good, good, good};
	const int codes[] = {ERROR_USAGE, ERROR_USAGE, ERROR_USAGE, ERROR_USAGE, ERROR_TOO_LARGE, ERROR_USAGE};
	enum evidence_outcome outcome;
	struct error e = {0};

	(void)state;
	memset(longest, 'k', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	bad[0].kind = EVIDENCE_ALL;
	bad[1].kind = EVIDENCE_KIND_END;
	bad[2].key = "";
	bad[3].body = NULL;
	bad[4].key = longest;
	bad[5].import_id = 99;                                                /* no such import */
	assert_int_equal(evidence_put(db, &good, &outcome, &e), ERROR_USAGE); /* no transaction */
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(db_begin(db, &e), 0);
		assert_int_equal(evidence_put(db, &bad[i], &outcome, &e), codes[i]);
		db_rollback(db);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		EMPTY_STORE_TEST(the_same_again_changes_nothing_and_another_content_is_a_correction),
		EMPTY_STORE_TEST(what_was_recorded_after_known_is_not_seen),
		EMPTY_STORE_TEST(what_happens_after_now_does_not_count),
		EMPTY_STORE_TEST(a_correction_to_a_later_time_takes_the_earlier_one_back),
		EMPTY_STORE_TEST(a_key_given_to_another_person_leaves_the_first),
		EMPTY_STORE_TEST(the_same_key_of_another_kind_is_another_piece),
		EMPTY_STORE_TEST(the_order_of_recording_does_not_show),
		EMPTY_STORE_TEST(versions_recorded_out_of_order_count_by_their_recorded_time),
		EMPTY_STORE_TEST(a_kind_is_walked_over_all_persons),
		EMPTY_STORE_TEST(a_piece_is_found_by_its_key),
		EMPTY_STORE_TEST(a_walk_ends_where_its_callback_says),
		EMPTY_STORE_TEST(rows_that_cannot_be_are_refused),
	};

	return RUN_ON_ENGINES(tests);
}
