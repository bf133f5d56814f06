#include "stores.h"

#define CHILD "420802200205100015"
#define CHILD_OF_AGE "2020-05-09T16:00:00Z" /* midnight in China, eighteen years after */

static person_number feng, mother;

static int
set_up(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	int r = store_set_up(state);

	if (r)
		return r;
	feng = apply(registry, &a);
	a.id_number = MOTHER;
	a.phone = "13600000003";
	mother = apply(registry, &a);
	return 0;
}

static int
take_last(const struct registry_mandate *mandate, void *context, struct error *e)
{
	(void)e;
	*(struct registry_mandate *)context = *mandate;
	return 0;
}

static struct registry_mandate
last_of(person_number who)
{
	struct registry_mandate found = {.state = MANDATE_ENDED};
	struct error e = {0};

	GOOD(registry_mandates_each(registry, who, take_last, &found, &e));
	return found;
}

static instant
tomorrow(void)
{
	return registry_clock(registry) + DAY_S;
}

static void
an_offer_holds_once_it_is_accepted(void **state)
{
	struct registry_mandate found = {0};
	struct error e = {0};

	(void)state;
	GOOD(registry_mandate_give(registry, mother, feng, MANDATE_CODE | MANDATE_CHECKIN, tomorrow(), NULL, &e));
	found = last_of(feng);
	assert_int_equal(found.state, MANDATE_OFFERED);
	assert_int_equal(registry_mandate_accept(registry, mother, found.name, &e), ERROR_EXISTS_NOT);
	assert_int_equal(registry_mandate_accept(registry, feng, "0123456789abcdef", &e), ERROR_EXISTS_NOT);
	GOOD(registry_mandate_accept(registry, feng, found.name, &e));
	found = last_of(mother);
	assert_int_equal(found.state, MANDATE_HOLDS);
	assert_int_equal(found.acts, MANDATE_CODE | MANDATE_CHECKIN);
	assert_int_equal(found.person, mother);
	assert_int_equal(found.helper, feng);
	assert_int_equal(registry_mandate_accept(registry, feng, found.name, &e), ERROR_EXISTS_NOT);
}

static void
before_staff_it_holds_at_once_and_either_ends_it(void **state)
{
	struct error e = {0};

	(void)state;
	GOOD(registry_mandate_give(registry, mother, feng, MANDATE_CODE, tomorrow(), "committee-7", &e));
	assert_int_equal(last_of(feng).state, MANDATE_HOLDS);
	assert_string_equal(last_of(feng).by, "committee-7");
	GOOD(registry_mandate_end(registry, feng, last_of(feng).name, NULL, &e));
	assert_int_equal(last_of(mother).state, MANDATE_ENDED);
	assert_int_equal(registry_mandate_end(registry, feng, last_of(feng).name, NULL, &e), ERROR_EXISTS_NOT);
	GOOD(registry_mandate_give(registry, mother, feng, MANDATE_ALL, tomorrow(), "committee-7", &e));
	assert_int_equal(last_of(mother).state, MANDATE_HOLDS);
	GOOD(registry_mandate_end(registry, mother, last_of(feng).name, NULL, &e));
	assert_int_equal(last_of(feng).state, MANDATE_ENDED);
}

static void
it_is_over_at_its_end(void **state)
{
	instant end = tomorrow(), later = end - 1;
	struct error e = {0};

	(void)state;
	GOOD(registry_mandate_give(registry, mother, feng, MANDATE_CODE, end, "committee-7", &e));
	registry_set_times(registry, &later, NULL);
	assert_int_equal(last_of(feng).state, MANDATE_HOLDS);
	registry_set_times(registry, &end, NULL);
	assert_int_equal(last_of(feng).state, MANDATE_ENDED);
}

static void
what_cannot_be_given_is_refused(void **state)
{
	struct error e = {0};

	(void)state;
#define GIVE(person, helper, acts, until, by) registry_mandate_give(registry, person, helper, acts, until, by, &e)
	assert_int_equal(GIVE(feng, feng, MANDATE_CODE, tomorrow(), NULL), ERROR_USAGE);
	assert_int_equal(GIVE(mother, feng, 0, tomorrow(), NULL), ERROR_USAGE);
	assert_int_equal(GIVE(mother, feng, MANDATE_OWN, tomorrow(), NULL), ERROR_USAGE);
	assert_int_equal(GIVE(mother, feng, MANDATE_CODE, registry_clock(registry), NULL), ERROR_USAGE);
	assert_int_equal(GIVE(mother, feng, MANDATE_CODE, tomorrow() + 366LL * DAY_S, NULL), ERROR_USAGE);
	assert_int_equal(GIVE(mother, feng, MANDATE_CODE, tomorrow(), ""), ERROR_USAGE);
	assert_int_equal(last_of(mother).state, MANDATE_ENDED);
	assert_int_equal(last_of(mother).person, 0);
}

