#include "stores.h"

#include "ledger/ledger.h"

struct entries {
	size_t count;
	int64_t last;
	char kinds[256];
	bool names_anybody;
};

static int
note(const struct ledger_entry *entry, void *context, struct error *e)
{
	struct entries *entries = context;
	const char *kind = strstr(entry->body, "\"kind\":\"");

	(void)e;
	if (strcmp(entry->kind, "evidence.given") != 0)
		return 0;
	entries->count++;
	entries->last = entry->seq;
	entries->names_anybody = entries->names_anybody || strstr(entry->body, "person") || strstr(entry->body, FENG);
	assert_non_null(kind);
	sprintf(entries->kinds + strlen(entries->kinds), "%.*s ", (int)strcspn(kind + 8, "\""), kind + 8);
	return 0;
}

static struct entries
entries(void)
{
	struct entries found = {0};
	struct error e = {0};

	GOOD(ledger_each(registry_db(registry), 0, note, &found, &e));
	return found;
}

static int64_t
wrong(void)
{
	struct error e = {0};
	int64_t seq = 77;

	GOOD(registry_verify_given(registry, &seq, &e));
	return seq;
}

static void
run(const char *sql)
{
	struct error e = {0};

	GOOD(db_do(registry_db(registry), sql, NULL, 0, &e));
}

static void
check_in(person_number person, const char *at)
{
	struct registry_checkin c = {.person = person, .at = moment(at), .measured = true, .temperature_tenths_c = 366};
	enum evidence_outcome outcome;
	struct error e = {0};

	GOOD(registry_checkin_put(registry, &c, &outcome, &e));
}

/* Feng's own phone applies, and she checks in on two days. */
static person_number
feng(void)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	person_number person = apply(registry, &a);

	check_in(person, "2020-03-02T00:00:00Z");
	check_in(person, "2020-03-03T00:00:00Z");
	return person;
}

static void
what_is_told_has_an_entry_that_names_nobody(void **state)
{
	person_number person = feng();
	struct entries told = entries();

	(void)state;
	assert_non_null(strstr(told.kinds, "application "));
	assert_non_null(strstr(told.kinds, "checkin checkin "));
	assert_false(told.names_anybody);
	assert_int_equal(wrong(), -1);

	/* The same again says nothing. */
	check_in(person, "2020-03-03T00:00:00Z");
	assert_int_equal(entries().count, told.count);
}

static void
contacts_are_traced_and_imports_have_their_own_entry(void **state)
{
	person_number person = feng();
	size_t before = entries().count;
	struct evidence_row row = {
		.kind = EVIDENCE_CONTACT, .person = person, .key = "case-1/1", .at = START, .body = "{}", .recorded_at = START};
	enum evidence_outcome outcome;
	struct error e = {0};
	static const uint8_t hash[EVIDENCE_SHA256_SIZE];

	(void)state;
	GOOD(registry_evidence_put(registry, &row, &outcome, &e));
	GOOD(registry_begin(registry, &e));
	GOOD(evidence_import_begin(registry_db(registry), "checkins", "a.csv", hash, NULL, START, &row.import_id, &e));
	row.kind = EVIDENCE_CHECKIN;
	GOOD(registry_evidence_put(registry, &row, &outcome, &e));
	GOOD(registry_commit(registry, &e));
	assert_int_equal(entries().count, before);
	assert_int_equal(wrong(), -1);
}

static void
evidence_that_is_changed_removed_or_slipped_in_shows(void **state)
{
	int64_t last;

	(void)state;
	feng();
	last = entries().last;
	run("UPDATE evidence SET at = at + 1 WHERE seq = (SELECT max(seq) FROM evidence)");
	assert_int_equal(wrong(), last);
	run("UPDATE evidence SET at = at - 1 WHERE seq = (SELECT max(seq) FROM evidence)");
	assert_int_equal(wrong(), -1);
	run("UPDATE evidence SET person = person + 1 WHERE seq = (SELECT max(seq) FROM evidence)");
	assert_int_equal(wrong(), last);
	run("UPDATE evidence SET person = person - 1 WHERE seq = (SELECT max(seq) FROM evidence)");

	run("UPDATE evidence SET seq = 1000 WHERE seq = (SELECT max(seq) FROM evidence)");
	assert_int_equal(wrong(), last);
	run("UPDATE evidence SET seq = (SELECT max(seq) FROM evidence WHERE seq < 1000) + 1 WHERE seq = 1000");
	assert_int_equal(wrong(), -1);

	run("INSERT INTO evidence(kind, person, key, at, recorded_at, body) VALUES(8, 5, 'lab/9', 0, 0, '{}')");
	assert_int_equal(wrong(), last + 1);
	check_in(5, "2020-03-04T00:00:00Z");
	assert_int_equal(wrong(), entries().last);
}

static void
evidence_from_before_there_were_entries_is_not_missed(void **state)
{
	(void)state;
	run("INSERT INTO evidence(kind, person, key, at, recorded_at, body) VALUES(8, 5, 'lab/9', 0, 0, '{}')");
	assert_int_equal(wrong(), -1);
	feng();
	assert_int_equal(wrong(), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_told_has_an_entry_that_names_nobody, store_set_up, store_tear_down),
		cmocka_unit_test_setup_teardown(
			contacts_are_traced_and_imports_have_their_own_entry, store_set_up, store_tear_down),
		cmocka_unit_test_setup_teardown(
			evidence_that_is_changed_removed_or_slipped_in_shows, store_set_up, store_tear_down),
		cmocka_unit_test_setup_teardown(
			evidence_from_before_there_were_entries_is_not_missed, store_set_up, store_tear_down),
	};

	return cmocka_run_group_tests_name("registry/given", tests, NULL, NULL);
}
