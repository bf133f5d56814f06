/* cascade/cascade.h: what happens when something changes: who is due is evaluated, cases are traced, colours and the
 * ledger follow in one transaction.
 *
 * A cascade works on an open registry and the presence beside it, on the registry's thread. Answers are as of
 * registry_now and registry_known; what is recorded is dated registry_recording_time.
 *
 * Contacts. A case is traced by the "contact" parameters of the store's default jurisdiction as soon as it, or a stay, is
 * imported. A contact is evidence of the person met, with the moment from which the case was known as its own time, so
 * that its place among the facts doesn't depend on when anybody traced. Tracing again changes nothing; a contact
 * that a corrected case no longer has is withdrawn from the start by a row of its own, and those of a discarded case are
 * withdrawn from when it was discarded. A close contact hands on to secondary ones from the first exposure until the case
 * is known, for from then on they are quarantined.
 *
 * Grounds. A case colours others only with a laboratory's result or the words of two clinicians: a laboratory's own message, a row
 * of a line list that names one of both, or of a class that by the pack's "grounds" rests on one, or two users' words. Without, its
 * contacts are traced and kept as waiting, and colour nobody. From the moment of the second word on they count; where a word is taken
 * back they are withdrawn from then on, and wait.
 *
 * Ledger. Each transaction that evaluates appends one entry "evaluation" with the Merkle root over its changes' salted
 * commitments; the salts come from the key store, so that the entry tells nothing without it. */

#ifndef HEALTHCODE_CASCADE_CASCADE_H
#define HEALTHCODE_CASCADE_CASCADE_H

#include <jansson.h>

#include "base/error.h"
#include "exposure/exposure.h"
#include "presence/presence.h"
#include "registry/registry.h"

enum { CASCADE_CASE_SIZE = 65, CASCADE_BATCH = 2000, CASCADE_FAILED_MAX = 10000 };

struct cascade;
struct json_check;

/* cascade_open(registry, ret_cascade, e): ${registry} stays the caller's and is needed until cascade_close. */
int cascade_open(struct registry *registry, struct cascade **ret_cascade, struct error *e);

/* Accepts NULL. */
void cascade_close(struct cascade *cascade);

struct registry *cascade_registry(struct cascade *cascade);
struct presence *cascade_presence(struct cascade *cascade);

/* cascade_facts(cascade, pack, person, ret_facts, ret_seen, e): registry_facts, with the person's stays as visits. */
int cascade_facts(struct cascade *cascade, const struct pack *pack, person_number person, json_t **ret_facts,
	struct registry_seen *ret_seen, struct error *e);

/* cascade_explain(cascade, pack, person, ret_result, e):
 * The decision for ${person} by ${pack}: evaluate_explained()'s result, with "jurisdiction"; and where other services say something of the
 * person now, "others" ([{"jurisdiction", "colour", "since", "until"}]) and "own": "colour", "since" and "rules" without what they say.
 * Nothing is recorded. Return 0, or
 * ERROR_EXISTS_NOT where the person has not applied there by then. */
int cascade_explain(
	struct cascade *cascade, const struct pack *pack, person_number person, json_t **ret_result, struct error *e);

/* cascade_notices_check(notices, check): tell every fault of a pack's section "notices": {"colour": {"zh", "en"}}, what people are told
 * when a colour that they had changes; nothing where the pack has none. */
void cascade_notices_check(const json_t *notices, struct json_check *check);

/* What an evaluation did: ${failed} are those whose evaluation could not be made; ${colours} counts the people that were named by their
 * colour after it (of everybody, registry_colour_counts tells, which reads them all). */
struct cascade_counts {
	int64_t evaluated, changed, failed, colours[COLOUR_COUNT];
};

/* A colour that changed; ${first} where there was none before. */
struct cascade_change {
	person_number person;
	const char *jurisdiction;
	bool first;
	enum colour before, after;
	instant since;
};

/* Who hears of an evaluation; a member may be NULL.
 * ${changed}: a colour that changed, once it is committed. ${failed}: somebody whose evaluation cannot be made, and why
 * (ERROR_BAD_INPUT, ERROR_TOO_LARGE: a rule that fails on these facts, or facts past a maximum), as it is found. They keep
 * the colour that they had and stay due; the others go on. A non-zero return ends the evaluation and is returned. */
struct cascade_listener {
	int (*changed)(const struct cascade_change *change, void *context, struct error *e);
	int (*failed)(
		person_number person, const char *jurisdiction, const struct error *reason, void *context, struct error *e);
	void *context;
};

/* cascade_evaluate_due(cascade, jurisdiction, listener, ret_counts, e):
 * Evaluate everyone who is due (in one jurisdiction, or NULL), in transactions of at most CASCADE_BATCH people: after a
 * crash the rest is still due. Past CASCADE_FAILED_MAX failures it is the pack that fails, not its people: ERROR_TOO_LARGE.
 * ${listener} may be NULL.
 * cascade_evaluate_people(cascade, jurisdiction, people, count, ...): the same for ${count} people, due or not. */
