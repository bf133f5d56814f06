/* labs as FHIR: a bundle, or bundles one a line (NDJSON). A bundle is a row: taken whole or refused whole. Vaccinations in it are
 * evidence of their own. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "feed/fhir.h"
#include "feed/vaccination.h"
#include "keys/keys.h"

/* The file under way: ${text} is the bundle at hand, ${line} where it starts. */
struct fhir_file {
	struct buffer text;
	size_t line, next_line;
};

static bool
is_fhir(const char *bytes, size_t length)
{
	static const char type[] = "\"resourceType\"";

	return length && *bytes == '{' && memmem(bytes, length, type, sizeof type - 1);
}

/* Whether the line at the window's start is a document of its own: it ends in a brace. Documents over many lines are one. */
static int
is_one_line(struct window *w, bool *ret_is, struct error *e)
{
	size_t at = 0;
	int r;

	while ((r = window_need(w, at, e)) > 0 && window_bytes(w)[at] != '\n' && at < WINDOW_RECORD_MAX)
		at++;
	if (r < 0)
		return r;
	while (at && strchr(" \t\r\n", window_bytes(w)[at - 1]))
		at--;
	*ret_is = at > 1 && window_bytes(w)[at - 1] == '}';
	return 0;
}

/* Add up to the line's end, or all where ${lines} is false. Return 1, 0 at the end of the file, or a code. What does not fit is
 * left out, and *ret_whole says so. */
static int
read_text(struct import *import, struct fhir_file *f, bool lines, bool *ret_whole, struct error *e)
{
	struct window *w = &import->window;
	struct error none;
	int r;

	buffer_clear(&f->text);
	f->line = f->next_line;
	*ret_whole = true;
	while ((r = window_need(w, 0, e)) > 0) {
		const char *bytes = window_bytes(w), *end = memchr(bytes, '\n', window_length(w));
		size_t length = end ? (size_t)(end - bytes) + 1 : window_length(w);

		if (*ret_whole && (r = buffer_add(&f->text, bytes, length, &none)) < 0) {
			*ret_whole = false;
			if (r == ERROR_NO_MEMORY)
				return error_no_memory(e);
		}
		window_consume(w, length);
		f->next_line += end != NULL;
		if (end && lines)
			return 1;
	}
	return r < 0 ? r : f->text.length > 0 || !*ret_whole;
}

/* Every report and vaccination of the bundle is read before any is taken. */
static int
put_vaccinations(struct import *import, const json_t *bundle, const json_t *patient, const struct lab_report *report,
	bool put, enum taken *ret_taken, char *pointer, struct error *e)
{
	struct fhir_vaccination v;
	enum taken taken;
	person_number person;
	int r;

	for (size_t i = 0; (r = fhir_vaccination(bundle, patient, import->zone, i, &v, pointer, e)) > 0; i++) {
		char key[EVIDENCE_KEY_MAX], whose[2 * LAB_TEXT_SIZE], hex[2 * KEYS_SIZE + 1];
		uint8_t hash[KEYS_SIZE];

		if (!put)
			continue;
		if ((r = lab_person(import, report, &person, e)) < 0)
			return r;
		snprintf(whose, sizeof whose, "%s/%s", *report->id_number ? report->id_number : report->patient, v.key);
		keys_hash(registry_keys(import->registry), "vaccination", whose, strlen(whose), hash);
		explicit_bzero(whose, sizeof whose);
		snprintf(key, sizeof key, "vaccination/%s", text_hex(hash, 16, hex));
		const struct vaccination told = {v.vaccine, v.at, v.dose, v.doses, v.withdrawn};

		if ((r = vaccination_put(import, person, key, &told, &taken, e)) < 0)
			return r;
		if (taken == TAKEN_NEW || (taken == TAKEN_CHANGED && *ret_taken == TAKEN_UNCHANGED))
			*ret_taken = taken;
	}
	return r;
}

