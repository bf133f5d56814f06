/* report/inside.h: what the reports are made of. Inside the room. */

#ifndef HEALTHCODE_REPORT_INSIDE_H
#define HEALTHCODE_REPORT_INSIDE_H

#include "report/report.h"

/* The default jurisdiction's pack and its parameters. */
int report_pack(
	struct cascade *cascade, const struct pack **ret_pack, struct report_parameters *ret_parameters, struct error *e);

/* The names of a division as {"zh", "en"}, null for NULL: a new reference, NULL for lack of memory. */
json_t *area_json(const struct division *division);

/* A number with noise: ${value} and what Laplace's distribution of that ${scale} gives for the hash of ${about} and the value. */
double with_noise(struct keys *keys, const char *about, double value, double scale);

/* What is counted together: the division, and of mobility the kind of place ("" otherwise). */
struct cell {
	const struct division *division;
	char kind[PRESENCE_KIND_SIZE];
};

struct cells {
	struct cell *items;
	size_t count, capacity;
};

/* Every place and the cell it belongs to. */
struct placed {
	place_number number;
	uint32_t cell;
	bool home;
};

struct places {
	struct placed *items;
	size_t count, capacity;
	struct cells cells;
};

/* places_read(cascade, parameters, span, kinds, ret_places, e): the places of ${span} with their cells, by division and (with ${kinds})
 * by kind; without them at home is no cell of its own. Freed with places_free. */
int places_read(struct cascade *cascade, const struct report_parameters *parameters, const struct report_span *span,
	bool kinds, struct places *ret_places, struct error *e);
void places_free(struct places *places);

/* A person's time at a cell's places in a local day. */
struct row {
	person_number person;
	uint32_t cell, seconds;
	bool home;
};

struct rows {
	struct row *items;
	size_t count, capacity;
};

/* rows_read(cascade, places, zone, day, rows, e): the stays of a local day, by person, then cell; ${rows} keeps its room from day to day. */
int rows_read(struct cascade *cascade, const struct places *places, const struct zone *zone, day_number day,
	struct rows *rows, struct error *e);

/* write_svg(kind, report, svg, e): draw it. */
int write_svg(enum report_kind kind, const json_t *report, struct buffer *svg, struct error *e);

#endif
