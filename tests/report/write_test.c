/* Reports as CSV, GeoJSON and SVG. */

#include "../test.h"

#include <string.h>

#include "report/report.h"

static const char *
written(enum report_kind kind, const char *report, enum report_format format)
{
	static struct buffer output;
	json_t *root = json_loads(report, 0, NULL);
	struct error e = {0};

	assert_non_null(root);
	buffer_free(&output);
	output = buffer_make(1 << 20);
	assert_int_equal(report_write(kind, root, format, &output, &e), 0);
	json_decref(root);
	return buffer_text(&output);
}

#define CASES                                                                                                                        \
	"{\"now\":\"N\",\"days\":14,\"places\":[{\"name\":\"Tea & \\\"co\\\", <1>\",\"kind\":\"venue\",\"division\":null,\"area\":null," \
	"\"latitude\":30.25,\"longitude\":120.5,\"from\":\"F\",\"to\":\"T\",\"cases\":2},"                                               \
	"{\"name\":\"\",\"kind\":\"coach\",\"division\":\"330110\",\"area\":null,\"latitude\":null,\"longitude\":null,\"from\":\"F\","   \
	"\"to\":\"T\",\"cases\":1}]}"

static void
csv_quotes_what_it_has_to(void **state)
{
	(void)state;
	assert_string_equal(written(REPORT_CASES, CASES, REPORT_CSV),
		"name,kind,division,latitude,longitude,from,to,cases\r\n"
		"\"Tea & \"\"co\"\", <1>\",venue,,30.25,120.5,F,T,2\r\n"
		",coach,330110,,,F,T,1\r\n");
	assert_string_equal(
		written(REPORT_CURVE,
			"{\"days\":[{\"date\":\"A\",\"cases\":0,\"by_status\":{}},{\"date\":\"B\",\"cases\":3,\"by_status\":{\"confirmed\":2,"
			"\"suspected\":1}}]}",
			REPORT_CSV),
		"date,status,cases\r\nA,,0\r\nB,confirmed,2\r\nB,suspected,1\r\n");
	assert_string_equal(
		written(REPORT_DISTANCING,
			"{\"days\":[{\"date\":\"A\",\"division\":\"330100\",\"people\":900,\"home_percent\":50,\"away_hours\":4.5,"
			"\"change_percent\":null}]}",
			REPORT_CSV),
		"date,division,people,home_percent,away_hours,change_percent\r\nA,330100,900,50,4.5,\r\n");
}

static void
a_place_without_a_position_is_a_feature_without_a_geometry(void **state)
{
	const char *text = written(REPORT_CASES, CASES, REPORT_GEOJSON);

	(void)state;
	assert_non_null(strstr(text, "\"type\":\"FeatureCollection\""));
	assert_non_null(strstr(text, "{\"coordinates\":[120.5,30.25],\"type\":\"Point\"}")); /* longitude first: RFC 7946 */
	assert_non_null(strstr(text, "\"geometry\":null"));
	assert_null(strstr(text, "latitude"));
	assert_true(report_has_format(REPORT_CASES, REPORT_GEOJSON));
	assert_false(report_has_format(REPORT_CURVE, REPORT_GEOJSON));
}

static void
a_drawing_escapes_names_and_stands_empty_too(void **state)
{
	const char *text = written(REPORT_CASES, CASES, REPORT_SVG);

	(void)state;
	assert_non_null(strstr(text, "Tea &amp; \"co\", &lt;1>"));
	assert_non_null(strstr(text, "2 places, 1 of them without a position"));
	for (int kind = 0; kind < REPORT_KINDS; kind++) {
		text =
			written((enum report_kind)kind, "{\"days\":[],\"places\":[],\"by\":\"onset\",\"now\":\"N\"}", REPORT_SVG);
		assert_non_null(strstr(text, "</svg>\n"));
		assert_null(strstr(text, "nan"));
		assert_null(strstr(text, "inf"));
	}
}

static void
more_than_the_output_holds_is_told(void **state)
{
	json_t *root = json_loads(CASES, 0, NULL);
	struct error e = {0};

	(void)state;
	for (int format = 0; format < REPORT_FORMATS; format++) {
		struct buffer output = buffer_make(60);

		assert_int_equal(report_write(REPORT_CASES, root, (enum report_format)format, &output, &e), ERROR_TOO_LARGE);
		buffer_free(&output);
	}
	json_decref(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_quotes_what_it_has_to),
		cmocka_unit_test(a_place_without_a_position_is_a_feature_without_a_geometry),
		cmocka_unit_test(a_drawing_escapes_names_and_stands_empty_too),
		cmocka_unit_test(more_than_the_output_holds_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
