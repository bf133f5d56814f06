/* The engine against a plain list of records, over runs of puts, loads, undoings, rollbacks, purges and reopenings. */

#include <sys/stat.h>
#include <time.h>
#include <utime.h>

#include "base/file.h"
#include "engines.h"

/* The days lie in two spans of people (I7). */
enum { PEOPLE = 6, PLACES = 4, DAYS = 5, FIRST_DAY = 30, FIRST = FIRST_DAY * DAY_S, RECORDS_MAX = 200000 };

struct record {
	struct presence_stay stay;
	struct presence_source source;
	size_t put; /* the how-manieth */
};

struct model {
	struct record *records;
	size_t count;
	struct undone {
		int64_t import;
		instant at;
	} undone[64];
	size_t undone_count;
	day_number first_day; /* days before it were destroyed */
};

static uint64_t
draw(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dU >> 16;
}

static bool
counts(const struct model *model, const struct record *record, instant known)
{
	if (record->source.recorded_at > known)
		return false;
	for (size_t i = 0; i < model->undone_count; i++)
		if (model->undone[i].import == record->source.import && model->undone[i].at <= known)
			return false;
	return true;
}

static bool
same_key(const struct presence_stay *a, const struct presence_stay *b)
{
	return a->person == b->person && a->place == b->place && a->start == b->start && a->day_only == b->day_only;
}

static bool
after(const struct record *a, const struct record *b)
{
	if (a->source.recorded_at != b->source.recorded_at)
		return a->source.recorded_at > b->source.recorded_at;
	if (a->source.import != b->source.import)
		return a->source.import > b->source.import;
	return a->put > b->put;
}

static const struct record *
known_of(const struct model *model, const struct presence_stay *stay, instant known)
{
	const struct record *last = NULL;

	for (size_t i = 0; i < model->count; i++)
		if (same_key(&model->records[i].stay, stay) && counts(model, &model->records[i], known) &&
			(!last || after(&model->records[i], last)))
			last = &model->records[i];
	return last;
}

static int
model_put(struct model *model, const struct presence_stay *stay, const struct presence_source *source)
{
	const struct record *known = known_of(model, stay, source->recorded_at);

	if (zone_day(&zone_utc, stay->start) < model->first_day)
		return ERROR_DENIED;
	if (known && known->stay.end == stay->end && known->stay.seat == stay->seat)
		return PRESENCE_UNCHANGED;
	assert_true(model->count < RECORDS_MAX);
	model->records[model->count] = (struct record){*stay, *source, model->count};
	model->count++;
	return known ? PRESENCE_CHANGED : PRESENCE_NEW;
}

/* Somebody, as a registry numbers them. */
static person_number
somebody(uint64_t *state)
{
	return (1 + (person_number)(draw(state) % PEOPLE)) * 2654435761U;
}

static struct presence_stay
draw_stay(uint64_t *state)
{
	struct presence_stay stay = {.person = somebody(state),
		.place = 1 + (place_number)(draw(state) % PLACES),
		.start = FIRST + (instant)(draw(state) % (DAYS * 24)) * 3600};

	stay.end = stay.start + 600 * (1 + (instant)(draw(state) % 12));
	if (draw(state) % 40 == 0)
		stay.end += 3 * DAY_S;
	if (draw(state) % 30 == 0) {
		stay.start -= stay.start % DAY_S;
		stay.end = stay.start + DAY_S;
		stay.day_only = true;
	}
	if (draw(state) % 10 == 0)
		stay.seat = (uint16_t)(draw(state) % 100);
	return stay;
}

struct list {
	struct presence_stay *stays;
	size_t count;
};

static int
add(const struct presence_stay *stay, void *context, struct error *e)
{
	struct list *list = context;

	(void)e;
	assert_true(list->count < RECORDS_MAX);
	list->stays[list->count++] = *stay;
	return 0;
}

static int
compare_stays(const void *a, const void *b)
{
	const struct presence_stay *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->person != y->person)
		return x->person < y->person ? -1 : 1;
	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return (int)x->day_only - (int)y->day_only;
}

static struct list
model_walk(const struct model *model, bool by_place, uint32_t major, instant from, instant to,
	const struct presence_view *view)
{
	struct list list = {calloc(model->count + 1, sizeof *list.stays), 0};
	const instant until = to < view->now ? to : view->now;

	assert_non_null(list.stays);
	for (size_t i = 0; i < model->count; i++) {
		const struct record *record = &model->records[i];
		struct presence_stay stay = record->stay;

		if ((by_place ? stay.place : stay.person) != major || stay.start >= until || stay.end <= from ||
			from >= until || zone_day(&zone_utc, stay.start) < model->first_day ||
			known_of(model, &stay, view->known) != record)
			continue;
		if (stay.end > view->now && !stay.day_only)
			stay.end = view->now;
		list.stays[list.count++] = stay;
	}
	qsort(list.stays, list.count, sizeof *list.stays, compare_stays);
	return list;
}

