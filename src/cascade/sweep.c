/* Sweeps: everyone whom a new version of a pack or of areas' counts concerns, evaluated from their packed rows.
 *
 *   begin (the one writer)
 *     workers: each takes parts, reads and decides, and writes nothing
 *     this thread: writes what differs, part by part, in order of number, as soon as they are decided; marks the parts; decides about
 *                  parts itself while there is nothing to write; an entry in the ledger
 *   commit, tell, and the next parts, while the store carries what was committed to where it belongs (db_checkpoint_beside)
 *
 * W1. Workers read within the writer's transaction, in which nobody else writes, and as it began: what they decide about is what it writes
 *     over. This thread sees what it wrote, which is of other parts than it reads.
 * W2. What is written does not depend on which worker took which part.
 * W3. Whoever cannot be decided from a row (none yet, none that holds now, facts past a maximum) is evaluated from the evidence, and gets a
 *     row. So rows change how long a sweep takes and nothing else.
 * W4. Who fails is due from now on, like anybody with a cause of their own.
 * W5. Pack, version of areas and moment are those of the transaction, not those at which the sweep began: two sweepers at once agree on what
 *     is behind, and nobody was evaluated for a later moment by another while the clock runs.
 * W6. Whom neither the areas' new counts nor the pack's new rules concern keeps what was found: evaluated, they would come out as they
 *     did, with the same next change. */

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "cascade/inside.h"

enum {
	WORKERS_MAX = 16,
	OUTCOMES_MAX = 1 << 27, /* of one part */
	TEXTS_MAX = INT32_MAX,  /* bytes of areas and rows of one part */
	PAUSE_NS = 10000000,    /* between transactions, for other writers */
	COMPARED = 4,           /* packs that people were last evaluated by and that are kept in mind */
};

/* What is to be written of one person. ${areas}, ${row} and ${policy} are where theirs begin among the part's texts. */
struct outcome {
	person_number person;
	enum colour before, colour, next_colour;
	instant since_before, since, next_at, until;
	size_t areas, row, row_size, policy;
	bool apart; /* from the mark: they are as they were found, by that policy and area version, of a later moment */
	instant evaluated_at;
	int64_t area_version;
	bool repacked; /* there is a row */
	bool failed;   /* ${areas} is the reason */
	int code;
};

/* What one part comes to. The first two are under the slice's lock. */
struct part_result {
	bool taken, decided;
	int64_t evaluated;
	struct outcome *outcomes;
	size_t count, capacity;
	struct buffer texts;
};

struct slice {
	const struct pack *pack;
	const char *jurisdiction;
	instant now;
	int64_t people; /* that are enough for one transaction */
	const struct registry_changed_areas *changed;
	bool behind[SWEEP_PARTS];
	bool reads_visits, reads_places, rows_hold, rows_suffice; /* ${rows_hold}: all that is recorded is known */
	struct part_result parts[SWEEP_PARTS];
	atomic_long seen;
	pthread_mutex_t lock;
	pthread_cond_t decided;
	/* under the lock */
	int next_part;
	bool stop;
};

/* Whom it concerns that the slice's pack took the place of another. */
struct compared {
	char policy[PACK_HASH_TEXT_SIZE], by[PACK_HASH_TEXT_SIZE];
	struct pack_change change;
};

struct worker {
	struct cascade *cascade;
	struct beside beside; /* closed with the worker; not opened where ${cascade} is the caller's */
	struct slice *slice;
	struct part_result *part; /* at work */
	struct registry_packed_reader *reader;
	const struct pack *pack; /* the slice's, in this worker's registry */
	struct compared compared[COMPARED];
	size_t next_compared;
	struct stays_visits *visits;
	struct buffer row;
	struct decider decider; /* W3; of one transaction */
	pthread_t thread;
	bool started;
	int result;
	struct error e;
};

static int
new_outcome(
	struct part_result *part, const struct registry_colour *before, struct outcome **ret_outcome, struct error *e)
{
	int r = array_grow(&part->outcomes, &part->capacity, part->count + 1, sizeof *part->outcomes, OUTCOMES_MAX, e);

