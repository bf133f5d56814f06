#include "stores.h"

#include <pthread.h>
#include <stdatomic.h>

#include "headers.h"
#include "server.h"

#include "db/db.h"
#include "http/idempotency.h"
#include "keys/keys.h"

enum { THREADS = 8 };

static struct server *postgresql;
static struct http_shared *shared;
static struct http_context *context;
static char data[64];
static atomic_int written;

static int
make_store(void **state)
{
	const char *packs[] = {pack_folder("hubei-2020")};
	struct registry_where where = {.data = data};
	struct http_options options = {.data = data};
	instant start = START;
	struct error e = {0};

	(void)state;
	strcpy(data, "/tmp/healthcode-idempotency-XXXXXX");
	assert_non_null(mkdtemp(data));
	if (postgresql) {
		struct db *db = NULL;

		where.database = options.database = server_uri(postgresql);
		GOOD(db_open(where.database, true, &db, &e));
		GOOD(db_run(db, "DROP SCHEMA public CASCADE; CREATE SCHEMA public", &e));
		db_close(db);
	}
	GOOD(registry_create(&where, packs, 1, &start, &e));
	GOOD(context_share(&options, &shared, &e));
	context = context_get(shared, &e);
	assert_non_null(context);
	context->signed_in = false;
	atomic_store(&written, 0);
	return 0;
}

static int
forget_store(void **state)
{
	(void)state;
	context_share_end(shared);
	store_discard(NULL, data);
	return 0;
}

static void
write_once_more(struct http_context *c, struct exchange *x)
{
	(void)c;
	exchange_answer(
		x, 201, json_pack("{s:i, s:s}", "number", atomic_fetch_add(&written, 1) + 1, "name", "冯丽-in-clear"));
}

static void
refuse(struct http_context *c, struct exchange *x)
{
	(void)c;
	atomic_fetch_add(&written, 1);
	exchange_problem(x, 409, "conflict", "No");
}

static unsigned failing_status;

static void
fail_first(struct http_context *c, struct exchange *x)
{
	if (atomic_load(&written))
		write_once_more(c, x);
	else
		exchange_problem(x, failing_status, "unavailable", "Not now");
	atomic_fetch_add(&written, 1);
}

static const struct route writing = {"write", "POST", "/v1/write", ROLE_ANYBODY, LIMIT_WRITE, write_once_more};

/* The answer to POST ${path} with that key and body from ${address}; its number, or 0. */
static unsigned
post(struct http_context *c, const struct route *route, const char *key, const char *body, const char *address,
	int *ret_number)
{
	struct exchange x = {.method = "POST", .path = route->path, .body = buffer_make(1024)};
	struct error e = {0};
	unsigned status;

	send_only(MHD_HEADER_KIND, "Idempotency-Key", key);
	strcpy(x.address, address);
	GOOD(buffer_add_text(&x.body, body, &e));
	idempotency_answer(c, route, &x);
	status = x.status;
	*ret_number = (int)json_integer_value(json_object_get(x.answer, "number"));
	if (status >= 400)
		assert_string_equal(x.content_type, "application/problem+json");
	exchange_clear(&x);
	return status;
}

static void
the_same_again_is_given_the_first_answer(void **state)
{
	int number;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(post(context, &writing, "key-number-1", "{}", "192.0.2.1", &number), 201);
		assert_int_equal(number, 1);
	}
	assert_int_equal(post(context, &writing, "key-number-2", "{}", "192.0.2.1", &number), 201);
	assert_int_equal(number, 2);
	assert_int_equal(post(context, &writing, NULL, "{}", "192.0.2.1", &number), 201);
	assert_int_equal(number, 3);
}

