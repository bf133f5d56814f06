#include "feed/message.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "feed/bundle.h"
#include "feed/hl7_ack.h"
#include "feed/hl7_oru.h"
#include "feed/known.h"
#include "keys/keys.h"

enum { KEY_NAME_SIZE = KEYS_NAME_MAX + 1, SEALED_MAX = FEED_MESSAGE_MAX + 1024 };

static const char *const migrations[] = {
	"CREATE TABLE feed_message(message {blob} NOT NULL PRIMARY KEY, import BIGINT NOT NULL, recorded_at BIGINT NOT NULL)"
	" {packed};"
	"CREATE TABLE feed_letter(id {key}, sha256 {blob} NOT NULL UNIQUE, recorded_at BIGINT NOT NULL, from_whom {text} NOT NULL,"
	" reason {text} NOT NULL, times BIGINT NOT NULL, key_name {text} NOT NULL, sealed {blob} NOT NULL, settled_at BIGINT);",

	/* Its bytes were erased. */
	"ALTER TABLE feed_letter ADD COLUMN dropped_at BIGINT",
};

int
known_migrate(struct registry *registry, struct error *e)
{
	return db_migrate(registry_db(registry), "feed", migrations, sizeof migrations / sizeof *migrations, e);
}

/* What a message is known by: sender, control id and content. */
static void
message_id(const struct hl7 *message, const void *bytes, size_t length, uint8_t id[KNOWN_SIZE])
{
	static const unsigned fields[] = {3, 4, 10};
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, KNOWN_SIZE);
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		const char *text = hl7_text(message, 0, fields[i], 1, 1, 1);

		crypto_generichash_update(&state, (const unsigned char *)text, strlen(text) + 1);
	}
	crypto_generichash_update(&state, bytes, length);
	crypto_generichash_final(&state, id, KNOWN_SIZE);
}

int
known_is(struct registry *registry, const uint8_t id[KNOWN_SIZE], struct error *e)
{
	int64_t import;
	int r = db_one_int(registry_db(registry),
		"SELECT import FROM feed_message WHERE message = $1"
		" AND NOT EXISTS (SELECT 1 FROM evidence_undo WHERE evidence_undo.import_id = feed_message.import)",
		(struct db_value[]){db_blob(id, KNOWN_SIZE)}, 1, &import, e);

	return r == ERROR_EXISTS_NOT ? 0 : r < 0 ? r : 1;
}

int
known_put(struct registry *registry, const uint8_t id[KNOWN_SIZE], int64_t import, struct error *e)
{
	return db_do(registry_db(registry),
		"INSERT INTO feed_message(message, import, recorded_at) VALUES($1, $2, $3)"
		" ON CONFLICT(message) DO UPDATE SET import = excluded.import",
		(struct db_value[]){db_blob(id, KNOWN_SIZE), db_int(import), db_int(registry_recording_time(registry))}, 3, e);
}

int
letter_put(struct registry *registry, const char *from, const struct error *why, const void *bytes, size_t length,
	struct error *e)
{
	instant now = registry_recording_time(registry);
	char day[TIME_TEXT_SIZE], name[KEY_NAME_SIZE], reason[ERROR_MESSAGE_MAX + 64];
	struct buffer sealed = buffer_make(SEALED_MAX);
	uint8_t sha256[EVIDENCE_SHA256_SIZE], key[KEYS_SIZE];
	struct error place = *why;
	int code;

	place.file[0] = 0;
	error_text(&place, reason, sizeof reason);
	snprintf(name, sizeof name, "day-letter-%s", day_write(zone_day(&zone_utc, now), day));
	crypto_hash_sha256(sha256, bytes, length);
	if ((code = keys_get_or_make(registry_keys(registry), name, key, e)) < 0)
		return code;
	if ((code = keys_seal_with(key, sha256, sizeof sha256, bytes, length, &sealed, e)) < 0 ||
		(code = registry_begin(registry, e)) < 0)
		goto out;
	code = db_do(registry_db(registry),
		"INSERT INTO feed_letter(sha256, recorded_at, from_whom, reason, times, key_name, sealed)"
		" VALUES($1, $2, $3, $4, 1, $5, $6) ON CONFLICT(sha256) DO UPDATE SET times = feed_letter.times + 1,"
		" settled_at = NULL, dropped_at = NULL, reason = excluded.reason, key_name = excluded.key_name,"
		" sealed = excluded.sealed",
		(struct db_value[]){db_blob(sha256, sizeof sha256), db_int(now), db_text(from), db_text(reason), db_text(name),
			db_blob(sealed.data, sealed.length)},
		6, e);
	if (code < 0)
		registry_rollback(registry);
	else
		code = registry_commit(registry, e);
out:
	keys_wipe(key, sizeof key);
	buffer_free(&sealed);
	return code;
}

