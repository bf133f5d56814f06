/* Whose codes count beside a jurisdiction's own: the "recognises" list of its pack. */

#include <string.h>

#include "gate/gate.h"

static void
read_colours(struct json_check *check, const char *pointer, const json_t *colours, struct trust_recognition *into)
{
	enum code_colour colour;
	const json_t *name;
	size_t i;

	memset(into->colours, 0, sizeof into->colours);
	if (!json_is_array(colours) || json_array_size(colours) == 0)
		json_check_fault(check, pointer, "a list of colours expected");
	json_array_foreach((json_t *)colours, i, name)
	{
		if (json_is_string(name) && code_colour_read(json_string_value(name), &colour))
			into->colours[colour] = true;
		else
			json_check_fault(check, pointer, "green, yellow, red and gray are the colours");
	}
}

static void
read_time(struct json_check *check, const char *pointer, const json_t *item, const char *name, instant *time)
{
	const json_t *text = json_object_get(item, name);
	char place[JSON_POINTER_SIZE];
	struct error e = {0};

	if (text &&
		(!json_is_string(text) ||
			time_read(json_string_value(text), json_string_length(text), &zone_utc, time, &e) < 0))
		json_check_fault(
			check, json_pointer(place, pointer, name), "a time expected, such as 2020-03-25T00:00:00+08:00");
}

static void
read_recognition(
	struct json_check *check, const char *pointer, const json_t *item, struct trust_recognition *ret_recognition)
{
	static const char *const required[] = {"jurisdiction", NULL};
	static const char *const optional[] = {"colours", "fresh_s", "from", "to", NULL};
	struct trust_recognition found = {.colours = {false, true, true, true, true}, .from = INT64_MIN, .to = TRUST_NEVER};
	const json_t *name = json_is_string(item) ? item : json_object_get(item, "jurisdiction");
	char place[JSON_POINTER_SIZE];

	if (json_is_string(name) && json_string_length(name) >= ISSUER_SIZE)
		json_check_fault(check, pointer, "no jurisdiction's name is as long");
	snprintf(found.issuer, sizeof found.issuer, "%s", json_is_string(name) ? json_string_value(name) : "");
	if (!json_is_string(item) && json_check_object(check, pointer, item, required, optional)) {
		if (name && !json_is_string(name))
			json_check_fault(check, json_pointer(place, pointer, "jurisdiction"), "a jurisdiction's name expected");
		if (json_object_get(item, "colours"))
			read_colours(check, json_pointer(place, pointer, "colours"), json_object_get(item, "colours"), &found);
		json_check_integer(check, pointer, item, "fresh_s", 1, TRUST_FRESH_MAX_S, &found.fresh_s);
		read_time(check, pointer, item, "from", &found.from);
		read_time(check, pointer, item, "to", &found.to);
		if (found.from >= found.to)
			json_check_fault(check, pointer, "from is before to");
	}
	*ret_recognition = found;
}

void
gate_recognises_check(const json_t *recognises, struct json_check *check)
{
	struct trust_recognition recognition;
	char pointer[JSON_POINTER_SIZE], number[24];
	const json_t *item;
	size_t i;

	json_array_foreach((json_t *)recognises, i, item)
	{
		snprintf(number, sizeof number, "%zu", i);
		read_recognition(check, json_pointer(pointer, "", number), item, &recognition);
	}
}

bool
gate_recognition_read(const json_t *item, struct trust_recognition *ret_recognition)
{
	struct json_check check = {0};
	struct trust_recognition found;

	read_recognition(&check, "", item, &found);
	if (check.faults || !found.issuer[0])
		return false;
	*ret_recognition = found;
	return true;
}

instant
gate_recognised_until(
	const struct pack *pack, const char *issuer, enum code_colour colour, instant issued_at, instant now)
{
	struct trust_recognition found;
	instant until = INT64_MIN;
	const json_t *item;
	size_t i;

	json_array_foreach((json_t *)pack_section(pack, "recognises"), i, item) if (gate_recognition_read(item, &found))
	{
		const instant end = trust_recognised_until(&found, issuer, colour, issued_at, now);

		until = end > until ? end : until;
	}
	return until;
}

bool
gate_recognises(const struct pack *pack, const char *issuer, enum code_colour colour, instant issued_at, instant now)
{
	return strcmp(pack_jurisdiction(pack), issuer) == 0 ||
		gate_recognised_until(pack, issuer, colour, issued_at, now) > now;
}
