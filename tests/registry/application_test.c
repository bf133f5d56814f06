#include "stores.h"

static enum evidence_outcome
outcome_of(const struct registry_application *a)
{
	enum evidence_outcome outcome;
	person_number person;
	struct error e = {0};

	GOOD(registry_apply(registry, a, &outcome, &person, &e));
	return outcome;
}

static void
the_same_application_twice_is_one_person_and_unchanged(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	person_number person = apply(registry, &a);

	(void)state;
	assert_int_equal(outcome_of(&a), EVIDENCE_UNCHANGED);
	assert_int_equal(apply(registry, &a), person);
	a.name = "冯小姐";
	assert_int_equal(outcome_of(&a), EVIDENCE_CHANGED);
	a.division = "420804";
	assert_int_equal(outcome_of(&a), EVIDENCE_CHANGED);
	a.jurisdiction = "ningbo-2020";
	assert_int_equal(outcome_of(&a), EVIDENCE_NEW);
}

static void
what_is_wrong_is_named(void **state)
{
	struct registry_application good = application(FENG, NULL, "2020-03-01T00:00:00Z"), a;
	enum evidence_outcome outcome;
	person_number person = 0;
	struct error e = {0};

	(void)state;
#define WRONG(field, value, code)                                                                                      \
	a = good;                                                                                                          \
	a.field = value;                                                                                                   \
	assert_int_equal(registry_apply(registry, &a, &outcome, &person, &e), code);                                       \
	assert_int_equal(person, 0)
	WRONG(id_number, "420802198001010019", ERROR_BAD_INPUT);
	assert_non_null(strstr(e.message, "id_number"));
	WRONG(name, "", ERROR_BAD_INPUT);
	WRONG(phone, "call me", ERROR_BAD_INPUT);
	WRONG(division, "999999", ERROR_BAD_INPUT);
	assert_non_null(strstr(e.message, "division"));
	WRONG(channel, "Not A Word", ERROR_BAD_INPUT);
	WRONG(relation, "cousin", ERROR_BAD_INPUT);
	WRONG(jurisdiction, "nowhere-2020", ERROR_EXISTS_NOT);
	WRONG(guardian_id_number, FENG, ERROR_BAD_INPUT);
	WRONG(vouched_by, NULL, ERROR_USAGE);
}

static int
see_dependant(person_number person, const char *relation, void *context, struct error *e)
{
	(void)e;
	(void)person;
	sprintf((char *)context + strlen(context), "%s ", relation);
	return 0;
}

static void
parents_are_applied_for_in_any_order(void **state)
{
	struct registry_application a = application(MOTHER, "hubei-2020", "2020-03-01T00:00:00Z");
	struct error e = {0};
	person_number feng;
	char seen[64] = "";

	(void)state;
	a.guardian_id_number = FENG;
	a.relation = "parent";
	apply(registry, &a);
	a.id_number = FATHER;
	apply(registry, &a);
	a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	feng = apply(registry, &a);
	GOOD(registry_dependants_each(registry, feng, see_dependant, seen, &e));
	assert_string_equal(seen, "parent parent ");
}

static void
a_pack_limits_how_many_one_person_applies_for(void **state)
{
	static const char *const passports[] = {"AA00001", "AA00002", "AA00003", "AA00004", "AA00005", "AA00006"};
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	enum evidence_outcome outcome;
	person_number person;
	struct error e = {0};

	(void)state;
	apply(registry, &a);
	a.guardian_id_number = FENG;
	for (size_t i = 0; i < 5; i++) {
		a.id_number = passports[i];
		apply(registry, &a);
	}
	a.id_number = passports[5];
	assert_int_equal(registry_apply(registry, &a, &outcome, &person, &e), ERROR_DENIED);
	a.id_number = passports[0];
	assert_int_equal(outcome_of(&a), EVIDENCE_UNCHANGED);
}

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

static struct registry_application
by_committee(const char *id_number, const char *phone)
{
	struct registry_application a = application(id_number, "hubei-2020", "2020-03-05T00:00:00Z");

	a.how = VOUCHER_COMMITTEE;
	a.vouched_by = "block-7";
	a.phone = phone;
	return a;
}

static void
a_committee_applies_for_who_has_no_phone(void **state)
{
	struct registry_application a = by_committee(MOTHER, NULL);
	struct registry_identity identity;
	struct error e = {0};
	person_number mother;

	(void)state;
	mother = apply(registry, &a);
	GOOD(registry_identity_open(registry, mother, "test", "self", &identity, &e));
	assert_string_equal(identity.phone, "");
	assert_int_equal(outcome_of(&a), EVIDENCE_UNCHANGED);
	/* Nobody else leaves the phone out. */
	a.how = VOUCHER_DEPARTMENT;
	assert_int_equal(registry_apply(registry, &a, &(enum evidence_outcome){0}, &mother, &e), ERROR_BAD_INPUT);
}

