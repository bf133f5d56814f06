/* The packs of the spring of 2020, each rule once: what a resident would see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"

/* Hangzhou. */

static void
a_new_resident_of_hangzhou_is_green_at_once(void **state)
{
	struct pack *pack = scene_pack("hangzhou-2020");
	json_t *facts = scene_facts("2020-02-12T10:00:00", "330106");

	(void)state;
	scene_area(facts, "330100", "Hangzhou", "high", "2020-02-01", NULL);
	assert_string_equal(scene_colour(pack, facts, "2020-02-12T10:00:00"), "green");
	assert_string_equal(scene_rule(pack, facts, "2020-03-12"), "HZ-GREEN-NEW");
	assert_string_equal(scene_next(pack, facts, "2020-03-12"), "");
	json_decref(facts);
	pack_free(pack);
}

static void
a_feverish_checkin_turns_hangzhou_yellow_until_seven_normal_days_in_a_row(void **state)
{
	struct pack *pack = scene_pack("hangzhou-2020");
	json_t *facts = scene_facts("2020-02-12T10:00:00", "330106");

	(void)state;
	scene_add(facts, "checkins", "{'at':'2020-02-13T08:00:00+08:00','temperature_tenths_c':373}");
	scene_checkins(facts, "2020-02-14", 7, -1);
	assert_string_equal(scene_colour(pack, facts, "2020-02-13T07:59:59"), "green");
	assert_string_equal(scene_rule(pack, facts, "2020-02-13T08:00:00"), "HZ-YELLOW-FEVER");
	assert_string_equal(scene_rule(pack, facts, "2020-02-18"), "HZ-YELLOW-FEVER");
	assert_string_equal(scene_colour(pack, facts, "2020-02-20T07:59:59"), "yellow");
	assert_string_equal(scene_colour(pack, facts, "2020-02-20T08:00:00"), "green");
	assert_string_equal(scene_rule(pack, facts, "2020-02-21"), "HZ-GREEN-YELLOW");
	assert_string_equal(scene_since(pack, facts, "2020-03-21"), "2020-02-20T08:00:00+08:00");
	json_decref(facts);
	pack_free(pack);
}

static void
a_missed_day_restarts_the_seven(void **state)
{
	struct pack *pack = scene_pack("hangzhou-2020");
	json_t *facts = scene_facts("2020-02-12T10:00:00", "330106");

	(void)state;
	scene_add(facts, "checkins", "{'at':'2020-02-13T08:00:00+08:00','temperature_tenths_c':380}");
	scene_checkins(facts, "2020-02-14", 20, 5);
	assert_string_equal(scene_colour(pack, facts, "2020-02-26T07:59:59"), "yellow");
	assert_string_equal(scene_since(pack, facts, "2020-03-01"), "2020-02-26T08:00:00+08:00");
	json_decref(facts);
	pack_free(pack);
}

static void
a_feverish_day_restarts_the_seven_even_beside_a_normal_checkin(void **state)
{
	struct pack *pack = scene_pack("hangzhou-2020");
	json_t *facts = scene_facts("2020-02-12T10:00:00", "330106");

	(void)state;
	scene_add(facts, "checkins", "{'at':'2020-02-13T08:00:00+08:00','temperature_tenths_c':380}");
	scene_checkins(facts, "2020-02-14", 20, -1);
	scene_add(facts, "checkins", "{'at':'2020-02-17T20:00:00+08:00','temperature_tenths_c':373}");
	assert_string_equal(scene_since(pack, facts, "2020-03-04"), "2020-02-24T08:00:00+08:00");
	json_decref(facts);
	pack_free(pack);
}

static void
an_arrival_from_a_high_risk_area_is_red_for_fourteen_normal_days(void **state)
{
	struct pack *pack = scene_pack("hangzhou-2020");
	json_t *facts = scene_facts("2020-02-12T10:00:00", "330106");

	(void)state;
	scene_area(facts, "420100", "Wuhan", "high", "2020-01-20", NULL);
	scene_add(facts, "visits",
		"{'country':'CN','division':'420106','from':'2020-01-30T00:00:00+08:00','to':'2020-02-10T09:00:00+08:00'}");
	scene_checkins(facts, "2020-02-13", 14, -1);
	assert_string_equal(scene_rule(pack, facts, "2020-02-12T10:00:00"), "HZ-RED-AREA");
	assert_string_equal(scene_colour(pack, facts, "2020-02-26T07:59:59"), "red");
	assert_string_equal(scene_colour(pack, facts, "2020-02-26T08:00:00"), "green");
	json_decref(facts);
	pack_free(pack);
}

