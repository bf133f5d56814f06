#include "stores.h"

#define OTHER_PHONE "13700000002"

static enum voucher_state
state_of(person_number person, const char *phone)
{
	uint8_t hash[REGISTRY_HASH_SIZE];
	enum voucher_state found;
	struct error e = {0};

	registry_phone_hash(registry, phone, hash);
	GOOD(registry_voucher_state(registry, person, hash, &found, &e));
	return found;
}

/* Apply as a person does who holds the phone. */
static person_number
apply_alone(const char *id_number, const char *phone, const char *division)
{
	struct registry_application a = application(id_number, "hubei-2020", "2020-03-01T00:00:00Z");

	a.phone = phone;
	a.division = division;
	a.how = VOUCHER_NONE;
	a.vouched_by = NULL;
	return apply(registry, &a);
}

static void
confirm(const char *phone, const char *at)
{
	struct error e = {0};

	GOOD(registry_vouch(registry, FENG, phone, VOUCHER_COMMITTEE, "committee-7", moment(at), 0, &e));
}

static void
a_phone_speaks_once_somebody_vouches(void **state)
{
	person_number feng = apply_alone(FENG, FENG_PHONE, "420802");

	(void)state;
	assert_int_equal(state_of(feng, OTHER_PHONE), VOUCHER_UNCLAIMED);
	assert_int_equal(state_of(feng, FENG_PHONE), VOUCHER_AWAITED);
	confirm(FENG_PHONE, "2020-03-02T00:00:00Z");
	assert_int_equal(state_of(feng, FENG_PHONE), VOUCHER_SPEAKS);
}

static void
the_same_number_from_another_phone_is_frozen_until_one_is_confirmed(void **state)
{
	person_number feng = apply_alone(FENG, FENG_PHONE, "420802");

	(void)state;
	confirm(FENG_PHONE, "2020-03-02T00:00:00Z");
	assert_int_equal(apply_alone(FENG, OTHER_PHONE, "420802"), feng);
	assert_int_equal(state_of(feng, OTHER_PHONE), VOUCHER_FROZEN);
	assert_int_equal(state_of(feng, FENG_PHONE), VOUCHER_SPEAKS);
	confirm(OTHER_PHONE, "2020-03-03T00:00:00Z");
	assert_int_equal(state_of(feng, OTHER_PHONE), VOUCHER_SPEAKS);
	assert_int_equal(state_of(feng, FENG_PHONE), VOUCHER_REPLACED);
}

static int
see_division(const struct registry_applied *applied, void *context, struct error *e)
{
	(void)e;
	strcpy(context, applied->division);
	return 0;
}

static void
a_frozen_application_changes_nothing(void **state)
{
	struct registry_identity identity;
	char division[8] = "";
	struct error e = {0};
	person_number feng;

	(void)state;
	feng = apply_alone(FENG, FENG_PHONE, "420802");
	apply_alone(FENG, OTHER_PHONE, "420102");
	GOOD(registry_applications_each(registry, feng, see_division, division, &e));
	assert_string_equal(division, "420802");
	GOOD(registry_identity_open(registry, feng, "test", "self", &identity, &e));
	assert_string_equal(identity.phone, FENG_PHONE);
}

static void
who_knows_number_and_phone_but_is_not_signed_in_changes_nothing(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-05T00:00:00Z");
	person_number feng = apply_alone(FENG, FENG_PHONE, "420802"), person;
	enum evidence_outcome outcome;
	struct error e = {0};
	char division[8] = "";

	(void)state;
	confirm(FENG_PHONE, "2020-03-02T00:00:00Z");
	a.how = VOUCHER_NONE;
	a.division = "420102";
	assert_int_equal(GOOD(registry_apply(registry, &a, &outcome, &person, &e)), 1);
	GOOD(registry_applications_each(registry, feng, see_division, division, &e));
	assert_string_equal(division, "420802");
	a.phone_proved = true;
	assert_int_equal(GOOD(registry_apply(registry, &a, &outcome, &person, &e)), 0);
	GOOD(registry_applications_each(registry, feng, see_division, division, &e));
	assert_string_equal(division, "420102");
}

static int
count_kind(const struct registry_notice *notice, void *context, struct error *e)
{
	char *seen = context;

	(void)e;
	sprintf(seen + strlen(seen), "%s>%s ", notice->kind, notice->phone);
	return 0;
}

