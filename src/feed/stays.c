/* stays: who was where, from when to when. Natural key: the person, the place, the start, and whether only the day is
 * known. A place that is not known yet becomes known by its code alone, so that places may be imported after. */

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "feed/stays.h"
#include "place/place.h"

enum { ID_NUMBER, PERSON, PLACE, LATITUDE, LONGITUDE, FROM, TO, DATE, SEAT, PROTECTED, OUTDOOR };
static const struct row_column columns[] = {{"id_number", false}, {"person", false}, {"place", false},
	{"latitude", false}, {"longitude", false}, {"from", false}, {"to", false}, {"date", false}, {"seat", false},
	{"protected", false}, {"outdoor", false}};

/* What is looked up once for many rows: places while there are not too many of them, people in slots that a later one takes over. */
enum { KNOWN_PLACES_MAX = 1 << 20, KNOWN_PEOPLE = 1 << 20 };

/* The kind of a place of which only the code is known. */
static const char kind_unknown[] = "unknown";

int
import_stay_check_end(
	struct import *import, const struct row *row, size_t column, const struct presence_stay *stay, struct error *e)
{
	if (stay->end <= stay->start)
		return import_refuse(import, row, column, e, "the end is not after the beginning");
	if (stay->end - stay->start > PRESENCE_STAY_MAX_S)
		return import_refuse(import, row, column, e, "longer than a year is a mistake");
	return 0;
}

static int
read_times(struct import *import, const struct row *row, struct presence_stay *stay, struct error *e)
{
	const struct record_field *date = row->fields[DATE];
	day_number day;
	int code;

	if (date) {
		if (row->fields[FROM] || row->fields[TO])
			return import_refuse(import, row, DATE, e, "either from and to, or a date");
		if (day_read(date->text, date->length, &day, e) < 0)
			return rows_refuse(import->rows, row, date, e);
		stay->start = zone_day_start(import->zone, day);
		stay->end = zone_day_start(import->zone, day + 1);
		stay->day_only = true;
		return 0;
	}
	if (!row->fields[FROM] || !row->fields[TO])
		return import_refuse(import, row, row->fields[FROM] ? FROM : TO, e, "from and to, or a date, are missing");
	if ((code = import_time(import, row, FROM, &stay->start, e)) < 0 ||
		(code = import_time(import, row, TO, &stay->end, e)) < 0)
		return code;
	return import_stay_check_end(import, row, TO, stay, e);
}

int
import_stay_read_seat(struct import *import, const struct row *row, size_t column, uint16_t *ret_seat, struct error *e)
{
	const char *text = import_text(row, column);

	if (text && !presence_seat_read(text, ret_seat))
		return import_refuse(import, row, column, e, "a seat is a row and a letter, such as 12A");
	return 0;
}

static int
read_yes_or_no(struct import *import, const struct row *row, size_t column, bool *ret_yes, struct error *e)
{
	const char *text = import_text(row, column);

	*ret_yes = text && strcmp(text, "yes") == 0;
	return !text || *ret_yes || strcmp(text, "no") == 0 ? 0
														: import_refuse(import, row, column, e, "yes or no expected");
}

/* 1, 0 or a code. Nobody who exists ceases to within an import. */
static int
person_exists(struct import *import, person_number person, struct error *e)
{
	struct stays_known *known = &import->known;
	int r;

	if (!known->people && !(known->people = calloc(KNOWN_PEOPLE, sizeof *known->people)))
		return error_no_memory(e);
	if (known->people[person % KNOWN_PEOPLE] == person)
		return 1;
	if ((r = registry_person_exists(import->registry, person, e)) > 0)
		known->people[person % KNOWN_PEOPLE] = person;
	return r;
}

int
import_stay_read_person(struct import *import, const struct row *row, struct stay_person_columns whose,
	person_number *ret_person, struct error *e)
{
	const struct record_field *number = row->fields[whose.person];
	int64_t value;
	int code;

	if (!number)
		return import_person(import, row, whose.id_number, ret_person, e);
	if (!text_integer(number->text, number->length, 1, UINT32_MAX, &value))
		return import_refuse(import, row, whose.person, e, "a person's number expected");
	if ((code = person_exists(import, (person_number)value, e)) < 0)
		return code;
	if (code == 0)
		return import_refuse(import, row, whose.person, e, "no person has this number");
	*ret_person = (person_number)value;
	return 0;
}

