#include "feed/csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "feed/stride.h"

struct csv_reader {
	struct window *window;
	struct buffer text;
	size_t field_count;
	size_t offsets[RECORD_FIELDS_MAX]; /* of each field in ${text} */
	struct record_field fields[RECORD_FIELDS_MAX];
};

/* Where the parser stands: offsets count from the window's start. */
struct cursor {
	size_t at, line, line_start;
};

int
csv_open(struct window *window, struct csv_reader **ret_reader, struct error *e)
{
	struct csv_reader *reader = calloc(1, sizeof *reader);

	if (!reader)
		return error_no_memory(e);
	reader->window = window;
	reader->text = buffer_make(WINDOW_RECORD_MAX + RECORD_FIELDS_MAX);
	*ret_reader = reader;
	return 0;
}

void
csv_close(struct csv_reader *reader)
{
	if (!reader)
		return;
	buffer_free(&reader->text);
	free(reader);
}

static int
refuse_at(struct csv_reader *reader, const struct cursor *c, struct error *e, const char *why)
{
	error_set(e, ERROR_BAD_INPUT, "%s", why);
	error_at(e, reader->window->path, c->line, c->at - c->line_start + 1);
	return window_refuse(reader->window, c->at, e);
}

/* The record does not end within the limit, or the file ends in a quoted field that began at ${opening}. */
static int
refuse_endless(struct csv_reader *reader, const struct cursor *c, const struct cursor *opening, struct error *e)
{
	if (!opening) {
		error_set(e, ERROR_TOO_LARGE, "the record has more than the maximum of %d bytes", WINDOW_RECORD_MAX);
		error_at(e, reader->window->path, reader->window->line, 1);
		return window_refuse(reader->window, c->at, e);
	}
	error_set(e, ERROR_BAD_INPUT, "the quote is not closed%s",
		c->at >= WINDOW_RECORD_MAX ? " within the maximum of 1 MiB" : " before the end of the file");
	error_at(e, reader->window->path, opening->line, opening->at - opening->line_start + 1);
	return window_refuse(reader->window, opening->at, e);
}

/* Add the window's bytes [from, to) to the field under way. */
static int
add_run(struct csv_reader *reader, size_t from, size_t to, struct error *e)
{
	return buffer_add(&reader->text, window_bytes(reader->window) + from, to - from, e);
}

/* The text of the field is complete. */
static int
end_field(struct csv_reader *reader, const struct cursor *start, struct error *e)
{
	size_t offset = reader->offsets[reader->field_count];
	size_t length = reader->text.length - offset;
	const char *text = buffer_text(&reader->text) + offset;
	int code;

	if (memchr(text, '\0', length))
		return refuse_at(reader, start, e, "the field holds a NUL byte");
	if (!text_is_utf8(text, length))
		return refuse_at(reader, start, e,
			reader->window->encoding ? "the field is not in the encoding that the mapping names"
									 : "the field is not UTF-8");
	if ((code = buffer_add_byte(&reader->text, 0, e)) < 0)
		return code;
	reader->fields[reader->field_count++] =
		(struct record_field){.length = length, .line = start->line, .column = start->at - start->line_start + 1};
	return 0;
}

/* Read a quoted field from its opening quote at ${c} on; leave ${c} after the closing one. */
static int
quoted(struct csv_reader *reader, struct cursor *c, struct error *e)
{
	const struct cursor opening = *c;
	size_t run = ++c->at;
	int r;

	for (;;) {
		if (c->at >= WINDOW_RECORD_MAX)
			return refuse_endless(reader, c, &opening, e);
		if ((r = window_need(reader->window, c->at, e)) < 0)
			return r;
		if (r == 0)
			return refuse_endless(reader, c, &opening, e);
		char byte = window_bytes(reader->window)[c->at];

		if (byte == '\n') {
			c->line++;
			c->line_start = c->at + 1;
		}
		if (byte != '"') {
			c->at++;
			continue;
		}
		if ((r = add_run(reader, run, c->at, e)) < 0)
			return r;
		run = ++c->at;
		if ((r = window_need(reader->window, c->at, e)) < 0)
			return r;
		if (r == 0 || window_bytes(reader->window)[c->at] != '"')
			return end_field(reader, &opening, e);
		c->at++; /* the second of two quotes is the text's, and begins the next run */
	}
}

