#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "place/place.h"
#include "presence/internal.h"

static bool
text_fits(const char *text, size_t size)
{
	size_t length = strnlen(text, size);

	return length < size && text_is_utf8(text, length);
}

static bool
kind_valid(const char *kind)
{
	size_t length = strspn(kind, "abcdefghijklmnopqrstuvwxyz_");

	return length > 0 && kind[length] == '\0';
}

static int
place_validate(const struct presence_place *place, struct error *e)
{
	if (!text_fits(place->code, sizeof place->code) || !place->code[0])
		return error_set(e, ERROR_BAD_INPUT, "a place's code is 1 to %d bytes of UTF-8", PRESENCE_CODE_SIZE - 1);
	if (!text_fits(place->kind, sizeof place->kind) || !kind_valid(place->kind))
		return error_set(e, ERROR_BAD_INPUT, "a place's kind is 1 to %d letters a to z or '_'", PRESENCE_KIND_SIZE - 1);
	if (!text_fits(place->name, sizeof place->name))
		return error_set(e, ERROR_BAD_INPUT, "a place's name is at most %d bytes of UTF-8", PRESENCE_NAME_SIZE - 1);
	if (!text_fits(place->division, sizeof place->division) || !text_fits(place->country, sizeof place->country))
		return error_set(e, ERROR_BAD_INPUT, "a division has 6 digits, a country 2 letters");
	if (place->positioned && !coordinates_valid(place->latitude_e7, place->longitude_e7))
		return error_set(e, ERROR_BAD_INPUT, "the position is not on the earth");
	return 0;
}

static void
copy_column(struct db_statement *statement, int column, char *text, size_t size)
{
	const char *value = db_column_text(statement, column);

	snprintf(text, size, "%s", value ? value : "");
}

/* The place for which ${condition} holds with the value $1. */
static int
place_read(struct presence *presence, const char *sql, const struct db_value *key, const struct presence_view *view,
	struct presence_place *ret_place, struct error *e)
{
	const struct db_value values[] = {*key, db_int(view->known)};
	struct presence_place place = {0};
	struct db_statement *statement = NULL;
	int r;

	if ((r = db_start(presence->db, sql, values, 2, &statement, e)) < 0)
		return r;
	if ((r = db_step(statement, e)) <= 0) {
		db_finish(statement);
		return r < 0 ? r : error_set(e, ERROR_EXISTS_NOT, "there is no such place");
	}
	place.number = (place_number)db_column_int(statement, 0);
	copy_column(statement, 1, place.code, sizeof place.code);
	copy_column(statement, 2, place.kind, sizeof place.kind);
	copy_column(statement, 3, place.name, sizeof place.name);
	copy_column(statement, 4, place.division, sizeof place.division);
	copy_column(statement, 5, place.country, sizeof place.country);
	place.positioned = !db_column_is_null(statement, 6);
	place.latitude_e7 = (int32_t)db_column_int(statement, 6);
	place.longitude_e7 = (int32_t)db_column_int(statement, 7);
	db_finish(statement);
	*ret_place = place;
	return 0;
}

#define PLACE_WHERE(condition)                                                                                         \
	"SELECT p.number, p.code, r.kind, r.name, r.division, r.country, r.latitude_e7, r.longitude_e7"                    \
	" FROM presence_place p JOIN presence_place_record r ON r.place = p.number"                                        \
	" WHERE " condition " AND " RECORD_COUNTS("r", "$2") " ORDER BY r.recorded_at DESC, r.id DESC LIMIT 1"

int
presence_find_place(struct presence *presence, const char *code, const struct presence_view *view,
	struct presence_place *ret_place, struct error *e)
{
	const struct db_value key = db_text(code);

	return place_read(presence, PLACE_WHERE("p.code = $1"), &key, view, ret_place, e);
}

void
places_refresh(struct presence *presence, int64_t token)
{
	if (token != presence->places_token && presence->places)
		memset(presence->places, 0, PLACES_KEPT * sizeof *presence->places);
	presence->places_token = token;
}

/* A walk asks for the places of its stays one by one, and knows which token it began with (I9). */
static int
place_of_walk(struct presence *presence, const struct db_value *key, const struct presence_view *view,
	struct presence_place *ret_place, struct error *e)
{
	struct presence_place *kept;
	int r = 0;

	if (!presence->places && !(presence->places = calloc(PLACES_KEPT, sizeof *presence->places)))
		return error_no_memory(e);
	kept = &presence->places[key->integer % PLACES_KEPT];
	if (kept->number != key->integer)
		r = place_read(presence, PLACE_WHERE("p.number = $1"), key, view, kept, e);
	if (r == 0)
		*ret_place = *kept;
	return r;
}

int
presence_place(struct presence *presence, place_number number, const struct presence_view *view,
	struct presence_place *ret_place, struct error *e)
{
	const struct db_value key = db_int(number);

	if (presence->walks && number && view->known == INT64_MAX)
		return place_of_walk(presence, &key, view, ret_place, e);
	return place_read(presence, PLACE_WHERE("p.number = $1"), &key, view, ret_place, e);
}

