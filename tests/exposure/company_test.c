/* Time together, minute by minute: what the sweep finds is what a plain look at each minute finds. */

#include <time.h>

#include "fixture.h"

static const instant noon = INFECTIOUS_FROM + 12 * HOUR_S;

enum { PEOPLE = 5, STAYS = 14, MINUTES = 40, CITIES = 60 };

/* Stays as they were put. */
struct city {
	struct presence_stay stays[PEOPLE * STAYS];
	size_t count;
};

static uint64_t
draw(uint64_t *state, uint64_t limit)
{
	*state = *state * 6364136223846793005U + 1442695040888963407U;
	return (*state >> 33) % limit;
}

static void
fill(struct fixture *f, struct city *city, place_number place, uint64_t *state)
{
	const struct presence_source source = {0, 100 + place}; /* undone afterwards */
	struct error e = {0};

	city->count = 0;
	for (int i = 0; i < PEOPLE * STAYS; i++) {
		struct presence_stay stay = {.person = 1 + (person_number)draw(state, PEOPLE),
			.place = place,
			.seat = draw(state, 3) ? 0 : (uint16_t)((1 + draw(state, 9)) * 16),
			.day_only = draw(state, 6) == 0,
			.protected = draw(state, 4) == 0,
			.outdoor = draw(state, 4) == 0};
		int r;

		if (draw(state, 12) == 0)
			stay.seat = PRESENCE_SEAT_CREW;
		stay.start = noon + (instant)draw(state, MINUTES - 1) * MINUTE_S;
		stay.end = stay.start + (instant)(1 + draw(state, draw(state, 3) ? 4 : MINUTES)) * MINUTE_S;
		r = presence_put_stay(f->presence, &stay, &source, &e);
		assert_true(r >= 0);
		if (r == PRESENCE_NEW)
			city->stays[city->count++] = stay;
		for (size_t j = 0; r == PRESENCE_CHANGED && j < city->count; j++)
			if (city->stays[j].person == stay.person && city->stays[j].start == stay.start &&
				city->stays[j].day_only == stay.day_only)
				city->stays[j] = stay;
	}
}

static bool
fits(enum exposure_condition condition, bool is_so)
{
	return condition == EXPOSURE_EITHER || (condition == EXPOSURE_ONLY) == is_so;
}

/* What the two shared in [from, to), as far as the rule (NULL: any) takes it. */
static bool
measure(const struct city *city, person_number a, person_number b, instant from, instant to,
	const struct exposure_rule *rule, int *ret_minutes, int *ret_rows, bool *ret_crew)
{
	bool any = false, timed_any = false, crew = false;
	int minutes = 0, rows = -1;

	for (instant at = from; at < to; at += MINUTE_S) {
		bool timed = false;

		for (size_t i = 0; i < city->count; i++)
			for (size_t j = 0; j < city->count; j++) {
				const struct presence_stay *x = &city->stays[i], *y = &city->stays[j];
				const int row_x = presence_seat_row(x->seat), row_y = presence_seat_row(y->seat);

				if (x->person != a || y->person != b || x->start > at || x->end <= at || y->start > at || y->end <= at)
					continue;
				if (rule &&
					(!fits(rule->protected, x->protected || y->protected) ||
						!fits(rule->outdoor, x->outdoor || y->outdoor)))
					continue;
				any = true;
				timed = timed || (!x->day_only && !y->day_only);
				crew = crew || x->seat == PRESENCE_SEAT_CREW || y->seat == PRESENCE_SEAT_CREW;
				if (row_x && row_y && (rows < 0 || abs(row_x - row_y) < rows))
					rows = abs(row_x - row_y);
			}
		minutes += timed;
		timed_any = timed_any || timed;
	}
	*ret_minutes = timed_any ? minutes : -1;
	*ret_rows = rows;
	*ret_crew = crew;
	return any;
}

static const struct exposure_rule *
plain_rule(const struct city *city, person_number a, person_number b, instant from, instant to,
	const struct exposure_place_rules *rules)
{
	int minutes, rows;
	bool crew;

	for (size_t i = 0; i < rules->count; i++) {
		const struct exposure_rule *rule = &rules->rules[i];

		if (measure(city, a, b, from, to, rule, &minutes, &rows, &crew) &&
			(rule->minutes == 0 || minutes >= rule->minutes) &&
			(rule->rows == EXPOSURE_ANY_ROW || (rows >= 0 && rows <= rule->rows) || (rule->crew && crew)))
			return rule;
	}
	return NULL;
}

static void
expect_row(const struct exposure_contacts *contacts, size_t *found, const struct city *city, person_number person,
	place_number place, instant from, instant to, const struct exposure_place_rules *rules)
{
	const struct exposure_rule *rule = plain_rule(city, 1, person, from, to, rules);
	const struct exposure_contact *row;
	int minutes, rows;
	bool crew;

	if (!rule)
		return;
	assert_true(*found < contacts->count);
	row = &contacts->items[(*found)++];
	measure(city, 1, person, from, to, NULL, &minutes, &rows, &crew);
	assert_int_equal(row->person, person);
	assert_int_equal(row->place, place);
	assert_int_equal(row->kind, rule->kind);
	assert_int_equal(row->from, from);
	assert_int_equal(row->to, to);
	assert_int_equal(row->minutes, minutes);
}

