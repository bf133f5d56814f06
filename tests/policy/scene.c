#include "scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"

static const struct zone shanghai = {.first_offset_s = 8 * 3600};

instant
at(const char *text)
{
	struct error e = {0};
	instant at = 0;

	if (time_read(text, strlen(text), &shanghai, &at, &e) < 0)
		fail_msg("%s", e.message);
	return at;
}

struct pack *
scene_pack(const char *name)
{
	struct pack *pack = NULL;
	struct error e = {0};
	char path[4096], text[1024];

	snprintf(path, sizeof path, "%s/packs/%s", getenv("HEALTHCODE_SOURCE"), name);
	if (pack_read_folder(path, NULL, NULL, &pack, &e) < 0)
		fail_msg("%s", error_text(&e, text, sizeof text));
	return pack;
}

json_t *
scene_facts(const char *applied_at, const char *division)
{
	char text[TIME_TEXT_SIZE];
	json_t *facts = json_pack("{s:s}", "applied_at", time_write(at(applied_at), &shanghai, text));

	if (division)
		scene_add(facts, "residences", "{'country':'CN','division':'%s','from':null,'to':null}", division);
	return facts;
}

void
scene_add(json_t *facts, const char *list, const char *format, ...)
{
	json_t *items = json_object_get(facts, list), *item = NULL;
	struct error e = {0};
	char text[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	for (char *quote = text; (quote = strchr(quote, '\''));)
		*quote = '"';
	if (json_read(text, strlen(text), "scene", &item, &e) < 0)
		fail_msg("%s: %s", text, e.message);
	if (!items)
		json_object_set_new(facts, list, items = json_array());
	json_array_append_new(items, item);
}

void
scene_area(json_t *facts, const char *code, const char *name_en, ...)
{
	json_t *areas = json_object_get(facts, "areas"), *steps = json_array();
	const char *level;
	va_list arguments;

	if (!areas)
		json_object_set_new(facts, "areas", areas = json_object());
	va_start(arguments, name_en);
	while ((level = va_arg(arguments, const char *))) {
		char text[TIME_TEXT_SIZE];
		const char *when = va_arg(arguments, const char *);

		json_array_append_new(
			steps, json_pack("{s:s,s:s}", "at", time_write(at(when), &shanghai, text), "level", level));
	}
	va_end(arguments);
	json_object_set_new(areas, code, json_pack("{s:{s:s},s:o}", "name", "en", name_en, "steps", steps));
}

void
scene_checkins(json_t *facts, const char *first, int count, int but)
{
	for (int i = 0; i < count; i++) {
		char text[TIME_TEXT_SIZE];

		if (i != but)
			scene_add(facts, "checkins", "{'at':'%s','temperature_tenths_c':366,'symptoms':[],'contact':false}",
				time_write(at(first) + 8 * 3600 + (instant)i * DAY_S, &shanghai, text));
	}
}

json_t *
scene_ask(const struct pack *pack, const json_t *facts, const char *now)
{
	json_t *result = NULL;
	struct error e = {0};

	if (evaluate(pack, facts, at(now), &result, NULL, &e) < 0)
		fail_msg("%s: %s", now, e.message);
	return result;
}

static const char *
keep(json_t *result, const json_t *value)
{
	static char text[256];

	snprintf(text, sizeof text, "%s", json_is_string(value) ? json_string_value(value) : "");
	json_decref(result);
	return text;
}

const char *
scene_colour(const struct pack *pack, const json_t *facts, const char *now)
{
	json_t *result = scene_ask(pack, facts, now);

	return keep(result, json_object_get(result, "colour"));
}

const char *
scene_since(const struct pack *pack, const json_t *facts, const char *now)
{
	json_t *result = scene_ask(pack, facts, now);

	return keep(result, json_object_get(result, "since"));
}

const char *
scene_rule(const struct pack *pack, const json_t *facts, const char *now)
{
	json_t *result = scene_ask(pack, facts, now);

	return keep(result, json_object_get(json_array_get(json_object_get(result, "rules"), 0), "id"));
}

const char *
scene_next(const struct pack *pack, const json_t *facts, const char *now)
{
	json_t *result = scene_ask(pack, facts, now), *next = json_object_get(result, "next"), *line = NULL;
	char text[128];

	if (json_is_object(next)) {
		snprintf(text, sizeof text, "%s %s", json_string_value(json_object_get(next, "at")),
			json_string_value(json_object_get(next, "colour")));
		line = json_string(text);
		json_object_set_new(result, "line", line);
	}
	return keep(result, line);
}