static void
a_committee_vouches_for_a_phone_that_is_the_first(void **state)
{
	struct registry_application a = by_committee(FENG, FENG_PHONE);

	(void)state;
	assert_int_equal(state_of(apply(registry, &a), FENG_PHONE), VOUCHER_SPEAKS);
}

static void
a_committee_takes_over_nobodys_phone(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	person_number feng = apply(registry, &a);

	(void)state;
	a = by_committee(FENG, "13700000002");
	a.division = "420804";
	assert_int_equal(outcome_of(&a), EVIDENCE_CHANGED);
	assert_int_equal(state_of(feng, FENG_PHONE), VOUCHER_SPEAKS);
	assert_int_equal(state_of(feng, "13700000002"), VOUCHER_FROZEN);
}

static int
note_kind(const struct registry_notice *notice, void *context, struct error *e)
{
	char *seen = context;

	(void)e;
	sprintf(seen + strlen(seen), "%s>%s ", notice->kind, notice->phone);
	return 0;
}

static int64_t
begin_import(void)
{
	const uint8_t sha256[EVIDENCE_SHA256_SIZE] = {1};
	struct error e = {0};
	int64_t import = 0;

	GOOD(registry_begin(registry, &e));
	GOOD(evidence_import_begin(
		registry_db(registry), "residents", "block.csv", sha256, "block-7", registry_clock(registry), &import, &e));
	GOOD(registry_commit(registry, &e));
	return import;
}

/* Whatever moment its file says: first is who was recorded first. */
static void
a_committees_file_of_an_earlier_day_overtakes_nobody(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-20T00:00:00Z");
	char seen[256] = "";
	struct error e = {0};
	person_number feng;

	(void)state;
	GOOD(registry_set_gateway(registry, true, &e));
	a.how = VOUCHER_NONE;
	a.vouched_by = NULL;
	feng = apply(registry, &a);
	a = by_committee(FENG, "13700000002");
	a.import = begin_import();
	apply(registry, &a);
	assert_int_equal(state_of(feng, "13700000002"), VOUCHER_FROZEN);
	assert_int_equal(state_of(feng, FENG_PHONE), VOUCHER_AWAITED);
	/* Once, however often it is brought. */
	apply(registry, &a);
	GOOD(registry_notices_deliver(registry, note_kind, seen, 100, &e));
	assert_string_equal(
		seen, "claim-received>" FENG_PHONE " claim-received>13700000002 claim-contested>" FENG_PHONE " ");
}

/* Rows of the same second, as one file has them of two jurisdictions. */
static void
both_phones_are_told_once_of_a_file(void **state)
{
	struct registry_application a = by_committee(MOTHER, "13700000002");
	const instant now = START;
	char seen[256] = "";
	struct error e = {0};

	(void)state;
	registry_set_times(registry, &now, NULL);
	GOOD(registry_set_gateway(registry, true, &e));
	a.import = begin_import();
	apply(registry, &a);
	a.phone = "13700000003";
	apply(registry, &a);
	apply(registry, &a);
	GOOD(registry_notices_deliver(registry, note_kind, seen, 100, &e));
	assert_string_equal(seen, "claim-received>13700000003 claim-contested>13700000002 ");
}

/* Nor does a file of a day to come: who is vouched for after it was recorded speaks on. */
static void
a_committees_file_of_a_later_day_overtakes_nobody(void **state)
{
	struct registry_application a = by_committee(MOTHER, "13700000002");
	instant now = START;
	struct error e = {0};
	person_number mother;

	(void)state;
	registry_set_times(registry, &now, NULL);
	a.applied_at = moment("2020-04-10T00:00:00Z");
	a.import = begin_import();
	mother = apply(registry, &a);
	assert_int_equal(state_of(mother, "13700000002"), VOUCHER_SPEAKS);
	now = moment("2020-03-30T00:00:00Z");
	registry_set_times(registry, &now, NULL);
	GOOD(registry_vouch(registry, MOTHER, "13700000003", VOUCHER_ID_CARD, "clinic", now, 0, &e));
	now = moment("2020-04-11T00:00:00Z");
	registry_set_times(registry, &now, NULL);
	assert_int_equal(state_of(mother, "13700000002"), VOUCHER_REPLACED);
	assert_int_equal(state_of(mother, "13700000003"), VOUCHER_SPEAKS);
}

