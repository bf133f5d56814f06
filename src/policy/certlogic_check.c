/* The form of an expression, in the words of the reference validator, so that its suite can judge them. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/certlogic_program.h"

/* Where the check stands: a chain from the value to the root. ${key} is the operator, NULL for an array's item. */
struct position {
	const struct position *up;
	const char *key;
	size_t index;
	unsigned depth;
};

struct check {
	int (*each)(void *context, const struct certlogic_fault *fault);
	void *context;
	size_t nodes, text_length;
};

static void
write_pointer(const struct position *at, char pointer[CERTLOGIC_POINTER_MAX])
{
	const struct position *path[CERTLOGIC_DEPTH_MAX + 1];
	size_t depth = 0, used = 0;

	for (; at->up && depth <= CERTLOGIC_DEPTH_MAX; at = at->up)
		path[depth++] = at;
	pointer[0] = 0;
	while (depth > 0) {
		const struct position *step = path[--depth];
		char part[64];
		int length =
			snprintf(part, sizeof part, "%s%s/%zu", step->key ? "/" : "", step->key ? step->key : "", step->index);

		if (used + (size_t)length >= CERTLOGIC_POINTER_MAX)
			break;
		memcpy(pointer + used, part, (size_t)length + 1);
		used += (size_t)length;
	}
}

static int fault(struct check *check, const struct position *at, int code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static int
fault(struct check *check, const struct position *at, int code, const char *format, ...)
{
	struct certlogic_fault found;
	va_list arguments;

	found.code = code;
	write_pointer(at, found.pointer);
	va_start(arguments, format);
	if (vsnprintf(found.message, sizeof found.message, format, arguments) >= (int)sizeof found.message)
		certlogic_end_whole(found.message);
	va_end(arguments);
	return check->each(check->context, &found);
}

/* A number as JavaScript prints it, for the usual sizes: the fewest digits that read back the same. */
static char *
real_text(double real, char text[40])
{
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, 40, "%.*g", digits, real);
		if (strtod(text, NULL) == real)
			break;
	}
	return text;
}

/* A value as a message shows it. */
static const char *
value_text(const json_t *value, char text[CERTLOGIC_MESSAGE_MAX])
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		snprintf(text, CERTLOGIC_MESSAGE_MAX, "%s", json_string_value(value));
		return text;
	case JSON_INTEGER:
		snprintf(text, CERTLOGIC_MESSAGE_MAX, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		return text;
	case JSON_REAL:
		return real_text(json_real_value(value), text);
	case JSON_TRUE:
		return "true";
	case JSON_FALSE:
		return "false";
	case JSON_NULL:
		return "null";
	case JSON_ARRAY:
		return "an array";
	case JSON_OBJECT:
		break;
	}
	return "an object";
}

/* ([^.]+)(\.[^.]+)*, or empty */
static bool
is_path(const char *path)
{
	size_t length = strlen(path);

	if (length == 0)
		return true;
	return path[0] != '.' && path[length - 1] != '.' && !strstr(path, "..");
}

static int check_value(struct check *check, const json_t *value, const struct position *at);

static int
check_children(struct check *check, const json_t *array, size_t count, const char *key, const struct position *at)
{
	for (size_t i = 0; i < count && i < json_array_size(array); i++) {
		struct position child = {at, key, i, at->depth + 1};
		int r = check_value(check, json_array_get(array, i), &child);

		if (r)
			return r;
	}
	return 0;
}

static int
check_var(struct check *check, const json_t *path, const struct position *at)
{
	if (!json_is_string(path))
		return fault(check, at, ERROR_BAD_INPUT, "not of the form { \"var\": \"<path>\" }");
	check->text_length += json_string_length(path) + 1;
	if (!is_path(json_string_value(path)))
		return fault(
			check, at, ERROR_BAD_INPUT, "data access path doesn't have a valid format: %s", json_string_value(path));
	return 0;
}

static int
check_count(struct check *check, const struct certlogic_operator *shape, size_t count, const struct position *at)
{
	const char *plural = shape->least == 1 ? "" : "s";

	if (count >= shape->least && count <= shape->most)
		return 0;
	switch (shape->kind) {
	case CERTLOGIC_AND:
		return fault(
			check, at, ERROR_BAD_INPUT, "an \"and\" operation must have at least 2 operands, but it has %zu", count);
	case CERTLOGIC_NOT:
		return fault(check, at, ERROR_BAD_INPUT,
			"a !-operation (logical not/negation) must have exactly 1 operand, but it has %zu", count);
	case CERTLOGIC_IF:
	case CERTLOGIC_EXTRACT:
	case CERTLOGIC_PLUS_TIME:
	case CERTLOGIC_REDUCE:
	case CERTLOGIC_BIRTH_DATE:
		return fault(check, at, ERROR_BAD_INPUT,
			"%s \"%s\"-operation must have exactly %zu value%s/operand%s, but it has %zu",
			strchr("aeiou", shape->name[0]) ? "an" : "a", shape->name, shape->least, plural, plural, count);
	default:
		return fault(check, at, ERROR_BAD_INPUT,
			"an operation with operator \"%s\" must have %s operands, but it has %zu", shape->name,
			shape->most == 3 ? "2 or 3" : "2", count);
	}
}

