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
what_is_sealed_for_gates_is_opened_by_the_issuers_own_and_its_keys_end(void **state)
{
	struct fixture *f = *state;
	struct buffer text = buffer_make(4096), list = buffer_make(TRUST_FILE_MAX);
	struct code_claims claims;
	struct trust *public_trust = NULL;
	enum code_cause cause;
	uint8_t key[GATE_KEY_SIZE], again[GATE_KEY_SIZE];
	day_number day = zone_day(&zone_utc, MARCH_24);
	uint32_t person = 0;
	struct error e = {0};

	assert_int_equal(issuer_ensure(f->issuer, "city", MARCH_24 - DAY_S, MARCH_24, &e), 0);
	assert_int_equal(issuer_issue_sealed(f->issuer, "city", 7, CODE_RED, MARCH_24, MINUTE_S, &text, &e), 0);
	assert_int_equal(cause_at(f, buffer_text(&text), MARCH_24, &claims), CODE_VALID);
	assert_int_equal(claims.colour, CODE_RED);
	assert_int_equal(issuer_holder(f->issuer, &claims, &person, &e), 0);
	assert_int_equal(person, 7);

	/* the list that everybody gets opens nothing */
	assert_int_equal(issuer_trust_list(f->issuer, NULL, MARCH_24, &list, NULL, &e), 0);
	assert_int_equal(trust_new(NULL, 0, &public_trust, &e), 0);
	assert_int_equal(trust_add(public_trust, list.data, list.length, &e), 0);
	assert_int_equal(code_verify(buffer_text(&text), text.length, public_trust, MARCH_24, &claims, &cause, &e), 0);
	assert_int_equal(cause, CODE_SEALED);
	assert_int_equal(claims.colour, 0);
	assert_int_equal(issuer_gate_key(f->issuer, "city", day, key, &e), 0);
	assert_int_equal(trust_add_gate_key(public_trust, "city", day, key, &e), 0);
	assert_int_equal(code_verify(buffer_text(&text), text.length, public_trust, MARCH_24, &claims, &cause, &e), 0);
	assert_int_equal(cause, CODE_VALID);
	assert_int_equal(issuer_gate_key(f->issuer, "city", day + 1, again, &e), 0);
	assert_memory_not_equal(key, again, sizeof key);
	assert_int_equal(issuer_gate_key(f->issuer, "town", day, again, &e), 0);
	assert_memory_not_equal(key, again, sizeof key);

	/* codes of a day may count until the next one ends */
	assert_int_equal(issuer_retire(f->issuer, MARCH_24 + DAY_S, &e), 0);
	assert_int_equal(issuer_gate_key(f->issuer, "city", day, again, &e), 0);
	assert_memory_equal(key, again, sizeof key);
	assert_int_equal(issuer_retire(f->issuer, MARCH_24 + 2 * DAY_S, &e), 0);
	assert_int_equal(issuer_gate_key(f->issuer, "city", day, again, &e), ERROR_DENIED);
	trust_free(public_trust);
	buffer_free(&text);
	buffer_free(&list);
}

