#include <string.h>

#include "base/json.h"
#include "base/json_memory.h"
#include "office/appeal.h"

/* What this program wrote; null where it is not there. */
static json_t *
kept_json(const char *text)
{
	json_t *value = NULL;

	if (!text)
		return json_null();
	return json_read(text, strlen(text), "appeal", &value, &(struct error){0}) == 0 ? value : NULL;
}

static const char *
or_null(const char *text)
{
	return text && *text ? text : NULL;
}

static json_t *
answer_json(const struct registry_appeal *a)
{
	if (!or_null(a->answer_zh) && !or_null(a->answer_en))
		return json_null();
	return json_pack("{s:s?, s:s?}", "zh", or_null(a->answer_zh), "en", or_null(a->answer_en));
}

json_t *
office_appeal_json(const struct registry_appeal *a, instant now, const struct zone *zone, bool whose, bool words)
{
	size_t failures = json_memory_failures();
	char since[TIME_TEXT_SIZE], opened[TIME_TEXT_SIZE], due[TIME_TEXT_SIZE], decided[TIME_TEXT_SIZE];
	bool open = a->state == APPEAL_OPEN;
	json_t *item = json_pack("{s:I, s:s, s:b, s:s, s:s, s:s, s:s, s:o, s:s, s:s?, s:s, s:s?, s:s?, s:o}", "appeal",
		(json_int_t)a->number, "state", registry_appeal_state_name(a->state), "overdue", open && a->due_at <= now,
		"jurisdiction", a->jurisdiction, "colour", colour_name(a->colour), "since", time_write(a->since, zone, since),
		"policy", a->policy, "rules", kept_json(a->rules), "opened_at", time_write(a->opened_at, zone, opened),
		"opened_by", a->opened_by, "due_at", time_write(a->due_at, zone, due), "decided_at",
		open ? NULL : time_write(a->decided_at, zone, decided), "decided_by", a->decided_by, "correction",
		kept_json(a->correction));

	if (item && whose)
		json_object_set_new(item, "person", a->person ? json_integer(a->person) : json_null());
	if (item && words) {
		json_object_set_new(item, "words", *a->words ? json_string(a->words) : json_null());
		json_object_set_new(item, "answer", answer_json(a));
	}
	return json_if_whole(item, failures);
}
