#include "feed/edifact.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"

enum { TAG_LENGTH = 3, ADVICE_LENGTH = 9, VALUES_MAX = EDIFACT_SIZE_MAX };

struct value {
	uint16_t element, component;
	uint32_t text;
};

struct segment {
	char tag[TAG_LENGTH + 1];
	size_t start, line, column, first_value;
};

struct edifact {
	char component, element, release, terminator;
	char *texts;
	size_t text_length;
	struct value *values;
	size_t value_count, value_capacity;
	struct segment *segments;
	size_t segment_count, segment_capacity;
	size_t end; /* of the last */
};

/* Where reading stands; ${at} lies in ${line}, which starts at ${line_start}. */
struct cursor {
	struct edifact *i;
	const char *bytes, *at, *end, *line_start;
	size_t line;
	struct error *e;
};

static int
complain(const struct cursor *c, const char *why)
{
	error_set(c->e, ERROR_BAD_INPUT, "%s", why);
	return error_at(c->e, NULL, c->line, (size_t)(c->at - c->line_start) + 1);
}

int
edifact_refuse(const struct edifact *interchange, size_t segment, struct error *e, const char *why)
{
	const struct segment *s = &interchange->segments[segment];

	error_set(e, ERROR_BAD_INPUT, "%s: %s", s->tag, why);
	return error_at(e, NULL, s->line, s->column);
}

static void
step(struct cursor *c)
{
	if (*c->at == '\n') {
		c->line++;
		c->line_start = c->at + 1;
	}
	c->at++;
}

static void
skip_spaces(struct cursor *c)
{
	while (c->at < c->end && strchr(" \t\r\n", *c->at) && *c->at)
		step(c);
}

static int
read_advice(struct cursor *c)
{
	struct edifact *i = c->i;

	i->component = ':';
	i->element = '+';
	i->release = '?';
	i->terminator = '\'';
	skip_spaces(c);
	if (c->end - c->at < ADVICE_LENGTH || memcmp(c->at, "UNA", TAG_LENGTH) != 0)
		return 0;
	i->component = c->at[3];
	i->element = c->at[4];
	i->release = c->at[6];
	i->terminator = c->at[8];
	if (i->component == i->element || i->component == i->release || i->component == i->terminator ||
		i->element == i->release || i->element == i->terminator || i->release == i->terminator || i->release == ' ')
		return complain(c, "UNA: four different signs expected");
	c->at += ADVICE_LENGTH;
	return 0;
}

static int
add_value(struct cursor *c, struct value v)
{
	struct edifact *i = c->i;
	int code;

	if (i->text_length == v.text)
		return 0;
	if ((code = array_grow(&i->values, &i->value_capacity, i->value_count + 1, sizeof v, VALUES_MAX, c->e)) < 0)
		return code;
	i->texts[i->text_length++] = 0;
	i->values[i->value_count++] = v;
	return 0;
}

/* The elements of a segment, up to and with its terminator. */
static int
read_elements(struct cursor *c)
{
	struct edifact *i = c->i;
	struct value v = {.element = 0, .component = 1, .text = (uint32_t)i->text_length};
	int code;

	for (;; step(c)) {
		char sign;

		if (c->at == c->end)
			return complain(c, "a segment without end: the file is cut short");
		sign = *c->at;
		if (sign == i->release) {
			step(c);
			if (c->at == c->end)
				return complain(c, "a segment without end: the file is cut short");
			i->texts[i->text_length++] = *c->at;
			continue;
		}
		if (sign != i->element && sign != i->component && sign != i->terminator) {
			if ((unsigned char)sign < ' ' && sign != '\r' && sign != '\n')
				return complain(c, "a control character");
			if (v.element == 0)
				return complain(c, "a segment's tag has three letters");
			if (sign != '\r' && sign != '\n')
				i->texts[i->text_length++] = sign;
			continue;
		}
		if ((code = add_value(c, v)) < 0)
			return code;
		if (sign == i->terminator)
			break;
		if (v.element == UINT16_MAX || v.component == UINT16_MAX)
			return complain(c, "too many elements");
		if (sign == i->component)
			v.component++;
		else
			v = (struct value){.element = (uint16_t)(v.element + 1), .component = 1};
		v.text = (uint32_t)i->text_length;
	}
	step(c);
	return 0;
}

static int
read_segment(struct cursor *c)
{
	struct edifact *i = c->i;
	struct segment *s;
	int code;

	if (c->end - c->at < TAG_LENGTH + 1)
		return complain(c, "a segment without end: the file is cut short");
	for (int j = 0; j < TAG_LENGTH; j++)
		if (c->at[j] < 'A' || c->at[j] > 'Z')
			return complain(c, "a segment's tag has three capital letters");
	if ((code = array_grow(
			 &i->segments, &i->segment_capacity, i->segment_count + 1, sizeof *s, EDIFACT_SEGMENTS_MAX, c->e)) < 0)
		return code;
	s = &i->segments[i->segment_count++];
	memcpy(s->tag, c->at, TAG_LENGTH);
	s->start = (size_t)(c->at - c->bytes);
	s->line = c->line;
	s->column = (size_t)(c->at - c->line_start) + 1;
	s->first_value = i->value_count;
	c->at += TAG_LENGTH;
	return read_elements(c);
}

static bool
is_tag(const struct edifact *i, size_t segment, const char *tag)
{
	return segment < i->segment_count && strcmp(i->segments[segment].tag, tag) == 0; /* the last of none is none */
}

