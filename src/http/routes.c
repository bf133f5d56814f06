#include "http/routes.h"

#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

#include "feed/feed.h"
#include "http/answers.h"
#include "http/metrics.h"

const struct route routes[] = {
	/* operation.c */
	{"healthz", "GET", "/healthz", ROLE_ANYBODY, LIMIT_NONE, answer_health},
	{"readyz", "GET", "/readyz", ROLE_ANYBODY, LIMIT_READ, answer_ready},
	{"metrics", "GET", "/metrics", ROLE_ANYBODY, LIMIT_READ, answer_metrics},
	/* public.c */
	{"getService", "GET", "/v1/service", ROLE_ANYBODY, LIMIT_READ, answer_service},
	{"listJurisdictions", "GET", "/v1/jurisdictions", ROLE_ANYBODY, LIMIT_READ, answer_jurisdictions},
	{"listDivisions", "GET", "/v1/divisions", ROLE_ANYBODY, LIMIT_READ, answer_divisions},
	{"getTrust", "GET", "/v1/trust", ROLE_ANYBODY, LIMIT_READ, answer_trust},
	{"getCaseMap", "GET", "/v1/reports/cases", ROLE_ANYBODY, LIMIT_READ, answer_case_map},
	{"recognise", "POST", "/v1/recognitions", ROLE_ANYBODY, LIMIT_WRITE, answer_recognition},
	/* apply.c */
	{"apply", "POST", "/v1/applications", ROLE_ANYBODY, LIMIT_WRITE, answer_apply},
	{"addDependant", "POST", "/v1/me/dependants", ROLE_RESIDENT, LIMIT_WRITE, answer_dependant},
	{"applyFor", "POST", "/v1/me/applications", ROLE_RESIDENT, LIMIT_WRITE, answer_apply_for},
	{"confirmPhone", "POST", "/v1/vouchers", ROLE_VOUCHER, LIMIT_WRITE, answer_voucher},
	/* sessions.c */
	{"sendOneTimeCode", "POST", "/v1/sessions/codes", ROLE_ANYBODY, LIMIT_SECRET, answer_send_code},
	{"signIn", "POST", "/v1/sessions", ROLE_ANYBODY, LIMIT_SECRET, answer_sign_in},
	{"getSession", "GET", "/v1/sessions/current", ROLE_SIGNED_IN, LIMIT_READ, answer_session},
	{"signOut", "DELETE", "/v1/sessions/current", ROLE_ANYBODY, LIMIT_READ, answer_sign_out},
	/* me.c */
	{"getMe", "GET", "/v1/me", ROLE_RESIDENT, LIMIT_READ, answer_me},
	{"getCode", "GET", "/v1/me/code", ROLE_RESIDENT, LIMIT_READ, answer_code},
	{"getReasons", "GET", "/v1/me/reasons", ROLE_RESIDENT, LIMIT_READ, answer_reasons},
	{"checkIn", "POST", "/v1/me/checkins", ROLE_RESIDENT, LIMIT_WRITE, answer_checkin},
	{"getTravelCard", "GET", "/v1/me/travel-card", ROLE_RESIDENT, LIMIT_READ, answer_travel_card},
	{"getJourney", "GET", "/v1/me/journey", ROLE_RESIDENT, LIMIT_READ, answer_journey},
	{"listAccesses", "GET", "/v1/me/accesses", ROLE_RESIDENT, LIMIT_READ, answer_accesses},
	/* households.c */
	{"applyForHousehold", "POST", "/v1/households", ROLE_COMMITTEE, LIMIT_WRITE, answer_household},
	{"printPaperCodes", "POST", "/v1/paper-codes", ROLE_COMMITTEE, LIMIT_WRITE, answer_paper_codes},
	/* mandates.c */
	{"listMandates", "GET", "/v1/me/mandates", ROLE_RESIDENT, LIMIT_READ, answer_mandates},
	{"giveMandate", "POST", "/v1/me/mandates", ROLE_RESIDENT, LIMIT_WRITE, answer_give_mandate},
	{"acceptMandate", "POST", "/v1/me/mandates/{mandate}/acceptances", ROLE_RESIDENT, LIMIT_WRITE,
		answer_accept_mandate},
	{"endMandate", "DELETE", "/v1/me/mandates/{mandate}", ROLE_RESIDENT, LIMIT_WRITE, answer_end_mandate},
	{"giveMandateBeforeStaff", "POST", "/v1/mandates", ROLE_STAFF, LIMIT_WRITE, answer_staff_mandate},
	/* complaints.c */
	{"complain", "POST", "/v1/me/complaints", ROLE_RESIDENT, LIMIT_WRITE, answer_complaint},
	{"listComplaints", "GET", "/v1/complaints", ROLE_OFFICE, LIMIT_READ, answer_complaints},
	/* appeals.c */
	{"appeal", "POST", "/v1/me/appeals", ROLE_RESIDENT, LIMIT_WRITE, answer_appeal},
	{"listMyAppeals", "GET", "/v1/me/appeals", ROLE_RESIDENT, LIMIT_READ, answer_my_appeals},
	{"withdrawAppeal", "DELETE", "/v1/me/appeals/{number}", ROLE_RESIDENT, LIMIT_WRITE, answer_appeal_withdrawal},
	{"listAppeals", "GET", "/v1/appeals", ROLE_DECISION, LIMIT_READ, answer_appeals},
	{"getAppeal", "GET", "/v1/appeals/{number}", ROLE_DECISION, LIMIT_READ, answer_appeal_opened},
	{"decideAppeal", "POST", "/v1/appeals/{number}/decisions", ROLE_DECIDER, LIMIT_SECRET, answer_appeal_decision},
	/* checks.c */
	{"listPlaces", "GET", "/v1/places", ROLE_GATE, LIMIT_READ, answer_places},
	{"listGateKeys", "GET", "/v1/gate-keys", ROLE_GATE, LIMIT_READ, answer_gate_keys},
	{"check", "POST", "/v1/checks", ROLE_GATE, LIMIT_WRITE, answer_check},
	{"refuse", "POST", "/v1/checks/{receipt}/refusals", ROLE_GATE, LIMIT_WRITE, answer_refusal},
	{"listRefusals", "GET", "/v1/refusals", ROLE_OFFICE, LIMIT_READ, answer_refusals},
	/* place_codes.c */
	{"getPlaceCode", "GET", "/v1/place-code", ROLE_GATE, LIMIT_READ, answer_place_code},
	{"arrive", "POST", "/v1/me/stays", ROLE_RESIDENT, LIMIT_WRITE, answer_arrival},
	{"leave", "POST", "/v1/me/stays/ends", ROLE_RESIDENT, LIMIT_WRITE, answer_leaving},
	{"noteArrival", "POST", "/v1/stays", ROLE_GATE, LIMIT_WRITE, answer_staff_arrival},
	/* console.c */
	{"listCases", "GET", "/v1/cases", ROLE_CONSOLE, LIMIT_READ, answer_cases},
	{"listContacts", "GET", "/v1/contacts", ROLE_CONSOLE, LIMIT_READ, answer_contacts},
	{"getCurve", "GET", "/v1/curve", ROLE_CONSOLE, LIMIT_READ, answer_curve},
	{"getIndicators", "GET", "/v1/indicators", ROLE_CONSOLE, LIMIT_READ, answer_indicators},
	{"getChains", "GET", "/v1/chains", ROLE_CONSOLE, LIMIT_READ, answer_chains},
	{"openIdentity", "POST", "/v1/identities", ROLE_OPENER, LIMIT_WRITE, answer_identity},
	{"exportList", "POST", "/v1/exports", ROLE_CONSOLE, LIMIT_WRITE, answer_export},
	/* views.c */
	{"listViews", "GET", "/v1/views", ROLE_CONSOLE, LIMIT_READ, answer_views},
	{"keepView", "POST", "/v1/views", ROLE_OPENER, LIMIT_WRITE, answer_keep_view},
	{"deleteView", "DELETE", "/v1/views/{number}", ROLE_OPENER, LIMIT_WRITE, answer_drop_view},
	/* follow_ups.c */
	{"listFollowUps", "GET", "/v1/follow-ups", ROLE_CONSOLE, LIMIT_READ, answer_follow_ups},
	{"reportFollowUp", "POST", "/v1/follow-ups/{person}/reports", ROLE_OPENER, LIMIT_WRITE, answer_follow_up_report},
	/* grounds.c */
	{"getGrounds", "GET", "/v1/cases/{case}/grounds", ROLE_CONSOLE, LIMIT_READ, answer_grounds},
	{"sayOfCase", "POST", "/v1/cases/{case}/words", ROLE_CLINICIAN, LIMIT_WRITE, answer_word},
	/* place_alerts.c */
	{"listPlaceAlerts", "GET", "/v1/place-alerts", ROLE_CONSOLE, LIMIT_READ, answer_place_alerts},
	{"closePlaceAlert", "POST", "/v1/place-alerts/{number}/closings", ROLE_OPENER, LIMIT_WRITE,
		answer_place_alert_closing},
	/* office.c */
	{"listProposals", "GET", "/v1/proposals", ROLE_DECISION, LIMIT_READ, answer_proposals},
	{"approve", "POST", "/v1/proposals/{number}/approvals", ROLE_DECIDER, LIMIT_SECRET, answer_approval},
	{"revoke", "POST", "/v1/proposals/{number}/revocations", ROLE_DECIDER, LIMIT_SECRET, answer_revocation},
	{"proposeOverride", "POST", "/v1/overrides", ROLE_DECIDER, LIMIT_SECRET, answer_override},
	{"keepPack", "POST", "/v1/packs", ROLE_DECIDER, LIMIT_WRITE, answer_keep_pack, PACK_BODY_MAX},
	{"activatePack", "POST", "/v1/packs/{policy}/activations", ROLE_DECIDER, LIMIT_SECRET, answer_activation},
	/* matches.c */
	{"listMatches", "GET", "/v1/matches", ROLE_CONSOLE, LIMIT_READ, answer_matches},
	{"joinPeople", "POST", "/v1/matches", ROLE_DECIDER, LIMIT_SECRET, answer_join},
	{"decideMatch", "POST", "/v1/matches/{number}/decisions", ROLE_DECIDER, LIMIT_SECRET, answer_match_decision},
	/* rehearsals.c */
	{"rehearse", "POST", "/v1/rehearsals", ROLE_DECIDER, LIMIT_WRITE, answer_rehearse},
	{"getRehearsal", "GET", "/v1/rehearsals/{rehearsal}", ROLE_DECISION, LIMIT_READ, answer_rehearsal},
	/* peers.c */
	{"askOfPerson", "POST", "/v1/peers/questions", ROLE_PEER, LIMIT_READ, answer_peer_question},
	{"tellOfPeople", "POST", "/v1/peers/statements", ROLE_PEER, LIMIT_READ, answer_peer_statements},
	{"askPeer", "POST", "/v1/me/recognitions", ROLE_RESIDENT, LIMIT_SECRET, answer_ask_peer},
	/* fhir.c */
	{"getCapabilities", "GET", "/fhir/metadata", ROLE_ANYBODY, LIMIT_READ, answer_capabilities},
	{"postBundle", "POST", "/fhir", ROLE_FEED, LIMIT_WRITE, answer_bundle, FEED_MESSAGE_MAX},
};

