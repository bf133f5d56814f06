#include "base/text.h"

#include <stdlib.h>
#include <string.h>

bool
text_is_utf8(const char *text, size_t length)
{
	const uint8_t *s = (const uint8_t *)text, *end = s + length;

	while (s < end) {
		unsigned more;
		uint8_t low = 0x80, high = 0xbf;

		if (*s < 0x80) {
			s++;
			continue;
		}
		if (*s >= 0xc2 && *s <= 0xdf) {
			more = 1;
		} else if (*s >= 0xe0 && *s <= 0xef) {
			more = 2;
			if (*s == 0xe0)
				low = 0xa0;
			if (*s == 0xed)
				high = 0x9f;
		} else if (*s >= 0xf0 && *s <= 0xf4) {
			more = 3;
			if (*s == 0xf0)
				low = 0x90;
			if (*s == 0xf4)
				high = 0x8f;
		} else {
			return false;
		}
		s++;
		for (; more; more--, s++, low = 0x80, high = 0xbf)
			if (s == end || *s < low || *s > high)
				return false;
	}
	return true;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
text_integer(const char *text, size_t length, int64_t least, int64_t most, int64_t *ret_value)
{
	int64_t value;

	if (!text_decimal(text, length, 0, &value) || memchr(text, '.', length) || value < least || value > most)
		return false;
	*ret_value = value;
	return true;
}

bool
text_decimal(const char *text, size_t length, unsigned places, int64_t *ret_value)
{
	size_t i = 0, digits = 0;
	bool minus = false, dot = false;
	unsigned after = 0;
	int64_t value = 0;

	if (i < length && text[i] == '-') {
		minus = true;
		i++;
	}
	for (; i < length; i++) {
		if (text[i] == '.' && !dot && digits) {
			dot = true;
			continue;
		}
		if (!is_digit(text[i]))
			return false;
		digits++;
		if (dot && after == places)
			continue;
		if (dot)
			after++;
		if (value >= INT64_C(100000000000000000))
			return false;
		value = value * 10 + (text[i] - '0');
	}
	if (!digits || text[length - 1] == '.')
		return false;
	for (; after < places; after++) {
		if (value >= INT64_C(100000000000000000))
			return false;
		value *= 10;
	}
	*ret_value = minus ? -value : value;
	return true;
}

char *
text_hex(const void *bytes, size_t length, char *text)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *b = bytes;

	for (size_t i = 0; i < length; i++) {
		text[2 * i] = digits[b[i] >> 4];
		text[2 * i + 1] = digits[b[i] & 15];
	}
	text[2 * length] = 0;
	return text;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
text_unhex(const char *text, void *bytes, size_t length)
{
	uint8_t *b = bytes;

	for (size_t i = 0; i < length; i++) {
		int high = hex_value(text[2 * i]), low = high < 0 ? -1 : hex_value(text[2 * i + 1]);

		if (low < 0)
			return false;
		b[i] = (uint8_t)(high << 4 | low);
	}
	return text[2 * length] == 0;
}

bool
text_starts(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

char *
text_copy(const char *text, struct error *e)
{
	char *copy = strdup(text);

	if (!copy)
		error_no_memory(e);
	return copy;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t
text_distance(const char *a, const char *b)
{
	size_t rows[3][TEXT_DISTANCE_MAX + 1] = {{0}}, width = strlen(b), height = strlen(a);

	if (width > TEXT_DISTANCE_MAX || height > TEXT_DISTANCE_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= width; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= height; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= width; j++) {
			row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], second[j - 2] + 1);
		}
	}
	return rows[height % 3][width];
}

const char *
text_nearest(const char *word, const char *const *names)
{
	const char *found = NULL;
	size_t nearest = least(3, (strlen(word) + 1) / 2);

	for (; *names; names++) {
		size_t distance = text_distance(word, *names);

		if (distance < nearest) {
			nearest = distance;
			found = *names;
		}
	}
	return found;
}
