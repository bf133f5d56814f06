/* office/inside.h: proposals and signatures, which both kinds of act share. */

#ifndef HEALTHCODE_OFFICE_INSIDE_H
#define HEALTHCODE_OFFICE_INSIDE_H

#include "ledger/ledger.h"
#include "office/office.h"

/* A proposal as it is kept: ${text} is what both sign. Owned; freed with kept_clear. */
struct kept {
	int64_t number;
	enum office_state state;
	char *text, *proposed_by, *proposed_signature;
	person_number person;
	json_t *act; /* ${text}, read */
};

void kept_clear(struct kept *kept);

/* kept_find(office, number, ret_kept, e): 0 or ERROR_EXISTS_NOT. */
int kept_find(const struct office *office, int64_t number, struct kept *ret_kept, struct error *e);

/* kept_find_waiting(office, number, act, ret_kept, e): one of that act that was not decided: 0, ERROR_EXISTS_NOT, or ERROR_EXISTS for one that was. */
int
kept_find_waiting(const struct office *office, int64_t number, const char *act, struct kept *ret_kept, struct error *e);

/* kept_withdraw(office, number, act, actor, e): take a proposal of that act back that nobody approved: signed, and in the ledger
 * (proposal.withdrawn). As kept_find_waiting; ERROR_EXISTS also where it was decided meanwhile. */
int kept_withdraw(
	const struct office *office, int64_t number, const char *act, const struct office_actor *actor, struct error *e);

/* Whether its act is that one. */
bool kept_is(const struct kept *kept, const char *act);

/* kept_find_pack(office, jurisdiction, policy, ret_kept, e): the newest pack proposal of that version that waits: 1, 0 or a code. */
int kept_find_pack(
	const struct office *office, const char *jurisdiction, const char *policy, struct kept *ret_kept, struct error *e);

/* kept_find_waiting_before(office, number, ret_kept, e): the newest proposal below ${number} that waits and is of no person: 1, 0 or a code. */
int kept_find_waiting_before(const struct office *office, int64_t number, struct kept *ret_kept, struct error *e);

/* act_sign(office, actor, text, ret_user, ret_signature, e): authenticate, ask for the role, sign. Outside a transaction. */
int act_sign(const struct office *office, const struct office_actor *actor, const char *text,
	struct registry_user *ret_user, struct registry_signature *ret_signature, struct error *e);

/* keep_key(office, user, signature, e): the user's public key goes into the ledger before their first act. In the open transaction. */
int keep_key(const struct office *office, const struct registry_user *user, const struct registry_signature *signature,
	struct error *e);

/* act_propose(office, entry, act, person, actor, ret_number, e): sign the act and keep it as a proposal, with the ledger entry ${entry}, in
 * a transaction of its own. Takes the reference of ${act}; NULL is ERROR_NO_MEMORY. */
int act_propose(const struct office *office, const char *entry, json_t *act, person_number person,
	const struct office_actor *actor, int64_t *ret_number, struct error *e);

/* kept_approve(office, kept, entry, user, signature, e): decide it, with the ledger entry ${entry}, in the open transaction. */
int kept_approve(const struct office *office, const struct kept *kept, const char *entry,
	const struct registry_user *user, const struct registry_signature *signature, struct error *e);

/* second_most(office, ret_most, e): how many people's colours one office may worsen, by the default jurisdiction's pack in force; -1 where it sets no limit.
 * second_check(office, kept, user, e): ERROR_DENIED where ${user} and the one who proposed act for one office, or for none. */
int second_most(const struct office *office, int64_t *ret_most, struct error *e);
int
second_check(const struct office *office, const struct kept *kept, const struct registry_user *user, struct error *e);

/* act_text(value, ret_text, e): its canonical JSON, freed by the caller. */
int act_text(const json_t *value, char **ret_text, struct error *e);

/* act_append(office, kind, body, e): a ledger entry; takes the reference of ${body}. */
int act_append(const struct office *office, const char *kind, json_t *body, struct error *e);

/* act_person(office, purpose, person, at, hex, e): how the person stands in the ledger: a commitment, salted for ${purpose} and the moment ${at}. */
int act_person(const struct office *office, const char *purpose, person_number person, const char *at,
	char hex[2 * LEDGER_HASH_SIZE + 1], struct error *e);

struct registry *office_registry(const struct office *office);

#endif
