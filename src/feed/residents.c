/* residents: people for whom the department applies, and vouches. Natural key: the ID number and the jurisdiction. */

#include <string.h>

#include "feed/import.h"

enum { ID_NUMBER, NAME, PHONE, DIVISION, ADDRESS, APPLIED_AT, JURISDICTION, GUARDIAN, CHANNEL, RESIDENCE_SINCE };
static const struct row_column columns[] = {{"id_number", true}, {"name", true}, {"phone", true}, {"division", true},
	{"address", false}, {"applied_at", true}, {"jurisdiction", false}, {"guardian_id_number", false},
	{"channel", false}, {"residence_since", false}};

/* The registry names the field first in its message; find the column of that name. */
static size_t
column_in_fault(const struct error *e)
{
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
		size_t length = strlen(columns[i].name);

		if (strncmp(e->message, columns[i].name, length) == 0 &&
			!strchr("_abcdefghijklmnopqrstuvwxyz", e->message[length]))
			return i;
	}
	return ID_NUMBER;
}

/* Whom a committee applied for reads so, in the log and on the phone. */
static int
tell_person(struct import *import, person_number person, struct error *e)
{
	int r = registry_access_put(import->registry, person, "household", import->options->committee->name, e);

	return r < 0 ? r : registry_notice_put_person(import->registry, person, "household", HOUSEHOLD_NOTICE, e);
}

static int
take(struct import *import, const struct row *row, enum taken *ret_taken, struct error *e)
{
	struct registry_application application = {
		.id_number = import_text(row, ID_NUMBER),
		.name = import_text(row, NAME),
		.phone = import_text(row, PHONE),
		.division = import_text(row, DIVISION),
		.address = import_text(row, ADDRESS),
		.jurisdiction = import_text(row, JURISDICTION),
		.guardian_id_number = import_text(row, GUARDIAN),
		.channel = import_text(row, CHANNEL),
		.how = import->options->committee ? VOUCHER_COMMITTEE : VOUCHER_DEPARTMENT,
		.vouched_by = import->options->by ? import->options->by : "import",
		.import = import->source.import,
	};
	enum evidence_outcome outcome;
	person_number person;
	int code;

	if ((code = import_check_id(import, row, ID_NUMBER, e)) < 0 ||
		(row->fields[GUARDIAN] && (code = import_check_id(import, row, GUARDIAN, e)) < 0) ||
		(code = import_check_division(import, row, DIVISION, e)) < 0 ||
		(code = import_time(import, row, APPLIED_AT, &application.applied_at, e)) < 0 ||
		(code = import_time_or(import, row, RESIDENCE_SINCE, REGISTRY_ALWAYS, &application.residence_since, e)) < 0)
		return code;
	if (import->options->committee && !registry_user_covers(import->options->committee, application.division))
		return import_refuse(import, row, DIVISION, e, "outside the committee's division");
	if ((code = registry_apply(import->registry, &application, &outcome, &person, e)) < 0)
		return import_refuse_for(import, row, code == ERROR_EXISTS_NOT ? JURISDICTION : column_in_fault(e), code, e);
	*ret_taken = (enum taken)outcome;
	return outcome != EVIDENCE_UNCHANGED && import->options->committee ? tell_person(import, person, e) : 0;
}

const struct import_kind import_residents = {
	.name = "residents", .forms = FORM("residents", columns), .form_count = 1, .take = take};
