/* A colour by hand: a cause from the pack's list, two people, an end. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "evidence/evidence.h"
#include "ledger/ledger.h"
#include "office/inside.h"

enum { KEY_SIZE = 64, BODY_SIZE = 1024 };

static bool
is_cause(const struct pack *pack, const char *cause)
{
	const json_t *causes = pack_section(pack, "override_causes"), *one;
	size_t i;

	json_array_foreach((json_t *)causes, i, one)
	{
		if (json_is_string(one) && strcmp(json_string_value(one), cause) == 0)
			return true;
	}
	return false;
}

static int
check_end(const struct registry *registry, const struct pack *pack, instant until, struct error *e)
{
	instant now = registry_recording_time(registry);
	int64_t days = json_integer_value(pack_section(pack, "horizon_days"));

	if (until <= now)
		return error_set(e, ERROR_BAD_INPUT, "an override ends after now");
	if (until > now + days * DAY_S)
		return error_set(e, ERROR_BAD_INPUT, "an override ends within %lld days", (long long)days);
	return 0;
}

struct applied {
	const char *jurisdiction;
	bool found;
};

static int
note_applied(const struct registry_applied *applied, void *context, struct error *e)
{
	struct applied *looking = context;

	(void)e;
	looking->found |= strcmp(applied->jurisdiction, looking->jurisdiction) == 0;
	return 0;
}

static int
check_applied(struct registry *registry, person_number person, const char *jurisdiction, struct error *e)
{
	struct applied looking = {.jurisdiction = jurisdiction};
	int r = registry_applications_each(registry, person, note_applied, &looking, e);

	if (r < 0 || looking.found)
		return r;
	return error_set(e, ERROR_EXISTS_NOT, "the person has not applied in %s", jurisdiction);
}

int
office_override_propose(const struct office *office, const char *jurisdiction, person_number person, enum colour colour,
	const char *cause, instant until, const struct office_actor *actor, int64_t *ret_number, struct error *e)
{
	struct registry *registry = office_registry(office);
	char at[TIME_TEXT_SIZE], end[TIME_TEXT_SIZE], committed[2 * LEDGER_HASH_SIZE + 1];
	const struct pack *pack;
	json_t *act;
	int r;

	if ((r = office_migrate(registry_db(registry), e)) < 0 ||
		(r = registry_pack(registry, jurisdiction, &pack, e)) < 0 ||
		(r = check_applied(registry, person, pack_jurisdiction(pack), e)) < 0)
		return r;
	if (strlen(cause) >= OFFICE_CAUSE_SIZE || !is_cause(pack, cause))
		return error_set(
			e, ERROR_BAD_INPUT, "'%.64s' is none of the causes that %s knows", cause, pack_jurisdiction(pack));
	time_write(registry_recording_time(registry), &zone_utc, at);
	if ((r = check_end(registry, pack, until, e)) < 0 ||
		(r = act_person(office, "override-salt", person, at, committed, e)) < 0)
		return r;
	act = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "act", "override", "cause", cause, "colour",
		colour_name(colour), "jurisdiction", pack_jurisdiction(pack), "person", committed, "proposed_at", at, "until",
		time_write(until, &zone_utc, end));
	return act_propose(office, "override.proposed", act, person, actor, ret_number, e);
}

/* The evidence of an override: from ${at} on, until its end or ${revoked_at} (INT64_MAX: not revoked). */
static int
put_evidence(const struct office *office, const struct kept *kept, instant at, instant revoked_at, struct error *e)
{
	struct registry *registry = office_registry(office);
	char key[KEY_SIZE], from[TIME_TEXT_SIZE], revoked[TIME_TEXT_SIZE], *body = NULL;
	json_t *item =
		json_pack("{s:O, s:O, s:O, s:O, s:s, s:s?}", "jurisdiction", json_object_get(kept->act, "jurisdiction"),
			"colour", json_object_get(kept->act, "colour"), "cause", json_object_get(kept->act, "cause"), "until",
			json_object_get(kept->act, "until"), "at", time_write(at, &zone_utc, from), "revoked_at",
			revoked_at == INT64_MAX ? NULL : time_write(revoked_at, &zone_utc, revoked));
	struct evidence_row row = {.kind = EVIDENCE_OVERRIDE, .person = kept->person, .key = key, .at = at};
	enum evidence_outcome outcome;
	int r = act_text(item, &body, e);

	snprintf(key, sizeof key, "%lld", (long long)kept->number);
	if (r == 0) {
		row.body = body;
		row.recorded_at = registry_recording_time(registry);
		r = registry_evidence_put(registry, &row, &outcome, e);
	}
	free(body);
	json_decref(item);
	return r;
}

