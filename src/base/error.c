#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int
error_set(struct error *e, int code, const char *format, ...)
{
	va_list arguments;

	if (!e)
		return code;
	memset(e, 0, sizeof *e);
	e->code = code;
	va_start(arguments, format);
	vsnprintf(e->message, sizeof e->message, format, arguments);
	va_end(arguments);
	return code;
}

int
error_set_errno(struct error *e, int code, int number, const char *format, ...)
{
	va_list arguments;
	char reason[128];
	size_t used;

	if (!e)
		return code;
	memset(e, 0, sizeof *e);
	e->code = code;
	va_start(arguments, format);
	vsnprintf(e->message, sizeof e->message, format, arguments);
	va_end(arguments);
	used = strlen(e->message);
	snprintf(e->message + used, sizeof e->message - used, ": %s", strerror_r(number, reason, sizeof reason));
	return code;
}

int
error_at(struct error *e, const char *file, size_t line, size_t column)
{
	if (!e)
		return ERROR_BAD_INPUT;
	if (file)
		snprintf(e->file, sizeof e->file, "%s", file);
	e->line = line;
	e->column = column;
	return e->code;
}

int
error_no_memory(struct error *e)
{
	return error_set(e, ERROR_NO_MEMORY, "out of memory");
}

char *
error_text(const struct error *e, char *text, size_t size)
{
	char place[64] = "";

	if (e->line && e->column)
		snprintf(place, sizeof place, ":%zu:%zu", e->line, e->column);
	else if (e->line)
		snprintf(place, sizeof place, ":%zu", e->line);

	if (e->file[0])
		snprintf(text, size, "%s%s: %s", e->file, place, e->message);
	else if (e->line)
		snprintf(text, size, "%s: %s", place + 1, e->message);
	else
		snprintf(text, size, "%s", e->message);
	return text;
}
