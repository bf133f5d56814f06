#include "base/file.h"
#include "db/db.h"
#include "stores.h"

static void
a_demos_clock_starts_where_it_was_told_to(void **state)
{
	instant now = registry_clock(registry), asked = moment("2020-02-01T00:00:00Z");

	(void)state;
	assert_true(registry_is_demo(registry));
	assert_in_range(now, START, START + 600);
	registry_set_times(registry, &asked, &asked);
	assert_int_equal(registry_now(registry), asked);
	assert_int_equal(registry_known(registry), asked);
	assert_int_equal(registry_recording_time(registry), asked);
	assert_in_range(registry_clock(registry), START, START + 600);
	registry_set_times(registry, NULL, NULL);
	assert_int_equal(registry_known(registry), INT64_MAX);
}

static void
only_a_demo_may_date_what_is_recorded(void **state)
{
	const char *packs[] = {pack_folder("hubei-2020")};
	char path[64] = "/tmp/healthcode-registry-XXXXXX";
	struct registry_where where = {.data = path};
	instant asked = moment("2020-02-01T00:00:00Z");
	struct registry *real = NULL;
	struct error e = {0};

	(void)state;
	assert_non_null(mkdtemp(path));
	GOOD(registry_create(&where, packs, 1, NULL, &e));
	GOOD(registry_open(&where, &real, &e));
	assert_false(registry_is_demo(real));
	registry_set_times(real, &asked, NULL);
	assert_int_equal(registry_now(real), asked);
	assert_true(registry_recording_time(real) > asked);
	store_discard(real, path);
}

static void
a_second_store_is_not_made_over_the_first(void **state)
{
	const char *packs[] = {pack_folder("hubei-2020")};
	struct registry_where where = {.data = folder};
	struct error e = {0};

	(void)state;
	assert_int_equal(registry_create(&where, packs, 1, NULL, &e), ERROR_EXISTS);
	assert_true(registry_is_demo(registry));
}

static void
without_a_pack_nothing_is_made(void **state)
{
	const char *packs[] = {"/tmp"};
	struct registry_where where = {.data = "/tmp/healthcode-registry-none"};
	struct registry *none = NULL;
	struct error e = {0};

	(void)state;
	assert_true(registry_create(&where, packs, 1, NULL, &e) < 0);
	assert_int_equal(registry_create(&where, NULL, 0, NULL, &e), ERROR_USAGE);
	assert_int_equal(registry_open(&where, &none, &e), ERROR_EXISTS_NOT);
}

/* Its issuer's keys have a name that is longer by 24. */
static void
a_jurisdictions_name_that_no_key_can_have_is_refused_before_anything_is_made(void **state)
{
	static const char longest[] = "abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz-ab";
	struct error e = {0};

	(void)state;
	for (size_t more = 0; more < 2; more++) {
		char path[160], store[80], command[800];
		const char *packs[] = {path};
		struct registry_where where = {.data = store};

		snprintf(store, sizeof store, "%s/store-%zu", folder, more);
		snprintf(path, sizeof path, "%s/%s%s", folder, longest, more ? "c" : "");
		snprintf(command, sizeof command, "cp -r %s %s", pack_folder("hubei-2020"), path);
		assert_int_equal(system(command), 0);
		assert_int_equal(registry_create(&where, packs, 1, NULL, &e), more ? ERROR_BAD_INPUT : 0);
		if (more)
			assert_false(file_is_folder(store));
	}
	assert_non_null(strstr(e.message, "a jurisdiction's name is 1 to 56 of"));
}

static void
no_file_of_the_store_names_anybody(void **state)
{
	static const char *const clear[] = {FENG, FENG_PHONE, "冯女士", "Xiangshan Road"};
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	struct registry_where where = {.data = folder};
	struct error e = {0};
	person_number feng;

	(void)state;
	feng = apply(registry, &a);
	a.how = VOUCHER_NONE;
	a.phone = "+1 555 010 0199";
	apply(registry, &a);
	GOOD(registry_sign_in_request(registry, FENG_PHONE, &e));
	GOOD(registry_vouch(registry, FENG, FENG_PHONE, VOUCHER_ID_CARD, "clerk", moment("2020-03-02T00:00:00Z"), 0, &e));
	GOOD(registry_access_put(registry, feng, "test", "clerk", &e));
	for (size_t i = 0; i < sizeof clear / sizeof *clear; i++)
		assert_false(folder_holds(folder, clear[i]));
	assert_false(folder_holds(folder, "15550100199"));
	registry_close(registry);
	for (size_t i = 0; i < sizeof clear / sizeof *clear; i++)
		assert_false(folder_holds(folder, clear[i]));
	/* The search itself finds what is there. */
	assert_true(folder_holds(folder, "claim-received"));
	registry = NULL;
	GOOD(registry_open(&where, &registry, &e));
}

