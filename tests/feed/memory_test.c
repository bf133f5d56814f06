/* Each allocation of reading rows fails once: the failure is told as that and not as a row's fault, and nothing leaks. */

#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../failing_allocation.h"
#include "feed/rows.h"
#include "scratch.h"

static const struct row_column columns[] = {{"id", true}, {"name", true}, {"note", false}};
static const struct row_form forms[] = {{"plain", 3, columns}};

static int
read_all(void *context)
{
	struct rows *rows = NULL;
	struct row row;
	struct error e = {0};
	size_t count = 0;
	int r = rows_open(context, forms, 1, &rows, &e);

	assert_true((r == 0) == (rows != NULL));
	while (r == 0 && (r = rows_next(rows, &row, &e)) != 0) {
		if (r < 0 && !(record_refused(r) && count == 1))
			break;
		count++;
		r = 0;
	}
	if (r == 0)
		assert_int_equal(count, 3);
	rows_close(rows);
	return r;
}

static void
rows_survive_each_failed_allocation(const char *text)
{
	char path[256];

	snprintf(path, sizeof path, "%s", scratch_text(text));
	assert_true(failing_allocation_sweep(read_all, path) > 3);
	scratch_remove();
}

static void
csv_survives_each_failed_allocation(void **state)
{
	(void)state;
	rows_survive_each_failed_allocation("id,name,note\n1,\"a \"\"b\"\"\",\n2\n3,c,\"d\ne\"\n");
}

static void
json_lines_survive_each_failed_allocation(void **state)
{
	(void)state;
	rows_survive_each_failed_allocation(
		"{\"id\":1,\"name\":\"a\\u5065\"}\n{\"id\":2}\n{\"id\":3,\"name\":\"c\",\"note\":\"d\"}\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_survives_each_failed_allocation),
		cmocka_unit_test(json_lines_survive_each_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
