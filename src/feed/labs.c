/* labs: results of laboratories, as rows, HL7 v2 or FHIR. Natural key: the laboratory, its order's number and the test;
 * where a row has no number, the person and when the sample was taken. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "credential/credential.h"
#include "feed/hl7_file.h"
#include "feed/hl7_oru.h"
#include "feed/lab.h"
#include "feed/rejects.h"

enum {
	ID_NUMBER,
	TEST,
	RESULT,
	SAMPLED_AT,
	REPORTED_AT,
	LABORATORY,
	NUMBER,
	SYMPTOMS,
	ONSET,
	PATIENT,
	NAME,
	BIRTH_DATE,
	PHONE
};
static const struct row_column columns[] = {{"id_number", false}, {"test", true}, {"result", true},
	{"sampled_at", true}, {"reported_at", false}, {"laboratory", false}, {"number", false}, {"symptoms", false},
	{"onset", false}, {"patient", false}, {"name", false}, {"birth_date", false}, {"phone", false}};

enum { PATIENT_MAX = 128 };

/* The kind's own: a report is too large for the stack. */
static int
begin(struct import *import, struct error *e)
{
	import->state = malloc(sizeof(struct lab_report));
	return import->state ? 0 : error_no_memory(e);
}

static void
end(struct import *import)
{
	if (import->state)
		explicit_bzero(import->state, sizeof(struct lab_report));
	free(import->state);
}

/* Copy a column's text; "" where there is none. */
static int
copy(struct import *import, const struct row *row, size_t column, char text[LAB_TEXT_SIZE], struct error *e)
{
	const char *value = import_text(row, column);

	if (value && strlen(value) >= LAB_TEXT_SIZE)
		return import_refuse(import, row, column, e, "longer than 255 bytes");
	snprintf(text, LAB_TEXT_SIZE, "%s", value ? value : "");
	return 0;
}

static const char *
word_among(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(*words, word) == 0)
			return *words;
	return NULL;
}

static int
read_symptoms(struct import *import, const struct row *row, struct lab_report *report, struct error *e)
{
	const char *text = import_text(row, SYMPTOMS);
	int code;

	report->has_symptoms = text != NULL;
	report->symptoms = text && strcmp(text, "yes") == 0;
	if (text && !report->symptoms && strcmp(text, "no") != 0)
		return import_refuse(import, row, SYMPTOMS, e, "yes or no expected");
	if ((code = import_time_or(import, row, ONSET, 0, &report->onset, e)) < 0)
		return code;
	report->has_onset = row->fields[ONSET] != NULL;
	return 0;
}

/* Whoever has no ID number is known to the laboratory, and by what else the row tells: who that is may be found out
 * (registry/match.h), as with its messages. */
static int
read_patient(struct import *import, const struct row *row, struct lab_report *report, struct error *e)
{
	const struct record_field *birth = row->fields[BIRTH_DATE], *phone = row->fields[PHONE];
	char number[PHONE_SIZE];
	day_number day;
	int code;

	if (row->fields[ID_NUMBER]) {
		code = import_check_id(import, row, ID_NUMBER, e);
		return code < 0 ? code : copy(import, row, ID_NUMBER, report->id_number, e);
	}
	if (!row->fields[PATIENT] || !row->fields[LABORATORY])
		return import_refuse(
			import, row, ID_NUMBER, e, "an ID number is needed, or a laboratory and its number of the patient");
	if (row->fields[PATIENT]->length > PATIENT_MAX)
		return import_refuse(import, row, PATIENT, e, "longer than 128 bytes");
	if (birth && day_read(birth->text, birth->length, &day, e) < 0)
		return rows_refuse(import->rows, row, birth, e);
	if (phone && registry_phone_read(phone->text, phone->length, number, e) < 0)
		return rows_refuse(import->rows, row, phone, e);
	if ((code = copy(import, row, PATIENT, report->patient, e)) < 0 ||
		(code = copy(import, row, NAME, report->name, e)) < 0 ||
		(code = copy(import, row, PHONE, report->phone, e)) < 0)
		return code;
	if (birth)
		lab_birth_date(report, birth->text);
	return 0;
}

/* Where the laboratory gives its orders no number, a person has one test of a kind at a time. */
static void
name_order(const struct lab_report *report, struct lab_result *result)
{
	struct id_number id = {0};
	char at[TIME_TEXT_SIZE];

	id_number_read(report->id_number, strlen(report->id_number), &id, NULL);
	snprintf(result->order, sizeof result->order, "%.128s %s", *id.text ? id.text : report->patient,
		time_write(result->sampled, &zone_utc, at));
	explicit_bzero(&id, sizeof id);
}

static int
take(struct import *import, const struct row *row, enum taken *ret_taken, struct error *e)
{
	static const char *const tests[] = {"pcr", "antigen", "antibody", NULL};
	static const char *const words[] = {"positive", "negative", "inconclusive", "withdrawn", NULL};
	struct lab_report *report = import->state;
	struct lab_result *result = &report->results[0];
	int code;

	memset(report, 0, offsetof(struct lab_report, results));
	*result = (struct lab_result){
		.test = word_among(import_text(row, TEST), tests), .result = word_among(import_text(row, RESULT), words)};
	report->result_count = 1;
	if (!result->test)
		return import_refuse(import, row, TEST, e, "pcr, antigen or antibody expected");
	if (!result->result)
		return import_refuse(import, row, RESULT, e, "positive, negative, inconclusive or withdrawn expected");
	if ((code = read_patient(import, row, report, e)) < 0 ||
		(code = copy(import, row, LABORATORY, report->laboratory, e)) < 0 ||
		(code = copy(import, row, NUMBER, result->order, e)) < 0 ||
		(code = import_time(import, row, SAMPLED_AT, &result->sampled, e)) < 0 ||
		(code = import_time_or(import, row, REPORTED_AT, result->sampled, &result->reported, e)) < 0 ||
		(code = read_symptoms(import, row, report, e)) < 0)
		return code;
	if (result->reported < result->sampled)
		return import_refuse(import, row, REPORTED_AT, e, "reported before it was sampled");
	snprintf(result->code, sizeof result->code, "%s", result->test);
	if (!*result->order)
		name_order(report, result);
	return lab_put(import, report, ret_taken, e);
}

