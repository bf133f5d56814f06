/* Each allocation of an application and of gathering facts fails once: the failure is told, nothing leaks, and nothing is
 * half done. */

#include "stores.h"

#include "../failing_allocation.h"
#include "base/json.h"

struct asked {
	const struct pack *pack;
	person_number person;
	char *whole;
};

static char *
text_of(const json_t *value)
{
	struct buffer text = buffer_make(1 << 20);
	struct error e = {0};

	GOOD(json_write(value, &text, &e));
	return buffer_take(&text);
}

static int
ask(void *context)
{
	const struct asked *asked = context;
	struct registry_seen seen;
	json_t *facts = NULL;
	struct error e = {0};
	int r = registry_facts(registry, asked->pack, asked->person, REGISTRY_NEVER, moment("2020-03-24T00:00:00Z"),
		INT64_MAX, &facts, &seen, &e);

	assert_true((r == 0) == (facts != NULL));
	if (facts && asked->whole && !failing_allocation_end()) { /* the last time: as without failures */
		char *text = text_of(facts);

		assert_string_equal(text, asked->whole);
		free(text);
	}
	json_decref(facts);
	return r;
}

static void
put_count(const char *area, day_number day, int64_t confirmed)
{
	struct evidence_area_count c = {.source = "counts",
		.area = area,
		.country = "CN",
		.day = day,
		.confirmed = confirmed,
		.deaths = EVIDENCE_NOT_REPORTED,
		.recovered = EVIDENCE_NOT_REPORTED,
		.recorded_at = START};
	enum evidence_outcome outcome;
	struct error e = {0};

	GOOD(registry_begin(registry, &e));
	GOOD(evidence_area_put(registry_db(registry), &c, &outcome, &e));
	GOOD(registry_commit(registry, &e));
}

/* What was known alternates, so that the areas' timelines are made anew each time. Both are after all that the test records: the
 * store's clock runs while it does. */
static int
ask_anew(void *context)
{
	const instant known[] = {START + DAY_S, START + DAY_S + 1};
	static int turn;
	const struct asked *asked = context;
	json_t *facts = NULL;
	struct error e = {0};
	int r = registry_facts(registry, asked->pack, asked->person, REGISTRY_NEVER, moment("2020-03-24T00:00:00Z"),
		known[turn++ % 2], &facts, NULL, &e);

	assert_true((r == 0) == (facts != NULL));
	json_decref(facts);
	return r;
}

static void
facts_survive_each_failed_allocation(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	struct asked asked = {.person = apply(registry, &a)};
	enum evidence_outcome outcome;
	struct error e = {0};
	json_t *facts = NULL;

	(void)state;
	for (int day = 0; day < 3; day++) {
		struct registry_checkin c = {.person = asked.person,
			.at = moment("2020-03-02T00:00:00Z") + day * DAY_S,
			.measured = true,
			.temperature_tenths_c = 366};

		GOOD(registry_checkin_put(registry, &c, &outcome, &e));
	}
	for (day_number day = 18330; day < 18340; day++)
		put_count("420800", day, day - 18300);
	GOOD(registry_pack(registry, "hubei-2020", &asked.pack, &e));
	GOOD(registry_facts(registry, asked.pack, asked.person, REGISTRY_NEVER, moment("2020-03-24T00:00:00Z"), INT64_MAX,
		&facts, NULL, &e));
	asked.whole = text_of(facts);
	json_decref(facts);
	assert_true(failing_allocation_sweep(ask, &asked) > 50);
	assert_true(failing_allocation_sweep(ask_anew, &asked) > 80);
	free(asked.whole);
}

static int64_t
people(void)
{
	struct error e = {0};
	int64_t count;

	GOOD(db_one_int(registry_db(registry), "SELECT COUNT(*) FROM person", NULL, 0, &count, &e));
	return count;
}

static int
take_mandate(const struct registry_mandate *mandate, void *context, struct error *e)
{
	(void)e;
	*(struct registry_mandate *)context = *mandate;
	return 0;
}

