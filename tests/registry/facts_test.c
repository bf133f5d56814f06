#include "stores.h"

#include "base/json.h"
#include "policy/evaluate.h"

static void
put(struct registry *to, enum evidence_kind kind, person_number person, const char *key, const char *at,
	const char *body)
{
	struct evidence_row row = {.kind = kind, .person = person, .key = key, .at = moment(at), .body = body};
	enum evidence_outcome outcome;
	struct error e = {0};

	row.recorded_at = registry_recording_time(to);
	GOOD(registry_evidence_put(to, &row, &outcome, &e));
}

static void
count_by(struct registry *to, const char *source, const char *area, const char *day, int64_t confirmed)
{
	struct evidence_area_count c = {.source = source,
		.area = area,
		.country = "CN",
		.confirmed = confirmed,
		.deaths = EVIDENCE_NOT_REPORTED,
		.recovered = EVIDENCE_NOT_REPORTED,
		.recorded_at = registry_recording_time(to)};
	enum evidence_outcome outcome;
	struct error e = {0};

	GOOD(day_read(day, strlen(day), &c.day, &e));
	GOOD(registry_begin(to, &e));
	GOOD(evidence_area_put(registry_db(to), &c, &outcome, &e));
	GOOD(registry_commit(to, &e));
}

static void
count(struct registry *to, const char *area, const char *day, int64_t confirmed)
{
	count_by(to, "counts", area, day, confirmed);
}

static void
checkin(struct registry *to, person_number person, const char *at, int32_t tenths)
{
	struct registry_checkin c = {.person = person, .at = moment(at), .measured = true, .temperature_tenths_c = tenths};
	enum evidence_outcome outcome;
	struct error e = {0};

	GOOD(registry_symptoms_read("fatigue; cough", 14, &c, &e));
	GOOD(registry_checkin_put(to, &c, &outcome, &e));
}

static json_t *
facts(struct registry *of, const char *jurisdiction, person_number person, const char *now)
{
	const struct pack *pack;
	json_t *found = NULL;
	struct error e = {0};

	GOOD(registry_pack(of, jurisdiction, &pack, &e));
	GOOD(registry_facts(of, pack, person, REGISTRY_NEVER, moment(now), INT64_MAX, &found, NULL, &e));
	return found;
}

static char *
bytes(json_t *value)
{
	struct buffer b = buffer_make(1 << 20);
	struct error e = {0};

	GOOD(json_write(value, &b, &e));
	json_decref(value);
	return buffer_take(&b);
}

static const char visit_body[] =
	"{\"country\":\"CN\",\"division\":\"420100\",\"from\":\"2020-02-01T00:00:00Z\",\"to\":\"2020-02-03T00:00:00Z\"}";

static void
facts_hold_what_was_told_in_the_packs_time(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	person_number feng = apply(registry, &a);
	char *text;

	(void)state;
	checkin(registry, feng, "2020-03-02T00:00:00Z", 366);
	checkin(registry, feng, "2020-03-20T00:00:00Z", 366);
	text = bytes(facts(registry, "hubei-2020", feng, "2020-03-10T00:00:00Z"));
	assert_string_equal(text,
		"{\"applied_at\":\"2020-03-01T08:00:00+08:00\",\"areas\":{\"420800\":{\"name\":{\"en\":\"Jingmen\",\"zh\":\"荆门市\"},"
		"\"steps\":[]}},\"cases\":[],\"checkins\":[{\"at\":"
		"\"2020-03-02T08:00:00+08:00\",\"contact\":false,\"symptoms\":[\"cough\",\"fatigue\"],"
		"\"temperature_tenths_c\":366}],\"contacts\":[],\"declarations\":[],\"overrides\":[],\"recognitions\":[],\"recoveries\":[],\"residences\":[{"
		"\"country\":\"CN\",\"division\":\"420802\",\"from\":null,\"to\":null}],\"tests\":[],\"vaccinations\":[],\"visits\":[]}");
	free(text);
}

