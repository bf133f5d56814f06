#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "presence/internal.h"

/* Destroy the keys whose names end in a day before ${before}. */
static int
destroy_keys(
	struct presence *presence, const char *prefix, day_number before, struct presence_purged *purged, struct error *e)
{
	struct file_names names = {0};
	day_number day;
	int r;

	if ((r = keys_list(presence->keys, prefix, &names, e)) < 0)
		return r;
	for (size_t i = 0; i < names.count && r == 0; i++) {
		const char *date = names.names[i] + strlen(prefix);

		if (day_read(date, strlen(date), &day, NULL) < 0 || day >= before)
			continue;
		if ((r = keys_destroy(presence->keys, names.names[i], e)) < 0)
			break;
		purged->first = purged->days == 0 || day < purged->first ? day : purged->first;
		purged->last = purged->days == 0 || day > purged->last ? day : purged->last;
		purged->days++;
	}
	file_names_free(&names);
	return r;
}

/* A file that cannot be removed now is a leftover, which nobody can read. */
static int
remove_files(struct presence *presence, day_number before, struct presence_purged *purged, struct error *e)
{
	const struct db_value value = db_int(before);
	struct db_statement *rows = NULL;
	int r;

	if ((r = db_start(
			 presence->db, "SELECT name, stays, bytes FROM presence_segment WHERE day < $1", &value, 1, &rows, e)) < 0)
		return r;
	while ((r = db_step(rows, e)) == 1) {
		char *path = file_join(presence->folder, db_column_text(rows, 0), e);

		if (!path) {
			r = ERROR_NO_MEMORY;
			break;
		}
		(void)unlink(path);
		free(path);
		purged->bytes += db_column_int(rows, 2);
	}
	db_finish(rows);
	return r;
}

static int
purge(struct presence *presence, day_number before, struct presence_purged *purged, struct error *e)
{
	const struct db_value value = db_int(before), span = db_int(span_of(before));
	struct presence_purged spans = {0};
	int r;

	/* The keys first: from then on nobody reads those days, whatever becomes of the rest. */
	if ((r = destroy_keys(presence, KEY_DAY, before, purged, e)) < 0 ||
		(r = destroy_keys(presence, KEY_SPAN, before, &spans, e)) < 0 ||
		(r = remove_files(presence, before, purged, e)) < 0 ||
		(r = db_do(presence->db, "DELETE FROM presence_people WHERE span < $1", &span, 1, e)) < 0 ||
		(r = db_do(presence->db, "DELETE FROM presence_segment WHERE day < $1", &value, 1, e)) < 0 ||
		(r = db_do(presence->db, "DELETE FROM presence_tail WHERE day < $1", &value, 1, e)) < 0 ||
		(r = db_do(presence->db,
			 "UPDATE presence_state SET forgotten_before = $1 WHERE forgotten_before IS NULL OR forgotten_before < $1",
			 &value, 1, e)) < 0 ||
		(r = state_changed(presence, e)) < 0)
		return r;
	state_forget(presence);
	if ((r = state_refresh(presence, e)) < 0)
		return r;
	return leftovers_remove(presence, e);
}

int
presence_purge(struct presence *presence, day_number before, struct presence_purged *ret_purged, struct error *e)
{
	struct presence_purged purged = {0};
	bool own;
	int r;

	if ((r = own_begin(presence, &own, e)) < 0)
		return r;
	r = own_end(presence, own, purge(presence, before, &purged, e), e);
	if (r == 0)
		*ret_purged = purged;
	else
		state_forget(presence);
	return r;
}

int
presence_forgotten(struct presence *presence, instant *ret_until, struct error *e)
{
	int64_t before;
	int r = db_one_int(presence->db, "SELECT forgotten_before FROM presence_state WHERE forgotten_before IS NOT NULL",
		NULL, 0, &before, e);

	if (r < 0 && r != ERROR_EXISTS_NOT)
		return r;
	*ret_until = r < 0 ? INT64_MIN : zone_day_start(&presence->zone, (day_number)before);
	return 0;
}

int
presence_catch_up(struct presence *presence, struct presence_purged *ret_purged, struct error *e)
{
	const struct state *state = &presence->state;
	struct presence_purged found = {0}, purged = {0};
	int r;

	if ((r = state_refresh(presence, e)) < 0)
		return r;
	for (size_t i = 0; i < state->day_count; i++)
		if (state->days[i].forgotten) {
			found.first = found.days++ ? found.first : state->days[i].day;
			found.last = state->days[i].day;
		}
	if (found.days) {
		if ((r = presence_purge(presence, found.last + 1, &purged, e)) < 0)
			return r;
		found.bytes = purged.bytes;
	}
	*ret_purged = found;
	return 0;
}