static int
apply_and_take_back(void *context)
{
	struct registry_application a = application(MOTHER, "ningbo-2020", "2020-03-01T00:00:00Z");
	enum evidence_outcome outcome;
	person_number person = 0;
	struct error e = {0};
	int r;

	(void)context;
	a.guardian_id_number = FENG;
	a.relation = "parent";
	assert_int_equal(registry_begin(registry, NULL), 0);
	r = registry_apply(registry, &a, &outcome, &person, &e);
	assert_true((r == 0) == (person != 0));
	registry_rollback(registry);
	return r;
}

static int
give_and_take_back(void *context)
{
	const person_number *pair = context;
	struct registry_mandate found;
	struct error e = {0};
	int r;

	assert_int_equal(registry_begin(registry, NULL), 0);
	r = registry_mandate_give(registry, pair[0], pair[1], MANDATE_ALL, registry_clock(registry) + DAY_S, NULL, &e);
	if (r == 0 && (r = registry_mandates_held_each(registry, pair[1], take_mandate, &found, &e)) == 0)
		r = registry_mandate_accept(registry, pair[1], found.name, &e);
	registry_rollback(registry);
	return r;
}

static void
a_mandate_survives_each_failed_allocation(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	person_number pair[2];

	(void)state;
	pair[1] = apply(registry, &a);
	a.id_number = MOTHER;
	pair[0] = apply(registry, &a);
	assert_int_equal(give_and_take_back(pair), 0);
	assert_true(failing_allocation_sweep(give_and_take_back, pair) > 20);
}

static void
an_application_survives_each_failed_allocation(void **state)
{
	int64_t before;

	(void)state;
	assert_int_equal(apply_and_take_back(NULL), 0); /* statements are prepared and kept */
	before = people();
	assert_true(failing_allocation_sweep(apply_and_take_back, NULL) > 20);
	assert_int_equal(people(), before);
}

static int
check_in_and_take_back(void *context)
{
	struct registry_checkin c = {.person = *(person_number *)context,
		.at = moment("2020-03-20T00:00:00Z"),
		.measured = true,
		.temperature_tenths_c = 366,
		.contact = true};
	enum evidence_outcome outcome;
	struct error e = {0};
	int r;

	assert_int_equal(registry_symptoms_read("cough;fatigue", 13, &c, &e), 0);
	assert_int_equal(registry_begin(registry, NULL), 0);
	r = registry_checkin_put(registry, &c, &outcome, &e);
	registry_rollback(registry);
	return r;
}

static void
a_checkin_survives_each_failed_allocation(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	person_number person = apply(registry, &a);

	(void)state;
	assert_int_equal(check_in_and_take_back(&person), 0); /* statements are prepared and kept */
	assert_true(failing_allocation_sweep(check_in_and_take_back, &person) > 10);
}

static int
was_nowhere(person_number person, void *context, struct error *e)
{
	(void)person;
	(void)context;
	(void)e;
	return 0;
}

/* Somebody without an ID number comes, and is found to be who has applied. */
static int
match_and_take_back(void *context)
{
	const struct registry_identity *identity = context;
	person_number person;
	int r;

	assert_int_equal(registry_begin(registry, NULL), 0);
	if ((r = registry_person_by_local_number(registry, "ward", "p1", identity, 0, &person, NULL)) >= 0)
		r = registry_match_settle(registry, was_nowhere, NULL, NULL);
	registry_rollback(registry);
	return r;
}

static void
a_match_survives_each_failed_allocation(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	struct registry_identity identity = {.phone = "13800000077", .birth_date = "1980-01-01"};

	(void)state;
	apply(registry, &a);
	snprintf(identity.name, sizeof identity.name, "%s", a.name);
	snprintf(identity.phone, sizeof identity.phone, "%s", a.phone);
	assert_int_equal(match_and_take_back(&identity), 0);
	assert_true(failing_allocation_sweep(match_and_take_back, &identity) > 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(facts_survive_each_failed_allocation, store_set_up, store_tear_down),
		cmocka_unit_test_setup_teardown(an_application_survives_each_failed_allocation, store_set_up, store_tear_down),
		cmocka_unit_test_setup_teardown(a_mandate_survives_each_failed_allocation, store_set_up, store_tear_down),
		cmocka_unit_test_setup_teardown(a_checkin_survives_each_failed_allocation, store_set_up, store_tear_down),
		cmocka_unit_test_setup_teardown(a_match_survives_each_failed_allocation, store_set_up, store_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
