/* policy/fold.h (inside the room): evaluate(), and the same with moments that need not be visited. */

#ifndef HEALTHCODE_POLICY_FOLD_H
#define HEALTHCODE_POLICY_FOLD_H

#include "policy/evaluate.h"

/* fold_evaluate(pack, facts, now, extra, extra_count, ret_result, ret_changes, e):
 * As evaluate(), visiting besides the ${extra} moments (ascending). They change nothing: tests hold it to that. */
int fold_evaluate(const struct pack *pack, const json_t *facts, instant now, const instant *extra, size_t extra_count,
	json_t **ret_result, json_t **ret_changes, struct error *e);

#endif
