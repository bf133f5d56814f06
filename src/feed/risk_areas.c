/* risk-areas: the lists of areas of medium and high risk that an authority publishes. Natural key: the source, the area and the moment from
 * which the list holds. All rows of one source, country and moment are one list, and a list is whole: an area that was listed before and is not
 * in it is of low risk from then on (docs/decisions/0065). */

#include <stdio.h>
#include <string.h>

#include "feed/area_row.h"
#include "feed/import.h"
#include "place/place.h"

enum { FROM, COUNTRY, DIVISION, PROVINCE, CITY, LEVEL, SOURCE };
static const struct row_column columns[] = {{"from", true}, {"country", true}, {"division", false}, {"province", false},
	{"city", false}, {"level", true}, {"source", false}};

static int
take(struct import *import, const struct row *row, enum taken *ret_taken, struct error *e)
{
	static const struct area_columns place = {COUNTRY, DIVISION, PROVINCE, CITY};
	char source[AREA_SOURCE_SIZE] = "list", area[AREA_KEY_SIZE], country[3];
	enum evidence_outcome outcome;
	enum risk_level level;
	instant from;
	int code;

	if ((code = import_time(import, row, FROM, &from, e)) < 0 ||
		(code = area_place_read(import->rows, row, &place, area, country, e)) < 0 ||
		(code = area_source_read(import->rows, row, SOURCE, source, e)) < 0)
		return code;
	if (!risk_level_read(import_text(row, LEVEL), &level))
		return import_refuse(import, row, LEVEL, e, "low, medium or high expected");

	const struct evidence_area_level listed = {.source = source,
		.area = area,
		.country = country,
		.from = from,
		.level = risk_level_text(level),
		.recorded_at = import->source.recorded_at,
		.import_id = import->source.import};

	if ((code = evidence_area_level_put(registry_db(import->registry), &listed, &outcome, e)) < 0)
		return code;
	*ret_taken = (enum taken)outcome;
	return 0;
}

const struct import_kind import_risk_areas = {
	.name = "risk-areas", .forms = FORM("risk areas", columns), .form_count = 1, .take = take};
