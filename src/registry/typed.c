/* ID numbers that guards type. */

#include "registry/internal.h"

#include <stdio.h>
#include <string.h>

enum { HOUR_S = 3600 };

#define TYPED "typed-id-number"

int
registry_typed_look(struct registry *registry, person_number person, const char *place, const char *device,
	int64_t most, struct error *e)
{
	char purpose[CHECK_PLACE_SIZE + 32], text[NOTICE_TEXT_SIZE];
	bool own;
	int r;

	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	if ((r = attempts_too_many(registry, TYPED, device, strlen(device), HOUR_S, most, e)) == 1)
		r = error_set(e, ERROR_DENIED, "this device typed as many ID numbers within the hour as it may");
	if (r == 0)
		r = attempt_put(registry, TYPED, device, strlen(device), e);
	if (r == 0 && person) {
		snprintf(purpose, sizeof purpose, "id-number-typed: %.*s", CHECK_PLACE_SIZE - 1, place);
		snprintf(text, sizeof text,
			"您的证件号码刚在检查点 %.*s 被输入查询，值守人员只看到是否放行。如非本人经过，请联系社区。 / Your ID number was just "
			"typed at the gate %.*s; the guard saw whether to let you in, and nothing else. If it was not you who passed, tell "
			"your community committee.",
			CHECK_PLACE_SIZE - 1, place, CHECK_PLACE_SIZE - 1, place);
		if ((r = registry_access_put(registry, person, purpose, device, e)) == 0)
			r = registry_notice_put_person(registry, person, "id-number-typed", text, e);
	}
	return scope_end(registry, own, r, e);
}