static void
a_key_is_for_one_body_one_caller_and_one_route(void **state)
{
	static const struct route other = {"other", "POST", "/v1/other", ROLE_ANYBODY, LIMIT_WRITE, write_once_more};
	int number;

	(void)state;
	assert_int_equal(post(context, &writing, "key-number-1", "{}", "192.0.2.1", &number), 201);
	assert_int_equal(post(context, &writing, "key-number-1", "{ }", "192.0.2.1", &number), 422);
	assert_int_equal(post(context, &writing, "key-number-1", "{ }", "192.0.2.2", &number), 201);
	assert_int_equal(number, 2);
	assert_int_equal(post(context, &other, "key-number-1", "{}", "192.0.2.1", &number), 201);
	assert_int_equal(number, 3);
	context->signed_in = true;
	context->session = (struct registry_session){.role = REGISTRY_RESIDENT, .phone_hash = {1}};
	assert_int_equal(post(context, &writing, "key-number-1", "{}", "192.0.2.1", &number), 201);
	assert_int_equal(number, 4);
	assert_int_equal(post(context, &writing, "key-number-1", "{}", "192.0.2.9", &number), 201);
	assert_int_equal(number, 4); /* a phone is the same from everywhere */
	context->session = (struct registry_session){.role = REGISTRY_GATE, .user = {.number = 7}};
	assert_int_equal(post(context, &writing, "key-number-1", "{}", "192.0.2.1", &number), 201);
	assert_int_equal(number, 5);
	assert_int_equal(atomic_load(&written), 5);
}

static void
a_refusal_is_an_answer_and_a_failure_gives_the_key_back(void **state)
{
	static const struct route refusing = {"refuse", "POST", "/v1/refuse", ROLE_ANYBODY, LIMIT_WRITE, refuse},
							  failing = {"fail", "POST", "/v1/fail", ROLE_ANYBODY, LIMIT_WRITE, fail_first};
	static const unsigned failures[] = {429, 500, 503};
	int number;

	(void)state;
	assert_int_equal(post(context, &refusing, "key-number-1", "{}", "192.0.2.1", &number), 409);
	assert_int_equal(post(context, &refusing, "key-number-1", "{}", "192.0.2.1", &number), 409);
	assert_int_equal(atomic_load(&written), 1);
	for (size_t i = 0; i < 3; i++) {
		char key[16];

		snprintf(key, sizeof key, "failing-%zu", i);
		atomic_store(&written, 0);
		failing_status = failures[i];
		assert_int_equal(post(context, &failing, key, "{}", "192.0.2.1", &number), failures[i]);
		assert_int_equal(post(context, &failing, key, "{}", "192.0.2.1", &number), 201);
	}
}

static unsigned status_within;

static void
ask_within(struct http_context *c, struct exchange *x)
{
	int number;

	status_within = post(c, &(struct route){"ask", "POST", "/v1/ask", ROLE_ANYBODY, LIMIT_WRITE, ask_within},
		"key-number-1", "{}", "192.0.2.1", &number);
	write_once_more(c, x);
}

static void
while_the_first_is_under_way_the_second_is_told_so(void **state)
{
	int number;

	(void)state;
	assert_int_equal(post(context, &(struct route){"ask", "POST", "/v1/ask", ROLE_ANYBODY, LIMIT_WRITE, ask_within},
						 "key-number-1", "{}", "192.0.2.1", &number),
		201);
	assert_int_equal(status_within, 409);
	assert_int_equal(atomic_load(&written), 1);
}

