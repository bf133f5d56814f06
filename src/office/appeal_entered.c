/* What a colour rests on, and who entered it: they do not judge of it. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "office/appeal_inside.h"
#include "office/inside.h"

enum { OF_A_CASE_MAX = 1000, DIVISION_DIGITS = 6 };

struct looking {
	const struct office *office;
	const struct appealed *appealed;
	const char *user;
	json_t *lists, *areas; /* areas: those looked at, each a member */
	bool did;
};

static int
note_import(const struct evidence_import *import, void *context, struct error *e)
{
	struct looking *looking = context;

	(void)e;
	looking->did |= import->by && strcmp(import->by, looking->user) == 0;
	return 0;
}

static int
look_at_import(struct looking *looking, int64_t import, struct error *e)
{
	return import && !looking->did ? evidence_import_find(registry_db(office_registry(looking->office)), import,
										 EVIDENCE_NOW, note_import, looking, e)
								   : 0;
}

static int
note_proposal(const struct office_proposal *proposal, void *context, struct error *e)
{
	struct looking *looking = context;

	(void)e;
	looking->did |= strcmp(proposal->proposed_by, looking->user) == 0 ||
		(proposal->decided_by && strcmp(proposal->decided_by, looking->user) == 0);
	return 0;
}

static int
look_at_proposal(struct looking *looking, int64_t number, struct error *e)
{
	int r = office_proposal(looking->office, number, note_proposal, looking, e);

	return r == ERROR_EXISTS_NOT ? 0 : r;
}

/* The case whose name, with '/', ${name} is. */
struct of_case {
	struct looking *looking;
	char name[EVIDENCE_KEY_MAX];
	bool found;
};

static int
look_at_case(const struct evidence_row *row, void *context, struct error *e)
{
	struct of_case *of = context;
	size_t length = strlen(of->name);

	if (strncmp(row->key, of->name, length) != 0)
		return 1;
	if (row->kind == EVIDENCE_CASE_WORD)
		of->looking->did |= strcmp(row->key + length, of->looking->user) == 0;
	return look_at_import(of->looking, row->import_id, e);
}

/* The rows of the case that a contact, "CASE/PERSON", is one of. */
static int
look_at_source(struct looking *looking, const char *key, struct error *e)
{
	static const enum evidence_kind kinds[] = {EVIDENCE_CASE_STATUS, EVIDENCE_CASE_WORD};
	struct db *db = registry_db(office_registry(looking->office));
	struct of_case of = {.looking = looking};
	int r = 0;

	snprintf(of.name, sizeof of.name, "%.*s/", (int)strcspn(key, "/"), key);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds && r >= 0; i++)
		r = evidence_each_by_key(
			db, kinds[i], of.name, OF_A_CASE_MAX, EVIDENCE_NOW, looking->appealed->opened_at, look_at_case, &of, e);
	return r < 0 ? r : 0;
}

static int
note_count(const struct evidence_area_count *count, void *context, struct error *e)
{
	return look_at_import(context, count->import_id, e);
}

static int
note_level(const struct evidence_area_level *level, void *context, struct error *e)
{
	return look_at_import(context, level->import_id, e);
}

/* What gave the area its level: counts and published lists, of every source. */
static int
look_at_area(struct looking *looking, const char *code, struct error *e)
{
	struct db *db = registry_db(office_registry(looking->office));
	const instant known = looking->appealed->opened_at;
	int r;

	if (json_object_get(looking->areas, code))
		return 0;
	if (json_object_set_new(looking->areas, code, json_true()) < 0)
		return error_no_memory(e);
	r = evidence_area_series(db, code, INT32_MAX, known, note_count, looking, e);
	return r < 0 ? r : evidence_area_level_series(db, code, known, note_level, looking, e);
}

/* The areas in which a place lies: its division, the city, the province, the country. */
static int
look_at_place(struct looking *looking, const char *body, struct error *e)
{
	const char *division, *country;
	json_t *place = NULL;
	int r = json_read_own(body, "where somebody was", &place, e);

	if (r < 0)
		return r;
	division = json_string_value(json_object_get(place, "division"));
	country = json_string_value(json_object_get(place, "country"));
	if (division && strlen(division) == DIVISION_DIGITS) {
		for (int digits = DIVISION_DIGITS; digits >= 2 && r == 0; digits -= 2) {
			char code[DIVISION_DIGITS + 1];

			snprintf(code, sizeof code, "%.*s%.*s", digits, division, DIVISION_DIGITS - digits, "0000");
			r = look_at_area(looking, code, e);
		}
	}
	if (r == 0 && country)
		r = look_at_area(looking, country, e);
	json_decref(place);
	return r;
}

