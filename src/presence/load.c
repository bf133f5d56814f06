/* A load: many stays of one source, held by day in chunks until they are LOAD_BYTES, then sorted, compared with what is
 * kept, and written a day at a time. */

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "presence/internal.h"
#include "presence/sort.h"

enum { CHUNK_ROWS = 8192, LOAD_DAYS_MAX = 100000, PLACES_MAX = 1 << 29, CHUNKS_MAX = 1 << 20 };

/* So many places are asked for one by one; then all are read. */
enum { PLACES_ASKED = 256 };

struct load_day {
	day_number day;
	struct row **chunks; /* all of CHUNK_ROWS, the last not full */
	size_t chunk_count, chunk_capacity, count;
};

struct presence_load {
	struct presence *presence;
	struct presence_source source;
	struct presence_counts counts;
	struct rests rests;
	struct told told;
	uint32_t added;                       /* the next stay's ordinal, while somebody is told */
	struct load_day *days;                /* by day */
	size_t day_count, day_capacity, last; /* ${last}: the day of the row before */
	size_t bytes;
	struct row *rows, *scratch; /* room for a day's */
	size_t room;
	uint8_t *places; /* a bit for each known number */
	size_t place_bytes, places_asked;
};

static int
know_place(struct presence_load *load, int64_t place, struct error *e)
{
	const size_t number = (size_t)place;
	int r;

	if ((r = array_grow(&load->places, &load->place_bytes, number / 8 + 1, 1, PLACES_MAX, e)) < 0)
		return r;
	load->places[number / 8] |= (uint8_t)(1U << number % 8);
	return 0;
}

static int
read_places(struct presence_load *load, struct error *e)
{
	struct db_statement *rows = NULL;
	int r;

	if ((r = db_start(load->presence->db, "SELECT number FROM presence_place", NULL, 0, &rows, e)) < 0)
		return r;
	while ((r = db_step(rows, e)) == 1)
		if ((r = know_place(load, db_column_int(rows, 0), e)) < 0)
			break;
	db_finish(rows);
	return r;
}

static bool
place_is_known(const struct presence_load *load, place_number place)
{
	return place / 8 < load->place_bytes && (load->places[place / 8] >> place % 8 & 1);
}

/* A small file names few of a large store's places. */
static int
find_place(struct presence_load *load, place_number place, struct error *e)
{
	int r;

	if (load->places_asked < PLACES_ASKED && ++load->places_asked == PLACES_ASKED) {
		if ((r = read_places(load, e)) < 0)
			return r;
		if (place_is_known(load, place))
			return 0;
	}
	return (r = place_must_exist(load->presence, place, e)) < 0 ? r : know_place(load, place, e);
}

int
presence_load_new(
	struct presence *presence, const struct presence_source *source, struct presence_load **ret_load, struct error *e)
{
	struct presence_load *load;
	int r;

	if (!db_in_transaction(presence->db))
		return error_set(e, ERROR_USAGE, "stays are loaded in a transaction");
	if (!(load = calloc(1, sizeof *load)))
		return error_no_memory(e);
	load->presence = presence;
	load->source = *source;
	if ((r = state_refresh(presence, e)) < 0) {
		presence_load_free(load);
		return r;
	}
	*ret_load = load;
	return 0;
}

void
presence_load_tell(struct presence_load *load, presence_load_told *what, void *context)
{
	load->told = (struct told){what, context};
}

static void
free_rows(struct row *rows, size_t count)
{
	if (rows)
		keys_wipe(rows, count * sizeof *rows);
	free(rows);
}

void
presence_load_free(struct presence_load *load)
{
	if (!load)
		return;
	for (size_t i = 0; i < load->day_count; i++) {
		for (size_t j = 0; j < load->days[i].chunk_count; j++)
			free_rows(load->days[i].chunks[j], CHUNK_ROWS);
		free(load->days[i].chunks);
	}
	free_rows(load->rows, load->room);
	free_rows(load->scratch, load->room);
	free(load->days);
	free(load->places);
	rests_free(&load->rests);
	free(load);
}

static int
add_day(struct presence_load *load, day_number day, struct error *e)
{
	size_t low = 0, high = load->day_count;
	struct day *kept;
	int r;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (load->days[middle].day < day)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == load->day_count || load->days[low].day != day) {
		/* A day whose key was destroyed is refused with its first row. */
		if ((r = state_day(load->presence, day, &kept, e)) < 0 ||
			(r = array_grow(
				 &load->days, &load->day_capacity, load->day_count + 1, sizeof *load->days, LOAD_DAYS_MAX, e)) < 0)
			return r;
		memmove(&load->days[low + 1], &load->days[low], (load->day_count - low) * sizeof *load->days);
		load->days[low] = (struct load_day){.day = day};
		load->day_count++;
	}
	load->last = low;
	return 0;
}

static int
have_room(struct presence_load *load, size_t count, struct error *e)
{
	if (count <= load->room)
		return 0;
	free_rows(load->rows, load->room);
	free_rows(load->scratch, load->room);
	load->room = count;
	load->rows = malloc(count * sizeof *load->rows);
	load->scratch = malloc(count * sizeof *load->scratch);
	if (load->rows && load->scratch)
		return 0;
	free(load->rows);
	free(load->scratch);
	load->rows = load->scratch = NULL;
	load->room = 0;
	return error_no_memory(e);
}

