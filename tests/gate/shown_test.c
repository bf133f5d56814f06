#include "../test.h"

#include <string.h>

#include "gate/shown.h"

enum { NOW = 1585008000, LIFETIME_S = 60 };

static struct shown *
fresh(void)
{
	struct shown *shown = NULL;
	struct error e = {0};

	assert_int_equal(shown_new(&shown, &e), 0);
	return shown;
}

static void
a_code_at_two_gates_is_told_at_the_second(void **state)
{
	static const uint8_t id[CODE_ID_SIZE] = {1}, other[CODE_ID_SIZE] = {1, 1};
	struct shown *shown = fresh();

	(void)state;
	assert_false(shown_elsewhere(shown, id, "west", NOW + LIFETIME_S, NOW));
	assert_false(shown_elsewhere(shown, id, "west", NOW + LIFETIME_S, NOW + 5));
	assert_true(shown_elsewhere(shown, id, "east", NOW + LIFETIME_S, NOW + 10));
	assert_true(shown_elsewhere(shown, id, "east", NOW + LIFETIME_S, NOW + 11));
	assert_false(shown_elsewhere(shown, other, "east", NOW + LIFETIME_S, NOW + 11));
	shown_free(shown);
}

static void
it_is_forgotten_when_the_code_ends(void **state)
{
	static const uint8_t id[CODE_ID_SIZE] = {2};
	struct shown *shown = fresh();

	(void)state;
	assert_false(shown_elsewhere(shown, id, "west", NOW + LIFETIME_S, NOW));
	assert_false(shown_elsewhere(shown, id, "east", NOW + 2 * LIFETIME_S, NOW + LIFETIME_S));
	shown_free(shown);
}

static void
more_codes_than_there_is_room_for_push_out_the_oldest_only(void **state)
{
	struct shown *shown = fresh();
	uint8_t id[CODE_ID_SIZE] = {0};
	size_t told = 0;

	(void)state;
	for (uint32_t i = 0; i < 2 * SHOWN_PLACES; i++) {
		uint64_t spread = i * 0x9e3779b97f4a7c15u;

		memcpy(id, &spread, sizeof spread);
		assert_false(shown_elsewhere(shown, id, "west", NOW + LIFETIME_S + i, NOW));
		told += shown_elsewhere(shown, id, "east", NOW + LIFETIME_S + i, NOW);
	}
	assert_int_equal(told, 2 * SHOWN_PLACES);
	shown_free(shown);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_at_two_gates_is_told_at_the_second),
		cmocka_unit_test(it_is_forgotten_when_the_code_ends),
		cmocka_unit_test(more_codes_than_there_is_room_for_push_out_the_oldest_only),
	};

	return cmocka_run_group_tests_name("gate/shown", tests, NULL, NULL);
}
