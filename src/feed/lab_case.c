/* What results make of a person: a case, by the pack's "laboratory" section.
 *
 * L1. The cases of a person are a function of the results that are known, so that the order in which they came does not
 *     matter. They are numbered by time; results within "new_case_days" of a case's first are that case's.
 * L2. A case has one piece of evidence, whose status is the section's "status" ("without_symptoms" where every result
 *     says that there were none), or "discarded" once no positive result is left for it. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "base/text.h"
#include "feed/lab.h"
#include "keys/keys.h"

enum { POSITIVES_MAX = 10000, CASE_NAME_SIZE = 48 };

struct positive {
	instant at, reported, onset; /* onset: INT64_MAX where not told */
	bool free_of_symptoms;
};

struct results {
	const json_t *tests; /* those that make a case */
	struct positive *positives;
	size_t count, capacity;
	instant last_reported;
};

static bool
makes_case(const json_t *tests, const char *test)
{
	size_t i;
	json_t *item;

	json_array_foreach(tests, i, item)
	{
		if (json_is_string(item) && strcmp(json_string_value(item), test) == 0)
			return true;
	}
	return false;
}

static int
read_time(const json_t *body, const char *name, instant absent, instant *ret_at, struct error *e)
{
	const char *text = json_string_value(json_object_get(body, name));

	*ret_at = absent;
	return text ? time_read(text, strlen(text), &zone_utc, ret_at, e) : 0;
}

static int
take_result(const struct evidence_row *row, void *context, struct error *e)
{
	struct results *r = context;
	const char *test, *result;
	struct positive p = {0};
	json_t *body = NULL;
	int code;

	if ((code = json_read(row->body, strlen(row->body), "test", &body, e)) < 0)
		return error_set(e, ERROR_CORRUPT, "evidence of a test cannot be read");
	test = json_string_value(json_object_get(body, "kind"));
	result = json_string_value(json_object_get(body, "result"));
	if ((code = read_time(body, "reported", row->at, &p.reported, e)) < 0 ||
		(code = read_time(body, "onset", INT64_MAX, &p.onset, e)) < 0)
		goto out;
	if (p.reported > r->last_reported)
		r->last_reported = p.reported;
	if (!test || !result || strcmp(result, "positive") != 0 || !makes_case(r->tests, test))
		goto out;
	p.at = row->at;
	p.free_of_symptoms = json_is_false(json_object_get(body, "symptoms"));
	if ((code = array_grow(&r->positives, &r->capacity, r->count + 1, sizeof p, POSITIVES_MAX, e)) < 0)
		goto out;
	r->positives[r->count++] = p;
out:
	json_decref(body);
	return code;
}

static int
by_time(const void *a, const void *b)
{
	const struct positive *left = a, *right = b;

	return (left->at > right->at) - (left->at < right->at);
}

static void
case_name(struct import *import, person_number person, size_t number, char name[CASE_NAME_SIZE])
{
	uint8_t hash[KEYS_SIZE];
	char hex[2 * KEYS_SIZE + 1], text[16];

	snprintf(text, sizeof text, "%u", person);
	keys_hash(registry_keys(import->registry), "lab-case", text, strlen(text), hash);
	snprintf(name, CASE_NAME_SIZE, "lab-%s-%zu", text_hex(hash, 8, hex), number);
}

static int
put_case(struct import *import, person_number person, size_t number, const char *status, instant at,
	const struct positive *first, struct error *e)
{
	char name[CASE_NAME_SIZE], key[EVIDENCE_KEY_MAX];
	enum taken taken;
	json_t *body;

	case_name(import, person, number, name);
	snprintf(key, sizeof key, "%s/laboratory", name);
	body = json_pack("{s:s, s:s, s:o}", "case", name, "status", status, "at", import_time_json(at));
	if (body && first) {
		json_object_set_new(body, "confirmed_at", import_time_json(at));
		json_object_set_new(body, "sampled", import_time_json(first->at));
		if (first->onset != INT64_MAX)
			json_object_set_new(body, "onset", import_time_json(first->onset));
	}
	return import_evidence(import, EVIDENCE_CASE_STATUS, person, key, at, body, &taken, e);
}

static int
look(const struct evidence_row *row, void *context, struct error *e)
{
	(void)row;
	(void)context;
	(void)e;
	return 0;
}

/* Discard the cases from ${number} on, which are known and have no result any more. */
static int
discard_from(struct import *import, person_number person, size_t number, instant at, struct error *e)
{
	for (;; number++) {
		char name[CASE_NAME_SIZE], key[EVIDENCE_KEY_MAX];
		int code;

		case_name(import, person, number, name);
		snprintf(key, sizeof key, "%s/laboratory", name);
		code = evidence_find(
			registry_db(import->registry), EVIDENCE_CASE_STATUS, key, import->source.recorded_at, look, NULL, e);
		if (code == ERROR_EXISTS_NOT)
			return 0;
		if (code < 0 || (code = put_case(import, person, number, "discarded", at, NULL, e)) < 0)
			return code;
	}
}

static int
put_cases(struct import *import, person_number person, const struct results *r, const json_t *section, struct error *e)
{
	const char *status = json_string_value(json_object_get(section, "status"));
	const char *without = json_string_value(json_object_get(section, "without_symptoms"));
	int64_t days = json_integer_value(json_object_get(section, "new_case_days"));
	size_t number = 0;
	int code;

	for (size_t i = 0; i < r->count;) {
		struct positive first = r->positives[i];
		instant at = first.reported;

		for (; i < r->count && r->positives[i].at - first.at < days * DAY_S; i++) {
			const struct positive *p = &r->positives[i];

			at = p->reported < at ? p->reported : at;
			first.onset = p->onset < first.onset ? p->onset : first.onset;
			first.free_of_symptoms &= p->free_of_symptoms;
		}
		if ((code = put_case(
				 import, person, ++number, first.free_of_symptoms && without ? without : status, at, &first, e)) < 0)
			return code;
	}
	return discard_from(import, person, number + 1, r->last_reported, e);
}

int
lab_cases(struct import *import, person_number person, struct error *e)
{
	const json_t *section = pack_section(import->pack, "laboratory");
	struct results r = {.tests = json_object_get(section, "tests"), .last_reported = INT64_MIN};
	int code;

	if (!section)
		return 0;
	if (!json_is_array(r.tests) || !json_is_string(json_object_get(section, "status")) ||
		json_integer_value(json_object_get(section, "new_case_days")) < 1)
		return error_set(
			e, ERROR_USAGE, "the pack's section \"laboratory\" needs tests, status and new_case_days of at least 1");
	code = evidence_each_of(registry_db(import->registry), person, EVIDENCE_TEST, EVIDENCE_NOW,
		import->source.recorded_at, take_result, &r, e);
	if (code == 0 && r.count)
		qsort(r.positives, r.count, sizeof *r.positives, by_time);
	if (code == 0)
		code = put_cases(import, person, &r, section, e);
	free(r.positives);
	return code;
}
