/* Several sweepers of one store, each a process, and what comes between a sweep's transactions: all end as one that nothing disturbed. */

#include "crowd.h"

#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "cascade/inside.h"

enum { KILLED = 8, STATE_MAX = 1 << 22 };

static void
copy_store(const char *from, char to[64])
{
	char command[256];

	strcpy(to, "/tmp/healthcode-cascade-XXXXXX");
	assert_non_null(mkdtemp(to));
	snprintf(command, sizeof command, "cp -r %s/. %s", from, to);
	assert_int_equal(system(command), 0);
}

static void
open_store(const char *path, const char *now, struct scene *s)
{
	const struct registry_where where = {.data = path};
	struct error e = {0};

	*s = (struct scene){0};
	snprintf(s->folder, sizeof s->folder, "%s", path);
	GOOD(registry_open(&where, &s->registry, &e));
	GOOD(cascade_open(s->registry, &s->cascade, &e));
	s->db = registry_db(s->registry);
	s->cascade->slice_people = 3;
	scene_at(s, now);
}

static void
close_store(struct scene *s)
{
	cascade_close(s->cascade);
	store_discard(s->registry, s->folder);
}

/* Sweep in a process of its own, which ends after so much of processor time as kill -9 would end it (0: when it is done). */
static pid_t
sweeper(const char *path, const char *now, int64_t killed_after_us)
{
	const struct itimerval after = {
		.it_value = {.tv_sec = killed_after_us / 1000000, .tv_usec = killed_after_us % 1000000}};
	pid_t child = fork();
	struct scene s;

	assert_true(child >= 0);
	if (child > 0)
		return child;
	if (killed_after_us > 0)
		setitimer(ITIMER_PROF, &after, NULL);
	open_store(path, now, &s);
	crowd_evaluate_due(&s);
	_exit(0);
}

static int
status_of(pid_t child, struct rusage *ret_usage)
{
	int status = -1;

	assert_int_equal(wait4(child, &status, 0, ret_usage), child);
	return status;
}

static void
rows(struct db *db, const char *sql, struct buffer *text)
{
	struct db_statement *s = NULL;
	struct error e = {0};

	GOOD(db_start(db, sql, NULL, 0, &s, &e));
	while (GOOD(db_step(s, &e)) == 1)
		GOOD(buffer_add_format(text, &e, "%s\n", db_column_text(s, 0)));
	db_finish(s);
}

/* Everything that sweeps write, but in which order. */
static char *
state_of(struct scene *s)
{
	struct buffer text = buffer_make(STATE_MAX);
	struct error e = {0};
	int64_t wrong;

	rows(s->db,
		"SELECT person || jurisdiction || colour || since || ' ' || next_at || next_colour || evaluated_at || policy ||"
		" area_version || areas || ' ' || sweep FROM colour ORDER BY person, jurisdiction",
		&text);
	rows(s->db,
		"SELECT jurisdiction || part || ' ' || number || policy || area_version || ' ' || evaluated_at FROM sweep"
		" ORDER BY jurisdiction, part",
		&text);
	rows(s->db,
		"SELECT person || jurisdiction || colour || since || ' ' || evaluated_at || policy FROM colour_log"
		" ORDER BY person, jurisdiction, id",
		&text);
	rows(s->db,
		"SELECT person || jurisdiction || first_at || ' ' || last_at || cause FROM due ORDER BY person, jurisdiction",
		&text);
	rows(s->db,
		"SELECT person || jurisdiction || from_at || ' ' || until_at || hex(facts) FROM packed"
		" ORDER BY person, jurisdiction",
		&text);
	GOOD(cascade_verify_evaluations(s->cascade, &wrong, &e));
	assert_int_equal(wrong, -1);
	return buffer_take(&text);
}

static int
parts_behind(struct scene *s)
{
	bool behind[SWEEP_PARTS];
	const struct pack *pack;
	struct error e = {0};
	int64_t version;

	GOOD(registry_pack(s->registry, HZ, &pack, &e));
	return registry_sweep_behind(s->registry, pack, behind, &version, &e);
}

#define LATER "2020-03-20T12:00:01Z"

