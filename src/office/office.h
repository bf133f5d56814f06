/* office/office.h: what the office does that takes two people: rules that go live, colours set by hand, and that two people are one
 * where that makes a colour worse.
 *
 * One proposes, another approves; both are users with an office's role, and both sign the same text with a key made of their
 * password (registry/user_key.h). The text, who, and the signatures are entries in the ledger, beside the act itself, in one
 * transaction. Nothing changes anybody's colour before the second has signed. One person with two users can still do it
 * alone: whoever adds users is in the ledger too.
 *
 * A person stands in the ledger as a commitment: SHA-256(salt || "NUMBER"), the salt a keyed hash of the text's moment and
 * the number, so that nobody without the keys can tell whom an entry is about.
 *
 *   pack.proposed, pack.activated           {"act": {"act": "pack", "jurisdiction", "policy", "from": T or null, "proposed_at"}, ...}
 *   override.proposed, override.approved    {"act": {"act": "override", "jurisdiction", "colour", "cause", "until", "person", "proposed_at"}, ...}
 *   override.revoked                        {"by", "override", "revoked_at"}: by one person; what the rules say counts again
 *   match.decided                           {"act": {"act": "match", "decision", "match", "purpose", "proposed_at"}, "by", "signature"}
 *   match.proposed, match.approved          {"act": the same, ...}: where somebody's colour gets worse
 *   import.proposed, import.approved        {"act": {"act": "import", "file", "kind", "people", "sha256", "proposed_at"}, ...}: one that worsens many
 *   proposal.withdrawn                      {"act": {"proposal", "withdrawn_at"}, "by", "signature"}: before anybody approved it
 *   user.key                                {"user", "key"}: before the first act of a user
 *
 * with "proposal", "proposed_by", "proposed_signature", and once approved "approved_by" and "approved_signature".
 *
 * Codes of every call, beside those it names: what the registry and cascade rooms give. */

#ifndef HEALTHCODE_OFFICE_OFFICE_H
#define HEALTHCODE_OFFICE_OFFICE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "cascade/cascade.h"
#include "gate/gate.h"
#include "office/appeal.h"
#include "registry/registry.h"

enum { OFFICE_CAUSE_SIZE = 129, OFFICE_TEXT_MAX = 4096, OFFICE_SHA256_SIZE = 32, OFFICE_UNDO_SIZE = 32 };

struct json_check;

/* The store at work; all borrowed. */
struct office {
	struct cascade *cascade;
	struct issuer *issuer;
};

/* Who acts, with the password that their signature is made of. */
struct office_actor {
	const char *name, *password;
};

enum office_state {
	OFFICE_PROPOSED, /* waits for a second person */
	OFFICE_APPROVED, /* done: a pack that has (or will have) its time, a colour that holds until its end */
	OFFICE_REVOKED,  /* an override ended early, or a proposal that was taken back */
	OFFICE_STATES,
};

/* "proposed", "approved", "revoked". */
const char *office_state_name(enum office_state state);

/* Whether that role may propose and approve: supervisors and administrators. */
bool office_role(enum registry_role role);

/* A proposal and what became of it. Texts are valid during the call that shows it. ${person} and what follows is an
 * override's, ${policy} and ${from} a pack's (${from} INT64_MIN: at once). */
struct office_proposal {
	int64_t number;
	enum office_state state;
	const char *jurisdiction, *proposed_by, *decided_by, *revoked_by; /* NULL where nobody */
	instant proposed_at, decided_at, revoked_at;
	bool is_pack, is_match, is_import;
	const char *file, *kind; /* an import's, with ${people} whom it would worsen */
	int64_t people;
	int64_t match; /* ${match}, ${decision} and ${purpose} are a match's: accepted or rejected */
	const char *decision, *purpose;
	const char *policy;
	instant from;
	person_number person;
	enum colour colour;
	const char *cause;
	instant until;
};

/* office_migrate(db, e): the tables. Called by each function below. */
int office_migrate(struct db *db, struct error *e);

/* office_pack_activate(office, folder, jurisdiction, from, actor, ret_number, ret_state, e):
 * Propose that the pack in ${folder} goes live as the next version of ${jurisdiction} (NULL: of the one it names) from ${from} on
 * (NULL: at once), or, where another user has proposed the same files for the same moment, approve it: it is then in force from
 * the latest of ${from}, the pack's valid.from and now. ${ret_state} tells which.
 * ERROR_DENIED for a wrong password, another role, or the one who proposed; ERROR_EXISTS where that version is in force already;
 * ERROR_BAD_INPUT for a pack that is none, or whose validity is over by then. */
int office_pack_activate(const struct office *office, const char *folder, const char *jurisdiction, const instant *from,
	const struct office_actor *actor, int64_t *ret_number, enum office_state *ret_state, struct error *e);

/* office_pack_activate_kept(office, policy, from, actor, ret_number, ret_state, e): the same with the version that is kept under the hash
 * ${policy} (registry_pack_keep_files). ERROR_EXISTS_NOT.
 * office_pack_approve(office, number, actor, e): the second person's signature on proposal ${number}. ERROR_EXISTS_NOT (no proposal of
 * a pack), ERROR_EXISTS where it was decided before, and as above. */
int office_pack_activate_kept(const struct office *office, const char *policy, const instant *from,
	const struct office_actor *actor, int64_t *ret_number, enum office_state *ret_state, struct error *e);
int office_pack_approve(const struct office *office, int64_t number, const struct office_actor *actor, struct error *e);

/* office_override_propose(office, jurisdiction, person, colour, cause, until, actor, ret_number, e):
 * Propose to set the colour of ${person}, who applied in ${jurisdiction}, by hand, until ${until}. ${cause} is one of the
 * pack's override_causes. ERROR_BAD_INPUT for a cause off the list, or an end that is not after now or more than the pack's
 * horizon_days ahead; ERROR_EXISTS_NOT where the person has not applied there; ERROR_DENIED as above. */
