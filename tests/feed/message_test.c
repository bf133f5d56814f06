/* Messages over a wire: frames, answers, dead letters. */

#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed/known.h"
#include "feed_store.h"

static const char good[] = "MSH|^~\\&|LIS|LAB^1^ISO|HC|HD|20200323200000+0800||ORU^R01^ORU_R01|c1|P|2.5.1\r"
						   "PID|1||P-77^^^LAB^PI||Feng^Mou\r"
						   "OBR|1||o1|94500-6^x^LN|||20200323100000+0800\r"
						   "OBX|1|CWE|94500-6^x^LN||260415000^x^SCT||||||F\r";

/* Answer a message: "AA c1" and what kind of answer it was. */
static const char *
answer_to(struct feed_store *store, const char *message, size_t length, enum feed_answer *ret_answer)
{
	static char said[64];
	const struct feed_message_options options = {.from = "test"};
	struct buffer answer = buffer_make(FEED_ANSWER_MAX);
	struct error e = {0};
	const char *acknowledgement;

	assert_int_equal(feed_message(store->registry, &options, message, length, ret_answer, &answer, &e), 0);
	acknowledgement = strstr(buffer_text(&answer), "\rMSA|");
	assert_non_null(acknowledgement);
	snprintf(said, sizeof said, "%.*s", (int)strcspn(acknowledgement + 5, "\r"), acknowledgement + 5);
	if (strncmp(said, "AA", 2) == 0)
		assert_non_null(strstr(buffer_text(&answer), "MSH|^~\\&|HC|HD|LIS|LAB^1^ISO|"));
	buffer_free(&answer);
	return said;
}

static int
count(const struct feed_letter *letter, void *context, struct error *e)
{
	int64_t *sums = context;

	(void)e;
	sums[0]++;
	sums[1] += letter->times;
	sums[2] += letter->settled_at != 0;
	return 0;
}

static void
a_message_is_answered_once_it_is_committed_and_known_after(void **state)
{
	struct feed_store *store = *state;
	enum feed_answer answer;

	assert_string_equal(answer_to(store, good, strlen(good), &answer), "AA|c1");
	assert_int_equal(answer, FEED_TAKEN);
	assert_string_equal(answer_to(store, good, strlen(good), &answer), "AA|c1");
	assert_int_equal(answer, FEED_KNOWN);
	assert_non_null(strstr(feed_store_evidence(store, EVIDENCE_TEST), "\"result\":\"negative\""));
}

static void
what_is_not_taken_is_a_dead_letter_until_it_is_settled(void **state)
{
	struct feed_store *store = *state;
	char bad[1024];
	struct buffer bytes = buffer_make(FEED_MESSAGE_MAX);
	struct error e = {0};
	enum feed_answer answer;
	int64_t sums[3] = {0};

	snprintf(bad, sizeof bad, "%s", good);
	memcpy(strstr(bad, "260415000"), "26041500X", 9);
	memcpy(strstr(bad, "^x^SCT"), "^y^SCT", 6);
	assert_string_equal(answer_to(store, bad, strlen(bad), &answer), "AE|c1");
	assert_int_equal(answer, FEED_AT_FAULT);
	answer_to(store, bad, strlen(bad), &answer);
	assert_string_equal(answer_to(store, "rubbish", 7, &answer), "AR|");
	assert_int_equal(answer, FEED_REFUSED);
	assert_int_equal(feed_letters_each(store->registry, count, sums, &e), 0);
	assert_int_equal(sums[0], 2);
	assert_int_equal(sums[1], 3);
	assert_int_equal(feed_letter_open(store->registry, 1, &bytes, &e), 0);
	assert_string_equal(buffer_text(&bytes), bad);
	assert_int_equal(feed_letter_settle(store->registry, 1, &e), 0);
	assert_int_equal(feed_letter_settle(store->registry, 100, &e), ERROR_EXISTS_NOT);
	assert_int_equal(feed_letter_open(store->registry, 100, &bytes, &e), ERROR_EXISTS_NOT);
	memset(sums, 0, sizeof sums);
	assert_int_equal(feed_letters_each(store->registry, count, sums, &e), 0);
	assert_int_equal(sums[2], 1);
	buffer_free(&bytes);
}

