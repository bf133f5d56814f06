#include "cascade/cascade.h"

#include <stdlib.h>
#include <string.h>

#include "cascade/inside.h"

/* The stays beside the registry. */
static int
open_presence(struct registry *registry, struct presence **ret_presence, struct error *e)
{
	struct presence_where where = {.db = registry_db(registry), .keys = registry_keys(registry)};
	const struct pack *pack;
	int r;

	if ((r = registry_pack(registry, NULL, &pack, e)) < 0)
		return r;
	where.folder = registry_presence(registry);
	where.zone = pack_zone(pack);
	return presence_open(&where, ret_presence, e);
}

int
cascade_open(struct registry *registry, struct cascade **ret_cascade, struct error *e)
{
	struct cascade *cascade = calloc(1, sizeof *cascade);
	int r;

	if (!cascade)
		return error_no_memory(e);
	cascade->registry = registry;
	cascade->db = registry_db(registry);
	cascade->keys = registry_keys(registry);
	cascade->alone_most = SWEEP_ALONE_MOST;
	cascade->slice_people = SWEEP_SLICE_PEOPLE;
	cascade->batch_most = CASCADE_BATCH;
	cascade->batch_alone_most = BATCH_ALONE_MOST;
	if ((r = cascade_migrate(cascade->db, e)) < 0 || (r = open_presence(registry, &cascade->presence, e)) < 0)
		goto out;
	*ret_cascade = cascade;
	cascade = NULL;
out:
	cascade_close(cascade);
	return r;
}

void
cascade_close(struct cascade *cascade)
{
	if (!cascade)
		return;
	presence_close(cascade->presence);
	same_forget(cascade);
	free(cascade);
}

struct registry *
cascade_registry(struct cascade *cascade)
{
	return cascade->registry;
}

struct presence *
cascade_presence(struct cascade *cascade)
{
	return cascade->presence;
}

/* What other services say of the person now: [{"jurisdiction", "colour", "since", "until"}], by time. NULL where memory is short. */
static json_t *
others_now(const json_t *facts, const struct pack *pack, instant now)
{
	const json_t *item, *list = json_object_get(facts, "recognitions");
	json_t *others = json_array();
	size_t i;

	json_array_foreach((json_t *)list, i, item)
	{
		const json_t *until = json_object_get(item, "until");
		instant end = INT64_MIN;

		if (!others ||
			time_read(json_string_value(until), json_string_length(until), pack_zone(pack), &end, &(struct error){0}) <
				0 ||
			end <= now)
			continue;
		if (json_array_append_new(others,
				json_pack("{s:O, s:O, s:O, s:O}", "jurisdiction", json_object_get(item, "jurisdiction"), "colour",
					json_object_get(item, "colour"), "since", json_object_get(item, "at"), "until", until)) < 0) {
			json_decref(others);
			others = NULL;
		}
	}
	return others;
}

/* Where others say something of the person, what they say, and what the rules would say without them: two reasons, two offices. */
static int
add_others(const struct pack *pack, json_t *facts, instant now, json_t *result, struct error *e)
{
	json_t *others = others_now(facts, pack, now), *without = NULL, *own;
	int r = 0;

	if (!others)
		return error_no_memory(e);
	if (json_array_size(others) == 0)
		goto out;
	if (json_object_set_new(facts, "recognitions", json_array()) < 0) {
		r = error_no_memory(e);
		goto out;
	}
	if ((r = evaluate(pack, facts, now, &without, NULL, e)) < 0)
		goto out;
	own = json_pack("{s:O, s:O, s:O}", "colour", json_object_get(without, "colour"), "since",
		json_object_get(without, "since"), "rules", json_object_get(without, "rules"));
	if (json_object_set_new(result, "own", own) < 0 || json_object_set(result, "others", others) < 0)
		r = error_no_memory(e);
out:
	json_decref(others);
	json_decref(without);
	return r;
}

int
cascade_explain(
	struct cascade *cascade, const struct pack *pack, person_number person, json_t **ret_result, struct error *e)
{
	json_t *facts = NULL, *result = NULL;
	int r;

	if ((r = cascade_facts(cascade, pack, person, &facts, NULL, e)) < 0)
		goto out;
	if ((r = evaluate_explained(pack, facts, registry_now(cascade->registry), &result, e)) < 0)
		goto out;
	if (json_object_set_new(result, "jurisdiction", json_string(pack_jurisdiction(pack))) < 0) {
		r = error_no_memory(e);
		goto out;
	}
	if ((r = add_others(pack, facts, registry_now(cascade->registry), result, e)) < 0)
		goto out;
	*ret_result = result;
	result = NULL;
out:
	json_decref(facts);
	json_decref(result);
	return r;
}
