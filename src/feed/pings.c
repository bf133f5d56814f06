/* pings: where devices were seen, made into stays as they come (presence/detect.h). The pings themselves are not kept.
 *
 * P1. A file is read once, whatever order its devices come in; what is held of a device is bounded, and so are devices.
 * P2. A file is whole: stays that go on at its end end with their last position. Another file that begins with the same
 *     ping makes the same stay, and a longer one is a correction of it.
 * P3. One ping of each stay counts as what became of it (new, changed, unchanged); all others change nothing.
 * P4. What is of a day that was destroyed is refused, as it comes. */

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "feed/devices.h"
#include "feed/ping.h"
#include "feed/texts.h"
#include "place/place.h"

#ifndef PINGS_CELLS_MAX /* a test has few */
#define PINGS_CELLS_MAX 4000000
#endif

enum { CELLS_MAX = PINGS_CELLS_MAX };

/* A person's pings from one device. */
struct source {
	person_number person;
	struct detector *detector;
	struct source *next;
};

/* What a row names: a device, an ID number, a person's number. */
struct whose {
	person_number person; /* where it is no device */
	size_t first, count;  /* among the holders, where it is */
	struct source *sources;
};

struct pings {
	struct import *import;
	struct detect_parameters parameters;
	uint32_t cell_size_m;
	bool holders_read;
	struct device_holders holders;
	struct texts names[PING_WAYS];
	struct whose *whose[PING_WAYS];
	size_t whose_capacity[PING_WAYS];
	struct texts cells;
	struct presence_place *places; /* of the cells */
	size_t places_capacity;
	struct texts squares;         /* of the grid, by code */
	place_number *square_numbers; /* their places */
	size_t squares_capacity;
	struct presence_load *load;
	instant forgotten;    /* the moment before which stays were destroyed */
	person_number person; /* whose positions the detector is being given */
	int fault;            /* a failure that is no row's: it ends the import */
};

static int
begin(struct import *import, struct error *e)
{
	struct pings *pings = calloc(1, sizeof *pings);
	int r;

	if (!pings)
		return error_no_memory(e);
	pings->import = import;
	import->state = pings;
	if ((r = detection_read(import->pack, &pings->parameters, &pings->cell_size_m, e)) < 0 ||
		(r = detect_check(&pings->parameters, e)) < 0 ||
		(r = presence_forgotten(import->presence, &pings->forgotten, e)) < 0)
		return r;
	return presence_load_new(import->presence, &import->source, &pings->load, e);
}

static void
end(struct import *import)
{
	struct pings *pings = import->state;

	if (!pings)
		return;
	for (size_t way = 0; way < PING_WAYS; way++) {
		for (size_t i = 0; i < pings->whose_capacity[way]; i++) /* room without a name is all zero */
			for (struct source *source = pings->whose[way][i].sources, *next; source; source = next) {
				next = source->next;
				detect_free(source->detector);
				free(source);
			}
		free(pings->whose[way]);
		texts_free(&pings->names[way]);
	}
	presence_load_free(pings->load);
	texts_free(&pings->cells);
	texts_free(&pings->squares);
	free(pings->places);
	free(pings->square_numbers);
	devices_free(&pings->holders);
	free(pings);
	import->state = NULL;
}

/* The place of the grid's square that holds what was found, asked for once. */
static int
square_of(struct pings *pings, const struct detect_stay *found, place_number *ret_place, struct error *e)
{
	struct import *import = pings->import;
	char code[CELL_CODE_SIZE];
	size_t number;
	int r;

	if (!place_cell(found->latitude_e7, found->longitude_e7, pings->cell_size_m, code))
		return error_set(e, ERROR_BAD_INPUT, "the pack's cell_size_m is out of range");
	if ((r = texts_number(&pings->squares, code, strlen(code), CELLS_MAX, &number, e)) < 0)
		return r;
	if (r == 1 &&
		((r = array_grow(&pings->square_numbers, &pings->squares_capacity, number + 1, sizeof *pings->square_numbers,
			  CELLS_MAX, e)) < 0 ||
			(r = presence_put_cell(import->presence, found->latitude_e7, found->longitude_e7, pings->cell_size_m,
				 &import->source, &pings->square_numbers[number], e)) < 0))
		return r;
	*ret_place = pings->square_numbers[number];
	return 0;
}

/* A stay was found: keep it. */
static int
put_stay(const struct detect_stay *found, void *context, struct error *e)
{
	struct pings *pings = context;
	struct presence_stay stay = {.person = pings->person, .start = found->start, .end = found->end};
	int r = 0;

	if (stay.end - stay.start > PRESENCE_STAY_MAX_S)
		stay.end = stay.start + PRESENCE_STAY_MAX_S;
	if (found->cell)
		stay.place = pings->places[found->cell - 1].number;
	else
		r = square_of(pings, found, &stay.place, e);
	if (r < 0 || (r = presence_load_add(pings->load, &stay, e)) < 0 ||
		(r = moved_add(&pings->import->moved, stay.person, e)) < 0)
		pings->fault = r;
	return r;
}

