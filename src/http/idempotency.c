#include "http/idempotency.h"

#include <microhttpd.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "db/db.h"
#include "keys/keys.h"

enum { KEPT_S = DAY_S, UNDER_WAY_S = 60, KEY_LEAST = 8, KEY_MOST = 64, ANSWER_MAX = 1 << 20, NAME_MAX_BYTES = 1024 };

#define PURPOSE_KEY "http-idempotency-key"
#define PURPOSE_BODY "http-idempotency-body"
#define PURPOSE_ANSWER "http-idempotency-answer"

/* status 0: the first one is under way. */
static const char *const migrations[] = {
	"CREATE TABLE http_idempotency(key {blob} NOT NULL PRIMARY KEY, body {blob} NOT NULL, at BIGINT NOT NULL,"
	" status BIGINT NOT NULL, answer {blob}) {packed};"
	"CREATE INDEX http_idempotency_at ON http_idempotency(at);",
};

int
idempotency_open(struct http_context *context, struct error *e)
{
	return db_migrate(registry_db(context->registry), "http", migrations, sizeof migrations / sizeof migrations[0], e);
}

static bool
key_is_good(const char *key)
{
	size_t length = strlen(key);

	return length >= KEY_LEAST && length <= KEY_MOST &&
		strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}

/* Who asks, for what, by which key; and the body. A resident is the same in each session of the phone. */
static int
hash_request(struct http_context *context, const struct route *route, const struct exchange *x, const char *key,
	uint8_t key_hash[KEYS_SIZE], uint8_t body_hash[KEYS_SIZE], struct error *e)
{
	const struct keys *keys = registry_keys(context->registry);
	struct buffer name = buffer_make(NAME_MAX_BYTES);
	int r;

	if (!context->signed_in)
		r = buffer_add_format(&name, e, "address %s", x->address);
	else if (context->session.role == REGISTRY_RESIDENT)
		r = buffer_add(&name, context->session.phone_hash, sizeof context->session.phone_hash, e);
	else
		r = buffer_add_format(&name, e, "user %lld", (long long)context->session.user.number);
	if (r == 0 && (r = buffer_add_format(&name, e, "\n%s\n%s\n%s", route->name, x->path, key)) == 0) {
		keys_hash(keys, PURPOSE_KEY, name.data, name.length, key_hash);
		keys_hash(keys, PURPOSE_BODY, x->body.data ? x->body.data : (const uint8_t *)"", x->body.length, body_hash);
	}
	buffer_free(&name);
	return r;
}

/* Take the key: 1 if it is ours now, else 0 and what is kept under it. */
static int
take(struct http_context *context, const uint8_t key[KEYS_SIZE], const uint8_t body[KEYS_SIZE], unsigned *ret_status,
	bool *ret_same, struct buffer *answer, struct error *e)
{
	struct db *db = registry_db(context->registry);
	instant now = registry_clock(context->registry);
	struct db_statement *row = NULL;
	const void *bytes;
	size_t length;
	bool ours = false;
	int r;

	if ((r = registry_begin(context->registry, e)) < 0)
		return r;
	if ((r = db_do(db, "DELETE FROM http_idempotency WHERE at <= $1 OR (status = 0 AND at <= $2)",
			 (struct db_value[]){db_int(now - KEPT_S), db_int(now - UNDER_WAY_S)}, 2, e)) < 0 ||
		(r = db_do(db,
			 "INSERT INTO http_idempotency(key, body, at, status) VALUES($1, $2, $3, 0) ON CONFLICT DO NOTHING",
			 (struct db_value[]){db_blob(key, KEYS_SIZE), db_blob(body, KEYS_SIZE), db_int(now)}, 3, e)) < 0)
		goto out;
	ours = db_changes(db) == 1;
	if (!ours) {
		if ((r = db_start(db, "SELECT body, status, answer FROM http_idempotency WHERE key = $1",
				 (struct db_value[]){db_blob(key, KEYS_SIZE)}, 1, &row, e)) < 0 ||
			(r = db_step(row, e)) < 0)
			goto out;
		bytes = db_column_blob(row, 0, &length);
		*ret_same = length == KEYS_SIZE && sodium_memcmp(bytes, body, KEYS_SIZE) == 0;
		*ret_status = (unsigned)db_column_int(row, 1);
		bytes = db_column_blob(row, 2, &length);
		if (*ret_status && *ret_same && bytes &&
			(r = keys_open_sealed(
				 registry_keys(context->registry), PURPOSE_ANSWER, key, KEYS_SIZE, bytes, length, answer, e)) < 0)
			goto out;
	}
	db_finish(row);
	row = NULL;
	r = registry_commit(context->registry, e);
out:
	db_finish(row);
	if (r < 0) {
		registry_rollback(context->registry);
		return r;
	}
	return ours;
}

