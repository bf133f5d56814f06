#include "base/json.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json_memory.h"

/* Checked on the text, before jansson builds anything: its depth, and that it holds no NUL, which jansson passes over
 * behind a number. */
static int
check_text(const char *text, size_t length, const char *name, struct error *e)
{
	size_t depth = 0, line = 1, line_start = 0;
	bool in_string = false;

	for (size_t i = 0; i < length; i++) {
		char c = text[i];

		if (c == '\n') {
			line++;
			line_start = i + 1;
		}
		if (c == 0) {
			error_set(e, ERROR_BAD_INPUT, "not JSON: a NUL byte");
			return error_at(e, name, line, i - line_start + 1), ERROR_BAD_INPUT;
		}
		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '[' || c == '{') {
			if (++depth > JSON_DEPTH_MAX) {
				error_set(e, ERROR_TOO_LARGE, "nested deeper than the maximum of %d", JSON_DEPTH_MAX);
				return error_at(e, name, line, i - line_start + 1), ERROR_TOO_LARGE;
			}
		} else if ((c == ']' || c == '}') && depth) {
			depth--;
		}
	}
	return 0;
}

int
json_read(const char *text, size_t length, const char *name, json_t **ret_root, struct error *e)
{
	size_t failures = json_memory_failures();
	json_error_t fault;
	json_t *root;
	int r = check_text(text, length, name, e);

	if (r < 0)
		return r;
	root = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault);
	if (json_memory_failures() != failures) { /* whatever it makes of it */
		json_decref(root);
		return error_no_memory(e);
	}
	if (!root) {
		r = error_set(e, ERROR_BAD_INPUT, "not JSON: %s", fault.text);
		error_at(e, name, fault.line > 0 ? (size_t)fault.line : 1, fault.column > 0 ? (size_t)fault.column : 1);
		return r;
	}
	*ret_root = root;
	return 0;
}

int
json_read_own(const char *text, const char *what, json_t **ret_root, struct error *e)
{
	int r = json_read(text, strlen(text), NULL, ret_root, e);

	return r == 0 || r == ERROR_NO_MEMORY ? r : error_set(e, ERROR_CORRUPT, "%s cannot be read", what);
}

int
json_read_file(const char *path, size_t maximum, json_t **ret_root, struct buffer *ret_text, struct error *e)
{
	struct buffer text = buffer_make(maximum);
	int r;

	if ((r = file_read(path, &text, e)) < 0)
		goto out;
	if ((r = json_read(buffer_text(&text), text.length, path, ret_root, e)) < 0)
		goto out;
	if (ret_text) {
		*ret_text = text;
		text = buffer_make(0);
	}
out:
	buffer_free(&text);
	return r;
}

/* A walk over a well-formed document: each skip moves past one thing. */
struct walk {
	const char *text;
	size_t length, at;
};

static char
seen(const struct walk *w)
{
	return w->at < w->length ? w->text[w->at] : 0;
}

static void
skip_space(struct walk *w)
{
	while (w->at < w->length && strchr(" \t\r\n", w->text[w->at]) && w->text[w->at])
		w->at++;
}

static void
skip_string(struct walk *w)
{
	for (w->at++; w->at < w->length && w->text[w->at] != '"'; w->at++)
		if (w->text[w->at] == '\\')
			w->at++;
	w->at++;
}

static void
skip_value(struct walk *w)
{
	size_t depth = 0;

	skip_space(w);
	do {
		char c = seen(w);

		if (c == '"') {
			skip_string(w);
			continue;
		}
		if (c == '[' || c == '{')
			depth++;
		if (depth && (c == ']' || c == '}'))
			depth--;
		else if (!depth && (c == ',' || c == ']' || c == '}'))
			return;
		w->at++;
	} while (w->at < w->length && (depth || !strchr(",]} \t\r\n", w->text[w->at])));
}

