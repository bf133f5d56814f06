/* Sweeps.
 *
 * S1. A part's mark has a number, raised by each sweep over it; a person's row holds the number that was there when it was written. The mark
 *     counts for the rows whose number is lower (colour.c reads so), the row itself else.
 * S2. Rows are read in one order from three tables and meet by person, so that a part costs three walks and no search. */

#include "registry/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "place/place.h"
#include "registry/internal.h"

enum { CHANGED_AREAS_MAX = 1 << 20, PART_SHIFT = 24 };

struct mark {
	int64_t number, area_version;
	instant evaluated_at;
	char policy[PACK_HASH_TEXT_SIZE];
};

/* A text of a row, cut to its room. */
static void
take_text(struct db_statement *s, int column, char *room, size_t size)
{
	const char *text = db_column_text(s, column);
	size_t length = text ? strlen(text) : 0;

	length = length < size ? length : size - 1;
	memcpy(room, text ? text : "", length);
	room[length] = '\0';
}

/* 1, or 0 where the part was never swept. */
static int
mark_read(struct registry *registry, const char *jurisdiction, int64_t part, struct mark *ret_mark, struct error *e)
{
	struct db_statement *s = NULL;
	struct mark mark = {0};
	int r;

	if ((r = db_start(registry->db,
			 "SELECT number, area_version, evaluated_at, policy FROM sweep WHERE jurisdiction = $1 AND part = $2",
			 (struct db_value[]){db_text(jurisdiction), db_int(part)}, 2, &s, e)) < 0)
		return r;
	if ((r = db_step(s, e)) == 1) {
		mark.number = db_column_int(s, 0);
		mark.area_version = db_column_int(s, 1);
		mark.evaluated_at = db_column_int(s, 2);
		take_text(s, 3, mark.policy, sizeof mark.policy);
	}
	db_finish(s);
	if (r >= 0)
		*ret_mark = mark;
	return r;
}

int
sweep_number(
	struct registry *registry, const char *jurisdiction, person_number person, int64_t *ret_number, struct error *e)
{
	struct mark mark;
	int r = mark_read(registry, jurisdiction, SWEEP_PART(person), &mark, e);

	if (r < 0)
		return r;
	*ret_number = mark.number;
	return 0;
}

int
registry_sweep_behind(struct registry *registry, const struct pack *pack, bool ret_behind[SWEEP_PARTS],
	int64_t *ret_area_version, struct error *e)
{
	struct db_statement *s = NULL;
	bool behind[SWEEP_PARTS];
	int64_t version;
	int count = SWEEP_PARTS, r;

	if ((r = evidence_area_version_last(registry->db, &version, e)) < 0 ||
		(r = db_start(registry->db,
			 "SELECT part FROM sweep WHERE jurisdiction = $1 AND policy = $2 AND area_version = $3",
			 (struct db_value[]){db_text(pack_jurisdiction(pack)), db_text(pack_hash(pack)), db_int(version)}, 3, &s,
			 e)) < 0)
		return r;
	for (int i = 0; i < SWEEP_PARTS; i++)
		behind[i] = true;
	while ((r = db_step(s, e)) == 1) {
		int64_t part = db_column_int(s, 0);

		if (part >= 0 && part < SWEEP_PARTS && behind[part]) {
			behind[part] = false;
			count--;
		}
	}
	db_finish(s);
	if (r < 0)
		return r;
	memcpy(ret_behind, behind, sizeof behind);
	*ret_area_version = version;
	return count;
}

/* A walk over one table, by person. */
struct walk {
	struct db_statement *s;
	bool more;
	person_number person;
};

static int
walk_on(struct walk *walk, struct error *e)
{
	int r = db_step(walk->s, e);

	if (r < 0)
		return r;
	walk->more = r == 1;
	walk->person = walk->more ? (person_number)db_column_int(walk->s, 0) : 0;
	return 0;
}

