#include "gate/place.h"

#include <stdio.h>
#include <string.h>

#include "gate/gate.h"

static int
find_place(struct cascade *cascade, const char *code, struct presence_place *place, const struct pack **ret_pack,
	struct error *e)
{
	const struct presence_view view = {.now = INT64_MAX, .known = registry_known(cascade_registry(cascade))};
	bool covered;
	int r;

	if ((r = presence_find_place(cascade_presence(cascade), code, &view, place, e)) < 0)
		return r;
	if (strcmp(place->kind, "household") == 0 || strcmp(place->kind, "cell") == 0)
		return error_set(e, ERROR_EXISTS_NOT, "nobody checks in at a place of the kind %s", place->kind);
	return gate_jurisdiction(cascade, place->division, ret_pack, &covered, e);
}

static int
sign(struct issuer *issuer, const struct presence_place *place, struct gate_place_code *code, struct buffer *text,
	struct error *e)
{
	struct place_code said = {.issued_at = code->issued_at, .expires_at = code->expires_at};

	snprintf(said.issuer, sizeof said.issuer, "%s", pack_jurisdiction(code->pack));
	snprintf(said.place, sizeof said.place, "%s", place->code);
	snprintf(code->name, sizeof code->name, "%s", presence_place_called(place));
	return issuer_sign_place_code(issuer, &said, text, e);
}

int
gate_place_code(struct cascade *cascade, struct issuer *issuer, const char *place, struct buffer *text,
	struct gate_place_code *ret_code, struct error *e)
{
	struct gate_place_code code = {.issued_at = registry_now(cascade_registry(cascade))};
	struct presence_place found;
	int r;

	if ((r = find_place(cascade, place, &found, &code.pack, e)) < 0)
		return r;
	code.expires_at = code.issued_at + gate_place_lifetime(code.pack);
	if ((r = sign(issuer, &found, &code, text, e)) == 0)
		*ret_code = code;
	return r;
}

int
gate_place_code_of_day(struct cascade *cascade, struct issuer *issuer, const char *place, int after,
	struct buffer *text, struct gate_place_code *ret_code, struct error *e)
{
	instant now = registry_now(cascade_registry(cascade));
	struct gate_place_code code;
	struct presence_place found;
	const struct zone *zone;
	day_number day;
	int r;

	if (after < 0 || after >= GATE_PLACE_DAYS)
		return error_set(e, ERROR_USAGE, "a poster is of today or one of the %d days after it", GATE_PLACE_DAYS - 1);
	if ((r = find_place(cascade, place, &found, &code.pack, e)) < 0)
		return r;
	zone = pack_zone(code.pack);
	day = zone_day(zone, now) + after;
	code.issued_at = after ? zone_day_start(zone, day) : now;
	code.expires_at = zone_day_start(zone, day + 1);
	if ((r = sign(issuer, &found, &code, text, e)) == 0)
		*ret_code = code;
	return r;
}

/* A stay that a check-in began, at ${place}, over ${now}. */
struct there {
	place_number place;
	instant from; /* INT64_MIN: whenever */
	int64_t lasts_s;
	bool found;
	struct presence_stay stay;
};

static int
note_there(const struct presence_stay *stay, void *context, struct error *e)
{
	struct there *there = context;

	(void)e;
	if (stay->place != there->place || stay->day_only || stay->end - stay->start != there->lasts_s ||
		(there->from != INT64_MIN && stay->start != there->from))
		return 0;
	there->found = true;
	there->stay = *stay;
	return 0;
}

static int
look(struct cascade *cascade, person_number person, instant now, struct there *there, struct error *e)
{
	const struct presence_view view = {.now = INT64_MAX, .known = registry_known(cascade_registry(cascade))};

	return presence_each_stay_of(cascade_presence(cascade), person, now, now + 1, &view, note_there, there, e);
}

/* In the caller's transaction. */
static int
put(struct cascade *cascade, const struct presence_stay *stay, struct error *e)
{
	const struct presence_source source = {.recorded_at = registry_recording_time(cascade_registry(cascade))};
	int r = presence_put_stay(cascade_presence(cascade), stay, &source, e);

	return r < 0 ? r : 0;
}

static void
tell(const struct presence_place *place, const struct presence_stay *stay, struct gate_visit *visit)
{
	snprintf(visit->place, sizeof visit->place, "%s", place->code);
	snprintf(visit->name, sizeof visit->name, "%s", presence_place_called(place));
	visit->from = stay->start;
	visit->to = stay->end;
}

static int
arrive(struct cascade *cascade, const struct presence_place *place, person_number person, int64_t lasts_s,
	struct gate_visit *ret_visit, struct error *e)
{
	struct registry *registry = cascade_registry(cascade);
	instant now = registry_now(registry);
	struct there there = {.place = place->number, .from = INT64_MIN, .lasts_s = lasts_s};
	struct presence_stay stay = {.person = person, .place = place->number, .start = now, .end = now + lasts_s};
	int r;

