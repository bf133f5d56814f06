#include "feed/hl7_oru.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "credential/credential.h"

enum { MSH = 0, SIGNS_MAX = 24 };

bool
oru_is(const struct hl7 *message)
{
	return strcmp(hl7_text(message, MSH, 9, 1, 1, 1), "ORU") == 0 &&
		strcmp(hl7_text(message, MSH, 9, 1, 2, 1), "R01") == 0;
}

/* A number of exactly ${length} digits at *${text}, stepped over; ${absent} where there are none. */
static bool
take_digits(const char **text, size_t length, int64_t least, int64_t most, int64_t absent, int64_t *ret_value)
{
	if (**text < '0' || **text > '9') {
		*ret_value = absent;
		return true;
	}
	if (strnlen(*text, length) < length || !text_integer(*text, length, least, most, ret_value))
		return false;
	*text += length;
	return true;
}

bool
hl7_time(const char *text, const struct zone *zone, instant *ret_at)
{
	int64_t year, month, day, hour, minute, second, zone_hour, zone_minute, local;
	int sign;
	bool to_the_day;
	day_number date;
	int y;
	unsigned m, d;

	if (*text < '0' || *text > '9' || !take_digits(&text, 4, 1, 9999, 0, &year) ||
		!take_digits(&text, 2, 1, 12, 1, &month) || !take_digits(&text, 2, 1, 31, 1, &day))
		return false;
	to_the_day = *text < '0' || *text > '9';
	if (!take_digits(&text, 2, 0, 23, 0, &hour) || !take_digits(&text, 2, 0, 59, 0, &minute) ||
		!take_digits(&text, 2, 0, 60, 0, &second))
		return false;
	date = day_from_civil((int)year, (unsigned)month, (unsigned)day);
	day_to_civil(date, &y, &m, &d);
	if (m != month || d != day)
		return false;
	if (*text == '.' && !to_the_day)
		text += 1 + strspn(text + 1, "0123456789");
	local = (int64_t)date * DAY_S + hour * 3600 + minute * 60 + (second == 60 ? 59 : second);
	if (*text == 0) {
		*ret_at = to_the_day ? zone_day_start(zone, date) : zone_instant(zone, local);
		return true;
	}
	sign = *text == '-' ? -1 : 1;
	if (*text != '+' && *text != '-')
		return false;
	text++;
	if (strlen(text) != 4 || !take_digits(&text, 2, 0, 14, 0, &zone_hour) ||
		!take_digits(&text, 2, 0, 59, 0, &zone_minute) || *text)
		return false;
	*ret_at = local - sign * (zone_hour * 3600 + zone_minute * 60);
	return true;
}

/* Copy a value that must fit. */
static int
copy(const struct hl7 *m, size_t segment, unsigned field, const char *value, char text[LAB_TEXT_SIZE], struct error *e)
{
	size_t length = strlen(value);

	if (length >= LAB_TEXT_SIZE)
		return hl7_refuse(m, segment, field, e, "longer than 255 bytes");
	memcpy(text, value, length + 1);
	return 0;
}

/* The time of a field: 1, 0 where there is none that can be read. */
static bool
time_of(const struct hl7 *m, size_t segment, unsigned field, const struct zone *zone, instant *ret_at)
{
	return segment < hl7_count(m) && hl7_time(hl7_text(m, segment, field, 1, 1, 1), zone, ret_at);
}

/* Whether that is an ID number: of a passport only where the sender says that it is one, since any word may look like it. */
static bool
is_id_number(const char *number, const char *type)
{
	struct id_number id;
	bool is = *number && id_number_read(number, strlen(number), &id, NULL) == 0 &&
		(id.kind == ID_RESIDENT || strcmp(type, "PPN") == 0 || strncmp(type, "NN", 2) == 0 || strcmp(type, "NI") == 0);

	explicit_bzero(&id, sizeof id);
	return is;
}

static int
read_numbers(const struct hl7 *m, size_t pid, struct lab_report *report, struct error *e)
{
	unsigned count = hl7_repetitions(m, pid, 3);
	const char *insured = hl7_text(m, pid, 19, 1, 1, 1);
	int code;

	for (unsigned i = 1; i <= count; i++) {
		const char *number = hl7_text(m, pid, 3, i, 1, 1), *type = hl7_text(m, pid, 3, i, 5, 1);

		if (*number && !*report->patient && (code = copy(m, pid, 3, number, report->patient, e)) < 0)
			return code;
		if (!*report->id_number && is_id_number(number, type) &&
			(code = copy(m, pid, 3, number, report->id_number, e)) < 0)
			return code;
		if (!is_id_number(number, type) && (strcmp(type, "NI") == 0 || strcmp(type, "NNCHN") == 0))
			return hl7_refuse(m, pid, 3, e, "a national ID number that is none");
	}
	if (!*report->id_number && is_id_number(insured, "") &&
		(code = copy(m, pid, 19, insured, report->id_number, e)) < 0)
		return code;
	if (!*report->id_number && !*report->patient)
		return hl7_refuse(m, pid, 3, e, "who it is about is missing");
	return 0;
}

