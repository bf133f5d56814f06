#include "feed/import.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "feed/known.h"
#include "feed/logged.h"
#include "feed/rejects.h"
#include "feed/stays.h"

static const struct import_kind *const kinds[] = {&import_residents, &import_checkins, &import_places, &import_stays,
	&import_visits, &import_areas, &import_cases, &import_certificates, &import_labs, &import_flights, &import_rail,
	&import_devices, &import_pings, &import_orders, &import_venue_checkins, &import_vaccinations, &import_risk_areas};

enum { KIND_COUNT = sizeof kinds / sizeof kinds[0] };

const char *
feed_kind(size_t index)
{
	return index < KIND_COUNT ? kinds[index]->name : NULL;
}

static const struct import_kind *
find_kind(const char *name)
{
	for (size_t i = 0; i < KIND_COUNT; i++)
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
	return NULL;
}

/* The content's SHA-256. */
static int
hash_content(const struct feed_import_options *options, uint8_t hash[EVIDENCE_SHA256_SIZE], struct error *e)
{
	if (!options->bytes)
		return feed_file_hash(options->file, hash, e);
	crypto_hash_sha256(hash, options->bytes, options->length);
	return 0;
}

void
import_count(struct import *import, enum taken taken, uint64_t rows)
{
	struct feed_totals *totals = &import->totals;

	if (taken == TAKEN_NEW)
		totals->added += rows;
	else if (taken == TAKEN_CHANGED)
		totals->changed += rows;
	else if (taken == TAKEN_UNCHANGED)
		totals->unchanged += rows;
}

/* Count it, say so, and keep the first reasons with the import's record. */
static int
tell_refused(struct import *import, const struct error *why, struct error *e)
{
	import->totals.rejected++;
	if (import->options->refused)
		import->options->refused(why, import->options->context);
	return import->totals.rejected > FEED_REASONS_MAX
		? 0
		: evidence_import_refused(registry_db(import->registry), import->source.import, why, e);
}

/* A row is refused: say so, and keep its bytes. */
static int
reject(struct import *import, const struct error *why, struct error *e)
{
	int code = tell_refused(import, why, e);

	return code < 0 || !import->options->rejects ? code : rejects_add(import->options->rejects, import->rows, e);
}

int
import_reject(struct import *import, const struct error *why, const void *bytes, size_t length, struct error *e)
{
	int code = tell_refused(import, why, e);

	return code < 0 || !import->options->rejects ? code : rejects_add_bytes(import->options->rejects, bytes, length, e);
}

void
import_notice(struct import *import, const struct error *note)
{
	if (import->options->noticed)
		import->options->noticed(note, import->options->context);
}

static int
take_rows(struct import *import, const struct import_kind *kind, struct error *e)
{
	struct error why;
	struct row row;
	int code;

	for (;;) {
		enum taken taken = TAKEN_UNCHANGED;

		why = (struct error){0};
		if (kind->take_plain && (code = kind->take_plain(import, &why)) < 0)
			break;
		code = rows_next(import->rows, &row, &why);
		if (code == 0)
			return 0;
		if (code < 0 && !record_refused(code))
			break;
		import->totals.read++;
		if (code > 0)
			code = kind->take(import, &row, &taken, &why);
		if (code == 0)
			import_count(import, taken, 1);
		else if (!record_refused(code))
			break;
		else if ((code = reject(import, &why, e)) < 0)
			return code;
	}
	*e = why;
	return code;
}

/* What a mapping made of values that it does not know is not lost without a word. */
static void
tell_others(struct import *import)
{
	const char *heading;
	size_t count;

	for (size_t i = 0; import->rows && i < ROW_COLUMNS_MAX; i++) {
		struct error note = {0};

		if ((count = rows_others(import->rows, i, &heading)) == 0)
			continue;
		error_set(&note, 0,
			"%zu values of \"%.64s\" are none that the mapping knows, and count as what it says of others", count,
			heading);
		error_at(&note, import->options->file, 0, 0);
		import_notice(import, &note);
	}
}

static int
run(struct import *import, const struct import_kind *kind, const struct import_format *format, struct error *e)
{
	int code;

	if (kind->begin && (code = kind->begin(import, e)) < 0)
		return code;
	code = format ? format->read(import, e) : take_rows(import, kind, e);
	if (code < 0 || (kind->finish && (code = kind->finish(import, e)) < 0))
		return code;
	tell_others(import);
	if (import->options->strict && import->totals.rejected) {
		error_set(e, ERROR_BAD_INPUT, "%llu rows rejected: nothing of the file is kept",
			(unsigned long long)import->totals.rejected);
		return error_at(e, import->options->file, 0, 0);
	}
	return 0;
}

