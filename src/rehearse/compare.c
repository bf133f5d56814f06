/* One person after the other, by two packs. */

#include <stdlib.h>
#include <string.h>

#include "base/json_memory.h"
#include "rehearse/held.h"
#include "rehearse/pass.h"
#include "rehearse/tally.h"
#include "rehearse/truth.h"
#include "rehearse/workers.h"

/* A pack under comparison. */
struct side {
	const struct pack *pack;
	bool pass[COLOUR_COUNT];
	struct cascade_retraced *contacts; /* as it would find them; NULL where those that are recorded are the same */
	bool needs_birth_date;             /* which the facts for the old pack have not */
};

struct comparison {
	const struct rehearse_options *options;
	instant now;
	struct side sides[SIDES];
	struct truth *truth; /* or NULL */
	bool same_areas;     /* both packs see the areas' risk alike, so that one set of facts serves both */
};

int
rehearse_pack(struct registry *registry, const char *name, const struct pack **ret_pack, struct error *e)
{
	if (strlen(name) == PACK_HASH_TEXT_SIZE - 1 && strspn(name, "0123456789abcdef") == PACK_HASH_TEXT_SIZE - 1)
		return registry_pack_by_hash(registry, name, ret_pack, e);
	return registry_pack(registry, name, ret_pack, e);
}

static bool
same_section(const struct pack *a, const struct pack *b, const char *name)
{
	const json_t *x = pack_section(a, name), *y = pack_section(b, name);

	return x == y || json_equal(x, y);
}

static int
decide(const struct side *side, const json_t *facts, instant now, struct decision *decision, struct held *held,
	struct error *e)
{
	struct error why = {0};
	json_t *changes = NULL;
	int r = evaluate(side->pack, facts, now, &decision->result, &changes, &why);

	if (r == ERROR_BAD_INPUT || r == ERROR_TOO_LARGE) { /* the pack's fault, and the report's to tell */
		decision->failed = true;
		snprintf(decision->reason, sizeof decision->reason, "%.*s", (int)sizeof decision->reason - 1, why.message);
		return 0;
	}
	if (r < 0) {
		if (e)
			*e = why;
		return r;
	}
	colour_read(json_string_value(json_object_get(decision->result, "colour")), &decision->colour);
	decision->passes = side->pass[decision->colour];
	r = held_read(changes, side->pass, now, held, e);
	json_decref(changes);
	return r;
}

/* Whether a residence goes on at ${now}: its end is not known, or later. */
static bool
goes_on(const json_t *residence, instant now)
{
	const char *to = json_string_value(json_object_get(residence, "to"));
	instant end;

	return !to || time_read(to, strlen(to), &zone_utc, &end, NULL) < 0 || end > now;
}

/* Where the facts have the person living: the latest of the residences that go on, or that ended. NULL where there is none. */
static const json_t *
residence_of(const json_t *facts, instant now)
{
	const json_t *residences = json_object_get(facts, "residences"), *residence, *found = NULL;
	bool going_on = false;
	size_t i;

	json_array_foreach((json_t *)residences, i, residence)
	{
		bool goes = goes_on(residence, now);

		if (goes >= going_on)
			found = residence;
		going_on |= goes;
	}
	return found;
}

/* Its city, or where no division is known its country; "" where nothing is. */
static void
area_of_residence(const json_t *residence, char area[AREA_CODE_SIZE])
{
	const char *division = json_string_value(json_object_get(residence, "division"));
	const char *country = json_string_value(json_object_get(residence, "country"));

	if (division && strlen(division) == AREA_CODE_SIZE - 1)
		snprintf(area, AREA_CODE_SIZE, "%.4s00", division);
	else
		snprintf(area, AREA_CODE_SIZE, "%.6s", country ? country : "");
}

/* The person's facts as a side's pack has them: those for the old one, but for what packs see differently. */
static int
facts_of_side(struct rehearse_worker *worker, const struct comparison *c, int number, person_number person,
	json_t *facts, json_t **ret_facts, struct error *e)
{
	const struct side *side = &c->sides[number];
	instant known = registry_known(worker->registry);
	bool own_areas = number == AFTER && !c->same_areas;
	json_t *copy;
	int r = 0;

	if (!own_areas && !side->needs_birth_date && !side->contacts) {
		*ret_facts = json_incref(facts);
		return 0;
	}
	if (!(copy = json_copy_shallow(facts)))
		return error_no_memory(e);
	if (own_areas)
		r = registry_facts_finish(worker->registry, side->pack, copy, known, NULL, e);
	if (r == 0 && side->needs_birth_date)
		r = registry_facts_birth_date(worker->registry, person, known, copy, e);
	if (r == 0 && side->contacts)
		r = cascade_retraced_facts(worker->cascade, side->contacts, side->pack, person, copy, e);
	if (r < 0)
		json_decref(copy);
	else
		*ret_facts = copy;
	return r;
}

