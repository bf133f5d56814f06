#include "registry/internal.h"

#include "registry/sweep.h"

#include <string.h>

/* A sweep over somebody's part that came after their row was written says what they were evaluated by (sweep.c). */
#define SELECT_COLOUR                                                                                                  \
	"SELECT colour.colour, colour.since, colour.next_at, colour.next_colour,"                                          \
	" COALESCE(sweep.evaluated_at, colour.evaluated_at), COALESCE(sweep.policy, colour.policy),"                       \
	" COALESCE(sweep.area_version, colour.area_version), colour.areas FROM colour"                                     \
	" LEFT JOIN sweep ON sweep.jurisdiction = colour.jurisdiction AND sweep.part = $3 AND sweep.number > colour.sweep" \
	" WHERE colour.person = $1 AND colour.jurisdiction = $2"

static int
colour_of_row(struct db_statement *s, struct registry_colour *colour, struct error *e)
{
	if (!colour_read(db_column_text(s, 0), &colour->colour) || !colour_read(db_column_text(s, 3), &colour->next_colour))
		return error_set(e, ERROR_CORRUPT, "a stored colour is none");
	colour->since = db_column_int(s, 1);
	colour->next_at = db_column_int(s, 2);
	colour->evaluated_at = db_column_int(s, 4);
	snprintf(colour->policy, sizeof colour->policy, "%s", db_column_text(s, 5));
	colour->seen.area_version = db_column_int(s, 6);
	snprintf(colour->seen.areas, sizeof colour->seen.areas, "%s", db_column_text(s, 7));
	return 0;
}

int
registry_colour(struct registry *registry, person_number person, const char *jurisdiction,
	struct registry_colour *ret_colour, struct error *e)
{
	struct registry_colour colour = {.person = person};
	struct db_statement *statement = NULL;
	int r;

	if ((r = db_start(registry->db, SELECT_COLOUR,
			 (struct db_value[]){db_int(person), db_text(jurisdiction), db_int(SWEEP_PART(person))}, 3, &statement,
			 e)) < 0 ||
		(r = db_step(statement, e)) < 0)
		goto out;
	if (r == 0) {
		r = error_set(e, ERROR_EXISTS_NOT, "there is no colour yet in %s", jurisdiction);
		goto out;
	}
	snprintf(colour.jurisdiction, sizeof colour.jurisdiction, "%s", jurisdiction);
	if ((r = colour_of_row(statement, &colour, e)) == 0)
		*ret_colour = colour;
out:
	db_finish(statement);
	return r;
}

static int
log_put(struct registry *registry, const struct registry_colour *colour, struct error *e)
{
	return db_do(registry->db,
		"INSERT INTO colour_log(person, jurisdiction, colour, since, evaluated_at, recorded_at, policy)"
		" VALUES($1, $2, $3, $4, $5, $6, $7)",
		(struct db_value[]){db_int(colour->person), db_text(colour->jurisdiction), db_text(colour_name(colour->colour)),
			db_int(colour->since), db_int(colour->evaluated_at), db_int(registry_recording_time(registry)),
			db_text(colour->policy)},
		7, e);
}

static int
state_put(struct registry *registry, const struct registry_colour *colour, struct error *e)
{
	int64_t sweep;
	int r;

	if ((r = sweep_number(registry, colour->jurisdiction, colour->person, &sweep, e)) < 0)
		return r;
	return db_do(registry->db,
		"INSERT INTO colour(person, jurisdiction, colour, since, next_at, next_colour, evaluated_at, policy,"
		" area_version, areas, sweep) VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
		" ON CONFLICT(person, jurisdiction) DO UPDATE SET colour = excluded.colour, since = excluded.since,"
		" next_at = excluded.next_at, next_colour = excluded.next_colour, evaluated_at = excluded.evaluated_at,"
		" policy = excluded.policy, area_version = excluded.area_version, areas = excluded.areas,"
		" sweep = excluded.sweep{of $1}",
		(struct db_value[]){db_int(colour->person), db_text(colour->jurisdiction), db_text(colour_name(colour->colour)),
			db_int(colour->since), db_int(colour->next_at), db_text(colour_name(colour->next_colour)),
			db_int(colour->evaluated_at), db_text(colour->policy), db_int(colour->seen.area_version),
			db_text(colour->seen.areas), db_int(sweep)},
		11, e);
}

