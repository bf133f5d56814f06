/* Evaluation of many: facts -> colour -> registry and ledger, a batch a transaction.
 *
 * E1. A batch is all or nothing: colours, log, ledger entry and the end of being due commit together.
 * E2. After a crash, whoever was not in a committed batch is still due.
 * E3. Changes are told to the caller only once they are committed. */

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "cascade/inside.h"

struct subject {
	person_number person;
	char jurisdiction[JURISDICTION_SIZE];
};

struct batch {
	struct subject subjects[CASCADE_BATCH];
	size_t count;
	struct {
		struct cascade_change change;
		bool changed;
	} outcomes[CASCADE_BATCH];
};

static int
read_next(const json_t *result, struct registry_colour *colour, struct error *e)
{
	const json_t *next = json_object_get(result, "next");
	const char *at;

	colour->next_at = REGISTRY_NEVER;
	colour->next_colour = colour->colour;
	if (!json_is_object(next))
		return 0;
	at = json_string_value(json_object_get(next, "at"));
	colour_read(json_string_value(json_object_get(next, "colour")), &colour->next_colour);
	return time_read(at, strlen(at), &zone_utc, &colour->next_at, e);
}

/* Evaluate one person as of registry_now; ERROR_EXISTS_NOT where they have not applied by then. */
static int
evaluate_subject(
	struct cascade *cascade, const struct subject *subject, struct registry_colour *ret_colour, struct error *e)
{
	struct registry_colour colour = {.person = subject->person};
	const struct pack *pack;
	const char *since;
	json_t *facts = NULL, *result = NULL;
	int r;

	if ((r = registry_pack(cascade->registry, subject->jurisdiction, &pack, e)) < 0)
		goto out;
	if ((r = cascade_facts(cascade, pack, subject->person, &facts, &colour.seen, e)) < 0)
		goto out;
	colour.evaluated_at = registry_now(cascade->registry);
	if ((r = evaluate(pack, facts, colour.evaluated_at, &result, NULL, e)) < 0)
		goto out;
	memcpy(colour.jurisdiction, subject->jurisdiction, sizeof colour.jurisdiction);
	strcpy(colour.policy, pack_hash(pack));
	colour_read(json_string_value(json_object_get(result, "colour")), &colour.colour);
	since = json_string_value(json_object_get(result, "since"));
	if ((r = time_read(since, strlen(since), &zone_utc, &colour.since, e)) < 0 ||
		(r = read_next(result, &colour, e)) < 0)
		goto out;
	*ret_colour = colour;
out:
	json_decref(facts);
	json_decref(result);
	return r;
}

static int
evaluate_one(struct cascade *cascade, const struct subject *subject, struct evaluation *evaluation,
	struct cascade_change *ret_change, bool *ret_changed, struct error *e)
{
	struct registry_colour colour;
	enum colour before = 0;
	int r = evaluate_subject(cascade, subject, &colour, e);

	*ret_changed = false;
	if (r == ERROR_EXISTS_NOT)
		return registry_due_done(
			cascade->registry, subject->person, subject->jurisdiction, registry_now(cascade->registry), e);
	if (r < 0)
		return r;
	evaluation->evaluated++;
	if ((r = registry_colour_put(cascade->registry, &colour, &before, e)) < 0)
		return r;
	if (r == 0)
		return 0;
	*ret_changed = true;
	*ret_change = (struct cascade_change){.person = subject->person,
		.jurisdiction = subject->jurisdiction,
		.first = r == 2,
		.before = before,
		.after = colour.colour,
		.since = colour.since};
	return evaluation_add(cascade, evaluation, &colour, e);
}

/* E1: evaluate the batch's subjects in the open transaction and end it. */
static int
run_batch(struct cascade *cascade, struct batch *batch, cascade_each_change *each, void *context,
	struct cascade_counts *counts, struct error *e)
{
	struct evaluation evaluation = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < batch->count; i++)
		r = evaluate_one(
			cascade, &batch->subjects[i], &evaluation, &batch->outcomes[i].change, &batch->outcomes[i].changed, e);
	if (r == 0)
		r = evaluation_commit(cascade, &evaluation, e);
	if (r == 0)
		r = registry_commit(cascade->registry, e);
	else
		registry_rollback(cascade->registry);
	if (r == 0) {
		counts->evaluated += evaluation.evaluated;
		for (size_t i = 0; r == 0 && i < batch->count; i++)
			if (batch->outcomes[i].changed) {
				counts->changed++;
				r = each ? each(&batch->outcomes[i].change, context, e) : 0;
			}
	}
	evaluation_clear(&evaluation);
	return r;
}

static int
add_due(person_number person, const char *jurisdiction, const char *cause, void *context, struct error *e)
{
	struct batch *batch = context;
	struct subject *subject = &batch->subjects[batch->count];

	(void)cause;
	if (strlen(jurisdiction) >= sizeof subject->jurisdiction)
		return error_set(e, ERROR_CORRUPT, "a jurisdiction's name is too long");
	subject->person = person;
	strcpy(subject->jurisdiction, jurisdiction);
	batch->count++;
	return 0;
}

int
cascade_evaluate_due(struct cascade *cascade, const char *jurisdiction, cascade_each_change *each, void *context,
	struct cascade_counts *ret_counts, struct error *e)
{
	struct cascade_counts counts = {0};
	struct batch *batch = calloc(1, sizeof *batch);
	size_t due = CASCADE_BATCH;
	int r = 0;

