#include "feed/fhir.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/json_memory.h"
#include "base/text.h"
#include "credential/credential.h"

/* What is being read, and where faults are told. */
struct reading {
	const json_t *bundle, *patient;
	const struct zone *zone;
	char *pointer;
	struct error *e;
};

static const char *
text(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : "";
}

static const json_t *
item(const json_t *object, const char *name, size_t index)
{
	return json_array_get(json_object_get(object, name), index);
}

static bool
is_type(const json_t *resource, const char *type)
{
	return strcmp(text(resource, "resourceType"), type) == 0;
}

static const json_t *
resource_at(const json_t *bundle, size_t entry)
{
	return json_object_get(item(bundle, "entry", entry), "resource");
}

static size_t
entries(const json_t *bundle)
{
	return json_array_size(json_object_get(bundle, "entry"));
}

int
fhir_parse(const char *text, size_t length, const char *name, json_t **ret_root, struct error *why)
{
	const size_t failures = json_memory_failures();
	int r = json_read(text, length, name, ret_root, why);
	json_t *root;

	if (r != ERROR_BAD_INPUT || !strstr(why->message, "duplicate object key"))
		return r;
	root = json_if_whole(json_loadb(text, length, 0, NULL), failures);
	if (json_memory_failures() != failures)
		return error_no_memory(why);
	if (!root)
		return r;
	*ret_root = root;
	return 1;
}

bool
fhir_is_bundle(const json_t *root)
{
	return is_type(root, "Bundle") && json_is_array(json_object_get(root, "entry"));
}

const json_t *
fhir_patient(const json_t *bundle, size_t index)
{
	for (size_t i = 0; i < entries(bundle); i++)
		if (is_type(resource_at(bundle, i), "Patient") && index-- == 0)
			return resource_at(bundle, i);
	return NULL;
}

/* The entry of a resource, for messages. */
static size_t
entry_of(const struct reading *r, const json_t *resource)
{
	size_t i = 0;

	while (i < entries(r->bundle) && resource_at(r->bundle, i) != resource)
		i++;
	return i;
}

static int
refuse(const struct reading *r, const json_t *resource, const char *member, const char *why)
{
	snprintf(
		r->pointer, FHIR_POINTER_SIZE, "/entry/%zu/resource%s%s", entry_of(r, resource), *member ? "/" : "", member);
	return error_set(
		r->e, ERROR_BAD_INPUT, "%.40s%s%s: %s", text(resource, "resourceType"), *member ? "." : "", member, why);
}

/* Whether ${reference} names ${resource} of entry ${entry}: by its fullUrl, or TYPE/ID, or the end of a URL. */
static bool
names(const json_t *reference, const json_t *bundle, size_t entry)
{
	const char *to = text(reference, "reference"), *url = text(item(bundle, "entry", entry), "fullUrl");
	const json_t *resource = resource_at(bundle, entry);
	const char *type = text(resource, "resourceType"), *id = text(resource, "id");
	size_t length = strlen(to), tail = strlen(type) + 1 + strlen(id);

	if (!*to)
		return false;
	if (strcmp(to, url) == 0)
		return true;
	return *id && length >= tail && (length == tail || to[length - tail - 1] == '/') &&
		strncmp(to + length - tail, type, strlen(type)) == 0 && to[length - tail + strlen(type)] == '/' &&
		strcmp(to + length - strlen(id), id) == 0;
}

static const json_t *
resolve(const struct reading *r, const json_t *reference, const char *type)
{
	for (size_t i = 0; reference && i < entries(r->bundle); i++)
		if (is_type(resource_at(r->bundle, i), type) && names(reference, r->bundle, i))
			return resource_at(r->bundle, i);
	return NULL;
}

/* Whether the resource is about the patient; one that names nobody is, where there is but one. */
static bool
concerns(const struct reading *r, const json_t *resource, const char *member)
{
	const json_t *subject = json_object_get(resource, member);

	if (!subject)
		return !fhir_patient(r->bundle, 1);
	return resolve(r, subject, "Patient") == r->patient;
}