	if (r < 0)
		return r;
	*ret_outcome = &part->outcomes[part->count++];
	**ret_outcome = (struct outcome){
		.person = before->person, .before = before->colour, .since_before = before->since, .colour = before->colour};
	return 0;
}

static int
keep_text(struct part_result *part, const void *text, size_t size, size_t *ret_at, struct error *e)
{
	*ret_at = part->texts.length;
	return buffer_add(&part->texts, text, size, e);
}

static int
keep_outcome(struct worker *w, const struct registry_colour *before, const struct registry_colour *after,
	const struct buffer *row, struct error *e)
{
	struct outcome *outcome;
	int r;

	if ((r = new_outcome(w->part, before, &outcome, e)) < 0 ||
		(r = keep_text(w->part, after->seen.areas, strlen(after->seen.areas) + 1, &outcome->areas, e)) < 0)
		return r;
	outcome->colour = after->colour;
	outcome->since = after->since;
	outcome->next_at = after->next_at;
	outcome->next_colour = after->next_colour;
	outcome->until = after->seen.until;
	if (!row)
		return 0;
	outcome->repacked = true;
	outcome->row_size = row->length;
	return row->length ? keep_text(w->part, row->data, row->length, &outcome->row, e) : 0;
}

static int
keep_failure(struct worker *w, const struct registry_colour *before, const struct error *reason, struct error *e)
{
	struct outcome *outcome;
	int r;

	if ((r = new_outcome(w->part, before, &outcome, e)) < 0)
		return r;
	outcome->failed = true;
	outcome->code = reason->code;
	return keep_text(w->part, reason->message, strlen(reason->message) + 1, &outcome->areas, e);
}

/* Whoever was evaluated for a later moment than this keeps that. */
static int
keep_apart(struct worker *w, const struct registry_colour *before, struct error *e)
{
	struct outcome *outcome;
	int r;

	if ((r = keep_outcome(w, before, before, NULL, e)) < 0)
		return r;
	outcome = &w->part->outcomes[w->part->count - 1];
	outcome->apart = true;
	outcome->evaluated_at = before->evaluated_at;
	outcome->area_version = before->seen.area_version;
	return keep_text(w->part, before->policy, sizeof before->policy, &outcome->policy, e);
}

/* W3: 1 where the row gave ${ret_after}, 0 where the evidence must, or a code. */
static int
decide_from_row(
	struct worker *w, const struct registry_swept *swept, struct registry_colour *ret_after, struct error *e)
{
	const struct registry_packed *row = &swept->packed;
	const struct slice *slice = w->slice;

	if (!slice->rows_suffice || row->size == 0 || slice->now < row->from || slice->now >= row->until)
		return 0;
	return decide_row(w->cascade, w->reader, slice->reads_places, slice->reads_visits ? w->visits : NULL, slice->now,
		row->facts, row->size, ret_after, e);
}

static bool
is_same(const struct registry_colour *a, const struct registry_colour *b)
{
	return a->colour == b->colour && a->since == b->since && a->next_at == b->next_at &&
		a->next_colour == b->next_colour && strcmp(a->seen.areas, b->seen.areas) == 0;
}

static int
evaluate_person(struct worker *w, const struct registry_swept *swept, struct error *e)
{
	const struct registry_colour *before = swept->colour;
	struct registry_colour after = {.person = before->person};
	struct subject subject = {.person = before->person};
	struct error reason = {0};
	int r;

	if ((r = decide_from_row(w, swept, &after, e)) < 0)
		return r;
	if (r == 1) {
		w->part->evaluated++;
		if (!w->slice->reads_places) /* no area concerns them, whichever were looked at for earlier rules */
			memcpy(after.seen.areas, before->seen.areas, sizeof after.seen.areas);
		return is_same(before, &after) && after.seen.until == INT64_MAX ? 0 : keep_outcome(w, before, &after, NULL, e);
	}
	memcpy(subject.jurisdiction, before->jurisdiction, sizeof subject.jurisdiction);
	buffer_clear(&w->row);
	r = decider_subject(&w->decider, &subject, &after, &w->row, &reason);
	if (is_own_failure(r) || r == ERROR_EXISTS_NOT)
		return keep_failure(w, before, &reason, e);
	if (r < 0) {
		*e = reason;
		return r;
	}
	w->part->evaluated++;
	return keep_outcome(w, before, &after, &w->row, e);
}

