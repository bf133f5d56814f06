#include "policy/packed.h"

#include <string.h>

#include "policy/facts_shape.h"
#include "policy/packed_inside.h"

struct writing {
	struct buffer *row;
	const struct zone *zone;
	instant before;
	struct error *e;
};

static int
put_number(struct writing *w, uint64_t number)
{
	uint8_t bytes[10];
	size_t count = 0;

	for (; number >= 0x80; number >>= 7)
		bytes[count++] = (uint8_t)(number | 0x80);
	bytes[count++] = (uint8_t)number;
	return buffer_add(w->row, bytes, count, w->e);
}

static int
put_text(struct writing *w, const json_t *value, size_t most)
{
	const char *text = json_string_value(value);
	size_t length = text ? json_string_length(value) : 0;
	int code;

	if (length > most || (length > 0 && strlen(text) != length))
		return error_set(w->e, ERROR_BAD_INPUT, "facts: a text that cannot be packed");
	if ((code = put_number(w, length)) < 0 || (code = buffer_add(w->row, text ? text : "", length, w->e)) < 0)
		return code;
	return buffer_add_byte(w->row, 0, w->e);
}

static int
put_time(struct writing *w, const json_t *value, bool may_be_null)
{
	int64_t passed;
	uint64_t number;
	instant at;
	int code;

	if (may_be_null && (!value || json_is_null(value)))
		return put_number(w, 0);
	if (!json_is_string(value))
		return error_set(w->e, ERROR_BAD_INPUT, "facts: a time expected");
	if ((code = time_read(json_string_value(value), json_string_length(value), w->zone, &at, w->e)) < 0)
		return code;
	passed = at - w->before;
	w->before = at;
	number = passed < 0 ? (uint64_t)(-(passed + 1)) * 2 + 1 : (uint64_t)passed * 2;
	return put_number(w, number + may_be_null);
}

static int
put_words(struct writing *w, const json_t *words)
{
	const json_t *word;
	size_t i;
	int code;

	if ((code = put_number(w, json_array_size(words))) < 0)
		return code;
	json_array_foreach((json_t *)words, i, word) if ((code = put_text(w, word, FACT_WORD_MAX)) < 0) return code;
	return 0;
}

static int
put_field(struct writing *w, const struct field *field, const json_t *value)
{
	enum colour colour = COLOUR_GREEN;

	switch (field->shape) {
	case SHAPE_TIME:
	case SHAPE_TIME_OR_NULL:
		return put_time(w, value, field->shape == SHAPE_TIME_OR_NULL);
	case SHAPE_COUNTRY:
	case SHAPE_DIVISION:
	case SHAPE_WORD:
		return put_text(w, value, FACT_WORD_MAX);
	case SHAPE_TEXT:
		return put_text(w, value, FACT_TEXT_MAX);
	case SHAPE_HOURS:
	case SHAPE_DEGREE:
	case SHAPE_DOSE:
	case SHAPE_TEMPERATURE:
		if (json_is_integer(value) && json_integer_value(value) < 0)
			break;
		return put_number(w, json_is_integer(value) ? (uint64_t)json_integer_value(value) + 1 : 0);
	case SHAPE_FLAG:
		return put_number(w, json_is_true(value));
	case SHAPE_WORDS:
		return put_words(w, value);
	case SHAPE_COLOUR:
		if (!colour_read(json_string_value(value), &colour))
			break;
		return put_number(w, colour);
	}
	return error_set(w->e, ERROR_BAD_INPUT, "facts: %s cannot be packed", field->name);
}

static int
put_list(struct writing *w, enum fact_list list, const json_t *items)
{
	const json_t *item;
	size_t i;
	int code;

	if ((code = put_number(w, json_array_size(items))) < 0)
		return code;
	json_array_foreach((json_t *)items, i, item)
	{
		for (const struct field *field = fact_shapes[list].fields; field->name; field++)
			if ((code = put_field(w, field, json_object_get(item, field->name))) < 0)
				return code;
	}
	return 0;
}

int
facts_pack(const json_t *facts, const struct zone *zone, struct buffer *row, struct error *e)
{
	struct writing w = {.row = row, .zone = zone, .e = e};
	int code;

	if ((code = buffer_add_byte(row, PACKED_VERSION, e)) < 0 ||
		(code = put_time(&w, json_object_get(facts, "applied_at"), false)) < 0)
		return code;
	for (int list = 0; list < FACT_LIST_COUNT; list++)
		if ((code = put_list(&w, (enum fact_list)list, json_object_get(facts, fact_shapes[list].name))) < 0)
			return code;
	return 0;
}
