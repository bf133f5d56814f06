#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed/area_row.h"
#include "scratch.h"

/* Each row as "AREA DAY CONFIRMED DEATHS RECOVERED", a refusal as "!LINE:COLUMN: message". */
static char *
reading_of(const char *path)
{
	struct rows *rows = NULL;
	struct buffer out = buffer_make(1 << 24);
	struct area_count count;
	struct row row;
	struct error e = {0};
	int r;

	assert_int_equal(rows_open(path, area_forms, AREA_FORM_COUNT, &rows, &e), 0);
	while ((r = rows_next(rows, &row, &e)) != 0) {
		char day[TIME_TEXT_SIZE];

		if (r > 0)
			r = area_row_read(rows, &row, &count, &e);
		if (r < 0) {
			assert_true(record_refused(r));
			buffer_add_format(&out, &e, "!%zu:%zu: %s\n", e.line, e.column, e.message);
			continue;
		}
		buffer_add_format(&out, &e, "%s %s %lld %lld %lld\n", count.area, day_write(count.day, day),
			(long long)count.confirmed, (long long)count.deaths, (long long)count.recovered);
	}
	rows_close(rows);
	return buffer_take(&out);
}

static void
reads_as(const char *text, const char *wanted)
{
	char *got = reading_of(scratch_text(text));

	assert_string_equal(got, wanted);
	free(got);
	scratch_remove();
}

static void
plain_rows_name_areas_by_code_or_by_name(void **state)
{
	(void)state;
	reads_as(
		"date,country,division,confirmed\n2020-03-01,CN,420800,925\n2020-03-01,KOR,,3736\n2020-03-01,Italy,,1694\n",
		"420800 2020-03-01 925 -1 -1\nKR 2020-03-01 3736 -1 -1\nIT 2020-03-01 1694 -1 -1\n");
	reads_as("date,country,province,city,confirmed,deaths,recovered\n2020-03-01,中国,湖北,荆门,925,1,2\n"
			 "2020-03-01,CN,Hubei,,66907,,\n2020-03-01,CN,,,80026,,\n",
		"420800 2020-03-01 925 1 2\n420000 2020-03-01 66907 -1 -1\nCN 2020-03-01 80026 -1 -1\n");
	reads_as("{\"date\":\"2020-03-01\",\"country\":\"CN\",\"division\":\"420800\",\"confirmed\":925}\n",
		"420800 2020-03-01 925 -1 -1\n");
}

static void
a_row_says_who_counted_and_else_its_shape_does(void **state)
{
	static const char china[] =
		"date,country,countryCode,province,provinceCode,city,cityCode,confirmed,suspected,cured,dead\n"
		"2020-03-01,韩国,KR,,,,,1,0,0,0\n";
	static const char *const texts[] = {
		"date,country,confirmed,source\n2020-03-01,KR,1,kdca\n", "date,country,confirmed\n2020-03-01,KR,1\n", china};
	static const char *const wanted[] = {"kdca", "counts", "china-series"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct rows *rows = NULL;
		struct area_count count;
		struct row row;
		struct error e = {0};

		assert_int_equal(rows_open(scratch_text(texts[i]), area_forms, AREA_FORM_COUNT, &rows, &e), 0);
		assert_int_equal(rows_next(rows, &row, &e), 1);
		assert_int_equal(area_row_read(rows, &row, &count, &e), 0);
		assert_string_equal(count.source, wanted[i]);
		rows_close(rows);
		scratch_remove();
	}
	reads_as("date,country,confirmed,source\n2020-03-01,KR,1,Our office\n",
		"!2:17: a source's name is of a-z, 0-9 and '-', 32 at most: \"Our office\"\n");
}

static void
plain_rows_that_name_no_area_are_refused_with_the_name(void **state)
{
	(void)state;
	reads_as("date,country,division,confirmed\n2020-03-01,CN,420899,1\n",
		"!2:15: no division of GB/T 2260 has this code: \"420899\"\n");
	reads_as(
		"date,country,confirmed\n2020-03-01,Atlantis,1\n", "!2:12: no country has this name or code: \"Atlantis\"\n");
	reads_as("date,country,division,confirmed\n2020-03-01,KR,420800,1\n",
		"!2:12: divisions are known of CN only, not of this country: \"KR\"\n");
	reads_as("date,country,province,city,confirmed\n2020-03-01,CN,湖北,杭州,1\n",
		"!2:22: no one place of that province has this name: \"杭州\"\n");
	reads_as("date,country,confirmed\n2020-02-30,KR,1\n2020-02-29,KR,-1\n2020-02-29,KR,1.5\n",
		"!2:1: a date (YYYY-MM-DD) expected: \"2020-02-30\"\n"
		"!3:15: a count from 0 to 2000000000 expected: \"-1\"\n"
		"!4:15: a count from 0 to 2000000000 expected: \"1.5\"\n");
}