static int
find_last(const struct feed_letter *letter, void *context, struct error *e)
{
	(void)e;
	*(struct feed_letter *)context = *letter;
	return 0;
}

static struct feed_letter
last_letter(struct feed_store *store)
{
	struct feed_letter last = {0};
	struct error e = {0};

	assert_int_equal(feed_letters_each(store->registry, find_last, &last, &e), 0);
	return last;
}

/* Who looks at a message holds it, as long as ${context} says so. */
static int
hold(const uint8_t *sha256, void *context, struct error *e)
{
	assert_non_null(sha256);
	return *(const int *)context ? error_set(e, *(const int *)context, "two offices are needed") : 0;
}

static void
what_is_held_is_kept_and_counts_once_nobody_holds_it(void **state)
{
	struct feed_store *store = *state;
	int code = ERROR_DENIED;
	const struct feed_message_options options = {.from = "test", .settle = hold, .settle_context = &code};
	struct buffer answer = buffer_make(FEED_ANSWER_MAX);
	enum feed_answer taken = FEED_TAKEN;
	uint8_t sha256[EVIDENCE_SHA256_SIZE];
	struct error e = {0};
	char message[1024];
	int64_t number;

	snprintf(message, sizeof message, "%s", good);
	memcpy(strstr(message, "|c1|"), "|h1|", 4);
	memcpy(strstr(message, "|o1|"), "|h1|", 4);
	assert_int_equal(feed_message(store->registry, &options, message, strlen(message), &taken, &answer, &e), 0);
	assert_int_equal(taken, FEED_HELD);
	assert_non_null(strstr(buffer_text(&answer), "\rMSA|AE|h1\rERR|||206^"));
	number = last_letter(store).number;
	assert_string_equal(e.message, "two offices are needed");
	assert_int_equal(feed_letter_hash(store->registry, number, sha256, &e), 0);
	assert_int_equal(feed_letter_hash(store->registry, number + 100, sha256, &e), ERROR_EXISTS_NOT);
	assert_int_equal(feed_letter_retry(store->registry, number, &options, &taken, &e), 0);
	assert_int_equal(taken, FEED_HELD);
	assert_int_equal(last_letter(store).settled_at, 0);
	assert_null(strstr(feed_store_evidence(store, EVIDENCE_TEST), "h1"));

	/* A store that fails is no one who holds it: the sender still has the message. */
	code = ERROR_IO;
	buffer_clear(&answer);
	assert_int_equal(feed_message(store->registry, &options, message, strlen(message), &taken, &answer, &e), ERROR_IO);
	assert_non_null(strstr(buffer_text(&answer), "|207^"));
	code = 0;
	assert_int_equal(feed_letter_retry(store->registry, number, &options, &taken, &e), 0);
	assert_int_equal(taken, FEED_TAKEN);
	assert_true(last_letter(store).settled_at > 0 || last_letter(store).number != number);
	buffer_free(&answer);
}