/* The number of the four hexadecimal digits at ${at}. */
static uint32_t
hex_at(const char *at)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++) {
		char c = at[i];

		value = value << 4 | (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return value;
}

static size_t
utf8_write(uint32_t c, char bytes[4])
{
	if (c < 0x80)
		return bytes[0] = (char)c, 1;
	if (c < 0x800)
		return bytes[0] = (char)(0xc0 | c >> 6), bytes[1] = (char)(0x80 | (c & 0x3f)), 2;
	if (c < 0x10000) {
		bytes[0] = (char)(0xe0 | c >> 12);
		bytes[1] = (char)(0x80 | (c >> 6 & 0x3f));
		return bytes[2] = (char)(0x80 | (c & 0x3f)), 3;
	}
	bytes[0] = (char)(0xf0 | c >> 18);
	bytes[1] = (char)(0x80 | (c >> 12 & 0x3f));
	bytes[2] = (char)(0x80 | (c >> 6 & 0x3f));
	return bytes[3] = (char)(0x80 | (c & 0x3f)), 4;
}

/* Take the next character of the string at ${w}, as the bytes that it stands for; 0 at its end. */
static size_t
next_of_string(struct walk *w, char bytes[4])
{
	static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	uint32_t c;

	bytes[0] = seen(w);
	if (w->at >= w->length || bytes[0] == '"')
		return 0;
	w->at++;
	if (bytes[0] != '\\')
		return 1;
	bytes[0] = seen(w);
	w->at++;
	if (bytes[0] != 'u') {
		const char *escape = memchr(escapes, bytes[0], sizeof escapes - 1);

		bytes[0] = escape ? meant[escape - escapes] : bytes[0];
		return 1;
	}
	if (w->at + 4 > w->length)
		return 0;
	c = hex_at(w->text + w->at);
	w->at += 4;
	if (c >= 0xd800 && c < 0xdc00 && w->at + 6 <= w->length) { /* half of a pair */
		c = 0x10000 + ((c & 0x3ff) << 10) + (hex_at(w->text + w->at + 2) & 0x3ff);
		w->at += 6;
	}
	return utf8_write(c, bytes);
}

/* Whether the key at ${w} is what the pointer's ${token} names. Needs no memory, so that a place is never a wrong one for
 * lack of it. */
static bool
key_matches(const struct walk *w, const char *token, size_t length)
{
	struct walk key = {w->text, w->length, w->at + 1};
	size_t at = 0, count;
	char bytes[4];

	while ((count = next_of_string(&key, bytes)) > 0)
		for (size_t i = 0; i < count; i++) {
			char wanted = at < length ? token[at++] : '\0';

			if (wanted == '~' && at < length)
				wanted = token[at++] == '1' ? '/' : '~';
			if (wanted != bytes[i])
				return false;
		}
	return at == length;
}

/* Go from the value at ${w} to its child ${token}; false, and stay, where there is none. */
static bool
enter(struct walk *w, const char *token, size_t length)
{
	struct walk child = *w;
	char open = seen(w);
	size_t index = 0;

	if (open != '{' && open != '[')
		return false;
	for (child.at++;; child.at++, index++) {
		bool found;

		skip_space(&child);
		if (seen(&child) == '}' || seen(&child) == ']' || child.at >= child.length)
			return false;
		if (open == '{') {
			found = key_matches(&child, token, length);
			skip_string(&child);
			skip_space(&child);
			child.at++; /* the colon */
			skip_space(&child);
		} else {
			char number[24];
			int digits = snprintf(number, sizeof number, "%zu", index);

			found = (size_t)digits == length && memcmp(number, token, length) == 0;
		}
		if (found) {
			*w = child;
			return true;
		}
		skip_value(&child);
		skip_space(&child);
		if (seen(&child) != ',')
			return false;
	}
}

void
json_place(const char *text, size_t length, const char *pointer, size_t *ret_line, size_t *ret_column)
{
	struct walk w = {text, length, 0};
	size_t line = 1, line_start = 0;

	skip_space(&w);
	while (*pointer == '/') {
		size_t token = strcspn(pointer + 1, "/");

		if (!enter(&w, pointer + 1, token))
			break;
		pointer += 1 + token;
	}
	for (size_t i = 0; i < w.at && i < length; i++)
		if (text[i] == '\n') {
			line++;
			line_start = i + 1;
		}
	*ret_line = line;
	*ret_column = w.at - line_start + 1;
}

static int
write_string(const char *text, size_t length, struct buffer *b, struct error *e)
{
	int r = buffer_add_byte(b, '"', e);

	for (size_t i = 0; r == 0 && i < length; i++) {
		uint8_t c = (uint8_t)text[i];

		if (c == '"' || c == '\\')
			r = buffer_add_format(b, e, "\\%c", c);
		else if (c == '\n')
			r = buffer_add_text(b, "\\n", e);
		else if (c == '\t')
			r = buffer_add_text(b, "\\t", e);
		else if (c < 0x20)
			r = buffer_add_format(b, e, "\\u%04x", c);
		else
			r = buffer_add_byte(b, c, e);
	}
	return r < 0 ? r : buffer_add_byte(b, '"', e);
}

static int
compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
write_object(const json_t *value, struct buffer *b, struct error *e)
{
	size_t count = json_object_size(value), i = 0;
	const char **keys = count ? malloc(count * sizeof *keys) : NULL;
	void *it;
	int r;

	if (count && !keys)
		return error_no_memory(e);
	for (it = json_object_iter((json_t *)value); it && i < count; it = json_object_iter_next((json_t *)value, it))
		keys[i++] = json_object_iter_key(it);
	if (count)
		qsort(keys, count, sizeof *keys, compare_keys);
	r = buffer_add_byte(b, '{', e);
	for (i = 0; r == 0 && i < count; i++)
		if ((i && (r = buffer_add_byte(b, ',', e)) < 0) || (r = write_string(keys[i], strlen(keys[i]), b, e)) < 0 ||
			(r = buffer_add_byte(b, ':', e)) < 0 || (r = json_write(json_object_get(value, keys[i]), b, e)) < 0)
			break;
	free(keys);
	return r < 0 ? r : buffer_add_byte(b, '}', e);
}

static int
write_array(const json_t *value, struct buffer *b, struct error *e)
{
	int r = buffer_add_byte(b, '[', e);

	for (size_t i = 0; r == 0 && i < json_array_size(value); i++)
		if ((i && (r = buffer_add_byte(b, ',', e)) < 0) || (r = json_write(json_array_get(value, i), b, e)) < 0)
			break;
	return r < 0 ? r : buffer_add_byte(b, ']', e);
}

int
json_write(const json_t *value, struct buffer *b, struct error *e)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return write_object(value, b, e);
	case JSON_ARRAY:
		return write_array(value, b, e);
	case JSON_STRING:
		return write_string(json_string_value(value), json_string_length(value), b, e);
	case JSON_INTEGER:
		return buffer_add_format(b, e, "%" PRId64, (int64_t)json_integer_value(value));
	case JSON_REAL:
		/* Adding zero makes -0.0 the 0 that it equals. */
		return buffer_add_format(b, e, "%.17g", json_real_value(value) + 0.0);
	case JSON_TRUE:
		return buffer_add_text(b, "true", e);
	case JSON_FALSE:
		return buffer_add_text(b, "false", e);
	case JSON_NULL:
		return buffer_add_text(b, "null", e);
	}
	assert(!"a kind of JSON that is not there");
	return ERROR_USAGE;
}
