/* gate/issuer.h: the keys that sign codes, the trust list that names them, and the codes themselves.
 *
 * Each jurisdiction has a signing key for each day (UTC), one after another without a gap. The keys of the days to come are made
 * as long ahead as a trust list may be old, so that a gate with an old list knows today's. The newest key that has begun
 * signs; an older one is trusted until its day ends. Private keys are in the key store alone, and are destroyed when they
 * have ended; what is public is in the registry's database.
 * A code's id is made under a key of its day (UTC), so that only the issuer finds the person again. */

#ifndef HEALTHCODE_GATE_ISSUER_H
#define HEALTHCODE_GATE_ISSUER_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/time.h"
#include "credential/credential.h"
#include "db/db.h"
#include "keys/keys.h"

enum {
	ISSUER_LIST_AGE_MAX_S = 7 * DAY_S, /* what our trust list says of how old it may be */
	ISSUER_JURISDICTIONS_MAX = 1000,
	ISSUER_AHEAD_S = 2 * 3600, /* how long ahead of its time a code is handed out at most */
};

struct issuer;

/* issuer_open(db, keys, ret_issuer, e): the issuer of the open registry ${db} (in which its tables are made where they are
 * missing) and its keys; both stay the caller's and are needed until issuer_close. One thread uses it at a time. */
int issuer_open(struct db *db, struct keys *keys, struct issuer **ret_issuer, struct error *e);

/* Accepts NULL. */
void issuer_close(struct issuer *issuer);

/* issuer_rotate(issuer, jurisdiction, from, now, e): make the jurisdiction's next key, which signs from ${from} on until
 * the day of ${now} ends. Inside a transaction of the caller, or its own. ERROR_EXISTS if one begins just then. */
int issuer_rotate(struct issuer *issuer, const char *jurisdiction, instant from, instant now, struct error *e);

/* issuer_ensure(issuer, jurisdiction, from, now, e): issuer_rotate if the jurisdiction has no key at all. */
int issuer_ensure(struct issuer *issuer, const char *jurisdiction, instant from, instant now, struct error *e);

/* issuer_ready(issuer, jurisdiction, now, e): 0 where the jurisdiction's key can sign just now, else why not. */
int issuer_ready(struct issuer *issuer, const char *jurisdiction, instant now, struct error *e);

/* issuer_issue(issuer, jurisdiction, person, colour, at, lifetime_s, text, e):
 * Append the text of a code that counts in [at, at + lifetime_s), signed with the key of its day, which is made if it was
 * not yet. ERROR_EXISTS_NOT where the jurisdiction never had a key. */
int issuer_issue(struct issuer *issuer, const char *jurisdiction, uint32_t person, enum code_colour colour, instant at,
	int64_t lifetime_s, struct buffer *text, struct error *e);

/* issuer_issue_sealed(...): the same, its colour sealed to the jurisdiction's gates (code_issue_sealed). */
int issuer_issue_sealed(struct issuer *issuer, const char *jurisdiction, uint32_t person, enum code_colour colour,
	instant at, int64_t lifetime_s, struct buffer *text, struct error *e);

/* issuer_gate_key(issuer, jurisdiction, day, key, e): the key of the jurisdiction's gates for codes of ${day} (UTC), made if there is
 * none. It opens what is sealed to gates and signs nothing. ERROR_DENIED where it was destroyed, as they are two days later
 * (issuer_retire). */
int issuer_gate_key(
	struct issuer *issuer, const char *jurisdiction, day_number day, uint8_t key[GATE_KEY_SIZE], struct error *e);

/* issuer_issue_anew(issuer, jurisdiction, other, at, lifetime_s, text, e): a code of the jurisdiction with the colour and the card of
 * ${other}, another's, whose signature was found to hold. Its id is a hash of the other's under the day's key: it leads to nobody. */
int issuer_issue_anew(struct issuer *issuer, const char *jurisdiction, const struct code_claims *other, instant at,
	int64_t lifetime_s, struct buffer *text, struct error *e);

/* issuer_issue_paper(issuer, jurisdiction, person, colour, card, at, lifetime_s, text, e):
 * Append the text of a code to be printed: its id is a random handle, which leads to ${person} by a row that revoking or
 * CODE_LIFETIME_MAX_S end; ${card} is the last four characters of their ID card. In the caller's transaction. */
int issuer_issue_paper(struct issuer *issuer, const char *jurisdiction, uint32_t person, enum code_colour colour,
	const char *card, instant at, int64_t lifetime_s, struct buffer *text, struct error *e);

/* issuer_trust_list(issuer, gates, now, list, ret_changes, e): append the signed list of every key that may have signed a code that counts at
 * ${now} or until the list is too old, and of what is revoked; and what ${gates} (NULL: nothing) says of whose codes count where. Keys of days to come are made where they are missing. ${ret_changes}
 * (may be NULL) is issuer_list_changes of what it tells. */
struct issuer_gates {
	const struct trust_gates *gates;
	size_t count;
	int64_t version; /* grows with each change of them */
};
int issuer_trust_list(struct issuer *issuer, const struct issuer_gates *gates, instant now, struct buffer *list,
	int64_t *ret_changes, struct error *e);

/* issuer_list_changes(issuer, ret_changes, e): a number that grows with each key, revocation and other's list that the trust list
 * tells of: one that was made when it was another is to be made again. */
int issuer_list_changes(struct issuer *issuer, int64_t *ret_changes, struct error *e);

