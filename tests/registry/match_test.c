/* Who is it: names, weights, and what becomes of two who may be one. M1 and M2 are in registry/match.h. */

#include "stores.h"

#include "base/json_check.h"
#include "evidence/evidence.h"
#include "registry/match_rules.h"

#define WANG "110105198001010016"

static int
was_nowhere(person_number person, void *context, struct error *e)
{
	(void)person;
	(void)context;
	(void)e;
	return 0;
}

static void
is_form_of(const char *name, const char *wanted, enum name_script wanted_script)
{
	char normal[NAME_SIZE];
	enum name_script script;

	assert_true(name_normal(name, normal, &script));
	assert_string_equal(normal, wanted);
	assert_int_equal(script, wanted_script);
}

static void
a_name_has_one_form_however_it_was_written(void **state)
{
	char normal[NAME_SIZE], long_name[NAME_SIZE + 1];
	enum name_script script;

	(void)state;
	is_form_of("李伟", "李伟", NAME_HAN);
	is_form_of(" 李 伟 ", "李伟", NAME_HAN);
	is_form_of("李　伟", "李伟", NAME_HAN);
	is_form_of("阿卜杜拉·买买提", "阿卜杜拉买买提", NAME_HAN);
	is_form_of("LI WEI", "li wei", NAME_OTHER);
	is_form_of("Wei  Li", "li wei", NAME_OTHER);
	is_form_of("ＬＩ，ＷＥＩ", "li wei", NAME_OTHER);
	is_form_of("O'Brien, Jean-Luc", "jean luc obrien", NAME_OTHER);
	is_form_of("MÜLLER", "müller", NAME_OTHER);
	is_form_of("ŽIŽEK", "žižek", NAME_OTHER);
	is_form_of("ИВАНОВ", "иванов", NAME_OTHER);
	assert_false(name_normal("", normal, &script));
	assert_false(name_normal(" -. ", normal, &script));
	assert_false(name_normal("\xff", normal, &script));
	memset(long_name, 'a', NAME_SIZE);
	long_name[NAME_SIZE] = 0;
	assert_false(name_normal(long_name, normal, &script));
	long_name[NAME_SIZE - 1] = 0;
	assert_true(name_normal(long_name, normal, &script));
}

static void
what_agrees_weighs_as_fellegi_and_sunter_say(void **state)
{
	struct traits a = {.known = {true, true, true}, .script = NAME_HAN}, b = a;
	struct match_rules rules;
	struct error e = {0};
	int64_t compared;

	(void)state;
	GOOD(match_rules_read(NULL, &rules, &e));
	assert_int_equal(match_score(&rules, &a, &b, &compared), 43318);
	assert_int_equal(match_compared(compared, TRAIT_PHONE), COMPARED_AGREES);
	b.known[TRAIT_PHONE] = false;
	assert_int_equal(match_score(&rules, &a, &b, &compared), 26943);
	assert_int_equal(match_compared(compared, TRAIT_PHONE), COMPARED_UNKNOWN);
	b.known[TRAIT_PHONE] = true;
	b.hashes[TRAIT_PHONE][0] = 1;
	assert_int_equal(match_score(&rules, &a, &b, &compared), 26943 - 2737);
	assert_int_equal(match_compared(compared, TRAIT_PHONE), COMPARED_DIFFERS);
	b.script = NAME_OTHER; /* no romanization is guessed */
	assert_int_equal(match_score(&rules, &a, &b, &compared), 14800 - 2737);
	assert_int_equal(match_compared(compared, TRAIT_NAME), COMPARED_UNKNOWN);
}