static void
one_person_acts_for_as_many_as_the_pack_says(void **state)
{
	char passport[] = "AA00001";
	person_number person;
	struct error e = {0};

	(void)state;
	for (int i = 0; i < 6; i++) {
		passport[6] = (char)('1' + i);
		GOOD(registry_person_by_id_number(registry, passport, strlen(passport), true, 0, &person, &e));
		assert_int_equal(GIVE(person, feng, MANDATE_CODE, tomorrow(), "committee-7"), i < 5 ? 0 : ERROR_DENIED);
	}
	/* One who is offered a sixth cannot accept it, and may once another is over. */
	GOOD(GIVE(mother, feng, MANDATE_CODE, tomorrow(), NULL));
	assert_int_equal(registry_mandate_accept(registry, feng, last_of(mother).name, &e), ERROR_DENIED);
	GOOD(registry_person_by_id_number(registry, "AA00001", 7, false, 0, &person, &e));
	GOOD(registry_mandate_end(registry, person, last_of(person).name, NULL, &e));
	GOOD(registry_mandate_accept(registry, feng, last_of(mother).name, &e));
}

static void
one_person_gives_few(void **state)
{
	char passport[] = "AA00000";
	person_number person;
	struct error e = {0};

	(void)state;
	for (int i = 0; i <= MANDATE_GIVEN_MAX; i++) {
		passport[5] = (char)('0' + i / 10);
		passport[6] = (char)('0' + i % 10);
		GOOD(registry_person_by_id_number(registry, passport, strlen(passport), true, 0, &person, &e));
		assert_int_equal(
			GIVE(mother, person, MANDATE_CODE, tomorrow(), NULL), i < MANDATE_GIVEN_MAX ? 0 : ERROR_DENIED);
	}
}

struct seen {
	char text[512];
	person_number helper;
};

static int
see_access(const struct registry_access *access, void *context, struct error *e)
{
	struct seen *seen = context;

	(void)e;
	if (registry_mandate_logged(access->by))
		seen->helper = registry_mandate_logged(access->by);
	snprintf(seen->text + strlen(seen->text), sizeof seen->text - strlen(seen->text), "%s ", access->purpose);
	return 0;
}

static void
the_person_reads_who_did_what(void **state)
{
	struct seen seen = {0};
	struct error e = {0};

	(void)state;
	GOOD(GIVE(mother, feng, MANDATE_ALL, tomorrow(), NULL));
	GOOD(registry_mandate_accept(registry, feng, last_of(feng).name, &e));
	GOOD(registry_mandate_log(registry, mother, feng, MANDATE_CODE, true, &e));
	GOOD(registry_mandate_log(registry, mother, feng, MANDATE_CODE, true, &e));
	GOOD(registry_mandate_log(registry, mother, feng, MANDATE_CHECKIN, false, &e));
	GOOD(registry_mandate_log(registry, mother, feng, MANDATE_CHECKIN, false, &e));
	GOOD(registry_accesses_each(registry, mother, see_access, &seen, &e));
	assert_string_equal(seen.text, "mandate-checkin mandate-checkin mandate-code mandate-accepted ");
	assert_int_equal(seen.helper, feng);
	assert_int_equal(registry_mandate_logged("committee-7"), 0);
}

static void
it_stands_in_the_ledger_and_makes_nobody_due(void **state)
{
	instant now = registry_clock(registry) + 1;
	int64_t wrong, before, after;
	struct error e = {0};

	(void)state;
	GOOD(db_one_int(registry_db(registry), "SELECT COUNT(*) FROM ledger", NULL, 0, &before, &e));
	GOOD(db_run(registry_db(registry), "DELETE FROM due", &e));
	GOOD(GIVE(mother, feng, MANDATE_CODE, now + DAY_S, "committee-7"));
	GOOD(db_one_int(registry_db(registry), "SELECT COUNT(*) FROM ledger", NULL, 0, &after, &e));
	assert_int_equal(after, before + 1);
	GOOD(registry_verify_given(registry, &wrong, &e));
	assert_int_equal(wrong, -1);
	GOOD(db_one_int(registry_db(registry), "SELECT COUNT(*) FROM due", NULL, 0, &after, &e));
	assert_int_equal(after, 0);
}

static int
see_spoken(person_number person, enum voucher_state found, void *context, struct error *e)
{
	(void)e;
	(void)person;
	*(int *)context += found == VOUCHER_SPEAKS;
	return 0;
}

/* For how many a phone speaks, and until when that stays so. */
static int
spoken_for_by(const char *phone, instant at, instant *ret_until)
{
	struct db_about about = {0};
	uint8_t hash[REGISTRY_HASH_SIZE];
	struct error e = {0};
	int count = 0;

	registry_set_times(registry, &at, NULL);
	registry_phone_hash(registry, phone, hash);
	GOOD(registry_spoken_for_each(registry, hash, see_spoken, &count, &e));
	GOOD(registry_spoken_for_until(registry, hash, &about, ret_until, &e));
	return count;
}

static int
spoken_for(instant at, instant *ret_until)
{
	return spoken_for_by(FENG_PHONE, at, ret_until);
}

