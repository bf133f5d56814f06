/* feed/area_row.h: a row of any of the shapes that counts of areas come in, as one count. Inside the room. Pure. */

#ifndef HEALTHCODE_FEED_AREA_ROW_H
#define HEALTHCODE_FEED_AREA_ROW_H

#include "base/time.h"
#include "feed/rows.h"

enum {
	AREA_KEY_SIZE = 96,
	AREA_SOURCE_SIZE = 33,
	AREA_COUNT_MAX = 2000000000, /* more cases than that are a mistake */
	AREA_UNKNOWN = -1,           /* a count that the row does not have */
};

/* The shapes, as numbers in area_forms. */
enum area_form { AREA_PLAIN, AREA_CHINA, AREA_CSSE, AREA_CSSE_EARLY, AREA_FORM_COUNT };

extern const struct row_form area_forms[AREA_FORM_COUNT];

/* ${area} is a division's code, a country's alpha-2, or, for a count that the China series publishes under a name that is no
 * place of its own ("境外输入" imported, "监狱系统" prisons, a ship), what it is a part of, a colon and that name:
 * "420000:监狱系统". "ZZ" before the colon is no country at all. Such a part is kept, counts for no place, and is
 * in its province's own row already. */
struct area_count {
	char source[AREA_SOURCE_SIZE]; /* who counted: as the row says (AREA_PLAIN), else its form's */
	char area[AREA_KEY_SIZE];
	day_number day;
	int64_t confirmed, deaths, recovered;
};

/* The columns that say which area a row is about. */
struct area_columns {
	size_t country, division, province, city;
};

/* area_place_read(rows, row, columns, area, country, e): the area (AREA_KEY_SIZE bytes) that a required country, and a division by code or
 * a province and city by name, mean, and the country's alpha-2. area_source_read(rows, row, column, source, e): the name of who says so;
 * untouched where the row has none. Return 0, or ERROR_BAD_INPUT with the place. */
int area_place_read(const struct rows *rows, const struct row *row, const struct area_columns *columns,
	char area[AREA_KEY_SIZE], char country[3], struct error *e);
int area_source_read(
	const struct rows *rows, const struct row *row, size_t column, char source[AREA_SOURCE_SIZE], struct error *e);

/* area_row_read(rows, row, ret_count, e):
 * Read a row of the form AREA_PLAIN or AREA_CHINA. Return 0, or ERROR_BAD_INPUT with the place and the name or number
 * in fault. */
int area_row_read(const struct rows *rows, const struct row *row, struct area_count *ret_count, struct error *e);

/* A row of the daily reports of Johns Hopkins University's CSSE is a part (a county, a state) of what it counts for: the
 * caller adds up the rows of a file by ${area}, and by ${province} where that is not empty (provinces of China).
 * ${count.day} is the local day of its last update, ${day_known} false where there is none that can be read. */
struct csse_row {
	struct area_count count;
	char province[AREA_KEY_SIZE];
	bool day_known;
};

int csse_row_read(const struct rows *rows, const struct row *row, struct csse_row *ret_row, struct error *e);

/* csse_file_day(path, ret_day): the day that a daily report's file name tells, "03-24-2020.csv". Return success. */
bool csse_file_day(const char *path, day_number *ret_day);

#endif
