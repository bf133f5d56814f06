#include "feed/rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "feed/csv.h"
#include "feed/json_lines.h"
#include "feed/plain.h"

_Static_assert(ROW_COLUMNS_MAX < 32, "a bit a column");

enum { NO_COLUMN = ROW_COLUMNS_MAX, LEFT_OUT, VALUES_MAX = 4 * WINDOW_RECORD_MAX };

struct rows {
	struct window window;
	struct csv_reader *csv; /* one of these two */
	struct json_lines *json_lines;
	const struct row_form *forms;
	size_t form;
	struct buffer heading;
	size_t heading_count;
	size_t column_of[RECORD_FIELDS_MAX]; /* the form's column of each CSV field */
	uint32_t required;                   /* the form's columns without which a row is none, a bit each */

	size_t plain_length;                      /* of the line that rows_plain gave */
	struct field_text texts[ROW_COLUMNS_MAX]; /* its fields; those of columns that the file lacks are empty */

	/* By a mapping: what each column is called in the file, and, of the row last read, what it means. */
	const struct feed_mapping *mapping;
	struct buffer names;             /* texts, each with its NUL */
	size_t name_at[ROW_COLUMNS_MAX]; /* in ${names}, + 1; 0: the file has no such column */
	size_t others[ROW_COLUMNS_MAX];
	struct buffer values;
	struct record_field mapped[ROW_COLUMNS_MAX];
};

static size_t
find_column(const struct row_form *form, const char *name)
{
	for (size_t i = 0; i < form->column_count; i++)
		if (strcmp(form->columns[i].name, name) == 0)
			return i;
	return NO_COLUMN;
}

/* The form's column of a heading, which a mapping may call otherwise; NO_COLUMN or LEFT_OUT. */
static size_t
column_of_heading(const struct rows *rows, const struct row_form *form, const char *heading)
{
	const char *column = rows->mapping ? mapping_column(rows->mapping, heading) : NULL;

	if (column && !*column)
		return LEFT_OUT;
	return find_column(form, column ? column : heading);
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
		size_t column = column_of_heading(rows, form, field->text);

		if (column == LEFT_OUT)
			continue;
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
		if (!form->columns[i].required || seen[i] ||
			(rows->mapping && mapping_constant(rows->mapping, form->columns[i].name)))
			continue;
		error_set(e, ERROR_BAD_INPUT, "column \"%s\" is missing", form->columns[i].name);
		if (e)
			error_at(e, rows->window.path, heading->line, 1);
		return false;
	}
	return true;
}

/* What the columns are called in the file, for the mapping of their values. */
static int
keep_name(struct rows *rows, size_t column, const char *name, struct error *e)
{
	int r;

	if (rows->name_at[column])
		return 0;
	rows->name_at[column] = rows->names.length + 1;
	if ((r = buffer_add(&rows->names, name, strlen(name), e)) == 0)
		r = buffer_add_byte(&rows->names, 0, e);
	return r;
}

static int
keep_names(struct rows *rows, const struct record *heading, struct error *e)
{
	int r = 0;

	for (size_t i = 0; rows->mapping && i < heading->field_count && r == 0; i++)
		if (rows->column_of[i] < NO_COLUMN)
			r = keep_name(rows, rows->column_of[i], heading->fields[i].text, e);
	return r;
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
		rows->column_of[i] = column_of_heading(rows, &rows->forms[rows->form], heading.fields[i].text);
	if ((r = keep_names(rows, &heading, e)) < 0)
		return r;
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
	return rows_take_mapped(window, forms, form_count, NULL, ret_rows, e);
}

int
rows_take_mapped(struct window *window, const struct row_form *forms, size_t form_count,
	const struct feed_mapping *mapping, struct rows **ret_rows, struct error *e)
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
	rows->names = buffer_make(WINDOW_RECORD_MAX + RECORD_FIELDS_MAX);
	rows->values = buffer_make(VALUES_MAX);
	rows->mapping = mapping;
	if ((r = is_json_lines(rows, e)) < 0)
		goto out;
	if (r)
		r = json_lines_open(&rows->window, &rows->json_lines, e);
	else
		r = read_heading(rows, form_count, e);
	if (r < 0)
		goto out;
	for (size_t i = 0; i < forms[rows->form].column_count; i++)
		rows->required |= (uint32_t)forms[rows->form].columns[i].required << i;
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
	buffer_free(&rows->names);
	buffer_free(&rows->values);
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
	return rows->csv ? rows->column_of[i] : column_of_heading(rows, &rows->forms[rows->form], record->fields[i].name);
}

