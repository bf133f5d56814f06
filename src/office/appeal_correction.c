/* What was corrected, so that an appeal can be upheld.
 *
 * It must have come since the appeal, and be about the colour: a case is one on which that rested; an import names the person, or with it
 * their decision is another one than they appealed against (a contact's import names the case alone). */

#include <inttypes.h>
#include <string.h>

#include "office/appeal_inside.h"
#include "office/inside.h"

json_t *
correction_json(const struct office_correction *correction)
{
	if (correction->import)
		return json_pack("{s:I}", "import", (json_int_t)correction->import);
	if (correction->override)
		return json_pack("{s:I}", "override", (json_int_t)correction->override);
	return correction->case_name ? json_pack("{s:s}", "case", correction->case_name) : json_null();
}

/* Whether the two numbers are one person's. */
static int
is_same(const struct office *office, person_number a, person_number b, bool *ret_same, struct error *e)
{
	struct db *db = registry_db(office_registry(office));
	uint32_t first_a, first_b;
	int r;

	if ((r = evidence_same_first(db, a, EVIDENCE_NOW, &first_a, e)) < 0 ||
		(r = evidence_same_first(db, b, EVIDENCE_NOW, &first_b, e)) < 0)
		return r;
	*ret_same = first_a == first_b;
	return 0;
}

/* Whether the person's decision is not the one that they appealed against any more. */
static int
is_another(const struct office *office, const struct appealed *appealed, bool *ret_another, struct error *e)
{
	const struct pack *pack;
	struct office_colour now;
	int r;

	if ((r = registry_pack(office_registry(office), appealed->jurisdiction, &pack, e)) < 0 ||
		(r = office_colour(office, pack, appealed->person, &now, e)) < 0)
		return r;
	*ret_another =
		now.colour != appealed->colour || now.since != appealed->since || strcmp(now.rules, appealed->rules) != 0;
	office_colour_clear(&now);
	return 0;
}

struct looking {
	const struct office *office;
	const struct appealed *appealed;
	bool since, names;
};

static int
note_import(const struct evidence_import *import, void *context, struct error *e)
{
	struct looking *looking = context;

	(void)e;
	looking->since = import->undone ? import->undone_at >= looking->appealed->opened_at
									: import->recorded_at >= looking->appealed->opened_at;
	return 0;
}

static int
note_person(uint32_t person, void *context, struct error *e)
{
	struct looking *looking = context;

	return looking->names ? 1 : is_same(looking->office, person, looking->appealed->person, &looking->names, e);
}

static int
check_import(struct looking *looking, int64_t import, struct error *e)
{
	bool another = false;
	struct db *db = registry_db(office_registry(looking->office));
	int r = evidence_import_find(db, import, EVIDENCE_NOW, note_import, looking, e);

	if (r == ERROR_EXISTS_NOT)
		return error_set(e, ERROR_BAD_INPUT, "there is no import %" PRId64, import);
	if (r < 0)
		return r;
	if (!looking->since)
		return error_set(
			e, ERROR_BAD_INPUT, "import %" PRId64 " was neither brought nor undone since the appeal", import);
	if ((r = evidence_import_each_person(db, import, note_person, looking, e)) < 0)
		return r;
	if (looking->names)
		return 0;
	if ((r = is_another(looking->office, looking->appealed, &another, e)) < 0 || another)
		return r;
	return error_set(
		e, ERROR_BAD_INPUT, "the import says nothing of the person, and their colour rests on what it rested on");
}

static bool
is_one(const struct cascade_case *c)
{
	return strcmp(c->status, "discarded") != 0;
}

static bool
colours(const struct cascade_case *c)
{
	return is_one(c) && c->grounded_at != EXPOSURE_UNKNOWN && c->grounded_until == INT64_MAX;
}

static int
check_case(const struct looking *looking, const char *name, struct error *e)
{
	struct cascade_case now, then = {.status = "discarded"};
	bool rested = false;
	int r = cascade_case(looking->office->cascade, name, &now, e);

	if (r == ERROR_EXISTS_NOT)
		return error_set(e, ERROR_BAD_INPUT, "there is no case %.64s", name);
	if (r < 0)
		return r;
	if (colours(&now))
		return error_set(e, ERROR_BAD_INPUT, "case %.64s is one, and colours its contacts", name);
	if (((r = cascade_case_then(looking->office->cascade, name, looking->appealed->opened_at, &then, e)) < 0 &&
			r != ERROR_EXISTS_NOT) ||
		(r = appealed_of_case(looking->office, looking->appealed, name, &rested, e)) < 0)
		return r;
	if ((!is_one(&then) || is_one(&now)) && !colours(&then))
		return error_set(e, ERROR_BAD_INPUT, "case %.64s is what it was when the appeal was opened", name);
	return rested ? 0 : error_set(e, ERROR_BAD_INPUT, "the colour did not rest on case %.64s", name);
}

static int
check_proposal(const struct looking *looking, int64_t number, struct error *e)
{
	struct kept kept = {0};
	const char *jurisdiction, *at;
	instant proposed_at = INT64_MIN;
	bool same = false;
	int r = kept_find(looking->office, number, &kept, e);

	if (r == ERROR_EXISTS_NOT)
		return error_set(e, ERROR_BAD_INPUT, "there is no proposal %" PRId64, number);
	if (r < 0)
		return r;
	jurisdiction = json_string_value(json_object_get(kept.act, "jurisdiction"));
	at = json_string_value(json_object_get(kept.act, "proposed_at"));
	if (at)
		(void)time_read(at, strlen(at), &zone_utc, &proposed_at, &(struct error){0});
	if (kept_is(&kept, "override") &&
		(r = is_same(looking->office, kept.person, looking->appealed->person, &same, e)) < 0)
		goto out;
	if (!same || !jurisdiction || strcmp(jurisdiction, looking->appealed->jurisdiction) != 0)
		r = error_set(e, ERROR_BAD_INPUT, "proposal %" PRId64 " is no colour of this person there", number);
	else if (kept.state == OFFICE_REVOKED || proposed_at < looking->appealed->opened_at)
		r = error_set(e, ERROR_BAD_INPUT, "proposal %" PRId64 " was taken back, or made before the appeal", number);
out:
	kept_clear(&kept);
	return r;
}

int
correction_check(const struct office *office, const struct appealed *appealed,
	const struct office_correction *correction, struct error *e)
{
	struct looking looking = {.office = office, .appealed = appealed};

	if (!!correction->import + !!correction->override + !!correction->case_name != 1)
		return error_set(
			e, ERROR_BAD_INPUT, "who upholds an appeal names what was corrected: an import, a case, or an override");
	if (correction->import)
		return check_import(&looking, correction->import, e);
	if (correction->override)
		return check_proposal(&looking, correction->override, e);
	return check_case(&looking, correction->case_name, e);
}
