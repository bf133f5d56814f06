#include "http/rehearsals.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_memory.h"
#include "base/text.h"
#include "http/answers.h"
#include "http/context.h"
#include "rehearse/rehearse.h"

struct rehearsal {
	int64_t number; /* 0: none */
	bool running;
	size_t done, total, samples;
	uint64_t seed;
	char before[PACK_HASH_TEXT_SIZE], after[PACK_HASH_TEXT_SIZE]; /* ${after} "": the first is scored */
	json_t *report;
	char reason[ERROR_MESSAGE_MAX];
};

/* ${lock} guards all but ${stopping}; the slot of number n is n % REHEARSALS_KEPT. */
struct rehearsals {
	struct registry_where where;
	pthread_mutex_t lock;
	pthread_t thread;
	bool started; /* there is a thread to join */
	atomic_bool stopping;
	int64_t last;
	struct rehearsal kept[REHEARSALS_KEPT];
};

int
rehearsals_new(const struct registry_where *where, struct rehearsals **ret_rehearsals, struct error *e)
{
	struct rehearsals *rehearsals = calloc(1, sizeof *rehearsals);

	if (!rehearsals)
		return error_no_memory(e);
	rehearsals->where = *where;
	pthread_mutex_init(&rehearsals->lock, NULL);
	*ret_rehearsals = rehearsals;
	return 0;
}

void
rehearsals_free(struct rehearsals *rehearsals)
{
	if (!rehearsals)
		return;
	atomic_store(&rehearsals->stopping, true);
	if (rehearsals->started)
		pthread_join(rehearsals->thread, NULL);
	for (size_t i = 0; i < REHEARSALS_KEPT; i++)
		json_decref(rehearsals->kept[i].report);
	pthread_mutex_destroy(&rehearsals->lock);
	free(rehearsals);
}

/* Only the thread changes the last one while it runs. */
static int
note_progress(size_t done, size_t total, void *context)
{
	struct rehearsals *rehearsals = context;
	struct rehearsal *r = &rehearsals->kept[rehearsals->last % REHEARSALS_KEPT];

	pthread_mutex_lock(&rehearsals->lock);
	r->done = done;
	r->total = total;
	pthread_mutex_unlock(&rehearsals->lock);
	return atomic_load(&rehearsals->stopping);
}

static int
compare(struct rehearsals *rehearsals, const struct rehearsal *rehearsal, json_t **ret_report, struct error *e)
{
	struct rehearse_options options = {.where = &rehearsals->where,
		.workers = 1, /* the others serve codes */
		.seed = rehearsal->seed,
		.samples = rehearsal->samples,
		.progress = note_progress,
		.context = rehearsals};
	const struct pack *before, *after;
	instant now;
	int r;

	if ((r = registry_open(&rehearsals->where, &options.registry, e)) < 0)
		return r;
	now = registry_clock(options.registry);
	registry_set_times(options.registry, &now, NULL);
	if ((r = rehearse_pack(options.registry, rehearsal->before, &before, e)) < 0)
		goto out;
	if (!*rehearsal->after)
		r = rehearse_score(&options, before, ret_report, e);
	else if ((r = rehearse_pack(options.registry, rehearsal->after, &after, e)) == 0)
		r = rehearse_packs(&options, before, after, ret_report, e);
out:
	registry_close(options.registry);
	return r;
}

static void *
run(void *context)
{
	struct rehearsals *rehearsals = context;
	struct rehearsal *rehearsal = &rehearsals->kept[rehearsals->last % REHEARSALS_KEPT];
	struct error e = {0};
	json_t *report = NULL;
	int r = compare(rehearsals, rehearsal, &report, &e);

	pthread_mutex_lock(&rehearsals->lock);
	rehearsal->running = false;
	rehearsal->report = report;
	if (r < 0)
		snprintf(rehearsal->reason, sizeof rehearsal->reason, "%s",
			r == ERROR_BAD_INPUT || r == ERROR_EXISTS_NOT ? e.message : "it could not be made; please try again");
	pthread_mutex_unlock(&rehearsals->lock);
	return NULL;
}

