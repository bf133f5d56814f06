#include "registry/internal.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "place/place.h"

enum { FAILURES_MAX = 10, FAILURES_WINDOW_S = 900 };

static const char *const role_names[REGISTRY_ROLE_COUNT] = {
	"resident", "gate", "tracer", "clinician", "supervisor", "auditor", "administrator", "carrier", "committee"};

const char *
registry_role_name(enum registry_role role)
{
	return role_names[role];
}

bool
registry_role_read(const char *text, enum registry_role *ret_role)
{
	for (int i = 0; text && i < REGISTRY_ROLE_COUNT; i++) {
		if (strcmp(text, role_names[i]) != 0)
			continue;
		*ret_role = (enum registry_role)i;
		return true;
	}
	return false;
}

bool
word_is(const char *text, size_t size, const char *extra)
{
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++)
		if (!(text[i] >= 'a' && text[i] <= 'z') && !(text[i] >= '0' && text[i] <= '9') && !strchr(extra, text[i]))
			return false;
	return length > 0 && length < size;
}

static int
password_hash(const char *password, char text[crypto_pwhash_STRBYTES], struct error *e)
{
	if (sodium_init() < 0 ||
		crypto_pwhash_str(text, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
			crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
		return error_no_memory(e);
	return 0;
}

int
registry_user_add(struct registry *registry, const char *name, enum registry_role role, const char *password,
	const char *by, struct error *e)
{
	char hash[crypto_pwhash_STRBYTES];
	bool own;
	int r;

	if (!word_is(name, USER_NAME_SIZE, "._-"))
		return error_set(
			e, ERROR_BAD_INPUT, "a user's name is 1 to %d of a-z, 0-9, '.', '_' and '-'", USER_NAME_SIZE - 1);
	if (strcmp(name, "self") == 0)
		return error_set(e, ERROR_BAD_INPUT, "'self' is whom the log is about, and no user");
	if (role == REGISTRY_RESIDENT)
		return error_set(e, ERROR_USAGE, "residents are no users: they sign in with their phone");
	if (strlen(password) < PASSWORD_LEAST || strlen(password) > PASSWORD_MAX)
		return error_set(e, ERROR_BAD_INPUT, "a password is %d to %d bytes", PASSWORD_LEAST, PASSWORD_MAX);
	if ((r = password_hash(password, hash, e)) < 0 || (r = scope_begin(registry, &own, e)) < 0)
		return r;
	r = db_do(registry->db,
		"INSERT INTO user_account(name, role, password, added_at, added_by) VALUES($1, $2, $3, $4, $5)"
		" ON CONFLICT DO NOTHING",
		(struct db_value[]){db_text(name), db_text(registry_role_name(role)), db_text(hash),
			db_int(registry_recording_time(registry)), db_text(by)},
		5, e);
	if (r == 0 && db_changes(registry->db) == 0)
		r = error_set(e, ERROR_EXISTS, "there is a user %s already", name);
	return scope_end(registry, own, r, e);
}

int
registry_user_move(struct registry *registry, const char *name, const char *office, struct error *e)
{
	bool own;
	int r;

	if (!word_is(office, USER_NAME_SIZE, "._-"))
		return error_set(
			e, ERROR_BAD_INPUT, "an office's name is 1 to %d of a-z, 0-9, '.', '_' and '-'", USER_NAME_SIZE - 1);
	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	r = db_do(registry->db, "UPDATE user_account SET office = $2 WHERE name = $1",
		(struct db_value[]){db_text(name), db_text(office)}, 2, e);
	if (r == 0 && db_changes(registry->db) == 0)
		r = error_set(e, ERROR_EXISTS_NOT, "there is no user %s", name);
	return scope_end(registry, own, r, e);
}

int
registry_user_place(struct registry *registry, const char *name, const char *division, struct error *e)
{
	struct registry_user user = {0};
	bool own;
	int r;

	if (!division_find_text(division, strlen(division)))
		return error_set(e, ERROR_BAD_INPUT, "no division of GB/T 2260 has the code %.16s", division);
	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	if ((r = registry_user_find(registry, name, &user, e)) == 0 && user.role != REGISTRY_COMMITTEE)
		r = error_set(e, ERROR_USAGE, "a division is a committee's");
	if (r == 0)
		r = db_do(registry->db, "UPDATE user_account SET division = $2 WHERE name = $1",
			(struct db_value[]){db_text(name), db_text(division)}, 2, e);
	return scope_end(registry, own, r, e);
}

bool
registry_user_covers(const struct registry_user *user, const char *division)
{
	size_t length = strlen(user->division);

	/* 330000 holds 330106, and so does 330100. */
	while (length >= 2 && strncmp(user->division + length - 2, "00", 2) == 0)
		length -= 2;
	return length > 0 && strncmp(user->division, division, length) == 0;
}

/* Read a row of number, name, role, office, division. */
static int
user_read(struct db_statement *statement, struct registry_user *ret_user, struct error *e)
{
	struct registry_user user = {.number = db_column_int(statement, 0)};

	snprintf(user.name, sizeof user.name, "%s", db_column_text(statement, 1));
	snprintf(user.office, sizeof user.office, "%s", db_column_text(statement, 3));
	snprintf(user.division, sizeof user.division, "%s", db_column_text(statement, 4));
	if (!registry_role_read(db_column_text(statement, 2), &user.role))
		return error_set(e, ERROR_CORRUPT, "the user %s has no role", user.name);
	*ret_user = user;
	return 0;
}

/* The user and their password's hash. */
static int
user_with_password(struct registry *registry, const char *name, struct registry_user *ret_user,
	char hash[crypto_pwhash_STRBYTES], struct error *e)
{
	struct db_statement *statement = NULL;
	int r;

	if ((r = db_start(registry->db,
			 "SELECT id, name, role, office, division, password FROM user_account WHERE name = $1",
			 (struct db_value[]){db_text(name)}, 1, &statement, e)) == 0 &&
		(r = db_step(statement, e)) == 1) {
		snprintf(hash, crypto_pwhash_STRBYTES, "%s", db_column_text(statement, 5));
		r = user_read(statement, ret_user, e);
	} else if (r == 0) {
		r = error_set(e, ERROR_EXISTS_NOT, "there is no user of that name");
	}
	db_finish(statement);
	return r;
}

int
registry_user_find(struct registry *registry, const char *name, struct registry_user *ret_user, struct error *e)
{
	char hash[crypto_pwhash_STRBYTES];

	return user_with_password(registry, name, ret_user, hash, e);
}

int
registry_user_authenticate(
	struct registry *registry, const char *name, const char *password, struct registry_user *ret_user, struct error *e)
{
	struct registry_user user = {0};
	char hash[crypto_pwhash_STRBYTES] = "", other[crypto_pwhash_STRBYTES];
	size_t length = strlen(name);
	bool known, good;
	int r;

	if (sodium_init() < 0)
		return error_no_memory(e);
	if (strlen(password) > PASSWORD_MAX)
		return error_set(e, ERROR_DENIED, "wrong name or password");
	if ((r = attempts_too_many(registry, "password", name, length, FAILURES_WINDOW_S, FAILURES_MAX, e)) < 0)
		return r;
	if (r == 1)
		return error_set(e, ERROR_DENIED, "too many wrong passwords; try again later");
	if ((r = user_with_password(registry, name, &user, hash, e)) < 0 && r != ERROR_EXISTS_NOT)
		return r;
	known = r == 0;
	/* A name that is not there costs as much as a wrong password. */
	good = known ? crypto_pwhash_str_verify(hash, password, strlen(password)) == 0
				 : password_hash(password, other, NULL) < 0;
	if (known && good) {
		*ret_user = user;
		return 0;
	}
	if ((r = attempt_put(registry, "password", name, length, e)) < 0)
		return r;
	return error_set(e, ERROR_DENIED, "wrong name or password");
}

int
registry_users_each(struct registry *registry, registry_user_each *each, void *context, struct error *e)
{
	struct db_statement *statement = NULL;
	int r;

	if ((r = db_start(registry->db, "SELECT id, name, role, office, division FROM user_account ORDER BY name", NULL, 0,
			 &statement, e)) < 0)
		return r;
	while ((r = db_step(statement, e)) == 1) {
		struct registry_user user;

		if ((r = user_read(statement, &user, e)) < 0 || (r = each(&user, context, e)) != 0)
			break;
	}
	db_finish(statement);
	return r;
}
