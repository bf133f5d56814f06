/* vaccinations: doses that were given, as registers of vaccination list them. Natural key: the person and the moment, of which a register
 * tells the day alone. A dose in excess of its series is taken as it stands: boosters are counted both ways. */

#include "feed/vaccination.h"

#include <stdio.h>
#include <string.h>

#include "base/json_memory.h"
#include "base/text.h"

enum { ID_NUMBER, DATE, VACCINE, DOSE, DOSES, WITHDRAWN };
static const struct row_column columns[] = {
	{"id_number", true}, {"date", true}, {"vaccine", true}, {"dose", false}, {"doses", false}, {"withdrawn", false}};

enum { VACCINE_MAX = 100, DOSES_MAX = 99 };

int
vaccination_put(struct import *import, person_number person, const char *key, const struct vaccination *vaccination,
	enum taken *ret_taken, struct error *e)
{
	size_t failures = json_memory_failures();
	json_t *body = json_pack("{s:s, s:o, s:s, s:b}", "kind", "vaccination", "at", import_time_json(vaccination->at),
		"vaccine", vaccination->vaccine, "withdrawn", vaccination->withdrawn);

	if (body && vaccination->dose)
		json_object_set_new(body, "dose", json_integer(vaccination->dose));
	if (body && vaccination->doses)
		json_object_set_new(body, "doses", json_integer(vaccination->doses));
	return import_evidence(
		import, EVIDENCE_CERTIFICATE, person, key, vaccination->at, json_if_whole(body, failures), ret_taken, e);
}

static int
read_number(struct import *import, const struct row *row, size_t column, int64_t *ret_number, struct error *e)
{
	const struct record_field *field = row->fields[column];

	return !field || text_integer(field->text, field->length, 1, DOSES_MAX, ret_number)
		? 0
		: import_refuse(import, row, column, e, "a number of doses from 1 to 99 expected");
}

static int
read_withdrawn(struct import *import, const struct row *row, bool *ret_withdrawn, struct error *e)
{
	const char *text = import_text(row, WITHDRAWN);

	*ret_withdrawn = text && strcmp(text, "yes") == 0;
	return !text || *ret_withdrawn || strcmp(text, "no") == 0
		? 0
		: import_refuse(import, row, WITHDRAWN, e, "yes or no expected");
}

static int
take(struct import *import, const struct row *row, enum taken *ret_taken, struct error *e)
{
	struct vaccination read = {.vaccine = import_text(row, VACCINE)};
	char key[EVIDENCE_KEY_MAX], at[TIME_TEXT_SIZE];
	person_number person;
	int code;

	if ((code = import_check_id(import, row, ID_NUMBER, e)) < 0 ||
		(code = import_time(import, row, DATE, &read.at, e)) < 0)
		return code;
	if (strlen(read.vaccine) > VACCINE_MAX)
		return import_refuse(import, row, VACCINE, e, "the code or name of a vaccine has at most 100 bytes");
	if ((code = read_number(import, row, DOSE, &read.dose, e)) < 0 ||
		(code = read_number(import, row, DOSES, &read.doses, e)) < 0 ||
		(code = read_withdrawn(import, row, &read.withdrawn, e)) < 0 ||
		(code = import_person(import, row, ID_NUMBER, &person, e)) < 0)
		return code;
	snprintf(key, sizeof key, "vaccination/%u/%s", (unsigned)person, time_write(read.at, &zone_utc, at));
	return vaccination_put(import, person, key, &read, ret_taken, e);
}

const struct import_kind import_vaccinations = {
	.name = "vaccinations", .forms = FORM("vaccinations", columns), .form_count = 1, .take = take};
