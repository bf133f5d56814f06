#include "http/exchange.h"

#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/text.h"

enum { POINTER_SIZE = 128 };

const char *
exchange_query(const struct exchange *x, const char *name)
{
	return MHD_lookup_connection_value(x->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *
exchange_header(const struct exchange *x, const char *name)
{
	return MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name);
}

bool
exchange_cookie(const struct exchange *x, const char *name, char *value, size_t size)
{
	const char *cookie = MHD_lookup_connection_value(x->connection, MHD_COOKIE_KIND, name);

	return cookie && strlen(cookie) < size && strcpy(value, cookie);
}

static bool
is_named(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

/* "/" and "~" of a name as RFC 6901 writes them, cut where it is long. */
static const char *
pointer_to(const char *pointer, const char *name, char *text, size_t size)
{
	size_t length = (size_t)snprintf(text, size, "%s/", pointer);

	for (; *name && length + 3 < size; name++) {
		if (*name == '~' || *name == '/') {
			text[length++] = '~';
			text[length++] = *name == '~' ? '0' : '1';
		} else {
			text[length++] = *name;
		}
	}
	text[length] = 0;
	return text;
}

void
exchange_members(struct exchange *x, const json_t *object, const char *pointer, const char *const *names)
{
	char text[POINTER_SIZE];
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)object, name, value) if (!is_named(names, name))
		exchange_invalid(x, pointer_to(pointer, name, text, sizeof text), "this is not known here");
}

/* "application/json", with parameters or without. */
static bool
is_json(const char *type)
{
	size_t length = strlen("application/json");

	return type && strncasecmp(type, "application/json", length) == 0 &&
		(!type[length] || type[length] == ';' || type[length] == ' ');
}

const json_t *
exchange_json(struct exchange *x, const char *const *names)
{
	const char *type = exchange_header(x, "Content-Type");
	struct error e = {0};

	if (!is_json(type)) {
		exchange_problem(
			x, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "The body must be application/json");
		return NULL;
	}
	if (json_read(buffer_text(&x->body), x->body.length, NULL, &x->json, &e) < 0) {
		exchange_problem(
			x, MHD_HTTP_BAD_REQUEST, "bad-request", "Line %zu, column %zu: %s", e.line, e.column, e.message);
		return NULL;
	}
	if (!json_is_object(x->json)) {
		exchange_problem(x, MHD_HTTP_BAD_REQUEST, "bad-request", "The body must be a JSON object");
		return NULL;
	}
	exchange_members(x, x->json, "", names);
	return exchange_failed(x) ? NULL : x->json;
}

bool
exchange_number(struct exchange *x, const char *name, int64_t least, int64_t most, int64_t *value)
{
	const char *text = exchange_query(x, name);

	if (!text || text_integer(text, strlen(text), least, most, value))
		return true;
	exchange_problem(x, MHD_HTTP_BAD_REQUEST, "bad-request", "%s is a number from %lld to %lld", name, (long long)least,
		(long long)most);
	return false;
}

bool
exchange_has(const struct exchange *x, const char *etag)
{
	const char *known = exchange_header(x, "If-None-Match");

	return known && (strcmp(known, "*") == 0 || strstr(known, etag));
}

static size_t
characters(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += ((uint8_t)*text & 0xc0) != 0x80;
	return count;
}

const char *
exchange_text(struct exchange *x, const json_t *body, const char *name, size_t least, size_t most)
{
	const json_t *value = json_object_get(body, name);
	char pointer[128];

	if (!value && least == 0)
		return "";
	if (json_is_string(value) && characters(json_string_value(value)) >= least &&
		characters(json_string_value(value)) <= most)
		return json_string_value(value);
	snprintf(pointer, sizeof pointer, "/%s", name);
	exchange_invalid(x, pointer, "text of %zu to %zu characters is needed", least, most);
	return NULL;
}

bool
exchange_failed(const struct exchange *x)
{
	return x->status >= MHD_HTTP_BAD_REQUEST;
}

