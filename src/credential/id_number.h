/* credential/id_number.h: the numbers by which people are told apart: resident ID numbers of China (GB 11643) and
 * passports.
 *
 * What people type is understood: 15 digits of before 1999, a lower-case x, spaces and hyphens in between, full-width
 * characters. Sex, which a resident ID number shows too, is not kept. */

#ifndef HEALTHCODE_CREDENTIAL_ID_NUMBER_H
#define HEALTHCODE_CREDENTIAL_ID_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/time.h"

enum { ID_NUMBER_SIZE = 21, ID_NUMBER_INPUT_MAX = 128 };

enum id_kind { ID_RESIDENT, ID_PASSPORT };

struct id_number {
	enum id_kind kind;
	char text[ID_NUMBER_SIZE]; /* the normal form: 18 characters of a resident, 5 to 20 of A-Z and 0-9 of a passport */
	char division[7];    /* of a resident: GB/T 2260 as the number was given out, which may be historic; else "" */
	bool has_birth_date; /* of a resident */
	day_number birth_date;
};

/* id_number_read(text, length, ret_id, e):
 * Read one number. Return 0, or ERROR_BAD_INPUT with e->column at the character in fault where there is one: not of
 * either kind (13 digits or more alone are a resident's), no such date of birth (a resident is born in 1800 to 2099),
 * no such province, or a wrong check digit, whose right value the message does not name. */
int id_number_read(const char *text, size_t length, struct id_number *ret_id, struct error *e);

/* id_number_mask(id, text): "4208**********123X": the division's prefecture and the last four characters of a resident,
 * the first and the last two of a passport. ${text} has ID_NUMBER_SIZE bytes. Return ${text}. */
char *id_number_mask(const struct id_number *id, char *text);

#endif
