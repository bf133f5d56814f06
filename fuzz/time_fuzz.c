/* What reads as a time is written and read as the same time, in UTC and in a zone that changes its clocks. */

#include <stdlib.h>
#include <string.h>

#include "base/time.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const char *text, size_t length, const struct zone *zone)
{
	char written[TIME_TEXT_SIZE];
	instant at, again;
	struct error e = {0};

	if (time_read(text, length, zone, &at, &e) < 0) {
		if (e.code != ERROR_BAD_INPUT || e.column == 0 || e.column > length + 1)
			abort();
		return;
	}
	/* Within a day of the first and the last year the zone may lead out of them. */
	if (at < day_from_civil(1, 1, 2) * (instant)DAY_S || at >= day_from_civil(9999, 12, 31) * (instant)DAY_S)
		return;
	time_write(at, zone, written);
	if (time_read(written, strlen(written), zone, &again, &e) < 0 || again != at)
		abort();
	if (zone_day_start(zone, zone_day(zone, at)) > at)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct zone_step steps[] = {{515520000, 32400}, {526838400, 28800}, {1585443600, 32400}};
	static const struct zone zone = {28800, 3, steps};
	day_number day;
	struct error e = {0};
	char written[TIME_TEXT_SIZE];

	check((const char *)data, size, &zone_utc);
	check((const char *)data, size, &zone);
	if (day_read((const char *)data, size, &day, &e) == 0 &&
		(size != 10 || memcmp(day_write(day, written), data, size) != 0))
		abort();
	return 0;
}
