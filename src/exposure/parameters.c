#include <stdio.h>
#include <string.h>

#include "base/json_check.h"
#include "exposure/internal.h"

enum {
	DAYS_MOST = 365,
	MINUTES_MOST = 527040,
	ROWS_MOST = PRESENCE_SEAT_ROWS_MAX,
	HOURS_MOST = 8784,
	ALERT_CASES_MOST = 1000
};

static const char *const no_members[] = {NULL};

static void
read_days(struct json_check *check, const char *pointer, const json_t *object, const char *name, int32_t *ret_days)
{
	int64_t days;

	if (json_check_integer(check, pointer, object, name, 0, DAYS_MOST, &days))
		*ret_days = (int32_t)days;
}

static void
read_kind(struct json_check *check, const char *pointer, const json_t *kind, enum exposure_kind *ret_kind)
{
	const enum exposure_kind kinds[] = {EXPOSURE_CLOSE, EXPOSURE_CO_EXPOSED, EXPOSURE_COMPANION};
	const char *text = json_string_value(kind);
	char place[JSON_POINTER_SIZE];

	for (size_t i = 0; text && i < 3; i++)
		if (strcmp(text, exposure_kind_name(kinds[i])) == 0) {
			*ret_kind = kinds[i];
			return;
		}
	json_check_fault(
		check, json_pointer(place, pointer, "kind"), "\"close\", \"co-exposed\" or \"companion\" expected");
}

static void
read_condition(struct json_check *check, const char *pointer, const json_t *rule, const char *name,
	enum exposure_condition *ret_condition)
{
	const json_t *value = json_object_get(rule, name);
	char member[JSON_POINTER_SIZE];

	if (value && !json_is_boolean(value))
		json_check_fault(check, json_pointer(member, pointer, name), "true or false expected");
	*ret_condition = json_is_true(value) ? EXPOSURE_ONLY : json_is_false(value) ? EXPOSURE_EXCEPT : EXPOSURE_EITHER;
}

static bool
read_flag(struct json_check *check, const char *pointer, const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	char member[JSON_POINTER_SIZE];

	if (value && !json_is_boolean(value))
		json_check_fault(check, json_pointer(member, pointer, name), "true or false expected");
	return json_is_true(value);
}

/* Its number among those that were named before, or a new one. */
static void
read_setting(struct json_check *check, const char *pointer, const json_t *value, struct exposure_parameters *p,
	uint8_t *ret_setting)
{
	const char *name = json_string_value(value);
	char member[JSON_POINTER_SIZE];
	size_t i = 0;

	json_pointer(member, pointer, "setting");
	if (!name || !*name || strlen(name) >= sizeof *p->settings || strcmp(name, "other") == 0 ||
		strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(name)) {
		json_check_fault(check, member, "1 to %d lower-case letters, digits and hyphens expected, and not \"other\"",
			EXPOSURE_SETTING_SIZE - 1);
		return;
	}
	while (i < p->setting_count && strcmp(p->settings[i], name) != 0)
		i++;
	if (i == EXPOSURE_SETTINGS_MAX) {
		json_check_fault(check, member, "a pack has at most %d settings", EXPOSURE_SETTINGS_MAX);
		return;
	}
	if (i == p->setting_count)
		strcpy(p->settings[p->setting_count++], name);
	*ret_setting = (uint8_t)(i + 1);
}

static struct exposure_rule
read_rule(struct json_check *check, const char *pointer, const json_t *object, struct exposure_parameters *p)
{
	static const char *const required[] = {"kind", NULL},
							 *const optional[] = {"minutes", "rows", "crew", "hours", "within_days", "protected",
								 "outdoor", "staff", "setting", NULL};
	char member[JSON_POINTER_SIZE];
	struct exposure_rule rule = {.minutes = 0, .rows = EXPOSURE_ANY_ROW};
	int64_t rows;

	if (!json_check_object(check, pointer, object, required, optional))
		return rule;
	if (json_object_get(object, "kind"))
		read_kind(check, pointer, json_object_get(object, "kind"), &rule.kind);
	json_check_integer(check, pointer, object, "minutes", 0, MINUTES_MOST, &rule.minutes);
	if (json_check_integer(check, pointer, object, "rows", 0, ROWS_MOST, &rows))
		rule.rows = (int)rows;
	rule.crew = read_flag(check, pointer, object, "crew");
	rule.staff = read_flag(check, pointer, object, "staff");
	if (json_object_get(object, "setting"))
		read_setting(check, pointer, json_object_get(object, "setting"), p, &rule.setting);
	read_condition(check, pointer, object, "protected", &rule.protected);
	read_condition(check, pointer, object, "outdoor", &rule.outdoor);
	json_check_integer(check, pointer, object, "hours", 1, HOURS_MOST, &rule.hours);
	read_days(check, pointer, object, "within_days", &rule.within_days);
	if (!json_object_get(object, "hours") != !json_object_get(object, "within_days"))
		json_check_fault(check, json_pointer(member, pointer, "hours"), "hours and within_days go together");
	return rule;
}

static void
read_place(struct json_check *check, const char *pointer, const json_t *object, struct exposure_parameters *p,
	struct exposure_place_rules *place)
{
	static const char *const required[] = {"rules", NULL}, *const optional[] = {"secondary", NULL};
	const json_t *rules = json_object_get(object, "rules");
	char member[JSON_POINTER_SIZE], item[JSON_POINTER_SIZE + 24];

