#include "feed/definition.h"

#include <stdio.h>
#include <string.h>

#include "base/json_check.h"
#include "feed/feed.h"

enum { DEFINITIONS_MAX = 100, DATE_LENGTH = 10, DAYS_TEXT_MAX = 200 };

/* The day of a member, ${absent} where it has none. Return success. */
static bool
read_day(const json_t *definition, const char *name, day_number absent, day_number *ret_day)
{
	const json_t *day = json_object_get(definition, name);

	*ret_day = absent;
	return !day ||
		(json_string_length(day) == DATE_LENGTH && day_read(json_string_value(day), DATE_LENGTH, ret_day, NULL) == 0);
}

static void
check_definition(struct json_check *check, const char *pointer, const json_t *definition)
{
	static const char *const required[] = {"from", "text", "source", NULL}, *const optional[] = {"to", NULL},
							 *const languages[] = {"zh", "en", NULL}, *const none[] = {NULL};
	const json_t *text = json_object_get(definition, "text");
	char member[JSON_POINTER_SIZE];
	day_number from, to;

	if (!json_check_object(check, pointer, definition, required, optional))
		return;
	if (!read_day(definition, "from", INT32_MIN, &from))
		json_check_fault(check, json_pointer(member, pointer, "from"), "a date such as 2020-02-12 expected");
	else if (!read_day(definition, "to", INT32_MAX, &to))
		json_check_fault(check, json_pointer(member, pointer, "to"), "a date such as 2020-02-20 expected");
	else if (to <= from)
		json_check_fault(check, json_pointer(member, pointer, "to"), "the end is not after the beginning");
	if (text && json_check_object(check, json_pointer(member, pointer, "text"), text, languages, none) &&
		(!json_string_length(json_object_get(text, "zh")) || !json_string_length(json_object_get(text, "en"))))
		json_check_fault(check, member, "texts expected");
	if (json_object_get(definition, "source") && !json_string_length(json_object_get(definition, "source")))
		json_check_fault(check, json_pointer(member, pointer, "source"), "where it comes from expected");
}

void
feed_definitions_check(const json_t *definitions, struct json_check *check)
{
	const char *status;
	json_t *list, *definition;
	size_t i;

	json_object_foreach((json_t *)definitions, status, list)
	{
		char pointer[JSON_POINTER_SIZE], item[JSON_POINTER_SIZE];

		json_pointer(pointer, "", status);
		if (!json_is_array(list) || json_array_size(list) < 1 || json_array_size(list) > DEFINITIONS_MAX) {
			json_check_fault(check, pointer, "a list of 1 to %d definitions expected", DEFINITIONS_MAX);
			continue;
		}
		json_array_foreach(list, i, definition)
		{
			char number[24];

			snprintf(number, sizeof number, "%zu", i);
			check_definition(check, json_pointer(item, pointer, number), definition);
		}
	}
}

int
definition_holds(const struct pack *pack, const char *status, instant at, struct error *e)
{
	const json_t *list = json_object_get(pack_section(pack, "case_definitions"), status), *definition;
	const day_number day = zone_day(pack_zone(pack), at);
	char days[DAYS_TEXT_MAX] = "";
	size_t i, length = 0;

	if (!list)
		return 0;
	json_array_foreach((json_t *)list, i, definition)
	{
		const char *to = json_string_value(json_object_get(definition, "to"));
		day_number first, end;

		if (!read_day(definition, "from", INT32_MIN, &first) || !read_day(definition, "to", INT32_MAX, &end))
			continue;
		if (day >= first && day < end)
			return 0;
		if (length < sizeof days)
			length += (size_t)snprintf(days + length, sizeof days - length, "%sfrom %s%s%s", length ? ", " : "",
				json_string_value(json_object_get(definition, "from")), to ? " until " : " on", to ? to : "");
	}
	return error_set(
		e, ERROR_BAD_INPUT, "by the pack's case_definitions \"%.32s\" is a class of cases %s only", status, days);
}