static int
end_import(struct import *import, struct error *e)
{
	const struct feed_totals *t = &import->totals;
	const struct evidence_counts counts = {.read = (int64_t)t->read,
		.new_rows = (int64_t)t->added,
		.changed = (int64_t)t->changed,
		.unchanged = (int64_t)t->unchanged,
		.rejected = (int64_t)t->rejected};
	const uint8_t *message = import->options->message;
	int code = message ? known_put(import->registry, message, import->source.import, e) : 0;

	if (code < 0 || (code = evidence_import_end(registry_db(import->registry), import->source.import, &counts, e)) < 0)
		return code;
	return logged_taken(import->registry, import->source.import, e);
}

/* In the open transaction. */
static int
import_rows(struct import *import, const struct import_kind *kind, const struct import_format *format,
	const uint8_t hash[EVIDENCE_SHA256_SIZE], struct error *e)
{
	int code;

	if ((code = evidence_import_begin(registry_db(import->registry), kind->name, import->options->file, hash,
			 import->options->by, import->source.recorded_at, &import->source.import, e)) < 0)
		return code;
	code = run(import, kind, format, e);
	if (kind->end)
		kind->end(import);
	moved_settle(&import->moved);
	if (code == 0 && (import->moved.anybody || import->moved.count))
		code = registry_due_moved(import->registry, import->moved.anybody ? NULL : import->moved.people,
			import->moved.count, import->source.recorded_at, e);
	moved_free(&import->moved);
	return code < 0 ? code : end_import(import, e);
}

/* Which of the kind's formats the file has; NULL: rows. */
static int
find_format(
	struct import *import, const struct import_kind *kind, const struct import_format **ret_format, struct error *e)
{
	struct window *window = &import->window;
	size_t at = 0;
	int r;

	*ret_format = NULL;
	if (!kind->formats)
		return 0;
	while (
		(r = window_need(window, at, e)) > 0 && at < WINDOW_READ_BYTES && strchr(" \t\r\n\v", window_bytes(window)[at]))
		at++;
	if (r < 0 || (r = window_need(window, at + WINDOW_READ_BYTES, e)) < 0)
		return r;
	for (size_t i = 0; kind->formats[i] && at < window_length(window); i++)
		if (kind->formats[i]->is(window_bytes(window) + at, window_length(window) - at)) {
			*ret_format = kind->formats[i];
			return 0;
		}
	return 0;
}

static int
open_file(
	struct import *import, const struct import_kind *kind, const struct import_format **ret_format, struct error *e)
{
	const struct feed_import_options *options = import->options;
	int code;

	code = options->bytes ? window_open_bytes(&import->window, options->file, options->bytes, options->length, e)
						  : window_open(&import->window, options->file, e);
	*ret_format = NULL;
	if (code == 0 && options->mapping) {
		const char *encoding = mapping_encoding(options->mapping);

		if (!mapping_is_for(options->mapping, kind->name))
			return error_set(e, ERROR_USAGE, "the mapping is not for %s", kind->name);
		if (encoding && (code = window_decode(&import->window, encoding, e)) < 0)
			return code;
		return rows_take_mapped(&import->window, kind->forms, kind->form_count, options->mapping, &import->rows, e);
	}
	if (code < 0 || (code = find_format(import, kind, ret_format, e)) < 0 || *ret_format)
		return code;
	return rows_take(&import->window, kind->forms, kind->form_count, &import->rows, e);
}

/* The stays beside the registry. */
static int
open_presence(struct registry *registry, struct presence **ret_presence, struct error *e)
{
	struct presence_where where = {.db = registry_db(registry), .keys = registry_keys(registry)};
	const struct pack *pack;
	int r;

	if ((r = registry_pack(registry, NULL, &pack, e)) < 0)
		return r;
	where.folder = registry_presence(registry);
	where.zone = pack_zone(pack);
	return presence_open(&where, ret_presence, e);
}

int
feed_import(struct registry *registry, const struct feed_import_options *options, struct feed_totals *ret_totals,
	struct error *e)
{
	const struct import_kind *kind = find_kind(options->kind);
	const struct import_format *format = NULL;
	struct import import = {.registry = registry, .options = options};
	uint8_t hash[EVIDENCE_SHA256_SIZE];
	bool begun = false;
	int code;

