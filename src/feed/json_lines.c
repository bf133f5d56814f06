#include "feed/json_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

struct json_lines {
	struct window *window;
	json_t *root; /* owns the names */
	struct buffer text;
	size_t offsets[RECORD_FIELDS_MAX];
	struct record_field fields[RECORD_FIELDS_MAX];
};

int
json_lines_open(struct window *window, struct json_lines **ret_reader, struct error *e)
{
	struct json_lines *reader = calloc(1, sizeof *reader);

	if (!reader)
		return error_no_memory(e);
	reader->window = window;
	reader->text = buffer_make(2 * WINDOW_RECORD_MAX);
	*ret_reader = reader;
	return 0;
}

void
json_lines_close(struct json_lines *reader)
{
	if (!reader)
		return;
	json_decref(reader->root);
	buffer_free(&reader->text);
	free(reader);
}

/* Find the end of the line at the window's start: ${ret_length} without the line's end. Return 1, 0 at the end of the
 * file, or a failure. */
static int
line_at(struct json_lines *reader, size_t *ret_length, struct error *e)
{
	struct window *w = reader->window;
	size_t seen = 0;
	int r;

	for (;;) {
		const char *end;

		if ((r = window_need(w, seen, e)) < 0)
			return r;
		if (r == 0 && seen == 0)
			return 0;
		end = r ? memchr(window_bytes(w) + seen, '\n', window_length(w) - seen) : window_bytes(w) + seen;
		if (end) {
			*ret_length = (size_t)(end - window_bytes(w));
			break;
		}
		seen = window_length(w);
		if (seen > WINDOW_RECORD_MAX)
			break;
	}
	if (seen > WINDOW_RECORD_MAX || *ret_length > WINDOW_RECORD_MAX) {
		error_set(e, ERROR_TOO_LARGE, "the line has more than the maximum of %d bytes", WINDOW_RECORD_MAX);
		error_at(e, w->path, w->line, 1);
		return window_refuse(w, 0, e);
	}
	return 1;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Where the member ${name} stands in the line, as a column from 1. */
static int
member_column(const char *line, size_t length, const char *name, size_t *ret_column, struct error *e)
{
	struct buffer pointer = buffer_make(2 * WINDOW_RECORD_MAX + 2);
	size_t line_number;
	int code = buffer_add_byte(&pointer, '/', e);

	for (const char *c = name; code == 0 && *c; c++) {
		if (*c == '~')
			code = buffer_add_text(&pointer, "~0", e);
		else if (*c == '/')
			code = buffer_add_text(&pointer, "~1", e);
		else
			code = buffer_add_byte(&pointer, (uint8_t)*c, e);
	}
	if (code == 0)
		json_place(line, length, buffer_text(&pointer), &line_number, ret_column);
	buffer_free(&pointer);
	return code;
}

/* Add the text of a member's value, which stands at ${column} in the line. */
static int
add_value(struct buffer *text, const json_t *value, const char *line, size_t length, size_t column, struct error *e)
{
	const json_t *item;
	size_t i, end = column - 1;
	int code = 0;

	switch (json_typeof(value)) {
	case JSON_STRING:
		return buffer_add(text, json_string_value(value), json_string_length(value), e);
	case JSON_INTEGER:
	case JSON_REAL:
		while (end < length && strchr("+-.0123456789eE", line[end]) && line[end])
			end++;
		return buffer_add(text, line + column - 1, end - (column - 1), e);
	case JSON_TRUE:
		return buffer_add_text(text, "yes", e);
	case JSON_FALSE:
		return buffer_add_text(text, "no", e);
	case JSON_ARRAY:
		json_array_foreach(value, i, item)
		{
			if (!json_is_string(item))
				return error_set(e, ERROR_BAD_INPUT, "a list may hold only texts");
			if ((i && (code = buffer_add_byte(text, ';', e)) < 0) ||
				(code = buffer_add(text, json_string_value(item), json_string_length(item), e)) < 0)
				return code;
		}
		return 0;
	default:
		return error_set(e, ERROR_BAD_INPUT, "an object inside a row");
	}
}

static int
refuse_at(struct json_lines *reader, size_t column, struct error *e)
{
	error_at(e, reader->window->path, reader->window->line, column);
	return window_refuse(reader->window, 0, e);
}

/* The members of reader->root as fields. */
static int
fill_fields(struct json_lines *reader, const char *line, size_t length, size_t *ret_count, struct error *e)
{
	const char *name;
	json_t *value;
	size_t count = 0, column = 1;
	int code;

	buffer_clear(&reader->text);
	json_object_foreach(reader->root, name, value)
	{
		if (json_is_null(value))
			continue;
		if (count == RECORD_FIELDS_MAX) {
			error_set(e, ERROR_BAD_INPUT, "more than %d members", RECORD_FIELDS_MAX);
			return refuse_at(reader, 1, e);
		}
		if ((code = member_column(line, length, name, &column, e)) < 0)
			return code;
		reader->offsets[count] = reader->text.length;
		code = add_value(&reader->text, value, line, length, column, e);
		if (code == ERROR_BAD_INPUT)
			return refuse_at(reader, column, e);
		if (code < 0)
			return code;
		reader->fields[count] = (struct record_field){.name = name,
			.length = reader->text.length - reader->offsets[count],
			.line = reader->window->line,
			.column = column};
		if ((code = buffer_add_byte(&reader->text, 0, e)) < 0)
			return code;
		count++;
	}
	for (size_t i = 0; i < count; i++)
		reader->fields[i].text = buffer_text(&reader->text) + reader->offsets[i];
	*ret_count = count;
	return 0;
}

int
json_lines_next(struct json_lines *reader, struct record *ret_record, struct error *e)
{
	struct window *w = reader->window;
	size_t length = 0, start, count = 0;
	const char *line;
	int r;

	for (;;) {
		if ((r = window_finish(w, NULL, NULL, e)) < 0 || (r = line_at(reader, &length, e)) <= 0)
			return r;
		line = window_bytes(w);
		for (start = 0; start < length && is_space(line[start]);)
			start++;
		window_record(w, length < window_length(w) ? length + 1 : length);
		if (start < length)
			break;
	}
	json_decref(reader->root);
	reader->root = NULL;
	r = json_read(line, length, w->path, &reader->root, e);
	if (r == ERROR_NO_MEMORY)
		return r;
	if (r < 0) {
		e->code = ERROR_BAD_INPUT;
		return refuse_at(reader, e->column ? e->column : 1, e);
	}
	if (!json_is_object(reader->root)) {
		error_set(e, ERROR_BAD_INPUT, "an object expected on each line");
		return refuse_at(reader, start + 1, e);
	}
	if ((r = fill_fields(reader, line, length, &count, e)) < 0)
		return r;
	*ret_record = (struct record){.line = w->line, .field_count = count, .fields = reader->fields};
	return 1;
}
