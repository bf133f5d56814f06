#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/file.h"
#include "credential/credential.h"
#include "simulate/simulate.h"

enum { FILE_MAX = 64 << 20, COLUMNS_MAX = 8, ROWS_MAX = 60000 };

static const char *const files[] = {
	"residents.csv", "places.csv", "stays.csv", "checkins.csv", "visits.csv", "cases.csv", "truth/infections.csv"};

enum { RESIDENTS, PLACES, STAYS, CHECKINS, VISITS, CASES, INFECTIONS, FILES };

/* A city as it was written. */
struct written {
	char folder[64];
	struct buffer text[FILES];
	struct simulate_summary summary;
};

static struct simulate_options
small_city(uint64_t seed)
{
	return (struct simulate_options){.people = 500,
		.days = 28,
		.seed = seed,
		.from = day_from_civil(2020, 2, 26),
		.division = 330100,
		.positioned = true,
		.latitude_e7 = 304200000,
		.longitude_e7 = 1203000000};
}

static struct written
write_city(const struct simulate_options *options)
{
	struct written written = {.folder = "/tmp/healthcode-simulate-XXXXXX"};
	struct error e = {0};
	char path[128];

	assert_non_null(mkdtemp(written.folder));
	if (simulate_write(options, written.folder, &written.summary, &e) < 0)
		fail_msg("%s", e.message);
	for (size_t i = 0; i < FILES; i++) {
		snprintf(path, sizeof path, "%s/%s", written.folder, files[i]);
		written.text[i] = buffer_make(FILE_MAX);
		assert_int_equal(file_read(path, &written.text[i], &e), 0);
		unlink(path);
	}
	snprintf(path, sizeof path, "%s/truth", written.folder);
	rmdir(path);
	rmdir(written.folder);
	return written;
}

static void
forget_city(struct written *written)
{
	for (size_t i = 0; i < FILES; i++)
		buffer_free(&written->text[i]);
}

struct row {
	char *columns[COLUMNS_MAX];
};

/* Cut a file into its rows, in place; none of the texts needs quotes. */
static size_t
read_rows(struct written *written, size_t file, struct row *rows)
{
	char *lines = (char *)written->text[file].data, *line;
	size_t count = 0;

	strsep(&lines, "\n");
	while ((line = strsep(&lines, "\n")) && *line) {
		assert_true(count < ROWS_MAX);
		assert_null(strchr(line, '"'));
		for (size_t i = 0; i < COLUMNS_MAX; i++)
			rows[count].columns[i] = line ? strsep(&line, ",") : NULL;
		assert_null(line);
		count++;
	}
	return count;
}

static instant
read_time(const char *text)
{
	instant at;
	struct error e = {0};

	assert_int_equal(time_read(text, strlen(text), &zone_utc, &at, &e), 0);
	return at;
}

static void
the_same_seed_gives_the_same_bytes(void **state)
{
	struct simulate_options options = small_city(2);
	struct written one = write_city(&options), two = write_city(&options), other;

	(void)state;
	options.seed = 3;
	other = write_city(&options);
	for (size_t i = 0; i < FILES; i++) {
		assert_string_equal(buffer_text(&one.text[i]), buffer_text(&two.text[i]));
		assert_string_not_equal(buffer_text(&one.text[i]), buffer_text(&other.text[i]));
	}
	forget_city(&one);
	forget_city(&two);
	forget_city(&other);
}

static void
read_file(const char *folder, const char *name, struct buffer *text)
{
	char path[256];
	struct error e = {0};

	snprintf(path, sizeof path, "%.64s/%s", folder, name);
	buffer_clear(text);
	assert_int_equal(file_read(path, text, &e), 0);
}

