/* credential/paper.h: codes on paper, pages of PDF with large text in Chinese and English: a person's, for who has no phone (the
 * colour as word and shape, so that it is read in black and white too), and a place's, to be put up for a day. */

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
};

enum { PAPERS_MAX = 31 };

/* paper_pdf(papers, count, size, pdf, e):
 * Append a PDF of a page for each. Its text is outlines, so that any printer shows it alike. Return 0,
 * ERROR_EXISTS_NOT where the machine has no font with the Chinese characters (the message says what to install),
 * ERROR_BAD_INPUT for text that is not UTF-8, ERROR_TOO_LARGE (also for more than PAPERS_MAX) or ERROR_NO_MEMORY. */
int paper_pdf(const struct paper *papers, size_t count, enum paper_size size, struct buffer *pdf, struct error *e);

/* A place's code to be put up for a day. ${name} is UTF-8 of at most POSTER_TEXT_MAX bytes, ${day} as people read it. */
enum { POSTERS_MAX = PAPERS_MAX, POSTER_TEXT_MAX = 256 };
struct poster {
	const char *code, *name, *day;
};

/* poster_pdf(posters, count, size, pdf, e): append a PDF of a page for each. Return as paper_pdf; ERROR_TOO_LARGE also for more than
 * POSTERS_MAX. */
int poster_pdf(const struct poster *posters, size_t count, enum paper_size size, struct buffer *pdf, struct error *e);

#endif