	if (person) {
		if ((r = registry_begin(registry, e)) < 0)
			return r;
		if ((r = look(cascade, person, now, &there, e)) < 0 || (!there.found && (r = put(cascade, &stay, e)) < 0) ||
			(r = registry_commit(registry, e)) < 0) {
			registry_rollback(registry);
			return r;
		}
	}
	tell(place, there.found ? &there.stay : &stay, ret_visit);
	return 0;
}

int
gate_arrive(struct cascade *cascade, struct issuer *issuer, const char *code, person_number person, int64_t lasts_s,
	struct gate_visit *ret_visit, const char **ret_cause, struct error *e)
{
	instant now = registry_now(cascade_registry(cascade));
	const struct trust *trust;
	const struct pack *pack;
	struct presence_place place;
	struct place_code said;
	enum code_cause cause;
	int r;

	if ((r = issuer_trust(issuer, now, &trust, e)) < 0 ||
		(r = place_code_verify(code, strlen(code), trust, now, &said, &cause, e)) < 0)
		return r;
	*ret_cause = code_cause_name(cause);
	if (cause != CODE_VALID)
		return 0;
	r = find_place(cascade, said.place, &place, &pack, e);
	if (r == ERROR_EXISTS_NOT || (r == 0 && strcmp(pack_jurisdiction(pack), said.issuer) != 0)) {
		*ret_cause = "not_ours";
		return 0;
	}
	return r < 0 ? r : arrive(cascade, &place, person, lasts_s, ret_visit, e);
}

/* Whose health code it is. */
static int
read_holder(struct cascade *cascade, struct issuer *issuer, const char *code, person_number *ret_person,
	const char **ret_cause, struct error *e)
{
	instant now = registry_now(cascade_registry(cascade));
	const struct trust *trust;
	struct code_claims claims;
	enum code_cause cause;
	int r;

	if ((r = issuer_trust(issuer, now, &trust, e)) < 0 ||
		(r = code_verify(code, strlen(code), trust, now, &claims, &cause, e)) < 0)
		return r;
	/* Whose it is does not depend on a colour that is printed, or sealed. */
	if (cause == CODE_SEALED ||
		(cause == CODE_EXPIRED && claims.card[0] && now < claims.issued_at + CODE_LIFETIME_MAX_S))
		cause = CODE_VALID;
	*ret_cause = code_cause_name(cause);
	if (cause != CODE_VALID)
		return 0;
	if ((r = issuer_holder(issuer, &claims, ret_person, e)) == ERROR_EXISTS_NOT) {
		*ret_cause = "not_ours";
		r = 0;
	}
	return r;
}

/* Nobody (0) where the number is not known: that is not told. */
static int
read_typed(struct cascade *cascade, const struct presence_place *place, const struct pack *pack, const char *id_number,
	const char *by, person_number *ret_person, struct error *e)
{
	struct registry *registry = cascade_registry(cascade);
	struct gate_rule rule;
	int r;

	if ((r = gate_rule_read(pack_section(pack, "gate"), place->kind, &rule, e)) < 0)
		return r;
	r = registry_person_by_id_number(registry, id_number, strlen(id_number), false, 0, ret_person, e);
	if (r < 0 && r != ERROR_EXISTS_NOT)
		return r;
	return registry_typed_look(registry, *ret_person, presence_place_called(place), by, rule.typed_an_hour, e);
}

int
gate_arrive_with_staff(struct cascade *cascade, struct issuer *issuer, const char *place, const char *code,
	const char *id_number, const char *by, int64_t lasts_s, struct gate_visit *ret_visit, const char **ret_cause,
	struct error *e)
{
	struct presence_place found;
	const struct pack *pack;
	person_number person = 0;
	int r;

	*ret_cause = NULL;
	if ((r = find_place(cascade, place, &found, &pack, e)) < 0)
		return r;
	r = code ? read_holder(cascade, issuer, code, &person, ret_cause, e)
			 : read_typed(cascade, &found, pack, id_number, by, &person, e);
	return r < 0 || *ret_cause ? r : arrive(cascade, &found, person, lasts_s, ret_visit, e);
}

int
gate_leave(struct cascade *cascade, person_number person, const char *place, instant from, int64_t lasts_s,
	struct gate_visit *ret_visit, struct error *e)
{
	struct registry *registry = cascade_registry(cascade);
	instant now = registry_now(registry);
	struct presence_place found;
	const struct pack *pack;
	struct there there = {.from = from, .lasts_s = lasts_s};
	int r;

	if ((r = find_place(cascade, place, &found, &pack, e)) < 0 || (r = registry_begin(registry, e)) < 0)
		return r;
	there.place = found.number;
	if ((r = look(cascade, person, now, &there, e)) < 0)
		goto out;
	if (!there.found) {
		r = error_set(e, ERROR_EXISTS_NOT, "there is no check-in there that goes on");
		goto out;
	}
	there.stay.end = now > there.stay.start ? now : there.stay.start + 1;
	if ((r = put(cascade, &there.stay, e)) == 0)
		r = registry_commit(registry, e);
out:
	if (r < 0)
		registry_rollback(registry);
	else
		tell(&found, &there.stay, ret_visit);
	return r;
}