static void
red_stays_while_the_stay_is_less_than_fourteen_days_ago(void **state)
{
	struct pack *pack = scene_pack("hangzhou-2020");
	json_t *facts = scene_facts("2020-02-12T10:00:00", "330106");

	(void)state;
	scene_area(facts, "420100", "Wuhan", "high", "2020-01-20", NULL);
	scene_add(facts, "visits",
		"{'country':'CN','division':'420106','from':'2020-01-30T00:00:00+08:00','to':'2020-02-20T09:00:00+08:00'}");
	scene_checkins(facts, "2020-02-13", 40, -1);
	assert_string_equal(scene_next(pack, facts, "2020-03-05T08:59:59"), "2020-03-05T09:00:00+08:00 green");
	assert_string_equal(scene_since(pack, facts, "2020-03-06"), "2020-03-05T09:00:00+08:00");
	json_decref(facts);
	pack_free(pack);
}

static void
declared_symptoms_are_yellow_until_checkins_take_over(void **state)
{
	struct pack *pack = scene_pack("hangzhou-2020");
	json_t *facts = scene_facts("2020-02-12T10:00:00", "330106");

	(void)state;
	scene_add(facts, "declarations", "{'at':'2020-02-12T10:00:00+08:00','symptoms':['cough'],'contact':false}");
	scene_checkins(facts, "2020-02-13", 7, -1);
	assert_string_equal(scene_rule(pack, facts, "2020-02-12T12:00:00"), "HZ-YELLOW-SYMPTOMS");
	assert_string_equal(scene_since(pack, facts, "2020-03-01"), "2020-02-19T08:00:00+08:00");
	json_decref(facts);
	pack_free(pack);
}

/* Hubei. */

static void
hubei_is_gray_for_the_first_days_and_then_green(void **state)
{
	struct pack *pack = scene_pack("hubei-2020");
	json_t *facts = scene_facts("2020-03-01T10:00:00", "420802");

	(void)state;
	scene_checkins(facts, "2020-03-02", 30, -1);
	assert_string_equal(scene_rule(pack, facts, "2020-03-10"), "first");
	assert_string_equal(scene_next(pack, facts, "2020-03-14"), "2020-03-15T10:00:00+08:00 green");
	assert_string_equal(scene_rule(pack, facts, "2020-03-24"), "HB-GREEN-RELEASED");
	assert_string_equal(scene_next(pack, facts, "2020-03-24T09:00:00"), "2020-03-27T08:00:00+08:00 yellow");
	json_decref(facts);
	pack_free(pack);
}

static void
hubei_green_expires_without_a_checkin_and_the_next_renews_it(void **state)
{
	struct pack *pack = scene_pack("hubei-2020");
	json_t *facts = scene_facts("2020-03-01T10:00:00", "420802");

	(void)state;
	scene_checkins(facts, "2020-03-02", 15, -1);
	scene_add(facts, "checkins", "{'at':'2020-03-25T08:00:00+08:00','temperature_tenths_c':366}");
	assert_string_equal(scene_colour(pack, facts, "2020-03-19T07:59:59"), "green");
	assert_string_equal(scene_rule(pack, facts, "2020-03-19T08:00:00"), "HB-YELLOW-EXPIRED");
	assert_string_equal(scene_rule(pack, facts, "2020-03-25T08:00:00"), "HB-GREEN-CHECKED");
	json_decref(facts);
	pack_free(pack);
}

static void
fever_turns_hubei_yellow_and_a_normal_reading_green(void **state)
{
	struct pack *pack = scene_pack("hubei-2020");
	json_t *facts = scene_facts("2020-03-01T10:00:00", "420802");

	(void)state;
	scene_checkins(facts, "2020-03-02", 30, -1);
	scene_add(facts, "checkins", "{'at':'2020-03-20T12:00:00+08:00','temperature_tenths_c':378}");
	assert_string_equal(scene_rule(pack, facts, "2020-03-20T12:00:00"), "HB-YELLOW-FEVER");
	assert_string_equal(scene_since(pack, facts, "2020-03-22"), "2020-03-21T08:00:00+08:00");
	json_decref(facts);
	pack_free(pack);
}

