/* The stay-point detector on a simulated city whose stays are known: phones send a position every five minutes or so, some tens
 * of metres off; how many of the true stays are found, and how many of those found are true. The figures are printed. */

#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/text.h"
#include "place/place.h"
#include "presence/presence.h"
#include "simulate/simulate.h"

enum {
	FILE_MAX = 64 << 20,
	PEOPLE = 300,
	DAYS = 7,
	STAYS_MAX = 40000,
	PLACES_MAX = 20000,
	CODE_SIZE = 32,
	EVERY_S = 300,
	NOISE_E7 = 3000, /* each way: about 30 m */
	NEAR_M = 200,
};

struct true_place {
	char code[CODE_SIZE];
	int32_t latitude_e7, longitude_e7;
};

struct true_stay {
	char id[20];
	const struct true_place *place;
	instant start, end;
};

static struct true_place places[PLACES_MAX];
static struct true_stay stays[STAYS_MAX];
static struct detect_stay found[STAYS_MAX];
static size_t place_count, stay_count, found_count, found_of[STAYS_MAX]; /* the first true stay of the person found */

static int
compare_places(const void *a, const void *b)
{
	return strcmp(((const struct true_place *)a)->code, ((const struct true_place *)b)->code);
}

static int
compare_stays(const void *left, const void *right)
{
	const struct true_stay *a = left, *b = right;
	int order = strcmp(a->id, b->id);

	return order ? order : (a->start > b->start) - (a->start < b->start);
}

static void
read_place(char **columns)
{
	struct true_place *place = &places[place_count];
	int64_t latitude, longitude;

	if (!columns[5] || !text_decimal(columns[5], strlen(columns[5]), 7, &latitude) ||
		!text_decimal(columns[6], strlen(columns[6]), 7, &longitude))
		return;
	assert_true(place_count < PLACES_MAX);
	snprintf(place->code, sizeof place->code, "%s", columns[0]);
	place->latitude_e7 = (int32_t)latitude;
	place->longitude_e7 = (int32_t)longitude;
	place_count++;
}

/* Who is in a carriage moves: no stay of theirs is asked for. */
static void
read_stay(char **columns)
{
	struct true_stay *stay = &stays[stay_count];
	struct true_place wanted;
	struct error e = {0};

	snprintf(wanted.code, sizeof wanted.code, "%s", columns[1]);
	stay->place = bsearch(&wanted, places, place_count, sizeof wanted, compare_places);
	if (!stay->place)
		return;
	assert_true(stay_count < STAYS_MAX);
	snprintf(stay->id, sizeof stay->id, "%s", columns[0]);
	assert_int_equal(time_read(columns[2], strlen(columns[2]), &simulate_zone, &stay->start, &e), 0);
	assert_int_equal(time_read(columns[3], strlen(columns[3]), &simulate_zone, &stay->end, &e), 0);
	stay_count++;
}

static void
read_rows(const char *folder, const char *name, void (*row)(char **columns))
{
	struct buffer text = buffer_make(FILE_MAX);
	char path[128], *lines, *line;
	struct error e = {0};

	snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(file_read(path, &text, &e), 0);
	lines = (char *)text.data;
	strsep(&lines, "\n");
	while ((line = strsep(&lines, "\n")) && *line) {
		char *columns[8];

		for (size_t i = 0; i < 8; i++)
			columns[i] = line ? strsep(&line, ",") : NULL;
		row(columns);
	}
	buffer_free(&text);
}

static int
keep(const struct detect_stay *stay, void *context, struct error *e)
{
	(void)e;
	assert_true(found_count < STAYS_MAX);
	found_of[found_count] = *(const size_t *)context;
	found[found_count++] = *stay;
	return 0;
}

static void
send_pings(struct detector *detector, const struct true_stay *stay, uint32_t *random, size_t *person)
{
	struct error e = {0};

	for (instant at = stay->start; at < stay->end; at += EVERY_S) {
		struct detect_position position = {.accuracy_m = 30};

		*random = *random * 1664525 + 1013904223;
		position.at = at + (*random >> 24) % 60;
		position.latitude_e7 = stay->place->latitude_e7 + (int32_t)(*random >> 8 & 0xfff) * NOISE_E7 / 2048 - NOISE_E7;
		position.longitude_e7 = stay->place->longitude_e7 + (int32_t)(*random >> 20) * NOISE_E7 / 2048 - NOISE_E7;
		if (position.at < stay->end)
			assert_true(detect_push(detector, &position, keep, person, &e) >= 0);
	}
}

