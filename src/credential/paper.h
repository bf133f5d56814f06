/* credential/paper.h: a code on paper, for who has no phone: one page of PDF with large text in Chinese and English, the
 * colour as word and shape (it is read in black and white too), and the QR code. */

#ifndef HEALTHCODE_CREDENTIAL_PAPER_H
#define HEALTHCODE_CREDENTIAL_PAPER_H

#include "base/buffer.h"
#include "base/error.h"
#include "credential/code.h"

enum { PAPER_PDF_MAX = 4 << 20 };

enum paper_size { PAPER_A6, PAPER_A4 };

/* Texts are UTF-8, of at most 40 bytes. ${from} and ${until} are local times as people read them. */
struct paper {
	const char *code, *card, *from, *until;
	enum code_colour colour;
	enum paper_size size;
};

/* paper_pdf(paper, pdf, e):
 * Append the page. Its text is outlines, so that any printer shows it alike. Return 0,
 * ERROR_EXISTS_NOT where the machine has no font with the Chinese characters (the message says what to install),
 * ERROR_BAD_INPUT for text that is not UTF-8, ERROR_TOO_LARGE or ERROR_NO_MEMORY. */
int paper_pdf(const struct paper *paper, struct buffer *pdf, struct error *e);

#endif
