/* The tracer on the published routes of Korean patients to June 2020, which name who infected whom (DS4C, CC BY-NC-SA
 * 4.0: read where it lies, never copied). Routes give days and coordinates, no hours.
 *
 * Of 899 pairs named, 329 have both routes published. Matching day and coordinates plainly is the measure: the tracer
 * finds more of the named pairs, and fewer others for each. The figures are printed. */

#include "../exposure/fixture.h"
#include "figure.h"

#include "base/file.h"
#include "base/text.h"

enum {
	FILE_MAX = 16 << 20,
	COLUMNS_MAX = 18,
	PATIENTS_MAX = 5000,
	POINTS_MAX = 10000,
	PAIRS_MAX = 100000,
};

static const struct zone korea = {.first_offset_s = 9 * HOUR_S};

struct patient {
	int64_t id, infected_by; /* infected_by 0: nobody, or no patient of this list */
	instant onset, confirmed;
	bool named, has_route;
};

struct point {
	person_number person; /* index of the patient, from 1 */
	day_number day;
	char latitude[16], longitude[16]; /* as published */
};

static struct patient patients[PATIENTS_MAX];
static struct point points[POINTS_MAX];
static size_t patient_count, point_count;

/* Unordered pairs of persons, the smaller first. */
struct pairs {
	uint64_t items[PAIRS_MAX];
	size_t count;
};

