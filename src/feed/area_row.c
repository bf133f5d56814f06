#include "feed/area_row.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "place/place.h"

enum { DATE, COUNTRY, DIVISION, PROVINCE, CITY, CONFIRMED, DEATHS, RECOVERED, SOURCE };
static const struct row_column plain[] = {{"date", true}, {"country", true}, {"division", false}, {"province", false},
	{"city", false}, {"confirmed", true}, {"deaths", false}, {"recovered", false}, {"source", false}};

enum {
	CHINA_DATE,
	CHINA_COUNTRY,
	CHINA_COUNTRY_CODE,
	CHINA_PROVINCE,
	CHINA_PROVINCE_CODE,
	CHINA_CITY,
	CHINA_CITY_CODE,
	CHINA_CONFIRMED,
	CHINA_SUSPECTED,
	CHINA_CURED,
	CHINA_DEAD
};
/* "country" and "countryCode" may be empty, one of them, so neither is required in a row; see china_row_read. */
static const struct row_column china[] = {{"date", true}, {"country", true}, {"countryCode", false},
	{"province", false}, {"provinceCode", false}, {"city", false}, {"cityCode", false}, {"confirmed", true},
	{"suspected", false}, {"cured", false}, {"dead", false}};

/* Both generations of the daily reports in one order. */
enum { CSSE_PROVINCE, CSSE_COUNTRY, CSSE_UPDATED, CSSE_CONFIRMED, CSSE_DEATHS, CSSE_RECOVERED };
static const struct row_column csse[] = {{"Province_State", false}, {"Country_Region", true}, {"Last_Update", false},
	{"Confirmed", false}, {"Deaths", false}, {"Recovered", false}, {"FIPS", false}, {"Admin2", false}, {"Lat", false},
	{"Long_", false}, {"Active", false}, {"Combined_Key", false}, {"Incidence_Rate", false}, {"Incident_Rate", false},
	{"Case-Fatality_Ratio", false}, {"Case_Fatality_Ratio", false}};
static const struct row_column csse_early[] = {{"Province/State", false}, {"Country/Region", true},
	{"Last Update", false}, {"Confirmed", false}, {"Deaths", false}, {"Recovered", false}, {"Latitude", false},
	{"Longitude", false}};

#define COLUMNS(table) sizeof(table) / sizeof *(table), table

const struct row_form area_forms[AREA_FORM_COUNT] = {
	[AREA_PLAIN] = {"counts", COLUMNS(plain)},
	[AREA_CHINA] = {"the China series", COLUMNS(china)},
	[AREA_CSSE] = {"a CSSE daily report", COLUMNS(csse)},
	[AREA_CSSE_EARLY] = {"an early CSSE daily report", COLUMNS(csse_early)},
};

/* The source that each form's counts are of, where a row doesn't name one. */
static const char *const area_sources[AREA_FORM_COUNT] = {
	[AREA_PLAIN] = "counts",
	[AREA_CHINA] = "china-series",
	[AREA_CSSE] = "csse",
	[AREA_CSSE_EARLY] = "csse",
};

static int
refuse(
	const struct rows *rows, const struct row *row, const struct record_field *field, struct error *e, const char *why)
{
	error_set(e, ERROR_BAD_INPUT, "%s: \"%.64s\"", why, field->text);
	return rows_refuse(rows, row, field, e);
}

/* A count; ${absent} where the row has none. */
static int
read_number(
	const struct rows *rows, const struct row *row, size_t column, int64_t absent, int64_t *ret_number, struct error *e)
{
	const struct record_field *field = row->fields[column];

	if (!field)
		*ret_number = absent;
	else if (!text_integer(field->text, field->length, 0, AREA_COUNT_MAX, ret_number))
		return refuse(rows, row, field, e, "a count from 0 to 2000000000 expected");
	return 0;
}

static int
read_date(const struct rows *rows, const struct row *row, size_t column, day_number *ret_day, struct error *e)
{
	const struct record_field *field = row->fields[column];

	if (day_read(field->text, field->length, ret_day, e) < 0) {
		error_set(e, ERROR_BAD_INPUT, "a date (YYYY-MM-DD) expected: \"%.32s\"", field->text);
		return rows_refuse(rows, row, field, e);
	}
	return 0;
}

static void
set_division(char area[AREA_KEY_SIZE], const struct division *division)
{
	snprintf(area, AREA_KEY_SIZE, "%06u", (unsigned)division->code);
}

/* "WHOLE:NAME"; refused where the name is too long to be one. */
static int
set_part(const struct rows *rows, const struct row *row, const char *whole, const struct record_field *name,
	char area[AREA_KEY_SIZE], struct error *e)
{
	if (name->length + strlen(whole) + 2 > AREA_KEY_SIZE)
		return refuse(rows, row, name, e, "a place's name is longer than the maximum of 88 bytes");
	snprintf(area, AREA_KEY_SIZE, "%s:%s", whole, name->text);
	return 0;
}

