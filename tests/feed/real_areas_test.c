/* The published files of real2020 that are not copied here, row by row as they come. */

#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed/area_row.h"

struct found {
	size_t rows, parts;
	int64_t china, hubei, korea, us;
};

static struct found
read_whole(const char *name)
{
	struct rows *rows = NULL;
	struct found found = {0};
	struct row row;
	struct error e = {0};
	char path[4096];
	int r;

	snprintf(path, sizeof path, "%s/real2020/%s", getenv("HEALTHCODE_EXTRA_DATA"), name);
	assert_int_equal(rows_open(path, area_forms, AREA_FORM_COUNT, &rows, &e), 0);
	while ((r = rows_next(rows, &row, &e)) > 0) {
		struct csse_row read = {0};

		r = rows_form(rows) == AREA_CSSE ? csse_row_read(rows, &row, &read, &e)
										 : area_row_read(rows, &row, &read.count, &e);
		if (r < 0)
			fail_msg("%s:%zu:%zu: %s", name, e.line, e.column, e.message);
		found.rows++;
		if (strchr(read.count.area, ':')) {
			found.parts++;
			if (strncmp(read.count.area, "ZZ:", 3) == 0)
				print_message("%s: %s\n", name, read.count.area);
		}
		found.china += strcmp(read.count.area, "CN") == 0 ? read.count.confirmed : 0;
		found.korea += strcmp(read.count.area, "KR") == 0 ? read.count.confirmed : 0;
		found.us += strcmp(read.count.area, "US") == 0 ? read.count.confirmed : 0;
		found.hubei +=
			strcmp(read.province[0] ? read.province : read.count.area, "420000") == 0 ? read.count.confirmed : 0;
	}
	assert_int_equal(r, 0);
	rows_close(rows);
	return found;
}

static void
the_daily_reports_are_read_whole(void **state)
{
	struct found first = read_whole("csse/03-24-2020.csv"), second = read_whole("csse/03-25-2020.csv");

	(void)state;
	assert_int_equal(first.rows, 3416);
	assert_int_equal(second.rows, 3420);
	assert_int_equal(first.hubei, 67801);
	assert_int_equal(first.korea, 9037);
	assert_true(first.us > 50000 && second.us > first.us);
}

static void
the_china_series_days_of_the_world_are_read_whole(void **state)
{
	struct found february = read_whole("china-areas/original-2020-02-10.csv"),
				 april = read_whole("china-areas/original-2020-04-08.csv");

	(void)state;
	assert_int_equal(february.rows, 543);
	assert_int_equal(april.rows, 746);
	assert_true(april.china > 80000 && april.hubei == 67803 && april.korea > 10000 && april.us > 300000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_daily_reports_are_read_whole),
		cmocka_unit_test(the_china_series_days_of_the_world_are_read_whole),
	};

	return cmocka_run_group_tests_name("feed/real_areas", tests, NULL, NULL);
}