/* Make a message's own line the file's. */
static void
place_in_file(struct import *import, size_t first_line, struct error *why)
{
	error_at(why, import->window.path, first_line + (why->line ? why->line - 1 : 0), why->column ? why->column : 1);
}

/* Take one message. 0, or what refuses it, or a failure. */
static int
take_message(struct import *import, const struct hl7_chunk *chunk, struct error *why)
{
	struct lab_report *report = import->state;
	struct hl7 *message = NULL;
	enum taken taken;
	int code;

	if ((code = hl7_read(chunk->bytes, chunk->length, &message, why)) < 0 ||
		(code = oru_read(message, import->zone, report, why)) < 0 || (code = lab_put(import, report, &taken, why)) < 0)
		goto out;
	if (report->result_count == 0) {
		struct error note = {0};

		error_set(&note, 0, "message %.64s has no final result of a test that is known: nothing was taken of it",
			hl7_text(message, 0, 10, 1, 1, 1));
		error_at(&note, import->window.path, chunk->line, 1);
		import_notice(import, &note);
	}
	import_count(import, taken, 1);
out:
	hl7_free(message);
	return code;
}

/* The messages since each batch and the file began: what BTS-1 and FTS-1 count. */
struct counted {
	uint64_t batch_messages, file_batches;
	bool in_batch, in_file;
};

static int
check_count(struct import *import, const struct hl7_chunk *chunk, uint64_t counted, const char *what, struct error *e)
{
	if (chunk->count < 0 || (uint64_t)chunk->count == counted)
		return 0;
	error_set(e, ERROR_BAD_INPUT,
		"%.3s-1 says %lld %s, and there are %llu: something is missing, nothing of the file is kept", chunk->bytes,
		(long long)chunk->count, what, (unsigned long long)counted);
	return error_at(e, import->window.path, chunk->line, 1);
}

/* A batch's segment. A count that is wrong ends the import: rows were lost on the way. */
static int
take_part(struct import *import, const struct hl7_chunk *chunk, struct counted *counted, struct error *e)
{
	int code = 0;

	switch (chunk->part) {
	case HL7_PART_MESSAGE:
		break;
	case HL7_PART_FILE_START:
		*counted = (struct counted){.in_file = true};
		break;
	case HL7_PART_BATCH_START:
		counted->batch_messages = 0;
		counted->in_batch = true;
		break;
	case HL7_PART_BATCH_END:
		code = check_count(import, chunk, counted->batch_messages, "messages", e);
		counted->file_batches++;
		counted->in_batch = false;
		break;
	case HL7_PART_FILE_END:
		code = check_count(import, chunk, counted->file_batches, "batches", e);
		counted->in_file = false;
		break;
	}
	return code;
}

static bool
is_hl7(const char *bytes, size_t length)
{
	return length > 3 &&
		(memcmp(bytes, "MSH", 3) == 0 || memcmp(bytes, "FHS", 3) == 0 || memcmp(bytes, "BHS", 3) == 0) &&
		!strchr("abcdefghijklmnopqrstuvwxyz_,", bytes[3]);
}

/* A message above the maximum is kept as it goes by, however long it is. */
static int
keep_over(const void *bytes, size_t length, void *context, struct error *e)
{
	return rejects_add_bytes(context, bytes, length, e);
}

static int
read_hl7(struct import *import, struct error *e)
{
	struct hl7_file file = hl7_file_of(&import->window);
	struct counted counted = {0};
	struct hl7_chunk chunk;
	struct error why;
	int r;

	if (import->options->rejects) {
		file.over = keep_over;
		file.context = import->options->rejects;
	}
	for (;;) {
		why = (struct error){0};
		r = hl7_file_next(&file, &chunk, &why);
		if (r == 0)
			break;
		if (r > 0 && chunk.part != HL7_PART_MESSAGE) {
			if ((r = take_part(import, &chunk, &counted, e)) < 0)
				return r;
			continue;
		}
		if (r < 0 && !record_refused(r))
			goto failed;
		import->totals.read++;
		counted.batch_messages++;
		if (r > 0 && (r = take_message(import, &chunk, &why)) < 0 && record_refused(r))
			place_in_file(import, chunk.line, &why);
		if (r < 0 && !record_refused(r))
			goto failed;
		if (r < 0 && (r = import_reject(import, &why, chunk.bytes, chunk.length, e)) < 0)
			return r;
	}
	if (counted.in_batch || counted.in_file) {
		error_set(e, ERROR_BAD_INPUT, "the file ends inside a batch: %s is missing, nothing of the file is kept",
			counted.in_batch ? "BTS" : "FTS");
		return error_at(e, import->window.path, file.line, 1);
	}
	return 0;
failed:
	*e = why;
	return r;
}

const struct import_format lab_hl7 = {.is = is_hl7, .read = read_hl7};

static const struct import_format *const formats[] = {&lab_hl7, &lab_fhir, NULL};

const struct import_kind import_labs = {.name = "labs",
	.forms = FORM("labs", columns),
	.form_count = 1,
	.formats = formats,
	.begin = begin,
	.take = take,
	.end = end};