/* What phones tell changes nothing of the city, and is the same for the same seed. */
static void
phones_tell_of_the_same_city(void **state)
{
	static const char *const told[] = {"devices.csv", "towers.csv", "pings.csv", "signals.csv"};
	char folders[3][32] = {
		"/tmp/healthcode-simulate-XXXXXX", "/tmp/healthcode-simulate-XXXXXX", "/tmp/healthcode-simulate-XXXXXX"};
	struct buffer one = buffer_make(FILE_MAX), two = buffer_make(FILE_MAX);
	struct simulate_options options = small_city(2);
	struct simulate_summary summary;
	struct error e = {0};

	(void)state;
	options.people = 100;
	options.days = 5;
	for (size_t i = 0; i < 3; i++) {
		assert_non_null(mkdtemp(folders[i]));
		options.ping_minutes = i == 2 ? 0 : 10;
		assert_int_equal(simulate_write(&options, folders[i], &summary, &e), 0);
		assert_int_equal(summary.pings > 0, i < 2);
	}
	for (size_t i = 0; i < FILES; i++) {
		read_file(folders[0], files[i], &one);
		read_file(folders[2], files[i], &two);
		assert_string_equal(buffer_text(&one), buffer_text(&two));
	}
	for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
		read_file(folders[0], told[i], &one);
		read_file(folders[1], told[i], &two);
		assert_string_equal(buffer_text(&one), buffer_text(&two));
		assert_true(one.length > 1000);
	}
	for (size_t i = 0; i < 3; i++) {
		char command[64];

		snprintf(command, sizeof command, "rm -r %.31s", folders[i]);
		assert_int_equal(system(command), 0);
	}
	buffer_free(&one);
	buffer_free(&two);
}

static int
compare_texts(const void *left, const void *right)
{
	const char *const *a = left, *const *b = right;

	return strcmp(*a, *b);
}

static void
everybody_has_an_id_number_of_their_own_which_is_valid(void **state)
{
	static struct row rows[ROWS_MAX];
	static const char *ids[ROWS_MAX];
	const struct simulate_options options = small_city(2);
	struct written city = write_city(&options);
	size_t count = read_rows(&city, RESIDENTS, rows), guarded = 0;

	(void)state;
	assert_int_equal(count, options.people);
	for (size_t i = 0; i < count; i++) {
		struct id_number id;
		struct error e = {0};

		if (id_number_read(rows[i].columns[0], strlen(rows[i].columns[0]), &id, &e) < 0)
			fail_msg("%s: %s", rows[i].columns[0], e.message);
		assert_string_equal(id.text, rows[i].columns[0]);
		assert_string_equal(id.division, "330101");
		ids[i] = rows[i].columns[0];
	}
	qsort(ids, count, sizeof *ids, compare_texts);
	for (size_t i = 1; i < count; i++)
		assert_string_not_equal(ids[i - 1], ids[i]);
	for (size_t i = 0; i < count; i++) {
		const char *guardian = rows[i].columns[6];

		if (!*guardian)
			continue;
		guarded++;
		assert_non_null(bsearch(&guardian, ids, count, sizeof *ids, compare_texts));
		assert_string_not_equal(guardian, rows[i].columns[0]);
	}
	assert_in_range(guarded, 10, 200);
	forget_city(&city);
}

static int
compare_stays(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	int order = strcmp(a->columns[0], b->columns[0]);

	return order ? order : strcmp(a->columns[2], b->columns[2]);
}

static void
nobody_is_at_two_places_at_once_M1(void **state)
{
	static struct row rows[ROWS_MAX];
	const struct simulate_options options = small_city(2);
	struct written city = write_city(&options);
	size_t count = read_rows(&city, STAYS, rows);

	(void)state;
	assert_int_equal(count, city.summary.stays);
	qsort(rows, count, sizeof *rows, compare_stays);
	for (size_t i = 0; i < count; i++) {
		assert_true(read_time(rows[i].columns[2]) < read_time(rows[i].columns[3]));
		if (i > 0 && strcmp(rows[i - 1].columns[0], rows[i].columns[0]) == 0)
			assert_true(read_time(rows[i - 1].columns[3]) <= read_time(rows[i].columns[2]));
	}
	forget_city(&city);
}