/* Whom it concerns that this pack took the place of ${policy}: everyone where that one is not kept. */
static int
change_from(struct worker *w, const char *policy, const struct pack_change **ret_change, struct error *e)
{
	struct compared *compared = w->compared;
	const struct pack *before;
	struct error none = {0};
	int r;

	for (; compared < w->compared + COMPARED; compared++)
		if (strcmp(compared->policy, policy) == 0 && strcmp(compared->by, pack_hash(w->pack)) == 0) {
			*ret_change = &compared->change;
			return 0;
		}
	compared = &w->compared[w->next_compared++ % COMPARED];
	*compared = (struct compared){.change = {.everyone = true}};
	r = registry_pack_by_hash(w->cascade->registry, policy, &before, &none);
	if (r < 0 && r != ERROR_EXISTS_NOT && r != ERROR_BAD_INPUT) {
		*e = none;
		return r;
	}
	if (r == 0 && !cascade_is_travel_card(w->pack)) /* which begins for everyone when the pack does */
		compared->change = pack_compare(before, w->pack);
	snprintf(compared->policy, sizeof compared->policy, "%s", policy);
	snprintf(compared->by, sizeof compared->by, "%s", pack_hash(w->pack));
	*ret_change = &compared->change;
	return 0;
}

/* W6: 1 where the pack's change concerns them, 0, or a code. */
static int
rules_concern(struct worker *w, const struct registry_swept *swept, struct error *e)
{
	const struct registry_packed *row = &swept->packed;
	const struct slice *slice = w->slice;
	const struct pack_change *change;
	int r;

	if (!slice->rows_hold || row->size == 0 || slice->now < row->from || slice->now >= row->until)
		return 1;
	if ((r = change_from(w, swept->colour->policy, &change, e)) < 0)
		return r;
	return pack_change_concerns(change, swept->colour->next_at == REGISTRY_NEVER, row->facts, row->size);
}

static int
look_at(const struct registry_swept *swept, void *context, struct error *e)
{
	const struct registry_colour *before = swept->colour;
	struct worker *w = context;
	const struct slice *slice = w->slice;
	int concerned;

	atomic_fetch_add_explicit(&w->slice->seen, 1, memory_order_relaxed);
	if (before->evaluated_at > slice->now)
		return keep_apart(w, before, e);
	if (swept->due)
		return 0;
	concerned = slice->reads_places && registry_areas_changed(slice->changed, &before->seen);
	if (!concerned && strcmp(before->policy, pack_hash(slice->pack)) != 0)
		concerned = rules_concern(w, swept, e);
	return concerned == 1 ? evaluate_person(w, swept, e) : concerned;
}

/* The next part to decide about, or -1 where the transaction has enough, or somebody failed. */
static int
take_part(struct slice *slice)
{
	int part = -1;

	pthread_mutex_lock(&slice->lock);
	while (slice->next_part < SWEEP_PARTS && !slice->behind[slice->next_part])
		slice->next_part++;
	if (!slice->stop && slice->next_part < SWEEP_PARTS && atomic_load(&slice->seen) < slice->people) {
		part = slice->next_part++;
		slice->parts[part].taken = true;
	}
	pthread_mutex_unlock(&slice->lock);
	return part;
}

