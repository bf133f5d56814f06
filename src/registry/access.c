#include "registry/internal.h"

#include <string.h>

enum { ACCESSES_MAX = 1000, PURPOSE_LENGTH_MAX = 256 };

int
registry_access_put(
	struct registry *registry, person_number person, const char *purpose, const char *by, struct error *e)
{
	bool own;
	int r;

	if (!purpose || !*purpose || !by || !*by)
		return error_set(e, ERROR_USAGE, "who looks at a person, and for what purpose, must be said");
	if (strlen(purpose) > PURPOSE_LENGTH_MAX)
		return error_set(e, ERROR_USAGE, "a purpose is at most %d bytes", PURPOSE_LENGTH_MAX);
	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	r = db_do(registry->db, "INSERT INTO access_log(person, at, by_whom, purpose) VALUES($1, $2, $3, $4)",
		(struct db_value[]){db_int(person), db_int(registry_recording_time(registry)), db_text(by), db_text(purpose)},
		4, e);
	return scope_end(registry, own, r, e);
}

int
registry_accesses_each(
	struct registry *registry, person_number person, registry_access_each *each, void *context, struct error *e)
{
	struct db_statement *statement = NULL;
	int r;

	if ((r = db_start(registry->db,
			 "SELECT at, by_whom, purpose FROM access_log WHERE person = $1 ORDER BY id DESC LIMIT $2",
			 (struct db_value[]){db_int(person), db_int(ACCESSES_MAX)}, 2, &statement, e)) < 0)
		return r;
	while ((r = db_step(statement, e)) == 1) {
		struct registry_access access = {.at = db_column_int(statement, 0),
			.by = db_column_text(statement, 1),
			.purpose = db_column_text(statement, 2)};

		if ((r = each(&access, context, e)) != 0)
			break;
	}
	db_finish(statement);
	return r;
}
