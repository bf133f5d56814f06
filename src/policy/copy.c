#include "policy/copy.h"

static json_t *
if_whole(json_t *copy, const json_t *value)
{
	if (copy && !json_equal(copy, value)) {
		json_decref(copy);
		return NULL;
	}
	return copy;
}

json_t *
copy_shallow(const json_t *value)
{
	return if_whole(json_copy((json_t *)value), value);
}

json_t *
copy_deep(const json_t *value)
{
	return if_whole(json_deep_copy(value), value);
}