static int
decide_part(struct worker *w, int part)
{
	struct slice *slice = w->slice;
	int r;

	w->part = &slice->parts[part];
	r = registry_sweep_each(w->cascade->registry, slice->jurisdiction, part, slice->now, look_at, w, &w->e);
	pthread_mutex_lock(&slice->lock);
	w->part->decided = r == 0;
	slice->stop = slice->stop || r < 0;
	pthread_cond_signal(&slice->decided);
	pthread_mutex_unlock(&slice->lock);
	return r;
}

static void *
work(void *context)
{
	struct worker *w = context;
	int part;

	w->result = 0;
	while (w->result == 0 && (part = take_part(w->slice)) >= 0)
		w->result = decide_part(w, part);
	return NULL;
}

static int
worker_open(struct worker *w, struct cascade *cascade, bool beside, struct slice *slice, struct error *e)
{
	int r;

	w->slice = slice;
	w->cascade = cascade;
	w->row = buffer_make(PACKED_ROW_MAX);
	if (!(w->visits = calloc(1, sizeof *w->visits)))
		return error_no_memory(e);
	if (!beside)
		return 0;
	if ((r = beside_open(cascade, &w->beside, e)) == 0)
		w->cascade = w->beside.cascade;
	return r;
}

static void
worker_close(struct worker *w)
{
	registry_packed_close(w->reader);
	decider_end(&w->decider);
	beside_close(&w->beside);
	buffer_free(&w->row);
	free(w->visits);
}

/* W1. A reading transaction begins with its first read, which the reader makes. The pack is each registry's own copy of the same. */
static int
worker_begin(struct worker *w, struct error *e)
{
	const struct slice *slice = w->slice;
	int r;

	registry_packed_close(w->reader);
	w->reader = NULL;
	decider_end(&w->decider);
	w->decider.cascade = w->cascade;
	if (w->beside.registry && (r = beside_begin(&w->beside, slice->now, e)) < 0)
		return r;
	if ((r = registry_pack_by_hash(w->cascade->registry, pack_hash(slice->pack), &w->pack, e)) < 0)
		return r;
	return registry_packed_open(w->cascade->registry, w->pack, slice->now, &w->reader, e);
}

static int
write_failure(
	struct run *run, const struct slice *slice, const struct outcome *outcome, const char *texts, struct error *e)
{
	struct subject subject = {.person = outcome->person};
	struct error reason = {.code = outcome->code};
	int r;

	snprintf(reason.message, sizeof reason.message, "%s", texts + outcome->areas);
	snprintf(subject.jurisdiction, sizeof subject.jurisdiction, "%s", slice->jurisdiction);
	r = registry_due_put(run->cascade->registry, subject.person, subject.jurisdiction, "version", slice->now, e);
	return r < 0 || outcome->code == ERROR_EXISTS_NOT ? r : run_note_failure(run, &subject, &reason, e);
}

/* Write one outcome over what was found; 1 where the colour differs. */
static int
write_outcome(struct run *run, const struct slice *slice, int64_t area_version, const struct outcome *outcome,
	const char *texts, int64_t sweep, struct registry_colour *colour, struct error *e)
{
	const struct registry_colour before = {.colour = outcome->before, .since = outcome->since_before};
	const struct registry_packed packed = {
		.from = slice->now, .until = outcome->until, .facts = texts + outcome->row, .size = outcome->row_size};
	int changed, r;

	colour->person = outcome->person;
	colour->colour = outcome->colour;
	colour->since = outcome->since;
	colour->next_at = outcome->next_at;
	colour->next_colour = outcome->next_colour;
	colour->evaluated_at = outcome->apart ? outcome->evaluated_at : slice->now;
	colour->seen.area_version = outcome->apart ? outcome->area_version : area_version;
	snprintf(
		colour->policy, sizeof colour->policy, "%s", outcome->apart ? texts + outcome->policy : pack_hash(slice->pack));
	colour->seen.until = outcome->until;
	snprintf(colour->seen.areas, sizeof colour->seen.areas, "%s", texts + outcome->areas);
	if (outcome->repacked &&
		(r = registry_packed_put(run->cascade->registry, outcome->person, slice->jurisdiction, &packed, e)) < 0)
		return r;
	changed = r = registry_colour_swept(run->cascade->registry, &before, colour, sweep, e);
	if (r < 0 || outcome->apart || (r = put_due_again(run->cascade, colour, e)) < 0)
		return r;
	return changed;
}

