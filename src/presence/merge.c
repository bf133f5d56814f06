#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "presence/internal.h"

enum { GROUP_MAX = 1 << 20 };

/* The segments of a day that become one: from run ${first} on, the youngest, older ones first. */
struct merge {
	struct day *day;
	size_t first, count;
	struct merge_run {
		struct segment_cursor *cursor;
		struct row row;
		int has;
		uint32_t *sources; /* the merged list's number of each of its own */
	} * runs;
	struct presence_source *sources;
	size_t source_count, source_capacity;
	struct row *group; /* of one key, older first */
	size_t group_count, group_capacity;
};

static void
close_cursors(struct merge *merge)
{
	for (size_t i = 0; merge->runs && i < merge->count; i++) {
		segment_cursor_free(merge->runs[i].cursor);
		merge->runs[i].cursor = NULL;
	}
}

static void
merge_clear(struct merge *merge)
{
	close_cursors(merge);
	for (size_t i = 0; merge->runs && i < merge->count; i++)
		free(merge->runs[i].sources);
	free(merge->runs);
	free(merge->sources);
	free(merge->group);
}

static int
compare_sources(const void *a, const void *b)
{
	const struct presence_source *x = a, *y = b;

	if (x->recorded_at != y->recorded_at)
		return x->recorded_at < y->recorded_at ? -1 : 1;
	return (x->import > y->import) - (x->import < y->import);
}

/* One list of all sources, and where each run's are in it. */
static int
merge_sources(struct merge *merge, struct error *e)
{
	const struct presence_source *own;
	size_t count, kept = 0;
	int r;

	for (size_t i = 0; i < merge->count; i++) {
		own = segment_sources(merge->day->runs[merge->first + i].segment, &count);
		if ((r = array_grow(&merge->sources, &merge->source_capacity, merge->source_count + count,
				 sizeof *merge->sources, SEGMENT_SOURCES_MAX, e)) < 0)
			return r;
		memcpy(merge->sources + merge->source_count, own, count * sizeof *own);
		merge->source_count += count;
	}
	qsort(merge->sources, merge->source_count, sizeof *merge->sources, compare_sources);
	for (size_t i = 0; i < merge->source_count; i++)
		if (kept == 0 || compare_sources(&merge->sources[kept - 1], &merge->sources[i]) != 0)
			merge->sources[kept++] = merge->sources[i];
	merge->source_count = kept;
	for (size_t i = 0; i < merge->count; i++) {
		own = segment_sources(merge->day->runs[merge->first + i].segment, &count);
		if (!(merge->runs[i].sources = calloc(count + 1, sizeof(uint32_t))))
			return error_no_memory(e);
		for (size_t j = 0; j < count; j++)
			merge->runs[i].sources[j] = (uint32_t)((struct presence_source *)bsearch(&own[j], merge->sources,
													   merge->source_count, sizeof *own, compare_sources) -
				merge->sources);
	}
	return 0;
}

static int
next_row(struct merge_run *run, struct error *e)
{
	run->has = segment_cursor_next(run->cursor, &run->row, e);
	if (run->has == 1)
		run->row.source = run->sources[run->row.source];
	return run->has < 0 ? run->has : 0;
}

static int
open_cursors(struct merge *merge, enum order order, struct error *e)
{
	int r;

	for (size_t i = 0; i < merge->count; i++)
		if ((r = segment_cursor_new(merge->day->runs[merge->first + i].segment, order, &merge->runs[i].cursor, e)) <
				0 ||
			(r = next_row(&merge->runs[i], e)) < 0)
			return r;
	return 0;
}

/* The run with the least key, of equal ones the oldest; NULL at the end. */
static struct merge_run *
least_run(struct merge *merge, enum order order)
{
	struct merge_run *least = NULL;

	for (size_t i = 0; i < merge->count; i++)
		if (merge->runs[i].has == 1 && (!least || row_compare_keys(&merge->runs[i].row, &least->row, order) < 0))
			least = &merge->runs[i];
	return least;
}

/* I1: of one source only what was put last. */
static int
add_to_group(struct merge *merge, const struct row *row, struct error *e)
{
	size_t at = 0;
	int r;

	while (at < merge->group_count && merge->group[at].source != row->source)
		at++;
	if (at == merge->group_count) {
		if ((r = array_grow(&merge->group, &merge->group_capacity, at + 1, sizeof *merge->group, GROUP_MAX, e)) < 0)
			return r;
		merge->group_count++;
	}
	merge->group[at] = *row;
	return 0;
}

static int
write_order(struct merge *merge, struct segment_writer *writer, enum order order, struct error *e)
{
	struct merge_run *run;
	int r;

	if ((r = open_cursors(merge, order, e)) < 0)
		return r;
	while ((run = least_run(merge, order))) {
		if (merge->group_count && row_compare_keys(&merge->group[0], &run->row, order) != 0) {
			if ((r = segment_write(writer, merge->group, merge->group_count, order, e)) < 0)
				return r;
			merge->group_count = 0;
		}
		if ((r = add_to_group(merge, &run->row, e)) < 0 || (r = next_row(run, e)) < 0)
			return r;
	}
	r = segment_write(writer, merge->group, merge->group_count, order, e);
	merge->group_count = 0;
	close_cursors(merge);
	return r;
}

