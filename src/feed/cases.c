/* cases: who is a case, since when, and what is known of it. Natural key: the case and its status, so that a case that
 * was suspected and is confirmed is two pieces of evidence. confirmed_at is when that status was established. */

#include <stdio.h>
#include <string.h>

#include "base/json_memory.h"
#include "feed/definition.h"
#include "feed/import.h"

enum {
	CASE,
	ID_NUMBER,
	STATUS,
	ONSET,
	SAMPLED,
	CONFIRMED_AT,
	ISOLATED_AT,
	INFECTED_BY,
	SYMPTOMS_ENDED,
	NAME,
	BIRTH_DATE,
	PHONE,
	GROUNDS,
	CLINICIANS
};
static const struct row_column columns[] = {{"case", true}, {"id_number", false}, {"status", true}, {"onset", false},
	{"sampled", false}, {"confirmed_at", true}, {"isolated_at", false}, {"infected_by", false},
	{"symptoms_ended", false}, {"name", false}, {"birth_date", false}, {"phone", false}, {"grounds", false},
	{"clinicians", false}};

enum { CASE_NAME_MAX = 64, CLINICIANS_MAX = 256 };

static int
check_name(struct import *import, const struct row *row, size_t column, struct error *e)
{
	const struct record_field *field = row->fields[column];

	if (field && (field->length > CASE_NAME_MAX || strchr(field->text, '/')))
		return import_refuse(import, row, column, e, "a case's name has at most 64 bytes and no slash");
	return 0;
}

/* What a row tells of a person besides their ID number. */
static int
read_identity(struct import *import, const struct row *row, struct registry_identity *identity, struct error *e)
{
	const struct record_field *name = row->fields[NAME], *birth = row->fields[BIRTH_DATE], *phone = row->fields[PHONE];
	char date[TIME_TEXT_SIZE];
	day_number day;

	if (name && name->length >= sizeof identity->name)
		return import_refuse(import, row, NAME, e, "a name has at most 256 bytes");
	if (birth && day_read(birth->text, birth->length, &day, e) < 0)
		return rows_refuse(import->rows, row, birth, e);
	if (phone && registry_phone_read(phone->text, phone->length, identity->phone, e) < 0)
		return rows_refuse(import->rows, row, phone, e);
	if (name)
		strcpy(identity->name, name->text);
	if (birth)
		snprintf(identity->birth_date, sizeof identity->birth_date, "%.10s", day_write(day, date));
	return 0;
}

static int
take_person(const struct evidence_row *row, void *context, struct error *e)
{
	(void)e;
	*(person_number *)context = row->person;
	return 0;
}

/* A row that does not say whose case it is takes it from nobody: it is of whom it is known to be. */
static int
keep_person(struct import *import, const char *key, person_number *ret_person, struct error *e)
{
	int code = evidence_find(
		registry_db(import->registry), EVIDENCE_CASE_STATUS, key, EVIDENCE_NOW, take_person, ret_person, e);

	return code == ERROR_EXISTS_NOT ? 0 : code;
}

/* Whoever has no ID number, but a name, is known by their case: who that is may be found out (registry/match.h). */
static int
find_person(struct import *import, const struct row *row, const char *key, person_number *ret_person, struct error *e)
{
	struct registry_identity identity = {0};
	int code;

	if (row->fields[ID_NUMBER])
		return import_person(import, row, ID_NUMBER, ret_person, e);
	if (!row->fields[NAME])
		return keep_person(import, key, ret_person, e);
	if ((code = read_identity(import, row, &identity, e)) == 0 &&
		(code = registry_person_by_local_number(
			 import->registry, "case", import_text(row, CASE), &identity, import->source.import, ret_person, e)) > 0)
		code = 0;
	registry_identity_wipe(&identity);
	return code;
}

/* Add a time to the body where the row has one. */
static int
add_time(struct import *import, const struct row *row, size_t column, json_t *body, struct error *e)
{
	instant at;
	int code;

	if (!row->fields[column])
		return 0;
	if ((code = import_time(import, row, column, &at, e)) < 0)
		return code;
	return json_object_set_new(body, columns[column].name, import_time_json(at)) < 0 ? error_no_memory(e) : 0;
}