static void
a_code_issued_anew_has_one_id_a_day_for_the_same_other_code_and_leads_to_nobody(void **state)
{
	struct fixture *f = *state;
	struct code_claims other = {.issuer = "elsewhere", .colour = CODE_YELLOW, .id = {1, 2, 3}}, first, again;
	struct buffer text = buffer_make(4096);
	struct error e = {0};
	uint32_t person = 0;

	assert_int_equal(issuer_ensure(f->issuer, "city", MARCH_24 - DAY_S, MARCH_24, &e), 0);
	assert_int_equal(issuer_issue_anew(f->issuer, "city", &other, MARCH_24, MINUTE_S, &text, &e), 0);
	assert_int_equal(cause_at(f, buffer_text(&text), MARCH_24, &first), CODE_VALID);
	assert_string_equal(first.issuer, "city");
	assert_int_equal(first.colour, CODE_YELLOW);
	assert_string_equal(first.card, "");
	assert_memory_not_equal(first.id, other.id, CODE_ID_SIZE);
	assert_int_equal(issuer_holder(f->issuer, &first, &person, &e), ERROR_EXISTS_NOT);

	buffer_clear(&text);
	assert_int_equal(issuer_issue_anew(f->issuer, "city", &other, MARCH_24 + 7, MINUTE_S, &text, &e), 0);
	assert_int_equal(cause_at(f, buffer_text(&text), MARCH_24 + 7, &again), CODE_VALID);
	assert_memory_equal(first.id, again.id, CODE_ID_SIZE);

	/* Another issuer's code of that id, or another day's, is another code. */
	strcpy(other.issuer, "further");
	strcpy(other.card, "123X");
	buffer_clear(&text);
	assert_int_equal(issuer_issue_anew(f->issuer, "city", &other, MARCH_24, MINUTE_S, &text, &e), 0);
	assert_int_equal(cause_at(f, buffer_text(&text), MARCH_24, &again), CODE_VALID);
	assert_memory_not_equal(first.id, again.id, CODE_ID_SIZE);
	assert_string_equal(again.card, "123X");
	strcpy(other.issuer, "elsewhere");
	buffer_clear(&text);
	assert_int_equal(issuer_issue_anew(f->issuer, "city", &other, MARCH_24 + DAY_S, MINUTE_S, &text, &e), 0);
	assert_int_equal(cause_at(f, buffer_text(&text), MARCH_24 + DAY_S, &again), CODE_VALID);
	assert_memory_not_equal(first.id, again.id, CODE_ID_SIZE);
	buffer_free(&text);
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
	buffer_free(&text);
}

/* The kid of a code's protected header. */
static void
key_of(const struct buffer *text, uint8_t id[KEY_ID_SIZE])
{
	struct buffer message = buffer_make(CONTAINER_MESSAGE_MAX);
	struct cose_sign1 read = {0};
	enum container_step step;
	struct error e = {0};

	assert_int_equal(container_open(buffer_text(text), text->length, &message, &step, &e), 0);
	assert_int_equal(cose_sign1_read(message.data, message.length, &cbor_limits_default, &read, &e), 0);
	memcpy(id, read.key_id, KEY_ID_SIZE);
	cose_sign1_free(&read);
	buffer_free(&message);
}

static struct buffer
issued(struct fixture *f, uint32_t person, instant at)
{
	struct buffer text = buffer_make(4096);
	struct error e = {0};

	if (issuer_issue(f->issuer, "city", person, CODE_GREEN, at, MINUTE_S, &text, &e) < 0)
		fail_msg("%s", e.message);
	return text;
}

static void
each_day_has_a_key_of_its_own_that_an_old_list_knows_already(void **state)
{
	struct fixture *f = *state;
	struct buffer list = buffer_make(TRUST_FILE_MAX);
	struct trust *trust = NULL;
	uint8_t ids[8][KEY_ID_SIZE];
	struct error e = {0};

	assert_int_equal(issuer_ensure(f->issuer, "city", MARCH_24, MARCH_24, &e), 0);
	assert_int_equal(issuer_trust_list(f->issuer, NULL, MARCH_24 + 3600, &list, NULL, &e), 0);
	assert_int_equal(trust_new(NULL, 0, &trust, &e), 0);
	assert_int_equal(trust_add(trust, list.data, list.length, &e), 0);
	for (int day = 0; day < 8; day++) {
		instant at = MARCH_24 + 3600 + day * DAY_S - 1;
		struct buffer text = issued(f, 1, at);
		struct code_claims claims;
		enum code_cause cause;

		key_of(&text, ids[day]);
		assert_int_equal(code_verify(buffer_text(&text), text.length, trust, at, &claims, &cause, &e), 0);
		assert_int_equal(cause, CODE_VALID);
		for (int before = 0; before < day; before++)
			assert_memory_not_equal(ids[day], ids[before], KEY_ID_SIZE);
		buffer_free(&text);
	}
	trust_free(trust);
	buffer_free(&list);
}

