/* checkins: what people report of their health, day by day. Natural key: the person and the moment. */

#include <string.h>

#include "base/text.h"
#include "feed/import.h"

enum { ID_NUMBER, AT, TEMPERATURE, SYMPTOMS, CONTACT };
static const struct row_column columns[] = {
	{"id_number", true}, {"at", true}, {"temperature_c", false}, {"symptoms", false}, {"contact", false}};

/* Outside of these it is no living person's, whatever a rule makes of it. */
enum { TEMPERATURE_LEAST = 300, TEMPERATURE_MOST = 450 };

static int
read_temperature(struct import *import, const struct row *row, struct registry_checkin *checkin, struct error *e)
{
	const struct record_field *field = row->fields[TEMPERATURE];
	int64_t tenths;

	if (!field)
		return 0;
	if (!text_decimal(field->text, field->length, 1, &tenths) || tenths < TEMPERATURE_LEAST ||
		tenths > TEMPERATURE_MOST)
		return import_refuse(import, row, TEMPERATURE, e, "a temperature from 30 to 45 degrees Celsius expected");
	checkin->measured = true;
	checkin->temperature_tenths_c = (int32_t)tenths;
	return 0;
}

static int
read_symptoms(struct import *import, const struct row *row, struct registry_checkin *checkin, struct error *e)
{
	const struct record_field *field = row->fields[SYMPTOMS];
	int code;

	if (!field)
		return 0;
	code = registry_symptoms_read(field->text, field->length, checkin, e);
	return code < 0 ? import_refuse_for(import, row, SYMPTOMS, code, e) : 0;
}

static int
read_contact(struct import *import, const struct row *row, struct registry_checkin *checkin, struct error *e)
{
	const char *text = import_text(row, CONTACT);

	if (!text || strcmp(text, "no") == 0)
		return 0;
	if (strcmp(text, "yes") != 0)
		return import_refuse(import, row, CONTACT, e, "yes or no expected");
	checkin->contact = true;
	return 0;
}

static int
take(struct import *import, const struct row *row, enum taken *ret_taken, struct error *e)
{
	struct registry_checkin checkin = {.import = import->source.import};
	enum evidence_outcome outcome;
	int code;

	if ((code = import_check_id(import, row, ID_NUMBER, e)) < 0 ||
		(code = import_time(import, row, AT, &checkin.at, e)) < 0 ||
		(code = read_temperature(import, row, &checkin, e)) < 0 ||
		(code = read_symptoms(import, row, &checkin, e)) < 0 || (code = read_contact(import, row, &checkin, e)) < 0 ||
		(code = import_person(import, row, ID_NUMBER, &checkin.person, e)) < 0)
		return code;
	if ((code = registry_checkin_put(import->registry, &checkin, &outcome, e)) < 0)
		return import_refuse_for(import, row, AT, code, e);
	*ret_taken = (enum taken)outcome;
	return 0;
}

const struct import_kind import_checkins = {
	.name = "checkins", .forms = FORM("checkins", columns), .form_count = 1, .take = take};
