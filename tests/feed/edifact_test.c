/* Interchanges up to the largest. */

#include "../test.h"

#include <stdlib.h>
#include <string.h>

#include "feed/edifact.h"

#define BEGIN "UNB+UNOA:4+AIR+GOV+200311:1200+7'"
#define END "UNZ+0+7'"

enum { MORE = 64 };

/* An interchange of ${length} bytes, and the beginning of the next one. */
static char *
interchange_of(size_t length)
{
	char *bytes = malloc(length + MORE);

	assert_non_null(bytes);
	memset(bytes, ' ', length + MORE);
	memcpy(bytes, BEGIN, strlen(BEGIN));
	memcpy(bytes + length - strlen(END), END, strlen(END));
	memcpy(bytes + length, BEGIN, strlen(BEGIN));
	return bytes;
}

static int
read_first(size_t length, size_t *ret_end)
{
	char *bytes = interchange_of(length);
	struct edifact_place place = {0};
	struct edifact *interchange = NULL;
	struct error e = {0};
	int r = edifact_read(bytes, length + MORE, &place, &interchange, &e);

	*ret_end = place.at;
	edifact_free(interchange);
	free(bytes);
	return r;
}

static void
the_largest_is_read_and_what_is_larger_is_refused(void **state)
{
	size_t end;

	(void)state;
	for (size_t less = 0; less < 6; less++) {
		assert_int_equal(read_first(EDIFACT_SIZE_MAX - less, &end), 0);
		assert_int_equal(end, EDIFACT_SIZE_MAX - less);
	}
	for (size_t more = 1; more <= strlen(END) + 1;
		 more++) { /* cut in its end, before it, and after what is nothing yet */
		assert_int_equal(read_first(EDIFACT_SIZE_MAX + more, &end), ERROR_TOO_LARGE);
		assert_int_equal(end, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_largest_is_read_and_what_is_larger_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
