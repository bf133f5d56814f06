#include "presence/internal.h"

#include <stdlib.h>

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
};

int
presence_open(struct db *db, struct presence **ret_presence, struct error *e)
{
	struct presence *presence;
	int r;

	if ((r = db_migrate(db, "presence", migrations, sizeof migrations / sizeof *migrations, e)) < 0)
		return r;
	presence = calloc(1, sizeof *presence);
	if (!presence)
		return error_no_memory(e);
	presence->db = db;
	*ret_presence = presence;
	return 0;
}

void
presence_close(struct presence *presence)
{
	free(presence);
}

int
presence_undo(struct presence *presence, int64_t import, instant recorded_at, struct error *e)
{
	const struct db_value values[] = {db_int(import), db_int(recorded_at)};

	return db_do(presence->db,
		"INSERT INTO presence_undone (import, recorded_at) VALUES ($1, $2) ON CONFLICT DO NOTHING", values, 2, e);
}
