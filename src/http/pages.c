#include "http/pages.h"

#include <dirent.h>
#include <microhttpd.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/text.h"

enum { DEPTH_MAX = 8, ETAG_BYTES = 16 };

struct page {
	char *path; /* "/gate/index.html" */
	struct buffer bytes;
	char etag[2 * ETAG_BYTES + 3];
};

struct pages {
	struct page *pages;
	size_t count, capacity, bytes;
};

static int
add_page(struct pages *pages, const char *file, const char *path, struct error *e)
{
	uint8_t hash[ETAG_BYTES];
	struct page *page;
	int r;

	if ((r = array_grow(&pages->pages, &pages->capacity, pages->count + 1, sizeof *page, PAGES_MAX, e)) < 0)
		return r;
	page = &pages->pages[pages->count];
	page->bytes = buffer_make(PAGES_BYTES_MAX - pages->bytes);
	if (!(page->path = text_copy(path, e)))
		return ERROR_NO_MEMORY;
	pages->count++;
	if ((r = file_read(file, &page->bytes, e)) < 0)
		return r;
	pages->bytes += page->bytes.length;
	crypto_generichash(hash, sizeof hash, page->bytes.data, page->bytes.length, NULL, 0);
	page->etag[0] = '"';
	text_hex(hash, sizeof hash, page->etag + 1);
	strcat(page->etag, "\"");
	return 0;
}

static int
add_folder(struct pages *pages, const char *folder, const char *path, unsigned depth, struct error *e)
{
	DIR *d = opendir(folder);
	struct dirent *entry;
	int r = 0;

	if (!d || depth > DEPTH_MAX) {
		error_set(e, ERROR_EXISTS_NOT, depth > DEPTH_MAX ? "folders too deep" : "cannot list the folder");
		r = error_at(e, folder, 0, 0);
		goto out;
	}
	while (r == 0 && (entry = readdir(d))) {
		char *file, *below = NULL;

		if (entry->d_name[0] == '.')
			continue;
		file = file_join(folder, entry->d_name, e);
		if (!file || asprintf(&below, "%s/%s", path, entry->d_name) < 0)
			r = error_no_memory(e);
		else if (file_is_folder(file))
			r = add_folder(pages, file, below, depth + 1, e);
		else
			r = add_page(pages, file, below, e);
		free(file);
		free(below);
	}
out:
	if (d)
		closedir(d);
	return r;
}

static int
compare_pages(const void *a, const void *b)
{
	return strcmp(((const struct page *)a)->path, ((const struct page *)b)->path);
}

int
pages_read(const char *folder, struct pages **ret_pages, struct error *e)
{
	struct pages *pages = calloc(1, sizeof *pages);
	int r;

	if (!pages)
		return error_no_memory(e);
	if ((r = add_folder(pages, folder, "", 0, e)) < 0)
		goto out;
	if (pages->count)
		qsort(pages->pages, pages->count, sizeof *pages->pages, compare_pages);
	*ret_pages = pages;
	pages = NULL;
out:
	pages_free(pages);
	return r;
}

void
pages_free(struct pages *pages)
{
	if (!pages)
		return;
	for (size_t i = 0; i < pages->count; i++) {
		free(pages->pages[i].path);
		buffer_free(&pages->pages[i].bytes);
	}
	free(pages->pages);
	free(pages);
}

static const struct page *
page_at(const struct pages *pages, const char *path, const char *ending)
{
	char whole[512];
	struct page wanted = {.path = whole};

	if (!pages->count || snprintf(whole, sizeof whole, "%s%s", path, ending) >= (int)sizeof whole)
		return NULL;
	return bsearch(&wanted, pages->pages, pages->count, sizeof wanted, compare_pages);
}

static const char *
content_type(const char *path)
{
	static const struct {
		const char *ending, *type;
	} types[] = {
		{".html", "text/html; charset=utf-8"},
		{".js", "text/javascript; charset=utf-8"},
		{".css", "text/css; charset=utf-8"},
		{".json", "application/json"},
		{".webmanifest", "application/manifest+json"},
		{".svg", "image/svg+xml"},
		{".png", "image/png"},
		{".wasm", "application/wasm"},
		{".woff2", "font/woff2"},
		{".yaml", "application/yaml"},
		{".txt", "text/plain; charset=utf-8"},
	};
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot && i < sizeof types / sizeof types[0]; i++)
		if (strcmp(dot, types[i].ending) == 0)
			return types[i].type;
	return "application/octet-stream";
}

bool
pages_answer(const struct pages *pages, struct exchange *x)
{
	size_t length = strlen(x->path);
	bool folder = length && x->path[length - 1] == '/';
	const struct page *page = page_at(pages, x->path, folder ? "index.html" : "");
	const char *known = exchange_header(x, "If-None-Match");
	struct error e = {0};

	if (!page && !folder && page_at(pages, x->path, "/index.html")) {
		exchange_set_header(x, "Location", "%s/", x->path);
		x->status = MHD_HTTP_PERMANENT_REDIRECT;
		return true;
	}
	if (!page)
		return false;

	exchange_set_header(x, "ETag", "%s", page->etag);
	exchange_set_header(x, "Cache-Control", "%s",
		strncmp(x->path, "/assets/", strlen("/assets/")) == 0 ? "public, max-age=31536000, immutable" : "no-cache");
	x->content_type = content_type(page->path);
	x->status = MHD_HTTP_OK;
	if (known && strstr(known, page->etag)) {
		x->status = MHD_HTTP_NOT_MODIFIED;
		return true;
	}
	x->bytes = buffer_make(page->bytes.length);
	if (buffer_add(&x->bytes, page->bytes.data, page->bytes.length, &e) < 0)
		exchange_failure(x, &e);
	return true;
}
