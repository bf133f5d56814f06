#include "feed/bundle.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "feed/fhir.h"
#include "feed/known.h"

enum { BUNDLE_NAME_MAX = 100 };

/* What an import says while it runs. */
struct heard {
	struct error refused, noticed;
};

static void
keep_refusal(const struct error *note, void *context)
{
	((struct heard *)context)->refused = *note;
}

static void
keep_notice(const struct error *note, void *context)
{
	((struct heard *)context)->noticed = *note;
}

/* Who sent it, and all of it. */
static void
bundle_id(const char *from, const void *bytes, size_t length, uint8_t id[KNOWN_SIZE])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, KNOWN_SIZE);
	crypto_generichash_update(&state, (const unsigned char *)from, strlen(from) + 1);
	crypto_generichash_update(&state, (const unsigned char *)"fhir", sizeof "fhir");
	crypto_generichash_update(&state, bytes, length);
	crypto_generichash_final(&state, id, KNOWN_SIZE);
}

/* The name under which its import is listed: the identifier that its sender gave it, or its id. */
static void
name_bundle(const char *from, const json_t *root, char name[EVIDENCE_FILE_NAME_MAX + 1])
{
	const char *value = json_string_value(json_object_get(json_object_get(root, "identifier"), "value"));

	if (!value)
		value = json_string_value(json_object_get(root, "id"));
	if (value && strlen(value) > BUNDLE_NAME_MAX)
		value = NULL;
	snprintf(name, EVIDENCE_FILE_NAME_MAX + 1, "%.127s: bundle%s%s", from, value ? " " : "", value ? value : "");
}

static void
note_type(const json_t *root, struct feed_bundle *bundle)
{
	static const char *const types[] = {"collection", "message", "transaction", "batch", "document"};
	const char *type = json_string_value(json_object_get(root, "type"));

	for (size_t i = 0; type && i < sizeof types / sizeof *types; i++)
		if (strcmp(type, types[i]) == 0)
			snprintf(bundle->type, sizeof bundle->type, "%s", types[i]);
	bundle->entries = json_array_size(json_object_get(root, "entry"));
}

/* An import takes documents over many lines or one a line: this is one, on one line. Line ends within its strings were no JSON. */
static int
on_one_line(const void *bytes, size_t length, char **ret_text, struct error *e)
{
	char *text = malloc(length + 1);

	if (!text)
		return error_no_memory(e);
	memcpy(text, bytes, length);
	text[length] = 0;
	for (size_t i = 0; i < length; i++)
		if (text[i] == '\n' || text[i] == '\r')
			text[i] = ' ';
	*ret_text = text;
	return 0;
}

/* The bundle's answer, and ${why} it was not taken; or a code of the store's. */
static int
import_bundle(struct registry *registry, const struct feed_message_options *options, const json_t *root,
	const uint8_t id[KNOWN_SIZE], const void *bytes, size_t length, struct feed_bundle *bundle, struct error *why,
	struct error *e)
{
	char name[EVIDENCE_FILE_NAME_MAX + 1], *text = NULL;
	struct feed_totals totals = {0};
	struct heard heard = {0};
	struct settling settling;
	struct feed_import_options import = {.kind = "labs",
		.file = name,
		.length = length,
		.message = id,
		.strict = true,
		.by = options->by,
		.refused = keep_refusal,
		.noticed = keep_notice,
		.context = &heard};
	int code;

	name_bundle(options->from, root, name);
	if ((code = on_one_line(bytes, length, &text, e)) < 0)
		return code;
	import.bytes = text;
	settling_begin(&settling, options, bytes, length, &import);
	code = feed_import(registry, &import, &totals, e);
	explicit_bzero(text, length);
	free(text);
	bundle->answer = settling.held ? FEED_HELD : code < 0 ? FEED_AT_FAULT : FEED_TAKEN;
	if (code == ERROR_BAD_INPUT || code == ERROR_TOO_LARGE || settling.held) {
		*why = heard.refused.code && !settling.held ? heard.refused : *e;
		error_at(why, "", 0, 0);
		return 0;
	}
	if (code < 0)
		return code;
	bundle->outcome = totals.added ? "new" : totals.changed ? "changed" : "unchanged";
	snprintf(bundle->noticed, sizeof bundle->noticed, "%s", heard.noticed.message);
	return 0;
}

static int
take(struct registry *registry, const struct feed_message_options *options, const void *bytes, size_t length,
	struct feed_bundle *bundle, struct error *why, struct error *e)
{
	uint8_t id[KNOWN_SIZE];
	json_t *root = NULL;
	int code;

	bundle->answer = FEED_REFUSED;
	if ((code = fhir_parse(bytes, length, NULL, &root, why)) < 0)
		return code == ERROR_NO_MEMORY ? code : 0;
	if (code) /* a member is there twice */
		*why = (struct error){0};
	code = 0;
	if (!fhir_is_bundle(root)) {
		error_set(why, ERROR_BAD_INPUT, "a Bundle with entries expected");
		goto out;
	}
	note_type(root, bundle);
	bundle_id(options->from, bytes, length, id);
	if ((code = known_is(registry, id, e)) < 0)
		goto out;
	if (code) {
		bundle->answer = FEED_KNOWN;
		bundle->outcome = "unchanged";
		code = 0;
		goto out;
	}
	code = import_bundle(registry, options, root, id, bytes, length, bundle, why, e);
out:
	json_decref(root);
	return code;
}

int
feed_bundle(struct registry *registry, const struct feed_message_options *options, const void *bytes, size_t length,
	struct feed_bundle *ret_bundle, struct error *e)
{
	struct feed_bundle bundle = {0};
	struct error why = {0};
	int code;

	if (length > FEED_MESSAGE_MAX)
		return error_set(e, ERROR_TOO_LARGE, "a bundle has at most %d bytes", FEED_MESSAGE_MAX);
	if ((code = known_migrate(registry, e)) < 0 ||
		(code = take(registry, options, bytes, length, &bundle, &why, e)) < 0)
		return code;
	if (bundle.answer != FEED_TAKEN && bundle.answer != FEED_KNOWN &&
		(code = letter_put(registry, options->from, &why, bytes, length, e)) < 0)
		return code;
	if (why.code)
		*e = why;
	*ret_bundle = bundle;
	return 0;
}