static void
hubei_has_no_edge_from_red_to_green(void **state)
{
	struct pack *pack = scene_pack("hubei-2020");
	json_t *facts = scene_facts("2020-03-01T10:00:00", "420802"), *changes = NULL, *result = NULL;
	struct error e = {0};

	(void)state;
	scene_checkins(facts, "2020-03-02", 90, -1);
	scene_add(facts, "cases", "{'status':'confirmed','at':'2020-03-05T09:00:00+08:00'}");
	scene_add(facts, "cases", "{'status':'recovered','at':'2020-03-20T09:00:00+08:00'}");
	assert_string_equal(scene_rule(pack, facts, "2020-03-05T09:00:00"), "HB-RED-CASE");
	assert_string_equal(scene_colour(pack, facts, "2020-04-03T08:59:59"), "red");
	assert_string_equal(scene_next(pack, facts, "2020-03-21"), "2020-04-03T09:00:00+08:00 yellow");
	assert_string_equal(scene_colour(pack, facts, "2020-04-17T08:59:59"), "yellow");
	assert_int_equal(evaluate(pack, facts, at("2020-05-01"), &result, &changes, &e), 0);
	assert_int_equal(json_array_size(changes), 4);
	assert_string_equal(json_string_value(json_object_get(json_array_get(changes, 3), "colour")), "green");
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(changes, 3), "at")), "2020-04-17T09:00:00+08:00");
	json_decref(changes);
	json_decref(result);
	json_decref(facts);
	pack_free(pack);
}

static void
a_close_contact_is_yellow_in_hubei_until_fourteen_days_are_complete(void **state)
{
	struct pack *pack = scene_pack("hubei-2020");
	json_t *facts = scene_facts("2020-03-01T10:00:00", "420802");

	(void)state;
	scene_checkins(facts, "2020-03-02", 60, -1);
	scene_add(facts, "contacts",
		"{'kind':'close','degree':1,'first':'2020-03-16T09:00:00+08:00','last':'2020-03-16T12:00:00+08:00',"
		"'known_at':'2020-03-18T09:00:00+08:00','withdrawn_at':null}");
	assert_string_equal(scene_colour(pack, facts, "2020-03-18T08:00:00"), "green");
	assert_string_equal(scene_rule(pack, facts, "2020-03-18T09:00:00"), "HB-YELLOW-CONTACT");
	assert_string_equal(scene_since(pack, facts, "2020-04-10"), "2020-03-30T12:00:00+08:00");
	json_decref(facts);
	pack_free(pack);
}

/* Ningbo. */

static void
who_lives_in_jingmen_is_red_in_ningbo_until_jingmen_is_low(void **state)
{
	struct pack *pack = scene_pack("ningbo-2020");
	json_t *facts = scene_facts("2020-02-20T09:00:00", "420802"), *result, *rule;

	(void)state;
	scene_area(facts, "420800", "Jingmen", "low", "2020-01-02", "medium", "2020-01-22", "high", "2020-01-25", "medium",
		"2020-03-08", "low", "2020-03-18", NULL);
	assert_string_equal(scene_rule(pack, facts, "2020-02-20T09:00:00"), "NB-RED-AREA");
	assert_string_equal(scene_rule(pack, facts, "2020-03-10"), "NB-RED-AREA-HELD");
	assert_string_equal(scene_colour(pack, facts, "2020-03-17T23:59:59"), "red");
	assert_string_equal(scene_since(pack, facts, "2020-03-24"), "2020-03-18T00:00:00+08:00");
	result = scene_ask(pack, facts, "2020-03-01");
	assert_true(json_is_null(json_object_get(result, "next")));
	rule = json_array_get(json_object_get(result, "rules"), 0);
	assert_non_null(strstr(json_string_value(json_object_get(json_object_get(rule, "reason"), "en")), "Jingmen"));
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(json_object_get(rule, "evidence"), 0), "level")), "high");
	json_decref(result);
	json_decref(facts);
	pack_free(pack);
}

static void
a_fall_to_medium_risk_alone_makes_ningbo_yellow_but_not_from_red(void **state)
{
	struct pack *pack = scene_pack("ningbo-2020");
	json_t *facts = scene_facts("2020-03-10T09:00:00", "420802");

	(void)state;
	scene_area(facts, "420800", "Jingmen", "high", "2020-01-25", "medium", "2020-03-08", "low", "2020-03-18", NULL);
	assert_string_equal(scene_rule(pack, facts, "2020-03-10T09:00:00"), "NB-YELLOW-AREA");
	assert_string_equal(scene_since(pack, facts, "2020-03-24"), "2020-03-18T00:00:00+08:00");
	json_decref(facts);
	pack_free(pack);
}

