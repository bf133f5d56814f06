/* Who is due.
 *
 * D1. A row spans from the first to the last moment at which something of the person's own happens that was not looked at;
 *     the person is due from its first on.
 * D2. After an evaluation at a moment, nothing up to it is left, and the row begins at the next thing after it.
 * D3. What a stored next change, an area's version or a pack's hash makes due has no row: it is found by comparing. The
 *     latter two are swept (sweep.c). */

#include "registry/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

enum { DUE_CAUSE_SIZE = 33, DUE_AT_ONCE_MAX = 1000000, DUE_MARKS_MAX = 100000000 };

struct due_item {
	person_number person;
	char jurisdiction[JURISDICTION_SIZE], cause[DUE_CAUSE_SIZE];
};

struct due_list {
	struct due_item *items;
	size_t count, capacity, limit;
};

/* The cause is the first one's, but time's only where there is no other: time is no act of anybody's, and must not hide one. */
#define DUE_SPANS                                                                                                      \
	" ON CONFLICT(person, jurisdiction) DO UPDATE SET"                                                                 \
	" first_at = CASE WHEN excluded.first_at < due.first_at THEN excluded.first_at ELSE due.first_at END,"             \
	" last_at = CASE WHEN excluded.last_at > due.last_at THEN excluded.last_at ELSE due.last_at END,"                  \
	" cause = CASE WHEN excluded.cause = 'time' THEN due.cause"                                                        \
	" WHEN due.cause = 'time' OR excluded.first_at < due.first_at THEN excluded.cause ELSE due.cause END"

static int
due_put_in(struct registry *registry, person_number person, const char *jurisdiction, const char *cause, instant at,
	struct error *e)
{
	return db_do(registry->db,
		"INSERT INTO due(person, jurisdiction, first_at, last_at, cause) VALUES($1, $2, $3, $3, $4)" DUE_SPANS
		"{of $1}",
		(struct db_value[]){db_int(person), db_text(jurisdiction), db_int(at), db_text(cause)}, 4, e);
}

/* Where a person applied, whenever that counts from. */
static int
add_place_of_application(const struct evidence_row *row, void *context, struct error *e)
{
	struct due_list *list = context;
	const char *jurisdiction = strchr(row->key, '/');
	int r;

	if (!jurisdiction || strlen(jurisdiction + 1) >= JURISDICTION_SIZE)
		return error_set(e, ERROR_CORRUPT, "an application is nowhere");
	if ((r = array_grow(&list->items, &list->capacity, list->count + 1, sizeof *list->items,
			 JURISDICTIONS_MAX * EVIDENCE_SAME_MAX, e)) < 0)
		return r;
	list->items[list->count].person = row->person;
	snprintf(list->items[list->count++].jurisdiction, JURISDICTION_SIZE, "%s", jurisdiction + 1);
	return 0;
}

int
registry_due_put(struct registry *registry, person_number person, const char *jurisdiction, const char *cause,
	instant at, struct error *e)
{
	struct due_list list = {0};
	bool own;
	int r;

	if (strlen(cause) >= DUE_CAUSE_SIZE)
		return error_set(e, ERROR_USAGE, "a cause is at most %d bytes", DUE_CAUSE_SIZE - 1);
	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	if (jurisdiction) {
		r = due_put_in(registry, person, jurisdiction, cause, at, e);
	} else {
		r = evidence_each_of_same(
			registry->db, person, EVIDENCE_APPLICATION, EVIDENCE_NOW, EVIDENCE_NOW, add_place_of_application, &list, e);
		for (size_t i = 0; i < list.count && r == 0; i++)
			r = due_put_in(registry, list.items[i].person, list.items[i].jurisdiction, cause, at, e);
	}
	free(list.items);
	return scope_end(registry, own, r, e);
}

