/* A pack's "risk" section: by which numbers an area's counts become a level. */

#include "registry/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json_check.h"
#include "place/place.h"

enum { REVISIONS_MAX = 10000, SOURCES_MAX = 100, DATE_LENGTH = 10 };

static void
check_unit(struct json_check *check, const json_t *unit)
{
	static const char *const units[] = {"province", "city", "county", NULL};
	const char *text = json_string_value(unit);

	if (!unit)
		return;
	for (size_t i = 0; text && units[i]; i++)
		if (strcmp(text, units[i]) == 0)
			return;
	json_check_fault(check, "/unit", "\"province\", \"city\" or \"county\" expected");
}

static void
check_sources(struct json_check *check, const json_t *sources)
{
	const json_t *item;
	size_t i;

	if (!sources)
		return;
	if (!json_is_array(sources) || json_array_size(sources) > SOURCES_MAX) {
		json_check_fault(check, "/sources", "a list of at most %d names of sources expected", SOURCES_MAX);
		return;
	}
	json_array_foreach((json_t *)sources, i, item)
	{
		char pointer[JSON_POINTER_SIZE];

		snprintf(pointer, sizeof pointer, "/sources/%zu", i);
		if (!json_is_string(item) || !word_is(json_string_value(item), EVIDENCE_SOURCE_MAX + 1, "-"))
			json_check_fault(check, pointer, "a source's name is of a-z, 0-9 and '-', %d at most", EVIDENCE_SOURCE_MAX);
	}
}

/* One correction: false, and told, where it is none. */
static bool
read_revision(struct json_check *check, size_t number, const json_t *item, const char **ret_area,
	struct risk_revision *ret_revision)
{
	static const char *const required[] = {"division", "date", "confirmed", NULL}, *const optional[] = {"source", NULL};
	const char *division = json_string_value(json_object_get(item, "division"));
	const json_t *date = json_object_get(item, "date");
	size_t before = check->faults;
	char pointer[JSON_POINTER_SIZE], member[JSON_POINTER_SIZE];

	snprintf(pointer, sizeof pointer, "/revisions/%zu", number);
	if (!json_check_object(check, pointer, item, required, optional))
		return false;
	if (json_object_get(item, "division") && (!division || !area_known(division)))
		json_check_fault(check, json_pointer(member, pointer, "division"), "the code of a known area expected");
	if (date &&
		(json_string_length(date) != DATE_LENGTH ||
			day_read(json_string_value(date), DATE_LENGTH, &ret_revision->day, NULL) < 0))
		json_check_fault(check, json_pointer(member, pointer, "date"), "a date such as 2020-04-17 expected");
	json_check_integer(check, pointer, item, "confirmed", INT32_MIN, INT32_MAX, &ret_revision->confirmed);
	*ret_area = division;
	return check->faults == before;
}

/* Read all of it and tell every fault; revisions of the area ${code} (NULL: of none) are kept. */
static int
read_risk(struct json_check *check, const json_t *risk, const char *code, struct risk_parameters *parameters,
	struct risk_revision **revisions, struct error *e)
{
	static const char *const required[] = {"low_after_days", "medium_total", "cluster_new_cases", "dip_days", NULL};
	static const char *const optional[] = {"unit", "sources", "revisions", NULL};
	const json_t *list = json_object_get(risk, "revisions"), *item;
	size_t capacity = 0, i;
	int64_t days;
	int r;

	if (!json_check_object(check, "", risk, required, optional))
		return 0;
	if (json_check_integer(check, "", risk, "low_after_days", 1, RISK_DAYS_MAX, &days))
		parameters->low_after_days = (uint32_t)days;
	if (json_check_integer(check, "", risk, "dip_days", 1, RISK_DAYS_MAX, &days))
		parameters->dip_days = (uint32_t)days;
	json_check_integer(check, "", risk, "medium_total", 0, INT32_MAX, &parameters->medium_total);
	json_check_integer(check, "", risk, "cluster_new_cases", 0, INT32_MAX, &parameters->cluster_new_cases);
	check_unit(check, json_object_get(risk, "unit"));
	check_sources(check, json_object_get(risk, "sources"));
	if (list && !json_is_array(list))
		json_check_fault(check, "/revisions", "a list expected");
	json_array_foreach((json_t *)list, i, item)
	{
		struct risk_revision revision = {0};
		const char *area;

		if (!read_revision(check, i, item, &area, &revision) || !code || strcmp(area, code) != 0)
			continue;
		if ((r = array_grow(
				 revisions, &capacity, parameters->revision_count + 1, sizeof **revisions, REVISIONS_MAX, e)) < 0)
			return r;
		(*revisions)[parameters->revision_count++] = revision;
	}
	parameters->revisions = *revisions;
	return 0;
}

void
registry_risk_check(const json_t *risk, struct json_check *check)
{
	struct risk_parameters parameters = {0};
	struct risk_revision *revisions = NULL;
	struct error e = {0};

	(void)read_risk(check, risk, NULL, &parameters, &revisions, &e); /* it fails on kept revisions only */
}

int
risk_parameters_read(const json_t *risk, const char *code, struct risk_parameters *ret_parameters,
	struct risk_revision **ret_revisions, struct error *e)
{
	struct json_check check = {.root = "pack.json: /risk"};
	struct risk_parameters parameters = {0};
	struct risk_revision *revisions = NULL;
	int r;

	if ((r = read_risk(&check, risk, code, &parameters, &revisions, e)) < 0 || (r = json_check_result(&check, e)) < 0) {
		free(revisions);
		return r;
	}
	*ret_parameters = parameters;
	*ret_revisions = revisions;
	return 0;
}