static struct cascade_change
change_of(const struct slice *slice, const struct outcome *outcome)
{
	return (struct cascade_change){.person = outcome->person,
		.jurisdiction = slice->jurisdiction,
		.before = outcome->before,
		.after = outcome->colour,
		.since = outcome->since};
}

static int
write_part(struct run *run, const struct slice *slice, int number, int64_t area_version, struct evaluation *evaluation,
	struct error *e)
{
	const struct part_result *part = &slice->parts[number];
	const char *texts = (const char *)part->texts.data;
	struct registry_colour colour = {0};
	int64_t sweep;
	int r;

	snprintf(colour.jurisdiction, sizeof colour.jurisdiction, "%s", slice->jurisdiction);
	if ((r = registry_sweep_mark(run->cascade->registry, slice->pack, number, area_version, slice->now, &sweep, e)) < 0)
		return r;
	evaluation->evaluated += part->evaluated;
	for (size_t i = 0; i < part->count; i++) {
		const struct outcome *outcome = &part->outcomes[i];
		const struct cascade_change change = change_of(slice, outcome);

		r = outcome->failed ? write_failure(run, slice, outcome, texts, e)
							: write_outcome(run, slice, area_version, outcome, texts, sweep, &colour, e);
		if (r < 0 || (r == 1 && (r = change_follow(run->cascade, evaluation, &change, &colour, e)) < 0))
			return r;
	}
	return 0;
}

/* The first part that is not written, once it is decided; -1 where this thread had better decide about another, and where all are written. */
static int
decided_part(struct slice *slice, int from, bool wait)
{
	int part = from, found = -1;

	pthread_mutex_lock(&slice->lock);
	while (part < slice->next_part && !slice->parts[part].taken)
		part++;
	if (part < slice->next_part) {
		while (wait && !slice->parts[part].decided && !slice->stop)
			pthread_cond_wait(&slice->decided, &slice->lock);
		found = slice->parts[part].decided && !slice->stop ? part : -1;
	}
	pthread_mutex_unlock(&slice->lock);
	return found;
}

static void
stop(struct slice *slice)
{
	pthread_mutex_lock(&slice->lock);
	slice->stop = true;
	pthread_mutex_unlock(&slice->lock);
}

/* What this thread does while the others decide: it writes what is decided, and decides where nothing is. W2: in order of number. */
static int
write_and_decide(
	struct run *run, struct worker *own, int64_t area_version, struct evaluation *evaluation, struct error *e)
{
	struct slice *slice = own->slice;
	int next = 0, part, r;
	bool all_taken = false;

	for (;;) {
		if ((part = decided_part(slice, next, all_taken)) >= 0) {
			if ((r = write_part(run, slice, part, area_version, evaluation, e)) < 0) {
				stop(slice);
				return r;
			}
			next = part + 1;
		} else if (all_taken) {
			return 0;
		} else if ((part = take_part(slice)) < 0) {
			all_taken = true;
		} else if ((r = decide_part(own, part)) < 0) {
			*e = own->e;
			return r;
		}
	}
}

/* Everything between the transaction's begin and its entry in the ledger. */
static int
decide_and_write(struct run *run, struct worker *workers, size_t count, int64_t area_version,
	struct evaluation *evaluation, struct error *e)
{
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++)
		r = worker_begin(&workers[i], e);
	for (size_t i = 1; i < count && r == 0; i++)
		workers[i].started = pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0;
	if (r == 0) /* where no thread can be had, this one does it all */
		r = write_and_decide(run, &workers[0], area_version, evaluation, e);
	for (size_t i = 1; i < count; i++) {
		bool worked = workers[i].started;

		if (worked)
			pthread_join(workers[i].thread, NULL);
		workers[i].started = false;
		db_rollback(workers[i].cascade->db);
		if (r == 0 && worked && workers[i].result < 0) {
			r = workers[i].result;
			*e = workers[i].e;
		}
	}
	return r;
}

