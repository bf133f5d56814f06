#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 8 };

int
array_grow(void *items, size_t *capacity, size_t wanted, size_t size, size_t maximum, struct error *e)
{
	size_t room = *capacity;
	void *old, *new;

	if (wanted > maximum)
		return error_set(e, ERROR_TOO_LARGE, "more than the maximum of %zu items", maximum);
	if (wanted <= room)
		return 0;
	if (room == 0)
		room = FIRST_CAPACITY;
	while (room < wanted)
		room = room > SIZE_MAX / 2 ? wanted : room * 2;
	if (room > maximum)
		room = maximum;
	if (room > SIZE_MAX / size)
		return error_no_memory(e);
	memcpy(&old, items, sizeof old);
	new = realloc(old, room * size);
	if (!new)
		return error_no_memory(e);
	memset((char *)new + (*capacity * size), 0, (room - *capacity) * size);
	memcpy(items, &new, sizeof new);
	*capacity = room;
	return 0;
}
