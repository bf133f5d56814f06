/* http/pages.h: the built pages, read once at the start and served from memory. */

#ifndef HEALTHCODE_HTTP_PAGES_H
#define HEALTHCODE_HTTP_PAGES_H

#include "base/error.h"
#include "http/exchange.h"

enum { PAGES_MAX = 512, PAGES_BYTES_MAX = 64 << 20 };

struct pages;

/* pages_read(folder, ret_pages, e): read every file below ${folder}, at most PAGES_MAX with PAGES_BYTES_MAX together. */
int pages_read(const char *folder, struct pages **ret_pages, struct error *e);
void pages_free(struct pages *pages);

/* pages_answer(pages, x): answer a GET or HEAD of x->path: the file, index.html for a path that ends in '/', a redirect to
 * the folder for one that lacks the '/'. Return false, with nothing answered, if there is none. Files whose name carries
 * a hash (name-HASH.ext under assets/) may be kept for ever; others are asked for again with their ETag. */
bool pages_answer(const struct pages *pages, struct exchange *x);

#endif
