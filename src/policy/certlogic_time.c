#include "policy/certlogic_time.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)

enum { LAST_YEAR = 280000 }; /* a little past the last date, and days of it fit day_number */

static int64_t
floor_divide(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

bool
certlogic_unit_named(const char *name, enum certlogic_unit *ret_unit)
{
	static const char *const names[] = {"year", "month", "day", "hour"};

	for (size_t i = 0; i < 4; i++)
		if (strcmp(name, names[i]) == 0) {
			*ret_unit = (enum certlogic_unit)i;
			return true;
		}
	return false;
}

/* A text that is read from the left. */
struct reading {
	const char *at, *end;
};

/* Two digits, or more than 99 where they are none. */
static inline unsigned
pair_at(const char *at)
{
	unsigned tens = (unsigned char)at[0] - '0', ones = (unsigned char)at[1] - '0';

	return tens > 9 || ones > 9 ? 100 : tens * 10 + ones;
}

static inline bool
read_pair(struct reading *r, unsigned least, unsigned most, unsigned *ret_number)
{
	unsigned number = r->end - r->at < 2 ? 100 : pair_at(r->at);

	if (number < least || number > most)
		return false;
	r->at += 2;
	*ret_number = number;
	return true;
}

static inline bool
read_char(struct reading *r, char c)
{
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static unsigned
month_days(unsigned year, unsigned month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* YYYY, YYYY-MM or YYYY-MM-DD; what is missing is the last that there is. ${ret_whole}: whether nothing is. */
static inline bool
read_day(struct reading *r, int64_t *ret_ms, bool *ret_whole)
{
	unsigned century, year, month = 12, day;
	bool whole = false;

	if (!read_pair(r, 0, 99, &century) || !read_pair(r, 0, 99, &year))
		return false;
	year += century * 100;
	if (read_char(r, '-')) {
		if (!read_pair(r, 1, 12, &month))
			return false;
		whole = read_char(r, '-');
	}
	if (!whole)
		day = month_days(year, month);
	else if (!read_pair(r, 1, 31, &day) || (day > 28 && day > month_days(year, month)))
		return false;
	*ret_ms = day_from_civil((int)year, month, day) * DAY_MS;
	*ret_whole = whole;
	return true;
}

static bool
read_fraction(struct reading *r, unsigned *ret_ms)
{
	unsigned ms = 0, digits = 0;

	for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++, digits++)
		if (digits < 3)
			ms = ms * 10 + (unsigned)(*r->at - '0');
	if (!digits)
		return false;
	for (; digits < 3; digits++)
		ms *= 10;
	*ret_ms = ms;
	return true;
}

/* "Z", or a sign and h, hh, hmm, hhmm, h:mm or hh:mm: how many digits stand before the minutes follows from how many
 * stand there in all. */
static inline bool
read_offset(struct reading *r, int64_t *ret_ms)
{
	unsigned hours = 0, minutes = 0, digits = 0, hour_digits;
	bool west;

	if (r->at == r->end || read_char(r, 'Z')) {
		*ret_ms = 0;
		return true;
	}
	west = read_char(r, '-');
	if (!west && !read_char(r, '+'))
		return false;
	while (r->at + digits < r->end && r->at[digits] >= '0' && r->at[digits] <= '9')
		digits++;
	hour_digits = digits > 2 ? digits - 2 : digits;
	if (hour_digits < 1 || hour_digits > 2)
		return false;
	for (; hour_digits > 0; hour_digits--)
		hours = hours * 10 + (unsigned)(*r->at++ - '0');
	if (hours > 23)
		return false;
	if (r->at < r->end) {
		if (digits <= 2 && !read_char(r, ':'))
			return false;
		if (!read_pair(r, 0, 59, &minutes))
			return false;
	}
	*ret_ms = (west ? -1 : 1) * (int64_t)(hours * 60 + minutes) * 60000;
	return true;
}

static inline bool
read_time(struct reading *r, int64_t *ret_ms)
{
	unsigned hour, minute, second, ms = 0;
	int64_t offset;

	if (!read_pair(r, 0, 24, &hour) || !read_char(r, ':') || !read_pair(r, 0, 59, &minute) || !read_char(r, ':') ||
		!read_pair(r, 0, 59, &second))
		return false;
	if (read_char(r, '.') && !read_fraction(r, &ms))
		return false;
	if (hour == 24 && (minute || second || ms))
		return false;
	if (!read_offset(r, &offset))
		return false;
	*ret_ms = (int64_t)((hour * 60 + minute) * 60 + second) * 1000 + ms - offset;
	return true;
}

bool
certlogic_birth_date_read(const char *text, size_t length, int64_t *ret_ms)
{
	struct reading r = {text, text + length};
	int64_t ms;
	bool whole;

	if (!read_day(&r, &ms, &whole) || r.at != r.end)
		return false;
	*ret_ms = ms;
	return true;
}

bool
certlogic_date_read(const char *text, size_t length, int64_t *ret_ms)
{
	struct reading r = {text, text + length};
	int64_t day, time = 0;
	bool whole;

	if (!read_day(&r, &day, &whole))
		return false;
	if (whole && read_char(&r, 'T') && !read_time(&r, &time))
		return false;
	if (r.at != r.end)
		return false;
	*ret_ms = day + time;
	return true;
}

/* The months are counted, and the day of the month is added to the first of the month that comes out. */
static bool
plus_months(int64_t ms, int64_t months, int64_t *ret_ms)
{
	day_number date = (day_number)floor_divide(ms, DAY_MS);
	int year;
	unsigned month, day;
	int64_t total;

	day_to_civil(date, &year, &month, &day);
	total = (int64_t)year * 12 + (month - 1) + months;
	if (total < -(int64_t)LAST_YEAR * 12 || total > (int64_t)LAST_YEAR * 12)
		return false;
	year = (int)floor_divide(total, 12);
	month = (unsigned)(total - (int64_t)year * 12) + 1;
	*ret_ms = ms + (day_from_civil(year, month, 1) + (int64_t)day - 1 - date) * DAY_MS;
	return true;
}

bool
certlogic_date_plus(int64_t ms, int64_t amount, enum certlogic_unit unit, int64_t *ret_ms)
{
	int64_t sum;

	/* No amount past this leads from one date to another, and none within it overflows below. */
	if (amount > INT64_C(10000000000) || amount < -INT64_C(10000000000))
		return false;
	switch (unit) {
	case CERTLOGIC_YEAR:
		if (!plus_months(ms, amount * 12, &sum))
			return false;
		break;
	case CERTLOGIC_MONTH:
		if (!plus_months(ms, amount, &sum))
			return false;
		break;
	default:
		if (__builtin_mul_overflow(amount, unit == CERTLOGIC_DAY ? DAY_MS : HOUR_MS, &sum) ||
			__builtin_add_overflow(ms, sum, &sum))
			return false;
	}
	if (sum < -CERTLOGIC_DATE_LAST_MS || sum > CERTLOGIC_DATE_LAST_MS)
		return false;
	*ret_ms = sum;
	return true;
}

char *
certlogic_date_write(int64_t ms, char text[static CERTLOGIC_DATE_TEXT_SIZE])
{
	day_number date = (day_number)floor_divide(ms, DAY_MS);
	unsigned rest = (unsigned)(ms - date * DAY_MS), month, day;
	int year, used;

	day_to_civil(date, &year, &month, &day);
	used = snprintf(text, CERTLOGIC_DATE_TEXT_SIZE, year < 0 || year > 9999 ? "%+07d" : "%04d", year);
	snprintf(text + used, (size_t)(CERTLOGIC_DATE_TEXT_SIZE - used), "-%02u-%02uT%02u:%02u:%02u.%03uZ", month % 100,
		day % 100, rest / 3600000 % 100, rest / 60000 % 60, rest / 1000 % 60, rest % 1000);
	return text;
}

instant
certlogic_next_month(instant at)
{
	int year;
	unsigned month, day;

	day_to_civil((day_number)floor_divide(at, DAY_S), &year, &month, &day);
	year += month == 12;
	month = month % 12 + 1;
	return (instant)day_from_civil(year, month, 1) * DAY_S;
}
