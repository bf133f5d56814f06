/* Whom an act that is not committed yet would give a worse colour. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cascade/inside.h"

/* Those who are due, on their way. */
struct counting {
	struct cascade *cascade;
	struct decider decider;
	int64_t count;
};

static int
compare_one(person_number person, const char *jurisdiction, const char *cause, void *context, struct error *e)
{
	struct counting *counting = context;
	struct cascade *cascade = counting->cascade;
	struct registry_colour before, after;
	struct subject subject = {.person = person};
	struct error reason = {0};
	const struct pack *pack;
	int r;

	if (strcmp(cause, "time") == 0) /* no act of anybody's */
		return 0;
	snprintf(subject.jurisdiction, sizeof subject.jurisdiction, "%s", jurisdiction);
	if ((r = registry_colour(cascade->registry, person, jurisdiction, &before, e)) < 0)
		return r == ERROR_EXISTS_NOT ? 0 : r;
	if ((r = decider_subject(&counting->decider, &subject, &after, NULL, &reason)) < 0) {
		if (r == ERROR_EXISTS_NOT || is_own_failure(r))
			return 0;
		*e = reason;
		return r;
	}
	if ((r = registry_pack(cascade->registry, jurisdiction, &pack, e)) < 0)
		return r;
	counting->count += pack_severity(pack, after.colour) > pack_severity(pack, before.colour);
	return 0;
}

/* How many people it concerns, whatever becomes of them: cheap, and enough for a day like any other. */
static int
count_concerned(struct cascade *cascade, char (*names)[JURISDICTION_SIZE], size_t count, int64_t most,
	int64_t *ret_concerned, struct error *e)
{
	int64_t concerned, people, version;
	bool behind[SWEEP_PARTS];
	const struct pack *pack;
	int r = registry_due_people(cascade->registry, registry_now(cascade->registry), most + 1, &concerned, e);

	for (size_t i = 0; r == 0 && i < count && concerned <= most; i++) {
		if ((r = registry_pack(cascade->registry, names[i], &pack, e)) < 0 ||
			(r = registry_sweep_behind(cascade->registry, pack, behind, &version, e)) <= 0)
			continue;
		if ((r = registry_sweep_people(cascade->registry, names[i], most + 1, &people, e)) == 0)
			concerned += people;
	}
	*ret_concerned = concerned;
	return r;
}

int
cascade_worsened(struct cascade *cascade, int64_t most, int64_t *ret_count, struct error *e)
{
	struct counting counting = {.cascade = cascade, .decider = {.cascade = cascade}};
	char(*names)[JURISDICTION_SIZE] = NULL;
	int64_t concerned, swept;
	size_t count = 0;
	int r;

	*ret_count = 0;
	if ((r = registry_jurisdictions(cascade->registry, &names, &count, e)) < 0 ||
		(r = count_concerned(cascade, names, count, most, &concerned, e)) < 0 || concerned <= most)
		goto out;
	r = registry_due_each(
		cascade->registry, NULL, registry_now(cascade->registry), SIZE_MAX, compare_one, &counting, NULL, e);
	for (size_t i = 0; r == 0 && i < count; i++)
		if ((r = sweep_worsened(cascade, names[i], &swept, e)) == 0)
			counting.count += swept;
	if (r == 0)
		*ret_count = counting.count;
out:
	decider_end(&counting.decider);
	free(names);
	return r;
}