	if (!json_check_object(check, pointer, object, required, optional))
		return;
	place->secondary = read_flag(check, pointer, object, "secondary");
	if (!rules)
		return;
	json_pointer(member, pointer, "rules");
	if (!json_is_array(rules) || json_array_size(rules) > EXPOSURE_RULES_MAX) {
		json_check_fault(check, member, "a list of at most %d expected", EXPOSURE_RULES_MAX);
		return;
	}
	for (; place->count < json_array_size(rules); place->count++) {
		snprintf(item, sizeof item, "%s/%zu", member, place->count);
		place->rules[place->count] = read_rule(check, item, json_array_get(rules, place->count), p);
	}
}

static void
read_places(struct json_check *check, const json_t *places, struct exposure_parameters *parameters)
{
	const char *kind;
	json_t *place;

	if (!json_is_object(places) || json_object_size(places) > EXPOSURE_PLACE_KINDS_MAX) {
		json_check_fault(check, "/places", "an object of at most %d kinds expected", EXPOSURE_PLACE_KINDS_MAX);
		return;
	}
	json_object_foreach((json_t *)places, kind, place)
	{
		struct exposure_place_rules *rules = &parameters->places[parameters->place_count++];
		char pointer[JSON_POINTER_SIZE];

		json_pointer(pointer, "/places", kind);
		if (!*kind || strlen(kind) >= sizeof rules->kind)
			json_check_fault(check, pointer, "a kind of place has 1 to %d bytes", PRESENCE_KIND_SIZE - 1);
		snprintf(rules->kind, sizeof rules->kind, "%s", kind);
		read_place(check, pointer, place, parameters, rules);
	}
}

static void
read_backward(struct json_check *check, const json_t *backward, struct exposure_parameters *p)
{
	static const char *const required[] = {"from_days", "to_days", NULL};

	if (!json_check_object(check, "/backward", backward, required, no_members))
		return;
	read_days(check, "/backward", backward, "from_days", &p->backward_from_days);
	read_days(check, "/backward", backward, "to_days", &p->backward_to_days);
	if (p->backward_from_days < p->backward_to_days)
		json_check_fault(
			check, "/backward/from_days", "the days go backward from onset: from_days must be at least to_days");
}

static void
read_alert_kinds(struct json_check *check, const json_t *kinds, struct exposure_place_alert *alert)
{
	char item[JSON_POINTER_SIZE];

	if (!json_is_array(kinds) || !json_array_size(kinds) || json_array_size(kinds) > EXPOSURE_PLACE_KINDS_MAX) {
		json_check_fault(check, "/place_alert/kinds", "a list of 1 to %d kinds expected", EXPOSURE_PLACE_KINDS_MAX);
		return;
	}
	for (size_t i = 0; i < json_array_size(kinds); i++) {
		const char *kind = json_string_value(json_array_get(kinds, i));

		snprintf(item, sizeof item, "/place_alert/kinds/%zu", i);
		if (!kind || !*kind || strlen(kind) >= sizeof *alert->kinds)
			json_check_fault(check, item, "a kind of place has 1 to %d bytes", PRESENCE_KIND_SIZE - 1);
		else
			strcpy(alert->kinds[alert->kind_count++], kind);
	}
}

static void
read_place_alert(struct json_check *check, const json_t *object, struct exposure_place_alert *alert)
{
	static const char *const required[] = {"cases", "days", "kinds", NULL};
	int64_t cases, days;

	if (!json_check_object(check, "/place_alert", object, required, no_members))
		return;
	if (json_check_integer(check, "/place_alert", object, "cases", 2, ALERT_CASES_MOST, &cases))
		alert->cases = (size_t)cases;
	if (json_check_integer(check, "/place_alert", object, "days", 1, DAYS_MOST, &days))
		alert->days = (int32_t)days;
	if (json_object_get(object, "kinds"))
		read_alert_kinds(check, json_object_get(object, "kinds"), alert);
}

/* Read all of it and tell every fault; what ${p} holds counts where none was told. */
static void
read_parameters(struct json_check *check, const json_t *contact, struct exposure_parameters *p)
{
	static const char *const required[] = {"before_onset_days", "before_confirmed_days", "infectious_after_onset_days",
		"secondary_days", "backward", "places", NULL};
	static const char *const optional[] = {"infectious_after_sampling_days", "symptom_free_days", "place_alert", NULL};

	if (!json_check_object(check, "", contact, required, optional))
		return;
	read_days(check, "", contact, "before_onset_days", &p->before_onset_days);
	read_days(check, "", contact, "before_confirmed_days", &p->before_confirmed_days);
	read_days(check, "", contact, "infectious_after_onset_days", &p->infectious_after_onset_days);
	p->infectious_after_sampling_days = p->infectious_after_onset_days;
	read_days(check, "", contact, "infectious_after_sampling_days", &p->infectious_after_sampling_days);
	read_days(check, "", contact, "symptom_free_days", &p->symptom_free_days);
	read_days(check, "", contact, "secondary_days", &p->secondary_days);
	if (json_object_get(contact, "backward"))
		read_backward(check, json_object_get(contact, "backward"), p);
	if (json_object_get(contact, "place_alert"))
		read_place_alert(check, json_object_get(contact, "place_alert"), &p->place_alert);
	if (json_object_get(contact, "places"))
		read_places(check, json_object_get(contact, "places"), p);
}

void
exposure_parameters_check(const json_t *contact, struct json_check *check)
{
	struct exposure_parameters p = {0};

	read_parameters(check, contact, &p);
}

int
exposure_parameters_read(const json_t *contact, struct exposure_parameters *ret_parameters, struct error *e)
{
	struct exposure_parameters p = {0};
	struct json_check check = {0};
	int r;

	read_parameters(&check, contact, &p);
	if ((r = json_check_result(&check, e)) == 0)
		*ret_parameters = p;
	return r;
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
