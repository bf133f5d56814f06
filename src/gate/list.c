/* The signed trust list with what the packs in force recognise: a gate without a network decides by it, and nobody between changes it. */

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "gate/gate.h"

struct recognised {
	struct trust_recognition *items;
	size_t count, capacity;
};

static int
add_recognised(const struct pack *pack, struct recognised *recognised, struct error *e)
{
	struct trust_recognition found;
	const json_t *item;
	size_t i;
	int r;

	json_array_foreach((json_t *)pack_section(pack, "recognises"), i, item) if (gate_recognition_read(item, &found))
	{
		if ((r = array_grow(&recognised->items, &recognised->capacity, recognised->count + 1, sizeof *recognised->items,
				 TRUST_RECOGNISED_MAX, e)) < 0)
			return r;
		recognised->items[recognised->count++] = found;
	}
	return 0;
}

int
gate_list_changes(struct registry *registry, struct issuer *issuer, int64_t *ret_changes, struct error *e)
{
	int64_t changes, packs;
	int r;

	if ((r = issuer_list_changes(issuer, &changes, e)) < 0 || (r = registry_packs_changes(registry, &packs, e)) < 0)
		return r;
	*ret_changes = changes + packs;
	return 0;
}

int
gate_trust_list(struct registry *registry, struct issuer *issuer, instant now, struct buffer *list,
	int64_t *ret_changes, struct error *e)
{
	char(*names)[JURISDICTION_SIZE] = NULL;
	struct trust_gates *places = NULL;
	struct recognised recognised = {0};
	struct issuer_gates gates = {0};
	int64_t packs, changes;
	size_t count = 0, listed = 0;
	int r;

	/* Before the packs: what comes in between is in the list, and makes another one. */
	if ((r = registry_packs_changes(registry, &packs, e)) < 0 ||
		(r = registry_jurisdictions(registry, &names, &count, e)) < 0)
		goto out;
	if (count && !(places = calloc(count, sizeof *places))) {
		r = error_no_memory(e);
		goto out;
	}
	for (size_t i = 0; i < count; i++) {
		const size_t before = recognised.count;
		const struct pack *pack;

		/* One whose name is too long for an issuer's has no key, and no reader would take a list that names it. */
		if (strlen(names[i]) >= ISSUER_SIZE)
			continue;
		if ((r = registry_pack(registry, names[i], &pack, e)) < 0 || (r = add_recognised(pack, &recognised, e)) < 0)
			goto out;
		places[listed++] = (struct trust_gates){.jurisdiction = names[i], .count = recognised.count - before};
	}
	/* Only now does the array stay where it is. */
	for (size_t i = 0, first = 0; i < listed; first += places[i++].count)
		places[i].recognised = places[i].count ? &recognised.items[first] : NULL;
	gates = (struct issuer_gates){.gates = places, .count = listed, .version = packs};
	if ((r = issuer_trust_list(issuer, &gates, now, list, &changes, e)) == 0 && ret_changes)
		*ret_changes = changes + packs;
out:
	free(names);
	free(places);
	free(recognised.items);
	return r;
}