static void
facts_without_an_application_there_by_then_are_none(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	person_number feng = apply(registry, &a);
	const struct pack *pack;
	json_t *found = NULL;
	struct error e = {0};

	(void)state;
	GOOD(registry_pack(registry, "hubei-2020", &pack, &e));
	assert_int_equal(registry_facts(registry, pack, feng, REGISTRY_NEVER, moment("2020-02-01T00:00:00Z"), INT64_MAX,
						 &found, NULL, &e),
		ERROR_EXISTS_NOT);
	GOOD(registry_pack(registry, "ningbo-2020", &pack, &e));
	assert_int_equal(registry_facts(registry, pack, feng, REGISTRY_NEVER, moment("2020-03-02T00:00:00Z"), INT64_MAX,
						 &found, NULL, &e),
		ERROR_EXISTS_NOT);
}

static void
who_need_not_apply_has_facts_from_the_moment_that_is_given(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	person_number feng = apply(registry, &a);
	const struct pack *pack;
	json_t *found = NULL;
	struct error e = {0};

	(void)state;
	checkin(registry, feng, "2020-03-02T00:00:00Z", 366);
	GOOD(registry_pack(registry, "ningbo-2020", &pack, &e));
	GOOD(registry_facts(registry, pack, feng, moment("2020-02-11T00:00:00Z"), moment("2020-03-03T00:00:00Z"), INT64_MAX,
		&found, NULL, &e));
	assert_string_equal(json_string_value(json_object_get(found, "applied_at")), "2020-02-11T08:00:00+08:00");
	assert_int_equal(json_array_size(json_object_get(found, "checkins")), 1);
	json_decref(found);
	GOOD(registry_pack(registry, "hubei-2020", &pack, &e));
	GOOD(registry_facts(registry, pack, feng, moment("2020-02-11T00:00:00Z"), moment("2020-03-03T00:00:00Z"), INT64_MAX,
		&found, NULL, &e));
	assert_string_equal(json_string_value(json_object_get(found, "applied_at")), "2020-03-01T08:00:00+08:00");
	json_decref(found);
}

static void
two_stores_told_in_another_order_have_the_same_facts(void **state)
{
	struct registry_application hubei = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	struct registry_application ningbo = application(FENG, "ningbo-2020", "2020-02-20T00:00:00Z");
	struct error e = {0};
	person_number here, there;
	struct registry *other;
	char path[64], *a, *b;

	(void)state;
	here = apply(registry, &hubei);
	apply(registry, &ningbo);
	count(registry, "420800", "2020-02-01", 70);
	count(registry, "420800", "2020-02-02", 90);
	put(registry, EVIDENCE_VISIT, here, "v1", "2020-02-01T00:00:00Z", visit_body);
	checkin(registry, here, "2020-03-02T00:00:00Z", 366);
	checkin(registry, here, "2020-03-03T00:00:00Z", 367);

	other = store_another(path);
	GOOD(registry_person_by_id_number(other, FENG, strlen(FENG), true, 0, &there, &e));
	checkin(other, there, "2020-03-03T00:00:00Z", 367);
	put(other, EVIDENCE_VISIT, there, "v1", "2020-02-01T00:00:00Z", visit_body);
	count(other, "420800", "2020-02-02", 90);
	checkin(other, there, "2020-03-02T00:00:00Z", 366);
	apply(other, &ningbo);
	count(other, "420800", "2020-02-01", 70);
	apply(other, &hubei);

	a = bytes(facts(registry, "ningbo-2020", here, "2020-03-24T00:00:00Z"));
	b = bytes(facts(other, "ningbo-2020", there, "2020-03-24T00:00:00Z"));
	assert_string_equal(a, b);
	assert_non_null(strstr(a, "\"420800\":{\"name\":{\"en\":\"Jingmen\",\"zh\":\"荆门市\"}"));
	assert_non_null(strstr(a, "\"level\":\"high\""));
	free(a);
	free(b);
	store_discard(other, path);
}