static int
read_person(const struct hl7 *m, size_t pid, struct lab_report *report, struct error *e)
{
	const char *family = hl7_text(m, pid, 5, 1, 1, 1), *given = hl7_text(m, pid, 5, 1, 2, 1);
	const char *phone = hl7_text(m, pid, 13, 1, 1, 1);

	lab_name(report, family, given);
	lab_birth_date(report, hl7_text(m, pid, 7, 1, 1, 1));
	snprintf(report->phone, sizeof report->phone, "%s", *phone ? phone : hl7_text(m, pid, 13, 1, 12, 1));
	return read_numbers(m, pid, report, e);
}

/* Where reading stands: the order's segment (or hl7_count), and its specimen. */
struct order {
	const struct hl7 *m;
	const struct zone *zone;
	size_t obr, specimen, index;
};

/* The test that OBX-3 means, by its code, its alternate one, or their texts. */
static const char *
find_test(const struct hl7 *m, size_t obx)
{
	const char *test = NULL;

	for (unsigned i = 1; i <= 4 && !test; i += 3)
		test =
			lab_test(hl7_text(m, obx, 3, 1, i + 2, 1), hl7_text(m, obx, 3, 1, i, 1), hl7_text(m, obx, 3, 1, i + 1, 1));
	return test ? test : lab_test("", "", hl7_text(m, obx, 3, 1, 9, 1));
}

static const char *
find_result(const struct hl7 *m, size_t obx)
{
	static const unsigned texts[] = {2, 5, 9, 1};
	const char *word = NULL;

	for (unsigned i = 1; i <= 4 && !word; i += 3)
		word = lab_result_word(hl7_text(m, obx, 5, 1, i, 1), "");
	for (size_t i = 0; i < sizeof texts / sizeof *texts && !word; i++)
		word = lab_result_word("", hl7_text(m, obx, 5, 1, texts[i], 1));
	return word;
}

static int
read_times(const struct order *o, size_t obx, struct lab_result *result, struct error *e)
{
	const struct hl7 *m = o->m;

	if (!time_of(m, o->obr, 22, o->zone, &result->reported) && !time_of(m, obx, 19, o->zone, &result->reported) &&
		!time_of(m, MSH, 7, o->zone, &result->reported))
		return hl7_refuse(m, MSH, 7, e, "no time when it was reported: OBR-22, OBX-19 or MSH-7");
	if (!time_of(m, o->specimen, 17, o->zone, &result->sampled) && !time_of(m, obx, 14, o->zone, &result->sampled) &&
		!time_of(m, o->obr, 7, o->zone, &result->sampled))
		result->sampled = result->reported;
	return 0;
}

static int
read_order(const struct order *o, size_t obx, struct lab_result *result, struct error *e)
{
	const struct hl7 *m = o->m;
	char number[16];
	int code;

	for (unsigned field = 3; field >= 2 && o->obr < hl7_count(m); field--) {
		const char *order = hl7_text(m, o->obr, field, 1, 1, 1);

		if (*order)
			return copy(m, o->obr, field, order, result->order, e);
	}
	/* Nothing tells the order but the message and the order's number in it. */
	if ((code = copy(m, MSH, 10, hl7_text(m, MSH, 10, 1, 1, 1), result->order, e)) < 0)
		return code;
	snprintf(number, sizeof number, "#%zu", o->index);
	if (strlen(result->order) + strlen(number) >= sizeof result->order)
		return hl7_refuse(m, obx, 0, e, "neither OBR-2 nor OBR-3 tells the order");
	strcat(result->order, number);
	return 0;
}

/* OBX-11: what the laboratory says of its result; NULL where it is none yet. */
static const char *
result_by_status(const struct hl7 *m, size_t obx, const char *word)
{
	const char *status = hl7_text(m, obx, 11, 1, 1, 1);

	if (strcmp(status, "W") == 0 || strcmp(status, "D") == 0)
		return "withdrawn";
	if (strcmp(status, "X") == 0)
		return "inconclusive";
	return *status == 0 || strchr("FCAUV", *status) ? word : NULL;
}