int
registry_due_mark(struct registry_due_marks *marks, person_number person, instant at, struct error *e)
{
	int r = array_grow(&marks->items, &marks->capacity, marks->count + 1, sizeof *marks->items, DUE_MARKS_MAX, e);

	if (r == 0)
		marks->items[marks->count++] = (struct registry_due_mark){person, at, at};
	return r;
}

static int
by_person(const void *left, const void *right)
{
	const struct registry_due_mark *a = left, *b = right;

	return (a->person > b->person) - (a->person < b->person);
}

/* A row spans all of a person's moments (D1), so the first and the last say the same as all of them. */
int
registry_due_put_marks(struct registry *registry, struct registry_due_marks *marks, const char *cause, struct error *e)
{
	bool own;
	int r;

	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	if (marks->count)
		qsort(marks->items, marks->count, sizeof *marks->items, by_person);
	for (size_t i = 0, next; r == 0 && i < marks->count; i = next) {
		struct registry_due_mark mark = marks->items[i];

		for (next = i + 1; next < marks->count && marks->items[next].person == mark.person; next++) {
			mark.first = marks->items[next].first < mark.first ? marks->items[next].first : mark.first;
			mark.last = marks->items[next].last > mark.last ? marks->items[next].last : mark.last;
		}
		r = registry_due_put(registry, mark.person, NULL, cause, mark.first, e);
		if (r == 0 && mark.last != mark.first)
			r = registry_due_put(registry, mark.person, NULL, cause, mark.last, e);
	}
	if (r == 0)
		marks->count = 0;
	return scope_end(registry, own, r, e);
}

void
registry_due_marks_clear(struct registry_due_marks *marks)
{
	free(marks->items);
	*marks = (struct registry_due_marks){0};
}

#define DUE_MOVED(who)                                                                                                 \
	"INSERT INTO due(person, jurisdiction, first_at, last_at, cause)"                                                  \
	" SELECT person, jurisdiction, CAST($2 AS BIGINT), CAST($2 AS BIGINT), 'stay' FROM colour"                         \
	" WHERE jurisdiction = $1" who DUE_SPANS

static int
due_moved_one(struct registry *registry, const char *jurisdiction, person_number number, instant at, struct error *e)
{
	return db_do(registry->db, DUE_MOVED(" AND person = $3") "{of $3}",
		(struct db_value[]){db_text(jurisdiction), db_int(at), db_int(number)}, 3, e);
}

/* All numbers of a person. */
static int
due_moved_same(struct registry *registry, const char *jurisdiction, person_number person, instant at, struct error *e)
{
	struct evidence_same same;
	int r = evidence_same(registry->db, person, EVIDENCE_NOW, &same, e);

	for (size_t i = 0; r == 0 && i < same.count; i++)
		r = due_moved_one(registry, jurisdiction, same.numbers[i], at, e);
	return r;
}

static int
due_moved_in(struct registry *registry, const char *jurisdiction, const person_number *people, size_t count, instant at,
	struct error *e)
{
	int64_t links;
	int r;

	if (!people)
		return db_do(registry->db, DUE_MOVED(""), (struct db_value[]){db_text(jurisdiction), db_int(at)}, 2, e);
	/* Where nobody has two numbers nobody is asked for them. */
	r = evidence_same_version(registry->db, false, &links, e);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = links ? due_moved_same(registry, jurisdiction, people[i], at, e)
				  : due_moved_one(registry, jurisdiction, people[i], at, e);
	return r;
}

int
registry_due_moved(struct registry *registry, const person_number *people, size_t count, instant at, struct error *e)
{
	char(*names)[JURISDICTION_SIZE] = NULL;
	size_t name_count = 0;
	const struct pack *pack;
	bool own;
	int r;

	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	r = registry_jurisdictions(registry, &names, &name_count, e);
	for (size_t i = 0; r == 0 && i < name_count; i++)
		if ((r = registry_pack(registry, names[i], &pack, e)) == 0 && pack_reads_visits(pack))
			r = due_moved_in(registry, names[i], people, count, at, e);
	free(names);
	return scope_end(registry, own, r, e);
}

