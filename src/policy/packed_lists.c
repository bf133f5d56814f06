/* Which lists of a packed row have items, found by passing over the bytes of those before them. */

#include "policy/facts_shape.h"
#include "policy/packed_inside.h"

struct bytes {
	const uint8_t *at, *end;
};

static bool
take_number(struct bytes *b, uint64_t *ret_number)
{
	uint64_t number = 0;

	for (unsigned shift = 0; shift < 64 && b->at < b->end; shift += 7) {
		uint8_t byte = *b->at++;

		number |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*ret_number = number;
			return true;
		}
	}
	return false;
}

static bool
pass_text(struct bytes *b)
{
	uint64_t length;

	if (!take_number(b, &length) || (uint64_t)(b->end - b->at) <= length)
		return false;
	b->at += length + 1;
	return true;
}

static bool
pass_field(struct bytes *b, enum field_shape shape)
{
	uint64_t count;

	switch (shape) {
	case SHAPE_COUNTRY:
	case SHAPE_DIVISION:
	case SHAPE_WORD:
	case SHAPE_TEXT:
		return pass_text(b);
	case SHAPE_WORDS:
		if (!take_number(b, &count) || count > FACT_WORDS_MAX)
			return false;
		for (; count > 0; count--)
			if (!pass_text(b))
				return false;
		return true;
	case SHAPE_TIME:
	case SHAPE_TIME_OR_NULL:
	case SHAPE_HOURS:
	case SHAPE_DEGREE:
	case SHAPE_DOSE:
	case SHAPE_TEMPERATURE:
	case SHAPE_FLAG:
	case SHAPE_COLOUR:
		break;
	}
	return take_number(b, &count);
}

bool
packed_has(const void *row, size_t size, uint32_t lists)
{
	struct bytes b = {row, (const uint8_t *)row + size};
	uint64_t count;

	if (size == 0 || *b.at++ != PACKED_VERSION || !take_number(&b, &count))
		return true;
	for (int list = 0; list < FACT_LIST_COUNT && lists >> list; list++) {
		if (!take_number(&b, &count) || count > (uint64_t)(b.end - b.at) || (count > 0 && lists >> list & 1))
			return true;
		for (; count > 0; count--)
			for (const struct field *field = fact_shapes[list].fields; field->name; field++)
				if (!pass_field(&b, field->shape))
					return true;
	}
	return false;
}
