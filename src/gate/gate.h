/* gate/gate.h: may this person enter here, now? The checkpoint's decision, and the issuer of the codes that it reads.
 *
 * The decision needs the code, the place's rule and a temperature where the rule asks for one: never a look-up of the
 * person. The rule of a place is its jurisdiction's "gate" section, the jurisdiction being the one whose "area" covers the
 * place's division most closely. Where none does, the default jurisdiction's rule holds and every issuer on the trust
 * list is taken. */

#ifndef HEALTHCODE_GATE_GATE_H
#define HEALTHCODE_GATE_GATE_H

#include "base/json_check.h"
#include "cascade/cascade.h"
#include "gate/issuer.h"
#include "gate/journey.h"
#include "gate/paper.h"
#include "gate/peer.h"
#include "gate/place.h"
#include "gate/shown.h"

enum gate_verdict { GATE_PASS, GATE_ASK, GATE_REFUSE };

/* Why a verdict is not a plain pass; names by gate_cause_name. Where somebody comes from is no cause. */
enum gate_cause {
	GATE_NONE,
	GATE_YELLOW,
	GATE_RED,
	GATE_GRAY,
	GATE_FEVER,
	GATE_EXPIRED,         /* "expired": ask for a fresh code */
	GATE_NOT_YET_VALID,   /* "not_yet_valid" */
	GATE_MALFORMED,       /* "malformed": not one of our codes at all */
	GATE_WRONG_SIGNATURE, /* "wrong_signature" */
	GATE_UNKNOWN_ISSUER,  /* "unknown_issuer": no key on the trust list, or one that may not sign this */
	GATE_REVOKED,         /* "revoked" */
	GATE_NOT_RECOGNISED,  /* "not_recognised": a colour that this place does not take */
	GATE_SHOWN_ELSEWHERE, /* "shown_elsewhere": this very code was shown at another gate just now */
	GATE_SEALED,          /* "sealed": for gates whose key of the day is not here */
	GATE_CAUSES,
};

const char *gate_verdict_name(enum gate_verdict verdict); /* "pass", "ask", "refuse" */
const char *gate_cause_name(enum gate_cause cause);       /* NULL for GATE_NONE */
bool gate_verdict_read(const char *name, enum gate_verdict *ret_verdict);
bool gate_cause_read(const char *name, enum gate_cause *ret_cause);

/* The one cause of a refusal with which nobody is kept out whom the gate lets pass: the office is told. */
#define GATE_TOLD_BY_SUPERIOR "told_by_superior"

/* What ends an ask, so that it never becomes a silent no: by then it was done, and the one in charge decides: let in, or a
 * refusal with its cause. Names by gate_end_name: "measure_again", "telephone", "decide". */
enum gate_end { GATE_END_NONE, GATE_END_MEASURE_AGAIN, GATE_END_TELEPHONE, GATE_END_DECIDE };

const char *gate_end_name(enum gate_end end); /* NULL for GATE_END_NONE */

/* What the guard does now; of an ask also what ends it, within ${minutes}. */
struct gate_act {
	const char *zh, *en;
	enum gate_end end;
	int minutes;
};

/* What is done for a cause, or for a plain pass (GATE_NONE). */
const struct gate_act *gate_act_of(enum gate_cause cause);

/* What is done for a cause where it is asked about: it has an end. */
const struct gate_act *gate_act_of_ask(enum gate_cause cause);

/* What is done for a verdict whose cause is not told. */
const struct gate_act *gate_act_of_verdict(enum gate_verdict verdict);

/* What is done where a code on paper passes: the card in it is compared. */
const struct gate_act *gate_act_of_paper(void);

/* What a place asks for. */
struct gate_rule {
	bool pass[CODE_GRAY + 1], ask[CODE_GRAY + 1]; /* by enum code_colour */
	int32_t fever_tenths_c;
	bool care; /* a hospital, a pharmacy: nobody is refused here */
	bool card; /* the holder adds the last four of the ID card, and the guard compares them */
	bool name; /* the guard compares the last character of the holder's name and the last four of their ID number */
	int typed_an_hour; /* how many ID numbers one device may type in an hour */
};

