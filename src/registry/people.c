#include "registry/internal.h"

#include <string.h>

#include "base/text.h"
#include "credential/credential.h"

enum { DRAWS_MAX = 1000, DRAW_LEAST = 1 << 16 };

/* The numbers drawn from: four times as many as there are people, so that numbers stay small enough for sets of them to
 * be dense, and a draw is seldom taken. */
static uint32_t
draw(int64_t people)
{
	uint64_t range = DRAW_LEAST;
	uint64_t number;

	while (range < UINT32_MAX && range < (uint64_t)people * 4)
		range *= 2;
	if (range > UINT32_MAX)
		range = UINT32_MAX;
	keys_random(&number, sizeof number);
	return (uint32_t)(1 + number % range);
}

static int
person_find(struct registry *registry, const uint8_t hash[KEYS_SIZE], person_number *ret_person, struct error *e)
{
	int64_t number;
	int r = db_one_int(registry->db, "SELECT number FROM person WHERE id_hash = $1",
		(struct db_value[]){db_blob(hash, KEYS_SIZE)}, 1, &number, e);

	if (r == 0)
		*ret_person = (person_number)number;
	return r;
}

/* Give out a number that nobody has. */
static int
person_number_new(struct registry *registry, const uint8_t hash[KEYS_SIZE], int64_t import, person_number *ret_person,
	struct error *e)
{
	int r;

	if (registry->people_estimate < 0 &&
		(r = db_one_int(registry->db, "SELECT COUNT(*) FROM person", NULL, 0, &registry->people_estimate, e)) < 0)
		return r;
	for (int i = 0; i < DRAWS_MAX; i++) {
		uint32_t number = draw(registry->people_estimate);

		if ((r = db_do(registry->db,
				 "INSERT INTO person(number, id_hash, recorded_at, import) VALUES($1, $2, $3, $4)"
				 " ON CONFLICT DO NOTHING",
				 (struct db_value[]){db_int(number), db_blob(hash, KEYS_SIZE),
					 db_int(registry_recording_time(registry)), db_int(import)},
				 4, e)) < 0)
			return r;
		if (db_changes(registry->db) == 1) {
			registry->people_estimate++;
			*ret_person = number;
			return 0;
		}
	}
	return error_set(e, ERROR_TOO_LARGE, "no free person number found");
}

static int
person_make(struct registry *registry, const struct registry_identity *identity, const uint8_t hash[KEYS_SIZE],
	int64_t import, person_number *ret_person, struct error *e)
{
	person_number person = 0;
	bool own;
	int r;

	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	if ((r = person_find(registry, hash, &person, e)) == 0)
		goto out;
	if (r == ERROR_EXISTS_NOT && (r = person_number_new(registry, hash, import, &person, e)) == 0 &&
		(r = identity_put(registry, person, identity, import, e)) >= 0)
		r = 1;
out:
	r = scope_end(registry, own, r, e);
	if (r >= 0)
		*ret_person = person;
	return r;
}

int
registry_person_by_id_number(struct registry *registry, const char *text, size_t length, bool create, int64_t import,
	person_number *ret_person, struct error *e)
{
	struct registry_identity identity = {0};
	struct id_number id;
	uint8_t hash[KEYS_SIZE];
	int r;

	if ((r = id_number_read(text, length, &id, e)) < 0)
		return r;
	keys_hash(registry->keys, PURPOSE_ID_NUMBER, id.text, strlen(id.text), hash);
	r = person_find(registry, hash, ret_person, e);
	if (r == ERROR_EXISTS_NOT && create) {
		snprintf(identity.id_number, sizeof identity.id_number, "%s", id.text);
		r = person_make(registry, &identity, hash, import, ret_person, e);
		registry_identity_wipe(&identity);
	} else if (r == ERROR_EXISTS_NOT) {
		error_set(e, ERROR_EXISTS_NOT, "nobody has that ID number");
	}
	keys_wipe(&id, sizeof id);
	return r;
}

int
registry_person_by_local_number(struct registry *registry, const char *authority, const char *number,
	const struct registry_identity *identity, int64_t import, person_number *ret_person, struct error *e)
{
	enum { LOCAL_MAX = 2048 };
	struct buffer text = buffer_make(LOCAL_MAX);
	uint8_t hash[KEYS_SIZE];
	int r;

	/* The authority's NUL keeps "a" "bc" apart from "ab" "c". */
	if ((r = buffer_add(&text, authority, strlen(authority) + 1, e)) < 0 || (r = buffer_add_text(&text, number, e)) < 0)
		goto out;
	keys_hash(registry->keys, PURPOSE_LOCAL_NUMBER, text.data, text.length, hash);
	r = person_find(registry, hash, ret_person, e);
	if (r == ERROR_EXISTS_NOT)
		r = person_make(registry, identity, hash, import, ret_person, e);
	else if (r == 0 && (r = identity_add(registry, *ret_person, identity, import, e)) > 0)
		r = 0;
out:
	if (text.data)
		keys_wipe(text.data, text.length);
	buffer_free(&text);
	return r;
}

int
registry_person_exists(struct registry *registry, person_number person, struct error *e)
{
	int64_t number;
	int r = db_one_int(registry->db, "SELECT number FROM person WHERE number = $1", (struct db_value[]){db_int(person)},
		1, &number, e);

	return r == ERROR_EXISTS_NOT ? 0 : r < 0 ? r : 1;
}

/* Whether ${text} is a person's number: 1, 0, or a code. */
static int
by_number(struct registry *registry, const char *text, person_number *ret_person, struct error *e)
{
	int64_t number;
	int r;

	if (!text_integer(text, strlen(text), 1, UINT32_MAX, &number))
		return 0;
	if ((r = registry_person_exists(registry, (person_number)number, e)) == 1)
		*ret_person = (person_number)number;
	return r;
}

int
registry_person_by_text(struct registry *registry, const char *text, person_number *ret_person, struct error *e)
{
	person_number by_code = 0, by_id = 0;
	struct error none;
	int r, found;

	if ((found = by_number(registry, *text == '#' ? text + 1 : text, &by_code, e)) < 0)
		return found;
	if (*text == '#') {
		if (!found)
			return error_set(e, ERROR_EXISTS_NOT, "nobody has the code number %.20s", text);
		*ret_person = by_code;
		return 0;
	}
	r = registry_person_by_id_number(registry, text, strlen(text), false, 0, &by_id, found ? &none : e);
	if (r == 0 && found && by_id != by_code)
		return error_set(e, ERROR_BAD_INPUT,
			"that is one person's passport number and another's code number; '#' before it means the code number");
	if (r == 0)
		*ret_person = by_id;
	else if (found && (r == ERROR_BAD_INPUT || r == ERROR_EXISTS_NOT)) {
		*ret_person = by_code;
		r = 0;
	}
	return r;
}

int
registry_people_each(struct registry *registry, person_number after, size_t limit, registry_person_each *each,
	void *context, struct error *e)
{
	struct db_statement *statement = NULL;
	int r;

	if ((r = db_start(registry->db, "SELECT number FROM person WHERE number > $1 ORDER BY number LIMIT $2",
			 (struct db_value[]){db_int(after), db_int(limit > INT32_MAX ? INT32_MAX : (int64_t)limit)}, 2, &statement,
			 e)) < 0)
		return r;
	while ((r = db_step(statement, e)) == 1)
		if ((r = each((person_number)db_column_int(statement, 0), context, e)) != 0)
			break;
	db_finish(statement);
	return r;
}
