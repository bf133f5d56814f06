/* Until when a guardian acts for somebody by having applied for them. */

#include "registry/internal.h"

enum { MAJORITY_YEARS = 18 };

/* The first application that one of the guardians made. */
struct first {
	const person_number *guardians;
	size_t count;
	bool found;
	struct registry_applied applied;
};

static int
take_first(const struct registry_applied *applied, void *context, struct error *e)
{
	struct first *first = context;
	size_t i = 0;

	(void)e;
	if (!applied->guardian || (first->found && applied->applied_at >= first->applied.applied_at))
		return 0;
	while (i < first->count && first->guardians[i] != applied->guardian)
		i++;
	if (first->guardians && i == first->count)
		return 0;
	first->found = true;
	first->applied = *applied;
	return 0;
}

int
guardianship_until(struct registry *registry, person_number person, const person_number *guardians, size_t count,
	instant *ret_until, struct error *e)
{
	struct first first = {.guardians = guardians, .count = count};
	int64_t years = MAJORITY_YEARS;
	const struct pack *pack;
	const json_t *given;
	unsigned month, day;
	day_number born;
	instant of_age;
	int r, year;

	*ret_until = INT64_MAX;
	if ((r = registry_applications_each(registry, person, take_first, &first, e)) < 0 || !first.found)
		return r;
	if ((r = birth_date_of(registry, person, EVIDENCE_NOW, true, &born, e)) != 1)
		return r;
	if ((r = registry_pack(registry, first.applied.jurisdiction, &pack, e)) < 0)
		return r;
	given = pack_parameter(pack, "majority_years");
	if (json_is_integer(given) && json_integer_value(given) > 0 && json_integer_value(given) < 100)
		years = json_integer_value(given);
	day_to_civil(born, &year, &month, &day);
	/* Who was born on 29 February comes of age on 1 March of other years. */
	of_age = zone_day_start(pack_zone(pack), day_from_civil(year + (int)years, month, day));
	if (first.applied.applied_at < of_age)
		*ret_until = of_age;
	return 0;
}