/* issuer_trust(issuer, now, ret_trust, e): the same without ${gates}, read; it is the issuer's, and good until the next call. */
int issuer_trust(struct issuer *issuer, instant now, const struct trust **ret_trust, struct error *e);

/* issuer_trust_anew(...): the same, without what was remembered. */
int issuer_trust_anew(struct issuer *issuer, instant now, const struct trust **ret_trust, struct error *e);

/* issuer_take_list(issuer, bytes, length, root_id, now, ret_taken, e):
 * Take another's signed trust list, or a newer one of a root that is known; until it is too old it goes out within our own (as it
 * is), so that our gates read the codes of whom it names. ${root_id} is who is trusted, NULL only where the root is known. ${ret_taken}
 * is what was read, freed with trust_free. In the caller's transaction, or its own statement.
 * Return 0 (also where that very list is known), ERROR_BAD_INPUT, ERROR_TOO_LARGE (ISSUER_PEER_LIST_MAX bytes), or ERROR_DENIED:
 * an unknown or another root, an older list, keys of a jurisdiction of ours or of another root's.
 * issuer_forget_list(issuer, root_id, now, e): it counts no more; ERROR_EXISTS_NOT. */
enum { ISSUER_PEER_LIST_MAX = 1 << 20 };
int issuer_take_list(struct issuer *issuer, const uint8_t *bytes, size_t length, const uint8_t *root_id, instant now,
	struct trust **ret_taken, struct error *e);
int issuer_forget_list(struct issuer *issuer, const uint8_t root_id[KEY_ID_SIZE], instant now, struct error *e);

/* issuer_retire(issuer, now, e): destroy the private keys that ended before ${now}: nobody signs for a past day; and the gates' keys
 * of days whose codes have all expired. */
int issuer_retire(struct issuer *issuer, instant now, struct error *e);

/* One signing key's public side. ${revoked_at} is TRUST_NEVER where it is not. */
struct issuer_key {
	uint8_t id[KEY_ID_SIZE];
	const char *jurisdiction;
	instant from, to, revoked_at;
};

/* issuer_keys_each(issuer, each, context, e): oldest first. A non-zero return ends the walk and is returned. */
typedef int issuer_key_each(const struct issuer_key *key, void *context, struct error *e);
int issuer_keys_each(struct issuer *issuer, issuer_key_each *each, void *context, struct error *e);

/* issuer_revoke_key(issuer, id, now, ret_jurisdiction, e): no code of that key counts from ${now} on. If it was what signs now,
 * another is made, in the caller's transaction. ERROR_EXISTS_NOT for an unknown id. */
int issuer_revoke_key(struct issuer *issuer, const uint8_t id[KEY_ID_SIZE], instant now,
	char ret_jurisdiction[ISSUER_SIZE], struct error *e);

/* issuer_revoke_code(issuer, id, until, now, e): the code of that id, which would count until ${until}, counts no more.
 * issuer_revoke_person(issuer, jurisdiction, person, lifetime_s, now, e): nor does any that was handed out to ${person} for
 * the time until ISSUER_AHEAD_S from now: their ids are computed, since no table has them. Nor does any on paper. Later ones
 * are not touched. */
int
issuer_revoke_code(struct issuer *issuer, const uint8_t id[CODE_ID_SIZE], instant until, instant now, struct error *e);
int issuer_revoke_person(
	struct issuer *issuer, const char *jurisdiction, uint32_t person, int64_t lifetime_s, instant now, struct error *e);

/* issuer_sign_receipt(issuer, jurisdiction, receipt, now, text, e): append the receipt, signed by the key that signs the
 * jurisdiction's codes at ${now}. */
int issuer_sign_receipt(struct issuer *issuer, const char *jurisdiction, const struct receipt *receipt, instant now,
	struct buffer *text, struct error *e);

/* issuer_sign_statement(issuer, statement, now, text, e): append the statement, signed by the key that signs its issuer's codes at
 * ${now}. */
int issuer_sign_statement(
	struct issuer *issuer, const struct statement *statement, instant now, struct buffer *text, struct error *e);

/* issuer_sign_place_code(issuer, code, text, e): append the code, signed by the key that signs its issuer's codes at its beginning. */
int issuer_sign_place_code(struct issuer *issuer, const struct place_code *code, struct buffer *text, struct error *e);

/* The registry's database, in which the issuer's tables are. */
struct db *issuer_db(struct issuer *issuer);

/* issuer_holder_of_id(issuer, id, at, ret_person, e):
 * As issuer_holder, of a code of which only the id was kept and that it was shown at ${at}, within a day of its issue. */
int issuer_holder_of_id(
	struct issuer *issuer, const uint8_t id[CODE_ID_SIZE], instant at, uint32_t *ret_person, struct error *e);

/* issuer_forget_days(issuer, before, e):
 * Destroy the keys of code ids of the days (UTC) before ${before}: nobody can tell any more whose codes those were. Those of
 * paper that was issued before are forgotten too. Return how many keys, or a code. */
int issuer_forget_days(struct issuer *issuer, day_number before, struct error *e);

/* issuer_holder(issuer, claims, ret_person, e): whose code this is. Only a code whose signature holds is worth asking.
 * ERROR_EXISTS_NOT where it is not one of this issuer's, or the day's key is gone. */
int issuer_holder(struct issuer *issuer, const struct code_claims *claims, uint32_t *ret_person, struct error *e);

#endif