static void
nobody_moves_in_the_city_while_away_or_once_isolated_M2(void **state)
{
	static struct row stays[ROWS_MAX], visits[ROWS_MAX], cases[ROWS_MAX];
	const struct simulate_options options = small_city(2);
	struct written city = write_city(&options);
	size_t stay_count = read_rows(&city, STAYS, stays), visit_count = read_rows(&city, VISITS, visits);
	size_t case_count = read_rows(&city, CASES, cases);

	(void)state;
	assert_true(visit_count > 0 && case_count > 0);
	for (size_t i = 0; i < stay_count; i++) {
		for (size_t v = 0; v < visit_count; v++)
			if (strcmp(stays[i].columns[0], visits[v].columns[0]) == 0)
				assert_true(read_time(stays[i].columns[3]) <= read_time(visits[v].columns[3]) ||
					read_time(stays[i].columns[2]) >= read_time(visits[v].columns[4]));
		for (size_t c = 0; c < case_count; c++)
			if (strcmp(stays[i].columns[0], cases[c].columns[1]) == 0)
				assert_true(read_time(stays[i].columns[3]) <= read_time(cases[c].columns[6]));
	}
	forget_city(&city);
}

static bool
was_there(const struct row *stays, size_t count, const char *id, const char *place, instant at)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(stays[i].columns[0], id) == 0 && strcmp(stays[i].columns[1], place) == 0 &&
			read_time(stays[i].columns[2]) <= at && at < read_time(stays[i].columns[3]))
			return true;
	return false;
}

static void
who_infected_whom_was_there_with_them(void **state)
{
	static struct row stays[ROWS_MAX], infections[ROWS_MAX];
	const struct simulate_options options = small_city(2);
	struct written city = write_city(&options);
	size_t stay_count = read_rows(&city, STAYS, stays), count = read_rows(&city, INFECTIONS, infections), local = 0;

	(void)state;
	assert_int_equal(count, city.summary.infections);
	for (size_t i = 0; i < count; i++) {
		char *const *columns = infections[i].columns;

		if (!*columns[1])
			continue;
		assert_true(was_there(stays, stay_count, columns[0], columns[2], read_time(columns[3])));
		assert_true(was_there(stays, stay_count, columns[1], columns[2], read_time(columns[3])));
		local++;
	}
	assert_true(local > 5);
	forget_city(&city);
}

static void
the_smallest_city_has_one_person_for_one_day(void **state)
{
	struct simulate_options options = small_city(1);
	struct written city;

	(void)state;
	options.people = options.days = 1;
	city = write_city(&options);
	assert_int_equal(city.summary.people, 1);
	forget_city(&city);
}

static void
options_out_of_range_are_refused(void **state)
{
	const struct simulate_options good = small_city(1);
	struct simulate_options options = good;
	struct simulate_summary summary;
	struct error e = {0};

	(void)state;
	options.people = 0;
	assert_int_equal(simulate_write(&options, "/nowhere", &summary, &e), ERROR_USAGE);
	options = good;
	options.days = SIMULATE_DAYS_MAX + 1;
	assert_int_equal(simulate_write(&options, "/nowhere", &summary, &e), ERROR_USAGE);
	options = good;
	options.division = 330110; /* a county */
	assert_int_equal(simulate_write(&options, "/nowhere", &summary, &e), ERROR_EXISTS_NOT);
	options = good;
	assert_int_equal(simulate_write(&options, "/nowhere/at/all", &summary, &e), ERROR_IO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_gives_the_same_bytes),
		cmocka_unit_test(phones_tell_of_the_same_city),
		cmocka_unit_test(everybody_has_an_id_number_of_their_own_which_is_valid),
		cmocka_unit_test(nobody_is_at_two_places_at_once_M1),
		cmocka_unit_test(nobody_moves_in_the_city_while_away_or_once_isolated_M2),
		cmocka_unit_test(who_infected_whom_was_there_with_them),
		cmocka_unit_test(the_smallest_city_has_one_person_for_one_day),
		cmocka_unit_test(options_out_of_range_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
