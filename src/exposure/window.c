#include "exposure/internal.h"

bool
case_day(const struct exposure_parameters *parameters, const struct exposure_case *subject, const struct zone *zone,
	day_number *ret_day, int32_t *ret_before_days)
{
	instant at = subject->onset;

	*ret_before_days = parameters->before_onset_days;
	if (at == EXPOSURE_UNKNOWN)
		at = subject->sampled;
	if (at == EXPOSURE_UNKNOWN) {
		at = subject->confirmed;
		*ret_before_days = parameters->before_confirmed_days;
	}
	if (at == EXPOSURE_UNKNOWN)
		return false;
	*ret_day = zone_day(zone, at);
	return true;
}

/* The last local day on which the case, counted from ${day}, is infectious where it is not isolated. */
static day_number
last_day(const struct exposure_parameters *parameters, const struct exposure_case *subject, const struct zone *zone,
	day_number day)
{
	day_number last = day + parameters->infectious_after_onset_days;

	if (subject->onset == EXPOSURE_UNKNOWN)
		return day + parameters->infectious_after_sampling_days;
	if (subject->symptoms_ended != EXPOSURE_UNKNOWN && zone_day(zone, subject->symptoms_ended) > last)
		last = zone_day(zone, subject->symptoms_ended);
	return last + parameters->symptom_free_days;
}

bool
exposure_window(const struct exposure_parameters *parameters, const struct exposure_case *subject,
	const struct zone *zone, struct exposure_window *ret_window)
{
	struct exposure_window window;
	int32_t before_days;
	day_number day;

	if (!case_day(parameters, subject, zone, &day, &before_days))
		return false;
	window.from = zone_day_start(zone, day - before_days);
	window.to = zone_day_start(zone, last_day(parameters, subject, zone, day) + 1);
	if (subject->isolated != EXPOSURE_UNKNOWN && subject->isolated < window.to)
		window.to = subject->isolated;
	if (window.to <= window.from)
		return false;
	*ret_window = window;
	return true;
}

bool
exposure_backward_window(const struct exposure_parameters *parameters, const struct exposure_case *subject,
	const struct zone *zone, struct exposure_window *ret_window)
{
	int32_t before_days;
	day_number day;

	if (!case_day(parameters, subject, zone, &day, &before_days))
		return false;
	ret_window->from = zone_day_start(zone, day - parameters->backward_from_days);
	ret_window->to = zone_day_start(zone, day - parameters->backward_to_days + 1);
	return true;
}

/* The longest time that a rule looks back from what was shared. */
static instant
longest_look_back(const struct exposure_parameters *parameters)
{
	int32_t days = 0;

	for (size_t i = 0; i < parameters->place_count; i++)
		for (size_t j = 0; j < parameters->places[i].count; j++)
			if (parameters->places[i].rules[j].hours && parameters->places[i].rules[j].within_days > days)
				days = parameters->places[i].rules[j].within_days;
	return (instant)days * DAY_S;
}

bool
exposure_reach(const struct exposure_parameters *parameters, const struct exposure_case *subject,
	const struct zone *zone, instant quarantined, struct exposure_window *ret_reach)
{
	struct exposure_window window;
	instant secondary;

	if (!exposure_window(parameters, subject, zone, &window))
		return false;
	secondary = zone_day_start(zone, zone_day(zone, window.to) + parameters->secondary_days + 1);
	if (quarantined != EXPOSURE_UNKNOWN && quarantined < secondary)
		secondary = quarantined;
	ret_reach->from = window.from - longest_look_back(parameters);
	ret_reach->to = secondary > window.to ? secondary : window.to;
	return true;
}
