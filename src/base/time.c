#include "base/time.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

const struct zone zone_utc = {0};

static int64_t
floor_divide(int64_t a, int64_t b)
{
	int64_t q = a / b;

	return a % b < 0 ? q - 1 : q;
}

int32_t
zone_offset(const struct zone *zone, instant at)
{
	size_t low = 0, high = zone->step_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (zone->steps[middle].from <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? zone->steps[low - 1].offset_s : zone->first_offset_s;
}

day_number
zone_day(const struct zone *zone, instant at)
{
	return (day_number)floor_divide(at + zone_offset(zone, at), DAY_S);
}

instant
zone_day_start(const struct zone *zone, day_number day)
{
	return zone_instant(zone, (int64_t)day * DAY_S);
}

instant
zone_instant(const struct zone *zone, int64_t local)
{
	int32_t before = zone->first_offset_s;

	/* In each span of one offset, local time runs from the step on; the first span that reaches ${local} has it. */
	for (size_t i = 0; i < zone->step_count; i++) {
		const struct zone_step *step = &zone->steps[i];

		if (local < step->from + before)
			break;
		if (local < step->from + step->offset_s)
			return step->from;
		before = step->offset_s;
	}
	return local - before;
}

/* Howard Hinnant's days_from_civil, http://howardhinnant.github.io/date_algorithms.html */
day_number
day_from_civil(int year, unsigned month, unsigned day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = floor_divide(y, 400);
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + (int64_t)day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return (day_number)(era * 146097 + day_of_era - 719468);
}

void
day_to_civil(day_number day, int *ret_year, unsigned *ret_month, unsigned *ret_day)
{
	int64_t z = (int64_t)day + 719468;
	int64_t era = floor_divide(z, 146097);
	int64_t day_of_era = z - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153;

	*ret_day = (unsigned)(day_of_year - (153 * month + 2) / 5 + 1);
	*ret_month = (unsigned)(month < 10 ? month + 3 : month - 9);
	*ret_year = (int)(year_of_era + era * 400 + (*ret_month <= 2));
}

/* A cursor over the text of a time: each step names what it wanted. */
struct reading {
	const char *text;
	size_t length, at;
	struct error *e;
};

static int
fault(const struct reading *r, const char *wanted)
{
	error_set(
		r->e, ERROR_BAD_INPUT, "%s expected in \"%.*s\"", wanted, (int)(r->length > 64 ? 64 : r->length), r->text);
	return error_at(r->e, NULL, 0, r->at + 1), ERROR_BAD_INPUT;
}

static bool
more(const struct reading *r, char c)
{
	return r->at < r->length && r->text[r->at] == c;
}

static int
number(struct reading *r, unsigned digits, unsigned least, unsigned most, const char *name, unsigned *ret)
{
	unsigned value = 0;
	size_t start = r->at;

	for (unsigned i = 0; i < digits; i++, r->at++) {
		if (r->at == r->length || r->text[r->at] < '0' || r->text[r->at] > '9')
			return fault(r, name);
		value = value * 10 + (unsigned)(r->text[r->at] - '0');
	}
	if (value < least || value > most) {
		r->at = start;
		return fault(r, name);
	}
	*ret = value;
	return 0;
}

static int
literal(struct reading *r, char c, const char *name)
{
	if (!more(r, c))
		return fault(r, name);
	r->at++;
	return 0;
}

static unsigned
days_in_month(unsigned year, unsigned month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

static int
date(struct reading *r, day_number *ret_day)
{
	unsigned year, month, day;
	int code;

	if ((code = number(r, 4, 1, 9999, "a year of four digits", &year)) < 0 || (code = literal(r, '-', "'-'")) < 0 ||
		(code = number(r, 2, 1, 12, "a month (01 to 12)", &month)) < 0 || (code = literal(r, '-', "'-'")) < 0 ||
		(code = number(r, 2, 1, days_in_month(year, month), "a day of that month", &day)) < 0)
		return code;
	*ret_day = day_from_civil((int)year, month, day);
	return 0;
}

static int
offset(struct reading *r, bool *ret_given, int32_t *ret_offset_s)
{
	unsigned hours, minutes;
	int sign, code;

	*ret_given = r->at < r->length;
	if (!*ret_given)
		return 0;
	if (more(r, 'Z') || more(r, 'z')) {
		r->at++;
		*ret_offset_s = 0;
		return 0;
	}
	if (!more(r, '+') && !more(r, '-'))
		return fault(r, "an offset such as +08:00, Z, or the end");
	sign = more(r, '+') ? 1 : -1;
	r->at++;
	if ((code = number(r, 2, 0, 23, "an offset's hours", &hours)) < 0 || (code = literal(r, ':', "':'")) < 0 ||
		(code = number(r, 2, 0, 59, "an offset's minutes", &minutes)) < 0)
		return code;
	*ret_offset_s = sign * (int32_t)(hours * 3600 + minutes * 60);
	return 0;
}

static int
time_of_day(struct reading *r, unsigned *ret_seconds)
{
	unsigned hour, minute, second = 0;
	int code;

	if ((code = number(r, 2, 0, 23, "an hour (00 to 23)", &hour)) < 0 || (code = literal(r, ':', "':'")) < 0 ||
		(code = number(r, 2, 0, 59, "minutes (00 to 59)", &minute)) < 0)
		return code;
	if (more(r, ':')) {
		r->at++;
		if ((code = number(r, 2, 0, 60, "seconds (00 to 59)", &second)) < 0)
			return code;
		if (more(r, '.')) {
			size_t start = ++r->at;

			while (r->at < r->length && r->text[r->at] >= '0' && r->text[r->at] <= '9')
				r->at++;
			if (r->at == start)
				return fault(r, "digits after the point");
		}
	}
	*ret_seconds = hour * 3600 + minute * 60 + (second == 60 ? 59 : second);
	return 0;
}

/* Eight characters of which those that are '0' in ${shape} are digits and the others stand as they do there: each byte becomes the number
 * that it and its successor make. Return false where they are otherwise. */
static bool
read_pairs(const char *text, const char *shape, uint8_t ret_pairs[8])
{
	const uint64_t high = UINT64_C(0x8080808080808080);
	uint64_t digits, wanted, literals;

	memcpy(&digits, text, sizeof digits);
	memcpy(&wanted, shape, sizeof wanted);
	digits ^= wanted;
	wanted ^= UINT64_C(0x3030303030303030);
	/* 9 more than 0x76 has no high bit, and nothing more than 0x7f: that is what a literal leaves. */
	literals = (((wanted & ~high) + UINT64_C(0x7f7f7f7f7f7f7f7f)) & high) >> 7;
	if (((digits + UINT64_C(0x7676767676767676) + literals * 9) | digits) & high)
		return false;
	digits = le64toh(digits);
	digits = htole64(digits * 10 + (digits >> 8));
	memcpy(ret_pairs, &digits, sizeof digits);
	return true;
}

enum { PLAIN_LENGTH = sizeof "YYYY-MM-DDThh:mm:ss+hh:mm" - 1, DAY_LENGTH = 11, OFFSET_LENGTH = 6 };

/* "08:00:00" as seconds; false where it is written otherwise, or wrong. */
static bool
read_seconds(const char *text, int32_t *ret_seconds)
{
	uint8_t pairs[8];

	if (!read_pairs(text, "00:00:00", pairs) || pairs[0] > 23 || pairs[3] > 59 || pairs[6] > 59)
		return false;
	*ret_seconds = pairs[0] * 3600 + pairs[3] * 60 + pairs[6];
	return true;
}

/* "2020-03-01T08:00:00+08:00", which files have by the million, at once. What is written otherwise, or wrong, is left to the
 * functions above, which say where. ${ret_day_start}: when that day began, by that offset. */
static bool
read_plainly(const char *text, size_t length, instant *ret_day_start, int32_t *ret_seconds)
{
	uint8_t year[8], day[8], offset[8];
	int64_t local, offset_s;
	unsigned y;

	if (length != PLAIN_LENGTH || !read_pairs(text, "0000-00-", year) || !read_pairs(text + 8, "00T00:00", day) ||
		!read_seconds(text + DAY_LENGTH, ret_seconds) ||
		!read_pairs(text + 17, text[19] == '-' ? "00-00:00" : "00+00:00", offset))
		return false;
	y = year[0] * 100U + year[2];
	if (y == 0 || year[5] < 1 || year[5] > 12 || day[0] < 1 || day[0] > days_in_month(y, year[5]) || offset[3] > 23 ||
		offset[6] > 59)
		return false;
	local = (int64_t)day_from_civil((int)y, year[5], day[0]) * DAY_S;
	offset_s = offset[3] * 3600 + offset[6] * 60;
	*ret_day_start = text[19] == '-' ? local + offset_s : local - offset_s;
	return true;
}

/* Whether both have the same day and offset; in lengths that compilers compare as words. */
static bool
shares_day(const char *a, const char *b)
{
	return memcmp(a, b, 8) == 0 && memcmp(a + DAY_LENGTH - 4, b + DAY_LENGTH - 4, 4) == 0 &&
		memcmp(a + PLAIN_LENGTH - OFFSET_LENGTH, b + PLAIN_LENGTH - OFFSET_LENGTH, 4) == 0 &&
		memcmp(a + PLAIN_LENGTH - 2, b + PLAIN_LENGTH - 2, 2) == 0;
}

/* Whatever is not written plainly, and what is wrong. */
static int
read_by_steps(const char *text, size_t length, const struct zone *zone, instant *ret_at, struct error *e)
{
	struct reading r = {text, length, 0, e};
	unsigned seconds = 0;
	bool given = false;
	int32_t offset_s = 0;
	int64_t local;
	day_number day;
	int code;

	if ((code = date(&r, &day)) < 0)
		return code;
	if (r.at < r.length) {
		if (!more(&r, 'T') && !more(&r, 't') && !more(&r, ' '))
			return fault(&r, "'T' and a time, or the end");
		r.at++;
		if ((code = time_of_day(&r, &seconds)) < 0 || (code = offset(&r, &given, &offset_s)) < 0)
			return code;
		if (r.at < r.length)
			return fault(&r, "the end");
	}
	local = (int64_t)day * DAY_S + seconds;
	*ret_at = given ? local - offset_s : zone_instant(zone, local);
	return 0;
}

int
time_read(const char *text, size_t length, const struct zone *zone, instant *ret_at, struct error *e)
{
	struct time_before none = {.day_start = 0};

	return time_read_after(text, length, zone, &none, ret_at, e);
}

int
time_read_after(const char *text, size_t length, const struct zone *zone, struct time_before *before, instant *ret_at,
	struct error *e)
{
	int32_t seconds;

	if (length == PLAIN_LENGTH && shares_day(text, before->text) && read_seconds(text + DAY_LENGTH, &seconds)) {
		*ret_at = before->day_start + seconds;
		return 0;
	}
	if (!read_plainly(text, length, &before->day_start, &seconds))
		return read_by_steps(text, length, zone, ret_at, e);
	memcpy(before->text, text, PLAIN_LENGTH);
	*ret_at = before->day_start + seconds;
	return 0;
}

int
day_read(const char *text, size_t length, day_number *ret_day, struct error *e)
{
	struct reading r = {text, length, 0, e};
	day_number day;
	int code;

	if ((code = date(&r, &day)) < 0)
		return code;
	if (r.at < r.length)
		return fault(&r, "the end");
	*ret_day = day;
	return 0;
}

/* Two digits of a number below 100, and what follows them. */
static char *
put_two(char *at, unsigned number, char after)
{
	at[0] = (char)('0' + number / 10);
	at[1] = (char)('0' + number % 10);
	at[2] = after;
	return at + 3;
}

/* By hand: an answer has six of them, and snprintf takes longer for these than the rest of the answer does. */
char *
time_write(instant at, const struct zone *zone, char *text)
{
	int32_t offset_s = zone_offset(zone, at), size_s = offset_s < 0 ? -offset_s : offset_s;
	int64_t local = at + offset_s;
	day_number day = (day_number)floor_divide(local, DAY_S);
	unsigned second = (unsigned)(local - (int64_t)day * DAY_S), month, day_of_month;
	char *end = text;
	int year;

	day_to_civil(day, &year, &month, &day_of_month);
	if (year < 0 || year > 9999) {
		end += snprintf(text, 16, "%04d-", year);
	} else {
		put_two(end, (unsigned)year / 100, '-');
		end = put_two(end + 2, (unsigned)year % 100, '-');
	}
	end = put_two(end, month, '-');
	end = put_two(end, day_of_month, 'T');
	end = put_two(end, second / 3600 % 24, ':');
	end = put_two(end, second / 60 % 60, ':');
	end = put_two(end, second % 60, offset_s < 0 ? '-' : '+');
	end = put_two(end, (unsigned)size_s / 3600 % 100, ':');
	put_two(end, (unsigned)size_s / 60 % 60, 0);
	return text;
}

char *
day_write(day_number day, char *text)
{
	unsigned month, day_of_month;
	int year;

	day_to_civil(day, &year, &month, &day_of_month);
	snprintf(text, TIME_TEXT_SIZE, "%04d-%02u-%02u", year, month, day_of_month);
	return text;
}

instant
time_now(void)
{
	return (instant)time(NULL);
}