/* All rows of the day in ${load->rows}, sorted by person's number; its chunks are free then. */
static int
gather(struct presence_load *load, struct load_day *day, struct error *e)
{
	struct span *span = span_find(&load->presence->state, day->day);
	size_t left = day->count;
	int r;

	if ((r = have_room(load, day->count, e)) < 0)
		return r;
	for (size_t i = 0; i < day->chunk_count; i++) {
		const size_t here = left < CHUNK_ROWS ? left : CHUNK_ROWS;

		memcpy(load->rows + i * CHUNK_ROWS, day->chunks[i], here * sizeof *load->rows);
		free_rows(day->chunks[i], CHUNK_ROWS);
		left -= here;
		load->bytes -= CHUNK_ROWS * sizeof *load->rows;
	}
	day->chunk_count = 0;
	if ((r = people_number(&span->people, load->rows, day->count, e)) < 0 ||
		(r = span_keep(load->presence, span, e)) < 0)
		return r;
	rows_sort(load->rows, load->scratch, day->count, ORDER_PERSON);
	return 0;
}

static int
absorb_day(struct presence_load *load, struct load_day *rows_of_day, struct error *e)
{
	const size_t count = rows_of_day->count;
	struct day *day;
	int r;

	if (count == 0)
		return 0;
	if ((r = state_day(load->presence, rows_of_day->day, &day, e)) < 0 || (r = gather(load, rows_of_day, e)) < 0)
		return r;
	rows_of_day->count = 0;
	return absorb(load->presence, day, load->rows, load->scratch, count, &load->source, &load->counts, &load->rests,
		&load->told, e);
}

/* Write the largest days until half of the room is free. */
static int
make_room(struct presence_load *load, struct error *e)
{
	int r;

	while (load->bytes > LOAD_BYTES / 2) {
		struct load_day *largest = &load->days[0];

		for (size_t i = 1; i < load->day_count; i++)
			if (load->days[i].chunk_count > largest->chunk_count)
				largest = &load->days[i];
		if ((r = absorb_day(load, largest, e)) < 0)
			return r;
	}
	return 0;
}

static int
add_chunk(struct presence_load *load, struct error *e)
{
	struct load_day *day;
	int r;

	if (load->bytes + CHUNK_ROWS * sizeof(struct row) > LOAD_BYTES && (r = make_room(load, e)) < 0) {
		state_forget(load->presence); /* what was half done is read again */
		return r;
	}
	day = &load->days[load->last];
	/* An array of pointers. NOLINTNEXTLINE(bugprone-sizeof-expression) */
	if ((r = array_grow(&day->chunks, &day->chunk_capacity, day->chunk_count + 1, sizeof *day->chunks, CHUNKS_MAX, e)) <
		0)
		return r;
	if (!(day->chunks[day->chunk_count] = malloc(CHUNK_ROWS * sizeof(struct row))))
		return error_no_memory(e);
	day->chunk_count++;
	load->bytes += CHUNK_ROWS * sizeof(struct row);
	return 0;
}

int
presence_load_add(struct presence_load *load, const struct presence_stay *stay, struct error *e)
{
	const day_number number = zone_day(&load->presence->zone, stay->start);
	struct load_day *day;
	struct row *row;
	int r;

	if ((r = stay_check(stay, e)) < 0)
		return r;
	if (load->told.what && load->added == UINT32_MAX)
		return error_set(e, ERROR_TOO_LARGE, "more stays in a load than can be told apart");
	if (!place_is_known(load, stay->place) && (r = find_place(load, stay->place, e)) < 0)
		return r;
	if ((load->day_count == 0 || load->days[load->last].day != number) && (r = add_day(load, number, e)) < 0)
		return r;
	if (load->days[load->last].count == load->days[load->last].chunk_count * CHUNK_ROWS && (r = add_chunk(load, e)) < 0)
		return r;
	day = &load->days[load->last];
	row = &day->chunks[day->count / CHUNK_ROWS][day->count % CHUNK_ROWS];
	*row = row_of(stay, number);
	row->source = load->told.what ? load->added++ : 0;
	day->count++;
	return 0;
}

static int
finish(struct presence_load *load, struct error *e)
{
	struct day *day;
	int r;

	for (size_t i = 0; i < load->day_count; i++)
		if ((r = absorb_day(load, &load->days[i], e)) < 0 ||
			(r = state_day(load->presence, load->days[i].day, &day, e)) < 0 ||
			(r = compact(load->presence, day, e)) < 0)
			return r;
	if ((r = rests_keep(load->presence, &load->rests, load->source.import, e)) < 0)
		return r;
	return leftovers_remove(load->presence, e);
}

int
presence_load_finish(struct presence_load *load, struct presence_counts *ret_counts, struct error *e)
{
	int r = finish(load, e);

	if (r < 0)
		state_forget(load->presence); /* what was half done is read again */
	else
		*ret_counts = load->counts;
	return r;
}
