/* Each sample of the shared data is read with the counts that its README states, and no row is missing from the totals. */

#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "feed_store.h"

static struct feed_totals totals;

static const struct feed_totals *
read_sample(struct feed_store *store, const char *kind, const char *name, const char *mapping_name)
{
	char path[4096], mapping_path[4096];
	struct feed_mapping *mapping = NULL;
	struct feed_import_options options = {.kind = kind, .file = path};
	struct error e = {0};

	snprintf(path, sizeof path, "%s/%s", getenv("HEALTHCODE_EXTRA_DATA"), name);
	snprintf(mapping_path, sizeof mapping_path, "%s/tests/data/mappings/%s", getenv("HEALTHCODE_SOURCE"),
		mapping_name ? mapping_name : "");
	if (mapping_name && feed_mapping_read(mapping_path, &mapping, &e) < 0)
		fail_msg("%s", e.message);
	options.mapping = mapping;
	totals = (struct feed_totals){0};
	if (feed_import(store->registry, &options, &totals, &e) < 0)
		fail_msg("%s: %s", name, e.message);
	feed_mapping_free(mapping);
	assert_int_equal(totals.read, totals.added + totals.changed + totals.unchanged + totals.rejected);
	return &totals;
}

static void
line_lists_are_read_whole(void **state)
{
	struct feed_store *store = *state;
	const struct feed_totals *t;

	t = read_sample(store, "cases", "real2020/linelist-ncov2019/ncov_hubei_20200128_0000.csv", "ncov2019-cases.json");
	assert_int_equal(t->read, 1423);
	t = read_sample(
		store, "cases", "real2020/linelist-ncov2019/ncov_outside_hubei_20200207_0000.csv", "ncov2019-cases.json");
	assert_int_equal(t->read, 7814);
	assert_true(t->rejected < 500);
	t = read_sample(store, "cases", "real2020/korea-ds4c/PatientInfo.csv", "korea-cases.json");
	assert_int_equal(t->read, 4004);
}

static void
counts_of_areas_are_read_whole(void **state)
{
	struct feed_store *store = *state;

	assert_int_equal(read_sample(store, "areas", "real2020/csse/03-24-2020.csv", NULL)->read, 3416);
	assert_int_equal(totals.rejected, 0);
	assert_int_equal(read_sample(store, "areas", "real2020/csse/03-25-2020.csv", NULL)->read, 3420);
	assert_int_equal(totals.rejected, 0);
	assert_int_equal(read_sample(store, "areas", "real2020/china-areas/china_areas_2020-01_04.csv", NULL)->read, 50172);
}

static void
every_laboratory_message_is_read(void **state)
{
	struct feed_store *store = *state;
	char folder[4096], name[8192];
	struct file_names names;
	struct error e = {0};
	uint64_t read = 0;

	snprintf(folder, sizeof folder, "%s/conformance/hl7v2", getenv("HEALTHCODE_EXTRA_DATA"));
	assert_int_equal(file_list(folder, ".hl7", &names, &e), 0);
	for (size_t i = 0; i < names.count; i++) {
		snprintf(name, sizeof name, "conformance/hl7v2/%s", names.names[i]);
		read += read_sample(store, "labs", name, NULL)->read;
		if (totals.rejected)
			fail_msg("%s: refused", name);
	}
	assert_int_equal(read, 37);
	file_names_free(&names);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_lists_are_read_whole),
		cmocka_unit_test(counts_of_areas_are_read_whole),
		cmocka_unit_test(every_laboratory_message_is_read),
	};

	return cmocka_run_group_tests_name("feed/samples", tests, feed_store_set_up, feed_store_tear_down);
}
