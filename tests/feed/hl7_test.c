/* HL7 v2 messages, whole and broken. */

#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "feed/hl7.h"
#include "feed/hl7_oru.h"

static struct hl7 *
read_text(const char *text)
{
	struct hl7 *m = NULL;
	struct error e = {0};

	if (hl7_read(text, strlen(text), &m, &e) < 0)
		fail_msg("%s", e.message);
	return m;
}

/* "line:column: message" of what refuses it. */
static const char *
refused(const void *bytes, size_t length)
{
	static char text[ERROR_MESSAGE_MAX + 64];
	struct hl7 *m = NULL;
	struct error e = {0};

	assert_int_equal(hl7_read(bytes, length, &m, &e), ERROR_BAD_INPUT);
	snprintf(text, sizeof text, "%zu:%zu: %s", e.line, e.column, e.message);
	return text;
}

static const char *
refused_text(const char *text)
{
	return refused(text, strlen(text));
}

static void
delimiters_are_those_of_the_header_and_escapes_are_resolved(void **state)
{
	struct hl7 *m = read_text("MSH*%#!@*LAB%2.16@x*\rPID***A%B#C@D@E#*\"\"*a!F!b!S!c!T!d!R!e!E!f!X4B4C!g!.br!h\rNTE\r");

	(void)state;
	assert_int_equal(hl7_count(m), 3);
	assert_string_equal(hl7_text(m, 0, 1, 1, 1, 1), "*");
	assert_string_equal(hl7_text(m, 0, 2, 1, 1, 1), "%#!@");
	assert_string_equal(hl7_text(m, 0, 3, 1, 1, 1), "LAB");
	assert_string_equal(hl7_text(m, 0, 3, 1, 2, 2), "x");
	assert_string_equal(hl7_text(m, 1, 3, 1, 2, 1), "B");
	assert_string_equal(hl7_text(m, 1, 3, 2, 1, 3), "E");
	assert_int_equal(hl7_repetitions(m, 1, 3), 2);
	assert_string_equal(hl7_text(m, 1, 4, 1, 1, 1), "");
	assert_string_equal(hl7_text(m, 1, 5, 1, 1, 1), "a*b%c@d#e!fKLg\nh");
	assert_string_equal(hl7_text(m, 1, 9, 1, 1, 1), "");
	assert_int_equal(hl7_find(m, "NTE", 0), 2);
	assert_int_equal(hl7_find(m, "OBX", 0), 3);
	hl7_free(m);
}

static void
what_is_broken_is_refused_with_its_segment_and_field(void **state)
{
	(void)state;
	assert_string_equal(refused_text("PID|1"), "1:1: MSH: a message begins with MSH");
	assert_string_equal(refused_text("MSH|^~|"), "1:5: MSH-2: four or five delimiters expected, such as ^~\\&");
	assert_string_equal(refused_text("MSH|^^\\&|"), "1:5: MSH-2: delimiters are different signs, no letters or digits");
	assert_string_equal(refused_text("MSH|^~\\&|A\rPID|||a\\F"), "2:8: PID-3: an escape sequence that is not closed");
	assert_string_equal(refused_text("MSH|^~\\&|A\rPID|||\\Q\\"), "2:8: PID-3: an escape sequence that is not known");
	assert_string_equal(
		refused_text("MSH|^~\\&|A\rP|1"), "2:2: line 2: a segment's name is a capital letter and two more, or digits");
	assert_string_equal(refused_text("MSH|^~\\&|A\rMSH|^~\\&|B"), "2:1: line 2: a second MSH");
	assert_string_equal(refused_text("MSH|^~\\&|A\x01"), "1:11: MSH-3: a control character");
	assert_string_equal(refused_text("MSH|^~\\&|A\n\nPID|\xC3("), "3:5: PID-1: not UTF-8");
	assert_string_equal(refused_text("MSH|^~\\&|A|||||||||||||||EBCDIC"),
		"1:1: MSH-18: UNICODE UTF-8, GB 18030-2000, 8859/1 or ASCII expected");
}

