/* Places that several cases share in the time in which they may have caught it, while nobody linked them: told to the office, and to nobody
 * else. They change no colour.
 *
 * A1. What stands follows from the cases as they are known, who is said to have infected whom, the stays and the pack: not from the order in
 *     which they came. It is worked out again only where one of these differs from what it was worked out from last.
 * A2. A place has one alert that stands at most. One that is not found again is withdrawn and stays as a row; found once more it is another.
 * A3. What was found in stays that were destroyed since is not found again: it stands while enough of its cases do.
 * A4. A case more at a place that the office had closed opens it again.
 * A5. An alert tells where somebody was, so it goes when the stays of its last day do. */

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "cascade/alerts.h"

enum {
	LIVE_MAX = 20000, /* cases: the latest by when they may have caught it */
	FROM_SIZE = 512,
	NAMES_MAX = 20000000,
};

static const char discarded[] = "discarded";

/* A case that may have caught it in days of which there are stays. */
struct live {
	const struct cascade_case *c;
	struct exposure_window window;
};

/* The cases to look at, and what is found. */
struct settling {
	struct cascade *cascade;
	const struct cascade_cases *cases;
	const struct exposure_parameters *parameters;
	const struct zone *zone;
	instant forgotten; /* stays before it were destroyed */
	struct live *live;
	size_t count;
	size_t *group; /* of each of all the cases: the first one of those that are linked to it */
	struct exposure_commons commons;
};

static int
by_window(const void *left, const void *right)
{
	const struct live *a = left, *b = right;

	if (a->window.to != b->window.to)
		return a->window.to > b->window.to ? -1 : 1;
	return strcmp(a->c->name, b->c->name);
}

static int
by_name(const void *left, const void *right)
{
	return strcmp(((const struct live *)left)->c->name, ((const struct live *)right)->c->name);
}

static int
choose_live(struct settling *s, struct error *e)
{
	if (!(s->live = calloc(s->cases->count + 1, sizeof *s->live)))
		return error_no_memory(e);
	for (size_t i = 0; i < s->cases->count; i++) {
		const struct cascade_case *c = &s->cases->items[i];
		struct live *live = &s->live[s->count];

		if (c->exposure.person && strcmp(c->status, discarded) != 0 &&
			exposure_backward_window(s->parameters, &c->exposure, s->zone, &live->window) &&
			live->window.to > s->forgotten) {
			live->c = c;
			s->count++;
		}
	}
	if (s->count > LIVE_MAX) {
		qsort(s->live, s->count, sizeof *s->live, by_window);
		s->count = LIVE_MAX;
		qsort(s->live, s->count, sizeof *s->live, by_name);
	}
	return 0;
}

static size_t
first_of(struct settling *s, size_t i)
{
	while (s->group[i] != i)
		i = s->group[i] = s->group[s->group[i]];
	return i;
}

static void
join(struct settling *s, size_t a, size_t b)
{
	a = first_of(s, a);
	b = first_of(s, b);
	s->group[a > b ? a : b] = a < b ? a : b;
}

struct whose {
	person_number person;
	size_t at;
};

