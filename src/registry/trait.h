/* registry/trait.h: what a person may be known again by: keyed hashes of name, date of birth and phone. Inside the room. */

#ifndef HEALTHCODE_REGISTRY_TRAIT_H
#define HEALTHCODE_REGISTRY_TRAIT_H

#include "registry/internal.h"

/* Stored as these numbers. */
enum trait { TRAIT_NAME = 0, TRAIT_BIRTH_DATE = 1, TRAIT_PHONE = 2, TRAITS = 3 };

extern const char *const trait_names[TRAITS];

struct traits {
	bool known[TRAITS];
	uint8_t hashes[TRAITS][KEYS_SIZE];
	enum name_script script; /* of the name */
};

/* traits_put(registry, person, identity, numbered, e): in the open transaction, keep what ${identity}, the latest, can be known by. Who has no ID number, or may be who somebody without one is, is to be looked at again
 * (registry_match_settle).
 * traits_read(registry, person, ret_traits, e): what was kept.
 * traits_fill(registry, e): keep those of everybody whom an earlier program made known; once a store.
 * traits_none(registry, e): a new store has nobody. */
int
traits_put(struct registry *registry, person_number person, const struct registry_identity *identity, struct error *e);
int traits_read(struct registry *registry, person_number person, struct traits *ret_traits, struct error *e);
int traits_fill(struct registry *registry, struct error *e);
int traits_none(struct registry *registry, struct error *e);

#endif
