#include "place/cell.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

static const double radius_m = 6371008.8;
static const int64_t metres_a_degree = 111195; /* of latitude on that sphere */

bool
coordinates_valid(int64_t latitude_e7, int64_t longitude_e7)
{
	return latitude_e7 >= -900000000 && latitude_e7 <= 900000000 && longitude_e7 >= -1800000000 &&
		longitude_e7 <= 1800000000;
}

static double
radians(double e7)
{
	return e7 / 1e7 * M_PI / 180;
}

double
place_distance_m(int32_t latitude_e7, int32_t longitude_e7, int32_t other_latitude_e7, int32_t other_longitude_e7)
{
	double a = radians(latitude_e7), b = radians(other_latitude_e7);
	double up = sin((b - a) / 2);
	double along = sin(radians((double)other_longitude_e7 - longitude_e7) / 2);
	double h = up * up + cos(a) * cos(b) * along * along;

	return 2 * radius_m * asin(sqrt(h > 1 ? 1 : h));
}

/* Latitude of a row in 10^-7 degrees from the south pole. Integers only, so that every machine agrees. */
static int64_t
row_height_e7(uint32_t size_m)
{
	return (int64_t)size_m * 10000000 / metres_a_degree;
}

static int64_t
columns_of_row(int64_t row, uint32_t size_m)
{
	int64_t middle_e7 = row * row_height_e7(size_m) + row_height_e7(size_m) / 2 - 900000000;
	int64_t degree = (middle_e7 < 0 ? -middle_e7 : middle_e7) / 10000000;
	/* The cosine of a whole degree, rounded to 6 digits, is the same with any libm. */
	int64_t cosine_e6 = degree >= 90 ? 0 : llround(cos((double)degree * M_PI / 180) * 1e6);
	int64_t columns = 360 * metres_a_degree * cosine_e6 / 1000000 / size_m;

	return columns < 1 ? 1 : columns;
}

static int64_t
column_width_e7(int64_t row, uint32_t size_m)
{
	int64_t columns = columns_of_row(row, size_m);

	return (3600000000 + columns - 1) / columns;
}

char *
place_cell(int32_t latitude_e7, int32_t longitude_e7, uint32_t size_m, char *code)
{
	int64_t row, column;

	if (!coordinates_valid(latitude_e7, longitude_e7) || size_m < CELL_SIZE_LEAST_M || size_m > CELL_SIZE_MOST_M)
		return NULL;
	row = ((int64_t)latitude_e7 + 900000000) / row_height_e7(size_m);
	column = ((int64_t)longitude_e7 + 1800000000) % 3600000000 / column_width_e7(row, size_m);
	snprintf(code, CELL_CODE_SIZE, "cell-%u-%lld-%lld", size_m, (long long)row, (long long)column);
	return code;
}

bool
place_cell_centre(const char *code, int32_t *ret_latitude_e7, int32_t *ret_longitude_e7)
{
	char again[CELL_CODE_SIZE];
	unsigned size_m;
	unsigned row, column;
	int end = 0;
	int64_t latitude, longitude;

	if (sscanf(code, "cell-%6u-%8u-%8u%n", &size_m, &row, &column, &end) != 3 || code[end] != '\0' ||
		size_m < CELL_SIZE_LEAST_M || size_m > CELL_SIZE_MOST_M)
		return false;
	snprintf(again, sizeof again, "cell-%u-%u-%u", size_m, row, column);
	for (size_t i = 0; again[i] || code[i]; i++)
		if (again[i] != code[i])
			return false; /* leading zeros, signs, spaces */
	latitude = row * row_height_e7(size_m) + row_height_e7(size_m) / 2 - 900000000;
	longitude = column * column_width_e7(row, size_m) + column_width_e7(row, size_m) / 2 - 1800000000;
	if (latitude > 900000000)
		latitude = 900000000;
	if (column >= columns_of_row(row, size_m) || !coordinates_valid(latitude, longitude))
		return false;
	*ret_latitude_e7 = (int32_t)latitude;
	*ret_longitude_e7 = (int32_t)longitude;
	return true;
}
