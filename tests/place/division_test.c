#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "place/place.h"

static uint32_t
named(uint32_t within, const char *name)
{
	const struct division *found = division_by_name(within ? division_find(within) : NULL, name, strlen(name));

	return found ? found->code : 0;
}

static uint32_t
city_of(uint32_t code)
{
	const struct division *city = division_city(division_find(code));

	return city ? city->code : 0;
}

static const char *
country_named(const char *name)
{
	const struct country *country = country_by_name(name, strlen(name));

	return country ? country->alpha2 : "";
}

static void
a_code_has_names_in_both_languages(void **state)
{
	const char *zh, *en;

	(void)state;
	assert_true(area_names("420800", &zh, &en));
	assert_string_equal(zh, "荆门市");
	assert_string_equal(en, "Jingmen");
	assert_true(area_names("KR", &zh, &en));
	assert_string_equal(zh, "韩国");
	assert_string_equal(en, "South Korea");
	assert_true(area_names("420802", &zh, &en));
	assert_null(en);
	assert_false(area_names("999999", &zh, &en));
	assert_false(area_known("4208"));
	assert_false(area_known("kr"));
	assert_false(area_known(""));
}

static int
check_one(const struct division *division, void *context)
{
	uint32_t *last = context;

	assert_true(division->code > *last);
	assert_true(division->code >= 110000 && division->code <= 829999);
	assert_int_equal(division_province(division)->level, DIVISION_PROVINCE);
	assert_true(division_contains(division_province(division), division));
	assert_ptr_equal(division_find(division->code), division);
	if (division->level != DIVISION_PROVINCE && !division->placeholder) {
		assert_non_null(division_city(division));
		assert_non_null(division_parent(division));
		assert_false(division_parent(division)->placeholder);
	}
	*last = division->code;
	return 0;
}

static void
every_division_is_in_order_and_lies_in_a_province(void **state)
{
	uint32_t last = 0;

	(void)state;
	assert_int_equal(division_each(check_one, &last), 0);
	assert_int_equal(last, 820000);
}

static void
a_name_is_found_with_and_without_its_suffix(void **state)
{
	(void)state;
	assert_int_equal(named(0, "湖北省"), 420000);
	assert_int_equal(named(0, "湖北"), 420000);
	assert_int_equal(named(0, "内蒙古"), 150000);
	assert_int_equal(named(0, "内蒙古自治区"), 150000);
	assert_int_equal(named(0, "广西"), 450000);
	assert_int_equal(named(0, "新疆维吾尔自治区"), 650000);
	assert_int_equal(named(0, "宁夏"), 640000);
	assert_int_equal(named(0, "香港"), 810000);
	assert_int_equal(named(0, "Hubei"), 420000);
	assert_int_equal(named(0, "inner mongolia"), 150000);
	assert_int_equal(named(0, "Macau"), 820000);
	assert_int_equal(named(420000, "荆门"), 420800);
	assert_int_equal(named(420000, "荆门市"), 420800);
	assert_int_equal(named(420000, "Jingmen"), 420800);
	assert_int_equal(named(420000, "恩施"), 422800);
	assert_int_equal(named(420000, "恩施州"), 422800);
	assert_int_equal(named(420000, "恩施市"), 422801);
	assert_int_equal(named(420000, "神农架"), 429021);
	assert_int_equal(named(620000, "兰州"), 620100);
	assert_int_equal(named(610000, "Xian"), 610100);
	assert_int_equal(named(650000, "克孜勒苏州"), 653000);
	assert_int_equal(named(650000, "Urumqi"), 650100);
}

static void
a_name_of_two_places_or_of_none_is_not_guessed(void **state)
{
	(void)state;
	assert_int_equal(named(420000, "未公布来源"), 0);
	assert_int_equal(named(420000, "杭州"), 0);
	assert_int_equal(named(420000, ""), 0);
	assert_int_equal(named(130000, "桥西区"), 0); /* in Shijiazhuang and in Zhangjiakou */
	assert_int_equal(named(0, "荆门"), 0);
}

