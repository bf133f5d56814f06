/* Each allocation of a trace fails once: the failure is told, nothing leaks, and no rows are handed out. */

#include "fixture.h"

#include "failing_allocation.h"

static const instant noon = INFECTIOUS_FROM + 12 * HOUR_S;

struct traced {
	struct fixture *fixture;
	struct exposure_parameters parameters;
};

static void
fill(struct fixture *f)
{
	place_number home = put_place(f, "home", "household"), shop = put_place(f, "shop", "venue");

	put_stay(f, 1, home, noon - 9 * DAY_S, noon - 9 * DAY_S + HOUR_S);
	put_stay(f, 2, home, noon - 9 * DAY_S, noon - 9 * DAY_S + HOUR_S);
	for (person_number person = 1; person <= 20; person++) {
		put_stay(f, person, home, noon, noon + HOUR_S);
		put_stay(f, person, shop, noon + 2 * HOUR_S, noon + 3 * HOUR_S);
	}
}

static int
trace(void *context)
{
	const struct exposure_case subject = case_of(1);
	struct exposure_contacts contacts = {0};
	const struct traced *traced = context;
	struct error e = {0};
	int r = exposure_trace(
		traced->fixture->presence, &traced->parameters, &subject, &zone_utc, &see_all, NULL, NULL, &contacts, &e);

	assert_true(r == 0 ? contacts.count > 0 : contacts.items == NULL);
	exposure_contacts_free(&contacts);
	return r;
}

/* Of stays that were just opened: what was read before asks for next to nothing. */
static int
trace_back(void *context)
{
	const struct exposure_case subject = case_of(1), other = case_of(2);
	struct exposure_origins origins = {0};
	const struct traced *traced = context;
	struct fixture *f = traced->fixture;
	struct error e = {0};
	int r;

	presence_close(f->presence);
	f->presence = NULL;
	if ((r = fixture_try_presence(f, &e)) < 0)
		return r;
	r = exposure_backward(f->presence, &traced->parameters, &subject, &other, 1, &zone_utc, &see_all, &origins, &e);
	assert_true(r == 0 ? origins.count > 0 : origins.items == NULL);
	exposure_origins_free(&origins);
	return r;
}

static int
find_common(void *context)
{
	const struct exposure_grouped cases[] = {{case_of(1), 0}, {case_of(2), 1}};
	struct exposure_commons commons = {0};
	struct traced *traced = context;
	struct fixture *f = traced->fixture;
	struct error e = {0};
	int r;

	presence_close(f->presence);
	f->presence = NULL;
	if ((r = fixture_try_presence(f, &e)) < 0)
		return r;
	traced->parameters.place_alert = (struct exposure_place_alert){2, 14, 1, {"household"}};
	r = exposure_common(f->presence, &traced->parameters, cases, 2, &zone_utc, &see_all, &commons, &e);
	assert_true(r == 0 ? commons.count == 1 : commons.items == NULL && commons.visitors == NULL);
	exposure_commons_free(&commons);
	return r;
}

static void
tracing_forward_and_back_survives_each_failed_allocation(void **state)
{
	struct traced traced = {*state, read_parameters()};

	fill(traced.fixture);
	assert_int_equal(trace(&traced), 0); /* statements are prepared and kept */
	assert_int_equal(trace_back(&traced), 0);
	assert_true(failing_allocation_sweep(trace, &traced) > 20);
	assert_true(failing_allocation_sweep(trace_back, &traced) > 20);
	assert_int_equal(find_common(&traced), 0);
	assert_true(failing_allocation_sweep(find_common, &traced) > 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			tracing_forward_and_back_survives_each_failed_allocation, fixture_open, fixture_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