static void
rows_are_those_of_a_plain_look_at_each_minute_C1_C3(void **state)
{
	struct fixture *f = *state;
	struct exposure_parameters parameters = read_parameters();
	const struct exposure_case subject = case_of(1);
	uint64_t random = 11;

	for (int n = 0; n < CITIES; n++) {
		struct exposure_place_rules *rules = &parameters.places[0];
		struct exposure_contacts contacts;
		struct city city = {0};
		struct error e = {0};
		place_number place;
		char code[16];
		size_t found = 0;

		snprintf(code, sizeof code, "carriage %d", n);
		place = put_place(f, code, "carriage");
		fill(f, &city, place, &random);
		strcpy(rules->kind, "carriage");
		rules->secondary = false;
		rules->count = 3;
		for (size_t i = 0; i < rules->count; i++)
			rules->rules[i] = (struct exposure_rule){.kind = i == 2 ? EXPOSURE_CO_EXPOSED : EXPOSURE_CLOSE,
				.minutes = (int64_t)draw(&random, 6),
				.rows = draw(&random, 2) ? EXPOSURE_ANY_ROW : (int)draw(&random, 4),
				.crew = draw(&random, 2),
				.protected = (enum exposure_condition)draw(&random, 3),
				.outdoor = (enum exposure_condition)draw(&random, 3)};
		if (exposure_trace(f->presence, &parameters, &subject, &zone_utc, &see_all, NULL, NULL, &contacts, &e) < 0)
			fail_msg("%s", e.message);
		for (person_number person = 2; person <= PEOPLE; person++) {
			instant from = 0;
			int minutes, rows;
			bool crew, together = false;

			for (instant at = noon; at <= noon + 2 * MINUTES * MINUTE_S; at += MINUTE_S) {
				const bool now = measure(&city, 1, person, at, at + MINUTE_S, NULL, &minutes, &rows, &crew);

				if (now && !together)
					from = at;
				if (!now && together)
					expect_row(&contacts, &found, &city, person, place, from, at, rules);
				together = now;
			}
		}
		assert_int_equal(found, contacts.count);
		exposure_contacts_free(&contacts);
		assert_int_equal(presence_undo(f->presence, 100 + place, 1, &e), 0);
	}
}

static double
processor_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
trace_all(struct fixture *f, size_t *ret_count, double *ret_s)
{
	const struct exposure_parameters parameters = read_parameters();
	const struct exposure_case subject = case_of(1);
	struct exposure_contacts contacts;
	struct error e = {0};
	const double start = processor_s();

	if (exposure_trace(f->presence, &parameters, &subject, &zone_utc, &see_all, NULL, NULL, &contacts, &e) < 0)
		fail_msg("%s", e.message);
	*ret_s = processor_s() - start;
	*ret_count = contacts.count;
	exposure_contacts_free(&contacts);
}

static void
load(struct fixture *f, person_number first, person_number people, int stays, place_number place, int64_t import)
{
	const struct presence_source source = {0, import};
	struct presence_load *load = NULL;
	struct presence_counts counts;
	struct error e = {0};

	assert_int_equal(presence_load_new(f->presence, &source, &load, &e), 0);
	for (person_number i = 0; i < people; i++)
		for (int j = 0; j < stays; j++) {
			const struct presence_stay stay = {
				.person = first + i, .place = place, .start = noon + j, .end = noon + 6 * HOUR_S + (j * 7) % 600};

			assert_int_equal(presence_load_add(load, &stay, &e), 0);
		}
	assert_int_equal(presence_load_finish(load, &counts, &e), 0);
	presence_load_free(load);
}

/* Twenty-five million pairs of stays, and as many times together, are no more than ten thousand stays. */
static void
two_people_of_5000_overlapping_stays_share_one_row_C1_C2(void **state)
{
	struct fixture *f = *state;
	place_number office = put_place(f, "office", "office");
	size_t count;
	double spent;

	load(f, 1, 2, 5000, office, 1);
	trace_all(f, &count, &spent);
	assert_int_equal(count, 1);
	assert_true(spent < 5);
}

/* Everybody met everybody: in the second degree none is left to be met, and nobody is looked at 5,000 times. */
static void
an_office_of_5000_is_walked_over_once_for_each_degree_C2(void **state)
{
	struct fixture *f = *state;
	place_number office = put_place(f, "office", "office");
	size_t count;
	double spent;

	load(f, 1, 5000, 1, office, 1);
	trace_all(f, &count, &spent);
	assert_int_equal(count, 4999);
	assert_true(spent < 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rows_are_those_of_a_plain_look_at_each_minute_C1_C3),
		TEST(two_people_of_5000_overlapping_stays_share_one_row_C1_C2),
		TEST(an_office_of_5000_is_walked_over_once_for_each_degree_C2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