/* Two names or more, separated by semicolons, each another. */
static bool
are_names_of_two(const char *text)
{
	const char *end = strchr(text, ';');
	size_t first = end ? (size_t)(end - text) : 0, second;

	if (!first)
		return false;
	text = end + 1 + strspn(end + 1, " ");
	second = strcspn(text, ";");
	return second && !(first == second && strncmp(end - first, text, second) == 0);
}

/* Whether it rests on a laboratory's result or on two clinicians, as whoever hands in the list says. Where the row does not say, the class
 * does (a pack's "grounds"). */
static int
add_grounds(struct import *import, const struct row *row, json_t *body, struct error *e)
{
	const char *grounds = import_text(row, GROUNDS), *clinicians = import_text(row, CLINICIANS);
	bool by_clinicians = grounds && strcmp(grounds, "clinicians") == 0;

	if (grounds && !by_clinicians && strcmp(grounds, "laboratory") != 0 && strcmp(grounds, "none") != 0)
		return import_refuse(import, row, GROUNDS, e, "grounds are laboratory, clinicians or none");
	if (by_clinicians && (!clinicians || !are_names_of_two(clinicians)))
		return import_refuse(
			import, row, clinicians ? CLINICIANS : GROUNDS, e, "two clinicians are named, as in \"Li Wei; Zhang Min\"");
	if (clinicians && !by_clinicians)
		return import_refuse(import, row, CLINICIANS, e, "clinicians are named where they are the grounds");
	if (clinicians && strlen(clinicians) > CLINICIANS_MAX)
		return import_refuse(import, row, CLINICIANS, e, "names of clinicians have at most 256 bytes");
	if ((grounds && json_object_set_new(body, "grounds", json_string(grounds)) < 0) ||
		(clinicians && json_object_set_new(body, "clinicians", json_string(clinicians)) < 0))
		return error_no_memory(e);
	return 0;
}

static int
take(struct import *import, const struct row *row, enum taken *ret_taken, struct error *e)
{
	const char *name = import_text(row, CASE), *status = import_text(row, STATUS);
	char key[EVIDENCE_KEY_MAX];
	size_t failures = json_memory_failures();
	person_number person = 0;
	json_t *body = NULL;
	instant at;
	int code;

	if ((code = check_name(import, row, CASE, e)) < 0 || (code = check_name(import, row, INFECTED_BY, e)) < 0 ||
		(row->fields[ID_NUMBER] && (code = import_check_id(import, row, ID_NUMBER, e)) < 0) ||
		(code = import_time(import, row, CONFIRMED_AT, &at, e)) < 0)
		goto out;
	if (!import_is_word(status)) {
		code = import_refuse(import, row, STATUS, e, "a status is a word such as confirmed, suspected or recovered");
		goto out;
	}
	if (strcmp(status, "laboratory") == 0) {
		code = import_refuse(import, row, STATUS, e, "\"laboratory\" is who says it, and no class of cases");
		goto out;
	}
	if ((code = definition_holds(import->pack, status, at, e)) < 0) {
		code = import_refuse_for(import, row, STATUS, code, e);
		goto out;
	}
	body = json_if_whole(json_pack("{s:s, s:s, s:o, s:s*}", "case", name, "status", status, "at", import_time_json(at),
							 "infected_by", import_text(row, INFECTED_BY)),
		failures);
	if (!body) {
		code = error_no_memory(e);
		goto out;
	}
	snprintf(key, sizeof key, "%s/%s", name, status);
	if ((code = add_time(import, row, ONSET, body, e)) < 0 || (code = add_time(import, row, SAMPLED, body, e)) < 0 ||
		(code = add_time(import, row, CONFIRMED_AT, body, e)) < 0 ||
		(code = add_time(import, row, ISOLATED_AT, body, e)) < 0 ||
		(code = add_time(import, row, SYMPTOMS_ENDED, body, e)) < 0 || (code = add_grounds(import, row, body, e)) < 0 ||
		(code = find_person(import, row, key, &person, e)) < 0)
		goto out;
	code = import_evidence(import, EVIDENCE_CASE_STATUS, person, key, at, body, ret_taken, e);
	body = NULL;
out:
	json_decref(body);
	return code;
}

const struct import_kind import_cases = {
	.name = "cases", .forms = FORM("cases", columns), .form_count = 1, .take = take};