static int
tell(struct run *run, const struct slice *slice, struct error *e)
{
	const struct cascade_listener *listener = run->listener;
	int r = 0;

	for (int number = 0; number < SWEEP_PARTS; number++)
		for (size_t i = 0; r == 0 && i < slice->parts[number].count; i++) {
			const struct outcome *outcome = &slice->parts[number].outcomes[i];
			const struct cascade_change change = change_of(slice, outcome);

			if (outcome->failed || outcome->before == outcome->colour)
				continue;
			run->counts.changed++;
			r = listener && listener->changed ? listener->changed(&change, listener->context, e) : 0;
		}
	return r;
}

static void
slice_clear(struct slice *slice)
{
	for (int i = 0; i < SWEEP_PARTS; i++) {
		free(slice->parts[i].outcomes);
		buffer_free(&slice->parts[i].texts);
		slice->parts[i] = (struct part_result){.texts = buffer_make(TEXTS_MAX)};
	}
	slice->next_part = 0;
	atomic_store(&slice->seen, 0);
}

/* NULL without memory. */
static struct slice *
slice_new(const char *jurisdiction, int64_t people)
{
	struct slice *slice = calloc(1, sizeof *slice);

	if (!slice)
		return NULL;
	pthread_mutex_init(&slice->lock, NULL);
	pthread_cond_init(&slice->decided, NULL);
	slice->jurisdiction = jurisdiction;
	slice->people = people;
	slice_clear(slice);
	return slice;
}

static void
slice_free(struct slice *slice)
{
	slice_clear(slice);
	pthread_cond_destroy(&slice->decided);
	pthread_mutex_destroy(&slice->lock);
	free(slice);
}

/* W5: what the open transaction is about. */
static int
slice_begin(struct registry *registry, struct slice *slice, int64_t *ret_area_version, struct error *e)
{
	int r;

	if ((r = registry_pack(registry, slice->jurisdiction, &slice->pack, e)) < 0)
		return r;
	slice->now = registry_now(registry);
	slice->reads_visits = pack_reads_visits(slice->pack);
	slice->reads_places = pack_reads_places(slice->pack);
	slice->rows_hold = registry_known(registry) == INT64_MAX;
	slice->rows_suffice = rows_suffice(registry, slice->pack);
	return registry_sweep_behind(registry, slice->pack, slice->behind, ret_area_version, e);
}

/* One transaction: 1 where there may be more to sweep, 0 where there was nothing. */
static int
sweep_slice(struct run *run, struct slice *slice, struct worker *workers, size_t count, struct error *e)
{
	struct registry *registry = run->cascade->registry;
	struct registry_changed_areas *changed = NULL;
	struct evaluation evaluation = {0};
	int64_t area_version;
	int r, behind;

	if ((r = registry_begin(registry, e)) < 0)
		return r;
	if ((r = behind = slice_begin(registry, slice, &area_version, e)) <= 0 ||
		(r = registry_changed_areas(registry, &changed, e)) < 0)
		goto out;
	slice->changed = changed;
	if ((r = decide_and_write(run, workers, count, area_version, &evaluation, e)) == 0)
		r = evaluation_commit(run->cascade, &evaluation, e);
out:
	if (r == 0 && behind > 0)
		r = registry_commit(registry, e);
	else
		registry_rollback(registry);
	if (r == 0 && behind > 0) {
		run->counts.evaluated += evaluation.evaluated;
		r = tell(run, slice, e);
		r = r == 0 ? 1 : r;
	}
	registry_changed_areas_free(changed);
	evaluation_clear(&evaluation);
	return r;
}

static int
begin(struct run *run, const char *jurisdiction, struct slice *slice, struct worker *workers, size_t *ret_count,
	struct error *e)
{
	struct registry *registry = run->cascade->registry;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t count;
	int64_t people;
	int r;

