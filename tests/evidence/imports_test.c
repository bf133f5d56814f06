#include "evidence/evidence.h"

#include "engines.h"

static const uint8_t sha256[EVIDENCE_SHA256_SIZE] = {1, 2, 3};

static void
make_tables(void)
{
	struct error e = {0};

	if (evidence_migrate(db, &e) < 0)
		fail_msg("%s", e.message);
}

/* Import one row for each of ${persons} persons from 1 on, whose body is ${body}. */
static int64_t
import(const char *file_name, uint32_t persons, const char *body, instant recorded_at)
{
	struct evidence_counts counts = {.read = persons};
	struct error e = {0};
	int64_t id = 0;

	assert_int_equal(db_begin(db, &e), 0);
	if (evidence_import_begin(db, "checkins", file_name, sha256, "feng", recorded_at, &id, &e) < 0)
		fail_msg("%s", e.message);
	for (uint32_t person = 1; person <= persons; person++) {
		char key[16];
		struct evidence_row row = {EVIDENCE_CHECKIN, person, key, 50, body, recorded_at, id};
		enum evidence_outcome outcome;

		snprintf(key, sizeof key, "%u", person);
		assert_int_equal(evidence_put(db, &row, &outcome, &e), 0);
		counts.new_rows += outcome == EVIDENCE_NEW;
		counts.changed += outcome == EVIDENCE_CHANGED;
		counts.unchanged += outcome == EVIDENCE_UNCHANGED;
	}
	assert_int_equal(evidence_import_end(db, id, &counts, &e), 0);
	assert_int_equal(db_commit(db, &e), 0);
	return id;
}

static int
undo(int64_t id, instant recorded_at)
{
	struct error e = {0};
	int r;

	assert_int_equal(db_begin(db, &e), 0);
	if ((r = evidence_import_undo(db, id, recorded_at, &e)) < 0)
		db_rollback(db);
	else
		assert_int_equal(db_commit(db, &e), 0);
	return r;
}

static int
copy_body(const struct evidence_row *row, void *context, struct error *e)
{
	(void)e;
	snprintf(context, 32, "%s", row->body);
	return 0;
}

static const char *
body_of(uint32_t person, instant known)
{
	static char body[32];
	struct error e = {0};

	body[0] = '\0';
	assert_int_equal(evidence_each_of(db, person, EVIDENCE_CHECKIN, EVIDENCE_NOW, known, copy_body, body, &e), 0);
	return body;
}

struct listed {
	struct evidence_import imports[4];
	char file_name[300];
	size_t count;
};

static int
list(const struct evidence_import *i, void *context, struct error *e)
{
	struct listed *listed = context;

	(void)e;
	assert_string_equal(i->kind, "checkins");
	assert_string_equal(i->by, "feng");
	assert_memory_equal(i->sha256, sha256, sizeof sha256);
	snprintf(listed->file_name, sizeof listed->file_name, "%s", i->file_name);
	listed->imports[listed->count++] = *i;
	return 0;
}

static struct listed
imports(instant known)
{
	struct listed listed = {0};
	struct error e = {0};

	if (evidence_import_each(db, known, list, &listed, &e) < 0)
		fail_msg("%s", e.message);
	return listed;
}

static void
an_import_is_listed_with_its_counts(void **state)
{
	struct listed listed;

	(void)state;
	import("a.csv", 3, "{}", 100);
	import("a.csv", 3, "{}", 110);
	listed = imports(EVIDENCE_NOW);
	assert_int_equal(listed.count, 2);
	assert_string_equal(listed.file_name, "a.csv");
	assert_true(listed.imports[0].ended);
	assert_int_equal(listed.imports[0].counts.new_rows, 3);
	assert_int_equal(listed.imports[1].counts.new_rows, 0);
	assert_int_equal(listed.imports[1].counts.unchanged, 3);
	assert_false(listed.imports[0].undone);
	assert_int_equal(imports(105).count, 1);
}

static void
an_undone_import_counts_no_longer_from_then_on(void **state)
{
	int64_t first, second;

	(void)state;
	first = import("a.csv", 2, "{\"v\":1}", 100);
	second = import("b.csv", 1, "{\"v\":2}", 200);
	assert_string_equal(body_of(1, EVIDENCE_NOW), "{\"v\":2}");
	assert_int_equal(undo(second, 300), 0);
	assert_string_equal(body_of(1, EVIDENCE_NOW), "{\"v\":1}");
	assert_string_equal(body_of(1, 299), "{\"v\":2}");
	assert_string_equal(body_of(1, 300), "{\"v\":1}");
	assert_int_equal(undo(first, 400), 0);
	assert_string_equal(body_of(1, EVIDENCE_NOW), "");
	assert_string_equal(body_of(2, 399), "{\"v\":1}");
	assert_true(imports(EVIDENCE_NOW).imports[1].undone);
	assert_int_equal(imports(EVIDENCE_NOW).imports[1].undone_at, 300);
	assert_false(imports(250).imports[1].undone);
}

static void
an_undone_import_can_be_imported_again(void **state)
{
	(void)state;
	assert_int_equal(undo(import("a.csv", 2, "{\"v\":1}", 100), 200), 0);
	import("a.csv", 2, "{\"v\":1}", 300);
	assert_int_equal(imports(EVIDENCE_NOW).imports[1].counts.new_rows, 2);
	assert_string_equal(body_of(1, EVIDENCE_NOW), "{\"v\":1}");
	assert_string_equal(body_of(1, 250), "");
}

