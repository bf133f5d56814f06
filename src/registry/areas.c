/* Risk timelines of areas as facts have them, kept in memory: a million people share some hundreds.
 *
 * A1. All in the cache is of one version of the counts and one "known". */

#include "registry/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json_memory.h"
#include "place/place.h"

enum { AREAS_MAX = 100000, SERIES_MAX = RISK_DAYS_MAX };

struct entry {
	const struct pack *pack;
	char code[AREA_CODE_SIZE];
	json_t *area; /* NULL: no counts */
};

/* ${entries} are sorted by pack, then code. */
struct area_cache {
	int64_t version;
	instant known;
	struct entry *entries;
	size_t count, capacity;
};

/* The counts of an area by one source: of those that count it, the one that the pack's "sources" names first; of those that
 * it does not name, the first by name. Never a mixture: two sources count differently, and a step from one to the other
 * would pass for new cases or hide some. */
struct series {
	const json_t *preferred; /* names, or NULL */
	char source[EVIDENCE_SOURCE_MAX + 1];
	size_t rank;
	struct risk_count *counts;
	size_t count, capacity;
	char country[AREA_CODE_SIZE];
};

static void
cache_clear(struct area_cache *cache)
{
	for (size_t i = 0; i < cache->count; i++)
		json_decref(cache->entries[i].area);
	cache->count = 0;
}

void
area_cache_free(struct area_cache *cache)
{
	if (!cache)
		return;
	cache_clear(cache);
	free(cache->entries);
	free(cache);
}

int
areas_refresh(struct registry *registry, instant known, int64_t *ret_version, struct error *e)
{
	struct area_cache *cache = registry->areas;
	int64_t version;
	int r;

	if ((r = evidence_area_version_last(registry->db, &version, e)) < 0)
		return r;
	if (!cache && !(cache = registry->areas = calloc(1, sizeof *cache)))
		return error_no_memory(e);
	if (cache->version != version || cache->known != known)
		cache_clear(cache);
	cache->version = version;
	cache->known = known;
	*ret_version = version;
	return 0;
}

/* The place of a source in the pack's order; those not named come last, all alike. */
static size_t
rank_of(const json_t *preferred, const char *source)
{
	size_t rank = 0;

	while (rank < json_array_size(preferred) && strcmp(json_string_value(json_array_get(preferred, rank)), source) != 0)
		rank++;
	return rank;
}

static int
take_count(const struct evidence_area_count *count, void *context, struct error *e)
{
	struct series *series = context;
	int r;

	if (count->confirmed == EVIDENCE_NOT_REPORTED)
		return 0;
	if (strcmp(series->source, count->source) != 0) {
		size_t rank = rank_of(series->preferred, count->source);

		if (series->count > 0 && rank >= series->rank)
			return 0;
		snprintf(series->source, sizeof series->source, "%s", count->source);
		series->rank = rank;
		series->count = 0;
	}
	if ((r = array_grow(&series->counts, &series->capacity, series->count + 1, sizeof *series->counts, SERIES_MAX, e)) <
		0)
		return r;
	snprintf(series->country, sizeof series->country, "%s", count->country);
	series->counts[series->count++] = (struct risk_count){.day = count->day, .confirmed = count->confirmed};
	return 0;
}

/* What an authority's lists say of an area: of one source, as of counts. */
struct listed {
	const json_t *preferred;
	char source[EVIDENCE_SOURCE_MAX + 1];
	size_t rank;
	struct listed_step {
		instant at;
		const char *level;
	} * steps;
	size_t count, capacity;
};

static int
take_level(const struct evidence_area_level *level, void *context, struct error *e)
{
	const char *text = risk_level_text(RISK_LOW);
	struct listed *listed = context;
	enum risk_level known;
	int r;

	if (strcmp(listed->source, level->source) != 0) {
		size_t rank = rank_of(listed->preferred, level->source);

		if (listed->count > 0 && rank >= listed->rank)
			return 0;
		snprintf(listed->source, sizeof listed->source, "%s", level->source);
		listed->rank = rank;
		listed->count = 0;
	}
	if (level->level) {
		if (!risk_level_read(level->level, &known))
			return error_set(e, ERROR_CORRUPT, "evidence has a level of risk that is none");
		text = risk_level_text(known);
	}
	if ((r = array_grow(&listed->steps, &listed->capacity, listed->count + 1, sizeof *listed->steps, SERIES_MAX, e)) <
		0)
		return r;
	listed->steps[listed->count++] = (struct listed_step){level->from, text};
	return 0;
}

/* Whether the list goes before the counts, by the same order of sources. */
static bool
goes_before(const struct listed *listed, const struct series *series)
{
	if (listed->count == 0 || series->count == 0)
		return listed->count > 0;
	return listed->rank != series->rank ? listed->rank < series->rank : strcmp(listed->source, series->source) < 0;
}

/* Append a step unless its level holds already. */
static int
add_step(json_t *list, instant at, const char *level, const struct risk_step *counted, const struct zone *zone)
{
	const json_t *last = json_array_get(list, json_array_size(list) - 1);
	char text[TIME_TEXT_SIZE];
	json_t *step;

	if (last && strcmp(json_string_value(json_object_get(last, "level")), level) == 0)
		return 0;
	step = json_pack("{ss ss}", "at", time_write(at, zone, text), "level", level);
	if (counted &&
		(json_object_set_new(step, "total", json_integer(counted->total)) < 0 ||
			json_object_set_new(step, "new", json_integer(counted->new_cases)) < 0)) {
		json_decref(step);
		return -1;
	}
	return json_array_append_new(list, step);
}

