/* visits: stays in a city or country, where no place is known. Natural key: the person, where, and from when. */

#include <stdio.h>

#include "feed/import.h"

enum { ID_NUMBER, COUNTRY, DIVISION, FROM, TO };
static const struct row_column columns[] = {
	{"id_number", true}, {"country", true}, {"division", false}, {"from", true}, {"to", true}};

static int
take(struct import *import, const struct row *row, enum taken *ret_taken, struct error *e)
{
	const char *division = import_text(row, DIVISION);
	char country[3], key[EVIDENCE_KEY_MAX], text[TIME_TEXT_SIZE];
	person_number person;
	instant from, to;
	int code;

	if ((code = import_check_id(import, row, ID_NUMBER, e)) < 0 ||
		(code = import_country(import, row, COUNTRY, country, e)) < 0 ||
		(code = import_check_division(import, row, DIVISION, e)) < 0 ||
		(code = import_time(import, row, FROM, &from, e)) < 0 || (code = import_time(import, row, TO, &to, e)) < 0)
		return code;
	if (to <= from)
		return import_refuse(import, row, TO, e, "the end is not after the beginning");
	if ((code = import_person(import, row, ID_NUMBER, &person, e)) < 0)
		return code;
	snprintf(key, sizeof key, "%u %s %s %s", (unsigned)person, country, division ? division : "-",
		time_write(from, &zone_utc, text));
	return import_evidence(import, EVIDENCE_VISIT, person, key, from,
		json_pack("{s:s, s:s?, s:o, s:o}", "country", country, "division", division, "from", import_time_json(from),
			"to", import_time_json(to)),
		ret_taken, e);
}

const struct import_kind import_visits = {
	.name = "visits", .forms = FORM("visits", columns), .form_count = 1, .take = take};
