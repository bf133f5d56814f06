#include "stores.h"

#define PASSWORD "correct horse"

/* The code in the last notice. */
static int
take_code(const struct registry_notice *notice, void *context, struct error *e)
{
	(void)e;
	assert_string_equal(notice->kind, "sign-in-code");
	assert_string_equal(notice->phone, FENG_PHONE);
	snprintf(context, SIGN_IN_CODE_DIGITS + 1, "%s", notice->text);
	return 0;
}

static void
ask(char code[SIGN_IN_CODE_DIGITS + 1])
{
	struct error e = {0};

	GOOD(registry_set_gateway(registry, true, &e));
	GOOD(registry_sign_in_request(registry, "139 0000 0001", &e));
	GOOD(registry_notices_deliver(registry, take_code, code, 10, &e));
}

static void
a_code_signs_in_once(void **state)
{
	char code[SIGN_IN_CODE_DIGITS + 1], token[TOKEN_TEXT_SIZE];
	uint8_t hash[REGISTRY_HASH_SIZE];
	struct registry_session session;
	struct error e = {0};

	(void)state;
	ask(code);
	GOOD(registry_sign_in(registry, "+86-13900000001", code, token, &e));
	GOOD(registry_session_find(registry, token, &session, &e));
	registry_phone_hash(registry, FENG_PHONE, hash);
	assert_int_equal(session.role, REGISTRY_RESIDENT);
	assert_memory_equal(session.phone_hash, hash, sizeof hash);
	assert_int_equal(registry_sign_in(registry, FENG_PHONE, code, token, &e), ERROR_DENIED);
	assert_false(folder_holds(folder, token));
	GOOD(registry_session_end(registry, token, &e));
	assert_int_equal(registry_session_find(registry, token, &session, &e), ERROR_DENIED);
}

static void
a_code_is_void_after_too_many_wrong_tries(void **state)
{
	char code[SIGN_IN_CODE_DIGITS + 1], token[TOKEN_TEXT_SIZE];
	struct error e = {0};

	(void)state;
	ask(code);
	for (int i = 0; i < SIGN_IN_ATTEMPTS; i++)
		assert_int_equal(
			registry_sign_in(registry, FENG_PHONE, code[0] == '1' ? "200000" : "100000", token, &e), ERROR_DENIED);
	assert_int_equal(registry_sign_in(registry, FENG_PHONE, code, token, &e), ERROR_DENIED);
}

static void
a_phone_cannot_ask_for_codes_too_often(void **state)
{
	char code[SIGN_IN_CODE_DIGITS + 1];
	struct error e = {0};

	(void)state;
	ask(code);
	assert_int_equal(registry_sign_in_request(registry, FENG_PHONE, &e), ERROR_DENIED);
	GOOD(registry_sign_in_request(registry, "13700000002", &e));
}

static void
a_made_up_token_is_no_session(void **state)
{
	char token[TOKEN_TEXT_SIZE];
	struct registry_session session;
	struct error e = {0};

	(void)state;
	memset(token, 'a', sizeof token);
	token[TOKEN_TEXT_SIZE - 1] = 0;
	assert_int_equal(registry_session_find(registry, token, &session, &e), ERROR_DENIED);
	assert_int_equal(registry_session_find(registry, "", &session, &e), ERROR_DENIED);
}

static void
a_session_expires(void **state)
{
	char token[TOKEN_TEXT_SIZE];
	struct registry_session session;
	struct registry_user user;
	struct error e = {0};

	(void)state;
	GOOD(registry_user_add(registry, "gate-1", REGISTRY_GATE, PASSWORD, NULL, &e));
	GOOD(registry_user_find(registry, "gate-1", &user, &e));
	GOOD(registry_session_start_user(registry, &user, 0, token, &e));
	assert_int_equal(registry_session_find(registry, token, &session, &e), ERROR_DENIED);
	GOOD(registry_session_start_user(registry, &user, SESSION_DEVICE_S, token, &e));
	GOOD(registry_session_find(registry, token, &session, &e));
	assert_string_equal(session.user.name, "gate-1");
	assert_int_equal(session.role, REGISTRY_GATE);
}

static void
a_user_needs_the_right_password(void **state)
{
	struct registry_user user;
	struct error e = {0}, unknown = {0};

	(void)state;
	GOOD(registry_user_add(registry, "li.wei", REGISTRY_TRACER, PASSWORD, "admin", &e));
	assert_int_equal(registry_user_add(registry, "li.wei", REGISTRY_GATE, PASSWORD, NULL, &e), ERROR_EXISTS);
	assert_int_equal(registry_user_add(registry, "Li Wei", REGISTRY_GATE, PASSWORD, NULL, &e), ERROR_BAD_INPUT);
	assert_int_equal(registry_user_add(registry, "self", REGISTRY_GATE, PASSWORD, NULL, &e), ERROR_BAD_INPUT);
	assert_int_equal(registry_user_add(registry, "li", REGISTRY_RESIDENT, PASSWORD, NULL, &e), ERROR_USAGE);
	assert_int_equal(registry_user_add(registry, "li", REGISTRY_GATE, "short", NULL, &e), ERROR_BAD_INPUT);
	GOOD(registry_user_authenticate(registry, "li.wei", PASSWORD, &user, &e));
	assert_int_equal(user.role, REGISTRY_TRACER);
	assert_int_equal(registry_user_authenticate(registry, "li.wei", "wrong horse", &user, &e), ERROR_DENIED);
	assert_int_equal(registry_user_authenticate(registry, "nobody", PASSWORD, &user, &unknown), ERROR_DENIED);
	assert_string_equal(e.message, unknown.message);
	assert_false(folder_holds(folder, PASSWORD));
}

static void
guessing_a_password_is_stopped(void **state)
{
	struct registry_user user;
	struct error e = {0};

	(void)state;
	GOOD(registry_user_add(registry, "li", REGISTRY_TRACER, PASSWORD, NULL, &e));
	for (int i = 0; i < 10; i++)
		assert_int_equal(registry_user_authenticate(registry, "li", "wrong horse", &user, &e), ERROR_DENIED);
	assert_int_equal(registry_user_authenticate(registry, "li", PASSWORD, &user, &e), ERROR_DENIED);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_set_up, store_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_code_signs_in_once),
		TEST(a_code_is_void_after_too_many_wrong_tries),
		TEST(a_phone_cannot_ask_for_codes_too_often),
		TEST(a_made_up_token_is_no_session),
		TEST(a_session_expires),
		TEST(a_user_needs_the_right_password),
		TEST(guessing_a_password_is_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