int cascade_evaluate_due(struct cascade *cascade, const char *jurisdiction, const struct cascade_listener *listener,
	struct cascade_counts *ret_counts, struct error *e);
int cascade_evaluate_people(struct cascade *cascade, const char *jurisdiction, const person_number *people,
	size_t count, const struct cascade_listener *listener, struct cascade_counts *ret_counts, struct error *e);

/* cascade_rehearse(cascade, jurisdiction, people, count, listener, ret_counts, e): count what evaluating everyone who
 * applied (or ${count} people, where that is not 0) gives as of registry_now, and record nothing. */
int cascade_rehearse(struct cascade *cascade, const char *jurisdiction, const person_number *people, size_t count,
	const struct cascade_listener *listener, struct cascade_counts *ret_counts, struct error *e);

/* cascade_colour(cascade, person, jurisdiction, ret_colour, e): the colour now, evaluated first if it is stale: nobody is
 * shown a stale one. ERROR_EXISTS_NOT where the person has not applied there, ERROR_BAD_INPUT or ERROR_TOO_LARGE where
 * their evaluation cannot be made. */
int cascade_colour(struct cascade *cascade, person_number person, const char *jurisdiction,
	struct registry_colour *ret_colour, struct error *e);

/* cascade_worsened(cascade, most, ret_count, e): how many would have a worse colour than their last one by what the open transaction did (and by
 * what else waits to be evaluated), where it concerns more than ${most} people; else 0 without evaluating anybody. Whose colour goes
 * with time alone is none of them. Nothing is written; what was imported is to be traced before. */
int cascade_worsened(struct cascade *cascade, int64_t most, int64_t *ret_count, struct error *e);

/* cascade_case_worsened(cascade, name, most, ret_count, e): the same of one case alone, which is traced first: of those whom it met and its
 * person, whatever else waits.
 * cascade_message_worsened(cascade, most, ret_count, e): the same of the cases that the import under way tells of, and of everybody of whom it tells
 * anything, together. For messages that come
 * one after the other and are traced together later: what such a one costs grows with whom its own case met. */
int cascade_case_worsened(struct cascade *cascade, const char *name, int64_t most, int64_t *ret_count, struct error *e);
int cascade_message_worsened(struct cascade *cascade, int64_t most, int64_t *ret_count, struct error *e);

/* cascade_match_decide(cascade, number, state, by, purpose, ret_worse, e): registry_match_decide, and the cases that it concerns traced again, in
 * the caller's transaction. ${ret_worse} says whether somebody's colour of now gets worse by it: of the two themselves, by any of their
 * numbers.
 * cascade_match_evaluate(cascade, number, e): evaluate the two; whom their cases met is due. */
int cascade_match_decide(struct cascade *cascade, int64_t number, enum registry_match_state state, const char *by,
	const char *purpose, bool *ret_worse, struct error *e);
int cascade_match_evaluate(struct cascade *cascade, int64_t number, struct error *e);

/* cascade_trace_cases(cascade, e): settle who is who (registry_match_settle), then trace every case whose contacts may have changed since they were traced: what is known of
 * it, the stays of the days that a trace of it may read, or the pack. A case that is no more (its import was undone) has its
 * contacts withdrawn from the start. In a transaction of its own (or in the open one). */
int cascade_trace_cases(struct cascade *cascade, struct error *e);

/* Contacts by other rules: those that every case would have if ${pack} were the default jurisdiction's in force. What was recorded up to
 * registry_known counts. Nothing is written.
 *
 * cascade_retrace(cascade, pack, ret_retraced, e): trace every case so, in the open transaction, which may be one that only reads; freed with
 * cascade_retraced_free, which accepts NULL.
 * cascade_retraced_facts(cascade, retraced, pack, person, facts, e): put the person's contacts into ${facts} (of cascade_facts, or a shallow
 * copy) as they would be then. Several threads may ask of one ${retraced}, each with a cascade of its own. */
struct cascade_retraced;
int cascade_retrace(
	struct cascade *cascade, const struct pack *pack, struct cascade_retraced **ret_retraced, struct error *e);
void cascade_retraced_free(struct cascade_retraced *retraced);
int cascade_retraced_facts(struct cascade *cascade, const struct cascade_retraced *retraced, const struct pack *pack,
	person_number person, json_t *facts, struct error *e);

/* A case as it is known: its last status, and since when. */
struct cascade_case {
	char name[CASCADE_CASE_SIZE], status[33];
	char infected_by[CASCADE_CASE_SIZE]; /* the case that somebody named as its source; "" where nobody did */
	instant status_at;
	/* From when to when its contacts are coloured (see Grounds above): EXPOSURE_UNKNOWN where never, INT64_MAX where that holds. */
	instant grounded_at, grounded_until;
	struct exposure_case exposure;
};

/* cascade_case(cascade, name, ret_case, e): 0 or ERROR_EXISTS_NOT.
 * cascade_case_then(cascade, name, then, ret_case, e): as it was at ${then}, by what was recorded until then and the
 * rules in force then. */
int cascade_case(struct cascade *cascade, const char *name, struct cascade_case *ret_case, struct error *e);
int cascade_case_then(
	struct cascade *cascade, const char *name, instant then, struct cascade_case *ret_case, struct error *e);