static void
compare_walks(struct fixture *f, const struct model *model, uint64_t *state, instant clock)
{
	const struct presence_view views[] = {see_all, {FIRST + (instant)(draw(state) % (DAYS * DAY_S)), INT64_MAX},
		{INT64_MAX, (instant)(draw(state) % (uint64_t)clock)}};
	const bool by_place = draw(state) % 2;
	const uint32_t major = by_place ? 1 + (uint32_t)(draw(state) % PLACES) : somebody(state);
	const instant from = FIRST + (instant)(draw(state) % (DAYS * DAY_S)), to = from + (instant)(draw(state) % DAY_S);

	for (size_t i = 0; i < 3; i++) {
		struct list wanted = model_walk(model, by_place, major, from, to, &views[i]);
		struct list got = {calloc(model->count + 1, sizeof *got.stays), 0};
		struct error e = {0};

		assert_non_null(got.stays);
		assert_int_equal((by_place ? presence_each_stay_at : presence_each_stay_of)(
							 f->presence, major, from, to, &views[i], add, &got, &e),
			0);
		assert_int_equal(got.count, wanted.count);
		for (size_t j = 0; j < got.count; j++) {
			assert_int_equal(compare_stays(&got.stays[j], &wanted.stays[j]), 0);
			assert_int_equal(got.stays[j].end, wanted.stays[j].end);
			assert_int_equal(got.stays[j].seat, wanted.stays[j].seat);
		}
		free(got.stays);
		free(wanted.stays);
	}
}

static void
put_some(struct fixture *f, struct model *model, const struct presence_source *source, size_t count, uint64_t *state)
{
	struct error e = {0};

	while (count--) {
		const struct presence_stay stay = draw_stay(state);

		assert_int_equal(presence_put_stay(f->presence, &stay, source, &e), model_put(model, &stay, source));
	}
}

struct outcomes {
	int wanted[300], got[300];
};

static void
keep_outcome(uint32_t ordinal, enum presence_change change, void *context)
{
	struct outcomes *outcomes = context;

	assert_int_equal(outcomes->got[ordinal], -1);
	outcomes->got[ordinal] = (int)change;
}

static void
load_some(struct fixture *f, struct model *model, const struct presence_source *source, size_t count, uint64_t *state)
{
	struct presence_counts wanted = {0}, got;
	struct presence_load *load = NULL;
	const bool told = draw(state) % 2;
	struct outcomes outcomes;
	size_t added = 0;
	struct error e = {0};

	assert_int_equal(presence_load_new(f->presence, source, &load, &e), 0);
	if (told)
		presence_load_tell(load, keep_outcome, &outcomes);
	while (count--) {
		const struct presence_stay stay = draw_stay(state);
		const int r = model_put(model, &stay, source);

		if (r >= 0) {
			outcomes.wanted[added] = r;
			outcomes.got[added++] = -1;
		}

		wanted.added += r == PRESENCE_NEW;
		wanted.changed += r == PRESENCE_CHANGED;
		wanted.unchanged += r == PRESENCE_UNCHANGED;
		assert_int_equal(presence_load_add(load, &stay, &e), r < 0 ? r : 0);
	}
	assert_int_equal(presence_load_finish(load, &got, &e), 0);
	presence_load_free(load);
	assert_int_equal(got.added, wanted.added);
	assert_int_equal(got.changed, wanted.changed);
	assert_int_equal(got.unchanged, wanted.unchanged);
	for (size_t i = 0; told && i < added; i++)
		assert_int_equal(outcomes.got[i], outcomes.wanted[i]);
}

