/* policy/packed.h: a person's facts as one row of bytes, and the decision from it.
 *
 * For deciding about millions: what registry and presence know of somebody is gathered once, packed, and kept; a change of
 * rules or of an area's risk then reads the rows one after the other, without JSON and without memory of its own for each. It is
 * evaluate_colour() over the same facts, and comes out the same (a property test).
 *
 * A row holds what docs/facts.schema.json describes but for "birth_date" and "areas": a date of birth is opened when
 * it is asked for, and areas are the same for many, so they are given beside it. It depends on no pack. */

#ifndef HEALTHCODE_POLICY_PACKED_H
#define HEALTHCODE_POLICY_PACKED_H

#include <jansson.h>

#include "base/buffer.h"
#include "policy/evaluate.h"

enum {
	PACKED_ROW_MAX = 32768,   /* bytes of a row: who has more is evaluated from the facts */
	PACKED_VISITS_MAX = 2000, /* that are added to a row */
	PACKED_AREAS_MAX = 64,    /* of one person */
};

/* facts_pack(facts, zone, row, e):
 * Add the row of ${facts} (texts of times without an offset are ${zone}'s) to ${row}. Equal facts give equal bytes. Return 0;
 * ERROR_BAD_INPUT for facts of a wrong shape; ERROR_TOO_LARGE past ${row}'s maximum; ERROR_NO_MEMORY. */
int facts_pack(const json_t *facts, const struct zone *zone, struct buffer *row, struct error *e);

/* Rows being decided about, one after the other, by one pack as of one moment. For one thread at a time. */
struct packed;

/* packed_new(pack, now, ret_packed, e): ${pack} must outlive it. packed_free accepts NULL. */
int packed_new(const struct pack *pack, instant now, struct packed **ret_packed, struct error *e);
void packed_free(struct packed *packed);

/* packed_add_area(packed, code, area, ret_number, e):
 * Make known an area as the facts have it ({"steps": [{"at", "level", ...}]}), for all rows to come: its number is what
 * packed_use_area takes. packed_area_from(packed, number): its first step, INT64_MAX where it has none. */
int packed_add_area(struct packed *packed, const char *code, const json_t *area, size_t *ret_number, struct error *e);
instant packed_area_from(const struct packed *packed, size_t number);

/* packed_read(packed, row, size, e):
 * Go on to the next person. ${row} must outlive the decision about it. Return 0; ERROR_CORRUPT where it is no row;
 * ERROR_BAD_INPUT as evaluate(); ERROR_EXISTS_NOT where the application is after the moment; ERROR_TOO_LARGE;
 * ERROR_NO_MEMORY. */
int packed_read(struct packed *packed, const void *row, size_t size, struct error *e);

/* packed_add_visit(packed, country, division, from, to, e): what is not in the row; ${division} may be NULL. Both texts must outlive
 * the decision. ERROR_TOO_LARGE past PACKED_VISITS_MAX. */
int packed_add_visit(
	struct packed *packed, const char *country, const char *division, instant from, instant to, struct error *e);

/* Where the person lived and was, residences first. ${matters_from}: the first moment at which the level there may matter: not
 * before it began or before the application, unless it had ended by then. */
struct packed_place {
	const char *country, *division; /* NULL: not known */
	instant matters_from;
};

size_t packed_place_count(const struct packed *packed);
struct packed_place packed_place(const struct packed *packed, size_t number);

/* packed_use_area(packed, number, e): that area is among this person's. Once or more often is the same. ERROR_TOO_LARGE past
 * PACKED_AREAS_MAX. */
int packed_use_area(struct packed *packed, size_t number, struct error *e);

/* packed_decide(packed, ret_evaluated, e): once a row, last. Return as evaluate_colour(). */
int packed_decide(struct packed *packed, struct evaluated *ret_evaluated, struct error *e);

#endif