/* What plusTime and extractFromUVCI take as it stands. */
static int
check_literals(
	struct check *check, const struct certlogic_operator *shape, const json_t *operands, const struct position *at)
{
	const json_t *second = json_array_get(operands, 1), *third = json_array_get(operands, 2);
	char text[CERTLOGIC_MESSAGE_MAX];
	enum certlogic_unit unit;
	int64_t integer;
	int r;

	if (shape->kind != CERTLOGIC_PLUS_TIME && shape->kind != CERTLOGIC_EXTRACT)
		return 0;
	if (second && !certlogic_is_integer(second, &integer) &&
		(r = fault(check, at, ERROR_BAD_INPUT, "\"%s\" argument (#2) of \"%s\" must be an integer, but it is: %s",
			 shape->kind == CERTLOGIC_EXTRACT ? "index" : "amount", shape->name, value_text(second, text))))
		return r;
	if (shape->kind == CERTLOGIC_PLUS_TIME && third &&
		!(json_is_string(third) && certlogic_unit_named(json_string_value(third), &unit)))
		return fault(check, at, ERROR_BAD_INPUT,
			"\"unit\" argument (#3) of \"plusTime\" must be a string equal to one of year, month, day, hour, but it is: %s",
			value_text(third, text));
	return 0;
}

static int
check_operation(struct check *check, const json_t *expression, const struct position *at)
{
	const char *name = json_object_iter_key(json_object_iter((json_t *)expression));
	const json_t *operands = json_object_get(expression, name);
	const struct certlogic_operator *shape = certlogic_operator_named(name);
	int r;

	if (strcmp(name, "var") == 0)
		return check_var(check, operands, at);
	if (!json_is_array(operands))
		return fault(check, at, ERROR_BAD_INPUT, "operation not of the form { \"<operator>\": [ <values...> ] }");
	if (!shape)
		return fault(check, at, ERROR_BAD_INPUT, "unrecognised operator: \"%s\"", name);
	if ((r = check_count(check, shape, json_array_size(operands), at)))
		return r;
	if (shape->kind == CERTLOGIC_NOT && json_array_size(operands) != 1)
		return 0;
	if ((r = check_children(check, operands, shape->expressions, shape->name, at)))
		return r;
	return check_literals(check, shape, operands, at);
}

static int
check_value(struct check *check, const json_t *value, const struct position *at)
{
	char text[40];
	int64_t integer;

	if (at->depth > CERTLOGIC_DEPTH_MAX)
		return fault(check, at, ERROR_TOO_LARGE, "nested deeper than the maximum of %d", CERTLOGIC_DEPTH_MAX);
	if (++check->nodes == CERTLOGIC_NODES_MAX + 1)
		return fault(
			check, at, ERROR_TOO_LARGE, "more values and operations than the maximum of %d", CERTLOGIC_NODES_MAX);
	switch (value ? json_typeof(value) : JSON_NULL) {
	case JSON_OBJECT:
		if (json_object_size(value) != 1)
			return fault(check, at, ERROR_BAD_INPUT, "expression object must have exactly one key, but it has %zu",
				json_object_size(value));
		return check_operation(check, value, at);
	case JSON_ARRAY:
		return check_children(check, value, SIZE_MAX, NULL, at);
	case JSON_STRING:
		check->text_length += json_string_length(value) + 1;
		return 0;
	case JSON_REAL:
		if (!certlogic_is_integer(value, &integer))
			return fault(
				check, at, ERROR_BAD_INPUT, "%s is a non-integer number", real_text(json_real_value(value), text));
		return 0;
	case JSON_NULL:
		return fault(check, at, ERROR_BAD_INPUT, "invalid CertLogic expression");
	default:
		return 0;
	}
}

int
certlogic_check(
	const json_t *expression, int (*each)(void *context, const struct certlogic_fault *fault), void *context)
{
	struct check check = {each, context, 0, 0};
	struct position root = {NULL, NULL, 0, 1};
	int r = check_value(&check, expression, &root);

	if (r == 0 && check.text_length > CERTLOGIC_TEXT_MAX)
		r = fault(&check, &root, ERROR_TOO_LARGE, "more text than the maximum of %d bytes", CERTLOGIC_TEXT_MAX);
	return r;
}
