/* A row of pings that is written plainly says the same as any other, and any other is refused with the same words at the same place. */

#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "feed/ping.h"
#include "scratch.h"

enum { ROWS = 400, FILES = 60, TEXT_MAX = 1 << 20 };

static uint32_t state_of_random = 1;

static unsigned
below(unsigned most)
{
	state_of_random = state_of_random * 1664525 + 1013904223;
	return (state_of_random >> 8) % most;
}

static int
append(const void *bytes, size_t length, void *context, struct error *e)
{
	return buffer_add(context, bytes, length, e);
}

static void
tell(struct buffer *out, const struct ping *ping)
{
	struct error e = {0};

	buffer_add_format(out, &e, "%d %.*s %.*s %lld %d %d %u\n", (int)ping->whose, (int)ping->key->length,
		ping->key->text, ping->cell ? (int)ping->cell->length : 0, ping->cell ? ping->cell->text : "",
		(long long)ping->position.at, ping->position.latitude_e7, ping->position.longitude_e7,
		ping->position.accuracy_m);
}

/* All that a file says, a line for each row: by rows_plain where it gives them, or by rows_next alone. Return how many rows_plain gave. */
static size_t
read_file(const char *path, bool plainly, struct buffer *out)
{
	struct import import = {.zone = &zone_utc};
	struct error e = {0};
	size_t plain = 0;
	struct ping ping;
	struct row row;
	int r;

	assert_int_equal(rows_open(path, &ping_form, 1, &import.rows, &e), 0);
	for (;;) {
		while (plainly && (r = ping_read_plain(&import, &ping, &e)) > 0) {
			tell(out, &ping);
			rows_plain_done(import.rows);
			plain++;
		}
		if ((r = rows_next(import.rows, &row, &e)) == 0)
			break;
		if (r > 0 && (r = ping_read(&import, &row, &ping, &e)) == 0) {
			tell(out, &ping);
			continue;
		}
		assert_true(record_refused(r));
		buffer_add_format(out, &e, "%zu:%zu: %s: ", e.line, e.column, e.message);
		assert_int_equal(rows_copy_last(import.rows, append, out, &e), 0);
	}
	rows_close(import.rows);
	return plain;
}

/* What the rows say that are not refused. */
static void
read_accepted(const char *path, struct buffer *out)
{
	struct import import = {.zone = &zone_utc};
	struct error e = {0};
	struct ping ping;
	struct row row;
	int r;

	assert_int_equal(rows_open(path, &ping_form, 1, &import.rows, &e), 0);
	while ((r = rows_next(import.rows, &row, &e)) != 0)
		if (r > 0 && ping_read(&import, &row, &ping, &e) == 0)
			tell(out, &ping);
	rows_close(import.rows);
}

static size_t
both_ways_say_the_same(const struct buffer *text)
{
	struct buffer plain = buffer_make(TEXT_MAX), general = buffer_make(TEXT_MAX);
	const char *path = scratch_file(text->data, text->length);
	size_t count = read_file(path, true, &plain);

	read_file(path, false, &general);
	assert_string_equal(buffer_text(&plain), buffer_text(&general));
	buffer_free(&plain);
	buffer_free(&general);
	scratch_remove();
	return count;
}

static void
add_row(struct buffer *text, unsigned columns)
{
	static const char *const accuracies[] = {"5", "25", "0.5", "", "99999.999", "1200"};
	static const char *const offsets[] = {"+08:00", "-03:30", "Z", ""};
	struct error e = {0};

	if (columns == 0)
		buffer_add_format(text, &e, "1390000%04u,2020-03-%02uT%02u:%02u:%02u%s,%s%u.%0*u,1%02u.%07u,%s\n", below(9999),
			1 + below(28), below(24), below(60), below(60), offsets[below(8) ? 0 : below(4)], below(9) ? "" : "-",
			below(90), 1 + (int)below(9), below(9), below(80), below(10000000), accuracies[below(6)]);
	else
		buffer_add_format(text, &e, "tower %u,2020-03-01 %02u:%02u,%s%u\r\n", below(50), below(24), below(60),
			below(9) ? "" : "x", below(100000));
}

/* A byte becomes another, goes, or is there twice; often of those that mean something. */
static void
mutate(struct buffer *text, size_t from)
{
	static const char bytes[] = ",\"\r\n.-+:T \tx09\0\x80\xc3";
	size_t at = from + below((unsigned)(text->length - from));

	switch (below(3)) {
	case 0:
		text->data[at] = (uint8_t)bytes[below(sizeof bytes - 1)];
		break;
	case 1:
		memmove(text->data + at, text->data + at + 1, text->length - at - 1);
		text->length--;
		break;
	default:
		memmove(text->data + at + 1, text->data + at, text->length - at - 1);
	}
}

