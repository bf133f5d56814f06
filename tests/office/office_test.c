#include "desk.h"

#include <pthread.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "db/db.h"

static int
propose(const struct office_actor *actor, const char *cause, instant until, int64_t *ret_number, struct error *e)
{
	return office_override_propose(&office, "hubei-2020", feng, COLOUR_RED, cause, until, actor, ret_number, e);
}

static enum colour
colour_now(void)
{
	struct registry_colour colour;
	struct error e = {0};

	GOOD(cascade_colour(cascade, feng, "hubei-2020", &colour, &e));
	return colour.colour;
}

static void
one_person_alone_changes_nothing(void **state)
{
	struct error e = {0};
	int64_t number = 0;

	(void)state;
	GOOD(propose(&first, "order_of_headquarters", START + DAY_S, &number, &e));
	assert_int_equal(number, 1);
	assert_int_equal(colour_now(), COLOUR_GRAY);
	assert_int_equal(office_override_approve(&office, number, &first, &e), ERROR_DENIED);
	assert_int_equal(colour_now(), COLOUR_GRAY);
	assert_int_equal(office_override_approve(&office, number, &clerk, &e), ERROR_DENIED);
	assert_int_equal(
		office_override_approve(&office, number, &(struct office_actor){"second", "first password"}, &e), ERROR_DENIED);
	assert_int_equal(colour_now(), COLOUR_GRAY);
	GOOD(office_override_approve(&office, number, &second, &e));
	assert_int_equal(colour_now(), COLOUR_RED);
	assert_int_equal(office_override_approve(&office, number, &second, &e), ERROR_EXISTS);
	assert_int_equal(office_override_approve(&office, 2, &second, &e), ERROR_EXISTS_NOT);
}

static void
an_override_needs_a_cause_of_the_list_an_end_and_somebody_who_applied(void **state)
{
	struct error e = {0};
	int64_t number = 0;

	(void)state;
	assert_int_equal(propose(&first, "depositor", START + DAY_S, &number, &e), ERROR_BAD_INPUT);
	assert_int_equal(propose(&first, "order_of_headquarters", START, &number, &e), ERROR_BAD_INPUT);
	assert_int_equal(propose(&first, "order_of_headquarters", START + 90 * DAY_S + 1, &number, &e), ERROR_BAD_INPUT);
	assert_int_equal(office_override_propose(&office, "ningbo-2020", feng, COLOUR_RED, "order_of_headquarters",
						 START + DAY_S, &first, &number, &e),
		ERROR_EXISTS_NOT);
	assert_int_equal(propose(&clerk, "order_of_headquarters", START + DAY_S, &number, &e), ERROR_DENIED);
	assert_int_equal(number, 0);
	GOOD(propose(&first, "order_of_headquarters", START + 90 * DAY_S, &number, &e));
}

static void
it_ends_by_itself_or_when_one_person_revokes_it(void **state)
{
	instant later = START + DAY_S, last = later - 1;
	struct error e = {0};
	int64_t number;

	(void)state;
	GOOD(propose(&first, "order_of_headquarters", later, &number, &e));
	GOOD(office_override_approve(&office, number, &second, &e));
	registry_set_times(registry, &last, NULL);
	assert_int_equal(colour_now(), COLOUR_RED);
	registry_set_times(registry, &later, NULL);
	assert_int_not_equal(colour_now(), COLOUR_RED);
	GOOD(propose(&second, "order_of_headquarters", later + DAY_S, &number, &e));
	assert_int_equal(office_override_approve(&office, number, &second, &e), ERROR_DENIED);
	GOOD(office_override_approve(&office, number, &first, &e));
	assert_int_equal(colour_now(), COLOUR_RED);
	GOOD(office_override_revoke(&office, number, &second, &e));
	assert_int_not_equal(colour_now(), COLOUR_RED);
	assert_int_equal(office_override_revoke(&office, number, &second, &e), ERROR_EXISTS);
}

static void
a_proposal_past_its_end_cannot_be_approved(void **state)
{
	instant later = START + DAY_S;
	struct error e = {0};
	int64_t number;

	(void)state;
	GOOD(propose(&first, "order_of_headquarters", later, &number, &e));
	registry_set_times(registry, &later, NULL);
	assert_int_equal(office_override_approve(&office, number, &second, &e), ERROR_BAD_INPUT);
	GOOD(office_override_revoke(&office, number, &first, &e));
	assert_int_not_equal(colour_now(), COLOUR_RED);
}

