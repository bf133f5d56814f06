/* feed/ping.h: a row of pings, and a pack's numbers for making stays of them. Inside the room. */

#ifndef HEALTHCODE_FEED_PING_H
#define HEALTHCODE_FEED_PING_H

#include "feed/import.h"

extern const struct row_form ping_form;

/* Which of the row's columns says whose ping it is. */
enum ping_whose { PING_DEVICE, PING_ID_NUMBER, PING_PERSON };

/* ${position.cell} is 0 for a cell too: ${cell} (else NULL) is its code. Valid until the next row. */
struct ping {
	enum ping_whose whose;
	const struct record_field *key, *cell;
	struct detect_position position;
};

/* ping_read(import, row, ret_ping, e): what the row says. ${import} needs its rows and its zone. Return 0, or refuse the row. */
int ping_read(struct import *import, const struct row *row, struct ping *ret_ping, struct error *e);

/* ping_refuse(import, row, ping, code, e): as import_refuse_for, at whose ping it is. ping_refuse_late(import, row, why, e): it
 * comes too late: at its time. */
int ping_refuse(struct import *import, const struct row *row, const struct ping *ping, int code, struct error *e);
int ping_refuse_late(struct import *import, const struct row *row, const char *why, struct error *e);

/* detection_read(pack, ret_parameters, ret_cell_size_m, e):
 * The pack's "detection" object: radius_m, minimum_minutes, gap_minutes, late_minutes, accuracy_most_m, neighbour_m and
 * return_minutes, all whole numbers (presence/detect.h says what they are), and its parameter cell_size_m. Return 0, or
 * ERROR_EXISTS_NOT (no such section or parameter) or ERROR_BAD_INPUT. */
int detection_read(
	const struct pack *pack, struct detect_parameters *ret_parameters, uint32_t *ret_cell_size_m, struct error *e);

#endif
