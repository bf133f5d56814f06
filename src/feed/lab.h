/* feed/lab.h: a laboratory's report, whatever format it came in, and how it becomes evidence. Inside the room.
 *
 * A result is evidence of its person (kind test), found by the laboratory, its order and the test. A corrected result
 * takes the place of the one before; one that was sent in error is withdrawn. Of two reports of one result the later
 * reported counts, in whatever order they come, so that messages may be sent again and overtake each other.
 *
 * Where the default jurisdiction's pack says so (docs/packs.md, "laboratory"), a positive result makes its person a case. A
 * person's positive results within the pack's days of the first are one case; when none is left the case is discarded. */

#ifndef HEALTHCODE_FEED_LAB_H
#define HEALTHCODE_FEED_LAB_H

#include "feed/import.h"

enum { LAB_TEXT_SIZE = 256, LAB_RESULTS_MAX = 256 };

/* One result. Words are those of docs/imports.md: tests are pcr, antigen, antibody; results are positive, negative,
 * inconclusive, withdrawn. ${order}, ${code} and ${sub} tell it from the laboratory's others. */
struct lab_result {
	const char *test, *result;
	char order[LAB_TEXT_SIZE], code[LAB_TEXT_SIZE], sub[LAB_TEXT_SIZE];
	instant sampled, reported;
};

/* ${id_number} is valid, or "": then ${patient}, by which ${laboratory} knows the person, is not "". Other texts may be "". */
struct lab_report {
	char laboratory[LAB_TEXT_SIZE], id_number[LAB_TEXT_SIZE], patient[LAB_TEXT_SIZE], name[LAB_TEXT_SIZE],
		phone[LAB_TEXT_SIZE], birth_date[BIRTH_DATE_SIZE];
	bool has_onset, has_symptoms, symptoms;
	instant onset;
	size_t result_count;
	struct lab_result results[LAB_RESULTS_MAX];
};

/* lab_put(import, report, ret_taken, e): record a report that is right. ${ret_taken} is TAKEN_NEW if any result is new, else
 * TAKEN_CHANGED if any is another than before, else TAKEN_UNCHANGED. */
int lab_put(struct import *import, const struct lab_report *report, enum taken *ret_taken, struct error *e);

/* lab_person(import, report, ret_person, e): whom it is about, made known if need be. */
int lab_person(struct import *import, const struct lab_report *report, person_number *ret_person, struct error *e);

/* lab_cases(import, person, e): make the person's cases what the results known now say (lab_case.c). */
int lab_cases(struct import *import, person_number person, struct error *e);

/* lab_name(report, family, given): the person's name, cut to what fits at the end of a character; ${given} may be NULL. */
void lab_name(struct lab_report *report, const char *family, const char *given);

/* lab_birth_date(report, text): YYYYMMDD or YYYY-MM-DD, with or without a time after it; what is none is left out. */
void lab_birth_date(struct lab_report *report, const char *text);

/* lab_test(system, code, text): the test that LOINC's ${code} (where ${system} is "LN") or, else, the words in ${text} mean;
 * NULL for one of something else.
 * lab_result_word(code, text): what a SNOMED CT code, or the words a laboratory writes, mean; NULL for what is none. */
const char *lab_test(const char *system, const char *code, const char *text);
const char *lab_result_word(const char *code, const char *text);

/* LOINC's questions that may stand beside a result. */
enum lab_question { LAB_NO_QUESTION, LAB_ONSET, LAB_SYMPTOMS };
enum lab_question lab_question(const char *code);

extern const struct import_format lab_hl7, lab_fhir;

#endif