/* The last entry of a kind, and the keys by user. */
struct seen {
	json_t *keys, *approved;
};

static int
see(const struct ledger_entry *entry, void *context, struct error *e)
{
	struct seen *seen = context;
	json_t *body = NULL;
	int r = json_read(entry->body, strlen(entry->body), "entry", &body, e);

	if (r < 0)
		return r;
	if (strcmp(entry->kind, "user.key") == 0)
		json_object_set(seen->keys, json_string_value(json_object_get(body, "user")), json_object_get(body, "key"));
	else if (strcmp(entry->kind, "override.approved") == 0)
		seen->approved = json_incref(body);
	json_decref(body);
	return 0;
}

static void
check_signature(const struct seen *seen, const char *by, const char *signed_as)
{
	const char *user = json_string_value(json_object_get(seen->approved, by));
	struct registry_signature signature;
	struct buffer text = buffer_make(4096);
	struct error e = {0};

	assert_true(text_unhex(json_string_value(json_object_get(seen->keys, user)), signature.key, sizeof signature.key));
	assert_true(text_unhex(
		json_string_value(json_object_get(seen->approved, signed_as)), signature.bytes, sizeof signature.bytes));
	GOOD(json_write(json_object_get(seen->approved, "act"), &text, &e));
	assert_true(registry_signature_holds(&signature, text.data, text.length));
	text.data[10] ^= 1;
	assert_false(registry_signature_holds(&signature, text.data, text.length));
	buffer_free(&text);
}

/* Whether a member of it is that number: digits within a hash or a time are none. */
static bool
names(json_t *object, person_number person)
{
	const char *name;
	char text[16];
	json_t *value;

	snprintf(text, sizeof text, "%u", person);
	json_object_foreach(object, name, value)
	{
		if ((json_is_string(value) && strcmp(json_string_value(value), text) == 0) ||
			(json_is_integer(value) && strcmp(name, "proposal") != 0) || names(value, person))
			return true;
	}
	return false;
}

static void
the_ledger_alone_shows_that_both_signed_the_act(void **state)
{
	struct seen seen = {.keys = json_object()};
	struct error e = {0};
	int64_t number;

	(void)state;
	GOOD(propose(&first, "order_of_headquarters", START + DAY_S, &number, &e));
	GOOD(office_override_approve(&office, number, &second, &e));
	GOOD(ledger_each(registry_db(registry), 0, see, &seen, &e));
	assert_int_equal(json_object_size(seen.keys), 2);
	check_signature(&seen, "proposed_by", "proposed_signature");
	check_signature(&seen, "approved_by", "approved_signature");
	assert_int_equal(strlen(json_string_value(json_object_get(json_object_get(seen.approved, "act"), "person"))), 64);
	assert_false(names(seen.approved, feng));
	json_decref(seen.keys);
	json_decref(seen.approved);
}

static const char *
policy_at(instant now)
{
	const struct pack *pack;
	struct error e = {0};

	registry_set_times(registry, &now, NULL);
	GOOD(registry_pack(registry, "hubei-2020", &pack, &e));
	return pack_hash(pack);
}

static void
rules_go_live_when_two_have_signed_and_the_older_stay(void **state)
{
	char command[512], trial[64] = "/tmp/healthcode-office-XXXXXX", path[96], before[PACK_HASH_TEXT_SIZE];
	instant from = START + DAY_S, now = START;
	enum office_state what;
	struct error e = {0};
	int64_t number;

	(void)state;
	assert_non_null(mkdtemp(trial));
	snprintf(path, sizeof path, "%s/hubei-2020", trial);
	snprintf(command, sizeof command, "cp -r %s %s && sed -i 's/\"gray_days\": 14/\"gray_days\": 10/' %s/pack.json",
		pack_folder("hubei-2020"), path, path);
	assert_int_equal(system(command), 0);
	strcpy(before, policy_at(START));

	assert_int_equal(
		office_pack_activate(&office, pack_folder("hubei-2020"), NULL, NULL, &first, &number, &what, &e), ERROR_EXISTS);
	assert_int_equal(office_pack_activate(&office, path, NULL, &from, &clerk, &number, &what, &e), ERROR_DENIED);
	GOOD(office_pack_activate(&office, path, NULL, &from, &first, &number, &what, &e));
	assert_int_equal(what, OFFICE_PROPOSED);
	assert_int_equal(office_pack_activate(&office, path, NULL, &from, &first, &number, &what, &e), ERROR_DENIED);
	assert_int_equal(office_pack_activate(&office, path, NULL, &now, &second, &number, &what, &e), ERROR_EXISTS);
	assert_string_equal(policy_at(from + 1), before);
	registry_set_times(registry, &now, NULL);
	GOOD(office_pack_activate(&office, path, NULL, &from, &second, &number, &what, &e));
	assert_int_equal(what, OFFICE_APPROVED);
	assert_string_equal(policy_at(from - 1), before);
	assert_string_not_equal(policy_at(from), before);
	/* What was not recorded by then does not count, whatever it is about. */
	now = from;
	registry_set_times(registry, &now, &(instant){START - 1});
	{
		const struct pack *pack;

		GOOD(registry_pack(registry, "hubei-2020", &pack, &e));
		assert_string_equal(pack_hash(pack), before);
	}
	snprintf(command, sizeof command, "rm -r %s", trial);
	assert_int_equal(system(command), 0);
}

