/* registry/match_rules.h: what agreement weighs. Inside the room. */

#ifndef HEALTHCODE_REGISTRY_MATCH_RULES_H
#define HEALTHCODE_REGISTRY_MATCH_RULES_H

#include "registry/match.h"
#include "registry/trait.h"

/* All in thousandths of a bit. */
struct match_rules {
	int64_t agrees[TRAITS], differs[TRAITS];
	int64_t match_at, review_at;
};

/* match_rules_read(section, ret_rules, e): a pack's "matching" (NULL: what holds where nothing is said). ERROR_BAD_INPUT. */
int match_rules_read(const json_t *section, struct match_rules *ret_rules, struct error *e);

/* match_score(rules, a, b, ret_compared): the sum of weights; each comparison in two bits of *${ret_compared}, from that of TRAIT_NAME on.
 * Names in Chinese characters and in other letters are not compared: no romanization is told from another person's. */
int64_t
match_score(const struct match_rules *rules, const struct traits *a, const struct traits *b, int64_t *ret_compared);

/* One comparison of those. */
enum registry_compared match_compared(int64_t compared, enum trait trait);

#endif