static void
rows_written_plainly_say_what_any_others_do(void **state)
{
	static const char *const headings[] = {"device,at,latitude,longitude,accuracy_m\n", "cell,at,person\n"};
	size_t plain = 0;

	(void)state;
	for (unsigned file = 0; file < FILES; file++) {
		struct buffer text = buffer_make(TEXT_MAX);
		struct error e = {0};

		buffer_add(&text, headings[file % 2], strlen(headings[file % 2]), &e);
		for (unsigned i = 0; i < ROWS; i++) {
			size_t from = text.length;

			add_row(&text, file % 2);
			for (unsigned faults = below(3) ? 0 : below(4); faults; faults--)
				mutate(&text, from);
		}
		plain += both_ways_say_the_same(&text);
		buffer_free(&text);
	}
	assert_true(plain > FILES * ROWS / 3);
}

/* Each length of a field up to beyond what a plain line has, alone and before a line that is short. */
static void
lines_of_any_length_are_cut_alike(void **state)
{
	char key[320];

	(void)state;
	memset(key, 'k', sizeof key);
	for (int length = 1; length < (int)sizeof key; length++) {
		struct buffer text = buffer_make(TEXT_MAX);
		struct error e = {0};

		buffer_add_format(&text, &e, "at,latitude,longitude,device,cell\n");
		for (int i = 0; i < 4; i++)
			buffer_add_format(&text, &e,
				"2020-03-01T08:00:00+08:00,30,120,%.*s,%s\n2020-03-01T08:00:00+08:00,,,d,%.*s%s\n", length, key,
				i ? "" : "c", length, key, i % 2 ? "\r" : "");
		both_ways_say_the_same(&text);
		buffer_free(&text);
	}
}

static void
a_file_is_plain_but_for_what_is_not(void **state)
{
	struct buffer text = buffer_make(TEXT_MAX);
	struct error e = {0};

	(void)state;
	buffer_add_format(&text, &e, "device,at,latitude,longitude\n");
	for (int i = 0; i < 100; i++)
		buffer_add_format(&text, &e, i == 50 ? "\"d\",2020-03-01,1,2\n" : "d,2020-03-01,1,2\n");
	/* The last lines are left to the other reader: a line is looked at as far as the longest would go. */
	assert_in_range(both_ways_say_the_same(&text), 80, 98);
	buffer_free(&text);
}

static bool
is_digit(int byte)
{
	return byte >= '0' && byte <= '9';
}

/* One byte or two, of all that a plain field may have: what is no number of metres is refused. */
static void
an_accuracy_is_read_as_it_was_written(void **state)
{
	struct buffer text = buffer_make(TEXT_MAX), wanted = buffer_make(TEXT_MAX), said = buffer_make(TEXT_MAX);
	struct error e = {0};

	(void)state;
	buffer_add_format(&text, &e, "device,at,latitude,longitude,accuracy_m\n");
	for (int first = ' '; first < 0x7f; first++)
		for (int last = ' '; last < 0x7f; last++) {
			const bool alone = last == ' ';
			int metres = is_digit(first) ? first - '0' : -1;

			if (first == ',' || first == '"' || last == ',' || last == '"')
				continue;
			if (!alone)
				metres = !is_digit(last) ? -1 : is_digit(first) ? metres * 10 + last - '0' : metres;
			if (first == '-' && last == '0')
				metres = 0;
			buffer_add_format(
				&text, &e, "d,2020-03-01T00:00:00Z,30,120,%c%.*s\n", first, !alone, (char[]){(char)last, 0});
			if (metres >= 0)
				buffer_add_format(&wanted, &e, "0 d  1583020800 300000000 1200000000 %d\n", metres);
		}
	read_accepted(scratch_file(text.data, text.length), &said);
	assert_string_equal(buffer_text(&said), buffer_text(&wanted));
	scratch_remove();
	buffer_free(&text);
	buffer_free(&wanted);
	buffer_free(&said);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_written_plainly_say_what_any_others_do),
		cmocka_unit_test(lines_of_any_length_are_cut_alike),
		cmocka_unit_test(a_file_is_plain_but_for_what_is_not),
		cmocka_unit_test(an_accuracy_is_read_as_it_was_written),
	};

	return cmocka_run_group_tests_name("feed/pings", tests, NULL, NULL);
}
