/* A message is one arena of texts and a list of the values that are not empty.
 *
 * V1. Values stand in the order of the message, so that those of a segment lie together and sorted.
 * V2. A resolved text is never longer than what stood there, so that the arena is as long as the message. */

#include "feed/hl7.h"

#include <iconv.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buffer.h"
#include "base/text.h"

enum { VALUES_MAX = HL7_MESSAGE_MAX, NAME_LENGTH = 3, ENCODING_FIELD = 18, TRUNCATION_SIGNS = 5 };

struct value {
	uint16_t field, repetition, component, subcomponent;
	uint32_t text, column;
};

struct segment {
	char name[NAME_LENGTH + 1];
	size_t line, first_value;
};

struct hl7 {
	char field, component, repetition, escape, subcomponent;
	struct buffer bytes; /* as UTF-8 */
	char *texts;
	size_t text_length;
	struct value *values;
	size_t value_count, value_capacity;
	struct segment *segments;
	size_t segment_count, segment_capacity;
};

static int __attribute__((format(printf, 5, 6)))
refuse(struct error *e, size_t line, size_t column, const char *place, const char *format, ...)
{
	char why[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, sizeof why, format, arguments);
	va_end(arguments);
	error_set(e, ERROR_BAD_INPUT, "%s: %s", place, why);
	return error_at(e, NULL, line, column);
}

