/* registry/packs.h: the packs in the store. Each version's files are kept whole by hash, so that the store needs no
 * folder beside it and what was decided by an older version can be decided again. */

#ifndef HEALTHCODE_REGISTRY_PACKS_H
#define HEALTHCODE_REGISTRY_PACKS_H

#include "base/json_check.h"
#include "policy/policy.h"
#include "registry/store.h"

enum { JURISDICTION_SIZE = 65, JURISDICTIONS_MAX = 1000 };

/* registry_pack(registry, name, ret_pack, e):
 * The pack of the jurisdiction ${name} in force at registry_now as far as known, or of the default one (NULL), or the
 * one in the folder ${name} (where it names a folder and no jurisdiction). It is the registry's, and stays until
 * registry_close. Return 0; ERROR_EXISTS_NOT; for a folder, what pack_read_folder gives. */
int registry_pack(struct registry *registry, const char *name, const struct pack **ret_pack, struct error *e);

/* registry_pack_by_hash(registry, hash, ret_pack, e): the stored version with that hash. */
int registry_pack_by_hash(struct registry *registry, const char *hash, const struct pack **ret_pack, struct error *e);

/* registry_pack_activate(registry, folder, by, e):
 * Keep the pack in ${folder} and put it in force from the recording time on, a new jurisdiction or a new version of one;
 * ${by} is who does it, or NULL. Everyone who applied there becomes stale. Activating what is in force changes nothing.
 * Return 0, or what pack_read_folder gives. */
int registry_pack_activate(struct registry *registry, const char *folder, const char *by, struct error *e);

/* registry_jurisdictions(registry, ret_names, ret_count, e):
 * The names of the jurisdictions, the default one first, the others as they came. Freed with one free(). */
int registry_jurisdictions(
	struct registry *registry, char (**ret_names)[JURISDICTION_SIZE], size_t *ret_count, struct error *e);

/* registry_risk_check(risk, check): tell every fault of a pack's "risk" section:
 *   {"low_after_days", "medium_total", "cluster_new_cases", "dip_days", "unit"?: "province", "city" or "county",
 *    "revisions"?: [{"division", "date", "confirmed", "source"?}]}
 * place/risk.h says what the numbers do. */
void registry_risk_check(const json_t *risk, struct json_check *check);

#endif
