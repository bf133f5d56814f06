/* registry/facts.h: all that policy sees of a person. */

#ifndef HEALTHCODE_REGISTRY_FACTS_H
#define HEALTHCODE_REGISTRY_FACTS_H

#include <jansson.h>

#include "evidence/evidence.h"
#include "policy/policy.h"
#include "registry/store.h"

enum { SEEN_AREAS_SIZE = 512 };

/* Which areas stand in a person's facts (codes with ',' between, or "*" where they are too many to list), and the version
 * of all areas' counts that was looked at. ${until}: the first own time after the moment of what is recorded of the person
 * already, or INT64_MAX: what was found holds until then. It is not kept with a colour. */
struct registry_seen {
	int64_t area_version;
	instant until;
	char areas[SEEN_AREAS_SIZE];
};

/* registry_facts(registry, pack, person, unapplied_from, now, known, ret_facts, ret_seen, e):
 * The facts of ${person} for ${pack}, as docs/facts.schema.json has them: what has an own time up to ${now} and was
 * recorded up to ${known}. Equal evidence gives equal bytes (json_write), in whatever order it came. Areas are those in
 * whose counts the person's places fall (the nearest with counts, from the pack's risk unit upwards), their risk by the
 * pack's "risk" parameters, steps after ${now} among them. A temperature that others measured stands among the
 * check-ins. ${ret_facts} is a new reference, whose areas are shared and must not be changed; ${ret_seen} may be NULL.
 * Whoever did not apply in the pack's jurisdiction up to ${now} counts from ${unapplied_from} on, for packs that nobody
 * need apply for (a travel card), or not at all where that is REGISTRY_NEVER.
 * Return 0, ERROR_EXISTS_NOT where the person did not apply and has to, ERROR_BAD_INPUT for risk parameters that are
 * none. "birth_date" is that of the ID number, which is opened only for a pack that reads it (pack_reads_birth_date). */
int registry_facts(struct registry *registry, const struct pack *pack, person_number person, instant unapplied_from,
	instant now, instant known, json_t **ret_facts, struct registry_seen *ret_seen, struct error *e);

/* registry_facts_own(registry, pack, person, unapplied_from, now, known, ret_facts, ret_until, e): the same without areas, so far as it is of
 * the person alone; ${ret_until} as in registry_seen.
 * registry_facts_finish(registry, pack, facts, known, ret_seen, e):
 * For who added visits to what one of both gave (a person's stays): put the lists in order again, and the areas of all
 * places in. */
int registry_facts_own(struct registry *registry, const struct pack *pack, person_number person, instant unapplied_from,
	instant now, instant known, json_t **ret_facts, instant *ret_until, struct error *e);
int registry_facts_finish(struct registry *registry, const struct pack *pack, json_t *facts, instant known,
	struct registry_seen *ret_seen, struct error *e);

/* For who asks what other rules would see of a person; ${facts} are of one of the functions above, or a shallow copy of them.
 * registry_facts_birth_date(registry, person, known, facts, e): put the date of birth in, which facts for a pack that does not read it lack.
 * registry_facts_contacts(pack, now, rows, count, facts, e): what these rows of contacts say stands there in place of the contacts. */
int registry_facts_birth_date(
	struct registry *registry, person_number person, instant known, json_t *facts, struct error *e);
int registry_facts_contacts(const struct pack *pack, instant now, const struct evidence_row *rows, size_t count,
	json_t *facts, struct error *e);

/* Whether evidence of ${kind} stands in the list ${list} of the facts. */
bool registry_list_has(const char *list, enum evidence_kind kind);

#endif