static void
a_key_is_kept_for_a_day_and_taken_for_a_minute(void **state)
{
	struct db *db = registry_db(context->registry);
	struct error e = {0};
	int number;

	(void)state;
	assert_int_equal(post(context, &writing, "key-number-1", "{}", "192.0.2.1", &number), 201);
	GOOD(db_run(db, "UPDATE http_idempotency SET at = at - 86300", &e));
	assert_int_equal(post(context, &writing, "key-number-1", "{}", "192.0.2.1", &number), 201);
	assert_int_equal(number, 1);
	GOOD(db_run(db, "UPDATE http_idempotency SET at = at - 100", &e));
	assert_int_equal(post(context, &writing, "key-number-1", "{}", "192.0.2.1", &number), 201);
	assert_int_equal(number, 2);
	/* A server that died while it wrote leaves the key taken. */
	GOOD(db_run(db, "UPDATE http_idempotency SET status = 0, answer = NULL", &e));
	assert_int_equal(post(context, &writing, "key-number-1", "{}", "192.0.2.1", &number), 409);
	GOOD(db_run(db, "UPDATE http_idempotency SET at = at - 60", &e));
	assert_int_equal(post(context, &writing, "key-number-1", "{}", "192.0.2.1", &number), 201);
	assert_int_equal(number, 3);
}

static void
a_key_that_is_none_is_refused_and_signing_in_takes_none(void **state)
{
	static const char *const wrong[] = {"", "short12", "has space 1", "has/slash-1", "ümlaut-key",
		"12345678901234567890123456789012345678901234567890123456789012345"};
	static const struct route signing = {"signIn", "POST", "/v1/sessions", ROLE_ANYBODY, LIMIT_SECRET, write_once_more};
	int number;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(post(context, &writing, wrong[i], "{}", "192.0.2.1", &number), 400);
	assert_int_equal(atomic_load(&written), 0);
	for (int i = 1; i <= 2; i++) {
		assert_int_equal(post(context, &signing, "key-number-1", "{}", "192.0.2.1", &number), 201);
		assert_int_equal(number, i);
	}
}

static void
what_is_kept_is_sealed(void **state)
{
	struct db_statement *row = NULL;
	struct error e = {0};
	size_t length;
	int number;
	const void *bytes;

	(void)state;
	assert_int_equal(post(context, &writing, "key-number-1", "{}", "192.0.2.1", &number), 201);
	GOOD(db_start(registry_db(context->registry), "SELECT answer FROM http_idempotency", NULL, 0, &row, &e));
	assert_int_equal(db_step(row, &e), 1);
	bytes = db_column_blob(row, 0, &length);
	assert_true(length > 0);
	assert_null(memmem(bytes, length, "in-clear", strlen("in-clear")));
	db_finish(row);
	assert_false(folder_holds(data, "key-number-1"));
}

static void *
post_at_once(void *given)
{
	unsigned *status = given;
	struct error e = {0};
	struct http_context *own = context_get(shared, &e);
	int number;

	assert_non_null(own);
	do
		*status = post(own, &writing, "all-at-once", "{}", "192.0.2.1", &number);
	while (*status == 503); /* the store is busy: said so, and nothing written */
	return NULL;
}

static void
of_many_at_once_one_writes(void **state)
{
	pthread_t threads[THREADS];
	unsigned statuses[THREADS] = {0};

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, post_at_once, &statuses[i]), 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_true(statuses[i] == 201 || statuses[i] == 409);
	}
	assert_int_equal(atomic_load(&written), 1);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_store, forget_store)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_same_again_is_given_the_first_answer),
		TEST(a_key_is_for_one_body_one_caller_and_one_route),
		TEST(a_refusal_is_an_answer_and_a_failure_gives_the_key_back),
		TEST(while_the_first_is_under_way_the_second_is_told_so),
		TEST(a_key_is_kept_for_a_day_and_taken_for_a_minute),
		TEST(a_key_that_is_none_is_refused_and_signing_in_takes_none),
		TEST(what_is_kept_is_sealed),
		TEST(of_many_at_once_one_writes),
	};
	int failed = cmocka_run_group_tests_name("SQLite", tests, NULL, NULL);

	if (!(postgresql = server_start())) {
		fprintf(stderr, "PostgreSQL is not installed, or does not start\n");
		return failed ? failed : 77;
	}
	failed += cmocka_run_group_tests_name("PostgreSQL", tests, NULL, NULL);
	server_stop(postgresql);
	return failed;
}