void
exchange_invalid(struct exchange *x, const char *pointer, const char *format, ...)
{
	char text[ERROR_MESSAGE_MAX], whole[256];
	va_list arguments;
	json_t *errors;

	if (exchange_failed(x) && x->status != MHD_HTTP_UNPROCESSABLE_CONTENT)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (!exchange_failed(x)) {
		exchange_problem(x, MHD_HTTP_UNPROCESSABLE_CONTENT, "invalid", "Some of what was sent does not hold");
		json_object_set_new(x->answer, "errors", json_array());
	}
	if (*x->within) {
		snprintf(whole, sizeof whole, "%s%s", x->within, pointer);
		pointer = whole;
	}
	errors = json_object_get(x->answer, "errors");
	json_array_append_new(errors,
		json_pack("{s:s, s:s}", "pointer", text_is_utf8(pointer, strlen(pointer)) ? pointer : "", "reason",
			text_is_utf8(text, strlen(text)) ? text : "not readable"));
}

void
exchange_answer(struct exchange *x, unsigned status, json_t *answer)
{
	if (!answer) {
		exchange_problem(x, MHD_HTTP_SERVICE_UNAVAILABLE, "unavailable", "Please try again in a moment");
		return;
	}
	json_decref(x->answer);
	x->answer = answer;
	x->status = status;
	x->content_type = "application/json";
}

void
exchange_page(struct exchange *x, json_t *items, bool more, int64_t next)
{
	exchange_answer(x, MHD_HTTP_OK,
		json_pack("{s:O, s:o}", "items", items, "next", more ? json_sprintf("%lld", (long long)next) : json_null()));
}

void
exchange_set_header(struct exchange *x, const char *name, const char *format, ...)
{
	va_list arguments;

	if (x->header_count == EXCHANGE_HEADERS_MAX)
		return;
	x->headers[x->header_count].name = name;
	va_start(arguments, format);
	vsnprintf(x->headers[x->header_count].value, sizeof x->headers[0].value, format, arguments);
	va_end(arguments);
	x->header_count++;
}

void
exchange_problem(struct exchange *x, unsigned status, const char *type, const char *title, ...)
{
	char text[ERROR_MESSAGE_MAX], uri[128];
	va_list arguments;

	va_start(arguments, title);
	vsnprintf(text, sizeof text, title, arguments);
	va_end(arguments);
	snprintf(uri, sizeof uri, "/problems/%s", type);
	json_decref(x->answer);
	/* A title that repeats bytes from outside may have been cut within a character. */
	x->answer = json_pack("{s:s, s:s, s:i}", "type", uri, "title",
		text_is_utf8(text, strlen(text)) ? text : MHD_get_reason_phrase_for(status), "status", (int)status);
	x->status = status;
	x->content_type = "application/problem+json";
}

void
exchange_failure(struct exchange *x, const struct error *e)
{
	switch (e->code) {
	case ERROR_BAD_INPUT:
	case ERROR_USAGE:
		exchange_invalid(x, "", "%s", e->message);
		break;
	case ERROR_TOO_LARGE:
		exchange_problem(x, MHD_HTTP_CONTENT_TOO_LARGE, "too-large", "%s", e->message);
		break;
	case ERROR_EXISTS_NOT:
		exchange_problem(x, MHD_HTTP_NOT_FOUND, "not-found", "There is no such thing");
		break;
	case ERROR_EXISTS:
		exchange_problem(x, MHD_HTTP_CONFLICT, "conflict", "%s", e->message);
		break;
	case ERROR_DENIED:
		exchange_problem(x, MHD_HTTP_FORBIDDEN, "forbidden", "%s", e->message);
		break;
	default:
		exchange_problem(x, MHD_HTTP_SERVICE_UNAVAILABLE, "unavailable", "Please try again in a moment");
		exchange_set_header(x, "Retry-After", "1");
		break;
	}
}

void
exchange_clear(struct exchange *x)
{
	buffer_free(&x->body);
	buffer_free(&x->bytes);
	json_decref(x->json);
	json_decref(x->answer);
	x->json = x->answer = NULL;
}