static bool
is_delimiter(char c)
{
	return c > ' ' && c < 0x7f && !((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'));
}

/* MSH-1 and MSH-2. */
static int
read_delimiters(struct hl7 *m, const char *bytes, size_t length, struct error *e)
{
	const char *signs = bytes + NAME_LENGTH + 1;
	size_t count = 0;

	if (length < NAME_LENGTH + 1 || memcmp(bytes, "MSH", NAME_LENGTH) != 0)
		return refuse(e, 1, 1, "MSH", "a message begins with MSH");
	m->field = bytes[NAME_LENGTH];
	while (NAME_LENGTH + 1 + count < length && signs[count] != m->field && signs[count] != '\r' && signs[count] != '\n')
		count++;
	if (!is_delimiter(m->field))
		return refuse(e, 1, NAME_LENGTH + 1, "MSH-1", "the field delimiter is a sign that is no letter or digit");
	if (count < TRUNCATION_SIGNS - 1 || count > TRUNCATION_SIGNS)
		return refuse(e, 1, NAME_LENGTH + 2, "MSH-2", "four or five delimiters expected, such as ^~\\&");
	for (size_t i = 0; i < count; i++)
		if (!is_delimiter(signs[i]) || memchr(signs + i + 1, signs[i], count - i - 1))
			return refuse(e, 1, NAME_LENGTH + 2 + i, "MSH-2", "delimiters are different signs, no letters or digits");
	m->component = signs[0];
	m->repetition = signs[1];
	m->escape = signs[2];
	m->subcomponent = signs[3];
	return 0;
}

/* MSH-18 before the bytes are understood. In GB 18030 a delimiter's byte may be the second of a character, so that such
 * characters are stepped over if ${wide}. */
static void
find_encoding(const struct hl7 *m, const char *bytes, size_t length, bool wide, char name[32])
{
	unsigned field = 1;
	size_t used = 0;

	for (size_t i = NAME_LENGTH; i < length && bytes[i] != '\r' && bytes[i] != '\n'; i++) {
		if (wide && (unsigned char)bytes[i] > 0x80) {
			i++;
			continue;
		}
		if (bytes[i] == m->field)
			field++;
		else if (field == ENCODING_FIELD && (bytes[i] == m->repetition || bytes[i] == m->component))
			break;
		else if (field == ENCODING_FIELD && used < 31)
			name[used++] = bytes[i];
		if (field > ENCODING_FIELD)
			break;
	}
	name[used] = 0;
}

/* The name as iconv has it: "" for UTF-8, NULL for one that is not read. Table 0211. */
static const char *
encoding_of(const char *name)
{
	static const struct {
		const char *name, *iconv;
	} encodings[] = {{"", ""}, {"ASCII", ""}, {"UNICODE UTF-8", ""}, {"UTF-8", ""}, {"UNICODE", ""},
		{"GB 18030-2000", "GB18030"}, {"GB18030", "GB18030"}, {"GB18030-2000", "GB18030"}, {"8859/1", "ISO-8859-1"}};

	for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++)
		if (strcmp(encodings[i].name, name) == 0)
			return encodings[i].iconv;
	return NULL;
}

static int
convert(struct hl7 *m, const char *encoding, const char *bytes, size_t length, struct error *e)
{
	char *from = (char *)bytes, *to;
	size_t left = length, room = 3 * length;
	iconv_t converter;
	size_t r;
	int code;

	if ((code = buffer_reserve(&m->bytes, room + 1, e)) < 0)
		return code;
	converter = iconv_open("UTF-8", encoding);
	if (converter == (iconv_t)-1)
		return error_set(e, ERROR_USAGE, "this system cannot read %s", encoding);
	to = (char *)m->bytes.data;
	r = iconv(converter, &from, &left, &to, &room);
	iconv_close(converter);
	if (r == (size_t)-1 || left)
		return refuse(e, 1, 1, "MSH-18", "byte %zu of the message is not %s", length - left + 1, encoding);
	m->bytes.length = (size_t)(to - (char *)m->bytes.data);
	return 0;
}

static int
decode(struct hl7 *m, const char *bytes, size_t length, struct error *e)
{
	char name[32];
	const char *encoding;

	find_encoding(m, bytes, length, true, name);
	encoding = encoding_of(name);
	if (!encoding || strcmp(encoding, "GB18030") != 0) {
		find_encoding(m, bytes, length, false, name);
		encoding = encoding_of(name);
	}
	if (!encoding)
		return refuse(e, 1, 1, "MSH-18", "UNICODE UTF-8, GB 18030-2000, 8859/1 or ASCII expected");
	if (*encoding)
		return convert(m, encoding, bytes, length, e);
	return buffer_add(&m->bytes, bytes, length, e);
}

/* Where reading stands. */
struct cursor {
	struct hl7 *m;
	const char *segment, *at, *end; /* ${end}: of the segment */
	char place[16];
	size_t line;
	struct value value;
	struct error *e;
};

static int
complain(const struct cursor *c, const char *at, const char *why)
{
	return refuse(c->e, c->line, (size_t)(at - c->segment) + 1, c->place, "%s", why);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Resolve the escape whose inside is ${length} bytes at ${inside}, to ${to}. Return how many bytes it gave, or a
 * negative code. */
static int
resolve(const struct cursor *c, const char *inside, size_t length, char *to)
{
	const struct hl7 *m = c->m;
	const char *named = "FSTRE", *found = length == 1 ? strchr(named, inside[0]) : NULL;
	const char signs[] = {m->field, m->component, m->subcomponent, m->repetition, m->escape};

	if (found && *found) {
		*to = signs[found - named];
		return 1;
	}
	if (length == 1 && (inside[0] == 'H' || inside[0] == 'N'))
		return 0;
	if (length >= 3 && (memcmp(inside, ".br", 3) == 0 || memcmp(inside, ".sp", 3) == 0)) {
		*to = '\n';
		return 1;
	}
	if (length >= 3 && length % 2 == 1 && inside[0] == 'X') {
		for (size_t i = 1; i < length; i += 2) {
			int high = hex_digit(inside[i]), low = hex_digit(inside[i + 1]);

			if (high < 0 || low < 0 || high * 16 + low == 0)
				return complain(c, inside + i, "hexadecimal digits of bytes other than 00 expected");
			to[i / 2] = (char)(high * 16 + low);
		}
		return (int)(length / 2);
	}
	return complain(c, inside, "an escape sequence that is not known");
}

/* A value's text from ${from} to ${to}, resolved, into the arena. */
static int
add_value(struct cursor *c, const char *from, const char *to)
{
	struct hl7 *m = c->m;
	char *text = m->texts + m->text_length, *end = text;
	int code;

	if (from == to || (to - from == 2 && from[0] == '"' && from[1] == '"'))
		return 0;
	for (const char *at = from; at < to; at++) {
		const char *close;

		if (*at != m->escape) {
			*end++ = *at;
			continue;
		}
		close = memchr(at + 1, m->escape, (size_t)(to - at - 1));
		if (!close)
			return complain(c, at, "an escape sequence that is not closed");
		if ((code = resolve(c, at + 1, (size_t)(close - at - 1), end)) < 0)
			return code;
		end += code;
		at = close;
	}
	if (!text_is_utf8(text, (size_t)(end - text)))
		return complain(c, from, "not UTF-8");
	if (end == text)
		return 0;
	if ((code = array_grow(&m->values, &m->value_capacity, m->value_count + 1, sizeof *m->values, VALUES_MAX, c->e)) <
		0)
		return code;
	*end = 0;
	c->value.text = (uint32_t)m->text_length;
	c->value.column = (uint32_t)(from - c->segment) + 1;
	m->values[m->value_count++] = c->value;
	m->text_length += (size_t)(end - text) + 1;
	return 0;
}

/* Go on to the next value after the delimiter ${sign}; a sign that is none ends the segment. */
static int
next_place(struct cursor *c, char sign)
{
	struct value *v = &c->value;
	const struct hl7 *m = c->m;
	uint16_t *counted = sign == m->field ? &v->field
		: sign == m->repetition          ? &v->repetition
		: sign == m->component           ? &v->component
										 : &v->subcomponent;

	if (*counted == HL7_INDEX_MAX)
		return complain(c, c->at, "more than 1023 parts");
	(*counted)++;
	if (counted == &v->field)
		v->repetition = 1;
	if (counted <= &v->repetition)
		v->component = 1;
	if (counted <= &v->component)
		v->subcomponent = 1;
	snprintf(c->place, sizeof c->place, "%.3s-%u", c->segment, v->field);
	return 0;
}

static int
read_values(struct cursor *c)
{
	const struct hl7 *m = c->m;
	const char *from = c->at;
	int code;

	for (;; c->at++) {
		bool ends = c->at == c->end;

		if (!ends && *c->at != m->field && *c->at != m->repetition && *c->at != m->component &&
			*c->at != m->subcomponent) {
			if ((unsigned char)*c->at < ' ' && *c->at != '\t')
				return complain(c, c->at, "a control character");
			continue;
		}
		if ((code = add_value(c, from, c->at)) < 0)
			return code;
		if (ends)
			return 0;
		if ((code = next_place(c, *c->at)) < 0)
			return code;
		from = c->at + 1;
	}
}

/* MSH-1 and MSH-2 are told apart from the other fields: they are what delimits. */
static int
read_header(struct cursor *c)
{
	static const struct value one = {.field = 1, .repetition = 1, .component = 1, .subcomponent = 1};
	struct hl7 *m = c->m;
	char *text = m->texts;
	int code;

	if ((code = array_grow(&m->values, &m->value_capacity, 2, sizeof *m->values, VALUES_MAX, c->e)) < 0)
		return code;
	text[0] = m->field;
	text[1] = 0;
	m->text_length = 2;
	m->values[0] = one;
	m->values[0].column = NAME_LENGTH + 1;
	m->values[1] = one;
	m->values[1].field = 2;
	m->values[1].text = 2;
	m->values[1].column = NAME_LENGTH + 2;
	m->value_count = 2;
	for (c->at += 1; c->at < c->end && *c->at != m->field; c->at++)
		text[m->text_length++] = *c->at;
	text[m->text_length++] = 0;
	c->value = one;
	c->value.field = 2;
	return 0;
}

static int
read_segment(struct cursor *c)
{
	struct hl7 *m = c->m;
	struct segment *s;
	int code;

	snprintf(c->place, sizeof c->place, "line %zu", c->line);
	if (c->end - c->segment < NAME_LENGTH)
		return complain(c, c->segment, "a segment's name has three characters");
	for (int i = 0; i < NAME_LENGTH; i++) {
		char sign = c->segment[i];

		if (!((sign >= 'A' && sign <= 'Z') || (i && sign >= '0' && sign <= '9')))
			return complain(c, c->segment + i, "a segment's name is a capital letter and two more, or digits");
	}
	c->at = c->segment + NAME_LENGTH;
	if (c->at < c->end && *c->at != m->field)
		return complain(c, c->at, "the field delimiter expected after the segment's name");
	if ((code = array_grow(&m->segments, &m->segment_capacity, m->segment_count + 1, sizeof *m->segments,
			 HL7_SEGMENTS_MAX, c->e)) < 0)
		return code;
	s = &m->segments[m->segment_count++];
	memcpy(s->name, c->segment, NAME_LENGTH);
	s->line = c->line;
	s->first_value = m->value_count;
	c->value = (struct value){.field = 0, .repetition = 1, .component = 1, .subcomponent = 1};
	if (m->segment_count == 1)
		code = read_header(c);
	else if (strcmp(s->name, "MSH") == 0)
		code = complain(c, c->segment, "a second MSH");
	/* What stands before the first delimiter is the name, and no value. */
	if (code < 0 || c->at == c->end)
		return code;
	if ((code = next_place(c, m->field)) < 0)
		return code;
	c->at++;
	return read_values(c);
}

static int
read_segments(struct hl7 *m, struct error *e)
{
	const char *bytes = buffer_text(&m->bytes), *end = bytes + m->bytes.length;
	struct cursor c = {.m = m, .line = 1, .e = e};
	int code;

	for (const char *at = bytes; at < end; c.line++) {
		const char *stop = at;

		while (stop < end && *stop != '\r' && *stop != '\n')
			stop++;
		c.segment = at;
		c.end = stop;
		if (stop > at && (code = read_segment(&c)) < 0)
			return code;
		at = stop + 1;
		if (stop + 1 < end && *stop == '\r' && stop[1] == '\n')
			at++;
	}
	return 0;
}

int
hl7_read(const void *bytes, size_t length, struct hl7 **ret_message, struct error *e)
{
	struct hl7 *m;
	int code;

	if (length > HL7_MESSAGE_MAX) {
		error_set(e, ERROR_TOO_LARGE, "a message has at most %d bytes", HL7_MESSAGE_MAX);
		return error_at(e, NULL, 1, 1);
	}
	m = calloc(1, sizeof *m);
	if (!m)
		return error_no_memory(e);
	m->bytes = buffer_make(3 * HL7_MESSAGE_MAX + 2);
	if ((code = read_delimiters(m, bytes, length, e)) < 0 || (code = decode(m, bytes, length, e)) < 0)
		goto out;
	/* V2, and a NUL after each text, which stands where a delimiter or an end stood. */
	m->texts = malloc(m->bytes.length + 2);
	if (!m->texts) {
		code = error_no_memory(e);
		goto out;
	}
	if ((code = read_segments(m, e)) < 0)
		goto out;
	*ret_message = m;
	m = NULL;
out:
	hl7_free(m);
	return code;
}

void
hl7_free(struct hl7 *message)
{
	if (!message)
		return;
	buffer_free(&message->bytes);
	free(message->texts);
	free(message->values);
	free(message->segments);
	free(message);
}

size_t
hl7_count(const struct hl7 *message)
{
	return message->segment_count;
}

const char *
hl7_name(const struct hl7 *message, size_t segment)
{
	return message->segments[segment].name;
}

size_t
hl7_find(const struct hl7 *message, const char *name, size_t from)
{
	while (from < message->segment_count && strcmp(message->segments[from].name, name) != 0)
		from++;
	return from < message->segment_count ? from : message->segment_count;
}

/* The values of a segment: [first, end). */
static void
values_of(const struct hl7 *m, size_t segment, const struct value **ret_first, const struct value **ret_end)
{
	*ret_first = m->values + m->segments[segment].first_value;
	*ret_end = m->values + (segment + 1 < m->segment_count ? m->segments[segment + 1].first_value : m->value_count);
}

const char *
hl7_text(const struct hl7 *message, size_t segment, unsigned field, unsigned repetition, unsigned component,
	unsigned subcomponent)
{
	const struct value *v, *end;

	for (values_of(message, segment, &v, &end); v < end && v->field <= field; v++)
		if (v->field == field && v->repetition == repetition && v->component == component &&
			v->subcomponent == subcomponent)
			return message->texts + v->text;
	return "";
}

unsigned
hl7_repetitions(const struct hl7 *message, size_t segment, unsigned field)
{
	const struct value *v, *end;
	unsigned last = 0;

	for (values_of(message, segment, &v, &end); v < end && v->field <= field; v++)
		if (v->field == field)
			last = v->repetition;
	return last;
}

int
hl7_refuse(const struct hl7 *message, size_t segment, unsigned field, struct error *e, const char *why)
{
	const struct value *v, *end;
	char place[16];
	size_t column = 1;

	for (values_of(message, segment, &v, &end); v < end && v->field <= field; v++)
		if (v->field == field) {
			column = v->column;
			break;
		}
	if (field)
		snprintf(place, sizeof place, "%s-%u", hl7_name(message, segment), field);
	else
		snprintf(place, sizeof place, "%s", hl7_name(message, segment));
	return refuse(e, message->segments[segment].line, column, place, "%s", why);
}
