/* places: where people can be at the same time as others. Natural key: the place's code. */

#include <string.h>

#include "feed/import.h"

enum { PLACE, KIND, NAME, DIVISION, COUNTRY, LATITUDE, LONGITUDE };
static const struct row_column columns[] = {{"place", true}, {"kind", true}, {"name", true}, {"division", false},
	{"country", false}, {"latitude", false}, {"longitude", false}};

/* Copy a column's text where it fits. */
static int
copy(struct import *import, const struct row *row, size_t column, char *text, size_t size, struct error *e)
{
	const struct record_field *field = row->fields[column];

	if (!field)
		return 0;
	if (field->length >= size) {
		error_set(e, ERROR_BAD_INPUT, "longer than the maximum of %zu bytes", size - 1);
		return rows_refuse(import->rows, row, field, e);
	}
	memcpy(text, field->text, field->length + 1);
	return 0;
}

static int
take(struct import *import, const struct row *row, enum taken *ret_taken, struct error *e)
{
	static const enum taken taken[] = {
		[PRESENCE_UNCHANGED] = TAKEN_UNCHANGED, [PRESENCE_NEW] = TAKEN_NEW, [PRESENCE_CHANGED] = TAKEN_CHANGED};
	struct presence_place place = {0};
	place_number number;
	int code;

	if ((code = copy(import, row, PLACE, place.code, sizeof place.code, e)) < 0 ||
		(code = copy(import, row, KIND, place.kind, sizeof place.kind, e)) < 0 ||
		(code = copy(import, row, NAME, place.name, sizeof place.name, e)) < 0 ||
		(code = import_check_division(import, row, DIVISION, e)) < 0 ||
		(code = copy(import, row, DIVISION, place.division, sizeof place.division, e)) < 0)
		return code;
	if (!import_is_word(place.kind))
		return import_refuse(import, row, KIND, e, "a kind is a word such as venue, household or carriage");
	if (row->fields[COUNTRY])
		code = import_country(import, row, COUNTRY, place.country, e);
	else if (place.division[0])
		strcpy(place.country, "CN"); /* whose divisions GB/T 2260 lists */
	if (code < 0)
		return code;
	if (row->fields[LATITUDE] || row->fields[LONGITUDE]) {
		code = import_coordinates(import, row, LATITUDE, &place.latitude_e7, &place.longitude_e7, e);
		if (code < 0)
			return code;
		place.positioned = true;
	}
	if ((code = presence_put_place(import->presence, &place, &import->source, &number, e)) < 0)
		return import_refuse_for(import, row, PLACE, code, e);
	*ret_taken = taken[code];
	import->moved.anybody |= code == PRESENCE_CHANGED;
	return 0;
}

const struct import_kind import_places = {
	.name = "places", .forms = FORM("places", columns), .form_count = 1, .take = take};