static void
midnight_leaves_no_gap(void **state)
{
	struct fixture *f = *state;
	struct code_claims claims;
	struct error e = {0};

	assert_int_equal(issuer_ensure(f->issuer, "city", MARCH_24, MARCH_24, &e), 0);
	for (instant at = MARCH_24 + DAY_S - 2; at < MARCH_24 + DAY_S + 2; at++) {
		struct buffer text = issued(f, 1, at);

		assert_int_equal(cause_at(f, buffer_text(&text), at, &claims), CODE_VALID);
		assert_int_equal(cause_at(f, buffer_text(&text), at + MINUTE_S - 1, &claims), CODE_VALID);
		buffer_free(&text);
	}
}

static void
a_revoked_keys_codes_count_no_more_and_another_key_signs_at_once(void **state)
{
	struct fixture *f = *state;
	char jurisdiction[ISSUER_SIZE];
	struct buffer before, after;
	struct code_claims claims;
	uint8_t id[KEY_ID_SIZE];
	struct error e = {0};

	assert_int_equal(issuer_ensure(f->issuer, "city", MARCH_24, MARCH_24, &e), 0);
	before = issued(f, 1, MARCH_24 + 100);
	key_of(&before, id);
	assert_int_equal(cause_at(f, buffer_text(&before), MARCH_24 + 100, &claims), CODE_VALID);
	assert_int_equal(issuer_revoke_key(f->issuer, id, MARCH_24 + 110, jurisdiction, &e), 0);
	assert_string_equal(jurisdiction, "city");
	after = issued(f, 1, MARCH_24 + 110);
	assert_int_equal(cause_at(f, buffer_text(&before), MARCH_24 + 111, &claims), CODE_REVOKED);
	assert_int_equal(cause_at(f, buffer_text(&after), MARCH_24 + 111, &claims), CODE_VALID);
	id[0] ^= 1;
	assert_int_equal(issuer_revoke_key(f->issuer, id, MARCH_24, jurisdiction, &e), ERROR_EXISTS_NOT);
	buffer_free(&before);
	buffer_free(&after);
}

static void
a_persons_codes_are_revoked_without_a_table_of_them(void **state)
{
	struct fixture *f = *state;
	instant now = MARCH_24 + DAY_S - 1000; /* the two hours pass midnight */
	struct code_claims claims;
	struct error e = {0};

	assert_int_equal(issuer_ensure(f->issuer, "city", MARCH_24, MARCH_24, &e), 0);
	assert_int_equal(issuer_revoke_person(f->issuer, "city", 7, MINUTE_S, now, &e), 0);
	for (instant at = now - MINUTE_S + 1; at <= now + ISSUER_AHEAD_S; at += 590) {
		struct buffer mine = issued(f, 7, at), other = issued(f, 8, at);

		assert_int_equal(cause_at(f, buffer_text(&mine), at > now ? at : now, &claims), CODE_REVOKED);
		assert_int_equal(cause_at(f, buffer_text(&other), at > now ? at : now, &claims), CODE_VALID);
		buffer_free(&mine);
		buffer_free(&other);
	}
}

static void
ended_keys_are_destroyed_and_their_last_codes_still_verify(void **state)
{
	struct fixture *f = *state;
	struct file_names names = {0};
	struct code_claims claims;
	struct buffer last;
	struct error e = {0};

	assert_int_equal(issuer_ensure(f->issuer, "city", MARCH_24, MARCH_24, &e), 0);
	last = issued(f, 1, MARCH_24 + DAY_S - 1);
	assert_int_equal(issuer_retire(f->issuer, MARCH_24 + DAY_S - 1, &e), 0);
	assert_int_equal(keys_list(f->keys, "issuer-city-", &names, &e), 0);
	assert_int_equal(names.count, 1);
	file_names_free(&names);
	assert_int_equal(issuer_retire(f->issuer, MARCH_24 + DAY_S, &e), 0);
	assert_int_equal(keys_list(f->keys, "issuer-city-", &names, &e), 0);
	assert_int_equal(names.count, 0);
	file_names_free(&names);
	assert_int_equal(cause_at(f, buffer_text(&last), MARCH_24 + DAY_S + 30, &claims), CODE_VALID);
	buffer_free(&last);
}

