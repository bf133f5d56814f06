#include "feed/ping.h"

#include "feed/feed.h"

#include "base/json_check.h"
#include "base/text.h"
#include "place/place.h"

static const struct row_column columns[] = {[PING_DEVICE] = {"device", false},
	[PING_ID_NUMBER] = {"id_number", false},
	[PING_PERSON] = {"person", false},
	[PING_AT] = {"at", true},
	[PING_LATITUDE] = {"latitude", false},
	[PING_LONGITUDE] = {"longitude", false},
	[PING_ACCURACY] = {"accuracy_m", false},
	[PING_CELL] = {"cell", false}};

const struct row_form ping_form = {"pings", PING_COLUMNS, columns};

enum { KEY_MOST = 64, ACCURACY_MOST_M = 100000, MINUTES_MOST = 10080 };

static int
wrong(enum ping_column column, const char *why, enum ping_column *ret_column, struct error *e)
{
	*ret_column = column;
	return error_set(e, ERROR_BAD_INPUT, "%s", why);
}

static int
read_whose(const struct field_text *fields, struct ping *ping, enum ping_column *ret_column, struct error *e)
{
	for (enum ping_column way = PING_DEVICE; way < PING_WAYS; way++) {
		if (!fields[way].length)
			continue;
		if (ping->key)
			return wrong(way, "only one of device, id_number and person", ret_column, e);
		if (fields[way].length > KEY_MOST)
			return wrong(way, "more than the maximum of 64 bytes", ret_column, e);
		ping->key = &fields[way];
		ping->whose = way;
	}
	return ping->key ? 0 : wrong(PING_DEVICE, "one of device, id_number and person is needed", ret_column, e);
}

/* "7" or "35", as it mostly is; one digit or two take the same way. */
static bool
read_few_metres(const struct field_text *field, uint32_t *ret_metres)
{
	const uint32_t first = (unsigned char)field->text[0] - UINT32_C(48),
				   last = (unsigned char)field->text[field->length - 1] - UINT32_C(48);

	if (field->length > 2 || first > 9 || last > 9)
		return false;
	*ret_metres = last + (uint32_t)(field->length - 1) * 10 * first;
	return true;
}

static int
read_accuracy(const struct field_text *field, struct ping *ping, enum ping_column *ret_column, struct error *e)
{
	int64_t centimetres;

	if (!field->length)
		return 0;
	if (read_few_metres(field, &ping->position.accuracy_m))
		return 0;
	if (!text_decimal(field->text, field->length, 2, &centimetres) || centimetres < 0 ||
		centimetres > ACCURACY_MOST_M * INT64_C(100))
		return wrong(PING_ACCURACY, "metres from 0 to 100000 expected", ret_column, e);
	ping->position.accuracy_m = (uint32_t)((centimetres + 99) / 100);
	return 0;
}

static int
read_where(const struct field_text *fields, struct ping *ping, enum ping_column *ret_column, struct error *e)
{
	const char *why;
	size_t which;

	ping->cell = fields[PING_CELL].length ? &fields[PING_CELL] : NULL;
	if (!ping->cell == !(fields[PING_LATITUDE].length || fields[PING_LONGITUDE].length))
		return wrong(PING_CELL, "a cell, or latitude and longitude, is needed", ret_column, e);
	if (ping->cell)
		return ping->cell->length >= PRESENCE_CODE_SIZE
			? wrong(PING_CELL, "a cell's code has at most 64 bytes", ret_column, e)
			: 0;
	why = coordinates_read(&fields[PING_LATITUDE], &fields[PING_LONGITUDE], &ping->position.latitude_e7,
		&ping->position.longitude_e7, &which);
	if (why)
		return wrong(PING_LATITUDE + which, why, ret_column, e);
	return read_accuracy(&fields[PING_ACCURACY], ping, ret_column, e);
}

/* What the fields say; or ERROR_BAD_INPUT, and which of them is wrong. Written where it goes: a copy made of it at once would wait for it. */
static int
read_fields(struct import *import, const struct field_text *fields, struct ping *ping, enum ping_column *ret_column,
	struct error *e)
{
	int r;

	*ping = (struct ping){.key = NULL};
	if ((r = read_whose(fields, ping, ret_column, e)) < 0)
		return r;
	if ((r = time_read_after(
			 fields[PING_AT].text, fields[PING_AT].length, import->zone, &import->before, &ping->position.at, e)) < 0) {
		*ret_column = PING_AT;
		return r;
	}
	return read_where(fields, ping, ret_column, e);
}

