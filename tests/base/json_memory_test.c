/* No allocation of jansson's that fails is passed over. */

#include "../test.h"

#include <stdio.h>
#include <string.h>

#include "../failing_allocation.h"
#include "base/json.h"
#include "base/json_memory.h"

/* Long strings, many members, escapes and numbers: all that jansson grows something for. */
static char text[1 << 14];

static void
make_text(void)
{
	size_t at = (size_t)snprintf(text, sizeof text, "{\"long\":\"");

	for (int i = 0; i < 300; i++)
		at += (size_t)snprintf(text + at, sizeof text - at, "%s", i % 7 ? "abc" : "\\u5065\\n");
	at += (size_t)snprintf(text + at, sizeof text - at, "\",\"list\":[");
	for (int i = 0; i < 200; i++)
		at += (size_t)snprintf(text + at, sizeof text - at, "%s%d.5,{\"k%d\":null}", i ? "," : "", i, i);
	snprintf(text + at, sizeof text - at, "],\"n\":123456789012345678}");
}

static json_t *whole;

static int
read(void *context)
{
	json_t *root = NULL;
	struct error e = {0};
	int r = json_read(text, strlen(text), "a.json", &root, &e);

	(void)context;
	assert_true((r == 0) == (root != NULL));
	if (root)
		assert_true(json_equal(root, whole));
	json_decref(root);
	return r;
}

static int
copy(void *context)
{
	json_t *(*how)(const json_t *value) = *(json_t * (**)(const json_t *)) context;
	json_t *made = how(whole);
	int r = made ? 0 : ERROR_NO_MEMORY;

	if (made)
		assert_true(json_equal(made, whole));
	json_decref(made);
	return r;
}

static void
a_document_is_read_whole_or_not_at_all(void **state)
{
	(void)state;
	assert_true(failing_allocation_sweep(read, NULL) > 400);
}

static void
a_copy_is_whole_or_none(void **state)
{
	json_t *(*deep)(const json_t *value) = json_copy_deep, *(*shallow)(const json_t *value) = json_copy_shallow;

	(void)state;
	assert_true(failing_allocation_sweep(copy, &deep) > 400);
	assert_true(failing_allocation_sweep(copy, &shallow) > 3);
	assert_null(json_copy_deep(NULL));
	assert_null(json_copy_shallow(NULL));
}

static int
set_up(void **state)
{
	struct error e = {0};

	(void)state;
	make_text();
	return json_read(text, strlen(text), "a.json", &whole, &e);
}

static int
tear_down(void **state)
{
	(void)state;
	json_decref(whole);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_is_read_whole_or_not_at_all),
		cmocka_unit_test(a_copy_is_whole_or_none),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