/* Whom they are applied for by, as their application stands. */
static int
note_guardian(const struct registry_applied *applied, void *context, struct error *e)
{
	(void)e;
	*(person_number *)context = applied->guardian;
	return 0;
}

static person_number
guardian_of(person_number person)
{
	person_number guardian = 0;
	struct error e = {0};

	GOOD(registry_applications_each(registry, person, note_guardian, &guardian, &e));
	return guardian;
}

static void
a_committee_makes_nobody_with_a_phone_a_dependant(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	person_number feng = apply(registry, &a), father, mother;
	struct registry_identity identity = {0};
	struct error e = {0};

	(void)state;
	a = by_committee(FATHER, "13700000002");
	father = apply(registry, &a);
	/* With the guardian's phone, with their own, and with none. */
	a = by_committee(FENG, "13700000002");
	a.guardian_id_number = FATHER;
	a.relation = "ward";
	apply(registry, &a);
	assert_int_equal(guardian_of(feng), 0);
	a.phone = FENG_PHONE;
	apply(registry, &a);
	assert_int_equal(guardian_of(feng), 0);
	a.phone = NULL;
	apply(registry, &a);
	assert_int_equal(guardian_of(feng), 0);
	GOOD(registry_identity_open(registry, feng, "test", "self", &identity, &e));
	assert_string_equal(identity.phone, FENG_PHONE);
	/* Who has none is shown on the guardian's, and stays with that one. */
	a = by_committee(MOTHER, "13700000002");
	a.guardian_id_number = FATHER;
	mother = apply(registry, &a);
	assert_int_equal(guardian_of(mother), father);
	a.guardian_id_number = FENG;
	a.phone = FENG_PHONE;
	apply(registry, &a);
	assert_int_equal(guardian_of(mother), father);
}

static void
a_committees_user_covers_its_division(void **state)
{
	struct registry_user user = {.division = "330100"};
	struct error e = {0};

	(void)state;
	assert_true(registry_user_covers(&user, "330100"));
	assert_true(registry_user_covers(&user, "330106"));
	assert_false(registry_user_covers(&user, "330203"));
	strcpy(user.division, "330106");
	assert_false(registry_user_covers(&user, "330100"));
	user.division[0] = 0;
	assert_false(registry_user_covers(&user, "330100"));
	GOOD(registry_user_add(registry, "block-7", REGISTRY_COMMITTEE, "three plain words", NULL, &e));
	GOOD(registry_user_add(registry, "clinic", REGISTRY_CLINICIAN, "three plain words", NULL, &e));
	assert_int_equal(registry_user_place(registry, "block-7", "999999", &e), ERROR_BAD_INPUT);
	assert_int_equal(registry_user_place(registry, "clinic", "330106", &e), ERROR_USAGE);
	assert_int_equal(registry_user_place(registry, "nobody", "330106", &e), ERROR_EXISTS_NOT);
	GOOD(registry_user_place(registry, "block-7", "330106", &e));
	GOOD(registry_user_find(registry, "block-7", &user, &e));
	assert_string_equal(user.division, "330106");
}

static int
see_access(const struct registry_access *access, void *context, struct error *e)
{
	(void)e;
	sprintf((char *)context + strlen(context), "%s %s;", access->by, access->purpose);
	return 0;
}

static void
each_opening_is_logged_for_the_person_to_read(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	person_number feng = apply(registry, &a);
	struct registry_identity identity = {0};
	struct error e = {0};
	char seen[256] = "";

	(void)state;
	GOOD(registry_identity_open(registry, feng, "tracing case 7", "li", &identity, &e));
	assert_string_equal(identity.id_number, FENG);
	assert_string_equal(identity.phone, FENG_PHONE);
	assert_int_equal(registry_identity_open(registry, feng, "", "li", &identity, &e), ERROR_USAGE);
	assert_int_equal(registry_identity_open(registry, feng, "why", NULL, &identity, &e), ERROR_USAGE);
	GOOD(registry_accesses_each(registry, feng, see_access, seen, &e));
	assert_string_equal(seen, "li tracing case 7;");
	registry_identity_mask(&identity);
	assert_string_equal(identity.name, "冯**");
	assert_string_equal(identity.phone, "139******01");
	assert_string_equal(identity.address, "");
	assert_null(strstr(identity.id_number, "19800101"));
}