/* Keep the answer under the key, or give the key back. */
static int
keep(struct http_context *context, const uint8_t key[KEYS_SIZE], const struct exchange *x, struct error *e)
{
	struct db *db = registry_db(context->registry);
	struct buffer sealed = buffer_make(ANSWER_MAX + KEYS_SEAL_EXTRA);
	bool failed = x->status >= MHD_HTTP_INTERNAL_SERVER_ERROR || x->status == MHD_HTTP_TOO_MANY_REQUESTS;
	char *text = x->answer ? json_dumps(x->answer, JSON_COMPACT) : NULL;
	int r = 0;

	if (text)
		r = keys_seal(registry_keys(context->registry), PURPOSE_ANSWER, key, KEYS_SIZE, text, strlen(text), &sealed, e);
	if (r < 0 || (r = registry_begin(context->registry, e)) < 0)
		goto out;
	if (failed || !text)
		r = db_do(
			db, "DELETE FROM http_idempotency WHERE key = $1", (struct db_value[]){db_blob(key, KEYS_SIZE)}, 1, e);
	else
		r = db_do(db, "UPDATE http_idempotency SET status = $2, answer = $3 WHERE key = $1",
			(struct db_value[]){
				db_blob(key, KEYS_SIZE), db_int((int64_t)x->status), db_blob(sealed.data, sealed.length)},
			3, e);
	if (r < 0 || (r = registry_commit(context->registry, e)) < 0)
		registry_rollback(context->registry);
out:
	free(text);
	buffer_free(&sealed);
	return r;
}

static void
answer_again(struct exchange *x, unsigned status, const struct buffer *text)
{
	json_t *answer = json_loadb((const char *)text->data, text->length, 0, NULL);

	exchange_answer(x, status, answer);
	if (answer && status >= MHD_HTTP_BAD_REQUEST)
		x->content_type = "application/problem+json";
}

void
idempotency_answer(struct http_context *context, const struct route *route, struct exchange *x)
{
	const char *key = exchange_header(x, "Idempotency-Key");
	struct buffer kept = buffer_make(ANSWER_MAX);
	uint8_t key_hash[KEYS_SIZE], body_hash[KEYS_SIZE];
	unsigned status = 0;
	struct error e = {0};
	bool same = false;
	int r;

	/* Signing in is not a write that may be repeated: its answer is a secret, given once. Bundles are told by themselves. */
	if (!key || strcmp(x->method, "POST") != 0 || strcmp(route->name, "signIn") == 0 ||
		strcmp(route->name, "postBundle") == 0) {
		context_answer(context, route, x);
		return;
	}
	if (!key_is_good(key)) {
		exchange_problem(x, MHD_HTTP_BAD_REQUEST, "bad-request", "Idempotency-Key is %d to %d of A-Z a-z 0-9 _ -",
			KEY_LEAST, KEY_MOST);
		return;
	}
	if ((r = hash_request(context, route, x, key, key_hash, body_hash, &e)) < 0 ||
		(r = take(context, key_hash, body_hash, &status, &same, &kept, &e)) < 0) {
		exchange_failure(x, &e);
	} else if (r == 1) {
		context_answer(context, route, x);
		(void)keep(context, key_hash, x, &e); /* on failure the write stands, and the key frees itself */
	} else if (!same) {
		exchange_problem(x, MHD_HTTP_UNPROCESSABLE_CONTENT, "idempotency-key-reused",
			"This Idempotency-Key was used for something else");
	} else if (!status) {
		exchange_problem(x, MHD_HTTP_CONFLICT, "conflict", "The first request with this key is under way");
		exchange_set_header(x, "Retry-After", "1");
	} else {
		answer_again(x, status, &kept);
	}
	buffer_free(&kept);
}