/* The changes of an area's level in the facts: "DAY LEVEL, " each; NULL where the facts don't name the area. */
static const char *
steps_of(person_number person, const char *area)
{
	static char text[1024];
	json_t *found = facts(registry, "ningbo-2020", person, "2020-03-24T00:00:00Z"), *step;
	const json_t *steps = json_object_get(json_object_get(json_object_get(found, "areas"), area), "steps");
	size_t i, length = 0;

	text[0] = '\0';
	json_array_foreach((json_t *)steps, i, step)
	{
		length += (size_t)snprintf(text + length, sizeof text - length, "%.10s %s, ",
			json_string_value(json_object_get(step, "at")), json_string_value(json_object_get(step, "level")));
	}
	json_decref(found);
	return steps ? text : NULL;
}

static void
where_an_areas_own_counts_begin_late_the_wider_areas_stand_in(void **state)
{
	struct registry_application a = application(FENG, "ningbo-2020", "2020-02-20T00:00:00Z");
	person_number feng = apply(registry, &a);

	(void)state;
	count(registry, "420000", "2020-02-10", 60);
	count(registry, "CN", "2020-02-01", 900);
	assert_string_equal(steps_of(feng, "420000"), "2020-02-11 high, ");
	assert_null(steps_of(feng, "420800")); /* nobody counts it */
	count(registry, "420800", "2020-02-22", 1);
	assert_string_equal(steps_of(feng, "420800"), "2020-02-23 medium, ");
	assert_string_equal(steps_of(feng, "420000"), "2020-02-11 high, "); /* until then, hers */
	assert_null(steps_of(feng, "CN"));                                  /* the province's are known in time */
	count(registry, "420800", "2020-02-18", 0);
	assert_string_equal(steps_of(feng, "420800"), "2020-02-19 low, 2020-02-23 medium, ");
	assert_null(steps_of(feng, "420000"));
}

static void
the_series_of_an_area_is_one_sources_by_the_packs_order(void **state)
{
	struct registry_application a = application(FENG, "ningbo-2020", "2020-02-20T00:00:00Z");
	person_number feng = apply(registry, &a);

	(void)state;
	count_by(registry, "zhejiang", "420800", "2020-02-10", 90);
	count_by(registry, "another", "420800", "2020-02-11", 2);
	assert_string_equal(steps_of(feng, "420800"), "2020-02-12 medium, "); /* neither is named: the first by name */
	count_by(registry, "csse", "420800", "2020-02-12", 80);
	assert_string_equal(steps_of(feng, "420800"), "2020-02-13 high, ");
	count_by(registry, "china-series", "420800", "2020-02-13", 3);
	assert_string_equal(steps_of(feng, "420800"), "2020-02-14 medium, ");
	count_by(registry, "csse", "420800", "2020-03-01", 200); /* changes nothing of the chosen source's coverage */
	assert_string_equal(steps_of(feng, "420800"), "2020-02-14 medium, ");
}

static void
an_area_is_read_again_when_its_counts_change(void **state)
{
	struct registry_application a = application(FENG, "ningbo-2020", "2020-02-01T00:00:00Z");
	person_number feng = apply(registry, &a);

	(void)state;
	assert_string_equal(steps_of(feng, "420800"), "");
	count(registry, "420800", "2020-02-01", 10);
	assert_string_equal(steps_of(feng, "420800"), "2020-02-02 medium, ");
}

static void
policy_takes_the_facts(void **state)
{
	struct registry_application a = application(FENG, "ningbo-2020", "2020-02-20T00:00:00Z");
	person_number feng = apply(registry, &a);
	json_t *given, *result = NULL;
	const struct pack *pack;
	struct error e = {0};

	(void)state;
	count(registry, "420800", "2020-02-18", 70);
	count(registry, "420800", "2020-02-19", 90);
	checkin(registry, feng, "2020-02-21T00:00:00Z", 366);
	GOOD(registry_pack(registry, "ningbo-2020", &pack, &e));
	given = facts(registry, "ningbo-2020", feng, "2020-02-22T00:00:00Z");
	GOOD(evaluate(pack, given, moment("2020-02-22T00:00:00Z"), &result, NULL, &e));
	assert_string_equal(json_string_value(json_object_get(result, "colour")), "red");
	json_decref(given);
	json_decref(result);
}

