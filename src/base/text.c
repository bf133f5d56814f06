#include "base/text.h"

#include <endian.h>
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

enum { DIGITS_MAX = 18 };

static const uint64_t powers[DIGITS_MAX + 1] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000,
	1000000000, 10000000000, 100000000000, 1000000000000, 10000000000000, 100000000000000, 1000000000000000,
	10000000000000000, 100000000000000000, 1000000000000000000};

/* What eight digits say, a byte each and the first the lowest. */
static uint64_t
eight_digits(uint64_t word)
{
	/* Neighbours become one, the first of which is the lower byte: digits pairs, pairs fours, fours the whole. */
	word = (word * 10 + (word >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
	word = (word * 100 + (word >> 16)) & UINT64_C(0x0000ffff0000ffff);
	return (word & 0xffff) * 10000 + (word >> 32);
}

/* Add the last ${digits} (1 to 8) of eight characters to the value, all at once; false where one is no digit. */
static bool
last_digits(const char *text, size_t digits, uint64_t *value)
{
	const uint64_t zeros = UINT64_C(0x3030303030303030), high = UINT64_C(0x8080808080808080);
	uint64_t word;

	memcpy(&word, text, sizeof word);
	word = (le64toh(word) ^ zeros) >> 8 * (8 - digits) << 8 * (8 - digits);
	if (((word + UINT64_C(0x7676767676767676)) | word) & high)
		return false;
	*value = *value * powers[digits] + eight_digits(word);
	return true;
}

enum { DEGREES_PLACES = 7, DEGREES_AFTER = 8, DEGREES_BEFORE_MAX = 4 };

/* "120.1234567", which files of positions have by the million, at once: one to four digits, the point, seven. False where it is otherwise. */
static bool
read_degrees(const char *text, size_t length, int64_t *ret_value)
{
	const bool minus = length && text[0] == '-';
	const size_t before = length - minus - DEGREES_AFTER;
	uint64_t last, value;
	uint32_t first;

	if (length <= DEGREES_AFTER || before == 0 || before > DEGREES_BEFORE_MAX)
		return false;
	memcpy(&last, text + length - sizeof last, sizeof last);
	memcpy(&first, text + minus, sizeof first);
	last = le64toh(last) ^ UINT64_C(0x303030303030302e);
	first = (le32toh(first) ^ UINT32_C(0x30303030)) << 8 * (DEGREES_BEFORE_MAX - before);
	/* Nothing is left of the point: any more than that has the high bit, as any digit above 9. */
	if ((((last + UINT64_C(0x767676767676767f)) | last) & UINT64_C(0x8080808080808080)) ||
		(((first + UINT32_C(0x76767676)) | first) & UINT32_C(0x80808080)))
		return false;
	first = (first * 10 + (first >> 8)) & UINT32_C(0x00ff00ff);
	value = ((first & 0xff) * 100 + (first >> 16)) * UINT64_C(10000000) + eight_digits(last);
	*ret_value = minus ? -(int64_t)value : (int64_t)value;
	return true;
}

/* Add the digits from ${at} on to the value, at most ${most} of them; false where it would have more than DIGITS_MAX. */
static bool
take_digits(const char *text, size_t length, size_t most, size_t *at, uint64_t *value)
{
	const size_t end = length - *at < most ? length : *at + most, digits = end - *at;
	/* So few that there is nothing to look after. */
	const bool few = digits <= DIGITS_MAX && *value < powers[DIGITS_MAX - digits];

	if (few && digits && digits <= 8 && end == length && length >= 8 && last_digits(text + length - 8, digits, value)) {
		*at = end;
		return true;
	}
	for (; few && *at < end && is_digit(text[*at]); ++*at)
		*value = *value * 10 + (uint64_t)(text[*at] - '0');
	for (; !few && *at < end && is_digit(text[*at]); ++*at) {
		if (*value >= powers[DIGITS_MAX - 1])
			return false;
		*value = *value * 10 + (uint64_t)(text[*at] - '0');
	}
	return true;
}

/* Whatever is not written as degrees are. */
static bool __attribute__((noinline))
read_by_parts(const char *text, size_t length, unsigned places, int64_t *ret_value)
{
	const bool minus = length && text[0] == '-';
	size_t at = minus, fraction;
	uint64_t value = 0;

	if (!take_digits(text, length, SIZE_MAX, &at, &value) || at == minus)
		return false;
	fraction = at + 1;
	if (at < length) {
		if (text[at] != '.' || ++at == length || !take_digits(text, length, places, &at, &value))
			return false;
		places -= (unsigned)(at - fraction);
		while (at < length && is_digit(text[at])) /* cut off */
			at++;
		if (at < length)
			return false;
	}
	if (places > DIGITS_MAX || value >= powers[DIGITS_MAX - places])
		return false;
	value *= powers[places];
	*ret_value = minus ? -(int64_t)value : (int64_t)value;
	return true;
}

bool
text_decimal(const char *text, size_t length, unsigned places, int64_t *ret_value)
{
	return (places == DEGREES_PLACES && read_degrees(text, length, ret_value)) ||
		read_by_parts(text, length, places, ret_value);
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
