#include <errno.h>
#include <png.h>
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

#include "credential/qr.h"

enum { QUIET = 4, MODULE_MAX = 32 };

/* The library looks for what packs as alphanumeric itself; its 8-bit call would not. */
static int
encode(const char *text, QRcode **ret_code, struct error *e)
{
	QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);

	if (!code && errno == ERANGE)
		return error_set(e, ERROR_TOO_LARGE, "too long for a QR code");
	if (!code)
		return errno == EINVAL ? error_set(e, ERROR_USAGE, "no text to draw") : error_no_memory(e);
	*ret_code = code;
	return 0;
}

static bool
is_dark(const QRcode *code, int x, int y)
{
	return code->data[y * code->width + x] & 1;
}

int
qr_modules(const char *text, bool **ret_modules, int *ret_side, struct error *e)
{
	QRcode *code = NULL;
	bool *modules;
	int r = encode(text, &code, e);

	if (r < 0)
		return r;
	if (!(modules = malloc((size_t)code->width * (size_t)code->width))) {
		QRcode_free(code);
		return error_no_memory(e);
	}
	for (int i = 0; i < code->width * code->width; i++)
		modules[i] = is_dark(code, i % code->width, i / code->width);
	*ret_modules = modules;
	*ret_side = code->width;
	QRcode_free(code);
	return 0;
}

static int
add_escaped(struct buffer *svg, const char *text, struct error *e)
{
	int r = 0;

	for (; r == 0 && *text; text++)
		switch (*text) {
		case '<':
			r = buffer_add_text(svg, "&lt;", e);
			break;
		case '&':
			r = buffer_add_text(svg, "&amp;", e);
			break;
		default:
			r = buffer_add_byte(svg, (uint8_t)*text, e);
		}
	return r;
}

/* A rectangle for each run of dark modules in a row. */
static int
add_runs(struct buffer *svg, const QRcode *code, struct error *e)
{
	int r;

	for (int y = 0; y < code->width; y++)
		for (int x = 0, end; x < code->width; x = end) {
			for (end = x; end < code->width && is_dark(code, end, y); end++)
				;
			if (end == x) {
				end++;
				continue;
			}
			if ((r = buffer_add_format(svg, e, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, end - x, end - x)) < 0)
				return r;
		}
	return 0;
}

int
qr_svg(const char *text, const char *title, struct buffer *svg, struct error *e)
{
	size_t before = svg->length;
	QRcode *code = NULL;
	int side, r;

	if ((r = encode(text, &code, e)) < 0)
		goto out;
	side = code->width + 2 * QUIET;
	if ((r = buffer_add_format(svg, e,
			 "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" "
			 "shape-rendering=\"crispEdges\">",
			 side, side)) < 0)
		goto out;
	if (title &&
		((r = buffer_add_text(svg, "<title>", e)) < 0 || (r = add_escaped(svg, title, e)) < 0 ||
			(r = buffer_add_text(svg, "</title>", e)) < 0))
		goto out;
	if ((r = buffer_add_format(svg, e, "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/><path d=\"", side, side)) < 0 ||
		(r = add_runs(svg, code, e)) < 0)
		goto out;
	r = buffer_add_text(svg, "\"/></svg>\n", e);
out:
	if (r < 0 && svg->data) {
		svg->length = before;
		svg->data[before] = 0;
	}
	QRcode_free(code);
	return r;
}

/* The pixels, a byte each, 0 or 255. */
static uint8_t *
paint(const QRcode *code, unsigned module, size_t side)
{
	uint8_t *pixels = malloc(side * side);

	if (!pixels)
		return NULL;
	memset(pixels, 255, side * side);
	for (size_t y = QUIET * module; y < side - QUIET * module; y++)
		for (size_t x = QUIET * module; x < side - QUIET * module; x++)
			if (is_dark(code, (int)(x / module) - QUIET, (int)(y / module) - QUIET))
				pixels[y * side + x] = 0;
	return pixels;
}

int
qr_png(const char *text, unsigned module, struct buffer *png, struct error *e)
{
	png_image image = {.version = PNG_IMAGE_VERSION, .format = PNG_FORMAT_GRAY};
	uint8_t *pixels = NULL;
	png_alloc_size_t size = 0;
	QRcode *code = NULL;
	size_t side;
	int r;

	if (module < 1 || module > MODULE_MAX)
		return error_set(e, ERROR_USAGE, "a module has from 1 to %d pixels", MODULE_MAX);
	if ((r = encode(text, &code, e)) < 0)
		goto out;
	side = (size_t)(code->width + 2 * QUIET) * module;
	if (!(pixels = paint(code, module, side))) {
		r = error_no_memory(e);
		goto out;
	}
	image.width = image.height = (png_uint_32)side;
	if (!png_image_write_get_memory_size(image, size, 0, pixels, 0, NULL)) {
		r = error_no_memory(e);
		goto out;
	}
	if ((r = buffer_reserve(png, size, e)) < 0)
		goto out;
	if (!png_image_write_to_memory(&image, png->data + png->length, &size, 0, pixels, 0, NULL)) {
		r = error_no_memory(e);
		goto out;
	}
	png->length += size;
	png->data[png->length] = 0;
out:
	png_image_free(&image);
	free(pixels);
	QRcode_free(code);
	return r;
}
