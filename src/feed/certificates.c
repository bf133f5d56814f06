/* certificates: the EU's health certificates (EU DCC) that people show, as text ("HC1:..."), beside the ID number of whose they are.
 * Natural key: the certificate's own identifier. A certificate that does not count now (credential/certificate.h) is refused, and so
 * is one of somebody who was born on another day than the ID number says. */

#include <stdio.h>
#include <string.h>

#include "base/json_memory.h"
#include "base/text.h"
#include "credential/credential.h"
#include "feed/lab.h"
#include "feed/vaccination.h"
#include "keys/keys.h"

enum { ID_NUMBER, CERTIFICATE };
static const struct row_column columns[] = {{"id_number", true}, {"certificate", true}};

static int
begin(struct import *import, struct error *e)
{
	return import->options->trust
		? 0
		: error_set(e, ERROR_USAGE, "certificates are checked against the keys of --trust, and there are none");
}

static int
refuse(struct import *import, const struct row *row, struct error *e, const char *why, const char *what)
{
	error_set(e, ERROR_BAD_INPUT, "%s%s", why, what);
	return rows_refuse(import->rows, row, row->fields[CERTIFICATE], e);
}

/* A DCC's date of birth is a year, a month or a day, or "" where none is known. */
static bool
is_born_then(const char *birth, const struct id_number *id)
{
	char text[TIME_TEXT_SIZE];

	return !id->has_birth_date || !birth || strncmp(day_write(id->birth_date, text), birth, strlen(birth)) == 0;
}

/* Whose it is, and that it counts. */
static int
check(struct import *import, const struct row *row, struct certificate *certificate, struct error *e)
{
	const struct record_field *id_field = row->fields[ID_NUMBER], *field = row->fields[CERTIFICATE];
	enum certificate_cause cause;
	struct id_number id = {0};
	struct error why = {0};
	bool same;
	int r;

	if ((r = import_check_id(import, row, ID_NUMBER, e)) < 0)
		return r;
	if ((r = certificate_verify((const uint8_t *)field->text, field->length, import->options->trust,
			 registry_now(import->registry), certificate, &cause, &why)) < 0) {
		*e = why;
		return r;
	}
	if (cause != CERTIFICATE_VALID)
		return refuse(import, row, e, "the certificate does not count: ", certificate_cause_name(cause));
	id_number_read(id_field->text, id_field->length, &id, NULL);
	same = is_born_then(json_string_value(json_object_get(certificate->payload, "dob")), &id);
	explicit_bzero(&id, sizeof id);
	return same ? 0 : import_refuse(import, row, ID_NUMBER, e, "the certificate is of somebody born on another day");
}

static const char *
text_of(const json_t *entry, const char *name)
{
	const char *text = json_string_value(json_object_get(entry, name));

	return text ? text : "";
}

/* A date, local to the jurisdiction; the schema has looked at its form. */
static int
read_date(struct import *import, const json_t *entry, const char *name, instant *ret_at, struct error *e)
{
	const char *text = text_of(entry, name);

	return time_read(text, strcspn(text, "T"), import->zone, ret_at, e);
}

/* What a certificate says. */
struct certified {
	struct vaccination vaccination;
	const char *test, *result;
	instant at, from, to;
};

static int
read_vaccination(struct import *import, const json_t *entry, struct certified *s, struct error *e)
{
	s->vaccination.vaccine = text_of(entry, "mp");
	s->vaccination.dose = json_integer_value(json_object_get(entry, "dn"));
	s->vaccination.doses = json_integer_value(json_object_get(entry, "sd"));
	return read_date(import, entry, "dt", &s->vaccination.at, e);
}

static int
put_vaccination(struct import *import, person_number person, const char *key, const struct certified *s,
	enum taken *ret_taken, struct error *e)
{
	return vaccination_put(import, person, key, &s->vaccination, ret_taken, e);
}

