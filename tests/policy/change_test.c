/* Whom another version of a pack concerns. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/file.h"
#include "policy/change.h"
#include "policy/packed.h"
#include "policy/packed_inside.h"
#include "policy/reads.h"
#include "scene.h"

enum { FILES_MAX = 64, ROUNDS = 400 };

/* The files of a pack, to be changed. */
struct files {
	struct pack_file files[FILES_MAX];
	size_t count;
};

static void
add_file(struct files *f, const char *pack, const char *path)
{
	char whole[4096];
	struct buffer bytes = buffer_make(PACK_FILE_SIZE_MAX);
	struct error e = {0};

	snprintf(whole, sizeof whole, "%s/packs/%s/%s", getenv("HEALTHCODE_SOURCE"), pack, path);
	if (file_read(whole, &bytes, &e) < 0)
		fail_msg("%s", e.message);
	assert_int_equal(buffer_add_byte(&bytes, 0, &e), 0);
	assert_true(f->count < FILES_MAX);
	f->files[f->count++] = (struct pack_file){strdup(path), bytes.data, bytes.length - 1};
}

static void
add_folder(struct files *f, const char *pack, const char *folder)
{
	char path[4096];
	const struct dirent *entry;
	DIR *directory;

	snprintf(path, sizeof path, "%s/packs/%s/%s", getenv("HEALTHCODE_SOURCE"), pack, folder);
	assert_non_null(directory = opendir(path));
	while ((entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		add_file(f, pack, path);
	}
	closedir(directory);
}

/* Put ${by} in place of the first ${text} in the files; false where there is none. NULL for ${by}: leave out the file of that path. */
static bool
change(struct files *f, const char *text, const char *by)
{
	for (size_t i = 0; i < f->count; i++) {
		struct pack_file *file = &f->files[i];
		const char *bytes = file->bytes, *found = strstr(bytes, text);
		char *changed;
		size_t size;

		if (!by && strcmp(file->path, text) == 0) {
			free((void *)file->path);
			free((void *)file->bytes);
			*file = f->files[--f->count];
			return true;
		}
		if (!by || !found)
			continue;
		size = file->length + strlen(by) + 1;
		if (!(changed = malloc(size)))
			abort();
		snprintf(changed, size, "%.*s%s%s", (int)(found - bytes), bytes, by, found + strlen(text));
		free((void *)file->bytes);
		*file = (struct pack_file){file->path, changed, strlen(changed)};
		return true;
	}
	return false;
}

/* The pack ${name} that looks ahead for so many days, with some things changed. */
static struct pack *
short_pack_of(const char *name, unsigned horizon_days, const char *const (*changes)[2], size_t count)
{
	char horizon[64];
	struct files f = {0};
	struct pack *pack = NULL;
	struct error e = {0};

	add_file(&f, name, "pack.json");
	add_folder(&f, name, "rules");
	add_folder(&f, name, "texts");
	snprintf(horizon, sizeof horizon, "\"horizon_days\": %u", horizon_days);
	assert_true(change(&f, "\"horizon_days\": 90", horizon));
	for (size_t i = 0; i < count; i++)
		if (!change(&f, changes[i][0], changes[i][1]))
			fail_msg("%s has no %s", name, changes[i][0]);
	if (pack_read_kept(name, f.files, f.count, &pack, &e) < 0)
		fail_msg("%s", e.message);
	for (size_t i = 0; i < f.count; i++) {
		free((void *)f.files[i].path);
		free((void *)f.files[i].bytes);
	}
	return pack;
}

/* The same with one thing changed (NULL: none). */
static struct pack *
short_pack(const char *name, unsigned horizon_days, const char *text, const char *by)
{
	const char *const changes[][2] = {{text, by}};

	return short_pack_of(name, horizon_days, changes, text ? 1 : 0);
}

/* The pack ${name} with one thing changed. */
static struct pack *
changed_pack(const char *name, const char *text, const char *by)
{
	return short_pack(name, 90, text, by);
}

/* Both ways: that a version takes the place of the other, and that it is taken back. */
static struct pack_change
compare(const char *name, const char *text, const char *by)
{
	struct pack *before = scene_pack(name), *after = changed_pack(name, text, by);
	struct pack_change there = pack_compare(before, after), back = pack_compare(after, before);

	assert_int_equal(there.everyone, back.everyone);
	assert_int_equal(there.everyone ? 0 : there.lists, back.everyone ? 0 : back.lists);
	pack_free(before);
	pack_free(after);
	return there;
}

#define EXPECT_LISTS(name, text, by, wanted)                                                                           \
	do {                                                                                                               \
		struct pack_change found = compare(name, text, by);                                                            \
		assert_false(found.everyone);                                                                                  \
		assert_int_equal(found.lists, wanted);                                                                         \
	} while (0)

#define EXPECT_EVERYONE(name, text, by) assert_true(compare(name, text, by).everyone)

static void
a_number_of_rules_about_contacts_concerns_who_has_a_contact(void **state)
{
	const char *const packs[] = {"hubei-2020", "national-2020", "ningbo-2020"};

	(void)state;
	for (size_t i = 0; i < sizeof packs / sizeof *packs; i++)
		EXPECT_LISTS(packs[i], "\"contact_days\": 14", "\"contact_days\": 7", VIEW_PART(FACT_CONTACTS));
	/* Hangzhou's number is of contacts and of declared ones. */
	EXPECT_LISTS("hangzhou-2020", "\"contact_days\": 14", "\"contact_days\": 7",
		VIEW_PART(FACT_CONTACTS) | VIEW_PART(FACT_DECLARATIONS));
}

static void
what_asks_for_the_latest_case_concerns_who_had_one(void **state)
{
	(void)state;
	EXPECT_LISTS("hubei-2020", "\"isolation_days\": 14", "\"isolation_days\": 5", VIEW_PART(FACT_CASES));
	EXPECT_LISTS("hubei-2020", "\"recheck_days\": 28", "\"recheck_days\": 0", VIEW_PART(FACT_CASES));
	EXPECT_LISTS("hubei-2020", ", \"fever\"]", "]", VIEW_PART(FACT_CASES));
	EXPECT_LISTS("hubei-2020", "rules/hb-yellow-recheck.json", NULL, VIEW_PART(FACT_CASES));
	EXPECT_LISTS("national-2020", ", \"asymptomatic\"", "", VIEW_PART(FACT_CASES));
	EXPECT_LISTS("hubei-2020", "\"from\": [\"yellow\"],\n  \"colour\": \"green\"",
		"\"from\": [\"yellow\", \"gray\"],\n  \"colour\": \"green\"", VIEW_PART(FACT_CHECKINS));
}

static void
what_a_person_may_meet_without_any_item_concerns_everyone(void **state)
{
	static const char *const numbers[][3] = {
		{"hubei-2020", "\"gray_days\": 14", "\"gray_days\": 13"},
		{"hubei-2020", "\"valid_days\": 3", "\"valid_days\": 4"}, /* yellow for who never checked in */
		{"hubei-2020", "\"fever_tenths_c\": 373", "\"fever_tenths_c\": 374"},
		{"hubei-2020", "\"horizon_days\": 90", "\"horizon_days\": 91"},
		{"hubei-2020", "\"first_colour\": \"gray\"", "\"first_colour\": \"yellow\""},
		{"hubei-2020", "\"+08:00\"", "\"+07:00\""},
		{"hubei-2020", "\"low_after_days\": 14", "\"low_after_days\": 13"},
		{"hubei-2020", "[\"gray\", \"green\", \"yellow\", \"red\"]", "[\"green\", \"gray\", \"yellow\", \"red\"]"},
		{"hubei-2020", "\"medium_total\"", "\"unit_of_old\": 1, \"medium_total\""},
		{"hangzhou-2020", "\"yellow_days\": 7", "\"yellow_days\": 6"},
		{"hangzhou-2020", "\"area_days\": 14", "\"area_days\": 13"},
		{"travel-card-2020", "\"window_days\": 14", "\"window_days\": 13"},
		{"hubei-2020", "rules/hb-yellow-expired.json", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		EXPECT_EVERYONE(numbers[i][0], numbers[i][1], numbers[i][2]);
	/* What is watched of contacts is nothing where there are none. */
	EXPECT_LISTS("hubei-2020", "rules/hb-yellow-contact.json", NULL, VIEW_PART(FACT_CONTACTS));
}

static void
words_and_what_makes_evidence_concern_nobody(void **state)
{
	static const char *const words[][3] = {
		{"hubei-2020", "\"Hubei health code\"", "\"Health code of Hubei\""},
		{"hubei-2020", "\"secondary_days\": 14", "\"secondary_days\": 7"},
		{"hubei-2020", "\"2020-03-01T00:00:00+08:00\"", "\"2020-03-20T00:00:00+08:00\""},
		{"hubei-2020", "\"source\": \"Hubei notice of", "\"source\": \"The notice of"},
		{"hubei-2020", "\"dependants_max\": 5", "\"dependants_max\": 6"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		EXPECT_LISTS(words[i][0], words[i][1], words[i][2], 0);
}

static uint64_t seed;

static unsigned
any(unsigned below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % below;
}

static const char *
some_time(const char *from, unsigned days, char *text)
{
	return time_write(at(from) + (instant)any(days) * DAY_S + (instant)any(DAY_S), &zone_utc, text);
}

static json_t *
random_facts(void)
{
	static const char *const statuses[] = {"suspected", "confirmed", "recovered", "excluded", "fever"};
	static const char *const divisions[] = {"420802", "330106", "340100"};
	json_t *facts = scene_facts("2020-02-20T09:00:00", divisions[any(3)]);
	char a[TIME_TEXT_SIZE], b[TIME_TEXT_SIZE];

	scene_area(facts, "420800", "Jingmen", "high", "2020-01-25", "low", "2020-03-18", NULL);
	for (unsigned i = any(3) ? any(12) : 0; i > 0; i--)
		scene_add(facts, "checkins", "{'at':'%s','temperature_tenths_c':%d,'symptoms':[%s]}",
			some_time("2020-02-20", 40, a), any(5) ? 366 : 373, any(12) ? "" : "'cough','fever'");
	for (unsigned i = any(3) ? 0 : 1 + any(3); i > 0; i--)
		scene_add(facts, "cases", "{'status':'%s','at':'%s'}", statuses[any(5)], some_time("2020-02-20", 40, a));
	if (any(3) == 0)
		scene_add(facts, "declarations", "{'at':'%s','symptoms':['cough'],'contact':%s}", some_time("2020-02-20", 9, a),
			any(2) ? "true" : "false");
	if (any(3) == 0) {
		some_time("2020-02-25", 6, a);
		scene_add(facts, "contacts",
			"{'kind':'close','degree':1,'first':'%s','last':'%s','known_at':'%s','withdrawn_at':%s}", a, a,
			some_time("2020-03-02", 5, b), any(2) ? "null" : "'2020-03-10T07:00:00+08:00'");
	}
	if (any(4) == 0)
		scene_add(facts, "tests", "{'kind':'pcr','result':'negative','at':'%s'}", some_time("2020-02-20", 30, a));
	if (any(4) == 0)
		scene_add(facts, "overrides",
			"{'colour':'red','cause':'contest_upheld','at':'2020-03-01T00:00:00Z','until':'2020-03-08T00:00:00Z'}");
	return facts;
}

static bool
is_same(const struct evaluated *a, const struct evaluated *b)
{
	return a->colour == b->colour && a->since == b->since && a->next_at == b->next_at &&
		a->next_colour == b->next_colour;
}

/* H1, H2, H4: whoever is not concerned comes out as before, some days later as well unless what was said to come has come; some of those
 * concerned do not. */
static void
who_is_not_concerned_comes_out_the_same(void **state)
{
	static const char *const changes[][3] = {
		{"hubei-2020", "\"contact_days\": 14", "\"contact_days\": 7"},
		{"hubei-2020", "\"isolation_days\": 14", "\"isolation_days\": 5"},
		{"hubei-2020", "\"recheck_days\": 28", "\"recheck_days\": 3"},
		{"hubei-2020", ", \"fever\"]", "]"},
		{"hubei-2020", "rules/hb-yellow-contact.json", NULL},
		{"hubei-2020", "rules/hb-red-case.json", NULL},
		{"hubei-2020", "\"valid_days\": 3", "\"valid_days\": 4"},
		{"hubei-2020", "\"from\": [\"yellow\"],\n  \"colour\": \"green\"",
			"\"from\": [\"red\"],\n  \"colour\": \"green\""},
		{"hangzhou-2020", "\"contact_days\": 14", "\"contact_days\": 7"},
		{"hangzhou-2020", "[\"confirmed\", ", "["},
		{"ningbo-2020", "\"contact_days\": 14", "\"contact_days\": 7"},
		{"national-2020", "[\"confirmed\", ", "["},
	};
	size_t unconcerned = 0, other = 0, never = 0;

	(void)state;
	for (size_t c = 0; c < sizeof changes / sizeof *changes; c++) {
		const unsigned horizon_days = c % 2 ? 90 : 3;
		struct pack *before = short_pack(changes[c][0], horizon_days, NULL, NULL),
					*after = short_pack(changes[c][0], horizon_days, changes[c][1], changes[c][2]);
		struct pack_change change = pack_compare(before, after);

		for (int round = 0; round < ROUNDS; round++) {
			struct buffer row = buffer_make(PACKED_ROW_MAX);
			struct evaluated a = {0}, b = {0};
			struct error e = {0};
			bool concerned, same;
			instant now, later;
			json_t *facts;
			int r;

			seed = c * 1000 + (uint64_t)round;
			now = at("2020-02-25") + (instant)any(50) * DAY_S + (instant)any(DAY_S);
			facts = random_facts();
			assert_int_equal(facts_pack(facts, &zone_utc, &row, &e), 0);
			r = evaluate_colour(before, facts, now, &a, &e);
			later = now + (instant)any(100 * DAY_S);
			if (later >= a.next_at || later >= a.untold)
				later = now;
			concerned = pack_change_concerns(&change, a.next_at == EVALUATE_NEVER, row.data, row.length);
			same = evaluate_colour(after, facts, later, &b, &e) == r && is_same(&a, &b);
			if (!concerned && !same)
				fail_msg("%s, %s: round %d", changes[c][0], changes[c][1], round);
			unconcerned += !concerned;
			never += !concerned && a.next_at == EVALUATE_NEVER;
			other += !same;
			json_decref(facts);
			buffer_free(&row);
		}
		pack_free(before);
		pack_free(after);
	}
	assert_true(unconcerned > 1000);
	assert_true(never > 300);
	assert_true(other > 300);
}

/* H4 */
static void
what_is_not_in_sight_may_come_where_rules_look_further_than_the_horizon(void **state)
{
	static const char words[] = "\"Hubei health code\"";
	struct pack *pack = scene_pack("hubei-2020"), *shorter = short_pack("hubei-2020", 28, NULL, NULL),
				*dated = changed_pack("hubei-2020", "{\"var\": \"payload.applied_at\"}", "\"2020-05-01T00:00:00Z\"");

	(void)state;
	assert_true(compare("hubei-2020", words, "\"Hubei\"").never_lasts);
	assert_true(pack_compare(pack, pack).never_lasts);
	assert_false(pack_compare(shorter, shorter).everyone);
	assert_false(pack_compare(shorter, shorter).never_lasts);
	assert_false(pack_compare(dated, dated).never_lasts);
	pack_free(pack);
	pack_free(shorter);
	pack_free(dated);
}

/* Hangzhou's rules down to two, which read no clock: green at first, yellow while no row of normal days stands. */
static struct pack *
pack_of_a_row(unsigned horizon_days)
{
	static const char *const changes[][2] = {
		{"rules/hz-gray-area.json", NULL},
		{"rules/hz-green-red.json", NULL},
		{"rules/hz-green-withdrawn.json", NULL},
		{"rules/hz-red-area.json", NULL},
		{"rules/hz-red-case.json", NULL},
		{"rules/hz-red-contact.json", NULL},
		{"rules/hz-red-declared.json", NULL},
		{"rules/hz-yellow-area.json", NULL},
		{"rules/hz-yellow-fever.json", NULL},
		{"rules/hz-yellow-symptoms.json", NULL},
		{"\"from\": [\"yellow\"],\n  \"colour\": \"green\"", "\"from\": [\"green\"],\n  \"colour\": \"yellow\""},
		{"{\">=\": [{\"var\": \"payload.normal.days_in_colour\"}, {\"param\": \"yellow_days\"}]}",
			"{\"<\": [{\"var\": \"payload.normal.days_total\"}, 1]}"},
	};

	return short_pack_of("hangzhou-2020", horizon_days, changes, sizeof changes / sizeof changes[0]);
}

/* H4: who checked in today loses the row of days as the day after tomorrow begins. */
static void
a_row_of_days_ends_within_two_days(void **state)
{
	json_t *facts = scene_facts("2020-03-01", "330106");

	(void)state;
	scene_add(facts, "checkins", "{'at':'2020-03-01T00:00:00+08:00','temperature_tenths_c':366,'symptoms':[]}");
	for (unsigned days = 1; days <= 2; days++) {
		struct pack *pack = pack_of_a_row(days);
		struct evaluated found = {0};
		struct error e = {0};

		assert_int_equal(evaluate_colour(pack, facts, at("2020-03-01"), &found, &e), 0);
		assert_int_equal(found.colour, COLOUR_GREEN);
		assert_int_equal(found.next_at, days < 2 ? EVALUATE_NEVER : at("2020-03-03"));
		assert_int_equal(pack_compare(pack, pack).never_lasts, days >= 2);
		pack_free(pack);
	}
	json_decref(facts);
}

static void
a_row_tells_which_of_its_lists_have_items(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct buffer row = buffer_make(PACKED_ROW_MAX);
		struct error e = {0};
		json_t *facts;

		seed = (uint64_t)round;
		facts = random_facts();
		assert_int_equal(facts_pack(facts, &zone_utc, &row, &e), 0);
		for (int list = 0; list < FACT_LIST_COUNT; list++)
			assert_int_equal(packed_has(row.data, row.length, VIEW_PART(list)),
				json_array_size(json_object_get(facts, fact_list_name((enum fact_list)list))) > 0);
		assert_false(packed_has(row.data, row.length, 0));
		json_decref(facts);
		buffer_free(&row);
	}
}

/* What is cut short has no list that is known to be empty, and nothing after its end is looked at (each is alone in its memory). */
static void
a_row_cut_short_may_have_anything(void **state)
{
	struct buffer row = buffer_make(PACKED_ROW_MAX);
	struct error e = {0};
	json_t *facts = scene_facts("2020-02-20T09:00:00", "420802");

	(void)state;
	scene_add(facts, "checkins", "{'at':'2020-03-01T08:00:00Z','temperature_tenths_c':366,'symptoms':['cough']}");
	assert_int_equal(facts_pack(facts, &zone_utc, &row, &e), 0);
	assert_false(packed_has(row.data, row.length, VIEW_PART(FACT_RECOGNITIONS)));
	for (size_t length = 0; length < row.length; length++) {
		uint8_t *alone = malloc(length ? length : 1);

		assert_non_null(alone);
		memcpy(alone, row.data, length);
		assert_true(packed_has(alone, length, VIEW_PART(FACT_RECOGNITIONS)));
		free(alone);
	}
	json_decref(facts);
	buffer_free(&row);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_of_rules_about_contacts_concerns_who_has_a_contact),
		cmocka_unit_test(what_asks_for_the_latest_case_concerns_who_had_one),
		cmocka_unit_test(what_a_person_may_meet_without_any_item_concerns_everyone),
		cmocka_unit_test(words_and_what_makes_evidence_concern_nobody),
		cmocka_unit_test(who_is_not_concerned_comes_out_the_same),
		cmocka_unit_test(what_is_not_in_sight_may_come_where_rules_look_further_than_the_horizon),
		cmocka_unit_test(a_row_of_days_ends_within_two_days),
		cmocka_unit_test(a_row_tells_which_of_its_lists_have_items),
		cmocka_unit_test(a_row_cut_short_may_have_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