static int
walk_begin(struct registry *registry, const char *sql, const struct db_value *values, size_t count, struct walk *walk,
	struct error *e)
{
	int r = db_start(registry->db, sql, values, count, &walk->s, e);

	return r < 0 ? r : walk_on(walk, e);
}

/* Go on to ${person}; whether they stand there. */
static int
walk_to(struct walk *walk, person_number person, struct error *e)
{
	int r;

	while (walk->more && walk->person < person)
		if ((r = walk_on(walk, e)) < 0)
			return r;
	return walk->more && walk->person == person;
}

static int
read_colour(struct db_statement *s, const struct mark *mark, struct registry_colour *colour, struct error *e)
{
	colour->person = (person_number)db_column_int(s, 0);
	if (!colour_read(db_column_text(s, 1), &colour->colour) || !colour_read(db_column_text(s, 4), &colour->next_colour))
		return error_set(e, ERROR_CORRUPT, "a stored colour is none");
	colour->since = db_column_int(s, 2);
	colour->next_at = db_column_int(s, 3);
	take_text(s, 8, colour->seen.areas, sizeof colour->seen.areas);
	if (mark->number > db_column_int(s, 9)) { /* S1 */
		colour->evaluated_at = mark->evaluated_at;
		colour->seen.area_version = mark->area_version;
		memcpy(colour->policy, mark->policy, sizeof colour->policy);
		return 0;
	}
	colour->evaluated_at = db_column_int(s, 5);
	colour->seen.area_version = db_column_int(s, 7);
	take_text(s, 6, colour->policy, sizeof colour->policy);
	return 0;
}

static int
sweep_person(struct walk *colours, struct walk *packed, struct walk *due, const struct mark *mark,
	struct registry_colour *colour, struct registry_swept *swept, instant now, struct error *e)
{
	int r;

	if ((r = read_colour(colours->s, mark, colour, e)) < 0 || (r = walk_to(due, colour->person, e)) < 0)
		return r;
	swept->due = r == 1 || colour->next_at <= now;
	swept->packed.size = 0;
	if ((r = walk_to(packed, colour->person, e)) < 0)
		return r;
	if (r == 1) {
		swept->packed.from = db_column_int(packed->s, 1);
		swept->packed.until = db_column_int(packed->s, 2);
		swept->packed.facts = db_column_blob(packed->s, 3, &swept->packed.size);
	}
	return 0;
}

int
registry_sweep_each(struct registry *registry, const char *jurisdiction, int part, instant now,
	registry_sweep_each_function *each, void *context, struct error *e)
{
	const struct db_value values[] = {db_text(jurisdiction), db_int((int64_t)part << PART_SHIFT),
		db_int((int64_t)(part + 1) << PART_SHIFT), db_int(now)};
	struct walk colours = {0}, packed = {0}, due = {0};
	struct registry_colour colour = {0};
	struct registry_swept swept = {.colour = &colour};
	struct mark mark;
	int r;

	if (strlen(jurisdiction) >= sizeof colour.jurisdiction)
		return error_set(e, ERROR_USAGE, "a jurisdiction's name is too long");
	strcpy(colour.jurisdiction, jurisdiction);
	if ((r = mark_read(registry, jurisdiction, part, &mark, e)) < 0 ||
		(r = walk_begin(registry,
			 "SELECT person, colour, since, next_at, next_colour, evaluated_at, policy, area_version, areas, sweep"
			 " FROM colour WHERE person >= $2 AND person < $3 AND jurisdiction = $1 ORDER BY person",
			 values, 3, &colours, e)) < 0 ||
		(r = walk_begin(registry,
			 "SELECT person, from_at, until_at, facts FROM packed"
			 " WHERE person >= $2 AND person < $3 AND jurisdiction = $1 ORDER BY person",
			 values, 3, &packed, e)) < 0 ||
		(r = walk_begin(registry,
			 "SELECT person FROM due WHERE person >= $2 AND person < $3 AND jurisdiction = $1 AND first_at <= $4"
			 " ORDER BY person",
			 values, 4, &due, e)) < 0)
		goto out;
	while (colours.more)
		if ((r = sweep_person(&colours, &packed, &due, &mark, &colour, &swept, now, e)) < 0 ||
			(r = each(&swept, context, e)) != 0 || (r = walk_on(&colours, e)) < 0)
			goto out;
out:
	db_finish(colours.s);
	db_finish(packed.s);
	db_finish(due.s);
	return r;
}

