#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "presence/internal.h"

static const char *const migrations[] = {
	"CREATE TABLE presence_place (number {key}, code {text} NOT NULL UNIQUE);"
	"CREATE TABLE presence_place_record (id {key}, place BIGINT NOT NULL, kind {text} NOT NULL, name {text} NOT NULL,"
	" division {text} NOT NULL, country {text} NOT NULL, latitude_e7 BIGINT, longitude_e7 BIGINT,"
	" recorded_at BIGINT NOT NULL, import BIGINT NOT NULL);"
	"CREATE INDEX presence_place_record_place ON presence_place_record (place, recorded_at, id);"
	"CREATE TABLE presence_stay (id {key}, person BIGINT NOT NULL, place BIGINT NOT NULL, start_at BIGINT NOT NULL,"
	" end_at BIGINT NOT NULL, span BIGINT NOT NULL, seat BIGINT NOT NULL, day_only BIGINT NOT NULL,"
	" recorded_at BIGINT NOT NULL, import BIGINT NOT NULL);"
	"CREATE INDEX presence_stay_person ON presence_stay (person, start_at, place);"
	"CREATE INDEX presence_stay_place ON presence_stay (place, span, start_at);"
	"CREATE TABLE presence_undone (import BIGINT PRIMARY KEY, recorded_at BIGINT NOT NULL);",

	/* Stays are in segments and the tail. Those of a store that a build before the first release made go: import them
	 * again. */
	"DROP TABLE presence_stay;"
	"CREATE TABLE presence_segment (id {key}, day BIGINT NOT NULL, name {text} NOT NULL UNIQUE, stays BIGINT NOT NULL,"
	" bytes BIGINT NOT NULL);"
	"CREATE TABLE presence_tail (id {key}, day BIGINT NOT NULL, sealed {blob} NOT NULL);"
	"CREATE INDEX presence_tail_day ON presence_tail (day);"
	"CREATE TABLE presence_state (token BIGINT NOT NULL);"
	"INSERT INTO presence_state (token) VALUES (0);",

	/* Local days before it were destroyed. */
	"ALTER TABLE presence_state ADD COLUMN forgotten_before BIGINT;",

	/* Rows name people by the numbers of their span. Stays of a store that a build before the first release made go:
	 * import them again. */
	"DELETE FROM presence_segment;"
	"DELETE FROM presence_tail;"
	"CREATE TABLE presence_people (id {key}, span BIGINT NOT NULL, mark BIGINT NOT NULL, sealed {blob} NOT NULL);"
	"CREATE INDEX presence_people_span ON presence_people (span, id);",

	/* How often what is kept changed: of a day's stays, and of all days at once. */
	"ALTER TABLE presence_state ADD COLUMN changes BIGINT NOT NULL DEFAULT 0;"
	"CREATE TABLE presence_day_change (day BIGINT PRIMARY KEY, changes BIGINT NOT NULL);",
	/* How many stays and places of ${on_import} later imports repeated or corrected (rests.c). */
	"CREATE TABLE presence_rest (on_import BIGINT NOT NULL, import BIGINT NOT NULL, unchanged BIGINT NOT NULL,"
	" corrected BIGINT NOT NULL, PRIMARY KEY (on_import, import)) {packed};"
	"CREATE INDEX presence_place_record_import ON presence_place_record (import);",

	/* I9 */
	"ALTER TABLE presence_state ADD COLUMN places_token BIGINT NOT NULL DEFAULT 0;",
};

static int
copy_zone(const struct zone *zone, struct zone *ret_zone, struct error *e)
{
	struct zone_step *steps = NULL;

	if (zone->step_count) {
		if (!(steps = calloc(zone->step_count, sizeof *steps)))
			return error_no_memory(e);
		memcpy(steps, zone->steps, zone->step_count * sizeof *steps);
	}
	*ret_zone = (struct zone){zone->first_offset_s, zone->step_count, steps};
	return 0;
}

int
presence_open(const struct presence_where *where, struct presence **ret_presence, struct error *e)
{
	struct presence *presence = NULL;
	int r;

	if ((r = db_migrate(where->db, "presence", migrations, sizeof migrations / sizeof *migrations, e)) < 0)
		return r;
	if (!(presence = calloc(1, sizeof *presence)))
		return error_no_memory(e);
	presence->db = where->db;
	presence->keys = where->keys;
	if (!(presence->folder = text_copy(where->folder, e))) {
		r = ERROR_NO_MEMORY;
		goto out;
	}
	if ((r = file_make_folder(presence->folder, 0700, e)) < 0 || (r = copy_zone(where->zone, &presence->zone, e)) < 0 ||
		(r = cache_new(where->cache_bytes ? where->cache_bytes : PRESENCE_CACHE_BYTES, &presence->cache, e)) < 0)
		goto out;
	*ret_presence = presence;
	presence = NULL;
out:
	presence_close(presence);
	return r;
}

void
presence_close(struct presence *presence)
{
	if (!presence)
		return;
	state_forget(presence);
	free(presence->places);
	free(presence->spare.records);
	cache_free(presence->cache);
	free((void *)presence->zone.steps);
	free(presence->folder);
	free(presence);
}

int
presence_undo(struct presence *presence, int64_t import, instant recorded_at, struct error *e)
{
	const struct db_value values[] = {db_int(import), db_int(recorded_at)};
	bool own;
	int r;

	if ((r = own_begin(presence, &own, e)) < 0)
		return r;
	r = db_do(presence->db, "INSERT INTO presence_undone (import, recorded_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
		values, 2, e);
	if (r == 0 && (r = changes_everywhere(presence, e)) == 0)
		r = state_changed(presence, e);
	state_forget(presence);
	return own_end(presence, own, r, e);
}
