/* Stays in base-station cells.
 *
 * C1. Time between two sightings is the earlier one's cell's, so all of a stay's time is some cell's.
 * C2. Away and back within return_s, by neighbours alone: nobody left. Away longer, or farther: the stay ended as they
 *     left, and what was seen since begins the next one.
 * C3. What is held does not grow: a stay has CELLS_OF_A_STAY cells (time in further ones is nobody's), RUNS_AWAY runs
 *     away; who is seen in more of them on one way is taken to have left. */

#include <string.h>

#include "place/place.h"
#include "presence/detect_inside.h"

static void
add_share(struct detect_cells *cells, const struct held *cell, int64_t seconds)
{
	size_t i = 0;

	while (i < cells->share_count && cells->shares[i].cell.cell != cell->cell)
		i++;
	if (i == CELLS_OF_A_STAY)
		return;
	if (i == cells->share_count) {
		cells->shares[i] = (struct cell_share){.cell = *cell};
		cells->share_count++;
	}
	cells->shares[i].seconds += seconds;
}

static void
begin(struct detect_cells *cells, const struct cell_run *run)
{
	*cells = (struct detect_cells){.anchor = run->cell, .home_until = run->last, .count = run->count};
	add_share(cells, &run->cell, run->last - run->cell.at);
}

/* The moment of the last sighting. */
static instant
last_seen(const struct detect_cells *cells)
{
	return cells->away_count ? cells->away[cells->away_count - 1].last : cells->home_until;
}

static bool
may_be_ping_pong(
	const struct detect_cells *cells, const struct detect_parameters *parameters, const struct held *sighting)
{
	const struct held *anchor = &cells->anchor;

	return anchor->positioned && sighting->positioned &&
		place_distance_m(anchor->latitude_e7, anchor->longitude_e7, sighting->latitude_e7, sighting->longitude_e7) <=
		parameters->neighbour_m;
}

/* The runs away, until ${until}, were the stay's. */
static void
absorb(struct detect_cells *cells, instant until)
{
	if (cells->away_count)
		add_share(cells, &cells->anchor, cells->away[0].cell.at - cells->home_until);
	for (size_t i = 0; i < cells->away_count; i++) {
		instant next = i + 1 < cells->away_count ? cells->away[i + 1].cell.at : until;

		add_share(cells, &cells->away[i].cell, next - cells->away[i].cell.at);
		cells->count += cells->away[i].count;
	}
	cells->away_count = 0;
}

static int
emit(const struct detect_cells *cells, const struct detect_parameters *parameters, instant end,
	const struct detect_sink *sink, struct error *e)
{
	const struct cell_share *most = &cells->shares[0];
	struct detect_stay stay = {.start = cells->anchor.at, .end = end, .positions = cells->count};

	if (end - stay.start < parameters->minimum_s)
		return 0;
	for (size_t i = 1; i < cells->share_count; i++) {
		const struct cell_share *share = &cells->shares[i];

		if (share->seconds > most->seconds || (share->seconds == most->seconds && share->cell.cell < most->cell.cell))
			most = share;
	}
	stay.cell = most->cell.cell;
	stay.latitude_e7 = most->cell.latitude_e7;
	stay.longitude_e7 = most->cell.longitude_e7;
	return sink->each(&stay, sink->context, e);
}

static int take_run(struct detect_cells *cells, const struct detect_parameters *parameters, const struct cell_run *run,
	const struct detect_sink *sink, struct error *e);

/* They left as they were first seen away, or at ${run} (C2). */
static int
leave(struct detect_cells *cells, const struct detect_parameters *parameters, const struct cell_run *run,
	const struct detect_sink *sink, struct error *e)
{
	struct cell_run away[RUNS_AWAY];
	size_t count = cells->away_count;
	instant left = count ? cells->away[0].cell.at : run->cell.at;
	int r;

	memcpy(away, cells->away, count * sizeof *away);
	add_share(cells, &cells->anchor, left - cells->home_until);
	if ((r = emit(cells, parameters, left, sink, e)) != 0)
		return r;
	cells->count = 0;
	for (size_t i = 0; i < count; i++)
		if ((r = take_run(cells, parameters, &away[i], sink, e)) != 0)
			return r;
	return take_run(cells, parameters, run, sink, e);
}

static int
take_run(struct detect_cells *cells, const struct detect_parameters *parameters, const struct cell_run *run,
	const struct detect_sink *sink, struct error *e)
{
	struct cell_run *away = cells->away_count ? &cells->away[cells->away_count - 1] : NULL;
	int r;

	if (cells->count && run->cell.at - last_seen(cells) > parameters->gap_s &&
		(r = cells_end(cells, parameters, sink, e)) != 0)
		return r;
	if (cells->count == 0) {
		begin(cells, run);
		return 0;
	}
	if (cells->away_count && run->cell.at - cells->away[0].cell.at >= parameters->return_s)
		return leave(cells, parameters, run, sink, e);
	if (run->cell.cell == cells->anchor.cell) {
		if (cells->away_count)
			absorb(cells, run->cell.at);
		else
			add_share(cells, &cells->anchor, run->cell.at - cells->home_until);
		add_share(cells, &cells->anchor, run->last - run->cell.at);
		cells->home_until = run->last;
		cells->count += run->count;
		return 0;
	}
	if (!may_be_ping_pong(cells, parameters, &run->cell))
		return leave(cells, parameters, run, sink, e);
	if (away && away->cell.cell == run->cell.cell) {
		away->last = run->last;
		away->count += run->count;
		return 0;
	}
	if (cells->away_count == RUNS_AWAY)
		return leave(cells, parameters, run, sink, e);
	cells->away[cells->away_count++] = *run;
	return 0;
}

int
cells_take(struct detect_cells *cells, const struct detect_parameters *parameters, const struct held *sighting,
	const struct detect_sink *sink, struct error *e)
{
	const struct cell_run run = {*sighting, sighting->at, 1};

	return take_run(cells, parameters, &run, sink, e);
}

/* Who was last seen away may have left or not; what is known until then is the stay's, and the rest a stay of its own
 * where it is long enough. */
int
cells_end(struct detect_cells *cells, const struct detect_parameters *parameters, const struct detect_sink *sink,
	struct error *e)
{
	struct cell_run away[RUNS_AWAY];
	size_t count;
	int r = 0;

	while (r == 0 && cells->count) {
		instant until = cells->away_count ? cells->away[0].cell.at : cells->home_until;

		count = cells->away_count;
		memcpy(away, cells->away, count * sizeof *away);
		add_share(cells, &cells->anchor, until - cells->home_until);
		if (count || parameters->keep_open)
			r = emit(cells, parameters, until, sink, e);
		cells->count = 0;
		for (size_t i = 0; r == 0 && i < count; i++)
			r = take_run(cells, parameters, &away[i], sink, e);
	}
	cells->count = 0;
	return r;
}