static uint32_t
holder_of(struct fixture *f, const struct buffer *code, instant shown_at)
{
	struct code_claims claims;
	struct error e = {0};
	uint32_t person = 0;

	assert_int_equal(cause_at(f, buffer_text(code), shown_at, &claims), CODE_VALID);
	return issuer_holder_of_id(f->issuer, claims.id, shown_at, &person, &e) == 0 ? person : 0;
}

static void
a_kept_id_leads_to_its_holder_until_the_keys_of_its_day_are_forgotten(void **state)
{
	struct fixture *f = *state;
	struct buffer code, paper = buffer_make(4096);
	uint8_t random[CODE_ID_SIZE] = {1, 2, 3};
	struct error e = {0};
	uint32_t person = 0;

	assert_int_equal(issuer_ensure(f->issuer, "city", MARCH_24, MARCH_24, &e), 0);
	code = issued(f, 7, MARCH_24);
	assert_int_equal(issuer_issue_paper(f->issuer, "city", 8, CODE_GREEN, "0018", MARCH_24, DAY_S, &paper, &e), 0);
	assert_int_equal(holder_of(f, &code, MARCH_24 + 30), 7);
	assert_int_equal(holder_of(f, &paper, MARCH_24 + 3600), 8);
	assert_int_equal(issuer_holder_of_id(f->issuer, random, MARCH_24, &person, &e), ERROR_EXISTS_NOT);
	assert_int_equal(issuer_forget_days(f->issuer, zone_day(&zone_utc, MARCH_24), &e), 0);
	assert_int_equal(holder_of(f, &code, MARCH_24 + 30), 7);
	assert_int_equal(issuer_forget_days(f->issuer, zone_day(&zone_utc, MARCH_24) + 1, &e), 1);
	assert_int_equal(holder_of(f, &code, MARCH_24 + 30), 0);
	assert_int_equal(holder_of(f, &paper, MARCH_24 + 3600), 0);
	buffer_free(&code);
	buffer_free(&paper);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_issued_code_verifies_for_its_minute_and_leads_its_issuer_to_the_person, begin, end),
		cmocka_unit_test_setup_teardown(two_codes_of_one_person_share_nothing_that_a_gate_could_link, begin, end),
		cmocka_unit_test_setup_teardown(a_new_key_leaves_no_gap_and_the_old_ones_codes_count_on, begin, end),
		cmocka_unit_test_setup_teardown(each_day_has_a_key_of_its_own_that_an_old_list_knows_already, begin, end),
		cmocka_unit_test_setup_teardown(midnight_leaves_no_gap, begin, end),
		cmocka_unit_test_setup_teardown(
			what_is_sealed_for_gates_is_opened_by_the_issuers_own_and_its_keys_end, begin, end),
		cmocka_unit_test_setup_teardown(
			a_code_issued_anew_has_one_id_a_day_for_the_same_other_code_and_leads_to_nobody, begin, end),
		cmocka_unit_test_setup_teardown(a_revoked_keys_codes_count_no_more_and_another_key_signs_at_once, begin, end),
		cmocka_unit_test_setup_teardown(a_persons_codes_are_revoked_without_a_table_of_them, begin, end),
		cmocka_unit_test_setup_teardown(ended_keys_are_destroyed_and_their_last_codes_still_verify, begin, end),
		cmocka_unit_test_setup_teardown(
			a_kept_id_leads_to_its_holder_until_the_keys_of_its_day_are_forgotten, begin, end),
		cmocka_unit_test_setup_teardown(nobody_signs_for_a_jurisdiction_without_a_key, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
