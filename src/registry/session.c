#include "registry/session_inside.h"

#include <string.h>

#include "base/text.h"

enum { TOKEN_SIZE = 32 };

static void
token_hash(struct registry *registry, const char *token, uint8_t hash[KEYS_SIZE])
{
	keys_hash(registry->keys, PURPOSE_TOKEN, token, strlen(token), hash);
}

int
session_start(struct registry *registry, const struct registry_user *user, const uint8_t *phone_hash, int64_t lasts_s,
	char token[TOKEN_TEXT_SIZE], struct error *e)
{
	instant now = registry_clock(registry);
	uint8_t bytes[TOKEN_SIZE], hash[KEYS_SIZE];
	char text[TOKEN_TEXT_SIZE];
	bool own;
	int r;

	keys_random(bytes, sizeof bytes);
	text_hex(bytes, sizeof bytes, text);
	keys_wipe(bytes, sizeof bytes);
	token_hash(registry, text, hash);
	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	if ((r = db_do(registry->db, "DELETE FROM session WHERE expires_at <= $1{of nobody}",
			 (struct db_value[]){db_int(now)}, 1, e)) == 0)
		r = db_do(registry->db,
			"INSERT INTO session(hash, account, phone, started_at, expires_at) VALUES($1, $2, $3, $4, $5){of $1}",
			(struct db_value[]){db_blob(hash, sizeof hash), user ? db_int(user->number) : db_null(),
				phone_hash ? db_blob(phone_hash, REGISTRY_HASH_SIZE) : db_null(), db_int(now), db_int(now + lasts_s)},
			5, e);
	r = scope_end(registry, own, r, e);
	if (r == 0)
		memcpy(token, text, sizeof text);
	keys_wipe(text, sizeof text);
	return r;
}

int
registry_session_start_user(struct registry *registry, const struct registry_user *user, int64_t lasts_s,
	char token[TOKEN_TEXT_SIZE], struct error *e)
{
	return session_start(registry, user, NULL, lasts_s, token, e);
}

/* The present row as a session. */
static int
session_read(struct db_statement *statement, struct registry_session *ret_session, struct error *e)
{
	struct registry_session session = {
		.started_at = db_column_int(statement, 1), .expires_at = db_column_int(statement, 2)};
	const void *phone;
	size_t length;

	if (db_column_is_null(statement, 3)) {
		phone = db_column_blob(statement, 0, &length);
		if (length != sizeof session.phone_hash)
			return error_set(e, ERROR_CORRUPT, "a session is nobody's");
		memcpy(session.phone_hash, phone, length);
		session.role = REGISTRY_RESIDENT;
	} else {
		session.user.number = db_column_int(statement, 3);
		snprintf(session.user.name, sizeof session.user.name, "%s", db_column_text(statement, 4));
		if (!registry_role_read(db_column_text(statement, 5), &session.user.role))
			return error_set(e, ERROR_CORRUPT, "the user %s has no role", session.user.name);
		session.role = session.user.role;
	}
	*ret_session = session;
	return 0;
}

int
registry_session_find(
	struct registry *registry, const char *token, struct registry_session *ret_session, struct error *e)
{
	struct db_statement *statement = NULL;
	uint8_t hash[KEYS_SIZE];
	int r;

	if (strlen(token) != TOKEN_TEXT_SIZE - 1)
		return error_set(e, ERROR_DENIED, "not signed in");
	token_hash(registry, token, hash);
	if ((r = db_start(registry->db,
			 "SELECT s.phone, s.started_at, s.expires_at, u.id, u.name, u.role"
			 " FROM session s LEFT JOIN user_account u ON u.id = s.account WHERE s.hash = $1 AND s.expires_at > $2",
			 (struct db_value[]){db_blob(hash, sizeof hash), db_int(registry_clock(registry))}, 2, &statement, e)) ==
			0 &&
		(r = db_step(statement, e)) >= 0)
		r = r == 1 ? session_read(statement, ret_session, e) : error_set(e, ERROR_DENIED, "not signed in");
	db_finish(statement);
	if (r == 0)
		memcpy(ret_session->hash, hash, sizeof hash);
	return r;
}

int
registry_session_end(struct registry *registry, const char *token, struct error *e)
{
	uint8_t hash[KEYS_SIZE];
	bool own;
	int r;

	token_hash(registry, token, hash);
	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	r = db_do(registry->db, "DELETE FROM session WHERE hash = $1{of $1}",
		(struct db_value[]){db_blob(hash, sizeof hash)}, 1, e);
	return scope_end(registry, own, r, e);
}