/* The count and reference with which ${end} closes what ${start} opened. */
static int
check_end(const struct edifact *i, size_t start, unsigned reference_element, size_t end, size_t count, struct error *e)
{
	const char *said = edifact_text(i, end, 1, 1);
	int64_t value;

	if (!text_integer(said, strlen(said), 0, INT32_MAX, &value) || (size_t)value != count)
		return edifact_refuse(i, end, e, "the count is not what there is: something is missing, or too much");
	if (strcmp(edifact_text(i, start, reference_element, 1), edifact_text(i, end, 2, 1)) != 0)
		return edifact_refuse(i, end, e, "the reference is not that of the beginning");
	return 0;
}

/* Messages from ${at} on, up to the first segment that is of none; how many. */
static int
check_messages(const struct edifact *i, size_t *at, size_t *ret_count, struct error *e)
{
	int code;

	for (*ret_count = 0; is_tag(i, *at, "UNH"); ++*ret_count) {
		size_t start = *at;

		while (*at < i->segment_count && !is_tag(i, *at, "UNT"))
			++*at;
		if (*at == i->segment_count)
			return edifact_refuse(i, start, e, "a message without UNT: the file is cut short");
		if ((code = check_end(i, start, 1, *at, *at - start + 1, e)) < 0)
			return code;
		++*at;
	}
	return 0;
}

/* ${line}: where it begins. */
static int
check_structure(const struct edifact *i, size_t line, struct error *e)
{
	size_t at = 1, groups = 0, messages;
	int code;

	if (!is_tag(i, 0, "UNB")) {
		error_set(e, ERROR_BAD_INPUT, "UNB expected: no interchange of UN/EDIFACT");
		return error_at(
			e, NULL, i->segment_count ? i->segments[0].line : line, i->segment_count ? i->segments[0].column : 1);
	}
	for (; is_tag(i, at, "UNG"); groups++) {
		size_t start = at++;

		if ((code = check_messages(i, &at, &messages, e)) < 0)
			return code;
		if (!is_tag(i, at, "UNE"))
			return edifact_refuse(i, start, e, "a group without UNE: the file is cut short, or a message has no UNH");
		if ((code = check_end(i, start, 5, at, messages, e)) < 0)
			return code;
		at++;
	}
	if ((code = check_messages(i, &at, &messages, e)) < 0)
		return code;
	if (!is_tag(i, at, "UNZ"))
		return edifact_refuse(i, 0, e, "an interchange without UNZ: the file is cut short");
	return check_end(i, 0, 5, at, groups ? groups : messages, e);
}

static bool
is_ended(const struct edifact *i)
{
	return is_tag(i, i->segment_count - 1, "UNZ");
}

/* Up to its UNZ, or the end of what there is. */
static int
read_segments(struct cursor *c)
{
	struct edifact *i = c->i;
	int code;

	if ((code = read_advice(c)) < 0)
		return code;
	for (skip_spaces(c); c->at < c->end && !is_ended(i); skip_spaces(c)) {
		if ((code = read_segment(c)) < 0)
			return code;
		i->end = (size_t)(c->at - c->bytes);
	}
	return 0;
}

int
edifact_read(
	const char *bytes, size_t length, struct edifact_place *place, struct edifact **ret_interchange, struct error *e)
{
	const size_t left = length - place->at;
	const bool is_cut = left > EDIFACT_SIZE_MAX;
	struct cursor c = {.bytes = bytes,
		.at = bytes + place->at,
		.end = bytes + place->at + (is_cut ? EDIFACT_SIZE_MAX : left),
		.line_start = bytes + place->line_start,
		.line = place->lines + 1,
		.e = e};
	int code;

	c.i = calloc(1, sizeof *c.i);
	if (!c.i)
		return error_no_memory(e);
	c.i->texts = malloc((size_t)(c.end - c.at) + 1);
	if (!c.i->texts) {
		code = error_no_memory(e);
		goto out;
	}
	code = read_segments(&c);
	/* The cut goes through a segment, or leaves less of one than its tag. */
	if (is_cut && c.end - c.at <= TAG_LENGTH && code != ERROR_NO_MEMORY && !(code == 0 && is_ended(c.i))) {
		code = error_set(e, ERROR_TOO_LARGE, "an interchange has at most %d bytes", EDIFACT_SIZE_MAX);
		error_at(e, NULL, place->lines + 1, 1);
	}
	if (code < 0 || (code = check_structure(c.i, place->lines + 1, e)) < 0)
		goto out;
	*place = (struct edifact_place){(size_t)(c.at - bytes), (size_t)(c.line_start - bytes), c.line - 1};
	*ret_interchange = c.i;
	c.i = NULL;
out:
	edifact_free(c.i);
	return code;
}

void
edifact_free(struct edifact *interchange)
{
	if (!interchange)
		return;
	free(interchange->texts);
	free(interchange->values);
	free(interchange->segments);
	free(interchange);
}

size_t
edifact_count(const struct edifact *interchange)
{
	return interchange->segment_count;
}

const char *
edifact_tag(const struct edifact *interchange, size_t segment)
{
	return interchange->segments[segment].tag;
}

const char *
edifact_text(const struct edifact *interchange, size_t segment, unsigned element, unsigned component)
{
	size_t at = interchange->segments[segment].first_value;
	size_t end = segment + 1 < interchange->segment_count ? interchange->segments[segment + 1].first_value
														  : interchange->value_count;

	for (; at < end; at++)
		if (interchange->values[at].element == element && interchange->values[at].component == component)
			return interchange->texts + interchange->values[at].text;
	return "";
}

size_t
edifact_start(const struct edifact *interchange, size_t segment)
{
	return segment == interchange->segment_count ? interchange->end : interchange->segments[segment].start;
}
