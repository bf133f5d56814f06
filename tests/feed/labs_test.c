/* Results of laboratories become evidence, and positive ones cases, whatever came first. */

#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "feed/feed.h"
#include "feed_store.h"

/* A report of one PCR of the person ${id}, with a line's ending CR. */
static const char *
message(const char *control, const char *order, const char *id, const char *result, const char *status,
	const char *reported)
{
	static char text[4][1024];
	static int next;
	char *m = text[next++ % 4];

	snprintf(m, sizeof text[0],
		"MSH|^~\\&|LIS|医院^1^ISO|HC|HD|%s||ORU^R01^ORU_R01|%s|P|2.5.1|||||CHN|UNICODE UTF-8\r"
		"PID|1||%s^^^CHN^NNCHN||冯^某||19800229|M\r"
		"OBR|1||%s|94500-6^SARS-CoV-2 RNA^LN|||20200323100000+0800||||||||||||||%s\r"
		"OBX|1|CWE|94500-6^SARS-CoV-2 RNA^LN||%s^x^SCT||||||%s\r",
		reported, control, id, order, reported, result, status);
	return m;
}

static void
a_result_is_evidence_and_a_positive_one_makes_a_case(void **state)
{
	struct feed_store *store = *state;
	const char *positive = message("m1", "o1", feed_id(1), "260373001", "F", "20200323200000+0800");

	assert_string_equal(feed_store_text(store, "labs", positive), "1 0 0 0");
	assert_string_equal(feed_store_text(store, "labs", positive), "0 0 1 0");
	assert_non_null(strstr(feed_store_evidence(store, EVIDENCE_TEST),
		"{\"at\":\"2020-03-23T02:00:00+00:00\",\"kind\":\"pcr\",\"reported\":\"2020-03-23T12:00:00+00:00\",\"result\":\"positive\"}\n"));
	assert_non_null(strstr(feed_store_evidence(store, EVIDENCE_CASE_STATUS),
		"\"confirmed_at\":\"2020-03-23T12:00:00+00:00\",\"sampled\":\"2020-03-23T02:00:00+00:00\",\"status\":\"confirmed\"}\n"));
	assert_string_equal(
		feed_store_text(store, "labs", message("m2", "o1", feed_id(1), "260415000", "C", "20200324060000+0800")),
		"0 1 0 0");
	assert_non_null(strstr(feed_store_evidence(store, EVIDENCE_CASE_STATUS), "\"status\":\"discarded\"}\n"));
	assert_null(strstr(feed_store_evidence(store, EVIDENCE_CASE_STATUS), "\"status\":\"confirmed\"}\n"));
}

static void
a_message_that_was_overtaken_changes_nothing(void **state)
{
	struct feed_store *store = *state;

	assert_string_equal(
		feed_store_text(store, "labs", message("m4", "o2", feed_id(2), "260415000", "C", "20200324060000+0800")),
		"1 0 0 0");
	assert_string_equal(
		feed_store_text(store, "labs", message("m3", "o2", feed_id(2), "260373001", "F", "20200323200000+0800")),
		"0 0 1 0");
	assert_null(strstr(feed_store_evidence(store, EVIDENCE_CASE_STATUS), "\"status\":\"confirmed\"}\n"));
}

static void
a_message_in_fault_costs_itself_only_and_is_told_with_its_line(void **state)
{
	struct feed_store *store = *state;
	char file[4096];

	snprintf(file, sizeof file, "%s\n%s%s", message("m5", "o3", feed_id(3), "260415000", "F", "20200323200000+0800"),
		message("m6", "o4", "420802198002290012", "260415000", "F", "20200323200000+0800"),
		message("m7", "o5", feed_id(3), "12345", "F", "20200323200000+0800"));
	assert_string_equal(feed_store_text(store, "labs", file), "1 0 0 2");
	assert_string_equal(buffer_text(&store->notes),
		"6:8: PID-3: a national ID number that is none\n"
		"12:38: OBX-5: a result that is not known: positive, negative or inconclusive expected\n");
	assert_string_equal(feed_store_text(store, "labs", "MSH|^~\\&|A|B||||||ORU^R01\rPID|||1\r"), "0 0 0 1");
	assert_string_equal(buffer_text(&store->notes), "1:1: MSH-9: ORU^R01 expected\n");
	snprintf(file, sizeof file, "%.*s", 150, message("m8", "o6", feed_id(3), "260415000", "F", "20200323200000+0800"));
	assert_string_equal(feed_store_text(store, "labs", file), "0 0 0 1");
}

static void
a_batch_that_lost_a_message_is_not_kept(void **state)
{
	struct feed_store *store = *state;
	const char *good = message("m9", "o7", feed_id(3), "260415000", "F", "20200323200000+0800");
	char file[4096];

	snprintf(file, sizeof file, "FHS|^~\\&\rBHS|^~\\&\r%sBTS|2\rFTS|1\r", good);
	assert_string_equal(feed_store_text(store, "labs", file),
		"BTS-1 says 2 messages, and there are 1: something is missing, nothing of the file is kept");
	snprintf(file, sizeof file, "FHS|^~\\&\rBHS|^~\\&\r%s", good);
	assert_non_null(strstr(feed_store_text(store, "labs", file), "the file ends inside a batch"));
	snprintf(file, sizeof file, "FHS|^~\\&\rBHS|^~\\&\r%sBTS|1\rFTS|1\r", good);
	assert_string_equal(feed_store_text(store, "labs", file), "1 0 0 0");
}

