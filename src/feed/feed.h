/* feed/feed.h: files from outside become evidence, row by row.
 *
 * Files are CSV (RFC 4180, UTF-8, a heading line) or JSON lines with the same names, told apart by their content. Each
 * kind has a natural key (docs/imports.md): a row is new, changed (the key is known with another value: a correction,
 * kept as one) or unchanged. A row that cannot be taken is refused with FILE:LINE:COLUMN and a reason, and costs itself
 * only. Nothing here prints. */

#ifndef HEALTHCODE_FEED_FEED_H
#define HEALTHCODE_FEED_FEED_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/time.h"
#include "feed/bundle.h"
#include "feed/message.h"
#include "feed/mllp.h"

struct json_check;
struct pack;
struct presence;
struct registry;
struct trust;
struct feed_mapping;
struct feed_rejects;

/* feed_rejects_new(path, ret_rejects, e):
 * Rejected rows are copied to ${path} as they stand, under their heading, so that they can be mended and imported again.
 * The file (mode 0600) is made at the first one; a file that is there is replaced then. Files of one heading share it.
 * Return 0 or ERROR_NO_MEMORY. */
int feed_rejects_new(const char *path, struct feed_rejects **ret_rejects, struct error *e);

/* feed_rejects_finish(rejects, e): write all of it through. Return 0 or ERROR_IO. */
int feed_rejects_finish(struct feed_rejects *rejects, struct error *e);
void feed_rejects_free(struct feed_rejects *rejects);

/* feed_mapping_read(path, ret_mapping, e): read a mapping file (docs/imports.md), by which another program's columns, values, dates
 * and encoding are read as a kind's. Return 0, or ERROR_BAD_INPUT with the place or the JSON pointer, ERROR_EXISTS_NOT,
 * ERROR_TOO_LARGE, ERROR_IO, ERROR_NO_MEMORY. */
int feed_mapping_read(const char *path, struct feed_mapping **ret_mapping, struct error *e);

/* Accepts NULL. */
void feed_mapping_free(struct feed_mapping *mapping);

struct feed_import_options {
	const char *kind;             /* "residents", "checkins", ... */
	const char *file;             /* "-" is standard input; a pipe will do */
	const void *bytes;            /* NULL, or the content, ${file} being only its name then */
	size_t length;                /* of ${bytes} */
	bool strict;                  /* keep nothing if any row is refused */
	struct feed_rejects *rejects; /* NULL: refused rows are not copied */
	const char *by;               /* the user who imports, or NULL */
	const struct registry_user
		*committee; /* NULL, or the committee that applies, for the people of its division alone */
	const struct feed_mapping
		*mapping;              /* NULL, or how the rows of ${file} are read; then it has no other format than rows */
	const struct trust *trust; /* NULL, or whose certificates count: "certificates" needs it */
	const uint8_t *message;    /* NULL, or what a message over a wire is known by; feed_message sets it */

	/* Called, where not NULL, for each refused row, with its place and reason; and for each thing worth knowing about rows
	 * that were taken (a cumulative count that falls: a correction of the series), with its place. ${note} lives during
	 * the call. */
	void (*refused)(const struct error *note, void *context);
	void (*noticed)(const struct error *note, void *context);
	void *context;

	/* May be NULL. */
	feed_settle *settle;
	void *settle_context;
};

/* feed_file_hash(file, sha256, e): what feed_import tells of the file; zeros, and nothing was read, for what can be read only once: standard
 * input, a pipe, a terminal. Return 0, ERROR_EXISTS_NOT, ERROR_IO or ERROR_NO_MEMORY. */
int feed_file_hash(const char *file, uint8_t sha256[32], struct error *e);

/* read = added + changed + unchanged + rejected, in rows; the heading is none. */
struct feed_totals {
	uint64_t read, added, changed, unchanged, rejected;
};

/* feed_import(registry, options, ret_totals, e):
 * Import one file. All of it is one transaction, so that after a crash or a failure nothing of it is there, and importing the
 * same file again has the same end: a file twice changes nothing. Also with rows refused the return is 0
 * (${ret_totals->rejected} says how many), but with ${strict} it is ERROR_BAD_INPUT, with the totals, and nothing is
 * kept. Return 0; ERROR_USAGE for a kind that is none; ERROR_BAD_INPUT (file, line, column) for a heading that is not the
 * kind's; ERROR_EXISTS_NOT, ERROR_IO and what the registry gives. */
int feed_import(struct registry *registry, const struct feed_import_options *options, struct feed_totals *ret_totals,
	struct error *e);

/* Of the rows that an import refused the reasons of the first ones are kept with its record (evidence_import_each_refused). */
enum { FEED_REASONS_MAX = 1000 };

/* An import that rests on another: so many of the other's records it found unchanged, corrected, or used (whose a device is).
 * ${import} 0: records that no import brought. */
struct feed_rest {
	int64_t import, unchanged, corrected, used;
};

/* feed_import_each_rest(registry, presence, import, each, context, e): call ${each} for what rests on ${import} and is not
 * undone; an import may be told twice, for its evidence and its stays. A non-zero return ends the walk and is returned. */
typedef int feed_import_rest(const struct feed_rest *rest, void *context, struct error *e);
int feed_import_each_rest(struct registry *registry, struct presence *presence, int64_t import, feed_import_rest *each,
	void *context, struct error *e);

/* feed_import_undo(registry, import, by, settle, context, e):
 * From now on no row of that import counts; what it had corrected counts again, and whom it names is due. ${by} is the user
 * who says so, or NULL; both the import and this are in the ledger. One transaction, which ${settle} (may be NULL) looks at before it is committed. Return 0, ERROR_EXISTS_NOT (no such import), ERROR_EXISTS (undone before), or ERROR_DENIED where something
 * rests on it (docs/imports.md) or stays would be left at a place that nobody else told of. */
int feed_import_undo(
	struct registry *registry, int64_t import, const char *by, feed_settle *settle, void *context, struct error *e);

/* feed_verify_imports(registry, ret_wrong_seq, e):
 * Compare the ledger's entries of imports with the imports' records. ${ret_wrong_seq}: the first entry whose import is
 * another than it says, or -1. */
int feed_verify_imports(struct registry *registry, int64_t *ret_wrong_seq, struct error *e);

/* feed_detection_check(detection, check): tell every fault of a pack's "detection" object (docs/packs.md). */
void feed_detection_check(const json_t *detection, struct json_check *check);

/* feed_definitions_check(definitions, check): tell every fault of a pack's "case_definitions" object (docs/packs.md). */
void feed_definitions_check(const json_t *definitions, struct json_check *check);

/* feed_kind(index): the names of the kinds from 0 on, NULL after the last. */
const char *feed_kind(size_t index);

/* detection_checkin(pack, ret_lasts_s, e): how long somebody who checked in at a venue is taken to have stayed, where nothing says when they
 * left: checkin_minutes of the pack's section "detection". Return 0, or ERROR_BAD_INPUT where the pack doesn't say. */
int detection_checkin(const struct pack *pack, int64_t *ret_lasts_s, struct error *e);

#endif