/* I4: from now on the file is a leftover, and a minute from now it may go. */
static int
let_go(struct presence *presence, struct day *day, const struct run *run, struct error *e)
{
	const struct db_value id = db_int(run->id);
	char *path = file_join(presence->folder, segment_about(run->segment)->name, e);
	int r;

	if (!path)
		return ERROR_NO_MEMORY;
	(void)utimensat(AT_FDCWD, path, NULL, 0);
	free(path);
	if ((r = db_do(presence->db, "DELETE FROM presence_segment WHERE id = $1", &id, 1, e)) < 0)
		return r;
	day->again -= segment_about(run->segment)->again;
	segment_close(run->segment);
	return 0;
}

static int
replace(struct presence *presence, struct merge *merge, const struct segment_about *about, struct error *e)
{
	struct day *day = merge->day;
	int r = 0;

	while (day->run_count > merge->first && r == 0)
		if ((r = let_go(presence, day, &day->runs[day->run_count - 1], e)) == 0)
			day->run_count--;
	return r < 0 ? r : day_add_run(presence, day, about, e);
}

static int
merge_runs(struct presence *presence, struct day *day, size_t first, struct error *e)
{
	struct merge merge = {.day = day, .first = first, .count = day->run_count - first};
	struct segment_writer *writer = NULL;
	struct segment_about about;
	uint64_t again = 0;
	int r;

	if (!(merge.runs = calloc(merge.count, sizeof *merge.runs)))
		return error_no_memory(e);
	for (size_t i = first; i < day->run_count; i++)
		again += segment_about(day->runs[i].segment)->again;
	if ((r = merge_sources(&merge, e)) < 0 ||
		(r = segment_writer_new(presence->folder, day->day, day->key, &writer, e)) < 0 ||
		(r = write_order(&merge, writer, ORDER_PERSON, e)) < 0 ||
		(r = write_order(&merge, writer, ORDER_PLACE, e)) < 0 ||
		(r = segment_writer_finish(writer, merge.sources, merge.source_count, again, &about, e)) < 0)
		goto out;
	r = replace(presence, &merge, &about, e);
out:
	segment_writer_free(writer);
	merge_clear(&merge);
	return r;
}

size_t
runs_to_merge(const struct run_size *runs, size_t count)
{
	size_t first = count, sources = 0;
	uint64_t younger = 0;

	for (size_t i = count; i-- > 0;) {
		sources += runs[i].sources;
		if (sources > SEGMENT_SOURCES_MAX)
			break;
		/* A run that is large enough may have like-sized ones behind it: all are looked at. */
		if (i + 1 < count && (runs[i].rows <= 2 * younger || count > RUNS_MAX))
			first = i;
		younger += runs[i].rows;
	}
	return first;
}

int
compact(struct presence *presence, struct day *day, struct error *e)
{
	struct run_size *sizes;
	size_t first;
	int r;

	if (day->run_count < 2)
		return 0;
	if (!(sizes = calloc(day->run_count, sizeof *sizes)))
		return error_no_memory(e);
	for (size_t i = 0; i < day->run_count; i++) {
		sizes[i].rows = segment_about(day->runs[i].segment)->rows;
		segment_sources(day->runs[i].segment, &sizes[i].sources);
	}
	first = runs_to_merge(sizes, day->run_count);
	free(sizes);
	if (first == day->run_count)
		return 0;
	if ((r = merge_runs(presence, day, first, e)) < 0)
		return r;
	return state_changed(presence, e);
}

static bool
is_named(const struct presence *presence, const char *name)
{
	const struct state *state = &presence->state;

	for (size_t i = 0; i < state->day_count; i++)
		for (size_t j = 0; j < state->days[i].run_count; j++)
			if (strcmp(segment_about(state->days[i].runs[j].segment)->name, name) == 0)
				return true;
	return false;
}

int
leftovers_remove(struct presence *presence, struct error *e)
{
	struct file_names names = {0};
	struct stat status;
	int r;

	if ((r = file_list(presence->folder, SEGMENT_SUFFIX, &names, e)) < 0)
		return r;
	for (size_t i = 0; i < names.count && r == 0; i++) {
		char *path;

		if (is_named(presence, names.names[i]))
			continue;
		if (!(path = file_join(presence->folder, names.names[i], e)))
			r = ERROR_NO_MEMORY;
		else if (stat(path, &status) == 0 && status.st_mtime + LEFTOVER_S <= time(NULL))
			(void)unlink(path); /* what cannot go now goes later */
		free(path);
	}
	file_names_free(&names);
	return r;
}
