/* place/cell.h: distances, and cells of about equal size for stays that come as coordinates.
 *
 * Coordinates are WGS 84 in units of 10^-7 degree: latitude -900000000 to 900000000, longitude -1800000000 to
 * 1800000000. */

#ifndef HEALTHCODE_PLACE_CELL_H
#define HEALTHCODE_PLACE_CELL_H

#include <stdbool.h>
#include <stdint.h>

enum { CELL_CODE_SIZE = 40, CELL_SIZE_LEAST_M = 10, CELL_SIZE_MOST_M = 100000 };

/* Whether both are in range. */
bool coordinates_valid(int64_t latitude_e7, int64_t longitude_e7);

/* place_distance_m(...): metres between two points on a sphere of 6,371,008.8 m (haversine; within 0.6 % of the
 * ellipsoid). */
double
place_distance_m(int32_t latitude_e7, int32_t longitude_e7, int32_t other_latitude_e7, int32_t other_longitude_e7);

/* place_cell(latitude_e7, longitude_e7, size_m, code):
 * The code of the cell of about ${size_m} metres square that holds the point: "cell-SIZE-ROW-COLUMN". Rows are bands
 * of latitude, each cut into as many columns as fit at its latitude, whole degree taken. The same point and size give
 * the same code on every machine. ${code} has CELL_CODE_SIZE bytes. Return ${code}; NULL if the coordinates or the
 * size (CELL_SIZE_LEAST_M to CELL_SIZE_MOST_M) are out of range. */
char *place_cell(int32_t latitude_e7, int32_t longitude_e7, uint32_t size_m, char *code);

/* place_cell_centre(code, ret_latitude_e7, ret_longitude_e7): the middle of a cell; false if ${code} is no cell's. */
bool place_cell_centre(const char *code, int32_t *ret_latitude_e7, int32_t *ret_longitude_e7);

#endif