static void
it_answers_as_a_plain_list_would(void **state)
{
	struct fixture *f = *state;
	struct model model = {.records = calloc(RECORDS_MAX, sizeof *model.records)};
	struct presence_checked checked;
	struct presence_purged purged;
	struct error e = {0};
	uint64_t seed = 7;
	instant clock = 1;

	assert_non_null(model.records);
	for (int i = 0; i < PLACES; i++)
		put_place(f, (const char *[]){"a", "b", "c", "d"}[i], "venue");
	assert_int_equal(db_commit(f->db, &e), 0);
	for (int64_t import = 1; import <= 40; import++) {
		const struct presence_source source = {clock, import};
		const size_t count = model.count;
		const bool lost = draw(&seed) % 4 == 0;

		assert_int_equal(db_begin(f->db, &e), 0);
		if (draw(&seed) % 2)
			put_some(f, &model, &source, draw(&seed) % 20, &seed);
		else
			load_some(f, &model, &source, draw(&seed) % 300, &seed);
		if (draw(&seed) % 6 == 0) {
			model.undone[model.undone_count] = (struct undone){1 + (int64_t)(draw(&seed) % (uint64_t)import), clock};
			assert_int_equal(presence_undo(f->presence, model.undone[model.undone_count++].import, clock, &e), 0);
		} else if (lost) { /* what was read within is forgotten with it */
			compare_walks(f, &model, &seed, clock);
			db_rollback(f->db);
			model.count = count;
		}
		if (db_in_transaction(f->db))
			assert_int_equal(db_commit(f->db, &e), 0);
		if (draw(&seed) % 3 == 0) {
			presence_close(f->presence);
			fixture_open_presence(f);
		}
		if (import == 30) {
			model.first_day = FIRST_DAY + 2;
			assert_int_equal(presence_purge(f->presence, model.first_day, &purged, &e), 0);
		}
		for (int i = 0; i < 12; i++)
			compare_walks(f, &model, &seed, clock);
		clock += (instant)(draw(&seed) % 3);
	}
	if (presence_check(f->presence, &checked, &e) < 0)
		fail_msg("%s", e.message);
	free(model.records);
}

/* Rows enough for segments: many people, one shop each. */
static void
load_crowd(struct fixture *f, int64_t import, instant clock, uint32_t first_person, uint32_t people, instant length)
{
	const struct presence_source source = {clock, import};
	struct presence_load *load = NULL;
	struct presence_counts counts;
	struct error e = {0};

	assert_int_equal(presence_load_new(f->presence, &source, &load, &e), 0);
	for (uint32_t i = 0; i < people; i++) {
		const struct presence_stay stay = {.person = first_person + i,
			.place = 1 + i % PLACES,
			.start = 3600 + i % 40000,
			.end = 3600 + i % 40000 + length};

		assert_int_equal(presence_load_add(load, &stay, &e), 0);
	}
	assert_int_equal(presence_load_finish(load, &counts, &e), 0);
	presence_load_free(load);
}

static int
count_one(const struct presence_stay *stay, void *context, struct error *e)
{
	(void)stay;
	(void)e;
	++*(size_t *)context;
	return 0;
}

static size_t
count_at(struct fixture *f, place_number place, instant from, instant to)
{
	struct error e = {0};
	size_t count = 0;

	assert_int_equal(presence_each_stay_at(f->presence, place, from, to, &see_all, count_one, &count, &e), 0);
	return count;
}

static size_t
files(struct fixture *f)
{
	struct file_names names = {0};
	struct error e = {0};
	char folder[80];
	size_t count;

	snprintf(folder, sizeof folder, "%s/presence", f->folder);
	assert_int_equal(file_list(folder, "", &names, &e), 0);
	count = names.count;
	file_names_free(&names);
	return count;
}

/* As if the minute had passed that leftovers are kept for. */
static void
age_files(struct fixture *f)
{
	const struct utimbuf long_ago = {1000, 1000};
	struct file_names names = {0};
	struct error e = {0};
	char path[400];

	snprintf(path, sizeof path, "%s/presence", f->folder);
	assert_int_equal(file_list(path, "", &names, &e), 0);
	for (size_t i = 0; i < names.count; i++) {
		snprintf(path, sizeof path, "%s/presence/%s", f->folder, names.names[i]);
		assert_int_equal(utime(path, &long_ago), 0);
	}
	file_names_free(&names);
}

static void
put_places(struct fixture *f)
{
	for (int i = 0; i < PLACES; i++)
		put_place(f, (const char *[]){"a", "b", "c", "d"}[i], "venue");
}

static void
segments_merge_and_leave_no_file_behind_I4(void **state)
{
	struct fixture *f = *state;
	struct presence_checked checked;
	struct error e = {0};

	put_places(f);
	for (int64_t import = 1; import <= 5; import++) {
		load_crowd(f, import, import, (uint32_t)import * 10000, 5000, 600);
		assert_int_equal(count_at(f, 1, 0, DAY_S), import * 1250);
	}
	load_crowd(f, 6, 6, 10000, 5000, 900); /* the first import's people, corrected */
	assert_int_equal(count_at(f, 1, 0, DAY_S), 5 * 1250);
	assert_int_equal(presence_undo(f->presence, 6, 7, &e), 0);
	load_crowd(f, 7, 8, 10000, 5000, 900);
	assert_int_equal(count_at(f, 1, 0, DAY_S), 5 * 1250);
	assert_int_equal(presence_check(f->presence, &checked, &e), 0);
	assert_int_equal(checked.stays, 7 * 5000);
	assert_in_range(checked.segments, 1, 4);
	age_files(f);
	load_crowd(f, 8, 9, 90000, 10, 600);
	assert_int_equal(files(f), checked.segments);
	assert_int_equal(presence_check(f->presence, &checked, &e), 0);
}

