/* Which imports rest on which: a stay or place that one found unchanged, or corrected, was recorded by the other. */

#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "presence/internal.h"

enum { RESTS_MAX = 1 << 20 };

static const int64_t EVER_S = (int64_t)1 << 40; /* before and after all times that can be written */

int
rests_add(struct rests *rests, int64_t on, bool corrected, struct error *e)
{
	size_t at = rests->last;
	int r;

	if (on == 0)
		return 0;
	if (at >= rests->count || rests->items[at].on != on)
		for (at = 0; at < rests->count && rests->items[at].on != on; at++)
			;
	if (at == rests->count) {
		if ((r = array_grow(&rests->items, &rests->capacity, rests->count + 1, sizeof *rests->items, RESTS_MAX, e)) < 0)
			return r;
		rests->items[rests->count++] = (struct rest){.on = on};
	}
	rests->last = at;
	if (corrected)
		rests->items[at].corrected++;
	else
		rests->items[at].unchanged++;
	return 0;
}

int
rests_keep(struct presence *presence, const struct rests *rests, int64_t import, struct error *e)
{
	int r = 0;

	for (size_t i = 0; i < rests->count && r == 0; i++)
		if (rests->items[i].on != import)
			r = db_do(presence->db,
				"INSERT INTO presence_rest (on_import, import, unchanged, corrected) VALUES ($1, $2, $3, $4)"
				" ON CONFLICT (on_import, import) DO UPDATE SET unchanged = presence_rest.unchanged + excluded.unchanged,"
				" corrected = presence_rest.corrected + excluded.corrected",
				(struct db_value[]){db_int(rests->items[i].on), db_int(import), db_int(rests->items[i].unchanged),
					db_int(rests->items[i].corrected)},
				4, e);
	return r;
}

void
rests_free(struct rests *rests)
{
	free(rests->items);
	*rests = (struct rests){0};
}

int
rests_note(struct presence *presence, int64_t import, int64_t on, bool corrected, struct error *e)
{
	struct rest one = {.on = on, .unchanged = !corrected, .corrected = corrected};
	const struct rests rests = {.items = &one, .count = on != 0};

	return rests_keep(presence, &rests, import, e);
}

int
presence_each_rest(
	struct presence *presence, int64_t on, presence_each_rest_function *each, void *context, struct error *e)
{
	struct db_statement *rows = NULL;
	int r;

	if ((r = db_start(presence->db,
			 "SELECT row.import, row.unchanged, row.corrected FROM presence_rest AS row WHERE row.on_import = $1 AND"
			 " NOT EXISTS (SELECT 1 FROM presence_undone AS u WHERE u.import = row.import) ORDER BY row.import",
			 (struct db_value[]){db_int(on)}, 1, &rows, e)) < 0)
		return r;
	while ((r = db_step(rows, e)) == 1)
		if ((r = each(db_column_int(rows, 0), db_column_int(rows, 1), db_column_int(rows, 2), context, e)) != 0)
			break;
	db_finish(rows);
	return r;
}

static int
found_one(const struct presence_stay *stay, void *context, struct error *e)
{
	(void)stay;
	(void)context;
	(void)e;
	return 1;
}

int
presence_orphaned(struct presence *presence, int64_t import, struct presence_place *ret_place, struct error *e)
{
	const struct presence_view all = {INT64_MAX, INT64_MAX};
	struct db_statement *rows = NULL;
	int r;

	/* A place has a number as long as there is a store; whether anybody says what it is, is another matter. */
	if ((r = db_start(presence->db,
			 "SELECT DISTINCT row.place, p.code FROM presence_place_record AS row JOIN presence_place AS p ON p.number ="
			 " row.place WHERE row.import = $1 AND NOT EXISTS (SELECT 1 FROM presence_place_record AS other WHERE"
			 " other.place = row.place AND other.import <> $1 AND NOT EXISTS (SELECT 1 FROM presence_undone AS u WHERE"
			 " u.import = other.import)) ORDER BY p.code",
			 (struct db_value[]){db_int(import)}, 1, &rows, e)) < 0)
		return r;
	while ((r = db_step(rows, e)) == 1) {
		place_number place = (place_number)db_column_int(rows, 0);

		r = presence_each_stay_at(presence, place, -EVER_S, EVER_S, &all, found_one, NULL, e);
		if (r == 1) {
			*ret_place = (struct presence_place){.number = place};
			snprintf(ret_place->code, sizeof ret_place->code, "%s", db_column_text(rows, 1));
		}
		if (r != 0)
			break;
	}
	db_finish(rows);
	return r;
}
