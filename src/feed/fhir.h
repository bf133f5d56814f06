/* feed/fhir.h: a FHIR R4 bundle (JSON) of laboratory reports and vaccinations. Inside the room. Pure.
 *
 * Read are: Patient (identifiers, name, date of birth, phone), Observation (status, code, value, effective, issued, specimen, subject),
 * DiagnosticReport (identifiers, effective, issued, result), Specimen (collection), Organization (whose name is the
 * laboratory's), Immunization. Every other resource is left out. An ID number is an identifier of type NI, NNCHN, another NN...
 * or PPN, or any that is a resident's by its check digit; else the Patient's first identifier, or its id, is the number by which
 * the laboratory knows the person.
 *
 * Faults have a JSON pointer in their message and, through fhir_place, line and column. */

#ifndef HEALTHCODE_FEED_FHIR_H
#define HEALTHCODE_FEED_FHIR_H

#include <jansson.h>

#include "base/time.h"
#include "feed/lab.h"

enum { FHIR_SIZE_MAX = 8 << 20, FHIR_ENTRIES_MAX = 1000, FHIR_POINTER_SIZE = 96 };

/* fhir_parse(text, length, name, ret_root, why):
 * As json_read, but that of a member that is there twice the last counts, as most senders' libraries read it: then it returns 1, and
 * ${why} tells where. */
int fhir_parse(const char *text, size_t length, const char *name, json_t **ret_root, struct error *why);

/* fhir_is_bundle(root): whether it is a Bundle with entries. */
bool fhir_is_bundle(const json_t *root);

/* The entries that are Patients: their number, and the resource of number ${index} in ${bundle} that is one; NULL after the last. */
const json_t *fhir_patient(const json_t *bundle, size_t index);

/* fhir_report(bundle, patient, zone, report, pointer, e):
 * Fill ${report} with the results about ${patient}, which may be none. Return 0, or ERROR_BAD_INPUT, with ${pointer} (FHIR_POINTER_SIZE)
 * telling where. */
int fhir_report(const json_t *bundle, const json_t *patient, const struct zone *zone, struct lab_report *report,
	char *pointer, struct error *e);

/* One vaccination. ${key} tells it from the laboratory's others. */
struct fhir_vaccination {
	char key[LAB_TEXT_SIZE], vaccine[LAB_TEXT_SIZE];
	instant at;
	int64_t dose, doses; /* which, of how many; 0: not told */
	bool withdrawn;
};

/* fhir_vaccination(bundle, patient, zone, index, ret, pointer, e): the patient's vaccination number ${index}. Return 1, 0 after the
 * last, or ERROR_BAD_INPUT. */
int fhir_vaccination(const json_t *bundle, const json_t *patient, const struct zone *zone, size_t index,
	struct fhir_vaccination *ret_vaccination, char *pointer, struct error *e);

#endif
