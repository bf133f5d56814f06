#include <stdio.h>

#include "console/inside.h"

int
page_begin(struct page *page, size_t limit, const char *cursor, struct error *e)
{
	int r;

	*page = (struct page){.limit = limit};
	if ((r = cursor_read(cursor, page->after, e)) < 0)
		return r;
	return (page->items = json_array()) ? 0 : error_no_memory(e);
}

bool
page_full(struct page *page)
{
	page->more = page->more || json_array_size(page->items) == page->limit;
	return page->more;
}

int
page_add(struct page *page, const char *key, json_t *item, struct error *e)
{
	snprintf(page->last, sizeof page->last, "%s", key);
	return json_array_append_new(page->items, item) < 0 ? error_no_memory(e) : 0;
}

int
page_end(struct page *page, int r, const char *next, json_t **ret_page, struct error *e)
{
	if (r < 0) {
		json_decref(page->items);
		return r;
	}
	*ret_page = json_pack("{s:o, s:o}", "items", page->items, "next", cursor_json(page->more ? page->last : next));
	return *ret_page ? 0 : error_no_memory(e);
}