static void
a_stay_in_a_high_risk_area_counts_for_fourteen_days_after_it(void **state)
{
	struct pack *pack = scene_pack("ningbo-2020");
	json_t *facts = scene_facts("2020-02-20T09:00:00", "330203");

	(void)state;
	scene_area(facts, "420100", "Wuhan", "high", "2020-01-20", NULL);
	scene_add(facts, "visits",
		"{'country':'CN','division':'420106','from':'2020-02-01T00:00:00+08:00','to':'2020-02-15T09:30:00+08:00'}");
	assert_string_equal(scene_next(pack, facts, "2020-02-21"), "2020-02-29T09:30:00+08:00 green");
	json_decref(facts);
	pack_free(pack);
}

/* The national code. */

static void
the_national_code_judges_each_moment_by_itself(void **state)
{
	struct pack *pack = scene_pack("national-2020");
	json_t *facts = scene_facts("2020-03-01T10:00:00", "330106");

	(void)state;
	scene_checkins(facts, "2020-03-02", 30, -1);
	scene_add(facts, "checkins", "{'at':'2020-03-20T12:00:00+08:00','symptoms':['fever']}");
	scene_add(facts, "cases", "{'status':'suspected','at':'2020-03-25T12:00:00+08:00'}");
	scene_add(facts, "cases", "{'status':'excluded','at':'2020-03-26T12:00:00+08:00'}");
	assert_string_equal(scene_colour(pack, facts, "2020-03-20T11:59:59"), "green");
	assert_string_equal(scene_colour(pack, facts, "2020-03-20T12:00:00"), "yellow");
	assert_string_equal(scene_colour(pack, facts, "2020-03-21T08:00:00"), "green");
	assert_string_equal(scene_colour(pack, facts, "2020-03-25T12:00:00"), "red");
	assert_string_equal(scene_colour(pack, facts, "2020-03-26T12:00:00"), "green");
	json_decref(facts);
	pack_free(pack);
}

/* The travel card. */

static void
over_four_hours_in_hubei_are_red_for_the_previous_fourteen_days(void **state)
{
	struct pack *pack = scene_pack("travel-card-2020");
	json_t *facts = scene_facts("2020-03-06T10:00:00", NULL), *result, *recent;

	(void)state;
	scene_add(facts, "visits",
		"{'country':'CN','division':'420802','from':'2020-03-09T08:00:00+08:00','to':'2020-03-09T12:00:01+08:00'}");
	assert_string_equal(scene_colour(pack, facts, "2020-03-09T23:59:59"), "green");
	assert_string_equal(scene_next(pack, facts, "2020-03-09T13:00:00"), "2020-03-10T00:00:00+08:00 red");
	assert_string_equal(scene_rule(pack, facts, "2020-03-23T23:59:59"), "TC-RED-REGION");
	assert_string_equal(scene_next(pack, facts, "2020-03-20"), "2020-03-24T00:00:00+08:00 green");
	result = scene_ask(pack, facts, "2020-03-20");
	recent = json_array_get(json_object_get(json_object_get(result, "derived"), "recent"), 0);
	assert_string_equal(json_string_value(json_object_get(recent, "division")), "420800");
	assert_int_equal(json_integer_value(json_object_get(recent, "hours")), 4);
	json_decref(result);
	json_decref(facts);
	pack_free(pack);
}

static void
four_hours_exactly_are_not_over_four_hours(void **state)
{
	struct pack *pack = scene_pack("travel-card-2020");
	json_t *facts = scene_facts("2020-03-06T10:00:00", NULL);

	(void)state;
	scene_add(facts, "visits",
		"{'country':'CN','division':'420802','from':'2020-03-09T08:00:00+08:00','to':'2020-03-09T12:00:00+08:00'}");
	assert_string_equal(scene_colour(pack, facts, "2020-03-10T12:00:00"), "green");
	scene_add(facts, "visits",
		"{'country':'CN','division':'420822','from':'2020-03-09T22:00:00+08:00','to':'2020-03-09T22:10:00+08:00'}");
	assert_string_equal(scene_colour(pack, facts, "2020-03-10T12:00:00"), "red");
	json_decref(facts);
	pack_free(pack);
}

