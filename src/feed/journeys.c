/* flights and rail: who sat in which aircraft or carriage. A passenger's stay in it, with a seat. Natural key: that of the stay: the
 * person, the vehicle, when it departs. Also airlines' passenger lists (PAXLST). */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "feed/edifact.h"
#include "feed/journey.h"
#include "feed/stays.h"

enum { ID_NUMBER, NUMBER, DATE, FROM, TO, DEPARTS, ARRIVES, CARRIAGE, SEAT };
static const struct row_column columns[] = {{"id_number", true}, {"number", true}, {"date", true}, {"from", true},
	{"to", true}, {"departs", true}, {"arrives", true}, {"carriage", false}, {"seat", false}};

static bool
is_code(const char *text, size_t most)
{
	size_t length = strlen(text);

	return length >= 1 && length <= most && !strpbrk(text, "/ \t\r\n");
}

int
journey_stay(struct import *import, const struct journey *journey, person_number person, struct presence_stay *ret_stay,
	struct error *e)
{
	struct presence_place vehicle = {0};
	struct presence_stay stay = {
		.person = person, .start = journey->departs, .end = journey->arrives, .seat = journey->seat};
	char day[TIME_TEXT_SIZE];
	int code;

	day_write(journey->day, day);
	if (journey->rail) {
		snprintf(vehicle.code, sizeof vehicle.code, "rail/%s/%.10s/%s", journey->number, day, journey->carriage);
		snprintf(vehicle.kind, sizeof vehicle.kind, *journey->carriage ? "carriage" : "train");
	} else {
		snprintf(vehicle.code, sizeof vehicle.code, "flight/%s/%.10s/%s-%s", journey->number, day, journey->from,
			journey->to);
		snprintf(vehicle.kind, sizeof vehicle.kind, "aircraft");
	}
	snprintf(vehicle.name, sizeof vehicle.name, "%s %.10s%s%s", journey->number, day, *journey->carriage ? " " : "",
		journey->carriage);
	if ((code = import_stay_put_vehicle(import, &vehicle, &stay.place, e)) == 0)
		*ret_stay = stay;
	return code;
}

static int
read_codes(struct import *import, const struct row *row, struct journey *journey, struct error *e)
{
	const char *carriage = import_text(row, CARRIAGE), *seat = import_text(row, SEAT);
	const struct record_field *date = row->fields[DATE];
	const size_t codes[] = {NUMBER, FROM, TO};

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (!is_code(import_text(row, codes[i]), JOURNEY_CODE_MAX))
			return import_refuse(import, row, codes[i], e, "a code of at most 12 bytes, no spaces, no slash, expected");
	if (carriage && !is_code(carriage, JOURNEY_CODE_MAX))
		return import_refuse(import, row, CARRIAGE, e, "a code of at most 12 bytes, no spaces, no slash, expected");
	if (day_read(date->text, date->length, &journey->day, e) < 0)
		return import_refuse_for(import, row, DATE, ERROR_BAD_INPUT, e);
	if (seat && !presence_seat_read(seat, &journey->seat))
		return import_refuse(import, row, SEAT, e, "a seat is a row and a letter, such as 12A");
	snprintf(journey->number, sizeof journey->number, "%s", import_text(row, NUMBER));
	snprintf(journey->from, sizeof journey->from, "%s", import_text(row, FROM));
	snprintf(journey->to, sizeof journey->to, "%s", import_text(row, TO));
	snprintf(journey->carriage, sizeof journey->carriage, "%s", carriage ? carriage : "");
	return 0;
}

static int
take(struct import *import, const struct row *row, bool rail, enum taken *ret_taken, struct error *e)
{
	struct journey journey = {.rail = rail};
	struct presence_stay stay;
	person_number person;
	int code;

	if ((code = import_check_id(import, row, ID_NUMBER, e)) < 0 || (code = read_codes(import, row, &journey, e)) < 0 ||
		(code = import_time(import, row, DEPARTS, &journey.departs, e)) < 0 ||
		(code = import_time(import, row, ARRIVES, &journey.arrives, e)) < 0)
		return code;
	if (journey.arrives <= journey.departs || journey.arrives - journey.departs > JOURNEY_MAX_S)
		return import_refuse(import, row, ARRIVES, e, "it arrives after it departs, and within ten days");
	if ((code = import_person(import, row, ID_NUMBER, &person, e)) < 0)
		return code;
	if ((code = journey_stay(import, &journey, person, &stay, e)) < 0)
		return code;
	return import_stay_add(import, row, DEPARTS, &stay, ret_taken, e);
}

/* Of flights the first row begins the load: a passenger list has one of its own. */
static int
take_flight(struct import *import, const struct row *row, enum taken *ret_taken, struct error *e)
{
	int code = import->state ? 0 : import_stays_begin(import, e);

	return code < 0 ? code : take(import, row, false, ret_taken, e);
}

static int
take_rail(struct import *import, const struct row *row, enum taken *ret_taken, struct error *e)
{
	return take(import, row, true, ret_taken, e);
}

static int
finish_flights(struct import *import, struct error *e)
{
	return import->state ? import_stays_finish(import, e) : 0;
}

static const struct import_format *const formats[] = {&flights_paxlst, NULL};

const struct import_kind import_flights = {.name = "flights",
	.forms = FORM("flights", columns),
	.form_count = 1,
	.formats = formats,
	.take = take_flight,
	.finish = finish_flights,
	.end = import_stays_end};

const struct import_kind import_rail = {.name = "rail",
	.forms = FORM("rail", columns),
	.form_count = 1,
	.begin = import_stays_begin,
	.take = take_rail,
	.finish = import_stays_finish,
	.end = import_stays_end};
