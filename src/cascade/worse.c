/* Whom an act that is not committed yet would give a worse colour. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "cascade/inside.h"

enum { NAMES_MAX = 1000000, CONCERNED_MAX = 10000000 };

/* Those who are due, on their way. ${people}: NULL, or whom alone to look at, sorted. */
struct counting {
	struct decider decider;
	int64_t count;
	const person_number *people;
	size_t people_count;
};

static int
compare_people(const void *a, const void *b)
{
	const person_number x = *(const person_number *)a, y = *(const person_number *)b;

	return x < y ? -1 : x > y;
}

static int
compare_one(person_number person, const char *jurisdiction, const char *cause, void *context, struct error *e)
{
	struct counting *counting = context;
	struct cascade *cascade = counting->decider.cascade;
	struct registry_colour before, after;
	struct subject subject = {.person = person};
	struct error reason = {0};
	const struct pack *pack;
	int r;

	if (strcmp(cause, "time") == 0) /* no act of anybody's */
		return 0;
	if (counting->people && !bsearch(&person, counting->people, counting->people_count, sizeof person, compare_people))
		return 0;
	snprintf(subject.jurisdiction, sizeof subject.jurisdiction, "%s", jurisdiction);
	if ((r = registry_colour(cascade->registry, person, jurisdiction, &before, e)) < 0)
		return r == ERROR_EXISTS_NOT ? 0 : r;
	if ((r = decider_subject(&counting->decider, &subject, &after, NULL, &reason)) < 0) {
		if (r == ERROR_EXISTS_NOT || is_own_failure(r))
			return 0;
		*e = reason;
		return r;
	}
	if ((r = registry_pack(cascade->registry, jurisdiction, &pack, e)) < 0)
		return r;
	counting->count += pack_severity(pack, after.colour) > pack_severity(pack, before.colour);
	return 0;
}

/* How many people it concerns, whatever becomes of them: cheap, and enough for a day like any other. */
static int
count_concerned(struct cascade *cascade, char (*names)[JURISDICTION_SIZE], size_t count, int64_t most,
	int64_t *ret_concerned, struct error *e)
{
	int64_t concerned, people, version;
	bool behind[SWEEP_PARTS];
	const struct pack *pack;
	int r = registry_due_people(cascade->registry, registry_now(cascade->registry), most + 1, &concerned, e);

	for (size_t i = 0; r == 0 && i < count && concerned <= most; i++) {
		if ((r = registry_pack(cascade->registry, names[i], &pack, e)) < 0 ||
			(r = registry_sweep_behind(cascade->registry, pack, behind, &version, e)) <= 0)
			continue;
		if ((r = registry_sweep_people(cascade->registry, names[i], most + 1, &people, e)) == 0)
			concerned += people;
	}
	*ret_concerned = concerned;
	return r;
}

int
cascade_worsened(struct cascade *cascade, int64_t most, int64_t *ret_count, struct error *e)
{
	struct counting counting = {.decider = {.cascade = cascade}};
	char(*names)[JURISDICTION_SIZE] = NULL;
	int64_t concerned, swept;
	size_t count = 0;
	int r;

	*ret_count = 0;
	if ((r = registry_jurisdictions(cascade->registry, &names, &count, e)) < 0 ||
		(r = count_concerned(cascade, names, count, most, &concerned, e)) < 0 || concerned <= most)
		goto out;
	r = registry_due_each(
		cascade->registry, NULL, registry_now(cascade->registry), SIZE_MAX, compare_one, &counting, NULL, e);
	for (size_t i = 0; r == 0 && i < count; i++)
		if ((r = sweep_worsened(cascade, names[i], &swept, e)) == 0)
			counting.count += swept;
	if (r == 0)
		*ret_count = counting.count;
out:
	decider_end(&counting.decider);
	free(names);
	return r;
}

/* Cases that are looked at together. */
struct named {
	char (*names)[CASCADE_CASE_SIZE];
	size_t count, capacity;
	person_number *people; /* theirs, and whom they met; each once in the end, sorted */
	size_t people_count, people_capacity;
};

static int
add_name(struct named *named, const char *name, struct error *e)
{
	int r;

	for (size_t i = 0; i < named->count; i++)
		if (strcmp(named->names[i], name) == 0)
			return 0;
	if ((r = array_grow(&named->names, &named->capacity, named->count + 1, sizeof *named->names, NAMES_MAX, e)) == 0)
		snprintf(named->names[named->count++], sizeof *named->names, "%s", name);
	return r;
}

static int
add_person(struct named *named, int64_t person, struct error *e)
{
	int r;

	if (person == 0)
		return 0;
	if ((r = array_grow(&named->people, &named->people_capacity, named->people_count + 1, sizeof *named->people,
			 CONCERNED_MAX, e)) == 0)
		named->people[named->people_count++] = (person_number)person;
	return r;
}

