#include <stdio.h>
#include <string.h>

#include "exposure/internal.h"

enum { DAYS_MOST = 365, MINUTES_MOST = 527040, ROWS_MOST = 4095 };

/* Every key of ${object} is one of ${names}, a NULL-ended list. */
static int
check_keys(const json_t *object, const char *pointer, const char *const *names, struct error *e)
{
	const char *key;
	json_t *value;

	if (!json_is_object(object))
		return error_set(e, ERROR_BAD_INPUT, "%s: an object is wanted", pointer);
	json_object_foreach((json_t *)object, key, value)
	{
		const char *const *name = names;

		while (*name && strcmp(*name, key) != 0)
			name++;
		if (!*name)
			return error_set(e, ERROR_BAD_INPUT, "%s/%s: not a name that is known here", pointer, key);
	}
	return 0;
}

static int
read_integer(
	const json_t *object, const char *pointer, const char *name, int64_t most, int64_t *ret_value, struct error *e)
{
	const json_t *value = json_object_get(object, name);

	if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > most)
		return error_set(
			e, ERROR_BAD_INPUT, "%s/%s: a whole number from 0 to %lld is wanted", pointer, name, (long long)most);
	*ret_value = json_integer_value(value);
	return 0;
}

static int
read_days(const json_t *object, const char *pointer, const char *name, int32_t *ret_days, struct error *e)
{
	int64_t days;
	int r = read_integer(object, pointer, name, DAYS_MOST, &days, e);

	if (r == 0)
		*ret_days = (int32_t)days;
	return r;
}

static int
read_rule(const json_t *object, const char *pointer, struct exposure_rule *ret_rule, struct error *e)
{
	static const char *const names[] = {"kind", "minutes", "rows", NULL};
	const enum exposure_kind kinds[] = {EXPOSURE_CLOSE, EXPOSURE_CO_EXPOSED, EXPOSURE_COMPANION};
	struct exposure_rule rule = {.minutes = 0, .rows = EXPOSURE_ANY_ROW};
	const char *kind;
	int64_t rows;
	size_t i = 0;
	int r;

	if ((r = check_keys(object, pointer, names, e)) < 0)
		return r;
	kind = json_string_value(json_object_get(object, "kind"));
	while (i < 3 && (!kind || strcmp(kind, exposure_kind_name(kinds[i])) != 0))
		i++;
	if (i == 3)
		return error_set(e, ERROR_BAD_INPUT, "%s/kind: \"close\", \"co-exposed\" or \"companion\" is wanted", pointer);
	rule.kind = kinds[i];
	if (json_object_get(object, "minutes") &&
		(r = read_integer(object, pointer, "minutes", MINUTES_MOST, &rule.minutes, e)) < 0)
		return r;
	if (json_object_get(object, "rows")) {
		if ((r = read_integer(object, pointer, "rows", ROWS_MOST, &rows, e)) < 0)
			return r;
		rule.rows = (int)rows;
	}
	*ret_rule = rule;
	return 0;
}

static int
read_place(const char *kind, const json_t *object, struct exposure_place_rules *ret_place, struct error *e)
{
	static const char *const names[] = {"secondary", "rules", NULL};
	struct exposure_place_rules place = {0};
	char pointer[PRESENCE_KIND_SIZE + 32];
	const json_t *rules, *secondary;
	int r;

	if (!*kind || strlen(kind) >= sizeof place.kind)
		return error_set(e, ERROR_BAD_INPUT, "/places: a kind of place has 1 to %d bytes", PRESENCE_KIND_SIZE - 1);
	snprintf(place.kind, sizeof place.kind, "%s", kind);
	snprintf(pointer, sizeof pointer, "/places/%s", kind);
	if ((r = check_keys(object, pointer, names, e)) < 0)
		return r;
	secondary = json_object_get(object, "secondary");
	if (secondary && !json_is_boolean(secondary))
		return error_set(e, ERROR_BAD_INPUT, "%s/secondary: true or false is wanted", pointer);
	place.secondary = json_is_true(secondary);
	rules = json_object_get(object, "rules");
	if (!json_is_array(rules) || json_array_size(rules) > EXPOSURE_RULES_MAX)
		return error_set(e, ERROR_BAD_INPUT, "%s/rules: a list of at most %d is wanted", pointer, EXPOSURE_RULES_MAX);
	for (; place.count < json_array_size(rules); place.count++) {
		snprintf(pointer, sizeof pointer, "/places/%s/rules/%zu", kind, place.count);
		if ((r = read_rule(json_array_get(rules, place.count), pointer, &place.rules[place.count], e)) < 0)
			return r;
	}
	*ret_place = place;
	return 0;
}

static int
read_places(const json_t *places, struct exposure_parameters *parameters, struct error *e)
{
	const char *kind;
	json_t *place;
	int r;

	if (!json_is_object(places) || json_object_size(places) > EXPOSURE_PLACE_KINDS_MAX)
		return error_set(
			e, ERROR_BAD_INPUT, "/places: an object of at most %d kinds is wanted", EXPOSURE_PLACE_KINDS_MAX);
	json_object_foreach((json_t *)places, kind, place)
	{
		if ((r = read_place(kind, place, &parameters->places[parameters->place_count], e)) < 0)
			return r;
		parameters->place_count++;
	}
	return 0;
}

int
exposure_parameters_read(const json_t *contact, struct exposure_parameters *ret_parameters, struct error *e)
{
	static const char *const names[] = {"before_onset_days", "before_confirmed_days", "infectious_after_onset_days",
		"secondary_days", "backward", "places", NULL};
	static const char *const backward_names[] = {"from_days", "to_days", NULL};
	const json_t *backward = json_object_get(contact, "backward");
	struct exposure_parameters p = {0};
	int r;

	if ((r = check_keys(contact, "", names, e)) < 0 || (r = check_keys(backward, "/backward", backward_names, e)) < 0 ||
		(r = read_days(contact, "", "before_onset_days", &p.before_onset_days, e)) < 0 ||
		(r = read_days(contact, "", "before_confirmed_days", &p.before_confirmed_days, e)) < 0 ||
		(r = read_days(contact, "", "infectious_after_onset_days", &p.infectious_after_onset_days, e)) < 0 ||
		(r = read_days(contact, "", "secondary_days", &p.secondary_days, e)) < 0 ||
		(r = read_days(backward, "/backward", "from_days", &p.backward_from_days, e)) < 0 ||
		(r = read_days(backward, "/backward", "to_days", &p.backward_to_days, e)) < 0 ||
		(r = read_places(json_object_get(contact, "places"), &p, e)) < 0)
		return r;
	if (p.backward_from_days < p.backward_to_days)
		return error_set(e, ERROR_BAD_INPUT, "/backward/from_days: less than to_days");
	*ret_parameters = p;
	return 0;
}

const struct exposure_place_rules *
parameters_for(const struct exposure_parameters *parameters, const char *kind)
{
	const struct exposure_place_rules *any = NULL;

	for (size_t i = 0; i < parameters->place_count; i++) {
		if (strcmp(parameters->places[i].kind, kind) == 0)
			return &parameters->places[i];
		if (strcmp(parameters->places[i].kind, "*") == 0)
			any = &parameters->places[i];
	}
	return any;
}