static void
a_packs_weights_are_checked(void **state)
{
	static const struct {
		const char *text, *fault;
	} cases[] = {
		{"{}", NULL},
		{"{\"name\": {\"m\": 0.9, \"u\": 0.1}, \"match_at\": 10, \"review_at\": 10, \"source\": \"a study\"}", NULL},
		{"{\"name\": {\"m\": 0.1, \"u\": 0.9}}", "/name"},
		{"{\"name\": {\"m\": 1, \"u\": 0.9}}", "/name/m"},
		{"{\"phone\": {\"m\": 0.9, \"u\": 0}}", "/phone/u"},
		{"{\"phone\": {\"m\": 0.9}}", "/phone"},
		{"{\"match_at\": 10}", "/review_at"},
		{"{\"match_at\": \"high\"}", "/match_at"},
		{"{\"nmae\": {\"m\": 0.9, \"u\": 0.1}}", "/nmae"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct json_check check = {0};
		json_t *section = json_loads(cases[i].text, 0, NULL);

		registry_matching_check(section, &check);
		if (cases[i].fault)
			assert_memory_equal(check.first, cases[i].fault, strlen(cases[i].fault));
		else
			assert_int_equal(check.faults, 0);
		json_decref(section);
	}
}

static person_number
unnumbered(const char *number, const char *name, const char *birth_date, const char *phone)
{
	struct registry_identity identity = {0};
	person_number person = 0;
	struct error e = {0};

	snprintf(identity.name, sizeof identity.name, "%s", name);
	snprintf(identity.birth_date, sizeof identity.birth_date, "%s", birth_date);
	snprintf(identity.phone, sizeof identity.phone, "%s", phone);
	assert_true(registry_person_by_local_number(registry, "laboratory", number, &identity, 0, &person, &e) >= 0);
	return person;
}

static person_number
numbered(const char *id_number, const char *name, const char *phone)
{
	struct registry_application application = {.id_number = id_number,
		.name = name,
		.phone = phone,
		.division = "330106",
		.applied_at = registry_now(registry),
		.residence_since = REGISTRY_ALWAYS,
		.how = VOUCHER_DEPARTMENT,
		.vouched_by = "test"};
	enum evidence_outcome outcome;
	person_number person = 0;
	struct error e = {0};

	GOOD(registry_apply(registry, &application, &outcome, &person, &e));
	return person;
}

static void
settle(void)
{
	struct error e = {0};

	GOOD(registry_begin(registry, &e));
	GOOD(registry_match_settle(registry, was_nowhere, NULL, &e));
	GOOD(registry_commit(registry, &e));
}

struct seen {
	struct registry_match last;
	size_t count[MATCH_STATES];
};

static int
see(const struct registry_match *match, void *context, struct error *e)
{
	struct seen *seen = context;

	(void)e;
	seen->last = *match;
	seen->count[match->state]++;
	return 0;
}

static struct seen
seen_now(void)
{
	struct seen seen = {0};
	struct error e = {0};

	GOOD(registry_matches_each(registry, MATCH_STATES, 0, 0, see, &seen, &e));
	return seen;
}

static size_t
numbers_of(person_number person)
{
	struct evidence_same same;
	struct error e = {0};

	GOOD(evidence_same(registry_db(registry), person, EVIDENCE_NOW, &same, &e));
	return same.count;
}

static int
decide(int64_t match, enum registry_match_state decision)
{
	struct error e = {0};
	int r;

	GOOD(registry_begin(registry, &e));
	r = registry_match_decide(registry, match, decision, "zhang", "test", was_nowhere, NULL, &e);
	if (r < 0)
		registry_rollback(registry);
	else
		GOOD(registry_commit(registry, &e));
	return r;
}

static void
who_agrees_in_everything_alone_is_the_one(void **state)
{
	person_number known = numbered(WANG, "王伟", "13800002001");
	person_number lab = unnumbered("p1", "王 伟", "1980-01-01", "+86 138 0000 2001");

	(void)state;
	assert_int_not_equal(known, lab);
	settle();
	assert_int_equal(seen_now().count[MATCH_AUTOMATIC], 1);
	assert_int_equal(numbers_of(lab), 2);
	settle();
	assert_int_equal(seen_now().count[MATCH_AUTOMATIC], 1);
	assert_int_equal(numbers_of(known), 2);
}

/* M1 */
static void
a_second_candidate_makes_both_wait_in_whatever_order_they_come(void **state)
{
	static const char *const others[] = {WANG, "110105198001010032"};
	person_number lab;

	(void)state;
	numbered(others[0], "王伟", "13800002001");
	lab = unnumbered("p1", "王伟", "1980-01-01", "13800002001");
	settle();
	assert_int_equal(numbers_of(lab), 2);
	numbered(others[1], "王伟", "13800002001");
	settle();
	assert_int_equal(numbers_of(lab), 1);
	assert_int_equal(seen_now().count[MATCH_WAITING], 2);
	assert_int_equal(seen_now().count[MATCH_AUTOMATIC], 0);
}

/* M2 */
static void
what_was_decided_by_hand_stands(void **state)
{
	person_number lab;
	int64_t match;

	(void)state;
	numbered(WANG, "王伟", "13800002001");
	lab = unnumbered("p1", "王伟", "1980-01-01", "13800002001");
	settle();
	match = seen_now().last.number;
	assert_int_equal(decide(match, MATCH_REJECTED), 0);
	assert_int_equal(decide(match, MATCH_REJECTED), ERROR_EXISTS);
	assert_int_equal(numbers_of(lab), 1);
	unnumbered("p1", "王伟", "1980-01-01", "13900002001");
	settle();
	assert_int_equal(seen_now().count[MATCH_REJECTED], 1);
	assert_int_equal(numbers_of(lab), 1);
	assert_int_equal(decide(match, MATCH_ACCEPTED), 0);
	numbered("110105198001010032", "王伟", "13900002001");
	settle();
	assert_int_equal(numbers_of(lab), 2);
	assert_int_equal(seen_now().count[MATCH_WAITING], 0);
}

/* Whatever order messages about one patient come in, the same is known of them. */
static void
what_is_told_of_a_patient_adds_up_in_any_order(void **state)
{
	struct registry_identity one = {0}, other = {0};
	struct error e = {0};

	(void)state;
	unnumbered("a", "王伟", "", "13800002001");
	unnumbered("a", "王 伟", "1980-01-01", "");
	unnumbered("b", "王 伟", "1980-01-01", "");
	unnumbered("b", "王伟", "", "13800002001");
	GOOD(registry_identity_own(registry, unnumbered("a", "", "", ""), &one, &e));
	GOOD(registry_identity_own(registry, unnumbered("b", "", "", ""), &other, &e));
	assert_memory_equal(&one, &other, sizeof one);
	assert_string_equal(one.birth_date, "1980-01-01");
	assert_string_equal(one.phone, "13800002001");
}

static void
a_pair_by_hand_is_one_pair_in_either_order(void **state)
{
	person_number a = numbered(WANG, "王伟", "13800002001"), b = numbered("E12345678", "WANG WEI", "13800002001");
	int64_t first = 0, second = 0;
	struct error e = {0};

	(void)state;
	assert_int_equal(registry_match_put(registry, a, b, "zhang", &first, &e), 0);
	assert_int_equal(registry_match_put(registry, b, a, "chen", &second, &e), 1);
	assert_int_equal(first, second);
	assert_int_equal(registry_match_put(registry, a, a, "zhang", &first, &e), ERROR_USAGE);
	assert_int_equal(registry_match_put(registry, a, 4000000000u, "zhang", &first, &e), ERROR_EXISTS_NOT);
	assert_int_equal(decide(first, MATCH_ACCEPTED), 0);
	assert_int_equal(numbers_of(a), 2);
	settle();
	assert_int_equal(seen_now().count[MATCH_ACCEPTED], 1);
	assert_int_equal(decide(first, MATCH_REJECTED), 0);
	assert_int_equal(numbers_of(a), 1);
}

/* However many were put on a person's list: the next settling is of everybody's. */
static void
a_long_list_stops_nobody(void **state)
{
	person_number sick = unnumbered("1", "李雷", "1980-01-01", "13800000001");
	struct error e = {0};
	char passport[16];
	int64_t number;

	(void)state;
	for (int i = 0; i < 70; i++) {
		snprintf(passport, sizeof passport, "E%08d", i);
		GOOD(registry_match_put(registry, sick, numbered(passport, "某人", "13900000000"), "zhang", &number, &e));
	}
	assert_int_equal(decide(number, MATCH_REJECTED), 0);
	settle();
	assert_int_equal(seen_now().count[MATCH_WAITING], 69);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_set_up, store_tear_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_has_one_form_however_it_was_written),
		cmocka_unit_test(what_agrees_weighs_as_fellegi_and_sunter_say),
		cmocka_unit_test(a_packs_weights_are_checked),
		TEST(who_agrees_in_everything_alone_is_the_one),
		TEST(a_second_candidate_makes_both_wait_in_whatever_order_they_come),
		TEST(what_was_decided_by_hand_stands),
		TEST(what_is_told_of_a_patient_adds_up_in_any_order),
		TEST(a_pair_by_hand_is_one_pair_in_either_order),
		TEST(a_long_list_stops_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
