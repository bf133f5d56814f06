#include "registry/session_inside.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { CODE_COUNT = 1000000, HOUR_S = 3600 };

/* A code's hash, bound to its phone. */
static void
code_hash(const struct registry *registry, const uint8_t phone[REGISTRY_HASH_SIZE], const char *code, size_t length,
	uint8_t hash[KEYS_SIZE])
{
	uint8_t bytes[REGISTRY_HASH_SIZE + SIGN_IN_CODE_DIGITS];

	memcpy(bytes, phone, REGISTRY_HASH_SIZE);
	memcpy(bytes + REGISTRY_HASH_SIZE, code, length);
	keys_hash(registry->keys, PURPOSE_SIGN_IN, bytes, REGISTRY_HASH_SIZE + length, hash);
}

/* A phone that asks too often: 1, 0 or a code. */
static int
asks_too_often(struct registry *registry, const uint8_t phone[REGISTRY_HASH_SIZE], struct error *e)
{
	int r = attempts_too_many(registry, "sign-in", phone, REGISTRY_HASH_SIZE, HOUR_S, SIGN_IN_PER_HOUR, e);

	return r != 0 ? r : attempts_too_many(registry, "sign-in", phone, REGISTRY_HASH_SIZE, SIGN_IN_PAUSE_S, 1, e);
}

static int
send_code(struct registry *registry, const char *phone, const uint8_t phone_hash[REGISTRY_HASH_SIZE], struct error *e)
{
	char code[16], text[256];
	uint8_t hash[KEYS_SIZE];
	int r;

	snprintf(code, sizeof code, "%0*u", SIGN_IN_CODE_DIGITS, randombytes_uniform(CODE_COUNT));
	code_hash(registry, phone_hash, code, SIGN_IN_CODE_DIGITS, hash);
	snprintf(text, sizeof text,
		"%s 是您的登录验证码，%d 分钟内有效，请勿告诉他人。 / %s is your sign-in code, valid for %d minutes. Tell nobody.",
		code, SIGN_IN_LASTS_S / 60, code, SIGN_IN_LASTS_S / 60);
	if ((r = db_do(registry->db,
			 "INSERT INTO sign_in(phone, code, at, tries) VALUES($1, $2, $3, 0)"
			 " ON CONFLICT(phone) DO UPDATE SET code = excluded.code, at = excluded.at, tries = 0",
			 (struct db_value[]){
				 db_blob(phone_hash, REGISTRY_HASH_SIZE), db_blob(hash, sizeof hash), db_int(registry_clock(registry))},
			 3, e)) == 0)
		r = registry_notice_put(registry, phone, "sign-in-code", text, e);
	keys_wipe(code, sizeof code);
	keys_wipe(text, sizeof text);
	return r;
}

int
registry_sign_in_request(struct registry *registry, const char *phone_text, struct error *e)
{
	uint8_t phone_hash[REGISTRY_HASH_SIZE];
	char phone[PHONE_SIZE];
	bool own;
	int r;

	if (sodium_init() < 0)
		return error_no_memory(e);
	if ((r = registry_phone_read(phone_text, strlen(phone_text), phone, e)) < 0)
		return r;
	registry_phone_hash(registry, phone, phone_hash);
	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	if ((r = asks_too_often(registry, phone_hash, e)) == 1)
		r = error_set(e, ERROR_DENIED, "too many sign-in codes were asked for; try again later");
	else if (r == 0 && (r = attempt_put(registry, "sign-in", phone_hash, sizeof phone_hash, e)) == 0)
		r = send_code(registry, phone, phone_hash, e);
	return scope_end(registry, own, r, e);
}

/* Whether the code is the phone's, counting the try: 1, 0 or a code. A right one is used up. */
static int
try_code(struct registry *registry, const uint8_t phone[REGISTRY_HASH_SIZE], const char *code, struct error *e)
{
	struct db_value key = db_blob(phone, REGISTRY_HASH_SIZE);
	struct db_statement *statement = NULL;
	uint8_t hash[KEYS_SIZE];
	const void *kept;
	size_t length;
	bool right = false, open = false;
	int r;

	code_hash(registry, phone, code, SIGN_IN_CODE_DIGITS, hash);
	if ((r = db_start(registry->db, "SELECT code, at, tries FROM sign_in WHERE phone = $1", &key, 1, &statement, e)) ==
			0 &&
		(r = db_step(statement, e)) == 1) {
		kept = db_column_blob(statement, 0, &length);
		open = db_column_int(statement, 1) + SIGN_IN_LASTS_S > registry_clock(registry) &&
			db_column_int(statement, 2) < SIGN_IN_ATTEMPTS;
		right = open && length == sizeof hash && sodium_memcmp(kept, hash, sizeof hash) == 0;
	}
	db_finish(statement);
	if (r < 0)
		return r;
	r = right ? db_do(registry->db, "DELETE FROM sign_in WHERE phone = $1", &key, 1, e)
			  : db_do(registry->db, "UPDATE sign_in SET tries = tries + 1 WHERE phone = $1", &key, 1, e);
	return r < 0 ? r : right;
}

int
registry_sign_in(
	struct registry *registry, const char *phone_text, const char *code, char token[TOKEN_TEXT_SIZE], struct error *e)
{
	uint8_t phone_hash[REGISTRY_HASH_SIZE];
	char phone[PHONE_SIZE];
	bool own, right = false;
	int r;

	if (registry_phone_read(phone_text, strlen(phone_text), phone, e) < 0 || strlen(code) != SIGN_IN_CODE_DIGITS)
		return error_set(e, ERROR_DENIED, "wrong code, or too old");
	registry_phone_hash(registry, phone, phone_hash);
	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	if ((r = try_code(registry, phone_hash, code, e)) == 1) {
		right = true;
		r = session_start(registry, NULL, phone_hash, SESSION_RESIDENT_S, token, e);
	}
	/* A wrong try is counted, so it is committed too. */
	r = scope_end(registry, own, r, e);
	return r < 0 ? r : right ? 0 : error_set(e, ERROR_DENIED, "wrong code, or too old");
}
