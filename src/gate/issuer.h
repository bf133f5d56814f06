/* gate/issuer.h: the keys that sign codes, the trust list that names them, and the codes themselves.
 *
 * Each jurisdiction has signing keys, one after another without a gap: the newest that has begun signs, and an older one
 * is trusted until it ends. Private keys are in the key store alone; what is public is in the registry's database.
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
	ISSUER_KEY_LIFETIME_S = 366 * DAY_S,
	ISSUER_LIST_AGE_MAX_S = 7 * DAY_S, /* what our trust list says of how old it may be */
	ISSUER_JURISDICTIONS_MAX = 1000,
};

struct issuer;

/* issuer_open(db, keys, ret_issuer, e): the issuer of the open registry ${db} (in which its tables are made where they are
 * missing) and its keys; both stay the caller's and are needed until issuer_close. One thread uses it at a time. */
int issuer_open(struct db *db, struct keys *keys, struct issuer **ret_issuer, struct error *e);

/* Accepts NULL. */
void issuer_close(struct issuer *issuer);

/* issuer_rotate(issuer, jurisdiction, from, now, e): make the jurisdiction's next key, which signs from ${from} on until
 * ISSUER_KEY_LIFETIME_S after ${now}. Inside a transaction of the caller, or its own. ERROR_EXISTS if one begins just then. */
int issuer_rotate(struct issuer *issuer, const char *jurisdiction, instant from, instant now, struct error *e);

/* issuer_ensure(issuer, jurisdiction, from, now, e): issuer_rotate if the jurisdiction has no key at all. */
int issuer_ensure(struct issuer *issuer, const char *jurisdiction, instant from, instant now, struct error *e);

/* issuer_issue(issuer, jurisdiction, person, colour, at, lifetime_s, text, e):
 * Append the text of a code that counts in [at, at + lifetime_s). ERROR_EXISTS_NOT where no key of the jurisdiction is
 * in force at ${at}. */
int issuer_issue(struct issuer *issuer, const char *jurisdiction, uint32_t person, enum code_colour colour, instant at,
	int64_t lifetime_s, struct buffer *text, struct error *e);

/* issuer_trust_list(issuer, now, list, e): append the signed list of every key, as of ${now}. */
int issuer_trust_list(struct issuer *issuer, instant now, struct buffer *list, struct error *e);

/* issuer_trust(issuer, now, ret_trust, e): the same, read; it is the issuer's, and good until the next call. */
int issuer_trust(struct issuer *issuer, instant now, const struct trust **ret_trust, struct error *e);

/* issuer_holder(issuer, claims, ret_person, e): whose code this is. Only a code whose signature holds is worth asking.
 * ERROR_EXISTS_NOT where it is not one of this issuer's, or the day's key is gone. */
int issuer_holder(struct issuer *issuer, const struct code_claims *claims, uint32_t *ret_person, struct error *e);

#endif
