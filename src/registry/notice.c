#include "registry/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/json.h"
#include "base/json_memory.h"
#include "base/text.h"

enum { NOTICE_JSON_MAX = 4096, NOTICES_AT_ONCE = 1000 };

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

int
registry_notice_put(struct registry *registry, const char *phone, const char *kind, const char *text, struct error *e)
{
	struct buffer json = buffer_make(NOTICE_JSON_MAX), sealed = buffer_make(NOTICE_JSON_MAX + KEYS_SEAL_EXTRA);
	size_t failures = json_memory_failures();
	json_t *object = json_pack("{ss ss}", "phone", phone, "text", text);
	bool own;
	int r;

	if (json_memory_failures() != failures) {
		json_decref(object);
		return error_no_memory(e);
	}
	if (!object || strlen(text) >= NOTICE_TEXT_SIZE || strlen(kind) >= NOTICE_KIND_SIZE) {
		json_decref(object);
		return error_set(e, ERROR_BAD_INPUT, "a notice is UTF-8 of at most %d bytes", NOTICE_TEXT_SIZE - 1);
	}
	if ((r = json_write(object, &json, e)) < 0 ||
		(r = keys_seal(
			 registry->keys, PURPOSE_NOTICE, kind, strlen(kind), buffer_text(&json), json.length, &sealed, e)) < 0 ||
		(r = scope_begin(registry, &own, e)) < 0)
		goto out;
	registry->notices_wait = true;
	r = db_do(registry->db, "INSERT INTO notice(at, kind, sealed) VALUES($1, $2, $3)",
		(struct db_value[]){
			db_int(registry_recording_time(registry)), db_text(kind), db_blob(sealed.data, sealed.length)},
		3, e);
	r = scope_end(registry, own, r, e);
out:
	if (json.data)
		keys_wipe(json.data, json.length);
	buffer_free(&json);
	buffer_free(&sealed);
	json_decref(object);
	return r;
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

static int
queue_read(struct registry *registry, size_t limit, struct queue *queue, struct error *e)
{
	struct db_statement *statement = NULL;
	int r;

	if ((r = db_start(registry->db,
			 "SELECT id, at, kind, sealed FROM notice WHERE sent_at IS NULL ORDER BY id LIMIT $1",
			 (struct db_value[]){db_int((int64_t)limit)}, 1, &statement, e)) < 0)
		return r;
	while ((r = db_step(statement, e)) == 1) {
		if ((r = array_grow(
				 &queue->items, &queue->capacity, queue->count + 1, sizeof *queue->items, NOTICES_AT_ONCE, e)) < 0)
			break;
		if ((r = waiting_open(registry, statement, &queue->items[queue->count++], e)) < 0)
			break;
	}
	db_finish(statement);
	return r;
}

/* Sent: what it said and to whom is erased; that it was sent stays. */
static int
mark_sent(struct registry *registry, const struct queue *queue, size_t count, struct error *e)
{
	bool own;
	int r;

	if (count == 0)
		return 0;
	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	for (size_t i = 0; i < count && r == 0; i++)
		r = db_do(registry->db, "UPDATE notice SET sent_at = $1, sealed = NULL WHERE id = $2",
			(struct db_value[]){db_int(registry_clock(registry)), db_int(queue->items[i].number)}, 2, e);
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
	for (size_t done = 0; done < lines->length && r == 0;) {
		ssize_t n = write(fd, lines->data + done, lines->length - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR)
			r = error_set_errno(e, ERROR_IO, errno, "%s", path);
	}
	if (close(fd) < 0 && r == 0)
		r = error_set_errno(e, ERROR_IO, errno, "%s", path);
	return r;
}

static int
deliver_to_file(struct registry *registry, const struct queue *queue, struct error *e)
{
	struct buffer lines = buffer_make((size_t)NOTICES_AT_ONCE * NOTICE_JSON_MAX);
	int r = 0;

	for (size_t i = 0; i < queue->count && r == 0; i++)
		r = line_add(&queue->items[i], &lines, e);
	if (r == 0 && (r = append(registry->outbox, &lines, e)) == 0)
		r = mark_sent(registry, queue, queue->count, e);
	buffer_free(&lines);
	return r;
}

static int
deliver_by(
	struct registry *registry, const struct queue *queue, registry_notice_send *send, void *context, struct error *e)
{
	size_t sent = 0;
	int r = 0, marked;

	while (sent < queue->count && r == 0) {
		const struct waiting *w = &queue->items[sent];
		struct registry_notice notice = {
			.number = w->number, .at = w->at, .kind = w->kind, .phone = w->phone, .text = w->text};

		if ((r = send(&notice, context, e)) == 0)
			sent++;
	}
	marked = mark_sent(registry, queue, sent, r < 0 ? NULL : e);
	return r != 0 ? r : marked;
}

int
registry_notices_deliver(
	struct registry *registry, registry_notice_send *send, void *context, size_t limit, struct error *e)
{
	int r = 0;

	while (limit > 0 && r == 0) {
		struct queue queue = {0};
		size_t wanted = limit < NOTICES_AT_ONCE ? limit : NOTICES_AT_ONCE, found;

		if ((r = queue_read(registry, wanted, &queue, e)) == 0 && queue.count > 0)
			r = send ? deliver_by(registry, &queue, send, context, e) : deliver_to_file(registry, &queue, e);
		found = queue.count;
		queue_free(&queue);
		if (found < wanted)
			break;
		limit -= found;
	}
	return r;
}

int
registry_set_gateway(struct registry *registry, bool gateway, struct error *e)
{
	bool own;
	int r;

	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	r = scope_end(registry, own, setting_put(registry->db, "gateway", gateway ? "1" : "0", e), e);
	if (r == 0)
		registry->gateway = gateway;
	return r;
}
