#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "http/pages.h"

static char folder[] = "/tmp/healthcode-pages-test-XXXXXX";

static int
make_pages(void **state)
{
	struct error e = {0};
	char path[256];

	if (!mkdtemp(folder))
		return -1;
	*state = folder;
	snprintf(path, sizeof path, "%s/index.html", folder);
	if (file_write(path, "<p>home", 7, 0600, &e) < 0)
		return -1;
	snprintf(path, sizeof path, "%s/gate", folder);
	if (file_make_folder(path, 0700, &e) < 0)
		return -1;
	snprintf(path, sizeof path, "%s/gate/index.html", folder);
	return file_write(path, "<p>gate", 7, 0600, &e);
}

static int
remove_pages(void **state)
{
	char command[128];

	snprintf(command, sizeof command, "rm -r %s", (char *)*state);
	return system(command);
}

/* What a GET of ${path} without any header is answered with: the bytes, or the status where there are none. */
static void
answers(const struct pages *pages, const char *path, unsigned status, const char *bytes)
{
	struct exchange x = {.path = path, .method = "GET"};

	assert_int_equal(pages_answer(pages, &x), status != 0);
	assert_int_equal(x.status, status);
	if (bytes)
		assert_string_equal(buffer_text(&x.bytes), bytes);
	exchange_clear(&x);
}

/* The exchange's headers come from libmicrohttpd; here there are none. */
const char *__wrap_exchange_header(const struct exchange *x, const char *name);

const char *
__wrap_exchange_header(const struct exchange *x, const char *name)
{
	(void)x;
	(void)name;
	return NULL;
}

static void
a_page_is_found_by_its_path_and_nothing_else_is(void **state)
{
	struct pages *pages = NULL;
	struct error e = {0};

	assert_int_equal(pages_read(*state, &pages, &e), 0);
	answers(pages, "/", 200, "<p>home");
	answers(pages, "/index.html", 200, "<p>home");
	answers(pages, "/gate/", 200, "<p>gate");
	answers(pages, "/gate", 308, NULL);
	answers(pages, "/gate/../index.html", 0, NULL);
	answers(pages, "/../../etc/passwd", 0, NULL);
	answers(pages, "", 308, NULL);
	answers(pages, "/nothing", 0, NULL);
	pages_free(pages);
}

static void
a_folder_that_is_not_there_is_named(void **state)
{
	struct pages *pages = NULL;
	struct error e = {0};

	(void)state;
	assert_int_equal(pages_read("/nowhere", &pages, &e), ERROR_EXISTS_NOT);
	assert_string_equal(e.file, "/nowhere");
	assert_null(pages);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_is_found_by_its_path_and_nothing_else_is),
		cmocka_unit_test(a_folder_that_is_not_there_is_named),
	};

	return cmocka_run_group_tests(tests, make_pages, remove_pages);
}
