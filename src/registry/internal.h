/* registry/internal.h: what an opened store is, for the files of this room alone. */

#ifndef HEALTHCODE_REGISTRY_INTERNAL_H
#define HEALTHCODE_REGISTRY_INTERNAL_H

#include "db/db.h"
#include "keys/keys.h"
#include "registry/registry.h"

struct area_cache;

/* ${now} and ${known} are what registry_set_times set. ${notices_wait}: the open transaction queued some.
 * ${people_estimate} is about how many people there are (-1: not asked yet). */
struct registry {
	struct db *db;
	struct keys *keys;
	char *data, *database; /* where it is; ${database} may be NULL */
	char *outbox;          /* path; NULL where there is no folder for it */
	char *presence;        /* the folder of the stays */
	bool demo;
	int64_t demo_shift_s; /* a demo's clock is the wall's and this */
	bool now_set, known_set;
	instant now, known;
	bool gateway, notices_wait;
	int64_t people_estimate;
	struct pack **packs; /* read so far, each owned */
	size_t pack_count, pack_capacity;
	struct area_cache *areas;
};

/* What keys_hash and keys_seal are told that a value is for. */
#define PURPOSE_ID_NUMBER "id-number"
#define PURPOSE_LOCAL_NUMBER "local-number"
#define PURPOSE_PHONE "phone"
#define PURPOSE_DEVICE "device"
#define PURPOSE_TOKEN "session-token"
#define PURPOSE_SIGN_IN "sign-in-code"
#define PURPOSE_FAILURE "failed-attempts"
#define PURPOSE_IDENTITY "identity"
#define PURPOSE_COMPLAINT "complaint"
#define PURPOSE_APPEAL "appeal"
#define PURPOSE_NOTICE "notice"

/* scope_begin(registry, ret_own, e): be in a writing transaction: the caller's, or a new one (${ret_own}).
 * scope_end(registry, own, r, e): end it if it is our own, committed if ${r} is not negative. Return ${r}, or the code of a
 * failed commit. */
int scope_begin(struct registry *registry, bool *ret_own, struct error *e);
int scope_end(struct registry *registry, bool own, int r, struct error *e);

enum { NOTICE_JSON_MAX = 4096 }; /* bytes of a notice as it is sealed or written */

/* The tables (schema.c). */
int schema_migrate(struct db *db, struct error *e);

/* Tables of which nothing is remembered between requests (docs/decisions/0109): a code is read from none of them, as a test shows, and
 * they are what is written to most; an issuer's it asks itself. A table that is not here counts for everybody, but for the rows that say
 * whom they are about. Ended by NULL. */
extern const char *const registry_aside[];

/* setting_get(db, name, ret_value, e): a copy that the caller frees; ERROR_EXISTS_NOT. */
int setting_get(struct db *db, const char *name, char **ret_value, struct error *e);
int setting_put(struct db *db, const char *name, const char *value, struct error *e);

/* pack_first(registry, folder, e): keep a new store's pack and put it in force (packs.c). ERROR_EXISTS for a second one of that
 * jurisdiction. */
int pack_first(struct registry *registry, const char *folder, struct error *e);

/* pack_name_check(pack, folder, e): whether a jurisdiction can have the name of the pack in ${folder} (packs.c); ERROR_BAD_INPUT. */
int pack_name_check(const struct pack *pack, const char *folder, struct error *e);

/* identity_put(registry, person, given, import, e): seal a new version where a text of ${given} that is not "" differs
 * from the latest one. Return 1 if there is a new version, 2 if there was none before, else 0. */
int identity_put(struct registry *registry, person_number person, const struct registry_identity *given, int64_t import,
	struct error *e);

/* identity_add(registry, person, given, import, e): the same, but of two texts that differ the greater one stays: the order in which they
 * came does not matter. */
int identity_add(struct registry *registry, person_number person, const struct registry_identity *given, int64_t import,
	struct error *e);

/* identity_read(registry, person, ret_identity, e): open the latest version, for what never leaves the registry: sending a
 * notice, comparing. ERROR_EXISTS_NOT. */
int
identity_read(struct registry *registry, person_number person, struct registry_identity *ret_identity, struct error *e);

/* birth_date_of(registry, person, known, told, ret_day, e): the date of birth in an ID number of the person's; with ${told}, where none holds
 * one, as somebody told it, which has no history (${known} is of who is the same person). 1, 0 where it is not known, or a code. */
int birth_date_of(
	struct registry *registry, person_number person, instant known, bool told, day_number *ret_day, struct error *e);

