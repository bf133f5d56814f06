/* How notices leave: to the outbox file, or one by one to an operator's gateway. */

#include "registry/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

enum { WRITTEN_AT_ONCE = 1000, CLAIMED_AT_ONCE = 16 };

/* One that waits, opened. */
struct waiting {
	int64_t number;
	instant at;
	char kind[NOTICE_KIND_SIZE];
	char *phone, *text;
};

struct queue {
	struct waiting *items;
	size_t count, capacity;
};

static void
queue_free(struct queue *queue)
{
	for (size_t i = 0; i < queue->count; i++) {
		if (queue->items[i].text)
			keys_wipe(queue->items[i].text, strlen(queue->items[i].text));
		free(queue->items[i].phone);
		free(queue->items[i].text);
	}
	free(queue->items);
	*queue = (struct queue){0};
}

static int
waiting_open(struct registry *registry, struct db_statement *statement, struct waiting *w, struct error *e)
{
	struct buffer json = buffer_make(NOTICE_JSON_MAX);
	json_t *object = NULL;
	const void *sealed;
	size_t length;
	int r;

	w->number = db_column_int(statement, 0);
	w->at = db_column_int(statement, 1);
	snprintf(w->kind, sizeof w->kind, "%s", db_column_text(statement, 2));
	sealed = db_column_blob(statement, 3, &length);
	if ((r = keys_open_sealed(registry->keys, PURPOSE_NOTICE, w->kind, strlen(w->kind), sealed, length, &json, e)) <
			0 ||
		(r = json_read(buffer_text(&json), json.length, "notice", &object, e)) < 0)
		goto out;
	w->phone = text_copy(json_string_value(json_object_get(object, "phone")), e);
	w->text = text_copy(json_string_value(json_object_get(object, "text")), e);
	r = w->phone && w->text ? 0 : ERROR_NO_MEMORY;
out:
	if (json.data)
		keys_wipe(json.data, json.length);
	buffer_free(&json);
	json_decref(object);
	return r;
}

/* Those that wait and that nobody claimed, oldest first. */
static int
queue_read(struct registry *registry, size_t limit, struct queue *queue, struct error *e)
{
	struct db_statement *statement = NULL;
	int r;

	if ((r = db_start(registry->db,
			 "SELECT id, at, kind, sealed FROM notice WHERE sent_at IS NULL AND claimed_until <= $1"
			 " ORDER BY id LIMIT $2",
			 (struct db_value[]){db_int(registry_clock(registry)), db_int((int64_t)limit)}, 2, &statement, e)) < 0)
		return r;
	while ((r = db_step(statement, e)) == 1) {
		if ((r = array_grow(
				 &queue->items, &queue->capacity, queue->count + 1, sizeof *queue->items, WRITTEN_AT_ONCE, e)) < 0)
			break;
		if ((r = waiting_open(registry, statement, &queue->items[queue->count++], e)) < 0)
			break;
	}
	db_finish(statement);
	return r;
}

/* Done with: what it said and to whom is erased; that there was one stays, and whether the gateway refused it. */
static int
mark_done(struct registry *registry, int64_t number, bool refused, struct error *e)
{
	return db_do(registry->db, "UPDATE notice SET sent_at = $1, sealed = NULL, refused = $2 WHERE id = $3",
		(struct db_value[]){db_int(registry_clock(registry)), db_int(refused), db_int(number)}, 3, e);
}

static int
mark_all_sent(struct registry *registry, const struct queue *queue, struct error *e)
{
	bool own;
	int r;

	if (queue->count == 0)
		return 0;
	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	for (size_t i = 0; i < queue->count && r == 0; i++)
		r = mark_done(registry, queue->items[i].number, false, e);
	return scope_end(registry, own, r, e);
}

/* A line of the outbox. The phone is masked: the file is for looking on, not for sending. */
static int
line_add(const struct waiting *w, struct buffer *lines, struct error *e)
{
	struct registry_identity masked = {0};
	char at[TIME_TEXT_SIZE];
	json_t *object;
	int r;

	snprintf(masked.phone, sizeof masked.phone, "%s", w->phone);
	registry_identity_mask(&masked);
	object = json_pack("{sI ss ss ss ss}", "number", (json_int_t)w->number, "at", time_write(w->at, &zone_utc, at),
		"to", masked.phone, "kind", w->kind, "text", w->text);
	if (!object)
		return error_no_memory(e);
	if ((r = json_write(object, lines, e)) == 0)
		r = buffer_add_byte(lines, '\n', e);
	json_decref(object);
	return r;
}

static int
append(const char *path, const struct buffer *lines, struct error *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	int r = 0;

	if (fd < 0)
		return error_set_errno(e, ERROR_IO, errno, "%s", path);
	if (file_write_all(fd, lines->data, lines->length) < 0)
		r = error_set_errno(e, ERROR_IO, errno, "%s", path);
	if (close(fd) < 0 && r == 0)
		r = error_set_errno(e, ERROR_IO, errno, "%s", path);
	return r;
}