static int
read_test(struct import *import, const json_t *entry, struct certified *s, struct error *e)
{
	/* LOINC parts of the certificates' value set: nucleic acid amplification, and rapid immunoassay. */
	const char *kind = text_of(entry, "tt");

	(void)import;
	s->test = strcmp(kind, "LP6464-4") == 0 ? "pcr" : strcmp(kind, "LP217198-3") == 0 ? "antigen" : NULL;
	s->result = lab_result_word(text_of(entry, "tr"), "");
	if (!s->test)
		return error_set(e, ERROR_BAD_INPUT, "no kind of test is known by \"%.40s\"", kind);
	if (!s->result)
		return error_set(e, ERROR_BAD_INPUT, "no result is known by \"%.40s\"", text_of(entry, "tr"));
	if (!dcc_time_read(text_of(entry, "sc"), &s->at))
		return error_set(e, ERROR_BAD_INPUT, "the certificate does not say when the sample was taken");
	return 0;
}

static int
put_test(struct import *import, person_number person, const char *key, const struct certified *s, enum taken *ret_taken,
	struct error *e)
{
	size_t failures = json_memory_failures();
	json_t *body = json_pack("{s:s, s:s, s:o, s:o}", "kind", s->test, "result", s->result, "at",
		import_time_json(s->at), "reported", import_time_json(s->at));
	int r = import_evidence(import, EVIDENCE_TEST, person, key, s->at, json_if_whole(body, failures), ret_taken, e);

	return r < 0 ? r : lab_cases(import, person, e);
}

static int
read_recovery(struct import *import, const json_t *entry, struct certified *s, struct error *e)
{
	int r;

	if ((r = read_date(import, entry, "fr", &s->at, e)) < 0 || (r = read_date(import, entry, "df", &s->from, e)) < 0)
		return r;
	return read_date(import, entry, "du", &s->to, e);
}

static int
put_recovery(struct import *import, person_number person, const char *key, const struct certified *s,
	enum taken *ret_taken, struct error *e)
{
	size_t failures = json_memory_failures();
	json_t *body = json_pack("{s:s, s:o, s:o, s:o}", "kind", "recovery", "at", import_time_json(s->at), "from",
		import_time_json(s->from), "to", import_time_json(s->to));

	return import_evidence(
		import, EVIDENCE_CERTIFICATE, person, key, s->at, json_if_whole(body, failures), ret_taken, e);
}

static const struct kind {
	unsigned kind;
	const char *member;
	int (*read)(struct import *import, const json_t *entry, struct certified *s, struct error *e);
	int (*put)(struct import *import, person_number person, const char *key, const struct certified *s,
		enum taken *ret_taken, struct error *e);
} kinds[] = {{KEY_USAGE_VACCINATION, "v", read_vaccination, put_vaccination},
	{KEY_USAGE_TEST, "t", read_test, put_test}, {KEY_USAGE_RECOVERY, "r", read_recovery, put_recovery}};

/* The identifier names its holder to whoever issued it. */
static void
key_of(struct import *import, const json_t *entry, char key[EVIDENCE_KEY_MAX])
{
	const char *identifier = text_of(entry, "ci");
	char hex[2 * KEYS_SIZE + 1];
	uint8_t hash[KEYS_SIZE];

	keys_hash(registry_keys(import->registry), "certificate", identifier, strlen(identifier), hash);
	snprintf(key, EVIDENCE_KEY_MAX, "certificate/%s", text_hex(hash, 16, hex));
}

static int
take(struct import *import, const struct row *row, enum taken *ret_taken, struct error *e)
{
	struct certificate certificate = {0};
	const struct kind *kind = NULL;
	struct certified statement = {0};
	char key[EVIDENCE_KEY_MAX];
	person_number person;
	const json_t *list;
	int r;

	if ((r = check(import, row, &certificate, e)) < 0)
		goto out;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i].kind == certificate.kind)
			kind = &kinds[i];
	list = kind ? json_object_get(certificate.payload, kind->member) : NULL;
	if (!kind || json_array_size(list) != 1) {
		r = refuse(import, row, e, "a certificate of one vaccination, test or recovery expected", "");
		goto out;
	}
	if ((r = kind->read(import, json_array_get(list, 0), &statement, e)) < 0) {
		r = import_refuse_for(import, row, CERTIFICATE, r, e);
		goto out;
	}
	if ((r = import_person(import, row, ID_NUMBER, &person, e)) < 0)
		goto out;
	key_of(import, json_array_get(list, 0), key);
	r = kind->put(import, person, key, &statement, ret_taken, e);
out:
	certificate_free(&certificate);
	return r;
}

const struct import_kind import_certificates = {
	.name = "certificates", .forms = FORM("certificates", columns), .form_count = 1, .begin = begin, .take = take};
