#include "../test.h"

#include <string.h>

#include "credential/qr.h"

static const char code[] = "HC1:NCFOXN%TS3DH3ZSUZK+.V0ETD%65NL-AH-R6IOOP-IGTG3E9O4E/L3R3TMC2OL9I/V.VO:6KWJ1";

static void
text_drawn_as_svg_and_png_is_read_again(void **state)
{
	struct buffer picture = buffer_make(QR_PICTURE_MAX), text = buffer_make(4096);
	struct error e = {0};

	(void)state;
	assert_int_equal(qr_svg(code, "green & <valid>", &picture, &e), 0);
	assert_non_null(strstr(buffer_text(&picture), "<title>green &amp; &lt;valid></title>"));
	assert_true(qr_is_picture(picture.data, picture.length));
	if (qr_read(picture.data, picture.length, &text, &e) < 0)
		fail_msg("%s", e.message);
	assert_string_equal(buffer_text(&text), code);

	buffer_clear(&picture);
	buffer_clear(&text);
	assert_int_equal(qr_png(code, 4, &picture, &e), 0);
	assert_true(qr_is_picture(picture.data, picture.length));
	if (qr_read(picture.data, picture.length, &text, &e) < 0)
		fail_msg("%s", e.message);
	assert_string_equal(buffer_text(&text), code);
	buffer_free(&picture);
	buffer_free(&text);
}

static void
the_longest_text_is_drawn_and_a_longer_one_refused(void **state)
{
	static char text[4298];
	struct buffer picture = buffer_make(QR_PICTURE_MAX);
	struct error e = {0};

	(void)state;
	memset(text, 'A', 4296);
	assert_int_equal(qr_svg(text, NULL, &picture, &e), 0);
	buffer_clear(&picture);
	text[4296] = 'A';
	assert_int_equal(qr_svg(text, NULL, &picture, &e), ERROR_TOO_LARGE);
	assert_int_equal(picture.length, 0);
	buffer_free(&picture);
}

static void
a_picture_without_a_code_or_of_another_kind_is_refused(void **state)
{
	static const char *const bad[] = {"", "<svg", "<svg viewBox=\"0 0 20 20\"><path d=\"M1 1h1v1h-1z\"/></svg>",
		"<svg viewBox=\"0 0 20 20\"><path d=\"M1 1h99v1h-99z\"/></svg>", "<svg viewBox=\"0 0 9999999 9\"><path d=\"",
		"<svg viewBox=\"0 0 20 20\"><path d=\"M1 1h1v1h-1z", "\x89PNG\r\n\x1a\n", "GIF89a"};
	struct buffer text = buffer_make(4096);
	struct error e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(qr_read((const uint8_t *)bad[i], strlen(bad[i]), &text, &e), ERROR_BAD_INPUT);
	assert_int_equal(text.length, 0);
	buffer_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_drawn_as_svg_and_png_is_read_again),
		cmocka_unit_test(the_longest_text_is_drawn_and_a_longer_one_refused),
		cmocka_unit_test(a_picture_without_a_code_or_of_another_kind_is_refused),
	};

	return cmocka_run_group_tests_name("credential/qr", tests, NULL, NULL);
}
