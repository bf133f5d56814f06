#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static char folder[] = "/tmp/healthcode-file-test-XXXXXX";

static int
make_folder(void **state)
{
	*state = mkdtemp(folder);
	return *state ? 0 : -1;
}

static int
remove_folder(void **state)
{
	char command[128];

	snprintf(command, sizeof command, "rm -r %s", (char *)*state);
	return system(command);
}

static void
what_is_written_is_read(void **state)
{
	struct buffer b = buffer_make(100);
	struct error e = {0};
	char *path = file_join(*state, "key", &e);
	struct stat status;

	assert_int_equal(file_write(path, "old", 3, 0600, &e), 0);
	assert_int_equal(file_write(path, "new one", 7, 0600, &e), 0);
	assert_int_equal(file_read(path, &b, &e), 0);
	assert_string_equal(buffer_text(&b), "new one");
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	buffer_free(&b);
	free(path);
}

static void
a_file_past_the_maximum_is_refused_by_name(void **state)
{
	struct buffer exact = buffer_make(5), small = buffer_make(4);
	struct error e = {0};
	char *path = file_join(*state, "five", &e);

	assert_int_equal(file_write(path, "12345", 5, 0600, &e), 0);
	assert_int_equal(file_read(path, &exact, &e), 0);
	assert_int_equal(file_read(path, &small, &e), ERROR_TOO_LARGE);
	assert_string_equal(e.file, path);
	buffer_free(&exact);
	buffer_free(&small);
	free(path);
}

static void
what_is_not_there_is_said_so(void **state)
{
	struct buffer b = buffer_make(5);
	struct file_names names = {0};
	struct error e = {0};

	(void)state;
	assert_int_equal(file_read("/nowhere/at/all", &b, &e), ERROR_EXISTS_NOT);
	assert_string_equal(e.file, "/nowhere/at/all");
	assert_int_equal(file_list("/nowhere/at/all", "", &names, &e), ERROR_EXISTS_NOT);
	assert_int_equal(file_write("/nowhere/at/all", "", 0, 0600, &e), ERROR_IO);
}

static void
a_list_is_sorted_and_holds_only_plain_files_with_the_ending(void **state)
{
	struct file_names names = {0};
	struct error e = {0};
	char *rules = file_join(*state, "rules", &e);

	assert_int_equal(file_make_folder(rules, 0700, &e), 0);
	assert_int_equal(file_make_folder(rules, 0700, &e), 0);
	for (const char *const *name = (const char *const[]){"b.json", "a.json", ".c.json", "readme", NULL}; *name;
		 name++) {
		char *path = file_join(rules, *name, &e);

		assert_int_equal(file_write(path, "", 0, 0600, &e), 0);
		free(path);
	}
	assert_int_equal(file_list(rules, ".json", &names, &e), 0);
	assert_int_equal(names.count, 2);
	assert_string_equal(names.names[0], "a.json");
	assert_string_equal(names.names[1], "b.json");
	file_names_free(&names);
	free(rules);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(a_file_past_the_maximum_is_refused_by_name),
		cmocka_unit_test(what_is_not_there_is_said_so),
		cmocka_unit_test(a_list_is_sorted_and_holds_only_plain_files_with_the_ending),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
