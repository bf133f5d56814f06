/* Where several cases may have caught it: places in which they were, together or not, before their onset.
 *
 * M1. What counts is who was there within days of each other: each stay opens a window to those that began less than that many days before it.
 *     A place is common if in one window there are cases of enough groups; all windows of a place that are so are one exposure.
 * M2. The answer follows from the cases and their stays alone: neither the order of the cases nor which group has which number matters. */

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "exposure/internal.h"

enum { VISITS_MAX = 16000000 };

/* A case at a place: one stay. */
struct visit {
	place_number place;
	size_t of; /* the case */
	instant from, to;
};

struct search {
	struct presence *presence;
	const struct exposure_place_alert *alert;
	const struct presence_view *view;
	size_t of;
	struct visit *visits;
	size_t count, capacity;
};

static bool
is_wanted(const struct exposure_place_alert *alert, const char *kind)
{
	for (size_t i = 0; i < alert->kind_count; i++)
		if (strcmp(alert->kinds[i], kind) == 0)
			return true;
	return false;
}

static int
add_visit(const struct presence_stay *stay, void *context, struct error *e)
{
	struct search *search = context;
	struct presence_place place;
	int r;

	if ((r = presence_place(search->presence, stay->place, search->view, &place, e)) < 0 ||
		!is_wanted(search->alert, place.kind))
		return r;
	if ((r = array_grow(
			 &search->visits, &search->capacity, search->count + 1, sizeof *search->visits, VISITS_MAX, e)) == 0)
		search->visits[search->count++] = (struct visit){stay->place, search->of, stay->start, stay->end};
	return r;
}

static int
compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int
by_place_and_time(const void *left, const void *right)
{
	const struct visit *a = left, *b = right;
	int order;

	if ((order = compare(a->place, b->place)) || (order = compare(a->from, b->from)) || (order = compare(a->to, b->to)))
		return order;
	return (a->of > b->of) - (a->of < b->of);
}

/* How often each group is in the window that moves along a place's visits, and how many groups are. */
struct groups {
	size_t *times, here;
};

static void
enter(struct groups *groups, size_t group)
{
	groups->here += groups->times[group]++ == 0;
}

static void
leave(struct groups *groups, size_t group)
{
	groups->here -= --groups->times[group] == 0;
}

static int
by_number(const void *left, const void *right)
{
	const size_t a = *(const size_t *)left, b = *(const size_t *)right;

	return (a > b) - (a < b);
}

/* Note that ${visits}, each in a window that suffices, are an exposure's. */
static int
add_visitors(struct exposure_commons *commons, struct exposure_common *common, const struct visit *visits, size_t count,
	struct error *e)
{
	int r;

	for (size_t i = 0; i < count; i++) {
		if ((r = array_grow(&commons->visitors, &commons->visitor_capacity, commons->visitor_count + 1,
				 sizeof *commons->visitors, VISITS_MAX, e)) < 0)
			return r;
		commons->visitors[commons->visitor_count++] = visits[i].of;
		common->from = visits[i].from < common->from ? visits[i].from : common->from;
		common->to = visits[i].to > common->to ? visits[i].to : common->to;
	}
	return 0;
}

/* Each case once, and how many groups they are of. */
static void
settle(struct exposure_commons *commons, struct exposure_common *common, const struct exposure_grouped *cases,
	struct groups *groups)
{
	size_t *visitors = &commons->visitors[common->first], kept = 0;

	common->count = commons->visitor_count - common->first;
	qsort(visitors, common->count, sizeof *visitors, by_number);
	for (size_t i = 0; i < common->count; i++)
		if (!kept || visitors[kept - 1] != visitors[i])
			visitors[kept++] = visitors[i];
	common->count = kept;
	commons->visitor_count = common->first + kept;
	for (size_t i = 0; i < kept; i++)
		enter(groups, cases[visitors[i]].group);
	common->groups = groups->here;
	for (size_t i = 0; i < kept; i++)
		leave(groups, cases[visitors[i]].group);
}

/* M1 for the visits to one place. */
static int
look_at(const struct exposure_place_alert *alert, const struct exposure_grouped *cases, const struct visit *visits,
	size_t count, struct groups *groups, struct exposure_commons *commons, struct error *e)
{
	struct exposure_common common = {
		.place = visits[0].place, .from = INT64_MAX, .to = INT64_MIN, .first = commons->visitor_count};
	size_t first = 0, noted = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		enter(groups, cases[visits[i].of].group);
		while (visits[first].from <= visits[i].from - (instant)alert->days * DAY_S)
			leave(groups, cases[visits[first++].of].group);
		if (groups->here < alert->cases)
			continue;
		noted = noted > first ? noted : first;
		r = add_visitors(commons, &common, &visits[noted], i + 1 - noted, e);
		noted = i + 1;
	}
	for (; r == 0 && first < count; first++)
		leave(groups, cases[visits[first].of].group);
	if (r < 0 || commons->visitor_count == common.first)
		return r;
	settle(commons, &common, cases, groups);
	if ((r = array_grow(&commons->items, &commons->capacity, commons->count + 1, sizeof *commons->items,
			 EXPOSURE_CONTACTS_MAX, e)) == 0)
		commons->items[commons->count++] = common;
	return r;
}

static int
look_at_all(const struct search *search, const struct exposure_grouped *cases, struct groups *groups,
	struct exposure_commons *commons, struct error *e)
{
	int r = 0;

	for (size_t i = 0, next; r == 0 && i < search->count; i = next) {
		for (next = i + 1; next < search->count && search->visits[next].place == search->visits[i].place;)
			next++;
		r = look_at(search->alert, cases, &search->visits[i], next - i, groups, commons, e);
	}
	return r;
}

int
exposure_common(struct presence *presence, const struct exposure_parameters *parameters,
	const struct exposure_grouped *cases, size_t count, const struct zone *zone, const struct presence_view *view,
	struct exposure_commons *ret_commons, struct error *e)
{
	struct search search = {.presence = presence, .alert = &parameters->place_alert, .view = view};
	struct exposure_commons commons = {0};
	struct exposure_window window;
	struct groups groups = {0};
	int r = 0;

	if (!search.alert->cases || !count)
		goto out;
	if (!(groups.times = calloc(count, sizeof *groups.times))) {
		r = error_no_memory(e);
		goto out;
	}
	for (; search.of < count; search.of++)
		if (exposure_backward_window(parameters, &cases[search.of].exposure, zone, &window) &&
			(r = presence_each_stay_of(
				 presence, cases[search.of].exposure.person, window.from, window.to, view, add_visit, &search, e)) < 0)
			goto out;
	if (search.count)
		qsort(search.visits, search.count, sizeof *search.visits, by_place_and_time);
	r = look_at_all(&search, cases, &groups, &commons, e);
out:
	free(groups.times);
	free(search.visits);
	if (r < 0)
		exposure_commons_free(&commons);
	else
		*ret_commons = commons;
	return r;
}

void
exposure_commons_free(struct exposure_commons *commons)
{
	free(commons->items);
	free(commons->visitors);
	*commons = (struct exposure_commons){0};
}
