/* Imports that would worsen many colours: counted before they are committed, and left to a second office. */

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "office/inside.h"

int
office_import_open(struct office_import *import, const struct office *office, const struct office_actor *actor,
	const char *kind, struct error *e)
{
	*import = (struct office_import){.office = office, .actor = actor, .kind = kind};
	return second_most(office, &import->most, e);
}

static bool
is_of(const struct kept *kept, const char *kind, const char *hex)
{
	const char *its_kind = json_string_value(json_object_get(kept->act, "kind"));
	const char *its_file = json_string_value(json_object_get(kept->act, "sha256"));

	return kept_is(kept, "import") && its_kind && its_file && strcmp(its_kind, kind) == 0 && strcmp(its_file, hex) == 0;
}

/* The proposal of that file which waits: 1, 0 or a code. */
static int
find(const struct office_import *import, const uint8_t sha256[OFFICE_SHA256_SIZE], struct kept *ret_kept,
	struct error *e)
{
	char hex[2 * OFFICE_SHA256_SIZE + 1];
	struct kept kept = {0};
	int64_t number = INT64_MAX;
	int r;

	text_hex(sha256, OFFICE_SHA256_SIZE, hex);
	while ((r = kept_find_waiting_before(import->office, number, &kept, e)) == 1) {
		if (is_of(&kept, import->kind, hex)) {
			*ret_kept = kept;
			return 1;
		}
		number = kept.number;
		kept_clear(&kept);
	}
	return r;
}

int
office_import_sign(struct office_import *import, const uint8_t sha256[OFFICE_SHA256_SIZE], struct error *e)
{
	struct kept kept = {0};
	int r;

	import->proposal = 0;
	memcpy(import->sha256, sha256, sizeof import->sha256);
	if (import->most < 0 || !import->actor || (r = find(import, sha256, &kept, e)) == 0)
		return 0;
	if (r < 0)
		return r;
	if (strcmp(kept.proposed_by, import->actor->name) != 0 &&
		(r = act_sign(import->office, import->actor, kept.text, &import->user, &import->signature, e)) == 0 &&
		(r = second_check(import->office, &kept, &import->user, e)) == 0)
		import->proposal = kept.number;
	kept_clear(&kept);
	return r < 0 ? r : 0;
}

/* What is counted passes, is approved, or is held. */
static int
let_pass(struct office_import *import, struct error *e)
{
	struct kept kept = {0};
	int r;

	if (import->people <= import->most)
		return 0;
	if (!import->proposal) {
		import->held = true;
		return error_set(e, ERROR_DENIED,
			"it would worsen the colours of %lld people, more than the %lld for which one office is enough",
			(long long)import->people, (long long)import->most);
	}
	if ((r = kept_find(import->office, import->proposal, &kept, e)) < 0)
		return r;
	r = kept_approve(import->office, &kept, "import.approved", &import->user, &import->signature, e);
	kept_clear(&kept);
	return r;
}

static void
begin(struct office_import *import, const uint8_t *sha256)
{
	import->held = false;
	import->people = 0;
	if (sha256)
		memcpy(import->sha256, sha256, sizeof import->sha256);
}

int
office_import_settle(const uint8_t *sha256, void *context, struct error *e)
{
	struct office_import *import = context;
	int r;

	begin(import, sha256);
	if (import->most < 0)
		return 0;
	if ((r = cascade_trace_cases(import->office->cascade, e)) < 0 ||
		(r = cascade_worsened(import->office->cascade, import->most, &import->people, e)) < 0)
		return r;
	return let_pass(import, e);
}

int
office_message_settle(const uint8_t *sha256, void *context, struct error *e)
{
	struct office_import *import = context;
	int r;

	begin(import, sha256);
	if (import->most < 0)
		return 0;
	if ((r = cascade_message_worsened(import->office->cascade, import->most, &import->people, e)) < 0)
		return r;
	return let_pass(import, e);
}

void
office_undo_name(int64_t undone, char name[OFFICE_UNDO_SIZE], uint8_t sha256[OFFICE_SHA256_SIZE])
{
	int length = snprintf(name, OFFICE_UNDO_SIZE, "import %lld", (long long)undone);

	crypto_hash_sha256(sha256, (const unsigned char *)name, (unsigned long long)length);
}

int
office_import_hold(const struct office_import *import, const char *file, int64_t *ret_number, struct error *e)
{
	struct registry *registry = office_registry(import->office);
	static const uint8_t unknown[OFFICE_SHA256_SIZE];
	char hex[2 * OFFICE_SHA256_SIZE + 1], at[TIME_TEXT_SIZE];
	struct registry_user user;
	struct kept kept = {0};
	const char *name = strrchr(file, '/');
	int r;

	if (!import->actor)
		return error_set(e, ERROR_DENIED,
			"it would worsen the colours of %lld people: a user of one office hands it in (--as), one of another approves it",
			(long long)import->people);
	if (memcmp(unknown, import->sha256, sizeof unknown) == 0)
		return error_set(
			e, ERROR_USAGE, "what takes a second office is imported from a file, not from standard input or a pipe");
	if ((r = find(import, import->sha256, &kept, e)) < 0)
		return r;
	if (r == 1) {
		r = error_set(e, ERROR_DENIED, "proposal %lld waits for a user of another office", (long long)kept.number);
		kept_clear(&kept);
		return r;
	}
	if ((r = registry_user_find(registry, import->actor->name, &user, e)) < 0)
		return r;
	if (!*user.office)
		return error_set(e, ERROR_DENIED, "it is not known for which office %s acts (user move)", user.name);
	return act_propose(import->office, "import.proposed",
		json_pack("{s:s, s:s, s:s, s:I, s:s, s:s}", "act", "import", "file", name ? name + 1 : file, "kind",
			import->kind, "people", (json_int_t)import->people, "proposed_at",
			time_write(registry_recording_time(registry), &zone_utc, at), "sha256",
			text_hex(import->sha256, sizeof import->sha256, hex)),
		0, import->actor, ret_number, e);
}

int
office_import_withdraw(const struct office *office, int64_t number, const struct office_actor *actor, struct error *e)
{
	return kept_withdraw(office, number, "import", actor, e);
}

int
office_import_approve(const struct office *office, int64_t number, const struct office_actor *actor, struct error *e)
{
	(void)office;
	(void)actor;
	return error_set(e, ERROR_DENIED,
		"proposal %lld is approved by importing the same file in the name of a user of another office",
		(long long)number);
}