/* What the counts say, up to the first list where one goes before them, and the lists from there on. NULL for lack of memory. */
static json_t *
steps_json(
	const struct risk_step *steps, size_t count, const struct listed *listed, bool by_list, const struct zone *zone)
{
	json_t *list = json_array();
	int r = list ? 0 : -1;

	for (size_t i = 0; i < count && r == 0 && (!by_list || steps[i].at < listed->steps[0].at); i++)
		r = add_step(list, steps[i].at, risk_level_text(steps[i].level), &steps[i], zone);
	for (size_t i = 0; by_list && i < listed->count && r == 0; i++)
		r = add_step(list, listed->steps[i].at, listed->steps[i].level, NULL, zone);
	if (r < 0) {
		json_decref(list);
		return NULL;
	}
	return list;
}

static json_t *
area_json(const char *code, json_t *steps)
{
	const char *zh = NULL, *en = NULL;
	size_t failures = json_memory_failures();

	area_names(code, &zh, &en);
	return json_if_whole(json_pack("{s{ss* ss*} so}", "name", "zh", zh, "en", en, "steps", steps), failures);
}

/* The steps that the counts make, none where there are none. */
static int
count_steps(struct registry *registry, const struct pack *pack, const char *code, const struct series *series,
	struct risk_step **ret_steps, size_t *ret_count, struct error *e)
{
	const json_t *risk = pack_section(pack, "risk");
	struct risk_parameters parameters = {0};
	struct risk_revision *revisions = NULL;
	struct risk_coverage coverage;
	int r;

	if (series->count == 0)
		return 0;
	coverage.first = series->counts[0].day;
	if ((r = risk_parameters_read(risk, code, &parameters, &revisions, e)) < 0 ||
		(r = evidence_area_coverage(
			 registry->db, series->country, series->source, registry->areas->known, &coverage.last, e)) < 0)
		goto out;
	r = risk_timeline(series->counts, series->count, &parameters, coverage, pack_zone(pack),
		zone_day_start(pack_zone(pack), coverage.last + 2), ret_steps, ret_count, e);
out:
	free(revisions);
	return r;
}

/* The area's timeline by the pack's parameters and order of sources; NULL where it was neither counted nor listed. */
static int
area_make(struct registry *registry, const struct pack *pack, const char *code, json_t **ret_area, struct error *e)
{
	const json_t *sources = json_object_get(pack_section(pack, "risk"), "sources");
	struct series series = {.preferred = sources};
	struct listed listed = {.preferred = sources};
	struct risk_step *steps = NULL;
	size_t count = 0;
	int r;

	if ((r = evidence_area_series(registry->db, code, INT32_MAX, registry->areas->known, take_count, &series, e)) < 0 ||
		(r = evidence_area_level_series(registry->db, code, registry->areas->known, take_level, &listed, e)) < 0)
		goto out;
	if (series.count == 0 && listed.count == 0) {
		*ret_area = NULL;
		goto out;
	}
	if ((r = count_steps(registry, pack, code, &series, &steps, &count, e)) < 0)
		goto out;
	if (!(*ret_area =
				area_json(code, steps_json(steps, count, &listed, goes_before(&listed, &series), pack_zone(pack)))))
		r = error_no_memory(e);
out:
	free(series.counts);
	free(listed.steps);
	free(steps);
	return r;
}

static int
compare(const struct entry *entry, const struct pack *pack, const char *code)
{
	uintptr_t a = (uintptr_t)entry->pack, b = (uintptr_t)pack;

	return a != b ? (a < b ? -1 : 1) : strcmp(entry->code, code);
}

/* Where the entry is, or should be. */
static size_t
position(const struct area_cache *cache, const struct pack *pack, const char *code)
{
	size_t low = 0, high = cache->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&cache->entries[middle], pack, code) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int
area_uncounted(const char *code, json_t **ret_area, struct error *e)
{
	return (*ret_area = area_json(code, json_array())) ? 0 : error_no_memory(e);
}

int
area_get(struct registry *registry, const struct pack *pack, const char *code, json_t **ret_area, struct error *e)
{
	struct area_cache *cache = registry->areas;
	size_t at = position(cache, pack, code);
	json_t *area = NULL;
	int r;

	if (at < cache->count && compare(&cache->entries[at], pack, code) == 0) {
		*ret_area = cache->entries[at].area;
		return 0;
	}
	if ((r = array_grow(&cache->entries, &cache->capacity, cache->count + 1, sizeof *cache->entries, AREAS_MAX, e)) <
			0 ||
		(r = area_make(registry, pack, code, &area, e)) < 0)
		return r;
	memmove(&cache->entries[at + 1], &cache->entries[at], (cache->count - at) * sizeof *cache->entries);
	cache->entries[at] = (struct entry){.pack = pack, .area = area};
	snprintf(cache->entries[at].code, sizeof cache->entries[at].code, "%s", code);
	cache->count++;
	*ret_area = area;
	return 0;
}

int
seen_is_stale(struct registry *registry, const struct registry_seen *seen, struct error *e)
{
	const char *code = seen->areas;
	int64_t version;
	int r;

	if ((r = evidence_area_version_last(registry->db, &version, e)) < 0)
		return r;
	if (version <= seen->area_version)
		return 0;
	if (strcmp(seen->areas, "*") == 0)
		return 1;
	while (*code) {
		size_t length = strcspn(code, ",");
		char one[AREA_CODE_SIZE];

		snprintf(one, sizeof one, "%.*s", (int)length, code);
		if ((r = evidence_area_version(registry->db, one, &version, e)) < 0)
			return r;
		if (version > seen->area_version)
			return 1;
		code += length + (code[length] == ',');
	}
	return 0;
}
