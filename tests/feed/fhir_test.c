/* FHIR bundles of laboratory reports and vaccinations. */

#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed_store.h"

/* A bundle of one observation about the person with that identifier, on one line. */
static const char *
bundle(const char *type, const char *number, const char *status, const char *result, const char *issued)
{
	static char text[2048];

	snprintf(text, sizeof text,
		"{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":["
		"{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p\",\"identifier\":[{\"type\":{\"coding\":[{\"code\":\"%s\"}]},"
		"\"value\":\"%s\"}]}},"
		"{\"resource\":{\"resourceType\":\"Observation\",\"id\":\"o\",\"status\":\"%s\",\"subject\":{\"reference\":\"Patient/p\"},"
		"\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"94500-6\"}]},\"effectiveDateTime\":\"2020-03-23\","
		"\"issued\":\"%s\",\"valueCodeableConcept\":{\"coding\":[{\"code\":\"%s\"}]}}},"
		"{\"resource\":{\"resourceType\":\"Immunization\",\"id\":\"i\",\"status\":\"completed\",\"patient\":{\"reference\":"
		"\"Patient/p\"},\"vaccineCode\":{\"text\":\"x\"},\"occurrenceDateTime\":\"2020-03-01\","
		"\"protocolApplied\":[{\"doseNumberPositiveInt\":2}]}}]}\n",
		type, number, status, issued, result);
	return text;
}

static void
a_bundle_is_a_row_with_results_and_vaccinations(void **state)
{
	struct feed_store *store = *state;
	const char *first = bundle("NNCHN", feed_id(1), "final", "260373001", "2020-03-23T20:00:00+08:00");

	assert_string_equal(feed_store_text(store, "labs", first), "1 0 0 0");
	assert_string_equal(feed_store_text(store, "labs", first), "0 0 1 0");
	assert_non_null(strstr(feed_store_evidence(store, EVIDENCE_CASE_STATUS), "\"status\":\"confirmed\""));
	assert_non_null(strstr(feed_store_evidence(store, EVIDENCE_CERTIFICATE), "\"dose\":2,\"kind\":\"vaccination\""));
	assert_string_equal(feed_store_text(store, "labs",
							bundle("NNCHN", feed_id(1), "entered-in-error", "260373001", "2020-03-24T06:00:00+08:00")),
		"0 1 0 0");
	assert_non_null(strstr(feed_store_evidence(store, EVIDENCE_CASE_STATUS), "\"status\":\"discarded\""));
}

static void
what_is_wrong_is_told_with_its_place(void **state)
{
	struct feed_store *store = *state;
	char two[8192];

	assert_string_equal(
		feed_store_text(store, "labs", bundle("NNCHN", "1", "final", "260373001", "2020-03-23T20:00:00+08:00")),
		"0 0 0 1");
	assert_string_equal(buffer_text(&store->notes), "1:115: Patient.identifier: a national ID number that is none\n");
	snprintf(two, sizeof two, "%s", bundle("NNCHN", feed_id(2), "final", "who knows", "2020-03-23T20:00:00+08:00"));
	strcat(two, bundle("NNCHN", feed_id(2), "final", "260415000", "2020-03-23T20:00:00+08:00"));
	assert_string_equal(feed_store_text(store, "labs", two), "1 0 0 1");
	assert_non_null(strstr(buffer_text(&store->notes), "Observation.valueCodeableConcept: a result that is not known"));
	assert_string_equal(feed_store_text(store, "labs", "{\"resourceType\":\"Patient\"}"), "0 0 0 1");
	assert_string_equal(feed_store_text(store, "labs", "{\"resourceType\":\"Bundle\",\"entry\":[]}"), "0 0 0 1");
	assert_string_equal(feed_store_text(store, "labs", "{\"resourceType\":\"Bundle\",\n\"entry\":[{]}"), "0 0 0 1");
	assert_non_null(strstr(buffer_text(&store->notes), "2:"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bundle_is_a_row_with_results_and_vaccinations),
		cmocka_unit_test(what_is_wrong_is_told_with_its_place),
	};

	return cmocka_run_group_tests_name("feed/fhir", tests, feed_store_set_up, feed_store_tear_down);
}