_Static_assert(sizeof routes / sizeof routes[0] <= METRICS_ROUTES_MAX, "each route is counted");

const size_t route_count = sizeof routes / sizeof routes[0];

/* Whether ${path} has the form of ${pattern}; what stands for its {names} goes to x->parameters. */
static bool
matches(const char *pattern, const char *path, struct exchange *x)
{
	size_t parameter = 0;

	while (*pattern && *path) {
		size_t length;

		if (*pattern != '{') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		length = strcspn(path, "/");
		if (!length || length >= EXCHANGE_PARAMETER_SIZE)
			return false;
		memcpy(x->parameters[parameter], path, length);
		x->parameters[parameter++][length] = 0;
		path += length;
		pattern = strchr(pattern, '}') + 1;
	}
	return !*pattern && !*path;
}

const struct route *
route_of_large(const struct exchange *x)
{
	for (size_t i = 0; i < route_count; i++)
		if (routes[i].body_max && strcmp(routes[i].method, x->method) == 0 && strcmp(routes[i].path, x->path) == 0)
			return &routes[i];
	return NULL;
}

const struct route *
route_find(struct exchange *x)
{
	const char *method = strcmp(x->method, "HEAD") == 0 ? "GET" : x->method;
	char allowed[128] = "";

	for (size_t i = 0; i < route_count; i++) {
		if (!matches(routes[i].path, x->path, x))
			continue;
		if (strcmp(routes[i].method, method) == 0)
			return &routes[i];
		snprintf(allowed + strlen(allowed), sizeof allowed - strlen(allowed), "%s%s", *allowed ? ", " : "",
			routes[i].method);
	}
	if (*allowed) {
		exchange_problem(
			x, MHD_HTTP_METHOD_NOT_ALLOWED, "method-not-allowed", "%.16s is not for this address", x->method);
		exchange_set_header(x, "Allow", "%s", allowed);
	} else {
		exchange_problem(x, MHD_HTTP_NOT_FOUND, "not-found", "There is no such thing");
	}
	return NULL;
}
