#include "base/csv_field.h"

#include <string.h>

int
csv_field_add(struct buffer *csv, const char *text, bool last, struct error *e)
{
	bool quoted = text && strpbrk(text, "\",\r\n");
	int r = quoted ? buffer_add_byte(csv, '"', e) : 0;

	for (; r == 0 && text && *text; text++)
		if ((r = buffer_add_byte(csv, (uint8_t)*text, e)) == 0 && *text == '"')
			r = buffer_add_byte(csv, '"', e);
	if (r == 0 && quoted)
		r = buffer_add_byte(csv, '"', e);
	return r < 0 ? r : buffer_add_text(csv, last ? "\r\n" : ",", e);
}