static bool
read_time(const struct reading *r, const char *value, instant *ret_at)
{
	struct error none;

	return *value && time_read(value, strlen(value), r->zone, ret_at, &none) == 0;
}

static int
copy(const struct reading *r, const json_t *resource, const char *member, const char *value, char to[LAB_TEXT_SIZE])
{
	if (strlen(value) >= LAB_TEXT_SIZE)
		return refuse(r, resource, member, "longer than 255 bytes");
	strcpy(to, value);
	return 0;
}

static bool
is_id_number(const char *number, const char *type)
{
	struct id_number id;
	bool is = *number && id_number_read(number, strlen(number), &id, NULL) == 0 &&
		(id.kind == ID_RESIDENT || strcmp(type, "PPN") == 0 || strncmp(type, "NN", 2) == 0 || strcmp(type, "NI") == 0);

	explicit_bzero(&id, sizeof id);
	return is;
}

static int
read_patient(const struct reading *r, struct lab_report *report)
{
	const json_t *identifiers = json_object_get(r->patient, "identifier"), *identifier, *phone;
	const json_t *name = item(r->patient, "name", 0);
	size_t i;
	int code;

	json_array_foreach(identifiers, i, identifier)
	{
		const char *number = text(identifier, "value"),
				   *type = text(item(json_object_get(identifier, "type"), "coding", 0), "code");

		if (*number && !*report->patient && (code = copy(r, r->patient, "identifier", number, report->patient)) < 0)
			return code;
		if (!*report->id_number && is_id_number(number, type) &&
			(code = copy(r, r->patient, "identifier", number, report->id_number)) < 0)
			return code;
		if (!is_id_number(number, type) && (strcmp(type, "NI") == 0 || strcmp(type, "NNCHN") == 0))
			return refuse(r, r->patient, "identifier", "a national ID number that is none");
	}
	if (!*report->patient && (code = copy(r, r->patient, "id", text(r->patient, "id"), report->patient)) < 0)
		return code;
	if (!*report->id_number && !*report->patient)
		return refuse(r, r->patient, "identifier", "who it is about is missing");
	lab_name(report, text(name, "family"), json_string_value(item(name, "given", 0)));
	if (!*report->name)
		lab_name(report, text(name, "text"), NULL);
	lab_birth_date(report, text(r->patient, "birthDate"));
	json_array_foreach(json_object_get(r->patient, "telecom"), i, phone)
	{
		if (strcmp(text(phone, "system"), "phone") == 0 && !*report->phone)
			snprintf(report->phone, sizeof report->phone, "%.100s", text(phone, "value"));
	}
	return 0;
}

/* The laboratory: who performed the observation, else the patient's organization, else the sender. */
static int
read_laboratory(const struct reading *r, struct lab_report *report)
{
	const json_t *found = NULL, *resource;

	for (size_t i = 0; i < entries(r->bundle) && !found; i++) {
		resource = resource_at(r->bundle, i);
		if (is_type(resource, "Observation") && concerns(r, resource, "subject"))
			found = resolve(r, item(resource, "performer", 0), "Organization");
	}
	if (!found)
		found = resolve(r, json_object_get(r->patient, "managingOrganization"), "Organization");
	for (size_t i = 0; i < entries(r->bundle) && !found; i++) {
		resource = resource_at(r->bundle, i);
		if (is_type(resource, "MessageHeader"))
			return copy(r, resource, "source", text(json_object_get(resource, "source"), "name"), report->laboratory);
	}
	return found ? copy(r, found, "name", text(found, "name"), report->laboratory) : 0;
}

static const char *
find_test(const json_t *observation)
{
	const json_t *code = json_object_get(observation, "code"), *coding;
	const char *test = NULL;
	size_t i;

	json_array_foreach(json_object_get(code, "coding"), i, coding)
	{
		if (!test)
			test = lab_test(strcmp(text(coding, "system"), "http://loinc.org") == 0 ? "LN" : "", text(coding, "code"),
				text(coding, "display"));
	}
	return test ? test : lab_test("", "", text(code, "text"));
}