static void
keep_reason(const struct error *note, void *context)
{
	*(struct error *)context = *note;
}

static int
settle(const uint8_t *sha256, void *context, struct error *e)
{
	struct settling *settling = context;
	int code = settling->options->settle(settling->sha256, settling->options->settle_context, e);

	(void)sha256; /* an import's, whose bytes may be others than those that came */
	settling->held = code == ERROR_DENIED;
	return code;
}

void
settling_begin(struct settling *settling, const struct feed_message_options *options, const void *bytes, size_t length,
	struct feed_import_options *import)
{
	*settling = (struct settling){.options = options};
	if (!options->settle)
		return;
	crypto_hash_sha256(settling->sha256, bytes, length);
	import->settle = settle;
	import->settle_context = settling;
}

/* Import it: ${ret_answer}, and ${why} it was not taken; or a code of the store's. */
static int
import_message(struct registry *registry, const struct feed_message_options *options, const struct hl7 *message,
	const uint8_t id[KNOWN_SIZE], const void *bytes, size_t length, enum feed_answer *ret_answer, struct error *why,
	struct error *e)
{
	char name[EVIDENCE_FILE_NAME_MAX + 1];
	struct settling settling;
	struct feed_import_options import = {.kind = "labs",
		.file = name,
		.bytes = bytes,
		.length = length,
		.message = id,
		.strict = true,
		.by = options->by,
		.refused = keep_reason,
		.context = why};
	struct feed_totals totals = {0};
	int code;

	snprintf(name, sizeof name, "%.127s: message %.100s", options->from, hl7_text(message, 0, 10, 1, 1, 1));
	settling_begin(&settling, options, bytes, length, &import);
	code = feed_import(registry, &import, &totals, e);
	*ret_answer = settling.held ? FEED_HELD : code < 0 ? FEED_AT_FAULT : FEED_TAKEN;
	if (code == ERROR_BAD_INPUT || settling.held) {
		if (!why->code || settling.held)
			*why = *e;
		return 0;
	}
	return code;
}

/* Take it: ${ret_answer}, and ${why} it was not taken; or a code of the store's. */
static int
take(struct registry *registry, const struct feed_message_options *options, const struct hl7 *message,
	const void *bytes, size_t length, enum feed_answer *ret_answer, struct error *why, struct error *e)
{
	uint8_t id[KNOWN_SIZE];
	int r;

	if (!oru_is(message)) {
		hl7_refuse(message, 0, 9, why, "ORU^R01 expected: other messages are not taken here");
		*ret_answer = FEED_REFUSED;
		return 0;
	}
	if (!text_starts(hl7_text(message, 0, 12, 1, 1, 1), "2.")) {
		hl7_refuse(message, 0, 12, why, "a version 2 of HL7 expected");
		*ret_answer = FEED_REFUSED;
		return 0;
	}
	message_id(message, bytes, length, id);
	if ((r = known_is(registry, id, e)) != 0) {
		*ret_answer = FEED_KNOWN;
		return r < 0 ? r : 0;
	}
	return import_message(registry, options, message, id, bytes, length, ret_answer, why, e);
}

static int
add_answer(struct registry *registry, const struct hl7 *message, const char *word, const struct error *why,
	struct buffer *answer, struct error *e)
{
	char control[2 * 10 + 1];
	uint8_t random[10];

	keys_random(random, sizeof random);
	return hl7_ack(message, word, text_hex(random, sizeof random, control), why, registry_clock(registry), answer, e);
}

int
feed_message(struct registry *registry, const struct feed_message_options *options, const void *bytes, size_t length,
	enum feed_answer *ret_answer, struct buffer *answer, struct error *e)
{
	static const char *const words[] = {
		[FEED_TAKEN] = "AA", [FEED_KNOWN] = "AA", [FEED_AT_FAULT] = "AE", [FEED_REFUSED] = "AR", [FEED_HELD] = "AE"};
	struct error why = {0}, failure = {0}, failed, none;
	struct hl7 *message = NULL;
	enum feed_answer taken = FEED_REFUSED;
	int code;