int
import_stay_check_person(
	struct import *import, const struct row *row, struct stay_person_columns whose, struct error *e)
{
	if (!row->fields[whose.id_number] == !row->fields[whose.person])
		return import_refuse(import, row, whose.id_number, e, "one of id_number and person is needed");
	return row->fields[whose.id_number] ? import_check_id(import, row, whose.id_number, e) : 0;
}

/* Where a row says that the stay was: a place's code, or a cell's position. */
struct where {
	const struct record_field *code; /* NULL: the cell */
	int32_t latitude_e7, longitude_e7;
	uint32_t cell_size_m;
};

static int
put_cell(struct import *import, const struct where *where, place_number *ret_place, struct error *e)
{
	int code = presence_put_cell(
		import->presence, where->latitude_e7, where->longitude_e7, where->cell_size_m, &import->source, ret_place, e);

	return code < 0 ? code : 0;
}

int
import_stay_check_place(struct import *import, const struct row *row, size_t column, struct error *e)
{
	const struct record_field *field = row->fields[column];

	return field && field->length >= PRESENCE_CODE_SIZE
		? import_refuse(import, row, column, e, "a place's code has at most 64 bytes")
		: 0;
}

static int
look_up_place(
	struct import *import, const struct record_field *field, const char *kind, place_number *ret_place, struct error *e)
{
	/* That there is a place of this code is what undoing the import doesn't take back: others may have named it since. */
	const struct presence_source source = {.recorded_at = import->source.recorded_at};
	const struct presence_view all = {INT64_MAX, INT64_MAX};
	struct presence_place place = {0};
	int code;

	code = presence_find_place(import->presence, field->text, &all, &place, e);
	if (code == 0) {
		*ret_place = place.number;
		return 0;
	}
	if (code != ERROR_EXISTS_NOT)
		return code;
	place = (struct presence_place){0};
	memcpy(place.code, field->text, field->length + 1);
	memcpy(place.kind, kind, strlen(kind) + 1);
	code = presence_put_place(import->presence, &place, &source, ret_place, e);
	return code < 0 ? code : 0;
}

/* Where the number of the place of that code is kept during the import, 0 until it was looked up. NULL: too many are kept. */
static int
known_place(struct import *import, const char *place_code, size_t length, place_number **ret_number, struct error *e)
{
	struct stays_known *known = &import->known;
	size_t number;
	int code = texts_number(&known->places, place_code, length, KNOWN_PLACES_MAX, &number, e);

	*ret_number = NULL;
	if (code == ERROR_TOO_LARGE)
		return 0;
	if (code < 0)
		return code;
	if (code == 1) {
		if ((code = array_grow(&known->place_numbers, &known->place_capacity, number + 1, sizeof *known->place_numbers,
				 KNOWN_PLACES_MAX, e)) < 0)
			return code;
		known->place_numbers[number] = 0;
	}
	*ret_number = &known->place_numbers[number];
	return 0;
}

int
import_stay_put_place(
	struct import *import, const struct record_field *field, const char *kind, place_number *ret_place, struct error *e)
{
	place_number *known;
	int code;

	if ((code = known_place(import, field->text, field->length, &known, e)) < 0)
		return code;
	if (known && *known) {
		*ret_place = *known;
		return 0;
	}
	if ((code = look_up_place(import, field, kind, ret_place, e)) == 0 && known)
		*known = *ret_place;
	return code;
}

int
import_stay_put_vehicle(
	struct import *import, const struct presence_place *vehicle, place_number *ret_place, struct error *e)
{
	/* That a vehicle is a place is no import's word: others travelled in it too. */
	const struct presence_source source = {.recorded_at = import->source.recorded_at};
	place_number *known;
	int code;