static int
add_case_of(struct named *named, const char *text, struct error *e)
{
	json_t *body = NULL;
	int r = json_read_own(text, "evidence of a case", &body, e);

	if (r == 0 && json_is_string(json_object_get(body, "case")))
		r = add_name(named, json_string_value(json_object_get(body, "case")), e);
	json_decref(body);
	return r;
}

/* Of the import under way, the last one: everybody whom it tells of, for a rule may read any evidence itself; and its cases. */
static int
add_import(struct cascade *cascade, struct named *named, struct error *e)
{
	struct db_statement *row = NULL;
	int r;

	if ((r = db_start(cascade->db,
			 "SELECT person, kind, body FROM evidence WHERE import_id = (SELECT MAX(id) FROM evidence_import)", NULL, 0,
			 &row, e)) < 0)
		return r;
	while (r == 0 && (r = db_step(row, e)) == 1)
		if ((r = add_person(named, db_column_int(row, 0), e)) == 0 && db_column_int(row, 1) == EVIDENCE_CASE_STATUS)
			r = add_case_of(named, db_column_text(row, 2), e);
	db_finish(row);
	return r < 0 ? r : 0;
}

static int
add_whom_it_met(struct cascade *cascade, const char *name, struct named *named, struct error *e)
{
	struct db_statement *row = NULL;
	int r;

	if ((r = db_start(cascade->db, "SELECT person FROM case_contact WHERE case_name = $1",
			 (struct db_value[]){db_text(name)}, 1, &row, e)) < 0)
		return r;
	while ((r = db_step(row, e)) == 1 && (r = add_person(named, db_column_int(row, 0), e)) == 0)
		;
	db_finish(row);
	return r < 0 ? r : 0;
}

static void
keep_each_once(struct named *named)
{
	size_t kept = 0;

	if (named->people_count)
		qsort(named->people, named->people_count, sizeof *named->people, compare_people);
	for (size_t i = 0; i < named->people_count; i++)
		if (kept == 0 || named->people[kept - 1] != named->people[i])
			named->people[kept++] = named->people[i];
	named->people_count = kept;
}

/* A colour is of a number: whoever is known under several is concerned under each. Where nobody is, nobody is asked for them. */
static int
add_numbers(struct cascade *cascade, struct named *named, struct error *e)
{
	const size_t count = named->people_count;
	struct evidence_same same;
	int64_t links;
	int r = evidence_same_version(cascade->db, false, &links, e);

	for (size_t i = 0; r == 0 && links && i < count; i++) {
		if ((r = evidence_same(cascade->db, named->people[i], EVIDENCE_NOW, &same, e)) < 0)
			break;
		for (size_t j = 0; r == 0 && j < same.count; j++)
			r = add_person(named, same.numbers[j], e);
	}
	return r;
}

/* Trace them, and count where they concern more than ${most}. */
static int
count_named(struct cascade *cascade, struct named *named, int64_t most, int64_t *ret_count, struct error *e)
{
	struct counting counting = {.decider = {.cascade = cascade}};
	int r = 0;

	for (size_t i = 0; r == 0 && i < named->count; i++)
		if ((r = trace_named(cascade, named->names[i], e)) == 0)
			r = add_whom_it_met(cascade, named->names[i], named, e);
	keep_each_once(named);
	if (r < 0 || (r = add_numbers(cascade, named, e)) < 0)
		return r;
	keep_each_once(named);
	if (named->people_count == 0 || (int64_t)named->people_count <= most) {
		*ret_count = 0;
		return 0;
	}
	counting.people = named->people;
	counting.people_count = named->people_count;
	r = registry_due_each(
		cascade->registry, NULL, registry_now(cascade->registry), SIZE_MAX, compare_one, &counting, NULL, e);
	decider_end(&counting.decider);
	if (r == 0)
		*ret_count = counting.count;
	return r;
}

static void
named_free(struct named *named)
{
	free(named->names);
	free(named->people);
}

int
cascade_case_worsened(struct cascade *cascade, const char *name, int64_t most, int64_t *ret_count, struct error *e)
{
	struct named named = {0};
	struct cascade_case c;
	int r;

	if ((r = cascade_case(cascade, name, &c, e)) == 0 && (r = add_name(&named, name, e)) == 0 &&
		(r = add_person(&named, c.exposure.person, e)) == 0)
		r = count_named(cascade, &named, most, ret_count, e);
	named_free(&named);
	return r;
}

int
cascade_message_worsened(struct cascade *cascade, int64_t most, int64_t *ret_count, struct error *e)
{
	struct named named = {0};
	int r;

	if ((r = match_settle(cascade, e)) == 0 && (r = add_import(cascade, &named, e)) == 0)
		r = count_named(cascade, &named, most, ret_count, e);
	named_free(&named);
	return r;
}