/* cascade_grounds_check(grounds, check): tell every fault of a pack's section "grounds": {"classes": [words], "source"}. */
void cascade_grounds_check(const json_t *grounds, struct json_check *check);

/* cascade_case_word(cascade, name, by, holds, e): the user ${by}, a clinician, says that the case is one (${holds}), or takes that back; in the
 * caller's transaction, in which the case is to be traced (cascade_trace_cases). ERROR_EXISTS_NOT (no such case, or nothing to take back), ERROR_EXISTS where it was said before.
 * cascade_case_grounds(cascade, name, zone, ret_grounds, e): what it rests on: {"case", "status", "grounds": whether it colours its contacts,
 * "grounds_from", "grounds_until": times in ${zone} or null, "words": [{"by", "at", "withdrawn_at": or null}] in UTC, by user}; the caller's. */
int cascade_case_word(struct cascade *cascade, const char *name, const char *by, bool holds, struct error *e);
int cascade_case_grounds(
	struct cascade *cascade, const char *name, const struct zone *zone, json_t **ret_grounds, struct error *e);

/* cascade_each_case(cascade, each, context, e): call ${each} for every case as of registry_now and registry_known, by name. A non-zero
 * return from ${each} ends the walk and is returned. */
typedef int cascade_each_case_function(const struct cascade_case *c, void *context, struct error *e);
int cascade_each_case(struct cascade *cascade, cascade_each_case_function *each, void *context, struct error *e);

/* cascade_contacts(cascade, case_name, ret_contacts, e): whom the case met, traced now as of registry_now and
 * registry_known. cascade_origins: where it may have caught it, ranked. Freed with exposure_contacts_free and
 * exposure_origins_free. */
int cascade_contacts(
	struct cascade *cascade, const char *case_name, struct exposure_contacts *ret_contacts, struct error *e);
int
cascade_origins(struct cascade *cascade, const char *case_name, struct exposure_origins *ret_origins, struct error *e);

/* Place alerts: places at which cases that nobody linked were in the time in which they may have caught it, by the default jurisdiction's
 * contact.place_alert. Tracing cases raises, changes and withdraws them (cascade_trace_cases); they colour nobody.
 *
 * cascade_place_alerts(cascade, all, limit, ret_items, e): those that are open, or (${all}) closed and withdrawn ones too, the latest first, at most
 * ${limit}: [{"number", "state": "open" | "closed" | "withdrawn", "place", "kind", "name", "division", "from", "to", "groups": of how many
 * groups of linked cases, "cases": [names], "raised_at", "closed_at", "closed_by", "outcome", "withdrawn_at"}], times in UTC, null where
 * there is none; the caller's.
 * cascade_place_alert_close(cascade, number, by, outcome, e): the office has done with it, and what came of it (1 to CASCADE_OUTCOME_SIZE - 1
 * bytes of UTF-8). A case more there opens it again. ${by} may be NULL. ERROR_EXISTS_NOT, ERROR_BAD_INPUT, or ERROR_EXISTS where it is not open.
 * cascade_place_alerts_forget(cascade, e): remove those whose last day's stays were destroyed, in the open transaction. */
enum { CASCADE_OUTCOME_SIZE = 257 };
int cascade_place_alerts(struct cascade *cascade, bool all, size_t limit, json_t **ret_items, struct error *e);
int cascade_place_alert_close(
	struct cascade *cascade, int64_t number, const char *by, const char *outcome, struct error *e);
int cascade_place_alerts_forget(struct cascade *cascade, struct error *e);

/* cascade_travel_card_pack(cascade, ret_pack, e): the store's first pack that is a travel card, borrowed; ERROR_EXISTS_NOT where
 * it has none. */
int cascade_travel_card_pack(struct cascade *cascade, const struct pack **ret_pack, struct error *e);

/* Whether the pack is a travel card: it shows a derived list of stays, and nobody need apply for it. */
bool cascade_is_travel_card(const struct pack *pack);

/* cascade_travel_card(cascade, pack, person, ret_card, e): {"colour", "from", "to", "places": [{"country", "division",
 * "name": {"zh", "en"}, "hours"}]} by the list of stays that ${pack} derives. ERROR_DENIED, with from when on there is one, where
 * the pack has new_device_days and the person's first device that is known is newer. */
int cascade_travel_card(
	struct cascade *cascade, const struct pack *pack, person_number person, json_t **ret_card, struct error *e);

/* cascade_device_holder(cascade, device, ret_person, e): whose the device (a phone number, an IMSI, as the imports of devices and
 * pings name it) is now, with or without a name. ERROR_EXISTS_NOT if it is nobody's that is known. */
int cascade_device_holder(struct cascade *cascade, const char *device, person_number *ret_person, struct error *e);

/* cascade_verify_evaluations(cascade, ret_wrong_seq, e): recompute each evaluation entry's root from the changes it
 * commits to; ${ret_wrong_seq} is the first entry that differs, or -1. */
int cascade_verify_evaluations(struct cascade *cascade, int64_t *ret_wrong_seq, struct error *e);

#endif
