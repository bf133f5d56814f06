/* A file with more cells, or with stays in more squares, than one may have: this program takes three of each. */

#include "../test.h"

#include <stdio.h>
#include <string.h>

#include "feed_store.h"

enum { TEXT_MAX = 1 << 16, TAIL = 20 };

/* A row that is read where it stands, or one whose quotes leave it to the general reader. */
static void
add_row(struct buffer *text, bool plain, int minute, const char *where)
{
	const char *quote = plain ? "" : "\"";
	struct error e = {0};

	assert_int_equal(buffer_add_format(text, &e, "%s%s%s,2020-03-20T%02d:%02d:00+08:00,%s\n", quote, feed_id(1), quote,
						 minute / 60, minute % 60, where),
		0);
}

static const char *
import_cells(struct feed_store *store, bool plain)
{
	struct buffer text = buffer_make(TEXT_MAX);
	struct error e = {0};
	const char *said;
	char cell[16];

	buffer_add_format(&text, &e, "id_number,at,cell\n");
	for (int i = 0; i < 3; i++) {
		snprintf(cell, sizeof cell, "tower-%d", i);
		add_row(&text, plain, i, cell);
	}
	add_row(&text, plain, 3, "tower-3");
	add_row(&text, plain, 4, "tower-1");
	add_row(&text, plain, 5, "tower-4");
	/* What comes after it is taken; a plain line is none within the last of a file. */
	for (int i = 0; i < TAIL; i++)
		add_row(&text, plain, 6 + i, "tower-2");
	said = feed_store_import(store, "pings", text.data, text.length);
	buffer_free(&text);
	return said;
}

static void
a_cell_too_many_is_refused_where_it_stands_however_the_row_is_read(void **state)
{
	static const char refused[] = "more cells than the maximum of 3 in a file\n";
	struct feed_store *store = *state;
	char wanted[256];

	assert_string_equal(import_cells(store, true), "1 0 23 2");
	snprintf(wanted, sizeof wanted, "5:46: %s7:46: %s", refused, refused);
	assert_string_equal(buffer_text(&store->notes), wanted);
	assert_string_equal(import_cells(store, false), "0 0 24 2");
	snprintf(wanted, sizeof wanted, "5:48: %s7:48: %s", refused, refused);
	assert_string_equal(buffer_text(&store->notes), wanted);
}

/* No row is at fault: nothing of the file is kept, and the reason is told. */
static void
a_square_too_many_ends_the_import_with_its_reason(void **state)
{
	struct feed_store *store = *state;

	for (int plain = 0; plain < 2; plain++) {
		struct buffer text = buffer_make(TEXT_MAX);
		struct error e = {0};
		char where[32];

		buffer_add_format(&text, &e, "id_number,at,latitude,longitude\n");
		for (int i = 0; i < 40; i++) {
			snprintf(where, sizeof where, "30.%d,114.3", i);
			for (int minute = 0; minute < 15; minute += 5)
				add_row(&text, plain, 20 * i + minute, where);
		}
		assert_string_equal(feed_store_import(store, "pings", text.data, text.length),
			"the stays found cannot be kept: more than the maximum of 3 items");
		buffer_free(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cell_too_many_is_refused_where_it_stands_however_the_row_is_read),
		cmocka_unit_test(a_square_too_many_ends_the_import_with_its_reason),
	};

	return cmocka_run_group_tests_name("feed/pings limit", tests, feed_store_set_up, feed_store_tear_down);
}
