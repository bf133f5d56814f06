#include "credential/id_number.h"

#include <string.h>

#include "base/text.h"

enum {
	RESIDENT_LENGTH = 18,
	OLD_LENGTH = 15,
	PASSPORT_MIN = 5,
	PASSPORT_MAX = 20,
	SLIP_MIN = 13, /* so many digits alone are a resident's number mistyped, not a passport's */
	YEAR_MIN = 1800,
	YEAR_MAX = 2099,
};

/* The provinces of GB/T 2260, Hong Kong, Macao and Taiwan, their residence permits (83 for Taiwan), and 91, which
 * numbers for permanent residents from abroad begin with. */
static const char provinces[] = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 "
								"63 64 65 71 81 82 83 91 ";

static int
bad(struct error *e, size_t column, const char *reason)
{
	error_set(e, ERROR_BAD_INPUT, "ID number: %s", reason);
	if (column)
		error_at(e, NULL, 0, column);
	return ERROR_BAD_INPUT;
}

/* The character that starts at ${text}, full-width forms made narrow (U+FF01 to U+FF5E), a space for the wide space,
 * 0 for anything else that is not ASCII; its size in bytes in ${ret_size}. */
static char
take_character(const char *text, size_t left, size_t *ret_size)
{
	const unsigned char *bytes = (const unsigned char *)text;
	unsigned code;

	*ret_size = 1;
	if (bytes[0] < 0x80)
		return text[0];
	if (left < 2)
		return 0;
	if (bytes[0] == 0xc2 && bytes[1] == 0xa0) { /* a no-break space */
		*ret_size = 2;
		return ' ';
	}
	if (left < 3)
		return 0;
	code = (bytes[0] & 15u) << 12 | (bytes[1] & 63u) << 6 | (bytes[2] & 63u);
	if (bytes[0] >> 4 != 14 || (code != 0x3000 && (code < 0xff01 || code > 0xff5e)))
		return 0;
	*ret_size = 3;
	return code == 0x3000 ? ' ' : (char)(code - 0xff01 + '!');
}

static bool
is_filler(char character)
{
	return character && strchr(" \t\r\n-", character) != NULL;
}

/* The letters, made large, and digits of ${text}. */
static int
normalise(const char *text, size_t length, char *normal, size_t *ret_length, struct error *e)
{
	size_t used = 0, size;

	for (size_t i = 0; i < length; i += size) {
		char character = take_character(text + i, length - i, &size);

		if (is_filler(character))
			continue;
		if (character >= 'a' && character <= 'z')
			character -= 'a' - 'A';
		if (!(character >= '0' && character <= '9') && !(character >= 'A' && character <= 'Z'))
			return bad(e, i + 1, "a character that no number has");
		if (used == PASSPORT_MAX)
			return bad(e, i + 1, "too long");
		normal[used++] = character;
	}
	normal[used] = 0;
	*ret_length = used;
	return 0;
}

/* GB 11643, 5.3 (ISO 7064, MOD 11-2), over the first 17 digits. */
static char
check_digit(const char *digits)
{
	static const unsigned weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
	unsigned sum = 0;

	for (size_t i = 0; i < sizeof weights / sizeof *weights; i++)
		sum += (unsigned)(digits[i] - '0') * weights[i];
	return "10X98765432"[sum % 11];
}

/* 15 digits to 18: the century, which a sequence of 996 to 999 says is the one before (people of a hundred years), and
 * the check digit. */
static void
lengthen(char *normal)
{
	char long_form[ID_NUMBER_SIZE];
	bool centenarian = memcmp(normal + 12, "996", 3) >= 0;

	memcpy(long_form, normal, 6);
	memcpy(long_form + 6, centenarian ? "18" : "19", 2);
	memcpy(long_form + 8, normal + 6, 9);
	long_form[17] = check_digit(long_form);
	long_form[18] = 0;
	memcpy(normal, long_form, RESIDENT_LENGTH + 1);
}

static bool
are_digits(const char *text, size_t length)
{
	return strspn(text, "0123456789") >= length;
}

static bool
is_province(const char *digits)
{
	for (const char *at = provinces; *at; at += 3)
		if (at[0] == digits[0] && at[1] == digits[1])
			return true;
	return false;
}

static bool
read_birth_date(const char *digits, day_number *ret_day)
{
	char text[TIME_TEXT_SIZE];
	struct error none;
	int64_t year;

	memcpy(text, digits, 4);
	text[4] = '-';
	memcpy(text + 5, digits + 4, 2);
	text[7] = '-';
	memcpy(text + 8, digits + 6, 2);
	text[10] = 0;
	return text_integer(digits, 4, YEAR_MIN, YEAR_MAX, &year) && day_read(text, 10, ret_day, &none) == 0;
}

static int
read_resident(char *normal, bool was_short, struct id_number *id, struct error *e)
{
	if (was_short)
		lengthen(normal);
	if (!is_province(normal) || memcmp(normal + 2, "0000", 4) == 0)
		return bad(e, 0, "no division begins like that");
	if (!read_birth_date(normal + 6, &id->birth_date))
		return bad(e, 0, "no such date of birth");
	if (normal[17] != check_digit(normal))
		return bad(e, 0, "the check digit does not fit");
	id->kind = ID_RESIDENT;
	id->has_birth_date = true;
	memcpy(id->division, normal, 6);
	return 0;
}

int
id_number_read(const char *text, size_t length, struct id_number *ret_id, struct error *e)
{
	struct id_number id = {0};
	char normal[ID_NUMBER_SIZE];
	size_t used;
	int r;

	if (length > ID_NUMBER_INPUT_MAX)
		return bad(e, 0, "too long");
	if ((r = normalise(text, length, normal, &used, e)) < 0)
		return r;
	if (used == RESIDENT_LENGTH && are_digits(normal, 17)) {
		if ((r = read_resident(normal, false, &id, e)) < 0)
			return r;
	} else if (used == OLD_LENGTH && are_digits(normal, OLD_LENGTH)) {
		if ((r = read_resident(normal, true, &id, e)) < 0)
			return r;
	} else if (used >= SLIP_MIN && are_digits(normal, used)) {
		return bad(e, 0, "digits missing or too many");
	} else if (used >= PASSPORT_MIN && used <= PASSPORT_MAX) {
		id.kind = ID_PASSPORT;
	} else {
		return bad(e, 0, used ? "neither a resident ID number nor a passport number" : "empty");
	}
	memcpy(id.text, normal, strlen(normal) + 1);
	*ret_id = id;
	return 0;
}

char *
id_number_mask(const struct id_number *id, char *text)
{
	size_t length = strlen(id->text), first = id->kind == ID_RESIDENT ? 4 : 1, last = id->kind == ID_RESIDENT ? 4 : 2;

	memcpy(text, id->text, length + 1);
	for (size_t i = first; i + last < length; i++)
		text[i] = '*';
	return text;
}
