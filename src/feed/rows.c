#include "feed/rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "feed/csv.h"
#include "feed/json_lines.h"

enum { NO_COLUMN = ROW_COLUMNS_MAX };

struct rows {
	struct window window;
	struct csv_reader *csv; /* one of these two */
	struct json_lines *json_lines;
	const struct row_form *forms;
	size_t form;
	struct buffer heading;
	size_t heading_count;
	size_t column_of[RECORD_FIELDS_MAX]; /* the form's column of each CSV field */
};

static size_t
find_column(const struct row_form *form, const char *name)
{
	for (size_t i = 0; i < form->column_count; i++)
		if (strcmp(form->columns[i].name, name) == 0)
			return i;
	return NO_COLUMN;
}

static int
add_heading(const void *bytes, size_t length, void *context, struct error *e)
{
	return buffer_add(context, bytes, length, e);
}

/* Whether every field of the heading is a column of ${form}, once, and no required one is missing; if not, ${e} says
 * what is wrong, unless it is NULL. */
static bool
has_form(const struct rows *rows, const struct record *heading, const struct row_form *form, struct error *e)
{
	bool seen[ROW_COLUMNS_MAX] = {false};

	for (size_t i = 0; i < heading->field_count; i++) {
		const struct record_field *field = &heading->fields[i];
		size_t column = find_column(form, field->text);

		if (column != NO_COLUMN && !seen[column]) {
			seen[column] = true;
			continue;
		}
		error_set(e, ERROR_BAD_INPUT, "column \"%.64s\" %s", field->text,
			column == NO_COLUMN ? "is not known here" : "is there twice");
		if (e)
			error_at(e, rows->window.path, field->line, field->column);
		return false;
	}
	for (size_t i = 0; i < form->column_count; i++) {
		if (!form->columns[i].required || seen[i])
			continue;
		error_set(e, ERROR_BAD_INPUT, "column \"%s\" is missing", form->columns[i].name);
		if (e)
			error_at(e, rows->window.path, heading->line, 1);
		return false;
	}
	return true;
}

static int
read_heading(struct rows *rows, size_t form_count, struct error *e)
{
	struct record heading;
	int r;

	if ((r = csv_open(&rows->window, &rows->csv, e)) < 0 || (r = csv_next(rows->csv, &heading, e)) < 0)
		return r;
	if (r == 0) {
		r = error_set(e, ERROR_BAD_INPUT, "a heading line expected, the file is empty");
		error_at(e, rows->window.path, 1, 1);
		return r;
	}
	for (rows->form = 0; rows->form < form_count; rows->form++)
		if (has_form(rows, &heading, &rows->forms[rows->form], NULL))
			break;
	if (rows->form == form_count) {
		has_form(rows, &heading, &rows->forms[0], e);
		return ERROR_BAD_INPUT;
	}
	rows->heading_count = heading.field_count;
	for (size_t i = 0; i < heading.field_count; i++)
		rows->column_of[i] = find_column(&rows->forms[rows->form], heading.fields[i].text);
	return window_finish(&rows->window, add_heading, &rows->heading, e);
}

/* Whether the first byte that is no space is '{'. Return 1, 0, or a failure. */
static int
is_json_lines(struct rows *rows, struct error *e)
{
	int r = 0;

	for (size_t at = 0; at < WINDOW_READ_BYTES && (r = window_need(&rows->window, at, e)) > 0; at++) {
		char c = window_bytes(&rows->window)[at];

		if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
			return c == '{';
	}
	return r < 0 ? r : 0;
}

int
rows_take(
	struct window *window, const struct row_form *forms, size_t form_count, struct rows **ret_rows, struct error *e)
{
	struct rows *rows = calloc(1, sizeof *rows);
	int r;

	if (!rows) {
		window_close(window);
		*window = (struct window){0};
		return error_no_memory(e);
	}
	for (size_t i = 0; i < form_count; i++)
		assert(forms[i].column_count <= ROW_COLUMNS_MAX);
	rows->window = *window;
	*window = (struct window){0};
	rows->forms = forms;
	rows->heading = buffer_make(WINDOW_RECORD_MAX + 1);
	if ((r = is_json_lines(rows, e)) < 0)
		goto out;
	if (r)
		r = json_lines_open(&rows->window, &rows->json_lines, e);
	else
		r = read_heading(rows, form_count, e);
	if (r < 0)
		goto out;
	*ret_rows = rows;
	rows = NULL;
	r = 0;
out:
	rows_close(rows);
	return r;
}

int
rows_open(const char *path, const struct row_form *forms, size_t form_count, struct rows **ret_rows, struct error *e)
{
	struct window window;
	int r = window_open(&window, path, e);

	return r < 0 ? r : rows_take(&window, forms, form_count, ret_rows, e);
}

void
rows_close(struct rows *rows)
{
	if (!rows)
		return;
	csv_close(rows->csv);
	json_lines_close(rows->json_lines);
	window_close(&rows->window);
	buffer_free(&rows->heading);
	free(rows);
}

size_t
rows_form(const struct rows *rows)
{
	return rows->form;
}

int
rows_refuse(const struct rows *rows, const struct row *row, const struct record_field *field, struct error *e)
{
	e->code = ERROR_BAD_INPUT;
	return error_at(e, rows->window.path, field ? field->line : row->line, field ? field->column : 1);
}

/* The form's column that field ${i} of the record belongs to. */
static size_t
column_of(const struct rows *rows, const struct record *record, size_t i)
{
	return rows->csv ? rows->column_of[i] : find_column(&rows->forms[rows->form], record->fields[i].name);
}

static int
to_row(const struct rows *rows, const struct record *record, struct row *row, struct error *e)
{
	const struct row_form *form = &rows->forms[rows->form];

	*row = (struct row){.line = record->line};
	if (rows->csv && record->field_count != rows->heading_count) {
		error_set(e, ERROR_BAD_INPUT, "%zu fields, the heading has %zu", record->field_count, rows->heading_count);
		return rows_refuse(rows, row, NULL, e);
	}
	for (size_t i = 0; i < record->field_count; i++) {
		const struct record_field *field = &record->fields[i];
		size_t column = column_of(rows, record, i);

		if (column == NO_COLUMN) {
			error_set(e, ERROR_BAD_INPUT, "\"%.64s\" is not known here", field->name);
			return rows_refuse(rows, row, field, e);
		}
		if (field->length)
			row->fields[column] = field;
	}
	for (size_t i = 0; i < form->column_count; i++) {
		if (form->columns[i].required && !row->fields[i]) {
			error_set(e, ERROR_BAD_INPUT, "%s is missing", form->columns[i].name);
			return rows_refuse(rows, row, NULL, e);
		}
	}
	return 1;
}

int
rows_next(struct rows *rows, struct row *ret_row, struct error *e)
{
	struct record record;
	struct row row;
	int r;

	r = rows->csv ? csv_next(rows->csv, &record, e) : json_lines_next(rows->json_lines, &record, e);
	if (r <= 0 || (r = to_row(rows, &record, &row, e)) < 0)
		return r;
	*ret_row = row;
	return 1;
}

const char *
rows_heading(const struct rows *rows, size_t *ret_length)
{
	*ret_length = rows->heading.length;
	return rows->csv ? buffer_text(&rows->heading) : NULL;
}

int
rows_copy_last(struct rows *rows, window_sink *sink, void *context, struct error *e)
{
	return window_finish(&rows->window, sink, context, e);
}