/* Put what the fields mean into the row's places. Texts are set once all are there, since the buffer may move. */
static int
map_row(struct rows *rows, struct row *row, struct error *e)
{
	const struct row_form *form = &rows->forms[rows->form];
	size_t starts[ROW_COLUMNS_MAX];
	int r;

	buffer_clear(&rows->values);
	for (size_t i = 0; i < form->column_count; i++) {
		const struct record_field *field = row->fields[i];
		const char *constant = mapping_constant(rows->mapping, form->columns[i].name);
		bool other = false;

		starts[i] = rows->values.length;
		rows->mapped[i] =
			(struct record_field){.line = field ? field->line : row->line, .column = field ? field->column : 1};
		if (field)
			r = mapping_value(rows->mapping,
				field->name ? field->name : buffer_text(&rows->names) + rows->name_at[i] - 1, field->text,
				&rows->values, &other, e);
		else
			r = constant ? buffer_add(&rows->values, constant, strlen(constant), e) : 0;
		if (r == ERROR_BAD_INPUT)
			return rows_refuse(rows, row, field, e);
		if (r < 0)
			return r;
		rows->others[i] += other;
		rows->mapped[i].length = rows->values.length - starts[i];
		if ((r = buffer_add_byte(&rows->values, 0, e)) < 0)
			return r;
	}
	for (size_t i = 0; i < form->column_count; i++) {
		rows->mapped[i].text = buffer_text(&rows->values) + starts[i];
		row->fields[i] = rows->mapped[i].length ? &rows->mapped[i] : NULL;
	}
	return 0;
}

/* Return 1, or ERROR_BAD_INPUT if a column without which a row is none is missing. */
static int
check_required(const struct rows *rows, const struct row *row, struct error *e)
{
	const struct row_form *form = &rows->forms[rows->form];

	for (size_t i = 0; i < form->column_count; i++) {
		if (form->columns[i].required && !row->fields[i]) {
			error_set(e, ERROR_BAD_INPUT, "%s is missing", form->columns[i].name);
			return rows_refuse(rows, row, NULL, e);
		}
	}
	return 1;
}

/* Return whether none that is required is missing. */
static bool
place_plainly(const struct rows *rows, const struct record *record, struct row *row)
{
	uint32_t there = 0;

	for (size_t i = 0; i < record->field_count; i++)
		if (record->fields[i].length) {
			row->fields[rows->column_of[i]] = &record->fields[i];
			there |= UINT32_C(1) << rows->column_of[i];
		}
	return (there & rows->required) == rows->required;
}

static int
place_by_name(struct rows *rows, const struct record *record, struct row *row, struct error *e)
{
	int r;

	for (size_t i = 0; i < record->field_count; i++) {
		const struct record_field *field = &record->fields[i];
		size_t column = column_of(rows, record, i);

		if (column == LEFT_OUT)
			continue;
		if (column == NO_COLUMN) {
			error_set(e, ERROR_BAD_INPUT, "\"%.64s\" is not known here", field->name);
			return rows_refuse(rows, row, field, e);
		}
		if (rows->mapping && !rows->csv && (r = keep_name(rows, column, field->name, e)) < 0)
			return r;
		if (field->length)
			row->fields[column] = field;
	}
	return 0;
}

static int
to_row(struct rows *rows, const struct record *record, struct row *row, struct error *e)
{
	int r;

	row->line = record->line;
	for (size_t i = 0; i < rows->forms[rows->form].column_count; i++)
		row->fields[i] = NULL;
	if (rows->csv && record->field_count != rows->heading_count) {
		error_set(e, ERROR_BAD_INPUT, "%zu fields, the heading has %zu", record->field_count, rows->heading_count);
		return rows_refuse(rows, row, NULL, e);
	}
	if (rows->csv && !rows->mapping) /* each is a column's, as the heading said */
		return place_plainly(rows, record, row) ? 1 : check_required(rows, row, e);
	if ((r = place_by_name(rows, record, row, e)) < 0 || (rows->mapping && (r = map_row(rows, row, e)) < 0))
		return r;
	return check_required(rows, row, e);
}

int
rows_next(struct rows *rows, struct row *ret_row, struct error *e)
{
	struct record record;
	int r;

	r = rows->csv ? csv_next(rows->csv, &record, e) : json_lines_next(rows->json_lines, &record, e);
	return r <= 0 ? r : to_row(rows, &record, ret_row, e);
}

int
rows_plain(struct rows *rows, const struct field_text **ret_fields, struct error *e)
{
	struct window *window = &rows->window;
	int r;

	if (!rows->csv || rows->mapping)
		return 0;
	if (window->record_length && (r = window_finish(window, NULL, NULL, e)) < 0)
		return r;
	if (window_length(window) < PLAIN_LOOK && (r = window_need(window, PLAIN_LOOK - 1, e)) <= 0)
		return r;
	rows->plain_length = plain_cut(window_bytes(window), rows->column_of, rows->heading_count, rows->texts);
	*ret_fields = rows->texts;
	return rows->plain_length > 0;
}

void
rows_plain_done(struct rows *rows)
{
	window_pass_line(&rows->window, rows->plain_length);
}

const struct field_text *
rows_fields(struct rows *rows, const struct row *row)
{
	for (size_t i = 0; i < rows->forms[rows->form].column_count; i++) {
		const struct record_field *field = row->fields[i];

		rows->texts[i] = field ? (struct field_text){field->text, field->length} : (struct field_text){0};
	}
	return rows->texts;
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

size_t
rows_others(const struct rows *rows, size_t column, const char **ret_heading)
{
	if (column >= ROW_COLUMNS_MAX || rows->name_at[column] == 0)
		return 0;
	*ret_heading = buffer_text(&rows->names) + rows->name_at[column] - 1;
	return rows->others[column];
}

bool
rows_decoded(const struct rows *rows)
{
	return rows->window.encoding != NULL;
}
