/* Check-ins and declarations. Key: PERSON/MOMENT. */

#include "registry/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_memory.h"

enum { BODY_MAX = 4096, LEAST_TENTHS_C = 300, MOST_TENTHS_C = 450 };

static int
by_text(const void *left, const void *right)
{
	return strcmp(left, right);
}

static bool
symptom_is_word(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!(text[i] >= 'a' && text[i] <= 'z') && text[i] != '_')
			return false;
	return length > 0 && length < SYMPTOM_SIZE && text[0] != '_';
}

/* Sorted, each once. */
static void
symptoms_order(struct registry_checkin *checkin)
{
	size_t kept = 0;

	qsort(checkin->symptoms, checkin->symptom_count, SYMPTOM_SIZE, by_text);
	for (size_t i = 0; i < checkin->symptom_count; i++) {
		if (kept > 0 && strcmp(checkin->symptoms[kept - 1], checkin->symptoms[i]) == 0)
			continue;
		if (kept != i)
			memcpy(checkin->symptoms[kept], checkin->symptoms[i], SYMPTOM_SIZE);
		kept++;
	}
	checkin->symptom_count = kept;
}

int
registry_symptoms_read(const char *text, size_t length, struct registry_checkin *checkin, struct error *e)
{
	struct registry_checkin read = {0};
	size_t start = 0;

	while (start < length) {
		const char *end = memchr(text + start, ';', length - start);
		size_t stop = end ? (size_t)(end - text) : length, from = start, to = stop;

		while (from < to && text[from] == ' ')
			from++;
		while (to > from && text[to - 1] == ' ')
			to--;
		if (from < to) {
			if (!symptom_is_word(text + from, to - from)) {
				error_set(e, ERROR_BAD_INPUT, "symptoms: words of a-z and '_' with ';' between expected");
				return error_at(e, NULL, 0, from + 1);
			}
			if (read.symptom_count == SYMPTOMS_MAX)
				return error_set(e, ERROR_BAD_INPUT, "symptoms: at most %d", SYMPTOMS_MAX);
			snprintf(read.symptoms[read.symptom_count++], SYMPTOM_SIZE, "%.*s", (int)(to - from), text + from);
		}
		start = stop + 1;
	}
	symptoms_order(&read);
	memcpy(checkin->symptoms, read.symptoms, sizeof read.symptoms);
	checkin->symptom_count = read.symptom_count;
	return 0;
}

static int
check(const struct registry_checkin *checkin, struct error *e)
{
	if (checkin->measured &&
		(checkin->temperature_tenths_c < LEAST_TENTHS_C || checkin->temperature_tenths_c > MOST_TENTHS_C))
		return error_set(
			e, ERROR_BAD_INPUT, "temperature_c: %d to %d degrees expected", LEAST_TENTHS_C / 10, MOST_TENTHS_C / 10);
	if (checkin->symptom_count > SYMPTOMS_MAX)
		return error_set(e, ERROR_BAD_INPUT, "symptoms: at most %d", SYMPTOMS_MAX);
	for (size_t i = 0; i < checkin->symptom_count; i++)
		if (!symptom_is_word(checkin->symptoms[i], strnlen(checkin->symptoms[i], SYMPTOM_SIZE)))
			return error_set(e, ERROR_BAD_INPUT, "symptoms: words of a-z and '_' expected");
	return 0;
}

static json_t *
body_of(const struct registry_checkin *checkin)
{
	size_t failures = json_memory_failures();
	char at[TIME_TEXT_SIZE];
	json_t *symptoms = json_array();
	json_t *body;

	for (size_t i = 0; i < checkin->symptom_count; i++)
		json_array_append_new(symptoms, json_string(checkin->symptoms[i]));
	body = json_pack(
		"{ss so sb}", "at", time_write(checkin->at, &zone_utc, at), "symptoms", symptoms, "contact", checkin->contact);
	if (body && checkin->measured)
		json_object_set_new(body, "temperature_tenths_c", json_integer(checkin->temperature_tenths_c));
	return json_if_whole(body, failures);
}

static int
put(struct registry *registry, const struct registry_checkin *given, enum evidence_kind kind,
	enum evidence_outcome *ret_outcome, struct error *e)
{
	struct registry_checkin checkin = *given;
	struct buffer text = buffer_make(BODY_MAX);
	char key[64];
	struct evidence_row row = {.kind = kind,
		.person = given->person,
		.key = key,
		.at = given->at,
		.recorded_at = registry_recording_time(registry),
		.import_id = given->import};
	json_t *body = NULL;
	int r;

	if ((r = check(given, e)) < 0)
		return r;
	symptoms_order(&checkin);
	snprintf(key, sizeof key, "%" PRIu32 "/%" PRId64, given->person, given->at);
	if (!(body = body_of(&checkin)))
		return error_no_memory(e);
	if ((r = json_write(body, &text, e)) == 0) {
		row.body = buffer_text(&text);
		r = given->phone ? registry_evidence_tell(registry, &row, given->phone, e)
						 : registry_evidence_put(registry, &row, ret_outcome, e);
	}
	buffer_free(&text);
	json_decref(body);
	return r;
}

int
registry_checkin_put(struct registry *registry, const struct registry_checkin *checkin,
	enum evidence_outcome *ret_outcome, struct error *e)
{
	return put(registry, checkin, EVIDENCE_CHECKIN, ret_outcome, e);
}

int
registry_declaration_put(struct registry *registry, const struct registry_checkin *declaration,
	enum evidence_outcome *ret_outcome, struct error *e)
{
	struct registry_checkin plain = *declaration;

	plain.measured = false;
	return put(registry, &plain, EVIDENCE_DECLARATION, ret_outcome, e);
}