	if ((code = known_place(import, vehicle->code, strlen(vehicle->code), &known, e)) < 0)
		return code;
	if (known && *known) {
		*ret_place = *known;
		return 0;
	}
	if ((code = presence_put_place(import->presence, vehicle, &source, ret_place, e)) < 0)
		return code;
	if (known)
		*known = *ret_place;
	return 0;
}

void
stays_known_free(struct stays_known *known)
{
	texts_free(&known->places);
	free(known->place_numbers);
	free(known->people);
	*known = (struct stays_known){0};
}

/* The cells' size is the pack's: it decides who counts as having been in the same one. */
static int
read_where(struct import *import, const struct row *row, struct where *where, struct error *e)
{
	const json_t *size = pack_parameter(import->pack, "cell_size_m");
	bool coordinates = row->fields[LATITUDE] || row->fields[LONGITUDE];

	if (!row->fields[PLACE] == !coordinates)
		return import_refuse(import, row, PLACE, e, "a place, or latitude and longitude, is needed");
	where->code = row->fields[PLACE];
	if (where->code)
		return import_stay_check_place(import, row, PLACE, e);
	if (!json_is_integer(size) || json_integer_value(size) < CELL_SIZE_LEAST_M ||
		json_integer_value(size) > CELL_SIZE_MOST_M)
		return import_refuse(
			import, row, LATITUDE, e, "the pack has no parameter cell_size_m for stays by coordinates");
	where->cell_size_m = (uint32_t)json_integer_value(size);
	return import_coordinates(import, row, LATITUDE, &where->latitude_e7, &where->longitude_e7, e);
}

int
import_stay_add(struct import *import, const struct row *row, size_t column, const struct presence_stay *stay,
	enum taken *ret_taken, struct error *e)
{
	int code;

	if ((code = presence_load_add(import->state, stay, e)) < 0)
		return import_refuse_for(import, row, column, code, e);
	if ((code = moved_add(&import->moved, stay->person, e)) < 0)
		return code;
	*ret_taken = TAKEN_LATER;
	return 0;
}

static int
take(struct import *import, const struct row *row, enum taken *ret_taken, struct error *e)
{
	static const struct stay_person_columns whose = {ID_NUMBER, PERSON};
	struct presence_stay stay = {0};
	struct where where = {0};
	int code;

	if ((code = import_stay_check_person(import, row, whose, e)) < 0 ||
		(code = read_where(import, row, &where, e)) < 0 || (code = read_times(import, row, &stay, e)) < 0 ||
		(code = import_stay_read_seat(import, row, SEAT, &stay.seat, e)) < 0 ||
		(code = read_yes_or_no(import, row, PROTECTED, &stay.protected, e)) < 0 ||
		(code = read_yes_or_no(import, row, OUTDOOR, &stay.outdoor, e)) < 0 ||
		(code = import_stay_read_person(import, row, whose, &stay.person, e)) < 0)
		return code;
	code = where.code ? import_stay_put_place(import, where.code, kind_unknown, &stay.place, e)
					  : put_cell(import, &where, &stay.place, e);
	return code < 0 ? code : import_stay_add(import, row, FROM, &stay, ret_taken, e);
}

int
import_stays_begin(struct import *import, struct error *e)
{
	struct presence_load *load;
	int code = presence_load_new(import->presence, &import->source, &load, e);

	if (code == 0)
		import->state = load;
	return code;
}

int
import_stays_finish(struct import *import, struct error *e)
{
	struct presence_counts counts;
	int code = presence_load_finish(import->state, &counts, e);

	if (code < 0)
		return code;
	import_count(import, TAKEN_NEW, (uint64_t)counts.added);
	import_count(import, TAKEN_CHANGED, (uint64_t)counts.changed);
	import_count(import, TAKEN_UNCHANGED, (uint64_t)counts.unchanged);
	return 0;
}

void
import_stays_end(struct import *import)
{
	presence_load_free(import->state);
}

const struct import_kind import_stays = {.name = "stays",
	.forms = FORM("stays", columns),
	.form_count = 1,
	.begin = import_stays_begin,
	.take = take,
	.finish = import_stays_finish,
	.end = import_stays_end};