	if (!kind)
		return error_set(e, ERROR_USAGE, "there is no kind of import \"%.32s\"", options->kind);
	if ((code = hash_content(options, hash, e)) < 0 || (code = open_file(&import, kind, &format, e)) < 0 ||
		(code = registry_pack(registry, NULL, &import.pack, e)) < 0 ||
		(code = open_presence(registry, &import.presence, e)) < 0)
		goto out;
	import.zone = pack_zone(import.pack);
	import.source.recorded_at = registry_recording_time(registry);
	if ((code = registry_begin(registry, e)) < 0)
		goto out;
	begun = true;
	if ((code = import_rows(&import, kind, format, hash, e)) < 0 ||
		(options->settle && (code = options->settle(hash, options->settle_context, e)) < 0))
		goto out;
	begun = false;
	if ((code = registry_commit(registry, e)) < 0)
		goto out;
	code = 0;
out:
	if (begun)
		registry_rollback(registry);
	if (code == 0 || code == ERROR_BAD_INPUT)
		*ret_totals = import.totals;
	stays_known_free(&import.known);
	presence_close(import.presence);
	rows_close(import.rows);
	window_close(&import.window);
	return code;
}

struct walk {
	feed_import_rest *each;
	void *context;
};

static int
of_evidence(const struct evidence_rests *rests, void *context, struct error *e)
{
	const struct walk *walk = context;
	const struct feed_rest rest = {rests->import_id, rests->unchanged, rests->corrected, rests->used};

	return walk->each(&rest, walk->context, e);
}

static int
of_presence(int64_t import, int64_t unchanged, int64_t corrected, void *context, struct error *e)
{
	const struct walk *walk = context;
	const struct feed_rest rest = {.import = import, .unchanged = unchanged, .corrected = corrected};

	return walk->each(&rest, walk->context, e);
}

int
feed_import_each_rest(struct registry *registry, struct presence *presence, int64_t import, feed_import_rest *each,
	void *context, struct error *e)
{
	struct walk walk = {each, context};
	int r = evidence_import_each_rest(registry_db(registry), import, EVIDENCE_NOW, of_evidence, &walk, e);

	return r != 0 ? r : presence_each_rest(presence, import, of_presence, &walk, e);
}

static int
refuse_undo(const struct feed_rest *rest, void *context, struct error *e)
{
	(void)context;
	if (rest->import == 0)
		return error_set(e, ERROR_DENIED, "%lld of its records were corrected one by one since, by no import",
			(long long)rest->corrected);
	return error_set(e, ERROR_DENIED,
		"import %lld rests on it (%lld of its records found unchanged, %lld corrected, %lld used): undo that one first",
		(long long)rest->import, (long long)rest->unchanged, (long long)rest->corrected, (long long)rest->used);
}

/* In the open transaction. */
static int
undo(struct registry *registry, struct presence *presence, int64_t import, instant at, struct error *e)
{
	struct presence_place place;
	int code;

	if ((code = evidence_import_undo(registry_db(registry), import, at, e)) < 0 ||
		(code = feed_import_each_rest(registry, presence, import, refuse_undo, NULL, e)) < 0 ||
		(code = presence_undo(presence, import, at, e)) < 0 ||
		(code = presence_orphaned(presence, import, &place, e)) < 0)
		return code;
	if (code == 1)
		return error_set(e, ERROR_DENIED, "there are stays at %s, and only this import says what that is", place.code);
	return 0;
}

static int
make_due(uint32_t person, void *context, struct error *e)
{
	struct registry *registry = context;

	return person ? registry_due_put(registry, person, NULL, "undo", registry_recording_time(registry), e) : 0;
}

/* Whoever was where the import said. */
static int
make_moved_due(const struct evidence_import *import, void *context, struct error *e)
{
	static const char *const moving[] = {"stays", "pings", "flights", "rail", "places", "venue-checkins"};
	struct registry *registry = context;

	for (size_t i = 0; i < sizeof moving / sizeof *moving; i++)
		if (strcmp(import->kind, moving[i]) == 0)
			return registry_due_moved(registry, NULL, 0, registry_recording_time(registry), e);
	return 0;
}

int
feed_import_undo(
	struct registry *registry, int64_t import, const char *by, feed_settle *settle, void *context, struct error *e)
{
	struct presence *presence = NULL;
	instant at = registry_recording_time(registry);
	int code;

	if ((code = open_presence(registry, &presence, e)) < 0)
		return code;
	if ((code = registry_begin(registry, e)) < 0)
		goto out;
	if ((code = undo(registry, presence, import, at, e)) < 0 ||
		(code = evidence_import_find(registry_db(registry), import, INT64_MAX, make_moved_due, registry, e)) < 0 ||
		(code = evidence_import_each_person(registry_db(registry), import, make_due, registry, e)) < 0 ||
		(code = logged_undone(registry, import, by, e)) < 0 || (settle && (code = settle(NULL, context, e)) < 0)) {
		registry_rollback(registry);
		goto out;
	}
	code = registry_commit(registry, e);
out:
	presence_close(presence);
	return code;
}
