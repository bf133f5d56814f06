/* credential/trust.h: whose signatures count.
 *
 * Two kinds of files are read: our own signed list (docs/code-format.md), which says who signs codes for whom, from
 * when to when, what was revoked, whose codes of which colours count where, and how old the list itself may be; and X.509 certificates, which say who signs
 * health certificates. */

#ifndef HEALTHCODE_CREDENTIAL_TRUST_H
#define HEALTHCODE_CREDENTIAL_TRUST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/time.h"
#include "credential/colour.h"
#include "credential/key.h"

enum {
	ISSUER_SIZE = 64, /* bytes with the NUL */
	CODE_ID_SIZE = 16,
	TRUST_FILE_MAX = 16 << 20,
	TRUST_KEYS_MAX = 100000,
	TRUST_REVOKED_MAX = 200000,
	TRUST_OTHERS_MAX = 100,
	TRUST_RECOGNISED_MAX = 100000,
	TRUST_FRESH_MAX_S = 7 * DAY_S,
	TRUST_CLOCK_SLACK_S = 60, /* what clocks may differ by before one of them is called wrong */
};

#define TRUST_NEVER INT64_MAX

struct trust;

/* One key. It counts in [from, to), and not at all from ${revoked_at} (TRUST_NEVER) on. */
struct trust_key {
	uint8_t id[KEY_ID_SIZE];
	char issuer[ISSUER_SIZE]; /* a jurisdiction; of a certificate, the country's two letters */
	bool is_certificate;      /* signs health certificates; else codes */
	unsigned usage;           /* of a certificate: enum key_usage */
	instant from, to, revoked_at;
	instant too_old_at;     /* of a key in another's list: from then on that list is too old; else TRUST_NEVER */
	struct public_key *key; /* owned by the trust it is in */
};

/* Another's signed list, as it was published. */
struct trust_other {
	const uint8_t *bytes;
	size_t length;
};

/* That codes of ${issuer} with these colours count somewhere beside the place's own, in [from, to), each for ${fresh_s} seconds after its
 * issue (0: as long as it says). Without a beginning or an end, INT64_MIN and TRUST_NEVER. */
struct trust_recognition {
	char issuer[ISSUER_SIZE];
	bool colours[CODE_GRAY + 1];
	int64_t fresh_s;
	instant from, to;
};

/* Whose codes count at the gates of a jurisdiction: all that is listed, and nothing else but its own. */
struct trust_gates {
	const char *jurisdiction;
	const struct trust_recognition *recognised;
	size_t count;
};

/* What a signed list says of itself. ${others} and ${gates} are given to trust_write alone. */
struct trust_facts {
	char name[ISSUER_SIZE]; /* who made it */
	uint8_t root_id[KEY_ID_SIZE];
	int64_t version, max_age_s;
	instant issued_at;
	const struct trust_other *others;
	size_t other_count;
	const struct trust_gates *gates; /* each jurisdiction once, in any order */
	size_t gates_count;
};

/* trust_new(root, root_length, ret_trust, e):
 * An empty trust. With ${root} (SubjectPublicKeyInfo DER, or NULL) only a list signed by that key is taken; without,
 * a list is checked with the key that it names itself, so that whoever hands over the file is who is trusted.
 * Return 0, ERROR_BAD_INPUT or ERROR_NO_MEMORY. Freed with trust_free. */
int trust_new(const void *root, size_t root_length, struct trust **ret_trust, struct error *e);

/* Accepts NULL. */
void trust_free(struct trust *trust);

/* trust_add(trust, bytes, length, e):
 * Take in a file's content: a signed list (one a trust), PEM certificates, one DER certificate, or one in base64.
 * A list may hold others' lists (at most TRUST_OTHERS_MAX), each signed by its own root, for which the holder's signature vouches. Of
 * them the keys for codes count, but for issuers whom the list that holds them or one before it has keys of, and until that
 * list is too old; so do their revocations. What they hold of others' themselves does not: trust is not handed on.
 * Return 0, or ERROR_BAD_INPUT, ERROR_DENIED (the list's signature does not hold, or another root's), ERROR_EXISTS (a
 * second list), ERROR_TOO_LARGE or ERROR_NO_MEMORY; on failure only keys before the fault were added. */
