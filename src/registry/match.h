/* registry/match.h: who is it. A laboratory's message or a passenger list may tell of somebody without an ID number, who then has a
 * number of their own here. Whether that is somebody whose ID number is known is asked of what both are known by: keyed hashes of
 * name, date of birth and phone, weighed as Fellegi and Sunter do (A Theory for Record Linkage, JASA 64, 1969). It is never guessed:
 *
 *   one candidate alone reaches "match_at"   they are one person, from then on ("automatic")
 *   else, who reaches "review_at"            waits for somebody to say ("waiting" -> "accepted" or "rejected")
 *   below                                    two people: who has no ID number can be a case, and has no code
 *
 * M1. What is automatic or waiting is a function of what is known of the people and of what was decided by hand, so the order of imports
 *     does not matter: when a second candidate becomes known, what was automatic waits, and the two are two again.
 * M2. What was decided by hand stands, whatever comes.
 *
 * Two people with ID numbers who are one (a passport, then an ID card; a number that was mistyped) are joined by hand alone. To join makes one
 * number the other's alias (evidence/evidence.h); no evidence is moved, so that parting restores what was. */

#ifndef HEALTHCODE_REGISTRY_MATCH_H
#define HEALTHCODE_REGISTRY_MATCH_H

#include <jansson.h>

#include "registry/store.h"

struct json_check;

enum registry_match_state { MATCH_WAITING, MATCH_AUTOMATIC, MATCH_ACCEPTED, MATCH_REJECTED, MATCH_STATES };

enum registry_compared { COMPARED_UNKNOWN, COMPARED_AGREES, COMPARED_DIFFERS };

/* Two who may be one. ${person} is who has no ID number, or was named first; ${score} is the weight of what was compared, in
 * thousandths of a bit. ${link} is 0 where they are not joined by this. Texts are valid during the call that shows it, NULL where
 * nobody decided. */
struct registry_match {
	int64_t number;
	person_number person, candidate;
	enum registry_match_state state;
	int64_t score;
	enum registry_compared name, birth_date, phone;
	instant found_at, decided_at;
	const char *decided_by, *purpose;
	int64_t link;
};

/* "waiting", "automatic", "accepted", "rejected"; "unknown", "agrees", "differs". Return false for a text that is none. */
const char *registry_match_state_name(enum registry_match_state state);
bool registry_match_state_read(const char *text, enum registry_match_state *ret_state);
const char *registry_compared_name(enum registry_compared compared);

/* Whether anybody knows where a person was, which only the rooms above can say: 1, 0 or a code. */
typedef int registry_was_somewhere(person_number person, void *context, struct error *e);

/* registry_match_settle(registry, was, context, e): look again at everybody of whom something came to be known since: join and part, put on
 * the list and take off. Whom that concerns is due. In the caller's transaction. Nothing is done where nothing came. */
int registry_match_settle(struct registry *registry, registry_was_somewhere *was, void *context, struct error *e);

/* registry_matches_each(registry, state, after, limit, each, context, e): call ${each} for at most ${limit} (0: all) with numbers above
 * ${after}, in ${state} (MATCH_STATES: any), by number. A non-zero return ends the walk and is returned.
 * registry_match(registry, number, each, context, e): one. ERROR_EXISTS_NOT. */
typedef int registry_match_each(const struct registry_match *match, void *context, struct error *e);
int registry_matches_each(struct registry *registry, enum registry_match_state state, int64_t after, int64_t limit,
	registry_match_each *each, void *context, struct error *e);
int
registry_match(struct registry *registry, int64_t number, registry_match_each *each, void *context, struct error *e);

/* registry_match_put(registry, person, candidate, by, ret_number, e): put two whom ${by} names on the list, in either order the same
 * pair. Return 0, or 1 where it was on it. ERROR_USAGE for one and the same, ERROR_EXISTS_NOT for who is nobody. */
int registry_match_put(struct registry *registry, person_number person, person_number candidate, const char *by,
	int64_t *ret_number, struct error *e);

/* registry_match_decide(registry, number, state, by, purpose, was, context, e):
 * MATCH_ACCEPTED: they are one from now on. MATCH_REJECTED: they are two, and where they were joined by this, from now on again. MATCH_WAITING: as if
 * nobody had decided: what is automatic, or waits, is found again. ERROR_EXISTS where that was decided before, or where they are one
 * already by other links, or where nobody decided what is taken back. In the caller's transaction. */
int registry_match_decide(struct registry *registry, int64_t number, enum registry_match_state state, const char *by,
	const char *purpose, registry_was_somewhere *was, void *context, struct error *e);

/* registry_matching_check(matching, check): tell every fault of a pack's "matching" section:
 *   {"name"?, "birth_date"?, "phone"?: {"m", "u"}, "match_at"?, "review_at"?, "source"?}
 * m is how often the two agree who are one, u how often two who are two do; 0 < u < m < 1. Thresholds are bits, review_at <= match_at. */
void registry_matching_check(const json_t *matching, struct json_check *check);

#endif
