#include "evidence/evidence.h"

#include "engines.h"

static void
make_tables(void)
{
	struct error e = {0};

	if (evidence_migrate(db, &e) < 0)
		fail_msg("%s", e.message);
}

static enum evidence_outcome
put_of(const char *source, const char *area, const char *country, day_number day, int64_t confirmed,
	instant recorded_at, int64_t import_id)
{
	const struct evidence_area_count count = {
		source, area, country, day, confirmed, 0, EVIDENCE_NOT_REPORTED, recorded_at, import_id};
	enum evidence_outcome outcome = EVIDENCE_UNCHANGED;
	struct error e = {0};

	assert_int_equal(db_begin(db, &e), 0);
	if (evidence_area_put(db, &count, &outcome, &e) < 0)
		fail_msg("%s", e.message);
	assert_int_equal(db_commit(db, &e), 0);
	return outcome;
}

static enum evidence_outcome
put(const char *area, const char *country, day_number day, int64_t confirmed, instant recorded_at, int64_t import_id)
{
	return put_of("counts", area, country, day, confirmed, recorded_at, import_id);
}

static int64_t
version_of(const char *area)
{
	struct error e = {0};
	int64_t version = -1;

	assert_int_equal(evidence_area_version(db, area, &version, &e), 0);
	return version;
}

struct shown {
	char text[512];
	size_t length;
};

static int
show(const struct evidence_area_count *count, void *context, struct error *e)
{
	struct shown *shown = context;

	(void)e;
	assert_int_equal(count->recovered, EVIDENCE_NOT_REPORTED);
	assert_int_equal(count->deaths, 0);
	shown->length += (size_t)snprintf(shown->text + shown->length, sizeof shown->text - shown->length, "%d:%lld ",
		count->day, (long long)count->confirmed);
	return 0;
}

static const char *
series(const char *area, day_number until_day, instant known)
{
	static struct shown shown;
	struct error e = {0};

	shown = (struct shown){0};
	if (evidence_area_series(db, area, until_day, known, show, &shown, &e) < 0)
		fail_msg("%s", e.message);
	return shown.text;
}

static void
a_series_has_the_last_count_of_each_day(void **state)
{
	(void)state;
	assert_int_equal(put("420800", "CN", 12, 912, 100, 0), EVIDENCE_NEW);
	assert_int_equal(put("420800", "CN", 10, 901, 100, 0), EVIDENCE_NEW);
	assert_int_equal(put("420800", "CN", 11, 794, 100, 0), EVIDENCE_NEW);
	assert_int_equal(put("420800", "CN", 11, 794, 150, 0), EVIDENCE_UNCHANGED);
	assert_int_equal(put("420800", "CN", 11, 905, 200, 0), EVIDENCE_CHANGED);
	assert_int_equal(put("420100", "CN", 11, 50000, 200, 0), EVIDENCE_NEW);
	assert_string_equal(series("420800", 99, EVIDENCE_NOW), "10:901 11:905 12:912 ");
	assert_string_equal(series("420800", 99, 199), "10:901 11:794 12:912 ");
	assert_string_equal(series("420800", 11, EVIDENCE_NOW), "10:901 11:905 ");
	assert_string_equal(series("420900", 99, EVIDENCE_NOW), "");
}

static void
two_sources_of_one_area_and_day_stand_side_by_side(void **state)
{
	struct error e = {0};
	day_number day = 0;

	(void)state;
	assert_int_equal(put_of("ours", "420800", "CN", 10, 900, 100, 0), EVIDENCE_NEW);
	assert_int_equal(put_of("csse", "420800", "CN", 10, 912, 200, 0), EVIDENCE_NEW);
	assert_int_equal(put_of("ours", "420800", "CN", 10, 900, 300, 0), EVIDENCE_UNCHANGED);
	assert_int_equal(put_of("csse", "420800", "CN", 12, 913, 300, 0), EVIDENCE_NEW);
	assert_string_equal(series("420800", 99, EVIDENCE_NOW), "10:912 12:913 10:900 ");
	assert_int_equal(evidence_area_coverage(db, "CN", "ours", EVIDENCE_NOW, &day, &e), 0);
	assert_int_equal(day, 10);
	assert_int_equal(evidence_area_coverage(db, "CN", "csse", EVIDENCE_NOW, &day, &e), 0);
	assert_int_equal(day, 12);
}