static void
the_same_files_are_kept_for_one_jurisdiction(void **state)
{
	enum office_state what;
	struct error e = {0};
	int64_t number;

	(void)state;
	assert_int_equal(
		office_pack_activate(&office, pack_folder("ningbo-2020"), "hubei-2020", NULL, &first, &number, &what, &e),
		ERROR_EXISTS);
}

/* Another connection: in its transaction it approves the proposal ${number}, and commits later than somebody else looks. */
struct beside {
	struct registry *registry;
	int64_t number;
};

static void *
commit_late(void *context)
{
	struct beside *beside = context;
	struct error e = {0};

	sleep(2);
	GOOD(db_do(registry_db(beside->registry),
		"UPDATE office_proposal SET state = 'approved', decided_by = 'second', decided_at = $1 WHERE number = $2",
		(struct db_value[]){db_int(START), db_int(beside->number)}, 2, &e));
	GOOD(registry_commit(beside->registry, &e));
	return NULL;
}

/* ${number} is approved by one connection while another, whose answer is returned, approves ${other}. */
static int
approve_two_at_once(int64_t number, int64_t other, struct error *e)
{
	const struct registry_where where = {.data = folder};
	struct beside beside = {.number = number};
	pthread_t thread;
	int r;

	assert_good(registry_open(&where, &beside.registry, e), e, "registry_open", __FILE__, __LINE__);
	assert_good(registry_begin(beside.registry, e), e, "registry_begin", __FILE__, __LINE__);
	assert_int_equal(pthread_create(&thread, NULL, commit_late, &beside), 0);
	r = office_override_approve(&office, other, &second, e);
	assert_int_equal(pthread_join(thread, NULL), 0);
	registry_close(beside.registry);
	return r;
}

static void
two_at_once_are_counted_one_after_the_other(void **state)
{
	char command[128], trial[64] = "/tmp/healthcode-office-XXXXXX", path[96];
	enum office_state what;
	struct error e = {0};
	int64_t number, other;

	(void)state;
	assert_non_null(mkdtemp(trial));
	pack_with(trial, "hubei-2020", "second_office", json_pack("{s:i, s:s}", "people", 1, "source", "this test"), path);
	GOOD(office_pack_activate(&office, path, NULL, NULL, &first, &number, &what, &e));
	GOOD(office_pack_activate(&office, path, NULL, NULL, &second, &number, &what, &e));
	assert_int_equal(what, OFFICE_APPROVED);
	GOOD(propose(&first, "order_of_headquarters", START + DAY_S, &number, &e));
	GOOD(propose(&first, "order_of_headquarters", START + DAY_S, &other, &e));
	assert_int_equal(approve_two_at_once(number, other, &e), ERROR_DENIED);
	/* Of the same one it is not another office that is missing. */
	assert_int_equal(approve_two_at_once(other, other, &e), ERROR_EXISTS);
	snprintf(command, sizeof command, "rm -r %s", trial);
	assert_int_equal(system(command), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_person_alone_changes_nothing),
		TEST(an_override_needs_a_cause_of_the_list_an_end_and_somebody_who_applied),
		TEST(it_ends_by_itself_or_when_one_person_revokes_it),
		TEST(a_proposal_past_its_end_cannot_be_approved),
		TEST(the_ledger_alone_shows_that_both_signed_the_act),
		TEST(rules_go_live_when_two_have_signed_and_the_older_stay),
		TEST(two_at_once_are_counted_one_after_the_other),
		TEST(the_same_files_are_kept_for_one_jurisdiction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
