/* policy/fold.h (inside the room): evaluate(), and the same with work that need not be done. */

#ifndef HEALTHCODE_POLICY_FOLD_H
#define HEALTHCODE_POLICY_FOLD_H

#include <stdbool.h>

#include "policy/evaluate.h"

/* Moments to visit besides (ascending), and whether to ask every rule anew at each moment. */
struct fold_extra {
	const instant *moments;
	size_t count;
	bool ask_anew;
};

/* fold_evaluate(pack, facts, now, extra, ret_result, ret_changes, e):
 * As evaluate(), with ${extra} (or NULL) besides. It changes nothing: tests hold it to that. */
int fold_evaluate(const struct pack *pack, const json_t *facts, instant now, const struct fold_extra *extra,
	json_t **ret_result, json_t **ret_changes, struct error *e);

#endif
