/* Any JSON as a FHIR bundle: no crash, and a fault has a pointer. */

#include <stdint.h>
#include <stdlib.h>

#include "feed/fhir.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct lab_report report;
	char pointer[FHIR_POINTER_SIZE];
	struct fhir_vaccination v;
	struct error e = {0};
	const json_t *patient;
	json_error_t ignored;
	json_t *bundle = json_loadb((const char *)data, size, 0, &ignored);

	if (bundle && fhir_is_bundle(bundle) && json_array_size(json_object_get(bundle, "entry")) <= FHIR_ENTRIES_MAX)
		for (size_t i = 0; (patient = fhir_patient(bundle, i)); i++) {
			pointer[0] = 0;
			if (fhir_report(bundle, patient, &zone_utc, &report, pointer, &e) < 0 && !pointer[0])
				abort();
			for (size_t j = 0; fhir_vaccination(bundle, patient, &zone_utc, j, &v, pointer, &e) > 0; j++)
				;
		}
	json_decref(bundle);
	return 0;
}
