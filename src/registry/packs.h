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
 * registry_close. Return 0; ERROR_EXISTS_NOT; for a folder, what pack_read_folder gives.
 * registry_pack_then(registry, name, then, ret_pack, e): the one in force at ${then}, by what was recorded until then. */
int registry_pack(struct registry *registry, const char *name, const struct pack **ret_pack, struct error *e);
int registry_pack_then(
	struct registry *registry, const char *name, instant then, const struct pack **ret_pack, struct error *e);

/* registry_pack_until(registry, name, ret_until, e): until when registry_pack(name) stays the same unless something is recorded:
 * when the jurisdiction's next activation begins, or INT64_MAX. */
int registry_pack_until(struct registry *registry, const char *name, instant *ret_until, struct error *e);

/* registry_pack_by_hash(registry, hash, ret_pack, e): the stored version with that hash. */
int registry_pack_by_hash(struct registry *registry, const char *hash, const struct pack **ret_pack, struct error *e);

/* registry_pack_keep(registry, folder, jurisdiction, ret_pack, e):
 * Keep the pack in ${folder} as a version of ${jurisdiction} (NULL: of the one it names) without putting it in force. It is the
 * registry's. Return 0, what pack_read_folder gives, or ERROR_EXISTS where the same files are kept for another
 * jurisdiction.
 * registry_pack_keep_files(registry, files, count, jurisdiction, on_fault, context, ret_pack, e): the same of files in memory, each fault of
 * which is told to ${on_fault} (NULL: none).
 * registry_pack_put_in_force(registry, pack, from, by, approved_by, e): from ${from} on the kept version ${pack} holds, until another
 * is put in force; a later decision goes before an earlier one that has not begun. Everyone who applied there is stale from
 * then on. Both in the caller's transaction or their own. */
int registry_pack_keep(struct registry *registry, const char *folder, const char *jurisdiction,
	const struct pack **ret_pack, struct error *e);
int registry_pack_keep_files(struct registry *registry, const struct pack_file *files, size_t count,
	const char *jurisdiction, pack_fault_function *on_fault, void *context, const struct pack **ret_pack,
	struct error *e);
int registry_pack_put_in_force(struct registry *registry, const struct pack *pack, instant from, const char *by,
	const char *approved_by, struct error *e);

/* A time that a version was put in force for. */
struct registry_activation {
	const char *jurisdiction, *hash, *by, *approved_by; /* NULL where nobody is named */
	instant from, recorded_at;
	bool in_force; /* at registry_now, as far as known */
};

/* registry_activations_each(registry, each, context, e): what is recorded up to registry_known, in the order of recording. A
 * non-zero return of ${each} ends the walk and is returned. */
typedef int registry_activation_each(const struct registry_activation *activation, void *context, struct error *e);
int
registry_activations_each(struct registry *registry, registry_activation_each *each, void *context, struct error *e);

/* registry_packs_changes(registry, ret_changes, e): a number that grows with each activation that is recorded, and with each that
 * begins. */
int registry_packs_changes(struct registry *registry, int64_t *ret_changes, struct error *e);

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
