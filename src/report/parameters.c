#include "report/report.h"

#include <string.h>

enum { DAYS = 14, PEOPLE_LEAST = 100, DAYS_MOST = 365, PEOPLE_MOST = 1000000 };

/* Where strangers meet, whom no tracer can name. */
static const char *const default_kinds[] = {
	"venue", "shop", "restaurant", "carriage", "open_carriage", "sleeper", "coach", "ventilated_coach", "aircraft"};

static bool
is_kind(const char *text)
{
	size_t length = text ? strlen(text) : 0;

	return length > 0 && length < PRESENCE_KIND_SIZE && strspn(text, "abcdefghijklmnopqrstuvwxyz_") == length;
}

static void
read_kinds(struct json_check *check, const json_t *kinds, struct report_parameters *parameters)
{
	const json_t *kind;
	size_t i;

	if (!kinds) {
		for (i = 0; i < sizeof default_kinds / sizeof *default_kinds; i++)
			strcpy(parameters->kinds[parameters->kind_count++], default_kinds[i]);
		return;
	}
	if (!json_is_array(kinds) || json_array_size(kinds) > REPORT_KINDS_MAX) {
		json_check_fault(check, "/kinds", "a list of at most %d kinds of place expected", REPORT_KINDS_MAX);
		return;
	}
	json_array_foreach((json_t *)kinds, i, kind)
	{
		if (is_kind(json_string_value(kind)))
			strcpy(parameters->kinds[parameters->kind_count++], json_string_value(kind));
		else
			json_check_fault(check, "/kinds", "a kind of place is of small letters and '_'");
	}
}

static bool
read_day(struct json_check *check, const json_t *baseline, const char *name, const char *pointer, day_number *ret_day)
{
	const json_t *day = json_object_get(baseline, name);
	struct error e = {0};

	if (json_is_string(day) && day_read(json_string_value(day), json_string_length(day), ret_day, &e) == 0)
		return true;
	if (day)
		json_check_fault(check, pointer, "a day expected, such as 2020-01-03");
	return false;
}

static void
read_baseline(struct json_check *check, const json_t *baseline, struct report_parameters *parameters)
{
	static const char *const required[] = {"from", "to", NULL}, *const optional[] = {NULL};

	if (!baseline || !json_check_object(check, "/baseline", baseline, required, optional))
		return;
	if (!read_day(check, baseline, "from", "/baseline/from", &parameters->baseline_from) ||
		!read_day(check, baseline, "to", "/baseline/to", &parameters->baseline_to))
		return;
	if (parameters->baseline_to < parameters->baseline_from ||
		parameters->baseline_to - parameters->baseline_from >= REPORT_BASELINE_DAYS_MAX)
		json_check_fault(
			check, "/baseline", "from is not after to, and it has at most %d days", REPORT_BASELINE_DAYS_MAX);
	else
		parameters->has_baseline = true;
}

static void
read_all(struct json_check *check, const json_t *section, struct report_parameters *parameters)
{
	static const char *const required[] = {NULL},
							 *const optional[] = {"kinds", "days", "people_least", "home", "baseline", NULL};
	const json_t *home = json_object_get(section, "home");

	*parameters = (struct report_parameters){.days = DAYS, .people_least = PEOPLE_LEAST, .home = "household"};
	if (section && !json_check_object(check, "", section, required, optional))
		return;
	read_kinds(check, json_object_get(section, "kinds"), parameters);
	(void)json_check_integer(check, "", section, "days", 1, DAYS_MOST, &parameters->days);
	(void)json_check_integer(check, "", section, "people_least", 1, PEOPLE_MOST, &parameters->people_least);
	if (is_kind(json_string_value(home)))
		strcpy(parameters->home, json_string_value(home));
	else if (home)
		json_check_fault(check, "/home", "a kind of place is of small letters and '_'");
	read_baseline(check, json_object_get(section, "baseline"), parameters);
}

void
report_check(const json_t *section, struct json_check *check)
{
	struct report_parameters parameters;

	read_all(check, section, &parameters);
}

int
report_parameters_read(const json_t *section, struct report_parameters *ret_parameters, struct error *e)
{
	struct json_check check = {.root = "pack.json: /report"};
	struct report_parameters parameters;
	int r;

	read_all(&check, section, &parameters);
	if ((r = json_check_result(&check, e)) == 0)
		*ret_parameters = parameters;
	return r;
}
