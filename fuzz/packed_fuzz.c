/* A packed row of a person's facts, as it comes from a store that may be damaged: whatever the bytes, reading and deciding
 * neither crash nor leak, a row that is refused says why, and a decision is the same twice. The packs are the kept ones. */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/packed.h"
#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { NOW = 1585036800, PACKS = 2 };

static struct packed *deciders[PACKS];
static size_t area;

/* Once: what does not change from input to input. */
static void
begin(void)
{
	static const char *const folders[PACKS] = {"packs/hubei-2020", "packs/hangzhou-2020"};
	json_t *steps = json_pack("{s:[{s:s,s:s},{s:s,s:s}]}", "steps", "at", "2020-01-25T00:00:00+08:00", "level", "high",
		"at", "2020-03-18T00:00:00+08:00", "level", "low");

	for (size_t i = 0; i < PACKS; i++) {
		struct pack *pack = NULL;
		struct error e = {0};

		if (!steps || pack_read_folder(folders[i], NULL, NULL, &pack, &e) < 0 ||
			packed_new(pack, NOW, &deciders[i], &e) < 0 || packed_add_area(deciders[i], "420800", steps, &area, &e) < 0)
			abort();
	}
	json_decref(steps);
}

/* Return as packed_decide, or what kept from it. */
static int
decide(struct packed *packed, const uint8_t *bytes, size_t size, struct evaluated *ret_evaluated)
{
	struct error e = {0};
	int r;

	if ((r = packed_read(packed, bytes, size, &e)) == 0) {
		for (size_t i = 0; i < packed_place_count(packed); i++)
			assert(packed_place(packed, i).country);
		if ((r = packed_add_visit(packed, "CN", "420802", NOW - 5 * DAY_S, NOW - 4 * DAY_S, &e)) == 0 &&
			(r = packed_use_area(packed, area, &e)) == 0)
			r = packed_decide(packed, ret_evaluated, &e);
	}
	assert(r == 0 || (e.code == r && e.message[0]));
	return r;
}

/* Whom a change of rules about some lists concerns is whom one about each of them concerns. */
static void
look_for_lists(const uint8_t *bytes, size_t size)
{
	enum { LISTS = 11 };
	const struct pack_change all = {.lists = (1u << LISTS) - 1};
	bool some = false;

	for (unsigned i = 0; i < LISTS; i++) {
		const struct pack_change one = {.lists = 1u << i};

		some = pack_change_concerns(&one, false, bytes, size) || some;
	}
	assert(pack_change_concerns(&all, false, bytes, size) == some);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	if (!deciders[0])
		begin();
	look_for_lists(bytes, size);
	for (size_t i = 0; i < PACKS; i++) {
		struct evaluated first, second;
		int r;

		memset(&first, 0, sizeof first);
		memset(&second, 0, sizeof second);
		r = decide(deciders[i], bytes, size, &first);
		assert(decide(deciders[i], bytes, size, &second) == r);
		assert(memcmp(&first, &second, sizeof first) == 0);
	}
	return 0;
}
