/* Every published FHIR bundle of shared data is read, and none twice. */

#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "feed_store.h"

static void
every_sample_is_read(void **state)
{
	struct feed_store *store = *state;
	char folder[4096], path[8192];
	struct file_names names;
	struct error e = {0};
	size_t added = 0;

	snprintf(folder, sizeof folder, "%s/conformance/fhir", getenv("HEALTHCODE_EXTRA_DATA"));
	assert_int_equal(file_list(folder, ".fhir", &names, &e), 0);
	assert_int_equal(names.count, 27);
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < names.count; i++) {
			const char *became;

			snprintf(path, sizeof path, "%s/%s", folder, names.names[i]);
			became = feed_store_file(store, "labs", path);
			if (!strstr(became, " 0") || became[strlen(became) - 1] != '0')
				fail_msg("%s: %s %s", names.names[i], became, buffer_text(&store->notes));
			if (round == 0)
				added += became[0] == '1';
			else
				assert_string_equal(became, "0 0 1 0");
		}
	assert_int_equal(added, 13);
	file_names_free(&names);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_sample_is_read)};

	return cmocka_run_group_tests_name("feed/fhir samples", tests, feed_store_set_up, feed_store_tear_down);
}