/* Move ${at} on to the first byte that ends an unquoted field, at most to ${end}. */
static size_t
run_of_text(const char *bytes, size_t at, size_t end)
{
	while (at < end && bytes[at] != ',' && bytes[at] != '\n' && bytes[at] != '\r')
		at++;
	return at;
}

static int
unquoted(struct csv_reader *reader, struct cursor *c, struct error *e)
{
	const struct cursor start = *c;
	int r;

	for (;;) {
		size_t end;

		if (c->at >= WINDOW_RECORD_MAX)
			return refuse_endless(reader, c, NULL, e);
		if ((r = window_need(reader->window, c->at, e)) < 0)
			return r;
		if (r == 0)
			break;
		end = window_length(reader->window);
		if (end > WINDOW_RECORD_MAX)
			end = WINDOW_RECORD_MAX;
		c->at = run_of_text(window_bytes(reader->window), c->at, end);
		if (c->at < end)
			break;
	}
	if ((r = add_run(reader, start.at, c->at, e)) < 0)
		return r;
	return end_field(reader, &start, e);
}

/* After a field: 1 if another follows, 0 if the record ends; ${c} is after the comma or the line's end. */
static int
separator(struct csv_reader *reader, struct cursor *c, struct error *e)
{
	int r = window_need(reader->window, c->at, e);
	char byte;

	if (r <= 0)
		return r;
	byte = window_bytes(reader->window)[c->at];
	if (byte == ',') {
		c->at++;
		return 1;
	}
	if (byte == '\r') {
		struct cursor next = {c->at + 1, c->line, c->line_start};

		if ((r = window_need(reader->window, next.at, e)) < 0)
			return r;
		if (r == 0 || window_bytes(reader->window)[next.at] != '\n')
			return refuse_at(reader, c, e, "a carriage return without a line feed");
		*c = next;
		byte = '\n';
	}
	if (byte != '\n')
		return refuse_at(reader, c, e, "a comma or the end of the line expected after a closing quote");
	c->at++;
	return 0;
}

/* Skip LF and CRLF alone on their line. */
static int
skip_empty_lines(struct csv_reader *reader, struct error *e)
{
	for (;;) {
		int r = window_need(reader->window, 0, e);
		const char *bytes;

		if (r <= 0)
			return r;
		bytes = window_bytes(reader->window);
		if (bytes[0] == '\r') {
			if ((r = window_need(reader->window, 1, e)) <= 0)
				return r < 0 ? r : 1;
			bytes = window_bytes(reader->window);
			if (bytes[1] != '\n')
				return 1;
			window_consume(reader->window, 2);
		} else if (bytes[0] == '\n') {
			window_consume(reader->window, 1);
		} else {
			return 1;
		}
	}
}

/* Which of STRIDE bytes are commas, which quotes, carriage returns or NUL, and which no ASCII. */
struct kinds {
	uint32_t commas, special, beyond_ascii;
};

static struct kinds
kinds_of(const char *bytes)
{
	const stride s = stride_at(bytes);

	return (struct kinds){
		stride_equal(s, ','), stride_equal(s, '"') | stride_equal(s, '\r') | stride_equal(s, '\0'), stride_below(s, 0)};
}

/* Copy a line and cut its fields apart, STRIDE bytes at once: ${length} bytes are copied from ${from}, where STRIDE more may be read, to ${text}, where
 * STRIDE more may be written; the two may be the same. Return false if a byte is a quote, a carriage return or NUL, or if there are too
 * many fields. ${ret_ascii}: whether all bytes are ASCII. */
