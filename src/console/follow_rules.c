#include <stdio.h>
#include <string.h>

#include "base/json_check.h"
#include "console/follow.h"

static void
read_tests(struct json_check *check, const char *pointer, const json_t *days, struct follow_kind *rule)
{
	const json_t *day;
	size_t i;

	if (days && (!json_is_array(days) || json_array_size(days) > FOLLOW_TESTS_MAX)) {
		json_check_fault(check, pointer, "a list of at most %d days expected", FOLLOW_TESTS_MAX);
		return;
	}
	json_array_foreach(days, i, day)
	{
		int64_t number = json_is_integer(day) ? json_integer_value(day) : -1;

		if (number < 0 || number > FOLLOW_DAYS_MAX ||
			(rule->test_count && rule->test_days[rule->test_count - 1] >= number)) {
			json_check_fault(check, pointer, "days from 0 to %d in order expected", FOLLOW_DAYS_MAX);
			return;
		}
		rule->test_days[rule->test_count++] = number;
	}
}

/* Of a kind, or of a kind in a setting. */
static void
read_rule(struct json_check *check, const char *pointer, const json_t *value, const char *const *optional,
	struct follow_kind *rule)
{
	static const char *const required[] = {"quarantine_days", "call_hours", NULL},
							 *const of_release[] = {"day", "negatives", NULL}, *const none[] = {NULL};
	const json_t *release = json_object_get(value, "release");
	char below[JSON_POINTER_SIZE];

	if (!json_check_object(check, pointer, value, required, optional))
		return;
	json_check_integer(check, pointer, value, "quarantine_days", 0, FOLLOW_DAYS_MAX, &rule->quarantine_days);
	json_check_integer(check, pointer, value, "monitoring_days", 1, FOLLOW_DAYS_MAX, &rule->monitoring_days);
	json_check_integer(check, pointer, value, "call_hours", 0, 24 * FOLLOW_DAYS_MAX, &rule->call_hours);
	read_tests(check, json_pointer(below, pointer, "test_days"), json_object_get(value, "test_days"), rule);
	rule->checkins = json_is_true(json_object_get(value, "checkins"));
	if (json_object_get(value, "checkins") && !json_is_boolean(json_object_get(value, "checkins")))
		json_check_fault(check, json_pointer(below, pointer, "checkins"), "true or false expected");
	if (release && json_check_object(check, json_pointer(below, pointer, "release"), release, of_release, none)) {
		json_check_integer(check, below, release, "day", 0, FOLLOW_DAYS_MAX, &rule->release_day);
		json_check_integer(check, below, release, "negatives", 1, FOLLOW_TESTS_MAX, &rule->release_negatives);
	}
}

static struct follow_kind *
new_rule(
	struct json_check *check, const char *pointer, const char *kind, const char *setting, struct follow_rules *rules)
{
	struct follow_kind *rule = &rules->kinds[rules->kind_count++];

	if (strlen(kind) >= sizeof rule->kind || strlen(setting) >= sizeof rule->setting)
		json_check_fault(check, pointer, "a kind or setting has at most %zu bytes", sizeof rule->kind - 1);
	snprintf(rule->kind, sizeof rule->kind, "%s", kind);
	snprintf(rule->setting, sizeof rule->setting, "%s", setting);
	return rule;
}

static void
read_kind(struct json_check *check, const char *kind, const json_t *value, struct follow_rules *rules)
{
	static const char *const optional[] = {"monitoring_days", "test_days", "checkins", "release", "settings", NULL},
							 *const in_setting[] = {"monitoring_days", "test_days", "checkins", "release", NULL};
	const json_t *settings = json_object_get(value, "settings"), *own;
	char pointer[JSON_POINTER_SIZE], below[JSON_POINTER_SIZE], at[JSON_POINTER_SIZE];
	const char *setting;

	json_pointer(pointer, "/kinds", kind);
	read_rule(check, pointer, value, optional, new_rule(check, pointer, kind, "", rules));
	if (!settings)
		return;
	json_pointer(below, pointer, "settings");
	if (!json_is_object(settings) || json_object_size(settings) > FOLLOW_SETTINGS_MAX) {
		json_check_fault(check, below, "an object of at most %d settings expected", FOLLOW_SETTINGS_MAX);
		return;
	}
	json_object_foreach((json_t *)settings, setting, own)
	{
		json_pointer(at, below, setting);
		read_rule(check, at, own, in_setting, new_rule(check, at, kind, setting, rules));
	}
}

static void
read_ended_by(struct json_check *check, const json_t *words, struct follow_rules *rules)
{
	const json_t *word;
	size_t i;

	if (words && (!json_is_array(words) || json_array_size(words) > FOLLOW_WORDS_MAX)) {
		json_check_fault(check, "/isolation/ended_by", "a list of at most %d statuses expected", FOLLOW_WORDS_MAX);
		return;
	}
	json_array_foreach(words, i, word)
	{
		if (!json_is_string(word) || json_string_length(word) >= sizeof rules->ended_by[0])
			json_check_fault(check, "/isolation/ended_by", "a status of a case expected");
		else
			snprintf(
				rules->ended_by[rules->ended_by_count++], sizeof rules->ended_by[0], "%s", json_string_value(word));
	}
}