int
registry_sweep_mark(struct registry *registry, const struct pack *pack, int part, int64_t area_version, instant now,
	int64_t *ret_number, struct error *e)
{
	return db_one_int(registry->db,
		"INSERT INTO sweep(jurisdiction, part, number, policy, area_version, evaluated_at) VALUES($1, $2, 1, $3, $4, $5)"
		" ON CONFLICT(jurisdiction, part) DO UPDATE SET number = sweep.number + 1, policy = excluded.policy,"
		" area_version = excluded.area_version, evaluated_at = excluded.evaluated_at RETURNING number",
		(struct db_value[]){db_text(pack_jurisdiction(pack)), db_int(part), db_text(pack_hash(pack)),
			db_int(area_version), db_int(now)},
		5, ret_number, e);
}

int
registry_sweep_people(
	struct registry *registry, const char *jurisdiction, int64_t most, int64_t *ret_count, struct error *e)
{
	return db_one_int(registry->db,
		"SELECT COUNT(*) FROM (SELECT 1 FROM colour WHERE jurisdiction = $1 LIMIT $2) AS those",
		(struct db_value[]){db_text(jurisdiction), db_int(most)}, 2, ret_count, e);
}

/* By code. */
struct registry_changed_areas {
	struct {
		char code[AREA_CODE_SIZE];
		int64_t version;
	} * areas;
	size_t count, capacity;
	int64_t last;
};

static int
add_area(const char *area, const char *country, int64_t version, void *context, struct error *e)
{
	struct registry_changed_areas *changed = context;
	int r;

	(void)country;
	changed->last = version > changed->last ? version : changed->last;
	if (strlen(area) >= AREA_CODE_SIZE)
		return 0; /* a part that is no place of its own */
	if ((r = array_grow(&changed->areas, &changed->capacity, changed->count + 1, sizeof *changed->areas,
			 CHANGED_AREAS_MAX, e)) < 0)
		return r;
	strcpy(changed->areas[changed->count].code, area);
	changed->areas[changed->count++].version = version;
	return 0;
}

int
registry_changed_areas(struct registry *registry, struct registry_changed_areas **ret_changed, struct error *e)
{
	struct registry_changed_areas *changed = calloc(1, sizeof *changed);
	int r;

	if (!changed)
		return error_no_memory(e);
	if ((r = evidence_area_each(registry->db, add_area, changed, e)) == 0)
		*ret_changed = changed;
	else
		registry_changed_areas_free(changed);
	return r;
}

void
registry_changed_areas_free(struct registry_changed_areas *changed)
{
	if (!changed)
		return;
	free(changed->areas);
	free(changed);
}

/* The version of the area whose code is the first ${length} bytes of ${code}; 0 for one that was never counted. */
static int64_t
version_of(const struct registry_changed_areas *changed, const char *code, size_t length)
{
	size_t low = 0, high = changed->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strncmp(changed->areas[middle].code, code, length);

		if (order == 0 && changed->areas[middle].code[length])
			order = 1;
		if (order == 0)
			return changed->areas[middle].version;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

bool
registry_areas_changed(const struct registry_changed_areas *changed, const struct registry_seen *seen)
{
	const char *code = seen->areas;

	if (changed->last <= seen->area_version)
		return false;
	if (strcmp(code, "*") == 0)
		return true;
	while (*code) {
		size_t length = strcspn(code, ",");

		if (length < AREA_CODE_SIZE && version_of(changed, code, length) > seen->area_version)
			return true;
		code += length + (code[length] == ',');
	}
	return false;
}
