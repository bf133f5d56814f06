#include "feed/hl7_file.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "feed/hl7.h"

enum { NAME_LENGTH = 3 };

struct hl7_file
hl7_file_of(struct window *window)
{
	return (struct hl7_file){.window = window, .line = 1};
}

/* Let go of the chunk before. */
static void
consume(struct hl7_file *file)
{
	window_consume(file->window, file->consumed);
	file->line += file->consumed_lines;
	file->consumed = file->consumed_lines = 0;
}

static bool
is_end(char c)
{
	return c == '\r' || c == '\n';
}

/* What begins at offset ${at}, which is a line's start: a part's number, or -1. */
static int
part_at(const struct hl7_file *file, size_t at)
{
	static const struct {
		char name[NAME_LENGTH + 1];
		enum hl7_part part;
	} parts[] = {{"MSH", HL7_PART_MESSAGE}, {"BHS", HL7_PART_BATCH_START}, {"BTS", HL7_PART_BATCH_END},
		{"FHS", HL7_PART_FILE_START}, {"FTS", HL7_PART_FILE_END}};

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (window_length(file->window) >= at + NAME_LENGTH &&
			memcmp(window_bytes(file->window) + at, parts[i].name, NAME_LENGTH) == 0)
			return (int)parts[i].part;
	return -1;
}

/* Skip spaces, empty lines and frame bytes. Return 1, 0 at the end, or a code. */
static int
skip_between(struct hl7_file *file, struct error *e)
{
	struct window *w = file->window;
	int r;

	while ((r = window_need(w, 0, e)) > 0) {
		char c = *window_bytes(w);

		if (!is_end(c) && c != ' ' && c != '\t' && c != '\v' && c != '\x1c')
			return window_need(w, NAME_LENGTH, e) < 0 ? e->code : 1;
		if (is_end(c) && (r = window_need(w, 1, e)) < 0)
			return r;
		if (c == '\n' || (c == '\r' && (r == 0 || window_bytes(w)[1] != '\n')))
			file->line++;
		window_consume(w, 1);
	}
	return r;
}

/* Where the chunk ends that begins at offset 0: at the next part, after one line if it is ${single}, or at the end of the
 * file; more than HL7_MESSAGE_MAX: not found yet. */
static int
find_end(struct hl7_file *file, bool single, size_t from, size_t *ret_end, struct error *e)
{
	struct window *w = file->window;
	size_t at = from;
	int r = 1;

	for (; at <= HL7_MESSAGE_MAX && (r = window_need(w, at, e)) > 0; at++) {
		char c = window_bytes(w)[at];

		if (c == '\x1c')
			break;
		if (!is_end(c))
			continue;
		if ((r = window_need(w, at + 1 + NAME_LENGTH, e)) < 0)
			return r;
		if (c == '\n' || at + 1 >= window_length(w) || window_bytes(w)[at + 1] != '\n')
			file->consumed_lines++;
		if (single || part_at(file, at + 1) >= 0) {
			at++;
			break;
		}
	}
	if (r < 0)
		return r;
	*ret_end = at;
	return 0;
}

static int
show_over(struct hl7_file *file, size_t length, struct error *e)
{
	return file->over ? file->over(window_bytes(file->window), length, file->context, e) : 0;
}

/* Go on to the next message, keeping nothing. */
static int
skip_rest(struct hl7_file *file, struct error *e)
{
	struct window *w = file->window;
	bool line_start = false;
	int r;

	while ((r = window_need(w, NAME_LENGTH, e)) > 0) {
		char c = *window_bytes(w);

		if (line_start && part_at(file, 0) >= 0)
			return 0;
		if (!is_end(c)) {
			const char *bytes = window_bytes(w);
			size_t length = 0;

			while (length < window_length(w) && !is_end(bytes[length]))
				length++;
			if ((r = show_over(file, length, e)) < 0)
				return r;
			window_consume(w, length);
			line_start = false;
			continue;
		}
		line_start = true;
		if (c == '\n' || window_bytes(w)[1] != '\n')
			file->line++;
		if ((r = show_over(file, 1, e)) < 0)
			return r;
		window_consume(w, 1);
	}
	if (r == 0 && (r = show_over(file, window_length(w), e)) == 0)
		window_consume(w, window_length(w));
	return r;
}

static int64_t
count_of(const char *bytes, size_t length)
{
	int64_t count;
	size_t size = 0;

	if (length <= NAME_LENGTH + 1)
		return -1;
	while (
		NAME_LENGTH + 1 + size < length && bytes[NAME_LENGTH + 1 + size] >= '0' && bytes[NAME_LENGTH + 1 + size] <= '9')
		size++;
	return text_integer(bytes + NAME_LENGTH + 1, size, 0, INT64_MAX, &count) ? count : -1;
}

int
hl7_file_next(struct hl7_file *file, struct hl7_chunk *ret_chunk, struct error *e)
{
	size_t end;
	int r, part;

	consume(file);
	if ((r = skip_between(file, e)) <= 0)
		return r;
	part = part_at(file, 0);
	if ((r = find_end(file, part > 0, 0, &end, e)) < 0)
		return r;
	*ret_chunk =
		(struct hl7_chunk){.line = file->line, .bytes = window_bytes(file->window), .length = end, .count = -1};
	file->consumed = end;
	if (end > HL7_MESSAGE_MAX) {
		/* The bytes at hand are shown before they go. */
		ret_chunk->length = 0;
		if ((r = show_over(file, end, e)) < 0)
			return r;
		consume(file);
		if ((r = skip_rest(file, e)) < 0)
			return r;
		error_set(e, ERROR_TOO_LARGE, "a message has at most %d bytes", HL7_MESSAGE_MAX);
		return error_at(e, file->window->path, ret_chunk->line, 1);
	}
	if (part < 0) {
		error_set(e, ERROR_BAD_INPUT, "MSH expected: what stands here belongs to no message");
		return error_at(e, file->window->path, ret_chunk->line, 1);
	}
	ret_chunk->part = (enum hl7_part)part;
	if (part == HL7_PART_BATCH_END || part == HL7_PART_FILE_END)
		ret_chunk->count = count_of(ret_chunk->bytes, end);
	return 1;
}