static void
visits_added_later_bring_their_areas(void **state)
{
	struct registry_application a = application(FENG, "ningbo-2020", "2020-02-20T00:00:00Z");
	person_number feng = apply(registry, &a);
	json_t *found, *visit;
	const struct pack *pack;
	struct registry_seen seen;
	struct error e = {0};

	(void)state;
	count(registry, "420100", "2020-02-18", 70);
	found = facts(registry, "ningbo-2020", feng, "2020-02-22T00:00:00Z");
	assert_null(json_object_get(json_object_get(found, "areas"), "420100"));
	assert_int_equal(json_read(visit_body, strlen(visit_body), "visit", &visit, &e), 0);
	json_array_append_new(json_object_get(found, "visits"), visit);
	GOOD(registry_pack(registry, "ningbo-2020", &pack, &e));
	GOOD(registry_facts_finish(registry, pack, found, INT64_MAX, &seen, &e));
	assert_non_null(json_object_get(json_object_get(found, "areas"), "420100"));
	assert_string_equal(seen.areas, "420800,420000,CN,420100");
	json_decref(found);
}

/* Hubei's pack with one more rule, which looks at the age. */
static struct pack *
pack_that_reads_ages(void)
{
	static const char rule[] =
		"{\"id\":\"HB-OLD\",\"colour\":\"green\",\"from\":[\"gray\"],\"when\":{\"!\":[{\"!\":[{\"var\":"
		"\"payload.birth_date\"}]}]},\"reason\":\"first\",\"source\":\"a test\"}";
	static const char text[] = "{\"first\":\"F\",\"override\":\"{cause} {until}\"}";
	static const char head[] =
		"{\"name\":{\"zh\":\"甲\",\"en\":\"A\"},\"time_zone\":{\"name\":\"Asia/Shanghai\",\"offset\":\"+08:00\"},"
		"\"valid\":{\"from\":\"2020-02-01\",\"to\":null},\"first_colour\":\"gray\","
		"\"severity\":[\"gray\",\"green\",\"yellow\",\"red\"],\"parameters\":{},\"horizon_days\":90,\"area\":[\"42\"],\"sources\":[\"a test\"]}";
	const struct pack_file files[] = {{"pack.json", head, strlen(head)}, {"rules/old.json", rule, strlen(rule)},
		{"texts/zh.json", text, strlen(text)}, {"texts/en.json", text, strlen(text)}};
	struct pack *pack = NULL;
	struct error e = {0};

	GOOD(pack_read("hubei-2020", files, 4, NULL, NULL, &pack, &e));
	return pack;
}

static void
a_date_of_birth_is_given_to_rules_that_read_it_and_only_from_numbers_that_hold_one(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z"),
								b = application("E12345678", "hubei-2020", "2020-03-01T00:00:00Z");
	person_number feng = apply(registry, &a), traveller = apply(registry, &b);
	struct pack *pack = pack_that_reads_ages();
	json_t *found = NULL;
	struct error e = {0};

	(void)state;
	GOOD(registry_facts(registry, pack, feng, REGISTRY_NEVER, START, INT64_MAX, &found, NULL, &e));
	assert_string_equal(json_string_value(json_object_get(found, "birth_date")), "1980-01-01");
	json_decref(found);
	GOOD(registry_facts(registry, pack, traveller, REGISTRY_NEVER, START, INT64_MAX, &found, NULL, &e));
	assert_null(json_object_get(found, "birth_date"));
	json_decref(found);
	found = facts(registry, "hubei-2020", feng, "2020-03-24T00:00:00Z");
	assert_null(json_object_get(found, "birth_date"));
	json_decref(found);
	pack_free(pack);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_set_up, store_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(facts_hold_what_was_told_in_the_packs_time),
		TEST(facts_without_an_application_there_by_then_are_none),
		TEST(who_need_not_apply_has_facts_from_the_moment_that_is_given),
		TEST(two_stores_told_in_another_order_have_the_same_facts),
		TEST(where_an_areas_own_counts_begin_late_the_wider_areas_stand_in),
		TEST(the_series_of_an_area_is_one_sources_by_the_packs_order),
		TEST(an_area_is_read_again_when_its_counts_change),
		TEST(policy_takes_the_facts),
		TEST(visits_added_later_bring_their_areas),
		TEST(a_date_of_birth_is_given_to_rules_that_read_it_and_only_from_numbers_that_hold_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
