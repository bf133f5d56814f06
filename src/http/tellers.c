#include "http/tellers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/text.h"
#include "gate/gate.h"
#include "http/peer_client.h"
#include "http/worker.h"

enum { TURN_MS = 500, BUDGET_MS = 200, LINE_SIZE = 768 };

/* A peer as it answers. */
struct listener {
	char jurisdiction[ISSUER_SIZE], url[PEER_URL_SIZE];
	uint8_t pin[PEER_PIN_SIZE];
	bool gives, down;
	int64_t pause_s, next_s; /* by the monotonic clock */
};

struct tellers {
	struct registry_where where;
	char *data, *database, *presence;
	struct registry *registry;
	struct cascade *cascade;
	struct issuer *issuer;
	struct peer_client *client;
	struct listener *listeners;
	size_t count, capacity;
	int64_t after; /* where peer_renew goes on */
	void (*say)(const char *line);
	struct worker *worker;
};

static int64_t
monotonic_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static struct listener *
find(struct tellers *tellers, const char *jurisdiction)
{
	for (size_t i = 0; i < tellers->count; i++)
		if (strcmp(tellers->listeners[i].jurisdiction, jurisdiction) == 0)
			return &tellers->listeners[i];
	return NULL;
}

static int
take_peer(const struct peer *peer, void *context, struct error *e)
{
	struct tellers *tellers = context;
	struct listener *listener = find(tellers, peer->jurisdiction);
	int r;

	if (!listener) {
		if ((r = array_grow(
				 &tellers->listeners, &tellers->capacity, tellers->count + 1, sizeof *listener, PEERS_MAX, e)) < 0)
			return r;
		listener = &tellers->listeners[tellers->count++];
		*listener = (struct listener){0};
		snprintf(listener->jurisdiction, sizeof listener->jurisdiction, "%s", peer->jurisdiction);
	}
	snprintf(listener->url, sizeof listener->url, "%s", peer->url);
	memcpy(listener->pin, peer->pin, sizeof listener->pin);
	listener->gives = peer->gives;
	return 0;
}

/* What one peer is told at once. */
struct batch {
	json_t *texts;
	struct {
		int64_t id, number;
		bool unknown, wait;
	} items[PEER_BATCH];
	size_t count;
};

static int
add_waiting(const struct peer_waiting *waiting, void *context, struct error *e)
{
	struct batch *batch = context;

	if (json_array_append_new(batch->texts, json_string(waiting->text)) < 0)
		return error_no_memory(e);
	batch->items[batch->count].id = waiting->id;
	batch->items[batch->count++].number = waiting->number;
	return 0;
}

/* Who is not known there any more is told of no more. What an older list of keys there is the cause of waits for a newer one. */
static void
note_refused(struct batch *batch, const json_t *refused)
{
	const json_t *item;
	size_t i;

	json_array_foreach((json_t *)refused, i, item)
	{
		size_t index = (size_t)json_integer_value(json_object_get(item, "index"));
		const char *cause = json_string_value(json_object_get(item, "cause"));

		batch->items[index].unknown = strcmp(cause, "unknown_subject") == 0;
		batch->items[index].wait = !batch->items[index].unknown && strcmp(cause, "older") != 0;
	}
}

static int
record_told(struct tellers *tellers, const struct batch *batch, struct error *e)
{
	struct db *db = registry_db(tellers->registry);
	int r = registry_begin(tellers->registry, e);

	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < batch->count; i++)
		if (!batch->items[i].wait)
			r = peer_told(db, batch->items[i].id, batch->items[i].number, !batch->items[i].unknown, e);
	if (r < 0)
		registry_rollback(tellers->registry);
	else
		r = registry_commit(tellers->registry, e);
	return r;
}

/* Return 1 if more may wait, 0, or a code. */
static int
tell(struct tellers *tellers, struct listener *listener, struct error *e)
{
	struct batch batch = {.texts = json_array()};
	json_t *refused = NULL;
	bool wait = false;
	int r = batch.texts ? 0 : error_no_memory(e);

	if (r < 0 ||
		(r = peer_waiting_each(registry_db(tellers->registry), listener->jurisdiction, add_waiting, &batch, e)) < 0 ||
		batch.count == 0)
		goto out;
	if ((r = peer_client_tell(tellers->client, listener->url, listener->pin, batch.texts, &refused, e)) < 0)
		goto out;
	note_refused(&batch, refused);
	for (size_t i = 0; i < batch.count; i++)
		wait = wait || batch.items[i].wait;
	if ((r = record_told(tellers, &batch, e)) == 0)
		r = wait ? error_set(e, ERROR_IO, "it refuses what it is told: has it taken our trust list?")
				 : batch.count == PEER_BATCH;
out:
	json_decref(batch.texts);
	json_decref(refused);
	return r;
}