/* Whether both find the same contacts of the same cases. */
static bool
same_contacts(const struct pack *a, const struct pack *b)
{
	return same_section(a, b, "contact") && same_section(a, b, "grounds") && same_section(a, b, "time_zone");
}

/* Cases are traced by the default jurisdiction's rules: where the old pack is of it, the new one would be what they are traced by. */
static int
prepare_contacts(struct rehearse_worker *worker, void *context, struct error *e)
{
	struct comparison *c = context;
	const struct pack *present;
	int r = registry_pack(worker->registry, NULL, &present, e);

	if (r < 0 || strcmp(pack_jurisdiction(present), pack_jurisdiction(c->sides[BEFORE].pack)) != 0)
		return r;
	for (int i = 0; r == 0 && i < SIDES; i++)
		if (!same_contacts(present, c->sides[i].pack))
			r = cascade_retrace(worker->cascade, c->sides[i].pack, &c->sides[i].contacts, e);
	return r;
}

/* Whether ${place} (a residence, a visit) is in the pack's own area. */
static bool
is_own(const struct pack *pack, const json_t *place)
{
	const char *division = json_string_value(json_object_get(place, "division")),
			   *country = json_string_value(json_object_get(place, "country"));
	const json_t *area;
	size_t i;

	json_array_foreach((json_t *)pack_section(pack, "area"), i, area)
	{
		const char *prefix = json_string_value(area);

		if (prefix &&
			((division && strncmp(division, prefix, strlen(prefix)) == 0) || (country && strcmp(country, prefix) == 0)))
			return true;
	}
	return false;
}

struct guardian {
	const char *jurisdiction;
	bool has;
};

static int
note_guardian(const struct registry_applied *applied, void *context, struct error *e)
{
	struct guardian *guardian = context;

	(void)e;
	if (strcmp(applied->jurisdiction, guardian->jurisdiction) == 0)
		guardian->has = applied->guardian != 0;
	return 0;
}

/* Which groups the person is in: by the facts, and by who applied for them. No identity is opened. */
static int
find_groups(struct rehearse_worker *worker, const struct comparison *c, const json_t *facts, const json_t *residence,
	struct compared *compared, struct error *e)
{
	const struct pack *pack = c->sides[BEFORE].pack;
	struct guardian guardian = {.jurisdiction = pack_jurisdiction(pack)};
	const json_t *visit;
	int age = c->truth ? truth_age(c->truth, compared->person) : AGE_UNKNOWN;
	size_t i;
	int r = registry_applications_each(worker->registry, compared->person, note_guardian, &guardian, e);

	compared->groups[GROUP_ELSEWHERE] = residence && !is_own(pack, residence);
	json_array_foreach(json_object_get(facts, "visits"), i, visit)
	{
		compared->groups[GROUP_TRAVELLED] |= !is_own(pack, visit);
	}
	compared->groups[GROUP_NO_PHONE] = guardian.has;
	compared->groups[GROUP_CHILD] = age == AGE_CHILD;
	compared->groups[GROUP_OLD] = age == AGE_OLD;
	compared->age_known = age != AGE_UNKNOWN;
	return r;
}

