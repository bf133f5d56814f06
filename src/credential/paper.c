/* The page is drawn once, in millimetres of A6; A4 is that drawn twice as large in each direction. */

#include "credential/paper.h"

#include <cairo-ft.h>
#include <cairo-pdf.h>
#include <fontconfig/fontconfig.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "credential/qr.h"

enum { PAGE_WIDTH = 105, PAGE_HEIGHT = 148, A4_HEIGHT = 297, MARGIN = 6, QR_SIDE = 72, QUIET = 4 };

#define POINTS_PER_MM (72 / 25.4)

static const struct look {
	const char *zh, *en;
	double red, green, blue;
} looks[] = {
	[CODE_GREEN] = {"绿码", "GREEN", 0.05, 0.50, 0.22},
	[CODE_YELLOW] = {"黄码", "YELLOW", 0.80, 0.58, 0.00},
	[CODE_RED] = {"红码", "RED", 0.75, 0.09, 0.12},
	[CODE_GRAY] = {"灰码", "GRAY", 0.40, 0.40, 0.40},
};

struct output {
	struct buffer *pdf;
	struct error *e;
	int r;
};

static cairo_status_t
take_bytes(void *closure, const unsigned char *bytes, unsigned length)
{
	struct output *output = closure;

	if (output->r == 0)
		output->r = buffer_add(output->pdf, bytes, length, output->e);
	return output->r < 0 ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

/* Whether the font has characters of the words below. */
static bool
has_characters(FcPattern *font)
{
	static const FcChar32 needed[] = {0x7EFF, 0x7801, 0x8BC1, 0x7EA2};
	FcCharSet *characters = NULL;

	if (!font || FcPatternGetCharSet(font, FC_CHARSET, 0, &characters) != FcResultMatch)
		return false;
	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
		if (!FcCharSetHasChar(characters, needed[i]))
			return false;
	return true;
}

/* The installed font that suits Chinese best. The configuration is ours, so that it is freed. */
static int
find_font(FcConfig **ret_fonts, cairo_font_face_t **ret_face, struct error *e)
{
	FcConfig *fonts = FcInitLoadConfigAndFonts();
	FcPattern *wanted = FcNameParse((const FcChar8 *)"sans:bold:lang=zh-cn"), *found = NULL;
	FcResult result;
	int r = 0;

	if (!fonts || !wanted || !FcConfigSubstitute(fonts, wanted, FcMatchPattern)) {
		r = error_no_memory(e);
		goto out;
	}
	FcDefaultSubstitute(wanted);
	found = FcFontMatch(fonts, wanted, &result);
	if (!has_characters(found)) {
		r = error_set(e, ERROR_EXISTS_NOT, "no font with Chinese characters is installed, such as fonts-noto-cjk");
		goto out;
	}
	*ret_face = cairo_ft_font_face_create_for_pattern(found);
	*ret_fonts = fonts;
	fonts = NULL;
out:
	if (found)
		FcPatternDestroy(found);
	if (wanted)
		FcPatternDestroy(wanted);
	if (fonts)
		FcConfigDestroy(fonts);
	return r;
}

/* A line of text, ${size} mm high, centred at ${x} mm, its base at ${y} mm; smaller where it would not fit ${width}. */
static void
write_line(cairo_t *page, double x, double y, double size, double width, const char *text)
{
	cairo_text_extents_t extents;

	cairo_set_font_size(page, size);
	cairo_text_extents(page, text, &extents);
	if (extents.x_advance > width) {
		cairo_set_font_size(page, size * width / extents.x_advance);
		cairo_text_extents(page, text, &extents);
	}
	cairo_move_to(page, x - extents.x_advance / 2, y);
	cairo_text_path(page, text); /* outlines: what embeds parts of fonts leaks in the library */
	cairo_fill(page);
}

/* A corner's path around (x, y): as many corners as the shape has, ${turn} the angle of the first. */
static void
polygon(cairo_t *page, double x, double y, double radius, int corners, double turn)
{
	for (int i = 0; i < corners; i++)
		cairo_line_to(
			page, x + radius * cos(turn + 2 * M_PI * i / corners), y + radius * sin(turn + 2 * M_PI * i / corners));
	cairo_close_path(page);
}

/* The same shapes as on the screen: a round tick, a triangle, an octagon, a square. */
static void
draw_shape(cairo_t *page, enum code_colour colour, double x, double y, double radius)
{
	cairo_set_source_rgb(page, 1, 1, 1);
	cairo_new_path(page);
	switch (colour) {
	case CODE_GREEN:
		cairo_arc(page, x, y, radius, 0, 2 * M_PI);
		break;
	case CODE_YELLOW:
		polygon(page, x, y + radius / 6, radius * 1.15, 3, -M_PI / 2);
		break;
	case CODE_RED:
		polygon(page, x, y, radius, 8, M_PI / 8);
		break;
	case CODE_GRAY:
		polygon(page, x, y, radius * 1.15, 4, M_PI / 4);
		break;
	}
	cairo_fill(page);
	cairo_set_source_rgb(page, looks[colour].red, looks[colour].green, looks[colour].blue);
	cairo_set_line_width(page, radius / 4);
	switch (colour) {
	case CODE_GREEN:
		cairo_move_to(page, x - radius * 0.45, y + radius * 0.05);
		cairo_line_to(page, x - radius * 0.1, y + radius * 0.4);
		cairo_line_to(page, x + radius * 0.5, y - radius * 0.35);
		break;
	case CODE_YELLOW:
		cairo_move_to(page, x, y - radius * 0.35);
		cairo_line_to(page, x, y + radius * 0.2);
		cairo_move_to(page, x, y + radius * 0.38);
		cairo_line_to(page, x, y + radius * 0.6);
		break;
	case CODE_RED:
		cairo_move_to(page, x - radius * 0.5, y);
		cairo_line_to(page, x + radius * 0.5, y);
		break;
	case CODE_GRAY:
		for (int i = -1; i <= 1; i++) {
			cairo_move_to(page, x + i * radius * 0.45 - radius * 0.1, y);
			cairo_line_to(page, x + i * radius * 0.45 + radius * 0.1, y);
		}
		break;
	}
	cairo_stroke(page);
}

static int
draw_code(cairo_t *page, const char *text, double left, double top, struct error *e)
{
	bool *modules = NULL;
	double module;
	int side, r;

	if ((r = qr_modules(text, &modules, &side, e)) < 0)
		return r;
	module = (double)QR_SIDE / (side + 2 * QUIET);
	cairo_set_source_rgb(page, 0, 0, 0);
	for (int y = 0; y < side; y++)
		for (int x = 0, end; x < side; x = end) {
			for (end = x; end < side && modules[y * side + end]; end++)
				;
			if (end > x)
				cairo_rectangle(
					page, left + (x + QUIET) * module, top + (y + QUIET) * module, (end - x) * module, module);
			else
				end++;
		}
	cairo_fill(page);
	free(modules);
	return 0;
}

typedef int draw_page(cairo_t *page, const void *what, struct error *e);

static int
draw_paper(cairo_t *page, const void *what, struct error *e)
{
	const struct paper *paper = what;
	const struct look *look = &looks[paper->colour];
	char line[128];
	int r;

	cairo_set_source_rgb(page, look->red, look->green, look->blue);
	cairo_rectangle(page, MARGIN, MARGIN, PAGE_WIDTH - 2 * MARGIN, 27);
	cairo_fill(page);
	draw_shape(page, paper->colour, MARGIN + 15, MARGIN + 13.5, 9.5);
	cairo_set_source_rgb(page, 1, 1, 1);
	write_line(page, 64, MARGIN + 14, 14, 60, look->zh);
	write_line(page, 64, MARGIN + 24, 8.5, 60, look->en);
	cairo_set_source_rgb(page, 0, 0, 0);
	/* Not whose: a guard is not to see where somebody comes from. */
	write_line(page, PAGE_WIDTH / 2.0, 39, 4, PAGE_WIDTH - 2 * MARGIN, "健康码 Health code");
	if ((r = draw_code(page, paper->code, (PAGE_WIDTH - QR_SIDE) / 2.0, 40, e)) < 0)
		return r;
	snprintf(line, sizeof line, "身份证后四位 ID card ends in %s", paper->card);
	write_line(page, PAGE_WIDTH / 2.0, 118.5, 6, PAGE_WIDTH - 2 * MARGIN, line);
	snprintf(line, sizeof line, "%s 至 to %s", paper->from, paper->until);
	write_line(page, PAGE_WIDTH / 2.0, 127, 5.6, PAGE_WIDTH - 2 * MARGIN, line);
	write_line(
		page, PAGE_WIDTH / 2.0, 134.5, 4, PAGE_WIDTH - 2 * MARGIN, "请与身份证一起出示。遗失请告知社区，即可作废。");
	write_line(page, PAGE_WIDTH / 2.0, 140.5, 3.4, PAGE_WIDTH - 2 * MARGIN,
		"Show it with your ID card. If you lose it, tell your committee, and it counts no more.");
	return 0;
}

/* What went wrong while it was drawn, if something did. */
static int
outcome(cairo_status_t status, const struct output *output, struct error *e)
{
	if (output->r < 0)
		return output->r;
	if (status == CAIRO_STATUS_INVALID_STRING)
		return error_set(e, ERROR_BAD_INPUT, "a paper's texts are UTF-8");
	if (status == CAIRO_STATUS_NO_MEMORY)
		return error_no_memory(e);
	return status == CAIRO_STATUS_SUCCESS ? 0 : error_set(e, ERROR_IO, "PDF: %s", cairo_status_to_string(status));
}

/* Append a PDF of ${count} pages; ${whats} has what is drawn on each. */
static int
write_pdf(
	enum paper_size size, draw_page *draw, const void *const *whats, size_t count, struct buffer *pdf, struct error *e)
{
	double scale = size == PAPER_A4 ? 2 * POINTS_PER_MM : POINTS_PER_MM;
	struct output output = {.pdf = pdf, .e = e};
	size_t before = pdf->length;
	cairo_font_face_t *face = NULL;
	FcConfig *fonts = NULL;
	cairo_surface_t *surface;
	cairo_status_t status;
	cairo_t *page;
	int r;

	if ((r = find_font(&fonts, &face, e)) < 0)
		return r;
	surface = cairo_pdf_surface_create_for_stream(
		take_bytes, &output, PAGE_WIDTH * scale, (size == PAPER_A4 ? A4_HEIGHT * POINTS_PER_MM : PAGE_HEIGHT * scale));
	page = cairo_create(surface);
	cairo_scale(page, scale, scale);
	cairo_set_font_face(page, face);
	for (size_t i = 0; i < count && r == 0; i++) {
		r = draw(page, whats[i], e);
		if (cairo_status(page) == CAIRO_STATUS_SUCCESS)
			cairo_show_page(page);
	}
	cairo_surface_finish(surface);
	status = cairo_status(page) ? cairo_status(page) : cairo_surface_status(surface);
	if (r == 0)
		r = outcome(status, &output, e);
	cairo_destroy(page);
	cairo_surface_destroy(surface);
	cairo_font_face_destroy(face);
	FcConfigDestroy(fonts);
	if (r < 0 && pdf->data) {
		pdf->length = before;
		pdf->data[before] = 0;
	}
	return r;
}

int
paper_pdf(const struct paper *papers, size_t count, enum paper_size size, struct buffer *pdf, struct error *e)
{
	const void *whats[PAPERS_MAX];

	if (count > PAPERS_MAX)
		return error_set(e, ERROR_TOO_LARGE, "at most %d papers are drawn at once", PAPERS_MAX);
	for (size_t i = 0; i < count; i++)
		whats[i] = &papers[i];
	return write_pdf(size, draw_paper, whats, count, pdf, e);
}

static int
draw_poster(cairo_t *page, const void *what, struct error *e)
{
	const struct poster *poster = what;
	char line[POSTER_TEXT_MAX + 64];
	int r;

	cairo_set_source_rgb(page, 0, 0, 0);
	write_line(page, PAGE_WIDTH / 2.0, 18, 9, PAGE_WIDTH - 2 * MARGIN, "场所码 Place code");
	write_line(page, PAGE_WIDTH / 2.0, 33, 9, PAGE_WIDTH - 2 * MARGIN, poster->name);
	if ((r = draw_code(page, poster->code, (PAGE_WIDTH - QR_SIDE) / 2.0, 38, e)) < 0)
		return r;
	snprintf(line, sizeof line, "仅限 only on %s", poster->day);
	write_line(page, PAGE_WIDTH / 2.0, 119, 7.5, PAGE_WIDTH - 2 * MARGIN, line);
	write_line(page, PAGE_WIDTH / 2.0, 129, 4.6, PAGE_WIDTH - 2 * MARGIN, "请扫码登记到访；明日请换上新的一张。");
	write_line(page, PAGE_WIDTH / 2.0, 135.5, 3.6, PAGE_WIDTH - 2 * MARGIN,
		"Scan it to note that you were here. Put up the next sheet tomorrow.");
	write_line(page, PAGE_WIDTH / 2.0, 142, 3.6, PAGE_WIDTH - 2 * MARGIN,
		"没有手机：请工作人员登记。 Without a phone: ask the staff.");
	return 0;
}

int
poster_pdf(const struct poster *posters, size_t count, enum paper_size size, struct buffer *pdf, struct error *e)
{
	const void *whats[POSTERS_MAX];

	if (count > POSTERS_MAX)
		return error_set(e, ERROR_TOO_LARGE, "at most %d posters are drawn at once", POSTERS_MAX);
	for (size_t i = 0; i < count; i++)
		whats[i] = &posters[i];
	return write_pdf(size, draw_poster, whats, count, pdf, e);
}
