#include "stores.h"

#define OTHER_PHONE "13700000002"

/* Apply as a person does who holds the phone, and say something with it: a fever, and a day in Wuhan. */
static person_number
apply_and_tell(const char *phone, const char *at, bool ill)
{
	struct registry_application a = application(FENG, "hubei-2020", at);
	struct registry_checkin declaration = {.at = moment(at), .phone = phone};
	struct evidence_row visit = {.kind = EVIDENCE_VISIT,
		.at = moment(at),
		.body =
			"{\"country\":\"CN\",\"division\":\"420100\",\"from\":\"2020-03-01T00:00:00Z\",\"to\":\"2020-03-02T00:00:00Z\"}",
		.recorded_at = registry_recording_time(registry)};
	enum evidence_outcome outcome;
	struct error e = {0};
	person_number person;
	char key[64];

	a.phone = phone;
	a.how = VOUCHER_NONE;
	a.vouched_by = NULL;
	GOOD(registry_apply(registry, &a, &outcome, &person, &e));
	declaration.person = visit.person = person;
	if (ill)
		declaration.symptom_count = 1, strcpy(declaration.symptoms[0], "fever");
	GOOD(registry_declaration_put(registry, &declaration, &outcome, &e));
	snprintf(key, sizeof key, "%u/CN/420100/%lld", person, (long long)visit.at);
	visit.key = key;
	GOOD(registry_evidence_tell(registry, &visit, phone, &e));
	return person;
}

static void
confirm(const char *phone, const char *at)
{
	struct error e = {0};

	GOOD(registry_vouch(registry, FENG, phone, VOUCHER_ID_CARD, "clinic", moment(at), 0, &e));
}

static int
count(const struct evidence_row *row, void *context, struct error *e)
{
	(void)row;
	(void)e;
	++*(int *)context;
	return 0;
}

static int
told(person_number person)
{
	struct error e = {0};
	int n = 0;

	GOOD(evidence_each_of(
		registry_db(registry), person, EVIDENCE_DECLARATION, EVIDENCE_NOW, EVIDENCE_NOW, count, &n, &e));
	GOOD(evidence_each_of(registry_db(registry), person, EVIDENCE_VISIT, EVIDENCE_NOW, EVIDENCE_NOW, count, &n, &e));
	return n;
}

static void
what_came_with_a_claim_counts_once_somebody_vouches(void **state)
{
	person_number feng = apply_and_tell(FENG_PHONE, "2020-03-02T00:00:00Z", true);

	(void)state;
	assert_int_equal(told(feng), 0);
	confirm(FENG_PHONE, "2020-03-03T00:00:00Z");
	assert_int_equal(told(feng), 2);
	confirm(FENG_PHONE, "2020-03-04T00:00:00Z");
	assert_int_equal(told(feng), 2);
}

static void
what_came_with_a_claim_that_lost_never_counts(void **state)
{
	person_number feng = apply_and_tell(OTHER_PHONE, "2020-03-02T00:00:00Z", true);

	(void)state;
	confirm(FENG_PHONE, "2020-03-03T00:00:00Z");
	assert_int_equal(told(feng), 0);
	confirm(OTHER_PHONE, "2020-03-04T00:00:00Z");
	assert_int_equal(told(feng), 0);
}

static void
a_phone_that_speaks_is_taken_at_its_word(void **state)
{
	person_number feng = apply_and_tell(FENG_PHONE, "2020-03-02T00:00:00Z", false);

	(void)state;
	confirm(FENG_PHONE, "2020-03-03T00:00:00Z");
	assert_int_equal(told(feng), 2);
	apply_and_tell(FENG_PHONE, "2020-03-05T00:00:00Z", true);
	assert_int_equal(told(feng), 4);
}

/* By when it was told, not by what it is about. */
static void
what_nobody_vouches_for_is_forgotten(void **state)
{
	instant told_at = START;
	struct error e = {0};
	int64_t gone = -1;
	person_number feng;

	(void)state;
	registry_set_times(registry, &told_at, NULL);
	feng = apply_and_tell(FENG_PHONE, "2020-03-02T00:00:00Z", true);
	GOOD(registry_held_forget(registry, told_at, &gone, &e));
	assert_int_equal(gone, 0);
	GOOD(registry_held_forget(registry, told_at + 1, &gone, &e));
	assert_int_equal(gone, 2);
	confirm(FENG_PHONE, "2020-03-03T00:00:00Z");
	assert_int_equal(told(feng), 0);
}

static void
a_claim_holds_only_so_much(void **state)
{
	person_number feng = apply_and_tell(FENG_PHONE, "2020-03-02T00:00:00Z", false);
	struct error e = {0};
	int r = 0;

	(void)state;
	for (int i = 0; i < 300 && r == 0; i++) {
		struct registry_checkin declaration = {.person = feng, .at = START + i, .phone = FENG_PHONE};
		enum evidence_outcome outcome;

		r = registry_declaration_put(registry, &declaration, &outcome, &e);
	}
	assert_int_equal(r, ERROR_TOO_LARGE);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_set_up, store_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_came_with_a_claim_counts_once_somebody_vouches),
		TEST(what_came_with_a_claim_that_lost_never_counts),
		TEST(a_phone_that_speaks_is_taken_at_its_word),
		TEST(what_nobody_vouches_for_is_forgotten),
		TEST(a_claim_holds_only_so_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
