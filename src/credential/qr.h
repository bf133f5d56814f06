/* credential/qr.h: text as a QR code, drawn and read. */

#ifndef HEALTHCODE_CREDENTIAL_QR_H
#define HEALTHCODE_CREDENTIAL_QR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

enum { QR_PICTURE_MAX = 16 << 20, QR_PIXELS_MAX = 16 << 20, QR_SIDE_MAX = 8192 };

/* qr_svg(text, title, svg, e):
 * Append an SVG document: one path, 4 modules of quiet zone, ${title} (may be NULL) as its accessible name. The text
 * packs as base45 does where its alphabet allows. Return 0, ERROR_TOO_LARGE (no QR code holds it, or ${svg} not the
 * picture) or ERROR_NO_MEMORY. */
int qr_svg(const char *text, const char *title, struct buffer *svg, struct error *e);

/* qr_png(text, module, png, e): append a black and white PNG, ${module} (1 to 32) pixels a module, quiet zone too. */
int qr_png(const char *text, unsigned module, struct buffer *png, struct error *e);

/* qr_modules(text, ret_modules, ret_side, e): its modules row by row, true where dark, without quiet zone; freed with free(). Return
 * as qr_svg does. */
int qr_modules(const char *text, bool **ret_modules, int *ret_side, struct error *e);

/* qr_read(bytes, length, text, e):
 * Append the text of the QR code in a PNG, or in an SVG that qr_svg drew. Return 0, or ERROR_BAD_INPUT (no such
 * picture, no QR code in it, or more than one), ERROR_TOO_LARGE (more than QR_PICTURE_MAX bytes, QR_PIXELS_MAX pixels or
 * QR_SIDE_MAX a side) or ERROR_NO_MEMORY. */
int qr_read(const uint8_t *bytes, size_t length, struct buffer *text, struct error *e);

/* qr_is_picture(bytes, length): whether they begin as a PNG or an SVG does. */
bool qr_is_picture(const uint8_t *bytes, size_t length);

#endif
