/* Several sweepers of one store, each a process of several threads, and what comes between a sweep's transactions: all end as one that
 * nothing disturbed. On SQLite, then on PostgreSQL, where each store is a database. */

#include "crowd.h"

#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "cascade/inside.h"
#include "server.h"

enum { KILLED = 8, STATE_MAX = 1 << 22 };

static struct server *server; /* NULL: on SQLite */

/* A new database, empty or a copy of ${from}, which nobody may have open; nothing on SQLite. */
static void
make_database(const char *from, char database[192])
{
	static int made;
	struct db *db = NULL;
	struct error e = {0};
	char sql[128];

	database[0] = '\0';
	if (!server)
		return;
	made++;
	if (*from)
		snprintf(sql, sizeof sql, "CREATE DATABASE store%d TEMPLATE %.*s", made,
			(int)strcspn(from + strlen("postgresql:///"), "?"), from + strlen("postgresql:///"));
	else
		snprintf(sql, sizeof sql, "CREATE DATABASE store%d", made);
	GOOD(db_open(server_uri(server), false, &db, &e));
	GOOD(db_run(db, sql, &e));
	db_close(db);
	snprintf(database, 192, "postgresql:///store%d%s", made, strchr(server_uri(server), '?'));
}

static int
set_up(void **state)
{
	char database[192];

	make_database("", database);
	*state = scene_open_at(*database ? database : NULL);
	return 0;
}

static void
rest_store(struct scene *s)
{
	cascade_close(s->cascade);
	registry_close(s->registry);
	s->cascade = NULL;
	s->registry = NULL;
}

/* ${to}: where the copy is. */
static void
copy_store(const struct scene *from, struct scene *to)
{
	char command[256];

	*to = (struct scene){0};
	strcpy(to->folder, "/tmp/healthcode-cascade-XXXXXX");
	assert_non_null(mkdtemp(to->folder));
	snprintf(command, sizeof command, "cp -r %s/. %s", from->folder, to->folder);
	assert_int_equal(system(command), 0);
	make_database(from->database, to->database);
}

static void
open_store(struct scene *s, const char *now)
{
	const struct registry_where where = {.data = s->folder, .database = *s->database ? s->database : NULL};
	struct error e = {0};

	GOOD(registry_open(&where, &s->registry, &e));
	GOOD(cascade_open(s->registry, &s->cascade, &e));
	s->db = registry_db(s->registry);
	s->cascade->slice_people = 3;
	s->cascade->alone_most = 0;
	scene_at(s, now);
}

static void
close_store(struct scene *s)
{
	rest_store(s);
	store_discard(NULL, s->folder);
}

