/* What is found in the pings of a simulated city, whose truth is known: of the true stays how many are found in positions and in
 * base stations' signals, and how many of those found are true; and whom the tracer names when it has the stays found
 * instead of the true ones. The figures are printed. */

#include "../exposure/fixture.h"
#include "figure.h"

#include "base/file.h"
#include "base/text.h"
#include "place/place.h"
#include "simulate/simulate.h"

enum {
	FILE_MAX = 64 << 20,
	PEOPLE = 300,
	DAYS = 7,
	STAYS_MAX = 20000,
	PLACES_MAX = 1000,
	COLUMNS_MAX = 8,
	CODE_SIZE = 32,
	ASKED_S = 900,         /* true stays of so long are asked for */
	POSITION_NEAR_M = 200, /* a stay found so near to the true one is at its place */
	SIGNAL_NEAR_M = 1500,  /* base stations stand a kilometre apart */
	CELL_M = 200,
};

struct place_known {
	char code[CODE_SIZE];
	int32_t latitude_e7, longitude_e7;
};

/* Places and base stations, each by code. */
struct places {
	struct place_known items[PLACES_MAX];
	size_t count;
};

/* A stay, true or found, of the person whose phone has the number. */
struct stay {
	person_number person;
	instant start, end;
	int32_t latitude_e7, longitude_e7;
	const struct place_known *place; /* of a true one */
};

struct stays {
	struct stay items[STAYS_MAX];
	size_t count;
};

static struct city {
	struct places places, towers;
	char ids[PEOPLE + 1][19]; /* by person; "" without a phone */
	struct stays true_stays, by_position, by_signal;
	struct detector *detectors[PEOPLE + 1];
	struct stays *found; /* where stays that are found go */
} city;

static const struct detect_parameters parameters = {.radius_m = 200,
	.minimum_s = 600,
	.gap_s = 7200,
	.window_s = 3600,
	.accuracy_most_m = 200,
	.neighbour_m = 3000,
	.return_s = 3600,
	.keep_open = true};

static int
compare_places(const void *a, const void *b)
{
	return strcmp(((const struct place_known *)a)->code, ((const struct place_known *)b)->code);
}

static int
compare_stays(const void *left, const void *right)
{
	const struct stay *a = left, *b = right;

	if (a->person != b->person)
		return a->person < b->person ? -1 : 1;
	return (a->start > b->start) - (a->start < b->start);
}

static const struct place_known *
find_place(const struct places *places, const char *code)
{
	struct place_known wanted;

	snprintf(wanted.code, sizeof wanted.code, "%s", code);
	return bsearch(&wanted, places->items, places->count, sizeof wanted, compare_places);
}

static int32_t
read_degrees(const char *text)
{
	int64_t degrees;

	assert_true(text_decimal(text, strlen(text), 7, &degrees));
	return (int32_t)degrees;
}

static instant
read_time(const char *text)
{
	instant at;
	struct error e = {0};

	assert_int_equal(time_read(text, strlen(text), &simulate_zone, &at, &e), 0);
	return at;
}

static void
read_place_into(struct places *places, char **columns)
{
	struct place_known *place = &places->items[places->count];

	if (!columns[5] || !*columns[5])
		return;
	assert_true(places->count < PLACES_MAX);
	snprintf(place->code, sizeof place->code, "%s", columns[0]);
	place->latitude_e7 = read_degrees(columns[5]);
	place->longitude_e7 = read_degrees(columns[6]);
	places->count++;
}

static void
read_place(char **columns)
{
	read_place_into(&city.places, columns);
}

static void
read_tower(char **columns)
{
	read_place_into(&city.towers, columns);
}

/* Phones are numbered from 10000000000 on. */
static person_number
person_of_device(const char *device)
{
	int64_t number;

	assert_true(text_integer(device, strlen(device), 10000000000, 10000000000 + PEOPLE - 1, &number));
	return (person_number)(number - 10000000000) + 1;
}

static void
read_device(char **columns)
{
	person_number person = person_of_device(columns[0]);

	snprintf(city.ids[person], sizeof *city.ids, "%s", columns[1]);
}

/* Who is in a carriage moves, and who has no phone tells nothing: no stay of theirs is asked for. */
static void
read_stay(char **columns)
{
	struct stay *stay = &city.true_stays.items[city.true_stays.count];
	const struct place_known *place = find_place(&city.places, columns[1]);
	person_number person = PEOPLE;

	while (person && strcmp(city.ids[person], columns[0]) != 0)
		person--;
	if (!place || !person)
		return;
	assert_true(city.true_stays.count++ < STAYS_MAX);
	*stay = (struct stay){.person = person,
		.start = read_time(columns[2]),
		.end = read_time(columns[3]),
		.latitude_e7 = place->latitude_e7,
		.longitude_e7 = place->longitude_e7,
		.place = place};
}