int
rehearsals_start(struct rehearsals *rehearsals, const char *before, const char *after, size_t samples, uint64_t seed,
	int64_t *ret_number, struct error *e)
{
	struct rehearsal *slot;
	int r = 0;

	pthread_mutex_lock(&rehearsals->lock);
	if (rehearsals->kept[rehearsals->last % REHEARSALS_KEPT].running) {
		r = error_set(e, ERROR_EXISTS, "rehearsal %lld is under way", (long long)rehearsals->last);
		goto out;
	}
	if (rehearsals->started)
		pthread_join(rehearsals->thread, NULL); /* it has ended, but for its return */
	rehearsals->started = false;
	slot = &rehearsals->kept[++rehearsals->last % REHEARSALS_KEPT];
	json_decref(slot->report);
	*slot = (struct rehearsal){.number = rehearsals->last, .running = true, .samples = samples, .seed = seed};
	snprintf(slot->before, sizeof slot->before, "%s", before);
	snprintf(slot->after, sizeof slot->after, "%s", after ? after : "");
	if (pthread_create(&rehearsals->thread, NULL, run, rehearsals) != 0) {
		slot->running = false;
		r = error_no_memory(e);
		goto out;
	}
	rehearsals->started = true;
	*ret_number = rehearsals->last;
out:
	pthread_mutex_unlock(&rehearsals->lock);
	return r;
}

int
rehearsals_find(struct rehearsals *rehearsals, int64_t number, json_t **ret_state, struct error *e)
{
	const struct rehearsal *found = &rehearsals->kept[number % REHEARSALS_KEPT];
	int r = 0;

	pthread_mutex_lock(&rehearsals->lock);
	if (number < 1 || found->number != number)
		r = error_set(e, ERROR_EXISTS_NOT, "there is no rehearsal %lld", (long long)number);
	else if (!(*ret_state = json_pack("{s:I, s:s, s:I, s:I, s:o, s:s?}", "rehearsal", (json_int_t)number, "state",
				   found->running      ? "running"
					   : found->report ? "done"
									   : "failed",
				   "done", (json_int_t)found->done, "total", (json_int_t)found->total, "report",
				   found->report ? json_copy_deep(found->report) : json_null(), "reason",
				   *found->reason ? found->reason : NULL)))
		r = error_no_memory(e);
	pthread_mutex_unlock(&rehearsals->lock);
	return r;
}

/* A jurisdiction's pack in force, or a version by its hash. */
static const char *
read_pack(struct http_context *c, struct exchange *x, const json_t *body, const char *name)
{
	const char *text = exchange_text(x, body, name, 1, PACK_HASH_TEXT_SIZE - 1);
	const struct pack *pack;
	struct error e = {0};
	char pointer[16];

	if (!text || context_is_jurisdiction(c, text) ||
		(strlen(text) == PACK_HASH_TEXT_SIZE - 1 && registry_pack_by_hash(c->registry, text, &pack, &e) == 0))
		return text;
	snprintf(pointer, sizeof pointer, "/%s", name);
	exchange_invalid(x, pointer, "a jurisdiction of this service, or the hash of a version that it keeps, is needed");
	return NULL;
}

void
answer_rehearse(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"old", "new", "samples", "seed", NULL};
	const json_t *body = exchange_json(x, names), *samples = json_object_get(body, "samples"),
				 *seed = json_object_get(body, "seed");
	const char *before, *after = NULL;
	struct error e = {0};
	int64_t number;

	if (!body)
		return;
	before = read_pack(c, x, body, "old");
	if (json_object_get(body, "new"))
		after = read_pack(c, x, body, "new");
	if (samples &&
		(!json_is_integer(samples) || json_integer_value(samples) < 0 ||
			json_integer_value(samples) > REHEARSE_SAMPLES_MAX))
		exchange_invalid(x, "/samples", "a number from 0 to %d is needed", REHEARSE_SAMPLES_MAX);
	if (seed && (!json_is_integer(seed) || json_integer_value(seed) < 0))
		exchange_invalid(x, "/seed", "a number is needed");
	if (exchange_failed(x))
		return;
	if (rehearsals_start(context_rehearsals(c), before, after,
			samples ? (size_t)json_integer_value(samples) : REHEARSE_SAMPLES, (uint64_t)json_integer_value(seed),
			&number, &e) < 0)
		exchange_failure(x, &e);
	else
		exchange_answer(
			x, MHD_HTTP_ACCEPTED, json_pack("{s:I, s:s}", "rehearsal", (json_int_t)number, "state", "running"));
}

void
answer_rehearsal(struct http_context *c, struct exchange *x)
{
	struct error e = {0};
	json_t *state = NULL;
	int64_t number;

	if (!text_integer(x->parameters[0], strlen(x->parameters[0]), 1, INT64_MAX, &number))
		exchange_problem(x, MHD_HTTP_NOT_FOUND, "not-found", "There is no such thing");
	else if (rehearsals_find(context_rehearsals(c), number, &state, &e) < 0)
		exchange_failure(x, &e);
	else
		exchange_answer(x, MHD_HTTP_OK, state);
}
