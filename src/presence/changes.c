/* How often what is kept changed (I8), so that who asked before knows whether to ask again. */

#include "presence/internal.h"

int
changes_of_days(struct presence *presence, day_number first, day_number last, struct error *e)
{
	int r = 0;

	for (day_number day = first; r == 0 && day <= last; day++)
		r = db_do(presence->db,
			"INSERT INTO presence_day_change (day, changes) VALUES ($1, 1)"
			" ON CONFLICT (day) DO UPDATE SET changes = presence_day_change.changes + 1",
			(struct db_value[]){db_int(day)}, 1, e);
	return r;
}

int
changes_everywhere(struct presence *presence, struct error *e)
{
	struct db_value value;
	int64_t token;

	keys_random(&token, sizeof token);
	value = db_int(token);
	return db_do(presence->db, "UPDATE presence_state SET changes = changes + 1, places_token = $1", &value, 1, e);
}

int
presence_changes(struct presence *presence, instant from, instant to, int64_t *ret_changes, struct error *e)
{
	const struct db_value values[] = {
		db_int(zone_day(&presence->zone, from)), db_int(zone_day(&presence->zone, to > from ? to - 1 : from))};

	return db_one_int(presence->db,
		"SELECT CAST(changes + COALESCE((SELECT SUM(changes) FROM presence_day_change WHERE day BETWEEN $1 AND $2), 0)"
		" AS BIGINT) FROM presence_state",
		values, 2, ret_changes, e);
}