/* By name, code of two or three letters, or NULL. */
static const struct country *
country_of(const struct record_field *field)
{
	const struct country *country = field ? country_find(field->text, field->length) : NULL;

	return country || !field ? country : country_by_name(field->text, field->length);
}

static bool
is_china(const struct country *country)
{
	return strcmp(country->alpha2, "CN") == 0;
}

int
area_source_read(
	const struct rows *rows, const struct row *row, size_t column, char source[AREA_SOURCE_SIZE], struct error *e)
{
	const struct record_field *field = row->fields[column];

	if (!field)
		return 0;
	if (field->length >= AREA_SOURCE_SIZE ||
		strspn(field->text, "abcdefghijklmnopqrstuvwxyz0123456789-") != field->length)
		return refuse(rows, row, field, e, "a source's name is of a-z, 0-9 and '-', 32 at most");
	memcpy(source, field->text, field->length + 1);
	return 0;
}

/* The division that its code, or province and city by name, mean; NULL for the whole country. */
static int
read_division(const struct rows *rows, const struct row *row, const struct area_columns *columns,
	const struct division **ret_division, struct error *e)
{
	const struct record_field *code = row->fields[columns->division], *province = row->fields[columns->province],
							  *city = row->fields[columns->city];
	const struct division *found = NULL;

	if (code) {
		if (province || city)
			return refuse(rows, row, code, e, "either a division's code or names, not both");
		found = division_find_text(code->text, code->length);
		if (!found)
			return refuse(rows, row, code, e, "no division of GB/T 2260 has this code");
	} else if (province) {
		found = division_by_name(NULL, province->text, province->length);
		if (!found)
			return refuse(rows, row, province, e, "no province has this name");
		if (city)
			found = division_by_name(found, city->text, city->length);
		if (!found)
			return refuse(rows, row, city, e, "no one place of that province has this name");
	} else if (city) {
		return refuse(rows, row, city, e, "a city's name needs its province's");
	}
	*ret_division = found;
	return 0;
}

int
area_place_read(const struct rows *rows, const struct row *row, const struct area_columns *columns,
	char area[AREA_KEY_SIZE], char country_code[3], struct error *e)
{
	const struct record_field *name = row->fields[columns->country];
	const struct country *country = country_of(name);
	const struct division *division = NULL;
	int code;

	if (!country)
		return refuse(rows, row, name, e, "no country has this name or code");
	if ((code = read_division(rows, row, columns, &division, e)) < 0)
		return code;
	if (division && !is_china(country))
		return refuse(rows, row, name, e, "divisions are known of CN only, not of this country");
	if (division)
		set_division(area, division);
	else
		snprintf(area, AREA_KEY_SIZE, "%s", country->alpha2);
	memcpy(country_code, country->alpha2, sizeof country->alpha2);
	return 0;
}

static int
plain_row_read(const struct rows *rows, const struct row *row, struct area_count *count, struct error *e)
{
	static const struct area_columns place = {COUNTRY, DIVISION, PROVINCE, CITY};
	char country[3];
	int code;

	if ((code = area_place_read(rows, row, &place, count->area, country, e)) < 0)
		return code;
	if ((code = area_source_read(rows, row, SOURCE, count->source, e)) < 0 ||
		(code = read_date(rows, row, DATE, &count->day, e)) < 0 ||
		(code = read_number(rows, row, CONFIRMED, 0, &count->confirmed, e)) < 0 ||
		(code = read_number(rows, row, DEATHS, AREA_UNKNOWN, &count->deaths, e)) < 0)
		return code;
	return read_number(rows, row, RECOVERED, AREA_UNKNOWN, &count->recovered, e);
}

/* The division of that code where it is one inside ${within}, else of that name there, else NULL. A "city" that is the
 * province itself is none. */
static const struct division *
china_division(const struct division *within, const struct record_field *code, const struct record_field *name)
{
	const struct division *found = code ? division_find_text(code->text, code->length) : NULL;

	if (found && within && (found == within || !division_contains(within, found)))
		found = NULL;
	if (!found && name)
		found = division_by_name(within, name->text, name->length);
	return found;
}

