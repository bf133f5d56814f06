/* The presence room's fixture, and a pack's contact rules for tests. */

#ifndef HEALTHCODE_TESTS_EXPOSURE_FIXTURE_H
#define HEALTHCODE_TESTS_EXPOSURE_FIXTURE_H

#include "../presence/fixture.h"
#include "exposure/exposure.h"

enum { MINUTE_S = 60, HOUR_S = 3600 };

static inline struct exposure_parameters
read_parameters(void)
{
	static const char text[] =
		"{\"before_onset_days\": 2, \"before_confirmed_days\": 5, \"infectious_after_onset_days\": 10,"
		" \"secondary_days\": 14, \"backward\": {\"from_days\": 14, \"to_days\": 2}, \"places\": {"
		" \"household\": {\"secondary\": true, \"rules\": [{\"kind\": \"close\"}]},"
		" \"office\": {\"secondary\": true, \"rules\": [{\"kind\": \"close\", \"minutes\": 60}]},"
		" \"venue\": {\"rules\": [{\"kind\": \"close\", \"minutes\": 120}, {\"kind\": \"co-exposed\", \"minutes\": 10}]},"
		" \"market\": {\"rules\": [{\"kind\": \"co-exposed\"}]},"
		" \"aircraft\": {\"rules\": [{\"kind\": \"close\", \"rows\": 3}, {\"kind\": \"co-exposed\"}]},"
		" \"cell\": {\"rules\": [{\"kind\": \"companion\", \"minutes\": 10}]},"
		" \"*\": {\"rules\": []}}}";
	struct exposure_parameters parameters;
	struct error e = {0};
	json_t *root = json_loads(text, 0, NULL);

	assert_non_null(root);
	if (exposure_parameters_read(root, &parameters, &e) < 0)
		fail_msg("%s", e.message);
	json_decref(root);
	return parameters;
}

/* A case with symptoms from noon of 1970-02-10 (UTC) on: infectious from 8 to 20 February. */
static inline struct exposure_case
case_of(person_number person)
{
	return (struct exposure_case){
		person, 40 * DAY_S + 12 * HOUR_S, EXPOSURE_UNKNOWN, EXPOSURE_UNKNOWN, EXPOSURE_UNKNOWN};
}

enum { INFECTIOUS_FROM = 38 * DAY_S, INFECTIOUS_TO = 51 * DAY_S };

static inline void
put_seat(struct fixture *f, person_number person, place_number place, instant start, instant end, const char *seat)
{
	const struct presence_source source = {0, 1};
	struct presence_stay stay = {.person = person, .place = place, .start = start, .end = end};
	struct error e = {0};

	assert_true(presence_seat_read(seat, &stay.seat));
	assert_true(presence_put_stay(f->presence, &stay, &source, &e) >= 0);
}

static inline void
put_day(struct fixture *f, person_number person, place_number place, day_number day)
{
	const struct presence_source source = {0, 1};
	const struct presence_stay stay = {.person = person,
		.place = place,
		.start = (instant)day * DAY_S,
		.end = ((instant)day + 1) * DAY_S,
		.day_only = true};
	struct error e = {0};

	assert_true(presence_put_stay(f->presence, &stay, &source, &e) >= 0);
}

#endif