static bool
cut(struct csv_reader *reader, const char *from, char *text, size_t length, bool *ret_ascii)
{
	struct record_field *field = reader->fields;
	const size_t line = reader->window->line;
	uint32_t special = 0, beyond_ascii = 0;
	size_t start = 0;

	for (size_t at = 0; at < length; at += STRIDE) {
		const struct kinds kinds = kinds_of(from + at);
		const size_t left = length - at;
		const uint32_t ours = left < STRIDE ? (UINT32_C(1) << left) - 1 : UINT32_MAX;

		memmove(text + at, from + at, STRIDE);
		special |= kinds.special & ours;
		beyond_ascii |= kinds.beyond_ascii & ours;
		for (uint32_t commas = kinds.commas & ours; commas; commas &= commas - 1) {
			const size_t comma = at + (size_t)__builtin_ctz(commas);

			if (field == reader->fields + RECORD_FIELDS_MAX - 1)
				return false;
			text[comma] = '\0';
			*field++ =
				(struct record_field){.text = text + start, .length = comma - start, .line = line, .column = start + 1};
			start = comma + 1;
		}
	}
	text[length] = '\0';
	*field++ = (struct record_field){.text = text + start, .length = length - start, .line = line, .column = start + 1};
	reader->field_count = (size_t)(field - reader->fields);
	*ret_ascii = !beyond_ascii;
	return !special;
}

/* Cut the fields of a line that is plain apart: all of it in the window, no quote, no NUL, no carriage return but before its
 * line feed. Most lines are; what is not, and what is at fault, is left to the functions above, which say where. Return 1, 0
 * for a line that is not plain, or a failure. */
static int
plain_line(struct csv_reader *reader, struct error *e)
{
	const char *bytes = window_bytes(reader->window), *end;
	size_t length = window_length(reader->window);
	const char *const last = bytes + length;
	char *text;
	bool ascii;
	int r;

	end = memchr(bytes, '\n', length > WINDOW_RECORD_MAX ? WINDOW_RECORD_MAX : length);
	if (!end)
		return 0;
	length = (size_t)(end - bytes);
	if (length && bytes[length - 1] == '\r')
		length--;
	if ((r = buffer_reserve(&reader->text, length + STRIDE, e)) < 0)
		return r;
	text = (char *)reader->text.data;
	if (last - end < STRIDE) { /* the window ends too early */
		memset(text + length, 0, STRIDE);
		memcpy(text, bytes, length);
	}
	if (!cut(reader, last - end < STRIDE ? text : bytes, text, length, &ascii) ||
		(!ascii && !text_is_utf8(bytes, length)))
		return 0;
	window_line(reader->window, (size_t)(end - bytes) + 1);
	return 1;
}

int
csv_next(struct csv_reader *reader, struct record *ret_record, struct error *e)
{
	struct cursor c = {0};
	int r;

	if ((r = window_finish(reader->window, NULL, NULL, e)) < 0)
		return r;
	if ((r = skip_empty_lines(reader, e)) <= 0)
		return r;
	c.line = reader->window->line;
	buffer_clear(&reader->text);
	if ((r = plain_line(reader, e)) < 0)
		return r;
	if (r > 0) {
		*ret_record =
			(struct record){.line = reader->window->line, .field_count = reader->field_count, .fields = reader->fields};
		return 1;
	}
	reader->field_count = 0;
	buffer_clear(&reader->text);
	do {
		if (reader->field_count == RECORD_FIELDS_MAX)
			return refuse_at(reader, &c, e, "more than 1024 fields");
		reader->offsets[reader->field_count] = reader->text.length;
		if ((r = window_need(reader->window, c.at, e)) < 0)
			return r;
		if (r && window_bytes(reader->window)[c.at] == '"')
			r = quoted(reader, &c, e);
		else
			r = unquoted(reader, &c, e);
		if (r < 0)
			return r;
	} while ((r = separator(reader, &c, e)) > 0);
	if (r < 0)
		return r;
	for (size_t i = 0; i < reader->field_count; i++)
		reader->fields[i].text = buffer_text(&reader->text) + reader->offsets[i];
	window_record(reader->window, c.at);
	*ret_record =
		(struct record){.line = reader->window->line, .field_count = reader->field_count, .fields = reader->fields};
	return 1;
}