static int
keep(const struct detect_stay *found, void *context, struct error *e)
{
	const person_number *person = context;

	(void)e;
	assert_true(city.found->count < STAYS_MAX);
	city.found->items[city.found->count++] = (struct stay){.person = *person,
		.start = found->start,
		.end = found->end,
		.latitude_e7 = found->latitude_e7,
		.longitude_e7 = found->longitude_e7};
	return 0;
}

static void
push(const char *device, const struct detect_position *position)
{
	person_number person = person_of_device(device);
	struct error e = {0};

	if (!city.detectors[person])
		assert_int_equal(detect_new(&parameters, &city.detectors[person], &e), 0);
	assert_int_equal(detect_push(city.detectors[person], position, keep, &person, &e), DETECT_TAKEN);
}

static void
read_ping(char **columns)
{
	struct detect_position position = {.at = read_time(columns[1]),
		.latitude_e7 = read_degrees(columns[2]),
		.longitude_e7 = read_degrees(columns[3]),
		.accuracy_m = (uint32_t)atoi(columns[4])};

	push(columns[0], &position);
}

static void
read_signal(char **columns)
{
	const struct place_known *tower = find_place(&city.towers, columns[2]);
	struct detect_position position = {.at = read_time(columns[1]), .positioned = true};

	assert_non_null(tower);
	position.cell = (uint32_t)(tower - city.towers.items) + 1;
	position.latitude_e7 = tower->latitude_e7;
	position.longitude_e7 = tower->longitude_e7;
	push(columns[0], &position);
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
		char *columns[COLUMNS_MAX];

		for (size_t i = 0; i < COLUMNS_MAX; i++)
			columns[i] = line ? strsep(&line, ",") : NULL;
		row(columns);
	}
	buffer_free(&text);
}

static void
find_stays(const char *folder, const char *name, void (*row)(char **columns), struct stays *found)
{
	struct error e = {0};

	city.found = found;
	read_rows(folder, name, row);
	for (person_number person = 1; person <= PEOPLE; person++) {
		if (city.detectors[person])
			assert_int_equal(detect_finish(city.detectors[person], keep, &person, &e), 0);
		detect_free(city.detectors[person]);
		city.detectors[person] = NULL;
	}
	qsort(found->items, found->count, sizeof *found->items, compare_stays);
}

static int
read_city(void **state)
{
	const struct simulate_options options = {.people = PEOPLE,
		.days = DAYS,
		.seed = 1,
		.from = 18322,
		.division = 330100,
		.positioned = true,
		.latitude_e7 = 302741000,
		.longitude_e7 = 1201551000,
		.ping_minutes = 5};
	char folder[] = "/tmp/healthcode-truth-XXXXXX", command[64];
	struct simulate_summary summary;
	struct error e = {0};

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(simulate_write(&options, folder, &summary, &e), 0);
	read_rows(folder, "places.csv", read_place);
	qsort(city.places.items, city.places.count, sizeof *city.places.items, compare_places);
	read_rows(folder, "towers.csv", read_tower);
	read_rows(folder, "devices.csv", read_device);
	read_rows(folder, "stays.csv", read_stay);
	qsort(city.true_stays.items, city.true_stays.count, sizeof *city.true_stays.items, compare_stays);
	find_stays(folder, "pings.csv", read_ping, &city.by_position);
	find_stays(folder, "signals.csv", read_signal, &city.by_signal);
	snprintf(command, sizeof command, "rm -r %s", folder);
	return system(command);
}

/* Whether any of the stays of the same person shares half of ${stay} and is near it. */
static bool
is_among(const struct stay *stay, const struct stays *stays, int64_t near_m)
{
	for (size_t i = 0; i < stays->count; i++) {
		const struct stay *other = &stays->items[i];
		instant from = other->start > stay->start ? other->start : stay->start;
		instant to = other->end < stay->end ? other->end : stay->end;

		if (other->person == stay->person && (to - from) * 2 >= stay->end - stay->start &&
			place_distance_m(stay->latitude_e7, stay->longitude_e7, other->latitude_e7, other->longitude_e7) < near_m)
			return true;
	}
	return false;
}