/* What was decided about a later moment is undone by looking back: what lies between is due again. */
static int
due_again(struct registry *registry, const struct registry_colour *colour, instant until, struct error *e)
{
	int r =
		registry_due_put(registry, colour->person, colour->jurisdiction, "looked back", colour->evaluated_at + 1, e);

	return r < 0 ? r : registry_due_put(registry, colour->person, colour->jurisdiction, "looked back", until, e);
}

int
registry_colour_put(
	struct registry *registry, const struct registry_colour *colour, enum colour *ret_before, struct error *e)
{
	struct registry_colour before;
	bool own, had;
	int r;

	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	if ((r = registry_colour(registry, colour->person, colour->jurisdiction, &before, e)) < 0 && r != ERROR_EXISTS_NOT)
		goto out;
	had = r == 0;
	if ((r = state_put(registry, colour, e)) < 0 ||
		((!had || before.colour != colour->colour || before.since != colour->since) &&
			(r = log_put(registry, colour, e)) < 0) ||
		(r = due_clear(registry, colour->person, colour->jurisdiction, colour->evaluated_at, e)) < 0 ||
		(had && before.evaluated_at > colour->evaluated_at &&
			(r = due_again(registry, colour, before.evaluated_at, e)) < 0))
		goto out;
	r = !had ? 2 : before.colour != colour->colour;
	if (had && ret_before)
		*ret_before = before.colour;
out:
	return scope_end(registry, own, r, e);
}

int
registry_colour_swept(struct registry *registry, const struct registry_colour *before,
	const struct registry_colour *colour, int64_t number, struct error *e)
{
	bool own;
	int r;

	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	r = db_do(registry->db,
		"UPDATE colour SET colour = $3, since = $4, next_at = $5, next_colour = $6, evaluated_at = $7, policy = $8,"
		" area_version = $9, areas = $10, sweep = $11 WHERE person = $1 AND jurisdiction = $2{of $1}",
		(struct db_value[]){db_int(colour->person), db_text(colour->jurisdiction), db_text(colour_name(colour->colour)),
			db_int(colour->since), db_int(colour->next_at), db_text(colour_name(colour->next_colour)),
			db_int(colour->evaluated_at), db_text(colour->policy), db_int(colour->seen.area_version),
			db_text(colour->seen.areas), db_int(number)},
		11, e);
	if (r == 0 && (before->colour != colour->colour || before->since != colour->since) &&
		(r = log_put(registry, colour, e)) == 0)
		r = before->colour != colour->colour;
	return scope_end(registry, own, r, e);
}

int
registry_colour_log_each(struct registry *registry, person_number person, const char *jurisdiction,
	registry_colour_each *each, void *context, struct error *e)
{
	struct db_statement *statement = NULL;
	int r;

	if ((r = db_start(registry->db,
			 "SELECT since, evaluated_at, recorded_at, colour, policy FROM colour_log"
			 " WHERE person = $1 AND jurisdiction = $2 ORDER BY id",
			 (struct db_value[]){db_int(person), db_text(jurisdiction)}, 2, &statement, e)) < 0)
		return r;
	while ((r = db_step(statement, e)) == 1) {
		struct registry_colour_change change = {.since = db_column_int(statement, 0),
			.evaluated_at = db_column_int(statement, 1),
			.recorded_at = db_column_int(statement, 2),
			.policy = db_column_text(statement, 4)};

		if (!colour_read(db_column_text(statement, 3), &change.colour)) {
			r = error_set(e, ERROR_CORRUPT, "a stored colour is none");
			break;
		}
		if ((r = each(&change, context, e)) != 0)
			break;
	}
	db_finish(statement);
	return r;
}

int
registry_colour_counts(
	struct registry *registry, const char *jurisdiction, int64_t counts[COLOUR_COUNT], struct error *e)
{
	struct db_statement *statement = NULL;
	int64_t found[COLOUR_COUNT] = {0};
	enum colour colour;
	int r;

	if ((r = db_start(registry->db,
			 "SELECT colour, COUNT(*) FROM colour WHERE CAST($1 AS TEXT) IS NULL OR jurisdiction = $1 GROUP BY colour",
			 (struct db_value[]){db_text(jurisdiction)}, 1, &statement, e)) < 0)
		return r;
	while ((r = db_step(statement, e)) == 1)
		if (colour_read(db_column_text(statement, 0), &colour))
			found[colour] = db_column_int(statement, 1);
	db_finish(statement);
	if (r == 0)
		memcpy(counts, found, sizeof found);
	return r;
}
