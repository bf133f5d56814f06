/* registry/sweep.h: who is stale by a newer version of their areas' counts or of their pack, and has no row in a queue.
 *
 * The people of a jurisdiction are SWEEP_PARTS parts by their random numbers. A part is swept in one transaction: each in it
 * that a change concerns is evaluated, whose outcome differs is written, and the part's mark says that all others are as of the
 * same pack, version of areas and moment. So a sweep writes as much as changes; it can be broken off and gone on with by anybody. */

#ifndef HEALTHCODE_REGISTRY_SWEEP_H
#define HEALTHCODE_REGISTRY_SWEEP_H

#include "registry/colour.h"
#include "registry/packed.h"

enum { SWEEP_PARTS = 256 };

/* The part of a person. */
#define SWEEP_PART(person) ((int64_t)((person) >> 24))

/* registry_sweep_behind(registry, pack, ret_behind, ret_area_version, e):
 * Which parts of the pack's jurisdiction are not marked with ${pack} and the last version of areas' counts, which is given too.
 * Return how many, or a code. */
int registry_sweep_behind(struct registry *registry, const struct pack *pack, bool ret_behind[SWEEP_PARTS],
	int64_t *ret_area_version, struct error *e);

/* One person of a part as they were found: ${due}: something of their own is due, or their next change is reached, so that they are
 * evaluated for that. ${packed} has the size 0 where there is no row. Valid during the call. */
struct registry_swept {
	const struct registry_colour *colour;
	bool due;
	struct registry_packed packed;
};

/* registry_sweep_each(registry, jurisdiction, part, now, each, context, e): everyone of the part who has a colour, by number. Reads
 * only. A non-zero return of ${each} ends the walk and is returned. */
typedef int registry_sweep_each_function(const struct registry_swept *swept, void *context, struct error *e);
int registry_sweep_each(struct registry *registry, const char *jurisdiction, int part, instant now,
	registry_sweep_each_function *each, void *context, struct error *e);

/* registry_sweep_mark(registry, pack, part, area_version, now, ret_number, e): everyone of the part is evaluated by that, in the
 * sweep of that number. In the transaction in which registry_colour_swept writes, after it, those of whom this is not so or whose outcome differs. */
int registry_sweep_mark(struct registry *registry, const struct pack *pack, int part, int64_t area_version, instant now,
	int64_t *ret_number, struct error *e);

/* registry_sweep_people(registry, jurisdiction, most, ret_count, e): how many people have a colour there, counted up to ${most}. */
int registry_sweep_people(
	struct registry *registry, const char *jurisdiction, int64_t most, int64_t *ret_count, struct error *e);

/* Areas by the version of their counts, to tell whom a change concerns. */
struct registry_changed_areas;

/* registry_changed_areas(registry, ret_changed, e). registry_changed_areas_free accepts NULL. */
int registry_changed_areas(struct registry *registry, struct registry_changed_areas **ret_changed, struct error *e);
void registry_changed_areas_free(struct registry_changed_areas *changed);

/* Whether some area that was looked at has newer counts. */
bool registry_areas_changed(const struct registry_changed_areas *changed, const struct registry_seen *seen);

#endif
