/* The tracer on a simulated city, whose truth is known: of those whom a found case infected, how many does the tracer
 * name among the case's contacts, and how many people does it name for each. The figures are printed. */

#include "../exposure/fixture.h"
#include "figure.h"

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "simulate/simulate.h"

enum { FILE_MAX = 64 << 20, COLUMNS_MAX = 8, PEOPLE = 1000, DAYS = 28, CASES_MAX = 1000 };

static char ids[PEOPLE][19]; /* the person with number n has ids[n - 1]; sorted */
static struct exposure_case cases[CASES_MAX];
static size_t person_count, case_count;

static person_number
person_of(const char *id)
{
	const char(*found)[19] = bsearch(id, ids, person_count, sizeof *ids, (int (*)(const void *, const void *))strcmp);

	assert_non_null(found);
	return (person_number)(found - (const char(*)[19])ids) + 1;
}

static instant
read_time(const char *text)
{
	instant at;
	struct error e = {0};

	if (!*text)
		return EXPOSURE_UNKNOWN;
	assert_int_equal(time_read(text, strlen(text), &simulate_zone, &at, &e), 0);
	return at;
}

static void
read_rows(const char *folder, const char *name, void (*row)(char **columns, void *context), void *context)
{
	struct buffer text = buffer_make(FILE_MAX);
	char path[128], *lines, *line;
	struct error e = {0};

	snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(file_read(path, &text, &e), 0);
	unlink(path);
	lines = (char *)text.data;
	strsep(&lines, "\n");
	while ((line = strsep(&lines, "\n")) && *line) {
		char *columns[COLUMNS_MAX];

		for (size_t i = 0; i < COLUMNS_MAX; i++)
			columns[i] = line ? strsep(&line, ",") : NULL;
		row(columns, context);
	}
	buffer_free(&text);
}

static void
read_resident(char **columns, void *context)
{
	(void)context;
	assert_true(person_count < PEOPLE);
	snprintf(ids[person_count++], sizeof *ids, "%s", columns[0]);
}

static void
read_place(char **columns, void *context)
{
	put_place(context, columns[0], columns[1]);
}

static void
read_stay(char **columns, void *context)
{
	const struct presence_source source = {0, 1};
	struct fixture *f = context;
	struct presence_stay stay = {
		.person = person_of(columns[0]), .start = read_time(columns[2]), .end = read_time(columns[3])};
	struct presence_place place;
	struct error e = {0};

	assert_int_equal(presence_find_place(f->presence, columns[1], &see_all, &place, &e), 0);
	stay.place = place.number;
	assert_true(!*columns[4] || presence_seat_read(columns[4], &stay.seat));
	assert_int_equal(presence_put_stay(f->presence, &stay, &source, &e), PRESENCE_NEW);
}

static void
read_case(char **columns, void *context)
{
	(void)context;
	assert_true(case_count < CASES_MAX);
	cases[case_count++] = (struct exposure_case){person_of(columns[1]), read_time(columns[3]), read_time(columns[4]),
		read_time(columns[5]), read_time(columns[6])};
}

struct infection {
	person_number person, by;
};

struct infections {
	struct infection items[PEOPLE];
	size_t count;
};

static void
read_infection(char **columns, void *context)
{
	struct infections *infections = context;

	if (*columns[1])
		infections->items[infections->count++] = (struct infection){person_of(columns[0]), person_of(columns[1])};
}

static struct exposure_parameters
read_pack(const char *name)
{
	struct exposure_parameters parameters;
	char path[4096];
	struct error e = {0};
	json_t *root;

	snprintf(path, sizeof path, "%s/packs/%s/pack.json", getenv("HEALTHCODE_SOURCE"), name);
	assert_int_equal(json_read_file(path, 1 << 20, &root, NULL, &e), 0);
	assert_int_equal(exposure_parameters_read(json_object_get(root, "contact"), &parameters, &e), 0);
	json_decref(root);
	return parameters;
}

static void
read_city(struct fixture *f, struct infections *infections)
{
	const struct simulate_options options = {
		.people = PEOPLE, .days = DAYS, .seed = 3, .from = day_from_civil(2020, 2, 26), .division = 330100};
	char folder[] = "/tmp/healthcode-city-XXXXXX", path[128];
	struct simulate_summary summary;
	struct error e = {0};

	assert_non_null(mkdtemp(folder));
	assert_int_equal(simulate_write(&options, folder, &summary, &e), 0);
	read_rows(folder, "residents.csv", read_resident, NULL);
	qsort(ids, person_count, sizeof *ids, (int (*)(const void *, const void *))strcmp);
	read_rows(folder, "places.csv", read_place, f);
	read_rows(folder, "stays.csv", read_stay, f);
	read_rows(folder, "cases.csv", read_case, NULL);
	read_rows(folder, "truth/infections.csv", read_infection, infections);
	snprintf(path, sizeof path, "rm -r %s", folder);
	assert_int_equal(system(path), 0);
}

static bool
names(const struct exposure_contacts *contacts, person_number person, bool close_only)
{
	for (size_t i = 0; i < contacts->count; i++)
		if (contacts->items[i].person == person && contacts->items[i].degree == 1 &&
			(!close_only || contacts->items[i].kind == EXPOSURE_CLOSE))
			return true;
	return false;
}

static size_t
count_people(const struct exposure_contacts *contacts, bool close_only)
{
	size_t people = 0;

	for (size_t i = 0; i < contacts->count; i++) {
		person_number person = contacts->items[i].person;
		const struct exposure_contacts before = {contacts->items, i, i};

		people +=
			contacts->items[i].degree == 1 && names(contacts, person, close_only) && !names(&before, person, false);
	}
	return people;
}

static void
those_whom_a_case_infected_are_among_its_contacts(void **state)
{
	static struct infections infections;
	const struct exposure_parameters parameters = read_pack("national-2020");
	size_t by_cases = 0, found = 0, found_close = 0, people = 0, people_close = 0;
	struct fixture *f = *state;
	struct error e = {0};

	read_city(f, &infections);
	for (size_t c = 0; c < case_count; c++) {
		struct exposure_contacts contacts;

		assert_int_equal(
			exposure_trace(f->presence, &parameters, &cases[c], &simulate_zone, &see_all, NULL, NULL, &contacts, &e),
			0);
		people += count_people(&contacts, false);
		people_close += count_people(&contacts, true);
		for (size_t i = 0; i < infections.count; i++) {
			if (infections.items[i].by != cases[c].person)
				continue;
			by_cases++;
			found += names(&contacts, infections.items[i].person, false);
			found_close += names(&contacts, infections.items[i].person, true);
		}
		exposure_contacts_free(&contacts);
	}
	print_message("%zu cases found, who infected %zu people in the city\n", case_count, by_cases);
	print_figure("infected, among contacts", found, "people", "infected by found cases", by_cases, 0.95);
	print_figure("infected, among close contacts", found_close, "people", "infected by found cases", by_cases, 0.8);
	print_figure("contacts who were infected", found, "people", "named contacts", people, 0);
	print_figure("close contacts who were infected", found_close, "people", "named close", people_close, 0);
	assert_true(case_count >= 10 && by_cases >= 20);
	assert_true(found * 100 >= by_cases * 95);
	assert_true(found_close * 100 >= by_cases * 80);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(those_whom_a_case_infected_are_among_its_contacts, fixture_open, fixture_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