	if ((code = known_migrate(registry, &failure)) == 0) {
		code = hl7_read(bytes, length, &message, &why);
		if (code == 0)
			code = take(registry, options, message, bytes, length, &taken, &why, &failure);
		else if (code == ERROR_BAD_INPUT || code == ERROR_TOO_LARGE)
			code = 0;
	}
	if (code == 0 && taken != FEED_TAKEN && taken != FEED_KNOWN)
		code = letter_put(registry, options->from, &why, bytes, length, &failure);
	if (code < 0) {
		*e = failure.code ? failure : why;
		failed = *e;
		failed.code = code == ERROR_DENIED ? ERROR_IO : code; /* the store's, and nobody held it */
		if (code != ERROR_NO_MEMORY)
			add_answer(registry, message, "AE", &failed, answer, &none);
		goto out;
	}
	if ((code = add_answer(registry, message, words[taken], why.code ? &why : NULL, answer, e)) < 0)
		goto out;
	*ret_answer = taken;
	if (why.code)
		*e = why;
out:
	hl7_free(message);
	return code;
}

int
feed_letters_each(struct registry *registry,
	int (*each)(const struct feed_letter *letter, void *context, struct error *e), void *context, struct error *e)
{
	struct db_statement *s = NULL;
	int r;

	if ((r = known_migrate(registry, e)) < 0 ||
		(r = db_start(registry_db(registry),
			 "SELECT id, recorded_at, settled_at, from_whom, reason, times, dropped_at FROM feed_letter ORDER BY id",
			 NULL, 0, &s, e)) < 0)
		return r;
	while ((r = db_step(s, e)) > 0) {
		const struct feed_letter letter = {.number = db_column_int(s, 0),
			.at = db_column_int(s, 1),
			.settled_at = db_column_int(s, 2),
			.from = db_column_text(s, 3),
			.reason = db_column_text(s, 4),
			.times = db_column_int(s, 5),
			.dropped_at = db_column_int(s, 6)};

		if ((r = each(&letter, context, e)) != 0)
			break;
	}
	db_finish(s);
	return r;
}

int
feed_letter_open(struct registry *registry, int64_t number, struct buffer *bytes, struct error *e)
{
	struct db_statement *s = NULL;
	uint8_t key[KEYS_SIZE];
	const void *sealed, *sha256;
	size_t sealed_length, sha256_length, key_length;
	int r;

	if ((r = known_migrate(registry, e)) < 0 ||
		(r = db_start(registry_db(registry),
			 "SELECT key_name, sealed, sha256, dropped_at FROM feed_letter WHERE id = $1",
			 (struct db_value[]){db_int(number)}, 1, &s, e)) < 0 ||
		(r = db_step(s, e)) < 0)
		goto out;
	if (r == 0) {
		r = error_set(e, ERROR_EXISTS_NOT, "there is no letter %" PRId64, number);
		goto out;
	}
	if (!db_column_is_null(s, 3)) {
		r = error_set(e, ERROR_EXISTS_NOT, "letter %" PRId64 " was dropped: its bytes are gone", number);
		goto out;
	}
	if ((r = keys_get(registry_keys(registry), db_column_text(s, 0), key, sizeof key, &key_length, e)) < 0)
		goto out;
	sealed = db_column_blob(s, 1, &sealed_length);
	sha256 = db_column_blob(s, 2, &sha256_length);
	r = keys_open_with(key, sha256, sha256_length, sealed, sealed_length, bytes, e);
	keys_wipe(key, sizeof key);
out:
	db_finish(s);
	return r;
}

/* Say of the letter what ${sql} sets, $2 being now. */
static int
mark(struct registry *registry, int64_t number, const char *sql, struct error *e)
{
	int code;

	if ((code = known_migrate(registry, e)) < 0 || (code = registry_begin(registry, e)) < 0)
		return code;
	code = db_do(registry_db(registry), sql,
		(struct db_value[]){db_int(number), db_int(registry_recording_time(registry))}, 2, e);
	if (code == 0 && db_changes(registry_db(registry)) == 0)
		code = error_set(e, ERROR_EXISTS_NOT, "there is no letter %" PRId64, number);
	if (code < 0) {
		registry_rollback(registry);
		return code;
	}
	return registry_commit(registry, e);
}

