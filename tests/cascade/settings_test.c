/* What is kept of the settings in which somebody met a case, and read again. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cascade/settings.h"

enum { HOME = 1, WARD = 2 };

static const struct exposure_parameters parameters = {.setting_count = 2, .settings = {"household", "ward"}};

static json_t *
body_of(const struct settings *settings)
{
	char text[SETTINGS_TEXT_SIZE], body[SETTINGS_TEXT_SIZE + 128];
	json_t *read;

	snprintf(body, sizeof body, "{%s\"kind\":\"close\",\"degree\":1,\"last\":\"1970-01-01T00:01:00+00:00\"}",
		settings_write(settings, &parameters, text));
	read = json_loads(body, 0, NULL);
	assert_non_null(read);
	return read;
}

static void
each_setting_has_its_closest_kind_and_its_own_last_moment(void **state)
{
	struct settings settings = {0}, again = {0};
	struct error e = {0};
	json_t *body;

	(void)state;
	settings_add(&settings, WARD, EXPOSURE_CO_EXPOSED, 1, 300);
	settings_add(&settings, WARD, EXPOSURE_CLOSE, 1, 200);
	settings_add(&settings, HOME, EXPOSURE_SECONDARY, 2, 100);
	settings_add(&settings, 0, EXPOSURE_CO_EXPOSED, 1, 900);
	body = body_of(&settings);
	assert_int_equal(settings_read(body, &parameters, &again, &e), 0);
	assert_memory_equal(&settings, &again, sizeof settings);
	assert_true(again.of[WARD].kind == EXPOSURE_CLOSE && again.of[WARD].last == 300);
	assert_true(again.of[HOME].degree == 2 && again.of[HOME].last == 100);
	json_decref(body);
}

static void
where_no_setting_has_a_name_the_row_says_it_all(void **state)
{
	struct settings settings = {0}, again = {0};
	char text[SETTINGS_TEXT_SIZE];
	struct error e = {0};
	json_t *body;

	(void)state;
	settings_add(&settings, 0, EXPOSURE_CLOSE, 1, 60);
	assert_string_equal(settings_write(&settings, &parameters, text), "");
	body = body_of(&settings);
	assert_int_equal(settings_read(body, &parameters, &again, &e), 0);
	assert_memory_equal(&settings, &again, sizeof settings);
	json_decref(body);
}

static void
a_setting_that_the_pack_has_no_more_is_other(void **state)
{
	static const struct exposure_parameters later = {.setting_count = 1, .settings = {"ward"}};
	struct settings settings = {0}, again = {0};
	struct error e = {0};
	json_t *body;

	(void)state;
	settings_add(&settings, HOME, EXPOSURE_CLOSE, 1, 60);
	settings_add(&settings, WARD, EXPOSURE_CLOSE, 1, 90);
	body = body_of(&settings);
	assert_int_equal(settings_read(body, &later, &again, &e), 0);
	assert_true(again.of[0].met && again.of[0].last == 60 && again.of[1].last == 90);
	json_decref(body);
	body = json_loads("{\"settings\":{\"ward\":{\"kind\":\"close\"}}}", 0, NULL);
	assert_int_equal(settings_read(body, &later, &again, &e), ERROR_CORRUPT);
	json_decref(body);
}

static void
all_settings_of_the_longest_names_fit(void **state)
{
	struct exposure_parameters full = {.setting_count = EXPOSURE_SETTINGS_MAX};
	struct settings settings = {0};
	char text[SETTINGS_TEXT_SIZE];
	size_t length;

	(void)state;
	for (size_t i = 0; i <= EXPOSURE_SETTINGS_MAX; i++) {
		if (i)
			memset(full.settings[i - 1], 'a' + (int)i, EXPOSURE_SETTING_SIZE - 1);
		settings_add(&settings, i, EXPOSURE_SECONDARY, 2, 0);
	}
	length = strlen(settings_write(&settings, &full, text));
	assert_true(length < SETTINGS_TEXT_SIZE - 1);
	assert_string_equal(text + length - 3, "}},");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_setting_has_its_closest_kind_and_its_own_last_moment),
		cmocka_unit_test(where_no_setting_has_a_name_the_row_says_it_all),
		cmocka_unit_test(a_setting_that_the_pack_has_no_more_is_other),
		cmocka_unit_test(all_settings_of_the_longest_names_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
