#include "cli/pack_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/json_check.h"
#include "cascade/cascade.h"
#include "console/console.h"
#include "exposure/exposure.h"
#include "feed/feed.h"
#include "gate/gate.h"
#include "office/office.h"
#include "place/place.h"
#include "registry/registry.h"
#include "report/report.h"

static const struct section {
	const char *name;
	const char *without; /* what nobody would know without it; NULL where it may be left out */
	void (*check)(const json_t *section, struct json_check *check);
} sections[] = {
	{"risk", NULL, registry_risk_check},
	{"gate", NULL, gate_rule_check},
	{"contact", "without it no case can be traced, and nobody evaluated", exposure_parameters_check},
	{"detection", NULL, feed_detection_check},
	{"case_definitions", NULL, feed_definitions_check},
	{"matching", NULL, registry_matching_check},
	{"credential", NULL, gate_credential_check},
	{"recognises", NULL, gate_recognises_check},
	{"follow_up", NULL, console_follow_up_check},
	{"notices", NULL, cascade_notices_check},
	{"grounds", NULL, cascade_grounds_check},
	{"second_office", NULL, office_second_check},
	{"appeals", NULL, office_appeals_check},
	{"report", NULL, report_check},
};

/* The text of pack.json, for places, and where faults go. */
struct telling {
	const char *path;
	const struct buffer *text;
	pack_fault_function *on_fault;
	void *context;
	struct error first;
	size_t faults;
};

static void
tell(void *context, const char *pointer, const char *reason)
{
	struct telling *telling = context;
	struct error fault = {0};
	size_t line, column;

	error_set(&fault, ERROR_BAD_INPUT, "%s", reason);
	json_place((const char *)telling->text->data, telling->text->length, pointer, &line, &column);
	error_at(&fault, telling->path, line, column);
	if (telling->faults++ == 0)
		telling->first = fault;
	if (telling->on_fault)
		telling->on_fault(telling->context, &fault);
}

/* Stays by coordinates are put into cells of the parameter's size. */
static void
check_cell_size(const struct pack *pack, struct telling *telling)
{
	struct json_check check = {.root = "/parameters", .on_fault = tell, .context = telling};
	int64_t size;

	json_check_integer(
		&check, "", pack_section(pack, "parameters"), "cell_size_m", CELL_SIZE_LEAST_M, CELL_SIZE_MOST_M, &size);
}

static bool
gives_setting(const struct pack *pack, const char *setting)
{
	json_t *place, *rule;
	const char *kind;
	size_t i;

	json_object_foreach(json_object_get(pack_section(pack, "contact"), "places"), kind, place)
	{
		json_array_foreach(json_object_get(place, "rules"), i, rule)
		{
			const char *given = json_string_value(json_object_get(rule, "setting"));

			if (given && strcmp(given, setting) == 0)
				return true;
		}
	}
	return false;
}

/* Follow-up in a setting that no contact is ever in would never be asked for. */
static void
check_settings(const struct pack *pack, struct telling *telling)
{
	struct json_check check = {.root = "/follow_up/kinds", .on_fault = tell, .context = telling};
	char at[JSON_POINTER_SIZE], below[JSON_POINTER_SIZE];
	const char *kind, *setting;
	json_t *rule, *own;

	json_object_foreach(json_object_get(pack_section(pack, "follow_up"), "kinds"), kind, rule)
	{
		json_pointer(at, "", kind);
		json_pointer(below, at, "settings");
		json_object_foreach(json_object_get(rule, "settings"), setting, own)
		{
			if (strcmp(setting, "other") != 0 && !gives_setting(pack, setting))
				json_check_fault(&check, json_pointer(at, below, setting), "no rule of \"contact\" has this setting");
		}
	}
}

static int
check_sections(
	const char *folder, const struct pack *pack, pack_fault_function *on_fault, void *context, struct error *e)
{
	struct buffer text = buffer_make(PACK_FILE_SIZE_MAX);
	char *path = file_join(folder, "pack.json", e);
	struct telling telling = {.path = path, .text = &text, .on_fault = on_fault, .context = context};
	struct json_check at_root = {.on_fault = tell, .context = &telling};
	int r = path ? file_read(path, &text, e) : ERROR_NO_MEMORY;

	for (size_t i = 0; r == 0 && i < sizeof sections / sizeof sections[0]; i++) {
		const json_t *section = pack_section(pack, sections[i].name);
		char root[64];
		struct json_check check = {.root = root, .on_fault = tell, .context = &telling};

		snprintf(root, sizeof root, "/%s", sections[i].name);
		if (section)
			sections[i].check(section, &check);
		else if (sections[i].without)
			json_check_fault(&at_root, "", "\"%s\" is missing: %s", sections[i].name, sections[i].without);
	}
	if (r == 0) {
		check_cell_size(pack, &telling);
		check_settings(pack, &telling);
	}
	if (r == 0 && telling.faults > 0) {
		*e = telling.first;
		r = ERROR_BAD_INPUT;
	}
	buffer_free(&text);
	free(path);
	return r;
}

int
pack_read_checked(
	const char *folder, pack_fault_function *on_fault, void *context, struct pack **ret_pack, struct error *e)
{
	struct pack *pack = NULL;
	int r = pack_read_folder(folder, on_fault, context, &pack, e);

	if (r == 0 && (r = check_sections(folder, pack, on_fault, context, e)) == 0) {
		*ret_pack = pack;
		pack = NULL;
	}
	pack_free(pack);
	return r;
}
