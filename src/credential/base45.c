#include "credential/base45.h"

#include <string.h>

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

int
base45_encode(const void *bytes, size_t length, struct buffer *text, struct error *e)
{
	const uint8_t *in = bytes;
	size_t needed = length / 2 * 3 + length % 2 * 2;
	char *out;
	int r;

	if ((r = buffer_reserve(text, needed, e)) < 0 || needed == 0)
		return r;
	out = (char *)text->data + text->length;
	for (; length > 1; length -= 2, in += 2) {
		unsigned value = (unsigned)in[0] << 8 | in[1];

		*out++ = alphabet[value % 45];
		*out++ = alphabet[value / 45 % 45];
		*out++ = alphabet[value / (45 * 45)];
	}
	if (length) {
		*out++ = alphabet[in[0] % 45];
		*out++ = alphabet[in[0] / 45];
	}
	*out = 0;
	text->length += needed;
	return 0;
}

/* The character's value, or -1. */
static int
digit(char character)
{
	const char *found = character ? strchr(alphabet, character) : NULL;

	return found ? (int)(found - alphabet) : -1;
}

static int
bad(struct error *e, size_t at, const char *reason)
{
	error_set(e, ERROR_BAD_INPUT, "base45: %s", reason);
	error_at(e, NULL, 0, at + 1);
	return ERROR_BAD_INPUT;
}

int
base45_decode(const char *text, size_t length, struct buffer *bytes, struct error *e)
{
	size_t needed = length / 3 * 2 + (length % 3 == 2);
	uint8_t *out;
	int r;

	if (length % 3 == 1)
		return bad(e, length - 1, "a last group of one character");
	if ((r = buffer_reserve(bytes, needed, e)) < 0 || needed == 0)
		return r;
	out = bytes->data + bytes->length;
	for (size_t i = 0; i < length; i += 3) {
		size_t group = length - i < 3 ? length - i : 3;
		unsigned value = 0, weight = 1;

		for (size_t j = 0; j < group; j++, weight *= 45) {
			int n = digit(text[i + j]);

			if (n < 0)
				return bad(e, i + j, "a character outside the alphabet");
			value += (unsigned)n * weight;
		}
		if (value > (group == 3 ? 0xffff : 0xff))
			return bad(e, i, "a group too large for its bytes");
		if (group == 3)
			*out++ = (uint8_t)(value >> 8);
		*out++ = (uint8_t)value;
	}
	*out = 0;
	bytes->length += needed;
	return 0;
}