static int
read_result(const struct order *o, size_t obx, const char *test, struct lab_report *report, struct error *e)
{
	const struct hl7 *m = o->m;
	struct lab_result *result = &report->results[report->result_count];
	const char *code_text = hl7_text(m, obx, 3, 1, 1, 1), *word = find_result(m, obx);
	int code;

	word = result_by_status(m, obx, word ? word : "");
	if (!word)
		return 0;
	if (!*word)
		return hl7_refuse(m, obx, 5, e, "a result that is not known: positive, negative or inconclusive expected");
	if (report->result_count == LAB_RESULTS_MAX)
		return hl7_refuse(m, obx, 0, e, "more than 256 results");
	*result = (struct lab_result){.test = test, .result = word};
	if ((code = read_times(o, obx, result, e)) < 0 || (code = read_order(o, obx, result, e)) < 0 ||
		(code = copy(m, obx, 3, *code_text ? code_text : hl7_text(m, obx, 3, 1, 4, 1), result->code, e)) < 0 ||
		(code = copy(m, obx, 4, hl7_text(m, obx, 4, 1, 1, 1), result->sub, e)) < 0)
		return code;
	report->result_count++;
	return 0;
}

static void
read_question(const struct order *o, size_t obx, struct lab_report *report)
{
	const char *value = hl7_text(o->m, obx, 5, 1, 1, 1);

	switch (lab_question(hl7_text(o->m, obx, 3, 1, 1, 1))) {
	case LAB_ONSET:
		report->has_onset = hl7_time(value, o->zone, &report->onset) || report->has_onset;
		break;
	case LAB_SYMPTOMS:
		if (strcmp(value, "Y") == 0 || strcmp(value, "N") == 0) {
			report->has_symptoms = true;
			report->symptoms = *value == 'Y';
		}
		break;
	case LAB_NO_QUESTION:
		break;
	}
}

/* The specimen of the order at ${obr}: the SPM before the next order. */
static size_t
find_specimen(const struct hl7 *m, size_t obr)
{
	size_t specimen = hl7_find(m, "SPM", obr), next = hl7_find(m, "OBR", obr + 1);

	return specimen < next ? specimen : hl7_count(m);
}

static int
read_observations(const struct hl7 *m, const struct zone *zone, struct lab_report *report, struct error *e)
{
	struct order o = {.m = m, .zone = zone, .obr = hl7_count(m), .specimen = hl7_count(m)};
	int code;

	for (size_t i = 0; i < hl7_count(m); i++) {
		const char *test;

		if (strcmp(hl7_name(m, i), "OBR") == 0) {
			o.obr = i;
			o.specimen = find_specimen(m, i);
			o.index++;
		}
		if (strcmp(hl7_name(m, i), "OBX") != 0)
			continue;
		test = find_test(m, i);
		if (test && (code = read_result(&o, i, test, report, e)) < 0)
			return code;
		if (!test)
			read_question(&o, i, report);
	}
	return 0;
}

int
oru_read(const struct hl7 *message, const struct zone *zone, struct lab_report *report, struct error *e)
{
	size_t pid = hl7_find(message, "PID", 1);
	const char *laboratory = hl7_text(message, MSH, 4, 1, 1, 1);
	int code;

	memset(report, 0, offsetof(struct lab_report, results));
	if (!oru_is(message))
		return hl7_refuse(message, MSH, 9, e, "ORU^R01 expected");
	if (!*hl7_text(message, MSH, 10, 1, 1, 1))
		return hl7_refuse(message, MSH, 10, e, "the message's control id is missing");
	if (pid == hl7_count(message))
		return hl7_refuse(message, MSH, 0, e, "the message has no PID: nobody is told");
	if (hl7_find(message, "PID", pid + 1) != hl7_count(message))
		return hl7_refuse(message, hl7_find(message, "PID", pid + 1), 0, e, "a second PID: one person a message");
	if (hl7_find(message, "OBX", 1) == hl7_count(message))
		return hl7_refuse(message, pid, 0, e, "the message has no OBX: cut short, or nothing was found out");
	if ((code = copy(message, MSH, 4, *laboratory ? laboratory : hl7_text(message, MSH, 3, 1, 1, 1), report->laboratory,
			 e)) < 0 ||
		(code = read_person(message, pid, report, e)) < 0)
		return code;
	return read_observations(message, zone, report, e);
}