static void
both_phones_are_told(void **state)
{
	struct error e = {0};
	char seen[1024] = "";

	(void)state;
	GOOD(registry_set_gateway(registry, true, &e));
	apply_alone(FENG, FENG_PHONE, "420802");
	apply_alone(FENG, OTHER_PHONE, "420802");
	confirm(OTHER_PHONE, "2020-03-03T00:00:00Z");
	confirm(FENG_PHONE, "2020-03-04T00:00:00Z");
	GOOD(registry_notices_deliver(registry, count_kind, seen, 100, &e));
	assert_string_equal(seen,
		"claim-received>" FENG_PHONE " claim-received>" OTHER_PHONE " claim-contested>" FENG_PHONE
		" voucher-confirmed>" OTHER_PHONE " voucher-confirmed>" FENG_PHONE " voucher-replaced>" OTHER_PHONE " ");
	seen[0] = 0;
	GOOD(registry_notices_deliver(registry, count_kind, seen, 100, &e));
	assert_string_equal(seen, "");
}

static void
the_order_of_vouchers_recorded_does_not_matter(void **state)
{
	person_number feng = apply_alone(FENG, FENG_PHONE, "420802");

	(void)state;
	confirm(OTHER_PHONE, "2020-03-05T00:00:00Z");
	confirm(FENG_PHONE, "2020-03-02T00:00:00Z");
	assert_int_equal(state_of(feng, OTHER_PHONE), VOUCHER_SPEAKS);
	assert_int_equal(state_of(feng, FENG_PHONE), VOUCHER_REPLACED);
}

static int
see_spoken(person_number person, enum voucher_state found, void *context, struct error *e)
{
	int *counts = context;

	(void)e;
	(void)person;
	counts[found]++;
	return 0;
}

static void
a_vouched_guardians_phone_speaks_for_the_family(void **state)
{
	struct registry_application mother = application(MOTHER, "hubei-2020", "2020-03-01T00:00:00Z");
	struct registry_application feng = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	int counts[VOUCHER_REPLACED + 1] = {0};
	uint8_t hash[REGISTRY_HASH_SIZE];
	struct error e = {0};

	(void)state;
	mother.phone = OTHER_PHONE;
	mother.guardian_id_number = FENG;
	mother.relation = "parent";
	apply(registry, &mother);
	apply(registry, &feng);
	registry_phone_hash(registry, FENG_PHONE, hash);
	GOOD(registry_spoken_for_each(registry, hash, see_spoken, counts, &e));
	assert_int_equal(counts[VOUCHER_SPEAKS], 2);
}

static instant
spoken_until(void)
{
	uint8_t hash[REGISTRY_HASH_SIZE];
	struct db_about about = {0};
	instant until = 0;
	struct error e = {0};

	registry_phone_hash(registry, FENG_PHONE, hash);
	GOOD(registry_spoken_for_until(registry, hash, &about, &until, &e));
	return until;
}

static void
for_whom_a_phone_speaks_may_change_when_something_is_dated_later(void **state)
{
	struct registry_application mother = application(MOTHER, "hubei-2020", "2020-03-01T00:00:00Z");
	instant now = moment("2020-03-05T00:00:00Z");

	(void)state;
	apply_alone(FENG, FENG_PHONE, "420802");
	registry_set_times(registry, &now, NULL);
	assert_true(spoken_until() == INT64_MAX);
	confirm(OTHER_PHONE, "2020-03-20T00:00:00Z");
	assert_true(spoken_until() == moment("2020-03-20T00:00:00Z"));
	mother.phone = OTHER_PHONE;
	mother.guardian_id_number = FENG;
	mother.applied_at = moment("2020-03-10T00:00:00Z");
	apply(registry, &mother);
	assert_true(spoken_until() == moment("2020-03-10T00:00:00Z"));
}

static void
saying_to_be_a_guardian_gives_no_word(void **state)
{
	struct registry_application mother = application(MOTHER, "hubei-2020", "2020-03-01T00:00:00Z");
	struct registry_application feng = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	int counts[VOUCHER_REPLACED + 1] = {0};
	uint8_t hash[REGISTRY_HASH_SIZE];
	struct error e = {0};

	(void)state;
	apply(registry, &feng);
	mother.guardian_id_number = FENG;
	mother.how = VOUCHER_NONE;
	apply(registry, &mother);
	registry_phone_hash(registry, FENG_PHONE, hash);
	GOOD(registry_spoken_for_each(registry, hash, see_spoken, counts, &e));
	assert_int_equal(counts[VOUCHER_SPEAKS], 1);
	assert_int_equal(counts[VOUCHER_AWAITED], 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_set_up, store_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_phone_speaks_once_somebody_vouches),
		TEST(the_same_number_from_another_phone_is_frozen_until_one_is_confirmed),
		TEST(a_frozen_application_changes_nothing),
		TEST(who_knows_number_and_phone_but_is_not_signed_in_changes_nothing),
		TEST(both_phones_are_told),
		TEST(the_order_of_vouchers_recorded_does_not_matter),
		TEST(a_vouched_guardians_phone_speaks_for_the_family),
		TEST(for_whom_a_phone_speaks_may_change_when_something_is_dated_later),
		TEST(saying_to_be_a_guardian_gives_no_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
