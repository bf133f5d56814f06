/* What people are told unasked, in the words of the pack. */

#include <stdio.h>

#include "base/json_check.h"
#include "cascade/inside.h"

static int
tell(struct cascade *cascade, const struct cascade_change *change, const char *policy, struct error *e)
{
	const struct pack *pack;
	const json_t *words;
	char text[NOTICE_TEXT_SIZE];
	int r;

	if (change->first)
		return 0;
	if ((r = registry_pack_by_hash(cascade->registry, policy, &pack, e)) < 0)
		return r;
	words = json_object_get(pack_section(pack, "notices"), "colour");
	if (!words)
		return 0;
	snprintf(text, sizeof text, "%s %s", json_string_value(json_object_get(words, "zh")),
		json_string_value(json_object_get(words, "en")));
	return registry_notice_put_person(cascade->registry, change->person, "colour", text, e);
}

int
change_follow(struct cascade *cascade, struct evaluation *evaluation, const struct cascade_change *change,
	const struct registry_colour *colour, struct error *e)
{
	int r = tell(cascade, change, colour->policy, e);

	return r < 0 ? r : evaluation_add(cascade, evaluation, colour, e);
}

void
cascade_notices_check(const json_t *notices, struct json_check *check)
{
	static const char *const none[] = {NULL}, *const kinds[] = {"colour", NULL}, *const both[] = {"zh", "en", NULL};
	const json_t *words = json_object_get(notices, "colour");

	if (!json_check_object(check, "", notices, none, kinds) || !words ||
		!json_check_object(check, "/colour", words, both, none))
		return;
	for (size_t i = 0; both[i]; i++) {
		const json_t *text = json_object_get(words, both[i]);

		if (!json_is_string(text) || json_string_length(text) > 500)
			json_check_fault(check, "/colour", "texts of at most 500 bytes expected");
	}
}
