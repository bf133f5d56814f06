/* policy/pack.h: a jurisdiction's rules as data: pack.json, rules/NAME.json (one rule each), texts/LANGUAGE.json.
 *
 * How a pack is written is in docs/packs.md. A pack is read from bytes that its caller loaded; reading looks at nothing
 * else, so that the same bytes are the same pack everywhere. A pack never changes once read and may be shared by
 * threads that only call the functions below and evaluate(). */

#ifndef HEALTHCODE_POLICY_PACK_H
#define HEALTHCODE_POLICY_PACK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/time.h"
#include "policy/colour.h"

enum {
	PACK_FILES_MAX = 1000,
	PACK_FILE_SIZE_MAX = 1 << 20,
	PACK_RULES_MAX = 256,
	PACK_DERIVED_MAX = 16,
	PACK_LANGUAGES_MAX = 16,
	PACK_HORIZON_DAYS_MAX = 366,
	PACK_HASH_TEXT_SIZE = 65,
};

/* One file of a pack. ${path} is relative to the pack's folder ("rules/x.json"). Owned by the caller. */
struct pack_file {
	const char *path;
	const void *bytes;
	size_t length;
};

struct pack;

/* Called once a fault, in the order of the files; ${fault} has file, line and column and lives during the call. */
typedef void pack_fault_function(void *context, const struct error *fault);

/* pack_read(folder, files, count, on_fault, context, ret_pack, e):
 * Read and check a whole pack from ${count} files in any order. ${folder} stands before the paths in faults, and its last
 * part is the jurisdiction's name unless pack.json gives one. Everything is checked: shape and unknown fields, rules
 * (CertLogic, parameters, colours, lists, paths), texts complete in every language, ids told apart, use of the clock only
 * where its next flip can be found, rules that could undo each other at one moment. Every fault is told to ${on_fault}
 * (NULL: none is).
 * On success store the pack in ${ret_pack}, to be freed with pack_free. Return 0; ERROR_BAD_INPUT with the first
 * fault in ${e}; ERROR_EXISTS_NOT where there is no pack.json; ERROR_TOO_LARGE or ERROR_NO_MEMORY. */
int pack_read(const char *folder, const struct pack_file *files, size_t count, pack_fault_function *on_fault,
	void *context, struct pack **ret_pack, struct error *e);

/* pack_read_kept(jurisdiction, files, count, ret_pack, e):
 * As pack_read, of files that pack_read took before, in this program or in an older one that refused less: what can be
 * evaluated is taken as it was then, and only what cannot be is a fault. */
int pack_read_kept(
	const char *jurisdiction, const struct pack_file *files, size_t count, struct pack **ret_pack, struct error *e);

/* pack_read_folder(folder, on_fault, context, ret_pack, e):
 * As pack_read, with the files of a folder on disk: pack.json, every .json file in rules/ and texts/. The only function of this
 * room that reads files, and all that it does is fill the list. Return as pack_read, or ERROR_IO. */
int pack_read_folder(
	const char *folder, pack_fault_function *on_fault, void *context, struct pack **ret_pack, struct error *e);

/* Free a pack. Accepts NULL. */
void pack_free(struct pack *pack);

/* The jurisdiction's name, such as a folder's base name. */
const char *pack_jurisdiction(const struct pack *pack);

/* The SHA-256, in lower-case hex, of the files sorted by path: for each the length of its path, the path, the length
 * of its bytes (both lengths as 8 bytes, big-endian) and the bytes. */
const char *pack_hash(const struct pack *pack);

/* The pack's own time zone; lives as long as the pack. */
const struct zone *pack_zone(const struct pack *pack);

enum colour pack_first_colour(const struct pack *pack);

/* 0 for the least severe colour of the pack, 3 for the most severe. */
int pack_severity(const struct pack *pack, enum colour colour);

/* pack_section(pack, name):
 * A member of pack.json as it stands ("name", "risk", "gate", "recognises", "area", "sources", ...), or NULL where the
 * pack has none. Borrowed; not to be changed. What stands inside "risk", "gate" and the like is checked by the rooms
 * that use them. */
const json_t *pack_section(const struct pack *pack, const char *name);

/* pack_parameter(pack, name): the value of a parameter, or NULL. Borrowed. */
const json_t *pack_parameter(const struct pack *pack, const char *name);

/* pack_text(pack, language, key): a text that people read, placeholders unfilled, or NULL. Borrowed. */
const char *pack_text(const struct pack *pack, const char *language, const char *key);

/* Whether some rule may look at the person's date of birth; where none does, it need not be given with the facts. */
bool pack_reads_birth_date(const struct pack *pack);

/* Whether some rule may look at visits; where none does, they change no colour. */
bool pack_reads_visits(const struct pack *pack);

/* Whether colours depend on where people lived or were; where they do not, no area's level changes one. */
bool pack_reads_places(const struct pack *pack);

/* pack_valid(pack, ret_from, ret_to): the span [from, to) in which the pack is meant to be used; without an end ${ret_to}
 * is INT64_MAX. Evaluation does not look at it. */
void pack_valid(const struct pack *pack, instant *ret_from, instant *ret_to);

#endif
