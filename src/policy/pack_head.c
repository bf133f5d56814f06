/* pack.json: names, zone, colours, parameters and derived values. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_check.h"
#include "policy/pack_inside.h"

enum { POINTER_MAX = 200, NAME_MAX_LENGTH = 64, TEXT_MAX = 4000, LIST_MAX = 1000 };

static const char *const no_members[] = {NULL};

static bool
is_listed(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

struct place_of_fault {
	struct pack_reading *r;
	size_t file;
};

static void
tell_fault(void *context, const char *pointer, const char *reason)
{
	const struct place_of_fault *place = context;

	pack_fault(place->r, place->file, pointer, "%s", reason);
}

bool
pack_check_members(struct pack_reading *r, size_t file, const char *pointer, const json_t *object,
	const char *const *required, const char *const *optional)
{
	struct place_of_fault place = {r, file};
	struct json_check check = {.on_fault = tell_fault, .context = &place};

	return json_check_object(&check, pointer, object, required, optional);
}

static bool
is_text(const json_t *value)
{
	return json_is_string(value) && json_string_length(value) > 0 && json_string_length(value) <= TEXT_MAX;
}

/* A list of texts, told if it is not one. */
static void
check_texts(struct pack_reading *r, size_t file, const char *name, const json_t *list)
{
	char place[POINTER_MAX];
	json_t *item;
	size_t i;

	snprintf(place, sizeof place, "/%s", name);
	if (!list)
		return;
	if (!json_is_array(list) || json_array_size(list) > LIST_MAX)
		pack_fault(r, file, place, "a list of at most %d texts expected", LIST_MAX);
	else
		json_array_foreach(list, i, item) if (!is_text(item))
		{
			snprintf(place, sizeof place, "/%s/%zu", name, i);
			pack_fault(r, file, place, "a text expected");
		}
}

/* The conditions in an object are the gate's to check. */
static void
check_recognises(struct pack_reading *r, size_t file, const json_t *list)
{
	char place[POINTER_MAX];
	json_t *item;
	size_t i;

	if (list && (!json_is_array(list) || json_array_size(list) > LIST_MAX))
		pack_fault(r, file, "/recognises", "a list of at most %d jurisdictions expected", LIST_MAX);
	json_array_foreach(list, i, item) if (!is_text(item) && !is_text(json_object_get(item, "jurisdiction")))
	{
		snprintf(place, sizeof place, "/recognises/%zu", i);
		pack_fault(r, file, place, "a jurisdiction's name, or an object with one, expected");
	}
}

