/* The travel card: where somebody stayed longer than the pack's hours, and what colour that gives. */

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cascade/inside.h"
#include "place/place.h"

enum { DAYS_MAX = 366, HOLDERS_MAX = 1000, HASH_TEXT_SIZE = 2 * REGISTRY_HASH_SIZE + 1 };

/* The name of the pack's derived list of stays that is shown: what makes a pack a travel card. */
static const char *
shown_stays(const struct pack *pack, const json_t **ret_definition)
{
	const json_t *derived = pack_section(pack, "derived");
	const char *name;
	json_t *definition;

	json_object_foreach((json_t *)derived, name, definition)
	{
		const char *kind = json_string_value(json_object_get(definition, "kind"));

		if (kind && strcmp(kind, "stays") == 0 && json_is_true(json_object_get(definition, "show"))) {
			*ret_definition = definition;
			return name;
		}
	}
	return NULL;
}

bool
cascade_is_travel_card(const struct pack *pack)
{
	const json_t *definition;

	return shown_stays(pack, &definition) != NULL;
}

int
cascade_travel_card_pack(struct cascade *cascade, const struct pack **ret_pack, struct error *e)
{
	char(*names)[JURISDICTION_SIZE] = NULL;
	const struct pack *pack = NULL;
	size_t count = 0, i = 0;
	int r = registry_jurisdictions(cascade->registry, &names, &count, e);

	for (; r == 0 && i < count; i++)
		if ((r = registry_pack(cascade->registry, names[i], &pack, e)) == 0 && cascade_is_travel_card(pack))
			break;
	free(names);
	if (r == 0 && i == count)
		r = error_set(e, ERROR_EXISTS_NOT, "this store has no travel card: init it with a pack that is one");
	if (r == 0)
		*ret_pack = pack;
	return r;
}

/* A value of the definition, or the parameter that it names. */
static const json_t *
value_of(const struct pack *pack, const json_t *definition, const char *member)
{
	const json_t *value = json_object_get(definition, member);
	const char *parameter = json_string_value(json_object_get(value, "param"));

	return parameter ? pack_parameter(pack, parameter) : value;
}

static int
add_place(json_t *places, const json_t *stay, struct error *e)
{
	const char *country = json_string_value(json_object_get(stay, "country"));
	const char *division = json_string_value(json_object_get(stay, "division"));
	const char *zh = NULL, *en = NULL;
	json_t *place;

	if (!area_names(division ? division : country, &zh, &en))
		zh = en = division ? division : country;
	place = json_pack("{s:s, s:s?, s:{s:s, s:s}, s:I}", "country", country, "division", division, "name", "zh", zh,
		"en", en ? en : zh, "hours", json_integer_value(json_object_get(stay, "hours")));
	if (!place || json_array_append_new(places, place) < 0)
		return error_no_memory(e);
	return 0;
}

/* Who had the device last. Its evidence has the keys HASH/MOMENT. */
struct holder {
	char hash[HASH_TEXT_SIZE];
	instant since;
	person_number person; /* 0: nobody */
};

enum { OTHER_DEVICE = 1 };

static int
find_holder(const struct evidence_row *row, void *context, struct error *e)
{
	struct holder *holder = context;

	(void)e;
	if (strncmp(row->key, holder->hash, HASH_TEXT_SIZE - 1) != 0)
		return OTHER_DEVICE;
	if (!holder->person || row->at > holder->since) {
		holder->person = row->person;
		holder->since = row->at;
	}
	return 0;
}

int
cascade_device_holder(struct cascade *cascade, const char *device, person_number *ret_person, struct error *e)
{
	struct holder holder = {.person = 0};
	uint8_t hash[REGISTRY_HASH_SIZE];
	int r;

	registry_device_hash(cascade->registry, device, strlen(device), hash);
	text_hex(hash, sizeof hash, holder.hash);
	r = evidence_each_by_key(cascade->db, EVIDENCE_DEVICE, holder.hash, HOLDERS_MAX, registry_now(cascade->registry),
		registry_known(cascade->registry), find_holder, &holder, e);
	if (r < 0)
		return r;
	if (!holder.person)
		return error_set(e, ERROR_EXISTS_NOT, "the device is nobody's that is known (import devices)");
	*ret_person = holder.person;
	return 0;
}

/* The first moment of evidence. */
static int
find_first(const struct evidence_row *row, void *context, struct error *e)
{
	instant *first = context;

	(void)e;
	if (row->at < *first)
		*first = row->at;
	return 0;
}

/* Where the pack says so, whoever's device is known for less than its days has no card yet: the days before are another's, or
 * nobody's. Who has no device that is known is not asked. */
static int
check_device(struct cascade *cascade, const struct pack *pack, person_number person, struct error *e)
{
	const json_t *days = pack_parameter(pack, "new_device_days");
	const struct zone *zone = pack_zone(pack);
	instant now = registry_now(cascade->registry), first = INT64_MAX, from;
	char text[TIME_TEXT_SIZE];
	int r;

	if (!json_is_integer(days) || json_integer_value(days) < 1 || json_integer_value(days) > DAYS_MAX)
		return 0;
	r = evidence_each_of(
		cascade->db, person, EVIDENCE_DEVICE, now, registry_known(cascade->registry), find_first, &first, e);
	if (r < 0 || first == INT64_MAX)
		return r;
	from = zone_day_start(zone, zone_day(zone, first) + (day_number)json_integer_value(days));
	return now >= from
		? 0
		: error_set(e, ERROR_DENIED, "the device is new: it has a card from %s on", time_write(from, zone, text));
}

int
cascade_travel_card(
	struct cascade *cascade, const struct pack *pack, person_number person, json_t **ret_card, struct error *e)
{
	const struct zone *zone = pack_zone(pack);
	instant now = registry_now(cascade->registry), from, to;
	char from_text[TIME_TEXT_SIZE], to_text[TIME_TEXT_SIZE];
	json_t *result = NULL, *places = json_array(), *stay;
	const json_t *definition;
	const char *name = shown_stays(pack, &definition);
	int64_t days;
	size_t i;
	int r;

	if (!name) {
		r = error_set(e, ERROR_USAGE, "the pack %s is no travel card", pack_jurisdiction(pack));
		goto out;
	}
	if ((r = check_device(cascade, pack, person, e)) < 0 ||
		(r = cascade_explain(cascade, pack, person, &result, e)) < 0)
		goto out;
	json_array_foreach(json_object_get(json_object_get(result, "derived"), name), i,
		stay) if ((r = add_place(places, stay, e)) < 0) goto out;
	days = json_integer_value(value_of(pack, definition, "days"));
	if (days < 1 || days > DAYS_MAX)
		days = 1;
	to = json_is_true(value_of(pack, definition, "today")) ? now : zone_day_start(zone, zone_day(zone, now));
	from = zone_day_start(zone, zone_day(zone, to - 1) + 1 - (day_number)days);
	*ret_card = json_pack("{s:O, s:s, s:s, s:O}", "colour", json_object_get(result, "colour"), "from",
		time_write(from, zone, from_text), "to", time_write(to, zone, to_text), "places", places);
	if (!*ret_card)
		r = error_no_memory(e);
out:
	json_decref(result);
	json_decref(places);
	return r;
}