static int
by_person(const void *left, const void *right)
{
	const struct whose *a = left, *b = right;

	if (a->person != b->person)
		return a->person < b->person ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

/* Who is said to have infected whom, over any number of cases that are none of ${live}; and a person who was a case twice is one. */
static int
link_cases(struct settling *s, struct error *e)
{
	const size_t count = s->cases->count;
	struct whose *whose = calloc(count + 1, sizeof *whose);

	s->group = calloc(count + 1, sizeof *s->group);
	if (!whose || !s->group) {
		free(whose);
		return error_no_memory(e);
	}
	for (size_t i = 0; i < count; i++) {
		s->group[i] = i;
		whose[i] = (struct whose){s->cases->items[i].exposure.person, i};
	}
	for (size_t i = 0; i < count; i++) {
		const struct cascade_case *by = cases_find(s->cases, s->cases->items[i].infected_by);

		if (by && strcmp(s->cases->items[i].status, discarded) != 0 && strcmp(by->status, discarded) != 0)
			join(s, i, (size_t)(by - s->cases->items));
	}
	if (count)
		qsort(whose, count, sizeof *whose, by_person);
	for (size_t i = 1; i < count; i++)
		if (whose[i].person && whose[i].person == whose[i - 1].person)
			join(s, whose[i].at, whose[i - 1].at);
	free(whose);
	return 0;
}

/* A1: a keyed hash over all that the alerts follow from. */
static int
hash_from(struct settling *s, uint8_t from[KEYS_SIZE], struct error *e)
{
	struct exposure_window reach = {INT64_MAX, INT64_MIN};
	int64_t changes = 0, same;
	const struct pack *pack;
	char text[KEYS_SIZE * 2 + FROM_SIZE], hex[KEYS_SIZE * 2 + 1];
	int length, r;

	for (size_t i = 0; i < s->count; i++) {
		reach.from = s->live[i].window.from < reach.from ? s->live[i].window.from : reach.from;
		reach.to = s->live[i].window.to > reach.to ? s->live[i].window.to : reach.to;
	}
	if ((r = registry_pack(s->cascade->registry, NULL, &pack, e)) < 0 ||
		(s->count && (r = presence_changes(s->cascade->presence, reach.from, reach.to, &changes, e)) < 0) ||
		(r = evidence_same_version(s->cascade->db, true, &same, e)) < 0)
		return r;
	length = snprintf(text, sizeof text, "%s %lld %lld %lld", pack_hash(pack), (long long)changes, (long long)same,
		(long long)s->forgotten);
	keys_hash(s->cascade->keys, "place-alerts-from", text, (size_t)length, from);
	for (size_t i = 0; i < s->count; i++) {
		const struct cascade_case *c = s->live[i].c;

		assert(c);
		length = snprintf(text, sizeof text, "%s %s %u %lld %lld %zu", text_hex(from, KEYS_SIZE, hex), c->name,
			c->exposure.person, (long long)s->live[i].window.from, (long long)s->live[i].window.to,
			first_of(s, (size_t)(c - s->cases->items)));
		keys_hash(s->cascade->keys, "place-alerts-from", text, (size_t)length, from);
	}
	return 0;
}

/* Whether the alerts were worked out from the same before: 1, 0 or a code. */
static int
is_settled(struct cascade *cascade, const uint8_t from[KEYS_SIZE], struct error *e)
{
	struct db_statement *row = NULL;
	const void *bytes;
	size_t length;
	int r;

	if ((r = db_start(cascade->db, "SELECT settled_from FROM place_alert_settled WHERE id = 1", NULL, 0, &row, e)) < 0)
		return r;
	if ((r = db_step(row, e)) == 1) {
		bytes = db_column_blob(row, 0, &length);
		r = length == KEYS_SIZE && memcmp(bytes, from, length) == 0;
	}
	db_finish(row);
	return r;
}

static int
find(struct settling *s, struct error *e)
{
	struct presence_view all = {.now = INT64_MAX, .known = INT64_MAX};
	struct exposure_grouped *grouped = calloc(s->count + 1, sizeof *grouped);
	size_t *number = calloc(s->cases->count + 1, sizeof *number), groups = 0;
	int r = number && grouped ? 0 : error_no_memory(e);

	for (size_t i = 0; i < s->count && r == 0; i++) {
		size_t first = first_of(s, (size_t)(s->live[i].c - s->cases->items));

		if (!number[first])
			number[first] = ++groups;
		grouped[i] = (struct exposure_grouped){s->live[i].c->exposure, number[first] - 1};
	}
	if (r == 0 && (r = same_read(s->cascade, INT64_MAX, &all.same, e)) == 0)
		r = exposure_common(s->cascade->presence, s->parameters, grouped, s->count, s->zone, &all, &s->commons, e);
	free(number);
	free(grouped);
	return r;
}

/* The place's alert that stands: its number and the rest of its row, or 0. */
struct standing {
	int64_t number, groups;
	place_number place;
	instant from, to;
};

static int
standing_at(struct cascade *cascade, place_number place, struct standing *ret_standing, struct error *e)
{
	struct db_statement *row = NULL;
	int r;

	*ret_standing = (struct standing){.place = place};
	if ((r = db_start(cascade->db,
			 "SELECT number, groups, from_at, to_at FROM place_alert WHERE place = $1 AND withdrawn_at IS NULL",
			 (struct db_value[]){db_int(place)}, 1, &row, e)) < 0)
		return r;
	if ((r = db_step(row, e)) == 1)
		*ret_standing = (struct standing){
			db_column_int(row, 0), db_column_int(row, 1), place, db_column_int(row, 2), db_column_int(row, 3)};
	db_finish(row);
	return r < 0 ? r : 0;
}

static int
raise_alert(struct settling *s, const struct exposure_common *common, struct standing *standing, struct error *e)
{
	return db_one_int(s->cascade->db,
		"INSERT INTO place_alert(place, groups, from_at, to_at, raised_at) VALUES($1, $2, $3, $4, $5) RETURNING number",
		(struct db_value[]){db_int(common->place), db_int((int64_t)common->groups), db_int(common->from),
			db_int(common->to), db_int(registry_recording_time(s->cascade->registry))},
		5, &standing->number, e);
}

/* A4 */
static int
add_case(struct cascade *cascade, int64_t alert, const char *name, struct error *e)
{
	int r;

	if ((r = db_do(cascade->db, "INSERT INTO place_alert_case(alert, case_name) VALUES($1, $2) ON CONFLICT DO NOTHING",
			 (struct db_value[]){db_int(alert), db_text(name)}, 2, e)) < 0 ||
		!db_changes(cascade->db))
		return r;
	return db_do(cascade->db,
		"UPDATE place_alert SET closed_at = NULL, closed_by = NULL, outcome = NULL WHERE number = $1",
		(struct db_value[]){db_int(alert)}, 1, e);
}

static bool
is_among(const struct settling *s, const struct exposure_common *common, const char *name)
{
	for (size_t i = 0; i < common->count; i++)
		if (strcmp(s->live[s->commons.visitors[common->first + i]].c->name, name) == 0)
			return true;
	return false;
}

/* A case of the alert that may stay one though it was not found (A3): its stays there may have been destroyed. */
static bool
stands(const struct settling *s, const char *name)
{
	const struct cascade_case *c = cases_find(s->cases, name);
	struct exposure_window window;

	return c && strcmp(c->status, discarded) != 0 &&
		exposure_backward_window(s->parameters, &c->exposure, s->zone, &window) && window.from < s->forgotten;
}

struct names {
	char (*items)[CASCADE_CASE_SIZE];
	size_t count, capacity;
};

static int
names_of(struct cascade *cascade, int64_t alert, struct names *names, struct error *e)
{
	struct db_statement *row = NULL;
	int r;

	names->count = 0;
	if ((r = db_start(cascade->db, "SELECT case_name FROM place_alert_case WHERE alert = $1 ORDER BY case_name",
			 (struct db_value[]){db_int(alert)}, 1, &row, e)) < 0)
		return r;
	while ((r = db_step(row, e)) == 1) {
		if ((r = array_grow(&names->items, &names->capacity, names->count + 1, sizeof *names->items, NAMES_MAX, e)) < 0)
			break;
		snprintf(names->items[names->count++], sizeof *names->items, "%s", db_column_text(row, 0));
	}
	db_finish(row);
	return r;
}

/* Take out whoever is no case there any more; ${common} NULL: nothing was found. Return of how many groups those are that stay though they
 * were not found, or a code. */
static int
remove_cases(struct settling *s, int64_t alert, const struct exposure_common *common, struct error *e)
{
	struct names names = {0};
	size_t *groups = calloc(s->cases->count + 1, sizeof *groups);
	int r = groups ? names_of(s->cascade, alert, &names, e) : error_no_memory(e), stay = 0;

	for (size_t i = 0; r == 0 && i < names.count; i++) {
		if (common && is_among(s, common, names.items[i]))
			continue;
		if (stands(s, names.items[i])) {
			const struct cascade_case *c = cases_find(s->cases, names.items[i]);

			stay += groups[first_of(s, (size_t)(c - s->cases->items))]++ == 0;
			continue;
		}
		r = db_do(s->cascade->db, "DELETE FROM place_alert_case WHERE alert = $1 AND case_name = $2",
			(struct db_value[]){db_int(alert), db_text(names.items[i])}, 2, e);
	}
	free(groups);
	free(names.items);
	return r < 0 ? r : stay;
}

static int
keep(struct settling *s, const struct exposure_common *common, struct error *e)
{
	struct standing standing;
	int r, stay = 0;

	if ((r = standing_at(s->cascade, common->place, &standing, e)) < 0 ||
		(!standing.number && (r = raise_alert(s, common, &standing, e)) < 0))
		return r;
	for (size_t i = 0; r == 0 && i < common->count; i++)
		r = add_case(s->cascade, standing.number, s->live[s->commons.visitors[common->first + i]].c->name, e);
	if (r < 0 || (r = stay = remove_cases(s, standing.number, common, e)) < 0)
		return r;
	if (stay && standing.from < common->from && standing.from < s->forgotten) /* A3 */
		return db_do(s->cascade->db, "UPDATE place_alert SET groups = $2, to_at = $3 WHERE number = $1",
			(struct db_value[]){db_int(standing.number), db_int((int64_t)common->groups + stay), db_int(common->to)}, 3,
			e);
	return db_do(s->cascade->db, "UPDATE place_alert SET groups = $2, from_at = $3, to_at = $4 WHERE number = $1",
		(struct db_value[]){
			db_int(standing.number), db_int((int64_t)common->groups), db_int(common->from), db_int(common->to)},
		4, e);
}

static int
compare_places(const void *left, const void *right)
{
	const place_number a = *(const place_number *)left, b = ((const struct exposure_common *)right)->place;

	return (a > b) - (a < b);
}

/* A2, A3 */
static int
withdraw(struct settling *s, const struct standing *standing, struct error *e)
{
	int stay = 0, r = 0;

	if (standing->from < s->forgotten && s->parameters->place_alert.cases &&
		(r = stay = remove_cases(s, standing->number, NULL, e)) < 0)
		return r;
	if (stay && (size_t)stay >= s->parameters->place_alert.cases)
		return db_do(s->cascade->db, "UPDATE place_alert SET groups = $2 WHERE number = $1",
			(struct db_value[]){db_int(standing->number), db_int(stay)}, 2, e);
	return db_do(s->cascade->db, "UPDATE place_alert SET withdrawn_at = $2 WHERE number = $1",
		(struct db_value[]){db_int(standing->number), db_int(registry_recording_time(s->cascade->registry))}, 2, e);
}

static int
withdraw_others(struct settling *s, struct error *e)
{
	struct standing *gone = NULL;
	struct db_statement *row = NULL;
	size_t count = 0, capacity = 0;
	int r;

	if ((r = db_start(s->cascade->db,
			 "SELECT number, groups, place, from_at, to_at FROM place_alert WHERE withdrawn_at IS NULL ORDER BY number",
			 NULL, 0, &row, e)) < 0)
		return r;
	while ((r = db_step(row, e)) == 1) {
		const struct standing standing = {db_column_int(row, 0), db_column_int(row, 1),
			(place_number)db_column_int(row, 2), db_column_int(row, 3), db_column_int(row, 4)};

		if (s->commons.count &&
			bsearch(&standing.place, s->commons.items, s->commons.count, sizeof *s->commons.items, compare_places))
			continue;
		if ((r = array_grow(&gone, &capacity, count + 1, sizeof *gone, EXPOSURE_CONTACTS_MAX, e)) < 0)
			break;
		gone[count++] = standing;
	}
	db_finish(row);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = withdraw(s, &gone[i], e);
	free(gone);
	return r;
}

/* A5 */
static int
forget(struct settling *s, struct error *e)
{
	const struct db_value value = db_int(s->forgotten);
	int r;

	if (s->forgotten == INT64_MIN)
		return 0;
	if ((r = db_do(s->cascade->db,
			 "DELETE FROM place_alert_case WHERE alert IN (SELECT number FROM place_alert WHERE to_at <= $1)", &value,
			 1, e)) < 0)
		return r;
	return db_do(s->cascade->db, "DELETE FROM place_alert WHERE to_at <= $1", &value, 1, e);
}

static int
settle(struct settling *s, struct error *e)
{
	uint8_t from[KEYS_SIZE];
	int r;

	if ((r = forget(s, e)) < 0 || (r = choose_live(s, e)) < 0 || (r = link_cases(s, e)) < 0 ||
		(r = hash_from(s, from, e)) < 0 || (r = is_settled(s->cascade, from, e)) != 0)
		return r < 0 ? r : 0;
	if ((r = find(s, e)) < 0)
		return r;
	for (size_t i = 0; r == 0 && i < s->commons.count; i++)
		r = keep(s, &s->commons.items[i], e);
	if (r < 0 || (r = withdraw_others(s, e)) < 0)
		return r;
	return db_do(s->cascade->db,
		"INSERT INTO place_alert_settled(id, settled_from) VALUES(1, $1)"
		" ON CONFLICT(id) DO UPDATE SET settled_from = excluded.settled_from",
		(struct db_value[]){db_blob(from, sizeof from)}, 1, e);
}

int
alerts_settle(struct cascade *cascade, const struct cascade_cases *cases, const struct exposure_parameters *parameters,
	const struct zone *zone, struct error *e)
{
	struct settling s = {.cascade = cascade, .cases = cases, .parameters = parameters, .zone = zone};
	int r = presence_forgotten(cascade->presence, &s.forgotten, e);

	if (r == 0)
		r = settle(&s, e);
	free(s.live);
	free(s.group);
	exposure_commons_free(&s.commons);
	return r;
}

int
cascade_place_alerts_forget(struct cascade *cascade, struct error *e)
{
	struct settling s = {.cascade = cascade};
	int r = presence_forgotten(cascade->presence, &s.forgotten, e);

	return r < 0 ? r : forget(&s, e);
}
