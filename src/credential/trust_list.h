/* credential/trust_list.h: inside the room only: what a trust is made of, and the signed list's reader. */

#ifndef HEALTHCODE_CREDENTIAL_TRUST_LIST_H
#define HEALTHCODE_CREDENTIAL_TRUST_LIST_H

#include "credential/cbor.h"
#include "credential/filter.h"
#include "credential/trust.h"

/* ${keys} are sorted by id and ${revoked} by bytes once trust_add returns. */
struct trust {
	struct trust_key *keys;
	size_t count, capacity;
	uint8_t (*revoked)[CODE_ID_SIZE];
	size_t revoked_count, revoked_capacity;
	struct filter filter;  /* of further revoked codes */
	struct trust **others; /* others' lists; their keys are among ${keys} */
	size_t other_count, other_capacity;
	struct trust_gate_key {
		char issuer[ISSUER_SIZE];
		day_number day;
		uint8_t key[GATE_KEY_SIZE];
	} * gate_keys;
	size_t gate_key_count, gate_key_capacity;
	struct trust_gate {
		char jurisdiction[ISSUER_SIZE];
		size_t first, count; /* in ${recognised} */
	} * gates;
	size_t gate_count, gate_capacity;
	struct trust_recognition *recognised;
	size_t recognised_count, recognised_capacity;
	bool has_list, is_other;
	struct trust_facts facts;
	struct public_key *root; /* NULL: any */
	uint8_t root_id[KEY_ID_SIZE];
};

/* trust_add_key(trust, entry, e): add a key at the end.
 * trust_adopt(trust, other, e): take the other's keys for codes, as trust_add says, and the other itself for its revocations. */
int trust_add_key(struct trust *trust, const struct trust_entry *entry, struct error *e);
int trust_adopt(struct trust *trust, struct trust *other, struct error *e);

/* trust_read_list(trust, bytes, length, e): take in a signed list, as trust_add says. */
int trust_read_list(struct trust *trust, const uint8_t *bytes, size_t length, struct error *e);

/* trust_read_content(trust, list, e): what stands in a list once its signature holds. */
int trust_read_content(struct trust *trust, const struct cbor_item *list, struct error *e);

/* trust_read_gates(trust, item, e), trust_write_gates(facts, b, e): the part of the list that says whose codes count where. */
int trust_read_gates(struct trust *trust, const struct cbor_item *item, struct error *e);
int trust_write_gates(const struct trust_facts *facts, struct buffer *b, struct error *e);

#endif