static void
what_was_rolled_back_is_a_leftover_I4(void **state)
{
	struct fixture *f = *state;
	struct presence_checked checked;
	struct error e = {0};

	put_places(f);
	assert_int_equal(db_commit(f->db, &e), 0);
	assert_int_equal(db_begin(f->db, &e), 0);
	load_crowd(f, 1, 1, 1, 5000, 600);
	assert_int_equal(count_at(f, 1, 0, DAY_S), 1250);
	db_rollback(f->db);
	assert_int_equal(count_at(f, 1, 0, DAY_S), 0);
	assert_int_equal(files(f), 1);
	age_files(f);
	assert_int_equal(db_begin(f->db, &e), 0);
	load_crowd(f, 2, 2, 1, 10, 600);
	assert_int_equal(db_commit(f->db, &e), 0);
	assert_int_equal(files(f), 0); /* ten stays wait in the tail */
	assert_int_equal(presence_check(f->presence, &checked, &e), 0);
	assert_int_equal(checked.stays, 10);
}

static void
one_after_the_other_they_become_a_segment(void **state)
{
	struct fixture *f = *state;
	const struct presence_source source = {1, 1};
	struct presence_checked checked;
	struct error e = {0};

	put_places(f);
	for (uint32_t i = 0; i < 5000; i++) {
		const struct presence_stay stay = {.person = 1 + i, .place = 1, .start = 7200 + i, .end = 8200 + i};

		assert_int_equal(presence_put_stay(f->presence, &stay, &source, &e), PRESENCE_NEW);
	}
	assert_int_equal(presence_check(f->presence, &checked, &e), 0);
	assert_int_equal(checked.segments, 1);
	assert_int_equal(checked.stays, 5000);
	assert_int_equal(count_at(f, 1, 0, DAY_S), 5000);
}

static void
another_reader_sees_what_is_committed_I5(void **state)
{
	struct fixture *f = *state, other = **(struct fixture **)state;
	struct error e = {0};

	put_places(f);
	assert_int_equal(db_commit(f->db, &e), 0);
	assert_int_equal(db_open(fixture_uri ? fixture_uri : f->folder, false, &other.db, &e), 0);
	fixture_open_presence(&other);
	assert_int_equal(count_at(&other, 1, 0, DAY_S), 0);
	assert_int_equal(db_begin(f->db, &e), 0);
	load_crowd(f, 1, 1, 1, 5000, 600);
	assert_int_equal(count_at(&other, 1, 0, DAY_S), 0);
	assert_int_equal(db_commit(f->db, &e), 0);
	assert_int_equal(count_at(&other, 1, 0, DAY_S), 1250);
	assert_int_equal(put_stay(f, 1, 1, 90000, 90010), PRESENCE_NEW);
	assert_int_equal(count_at(&other, 1, 90000, 90001), 1);
	presence_close(other.presence);
	db_close(other.db);
}

static void
a_missing_or_damaged_segment_is_told(void **state)
{
	struct fixture *f = *state;
	struct presence_checked checked;
	struct file_names names = {0};
	struct error e = {0};
	char path[400];
	FILE *file;

	put_places(f);
	load_crowd(f, 1, 1, 1, 5000, 600);
	assert_int_equal(db_commit(f->db, &e), 0);
	snprintf(path, sizeof path, "%s/presence", f->folder);
	assert_int_equal(file_list(path, "", &names, &e), 0);
	snprintf(path, sizeof path, "%s/presence/%s", f->folder, names.names[0]);
	file_names_free(&names);
	assert_non_null(file = fopen(path, "r+b"));
	fseek(file, 5000, SEEK_SET);
	fputc(1, file);
	fputc(2, file);
	fclose(file);
	assert_int_equal(presence_check(f->presence, &checked, &e), ERROR_CORRUPT);
	assert_string_equal(e.file, path);
	unlink(path);
	assert_int_equal(presence_check(f->presence, &checked, &e), ERROR_CORRUPT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_answers_as_a_plain_list_would),
		TEST(segments_merge_and_leave_no_file_behind_I4),
		TEST(what_was_rolled_back_is_a_leftover_I4),
		TEST(one_after_the_other_they_become_a_segment),
		TEST(another_reader_sees_what_is_committed_I5),
		TEST(a_missing_or_damaged_segment_is_told),
	};

	return run_on_engines(tests, sizeof tests / sizeof *tests);
}