static void
measure(const char *recalled_name, const char *right_name, const struct stays *found, int64_t near_m, double recall,
	double precision)
{
	size_t asked = 0, recalled = 0, right = 0;

	for (size_t i = 0; i < city.true_stays.count; i++) {
		const struct stay *stay = &city.true_stays.items[i];

		if (stay->end - stay->start < ASKED_S)
			continue;
		asked++;
		recalled += is_among(stay, found, near_m);
	}
	for (size_t i = 0; i < found->count; i++)
		right += is_among(&found->items[i], &city.true_stays, near_m);
	print_figure(recalled_name, recalled, "found", "true, of 15 minutes and more", asked, recall);
	print_figure(right_name, right, "true", "found", found->count, precision);
	assert_true((double)recalled >= recall * (double)asked && (double)right >= precision * (double)found->count);
}

static void
stays_are_found_in_positions(void **state)
{
	(void)state;
	measure(
		"stays in positions: recall", "stays in positions: precision", &city.by_position, POSITION_NEAR_M, 0.95, 0.88);
}

static void
stays_are_found_in_signals_of_base_stations(void **state)
{
	(void)state;
	measure("stays in signals: recall", "stays in signals: precision", &city.by_signal, SIGNAL_NEAR_M, 0.95, 0.84);
}

static void
put_stays(struct fixture *f, const struct stays *stays)
{
	const struct presence_source source = {0, 1};

	for (size_t i = 0; i < stays->count; i++) {
		const struct stay *s = &stays->items[i];
		struct presence_stay stay = {.person = s->person, .start = s->start, .end = s->end};
		struct error e = {0};

		if (s->place)
			stay.place = put_place(f, s->place->code, "venue");
		else
			assert_true(
				presence_put_cell(f->presence, s->latitude_e7, s->longitude_e7, CELL_M, &source, &stay.place, &e) >= 0);
		assert_true(presence_put_stay(f->presence, &stay, &source, &e) >= 0);
	}
}

/* Whom the tracer names if the person is a case from noon of the fourth day on: a bit each. */
static void
trace(struct fixture *f, person_number person, bool named[PEOPLE + 1])
{
	static const struct exposure_parameters together = {.before_onset_days = 2,
		.infectious_after_onset_days = 10,
		.place_count = 1,
		.places = {{.kind = "*", .count = 1, .rules = {{EXPOSURE_CO_EXPOSED, 15, EXPOSURE_ANY_ROW}}}}};
	const struct exposure_case subject = {.person = person,
		.onset = zone_day_start(&simulate_zone, 18322 + 3) + 12 * HOUR_S,
		.sampled = EXPOSURE_UNKNOWN,
		.confirmed = EXPOSURE_UNKNOWN,
		.isolated = EXPOSURE_UNKNOWN,
		.symptoms_ended = EXPOSURE_UNKNOWN};
	struct exposure_contacts contacts;
	struct error e = {0};

	memset(named, 0, (PEOPLE + 1) * sizeof *named);
	assert_int_equal(
		exposure_trace(f->presence, &together, &subject, &simulate_zone, &see_all, NULL, NULL, &contacts, &e), 0);
	for (size_t i = 0; i < contacts.count; i++)
		named[contacts.items[i].person] = true;
	exposure_contacts_free(&contacts);
}

static void
contacts_are_found_in_the_stays_found(void **state)
{
	static bool truly[PEOPLE + 1], found[PEOPLE + 1];
	size_t asked = 0, recalled = 0, all = 0;
	void *truth, *pings;

	(void)state;
	fixture_open(&truth);
	fixture_open(&pings);
	put_stays(truth, &city.true_stays);
	put_stays(pings, &city.by_position);
	for (person_number person = 1; person <= PEOPLE; person++) {
		trace(truth, person, truly);
		trace(pings, person, found);
		for (person_number other = 1; other <= PEOPLE; other++) {
			asked += truly[other];
			all += found[other];
			recalled += truly[other] && found[other];
		}
	}
	fixture_close(&truth);
	fixture_close(&pings);
	print_figure("contacts in positions: recall", recalled, "pairs found", "15 minutes at one place", asked, 0.88);
	print_figure("contacts in positions: precision", recalled, "pairs true", "named", all, 0.93);
	assert_true(recalled * 100 >= asked * 88);
	assert_true(recalled * 100 >= all * 93);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stays_are_found_in_positions),
		cmocka_unit_test(stays_are_found_in_signals_of_base_stations),
		cmocka_unit_test(contacts_are_found_in_the_stays_found),
	};

	return cmocka_run_group_tests(tests, read_city, NULL);
}