static void
detect_all(const struct detect_parameters *parameters)
{
	struct detector *detector = NULL;
	uint32_t random = 20200325;
	struct error e = {0};
	size_t first = 0;

	assert_int_equal(detect_new(parameters, &detector, &e), 0);
	for (size_t i = 0; i < stay_count; i++) {
		if (i && strcmp(stays[i].id, stays[first].id) != 0) {
			assert_int_equal(detect_finish(detector, keep, &first, &e), 0);
			first = i;
		}
		send_pings(detector, &stays[i], &random, &first);
	}
	assert_int_equal(detect_finish(detector, keep, &first, &e), 0);
	detect_free(detector);
}

/* Whether the two share half of ${length_s} and are near each other. */
static bool
agree(const struct true_stay *true_stay, const struct detect_stay *stay, int64_t length_s)
{
	instant from = true_stay->start > stay->start ? true_stay->start : stay->start;
	instant to = true_stay->end < stay->end ? true_stay->end : stay->end;

	return (to - from) * 2 >= length_s &&
		place_distance_m(true_stay->place->latitude_e7, true_stay->place->longitude_e7, stay->latitude_e7,
			stay->longitude_e7) < NEAR_M;
}

static void
stays_of_a_simulated_city_are_found_in_its_pings(void **state)
{
	static const struct detect_parameters parameters = {.radius_m = 200,
		.minimum_s = 600,
		.gap_s = 7200,
		.window_s = 3600,
		.accuracy_most_m = 200,
		.neighbour_m = 3000,
		.return_s = 3600,
		.keep_open = true};
	const struct simulate_options options = {.people = PEOPLE,
		.days = DAYS,
		.seed = 1,
		.from = 18322,
		.division = 330100,
		.positioned = true,
		.latitude_e7 = 302741000,
		.longitude_e7 = 1201551000};
	char folder[] = "/tmp/healthcode-truth-XXXXXX", command[64];
	size_t asked = 0, recalled = 0, right = 0;
	struct simulate_summary summary;
	struct error e = {0};

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(simulate_write(&options, folder, &summary, &e), 0);
	read_rows(folder, "places.csv", read_place);
	qsort(places, place_count, sizeof *places, compare_places);
	read_rows(folder, "stays.csv", read_stay);
	qsort(stays, stay_count, sizeof *stays, compare_stays);
	snprintf(command, sizeof command, "rm -r %s", folder);
	assert_int_equal(system(command), 0);
	detect_all(&parameters);

	for (size_t f = 0, i = 0; i < stay_count; i++) {
		bool ok = false;

		if (stays[i].end - stays[i].start < 900)
			continue;
		asked++;
		while (f < found_count && strcmp(stays[found_of[f]].id, stays[i].id) < 0)
			f++;
		for (size_t k = f; k < found_count && strcmp(stays[found_of[k]].id, stays[i].id) == 0 && !ok; k++)
			ok = agree(&stays[i], &found[k], stays[i].end - stays[i].start);
		recalled += ok;
	}
	for (size_t k = 0; k < found_count; k++) {
		bool ok = false;

		for (size_t i = found_of[k]; i < stay_count && strcmp(stays[i].id, stays[found_of[k]].id) == 0 && !ok; i++)
			ok = agree(&stays[i], &found[k], found[k].end - found[k].start);
		right += ok;
	}
	print_message("%zu true stays of 15 minutes and more: %zu are found (recall %.3f)\n", asked, recalled,
		(double)recalled / (double)asked);
	print_message(
		"%zu stays found: %zu are true (precision %.3f)\n", found_count, right, (double)right / (double)found_count);
	assert_true(recalled * 100 >= asked * 85);
	assert_true(right * 100 >= found_count * 85);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stays_of_a_simulated_city_are_found_in_its_pings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
