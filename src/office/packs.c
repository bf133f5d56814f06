/* Rules go live. */

#include <stdlib.h>
#include <string.h>

#include "office/inside.h"

/* What both sign. */
static json_t *
act_of(struct registry *registry, const struct pack *pack, const instant *from)
{
	char at[TIME_TEXT_SIZE], begins[TIME_TEXT_SIZE];

	return json_pack("{s:s, s:s, s:s, s:s?, s:s}", "act", "pack", "jurisdiction", pack_jurisdiction(pack), "policy",
		pack_hash(pack), "from", from ? time_write(*from, &zone_utc, begins) : NULL, "proposed_at",
		time_write(registry_recording_time(registry), &zone_utc, at));
}

/* When it begins: as proposed, but not before the pack's own validity nor in the past. */
static int
begin_of(struct registry *registry, const struct pack *pack, const instant *from, instant *ret_begin, struct error *e)
{
	instant begin = registry_recording_time(registry), valid_from, valid_to;
	char text[TIME_TEXT_SIZE];

	pack_valid(pack, &valid_from, &valid_to);
	if (from && *from > begin)
		begin = *from;
	if (valid_from > begin)
		begin = valid_from;
	if (begin >= valid_to)
		return error_set(e, ERROR_BAD_INPUT, "the pack says that it is valid until %s only",
			time_write(valid_to, pack_zone(pack), text));
	*ret_begin = begin;
	return 0;
}

static int
check_news(struct registry *registry, const struct pack *pack, struct error *e)
{
	const struct pack *present;
	int r = registry_pack(registry, pack_jurisdiction(pack), &present, e);

	if (r == ERROR_EXISTS_NOT)
		return 0;
	if (r == 0 && strcmp(pack_hash(present), pack_hash(pack)) == 0)
		return error_set(e, ERROR_EXISTS, "this version of %s is in force already", pack_jurisdiction(pack));
	return r;
}

/* The moment that was proposed: NULL where at once. */
static const instant *
proposed_from(const struct kept *kept, instant *from)
{
	const char *text = json_string_value(json_object_get(kept->act, "from"));

	return text && time_read(text, strlen(text), &zone_utc, from, NULL) == 0 ? from : NULL;
}

/* Rules concern everyone of their jurisdiction: where these are more people than one office may worsen, two take part, and nobody is
 * evaluated to see how many it would be. */
static int
check_offices(const struct office *office, const struct pack *pack, const struct kept *kept,
	const struct registry_user *user, struct error *e)
{
	int64_t most, people;
	int r;

	if ((r = second_most(office, &most, e)) < 0 || most < 0 ||
		(r = registry_sweep_people(office_registry(office), pack_jurisdiction(pack), most + 1, &people, e)) < 0)
		return r;
	return people > most ? second_check(office, kept, user, e) : 0;
}

static int
approve(const struct office *office, const struct pack *pack, const struct kept *kept, const struct office_actor *actor,
	struct error *e)
{
	struct registry *registry = office_registry(office);
	struct registry_signature signature;
	struct registry_user user;
	instant from, begin, now = registry_recording_time(registry);
	int r;

	if ((r = act_sign(office, actor, kept->text, &user, &signature, e)) < 0 ||
		(r = check_offices(office, pack, kept, &user, e)) < 0 ||
		(r = begin_of(registry, pack, proposed_from(kept, &from), &begin, e)) < 0 ||
		(r = registry_begin(registry, e)) < 0)
		return r;
	if ((r = kept_approve(office, kept, "pack.activated", &user, &signature, e)) == 0 &&
		(r = registry_pack_put_in_force(registry, pack, begin, kept->proposed_by, user.name, e)) == 0)
		r = issuer_ensure(office->issuer, pack_jurisdiction(pack), begin < now ? begin : now, now, e);
	if (r < 0)
		registry_rollback(registry);
	else
		r = registry_commit(registry, e);
	return r;
}

/* Propose the kept version, or approve it where another user has proposed it. */
static int
activate(const struct office *office, const struct pack *pack, const instant *from, const struct office_actor *actor,
	int64_t *ret_number, enum office_state *ret_state, struct error *e)
{
	struct registry *registry = office_registry(office);
	struct kept kept = {0};
	instant begin, proposed;
	int found = 0, r;

	if ((r = check_news(registry, pack, e)) < 0 || (r = begin_of(registry, pack, from, &begin, e)) < 0 ||
		(r = found = kept_find_pack(office, pack_jurisdiction(pack), pack_hash(pack), &kept, e)) < 0)
		return r;
	if (found) {
		const instant *then = proposed_from(&kept, &proposed);

		if (from && (!then || *then != *from))
			r = error_set(e, ERROR_EXISTS, "proposal %lld is for another moment", (long long)kept.number);
		else if ((r = approve(office, pack, &kept, actor, e)) == 0) {
			*ret_number = kept.number;
			*ret_state = OFFICE_APPROVED;
		}
	} else if ((r = act_propose(office, "pack.proposed", act_of(registry, pack, from), 0, actor, ret_number, e)) == 0) {
		*ret_state = OFFICE_PROPOSED;
	}
	kept_clear(&kept);
	return r;
}

int
office_pack_activate(const struct office *office, const char *folder, const char *jurisdiction, const instant *from,
	const struct office_actor *actor, int64_t *ret_number, enum office_state *ret_state, struct error *e)
{
	const struct pack *pack;
	int r = registry_pack_keep(office_registry(office), folder, jurisdiction, &pack, e);

	return r < 0 ? r : activate(office, pack, from, actor, ret_number, ret_state, e);
}

int
office_pack_activate_kept(const struct office *office, const char *policy, const instant *from,
	const struct office_actor *actor, int64_t *ret_number, enum office_state *ret_state, struct error *e)
{
	const struct pack *pack;
	int r = registry_pack_by_hash(office_registry(office), policy, &pack, e);

	return r < 0 ? r : activate(office, pack, from, actor, ret_number, ret_state, e);
}

int
office_pack_approve(const struct office *office, int64_t number, const struct office_actor *actor, struct error *e)
{
	struct registry *registry = office_registry(office);
	const struct pack *pack;
	struct kept kept = {0};
	const char *policy;
	int r;

	if ((r = kept_find(office, number, &kept, e)) < 0)
		return r;
	policy = json_string_value(json_object_get(kept.act, "policy"));
	if (!policy)
		r = error_set(e, ERROR_EXISTS_NOT, "proposal %lld is of no pack", (long long)number);
	else if (kept.state != OFFICE_PROPOSED)
		r = error_set(e, ERROR_EXISTS, "proposal %lld was decided before", (long long)number);
	else if ((r = registry_pack_by_hash(registry, policy, &pack, e)) == 0 && (r = check_news(registry, pack, e)) == 0)
		r = approve(office, pack, &kept, actor, e);
	kept_clear(&kept);
	return r;
}
