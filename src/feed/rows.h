/* feed/rows.h: a file as rows with named columns, CSV or JSON lines alike. Inside the room.
 *
 * The format is told by the content: a file whose first byte that is no space is '{' is JSON lines, anything else CSV
 * with a heading line. */

#ifndef HEALTHCODE_FEED_ROWS_H
#define HEALTHCODE_FEED_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "feed/mapping.h"
#include "feed/record.h"
#include "feed/window.h"

enum { ROW_COLUMNS_MAX = 24 };

/* A column of a kind's table. A row without a value for a required one is refused; an empty field is no value. */
struct row_column {
	const char *name;
	bool required;
};

/* One shape that a kind's files come in. Its columns' places in the table are the row's field numbers. */
struct row_form {
	const char *name; /* as messages call it */
	size_t column_count;
	const struct row_column *columns;
};

/* ${fields[i]} is the value of the form's column i, NULL where there is none. Valid until the next row. */
struct row {
	size_t line;
	const struct record_field *fields[ROW_COLUMNS_MAX];
};

struct rows;

/* rows_open(path, forms, form_count, ret_rows, e):
 * Open ${path} ("-" is standard input) and find which of the ${forms} it has: the first whose required columns are all
 * there while no column is unknown to it. JSON lines have the first form. ${path} and ${forms} must live as long as
 * the rows. Return 0, or ERROR_BAD_INPUT with file, line and column (an unknown, missing or doubled column is named,
 * against the first form), or ERROR_EXISTS_NOT, ERROR_IO, ERROR_TOO_LARGE, ERROR_NO_MEMORY. */
int
rows_open(const char *path, const struct row_form *forms, size_t form_count, struct rows **ret_rows, struct error *e);

/* rows_take(window, forms, form_count, ret_rows, e): the same of a file that was opened already, of which nothing was consumed.
 * The rows take the window over, also on failure: what ${window} holds then is all zero. */
int rows_take(
	struct window *window, const struct row_form *forms, size_t form_count, struct rows **ret_rows, struct error *e);

/* rows_take_mapped(window, forms, form_count, mapping, ret_rows, e): the same by a mapping, which must live as long as the rows. */
int rows_take_mapped(struct window *window, const struct row_form *forms, size_t form_count,
	const struct feed_mapping *mapping, struct rows **ret_rows, struct error *e);
void rows_close(struct rows *rows);

/* The form that was found, as its number among those given. */
size_t rows_form(const struct rows *rows);

/* rows_others(rows, column, ret_heading): how many values of the form's column were none that the mapping knows, and stood for what
 * it says of others; ${ret_heading} is what the file calls the column. 0 beyond the last column. */
size_t rows_others(const struct rows *rows, size_t column, const char **ret_heading);

/* Whether the file is in another encoding than UTF-8, in which what rows_copy_last gives no longer is. */
bool rows_decoded(const struct rows *rows);

/* rows_next(rows, ret_row, e):
 * Return 1 and a row, 0 at the end, ERROR_BAD_INPUT or ERROR_TOO_LARGE with file, line and column for a row that is
 * refused (see record_refused; go on with the next call), or ERROR_IO or ERROR_NO_MEMORY. */
int rows_next(struct rows *rows, struct row *ret_row, struct error *e);

/* rows_plain(rows, ret_fields, e):
 * The next row, where it is a line of CSV that is written plainly (feed/plain.h) and no mapping changes what it means: for kinds whose
 * files have millions. Return 1 and the fields by the form's columns, valid until the next call of anything but rows_plain_done; 0 where the row
 * is to be read by rows_next, or there is none; ERROR_IO or ERROR_NO_MEMORY. Whether a required field is there was not looked at.
 * rows_plain_done(rows): that row was taken. Without it the row is still the next one. */
int rows_plain(struct rows *rows, const struct field_text **ret_fields, struct error *e);
void rows_plain_done(struct rows *rows);

/* rows_fields(rows, row): the same of the row last returned by rows_next. */
const struct field_text *rows_fields(struct rows *rows, const struct row *row);

/* rows_heading(rows, ret_length): the heading line's bytes with its end; NULL for JSON lines. */
const char *rows_heading(const struct rows *rows, size_t *ret_length);

/* rows_copy_last(rows, sink, context, e): give the bytes of the row last returned or refused to ${sink}, as they stand in
 * the file, with a line end. At most once a row; the row is not valid after. */
int rows_copy_last(struct rows *rows, window_sink *sink, void *context, struct error *e);

/* rows_refuse(rows, field, e): put the place of ${field} (the start of the row last returned if NULL) into ${e}, which
 * holds a reason, and return ERROR_BAD_INPUT. */
int rows_refuse(const struct rows *rows, const struct row *row, const struct record_field *field, struct error *e);

#endif