static void
note_answer(struct tellers *tellers, struct listener *listener, int r, const struct error *e)
{
	char line[LINE_SIZE];

	if (r < 0) {
		listener->pause_s = listener->pause_s ? 2 * listener->pause_s : 1;
		if (listener->pause_s > TELLERS_PAUSE_MAX_S)
			listener->pause_s = TELLERS_PAUSE_MAX_S;
		listener->next_s = monotonic_s() + listener->pause_s;
		snprintf(
			line, sizeof line, "%s does not take what it is told, trying on: %s", listener->jurisdiction, e->message);
	} else {
		listener->pause_s = 0;
		snprintf(line, sizeof line, "%s takes what it is told again", listener->jurisdiction);
	}
	if (listener->down != (r < 0) && tellers->say && !worker_is_stopping(tellers->worker))
		tellers->say(line);
	listener->down = r < 0;
}

static void
close_store(struct tellers *tellers)
{
	issuer_close(tellers->issuer);
	cascade_close(tellers->cascade);
	registry_close(tellers->registry);
	tellers->issuer = NULL;
	tellers->cascade = NULL;
	tellers->registry = NULL;
}

static int
open_store(struct tellers *tellers, struct error *e)
{
	int r;

	if (tellers->registry)
		return 0;
	if ((r = registry_open(&tellers->where, &tellers->registry, e)) < 0 ||
		(r = cascade_open(tellers->registry, &tellers->cascade, e)) < 0 ||
		(r = issuer_open(registry_db(tellers->registry), registry_keys(tellers->registry), &tellers->issuer, e)) < 0)
		close_store(tellers);
	return r;
}

static int64_t
take_turn(void *context)
{
	struct tellers *tellers = context;
	bool more = false;
	struct error e = {0};
	int r;

	for (size_t i = 0; i < tellers->count; i++)
		tellers->listeners[i].gives = false; /* who is no peer any more */
	if ((r = open_store(tellers, &e)) < 0 ||
		(r = peer_each(registry_db(tellers->registry), take_peer, tellers, &e)) < 0 ||
		(r = peer_renew(tellers->cascade, tellers->issuer, tellers->after, BUDGET_MS, &tellers->after, &e)) < 0) {
		/* A database that went away is opened anew. */
		close_store(tellers);
		return TURN_MS;
	}
	for (size_t i = 0; i < tellers->count && !worker_is_stopping(tellers->worker); i++) {
		struct listener *listener = &tellers->listeners[i];

		if (!listener->gives || (listener->pause_s && monotonic_s() < listener->next_s))
			continue;
		e = (struct error){0};
		r = tell(tellers, listener, &e);
		note_answer(tellers, listener, r, &e);
		more = more || r == 1;
	}
	return more || tellers->after ? 1 : TURN_MS;
}

static bool
is_over(void *context)
{
	const struct tellers *tellers = context;

	return worker_is_stopping(tellers->worker);
}

int
tellers_start(const struct tellers_options *options, struct tellers **ret_tellers, struct error *e)
{
	struct tellers *tellers = calloc(1, sizeof *tellers);
	int r;

	if (!tellers)
		return error_no_memory(e);
	tellers->say = options->say;
	tellers->data = text_copy(options->where.data, e);
	tellers->database = options->where.database ? text_copy(options->where.database, e) : NULL;
	tellers->presence = options->where.presence ? text_copy(options->where.presence, e) : NULL;
	if (!tellers->data || (options->where.database && !tellers->database) ||
		(options->where.presence && !tellers->presence)) {
		r = error_no_memory(e);
		goto out;
	}
	tellers->where = (struct registry_where){tellers->data, tellers->database, tellers->presence};
	if ((r = peer_client_new(options->certificate, options->key, &tellers->client, e)) < 0 ||
		(r = open_store(tellers, e)) < 0)
		goto out;
	peer_client_watch(tellers->client, is_over, tellers);
	if ((r = worker_start(take_turn, tellers, &tellers->worker, e)) < 0)
		goto out;
	*ret_tellers = tellers;
	tellers = NULL;
out:
	tellers_stop(tellers);
	return r;
}

void
tellers_stop(struct tellers *tellers)
{
	if (!tellers)
		return;
	worker_stop(tellers->worker);
	peer_client_free(tellers->client);
	close_store(tellers);
	free(tellers->listeners);
	free(tellers->data);
	free(tellers->database);
	free(tellers->presence);
	free(tellers);
}
