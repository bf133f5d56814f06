#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/issuer.h"

enum { MARCH_24 = 1585008000, MINUTE_S = 60 };

struct fixture {
	char folder[64], keys_folder[80];
	struct db *db;
	struct keys *keys;
	struct issuer *issuer;
};

static int
begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct error e = {0};

	strcpy(f->folder, "/tmp/healthcode-issuer-test-XXXXXX");
	if (!mkdtemp(f->folder))
		return -1;
	snprintf(f->keys_folder, sizeof f->keys_folder, "%s/keys", f->folder);
	*state = f;
	return db_open(f->folder, true, &f->db, &e) < 0 || keys_open(f->keys_folder, true, &f->keys, &e) < 0 ||
			issuer_open(f->db, f->keys, &f->issuer, &e) < 0
		? -1
		: 0;
}

static int
end(void **state)
{
	struct fixture *f = *state;
	char command[128];

	issuer_close(f->issuer);
	keys_close(f->keys);
	db_close(f->db);
	snprintf(command, sizeof command, "rm -r %s", f->folder);
	free(f);
	return system(command);
}

static enum code_cause
cause_at(struct fixture *f, const char *text, instant now, struct code_claims *claims)
{
	const struct trust *trust;
	enum code_cause cause;
	struct error e = {0};

	assert_int_equal(issuer_trust(f->issuer, now, &trust, &e), 0);
	assert_int_equal(code_verify(text, strlen(text), trust, now, claims, &cause, &e), 0);
	return cause;
}

static void
an_issued_code_verifies_for_its_minute_and_leads_its_issuer_to_the_person(void **state)
{
	struct fixture *f = *state;
	struct buffer text = buffer_make(4096);
	struct code_claims claims;
	struct error e = {0};
	uint32_t person = 0;

	assert_int_equal(issuer_ensure(f->issuer, "city", MARCH_24 - DAY_S, MARCH_24, &e), 0);
	assert_int_equal(issuer_ensure(f->issuer, "city", MARCH_24 - DAY_S, MARCH_24, &e), 0);
	assert_int_equal(issuer_issue(f->issuer, "city", 4711, CODE_GREEN, MARCH_24, MINUTE_S, &text, &e), 0);
	assert_int_equal(cause_at(f, buffer_text(&text), MARCH_24, &claims), CODE_VALID);
	assert_string_equal(claims.issuer, "city");
	assert_int_equal(issuer_holder(f->issuer, &claims, &person, &e), 0);
	assert_int_equal(person, 4711);
	assert_int_equal(cause_at(f, buffer_text(&text), MARCH_24 + MINUTE_S, &claims), CODE_EXPIRED);
	assert_int_equal(cause_at(f, buffer_text(&text), MARCH_24 - 1, &claims), CODE_NOT_YET_VALID);
	buffer_free(&text);
}

static void
two_codes_of_one_person_share_nothing_that_a_gate_could_link(void **state)
{
	struct fixture *f = *state;
	struct buffer first = buffer_make(4096), second = buffer_make(4096);
	struct code_claims one, other;
	struct error e = {0};

	assert_int_equal(issuer_ensure(f->issuer, "city", MARCH_24, MARCH_24, &e), 0);
	assert_int_equal(issuer_issue(f->issuer, "city", 1, CODE_GREEN, MARCH_24, MINUTE_S, &first, &e), 0);
	assert_int_equal(issuer_issue(f->issuer, "city", 1, CODE_GREEN, MARCH_24 + MINUTE_S, MINUTE_S, &second, &e), 0);
	cause_at(f, buffer_text(&first), MARCH_24, &one);
	cause_at(f, buffer_text(&second), MARCH_24 + MINUTE_S, &other);
	assert_memory_not_equal(one.id, other.id, sizeof one.id);
	buffer_free(&first);
	buffer_free(&second);
}

static void
a_new_key_leaves_no_gap_and_the_old_ones_codes_count_on(void **state)
{
	struct fixture *f = *state;
	struct buffer before = buffer_make(4096), after = buffer_make(4096);
	struct code_claims claims;
	struct error e = {0};

	assert_int_equal(issuer_rotate(f->issuer, "city", MARCH_24, MARCH_24, &e), 0);
	assert_int_equal(issuer_issue(f->issuer, "city", 1, CODE_GREEN, MARCH_24 + 50, MINUTE_S, &before, &e), 0);
	assert_int_equal(issuer_rotate(f->issuer, "city", MARCH_24 + 60, MARCH_24 + 60, &e), 0);
	assert_int_equal(issuer_issue(f->issuer, "city", 1, CODE_GREEN, MARCH_24 + 60, MINUTE_S, &after, &e), 0);
	assert_int_equal(cause_at(f, buffer_text(&before), MARCH_24 + 70, &claims), CODE_VALID);
	assert_int_equal(cause_at(f, buffer_text(&after), MARCH_24 + 70, &claims), CODE_VALID);
	assert_int_equal(issuer_rotate(f->issuer, "city", MARCH_24 + 60, MARCH_24 + 60, &e), ERROR_EXISTS);
	buffer_free(&before);
	buffer_free(&after);
}

static void
nobody_signs_for_a_jurisdiction_without_a_key(void **state)
{
	struct fixture *f = *state;
	struct buffer text = buffer_make(4096);
	struct error e = {0};

	assert_int_equal(
		issuer_issue(f->issuer, "nowhere", 1, CODE_GREEN, MARCH_24, MINUTE_S, &text, &e), ERROR_EXISTS_NOT);
	assert_int_equal(issuer_rotate(f->issuer, "later", MARCH_24 + 1, MARCH_24, &e), 0);
	assert_int_equal(issuer_issue(f->issuer, "later", 1, CODE_GREEN, MARCH_24, MINUTE_S, &text, &e), ERROR_EXISTS_NOT);
	buffer_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_issued_code_verifies_for_its_minute_and_leads_its_issuer_to_the_person, begin, end),
		cmocka_unit_test_setup_teardown(two_codes_of_one_person_share_nothing_that_a_gate_could_link, begin, end),
		cmocka_unit_test_setup_teardown(a_new_key_leaves_no_gap_and_the_old_ones_codes_count_on, begin, end),
		cmocka_unit_test_setup_teardown(nobody_signs_for_a_jurisdiction_without_a_key, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
