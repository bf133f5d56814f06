#include "../test.h"

#include <stdlib.h>
#include <string.h>

#include "feed/rows.h"
#include "scratch.h"

static const struct row_column plain_columns[] = {{"id", true}, {"name", true}, {"note", false}};
static const struct row_column other_columns[] = {{"ID number", true}, {"full name", false}};
static const struct row_form forms[] = {{"plain", 3, plain_columns}, {"other", 2, other_columns}};

static int
append(const void *bytes, size_t length, void *context, struct error *e)
{
	return buffer_add(context, bytes, length, e);
}

/* Values by column with '|' between ("-" for none), refusals as "!LINE:COLUMN: what stands in the file". */
static void
reads_as(const char *text, size_t form, const char *wanted)
{
	struct rows *rows = NULL;
	struct buffer out = buffer_make(1 << 20);
	struct row row;
	struct error e = {0};
	int r;

	assert_int_equal(rows_open(scratch_text(text), forms, 2, &rows, &e), 0);
	assert_int_equal(rows_form(rows), form);
	while ((r = rows_next(rows, &row, &e)) != 0) {
		if (r < 0) {
			assert_true(record_refused(r));
			buffer_add_format(&out, &e, "!%zu:%zu: ", e.line, e.column);
			assert_int_equal(rows_copy_last(rows, append, &out, &e), 0);
			continue;
		}
		for (size_t i = 0; i < forms[form].column_count; i++)
			buffer_add_format(&out, &e, "%s%s", i ? "|" : "", row.fields[i] ? row.fields[i]->text : "-");
		buffer_add_byte(&out, '\n', &e);
	}
	assert_string_equal(buffer_text(&out), wanted);
	buffer_free(&out);
	rows_close(rows);
	scratch_remove();
}

static void
is_refused(const char *text, size_t line, size_t column, const char *word)
{
	struct rows *rows = NULL;
	struct error e = {0};

	assert_int_equal(rows_open(scratch_text(text), forms, 2, &rows, &e), ERROR_BAD_INPUT);
	assert_null(rows);
	assert_int_equal(e.line, line);
	assert_int_equal(e.column, column);
	assert_non_null(strstr(e.message, word));
	scratch_remove();
}

static void
columns_come_in_any_order_and_optional_ones_may_be_absent(void **state)
{
	(void)state;
	reads_as("name,id\nA,1\n", 0, "1|A|-\n");
	reads_as("note,name,id\n,A,1\nn,B,2\n", 0, "1|A|-\n2|B|n\n");
	reads_as("ID number\n7\n", 1, "7|-\n");
	reads_as("{\"name\":\"A\",\"id\":1}\n", 0, "1|A|-\n");
}

static void
a_heading_with_an_unknown_missing_or_doubled_column_is_refused_by_name(void **state)
{
	(void)state;
	is_refused("id,name,colour\n", 1, 9, "colour");
	is_refused("id,note\n", 1, 1, "name");
	is_refused("id,name,id\n", 1, 9, "twice");
	is_refused("", 1, 1, "empty");
}

static void
a_refused_row_keeps_its_bytes(void **state)
{
	(void)state;
	reads_as("id,name\r\n1\r\n2,\"B\"\r\n,C\r\n3,D", 0, "!2:1: 1\r\n2|B|-\n!4:1: ,C\r\n3|D|-\n");
	reads_as("id,name\n1,2,3", 0, "!2:1: 1,2,3\n");
	reads_as("{\"id\":1}\n{\"id\":1,\"name\":\"x\",\"y\":2}\n{\"id\":\"\",\"name\":\"z\"}\n", 0,
		"!1:1: {\"id\":1}\n!2:24: {\"id\":1,\"name\":\"x\",\"y\":2}\n!3:1: {\"id\":\"\",\"name\":\"z\"}\n");
}

static void
the_heading_is_kept_as_it_stands(void **state)
{
	struct rows *rows = NULL;
	struct error e = {0};
	size_t length;

	(void)state;
	assert_int_equal(rows_open(scratch_text("\"id\",name\r\n1,2\r\n"), forms, 2, &rows, &e), 0);
	assert_string_equal(rows_heading(rows, &length), "\"id\",name\r\n");
	assert_int_equal(length, 11);
	rows_close(rows);
	assert_int_equal(rows_open(scratch_text("{\"id\":1,\"name\":2}"), forms, 2, &rows, &e), 0);
	assert_null(rows_heading(rows, &length));
	rows_close(rows);
	scratch_remove();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_come_in_any_order_and_optional_ones_may_be_absent),
		cmocka_unit_test(a_heading_with_an_unknown_missing_or_doubled_column_is_refused_by_name),
		cmocka_unit_test(a_refused_row_keeps_its_bytes),
		cmocka_unit_test(the_heading_is_kept_as_it_stands),
	};

	return cmocka_run_group_tests_name("feed/rows", tests, NULL, NULL);
}
