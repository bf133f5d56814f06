/* registry/packed.h: packed rows of facts (policy/packed.h), kept beside the evidence that they were made of.
 *
 * A row says of its person and jurisdiction what registry_facts says from one moment up to another, as long as nothing of their
 * own is due by then: evidence that comes makes due, and who is evaluated for that gets a new row. Rows hold no more than the
 * evidence does: neither a date of birth nor visits made of stays, which are sealed and to be forgotten. */

#ifndef HEALTHCODE_REGISTRY_PACKED_H
#define HEALTHCODE_REGISTRY_PACKED_H

#include "policy/policy.h"
#include "registry/facts.h"

/* A row as it is kept: ${facts} holds at [${from}, ${until}). */
struct registry_packed {
	instant from, until;
	const void *facts;
	size_t size;
};

/* registry_packed_put(registry, person, jurisdiction, packed, e): keep a row in place of the one before; one of size 0 removes it. */
int registry_packed_put(struct registry *registry, person_number person, const char *jurisdiction,
	const struct registry_packed *packed, struct error *e);

/* Rows being decided about by one pack as of one moment, and the areas of their places. */
struct registry_packed_reader;

/* registry_packed_open(registry, pack, now, ret_reader, e): areas are as all that is recorded says; both must outlive the reader.
 * registry_packed_close accepts NULL. */
int registry_packed_open(struct registry *registry, const struct pack *pack, instant now,
	struct registry_packed_reader **ret_reader, struct error *e);
void registry_packed_close(struct registry_packed_reader *reader);

/* The reader's packed_read and so on. */
struct packed *registry_packed_person(struct registry_packed_reader *reader);

/* registry_packed_areas(reader, ret_seen, e): once a row is read and visits are added: let it use the areas that
 * registry_facts would give for its places. ${ret_seen} is as there but for "until". */
int registry_packed_areas(struct registry_packed_reader *reader, struct registry_seen *ret_seen, struct error *e);

#endif