/* gate_rule_read(gate, place_kind, ret_rule, e): from a pack's "gate" section:
 *   {"pass_colours": ["green"], "ask_colours": ["yellow"], "temperature_limit_tenths_c": 373, "care_places": ["hospital"],
 *    "card_places": ["airport"], "name_places": ["rail-station"], "typed_id_numbers_an_hour": 20}
 * ${place_kind} is the place's. ERROR_BAD_INPUT names what is wrong. */
int gate_rule_read(const json_t *gate, const char *place_kind, struct gate_rule *ret_rule, struct error *e);

/* gate_rule_check(gate, check), gate_credential_check(credential, check): tell every fault of a pack's "gate" section, and
 * of its "credential" ({"valid_s": 60, "paper_valid_s": 86400, "place_valid_s": 60, "audience": "gates"}: a second to a day, to CODE_LIFETIME_MAX_S, 15 s to an hour;
 * "gates" or "public"). */
void gate_rule_check(const json_t *gate, struct json_check *check);
void gate_credential_check(const json_t *credential, struct json_check *check);

/* gate_recognition_read(item, ret_recognition): one item of a pack's "recognises", from a jurisdiction's name (all its codes), or
 *   {"jurisdiction": "x", "colours": ["green"], "fresh_s": 3600, "from": T, "to": T}
 * of which all but the first may be left out. False where it is neither. gate_recognises_check tells every fault of the list. */
bool gate_recognition_read(const json_t *item, struct trust_recognition *ret_recognition);
void gate_recognises_check(const json_t *recognises, struct json_check *check);

/* gate_recognises(pack, issuer, colour, issued_at, now): whether a code of ${issuer} counts at ${now} where the pack's rule
 * holds: the pack's own always does. */
bool
gate_recognises(const struct pack *pack, const char *issuer, enum code_colour colour, instant issued_at, instant now);

/* gate_recognised_until(pack, issuer, colour, issued_at, now): until when it does, of another's code: the recognition's end, or that
 * of the code's freshness; INT64_MIN where it does not. */
instant gate_recognised_until(
	const struct pack *pack, const char *issuer, enum code_colour colour, instant issued_at, instant now);

/* gate_trust_list(registry, issuer, now, list, ret_changes, e), gate_list_changes(registry, issuer, ret_changes, e):
 * issuer_trust_list and issuer_list_changes (issuer.h), with what the packs in force recognise. */
int gate_trust_list(struct registry *registry, struct issuer *issuer, instant now, struct buffer *list,
	int64_t *ret_changes, struct error *e);
int gate_list_changes(struct registry *registry, struct issuer *issuer, int64_t *ret_changes, struct error *e);

/* A code issued anew, or why not: ${cause} is code_cause_name's, "not_recognised", or "own" of a code that needs no other; else
 * NULL. */
struct gate_reissued {
	const char *cause;
	enum code_colour colour;
	instant issued_at, expires_at;
};

/* gate_reissue(issuer, pack, code, now, text, ret_reissued, e):
 * Where the pack recognises the code of another jurisdiction, append one of the pack's own jurisdiction to ${text}: the same colour
 * (and card, of one on paper), the jurisdiction's own key, and an id that is a keyed hash of the other's, the same each time, so that
 * nothing at a gate tells where it began and two who share a code are found. It ends with the code's life here, the other code or the
 * recognition, whichever is first. Return 0, also where it is refused, or a failure. */
int gate_reissue(struct issuer *issuer, const struct pack *pack, const char *code, instant now, struct buffer *text,
	struct gate_reissued *ret_reissued, struct error *e);

/* gate_decide(rule, cause, colour, recognised, temperature_tenths_c, ret_cause, ret_act):
 * The decision: pure. ${cause} is code_verify's, ${colour} the code's where that is CODE_VALID; ${temperature_tenths_c}
 * is 0 where none was taken. */
enum gate_verdict gate_decide(const struct gate_rule *rule, enum code_cause cause, enum code_colour colour,
	bool recognised, int32_t temperature_tenths_c, enum gate_cause *ret_cause, const struct gate_act **ret_act);

/* A check of ${code}, or (with ${code} NULL) of the ID number that a guard typed. ${at} and ${verdict}, ${cause} are given
 * where a gate decided without a network (${offline}). */