static void
gb_18030_is_read_though_its_bytes_look_like_delimiters(void **state)
{
	/* The second byte of each character is a delimiter's: 0x7C, 0x5E. */
	static const char bytes[] =
		"MSH|^~\\&|\x81\x7C\x81\x5E||||||ORU^R01|1|P|2.5|||||CHN|GB 18030-2000\rPID|||\xB7\xEB\x81\x7C^x";
	static const char cut[] = "MSH|^~\\&|A||||||ORU^R01|1|P|2.5|||||CHN|GB 18030-2000\rPID|||\xB7";
	struct hl7 *m = read_text(bytes);

	(void)state;
	assert_int_equal(strlen(hl7_text(m, 0, 3, 1, 1, 1)), 6);
	assert_string_equal(hl7_text(m, 0, 9, 1, 2, 1), "R01");
	assert_memory_equal(hl7_text(m, 1, 3, 1, 1, 1), "冯", 3);
	assert_string_equal(hl7_text(m, 1, 3, 1, 2, 1), "x");
	hl7_free(m);
	assert_non_null(strstr(refused(cut, sizeof cut - 1), "is not GB18030"));
}

static void
times_have_any_precision_and_are_local_without_offset(void **state)
{
	static const struct zone_step none;
	const struct zone east = {.first_offset_s = 8 * 3600, .steps = &none};
	instant at = 0;

	(void)state;
	assert_true(hl7_time("20200324080000+0800", &zone_utc, &at));
	assert_int_equal(at, 1585008000);
	assert_true(hl7_time("202003240800", &east, &at));
	assert_int_equal(at, 1585008000);
	assert_true(hl7_time("20200324000000.1234-0000", &zone_utc, &at));
	assert_int_equal(at, 1585008000);
	assert_true(hl7_time("20200324", &zone_utc, &at));
	assert_int_equal(at, 1585008000);
	assert_true(hl7_time("202003", &zone_utc, &at));
	assert_false(hl7_time("", &zone_utc, &at));
	assert_false(hl7_time("DATE!", &zone_utc, &at));
	assert_false(hl7_time("20200230", &zone_utc, &at));
	assert_false(hl7_time("2020032408000", &zone_utc, &at));
	assert_false(hl7_time("20200324080000+08", &zone_utc, &at));
	assert_false(hl7_time("0000", &zone_utc, &at));
}

static void
every_sample_is_read_with_its_results(void **state)
{
	static struct lab_report report;
	size_t results = 0, positive = 0, withdrawn = 0, without = 0;
	char folder[4096], path[8192];
	struct file_names names;
	struct error e = {0};

	(void)state;
	snprintf(folder, sizeof folder, "%s/tests/data/hl7v2", getenv("HEALTHCODE_SOURCE"));
	assert_int_equal(file_list(folder, ".hl7", &names, &e), 0);
	assert_int_equal(names.count, 37);
	for (size_t i = 0; i < names.count; i++) {
		struct buffer bytes = buffer_make(1 << 20);
		struct hl7 *m = NULL;

		snprintf(path, sizeof path, "%s/%s", folder, names.names[i]);
		assert_int_equal(file_read(path, &bytes, &e), 0);
		if (hl7_read(bytes.data, bytes.length, &m, &e) < 0 || oru_read(m, &zone_utc, &report, &e) < 0)
			fail_msg("%s: %s", names.names[i], e.message);
		results += report.result_count;
		without += report.result_count == 0;
		for (size_t j = 0; j < report.result_count; j++) {
			positive += strcmp(report.results[j].result, "positive") == 0;
			withdrawn += strcmp(report.results[j].result, "withdrawn") == 0;
		}
		hl7_free(m);
		buffer_free(&bytes);
	}
	assert_int_equal(results, 35);
	assert_int_equal(without, 2); /* influenza B alone, and a panel of other viruses */
	assert_int_equal(withdrawn, 2);
	assert_int_equal(positive, 24);
	file_names_free(&names);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(delimiters_are_those_of_the_header_and_escapes_are_resolved),
		cmocka_unit_test(what_is_broken_is_refused_with_its_segment_and_field),
		cmocka_unit_test(gb_18030_is_read_though_its_bytes_look_like_delimiters),
		cmocka_unit_test(times_have_any_precision_and_are_local_without_offset),
		cmocka_unit_test(every_sample_is_read_with_its_results),
	};

	return cmocka_run_group_tests_name("feed/hl7", tests, NULL, NULL);
}
