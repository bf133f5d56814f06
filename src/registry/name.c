/* One form of a name, however it was written. */

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "registry/internal.h"

enum { WORDS_MAX = 32 };

/* One character of valid UTF-8 at *${text}, stepped over. */
static uint32_t
take(const char **text)
{
	const unsigned char *s = (const unsigned char *)*text;
	int more = s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc0 ? 1 : 0;
	uint32_t c = more == 3 ? s[0] & 0x07 : more == 2 ? s[0] & 0x0f : more == 1 ? s[0] & 0x1f : s[0];

	for (int i = 1; i <= more; i++)
		c = c << 6 | (s[i] & 0x3f);
	*text += more + 1;
	return c;
}

static size_t
put(uint32_t c, char *to)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static bool
is_han(uint32_t c)
{
	return (c >= 0x3400 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff);
}

/* Full-width forms as the plain ones; capitals of Latin, Greek and Cyrillic as small letters. No form takes more bytes. */
static uint32_t
plain(uint32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e)
		c -= 0xfee0;
	if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x391 && c <= 0x3a9) ||
		(c >= 0x410 && c <= 0x42f))
		return c + 32;
	if (c >= 0x400 && c <= 0x40f)
		return c + 80;
	if ((c >= 0x100 && c <= 0x12f) || (c >= 0x132 && c <= 0x137) || (c >= 0x14a && c <= 0x177))
		return c | 1;
	if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e))
		return c + (c & 1);
	return c;
}

/* What stands between the parts of a name, and what is left out of them. */
static bool
is_between(uint32_t c)
{
	return c <= ' ' || c == '-' || c == ',' || c == '/' || c == 0xa0 || c == 0xb7 || c == 0x2010 || c == 0x2011 ||
		c == 0x2022 || c == 0x2027 || c == 0x3000 || c == 0x30fb || c == 0xff65;
}

static bool
is_left_out(uint32_t c)
{
	return c == '.' || c == '\'' || c == '`' || c == 0x2018 || c == 0x2019 || c == 0x200b || c == 0xfeff;
}

static int
compare_words(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Latin names are told with the family name first or last: their words in order of the alphabet. */
static void
sort_words(char *text)
{
	char copy[NAME_SIZE], *words[WORDS_MAX] = {NULL}, *rest = NULL;
	size_t count = 0, length = 0;

	strcpy(copy, text);
	for (char *word = strtok_r(copy, " ", &rest); word && count < WORDS_MAX; word = strtok_r(NULL, " ", &rest))
		words[count++] = word;
	if (count)
		qsort(words, count, sizeof *words, compare_words);
	for (size_t i = 0; i < count; i++)
		length += (size_t)snprintf(text + length, NAME_SIZE - length, "%s%s", i ? " " : "", words[i]);
	text[length] = 0;
	keys_wipe(copy, sizeof copy);
}

bool
name_normal(const char *name, char normal[NAME_SIZE], enum name_script *ret_script)
{
	bool between = false, han = false;
	size_t length = 0;

	if (strlen(name) >= NAME_SIZE || !text_is_utf8(name, strlen(name)))
		return false;
	for (const char *at = name; *at;) {
		uint32_t c = plain(take(&at));

		if (is_left_out(c))
			continue;
		if (is_between(c)) {
			between = length > 0;
			continue;
		}
		if (between)
			normal[length++] = ' ';
		between = false;
		han |= is_han(c);
		length += put(c, normal + length);
	}
	normal[length] = 0;
	*ret_script = han ? NAME_HAN : NAME_OTHER;
	if (han) { /* spaces in a name in characters say nothing */
		size_t kept = 0;

		for (size_t i = 0; i < length; i++)
			if (normal[i] != ' ')
				normal[kept++] = normal[i];
		normal[kept] = 0;
		length = kept;
	} else {
		sort_words(normal);
	}
	return length > 0;
}
