/* http/answers.h: the functions that answer the routes; each is described by its operation in docs/openapi.yaml. */

#ifndef HEALTHCODE_HTTP_ANSWERS_H
#define HEALTHCODE_HTTP_ANSWERS_H

#include <jansson.h>
#include <stdbool.h>

#include "http/exchange.h"
#include "http/routes.h"

typedef void route_answer(struct http_context *c, struct exchange *x);

route_answer answer_health, answer_ready, answer_metrics;
route_answer answer_peer_question, answer_peer_statements, answer_ask_peer;
route_answer answer_service, answer_jurisdictions, answer_divisions, answer_trust, answer_case_map, answer_recognition;
route_answer answer_apply, answer_dependant, answer_voucher;
route_answer answer_mandates, answer_give_mandate, answer_accept_mandate, answer_end_mandate, answer_staff_mandate,
	answer_apply_for, answer_household, answer_paper_codes;
route_answer answer_send_code, answer_sign_in, answer_session, answer_sign_out;
route_answer answer_me, answer_code, answer_reasons, answer_checkin, answer_travel_card, answer_accesses,
	answer_journey;
route_answer answer_places, answer_gate_keys, answer_check, answer_refusal, answer_refusals;
route_answer answer_place_code, answer_arrival, answer_leaving, answer_staff_arrival;
route_answer answer_complaint, answer_complaints;
route_answer answer_appeal, answer_my_appeals, answer_appeal_withdrawal, answer_appeals, answer_appeal_opened,
	answer_appeal_decision;
route_answer answer_cases, answer_contacts, answer_curve, answer_indicators, answer_chains, answer_identity,
	answer_export;
route_answer answer_views, answer_keep_view, answer_drop_view;
route_answer answer_follow_ups, answer_follow_up_report;
route_answer answer_proposals, answer_approval, answer_revocation, answer_override, answer_keep_pack, answer_activation;
route_answer answer_grounds, answer_word;
route_answer answer_place_alerts, answer_place_alert_closing;
route_answer answer_matches, answer_match_decision, answer_join;
route_answer answer_rehearse, answer_rehearsal;
route_answer answer_capabilities, answer_bundle;

enum { PACK_BODY_MAX = 2 << 20 };

struct registry_checkin;

/* read_health(x, body, checkin): "symptoms" and "contact" of an application or a check-in; faults are noted in ${x}. */
void read_health(struct exchange *x, const json_t *body, struct registry_checkin *checkin);

/* answer_acts(acts): the acts of a mandate (enum mandate_act) as a list of words; a new reference. */
json_t *answer_acts(unsigned acts);

/* filter_holds(c, x, filter, cases): whether ${filter} is an object of words that GET /v1/cases (or /v1/contacts) takes; faults are noted
 * in ${x} under /filter. */
bool filter_holds(struct http_context *c, struct exchange *x, const json_t *filter, bool cases);

/* answer_no_receipt(c, x, receipt, e): answer that there is none, or where it was a pass's, that it was forgotten; or another
 * failure ${e}. */
void answer_no_receipt(struct http_context *c, struct exchange *x, const char *receipt, const struct error *e);

#endif