static void
the_city_of_a_place_is_the_one_that_people_name(void **state)
{
	(void)state;
	assert_int_equal(city_of(420802), 420800);
	assert_int_equal(city_of(420800), 420800);
	assert_int_equal(city_of(110105), 110000);
	assert_int_equal(city_of(110000), 110000);
	assert_int_equal(city_of(500233), 500000);
	assert_int_equal(city_of(429004), 429004);
	assert_int_equal(city_of(659001), 659001);
	assert_int_equal(city_of(441900), 441900);
	assert_int_equal(city_of(420000), 0);
	assert_int_equal(division_parent(division_find(429004))->code, 420000);
	assert_int_equal(division_parent(division_find(420802))->code, 420800);
	assert_null(division_parent(division_find(420000)));
}

static void
codes_of_2020_that_are_gone_are_still_known(void **state)
{
	(void)state;
	assert_true(division_find(410728)->former);
	assert_string_equal(division_find(410728)->name_zh, "长垣县");
	assert_int_equal(named(410000, "长垣"), 410783);
	assert_int_equal(named(220000, "公主岭"), 220184); /* 220381 in 2020 */
	assert_string_equal(division_find(330110)->name_en, "Yuhang");
}

static void
countries_are_found_by_the_names_that_the_series_use(void **state)
{
	(void)state;
	assert_string_equal(country_named("Korea, South"), "KR");
	assert_string_equal(country_named("Republic of Korea"), "KR");
	assert_string_equal(country_named("韩国"), "KR");
	assert_string_equal(country_named("US"), "US");
	assert_string_equal(country_named("Cote d'Ivoire"), "CI");
	assert_string_equal(country_named("Côte d’Ivoire"), "CI");
	assert_string_equal(country_named("Mainland China"), "CN");
	assert_string_equal(country_named("阿联酋"), "AE");
	assert_string_equal(country_named("Holy See"), "VA");
	assert_string_equal(country_named("Diamond Princess"), "");
	assert_string_equal(country_find("KOR", 3)->alpha2, "KR");
	assert_null(country_find("XX", 2));
	assert_null(country_find("K", 1));
}

static void
the_embedded_names_are_those_of_the_data_files(void **state)
{
	char command[4096];
	const char *source = getenv("HEALTHCODE_SOURCE");

	(void)state;
	assert_non_null(source);
	snprintf(
		command, sizeof command, "'%s/script/generate-places' | cmp - '%s/src/place/divisions.inc'", source, source);
	assert_int_equal(system(command), 0);
}

static uint32_t
called(const char *text)
{
	const struct division *found = division_called(text);

	return found ? found->code : 0;
}

static void
what_people_call_a_place_is_found_where_it_is_one_place(void **state)
{
	(void)state;
	assert_int_equal(called("420802"), 420802);
	assert_int_equal(called("Hubei"), 420000);
	assert_int_equal(called("荆门"), 420800);
	assert_int_equal(called("Ningbo"), 330200);
	assert_int_equal(called("鼓楼区"), 0); /* Nanjing, Fuzhou and others have one */
	assert_int_equal(called("999999"), 0);
	assert_int_equal(called(""), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_has_names_in_both_languages),
		cmocka_unit_test(every_division_is_in_order_and_lies_in_a_province),
		cmocka_unit_test(a_name_is_found_with_and_without_its_suffix),
		cmocka_unit_test(a_name_of_two_places_or_of_none_is_not_guessed),
		cmocka_unit_test(what_people_call_a_place_is_found_where_it_is_one_place),
		cmocka_unit_test(the_city_of_a_place_is_the_one_that_people_name),
		cmocka_unit_test(codes_of_2020_that_are_gone_are_still_known),
		cmocka_unit_test(countries_are_found_by_the_names_that_the_series_use),
		cmocka_unit_test(the_embedded_names_are_those_of_the_data_files),
	};

	return cmocka_run_group_tests_name("place/division", tests, NULL, NULL);
}
