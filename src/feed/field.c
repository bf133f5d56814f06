#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "credential/credential.h"
#include "feed/import.h"
#include "place/place.h"

int
import_refuse(struct import *import, const struct row *row, size_t column, struct error *e, const char *why)
{
	error_set(e, ERROR_BAD_INPUT, "%s", why);
	return rows_refuse(import->rows, row, row->fields[column], e);
}

int
import_refuse_for(struct import *import, const struct row *row, size_t column, int code, struct error *e)
{
	if (code != ERROR_BAD_INPUT && code != ERROR_EXISTS_NOT && code != ERROR_TOO_LARGE && code != ERROR_DENIED)
		return code;
	return rows_refuse(import->rows, row, row->fields[column], e);
}

const char *
import_text(const struct row *row, size_t column)
{
	return row->fields[column] ? row->fields[column]->text : NULL;
}

int
import_time(struct import *import, const struct row *row, size_t column, instant *ret_at, struct error *e)
{
	const struct record_field *field = row->fields[column];

	if (time_read_after(field->text, field->length, import->zone, &import->before, ret_at, e) < 0)
		return rows_refuse(import->rows, row, field, e);
	return 0;
}

int
import_time_or(
	struct import *import, const struct row *row, size_t column, instant absent, instant *ret_at, struct error *e)
{
	if (row->fields[column])
		return import_time(import, row, column, ret_at, e);
	*ret_at = absent;
	return 0;
}

int
import_check_id(struct import *import, const struct row *row, size_t column, struct error *e)
{
	const struct record_field *field = row->fields[column];
	struct id_number id;

	if (id_number_read(field->text, field->length, &id, e) < 0)
		return rows_refuse(import->rows, row, field, e);
	return 0;
}

int
import_person(struct import *import, const struct row *row, size_t column, person_number *ret_person, struct error *e)
{
	const struct record_field *field = row->fields[column];
	int code = registry_person_by_id_number(
		import->registry, field->text, field->length, true, import->source.import, ret_person, e);

	return code < 0 ? import_refuse_for(import, row, column, code, e) : 0;
}

int
import_country(struct import *import, const struct row *row, size_t column, char code[3], struct error *e)
{
	const struct record_field *field = row->fields[column];
	const struct country *country = country_find(field->text, field->length);

	if (!country)
		country = country_by_name(field->text, field->length);
	if (!country)
		return import_refuse(import, row, column, e, "no country has this name or code");
	memcpy(code, country->alpha2, sizeof country->alpha2);
	return 0;
}

int
import_check_division(struct import *import, const struct row *row, size_t column, struct error *e)
{
	const struct record_field *field = row->fields[column];

	if (field && !division_find_text(field->text, field->length))
		return import_refuse(import, row, column, e, "no division of GB/T 2260 has this code");
	return 0;
}

const char *
coordinates_read(const struct field_text *latitude, const struct field_text *longitude, int32_t *ret_latitude_e7,
	int32_t *ret_longitude_e7, size_t *ret_which)
{
	int64_t latitude_e7, longitude_e7;

	*ret_which = latitude->length == 0; /* the one that is there */
	if (!latitude->length || !longitude->length)
		return "latitude and longitude go together";
	*ret_which = 0;
	if (!text_decimal(latitude->text, latitude->length, 7, &latitude_e7) || !coordinates_valid(latitude_e7, 0))
		return "a latitude from -90 to 90 degrees expected";
	*ret_which = 1;
	if (!text_decimal(longitude->text, longitude->length, 7, &longitude_e7) || !coordinates_valid(0, longitude_e7))
		return "a longitude from -180 to 180 degrees expected";
	*ret_latitude_e7 = (int32_t)latitude_e7;
	*ret_longitude_e7 = (int32_t)longitude_e7;
	return NULL;
}

int
import_coordinates(struct import *import, const struct row *row, size_t latitude_column, int32_t *ret_latitude_e7,
	int32_t *ret_longitude_e7, struct error *e)
{
	const struct field_text *fields = rows_fields(import->rows, row);
	const char *why;
	size_t which;

	why = coordinates_read(
		&fields[latitude_column], &fields[latitude_column + 1], ret_latitude_e7, ret_longitude_e7, &which);
	return why ? import_refuse(import, row, latitude_column + which, e, why) : 0;
}

bool
import_is_word(const char *text)
{
	size_t length = strlen(text);

	return length >= 1 && length <= 32 && text[0] >= 'a' && text[0] <= 'z' &&
		strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}

json_t *
import_time_json(instant at)
{
	char text[TIME_TEXT_SIZE];

	return json_string(time_write(at, &zone_utc, text));
}

int
import_evidence(struct import *import, enum evidence_kind kind, person_number person, const char *key, instant at,
	json_t *body, enum taken *ret_taken, struct error *e)
{
	struct buffer text = buffer_make(EVIDENCE_BODY_MAX);
	enum evidence_outcome outcome;
	int code;

	if (!body)
		return error_no_memory(e);
	if ((code = json_write(body, &text, e)) < 0)
		goto out;

	const struct evidence_row row = {.kind = kind,
		.person = person,
		.key = key,
		.at = at,
		.body = buffer_text(&text),
		.recorded_at = import->source.recorded_at,
		.import_id = import->source.import};

	if (person)
		code = registry_evidence_put(import->registry, &row, &outcome, e);
	else
		code = evidence_put(registry_db(import->registry), &row, &outcome, e);
	if (code < 0)
		goto out;
	*ret_taken = (enum taken)outcome;
	code = 0;
out:
	json_decref(body);
	buffer_free(&text);
	return code;
}
