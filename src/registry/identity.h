/* registry/identity.h: what is sealed: who a person is outside. */

#ifndef HEALTHCODE_REGISTRY_IDENTITY_H
#define HEALTHCODE_REGISTRY_IDENTITY_H

#include "registry/store.h"

enum {
	ID_TEXT_SIZE = 32,
	NAME_SIZE = 257,
	PHONE_SIZE = 24,
	ADDRESS_SIZE = 1025,
	BIRTH_DATE_SIZE = 11,
	REGISTRY_HASH_SIZE = 32,
};

/* Texts are UTF-8, "" where not known. ${birth_date} is YYYY-MM-DD, "" also where the ID number holds it. */
struct registry_identity {
	char id_number[ID_TEXT_SIZE], name[NAME_SIZE], phone[PHONE_SIZE], address[ADDRESS_SIZE],
		birth_date[BIRTH_DATE_SIZE];
};

/* registry_identity_open(registry, person, purpose, by, ret_identity, e):
 * Open the latest identity for a named ${purpose}, by the user ${by}, and log that. The caller
 * wipes what it got (registry_identity_wipe). Return 0, ERROR_EXISTS_NOT, or ERROR_USAGE without a purpose or who. */
int registry_identity_open(struct registry *registry, person_number person, const char *purpose, const char *by,
	struct registry_identity *ret_identity, struct error *e);
void registry_identity_wipe(struct registry_identity *identity);

/* registry_identity_own(registry, person, ret_identity, e): as registry_identity_open, for the person alone, who is signed in
 * with the phone that speaks for them. The log is of others' looks; one's own are not in it. */
int registry_identity_own(
	struct registry *registry, person_number person, struct registry_identity *ret_identity, struct error *e);

/* registry_identity_mask(identity): leave what tells a person their own record and nobody else a new one: the first
 * character of the name, the last four of the ID number, three and two digits of the phone, no address. */
void registry_identity_mask(struct registry_identity *identity);

/* registry_phone_read(text, length, phone, e):
 * A phone number as people write it (spaces, hyphens, +86 and 0086 before a mainland number left out) in one form: digits,
 * '+' first where it is of another country; 5 to 20 of them. Return 0 or ERROR_BAD_INPUT. */
int registry_phone_read(const char *text, size_t length, char phone[PHONE_SIZE], struct error *e);

/* The keyed hash by which a phone (as registry_phone_read writes it) is found. */
void registry_phone_hash(struct registry *registry, const char *phone, uint8_t hash[REGISTRY_HASH_SIZE]);

/* The keyed hash by which a device (a phone number, an IMSI, as whoever sends its pings names it) is found. */
void
registry_device_hash(struct registry *registry, const char *device, size_t length, uint8_t hash[REGISTRY_HASH_SIZE]);

#endif