static void
an_import_is_undone_once_and_only_if_it_is_there(void **state)
{
	int64_t id;

	(void)state;
	id = import("a.csv", 1, "{}", 100);
	assert_int_equal(undo(id + 1, 200), ERROR_EXISTS_NOT);
	assert_int_equal(undo(id, 200), 0);
	assert_int_equal(undo(id, 300), ERROR_EXISTS);
}

static int
add_rests(const struct evidence_rests *rests, void *context, struct error *e)
{
	size_t length = strlen(context);

	(void)e;
	snprintf((char *)context + length, 128 - length, "%d:%d,%d,%d ", (int)rests->import_id, (int)rests->unchanged,
		(int)rests->corrected, (int)rests->used);
	return 0;
}

/* What rests on the import: "IMPORT:UNCHANGED,CORRECTED,USED " each. */
static const char *
rests_on(int64_t id)
{
	static char text[128];
	struct error e = {0};

	text[0] = '\0';
	assert_int_equal(evidence_import_each_rest(db, id, EVIDENCE_NOW, add_rests, text, &e), 0);
	return text;
}

static void
who_repeats_or_corrects_an_import_rests_on_it_until_undone(void **state)
{
	struct evidence_row row = {EVIDENCE_CHECKIN, 2, "2", 50, "{\"v\":3}", 300, 0};
	enum evidence_outcome outcome;
	int64_t first, second, third;
	struct error e = {0};

	(void)state;
	first = import("a.csv", 3, "{\"v\":1}", 100);
	assert_string_equal(rests_on(first), "");
	second = import("b.csv", 2, "{\"v\":1}", 110);
	third = import("c.csv", 1, "{\"v\":2}", 120);
	assert_string_equal(rests_on(first), "2:2,0,0 3:0,1,0 ");
	assert_string_equal(rests_on(second), "");
	assert_int_equal(undo(third, 200), 0);
	assert_string_equal(rests_on(first), "2:2,0,0 ");
	assert_int_equal(db_begin(db, &e), 0);
	assert_int_equal(evidence_put(db, &row, &outcome, &e), 0);
	assert_int_equal(evidence_import_rests(db, second, first, EVIDENCE_REST_USED, &e), 0);
	assert_int_equal(evidence_import_rests(db, first, first, EVIDENCE_REST_USED, &e), 0);
	assert_int_equal(db_commit(db, &e), 0);
	assert_string_equal(rests_on(first), "0:0,1,0 2:2,0,1 ");
}

static int
add_reason(const struct error *why, void *context, struct error *e)
{
	size_t length = strlen(context);

	(void)e;
	snprintf((char *)context + length, 128 - length, "%zu:%zu %s;", why->line, why->column, why->message);
	return 0;
}

static void
the_reasons_of_refused_rows_are_kept(void **state)
{
	struct error why = {0}, e = {0};
	char text[128] = "";
	int64_t id = import("a.csv", 1, "{}", 100);

	(void)state;
	error_set(&why, ERROR_BAD_INPUT, "no day");
	error_at(&why, "a.csv", 3, 7);
	assert_int_equal(evidence_import_refused(db, id, &why, &e), ERROR_USAGE);
	assert_int_equal(db_begin(db, &e), 0);
	assert_int_equal(evidence_import_refused(db, id, &why, &e), 0);
	assert_int_equal(db_commit(db, &e), 0);
	assert_int_equal(evidence_import_each_refused(db, id, add_reason, text, &e), 0);
	assert_string_equal(text, "3:7 no day;");
}

static int
add_person(uint32_t person, void *context, struct error *e)
{
	(void)e;
	*(uint64_t *)context = *(uint64_t *)context * 10 + person;
	return 0;
}

static void
the_persons_of_an_import_are_known(void **state)
{
	struct error e = {0};
	uint64_t persons = 0;
	int64_t id;

	(void)state;
	import("a.csv", 1, "{\"v\":1}", 100);
	id = import("b.csv", 3, "{\"v\":2}", 200);
	assert_int_equal(evidence_import_each_person(db, id, add_person, &persons, &e), 0);
	assert_int_equal(persons, 123);
}

static void
a_long_file_name_keeps_its_end_and_whole_characters(void **state)
{
	char name[400] = "";
	struct listed listed;

	(void)state;
	for (int i = 0; i < 120; i++)
		strcat(name, "门");
	strcat(name, ".csv");
	import(name, 0, "{}", 100);
	listed = imports(EVIDENCE_NOW);
	assert_true(strlen(listed.file_name) <= EVIDENCE_FILE_NAME_MAX);
	assert_int_equal((strlen(listed.file_name) - 4) % 3, 0);
	assert_string_equal(listed.file_name, name + strlen(name) - strlen(listed.file_name));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		EMPTY_STORE_TEST(an_import_is_listed_with_its_counts),
		EMPTY_STORE_TEST(an_undone_import_counts_no_longer_from_then_on),
		EMPTY_STORE_TEST(an_undone_import_can_be_imported_again),
		EMPTY_STORE_TEST(an_import_is_undone_once_and_only_if_it_is_there),
		EMPTY_STORE_TEST(who_repeats_or_corrects_an_import_rests_on_it_until_undone),
		EMPTY_STORE_TEST(the_reasons_of_refused_rows_are_kept),
		EMPTY_STORE_TEST(the_persons_of_an_import_are_known),
		EMPTY_STORE_TEST(a_long_file_name_keeps_its_end_and_whole_characters),
	};

	return RUN_ON_ENGINES(tests);
}