static int
compare_numbers(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static void
pairs_add(struct pairs *pairs, person_number a, person_number b)
{
	assert_true(pairs->count < PAIRS_MAX);
	pairs->items[pairs->count++] = a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
}

static void
pairs_sort(struct pairs *pairs)
{
	size_t kept = 0;

	qsort(pairs->items, pairs->count, sizeof *pairs->items, compare_numbers);
	for (size_t i = 0; i < pairs->count; i++)
		if (kept == 0 || pairs->items[kept - 1] != pairs->items[i])
			pairs->items[kept++] = pairs->items[i];
	pairs->count = kept;
}

static bool
pairs_hold(const struct pairs *pairs, person_number a, person_number b)
{
	uint64_t key = a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;

	return bsearch(&key, pairs->items, pairs->count, sizeof key, compare_numbers) != NULL;
}

static person_number
person_of(int64_t id)
{
	for (size_t i = 0; i < patient_count; i++)
		if (patients[i].id == id)
			return (person_number)(i + 1);
	return 0;
}

static instant
read_day(const char *text)
{
	day_number day;
	struct error e = {0};

	return day_read(text, strlen(text), &day, &e) < 0 ? EXPOSURE_UNKNOWN : zone_day_start(&korea, day);
}

static int64_t
read_id(const char *text)
{
	int64_t id;

	return text_integer(text, strlen(text), 1, INT64_MAX, &id) ? id : 0;
}

static void
read_patient(char **columns)
{
	assert_true(patient_count < PATIENTS_MAX);
	patients[patient_count++] = (struct patient){
		.id = read_id(columns[0]),
		.infected_by = read_id(columns[11]),
		.named = columns[11][0] != '\0',
		.onset = read_day(columns[13]),
		.confirmed = read_day(columns[14]),
	};
}

static void
read_point(char **columns)
{
	struct point *point = &points[point_count];
	struct error e = {0};

	assert_true(point_count < POINTS_MAX);
	point->person = person_of(read_id(columns[0]));
	assert_true(point->person > 0);
	assert_int_equal(day_read(columns[2], strlen(columns[2]), &point->day, &e), 0);
	snprintf(point->latitude, sizeof point->latitude, "%s", columns[6]);
	snprintf(point->longitude, sizeof point->longitude, "%s", columns[7]);
	patients[point->person - 1].has_route = true;
	point_count++;
}

/* The published files hold no quotes. */
static void
read_rows(const char *name, void (*row)(char **columns))
{
	struct buffer text = buffer_make(FILE_MAX);
	char path[4096], empty[] = "", *lines, *line;
	struct error e = {0};

	snprintf(path, sizeof path, "%s/real2020/korea-ds4c/%s", getenv("HEALTHCODE_EXTRA_DATA"), name);
	assert_int_equal(file_read(path, &text, &e), 0);
	lines = (char *)text.data;
	strsep(&lines, "\n");
	while ((line = strsep(&lines, "\n"))) {
		char *columns[COLUMNS_MAX] = {0};

		line[strcspn(line, "\r")] = '\0';
		if (!*line)
			continue;
		for (size_t i = 0; i < COLUMNS_MAX; i++) {
			char *column = strsep(&line, ",");

			columns[i] = column ? column : empty;
		}
		row(columns);
	}
	buffer_free(&text);
}

static void
match_plainly(struct pairs *pairs)
{
	for (size_t i = 0; i < point_count; i++)
		for (size_t j = 0; j < i; j++)
			if (points[i].day == points[j].day && points[i].person != points[j].person &&
				strcmp(points[i].latitude, points[j].latitude) == 0 &&
				strcmp(points[i].longitude, points[j].longitude) == 0)
				pairs_add(pairs, points[i].person, points[j].person);
	pairs_sort(pairs);
}

static void
put_points(struct fixture *f, uint32_t cell_m)
{
	const struct presence_source source = {0, 1};

	for (size_t i = 0; i < point_count; i++) {
		const struct point *point = &points[i];
		struct presence_stay stay = {.person = point->person,
			.start = zone_day_start(&korea, point->day),
			.end = zone_day_start(&korea, point->day + 1),
			.day_only = true};
		int64_t latitude, longitude;
		struct error e = {0};

		assert_true(text_decimal(point->latitude, strlen(point->latitude), 7, &latitude));
		assert_true(text_decimal(point->longitude, strlen(point->longitude), 7, &longitude));
		assert_true(presence_put_cell(
						f->presence, (int32_t)latitude, (int32_t)longitude, cell_m, &source, &stay.place, &e) >= 0);
		assert_true(presence_put_stay(f->presence, &stay, &source, &e) >= 0);
	}
}

/* Where no onset is published, the window opens 8 days before the confirmation: the third quartile of this data's delays
 * from onset to confirmation is 6 days, and 2 more before onset. A patient is isolated on the day of confirmation. */
static void
trace_all(struct fixture *f, struct pairs *pairs)
{
	static const struct exposure_parameters parameters = {.before_onset_days = 2,
		.before_confirmed_days = 8,
		.infectious_after_onset_days = 10,
		.place_count = 1,
		.places = {{.kind = "cell", .count = 1, .rules = {{.kind = EXPOSURE_CO_EXPOSED, .rows = EXPOSURE_ANY_ROW}}}}};

	for (size_t i = 0; i < patient_count; i++) {
		const struct exposure_case subject = {
			(person_number)(i + 1), patients[i].onset, EXPOSURE_UNKNOWN, patients[i].confirmed, patients[i].confirmed};
		struct exposure_contacts contacts;
		struct error e = {0};

		if (!patients[i].has_route)
			continue;
		assert_int_equal(
			exposure_trace(f->presence, &parameters, &subject, &korea, &see_all, NULL, NULL, &contacts, &e), 0);
		for (size_t c = 0; c < contacts.count; c++) {
			assert_int_equal(contacts.items[c].minutes, -1);
			pairs_add(pairs, subject.person, contacts.items[c].person);
		}
		exposure_contacts_free(&contacts);
	}
	pairs_sort(pairs);
}

static size_t
count_named(const struct pairs *pairs)
{
	size_t found = 0;

	for (size_t i = 0; i < patient_count; i++) {
		person_number by = person_of(patients[i].infected_by);

		if (by && patients[i].has_route && patients[by - 1].has_route && pairs_hold(pairs, by, (person_number)(i + 1)))
			found++;
	}
	return found;
}

static void
trace_in_cells(uint32_t cell_m, struct pairs *traced)
{
	void *state;

	fixture_open(&state);
	put_points(state, cell_m);
	traced->count = 0;
	trace_all(state, traced);
	fixture_close(&state);
}

static void
who_infected_whom_is_found_where_routes_were_published(void **state)
{
	static const uint32_t cells_m[] = {100, 200, 400, 800};
	static struct pairs plain, traced;
	size_t named = 0, both = 0, plain_found;

	(void)state;
	read_rows("PatientInfo.csv", read_patient);
	read_rows("PatientRoute.csv", read_point);
	match_plainly(&plain);
	plain_found = count_named(&plain);
	for (size_t i = 0; i < patient_count; i++) {
		person_number by = person_of(patients[i].infected_by);

		named += patients[i].named;
		both += by && patients[i].has_route && patients[by - 1].has_route;
	}
	print_message("named pairs: %zu, with both routes: %zu\n", named, both);
	print_figure("Korean pairs, day and coordinates", plain_found, "found", "with both routes", both, 0);
	print_figure("pairs by day and coordinates", plain_found, "right", "pairs named", plain.count, 0);
	assert_int_equal(named, 899);
	assert_int_equal(both, 329);

	for (size_t i = 0; i < sizeof cells_m / sizeof *cells_m; i++) {
		size_t found;

		trace_in_cells(cells_m[i], &traced);
		found = count_named(&traced);
		print_message("traced in cells of %u m: %zu of them among %zu pairs, %zu are not found\n", cells_m[i], found,
			traced.count, both - found);
		print_message("  beside plain matching: %.1f %% of those named are right instead of %.1f %%, %.2f times\n",
			100.0 * (double)found / (double)traced.count, 100.0 * (double)plain_found / (double)plain.count,
			(double)(found * plain.count) / (double)(plain_found * traced.count));
		if (cells_m[i] == 200) {
			print_figure("Korean pairs, traced (200 m)", found, "found", "with both routes", both, 0);
			print_figure("pairs traced (200 m)", found, "right", "pairs named", traced.count, 0);
		}
		/* More of the named pairs, and fewer others for each. */
		assert_true(found >= plain_found);
		assert_true(found * plain.count > plain_found * traced.count);
		if (cells_m[i] == 200)
			assert_true(found >= 83 && traced.count <= 2024);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_infected_whom_is_found_where_routes_were_published),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
