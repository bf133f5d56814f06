/* Imports that would worsen many colours: counted before they are committed, and left to a second office. */

#include <stdlib.h>
#include <string.h>

#include "base/json_check.h"
#include "base/text.h"
#include "office/inside.h"

#define PEOPLE_MOST 1000000000

void
office_second_check(const json_t *section, struct json_check *check)
{
	static const char *const required[] = {"people", "source", NULL}, *const none[] = {NULL};
	int64_t people;

	if (!json_check_object(check, "", section, required, none))
		return;
	json_check_integer(check, "", section, "people", 1, PEOPLE_MOST, &people);
	if (!json_string_length(json_object_get(section, "source")))
		json_check_fault(check, "/source", "where it comes from expected");
}

int
office_import_open(struct office_import *import, const struct office *office, const struct office_actor *actor,
	const char *kind, struct error *e)
{
	const json_t *people;
	const struct pack *pack;
	int r;

	*import = (struct office_import){.office = office, .actor = actor, .kind = kind, .most = -1};
	if ((r = registry_pack(office_registry(office), NULL, &pack, e)) < 0)
		return r == ERROR_EXISTS_NOT ? 0 : r; /* a store without rules has no colours */
	people = json_object_get(pack_section(pack, "second_office"), "people");
	if (people)
		import->most = json_integer_value(people);
	return 0;
}

/* Both have an office, and not the same one. */
static int
check_offices(const struct office *office, const struct kept *kept, const struct registry_user *user, struct error *e)
{
	struct registry_user proposer;
	int r = registry_user_find(office_registry(office), kept->proposed_by, &proposer, e);

	if (r < 0)
		return r;
	if (!*user->office)
		return error_set(e, ERROR_DENIED, "it is not known for which office %s acts (user move)", user->name);
	if (strcmp(user->office, proposer.office) == 0)
		return error_set(e, ERROR_DENIED, "proposal %lld is of %s: a user of another office has to approve it",
			(long long)kept->number, proposer.office);
	return 0;
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
	if (import->most < 0 || !import->actor || (r = find(import, sha256, &kept, e)) == 0)
		return 0;
	if (r < 0)
		return r;
	if (strcmp(kept.proposed_by, import->actor->name) != 0 &&
		(r = act_sign(import->office, import->actor, kept.text, &import->user, &import->signature, e)) == 0 &&
		(r = check_offices(import->office, &kept, &import->user, e)) == 0)
		import->proposal = kept.number;
	kept_clear(&kept);
	return r < 0 ? r : 0;
}

int
office_import_settle(const uint8_t sha256[OFFICE_SHA256_SIZE], void *context, struct error *e)
{
	struct office_import *import = context;
	struct kept kept = {0};
	int r;

	import->held = false;
	memcpy(import->sha256, sha256, sizeof import->sha256);
	if (import->most < 0)
		return 0;
	if ((r = cascade_trace_cases(import->office->cascade, e)) < 0 ||
		(r = cascade_worsened(import->office->cascade, import->most, &import->people, e)) < 0 ||
		import->people <= import->most)
		return r < 0 ? r : 0;
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
		return error_set(e, ERROR_USAGE, "what takes a second office is imported from a file, not from standard input");
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