	if ((r = registry_sweep_people(registry, jurisdiction, run->cascade->alone_most + 1, &people, e)) < 0)
		return r;
	count = people <= run->cascade->alone_most || processors < 1 ? 1
		: processors > WORKERS_MAX                               ? WORKERS_MAX
																 : (size_t)processors;
	for (*ret_count = 0; *ret_count < count; ++*ret_count)
		if ((r = worker_open(&workers[*ret_count], run->cascade, *ret_count > 0, slice, e)) < 0) {
			++*ret_count;
			return r;
		}
	if (count > 1)
		(void)db_checkpoint_beside(run->cascade->db, NULL); /* without it a sweep takes longer */
	return 0;
}

static int64_t
worsened_in(const struct slice *slice, const struct part_result *part)
{
	int64_t count = 0;

	for (size_t i = 0; i < part->count; i++) {
		const struct outcome *outcome = &part->outcomes[i];

		count += !outcome->failed && !outcome->apart &&
			pack_severity(slice->pack, outcome->colour) > pack_severity(slice->pack, outcome->before);
	}
	return count;
}

/* Decide about each part as a sweep does, and forget it. */
static int
count_worsened(struct worker *w, int64_t *ret_count, struct error *e)
{
	struct slice *slice = w->slice;
	int64_t count = 0;
	int part, r;

	if ((r = worker_begin(w, e)) < 0)
		return r;
	while ((part = take_part(slice)) >= 0) {
		if ((r = decide_part(w, part)) < 0) {
			*e = w->e;
			return r;
		}
		count += worsened_in(slice, &slice->parts[part]);
		free(slice->parts[part].outcomes);
		buffer_free(&slice->parts[part].texts);
		slice->parts[part] = (struct part_result){.texts = buffer_make(TEXTS_MAX), .taken = true};
	}
	*ret_count = count;
	return 0;
}

int
sweep_worsened(struct cascade *cascade, const char *jurisdiction, int64_t *ret_count, struct error *e)
{
	struct slice *slice = slice_new(jurisdiction, INT64_MAX);
	struct registry_changed_areas *changed = NULL;
	struct worker worker = {0};
	int64_t area_version;
	int r;

	if (!slice)
		return error_no_memory(e);
	*ret_count = 0;
	if ((r = slice_begin(cascade->registry, slice, &area_version, e)) <= 0 ||
		(r = registry_changed_areas(cascade->registry, &changed, e)) < 0)
		goto out;
	slice->changed = changed;
	if ((r = worker_open(&worker, cascade, false, slice, e)) == 0)
		r = count_worsened(&worker, ret_count, e);
	worker_close(&worker);
out:
	slice_free(slice);
	registry_changed_areas_free(changed);
	return r;
}

int
sweep_jurisdiction(struct run *run, const char *jurisdiction, struct error *e)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};
	struct slice *slice = slice_new(jurisdiction, run->cascade->slice_people);
	struct worker workers[WORKERS_MAX] = {0};
	bool behind[SWEEP_PARTS];
	int64_t area_version;
	size_t count = 0;
	int r;

	if (!slice)
		return error_no_memory(e);
	if ((r = registry_pack(run->cascade->registry, jurisdiction, &slice->pack, e)) < 0 ||
		(r = registry_sweep_behind(run->cascade->registry, slice->pack, behind, &area_version, e)) <= 0 ||
		(r = begin(run, jurisdiction, slice, workers, &count, e)) < 0)
		goto out;
	while ((r = sweep_slice(run, slice, workers, count, e)) == 1) {
		bool more = slice->next_part < SWEEP_PARTS;

		slice_clear(slice);
		if (more)
			nanosleep(&pause, NULL);
	}
out:
	db_checkpoint_alone(run->cascade->db);
	for (size_t i = 0; i < count; i++)
		worker_close(&workers[i]);
	slice_free(slice);
	return r;
}
