/* Each allocation of reading a pack fails once: the failure is told as that and not as a fault of the pack, nothing leaks,
 * and no pack is half read. */

#include "../test.h"

#include <stdlib.h>
#include <string.h>

#include "../failing_allocation.h"
#include "policy/pack.h"

static const char head[] =
	"{\"name\":{\"zh\":\"甲\",\"en\":\"A\"},\"jurisdiction\":\"a\","
	"\"time_zone\":{\"name\":\"Asia/Shanghai\",\"offset\":\"+08:00\",\"steps\":[{\"from\":\"2020-03-01T00:00:00Z\","
	"\"offset\":\"+09:00\"}]},\"valid\":{\"from\":\"2020-02-01\",\"to\":null},\"first_colour\":\"gray\","
	"\"severity\":[\"gray\",\"green\",\"yellow\",\"red\"],\"parameters\":{\"days\":7,\"list\":[1,2],\"limit\":373},"
	"\"derived\":{\"normal\":{\"kind\":\"daily\",\"of\":\"checkins\",\"normal\":"
	"{\"<\":[{\"var\":\"item.temperature_tenths_c\"},{\"param\":\"limit\"}]}}},"
	"\"horizon_days\":90,\"area\":[\"33\"],\"sources\":[\"a test\"],\"override_causes\":[\"mistake\"]}";
static const char first_rule[] =
	"{\"id\":\"A-GREEN\",\"colour\":\"green\",\"from\":[\"gray\"],\"when\":"
	"{\">=\":[{\"var\":\"payload.normal.days_in_colour\"},{\"param\":\"days\"}]},\"evidence\":[\"normal\"],"
	"\"reason\":\"ok\",\"source\":\"a test\"}";
static const char second_rule[] =
	"{\"id\":\"A-RED\",\"colour\":\"red\",\"each\":\"contacts\",\"when\":{\"and\":["
	"{\"in\":[1,{\"param\":\"list\"}]},{\"before\":[{\"plusTime\":[{\"var\":\"external.validationClock\"},0,\"day\"]},"
	"{\"plusTime\":[{\"var\":\"item.last\"},{\"param\":\"days\"},\"day\"]}]}]},\"reason\":\"ok\",\"source\":\"a test\"}";
static const char texts[] =
	"{\"first\":\"F\",\"override\":\"{cause} {until}\",\"ok\":\"O {days}\",\"cause.mistake\":\"M\"}";

static int
read(void *context)
{
	const struct pack_file files[] = {{"pack.json", head, sizeof head - 1},
		{"rules/a.json", first_rule, sizeof first_rule - 1}, {"rules/b.json", second_rule, sizeof second_rule - 1},
		{"texts/en.json", texts, sizeof texts - 1}, {"texts/zh.json", texts, sizeof texts - 1}};
	struct pack *pack = NULL;
	struct error e = {0};
	int r = pack_read("packs/a", files, sizeof files / sizeof *files, NULL, NULL, &pack, &e);

	(void)context;
	assert_true((r == 0) == (pack != NULL));
	if (r < 0 && r != ERROR_NO_MEMORY)
		print_error("%s\n", e.message);
	pack_free(pack);
	return r;
}

static void
reading_a_pack_survives_each_failed_allocation(void **state)
{
	(void)state;
	assert_true(failing_allocation_sweep(read, NULL) > 300);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading_a_pack_survives_each_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