struct gate_question {
	const char *code, *id_number, *place, *by;
	const char
		*name; /* under which ${by} asks for this check and no other, 1 to CHECK_NAME_SIZE - 1 bytes; NULL: none */
	const char *
		receipt; /* the number that the gate's device chose at random, RECEIPT_SIZE - 1 of 0-9 and a-z; NULL: one is made */
	int32_t temperature_tenths_c; /* 0: not taken */
	bool offline;
	instant at;
	enum gate_verdict verdict;
	enum gate_cause cause;
	struct shown *shown; /* what was shown at the other gates; NULL: not known */
};

enum { GATE_RECEIPT_TEXT_SIZE = 1024, GATE_NAME_END_SIZE = 32 };

struct gate_answer {
	enum gate_verdict verdict;
	enum gate_cause cause;
	bool has_colour; /* the code's signature holds */
	enum code_colour colour;
	char card[CODE_CARD_SIZE]; /* of a code on paper: what the ID card's last four must be; else "" */
	/* Where the place's rule needs a name and one is known here: the last character of the holder's, and of their ID number the last
	 * four; else "". */
	char name_end[GATE_NAME_END_SIZE], id_number_end[CODE_CARD_SIZE];
	const struct gate_act *act;
	char receipt[RECEIPT_SIZE];
	char signed_receipt[GATE_RECEIPT_TEXT_SIZE]; /* the same for both sides (credential/receipt.h); "" without a key */
	instant at;
};

/* gate_check(cascade, issuer, question, ret_answer, e):
 * Decide, keep the receipt (what was asked under the name before is answered as it was kept, so that who heard no answer asks again), and where a fever was measured on the holder of one of our own codes, record it as evidence of
 * theirs (who is then due).
 * A code on paper that this store issued counts online with its holder's colour of now, for as long as its handle lasts; with
 * the one that is printed elsewhere and offline.
 * Where the place's rule needs a name, the answer to a code of this store's own that is not refused has the name's last character and the ID number's last
 * four; the holder's log says who saw them, where and when. Without a network, of another's code, of one that was shown elsewhere just now, and
 * where ${question->by} is not said, there are none.
 * Of a typed ID number the answer is the verdict alone (and the fever that was measured), the same for a number that is not
 * known as for a gray code; it is logged where the holder reads it, and the holder is told.
 * Return 0, ERROR_EXISTS_NOT for an unknown place, ERROR_EXISTS where another check has the receipt, or that of a pass that is forgotten is
 * asked for by anything but that pass, delivered once more, ERROR_BAD_INPUT for an offline check that cannot be,
 * ERROR_BAD_INPUT for what is no ID number, ERROR_DENIED for a device that typed more of them than its place's rule allows, ERROR_IO where the clock can't be right
 * (registry_check_clock). */
int gate_check(struct cascade *cascade, struct issuer *issuer, const struct gate_question *question,
	struct gate_answer *ret_answer, struct error *e);

/* gate_complain(registry, issuer, complaint, e):
 * registry_complaint_put, where the check's code was ${complaint->person}'s, or nobody can tell whose (a pass, no code, or a
 * typed number: who has the number has the receipt). ERROR_EXISTS_NOT also where it was somebody else's. */
int gate_complain(
	struct registry *registry, struct issuer *issuer, const struct registry_complaint *complaint, struct error *e);

/* gate_purge(registry, issuer, before, ret_checks, ret_keys, e):
 * Forget the checks before ${before}, and whose the codes of the days (UTC) that ended by then were; how many of each. In the
 * caller's transaction; the keys are gone in any case. */
int gate_purge(struct registry *registry, struct issuer *issuer, instant before, int64_t *ret_checks, int64_t *ret_keys,
	struct error *e);

/* How long a code of the pack's jurisdiction counts, in seconds: "valid_s" of its "credential" section, else (and
 * where ${pack} is NULL) a minute. */
int64_t gate_code_lifetime(const struct pack *pack);

/* Whether the codes of the pack's jurisdiction say their colour to gates alone: "audience" of its "credential" section is "gates". */
bool gate_code_is_sealed(const struct pack *pack);

/* How long the colour on a paper counts: "paper_valid_s", else a day. */
int64_t gate_paper_lifetime(const struct pack *pack);

/* gate_jurisdiction(cascade, division, ret_pack, ret_covered, e): whose rule holds in ${division} ("" is unknown). */
int gate_jurisdiction(
	struct cascade *cascade, const char *division, const struct pack **ret_pack, bool *ret_covered, struct error *e);

#endif