static int
china_area(const struct rows *rows, const struct row *row, char area[AREA_KEY_SIZE], struct error *e)
{
	const struct record_field *province_name = row->fields[CHINA_PROVINCE], *city_name = row->fields[CHINA_CITY];
	const struct country *country = country_of(row->fields[CHINA_COUNTRY_CODE]);
	const struct division *province, *city;

	if (!country)
		country = country_of(row->fields[CHINA_COUNTRY]);
	if (!country)
		return set_part(rows, row, "ZZ", row->fields[CHINA_COUNTRY], area, e);
	if (!province_name && !city_name) {
		snprintf(area, AREA_KEY_SIZE, "%s", country->alpha2);
		return 0;
	}
	if (!is_china(country))
		return set_part(rows, row, country->alpha2, city_name ? city_name : province_name, area, e);
	if (!province_name)
		return refuse(rows, row, city_name, e, "a city's name needs its province's");
	province = china_division(NULL, row->fields[CHINA_PROVINCE_CODE], province_name);
	if (!province)
		return refuse(rows, row, province_name, e, "no province has this name");
	set_division(area, province);
	if (!city_name)
		return 0;
	city = china_division(province, row->fields[CHINA_CITY_CODE], city_name);
	if (city) {
		set_division(area, city);
		return 0;
	}

	char whole[AREA_CODE_SIZE];

	snprintf(whole, sizeof whole, "%06u", (unsigned)province->code);
	return set_part(rows, row, whole, city_name, area, e);
}

static int
china_row_read(const struct rows *rows, const struct row *row, struct area_count *count, struct error *e)
{
	int code;

	if ((code = china_area(rows, row, count->area, e)) < 0 ||
		(code = read_date(rows, row, CHINA_DATE, &count->day, e)) < 0 ||
		(code = read_number(rows, row, CHINA_CONFIRMED, 0, &count->confirmed, e)) < 0 ||
		(code = read_number(rows, row, CHINA_DEAD, AREA_UNKNOWN, &count->deaths, e)) < 0)
		return code;
	return read_number(rows, row, CHINA_CURED, AREA_UNKNOWN, &count->recovered, e);
}

int
area_row_read(const struct rows *rows, const struct row *row, struct area_count *ret_count, struct error *e)
{
	struct area_count count = {0};
	int code;

	snprintf(count.source, sizeof count.source, "%s", area_sources[rows_form(rows)]);
	code = rows_form(rows) == AREA_CHINA ? china_row_read(rows, row, &count, e) : plain_row_read(rows, row, &count, e);
	if (code < 0)
		return code;
	*ret_count = count;
	return 0;
}

/* "2020-03-24 23:37:31", "2020-02-01T11:53:00", "1/22/2020 17:00", "3/22/20 23:45": the day of it. */
static bool
read_updated(const struct record_field *field, day_number *ret_day)
{
	unsigned month, day, year;
	char text[TIME_TEXT_SIZE];
	int end = 0;

	if (!field)
		return false;
	if (field->length >= 10 && day_read(field->text, 10, ret_day, NULL) == 0)
		return true;
	if (sscanf(field->text, "%2u/%2u/%4u%n", &month, &day, &year, &end) != 3 ||
		(field->text[end] && field->text[end] != ' '))
		return false;
	snprintf(text, sizeof text, "%04u-%02u-%02u", year < 100 ? year + 2000 : year, month, day);
	return day_read(text, strlen(text), ret_day, NULL) == 0;
}

int
csse_row_read(const struct rows *rows, const struct row *row, struct csse_row *ret_row, struct error *e)
{
	struct csse_row read = {0};
	const struct record_field *province = row->fields[CSSE_PROVINCE];
	const struct country *country = country_of(row->fields[CSSE_COUNTRY]);
	int code;

	if (!country) {
		if ((code = set_part(rows, row, "ZZ", row->fields[CSSE_COUNTRY], read.count.area, e)) < 0)
			return code;
	} else {
		snprintf(read.count.area, AREA_KEY_SIZE, "%s", country->alpha2);
	}
	if (country && is_china(country) && province) {
		const struct division *found = division_by_name(NULL, province->text, province->length);

		if (found)
			set_division(read.province, found);
		else if ((code = set_part(rows, row, "CN", province, read.province, e)) < 0)
			return code;
	}
	snprintf(read.count.source, sizeof read.count.source, "%s", area_sources[rows_form(rows)]);
	read.day_known = read_updated(row->fields[CSSE_UPDATED], &read.count.day);
	if (row->fields[CSSE_UPDATED] && !read.day_known)
		return refuse(rows, row, row->fields[CSSE_UPDATED], e, "a date and time of last update expected");
	if ((code = read_number(rows, row, CSSE_CONFIRMED, 0, &read.count.confirmed, e)) < 0 ||
		(code = read_number(rows, row, CSSE_DEATHS, 0, &read.count.deaths, e)) < 0 ||
		(code = read_number(rows, row, CSSE_RECOVERED, 0, &read.count.recovered, e)) < 0)
		return code;
	*ret_row = read;
	return 0;
}

bool
csse_file_day(const char *path, day_number *ret_day)
{
	const char *name = strrchr(path, '/');
	char text[TIME_TEXT_SIZE];

	name = name ? name + 1 : path;
	if (strlen(name) < 10 || name[2] != '-' || name[5] != '-' || (name[10] && name[10] != '.'))
		return false;
	snprintf(text, sizeof text, "%.4s-%.5s", name + 6, name);
	return day_read(text, strlen(text), ret_day, NULL) == 0;
}