/* Tell the person what they are now, and why, in both languages. */
static int
tell(const struct office *office, const struct kept *kept, struct error *e)
{
	const char *jurisdiction = json_string_value(json_object_get(kept->act, "jurisdiction"));
	const json_t *rule, *reason;
	const struct pack *pack;
	char text[NOTICE_TEXT_SIZE];
	json_t *result = NULL;
	int r;

	if ((r = registry_pack(office_registry(office), jurisdiction, &pack, e)) < 0 ||
		(r = cascade_explain(office->cascade, pack, kept->person, &result, e)) < 0)
		return r;
	rule = json_array_get(json_object_get(result, "rules"), 0);
	reason = json_object_get(rule, "reason");
	snprintf(text, sizeof text, "%s: %s\n%s\n%s", jurisdiction, json_string_value(json_object_get(result, "colour")),
		json_string_value(json_object_get(reason, "zh")), json_string_value(json_object_get(reason, "en")));
	if (!text_is_utf8(text, strlen(text))) /* a cut text says at least where and what */
		snprintf(text, sizeof text, "%s: %s", jurisdiction, json_string_value(json_object_get(result, "colour")));
	r = registry_notice_put_person(office_registry(office), kept->person, "colour-by-hand", text, e);
	json_decref(result);
	return r;
}

static int
evaluate_now(const struct office *office, const struct kept *kept, struct error *e)
{
	struct cascade_counts counts;

	return cascade_evaluate_people(office->cascade, json_string_value(json_object_get(kept->act, "jurisdiction")),
		&kept->person, 1, NULL, &counts, e);
}

static int
find_override(const struct office *office, int64_t number, struct kept *kept, struct error *e)
{
	int r = kept_find(office, number, kept, e);

	if (r == 0 && !kept_is(kept, "override")) {
		r = error_set(e, ERROR_EXISTS_NOT, "proposal %lld is no override", (long long)number);
		kept_clear(kept);
	}
	return r;
}

static int
check_still_ahead(const struct office *office, const struct kept *kept, struct error *e)
{
	const char *text = json_string_value(json_object_get(kept->act, "until"));
	instant until;
	int r = text ? time_read(text, strlen(text), &zone_utc, &until, e)
				 : error_set(e, ERROR_CORRUPT, "an override has no end");

	if (r == 0 && until <= registry_recording_time(office_registry(office)))
		r = error_set(e, ERROR_BAD_INPUT, "its end has passed");
	return r;
}

/* One after the other they are one act: beyond so many in a day it takes two offices. In the open transaction, in which it was approved: two at
 * the same moment are counted, too, and whoever comes second to the same one is told that it was decided before. */
static int
check_offices(const struct office *office, const struct kept *kept, const struct registry_user *user, struct error *e)
{
	struct registry *registry = office_registry(office);
	int64_t most, approved;
	int r;

	if ((r = second_most(office, &most, e)) < 0 || most < 0 ||
		(r = db_one_int(registry_db(registry),
			 "SELECT COUNT(*) FROM office_proposal WHERE person <> 0 AND state = 'approved' AND decided_at > $1"
			 " AND act LIKE '%\"act\":\"override\"%'",
			 (struct db_value[]){db_int(registry_recording_time(registry) - DAY_S)}, 1, &approved, e)) < 0)
		return r;
	return approved > most ? second_check(office, kept, user, e) : 0;
}

