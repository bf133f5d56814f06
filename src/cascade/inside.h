/* cascade/inside.h: what the cascade's own files share. */

#ifndef HEALTHCODE_CASCADE_INSIDE_H
#define HEALTHCODE_CASCADE_INSIDE_H

#include "cascade/cascade.h"
#include "db/db.h"
#include "keys/keys.h"
#include "ledger/ledger.h"
#include "policy/policy.h"

struct cascade {
	struct registry *registry;
	struct presence *presence;
	struct db *db;
	struct keys *keys;
};

/* evaluation_record(cascade, changes, e), evaluation_add(...): one transaction's changes on their way to the ledger. */
struct evaluation {
	int64_t evaluated;
	struct ledger_hash *leaves;
	struct evaluation_change {
		person_number person;
		char jurisdiction[JURISDICTION_SIZE];
		enum colour colour;
		instant since;
		char policy[PACK_HASH_TEXT_SIZE];
	} * changes;
	size_t count, change_capacity, leaf_capacity;
};

void evaluation_clear(struct evaluation *evaluation);
int evaluation_add(
	struct cascade *cascade, struct evaluation *evaluation, const struct registry_colour *colour, struct error *e);
int evaluation_commit(struct cascade *cascade, struct evaluation *evaluation, struct error *e);

/* change_follow(cascade, evaluation, change, colour, e): in the open transaction, what follows from a change to ${colour}: it is on its way
 * to the ledger, and, where they had another colour before and the pack has words for it, a notice tells the person that it
 * changed; not to what, for others may read it. */
int change_follow(struct cascade *cascade, struct evaluation *evaluation, const struct cascade_change *change,
	const struct registry_colour *colour, struct error *e);

/* The tables beside the registry's. */
int cascade_migrate(struct db *db, struct error *e);

#endif
