/* Evaluation of many: facts -> colour -> registry and ledger, a batch a transaction.
 *
 * E1. A batch is all or nothing: colours, log, ledger entry and the end of being due commit together.
 * E2. After a crash, whoever was not in a committed batch is still due.
 * E3. Changes are told to the caller only once they are committed.
 * E4. Whose evaluation fails on their own facts is told and left due, as they were; it stops nobody else's. */

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "cascade/inside.h"

bool
is_own_failure(int code)
{
	return code == ERROR_BAD_INPUT || code == ERROR_TOO_LARGE;
}

static bool
has_failed(const struct run *run, person_number person, const char *jurisdiction)
{
	for (size_t i = 0; i < run->failed_count; i++)
		if (run->failed[i].person == person && strcmp(run->failed[i].jurisdiction, jurisdiction) == 0)
			return true;
	return false;
}

/* E4 */
int
run_note_failure(struct run *run, const struct subject *subject, const struct error *reason, struct error *e)
{
	int r;

	if (run->failed_count == CASCADE_FAILED_MAX)
		return error_set(e, ERROR_TOO_LARGE, "more than %d people cannot be evaluated; the last: person %u in %s: %s",
			CASCADE_FAILED_MAX, subject->person, subject->jurisdiction, reason->message);
	if ((r = array_grow(&run->failed, &run->failed_capacity, run->failed_count + 1, sizeof *run->failed,
			 CASCADE_FAILED_MAX, e)) < 0)
		return r;
	run->failed[run->failed_count++] = *subject;
	run->counts.failed++;
	if (!run->listener || !run->listener->failed)
		return 0;
	return run->listener->failed(subject->person, subject->jurisdiction, reason, run->listener->context, e);
}

/* The facts as they were packed, for the sweeps to come. */
static int
keep_row(struct cascade *cascade, const struct registry_colour *colour, const struct buffer *row, struct error *e)
{
	const struct registry_packed packed = {
		.from = colour->evaluated_at, .until = colour->seen.until, .facts = row->data, .size = row->length};

	if (registry_known(cascade->registry) != INT64_MAX)
		return 0;
	return registry_packed_put(cascade->registry, colour->person, colour->jurisdiction, &packed, e);
}

int
put_due_again(struct cascade *cascade, const struct registry_colour *colour, struct error *e)
{
	if (colour->seen.until == INT64_MAX)
		return 0;
	return registry_due_put(cascade->registry, colour->person, colour->jurisdiction, "time", colour->seen.until, e);
}

/* Write what was decided of the batch's subject ${i}. */
static int
write_one(size_t i, void *context, struct error *e)
{
	struct run *run = context;
	const struct subject *subject = &run->batch.subjects[i];
	const struct decision *decision = &run->batch.decisions[i];
	const struct registry_colour *colour = &decision->colour;
	struct evaluation *evaluation = &run->evaluation;
	struct cascade *cascade = run->cascade;
	struct cascade_change change;
	enum colour before = 0;
	int changed, r = decision->result;

	run->batch.outcomes[i].changed = false;
	if (is_own_failure(r))
		return run_note_failure(run, subject, &decision->reason, e);
	if (r == ERROR_EXISTS_NOT)
		return registry_due_done(
			cascade->registry, subject->person, subject->jurisdiction, registry_now(cascade->registry), e);
	if (r < 0) {
		*e = decision->reason;
		return r;
	}
	evaluation->evaluated++;
	if ((r = keep_row(cascade, colour, &decision->row, e)) < 0)
		return r;
	changed = r = registry_colour_put(cascade->registry, colour, &before, e);
	if (r < 0 || (r = put_due_again(cascade, colour, e)) < 0 || changed == 0)
		return r;
	change = (struct cascade_change){.person = subject->person,
		.jurisdiction = subject->jurisdiction,
		.first = changed == 2,
		.before = before,
		.after = colour->colour,
		.since = colour->since};
	run->batch.outcomes[i].changed = true;
	run->batch.outcomes[i].change = change;
	return change_follow(cascade, evaluation, &change, colour, e);
}

/* E3 */
static int
tell_changes(struct run *run, struct error *e)
{
	const struct cascade_listener *listener = run->listener;
	const struct batch *batch = &run->batch;
	int r = 0;

	for (size_t i = 0; r == 0 && i < batch->count; i++)
		if (batch->outcomes[i].changed) {
			run->counts.changed++;
			r = listener && listener->changed ? listener->changed(&batch->outcomes[i].change, listener->context, e) : 0;
		}
	return r;
}

/* E1: evaluate the batch's subjects in the open transaction and end it. */
static int
run_batch(struct run *run, struct error *e)
{
	struct registry *registry = run->cascade->registry;
	int r = batch_each(run->cascade, &run->batch, write_one, run, e);

	if (r == 0)
		r = evaluation_commit(run->cascade, &run->evaluation, e);
	if (r == 0)
		r = registry_commit(registry, e);
	else
		registry_rollback(registry);
	if (r == 0) {
		run->counts.evaluated += run->evaluation.evaluated;
		r = tell_changes(run, e);
	}
	evaluation_clear(&run->evaluation);
	return r;
}

static void
run_end(struct run *run)
{
	free(run->failed);
	batch_free(&run->batch);
}

/* Those who failed in this run are due still: they are passed over. */
static int
add_due(person_number person, const char *jurisdiction, const char *cause, void *context, struct error *e)
{
	struct run *run = context;

	(void)cause;
	if (has_failed(run, person, jurisdiction))
		return 0;
	if (run->batch.count == run->cascade->batch_most) {
		run->more = true;
		return 0;
	}
	return batch_add(&run->batch, person, jurisdiction, e);
}

