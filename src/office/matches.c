/* Whether two are one, decided by hand: one person is enough, two where somebody's colour gets worse by it. */

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "keys/keys.h"
#include "ledger/ledger.h"
#include "office/inside.h"

/* What a decision is, as it is signed. */
struct decision {
	int64_t match;
	enum registry_match_state state;
	person_number person;
	const char *purpose;
};

static int
take_match(const struct registry_match *match, void *context, struct error *e)
{
	struct decision *decision = context;

	(void)e;
	decision->person = match->person;
	return 0;
}

/* The person is not named: the match's number is, which says nothing outside. */
static json_t *
act_of(const struct office *office, const struct decision *decision)
{
	char at[TIME_TEXT_SIZE];

	return json_pack("{s:s, s:s, s:I, s:s, s:s}", "act", "match", "decision",
		registry_match_state_name(decision->state), "match", (json_int_t)decision->match, "proposed_at",
		time_write(registry_recording_time(office_registry(office)), &zone_utc, at), "purpose", decision->purpose);
}

static int
check(const struct decision *decision, struct error *e)
{
	size_t length = decision->purpose ? strlen(decision->purpose) : 0;

	if (decision->state != MATCH_ACCEPTED && decision->state != MATCH_REJECTED && decision->state != MATCH_WAITING)
		return error_set(e, ERROR_USAGE, "accepted, rejected or waiting expected");
	if (length == 0 || length >= OFFICE_CAUSE_SIZE || !text_is_utf8(decision->purpose, length))
		return error_set(e, ERROR_USAGE, "a purpose of 1 to %d bytes is needed", OFFICE_CAUSE_SIZE - 1);
	return 0;
}

/* Whether it worsens more people than one office may: whom the cases of the two met may be many. In the open transaction, in which it was decided. */
static int
worsens_many(const struct office *office, bool *ret_many, struct error *e)
{
	int64_t most, people = 0;
	int r;

	if ((r = second_most(office, &most, e)) < 0 ||
		(most >= 0 && (r = cascade_worsened(office->cascade, most, &people, e)) < 0))
		return r;
	*ret_many = most >= 0 && people > most;
	return 0;
}

/* Decide in the open transaction. Return 0, or 1 where somebody's colour gets worse and it is one person's word. */
static int
decide_alone(const struct office *office, const struct decision *decision, const json_t *act,
	const struct registry_user *user, const struct registry_signature *signature, struct error *e)
{
	char hex[2 * USER_SIGNATURE_SIZE + 1];
	bool worse = false;
	int r;

	if ((r = cascade_match_decide(
			 office->cascade, decision->match, decision->state, user->name, decision->purpose, &worse, e)) < 0)
		return r;
	if (!worse && (r = worsens_many(office, &worse, e)) < 0)
		return r;
	if (worse)
		return 1;
	text_hex(signature->bytes, sizeof signature->bytes, hex);
	if ((r = keep_key(office, user, signature, e)) < 0)
		return r;
	return act_append(
		office, "match.decided", json_pack("{s:O, s:s, s:s}", "act", act, "by", user->name, "signature", hex), e);
}

int
office_match_decide(const struct office *office, int64_t number, enum registry_match_state state, const char *purpose,
	const struct office_actor *actor, int64_t *ret_number, enum office_state *ret_state, struct error *e)
{
	struct registry *registry = office_registry(office);
	struct decision decision = {.match = number, .state = state, .purpose = purpose};
	struct registry_signature signature;
	struct registry_user user;
	char *text = NULL;
	json_t *act = NULL;
	int r;

	if ((r = check(&decision, e)) < 0 || (r = office_migrate(registry_db(registry), e)) < 0 ||
		(r = registry_match(registry, number, take_match, &decision, e)) < 0)
		return r;
	act = act_of(office, &decision);
	if ((r = act_text(act, &text, e)) < 0 || (r = act_sign(office, actor, text, &user, &signature, e)) < 0 ||
		(r = registry_begin(registry, e)) < 0)
		goto out;
	r = decide_alone(office, &decision, act, &user, &signature, e);
	if (r != 0)
		registry_rollback(registry);
	if (r == 0 && (r = registry_commit(registry, e)) == 0) {
		*ret_number = number;
		*ret_state = OFFICE_APPROVED;
		r = cascade_match_evaluate(office->cascade, number, e);
	} else if (r == 1) {
		*ret_state = OFFICE_PROPOSED;
		r = act_propose(office, "match.proposed", json_incref(act), decision.person, actor, ret_number, e);
	}
out:
	free(text);
	json_decref(act);
	return r;
}

static int
read_decision(const struct kept *kept, struct decision *ret_decision, struct error *e)
{
	const char *state = json_string_value(json_object_get(kept->act, "decision"));

	ret_decision->match = json_integer_value(json_object_get(kept->act, "match"));
	ret_decision->purpose = json_string_value(json_object_get(kept->act, "purpose"));
	ret_decision->person = kept->person;
	if (!state || !registry_match_state_read(state, &ret_decision->state))
		return error_set(e, ERROR_CORRUPT, "proposal %lld decides nothing", (long long)kept->number);
	return 0;
}

static int
check_offices(const struct office *office, const struct kept *kept, const struct registry_user *user, struct error *e)
{
	bool many = false;
	int r = worsens_many(office, &many, e);

	return r == 0 && many ? second_check(office, kept, user, e) : r;
}

int
office_match_approve(const struct office *office, int64_t number, const struct office_actor *actor, struct error *e)
{
	struct registry *registry = office_registry(office);
	struct registry_signature signature;
	struct decision decision;
	struct registry_user user;
	struct kept kept = {0};
	bool worse;
	int r;

	if ((r = kept_find_waiting(office, number, "match", &kept, e)) < 0)
		return r;
	if ((r = read_decision(&kept, &decision, e)) < 0 ||
		(r = act_sign(office, actor, kept.text, &user, &signature, e)) < 0 || (r = registry_begin(registry, e)) < 0)
		goto out;
	if ((r = kept_approve(office, &kept, "match.approved", &user, &signature, e)) < 0 ||
		(r = cascade_match_decide(
			 office->cascade, decision.match, decision.state, kept.proposed_by, decision.purpose, &worse, e)) < 0 ||
		(r = check_offices(office, &kept, &user, e)) < 0)
		registry_rollback(registry);
	else if ((r = registry_commit(registry, e)) == 0)
		r = cascade_match_evaluate(office->cascade, decision.match, e);
out:
	kept_clear(&kept);
	return r;
}

int
office_match_withdraw(const struct office *office, int64_t number, const struct office_actor *actor, struct error *e)
{
	return kept_withdraw(office, number, "match", actor, e);
}