static const char *
find_result(const json_t *observation)
{
	const json_t *value = json_object_get(observation, "valueCodeableConcept"), *coding;
	const char *word = NULL;
	size_t i;

	json_array_foreach(json_object_get(value, "coding"), i, coding)
	{
		if (!word)
			word = lab_result_word(text(coding, "code"), text(coding, "display"));
	}
	if (!word)
		word = lab_result_word("", text(value, "text"));
	return word ? word : lab_result_word("", text(observation, "valueString"));
}

/* What the observation's status makes of its result; NULL where it is none yet. */
static const char *
result_by_status(const char *status, const char *word)
{
	if (strcmp(status, "entered-in-error") == 0)
		return "withdrawn";
	if (strcmp(status, "cancelled") == 0)
		return "inconclusive";
	return strcmp(status, "final") == 0 || strcmp(status, "amended") == 0 || strcmp(status, "corrected") == 0 ? word
																											  : NULL;
}

/* The report that an observation is a result of, else the first about the patient. */
static const json_t *
report_of(const struct reading *r, const json_t *observation)
{
	const json_t *first = NULL;
	size_t entry = entry_of(r, observation);

	for (size_t i = 0; i < entries(r->bundle); i++) {
		const json_t *report = resource_at(r->bundle, i), *result;
		size_t j;

		if (!is_type(report, "DiagnosticReport") || !concerns(r, report, "subject"))
			continue;
		first = first ? first : report;
		json_array_foreach(json_object_get(report, "result"), j, result)
		{
			if (names(result, r->bundle, entry))
				return report;
		}
	}
	return first;
}

static int
read_times(const struct reading *r, const json_t *observation, const json_t *report, struct lab_result *result)
{
	const json_t *specimen = resolve(r, json_object_get(observation, "specimen"), "Specimen");

	if (!specimen)
		specimen = resolve(r, item(report, "specimen", 0), "Specimen");
	if (!read_time(r, text(report, "issued"), &result->reported) &&
		!read_time(r, text(observation, "issued"), &result->reported) &&
		!read_time(r, text(r->bundle, "timestamp"), &result->reported))
		return refuse(r, observation, "issued", "no time when it was reported: issued, or the bundle's timestamp");
	if (!read_time(r, text(json_object_get(specimen, "collection"), "collectedDateTime"), &result->sampled) &&
		!read_time(r, text(observation, "effectiveDateTime"), &result->sampled) &&
		!read_time(r, text(report, "effectiveDateTime"), &result->sampled))
		result->sampled = result->reported;
	return 0;
}

static int
read_result(const struct reading *r, const json_t *observation, const char *test, struct lab_report *report)
{
	const json_t *from = report_of(r, observation), *coding = item(json_object_get(observation, "code"), "coding", 0);
	struct lab_result *result = &report->results[report->result_count];
	const char *word = find_result(observation), *order;
	int code;

	word = result_by_status(text(observation, "status"), word ? word : "");
	if (!word)
		return 0;
	if (!*word)
		return refuse(r, observation, "valueCodeableConcept",
			"a result that is not known: positive, negative or inconclusive expected");
	if (report->result_count == LAB_RESULTS_MAX)
		return refuse(r, observation, "", "more than 256 results");
	*result = (struct lab_result){.test = test, .result = word};
	order = text(item(from, "identifier", 0), "value");
	order = *order ? order : text(from ? from : observation, "id");
	if (!*order)
		return refuse(r, observation, "id", "nothing tells the order: an id is missing");
	if ((code = read_times(r, observation, from, result)) < 0 ||
		(code = copy(r, from ? from : observation, "identifier", order, result->order)) < 0)
		return code;
	if ((code = copy(r, observation, "code", text(coding, "code"), result->code)) < 0)
		return code;
	report->result_count++;
	return 0;
}