static void
read_isolation(struct json_check *check, const json_t *isolation, struct follow_rules *rules)
{
	static const char *const optional[] = {"negatives", "apart_hours", "days_after_onset", "days_free_of_symptoms",
		"ended_by", NULL},
							 *const none[] = {NULL};

	if (!json_check_object(check, "/isolation", isolation, none, optional))
		return;
	json_check_integer(check, "/isolation", isolation, "negatives", 1, FOLLOW_TESTS_MAX, &rules->negatives);
	json_check_integer(check, "/isolation", isolation, "apart_hours", 0, 24 * FOLLOW_DAYS_MAX, &rules->apart_hours);
	json_check_integer(
		check, "/isolation", isolation, "days_after_onset", 1, FOLLOW_DAYS_MAX, &rules->days_after_onset);
	json_check_integer(
		check, "/isolation", isolation, "days_free_of_symptoms", 0, FOLLOW_DAYS_MAX, &rules->days_free_of_symptoms);
	read_ended_by(check, json_object_get(isolation, "ended_by"), rules);
}

static void
read_rules(struct json_check *check, const json_t *section, struct follow_rules *rules)
{
	static const char *const required[] = {"kinds", "source", NULL},
							 *const optional[] = {"isolation", "lost_days", NULL};
	const json_t *kinds = json_object_get(section, "kinds"), *value;
	const char *kind;

	if (!json_check_object(check, "", section, required, optional))
		return;
	if (!json_is_object(kinds) || json_object_size(kinds) > FOLLOW_KINDS_MAX) {
		json_check_fault(check, "/kinds", "an object of at most %d kinds of contact expected", FOLLOW_KINDS_MAX);
		return;
	}
	json_object_foreach((json_t *)kinds, kind, value)
	{
		read_kind(check, kind, value, rules);
	}
	json_check_integer(check, "", section, "lost_days", 1, FOLLOW_DAYS_MAX, &rules->lost_days);
	if (json_object_get(section, "isolation"))
		read_isolation(check, json_object_get(section, "isolation"), rules);
}

void
console_follow_up_check(const json_t *section, struct json_check *check)
{
	struct follow_rules rules = {0};

	read_rules(check, section, &rules);
}

int
follow_rules_read(const json_t *section, struct follow_rules *ret_rules, struct error *e)
{
	struct follow_rules rules = {0};
	struct json_check check = {.root = "/follow_up"};
	int r;

	read_rules(&check, section, &rules);
	if ((r = json_check_result(&check, e)) == 0)
		*ret_rules = rules;
	return r;
}

/* The setting's own rule before the kind's; NULL where there is neither. */
static const struct follow_kind *
rule_of(const struct follow_rules *rules, const char *kind, const char *setting)
{
	const struct follow_kind *of_kind = NULL;

	for (size_t i = 0; kind && i < rules->kind_count; i++) {
		const struct follow_kind *rule = &rules->kinds[i];

		if (strcmp(rule->kind, kind) != 0)
			continue;
		if (setting && strcmp(rule->setting, setting) == 0)
			return rule;
		if (!*rule->setting)
			of_kind = rule;
	}
	return of_kind;
}

static int
read_exposure(const struct follow_rules *rules, const json_t *said, const char *setting,
	struct follow_exposure *ret_exposure, struct error *e)
{
	const char *last = body_text(said, "last");

	*ret_exposure = (struct follow_exposure){.rule = rule_of(rules, body_text(said, "kind"), setting),
		.setting = setting,
		.degree = json_integer_value(json_object_get(said, "degree"))};
	if (!last || time_read(last, strlen(last), &zone_utc, &ret_exposure->last, NULL) < 0)
		return error_set(e, ERROR_CORRUPT, "evidence of a contact has no last moment that can be read");
	return 0;
}

int
follow_exposures(const struct follow_rules *rules, const json_t *body,
	struct follow_exposure ret_exposures[FOLLOW_SETTINGS_MAX], size_t *ret_count, struct error *e)
{
	json_t *settings = json_object_get(body, "settings"), *said;
	const char *setting;
	size_t count = 0;
	int r = 0;

	if (!settings) {
		r = read_exposure(rules, body, NULL, &ret_exposures[0], e);
		count = ret_exposures[0].rule != NULL;
	}
	json_object_foreach(settings, setting, said)
	{
		if (r == 0 && count == FOLLOW_SETTINGS_MAX)
			r = error_set(e, ERROR_CORRUPT, "evidence of a contact has more settings than there can be");
		if (r == 0 && (r = read_exposure(rules, said, setting, &ret_exposures[count], e)) == 0)
			count += ret_exposures[count].rule != NULL;
	}
	if (r == 0)
		*ret_count = count;
	return r;
}