/* Whether one of the lists that the rules named has such evidence. */
static bool
is_named(const struct looking *looking, enum evidence_kind kind)
{
	const json_t *list;
	size_t i;

	json_array_foreach(looking->lists, i, list)
	{
		if (registry_list_has(json_string_value(list), kind))
			return true;
	}
	return false;
}

static int
look_at_row(const struct evidence_row *row, void *context, struct error *e)
{
	struct looking *looking = context;
	int r;

	if (looking->did)
		return 1;
	if (!is_named(looking, row->kind))
		return 0;
	if ((r = look_at_import(looking, row->import_id, e)) < 0)
		return r;
	if (row->kind == EVIDENCE_CONTACT || row->kind == EVIDENCE_CASE_STATUS)
		return look_at_source(looking, row->key, e);
	if (row->kind == EVIDENCE_RESIDENCE || row->kind == EVIDENCE_VISIT)
		return look_at_place(looking, row->body, e);
	return row->kind == EVIDENCE_OVERRIDE ? look_at_proposal(looking, strtoll(row->key, NULL, 10), e) : 0;
}

int
appealed_entered(
	const struct office *office, const struct appealed *appealed, const char *user, bool *ret_did, struct error *e)
{
	struct looking looking = {.office = office, .appealed = appealed, .user = user, .areas = json_object()};
	int r;

	if (!looking.areas)
		return error_no_memory(e);
	if ((r = json_read_own(appealed->lists, "what an appeal is about", &looking.lists, e)) < 0 ||
		(r = evidence_each_of_same(registry_db(office_registry(office)), appealed->person, EVIDENCE_ALL, EVIDENCE_NOW,
			 appealed->opened_at, look_at_row, &looking, e)) < 0)
		goto out;
	*ret_did = looking.did;
	r = 0;
out:
	json_decref(looking.lists);
	json_decref(looking.areas);
	return r;
}

/* Whether a contact was one at ${then}: neither withdrawn before nor, which is written as withdrawn too, waiting for the case's grounds. */
static int
contact_stood(const char *body, instant then, bool *ret_stood, struct error *e)
{
	instant withdrawn_at = INT64_MAX;
	const char *withdrawn;
	json_t *contact = NULL;
	int r = json_read_own(body, "evidence of a contact", &contact, e);

	if (r < 0)
		return r;
	withdrawn = json_string_value(json_object_get(contact, "withdrawn_at"));
	if (withdrawn)
		r = time_read(withdrawn, strlen(withdrawn), &zone_utc, &withdrawn_at, e);
	json_decref(contact);
	if (r == 0)
		*ret_stood = withdrawn_at > then;
	return r;
}

/* A row of the case itself, "CASE/STATUS", or of a contact of it, "CASE/PERSON". */
static int
is_of_case(const struct evidence_row *row, void *context, struct error *e)
{
	struct of_case *of = context;
	bool stood = true;
	int r = 0;

	if (!is_named(of->looking, row->kind) || !text_starts(row->key, of->name))
		return 0;
	if (row->kind == EVIDENCE_CONTACT)
		r = contact_stood(row->body, of->looking->appealed->opened_at, &stood, e);
	of->found |= r == 0 && stood;
	return r;
}

int
appealed_of_case(
	const struct office *office, const struct appealed *appealed, const char *name, bool *ret_is, struct error *e)
{
	static const enum evidence_kind kinds[] = {EVIDENCE_CASE_STATUS, EVIDENCE_CONTACT};
	struct looking looking = {.office = office, .appealed = appealed};
	struct of_case of = {.looking = &looking};
	int r = json_read_own(appealed->lists, "what an appeal is about", &looking.lists, e);

	snprintf(of.name, sizeof of.name, "%s/", name);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds && r == 0; i++)
		r = evidence_each_of_same(registry_db(office_registry(office)), appealed->person, kinds[i], EVIDENCE_NOW,
			appealed->opened_at, is_of_case, &of, e);
	json_decref(looking.lists);
	if (r == 0)
		*ret_is = of.found;
	return r;
}
