/* Rows of packed facts, and the areas that belong to them.
 *
 * K1. For the same places, the areas used and the areas seen are those of F2 in facts.c. What that looks up for each person is
 *     looked up once a place here, and kept while the reader is open. */

#include "registry/packed.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "place/place.h"
#include "registry/internal.h"

enum { LINKS_MAX = 4, CHAINS_MAX = 1 << 20, CHAINS_LEAST = 256 };

/* The areas in which a place lies, the smallest first. ${uncounted} stands for the smallest where none has counts. */
struct chain {
	bool used, counted;
	char country[AREA_CODE_SIZE], division[AREA_CODE_SIZE];
	struct link {
		char code[AREA_CODE_SIZE];
		bool counted;
		size_t number;
	} links[LINKS_MAX];
	size_t count, uncounted;
};

/* ${chains} is a table of ${size} places, a power of two, found by hash and then one after the other. */
struct registry_packed_reader {
	struct registry *registry;
	const struct pack *pack;
	struct packed *packed;
	int64_t area_version;
	struct chain *chains;
	size_t size, count;
	struct known_area {
		char code[AREA_CODE_SIZE];
		bool counted;
		size_t number;
	} * areas;
	size_t area_count, area_capacity;
};

int
registry_packed_put(struct registry *registry, person_number person, const char *jurisdiction,
	const struct registry_packed *packed, struct error *e)
{
	const struct db_value values[] = {db_int(person), db_text(jurisdiction), db_int(packed->from),
		db_int(packed->until), db_blob(packed->facts, packed->size)};

	if (packed->size == 0)
		return db_do(registry->db, "DELETE FROM packed WHERE person = $1 AND jurisdiction = $2", values, 2, e);
	return db_do(registry->db,
		"INSERT INTO packed(person, jurisdiction, from_at, until_at, facts) VALUES($1, $2, $3, $4, $5)"
		" ON CONFLICT(person, jurisdiction) DO UPDATE SET from_at = excluded.from_at, until_at = excluded.until_at,"
		" facts = excluded.facts",
		values, 5, e);
}

int
registry_packed_open(struct registry *registry, const struct pack *pack, instant now,
	struct registry_packed_reader **ret_reader, struct error *e)
{
	struct registry_packed_reader *reader = calloc(1, sizeof *reader);
	int r;

	if (!reader)
		return error_no_memory(e);
	reader->registry = registry;
	reader->pack = pack;
	reader->size = CHAINS_LEAST;
	if (!(reader->chains = calloc(reader->size, sizeof *reader->chains))) {
		r = error_no_memory(e);
		goto out;
	}
	if ((r = areas_refresh(registry, INT64_MAX, &reader->area_version, e)) < 0 ||
		(r = packed_new(pack, now, &reader->packed, e)) < 0)
		goto out;
	*ret_reader = reader;
	reader = NULL;
out:
	registry_packed_close(reader);
	return r;
}

void
registry_packed_close(struct registry_packed_reader *reader)
{
	if (!reader)
		return;
	packed_free(reader->packed);
	free(reader->chains);
	free(reader->areas);
	free(reader);
}

struct packed *
registry_packed_person(struct registry_packed_reader *reader)
{
	return reader->packed;
}

static size_t
hash_of(const char *country, const char *division)
{
	size_t hash = 5381;

	for (; *country; country++)
		hash = hash * 33 + (unsigned char)*country;
	for (; *division; division++)
		hash = hash * 33 + (unsigned char)*division;
	return hash ^ hash >> 15;
}

/* Where the place is in the table, or belongs. */
static struct chain *
find(struct chain *chains, size_t size, const char *country, const char *division)
{
	size_t at = hash_of(country, division) & (size - 1);

	while (chains[at].used && (strcmp(chains[at].country, country) != 0 || strcmp(chains[at].division, division) != 0))
		at = (at + 1) & (size - 1);
	return &chains[at];
}

static int
grow(struct registry_packed_reader *reader, struct error *e)
{
	struct chain *larger;

	if (2 * reader->count < reader->size)
		return 0;
	if (reader->size >= CHAINS_MAX)
		return error_set(e, ERROR_TOO_LARGE, "more than %d places", CHAINS_MAX / 2);
	if (!(larger = calloc(2 * reader->size, sizeof *larger)))
		return error_no_memory(e);
	for (size_t i = 0; i < reader->size; i++)
		if (reader->chains[i].used)
			*find(larger, 2 * reader->size, reader->chains[i].country, reader->chains[i].division) = reader->chains[i];
	free(reader->chains);
	reader->chains = larger;
	reader->size *= 2;
	return 0;
}

