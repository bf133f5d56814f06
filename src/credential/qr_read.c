/* Reading pictures. An SVG of ours is painted from its own runs, so that what is read is what is seen. */

#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <zbar.h>

#include "base/text.h"
#include "credential/qr.h"

enum { SVG_MODULE = 4, SVG_MODULES_MAX = 256, PATH_NUMBER_MAX = 9999 };

static const uint8_t png_signature[] = {0x89, 'P', 'N', 'G', 0x0d, 0x0a, 0x1a, 0x0a};

static bool
is_png(const uint8_t *bytes, size_t length)
{
	return length >= sizeof png_signature && memcmp(bytes, png_signature, sizeof png_signature) == 0;
}

static bool
is_svg(const uint8_t *bytes, size_t length)
{
	return length >= 4 && (memcmp(bytes, "<svg", 4) == 0 || (length >= 5 && memcmp(bytes, "<?xml", 5) == 0));
}

bool
qr_is_picture(const uint8_t *bytes, size_t length)
{
	return is_png(bytes, length) || is_svg(bytes, length);
}

/* The one QR code in ${width} by ${height} gray pixels. */
static int
scan(const uint8_t *pixels, unsigned width, unsigned height, struct buffer *text, struct error *e)
{
	zbar_image_scanner_t *scanner = zbar_image_scanner_create();
	zbar_image_t *image = zbar_image_create();
	const zbar_symbol_t *symbol;
	int found, r;

	if (!scanner || !image) {
		r = error_no_memory(e);
		goto out;
	}
	zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
	zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
	zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
	zbar_image_set_size(image, width, height);
	zbar_image_set_data(image, pixels, (unsigned long)width * height, NULL);
	found = zbar_scan_image(scanner, image);
	symbol = found > 0 ? zbar_image_first_symbol(image) : NULL;
	if (!symbol)
		r = error_set(e, ERROR_BAD_INPUT, "no QR code can be read in the picture");
	else if (zbar_symbol_next(symbol))
		r = error_set(e, ERROR_BAD_INPUT, "more than one QR code in the picture");
	else
		r = buffer_add(text, zbar_symbol_get_data(symbol), zbar_symbol_get_data_length(symbol), e);
out:
	if (image)
		zbar_image_destroy(image);
	if (scanner)
		zbar_image_scanner_destroy(scanner);
	return r;
}

static int
read_png(const uint8_t *bytes, size_t length, struct buffer *text, struct error *e)
{
	png_image image = {.version = PNG_IMAGE_VERSION};
	png_color white = {255, 255, 255};
	uint8_t *pixels = NULL;
	int r;

	if (!png_image_begin_read_from_memory(&image, bytes, length)) {
		r = error_set(e, ERROR_BAD_INPUT, "PNG: %s", image.message);
		goto out;
	}
	if (image.width > QR_SIDE_MAX || image.height > QR_SIDE_MAX ||
		(uint64_t)image.width * image.height > QR_PIXELS_MAX) {
		r = error_set(
			e, ERROR_TOO_LARGE, "PNG: more than the maximum of %d pixels, or %d a side", QR_PIXELS_MAX, QR_SIDE_MAX);
		goto out;
	}
	image.format = PNG_FORMAT_GRAY;
	if (!(pixels = malloc(PNG_IMAGE_SIZE(image)))) {
		r = error_no_memory(e);
		goto out;
	}
	if (!png_image_finish_read(&image, &white, pixels, 0, NULL)) {
		r = error_set(e, ERROR_BAD_INPUT, "PNG: %s", image.message);
		goto out;
	}
	r = scan(pixels, image.width, image.height, text, e);
out:
	png_image_free(&image);
	free(pixels);
	return r;
}

/* Step over ${before}, then read a number. */
static bool
take_number(const char **at, const char *before, size_t *ret_value)
{
	size_t value = 0;
	const char *digits;

	if (!text_starts(*at, before))
		return false;
	digits = *at + strlen(before);
	for (*at = digits; **at >= '0' && **at <= '9'; ++*at)
		if ((value = value * 10 + (size_t)(**at - '0')) > PATH_NUMBER_MAX)
			return false;
	*ret_value = value;
	return *at > digits;
}

/* Paint the runs of a path of ours; false where it is another path. */
static bool
paint_path(const char *path, size_t modules, uint8_t *pixels)
{
	size_t side = modules * SVG_MODULE, x, y, width, height, back;

	while (*path != '"') {
		if (!take_number(&path, "M", &x) || !take_number(&path, " ", &y) || !take_number(&path, "h", &width) ||
			!take_number(&path, "v", &height) || !take_number(&path, "h-", &back) || *path++ != 'z')
			return false;
		if (height != 1 || back != width || y >= modules || x > modules || width > modules - x)
			return false;
		for (size_t row = y * SVG_MODULE; row < (y + 1) * SVG_MODULE; row++)
			memset(pixels + row * side + x * SVG_MODULE, 0, width * SVG_MODULE);
	}
	return true;
}

static int
read_svg(const uint8_t *bytes, size_t length, struct buffer *text, struct error *e)
{
	static const char box[] = "viewBox=\"0 0", path[] = "<path d=\"";
	char *copy = strndup((const char *)bytes, length);
	uint8_t *pixels = NULL;
	const char *at;
	size_t modules, side;
	int r;

	if (!copy) {
		r = error_no_memory(e);
		goto out;
	}
	r = error_set(e, ERROR_BAD_INPUT, "SVG: not a QR code drawn by healthcode");
	if (!(at = strstr(copy, box)))
		goto out;
	at += sizeof box - 1;
	if (!take_number(&at, " ", &modules) || modules == 0 || modules > SVG_MODULES_MAX || !(at = strstr(at, path)))
		goto out;
	side = modules * SVG_MODULE;
	if (!(pixels = malloc(side * side))) {
		r = error_no_memory(e);
		goto out;
	}
	memset(pixels, 255, side * side);
	if (paint_path(at + sizeof path - 1, modules, pixels))
		r = scan(pixels, (unsigned)side, (unsigned)side, text, e);
out:
	free(pixels);
	free(copy);
	return r;
}

int
qr_read(const uint8_t *bytes, size_t length, struct buffer *text, struct error *e)
{
	if (length > QR_PICTURE_MAX)
		return error_set(e, ERROR_TOO_LARGE, "a picture of more than the maximum of %d bytes", QR_PICTURE_MAX);
	if (is_png(bytes, length))
		return read_png(bytes, length, text, e);
	if (is_svg(bytes, length))
		return read_svg(bytes, length, text, e);
	return error_set(e, ERROR_BAD_INPUT, "neither a PNG nor an SVG picture");
}