static void
a_listed_country_is_yellow_and_another_green(void **state)
{
	struct pack *pack = scene_pack("travel-card-2020");
	json_t *facts = scene_facts("2020-03-06T10:00:00", NULL);

	(void)state;
	scene_add(facts, "visits",
		"{'country':'MN','division':null,'from':'2020-03-08T08:00:00+08:00','to':'2020-03-09T08:00:00+08:00'}");
	assert_string_equal(scene_rule(pack, facts, "2020-03-12"), "TC-GREEN");
	scene_add(facts, "visits",
		"{'country':'KR','division':null,'from':'2020-03-10T08:00:00+08:00','to':'2020-03-11T08:00:00+08:00'}");
	assert_string_equal(scene_rule(pack, facts, "2020-03-12"), "TC-YELLOW-COUNTRY");
	assert_int_equal(json_array_size(pack_parameter(pack, "yellow_countries")), 58);
	json_decref(facts);
	pack_free(pack);
}

/* Overrides, in any pack. */

static void
an_override_lies_over_the_rules_and_falls_away_at_its_end(void **state)
{
	struct pack *pack = scene_pack("hangzhou-2020");
	json_t *facts = scene_facts("2020-02-12T10:00:00", "330106");

	(void)state;
	scene_add(facts, "overrides",
		"{'colour':'red','cause':'order_of_headquarters','at':'2020-02-20T10:00:00+08:00',"
		"'until':'2020-02-25T10:00:00+08:00','revoked_at':null}");
	assert_string_equal(scene_rule(pack, facts, "2020-02-20T10:00:00"), "override");
	assert_string_equal(scene_colour(pack, facts, "2020-02-24"), "red");
	assert_string_equal(scene_next(pack, facts, "2020-02-24"), "2020-02-25T10:00:00+08:00 green");
	assert_string_equal(scene_rule(pack, facts, "2020-02-25T10:00:00"), "HZ-GREEN-NEW");
	json_decref(facts);
	pack_free(pack);
}

static void
a_revoked_override_ends_when_it_is_revoked(void **state)
{
	struct pack *pack = scene_pack("hangzhou-2020");
	json_t *facts = scene_facts("2020-02-12T10:00:00", "330106");

	(void)state;
	scene_add(facts, "overrides",
		"{'colour':'red','cause':'order_of_headquarters','at':'2020-02-20T10:00:00+08:00',"
		"'until':'2020-02-25T10:00:00+08:00','revoked_at':'2020-02-22T10:00:00+08:00'}");
	assert_string_equal(scene_next(pack, facts, "2020-02-21"), "2020-02-25T10:00:00+08:00 green");
	assert_string_equal(scene_since(pack, facts, "2020-02-23"), "2020-02-22T10:00:00+08:00");
	json_decref(facts);
	pack_free(pack);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_resident_of_hangzhou_is_green_at_once),
		cmocka_unit_test(a_feverish_checkin_turns_hangzhou_yellow_until_seven_normal_days_in_a_row),
		cmocka_unit_test(a_missed_day_restarts_the_seven),
		cmocka_unit_test(a_feverish_day_restarts_the_seven_even_beside_a_normal_checkin),
		cmocka_unit_test(an_arrival_from_a_high_risk_area_is_red_for_fourteen_normal_days),
		cmocka_unit_test(red_stays_while_the_stay_is_less_than_fourteen_days_ago),
		cmocka_unit_test(declared_symptoms_are_yellow_until_checkins_take_over),
		cmocka_unit_test(hubei_is_gray_for_the_first_days_and_then_green),
		cmocka_unit_test(hubei_green_expires_without_a_checkin_and_the_next_renews_it),
		cmocka_unit_test(fever_turns_hubei_yellow_and_a_normal_reading_green),
		cmocka_unit_test(hubei_has_no_edge_from_red_to_green),
		cmocka_unit_test(a_close_contact_is_yellow_in_hubei_until_fourteen_days_are_complete),
		cmocka_unit_test(who_lives_in_jingmen_is_red_in_ningbo_until_jingmen_is_low),
		cmocka_unit_test(a_fall_to_medium_risk_alone_makes_ningbo_yellow_but_not_from_red),
		cmocka_unit_test(a_stay_in_a_high_risk_area_counts_for_fourteen_days_after_it),
		cmocka_unit_test(the_national_code_judges_each_moment_by_itself),
		cmocka_unit_test(over_four_hours_in_hubei_are_red_for_the_previous_fourteen_days),
		cmocka_unit_test(four_hours_exactly_are_not_over_four_hours),
		cmocka_unit_test(a_listed_country_is_yellow_and_another_green),
		cmocka_unit_test(an_override_lies_over_the_rules_and_falls_away_at_its_end),
		cmocka_unit_test(a_revoked_override_ends_when_it_is_revoked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
