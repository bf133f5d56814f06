/* feed/ping.h: a row of pings, and a pack's numbers for making stays of them. Inside the room. */

#ifndef HEALTHCODE_FEED_PING_H
#define HEALTHCODE_FEED_PING_H

#include "feed/import.h"

extern const struct row_form ping_form;

/* A row's columns. The first PING_WAYS say whose ping it is: one of them does. */
enum ping_column {
	PING_DEVICE,
	PING_ID_NUMBER,
	PING_PERSON,
	PING_WAYS,
	PING_AT = PING_WAYS,
	PING_LATITUDE,
	PING_LONGITUDE,
	PING_ACCURACY,
	PING_CELL,
	PING_COLUMNS
};

/* ${position.cell} is 0 for a cell too: ${cell} (else NULL) is its code. Valid until the next row. */
struct ping {
	enum ping_column whose;
	const struct field_text *key, *cell;
	struct detect_position position;
};

/* ping_read(import, row, ping, e): what the row says. ${import} needs its rows and its zone. Return 0, or refuse the row; ${ping} holds
 * something or other then. */
int ping_read(struct import *import, const struct row *row, struct ping *ping, struct error *e);

/* ping_read_plain(import, ping, e): what the next row says, where it is written plainly (rows_plain). Return 1; 0 where rows_next and ping_read
 * are to read it, and to say what is wrong with it; ERROR_IO or ERROR_NO_MEMORY. It is the next one until rows_plain_done. */
int ping_read_plain(struct import *import, struct ping *ping, struct error *e);

/* detection_read(pack, ret_parameters, ret_cell_size_m, e):
 * The pack's "detection" object: radius_m, minimum_minutes, gap_minutes, late_minutes, accuracy_most_m, neighbour_m and
 * return_minutes, all whole numbers (presence/detect.h says what they are), and its parameter cell_size_m. Return 0, or
 * ERROR_EXISTS_NOT (no such section or parameter) or ERROR_BAD_INPUT. */
int detection_read(
	const struct pack *pack, struct detect_parameters *ret_parameters, uint32_t *ret_cell_size_m, struct error *e);

#endif