static void
phones_are_read_as_people_write_them(void **state)
{
	char phone[PHONE_SIZE];
	struct error e = {0};

	(void)state;
	GOOD(registry_phone_read("+86 139-0000-0001", 17, phone, &e));
	assert_string_equal(phone, FENG_PHONE);
	GOOD(registry_phone_read("008613900000001", 15, phone, &e));
	assert_string_equal(phone, FENG_PHONE);
	GOOD(registry_phone_read("+1 (555) 0100199", 16, phone, &e));
	assert_string_equal(phone, "+15550100199");
	assert_int_equal(registry_phone_read("1234", 4, phone, &e), ERROR_BAD_INPUT);
	assert_int_equal(registry_phone_read("1390000x001", 11, phone, &e), ERROR_BAD_INPUT);
	assert_int_equal(e.column, 8);
	assert_int_equal(registry_phone_read("0123456789012345678901234567", 28, phone, &e), ERROR_BAD_INPUT);
}

static void
a_pack_put_in_force_later_replaces_the_first(void **state)
{
	const struct pack *before, *after, *by_hash;
	char(*names)[JURISDICTION_SIZE] = NULL;
	size_t count = 0;
	struct error e = {0};

	(void)state;
	GOOD(registry_jurisdictions(registry, &names, &count, &e));
	assert_int_equal(count, 2);
	assert_string_equal(names[0], "hubei-2020");
	free(names);
	GOOD(registry_pack(registry, NULL, &before, &e));
	assert_string_equal(pack_jurisdiction(before), "hubei-2020");
	GOOD(registry_pack_by_hash(registry, pack_hash(before), &by_hash, &e));
	assert_ptr_equal(before, by_hash);
	GOOD(registry_pack_keep(registry, pack_folder("hubei-2020"), NULL, &after, &e));
	assert_ptr_equal(before, after);
	assert_int_equal(registry_pack(registry, "nowhere", &after, &e), ERROR_EXISTS_NOT);
	GOOD(registry_pack_keep(registry, pack_folder("hangzhou-2020"), NULL, &before, &e));
	assert_int_equal(registry_pack(registry, "hangzhou-2020", &after, &e), ERROR_EXISTS_NOT);
	GOOD(registry_pack_put_in_force(registry, before, START, "first", "second", &e));
	GOOD(registry_pack(registry, "hangzhou-2020", &after, &e));
}

static void
a_check_keeps_its_receipt_and_a_refusal_needs_one(void **state)
{
	struct registry_check check = {.at = START, .place = "rest-stop", .verdict = "pass", .colour = "green"}, again;
	struct registry_refusal refusal = {.cause = "full", .by = "gate-1", .at = START};
	struct error e = {0};
	int64_t count = 0;

	(void)state;
	GOOD(registry_check_put(registry, &check, &e));
	assert_int_equal(strlen(check.receipt), RECEIPT_SIZE - 1);
	again = check;
	GOOD(registry_check_put(registry, &again, &e));
	strcpy(again.verdict, "refuse");
	assert_int_equal(registry_check_put(registry, &again, &e), ERROR_EXISTS);
	GOOD(registry_check_find(registry, check.receipt, &again, &e));
	assert_string_equal(again.verdict, "pass");
	assert_int_equal(registry_refusal_put(registry, &refusal, &e), ERROR_EXISTS_NOT);
	strcpy(refusal.receipt, check.receipt);
	GOOD(registry_refusal_put(registry, &refusal, &e));
	GOOD(registry_checks_purge(registry, START + 1, &count, &e));
	assert_int_equal(count, 1);
	assert_int_equal(registry_check_find(registry, check.receipt, &again, &e), ERROR_EXISTS_NOT);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_set_up, store_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_same_application_twice_is_one_person_and_unchanged),
		TEST(what_is_wrong_is_named),
		TEST(parents_are_applied_for_in_any_order),
		TEST(a_pack_limits_how_many_one_person_applies_for),
		TEST(a_committee_applies_for_who_has_no_phone),
		TEST(a_committee_vouches_for_a_phone_that_is_the_first),
		TEST(a_committee_takes_over_nobodys_phone),
		TEST(a_committees_file_of_an_earlier_day_overtakes_nobody),
		TEST(a_committees_file_of_a_later_day_overtakes_nobody),
		TEST(both_phones_are_told_once_of_a_file),
		TEST(a_committee_makes_nobody_with_a_phone_a_dependant),
		TEST(a_committees_user_covers_its_division),
		TEST(each_opening_is_logged_for_the_person_to_read),
		TEST(phones_are_read_as_people_write_them),
		TEST(a_pack_put_in_force_later_replaces_the_first),
		TEST(a_check_keeps_its_receipt_and_a_refusal_needs_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
