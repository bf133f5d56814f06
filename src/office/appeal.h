/* office/appeal.h: appeals against colours: to the office that made the colour, answered by somebody who has no part in it.
 *
 * A colour is this jurisdiction's own, or, where the rules say so for no reason but that another service says it of the person
 * (payload.recognitions), that service's: then its office answers, and here nothing can be decided (office_colour).
 *
 * An appeal changes no colour. Who upholds one names what was corrected: an import that was undone or brought since, a case that is none
 * any more or colours nobody, or an override that is proposed; each of these has its own rules of who may, and gives another colour by
 * itself. Who decides is a user with an office's role, of the office that the pack names, and neither wrote the appeal down nor entered
 * what the colour rests on.
 *
 *   appeal.opened     {"appeal", "by": user or null, "colour", "jurisdiction", "person": a commitment, "policy"}
 *   appeal.decided    {"act": {"act": "appeal", "appeal", "correction": null, {"import"}, {"case"} or {"override"}, "decided_at",
 *                     "decision"}, "by", "signature"}
 *   appeal.withdrawn  {"appeal", "by": user or null}
 *
 * No word of the person or of the answer is in the ledger. Codes as office/office.h has them. */

#ifndef HEALTHCODE_OFFICE_APPEAL_H
#define HEALTHCODE_OFFICE_APPEAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "gate/gate.h"
#include "registry/registry.h"

struct office;
struct office_actor;
struct json_check;

enum {
	APPEAL_DAYS = 3,       /* to answer, where the pack does not say */
	APPEAL_KEPT_DAYS = 90, /* after the end, likewise */
	APPEAL_DAYS_MOST = 90,
	APPEAL_KEPT_DAYS_MOST = 366,
	APPEAL_CORRECTION_SIZE = 256,
};

/* A pack's section "appeals": {"days"?, "kept_days"?, "office"?, "source"}: local days from the day of the appeal until its answer is due, local
 * days from its end until it is forgotten, and whose users alone decide (user add --office); ${office} is "" where any office's may.
 *
 * office_appeals_check(section, check): tell every fault of it.
 * office_appeals_rule(pack, ret_rule): as it holds. */
struct office_appeals {
	int64_t days, kept_days;
	char office[USER_NAME_SIZE];
};
void office_appeals_check(const json_t *section, struct json_check *check);
void office_appeals_rule(const struct pack *pack, struct office_appeals *ret_rule);

/* A colour as it stands, and whose it is. ${office} is the jurisdiction that answers for it, ${url} its pages, where one appeals to it, ""
 * where they are not known or where it is ours (${ours}). ${stops}: it is none of the pack's
 * gate.pass_colours, so that there is something to appeal against. */
struct office_colour {
	const struct pack *pack;
	person_number person;
	enum colour colour;
	instant since;
	char policy[PACK_HASH_TEXT_SIZE], office[JURISDICTION_SIZE], url[PEER_URL_SIZE];
	bool ours, stops;
	char *rules, *lists; /* JSON, owned */
};

/* office_colour(office, pack, person, ret_colour, e): freed with office_colour_clear. ERROR_EXISTS_NOT where the person has not applied there. */
int office_colour(const struct office *office, const struct pack *pack, person_number person,
	struct office_colour *ret_colour, struct error *e);
void office_colour_clear(struct office_colour *colour);

/* office_appeal_open(office, colour, words, by, ret_number, e): appeal against the colour, in the person's own words; ${by} is the user who writes it
 * down for them (which they read in their log), or NULL. Return 1 with its number, 0 with the one that is open already, or a code:
 * ERROR_BAD_INPUT also where the colour stops nobody, ERROR_DENIED where it is another service's. */
int office_appeal_open(const struct office *office, const struct office_colour *colour, const char *words,
	const char *by, int64_t *ret_number, struct error *e);

/* office_appeal_withdraw(office, number, person, by, e): ${person} takes it back, ${by} NULL; or, ${person} 0, the user ${by} for them, who are
 * told by a notice. ERROR_EXISTS_NOT also where it is another person's; ERROR_EXISTS where it is not open; ERROR_DENIED for a user where
 * the person opened it themselves, or where that user entered what the colour rests on. */
int office_appeal_withdraw(
	const struct office *office, int64_t number, person_number person, const char *by, struct error *e);

/* office_appeal_show(office, number, by, each, context, e): one with its words, for ${by}, whom the person reads of in their log. */
int office_appeal_show(const struct office *office, int64_t number, const char *by, registry_appeal_each *each,
	void *context, struct error *e);

/* office_appeal_json(appeal, now, zone, whose, words): {"appeal", "state", "overdue", "jurisdiction", "colour", "since", "policy", "rules", "opened_at",
 * "opened_by", "due_at", "decided_at", "decided_by", "correction"}, null where there is none; with ${whose} "person", null once it is forgotten;
 * with ${words} "words" and "answer": null or {"zh", "en"}, each perhaps null. A new reference, or NULL for lack of memory. */
json_t *
office_appeal_json(const struct registry_appeal *appeal, instant now, const struct zone *zone, bool whose, bool words);

/* What was corrected: one of them, the others 0 or NULL. */
struct office_correction {
	int64_t import, override;
	const char *case_name;
};

/* An answer: upheld with a correction, or rejected without; in one language at least, the other NULL or "". */
struct office_answer {
	bool upheld;
	struct office_correction correction;
	const char *zh, *en;
};

/* office_appeal_decide(office, number, answer, actor, e): decide it, and tell the person. ERROR_DENIED for who may not (see above),
 * ERROR_BAD_INPUT for no answer, or a correction that is none of this: not since the appeal, or neither about the person nor with another decision
 * now; ERROR_EXISTS where it is not open any more. */
int office_appeal_decide(const struct office *office, int64_t number, const struct office_answer *answer,
	const struct office_actor *actor, struct error *e);

/* office_appeals_forget(office, ret_count, e): forget those that ended as long ago as their packs say, in the caller's transaction. */
int office_appeals_forget(const struct office *office, int64_t *ret_count, struct error *e);

#endif
