/* venue-checkins: who scanned a venue's code at its door, and, where it is told, when they left. Natural key: the person, the venue, the
 * moment. A check-in alone lasts as long as the pack says, whatever comes after it, so that the order of rows and files makes
 * no difference (docs/decisions/0064). */

#include "feed/feed.h"
#include "feed/stays.h"

enum { ID_NUMBER, PERSON, PLACE, AT, LEFT_AT, SEAT };
static const struct row_column columns[] = {
	{"id_number", false}, {"person", false}, {"place", true}, {"at", true}, {"left_at", false}, {"seat", false}};

/* The kind of a venue of which only the code is known. */
static const char kind_venue[] = "venue";

/* When it ended: as the row says, else as the pack does. */
static int
read_end(struct import *import, const struct row *row, struct presence_stay *stay, struct error *e)
{
	int64_t lasts_s;
	int code;

	if (row->fields[LEFT_AT]) {
		if ((code = import_time(import, row, LEFT_AT, &stay->end, e)) < 0)
			return code;
		return import_stay_check_end(import, row, LEFT_AT, stay, e);
	}
	if ((code = detection_checkin(import->pack, &lasts_s, e)) < 0)
		return import_refuse_for(import, row, AT, code, e);
	stay->end = stay->start + lasts_s;
	return 0;
}

static int
take(struct import *import, const struct row *row, enum taken *ret_taken, struct error *e)
{
	static const struct stay_person_columns whose = {ID_NUMBER, PERSON};
	struct presence_stay stay = {0};
	int code;

	if ((code = import_stay_check_person(import, row, whose, e)) < 0 ||
		(code = import_stay_check_place(import, row, PLACE, e)) < 0 ||
		(code = import_time(import, row, AT, &stay.start, e)) < 0 || (code = read_end(import, row, &stay, e)) < 0 ||
		(code = import_stay_read_seat(import, row, SEAT, &stay.seat, e)) < 0 ||
		(code = import_stay_read_person(import, row, whose, &stay.person, e)) < 0 ||
		(code = import_stay_put_place(import, row->fields[PLACE], kind_venue, &stay.place, e)) < 0)
		return code;
	return import_stay_add(import, row, AT, &stay, ret_taken, e);
}

const struct import_kind import_venue_checkins = {.name = "venue-checkins",
	.forms = FORM("venue check-ins", columns),
	.form_count = 1,
	.begin = import_stays_begin,
	.take = take,
	.finish = import_stays_finish,
	.end = import_stays_end};
