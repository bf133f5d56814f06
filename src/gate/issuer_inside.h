/* gate/issuer_inside.h: inside the room only: what the issuer's files share. */

#ifndef HEALTHCODE_GATE_ISSUER_INSIDE_H
#define HEALTHCODE_GATE_ISSUER_INSIDE_H

#include "gate/issuer.h"

enum { ISSUER_SLOT_S = 30 };

/* The key that signs for a jurisdiction now, kept so that the hot path reads neither file nor database. */
struct signer {
	char jurisdiction[ISSUER_SIZE];
	uint32_t number;
	struct signing_key *key;
	instant from, to;    /* when it is the newest that has begun */
	int64_t loaded_at_s; /* by the machine's monotonic clock */
	day_number day;      /* whose key follows */
	struct code_id_key *ids;
	day_number gates_day; /* whose gates' key follows */
	uint8_t gates_key[KEYS_SIZE];
};

struct issuer {
	struct db *db;
	struct keys *keys;
	struct signer *signers;
	size_t signer_count, signer_capacity;
	struct trust *trust;
	instant trust_at;
	int64_t trust_changes; /* issuer_list_changes before it was made */
};

/* Forget what is kept of keys and of the list, because they changed. */
void issuer_forget(struct issuer *issuer);

/* The issuer's own number for a jurisdiction; ERROR_EXISTS_NOT where it never had a key. */
int issuer_number(struct issuer *issuer, const char *jurisdiction, uint32_t *ret_number, struct error *e);

/* Keep a new private key in the key store under ${name}, and append its public part to ${public_key}. */
int issuer_make_key(struct issuer *issuer, const char *name, struct buffer *public_key, struct error *e);

int issuer_read_key(const struct issuer *issuer, const char *name, struct signing_key **ret_key, struct error *e);

/* The signer for ${at}, kept until another call. */
int
issuer_signer(struct issuer *issuer, const char *jurisdiction, instant at, struct signer **ret_signer, struct error *e);

/* See that a key of the jurisdiction is in force at ${at}: the day's own, from its beginning if it can. Another thread may
 * be first. */
int issuer_ensure_day(struct issuer *issuer, const char *jurisdiction, instant at, struct error *e);

/* issuer_ids(issuer, at, ret_ids, e): the permutation of code ids of the day of ${at}, whose key is made if there is none. Freed with
 * code_id_key_free. */
int issuer_ids(struct issuer *issuer, instant at, struct code_id_key **ret_ids, struct error *e);

/* The key of code ids of the day of ${at}, made if there is none. */
int issuer_day_key(struct issuer *issuer, instant at, uint8_t key[KEYS_SIZE], struct error *e);

/* The others' lists that count at ${now}, in the order in which they were taken; zero it before. ${version} grows with each that
 * was taken or forgotten. */
struct issuer_peers {
	struct buffer lists[TRUST_OTHERS_MAX];
	struct trust_other others[TRUST_OTHERS_MAX];
	size_t count;
};

int
issuer_read_peers(struct issuer *issuer, instant now, struct issuer_peers *peers, int64_t *version, struct error *e);
void issuer_free_peers(struct issuer_peers *peers);

/* Give ${trust} the gate groups' keys that a gate needs at ${now}: of each jurisdiction that has any, yesterday's as far as it is
 * kept, today's and tomorrow's. */
int issuer_trust_gate_keys(struct issuer *issuer, instant now, struct trust *trust, struct error *e);

/* Destroy the gates' keys of days whose codes have all expired. */
int issuer_retire_gate_keys(struct issuer *issuer, instant now, struct error *e);

/* Where the day (UTC) of ${at} ends. */
instant issuer_day_end(instant at);

#endif