	if (!batch)
		return error_no_memory(e);
	while (due == CASCADE_BATCH) {
		batch->count = 0;
		if ((r = registry_begin(cascade->registry, e)) < 0)
			goto out;
		if ((r = registry_due_each(cascade->registry, jurisdiction, registry_now(cascade->registry), CASCADE_BATCH,
				 add_due, batch, &due, e)) < 0) {
			registry_rollback(cascade->registry);
			goto out;
		}
		if ((r = run_batch(cascade, batch, each, context, &counts, e)) != 0)
			goto out;
	}
	if ((r = registry_colour_counts(cascade->registry, jurisdiction, counts.colours, e)) < 0)
		goto out;
	*ret_counts = counts;
out:
	free(batch);
	return r;
}

/* The jurisdictions in which a person is to be evaluated: one, or all where they applied. */
struct scope {
	const char *only;
	struct subject *subjects;
	size_t count, capacity;
	person_number person;
};

static int
add_applied(const struct registry_applied *applied, void *context, struct error *e)
{
	struct scope *scope = context;
	int r;

	if (scope->only && strcmp(scope->only, applied->jurisdiction) != 0)
		return 0;
	if ((r = array_grow(
			 &scope->subjects, &scope->capacity, scope->count + 1, sizeof *scope->subjects, SIZE_MAX / 1024, e)) < 0)
		return r;
	scope->subjects[scope->count].person = scope->person;
	memcpy(scope->subjects[scope->count].jurisdiction, applied->jurisdiction, JURISDICTION_SIZE);
	scope->count++;
	return 0;
}

/* Gather who is in scope: ${count} people, or (0) everyone. */
static int
gather(struct cascade *cascade, const person_number *people, size_t count, struct scope *scope, struct error *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		scope->person = people[i];
		r = registry_applications_each(cascade->registry, people[i], add_applied, scope, e);
	}
	return r;
}

int
cascade_evaluate_people(struct cascade *cascade, const char *jurisdiction, const person_number *people, size_t count,
	cascade_each_change *each, void *context, struct cascade_counts *ret_counts, struct error *e)
{
	struct scope scope = {.only = jurisdiction};
	struct cascade_counts counts = {0};
	struct batch *batch = calloc(1, sizeof *batch);
	struct registry_colour colour;
	int r;

	if (!batch)
		return error_no_memory(e);
	if ((r = gather(cascade, people, count, &scope, e)) < 0)
		goto out;
	for (size_t at = 0; at < scope.count; at += batch->count) {
		batch->count = scope.count - at < CASCADE_BATCH ? scope.count - at : CASCADE_BATCH;
		memcpy(batch->subjects, &scope.subjects[at], batch->count * sizeof *scope.subjects);
		if ((r = registry_begin(cascade->registry, e)) < 0 ||
			(r = run_batch(cascade, batch, each, context, &counts, e)) != 0)
			goto out;
	}
	for (size_t i = 0; i < scope.count; i++) {
		r = registry_colour(cascade->registry, scope.subjects[i].person, scope.subjects[i].jurisdiction, &colour, e);
		if (r == 0)
			counts.colours[colour.colour]++;
		else if (r != ERROR_EXISTS_NOT)
			goto out;
	}
	r = 0;
	*ret_counts = counts;
out:
	free(scope.subjects);
	free(batch);
	return r;
}

static int
rehearse_scope(struct cascade *cascade, const struct scope *scope, struct cascade_counts *counts, struct error *e)
{
	struct registry_colour colour;

	for (size_t i = 0; i < scope->count; i++) {
		int r = evaluate_subject(cascade, &scope->subjects[i], &colour, e);

		if (r == ERROR_EXISTS_NOT)
			continue;
		if (r < 0)
			return r;
		counts->evaluated++;
		counts->colours[colour.colour]++;
	}
	return 0;
}

struct rehearsing {
	struct cascade *cascade;
	struct scope scope;
	struct cascade_counts counts;
	person_number last;
	size_t seen;
};

static int
rehearse_person(person_number person, void *context, struct error *e)
{
	struct rehearsing *rehearsing = context;
	int r;

	rehearsing->last = person;
	rehearsing->seen++;
	rehearsing->scope.count = 0;
	if ((r = gather(rehearsing->cascade, &person, 1, &rehearsing->scope, e)) < 0)
		return r;
	return rehearse_scope(rehearsing->cascade, &rehearsing->scope, &rehearsing->counts, e);
}

int
cascade_rehearse(struct cascade *cascade, const char *jurisdiction, const person_number *people, size_t count,
	struct cascade_counts *ret_counts, struct error *e)
{
	struct rehearsing rehearsing = {.cascade = cascade, .scope = {.only = jurisdiction}};
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		r = rehearse_person(people[i], &rehearsing, e);
	while (r == 0 && count == 0) {
		rehearsing.seen = 0;
		r = registry_people_each(cascade->registry, rehearsing.last, CASCADE_BATCH, rehearse_person, &rehearsing, e);
		if (rehearsing.seen < CASCADE_BATCH)
			break;
	}
	if (r == 0)
		*ret_counts = rehearsing.counts;
	free(rehearsing.scope.subjects);
	return r;
}

int
cascade_colour(struct cascade *cascade, person_number person, const char *jurisdiction,
	struct registry_colour *ret_colour, struct error *e)
{
	struct cascade_counts counts;
	int r = registry_is_stale(cascade->registry, person, jurisdiction, registry_now(cascade->registry), e);

	if (r < 0)
		return r;
	if (r == 1 && (r = cascade_evaluate_people(cascade, jurisdiction, &person, 1, NULL, NULL, &counts, e)) < 0)
		return r;
	return registry_colour(cascade->registry, person, jurisdiction, ret_colour, e);
}
