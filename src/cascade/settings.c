#include "cascade/settings.h"

#include <stdio.h>
#include <string.h>

static const char other[] = "other";

void
settings_add(struct settings *settings, size_t setting, enum exposure_kind kind, int degree, instant last)
{
	struct setting_met *of = &settings->of[setting];

	if (!of->met || kind < of->kind) {
		of->kind = (uint8_t)kind;
		of->degree = (uint8_t)degree;
	}
	if (!of->met || last > of->last)
		of->last = last;
	of->met = true;
}

void
settings_unite(struct settings *settings, const struct settings *more)
{
	for (size_t i = 0; i <= EXPOSURE_SETTINGS_MAX; i++)
		if (more->of[i].met)
			settings_add(settings, i, more->of[i].kind, more->of[i].degree, more->of[i].last);
}

static size_t
write_one(char *text, size_t size, const char *before, const char *name, const struct setting_met *of)
{
	char last[TIME_TEXT_SIZE];

	return (size_t)snprintf(text, size, "%s\"%s\":{\"degree\":%d,\"kind\":\"%s\",\"last\":\"%s\"}", before, name,
		of->degree, exposure_kind_name(of->kind), time_write(of->last, &zone_utc, last));
}

char *
settings_write(
	const struct settings *settings, const struct exposure_parameters *parameters, char text[SETTINGS_TEXT_SIZE])
{
	static const char begin[] = "\"settings\":{";
	const char *before = begin;
	size_t length = 0;

	*text = 0;
	for (size_t i = 0; i < parameters->setting_count; i++)
		if (settings->of[i + 1].met) {
			length += write_one(
				text + length, SETTINGS_TEXT_SIZE - length, before, parameters->settings[i], &settings->of[i + 1]);
			before = ",";
		}
	if (length && settings->of[0].met)
		length += write_one(text + length, SETTINGS_TEXT_SIZE - length, before, other, &settings->of[0]);
	if (length)
		snprintf(text + length, SETTINGS_TEXT_SIZE - length, "},");
	return text;
}

static size_t
setting_of(const struct exposure_parameters *parameters, const char *name)
{
	for (size_t i = 0; i < parameters->setting_count; i++)
		if (strcmp(parameters->settings[i], name) == 0)
			return i + 1;
	return 0;
}

static int
read_one(const json_t *object, size_t setting, struct settings *settings, struct error *e)
{
	const char *last = json_string_value(json_object_get(object, "last")),
			   *kind = json_string_value(json_object_get(object, "kind"));
	instant at;

	for (int i = EXPOSURE_CLOSE; last && kind && i <= EXPOSURE_COMPANION; i++)
		if (strcmp(exposure_kind_name((enum exposure_kind)i), kind) == 0 &&
			time_read(last, strlen(last), &zone_utc, &at, NULL) == 0) {
			settings_add(settings, setting, (enum exposure_kind)i,
				(int)json_integer_value(json_object_get(object, "degree")), at);
			return 0;
		}
	return error_set(e, ERROR_CORRUPT, "evidence of a contact has no kind or time");
}

int
settings_read(
	const json_t *body, const struct exposure_parameters *parameters, struct settings *settings, struct error *e)
{
	json_t *all = json_object_get(body, "settings"), *of;
	const char *name;
	int r = 0;

	if (!all)
		return read_one(body, 0, settings, e);
	json_object_foreach(all, name, of)
	{
		if (r == 0)
			r = read_one(of, setting_of(parameters, name), settings, e);
	}
	return r;
}