/* Looking for the first evidence after a moment. */
struct next_search {
	instant after, first;
};

static int
take_next(const struct evidence_row *row, void *context, struct error *e)
{
	struct next_search *search = context;

	(void)e;
	if (evidence_colours(row->kind) && row->at > search->after && row->at < search->first)
		search->first = row->at;
	return 0;
}

int
due_clear(struct registry *registry, person_number person, const char *jurisdiction, instant now, struct error *e)
{
	struct next_search search = {.after = now, .first = INT64_MAX};
	struct db_value values[] = {db_int(person), db_text(jurisdiction), db_int(now)};
	int r;

	if ((r = db_do(registry->db, "DELETE FROM due WHERE person = $1 AND jurisdiction = $2 AND last_at <= $3{of $1}",
			 values, 3, e)) < 0 ||
		(r = db_do(registry->db,
			 "UPDATE due SET first_at = last_at WHERE person = $1 AND jurisdiction = $2 AND first_at <= $3{of $1}",
			 values, 3, e)) < 0 ||
		db_changes(registry->db) == 0)
		return r;
	if ((r = evidence_each_of_same(
			 registry->db, person, EVIDENCE_ALL, EVIDENCE_NOW, EVIDENCE_NOW, take_next, &search, e)) < 0)
		return r;
	if (search.first == INT64_MAX)
		return 0;
	return db_do(registry->db,
		"UPDATE due SET first_at = $3 WHERE person = $1 AND jurisdiction = $2 AND first_at > $3{of $1}",
		(struct db_value[]){db_int(person), db_text(jurisdiction), db_int(search.first)}, 3, e);
}

int
registry_due_people(struct registry *registry, instant now, int64_t most, int64_t *ret_count, struct error *e)
{
	return db_one_int(registry->db,
		"SELECT COUNT(*) FROM (SELECT 1 FROM due JOIN colour ON colour.person = due.person"
		" AND colour.jurisdiction = due.jurisdiction WHERE due.first_at <= $1 LIMIT $2) AS those",
		(struct db_value[]){db_int(now), db_int(most)}, 2, ret_count, e);
}

int
registry_due_done(
	struct registry *registry, person_number person, const char *jurisdiction, instant now, struct error *e)
{
	bool own;
	int r;

	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	if ((r = due_clear(registry, person, jurisdiction, now, e)) == 0)
		r = db_do(registry->db,
			"DELETE FROM colour WHERE person = $1 AND jurisdiction = $2 AND evaluated_at <= $3{of $1}",
			(struct db_value[]){db_int(person), db_text(jurisdiction), db_int(now)}, 3, e);
	return scope_end(registry, own, r, e);
}

/* Gather rows of person, jurisdiction, cause. */
static int
gather(struct registry *registry, const char *sql, const struct db_value *values, size_t count, struct due_list *list,
	struct error *e)
{
	struct db_statement *statement = NULL;
	int r;

	if ((r = db_start(registry->db, sql, values, count, &statement, e)) < 0)
		return r;
	while (list->count < list->limit && (r = db_step(statement, e)) == 1) {
		struct due_item *item;

		if ((r = array_grow(&list->items, &list->capacity, list->count + 1, sizeof *list->items, DUE_AT_ONCE_MAX, e)) <
			0)
			break;
		item = &list->items[list->count++];
		item->person = (person_number)db_column_int(statement, 0);
		snprintf(item->jurisdiction, sizeof item->jurisdiction, "%s", db_column_text(statement, 1));
		snprintf(item->cause, sizeof item->cause, "%s", db_column_text(statement, 2));
	}
	db_finish(statement);
	return r < 0 ? r : 0;
}