static void
a_letter_is_taken_once_more_or_dropped(void **state)
{
	struct feed_store *store = *state;
	struct buffer bytes = buffer_make(FEED_MESSAGE_MAX);
	enum feed_answer answer;
	struct error why = {0}, e = {0};
	char message[1024];
	int64_t number;

	/* What was at fault once, and is not any more. */
	snprintf(message, sizeof message, "%s", good);
	memcpy(strstr(message, "|c1|"), "|c9|", 4);
	error_set(&why, ERROR_BAD_INPUT, "the pack has no such test");
	assert_int_equal(letter_put(store->registry, "laboratory", &why, message, strlen(message), &e), 0);
	number = last_letter(store).number;
	assert_int_equal(feed_letter_retry(store->registry, number, &(struct feed_message_options){0}, &answer, &e), 0);
	assert_int_equal(answer, FEED_TAKEN);
	assert_true(last_letter(store).settled_at > 0);
	assert_int_equal(feed_letter_retry(store->registry, number, &(struct feed_message_options){0}, &answer, &e), 0);
	assert_int_equal(answer, FEED_KNOWN);

	/* What still is counts once more. */
	assert_int_equal(letter_put(store->registry, "laboratory", &why, "rubbish 2", 9, &e), 0);
	number = last_letter(store).number;
	assert_int_equal(feed_letter_retry(store->registry, number, &(struct feed_message_options){0}, &answer, &e), 0);
	assert_int_equal(answer, FEED_REFUSED);
	assert_int_equal(last_letter(store).times, 2);
	assert_int_equal(last_letter(store).settled_at, 0);
	assert_int_equal(letter_put(store->registry, "laboratory", &why, "{\"a\": 1}", 8, &e), 0);
	assert_int_equal(
		feed_letter_retry(store->registry, last_letter(store).number, &(struct feed_message_options){0}, &answer, &e),
		0);
	assert_int_equal(answer, FEED_REFUSED);

	assert_int_equal(feed_letter_drop(store->registry, number, &e), 0);
	assert_int_equal(feed_letter_open(store->registry, number, &bytes, &e), ERROR_EXISTS_NOT);
	assert_int_equal(
		feed_letter_retry(store->registry, number, &(struct feed_message_options){0}, &answer, &e), ERROR_EXISTS_NOT);
	assert_int_equal(feed_letter_drop(store->registry, 1000, &e), ERROR_EXISTS_NOT);
	/* It comes again: it waits again. */
	assert_int_equal(letter_put(store->registry, "laboratory", &why, "rubbish 2", 9, &e), 0);
	assert_int_equal(feed_letter_open(store->registry, number, &bytes, &e), 0);
	assert_string_equal(buffer_text(&bytes), "rubbish 2");
	buffer_free(&bytes);
}

static void
frames_come_in_any_pieces_and_nothing_stands_between_them(void **state)
{
	static const char bytes[] = "\x0B"
								"one\x1C\r\r\n\x0B"
								"two\x1C\r";
	struct mllp mllp = mllp_make();
	struct error e = {0};
	const char *message;
	size_t length, found = 0;

	(void)state;
	for (size_t i = 0; i < sizeof bytes - 1; i++) {
		assert_int_equal(mllp_add(&mllp, bytes + i, 1, &e), 0);
		while (mllp_next(&mllp, &message, &length, &e) > 0)
			assert_memory_equal(message, found++ == 0 ? "one" : "two", length);
	}
	assert_int_equal(found, 2);
	assert_int_equal(mllp_add(&mllp, "x", 1, &e), 0);
	assert_int_equal(mllp_next(&mllp, &message, &length, &e), ERROR_BAD_INPUT);
	mllp_free(&mllp);
	assert_int_equal(mllp_add(&mllp, "\x0B\x0B", 2, &e), 0);
	assert_int_equal(mllp_next(&mllp, &message, &length, &e), ERROR_BAD_INPUT);
	mllp_free(&mllp);
	assert_int_equal(mllp_add(&mllp, "\x0B\x1Cx", 3, &e), 0);
	assert_int_equal(mllp_next(&mllp, &message, &length, &e), ERROR_BAD_INPUT);
	mllp_free(&mllp);
}

static void
a_frame_without_end_is_refused_at_its_limit(void **state)
{
	static char piece[MLLP_READ_MAX];
	struct mllp mllp = mllp_make();
	struct error e = {0};
	const char *message;
	size_t length;
	int r = 0;

	(void)state;
	memset(piece, 'x', sizeof piece);
	piece[0] = '\x0B';
	for (int i = 0; i < 100 && r == 0; i++) {
		assert_int_equal(mllp_add(&mllp, piece, sizeof piece, &e), 0);
		r = mllp_next(&mllp, &message, &length, &e);
		piece[0] = 'x';
	}
	assert_int_equal(r, ERROR_TOO_LARGE);
	mllp_free(&mllp);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_answered_once_it_is_committed_and_known_after),
		cmocka_unit_test(what_is_not_taken_is_a_dead_letter_until_it_is_settled),
		cmocka_unit_test(a_letter_is_taken_once_more_or_dropped),
		cmocka_unit_test(what_is_held_is_kept_and_counts_once_nobody_holds_it),
		cmocka_unit_test(frames_come_in_any_pieces_and_nothing_stands_between_them),
		cmocka_unit_test(a_frame_without_end_is_refused_at_its_limit),
	};

	return cmocka_run_group_tests_name("feed/message", tests, feed_store_set_up, feed_store_tear_down);
}
