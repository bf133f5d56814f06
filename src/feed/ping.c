#include "feed/ping.h"

#include "feed/feed.h"

#include "base/json_check.h"
#include "base/text.h"
#include "place/place.h"

enum { DEVICE, ID_NUMBER, PERSON, AT, LATITUDE, LONGITUDE, ACCURACY, CELL };
static const struct row_column columns[] = {{"device", false}, {"id_number", false}, {"person", false}, {"at", true},
	{"latitude", false}, {"longitude", false}, {"accuracy_m", false}, {"cell", false}};

const struct row_form ping_form = {"pings", sizeof columns / sizeof *columns, columns};

enum { KEY_MOST = 64, ACCURACY_MOST_M = 100000, MINUTES_MOST = 10080 };

static int
read_whose(struct import *import, const struct row *row, struct ping *ping, struct error *e)
{
	static const struct {
		size_t column;
		enum ping_whose whose;
	} ways[] = {{DEVICE, PING_DEVICE}, {ID_NUMBER, PING_ID_NUMBER}, {PERSON, PING_PERSON}};

	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		const struct record_field *field = row->fields[ways[i].column];

		if (!field)
			continue;
		if (ping->key)
			return import_refuse(import, row, ways[i].column, e, "only one of device, id_number and person");
		if (field->length > KEY_MOST)
			return import_refuse(import, row, ways[i].column, e, "more than the maximum of 64 bytes");
		ping->key = field;
		ping->whose = ways[i].whose;
	}
	return ping->key ? 0 : import_refuse(import, row, DEVICE, e, "one of device, id_number and person is needed");
}

static int
read_accuracy(struct import *import, const struct row *row, struct ping *ping, struct error *e)
{
	const struct record_field *field = row->fields[ACCURACY];
	int64_t centimetres;

	if (!field)
		return 0;
	if (!text_decimal(field->text, field->length, 2, &centimetres) || centimetres < 0 ||
		centimetres > ACCURACY_MOST_M * INT64_C(100))
		return import_refuse(import, row, ACCURACY, e, "metres from 0 to 100000 expected");
	ping->position.accuracy_m = (uint32_t)((centimetres + 99) / 100);
	return 0;
}

static int
read_where(struct import *import, const struct row *row, struct ping *ping, struct error *e)
{
	int r;

	ping->cell = row->fields[CELL];
	if (!ping->cell == !(row->fields[LATITUDE] || row->fields[LONGITUDE]))
		return import_refuse(import, row, CELL, e, "a cell, or latitude and longitude, is needed");
	if (ping->cell)
		return ping->cell->length >= PRESENCE_CODE_SIZE
			? import_refuse(import, row, CELL, e, "a cell's code has at most 64 bytes")
			: 0;
	if ((r = import_coordinates(import, row, LATITUDE, &ping->position.latitude_e7, &ping->position.longitude_e7, e)) <
		0)
		return r;
	return read_accuracy(import, row, ping, e);
}

int
ping_read(struct import *import, const struct row *row, struct ping *ret_ping, struct error *e)
{
	struct ping ping = {.key = NULL};
	int r;

	if ((r = read_whose(import, row, &ping, e)) < 0 || (r = import_time(import, row, AT, &ping.position.at, e)) < 0 ||
		(r = read_where(import, row, &ping, e)) < 0)
		return r;
	*ret_ping = ping;
	return 0;
}

int
ping_refuse(struct import *import, const struct row *row, const struct ping *ping, int code, struct error *e)
{
	static const size_t column_of[] = {[PING_DEVICE] = DEVICE, [PING_ID_NUMBER] = ID_NUMBER, [PING_PERSON] = PERSON};

	return import_refuse_for(import, row, column_of[ping->whose], code, e);
}

int
ping_refuse_late(struct import *import, const struct row *row, const char *why, struct error *e)
{
	return import_refuse(import, row, AT, e, why);
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
