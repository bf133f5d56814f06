#include "base/json_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { SHOWN_MAX = 64 };

char *
json_pointer(char text[JSON_POINTER_SIZE], const char *parent, const char *name)
{
	size_t length = strlen(parent);

	if (length > JSON_POINTER_SIZE - 2)
		length = JSON_POINTER_SIZE - 2;
	memmove(text, parent, length);
	text[length++] = '/';
	for (; *name && length + 2 < JSON_POINTER_SIZE; name++) {
		if (*name == '~' || *name == '/')
			text[length++] = '~';
		text[length++] = *name == '~' ? '0' : *name == '/' ? '1' : *name;
	}
	text[length] = '\0';
	return text;
}

void
json_check_fault(struct json_check *check, const char *pointer, const char *format, ...)
{
	char reason[ERROR_MESSAGE_MAX], whole[JSON_POINTER_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	snprintf(whole, sizeof whole, "%s%s", check->root ? check->root : "", pointer);
	if (check->faults++ == 0)
		snprintf(check->first, sizeof check->first, "%.200s: %.300s", whole, reason);
	if (check->on_fault)
		check->on_fault(check->context, whole, reason);
}

static bool
is_listed(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static void
tell_unknown(struct json_check *check, const char *pointer, const char *name, const char *const *required,
	const char *const *optional)
{
	const char *near = text_nearest(name, required), *other = text_nearest(name, optional);
	char place[JSON_POINTER_SIZE];

	if (!near || (other && text_distance(name, other) < text_distance(name, near)))
		near = other;
	json_pointer(place, pointer, name);
	if (near)
		json_check_fault(check, place, "unknown field \"%.*s\"; did you mean \"%s\"?", SHOWN_MAX, name, near);
	else
		json_check_fault(check, place, "unknown field \"%.*s\"", SHOWN_MAX, name);
}

bool
json_check_object(struct json_check *check, const char *pointer, const json_t *value, const char *const *required,
	const char *const *optional)
{
	const char *name;
	json_t *member;

	if (!json_is_object(value)) {
		json_check_fault(check, pointer, "an object expected");
		return false;
	}
	json_object_foreach((json_t *)value, name, member) if (!is_listed(required, name) && !is_listed(optional, name))
		tell_unknown(check, pointer, name, required, optional);
	for (size_t i = 0; required[i]; i++)
		if (!json_object_get(value, required[i]))
			json_check_fault(check, pointer, "\"%s\" is missing", required[i]);
	return true;
}

bool
json_check_integer(struct json_check *check, const char *pointer, const json_t *object, const char *name, int64_t least,
	int64_t most, int64_t *ret_value)
{
	const json_t *value = json_object_get(object, name);
	char place[JSON_POINTER_SIZE];

	if (!value)
		return false;
	if (!json_is_integer(value) || json_integer_value(value) < least || json_integer_value(value) > most) {
		json_check_fault(check, json_pointer(place, pointer, name), "a whole number from %lld to %lld expected",
			(long long)least, (long long)most);
		return false;
	}
	*ret_value = json_integer_value(value);
	return true;
}

int
json_check_result(const struct json_check *check, struct error *e)
{
	return check->faults ? error_set(e, ERROR_BAD_INPUT, "%s", check->first) : 0;
}