static int
sweep(struct run *run, const char *jurisdiction, struct error *e)
{
	char(*names)[JURISDICTION_SIZE] = NULL;
	size_t count = 0;
	int r = 0;

	if (jurisdiction)
		return sweep_jurisdiction(run, jurisdiction, e);
	if ((r = registry_jurisdictions(run->cascade->registry, &names, &count, e)) < 0)
		return r;
	for (size_t i = 0; i < count && r == 0; i++)
		r = sweep_jurisdiction(run, names[i], e);
	free(names);
	return r;
}

int
cascade_evaluate_due(struct cascade *cascade, const char *jurisdiction, const struct cascade_listener *listener,
	struct cascade_counts *ret_counts, struct error *e)
{
	struct run run = {.cascade = cascade, .listener = listener};
	size_t due, limit;
	int r;

	do {
		batch_clear(&run.batch);
		run.more = false;
		limit = cascade->batch_most + run.failed_count;
		if ((r = registry_begin(cascade->registry, e)) < 0)
			goto out;
		if ((r = registry_due_each(cascade->registry, jurisdiction, registry_now(cascade->registry), limit, add_due,
				 &run, &due, e)) < 0) {
			registry_rollback(cascade->registry);
			goto out;
		}
		if ((r = run_batch(&run, e)) != 0)
			goto out;
	} while (run.batch.count > 0 && (run.more || due == limit));
	if ((r = sweep(&run, jurisdiction, e)) != 0)
		goto out;
	*ret_counts = run.counts;
out:
	run_end(&run);
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
	const struct cascade_listener *listener, struct cascade_counts *ret_counts, struct error *e)
{
	struct scope scope = {.only = jurisdiction};
	struct run run = {.cascade = cascade, .listener = listener};
	struct registry_colour colour;
	int r;

	if ((r = gather(cascade, people, count, &scope, e)) < 0)
		goto out;
	for (size_t at = 0; at < scope.count; at += run.batch.count) {
		batch_clear(&run.batch);
		for (size_t i = at; r == 0 && i < scope.count && run.batch.count < cascade->batch_most; i++)
			r = batch_add(&run.batch, scope.subjects[i].person, scope.subjects[i].jurisdiction, e);
		if (r < 0 || (r = registry_begin(cascade->registry, e)) < 0 || (r = run_batch(&run, e)) != 0)
			goto out;
	}
	for (size_t i = 0; i < scope.count; i++) {
		r = registry_colour(cascade->registry, scope.subjects[i].person, scope.subjects[i].jurisdiction, &colour, e);
		if (r == 0)
			run.counts.colours[colour.colour]++;
		else if (r != ERROR_EXISTS_NOT)
			goto out;
	}
	r = 0;
	*ret_counts = run.counts;
out:
	free(scope.subjects);
	run_end(&run);
	return r;
}

struct rehearsing {
	struct run run;
	struct scope scope;
	struct decider decider;
	person_number last;
	size_t seen;
};

static int
rehearse_scope(struct rehearsing *rehearsing, struct error *e)
{
	const struct scope *scope = &rehearsing->scope;
	struct run *run = &rehearsing->run;
	struct registry_colour colour;

	for (size_t i = 0; i < scope->count; i++) {
		struct error reason = {0};
		int r = decider_subject(&rehearsing->decider, &scope->subjects[i], &colour, NULL, &reason);

		if (r == ERROR_EXISTS_NOT)
			continue;
		if (is_own_failure(r)) {
			if ((r = run_note_failure(run, &scope->subjects[i], &reason, e)) != 0)
				return r;
			continue;
		}
		if (r < 0) {
			*e = reason;
			return r;
		}
		run->counts.evaluated++;
		run->counts.colours[colour.colour]++;
	}
	return 0;
}

static int
rehearse_person(person_number person, void *context, struct error *e)
{
	struct rehearsing *rehearsing = context;
	int r;

	rehearsing->last = person;
	rehearsing->seen++;
	rehearsing->scope.count = 0;
	if ((r = gather(rehearsing->run.cascade, &person, 1, &rehearsing->scope, e)) < 0)
		return r;
	return rehearse_scope(rehearsing, e);
}

int
cascade_rehearse(struct cascade *cascade, const char *jurisdiction, const person_number *people, size_t count,
	const struct cascade_listener *listener, struct cascade_counts *ret_counts, struct error *e)
{
	struct rehearsing rehearsing = {.run = {.cascade = cascade, .listener = listener},
		.scope = {.only = jurisdiction},
		.decider = {.cascade = cascade}};
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
		*ret_counts = rehearsing.run.counts;
	free(rehearsing.scope.subjects);
	decider_end(&rehearsing.decider);
	run_end(&rehearsing.run);
	return r;
}

/* One person's failure is the answer where only they are asked for. */
static int
give_reason(person_number person, const char *jurisdiction, const struct error *reason, void *context, struct error *e)
{
	(void)person;
	(void)jurisdiction;
	(void)context;
	*e = *reason;
	return reason->code;
}

int
cascade_colour(struct cascade *cascade, person_number person, const char *jurisdiction,
	struct registry_colour *ret_colour, struct error *e)
{
	const struct cascade_listener listener = {.failed = give_reason};
	struct cascade_counts counts;
	instant until;
	int r = registry_colour_fresh(
		cascade->registry, person, jurisdiction, registry_now(cascade->registry), ret_colour, &until, e);

	if (r != 0)
		return r < 0 ? r : 0;
	if ((r = cascade_evaluate_people(cascade, jurisdiction, &person, 1, &listener, &counts, e)) < 0)
		return r;
	return registry_colour(cascade->registry, person, jurisdiction, ret_colour, e);
}
