#include <stdlib.h>

#include "presence/internal.h"

int
stay_check(const struct presence_stay *stay, struct error *e)
{
	if (stay->person == 0)
		return error_set(e, ERROR_BAD_INPUT, "a stay is somebody's");
	if (stay->place == 0)
		return error_set(e, ERROR_BAD_INPUT, "a stay is somewhere");
	if (stay->start < -((instant)1 << 40) || stay->start > (instant)1 << 40)
		return error_set(e, ERROR_BAD_INPUT, "the stay's start is out of range");
	if (stay->end <= stay->start)
		return error_set(e, ERROR_BAD_INPUT, "the stay ends before it starts, or as it starts");
	if (stay->end > stay->start + PRESENCE_STAY_MAX_S)
		return error_set(e, ERROR_BAD_INPUT, "a stay lasts at most %d days", PRESENCE_STAY_MAX_S / DAY_S);
	return 0;
}

int
place_must_exist(struct presence *presence, place_number place, struct error *e)
{
	const struct db_value values[] = {db_int(place)};
	int64_t number;
	int r = db_one_int(presence->db, "SELECT number FROM presence_place WHERE number = $1", values, 1, &number, e);

	return r == ERROR_EXISTS_NOT ? error_set(e, r, "there is no place %u", place) : r;
}

static int
put(struct presence *presence, const struct presence_stay *stay, const struct presence_source *source, struct error *e)
{
	const day_number number = zone_day(&presence->zone, stay->start);
	struct row row = row_of(stay, number);
	const struct record *known;
	struct found found = {0};
	struct span *span;
	struct day *day;
	int r, change;

	if ((r = state_refresh(presence, e)) < 0 || (r = state_day(presence, number, &day, e)) < 0 ||
		(r = day_records(presence, day, stay, &found, e)) < 0)
		goto out;
	known = found_known(presence, &found, source->recorded_at);
	change = !known ? PRESENCE_NEW : stay_says_the_same(&known->stay, stay) ? PRESENCE_UNCHANGED : PRESENCE_CHANGED;
	if (known && (r = rests_note(presence, source->import, known->source.import, change == PRESENCE_CHANGED, e)) < 0)
		goto out;
	if (change != PRESENCE_UNCHANGED) {
		if ((!known && (r = place_must_exist(presence, stay->place, e)) < 0) ||
			(r = people_number(&(span = span_find(&presence->state, number))->people, &row, 1, e)) < 0 ||
			(r = span_keep(presence, span, e)) < 0 ||
			(r = tail_keep(presence, day, &row, 1, found.count > 0, source, e)) < 0 ||
			(r = changes_of_days(presence, number, zone_day(&presence->zone, stay->end - 1), e)) < 0 ||
			(r = state_changed(presence, e)) < 0 || (day->tail.count >= TAIL_ROWS && (r = fold(presence, day, e)) < 0))
			goto out;
	}
	r = change;
out:
	free(found.records);
	return r;
}

int
presence_put_stay(
	struct presence *presence, const struct presence_stay *stay, const struct presence_source *source, struct error *e)
{
	bool own;
	int r;

	if ((r = stay_check(stay, e)) < 0 || (r = own_begin(presence, &own, e)) < 0)
		return r;
	r = put(presence, stay, source, e);
	if (r < 0 && r != ERROR_EXISTS_NOT && r != ERROR_DENIED)
		state_forget(presence); /* what was half done is read again */
	return own_end(presence, own, r, e);
}
