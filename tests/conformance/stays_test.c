/* The stay-point detector on real trajectories (GeoLife, research use only: read where they lie, never copied), beside
 * what the published method gives as trackintel and scikit-mobility apply it. */

#include "../test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/text.h"
#include "place/place.h"
#include "presence/presence.h"

enum { POSITIONS_MAX = 250000, STAYS_MAX = 1000, LINE = 512, PATH = 4096, COLUMNS = 24 };

struct track {
	char user[8];
	struct detect_position *positions;
	size_t count;
};

struct stays {
	struct detect_stay items[STAYS_MAX];
	size_t count;
};

static struct track tracks[4];
static size_t track_count;

static struct track *
track_of(const char *user)
{
	for (size_t i = 0; i < track_count; i++)
		if (strcmp(tracks[i].user, user) == 0)
			return &tracks[i];
	assert_true(track_count < 4);
	snprintf(tracks[track_count].user, sizeof tracks[track_count].user, "%s", user);
	tracks[track_count].positions = calloc(POSITIONS_MAX, sizeof *tracks[track_count].positions);
	assert_non_null(tracks[track_count].positions);
	return &tracks[track_count++];
}

static void
forget_tracks(void)
{
	for (size_t i = 0; i < track_count; i++)
		free(tracks[i].positions);
	memset(tracks, 0, sizeof tracks);
	track_count = 0;
}

static instant
read_time(const char *text)
{
	struct error e = {0};
	instant at;

	assert_int_equal(time_read(text, strlen(text), &zone_utc, &at, &e), 0);
	return at;
}

static int32_t
read_degrees(const char *text)
{
	int64_t value;

	assert_true(text_decimal(text, strlen(text), 7, &value));
	return (int32_t)value;
}

static void
add(struct track *track, const char *latitude, const char *longitude, const char *time)
{
	assert_true(track->count < POSITIONS_MAX);
	track->positions[track->count++] = (struct detect_position){
		.at = read_time(time), .latitude_e7 = read_degrees(latitude), .longitude_e7 = read_degrees(longitude)};
}

static char *
path_to(const char *name, char *path)
{
	snprintf(path, PATH, "%s/trajectories/%s", getenv("HEALTHCODE_EXTRA_DATA"), name);
	return path;
}

/* Call ${row} for each line of a plain or compressed file after ${skip} of them. */
static void
read_lines(const char *name, int skip, void (*row)(char **columns, const void *context), const void *context)
{
	char path[PATH], line[LINE], *rest, *columns[COLUMNS], none[] = "";
	gzFile file = gzopen(path_to(name, path), "rb");

	assert_non_null(file);
	while (gzgets(file, line, sizeof line)) {
		if (skip-- > 0)
			continue;
		line[strcspn(line, "\r\n")] = '\0';
		rest = line;
		for (size_t i = 0; i < COLUMNS; i++) {
			char *column = rest ? strsep(&rest, ",") : NULL;

			columns[i] = column ? column : none;
		}
		row(columns, context);
	}
	gzclose(file);
}

static void
read_skmob(char **columns, const void *context)
{
	(void)context;
	add(track_of(columns[3]), columns[0], columns[1], columns[2]);
}

static void
read_plt(char **columns, const void *context)
{
	char time[LINE];

	snprintf(time, sizeof time, "%s %s", columns[5], columns[6]);
	add(track_of(context), columns[0], columns[1], time);
}

static int
keep(const struct detect_stay *stay, void *context, struct error *e)
{
	struct stays *stays = context;

	(void)e;
	assert_true(stays->count < STAYS_MAX);
	stays->items[stays->count++] = *stay;
	return 0;
}

static int
by_time(const void *left, const void *right)
{
	const struct detect_position *a = left, *b = right;

	return (a->at > b->at) - (a->at < b->at);
}