static int
take_bundle(struct import *import, const json_t *bundle, bool put, enum taken *ret_taken, size_t *ret_found,
	char *pointer, struct error *e)
{
	struct lab_report *report = import->state;
	const json_t *patient;
	enum taken taken;
	int code;

	*ret_taken = TAKEN_UNCHANGED;
	*ret_found = 0;
	for (size_t i = 0; (patient = fhir_patient(bundle, i)); i++) {
		if ((code = fhir_report(bundle, patient, import->zone, report, pointer, e)) < 0)
			return code;
		*ret_found += report->result_count;
		if (put && (code = lab_put(import, report, &taken, e)) < 0)
			return code;
		if (put && (taken == TAKEN_NEW || (taken == TAKEN_CHANGED && *ret_taken == TAKEN_UNCHANGED)))
			*ret_taken = taken;
		if ((code = put_vaccinations(import, bundle, patient, report, put, ret_taken, pointer, e)) < 0)
			return code;
	}
	if (*ret_found == 0 && *ret_taken == TAKEN_NEW)
		*ret_found = 1;
	if (!fhir_patient(bundle, 0)) {
		strcpy(pointer, "/entry");
		return error_set(e, ERROR_BAD_INPUT, "Bundle.entry: no Patient: nobody is told");
	}
	return 0;
}

/* A member that is there twice is told. */
static int
read_json(struct import *import, const struct fhir_file *f, json_t **ret_bundle, struct error *why)
{
	struct error note = {0};
	int code = fhir_parse(buffer_text(&f->text), f->text.length, import->window.path, ret_bundle, why);

	if (code == 1) {
		error_set(&note, 0, "a member is there twice: the last one counts");
		error_at(&note, import->window.path, why->line + f->line - 1, why->column);
		import_notice(import, &note);
		*why = (struct error){0};
		return 0;
	}
	if (code < 0)
		error_at(
			why, import->window.path, why->line ? why->line + f->line - 1 : f->line, why->column ? why->column : 1);
	return code;
}

static int
take_text(struct import *import, const struct fhir_file *f, enum taken *ret_taken, struct error *why)
{
	char pointer[FHIR_POINTER_SIZE] = "";
	size_t line = 1, column = 1, found = 0;
	json_t *bundle = NULL;
	int code;

	if ((code = read_json(import, f, &bundle, why)) < 0)
		return code;
	if (!fhir_is_bundle(bundle))
		code = error_set(why, ERROR_BAD_INPUT, "a Bundle with entries expected");
	else if (json_array_size(json_object_get(bundle, "entry")) > FHIR_ENTRIES_MAX)
		code = error_set(why, ERROR_TOO_LARGE, "a bundle has at most %d entries", FHIR_ENTRIES_MAX);
	else if ((code = take_bundle(import, bundle, false, ret_taken, &found, pointer, why)) == 0)
		code = take_bundle(import, bundle, true, ret_taken, &found, pointer, why);
	if (code == 0 && found == 0) {
		struct error note = {0};

		error_set(&note, 0, "the bundle has no final result of a test that is known");
		error_at(&note, import->window.path, f->line, 1);
		import_notice(import, &note);
	}
	if (code == ERROR_BAD_INPUT || code == ERROR_TOO_LARGE) {
		json_place(buffer_text(&f->text), f->text.length, pointer, &line, &column);
		error_at(why, import->window.path, f->line + line - 1, column);
	}
	json_decref(bundle);
	return code;
}

static int
take_or_reject(struct import *import, struct fhir_file *f, bool whole, struct error *e)
{
	enum taken taken = TAKEN_UNCHANGED;
	struct error why = {0};
	int code;

	import->totals.read++;
	if (whole) {
		code = take_text(import, f, &taken, &why);
	} else {
		code = error_set(&why, ERROR_TOO_LARGE, "a bundle has at most %d bytes", FHIR_SIZE_MAX);
		error_at(&why, import->window.path, f->line, 1);
	}
	if (code == 0) {
		import_count(import, taken, 1);
		return 0;
	}
	if (code != ERROR_BAD_INPUT && code != ERROR_TOO_LARGE) {
		*e = why;
		return code;
	}
	return import_reject(import, &why, f->text.data, f->text.length, e);
}

static int
read_fhir(struct import *import, struct error *e)
{
	struct fhir_file f = {.text = buffer_make(FHIR_SIZE_MAX), .next_line = 1};
	bool lines, whole;
	int r;

	if ((r = is_one_line(&import->window, &lines, e)) < 0)
		return r;
	while ((r = read_text(import, &f, lines, &whole, e)) > 0) {
		if (whole && strspn(buffer_text(&f.text), " \t\r\n") == f.text.length)
			continue;
		if ((r = take_or_reject(import, &f, whole, e)) < 0)
			break;
	}
	if (f.text.data)
		explicit_bzero(f.text.data, f.text.length);
	buffer_free(&f.text);
	return r;
}

const struct import_format lab_fhir = {.is = is_fhir, .read = read_fhir};