static void
what_is_rolled_back_was_never_there(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	struct error e = {0};
	person_number feng;

	(void)state;
	GOOD(registry_begin(registry, &e));
	feng = apply(registry, &a);
	registry_rollback(registry);
	assert_int_equal(registry_person_exists(registry, feng, &e), 0);
}

static void
put(const char *sql, const struct db_value *values, size_t count)
{
	struct error e = {0};

	GOOD(db_do(registry_db(registry), sql, values, count, &e));
}

/* As an older program did, which knew no kinds of tests. */
static void
a_store_opens_whose_pack_would_be_refused_today(void **state)
{
	static const char
		head[] =
			"{\"name\":{\"zh\":\"甲\",\"en\":\"A\"},\"time_zone\":{\"name\":\"Asia/Shanghai\",\"offset\":\"+08:00\"},"
			"\"valid\":{\"from\":\"2020-02-01\",\"to\":null},\"first_colour\":\"gray\",\"severity\":[\"gray\",\"green\","
			"\"yellow\",\"red\"],\"parameters\":{},\"horizon_days\":90,\"area\":[\"33\"],\"sources\":[\"a test\"]}",
		rule[] =
			"{\"id\":\"A-GREEN\",\"colour\":\"green\",\"each\":\"tests\",\"when\":{\"===\":[{\"var\":\"item.kind\"},"
			"\"PCR\"]},\"reason\":\"ok\",\"source\":\"a test\"}",
		texts[] = "{\"first\":\"F\",\"override\":\"{cause} {until}\",\"ok\":\"O\"}";
	const struct pack_file files[] = {{"pack.json", head, sizeof head - 1}, {"rules/a.json", rule, sizeof rule - 1},
		{"texts/en.json", texts, sizeof texts - 1}, {"texts/zh.json", texts, sizeof texts - 1}};
	struct registry_where where = {.data = folder};
	char hash[PACK_HASH_TEXT_SIZE];
	const struct pack *kept = NULL;
	struct pack *pack = NULL;
	struct error e = {0};

	(void)state;
	assert_int_equal(pack_read("old-2020", files, 4, NULL, NULL, &pack, &e), ERROR_BAD_INPUT);
	GOOD(pack_read_kept("old-2020", files, 4, &pack, &e));
	snprintf(hash, sizeof hash, "%s", pack_hash(pack));
	pack_free(pack);
	put("INSERT INTO pack_version(hash, jurisdiction, recorded_at) VALUES($1, 'old-2020', 0)",
		(struct db_value[]){db_text(hash)}, 1);
	for (size_t i = 0; i < 4; i++)
		put("INSERT INTO pack_file(hash, path, bytes) VALUES($1, $2, $3)",
			(struct db_value[]){db_text(hash), db_text(files[i].path), db_blob(files[i].bytes, files[i].length)}, 3);
	put("INSERT INTO pack_activation(jurisdiction, hash, at) VALUES('old-2020', $1, 0)",
		(struct db_value[]){db_text(hash)}, 1);

	registry_close(registry);
	registry = NULL;
	GOOD(registry_open(&where, &registry, &e));
	GOOD(registry_pack(registry, "old-2020", &kept, &e));
	assert_string_equal(pack_hash(kept), hash);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_set_up, store_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_demos_clock_starts_where_it_was_told_to),
		TEST(only_a_demo_may_date_what_is_recorded),
		TEST(a_second_store_is_not_made_over_the_first),
		TEST(without_a_pack_nothing_is_made),
		TEST(a_jurisdictions_name_that_no_key_can_have_is_refused_before_anything_is_made),
		TEST(no_file_of_the_store_names_anybody),
		TEST(what_is_rolled_back_was_never_there),
		TEST(a_store_opens_whose_pack_would_be_refused_today),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