static int
deliver_to_file(struct registry *registry, const struct queue *queue, struct error *e)
{
	struct buffer lines = buffer_make((size_t)WRITTEN_AT_ONCE * NOTICE_JSON_MAX);
	int r = 0;

	for (size_t i = 0; i < queue->count && r == 0; i++)
		r = line_add(&queue->items[i], &lines, e);
	if (r == 0 && (r = append(registry->outbox, &lines, e)) == 0)
		r = mark_all_sent(registry, queue, e);
	buffer_free(&lines);
	return r;
}

static int
outbox_write(struct registry *registry, size_t limit, struct error *e)
{
	int r = 0;

	while (limit > 0 && r == 0) {
		struct queue queue = {0};
		size_t wanted = limit < WRITTEN_AT_ONCE ? limit : WRITTEN_AT_ONCE, found;

		if ((r = queue_read(registry, wanted, &queue, e)) == 0 && queue.count > 0)
			r = deliver_to_file(registry, &queue, e);
		found = queue.count;
		queue_free(&queue);
		if (found < wanted)
			break;
		limit -= found;
	}
	return r;
}

/* Nobody is helped by a code that signs nobody in any more. */
static int
erase_stale(struct registry *registry, struct error *e)
{
	instant now = registry_clock(registry);

	return db_do(registry->db,
		"UPDATE notice SET sent_at = $1, sealed = NULL, refused = 1"
		" WHERE sent_at IS NULL AND kind = 'sign-in-code' AND at <= $2",
		(struct db_value[]){db_int(now), db_int(now - SIGN_IN_LASTS_S)}, 2, e);
}

static int
claim(struct registry *registry, const struct queue *queue, instant until, struct error *e)
{
	int r = 0;

	for (size_t i = 0; i < queue->count && r == 0; i++)
		r = db_do(registry->db, "UPDATE notice SET claimed_until = $1 WHERE id = $2",
			(struct db_value[]){db_int(until), db_int(queue->items[i].number)}, 2, e);
	return r;
}

/* There is one writer at a time, so what is read and claimed in one transaction is claimed once. */
static int
queue_claim(struct registry *registry, size_t limit, struct queue *queue, struct error *e)
{
	int64_t waiting;
	bool own;
	int r;

	/* A gateway asks twice a second, mostly in vain: no writing transaction for that. */
	if ((r = db_one_int(registry->db, "SELECT count(*) FROM notice WHERE sent_at IS NULL AND claimed_until <= $1",
			 (struct db_value[]){db_int(registry_clock(registry))}, 1, &waiting, e)) < 0 ||
		waiting == 0)
		return r;
	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	if ((r = erase_stale(registry, e)) == 0 && (r = queue_read(registry, limit, queue, e)) == 0)
		r = claim(registry, queue, registry_clock(registry) + NOTICE_CLAIM_S, e);
	return scope_end(registry, own, r, e);
}

/* Give them up, from ${first} on, so that they are sent as soon as the gateway answers again. */
static void
queue_give_up(struct registry *registry, struct queue *queue, size_t first)
{
	struct queue rest = {.items = queue->items + first, .count = queue->count - first};
	bool own;

	if (scope_begin(registry, &own, NULL) == 0)
		scope_end(registry, own, claim(registry, &rest, 0, NULL), NULL);
}

static int
send_one(struct registry *registry, const struct waiting *w, registry_notice_send *send, void *context, struct error *e)
{
	struct registry_notice notice = {
		.number = w->number, .at = w->at, .kind = w->kind, .phone = w->phone, .text = w->text};
	int r = send(&notice, context, e), marked;
	bool own;

	if (r < 0)
		return r;
	if ((marked = scope_begin(registry, &own, e)) < 0)
		return marked;
	return scope_end(registry, own, mark_done(registry, w->number, r == 1, e), e);
}

int
registry_notices_deliver(
	struct registry *registry, registry_notice_send *send, void *context, size_t limit, struct error *e)
{
	int r = 0;

	if (!send)
		return outbox_write(registry, limit, e);
	while (limit > 0 && r == 0) {
		struct queue queue = {0};
		size_t wanted = limit < CLAIMED_AT_ONCE ? limit : CLAIMED_AT_ONCE, sent = 0, found;

		r = queue_claim(registry, wanted, &queue, e);
		while (r == 0 && sent < queue.count) {
			if ((r = send_one(registry, &queue.items[sent], send, context, e)) == 0)
				sent++;
		}
		if (r < 0 && sent < queue.count)
			queue_give_up(registry, &queue, sent);
		found = queue.count;
		queue_free(&queue);
		if (found < wanted)
			break;
		limit -= found;
	}
	return r;
}