static bool
is_name(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length <= NAME_MAX_LENGTH && name[0] >= 'a' && name[0] <= 'z' &&
		strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

/* "+08:00" as seconds. */
static bool
read_offset(const json_t *value, int32_t *ret_offset_s)
{
	char text[TIME_TEXT_SIZE];
	instant at;

	if (json_string_length(value) != 6)
		return false;
	snprintf(text, sizeof text, "1970-01-01T00:00:00%s", json_string_value(value));
	if (time_read(text, strlen(text), &zone_utc, &at, NULL) < 0)
		return false;
	*ret_offset_s = (int32_t)-at;
	return true;
}

static int
read_zone_steps(struct pack_reading *r, size_t file, const json_t *steps)
{
	static const char *const step_members[] = {"from", "offset", NULL};
	struct zone *zone = &r->pack->zone;
	json_t *item;
	size_t i;

	if (!steps)
		return 0;
	if (!json_is_array(steps) || json_array_size(steps) > ZONE_STEPS_MAX) {
		pack_fault(r, file, "/time_zone/steps", "a list of at most %d steps expected", ZONE_STEPS_MAX);
		return 0;
	}
	if (!(r->pack->steps = calloc(json_array_size(steps) + 1, sizeof *r->pack->steps)))
		return ERROR_NO_MEMORY;
	json_array_foreach(steps, i, item)
	{
		struct zone_step *step = &r->pack->steps[zone->step_count];
		const json_t *from = json_object_get(item, "from");
		char place[POINTER_MAX];

		snprintf(place, sizeof place, "/time_zone/steps/%zu", i);
		if (!pack_check_members(r, file, place, item, step_members, no_members))
			continue;
		if (!json_is_string(from) ||
			time_read(json_string_value(from), json_string_length(from), &zone_utc, &step->from, NULL) < 0 ||
			!read_offset(json_object_get(item, "offset"), &step->offset_s))
			pack_fault(r, file, place, "a time \"from\" and an \"offset\" such as \"+08:00\" expected");
		else if (zone->step_count > 0 && step[-1].from >= step->from)
			pack_fault(r, file, place, "steps must go forward in time");
		else
			zone->step_count++;
	}
	zone->steps = r->pack->steps;
	return 0;
}

static int
read_zone(struct pack_reading *r, size_t file, const json_t *zone)
{
	static const char *const required[] = {"name", "offset", NULL}, *const optional[] = {"steps", NULL};

	if (!zone || !pack_check_members(r, file, "/time_zone", zone, required, optional))
		return 0;
	if (!is_text(json_object_get(zone, "name")))
		pack_fault(r, file, "/time_zone/name", "a name such as \"Asia/Shanghai\" expected");
	if (!read_offset(json_object_get(zone, "offset"), &r->pack->zone.first_offset_s))
		pack_fault(r, file, "/time_zone/offset", "an offset such as \"+08:00\" expected");
	return read_zone_steps(r, file, json_object_get(zone, "steps"));
}

static void
read_validity(struct pack_reading *r, size_t file, const json_t *valid)
{
	static const char *const required[] = {"from", NULL}, *const optional[] = {"to", NULL};
	const json_t *from = json_object_get(valid, "from"), *to = json_object_get(valid, "to");
	struct pack *pack = r->pack;

	pack->valid_to = INT64_MAX;
	if (!valid || !pack_check_members(r, file, "/valid", valid, required, optional))
		return;
	if (!json_is_string(from) ||
		time_read(json_string_value(from), json_string_length(from), &pack->zone, &pack->valid_from, NULL) < 0)
		pack_fault(r, file, "/valid/from", "a time expected, such as 2020-03-25T00:00:00+08:00");
	if (!to || json_is_null(to))
		return;
	if (!json_is_string(to) ||
		time_read(json_string_value(to), json_string_length(to), &pack->zone, &pack->valid_to, NULL) < 0)
		pack_fault(r, file, "/valid/to", "a time such as 2020-03-25T00:00:00+08:00, or null, expected");
	else if (pack->valid_to <= pack->valid_from)
		pack_fault(r, file, "/valid/to", "the end must be after the beginning");
}

static void
read_colours(struct pack_reading *r, size_t file, const json_t *root)
{
	const json_t *severity = json_object_get(root, "severity"), *first = json_object_get(root, "first_colour");
	unsigned seen = 0;
	json_t *item;
	size_t i;

	if (first)
		pack_read_colour(r, file, "/first_colour", first, &r->pack->first_colour);
	if (!severity)
		return;
	json_array_foreach(severity, i, item)
	{
		enum colour colour;
		char place[POINTER_MAX];

		snprintf(place, sizeof place, "/severity/%zu", i);
		if (!pack_read_colour(r, file, place, item, &colour))
			continue;
		if (seen & 1u << colour)
			pack_fault(r, file, place, "this colour stands here twice");
		else {
			seen |= 1u << colour;
			r->pack->severity[colour] = (int)i;
		}
	}
	if (json_array_size(severity) != COLOUR_COUNT)
		pack_fault(r, file, "/severity", "all four colours expected, the least severe first");
}

static void
read_parameters(struct pack_reading *r, size_t file, const json_t *parameters)
{
	const char *name;
	json_t *value;

	if (!parameters)
		return;
	if (!json_is_object(parameters)) {
		pack_fault(r, file, "/parameters", "an object expected");
		return;
	}
	json_object_foreach((json_t *)parameters, name, value)
	{
		char place[POINTER_MAX];

		snprintf(place, sizeof place, "/parameters/%.64s", name);
		if (!is_name(name))
			pack_fault(r, file, place, "a parameter's name has lower-case letters, digits and _");
		if (json_is_object(value) || json_is_null(value))
			pack_fault(r, file, place, "a number, a text, true, false, or a list of these expected");
	}
}

/* A whole number from ${least} to ${most}, given or by parameter; ${otherwise} where it is not given. */
static int64_t
read_number(struct pack_reading *r, size_t file, const char *place, const json_t *given, int64_t otherwise,
	int64_t least, int64_t most)
{
	const json_t *value = pack_value(r->pack, given);

	if (!given)
		return otherwise;
	if (!value)
		pack_fault(r, file, place, "unknown parameter");
	else if (!json_is_integer(value) || json_integer_value(value) < least || json_integer_value(value) > most)
		pack_fault(r, file, place, "a whole number from %lld to %lld expected", (long long)least, (long long)most);
	else
		return json_integer_value(value);
	return otherwise;
}

static int
read_daily(struct pack_reading *r, size_t file, const char *place, const json_t *given, struct derived *derived)
{
	static const char *const required[] = {"kind", "of", "normal", NULL}, *const optional[] = {"show", NULL};
	const char *of = json_string_value(json_object_get(given, "of"));
	char inner[POINTER_MAX];

	pack_check_members(r, file, place, given, required, optional);
	if (!of || strcmp(of, "checkins") != 0)
		pack_fault(r, file, place, "\"of\" must be \"checkins\"");
	if (!json_object_get(given, "normal"))
		return 0;
	snprintf(inner, sizeof inner, "%.150s/normal", place);
	return pack_compile(
		r, file, inner, json_object_get(given, "normal"), SEES_ITEM, FACT_CHECKINS, &derived->normal, NULL);
}

static void
read_stays(struct pack_reading *r, size_t file, const char *place, const json_t *given, struct derived *derived)
{
	static const char *const required[] = {"kind", "of", "days", "over_minutes", "unit", NULL};
	static const char *const optional[] = {"show", "today", NULL};
	static const char *const units[] = {"country", "province", "city", "division"};
	const char *of = json_string_value(json_object_get(given, "of"));
	const char *unit = json_string_value(json_object_get(given, "unit"));
	const json_t *today = pack_value(r->pack, json_object_get(given, "today"));
	bool known = false;

	pack_check_members(r, file, place, given, required, optional);
	derived->of = of && strcmp(of, "places") == 0 ? VIEW_PLACES
		: of && strcmp(of, "visits") == 0         ? FACT_VISITS
		: of && strcmp(of, "residences") == 0     ? FACT_RESIDENCES
												  : VIEW_LIST_NONE;
	if (derived->of == VIEW_LIST_NONE)
		pack_fault(r, file, place, "\"of\" must be \"visits\", \"residences\" or \"places\"");
	for (size_t i = 0; unit && i < sizeof units / sizeof units[0]; i++)
		if (strcmp(unit, units[i]) == 0) {
			derived->unit = (enum division_unit)i;
			known = true;
		}
	if (!known)
		pack_fault(r, file, place, "\"unit\" must be \"country\", \"province\", \"city\" or \"division\"");
	if (json_object_get(given, "today") && !json_is_boolean(today))
		pack_fault(r, file, place, "\"today\" must be true or false");
	derived->today = json_is_true(today);
	derived->days = (int)read_number(r, file, place, json_object_get(given, "days"), 1, 1, PACK_HORIZON_DAYS_MAX);
	derived->over_s = 60 * read_number(r, file, place, json_object_get(given, "over_minutes"), 0, 0, 60 * 24 * 366);
}

/* Faults are told; a negative return is for lack of memory. */
static int
read_derived(struct pack_reading *r, size_t file, const json_t *all)
{
	struct pack *pack = r->pack;
	const char *name;
	json_t *given;

	if (!all)
		return 0;
	if (!json_is_object(all) || json_object_size(all) > PACK_DERIVED_MAX) {
		pack_fault(r, file, "/derived", "an object of at most %d values expected", PACK_DERIVED_MAX);
		return 0;
	}
	json_object_foreach((json_t *)all, name, given)
	{
		static const char *const taken[] = {"colour", "since", "applied_at", "birth_date", "latest", "overrides", NULL};
		const char *kind = json_string_value(json_object_get(given, "kind"));
		struct derived *derived = &pack->derived[pack->derived_count];
		char place[POINTER_MAX];

		snprintf(place, sizeof place, "/derived/%.64s", name);
		if (!is_name(name) || is_listed(taken, name) || pack_list(pack, name) != VIEW_LIST_NONE) {
			pack_fault(r, file, place, "this name is taken, or is not made of lower-case letters, digits and _");
			continue;
		}
		pack->derived_count++;
		derived->name = name;
		derived->show = json_is_true(json_object_get(given, "show"));
		if (kind && strcmp(kind, "daily") == 0) {
			derived->kind = DERIVED_DAILY;
			if (read_daily(r, file, place, given, derived) == ERROR_NO_MEMORY)
				return ERROR_NO_MEMORY;
		} else if (kind && strcmp(kind, "stays") == 0) {
			derived->kind = DERIVED_STAYS;
			read_stays(r, file, place, given, derived);
		} else {
			pack_fault(r, file, place, "\"kind\" must be \"daily\" or \"stays\"");
		}
	}
	return 0;
}

static void
check_names(struct pack_reading *r, size_t file, const json_t *name)
{
	if (name && (!is_text(json_object_get(name, "zh")) || !is_text(json_object_get(name, "en"))))
		pack_fault(r, file, "/name", "a name in \"zh\" and one in \"en\" expected");
}

static void
check_retention(struct pack_reading *r, size_t file, const json_t *retention)
{
	static const char *const required[] = {"movement_days", NULL}, *const optional[] = {"stays_days", NULL};

	if (!retention || !pack_check_members(r, file, "/retention", retention, required, optional))
		return;
	read_number(
		r, file, "/retention/movement_days", json_object_get(retention, "movement_days"), 1, 1, PACK_HORIZON_DAYS_MAX);
	read_number(
		r, file, "/retention/stays_days", json_object_get(retention, "stays_days"), 1, 1, PACK_HORIZON_DAYS_MAX);
}

/* Prefixes of division codes, or countries. */
static void
check_area(struct pack_reading *r, size_t file, const json_t *area)
{
	json_t *item;
	size_t i;

	check_texts(r, file, "area", area);
	json_array_foreach(area, i, item)
	{
		const char *text = json_string_value(item);
		char place[POINTER_MAX];

		snprintf(place, sizeof place, "/area/%zu", i);
		if (text && *text && !(strlen(text) <= 6 && strspn(text, "0123456789") == strlen(text)) &&
			!(strlen(text) == 2 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 2))
			pack_slip(r, file, place,
				"\"%.64s\" is neither the beginning of a division's code (\"3301\") nor a country's code (\"CN\")",
				text);
	}
}

static void
check_sections(struct pack_reading *r, size_t file, const json_t *root)
{
	static const char *const sections[] = {"risk", "gate", "credential", "contact", "detection", "retention",
		"laboratory", "matching", "follow_up", "notices", "case_definitions", "report", "grounds", "second_office",
		"appeals", NULL};
	char place[POINTER_MAX];

	for (size_t i = 0; sections[i]; i++) {
		const json_t *section = json_object_get(root, sections[i]);

		snprintf(place, sizeof place, "/%s", sections[i]);
		if (section && !json_is_object(section))
			pack_fault(r, file, place, "an object expected");
	}
	if (json_is_object(json_object_get(root, "retention")))
		check_retention(r, file, json_object_get(root, "retention"));
	check_recognises(r, file, json_object_get(root, "recognises"));
	check_area(r, file, json_object_get(root, "area"));
	check_texts(r, file, "sources", json_object_get(root, "sources"));
	check_texts(r, file, "override_causes", json_object_get(root, "override_causes"));
	if (json_object_get(root, "sources") && json_array_size(json_object_get(root, "sources")) == 0)
		pack_fault(r, file, "/sources", "at least one source expected");
}

int
pack_read_head(struct pack_reading *r, size_t file)
{
	static const char *const required[] = {"name", "time_zone", "valid", "first_colour", "severity", "parameters",
		"horizon_days", "area", "sources", NULL};
	static const char *const optional[] = {"jurisdiction", "derived", "risk", "gate", "recognises", "override_causes",
		"credential", "contact", "detection", "retention", "laboratory", "matching", "follow_up", "notices",
		"case_definitions", "report", "grounds", "second_office", "appeals", NULL};
	const struct pack_file *source = &r->files[file];
	const json_t *jurisdiction;
	struct pack *pack = r->pack;
	struct error e = {0};
	json_t *root = NULL;
	int code;

	code = json_read(source->bytes, source->length, source->path, &root, &e);
	if (code == ERROR_NO_MEMORY)
		return code;
	if (code < 0) {
		pack_fault_text(r, file, &e);
		return 0;
	}
	pack->root = root;
	if (!pack_check_members(r, file, "", root, required, optional))
		return 0;
	check_names(r, file, json_object_get(root, "name"));
	jurisdiction = json_object_get(root, "jurisdiction");
	if (jurisdiction && !is_text(jurisdiction))
		pack_fault(r, file, "/jurisdiction", "a name expected");
	else if (jurisdiction && !(pack->jurisdiction = strdup(json_string_value(jurisdiction))))
		return ERROR_NO_MEMORY;
	if (read_zone(r, file, json_object_get(root, "time_zone")) < 0)
		return ERROR_NO_MEMORY;
	read_validity(r, file, json_object_get(root, "valid"));
	read_colours(r, file, root);
	read_parameters(r, file, json_object_get(root, "parameters"));
	pack->horizon_days =
		(int)read_number(r, file, "/horizon_days", json_object_get(root, "horizon_days"), 90, 1, PACK_HORIZON_DAYS_MAX);
	check_sections(r, file, root);
	return read_derived(r, file, json_object_get(root, "derived"));
}
