/* Laboratories' bundles over HTTP (FHIR R4, RESTful API 3.1.0: http://hl7.org/fhir/R4/http.html). They are imports of labs. */

#include "http/fhir.h"

#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "feed/feed.h"
#include "http/answers.h"
#include "http/context.h"
#include "office/office.h"

static const char fhir_json[] = "application/fhir+json";

/* http://hl7.org/fhir/R4/valueset-issue-type.html */
static const char *
issue_code(unsigned status)
{
	static const struct {
		unsigned status;
		const char *code;
	} codes[] = {
		{MHD_HTTP_BAD_REQUEST, "structure"},
		{MHD_HTTP_UNAUTHORIZED, "login"},
		{MHD_HTTP_FORBIDDEN, "forbidden"},
		{MHD_HTTP_NOT_FOUND, "not-found"},
		{MHD_HTTP_METHOD_NOT_ALLOWED, "not-supported"},
		{MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "not-supported"},
		{MHD_HTTP_CONTENT_TOO_LARGE, "too-long"},
		{MHD_HTTP_UNPROCESSABLE_CONTENT, "invalid"},
		{MHD_HTTP_TOO_MANY_REQUESTS, "throttled"},
		{MHD_HTTP_SERVICE_UNAVAILABLE, "transient"},
	};

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i].status == status)
			return codes[i].code;
	return "exception";
}

static json_t *
outcome(const char *severity, const char *code, const char *diagnostics)
{
	return json_pack("{s:s, s:[{s:s, s:s, s:s}]}", "resourceType", "OperationOutcome", "issue", "severity", severity,
		"code", code, "diagnostics", diagnostics);
}

void
fhir_translate(struct exchange *x)
{
	const char *title;
	json_t *answer;

	if (strncmp(x->path, "/fhir", strlen("/fhir")) != 0 || (x->path[5] && x->path[5] != '/') || !exchange_failed(x) ||
		!x->answer)
		return;
	title = json_string_value(json_object_get(x->answer, "title"));
	if (!title) /* it is one already */
		return;
	answer = outcome("error", issue_code(x->status), title);
	if (!answer)
		return;
	json_decref(x->answer);
	x->answer = answer;
	x->content_type = fhir_json;
}

static void
answer_fhir(struct exchange *x, unsigned status, json_t *answer)
{
	exchange_answer(x, status, answer);
	if (x->status == status)
		x->content_type = fhir_json;
}

void
answer_capabilities(struct http_context *c, struct exchange *x)
{
	char now[TIME_TEXT_SIZE];
	json_t *rest = json_pack("{s:s, s:s, s:{s:s}, s:[{s:s, s:s}, {s:s, s:s}]}", "mode", "server", "documentation",
		"POST a Bundle of Patient, Observation, DiagnosticReport, Specimen, Organization and Immunization: it is taken whole or "
		"refused whole. The same bundle again changes nothing. Nothing can be read or searched.",
		"security", "description", "A bearer token of POST /v1/sessions, of a clinician, supervisor or administrator",
		"interaction", "code", "transaction", "documentation", "As a whole", "code", "batch", "documentation",
		"As a whole, too");

	answer_fhir(x, MHD_HTTP_OK,
		json_pack("{s:s, s:s, s:s, s:s, s:{s:s, s:s}, s:{s:s}, s:s, s:[s], s:[o]}", "resourceType",
			"CapabilityStatement", "status", "active", "date", context_time(c, registry_clock(c->registry), now),
			"kind", "instance", "software", "name", "healthcode", "version", HEALTHCODE_VERSION, "implementation",
			"description", "Takes in laboratory results and vaccinations", "fhirVersion", "4.0.1", "format", fhir_json,
			"rest", rest));
}

static bool
is_fhir(const char *type)
{
	static const char *const types[] = {fhir_json, "application/json"};

	for (size_t i = 0; type && i < sizeof types / sizeof *types; i++) {
		size_t length = strlen(types[i]);

		if (strncasecmp(type, types[i], length) == 0 && (!type[length] || type[length] == ';' || type[length] == ' '))
			return true;
	}
	return false;
}

/* What came changes colours at once; where that fails, everybody stays due, and the bundle is taken. */
static void
follow(struct http_context *c)
{
	struct cascade_counts counts;
	struct error e = {0};

	if (cascade_trace_cases(c->cascade, &e) == 0)
		(void)cascade_evaluate_due(c->cascade, NULL, NULL, &counts, &e);
}

/* A transaction or batch is answered entry by entry (3.1.0.11.2): each is as the whole. */
static json_t *
answer_entries(const struct feed_bundle *bundle, const char *diagnostics)
{
	const char *status = strcmp(bundle->outcome, "new") == 0 ? "201 Created" : "200 OK";
	json_t *entries = json_array();

	for (size_t i = 0; i < bundle->entries; i++)
		json_array_append_new(entries,
			json_pack("{s:{s:s, s:o}}", "response", "status", status, "outcome",
				outcome("information", "informational", diagnostics)));
	return json_pack("{s:s, s:s, s:o}", "resourceType", "Bundle", "type",
		strcmp(bundle->type, "batch") == 0 ? "batch-response" : "transaction-response", "entry", entries);
}

void
answer_bundle(struct http_context *c, struct exchange *x)
{
	const char *by = c->session.user.name;
	const struct office office = context_office(c);
	struct office_import second;
	struct feed_message_options options = {
		.from = by, .by = by, .settle = office_message_settle, .settle_context = &second};
	char diagnostics[ERROR_MESSAGE_MAX + 64];
	struct feed_bundle bundle;
	struct error e = {0};

	if (!is_fhir(exchange_header(x, "Content-Type"))) {
		exchange_problem(
			x, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "The body must be %s", fhir_json);
		return;
	}
	if (office_import_open(&second, &office, NULL, "labs", &e) < 0 ||
		feed_bundle(c->registry, &options, buffer_text(&x->body), x->body.length, &bundle, &e) < 0) {
		exchange_failure(x, &e);
		return;
	}
	if (bundle.answer == FEED_HELD) {
		snprintf(diagnostics, sizeof diagnostics, "held: %s", e.message);
		answer_fhir(x, MHD_HTTP_ACCEPTED, outcome("information", "informational", diagnostics));
		return;
	}
	if (bundle.answer == FEED_REFUSED || bundle.answer == FEED_AT_FAULT) {
		if (bundle.answer == FEED_REFUSED && e.line)
			exchange_problem(
				x, MHD_HTTP_BAD_REQUEST, "bad-request", "Line %zu, column %zu: %s", e.line, e.column, e.message);
		else
			exchange_problem(x, MHD_HTTP_UNPROCESSABLE_CONTENT, "invalid", "%s", e.message);
		return;
	}
	if (bundle.answer == FEED_TAKEN)
		follow(c);
	snprintf(diagnostics, sizeof diagnostics, "%s%s%s", bundle.outcome, *bundle.noticed ? ": " : "", bundle.noticed);
	answer_fhir(x, MHD_HTTP_OK,
		strcmp(bundle.type, "transaction") == 0 || strcmp(bundle.type, "batch") == 0
			? answer_entries(&bundle, diagnostics)
			: outcome("information", "informational", diagnostics));
}
