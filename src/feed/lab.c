#include "feed/lab.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "keys/keys.h"

enum { KEY_TEXT_MAX = 2048 };

/* The natural key tells nothing of order numbers, which name people to whoever has the laboratory's books. */
static int
result_key(struct import *import, const struct lab_report *report, const struct lab_result *result,
	char key[EVIDENCE_KEY_MAX], struct error *e)
{
	/* Where no laboratory is named, an order's number tells nothing but among its person's. */
	const char *owner = *report->id_number ? report->id_number : report->patient;
	const char *parts[] = {*report->laboratory ? report->laboratory : owner, result->order, result->code, result->sub};
	struct buffer text = buffer_make(KEY_TEXT_MAX);
	char hex[2 * KEYS_SIZE + 1];
	uint8_t hash[KEYS_SIZE];
	int code = 0;

	for (size_t i = 0; i < sizeof parts / sizeof *parts && code == 0; i++)
		code = buffer_add(&text, parts[i], strlen(parts[i]) + 1, e);
	if (code == 0) {
		keys_hash(registry_keys(import->registry), "lab-result", text.data, text.length, hash);
		snprintf(key, EVIDENCE_KEY_MAX, "lab/%s", text_hex(hash, 16, hex));
	}
	buffer_free(&text);
	return code;
}

static json_t *
result_body(const struct lab_report *report, const struct lab_result *result)
{
	json_t *body = json_pack("{s:s, s:s, s:o, s:o}", "kind", result->test, "result", result->result, "at",
		import_time_json(result->sampled), "reported", import_time_json(result->reported));

	if (body && report->has_onset)
		json_object_set_new(body, "onset", import_time_json(report->onset));
	if (body && report->has_symptoms)
		json_object_set_new(body, "symptoms", json_boolean(report->symptoms));
	return body;
}

/* Whether what was recorded under the key was reported later, or at the same time and would be kept. */
struct overtaken {
	const struct lab_result *result;
	const char *body;
	bool yes;
};

static int
compare_with(const struct evidence_row *row, void *context, struct error *e)
{
	struct overtaken *o = context;
	instant reported = INT64_MIN;
	json_t *before = NULL;
	const char *text;
	int code;

	if ((code = json_read(row->body, strlen(row->body), "test", &before, e)) < 0)
		return error_set(e, ERROR_CORRUPT, "evidence of a test cannot be read");
	text = json_string_value(json_object_get(before, "reported"));
	if (text)
		code = time_read(text, strlen(text), &zone_utc, &reported, e);
	o->yes = reported > o->result->reported || (reported == o->result->reported && strcmp(row->body, o->body) > 0);
	json_decref(before);
	return code;
}

/* Whether a later report of the same result is known already: 1, 0, or a code. */
static int
is_overtaken(
	struct import *import, const char *key, const struct lab_result *result, const json_t *body, struct error *e)
{
	struct buffer text = buffer_make(EVIDENCE_BODY_MAX);
	struct overtaken o = {.result = result};
	struct error none;
	int code;

	if ((code = json_write(body, &text, e)) < 0)
		goto out;
	o.body = buffer_text(&text);
	code = evidence_find(
		registry_db(import->registry), EVIDENCE_TEST, key, import->source.recorded_at, compare_with, &o, &none);
	if (code < 0 && code != ERROR_EXISTS_NOT) {
		*e = none;
		goto out;
	}
	code = o.yes;
out:
	buffer_free(&text);
	return code;
}

static int
put_result(struct import *import, const struct lab_report *report, const struct lab_result *result,
	person_number person, enum taken *ret_taken, struct error *e)
{
	char key[EVIDENCE_KEY_MAX];
	json_t *body;
	int code;

	if ((code = result_key(import, report, result, key, e)) < 0)
		return code;
	body = result_body(report, result);
	if (!body)
		return error_no_memory(e);
	if ((code = is_overtaken(import, key, result, body, e)) != 0) {
		json_decref(body);
		*ret_taken = TAKEN_UNCHANGED;
		return code < 0 ? code : 0;
	}
	return import_evidence(import, EVIDENCE_TEST, person, key, result->sampled, body, ret_taken, e);
}

int
lab_person(struct import *import, const struct lab_report *report, person_number *ret_person, struct error *e)
{
	struct registry_identity identity = {0};
	int code;

	if (*report->id_number)
		code = registry_person_by_id_number(
			import->registry, report->id_number, strlen(report->id_number), true, import->source.import, ret_person, e);
	else {
		snprintf(identity.name, sizeof identity.name, "%s", report->name);
		strcpy(identity.birth_date, report->birth_date);
		if (registry_phone_read(report->phone, strlen(report->phone), identity.phone, NULL) < 0)
			identity.phone[0] = 0;
		code = registry_person_by_local_number(
			import->registry, report->laboratory, report->patient, &identity, import->source.import, ret_person, e);
		registry_identity_wipe(&identity);
	}
	return code < 0 ? code : 0;
}

void
lab_name(struct lab_report *report, const char *family, const char *given)
{
	char *name = report->name;
	size_t length;

	snprintf(name, sizeof report->name, "%s%s%s", family, *family && given && *given ? " " : "", given ? given : "");
	for (length = strlen(name); length && !text_is_utf8(name, length); length--)
		name[length - 1] = 0;
}

void
lab_birth_date(struct lab_report *report, const char *text)
{
	char date[BIRTH_DATE_SIZE];
	day_number day;

	if (strspn(text, "0123456789") >= 8)
		snprintf(date, sizeof date, "%.4s-%.2s-%.2s", text, text + 4, text + 6);
	else
		snprintf(date, sizeof date, "%.10s", text);
	if (day_read(date, strlen(date), &day, NULL) == 0)
		strcpy(report->birth_date, date);
}

int
lab_put(struct import *import, const struct lab_report *report, enum taken *ret_taken, struct error *e)
{
	enum taken all = TAKEN_UNCHANGED, taken;
	person_number person;
	int code;

	if (report->result_count == 0) {
		*ret_taken = TAKEN_UNCHANGED;
		return 0;
	}
	if ((code = lab_person(import, report, &person, e)) < 0)
		return code;
	for (size_t i = 0; i < report->result_count; i++) {
		if ((code = put_result(import, report, &report->results[i], person, &taken, e)) < 0)
			return code;
		if (taken == TAKEN_NEW || (taken == TAKEN_CHANGED && all == TAKEN_UNCHANGED))
			all = taken;
	}
	if (all != TAKEN_UNCHANGED && (code = lab_cases(import, person, e)) < 0)
		return code;
	*ret_taken = all;
	return 0;
}