static void
coverage_is_the_last_day_that_any_area_of_the_country_was_reported_for(void **state)
{
	struct error e = {0};
	day_number day = 0;

	(void)state;
	put("420800", "CN", 12, 1, 100, 0);
	put("420100", "CN", 14, 1, 200, 0);
	put("KR", "KR", 20, 1, 100, 0);
	assert_int_equal(evidence_area_coverage(db, "CN", "counts", EVIDENCE_NOW, &day, &e), 0);
	assert_int_equal(day, 14);
	assert_int_equal(evidence_area_coverage(db, "CN", "counts", 199, &day, &e), 0);
	assert_int_equal(day, 12);
	assert_int_equal(evidence_area_coverage(db, "IT", "counts", EVIDENCE_NOW, &day, &e), ERROR_EXISTS_NOT);
	assert_int_equal(evidence_area_coverage(db, "CN", "counts", 99, &day, &e), ERROR_EXISTS_NOT);
}

static void
each_change_raises_the_areas_version_above_all(void **state)
{
	int64_t first, second, last;
	struct error e = {0};

	(void)state;
	assert_int_equal(version_of("420800"), 0);
	put("420800", "CN", 12, 1, 100, 0);
	first = version_of("420800");
	assert_true(first > 0);
	put("420800", "CN", 12, 1, 110, 0);
	assert_int_equal(version_of("420800"), first);
	put("KR", "KR", 12, 1, 120, 0);
	assert_int_equal(version_of("420800"), first);
	second = version_of("KR");
	assert_true(second > first);
	put("420800", "CN", 12, 2, 130, 0);
	assert_true(version_of("420800") > second);
	assert_int_equal(evidence_area_version_last(db, &last, &e), 0);
	assert_int_equal(last, version_of("420800"));
}

static void
undoing_an_import_takes_its_counts_back_and_raises_versions(void **state)
{
	static const uint8_t sha256[EVIDENCE_SHA256_SIZE];
	struct error e = {0};
	day_number day = 0;
	int64_t id, before;

	(void)state;
	assert_int_equal(db_begin(db, &e), 0);
	assert_int_equal(evidence_import_begin(db, "areas", "a.csv", sha256, NULL, 150, &id, &e), 0);
	assert_int_equal(db_commit(db, &e), 0);
	put("420800", "CN", 12, 1, 100, 0);
	put("420800", "CN", 12, 2, 150, id);
	put("420800", "CN", 13, 3, 150, id);
	put("KR", "KR", 12, 1, 160, 0);
	before = version_of("KR");
	assert_int_equal(db_begin(db, &e), 0);
	assert_int_equal(evidence_import_undo(db, id, 200, &e), 0);
	assert_int_equal(db_commit(db, &e), 0);
	assert_string_equal(series("420800", 99, EVIDENCE_NOW), "12:1 ");
	assert_string_equal(series("420800", 99, 199), "12:2 13:3 ");
	assert_int_equal(evidence_area_coverage(db, "CN", "counts", EVIDENCE_NOW, &day, &e), 0);
	assert_int_equal(day, 12);
	assert_true(version_of("420800") > before);
	assert_int_equal(version_of("KR"), before);
}

static int
add_area(const char *area, const char *country, int64_t version, void *context, struct error *e)
{
	(void)e;
	assert_true(version > 0);
	strcat(context, area);
	strcat(context, " ");
	strcat(context, country);
	strcat(context, ";");
	return 0;
}

static void
areas_are_listed_by_code(void **state)
{
	char areas[64] = "";
	struct error e = {0};

	(void)state;
	put("KR", "KR", 12, 1, 100, 0);
	put("420800", "CN", 12, 1, 100, 0);
	put("420800", "CN", 13, 1, 100, 0);
	assert_int_equal(evidence_area_each(db, add_area, areas, &e), 0);
	assert_string_equal(areas, "420800 CN;KR KR;");
}

static int64_t
import_of(void)
{
	static const uint8_t hash[EVIDENCE_SHA256_SIZE] = {0};
	struct error e = {0};
	int64_t import;

	assert_int_equal(db_begin(db, &e), 0);
	assert_int_equal(evidence_import_begin(db, "risk-areas", "list", hash, NULL, 100, &import, &e), 0);
	assert_int_equal(db_commit(db, &e), 0);
	return import;
}

