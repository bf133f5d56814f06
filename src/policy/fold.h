/* policy/fold.h (inside the room): evaluate(), and the same with work that need not be done. */

#ifndef HEALTHCODE_POLICY_FOLD_H
#define HEALTHCODE_POLICY_FOLD_H

#include <stdbool.h>

#include "policy/evaluate.h"
#include "policy/view.h"

/* Moments to visit besides (ascending), whether to ask every rule anew at each moment, and whether to tell of the rules that
 * bring the next change. */
struct fold_extra {
	const instant *moments;
	size_t count;
	bool ask_anew, tell_soon;
};

/* fold_evaluate(pack, facts, now, extra, ret_result, ret_changes, e):
 * As evaluate(), with ${extra} (or NULL) besides. It changes nothing else in the result: tests hold it to that. */
int fold_evaluate(const struct pack *pack, const json_t *facts, instant now, const struct fold_extra *extra,
	json_t **ret_result, json_t **ret_changes, struct error *e);

/* fold_quietly(pack, facts, work, now, ret_evaluated, e): evaluate_colour() over facts that were read for ${now}, in ${work}. */
int fold_quietly(const struct pack *pack, const struct facts *facts, struct workspace *work, instant now,
	struct evaluated *ret_evaluated, struct error *e);

#endif