/* vouch(...): as registry_vouch, for a person, with a phone as registry_phone_read writes it, in the open transaction. */
int vouch(struct registry *registry, person_number person, const char *phone, enum voucher_how how, const char *by,
	instant at, int64_t import, struct error *e);

/* dependants_each(...): as registry_dependants_each, and whether somebody vouched for that guardian. */
typedef int dependant_each(person_number dependant, const char *relation, bool vouched, void *context, struct error *e);
int dependants_each(
	struct registry *registry, person_number guardian, dependant_each *each, void *context, struct error *e);

/* Whether evidence of that kind can change a colour: vouchers and mandates say who may see one (evidence.c). */
bool evidence_colours(enum evidence_kind kind);

/* guardianship_until(registry, person, guardians, count, ret_until, e): until when whoever applied for ${person} and is one of ${guardians}
 * (NULL: anybody) acts by that: the day on which a child comes of age, by "majority_years" of the pack (18 where it has none), or
 * INT64_MAX: no guardian, no date of birth, or of age already when applied for (guardianship.c). */
int guardianship_until(struct registry *registry, person_number person, const person_number *guardians, size_t count,
	instant *ret_until, struct error *e);

/* held_settle(registry, person, phone, e): ${phone} was vouched for last: what was held for it becomes evidence, what was
 * held for others is removed (held.c). In the open transaction. */
int
held_settle(struct registry *registry, person_number person, const uint8_t phone[REGISTRY_HASH_SIZE], struct error *e);

/* name_normal(name, normal, ret_script): one form of a name, however it was written: full-width letters as plain ones, small letters,
 * no dots and apostrophes; the words of a name that has no Chinese characters in order of the alphabet, those of one that has without
 * spaces. False where nothing is left, or it is not UTF-8. */
enum name_script { NAME_OTHER = 0, NAME_HAN = 1 };
bool name_normal(const char *name, char normal[NAME_SIZE], enum name_script *ret_script);

/* word_is(text, size, extra): whether ${text} is 1 to ${size} - 1 of [a-z0-9] and the characters of ${extra}. */
bool word_is(const char *text, size_t size, const char *extra);

/* too_many(registry, what, subject, length, window_s, limit, e): whether ${subject} failed ${limit} times or more in the
 * window: 1, 0 or a code. attempt_put notes one more. */
int attempts_too_many(struct registry *registry, const char *what, const void *subject, size_t length, int64_t window_s,
	int64_t limit, struct error *e);
int attempt_put(struct registry *registry, const char *what, const void *subject, size_t length, struct error *e);

/* due_clear(registry, person, jurisdiction, now, e): nothing up to ${now} is due any more (due.c, D2). */
int due_clear(struct registry *registry, person_number person, const char *jurisdiction, instant now, struct error *e);

/* sweep_number(registry, jurisdiction, person, ret_number, e): of the last sweep over that person's part, 0 for none (sweep.c). */
int sweep_number(
	struct registry *registry, const char *jurisdiction, person_number person, int64_t *ret_number, struct error *e);

/* seen_is_stale(registry, seen, e): whether an area in ${seen} has newer counts: 1, 0 or a code (facts.c). */
int seen_is_stale(struct registry *registry, const struct registry_seen *seen, struct error *e);

/* area_get(registry, pack, code, known, ret_area, e): the area of that code as the facts have it, borrowed until the next call
 * with another version or known; NULL where it has no counts. areas_refresh forgets what is not of the present version,
 * which it gives (areas.c). */
int areas_refresh(struct registry *registry, instant known, int64_t *ret_version, struct error *e);
int area_get(struct registry *registry, const struct pack *pack, const char *code, json_t **ret_area, struct error *e);

/* seen_add(seen, code): note that the area was looked at, each once. risk_unit_digits(pack): how many digits of a division's code the
 * pack's risk unit has (facts.c). */
void seen_add(struct registry_seen *seen, const char *code);
size_t risk_unit_digits(const struct pack *pack);

/* area_uncounted(code, ret_area, e): an area that nobody counts, its name and no step; the caller owns it. */
int area_uncounted(const char *code, json_t **ret_area, struct error *e);

/* risk_parameters_read(risk, code, ret_parameters, ret_revisions, e): a pack's "risk" section as it holds for the area ${code}.
 * ${ret_parameters} borrows *${ret_revisions}, which the caller frees. ERROR_BAD_INPUT names the first fault (risk.c). */
struct risk_parameters;
struct risk_revision;
int risk_parameters_read(const json_t *risk, const char *code, struct risk_parameters *ret_parameters,
	struct risk_revision **ret_revisions, struct error *e);

/* area_cache_free: accepts NULL. */
void area_cache_free(struct area_cache *cache);

#endif
