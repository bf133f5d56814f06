#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "console/inside.h"

static const char *const date_names[CONSOLE_DATES] = {
	[CONSOLE_ONSET] = "onset", [CONSOLE_SAMPLED] = "sampled", [CONSOLE_REPORTED] = "reported"};

const char *
console_date_name(enum console_date date)
{
	return date_names[date];
}

bool
console_date_read(const char *text, enum console_date *ret_date)
{
	for (size_t i = 0; i < CONSOLE_DATES; i++)
		if (strcmp(text, date_names[i]) == 0) {
			*ret_date = (enum console_date)i;
			return true;
		}
	return false;
}

const char *
body_text(const json_t *body, const char *name)
{
	return json_string_value(json_object_get(body, name));
}

json_t *
date_json(instant at)
{
	char text[TIME_TEXT_SIZE];

	return at == NO_DATE ? json_null() : json_string(time_write(at, &zone_utc, text));
}

int
cursor_read(const char *cursor, char *key, struct error *e)
{
	size_t length = cursor ? strlen(cursor) / 2 : 0;

	if (length > EVIDENCE_KEY_MAX || (length && !text_unhex(cursor, key, length)) || (cursor && !length))
		return error_set(e, ERROR_BAD_INPUT, "this is no cursor of a page");
	key[length] = 0;
	if (strlen(key) != length || !text_is_utf8(key, length))
		return error_set(e, ERROR_BAD_INPUT, "this is no cursor of a page");
	return 0;
}

json_t *
cursor_json(const char *key)
{
	char text[CONSOLE_CURSOR_SIZE];

	return *key ? json_string(text_hex(key, strlen(key), text)) : json_null();
}
