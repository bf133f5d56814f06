#include <string.h>

#include "presence/internal.h"

int
presence_each_file(struct presence *presence, presence_each_file_function *each, void *context, struct error *e)
{
	const struct state *state = &presence->state;
	int r;

	if (!db_in_transaction(presence->db))
		return error_set(e, ERROR_USAGE, "files of stays are copied in a transaction");
	if ((r = state_refresh(presence, e)) < 0)
		return r;
	for (size_t i = 0; i < state->day_count; i++)
		for (size_t j = 0; j < state->days[i].run_count; j++) {
			const struct segment *segment = state->days[i].runs[j].segment;

			if ((r = each(segment_about(segment)->name, segment_descriptor(segment), context, e)) != 0)
				return r;
		}
	return 0;
}

bool
presence_file_name(const char *name)
{
	const size_t length = strlen(name), suffix = strlen(SEGMENT_SUFFIX);

	return length > suffix && length < SEGMENT_NAME_SIZE && strcmp(name + length - suffix, SEGMENT_SUFFIX) == 0 &&
		strspn(name, "0123456789abcdef-") == length - suffix;
}