static enum evidence_outcome
list(const char *source, const char *area, instant from, const char *level, instant recorded_at, int64_t import_id)
{
	const struct evidence_area_level listed = {source, area, "CN", from, level, recorded_at, import_id};
	enum evidence_outcome outcome = EVIDENCE_UNCHANGED;
	struct error e = {0};

	assert_int_equal(db_begin(db, &e), 0);
	if (evidence_area_level_put(db, &listed, &outcome, &e) < 0)
		fail_msg("%s", e.message);
	assert_int_equal(db_commit(db, &e), 0);
	return outcome;
}

static int
show_level(const struct evidence_area_level *level, void *context, struct error *e)
{
	struct shown *shown = context;

	(void)e;
	assert_string_equal(level->country, "CN");
	shown->length += (size_t)snprintf(shown->text + shown->length, sizeof shown->text - shown->length, "%s:%lld:%s ",
		level->source, (long long)level->from, level->level ? level->level : "-");
	return 0;
}

static const char *
levels(const char *area, instant known)
{
	static struct shown shown;
	struct error e = {0};

	shown = (struct shown){0};
	if (evidence_area_level_series(db, area, known, show_level, &shown, &e) < 0)
		fail_msg("%s", e.message);
	return shown.text;
}

static void
every_list_since_an_area_was_listed_says_something_of_it(void **state)
{
	(void)state;
	assert_int_equal(list("list", "420100", 10, "high", 100, 0), EVIDENCE_NEW);
	assert_int_equal(list("list", "420800", 20, "medium", 100, 0), EVIDENCE_NEW);
	assert_int_equal(list("other", "420800", 30, "high", 100, 0), EVIDENCE_NEW);
	assert_string_equal(levels("420100", EVIDENCE_NOW), "list:10:high list:20:- ");
	assert_string_equal(levels("420800", EVIDENCE_NOW), "list:20:medium other:30:high ");
	assert_string_equal(levels("330200", EVIDENCE_NOW), "");
	assert_int_equal(list("list", "420100", 10, "high", 200, 0), EVIDENCE_UNCHANGED);
	assert_int_equal(list("list", "420100", 10, "low", 200, 0), EVIDENCE_CHANGED);
	assert_string_equal(levels("420100", EVIDENCE_NOW), "list:10:low list:20:- ");
	assert_string_equal(levels("420100", 150), "list:10:high list:20:- ");
}

static void
a_lists_first_row_raises_all_areas_of_its_country(void **state)
{
	int64_t before;

	(void)state;
	list("list", "420100", 10, "high", 100, 0);
	before = version_of("420100");
	list("list", "420800", 20, "high", 100, 0);
	assert_true(version_of("420100") > before); /* it isn't in the new list */
	before = version_of("420100");
	list("list", "420500", 20, "high", 100, 0);
	assert_int_equal(version_of("420100"), before);
	assert_true(version_of("420500") > before);
}

static void
undoing_a_lists_import_takes_its_levels_back_and_raises_versions(void **state)
{
	int64_t import = import_of(), before;
	struct error e = {0};

	(void)state;
	list("list", "420100", 10, "high", 100, 0);
	list("list", "420800", 20, "high", 100, import);
	assert_string_equal(levels("420100", EVIDENCE_NOW), "list:10:high list:20:- ");
	before = version_of("420100");
	assert_int_equal(db_begin(db, &e), 0);
	assert_int_equal(evidence_import_undo(db, import, 200, &e), 0);
	assert_int_equal(db_commit(db, &e), 0);
	assert_string_equal(levels("420100", EVIDENCE_NOW), "list:10:high ");
	assert_string_equal(levels("420800", EVIDENCE_NOW), "");
	assert_true(version_of("420100") > before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		EMPTY_STORE_TEST(a_series_has_the_last_count_of_each_day),
		EMPTY_STORE_TEST(two_sources_of_one_area_and_day_stand_side_by_side),
		EMPTY_STORE_TEST(coverage_is_the_last_day_that_any_area_of_the_country_was_reported_for),
		EMPTY_STORE_TEST(each_change_raises_the_areas_version_above_all),
		EMPTY_STORE_TEST(undoing_an_import_takes_its_counts_back_and_raises_versions),
		EMPTY_STORE_TEST(areas_are_listed_by_code),
		EMPTY_STORE_TEST(every_list_since_an_area_was_listed_says_something_of_it),
		EMPTY_STORE_TEST(a_lists_first_row_raises_all_areas_of_its_country),
		EMPTY_STORE_TEST(undoing_a_lists_import_takes_its_levels_back_and_raises_versions),
	};

	return RUN_ON_ENGINES(tests);
}
