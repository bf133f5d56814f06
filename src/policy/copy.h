/* policy/copy.h: copies of JSON that are whole. jansson's own leave out, without a word, what memory did not suffice for. */

#ifndef HEALTHCODE_POLICY_COPY_H
#define HEALTHCODE_POLICY_COPY_H

#include <jansson.h>

/* A new reference to a copy of ${value} whose members are shared with it, or NULL for lack of memory. */
json_t *copy_shallow(const json_t *value);

/* As copy_shallow, with copies of the members too. */
json_t *copy_deep(const json_t *value);

#endif
