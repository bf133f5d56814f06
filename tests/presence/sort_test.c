#include "rows.h"

static void
rows_come_in_both_orders(void **state)
{
	static const struct {
		size_t count;
		uint64_t people, places;
	} shapes[] = {{0, 1, 1}, {1, 1, 1}, {40, 5, 5}, {5000, 1000, 100}, {5000, UINT32_MAX, UINT32_MAX}, {5000, 1, 2}};
	struct row *rows = malloc(5000 * sizeof *rows), *plain = malloc(5000 * sizeof *plain),
			   *scratch = malloc(5000 * sizeof *scratch);
	uint64_t seed = 1;

	(void)state;
	assert_true(rows && plain && scratch);
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes * ORDERS; i++) {
		const enum order order = i % ORDERS ? ORDER_PLACE : ORDER_PERSON;
		const size_t count = shapes[i / ORDERS].count;

		draw_rows(rows, count, shapes[i / ORDERS].people, shapes[i / ORDERS].places, 1, &seed);
		memcpy(plain, rows, count * sizeof *rows);
		sort_plainly(plain, count, order);
		rows_sort(rows, scratch, count, order);
		for (size_t j = 0; j < count; j++)
			assert_int_equal(row_compare_keys(&rows[j], &plain[j], order), 0);
	}
	free(rows);
	free(plain);
	free(scratch);
}

static void
records_of_one_stay_keep_their_order(void **state)
{
	enum { COUNT = 1000 };
	static struct row rows[COUNT], scratch[COUNT];

	(void)state;
	for (uint32_t i = 0; i < COUNT; i++)
		rows[i] = (struct row){.person = 1 + i % 2, .place = 1 + i / 2 % 2, .start = 5, .duration_s = 10, .source = i};
	rows_sort(rows, scratch, COUNT, ORDER_PERSON);
	for (size_t i = 1; i < COUNT; i++)
		if (row_compare_keys(&rows[i - 1], &rows[i], ORDER_PERSON) == 0)
			assert_true(rows[i - 1].source < rows[i].source);
		else
			assert_true(row_compare_keys(&rows[i - 1], &rows[i], ORDER_PERSON) < 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_in_both_orders),
		cmocka_unit_test(records_of_one_stay_keep_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
