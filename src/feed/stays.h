/* feed/stays.h: rows that are stays, whatever tells of them. Inside the room. */

#ifndef HEALTHCODE_FEED_STAYS_H
#define HEALTHCODE_FEED_STAYS_H

#include "feed/import.h"

/* The columns of whose stay it is: exactly one has a value. */
struct stay_person_columns {
	size_t id_number, person;
};

/* import_stay_check_person(import, row, whose, e): that one of them is there, and right as far as that can be told before anything is
 * written. import_stay_read_person: that person, made known by the ID number if need be; call it when all else is right. */
int import_stay_check_person(
	struct import *import, const struct row *row, struct stay_person_columns whose, struct error *e);
int import_stay_read_person(struct import *import, const struct row *row, struct stay_person_columns whose,
	person_number *ret_person, struct error *e);

/* import_stay_read_seat(import, row, column, ret_seat, e): untouched where the row has none. import_stay_check_end(import, row, column, stay, e):
 * that it ends after it begins, and within PRESENCE_STAY_MAX_S; else the column is at fault. */
int
import_stay_read_seat(struct import *import, const struct row *row, size_t column, uint16_t *ret_seat, struct error *e);
int import_stay_check_end(
	struct import *import, const struct row *row, size_t column, const struct presence_stay *stay, struct error *e);

/* import_stay_check_place(import, row, column, e): that a place's code is none too long. import_stay_put_place(import, field, kind, ret_place, e): the
 * place of that code; where it is not known, it becomes known by its code and ${kind} alone, so that places may be imported after. */
int import_stay_check_place(struct import *import, const struct row *row, size_t column, struct error *e);
int import_stay_put_place(struct import *import, const struct record_field *field, const char *kind,
	place_number *ret_place, struct error *e);

/* import_stay_put_vehicle(import, vehicle, ret_place, e): the place of that code, said to be what ${vehicle} says; once an import. */
int import_stay_put_vehicle(
	struct import *import, const struct presence_place *vehicle, place_number *ret_place, struct error *e);

/* A kind's begin, finish and end where its rows are loaded as stays; import->state is the load.
 * import_stay_add(import, row, column, stay, ret_taken, e): one more; ${column} is at fault where its day was destroyed. */
int import_stays_begin(struct import *import, struct error *e);
int import_stay_add(struct import *import, const struct row *row, size_t column, const struct presence_stay *stay,
	enum taken *ret_taken, struct error *e);
int import_stays_finish(struct import *import, struct error *e);
void import_stays_end(struct import *import);

/* stays_known_free(known): what was looked up for the rows of an import. Leaves it all zero. */
void stays_known_free(struct stays_known *known);

#endif