int
office_override_propose(const struct office *office, const char *jurisdiction, person_number person, enum colour colour,
	const char *cause, instant until, const struct office_actor *actor, int64_t *ret_number, struct error *e);

/* office_override_approve(office, number, actor, e): the second person's signature. The override counts from now on, the person is
 * evaluated and told the reason, both languages. ERROR_EXISTS_NOT; ERROR_EXISTS where it was decided before; ERROR_BAD_INPUT
 * where its end has passed; ERROR_DENIED for the one who proposed.
 * office_override_revoke(office, number, actor, e): end it, or take a proposal back: one person is enough, since then the
 * rules count again. */
int
office_override_approve(const struct office *office, int64_t number, const struct office_actor *actor, struct error *e);
int
office_override_revoke(const struct office *office, int64_t number, const struct office_actor *actor, struct error *e);

/* office_match_decide(office, number, state, purpose, actor, ret_number, ret_state, e):
 * Decide the match ${number} (registry/match.h), MATCH_ACCEPTED, MATCH_REJECTED, or MATCH_WAITING (to take a decision back), for a ${purpose} that is kept: at once
 * (OFFICE_APPROVED, ${ret_number} is ${number}), or, where a colour of theirs gets worse by it, or those of more people than one office may
 * worsen, as a proposal (OFFICE_PROPOSED and its number) that another person approves, in the latter case of another office. Both are evaluated then, and whom they met is due. ERROR_USAGE without a purpose;
 * ERROR_EXISTS_NOT; ERROR_EXISTS where it was decided so before.
 * office_match_approve(office, number, actor, e): the second person's signature on proposal ${number}. As office_override_approve.
 * office_match_withdraw(office, number, actor, e): take the proposal ${number} back. ERROR_EXISTS_NOT; ERROR_EXISTS where it was decided
 * before. */
int
office_match_decide(const struct office *office, int64_t number, enum registry_match_state state, const char *purpose,
	const struct office_actor *actor, int64_t *ret_number, enum office_state *ret_state, struct error *e);
int
office_match_approve(const struct office *office, int64_t number, const struct office_actor *actor, struct error *e);
int
office_match_withdraw(const struct office *office, int64_t number, const struct office_actor *actor, struct error *e);

/* Imports that would give more people a worse colour than the default jurisdiction's pack lets one office do ("second_office": {"people", "source"}):
 * nothing of such a file is kept until a user of another office imports the same bytes.
 *
 * office_second_check(section, check): tell every fault of that section.
 * office_import_open(import, office, actor, kind, e): for files of one kind; ${actor} may be NULL. ${most} is -1 where the pack sets no limit.
 * office_import_sign(import, sha256, e): before the file is imported: where it waits, and the actor may approve it, they sign. ERROR_DENIED where
 * they are of the same office, or of none.
 * office_import_settle(sha256, import, e): feed_import's settle: trace, count, and let it pass, approve it, or (${held}) ERROR_DENIED. ${sha256} may
 * be NULL: that which was signed for.
 * office_message_settle: the same for a message over a wire, of which only its own cases are traced and counted.
 * office_undo_name(undone, name, sha256): how the undoing of an import is listed and known: it is held and approved as a file is, of the kind "undo".
 * office_import_hold(import, file, ret_number, e): after that: propose it. ERROR_DENIED where it waits already, or nobody signs.
 * office_import_withdraw(office, number, actor, e): as office_match_withdraw. office_import_approve: ERROR_DENIED, which says how it is done. */
struct office_import {
	const struct office *office;
	const struct office_actor *actor;
	const char *kind;
	int64_t most, people;
	uint8_t sha256[OFFICE_SHA256_SIZE];
	bool held;
	int64_t proposal; /* that is signed for; 0: none */
	struct registry_user user;
	struct registry_signature signature;
};

void office_second_check(const json_t *section, struct json_check *check);
int office_import_open(struct office_import *import, const struct office *office, const struct office_actor *actor,
	const char *kind, struct error *e);
int office_import_sign(struct office_import *import, const uint8_t sha256[OFFICE_SHA256_SIZE], struct error *e);
int office_import_settle(const uint8_t *sha256, void *context, struct error *e);
int office_message_settle(const uint8_t *sha256, void *context, struct error *e);
void office_undo_name(int64_t undone, char name[OFFICE_UNDO_SIZE], uint8_t sha256[OFFICE_SHA256_SIZE]);
int office_import_hold(const struct office_import *import, const char *file, int64_t *ret_number, struct error *e);
int
office_import_withdraw(const struct office *office, int64_t number, const struct office_actor *actor, struct error *e);
int
office_import_approve(const struct office *office, int64_t number, const struct office_actor *actor, struct error *e);

/* office_case_word(office, name, by, holds, e): cascade_case_word in a transaction of its own, and the cases traced again; ERROR_DENIED where it would worsen
 * more colours than one office may: two offices then import the case's row with its clinicians. */
int office_case_word(const struct office *office, const char *name, const char *by, bool holds, struct error *e);

/* office_proposals_each(office, each, context, e): all, oldest first. A non-zero return of ${each} ends the walk and is
 * returned. */
typedef int office_proposal_each(const struct office_proposal *proposal, void *context, struct error *e);
int office_proposals_each(const struct office *office, office_proposal_each *each, void *context, struct error *e);

/* office_proposal(office, number, each, context, e): one of them. ERROR_EXISTS_NOT. */
int office_proposal(
	const struct office *office, int64_t number, office_proposal_each *each, void *context, struct error *e);

#endif