/* A store in which an area and a pack rose, and what an undisturbed sweep makes of it, in so much of processor time. */
static char *
disturbable(struct scene *s, person_number people[CROWD], int64_t *ret_us)
{
	struct scene undisturbed;
	struct rusage usage;
	char path[64], *state;

	scene_at(s, "2020-03-20T12:00:00Z");
	crowd_fill(s, people);
	crowd_evaluate_due(s);
	scene_at(s, LATER);
	crowd_count(s, "330100", 18330, 9);
	crowd_put_another_in_force(s);
	copy_store(s->folder, path);
	assert_int_equal(status_of(sweeper(path, LATER, 0), &usage), 0);
	*ret_us =
		(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
	open_store(path, LATER, &undisturbed);
	assert_int_equal(parts_behind(&undisturbed), 0);
	crowd_is_as_the_evidence_says(&undisturbed, people);
	state = state_of(&undisturbed);
	close_store(&undisturbed);
	return state;
}

static void
ends_as(const char *path, const char *wanted)
{
	struct scene s;
	char *state;

	open_store(path, LATER, &s);
	state = state_of(&s);
	assert_string_equal(state, wanted);
	free(state);
	close_store(&s);
}

static void
two_sweepers_at_once_end_as_one_does(void **state)
{
	struct scene *s = *state;
	person_number people[CROWD];
	int64_t us;
	char *wanted = disturbable(s, people, &us), path[64];

	for (int round = 0; round < 3; round++) {
		pid_t one, other;

		copy_store(s->folder, path);
		one = sweeper(path, LATER, 0);
		other = sweeper(path, LATER, 0);
		assert_int_equal(status_of(one, NULL), 0);
		assert_int_equal(status_of(other, NULL), 0);
		ends_as(path, wanted);
	}
	free(wanted);
}

static void
a_sweep_that_is_killed_at_any_moment_ends_as_one_that_was_not(void **state)
{
	struct scene *s = *state;
	person_number people[CROWD];
	int64_t us;
	char *wanted = disturbable(s, people, &us), path[64];
	int midway = 0;

	for (int moment = 1; moment <= KILLED; moment++) {
		struct scene disturbed;
		int behind;

		copy_store(s->folder, path);
		status_of(sweeper(path, LATER, us * moment / KILLED), NULL);
		open_store(path, LATER, &disturbed);
		behind = parts_behind(&disturbed);
		midway += behind > 0 && behind < SWEEP_PARTS;
		cascade_close(disturbed.cascade);
		registry_close(disturbed.registry);
		assert_int_equal(status_of(sweeper(path, LATER, 0), NULL), 0);
		ends_as(path, wanted);
	}
	assert_true(midway > 0);
	free(wanted);
}

/* While one sweeps, others do as well and things change: by ${disturb}, once, after a transaction of it. */
struct meanwhile {
	struct scene *s;
	const person_number *people;
	bool done;
};

static int
evaluated_later_and_counted_again(const struct cascade_change *change, void *context, struct error *ret_e)
{
	struct meanwhile *m = context;
	struct cascade_counts counts;
	struct error e = {0};

	(void)change;
	(void)ret_e;
	if (m->done)
		return 0;
	m->done = true;
	scene_at(m->s, "2020-03-20T12:00:05Z");
	GOOD(cascade_evaluate_people(m->s->cascade, NULL, m->people, CROWD, NULL, &counts, &e));
	crowd_count(m->s, "330100", 18331, 9);
	crowd_put_another_in_force(m->s);
	return 0;
}

static void
what_changes_while_a_sweep_goes_on_is_swept_by_it_W5(void **state)
{
	struct scene *s = *state;
	person_number people[CROWD];
	struct meanwhile meanwhile = {.s = s, .people = people};
	const struct cascade_listener listener = {.changed = evaluated_later_and_counted_again, .context = &meanwhile};
	struct cascade_counts counts;
	struct error e = {0};

	scene_at(s, "2020-03-20T12:00:00Z");
	crowd_fill(s, people);
	crowd_evaluate_due(s);
	scene_at(s, LATER);
	for (int i = 0; i < 6; i++) {
		char area[8];

		snprintf(area, sizeof area, "%.4s00", crowd_divisions[i]);
		crowd_count(s, area, 18330, 50);
	}
	s->cascade->slice_people = 3;
	GOOD(cascade_evaluate_due(s->cascade, HZ, &listener, &counts, &e));
	assert_true(meanwhile.done);
	assert_int_equal(parts_behind(s), 0);
	crowd_evaluate_due(s);
	crowd_is_as_the_evidence_says(s, people);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(two_sweepers_at_once_end_as_one_does),
		TEST(a_sweep_that_is_killed_at_any_moment_ends_as_one_that_was_not),
		TEST(what_changes_while_a_sweep_goes_on_is_swept_by_it_W5),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