int
ping_read(struct import *import, const struct row *row, struct ping *ping, struct error *e)
{
	enum ping_column column;
	int r = read_fields(import, rows_fields(import->rows, row), ping, &column, e);

	return r < 0 ? import_refuse_for(import, row, column, r, e) : 0;
}

int
ping_read_plain(struct import *import, struct ping *ping, struct error *e)
{
	const struct field_text *fields;
	enum ping_column column;
	int r = rows_plain(import->rows, &fields, e);

	return r <= 0 ? r : read_fields(import, fields, ping, &column, NULL) == 0;
}

static void
read_minutes(struct json_check *check, const json_t *section, const char *name, int64_t least, int64_t *ret_s)
{
	int64_t minutes;

	if (json_check_integer(check, "", section, name, least, MINUTES_MOST, &minutes))
		*ret_s = minutes * 60;
}

static void
read_metres(
	struct json_check *check, const json_t *section, const char *name, int64_t least, int64_t most, uint32_t *ret_m)
{
	int64_t metres;

	if (json_check_integer(check, "", section, name, least, most, &metres))
		*ret_m = (uint32_t)metres;
}

static void
read_detection(struct json_check *check, const json_t *section, struct detect_parameters *parameters)
{
	static const char *const required[] = {"radius_m", "minimum_minutes", "gap_minutes", "late_minutes",
		"accuracy_most_m", "neighbour_m", "return_minutes", NULL};
	static const char *const optional[] = {"checkin_minutes", NULL};
	int64_t checkin_s;

	if (!json_check_object(check, "", section, required, optional))
		return;
	read_metres(check, section, "radius_m", 1, DETECT_RADIUS_MOST_M, &parameters->radius_m);
	read_minutes(check, section, "minimum_minutes", 1, &parameters->minimum_s);
	read_minutes(check, section, "gap_minutes", 1, &parameters->gap_s);
	read_minutes(check, section, "late_minutes", 0, &parameters->window_s);
	read_metres(check, section, "accuracy_most_m", 0, ACCURACY_MOST_M, &parameters->accuracy_most_m);
	read_metres(check, section, "neighbour_m", 1, DETECT_RADIUS_MOST_M, &parameters->neighbour_m);
	read_minutes(check, section, "return_minutes", 1, &parameters->return_s);
	read_minutes(check, section, "checkin_minutes", 1, &checkin_s);
}

void
feed_detection_check(const json_t *detection, struct json_check *check)
{
	struct detect_parameters parameters;

	read_detection(check, detection, &parameters);
}

int
detection_read(
	const struct pack *pack, struct detect_parameters *ret_parameters, uint32_t *ret_cell_size_m, struct error *e)
{
	const json_t *section = pack_section(pack, "detection"), *size = pack_parameter(pack, "cell_size_m");
	struct detect_parameters parameters = {.keep_open = true};
	struct json_check check = {.root = "/detection"};
	int r;

	if (!section)
		return error_set(
			e, ERROR_EXISTS_NOT, "the pack %s has no \"detection\" section for pings", pack_jurisdiction(pack));
	if (!json_is_integer(size) || json_integer_value(size) < CELL_SIZE_LEAST_M ||
		json_integer_value(size) > CELL_SIZE_MOST_M)
		return error_set(e, ERROR_EXISTS_NOT, "the pack %s has no parameter cell_size_m for stays by coordinates",
			pack_jurisdiction(pack));
	read_detection(&check, section, &parameters);
	if ((r = json_check_result(&check, e)) < 0)
		return r;
	*ret_parameters = parameters;
	*ret_cell_size_m = (uint32_t)json_integer_value(size);
	return 0;
}

int
detection_checkin(const struct pack *pack, int64_t *ret_lasts_s, struct error *e)
{
	const json_t *minutes = json_object_get(pack_section(pack, "detection"), "checkin_minutes");

	if (!json_is_integer(minutes) || json_integer_value(minutes) < 1 || json_integer_value(minutes) > MINUTES_MOST)
		return error_set(e, ERROR_BAD_INPUT,
			"no left_at, and the pack %s does not say how long a check-in lasts (detection, checkin_minutes)",
			pack_jurisdiction(pack));
	*ret_lasts_s = json_integer_value(minutes) * 60;
	return 0;
}