int
presence_each_place(struct presence *presence, const struct presence_view *view, presence_each_place_function *each,
	void *context, struct error *e)
{
	struct db_statement *codes = NULL;
	struct presence_place place;
	int r;

	if ((r = db_start(presence->db, "SELECT code FROM presence_place ORDER BY code", NULL, 0, &codes, e)) < 0)
		return r;
	while ((r = db_step(codes, e)) == 1) {
		r = presence_find_place(presence, db_column_text(codes, 0), view, &place, e);
		if (r == 0)
			r = each(&place, context, e);
		else if (r == ERROR_EXISTS_NOT) /* recorded later than was known */
			r = 0;
		if (r)
			break;
	}
	db_finish(codes);
	return r;
}

static bool
place_equal(const struct presence_place *a, const struct presence_place *b)
{
	return strcmp(a->kind, b->kind) == 0 && strcmp(a->name, b->name) == 0 && strcmp(a->division, b->division) == 0 &&
		strcmp(a->country, b->country) == 0 && a->positioned == b->positioned &&
		(!a->positioned || (a->latitude_e7 == b->latitude_e7 && a->longitude_e7 == b->longitude_e7));
}

/* The number of ${code}, given out now if it has none. */
static int
place_number_of(struct presence *presence, const char *code, int64_t *ret_number, struct error *e)
{
	const struct db_value values[] = {db_text(code)};
	int r;

	r = db_one_int(presence->db, "SELECT number FROM presence_place WHERE code = $1", values, 1, ret_number, e);
	if (r != ERROR_EXISTS_NOT)
		return r;
	r = db_one_int(
		presence->db, "INSERT INTO presence_place (code) VALUES ($1) RETURNING number", values, 1, ret_number, e);
	if (r == 0 && *ret_number > UINT32_MAX)
		return error_set(e, ERROR_TOO_LARGE, "more than %u places", UINT32_MAX);
	return r;
}

/* That an import says of a place what another one said is recorded as the other's. */
static int
note_repeated(struct presence *presence, place_number place, const struct presence_source *source, struct error *e)
{
	int64_t by = 0;
	int r;

	if (source->import == 0)
		return 0;
	r = db_one_int(presence->db,
		"SELECT r.import FROM presence_place_record AS r WHERE r.place = $1 AND " RECORD_COUNTS(
			"r", "$2") " ORDER BY r.recorded_at DESC, r.id DESC LIMIT 1",
		(struct db_value[]){db_int(place), db_int(source->recorded_at)}, 2, &by, e);
	return r < 0 ? r : rests_note(presence, source->import, by, false, e);
}

int
presence_put_place(struct presence *presence, const struct presence_place *place, const struct presence_source *source,
	place_number *ret_number, struct error *e)
{
	const struct presence_view view = {INT64_MAX, source->recorded_at};
	struct presence_place old;
	int64_t number = 0;
	int r, change;

	if ((r = place_validate(place, e)) < 0)
		return r;
	r = presence_find_place(presence, place->code, &view, &old, e);
	if (r < 0 && r != ERROR_EXISTS_NOT)
		return r;
	if (r == 0 && place_equal(&old, place)) {
		if ((r = note_repeated(presence, old.number, source, e)) < 0)
			return r;
		*ret_number = old.number;
		return PRESENCE_UNCHANGED;
	}
	change = r == 0 ? PRESENCE_CHANGED : PRESENCE_NEW;
	if ((r = place_number_of(presence, place->code, &number, e)) < 0)
		return r;

	const struct db_value values[] = {db_int(number), db_text(place->kind), db_text(place->name),
		db_text(place->division), db_text(place->country), place->positioned ? db_int(place->latitude_e7) : db_null(),
		place->positioned ? db_int(place->longitude_e7) : db_null(), db_int(source->recorded_at),
		db_int(source->import)};
	r = db_do(presence->db,
		"INSERT INTO presence_place_record (place, kind, name, division, country, latitude_e7, longitude_e7, recorded_at,"
		" import) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		values, 9, e);
	if (r == 0 && change == PRESENCE_CHANGED)
		r = changes_everywhere(presence, e);
	if (r < 0)
		return r;
	*ret_number = (place_number)number;
	return change;
}

int
presence_put_cell(struct presence *presence, int32_t latitude_e7, int32_t longitude_e7, uint32_t size_m,
	const struct presence_source *source, place_number *ret_number, struct error *e)
{
	/* The grid is nobody's word: an undone import takes no square away. */
	const struct presence_source grid = {.recorded_at = source->recorded_at};
	struct presence_place cell = {.kind = "cell", .positioned = true};

	if (!place_cell(latitude_e7, longitude_e7, size_m, cell.code))
		return error_set(e, ERROR_BAD_INPUT, "the position is not on the earth, or cells are not %d to %d metres",
			CELL_SIZE_LEAST_M, CELL_SIZE_MOST_M);
	place_cell_centre(cell.code, &cell.latitude_e7, &cell.longitude_e7);
	return presence_put_place(presence, &cell, &grid, ret_number, e);
}