static int
person_by_number(struct import *import, const struct ping *ping, person_number *ret_person, struct error *e)
{
	int64_t value;
	int r;

	if (!text_integer(ping->key->text, ping->key->length, 1, UINT32_MAX, &value))
		return error_set(e, ERROR_BAD_INPUT, "a person's number expected");
	if ((r = registry_person_exists(import->registry, (person_number)value, e)) < 0)
		return r;
	if (r == 0)
		return error_set(e, ERROR_BAD_INPUT, "no person has this number");
	*ret_person = (person_number)value;
	return 0;
}

/* Who that is, before it is remembered: a row that names nobody leaves nothing behind. */
static int
find_whose(struct pings *pings, const struct ping *ping, struct whose *ret_whose, struct error *e)
{
	struct import *import = pings->import;
	uint8_t hash[REGISTRY_HASH_SIZE];
	int r = 0;

	if (ping->whose == PING_PERSON)
		return person_by_number(import, ping, &ret_whose->person, e);
	if (ping->whose == PING_ID_NUMBER)
		return registry_person_by_id_number(
			import->registry, ping->key->text, ping->key->length, true, import->source.import, &ret_whose->person, e);
	if (!pings->holders_read && (r = devices_read(import, &pings->holders, e)) < 0) {
		pings->fault = r;
		return r;
	}
	pings->holders_read = true;
	registry_device_hash(import->registry, ping->key->text, ping->key->length, hash);
	ret_whose->count = devices_of(&pings->holders, hash, &ret_whose->first);
	for (size_t i = 0; i < ret_whose->count && r >= 0; i++)
		r = evidence_import_rests(registry_db(import->registry), import->source.import,
			pings->holders.items[ret_whose->first + i].import, EVIDENCE_REST_USED, e);
	if (r < 0)
		pings->fault = r;
	return r;
}

static int
whose_of(struct pings *pings, const struct ping *ping, struct whose **ret_whose, struct error *e)
{
	const size_t way = ping->whose;
	struct whose found = {0};
	size_t number;
	int r;

	r = texts_number(&pings->names[way], ping->key->text, ping->key->length, DEVICES_MAX, &number, e);
	if (r == 1) {
		if ((r = array_grow(
				 &pings->whose[way], &pings->whose_capacity[way], number + 1, sizeof found, DEVICES_MAX, e)) < 0)
			pings->fault = r;
		else
			pings->whose[way][number] = found;
	}
	if (r < 0)
		return r;
	if (!pings->whose[way][number].person && !pings->whose[way][number].count) {
		if ((r = find_whose(pings, ping, &found, e)) < 0)
			return r;
		pings->whose[way][number] = found;
	}
	*ret_whose = &pings->whose[way][number];
	return 0;
}

/* Whose the device was then; 0: nobody's. */
static person_number
person_at(const struct pings *pings, const struct whose *whose, instant at)
{
	person_number person = whose->person;

	for (size_t i = 0; i < whose->count && pings->holders.items[whose->first + i].since <= at; i++)
		person = pings->holders.items[whose->first + i].person;
	return person;
}

static int
detector_of(
	struct pings *pings, struct whose *whose, person_number person, struct detector **ret_detector, struct error *e)
{
	struct source *source = whose->sources;
	int r;

	while (source && source->person != person)
		source = source->next;
	if (!source) {
		if (!(source = calloc(1, sizeof *source)))
			return error_no_memory(e);
		if ((r = detect_new(&pings->parameters, &source->detector, e)) < 0) {
			free(source);
			return r;
		}
		source->person = person;
		source->next = whose->sources;
		whose->sources = source;
	}
	*ret_detector = source->detector;
	return 0;
}

/* A cell that is not known yet becomes known by its code alone. */
static int
find_cell(struct import *import, const struct field_text *code, struct presence_place *ret_place, struct error *e)
{
	static const char kind_unknown[] = "unknown";
	const struct presence_source source = {.recorded_at = import->source.recorded_at}; /* as a stay's place (stays.c) */
	const struct presence_view all = {INT64_MAX, INT64_MAX};
	struct presence_place place = {0};
	char text[PRESENCE_CODE_SIZE] = {0};
	int r;

	memcpy(text, code->text, code->length);
	r = presence_find_place(import->presence, text, &all, &place, e);
	if (r == ERROR_EXISTS_NOT) {
		place = (struct presence_place){0};
		memcpy(place.code, text, sizeof place.code);
		memcpy(place.kind, kind_unknown, sizeof kind_unknown);
		r = presence_put_place(import->presence, &place, &source, &place.number, e);
	}
	if (r < 0)
		return r;
	*ret_place = place;
	return 0;
}