/* The area as the facts would have it, made known to the rows once. ${stand_in}: as one that nobody counts. */
static int
know_area(struct registry_packed_reader *reader, const char *code, bool stand_in, struct known_area *ret_known,
	struct error *e)
{
	struct known_area known = {.counted = false};
	json_t *area = NULL, *own = NULL;
	int r;

	for (size_t i = 0; i < reader->area_count; i++)
		if (strcmp(reader->areas[i].code, code) == 0 && (!stand_in || !reader->areas[i].counted)) {
			*ret_known = reader->areas[i];
			if (!stand_in || ret_known->number != SIZE_MAX)
				return 0;
			break;
		}
	memcpy(known.code, code, strlen(code) + 1);
	known.number = SIZE_MAX;
	if ((r = area_get(reader->registry, reader->pack, code, &area, e)) < 0 ||
		(!area && stand_in && (r = area_uncounted(code, &own, e)) < 0))
		goto out;
	known.counted = area != NULL;
	if ((area || own) && (r = packed_add_area(reader->packed, code, area ? area : own, &known.number, e)) < 0)
		goto out;
	if ((r = array_grow(&reader->areas, &reader->area_capacity, reader->area_count + 1, sizeof known, CHAINS_MAX, e)) <
		0)
		goto out;
	reader->areas[reader->area_count++] = known;
	*ret_known = known;
out:
	json_decref(own);
	return r;
}

static int
add_link(struct registry_packed_reader *reader, struct chain *chain, const char *code, struct error *e)
{
	struct link *link = &chain->links[chain->count];
	struct known_area known;
	int r;

	if ((r = know_area(reader, code, false, &known, e)) < 0)
		return r;
	memcpy(link->code, known.code, sizeof link->code);
	link->counted = known.counted;
	link->number = known.number;
	chain->counted = chain->counted || known.counted;
	chain->count++;
	return 0;
}

static int
make_chain(struct registry_packed_reader *reader, const char *country, const char *division, struct chain *chain,
	struct error *e)
{
	struct known_area known;
	int r = 0;

	*chain = (struct chain){.used = true};
	strcpy(chain->country, country);
	strcpy(chain->division, division);
	for (size_t digits = risk_unit_digits(reader->pack); *division && digits >= 2 && r == 0; digits -= 2) {
		char code[AREA_CODE_SIZE] = "000000";

		memcpy(code, division, digits);
		r = add_link(reader, chain, code, e);
	}
	if (r == 0 && area_known(country))
		r = add_link(reader, chain, country, e);
	if (r < 0 || chain->counted || chain->count == 0)
		return r;
	if ((r = know_area(reader, chain->links[0].code, true, &known, e)) == 0)
		chain->uncounted = known.number;
	return r;
}

static int
use_areas_of(struct registry_packed_reader *reader, const struct packed_place *place, struct registry_seen *seen,
	struct error *e)
{
	const char *country = place->country ? place->country : "", *division = place->division ? place->division : "";
	struct chain *chain, made;
	int r;

	chain = find(reader->chains, reader->size, country, division);
	if (!chain->used) {
		if ((r = make_chain(reader, country, division, &made, e)) < 0 || (r = grow(reader, e)) < 0)
			return r;
		chain = find(reader->chains, reader->size, country, division);
		*chain = made;
		reader->count++;
	}
	for (size_t i = 0; i < chain->count; i++) {
		const struct link *link = &chain->links[i];

		seen_add(seen, link->code);
		if (!link->counted)
			continue;
		if ((r = packed_use_area(reader->packed, link->number, e)) < 0)
			return r;
		if (packed_area_from(reader->packed, link->number) <= place->matters_from)
			break;
	}
	return chain->counted || chain->count == 0 ? 0 : packed_use_area(reader->packed, chain->uncounted, e);
}

int
registry_packed_areas(struct registry_packed_reader *reader, struct registry_seen *ret_seen, struct error *e)
{
	struct registry_seen seen = {.area_version = reader->area_version};
	size_t count = pack_section(reader->pack, "risk") ? packed_place_count(reader->packed) : 0;
	int r;

	for (size_t i = 0; i < count; i++) {
		const struct packed_place place = packed_place(reader->packed, i);

		if ((r = use_areas_of(reader, &place, &seen, e)) < 0)
			return r;
	}
	*ret_seen = seen;
	return 0;
}