static int
compare_person(struct rehearse_worker *worker, person_number person, void *context, struct error *e)
{
	const struct comparison *c = context;
	struct compared compared = {.person = person};
	struct held held[SIDES] = {0};
	json_t *recorded = NULL, *facts[SIDES] = {0};
	const json_t *residence;
	char area[AREA_CODE_SIZE];
	int r;

	if ((r = cascade_facts(worker->cascade, c->sides[BEFORE].pack, person, &recorded, NULL, e)) < 0 ||
		(r = facts_of_side(worker, c, BEFORE, person, recorded, &facts[BEFORE], e)) < 0 ||
		(r = facts_of_side(worker, c, AFTER, person, recorded, &facts[AFTER], e)) < 0)
		goto out;
	residence = residence_of(facts[BEFORE], c->now);
	if ((r = find_groups(worker, c, facts[BEFORE], residence, &compared, e)) < 0)
		goto out;
	for (int side = 0; side < SIDES; side++) {
		if ((r = decide(&c->sides[side], facts[side], c->now, &compared.decisions[side], &held[side], e)) < 0)
			goto out;
		compared.held_s[side] = held_length(&held[side]);
	}
	area_of_residence(residence, area);
	compared.area = area;
	if ((r = tally_person(worker->own, c->options, &compared, e)) < 0 || !c->truth)
		goto out;
	for (int side = 0; side < SIDES; side++)
		truth_note(c->truth, person, side, &held[side]);
out:
	for (int side = 0; side < SIDES; side++) {
		json_decref(compared.decisions[side].result);
		json_decref(facts[side]);
		held_clear(&held[side]);
	}
	json_decref(recorded);
	return r;
}

static json_t *
pack_json(const struct pack *pack)
{
	return json_pack("{s:s, s:s}", "jurisdiction", pack_jurisdiction(pack), "policy", pack_hash(pack));
}

/* How long everyone together could not pass, from their application on. */
static json_t *
person_days(const struct tally *tally)
{
	return json_pack("{s:I, s:I}", "old", (json_int_t)((tally->held_s[BEFORE] + DAY_S / 2) / DAY_S), "new",
		(json_int_t)((tally->held_s[AFTER] + DAY_S / 2) / DAY_S));
}

static int
report(const struct comparison *c, const struct tally *tally, size_t people, json_t **ret_report, struct error *e)
{
	char now[TIME_TEXT_SIZE];
	json_t *made = json_pack("{s:s, s:o, s:o, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "now",
		time_write(c->now, pack_zone(c->sides[BEFORE].pack), now), "old", pack_json(c->sides[BEFORE].pack), "new",
		pack_json(c->sides[AFTER].pack), "people", (json_int_t)people, "changed", (json_int_t)tally->changed, "stopped",
		(json_int_t)tally->stopped, "freed", (json_int_t)tally->freed, "matrix", tally_matrix(tally), "by_rule",
		tally_by_rule(tally), "by_area", tally_by_area(tally), "samples", tally_samples(tally), "failed",
		tally_failed(tally));

	if (!made)
		return error_no_memory(e);
	if (json_object_set_new(made, "by_group", tally_by_group(tally)) < 0 ||
		json_object_set_new(made, "person_days", person_days(tally)) < 0 ||
		(c->truth && json_object_set_new(made, "truth", truth_report(c->truth, tally->held_s)) < 0)) {
		json_decref(made);
		return error_no_memory(e);
	}
	*ret_report = made;
	return 0;
}

int
rehearse_packs(const struct rehearse_options *options, const struct pack *before, const struct pack *after,
	json_t **ret_report, struct error *e)
{
	struct comparison c = {.options = options,
		.now = registry_now(options->registry),
		.sides = {[BEFORE] = {.pack = before}, [AFTER] = {.pack = after}},
		.same_areas = same_section(before, after, "risk") && same_section(before, after, "time_zone")};
	unsigned workers = workers_count(options);
	struct tally *tallies = calloc(workers, sizeof *tallies);
	size_t people = 0;
	int r = tallies ? 0 : error_no_memory(e);

	c.sides[AFTER].needs_birth_date = pack_reads_birth_date(after) && !pack_reads_birth_date(before);

	for (int side = 0; r == 0 && side < SIDES; side++)
		r = pass_read(c.sides[side].pack, c.sides[side].pass, e);
	if (r == 0 && options->truth)
		r = truth_read(options->registry, options->truth, c.now, &c.truth, e);
	if (r == 0)
		r = workers_run(
			options, before, c.now, prepare_contacts, compare_person, &c, tallies, sizeof *tallies, &people, e);
	for (unsigned i = 1; r == 0 && i < workers; i++)
		r = tally_add(&tallies[0], options, &tallies[i], e);
	if (r == 0)
		r = report(&c, &tallies[0], people, ret_report, e);
	for (unsigned i = 0; tallies && i < workers; i++)
		tally_clear(&tallies[i]);
	free(tallies);
	for (int side = 0; side < SIDES; side++)
		cascade_retraced_free(c.sides[side].contacts);
	truth_free(c.truth);
	return r;
}