static int
gather_rows(struct registry *registry, const char *jurisdiction, instant now, struct due_list *list, struct error *e)
{
	return gather(registry,
		"SELECT person, jurisdiction, cause FROM due WHERE first_at <= $1"
		" AND (CAST($2 AS TEXT) IS NULL OR jurisdiction = $2) ORDER BY first_at, person, jurisdiction LIMIT $3",
		(struct db_value[]){db_int(now), db_text(jurisdiction), db_int((int64_t)list->limit)}, 3, list, e);
}

/* Those who have no row, so that everyone comes once. */
#define NO_ROW                                                                                                         \
	" AND NOT EXISTS (SELECT 1 FROM due WHERE due.person = colour.person AND due.jurisdiction = colour.jurisdiction"   \
	" AND due.first_at <= $1) "

static int
gather_next(struct registry *registry, const char *jurisdiction, instant now, struct due_list *list, struct error *e)
{
	return gather(registry,
		"SELECT person, jurisdiction, 'time' FROM colour WHERE next_at <= $1"
		" AND (CAST($2 AS TEXT) IS NULL OR jurisdiction = $2)" NO_ROW "ORDER BY next_at, person, jurisdiction LIMIT $3",
		(struct db_value[]){db_int(now), db_text(jurisdiction), db_int((int64_t)(list->limit - list->count))}, 3, list,
		e);
}

static int
due_list(struct registry *registry, const char *jurisdiction, instant now, struct due_list *list, struct error *e)
{
	int r;

	if ((r = gather_rows(registry, jurisdiction, now, list, e)) < 0 || list->count == list->limit)
		return r;
	return gather_next(registry, jurisdiction, now, list, e);
}

int
registry_due_each(struct registry *registry, const char *jurisdiction, instant now, size_t limit, registry_due *each,
	void *context, size_t *ret_count, struct error *e)
{
	struct due_list list = {.limit = limit < DUE_AT_ONCE_MAX ? limit : DUE_AT_ONCE_MAX};
	bool own;
	int r;

	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	r = scope_end(registry, own, due_list(registry, jurisdiction, now, &list, e), e);
	for (size_t i = 0; i < list.count && r == 0; i++)
		r = each(list.items[i].person, list.items[i].jurisdiction, list.items[i].cause, context, e);
	if (r == 0 && ret_count)
		*ret_count = list.count;
	free(list.items);
	return r;
}

int
registry_colour_fresh(struct registry *registry, person_number person, const char *jurisdiction, instant now,
	struct registry_colour *ret_colour, instant *ret_until, struct error *e)
{
	struct registry_colour colour;
	const struct pack *pack;
	instant first, until, next_pack;
	int r;

	if ((r = registry_colour(registry, person, jurisdiction, &colour, e)) < 0)
		return r == ERROR_EXISTS_NOT ? 0 : r;
	if (colour.next_at <= now || colour.evaluated_at > now)
		return 0;
	until = colour.next_at;
	r = db_one_int(registry->db, "SELECT first_at FROM due WHERE person = $1 AND jurisdiction = $2",
		(struct db_value[]){db_int(person), db_text(jurisdiction)}, 2, &first, e);
	if (r < 0 && r != ERROR_EXISTS_NOT)
		return r;
	if (r == 0) {
		if (first <= now)
			return 0;
		until = first < until ? first : until;
	}
	if ((r = registry_pack(registry, jurisdiction, &pack, e)) < 0)
		return r;
	if (strcmp(pack_hash(pack), colour.policy) != 0)
		return 0;
	if ((r = seen_is_stale(registry, &colour.seen, e)) != 0)
		return r < 0 ? r : 0;
	if ((r = registry_pack_until(registry, jurisdiction, &next_pack, e)) < 0)
		return r;
	*ret_colour = colour;
	*ret_until = next_pack < until ? next_pack : until;
	return 1;
}

int
registry_is_stale(
	struct registry *registry, person_number person, const char *jurisdiction, instant now, struct error *e)
{
	struct registry_colour colour;
	instant until;
	int r = registry_colour_fresh(registry, person, jurisdiction, now, &colour, &until, e);

	return r < 0 ? r : !r;
}