/* The two libraries keep no stay that a silence or the end cuts off. */
static void
detect(struct track *track, const struct detect_parameters *parameters, struct stays *ret_stays)
{
	struct detector *detector = NULL;
	struct error e = {0};

	ret_stays->count = 0;
	qsort(track->positions, track->count, sizeof *track->positions, by_time);
	assert_int_equal(detect_new(parameters, &detector, &e), 0);
	for (size_t i = 0; i < track->count; i++)
		assert_int_equal(detect_push(detector, &track->positions[i], keep, ret_stays, &e), DETECT_TAKEN);
	assert_int_equal(detect_finish(detector, keep, ret_stays, &e), 0);
	detect_free(detector);
}

/* How far the reference was compared. */
static struct comparison {
	char user[8];
	struct detect_parameters parameters;
	struct stays stays;
	size_t at, total;
	double farthest_m;
} comparison;

/* A row of the reference: user, dist_m, min_minutes, gap_minutes, started_at, finished_at, lat, lon, n_points. The
 * libraries' place is the mean of the distinct coordinates, ours of all positions, so that it needs no memory of them. */
static void
compare_row(char **columns, const void *context)
{
	struct comparison *c = &comparison;
	struct detect_parameters parameters = {.radius_m = (uint32_t)strtol(columns[1], NULL, 10),
		.minimum_s = strtol(columns[2], NULL, 10) * 60,
		.gap_s = strtol(columns[3], NULL, 10) * 60,
		.neighbour_m = 1,
		.return_s = 1};
	const struct detect_stay *stay;
	double distance_m;

	(void)context;
	if (strcmp(c->user, columns[0]) != 0 || memcmp(&c->parameters, &parameters, sizeof parameters) != 0) {
		assert_int_equal(c->at, c->stays.count);
		snprintf(c->user, sizeof c->user, "%s", columns[0]);
		c->parameters = parameters;
		detect(track_of(columns[0]), &c->parameters, &c->stays);
		c->at = 0;
	}
	assert_true(c->at < c->stays.count);
	stay = &c->stays.items[c->at++];
	c->total++;
	assert_int_equal(stay->start, read_time(columns[4]));
	assert_int_equal(stay->end, read_time(columns[5]));
	distance_m =
		place_distance_m(stay->latitude_e7, stay->longitude_e7, read_degrees(columns[6]), read_degrees(columns[7]));
	if (distance_m > c->farthest_m)
		c->farthest_m = distance_m;
	assert_true(distance_m < parameters.radius_m);
}

static void
compare_with(const char *reference, size_t rows)
{
	memset(&comparison, 0, sizeof comparison);
	read_lines(reference, 1, compare_row, NULL);
	assert_int_equal(comparison.at, comparison.stays.count);
	assert_int_equal(comparison.total, rows);
	print_message("%s: %zu stays, starts and ends to the second; places at most %.0f m apart\n", reference,
		comparison.total, comparison.farthest_m);
	forget_tracks();
}

static void
stays_are_those_of_the_libraries_on_two_long_tracks(void **state)
{
	(void)state;
	read_lines("skmob-geolife/geolife_sample.txt.gz", 1, read_skmob, NULL);
	assert_int_equal(tracks[0].count + tracks[1].count, 217653);
	compare_with("reference-stays/skmob_geolife_stays.csv", 1856);
}

static void
stays_are_those_of_the_libraries_on_short_tracks(void **state)
{
	(void)state;
	read_lines("trackintel/geolife_long/000/Trajectory/20081023025304.plt", 6, read_plt, "000");
	read_lines("trackintel/geolife_long/000/Trajectory/20081024020959.plt", 6, read_plt, "000");
	read_lines("trackintel/geolife_long/001/Trajectory/20081023055305.plt", 6, read_plt, "001");
	read_lines("trackintel/geolife_long/001/Trajectory/20081023234104.plt", 6, read_plt, "001");
	compare_with("reference-stays/geolife_long_stays.csv", 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stays_are_those_of_the_libraries_on_two_long_tracks),
		cmocka_unit_test(stays_are_those_of_the_libraries_on_short_tracks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
