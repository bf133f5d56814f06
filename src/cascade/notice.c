/* What people are told of their colours. */

#include <stdio.h>

#include "base/json_check.h"
#include "cascade/inside.h"

int
tell_of_change(struct cascade *cascade, const struct subject *subject, struct error *e)
{
	const struct pack *pack;
	const json_t *words;
	char text[NOTICE_TEXT_SIZE];
	int r;

	if ((r = registry_pack(cascade->registry, subject->jurisdiction, &pack, e)) < 0)
		return r;
	words = json_object_get(pack_section(pack, "notices"), "colour");
	if (!words)
		return 0;
	snprintf(text, sizeof text, "%s %s", json_string_value(json_object_get(words, "zh")),
		json_string_value(json_object_get(words, "en")));
	return registry_notice_put_person(cascade->registry, subject->person, "colour", text, e);
}

void
cascade_notices_check(const json_t *notices, struct json_check *check)
{
	static const char *const none[] = {NULL}, *const kinds[] = {"colour", NULL}, *const both[] = {"zh", "en", NULL};
	const json_t *words = json_object_get(notices, "colour");

	if (!json_check_object(check, "", notices, none, kinds) || !words ||
		!json_check_object(check, "/colour", words, both, none))
		return;
	for (size_t i = 0; both[i]; i++)
		if (!json_is_string(json_object_get(words, both[i])) ||
			json_string_length(json_object_get(words, both[i])) > 500)
			json_check_fault(check, "/colour", "texts of at most 500 bytes expected");
}