int
feed_letter_settle(struct registry *registry, int64_t number, struct error *e)
{
	return mark(registry, number, "UPDATE feed_letter SET settled_at = $2 WHERE id = $1", e);
}

int
feed_letter_drop(struct registry *registry, int64_t number, struct error *e)
{
	return mark(registry, number,
		"UPDATE feed_letter SET settled_at = COALESCE(settled_at, $2), dropped_at = COALESCE(dropped_at, $2), sealed = ''"
		" WHERE id = $1",
		e);
}

int
feed_letter_hash(struct registry *registry, int64_t number, uint8_t sha256[32], struct error *e)
{
	struct db_statement *s = NULL;
	const void *bytes;
	size_t length;
	int r;

	if ((r = known_migrate(registry, e)) < 0 ||
		(r = db_start(registry_db(registry), "SELECT sha256 FROM feed_letter WHERE id = $1",
			 (struct db_value[]){db_int(number)}, 1, &s, e)) < 0)
		return r;
	if ((r = db_step(s, e)) == 0)
		r = error_set(e, ERROR_EXISTS_NOT, "there is no letter %" PRId64, number);
	if (r > 0) {
		bytes = db_column_blob(s, 0, &length);
		if (length == EVIDENCE_SHA256_SIZE)
			memcpy(sha256, bytes, EVIDENCE_SHA256_SIZE);
		else
			r = error_set(e, ERROR_CORRUPT, "letter %" PRId64 " has no hash", number);
	}
	db_finish(s);
	return r < 0 ? r : 0;
}

static int
read_from(struct registry *registry, int64_t number, char from[FEED_FROM_SIZE], struct error *e)
{
	struct db_statement *s = NULL;
	int r;

	if ((r = db_start(registry_db(registry), "SELECT from_whom FROM feed_letter WHERE id = $1",
			 (struct db_value[]){db_int(number)}, 1, &s, e)) < 0)
		return r;
	if ((r = db_step(s, e)) > 0)
		snprintf(from, FEED_FROM_SIZE, "%s", db_column_text(s, 0));
	else if (r == 0)
		r = error_set(e, ERROR_EXISTS_NOT, "there is no letter %" PRId64, number);
	db_finish(s);
	return r < 0 ? r : 0;
}

/* Give it to the one who takes such messages: a bundle is JSON, anything else HL7 v2. */
static int
take_again(struct registry *registry, const struct feed_message_options *options, const struct buffer *bytes,
	enum feed_answer *ret_answer, struct error *e)
{
	struct buffer answer = buffer_make(FEED_ANSWER_MAX);
	struct feed_bundle bundle;
	size_t at = 0;
	int code;

	while (at < bytes->length && strchr(" \t\r\n", bytes->data[at]) && bytes->data[at])
		at++;
	if (at < bytes->length && bytes->data[at] == '{') {
		if ((code = feed_bundle(registry, options, bytes->data, bytes->length, &bundle, e)) == 0)
			*ret_answer = bundle.answer;
	} else {
		code = feed_message(registry, options, bytes->data, bytes->length, ret_answer, &answer, e);
	}
	buffer_free(&answer);
	return code;
}

int
feed_letter_retry(struct registry *registry, int64_t number, const struct feed_message_options *given,
	enum feed_answer *ret_answer, struct error *e)
{
	struct buffer bytes = buffer_make(FEED_MESSAGE_MAX);
	struct feed_message_options options = *given;
	enum feed_answer answer = FEED_REFUSED;
	char from[FEED_FROM_SIZE];
	int code;

	options.from = from;
	if ((code = feed_letter_open(registry, number, &bytes, e)) < 0 ||
		(code = read_from(registry, number, from, e)) < 0 ||
		(code = take_again(registry, &options, &bytes, &answer, e)) < 0)
		goto out;
	if ((answer == FEED_TAKEN || answer == FEED_KNOWN) && (code = feed_letter_settle(registry, number, e)) < 0)
		goto out;
	*ret_answer = answer;
out:
	if (bytes.data)
		explicit_bzero(bytes.data, bytes.length);
	buffer_free(&bytes);
	return code;
}