static void
a_childs_guardian_acts_until_it_comes_of_age(void **state)
{
	struct registry_application a = application(CHILD, "hubei-2020", "2020-03-02T00:00:00Z");
	instant of_age = moment(CHILD_OF_AGE), until;

	(void)state;
	a.guardian_id_number = FENG;
	apply(registry, &a);
	assert_int_equal(spoken_for(of_age - 1, &until), 2);
	assert_true(until == of_age);
	assert_int_equal(spoken_for(of_age, &until), 1);
	assert_true(until == INT64_MAX);
}

static void
a_grown_child_keeps_what_they_were_vouched_for_themselves(void **state)
{
	struct registry_application a = application(CHILD, "hubei-2020", "2020-03-02T00:00:00Z");
	instant of_age = moment(CHILD_OF_AGE), later = of_age + DAY_S, until;
	struct error e = {0};

	(void)state;
	a.guardian_id_number = FENG;
	apply(registry, &a);
	GOOD(registry_vouch(registry, CHILD, "13600000009", VOUCHER_ID_CARD, "clinic", of_age, 0, &e));
	assert_int_equal(spoken_for_by("13600000009", later, &until), 1);
	/* The guardian takes that phone, too. */
	GOOD(registry_vouch(registry, FENG, "13600000009", VOUCHER_ID_CARD, "clinic", of_age + 1, 0, &e));
	assert_int_equal(spoken_for_by("13600000009", later, &until), 2);
	assert_int_equal(spoken_for_by(FENG_PHONE, later, &until), 0);
}

/* Applied for by a passport's number, which holds no date of birth; the ID card is found out to be the same child's. */
static void
a_child_under_two_numbers_comes_of_age_too(void **state)
{
	struct registry_application a = application("AA00001", "hubei-2020", "2020-03-02T00:00:00Z");
	instant of_age = moment(CHILD_OF_AGE), until;
	person_number traveller, child;
	struct error e = {0};
	int64_t link;

	(void)state;
	a.guardian_id_number = FENG;
	traveller = apply(registry, &a);
	assert_int_equal(spoken_for(of_age, &until), 2);
	GOOD(registry_begin(registry, &e));
	GOOD(registry_person_by_id_number(registry, CHILD, strlen(CHILD), true, 0, &child, &e));
	GOOD(evidence_same_put(registry_db(registry), traveller, child, false, of_age - DAY_S, &link, &e));
	GOOD(registry_commit(registry, &e));
	assert_int_equal(spoken_for(of_age - 1, &until), 2);
	assert_int_equal(spoken_for(of_age, &until), 1);
}

static void
who_was_of_age_when_applied_for_stays_with_the_guardian(void **state)
{
	struct registry_application a = application(FATHER, "hubei-2020", "2020-03-02T00:00:00Z");
	instant until;

	(void)state;
	a.guardian_id_number = FENG;
	apply(registry, &a);
	assert_int_equal(spoken_for(moment("2030-01-01T00:00:00Z"), &until), 2);
	assert_true(until == INT64_MAX);
}

static int
see_applied(const struct registry_applied *applied, void *context, struct error *e)
{
	char *seen = context;

	(void)e;
	sprintf(seen + strlen(seen), "%s/%s/%d ", applied->jurisdiction, applied->division, applied->guardian != 0);
	return 0;
}

static void
a_helper_applies_and_leaves_guardian_and_phone_alone(void **state)
{
	struct registry_application a = application(FATHER, "hubei-2020", "2020-03-02T00:00:00Z");
	uint8_t hash[REGISTRY_HASH_SIZE];
	enum voucher_state found;
	person_number father;
	char seen[128] = "";
	struct error e = {0};

	(void)state;
	a.guardian_id_number = FENG;
	father = apply(registry, &a);
	a = application(FATHER, "ningbo-2020", "2020-03-05T00:00:00Z");
	a.how = VOUCHER_NONE;
	a.vouched_by = NULL;
	a.phone = NULL;
	a.by_mandate = true;
	a.division = "330203";
	assert_int_equal(apply(registry, &a), father);
	GOOD(registry_applications_each(registry, father, see_applied, seen, &e));
	assert_string_equal(seen, "hubei-2020/420802/1 ningbo-2020/330203/1 ");
	registry_phone_hash(registry, FENG_PHONE, hash);
	GOOD(registry_voucher_state(registry, father, hash, &found, &e));
	assert_int_equal(found, VOUCHER_SPEAKS);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, store_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_offer_holds_once_it_is_accepted),
		TEST(before_staff_it_holds_at_once_and_either_ends_it),
		TEST(it_is_over_at_its_end),
		TEST(what_cannot_be_given_is_refused),
		TEST(one_person_acts_for_as_many_as_the_pack_says),
		TEST(one_person_gives_few),
		TEST(the_person_reads_who_did_what),
		TEST(it_stands_in_the_ledger_and_makes_nobody_due),
		TEST(a_childs_guardian_acts_until_it_comes_of_age),
		TEST(a_grown_child_keeps_what_they_were_vouched_for_themselves),
		TEST(a_child_under_two_numbers_comes_of_age_too),
		TEST(who_was_of_age_when_applied_for_stays_with_the_guardian),
		TEST(a_helper_applies_and_leaves_guardian_and_phone_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