static void
read_question(const struct reading *r, const json_t *observation, struct lab_report *report)
{
	const char *answer = text(item(json_object_get(observation, "valueCodeableConcept"), "coding", 0), "code");

	switch (lab_question(text(item(json_object_get(observation, "code"), "coding", 0), "code"))) {
	case LAB_ONSET:
		report->has_onset = read_time(r, text(observation, "valueDateTime"), &report->onset) || report->has_onset;
		break;
	case LAB_SYMPTOMS:
		if (strcmp(answer, "Y") == 0 || strcmp(answer, "N") == 0) {
			report->has_symptoms = true;
			report->symptoms = *answer == 'Y';
		}
		break;
	case LAB_NO_QUESTION:
		break;
	}
}

int
fhir_report(const json_t *bundle, const json_t *patient, const struct zone *zone, struct lab_report *report,
	char *pointer, struct error *e)
{
	const struct reading r = {.bundle = bundle, .patient = patient, .zone = zone, .pointer = pointer, .e = e};
	int code;

	memset(report, 0, offsetof(struct lab_report, results));
	if ((code = read_patient(&r, report)) < 0 || (code = read_laboratory(&r, report)) < 0)
		return code;
	for (size_t i = 0; i < entries(bundle); i++) {
		const json_t *observation = resource_at(bundle, i);
		const char *test;

		if (!is_type(observation, "Observation") || !concerns(&r, observation, "subject"))
			continue;
		test = find_test(observation);
		if (test && (code = read_result(&r, observation, test, report)) < 0)
			return code;
		if (!test)
			read_question(&r, observation, report);
	}
	return 0;
}

static int
read_vaccination(const struct reading *r, const json_t *immunization, struct fhir_vaccination *v)
{
	const json_t *protocol = item(immunization, "protocolApplied", 0),
				 *code = json_object_get(immunization, "vaccineCode");
	const char *key = text(item(immunization, "identifier", 0), "value"), *status = text(immunization, "status");
	const char *vaccine = text(item(code, "coding", 0), "code");
	int r_code;

	*v = (struct fhir_vaccination){.withdrawn = strcmp(status, "completed") != 0};
	key = *key ? key : text(immunization, "id");
	if (strcmp(status, "completed") != 0 && strcmp(status, "entered-in-error") != 0 && strcmp(status, "not-done") != 0)
		return refuse(r, immunization, "status", "completed, entered-in-error or not-done expected");
	if (!*key)
		return refuse(r, immunization, "id", "an id or identifier is missing");
	if (!read_time(r, text(immunization, "occurrenceDateTime"), &v->at))
		return refuse(r, immunization, "occurrenceDateTime", "a date or time expected");
	v->dose = json_integer_value(json_object_get(protocol, "doseNumberPositiveInt"));
	v->doses = json_integer_value(json_object_get(protocol, "seriesDosesPositiveInt"));
	if (v->dose < 0 || v->dose > 99 || v->doses < 0 || v->doses > 99)
		return refuse(r, immunization, "protocolApplied", "a dose from 1 to 99 expected");
	if ((r_code = copy(r, immunization, "identifier", key, v->key)) < 0)
		return r_code;
	return copy(r, immunization, "vaccineCode", *vaccine ? vaccine : text(code, "text"), v->vaccine);
}

int
fhir_vaccination(const json_t *bundle, const json_t *patient, const struct zone *zone, size_t index,
	struct fhir_vaccination *ret_vaccination, char *pointer, struct error *e)
{
	const struct reading r = {.bundle = bundle, .patient = patient, .zone = zone, .pointer = pointer, .e = e};

	for (size_t i = 0; i < entries(bundle); i++) {
		const json_t *immunization = resource_at(bundle, i);

		if (!is_type(immunization, "Immunization") || !concerns(&r, immunization, "patient") || index-- != 0)
			continue;
		return read_vaccination(&r, immunization, ret_vaccination) < 0 ? ERROR_BAD_INPUT : 1;
	}
	return 0;
}
