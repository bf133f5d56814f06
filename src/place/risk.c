#include "place/risk.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

const char *
risk_level_text(enum risk_level level)
{
	static const char *const texts[] = {"low", "medium", "high"};

	return texts[level];
}

bool
risk_level_read(const char *text, enum risk_level *ret_level)
{
	for (enum risk_level level = RISK_LOW; level <= RISK_HIGH; level++)
		if (strcmp(risk_level_text(level), text) == 0) {
			*ret_level = level;
			return true;
		}
	return false;
}

static int
check(const struct risk_count *series, size_t count, const struct risk_parameters *p, struct risk_coverage coverage,
	struct error *e)
{
	if (p->low_after_days < 1 || p->low_after_days > RISK_DAYS_MAX)
		return error_set(e, ERROR_BAD_INPUT, "the risk window (low_after_days) is from 1 to %d days", RISK_DAYS_MAX);
	if (p->dip_days < 1 || p->dip_days > RISK_DAYS_MAX)
		return error_set(e, ERROR_BAD_INPUT, "dip_days is from 1 to %d days", RISK_DAYS_MAX);
	if ((int64_t)coverage.last - coverage.first >= RISK_DAYS_MAX)
		return error_set(e, ERROR_TOO_LARGE, "area counts cover more than %d days", RISK_DAYS_MAX);
	for (size_t i = 0; i < count; i++) {
		if (series[i].confirmed < 0)
			return error_set(e, ERROR_BAD_INPUT, "a cumulative count is below zero");
		if (i && series[i].day <= series[i - 1].day)
			return error_set(e, ERROR_BAD_INPUT, "area counts are not in the order of their days");
	}
	return 0;
}

/* totals[i] is the count of day first + i, gaps filled with the day before. */
static void
fill_totals(const struct risk_count *series, size_t count, day_number first, size_t days, int64_t *totals)
{
	int64_t total = 0;
	size_t next = 0;

	for (size_t i = 0; i < days; i++) {
		for (; next < count && series[next].day <= first + (day_number)i; next++)
			total = series[next].confirmed;
		totals[i] = total;
	}
}

static int64_t
revised_on(const struct risk_parameters *p, day_number day)
{
	int64_t sum = 0;

	for (size_t i = 0; i < p->revision_count; i++)
		if (p->revisions[i].day == day)
			sum += p->revisions[i].confirmed;
	return sum;
}

/* What day ${i} adds: above the greatest count of the days before, so that a dip and its recovery add nothing. */
static int64_t
new_cases_of(const int64_t *totals, size_t i, day_number day, const struct risk_parameters *p)
{
	int64_t before = 0, added;

	for (size_t back = 1; back <= p->dip_days && back <= i; back++)
		if (totals[i - back] > before)
			before = totals[i - back];
	added = totals[i] - before - revised_on(p, day);
	return added > 0 ? added : 0;
}

static enum risk_level
level_of(int64_t total, int64_t new_cases, const struct risk_parameters *p)
{
	if (new_cases == 0)
		return RISK_LOW;
	if (total <= p->medium_total || new_cases < p->cluster_new_cases)
		return RISK_MEDIUM;
	return RISK_HIGH;
}

int
risk_timeline(const struct risk_count *series, size_t count, const struct risk_parameters *parameters,
	struct risk_coverage coverage, const struct zone *zone, instant until, struct risk_step **ret_steps,
	size_t *ret_count, struct error *e)
{
	struct risk_step *steps = NULL;
	int64_t *totals = NULL, *added = NULL;
	int64_t window = 0;
	size_t days, step_count = 0, capacity = 0;
	int code;

	if ((code = check(series, count, parameters, coverage, e)) < 0)
		goto out;
	days = coverage.first > coverage.last ? 0 : (size_t)(coverage.last - coverage.first) + 1;
	if (days) {
		totals = calloc(days, sizeof *totals);
		added = calloc(days, sizeof *added);
		if (!totals || !added) {
			code = error_no_memory(e);
			goto out;
		}
		fill_totals(series, count, coverage.first, days, totals);
	}
	for (size_t i = 0; i < days; i++) {
		day_number day = coverage.first + (day_number)i;
		instant at = zone_day_start(zone, day + 1);
		enum risk_level level;

		if (at > until)
			break;
		added[i] = new_cases_of(totals, i, day, parameters);
		window += added[i];
		if (i >= parameters->low_after_days)
			window -= added[i - parameters->low_after_days];
		level = level_of(totals[i], window, parameters);
		if (step_count && level == steps[step_count - 1].level)
			continue;
		if ((code = array_grow(&steps, &capacity, step_count + 1, sizeof *steps, RISK_DAYS_MAX + 1, e)) < 0)
			goto out;
		steps[step_count++] = (struct risk_step){.at = at, .level = level, .total = totals[i], .new_cases = window};
	}
	*ret_steps = steps;
	*ret_count = step_count;
	steps = NULL;
	code = 0;
out:
	free(steps);
	free(totals);
	free(added);
	return code;
}

int
risk_level_at(const struct risk_step *steps, size_t count, instant at, enum risk_level *ret_level)
{
	size_t found = 0;

	while (found < count && steps[found].at <= at)
		found++;
	if (found == 0)
		return 0;
	*ret_level = steps[found - 1].level;
	return 1;
}

int
risk_falls(
	const struct risk_count *series, size_t count, struct risk_fall **ret_falls, size_t *ret_count, struct error *e)
{
	struct risk_fall *falls = NULL;
	size_t fall_count = 0, capacity = 0;
	int code = 0;

	for (size_t i = 1; i < count; i++) {
		if (series[i].confirmed >= series[i - 1].confirmed)
			continue;
		if ((code = array_grow(&falls, &capacity, fall_count + 1, sizeof *falls, count, e)) < 0)
			goto out;
		falls[fall_count++] =
			(struct risk_fall){.day = series[i].day, .from = series[i - 1].confirmed, .to = series[i].confirmed};
	}
	*ret_falls = falls;
	*ret_count = fall_count;
	falls = NULL;
out:
	free(falls);
	return code;
}