static void
rows_of_the_china_series_without_a_place_of_their_own_are_kept_as_parts(void **state)
{
	(void)state;
	reads_as("date,country,countryCode,province,provinceCode,city,cityCode,confirmed,suspected,cured,dead\n"
			 "2020-02-20,中国,CN,湖北省,420000,荆门市,420800,794,0,1,2\n"
			 "2020-02-20,中国,CN,湖北省,420000,,,62031,0,3,4\n"
			 "2020-02-20,中国,CN,湖北省,420000,监狱系统,4200y0,271,0,0,0\n"
			 "2020-02-20,中国,CN,北京市,110000,境外输入,,5,0,0,0\n"
			 "2020-02-20,中国,CN,西藏自治区,540000,那曲,542400,1,0,0,0\n"
			 "2020-02-20,中国,CN,香港特别行政区,810000,香港,,1,0,0,0\n"
			 "2020-02-20,钻石公主号邮轮,,,,,,712,0,0,0\n"
			 "2020-02-20,波黑,,,,,,7,0,0,0\n",
		"420800 2020-02-20 794 2 1\n420000 2020-02-20 62031 4 3\n420000:监狱系统 2020-02-20 271 0 0\n"
		"110000:境外输入 2020-02-20 5 0 0\n540600 2020-02-20 1 0 0\n810000:香港 2020-02-20 1 0 0\n"
		"ZZ:钻石公主号邮轮 2020-02-20 712 0 0\nBA 2020-02-20 7 0 0\n");
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The whole real series is taken, and no area has two counts for a day, whatever it is called that day. */
static void
the_real_series_is_read_whole_and_no_area_counts_twice_a_day(void **state)
{
	static char *lines[60000];
	char path[4096], *got, *rest;
	size_t count = 0, parts = 0;

	(void)state;
	snprintf(path, sizeof path, "%s/share/areas/china-2020.csv", getenv("HEALTHCODE_SOURCE"));
	got = reading_of(path);
	for (char *line = strtok_r(got, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		assert_int_not_equal(*line, '!');
		parts += strchr(line, ':') != NULL;
		*strchr(strchr(line, ' ') + 1, ' ') = '\0'; /* area and day are left */
		lines[count++] = line;
	}
	assert_int_equal(count, 50172);
	qsort(lines, count, sizeof *lines, compare);
	for (size_t i = 1; i < count; i++)
		if (strcmp(lines[i], lines[i - 1]) == 0)
			fail_msg("%s", lines[i]);
	print_message("%zu rows are parts of a province\n", parts);
	free(got);
}

static void
a_daily_report_tells_its_day_by_name_or_by_update(void **state)
{
	struct rows *rows = NULL;
	struct csse_row read;
	struct row row;
	struct error e = {0};
	day_number day, wanted;

	(void)state;
	assert_int_equal(day_read("2020-03-24", 10, &wanted, &e), 0);
	assert_true(csse_file_day("/data/03-24-2020.csv", &day));
	assert_int_equal(day, wanted);
	assert_false(csse_file_day("areas.csv", &day));
	assert_false(csse_file_day("13-24-2020.csv", &day));
	assert_false(csse_file_day("03-24-2020x.csv", &day));
	assert_int_equal(rows_open(scratch_text("Province/State,Country/Region,Last Update,Confirmed,Deaths,Recovered\n"
											"Hubei,Mainland China,3/24/20 17:00,444,,\n"
											",\"Korea, South\",3/24/2020 17:00,1,2,3\n"
											",Japan,2020-03-24T17:00:00,2,,\n,Japan,yesterday,2,,\n"),
						 area_forms, AREA_FORM_COUNT, &rows, &e),
		0);
	for (size_t i = 0; i < 3; i++) {
		static const char *const areas[] = {"CN", "KR", "JP"}, *const provinces[] = {"420000", "", ""};

		assert_int_equal(rows_next(rows, &row, &e), 1);
		assert_int_equal(csse_row_read(rows, &row, &read, &e), 0);
		assert_true(read.day_known);
		assert_int_equal(read.count.day, wanted);
		assert_string_equal(read.count.area, areas[i]);
		assert_string_equal(read.province, provinces[i]);
	}
	assert_int_equal(rows_next(rows, &row, &e), 1);
	assert_int_equal(csse_row_read(rows, &row, &read, &e), ERROR_BAD_INPUT);
	assert_int_equal(e.column, 8);
	rows_close(rows);
	scratch_remove();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_rows_name_areas_by_code_or_by_name),
		cmocka_unit_test(a_row_says_who_counted_and_else_its_shape_does),
		cmocka_unit_test(plain_rows_that_name_no_area_are_refused_with_the_name),
		cmocka_unit_test(rows_of_the_china_series_without_a_place_of_their_own_are_kept_as_parts),
		cmocka_unit_test(the_real_series_is_read_whole_and_no_area_counts_twice_a_day),
		cmocka_unit_test(a_daily_report_tells_its_day_by_name_or_by_update),
	};

	return cmocka_run_group_tests_name("feed/area_row", tests, NULL, NULL);
}