int trust_add(struct trust *trust, const uint8_t *bytes, size_t length, struct error *e);

/* trust_load(path, ret_trust, e):
 * trust_new without a root, with the file ${path}, or all files of the folder ${path}, taken in. Return as trust_add
 * with the file named, or as file_read. */
int trust_load(const char *path, struct trust **ret_trust, struct error *e);

/* trust_find(trust, id, after): the first key of that id, or the next after ${after}; NULL at the end. Ids are short,
 * so that two keys may share one. */
const struct trust_key *
trust_find(const struct trust *trust, const uint8_t id[KEY_ID_SIZE], const struct trust_key *after);

/* A gate group's key of one day (UTC), which opens what the issuer's codes of that day seal for gates (code.h). It is never in a
 * list: gates get it from the issuer.
 * trust_add_gate_key(trust, issuer, day, key, e): ERROR_TOO_LARGE past TRUST_GATE_KEYS_MAX, ERROR_NO_MEMORY.
 * trust_gate_key(trust, issuer, day): GATE_KEY_SIZE bytes, or NULL. */
enum { GATE_KEY_SIZE = 32, TRUST_GATE_KEYS_MAX = 10000 };
int trust_add_gate_key(
	struct trust *trust, const char *issuer, day_number day, const uint8_t key[GATE_KEY_SIZE], struct error *e);
const uint8_t *trust_gate_key(const struct trust *trust, const char *issuer, day_number day);

/* The signed list's own facts; NULL where no list was read. */
const struct trust_facts *trust_list_facts(const struct trust *trust);

/* Whether the signed list is older at ${now} than it says it may be. Certificates have no age. */
bool trust_is_too_old(const struct trust *trust, instant now);

/* Whether the signed list was made after ${now}, by more than TRUST_CLOCK_SLACK_S: a clock that says so is wrong. */
bool trust_is_ahead(const struct trust *trust, instant now);

/* Whether the list revokes the code of this id; one in 2^20 that it doesn't is taken for revoked too (credential/filter.h). */
bool trust_is_revoked(const struct trust *trust, const uint8_t id[CODE_ID_SIZE]);

/* trust_recognised_until(recognition, issuer, colour, issued_at, now): until when the recognition lets such a code count, at ${now}:
 * its own end, or that of the code's freshness; INT64_MIN where it does not. */
instant trust_recognised_until(const struct trust_recognition *recognition, const char *issuer, enum code_colour colour,
	instant issued_at, instant now);

/* trust_speaks_of(trust, jurisdiction): whether the signed list says whose codes count at the jurisdiction's gates; older lists and those
 * of other makers don't, and what others' lists within it say is for their own gates.
 * trust_recognises(trust, jurisdiction, issuer, colour, issued_at, now): whether, of a list that does, such a code counts there. The
 * jurisdiction's own always does. */
bool trust_speaks_of(const struct trust *trust, const char *jurisdiction);
bool trust_recognises(const struct trust *trust, const char *jurisdiction, const char *issuer, enum code_colour colour,
	instant issued_at, instant now);

/* How many keys it holds, and each of them. */
size_t trust_count(const struct trust *trust);
const struct trust_key *trust_at(const struct trust *trust, size_t i);

/* What a list is made of. ${der} is SubjectPublicKeyInfo or, with ${is_certificate}, a certificate. */
struct trust_entry {
	const char *issuer;
	instant from, to, revoked_at;
	bool is_certificate;
	const uint8_t *der;
	size_t der_length;
};

/* trust_write(root, facts, entries, count, revoked, revoked_count, list, e):
 * Append a signed list: ${facts} (its root_id is not read; others' lists as they are; what counts where, if it has any), the keys in the order given, and the filter of the ids of
 * revoked codes, at most TRUST_REVOKED_MAX.
 * Equal content gives equal bytes but for the signature. Return 0, ERROR_TOO_LARGE or ERROR_NO_MEMORY. */
int trust_write(const struct signing_key *root, const struct trust_facts *facts, const struct trust_entry *entries,
	size_t count, const uint8_t (*revoked)[CODE_ID_SIZE], size_t revoked_count, struct buffer *list, struct error *e);

#endif