static int
read_cell(struct pings *pings, struct ping *ping, struct error *e)
{
	const struct presence_place *place;
	size_t number;
	int r;

	r = texts_number(&pings->cells, ping->cell->text, ping->cell->length, CELLS_MAX, &number, e);
	if (r == ERROR_TOO_LARGE)
		return error_set(e, r, "more cells than the maximum of %d in a file", CELLS_MAX);
	if (r < 0)
		return r;
	if (r == 1 &&
		((r = array_grow(&pings->places, &pings->places_capacity, number + 1, sizeof *pings->places, CELLS_MAX, e)) <
				0 ||
			(r = find_cell(pings->import, ping->cell, &pings->places[number], e)) < 0)) {
		pings->fault = r;
		return r;
	}
	place = &pings->places[number];
	ping->position.cell = (uint32_t)number + 1;
	ping->position.positioned = place->positioned;
	ping->position.latitude_e7 = place->latitude_e7;
	ping->position.longitude_e7 = place->longitude_e7;
	return 0;
}

/* Return 0, or a failure; where a field is the reason ${ret_column} is which. */
static int
take_ping(struct pings *pings, struct ping *ping, enum ping_column *ret_column, struct error *e)
{
	struct detector *detector = NULL;
	struct whose *whose = NULL;
	int r;

	*ret_column = PING_AT;
	if (ping->position.at < pings->forgotten)
		return error_set(e, ERROR_BAD_INPUT, "its day's stays were destroyed");
	*ret_column = ping->whose;
	if ((r = whose_of(pings, ping, &whose, e)) < 0)
		return r;
	pings->person = person_at(pings, whose, ping->position.at);
	if (!pings->person)
		return error_set(e, ERROR_EXISTS_NOT, "at that time the device is nobody's that is known (import devices)");
	*ret_column = PING_CELL;
	if (ping->cell && (r = read_cell(pings, ping, e)) < 0)
		return r;
	*ret_column = PING_COLUMNS;
	if ((r = detector_of(pings, whose, pings->person, &detector, e)) < 0 ||
		(r = detect_push(detector, &ping->position, put_stay, pings, e)) != DETECT_LATE)
		return r;
	*ret_column = PING_AT;
	return error_set(e, ERROR_BAD_INPUT, "older than the pack's detection waits for (late_minutes)");
}

/* No fault of the row's: nothing of the file is kept. */
static int
fail(const struct pings *pings, int code, struct error *e)
{
	const struct error why = *e;

	if (pings->fault && record_refused(code))
		return error_set(e, ERROR_IO, "the stays found cannot be kept: %.200s", why.message);
	return code;
}

static int
take(struct import *import, const struct row *row, enum taken *ret_taken, struct error *e)
{
	struct pings *pings = import->state;
	enum ping_column column;
	struct ping ping;
	int r;

	if ((r = ping_read(import, row, &ping, e)) < 0)
		return r;
	*ret_taken = TAKEN_LATER;
	r = take_ping(pings, &ping, &column, e);
	if (r < 0 && column < PING_COLUMNS && !pings->fault)
		r = import_refuse_for(import, row, column, r, e);
	return r < 0 ? fail(pings, r, e) : r;
}

/* What is refused here changed nothing: it is read again by take, which says where the fault is. */
static int
take_plain(struct import *import, struct error *e)
{
	struct pings *pings = import->state;
	enum ping_column column;
	struct ping ping;
	int r;

	while ((r = ping_read_plain(import, &ping, e)) > 0) {
		if ((r = take_ping(pings, &ping, &column, e)) < 0)
			return column < PING_COLUMNS && !pings->fault ? 0 : fail(pings, r, e);
		rows_plain_done(import->rows);
		import->totals.read++;
	}
	return r;
}

static int
finish(struct import *import, struct error *e)
{
	struct pings *pings = import->state;
	struct presence_counts counts;
	uint64_t changing;
	int r;

	for (size_t way = 0; way < PING_WAYS; way++)
		for (size_t i = 0; i < pings->names[way].count; i++)
			for (struct source *source = pings->whose[way][i].sources; source; source = source->next) {
				pings->person = source->person;
				if ((r = detect_finish(source->detector, put_stay, pings, e)) < 0)
					return r;
			}
	if ((r = presence_load_finish(pings->load, &counts, e)) < 0)
		return r;
	changing = (uint64_t)counts.added + (uint64_t)counts.changed; /* each stay is made of a ping of its own at least */
	import_count(import, TAKEN_NEW, (uint64_t)counts.added);
	import_count(import, TAKEN_CHANGED, (uint64_t)counts.changed);
	import_count(import, TAKEN_UNCHANGED, import->totals.read - import->totals.rejected - changing);
	return 0;
}

const struct import_kind import_pings = {.name = "pings",
	.forms = &ping_form,
	.form_count = 1,
	.begin = begin,
	.take = take,
	.take_plain = take_plain,
	.finish = finish,
	.end = end};