/* Sweep in a process of its own, which ends after so much of processor time as kill -9 would end it (0: when it is done). */
static pid_t
sweeper(const struct scene *store, const char *now, int64_t killed_after_us)
{
	const struct itimerval after = {
		.it_value = {.tv_sec = killed_after_us / 1000000, .tv_usec = killed_after_us % 1000000}};
	pid_t child = fork();
	struct scene s = *store;

	assert_true(child >= 0);
	if (child > 0)
		return child;
	if (killed_after_us > 0)
		setitimer(ITIMER_PROF, &after, NULL);
	open_store(&s, now);
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

/* Lines of the query's text, and of a blob after it in hexadecimal. */
static void
rows(struct db *db, const char *sql, bool with_blob, struct buffer *text)
{
	struct db_statement *s = NULL;
	struct error e = {0};

	GOOD(db_start(db, sql, NULL, 0, &s, &e));
	while (GOOD(db_step(s, &e)) == 1) {
		size_t length = 0;
		const uint8_t *blob = with_blob ? db_column_blob(s, 1, &length) : NULL;

		GOOD(buffer_add_text(text, db_column_text(s, 0), &e));
		for (size_t i = 0; i < length; i++)
			GOOD(buffer_add_format(text, &e, "%02x", blob[i]));
		GOOD(buffer_add_byte(text, '\n', &e));
	}
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
		false, &text);
	rows(s->db,
		"SELECT jurisdiction || part || ' ' || number || policy || area_version || ' ' || evaluated_at FROM sweep"
		" ORDER BY jurisdiction, part",
		false, &text);
	rows(s->db,
		"SELECT person || jurisdiction || colour || since || ' ' || evaluated_at || policy FROM colour_log"
		" ORDER BY person, jurisdiction, id",
		false, &text);
	rows(s->db,
		"SELECT person || jurisdiction || first_at || ' ' || last_at || cause FROM due ORDER BY person, jurisdiction",
		false, &text);
	rows(s->db,
		"SELECT person || jurisdiction || from_at || ' ' || until_at, facts FROM packed ORDER BY person, jurisdiction",
		true, &text);
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

/* The store, at rest, in which an area and a pack rose, and what an undisturbed sweep makes of it, in so much of processor time. */
static char *
disturbable(struct scene *s, person_number people[CROWD], int64_t *ret_us)
{
	struct scene undisturbed;
	struct rusage usage;
	char *state;

	scene_at(s, "2020-03-20T12:00:00Z");
	crowd_fill(s, people);
	crowd_evaluate_due(s);
	scene_at(s, LATER);
	crowd_count(s, "330100", 18330, 9);
	crowd_put_another_in_force(s);
	rest_store(s);
	copy_store(s, &undisturbed);
	assert_int_equal(status_of(sweeper(&undisturbed, LATER, 0), &usage), 0);
	*ret_us =
		(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
	open_store(&undisturbed, LATER);
	assert_int_equal(parts_behind(&undisturbed), 0);
	crowd_is_as_the_evidence_says(&undisturbed, people);
	state = state_of(&undisturbed);
	close_store(&undisturbed);
	return state;
}

static void
ends_as(struct scene *s, const char *wanted)
{
	char *state;

	open_store(s, LATER);
	state = state_of(s);
	assert_string_equal(state, wanted);
	free(state);
	close_store(s);
}

static void
two_sweepers_at_once_end_as_one_does(void **state)
{
	struct scene *s = *state;
	person_number people[CROWD];
	int64_t us;
	char *wanted = disturbable(s, people, &us);

	for (int round = 0; round < 3; round++) {
		struct scene copy;
		pid_t one, other;

		copy_store(s, &copy);
		one = sweeper(&copy, LATER, 0);
		other = sweeper(&copy, LATER, 0);
		assert_int_equal(status_of(one, NULL), 0);
		assert_int_equal(status_of(other, NULL), 0);
		ends_as(&copy, wanted);
	}
	free(wanted);
}

static void
a_sweep_that_is_killed_at_any_moment_ends_as_one_that_was_not(void **state)
{
	struct scene *s = *state;
	person_number people[CROWD];
	int64_t us;
	char *wanted = disturbable(s, people, &us);
	int midway = 0;

	for (int moment = 1; moment <= KILLED; moment++) {
		struct scene disturbed;
		int behind;

		copy_store(s, &disturbed);
		status_of(sweeper(&disturbed, LATER, us * moment / KILLED), NULL);
		open_store(&disturbed, LATER);
		behind = parts_behind(&disturbed);
		midway += behind > 0 && behind < SWEEP_PARTS;
		rest_store(&disturbed);
		assert_int_equal(status_of(sweeper(&disturbed, LATER, 0), NULL), 0);
		ends_as(&disturbed, wanted);
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
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, scene_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(two_sweepers_at_once_end_as_one_does),
		TEST(a_sweep_that_is_killed_at_any_moment_ends_as_one_that_was_not),
		TEST(what_changes_while_a_sweep_goes_on_is_swept_by_it_W5),
	};
	int failed = cmocka_run_group_tests_name("SQLite", tests, NULL, NULL);

	if (!(server = server_start())) {
		fprintf(stderr, "PostgreSQL is not installed, or does not start\n");
		return failed ? failed : 77;
	}
	failed += cmocka_run_group_tests_name("PostgreSQL", tests, NULL, NULL);
	server_stop(server);
	return failed;
}
