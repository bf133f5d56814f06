/* registry/appeal.h: what people say against their colours, and what an office answered.
 *
 * A1. An appeal is about one decision: a colour that holds since a moment in a jurisdiction. While one of a person is open about it, the
 *     same again is that one, whatever it says.
 * A2. It is open until it is upheld, rejected or withdrawn, once; nothing is changed after that but that it is forgotten.
 * A3. An appeal changes no colour.
 * A4. Words and answers are sealed. Forgotten, what is left says whose no more: jurisdiction, colour, rules, times and outcome. */

#ifndef HEALTHCODE_REGISTRY_APPEAL_H
#define HEALTHCODE_REGISTRY_APPEAL_H

#include "policy/policy.h"
#include "registry/store.h"

enum { APPEAL_WORDS_SIZE = 2001, APPEAL_ANSWER_SIZE = 1001, APPEAL_TEXT_SIZE = 16384, APPEALS_A_DAY = 10 };

enum appeal_state { APPEAL_OPEN, APPEAL_UPHELD, APPEAL_REJECTED, APPEAL_WITHDRAWN, APPEAL_STATES };

/* "open", "upheld", "rejected", "withdrawn". Return false for a text that is none. */
const char *registry_appeal_state_name(enum appeal_state state);
bool registry_appeal_state_read(const char *text, enum appeal_state *ret_state);

/* An appeal; texts are the caller's, or valid during the call that shows it. ${person} is 0 once it is forgotten. ${rules} is a JSON list
 * of the ids of the rules that gave the colour, ${lists} one of the lists of facts that their evidence stands in. ${opened_by} is the
 * user who wrote it down for somebody, NULL where that was the person. ${words}, and the answers, are "" where they are not there or were
 * not asked for; ${decided_by} is NULL where nobody decided, ${correction} (JSON) where nothing was corrected. */
struct registry_appeal {
	int64_t number;
	person_number person;
	const char *jurisdiction, *policy, *rules, *lists;
	enum colour colour;
	instant since, opened_at, due_at;
	const char *opened_by, *words;
	enum appeal_state state;
	instant decided_at;
	const char *decided_by, *correction, *answer_zh, *answer_en;
};

/* registry_appeal_put(registry, appeal, ret_number, e): keep one that is open, or find the one that is (A1). Return 1 with its number if it
 * is new, 0 with the number of the open one. ERROR_BAD_INPUT for words that are no text of 1 to APPEAL_WORDS_SIZE - 1 bytes of UTF-8;
 * ERROR_DENIED for more than APPEALS_A_DAY of one person within a day. */
int registry_appeal_put(
	struct registry *registry, const struct registry_appeal *appeal, int64_t *ret_number, struct error *e);

/* registry_appeal_decide(registry, decided, e): end the open appeal of that number: its state, when, by whom, the correction and the answers.
 * ERROR_EXISTS_NOT; ERROR_EXISTS where it is not open any more; ERROR_BAD_INPUT for an answer that is no text of at most
 * APPEAL_ANSWER_SIZE - 1 bytes of UTF-8. */
int registry_appeal_decide(struct registry *registry, const struct registry_appeal *decided, struct error *e);

/* Which ones: members that are 0, NULL or APPEAL_STATES leave it open. ${overdue_at}: those that are open and whose answer was due by then. */
struct registry_appeals_asked {
	person_number person;
	const char *jurisdiction;
	enum appeal_state state;
	const instant *overdue_at;
	int64_t after, limit; /* by number, above ${after}, at most ${limit} */
	bool words;           /* open what is sealed */
};

/* registry_appeals_each(registry, asked, each, context, e): by number. A non-zero return ends the walk and is returned.
 * registry_appeal(registry, number, words, each, context, e): one; ERROR_EXISTS_NOT. */
typedef int registry_appeal_each(const struct registry_appeal *appeal, void *context, struct error *e);
int registry_appeals_each(struct registry *registry, const struct registry_appeals_asked *asked,
	registry_appeal_each *each, void *context, struct error *e);
int registry_appeal(
	struct registry *registry, int64_t number, bool words, registry_appeal_each *each, void *context, struct error *e);

/* registry_appeals_waiting(registry, now, ret_open, ret_overdue, e): how many are open, and of these overdue. */
int registry_appeals_waiting(
	struct registry *registry, instant now, int64_t *ret_open, int64_t *ret_overdue, struct error *e);

/* registry_appeals_forget(registry, jurisdiction, before, ret_count, e): forget (A4) those that ended before ${before}. */
int registry_appeals_forget(
	struct registry *registry, const char *jurisdiction, instant before, int64_t *ret_count, struct error *e);

#endif