static void
a_message_of_no_end_is_refused_and_the_next_one_read(void **state)
{
	struct feed_store *store = *state;
	const char *good = message("m10", "o8", feed_id(3), "260415000", "F", "20200323200000+0800");
	char path[] = "/tmp/healthcode-huge-XXXXXX", kept[64];
	struct feed_import_options options = {.kind = "labs"};
	FILE *file = fdopen(mkstemp(path), "w");
	struct feed_totals totals = {0};
	struct error e = {0};
	struct stat size;

	fprintf(file, "MSH|^~\\&|A\rOBX|");
	for (int i = 0; i < 5000000; i++)
		putc('x', file);
	fprintf(file, "\r%s", good);
	fclose(file);
	assert_string_equal(feed_store_file(store, "labs", path), "1 0 0 1");
	assert_string_equal(buffer_text(&store->notes), "1:1: a message has at most 1048576 bytes\n");
	options.file = path;
	snprintf(kept, sizeof kept, "%s-rejects", path);
	assert_int_equal(feed_rejects_new(kept, &options.rejects, &e), 0);
	assert_int_equal(feed_import(store->registry, &options, &totals, &e), 0);
	assert_int_equal(feed_rejects_finish(options.rejects, &e), 0);
	feed_rejects_free(options.rejects);
	assert_int_equal(stat(kept, &size), 0);
	assert_int_equal(size.st_size, strlen("MSH|^~\\&|A\rOBX|") + 5000000 + 1); /* it is there whole, as it came */
	remove(kept);
	remove(path);
}

static void
rows_of_csv_are_results_too(void **state)
{
	struct feed_store *store = *state;
	char text[1024];

	snprintf(text, sizeof text,
		"id_number,test,result,sampled_at,reported_at\n%s,pcr,negative,2020-03-20T08:00,2020-03-20T20:00\n"
		"%s,pcr,perhaps,2020-03-20T08:00,\n%s,pcr,negative,2020-03-20T08:00,2020-03-19T20:00\n",
		feed_id(5), feed_id(5), feed_id(5));
	assert_string_equal(feed_store_text(store, "labs", text), "1 0 0 2");
	assert_string_equal(feed_store_text(store, "labs", text), "0 0 1 2");
}

static int
count_rows(const char *text)
{
	int rows = 0;

	for (; *text; text++)
		rows += *text == '\n';
	return rows;
}

/* As with a laboratory's messages: who it is, is found out afterwards (tests/registry/match_test.c), or stays a case without a code. */
static void
a_row_without_an_id_number_is_of_whom_the_laboratory_knows(void **state)
{
	static const char text[] = "laboratory,patient,name,birth_date,phone,test,result,sampled_at\n"
							   "LAB,p-1,Zhang Wei,1985-03-12,13800000009,pcr,negative,2020-03-20T08:00\n"
							   "LAB,p-2,,,,pcr,negative,2020-03-20T08:00\n"
							   ",p-3,,,,pcr,negative,2020-03-20T08:00\n"
							   "LAB,,Zhang Wei,1985-03-12,,pcr,negative,2020-03-20T08:00\n"
							   "LAB,p-4,Zhang Wei,1985-03-32,,pcr,negative,2020-03-20T08:00\n"
							   "LAB,p-5,Zhang Wei,,12,pcr,negative,2020-03-20T08:00\n";
	struct feed_store *store = *state;
	const int before = count_rows(feed_store_evidence(store, EVIDENCE_TEST));

	assert_string_equal(feed_store_text(store, "labs", text), "2 0 0 4");
	assert_string_equal(buffer_text(&store->notes),
		"4:1: an ID number is needed, or a laboratory and its number of the patient\n"
		"5:1: an ID number is needed, or a laboratory and its number of the patient\n"
		"6:19: a day of that month expected in \"1985-03-32\"\n"
		"7:20: a phone number is 5 to 20 digits\n");
	assert_int_equal(count_rows(feed_store_evidence(store, EVIDENCE_TEST)), before + 2);
	assert_string_equal(feed_store_text(store, "labs", text), "0 0 2 4");
}

static void
two_infections_are_two_cases_and_an_earlier_result_moves_the_first(void **state)
{
	struct feed_store *store = *state;
	char text[1024];
	const char *cases;

	snprintf(text, sizeof text,
		"id_number,test,result,sampled_at,symptoms\n%s,pcr,positive,2019-10-10,no\n%s,pcr,positive,2020-03-01,yes\n"
		"%s,pcr,positive,2019-10-01,no\n",
		feed_id(6), feed_id(6), feed_id(6));
	assert_string_equal(feed_store_text(store, "labs", text), "3 0 0 0");
	cases = feed_store_evidence(store, EVIDENCE_CASE_STATUS);
	assert_non_null(strstr(cases, "\"sampled\":\"2019-09-30T16:00:00+00:00\",\"status\":\"asymptomatic\"}"));
	assert_null(strstr(cases, "\"sampled\":\"2019-10-09T16:00:00+00:00\""));
	assert_non_null(strstr(cases, "\"sampled\":\"2020-02-29T16:00:00+00:00\",\"status\":\"confirmed\"}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_result_is_evidence_and_a_positive_one_makes_a_case),
		cmocka_unit_test(a_message_that_was_overtaken_changes_nothing),
		cmocka_unit_test(a_message_in_fault_costs_itself_only_and_is_told_with_its_line),
		cmocka_unit_test(a_batch_that_lost_a_message_is_not_kept),
		cmocka_unit_test(a_message_of_no_end_is_refused_and_the_next_one_read),
		cmocka_unit_test(rows_of_csv_are_results_too),
		cmocka_unit_test(a_row_without_an_id_number_is_of_whom_the_laboratory_knows),
		cmocka_unit_test(two_infections_are_two_cases_and_an_earlier_result_moves_the_first),
	};

	return cmocka_run_group_tests_name("feed/labs", tests, feed_store_set_up, feed_store_tear_down);
}