int
office_override_approve(const struct office *office, int64_t number, const struct office_actor *actor, struct error *e)
{
	struct registry *registry = office_registry(office);
	struct registry_signature signature;
	struct registry_user user;
	struct kept kept = {0};
	int r;

	if ((r = find_override(office, number, &kept, e)) < 0)
		return r;
	if (kept.state != OFFICE_PROPOSED) {
		r = error_set(e, ERROR_EXISTS, "proposal %lld was decided before", (long long)number);
		goto out;
	}
	if ((r = act_sign(office, actor, kept.text, &user, &signature, e)) < 0 ||
		(r = check_still_ahead(office, &kept, e)) < 0 || (r = registry_begin(registry, e)) < 0)
		goto out;
	if ((r = kept_approve(office, &kept, "override.approved", &user, &signature, e)) < 0 ||
		(r = check_offices(office, &kept, &user, e)) < 0 ||
		(r = put_evidence(office, &kept, registry_recording_time(registry), INT64_MAX, e)) < 0 ||
		(r = tell(office, &kept, e)) < 0)
		registry_rollback(registry);
	else if ((r = registry_commit(registry, e)) == 0)
		r = evaluate_now(office, &kept, e);
out:
	kept_clear(&kept);
	return r;
}

static int
take_at(const struct evidence_row *row, void *context, struct error *e)
{
	(void)e;
	*(instant *)context = row->at;
	return 0;
}

/* End an override that holds. */
static int
end_override(const struct office *office, const struct kept *kept, struct error *e)
{
	struct registry *registry = office_registry(office);
	char key[KEY_SIZE];
	instant at;
	int r;

	snprintf(key, sizeof key, "%lld", (long long)kept->number);
	if ((r = evidence_find(registry_db(registry), EVIDENCE_OVERRIDE, key, EVIDENCE_NOW, take_at, &at, e)) < 0 ||
		(r = put_evidence(office, kept, at, registry_recording_time(registry), e)) < 0)
		return r;
	return tell(office, kept, e);
}

int
office_override_revoke(const struct office *office, int64_t number, const struct office_actor *actor, struct error *e)
{
	struct registry *registry = office_registry(office);
	struct registry_signature signature;
	char hex[2 * USER_SIGNATURE_SIZE + 1], at[TIME_TEXT_SIZE], *text = NULL;
	struct registry_user user;
	struct kept kept = {0};
	json_t *act = NULL;
	bool held;
	int r;

	if ((r = find_override(office, number, &kept, e)) < 0)
		return r;
	held = kept.state == OFFICE_APPROVED;
	act = json_pack("{s:I, s:s}", "override", (json_int_t)number, "revoked_at",
		time_write(registry_recording_time(registry), &zone_utc, at));
	if (kept.state == OFFICE_REVOKED) {
		r = error_set(e, ERROR_EXISTS, "override %lld was revoked before", (long long)number);
		goto out;
	}
	if ((r = act_text(act, &text, e)) < 0 || (r = act_sign(office, actor, text, &user, &signature, e)) < 0 ||
		(r = registry_begin(registry, e)) < 0)
		goto out;
	text_hex(signature.bytes, sizeof signature.bytes, hex);
	if ((r = db_do(registry_db(registry),
			 "UPDATE office_proposal SET state = 'revoked', revoked_by = $1, revoked_at = $2 WHERE number = $3",
			 (struct db_value[]){db_text(user.name), db_int(registry_recording_time(registry)), db_int(number)}, 3,
			 e)) < 0 ||
		(r = act_append(office, "override.revoked",
			 json_pack("{s:O, s:s, s:s}", "act", act, "by", user.name, "signature", hex), e)) < 0 ||
		(held && (r = end_override(office, &kept, e)) < 0))
		registry_rollback(registry);
	else if ((r = registry_commit(registry, e)) == 0 && held)
		r = evaluate_now(office, &kept, e);
out:
	free(text);
	json_decref(act);
	kept_clear(&kept);
	return r;
}
