#include "policy/certlogic_value.h"

#include <string.h>

struct value
value_boolean(bool truth)
{
	return (struct value){.kind = VALUE_BOOLEAN, .integer = truth};
}

struct value
value_of(const json_t *json)
{
	int64_t integer;

	switch (json ? json_typeof(json) : JSON_NULL) {
	case JSON_TRUE:
	case JSON_FALSE:
		return value_boolean(json_is_true(json));
	case JSON_INTEGER:
	case JSON_REAL:
		if (certlogic_is_integer(json, &integer))
			return (struct value){.kind = VALUE_INTEGER, .integer = integer};
		return (struct value){.kind = VALUE_REAL, .real = json_real_value(json)};
	case JSON_STRING:
		return (struct value){.kind = VALUE_TEXT, .text = json_string_value(json), .length = json_string_length(json)};
	case JSON_ARRAY:
	case JSON_OBJECT:
		return (struct value){.kind = VALUE_DATA, .data = json};
	case JSON_NULL:
		break;
	}
	return (struct value){.kind = VALUE_NULL};
}

int
value_truth(const struct value *value)
{
	switch (value->kind) {
	case VALUE_NULL:
		return 0;
	case VALUE_BOOLEAN:
	case VALUE_INTEGER:
		return value->integer != 0;
	case VALUE_TEXT:
		return value->length > 0;
	case VALUE_DATA:
		return (json_is_array(value->data) ? json_array_size(value->data) : json_object_size(value->data)) > 0;
	case VALUE_LIST:
		return value->list->count > 0;
	case VALUE_SCOPE:
		return 1;
	case VALUE_REAL:
	case VALUE_DATE:
		break;
	}
	return -1;
}

const char *
value_name(const struct value *value)
{
	static const char *const names[] = {
		[VALUE_NULL] = "null",
		[VALUE_BOOLEAN] = "a boolean",
		[VALUE_INTEGER] = "an integer",
		[VALUE_REAL] = "a number that is no integer",
		[VALUE_TEXT] = "a string",
		[VALUE_DATE] = "a date-time",
		[VALUE_LIST] = "an array",
		[VALUE_SCOPE] = "an object",
	};

	if (value->kind == VALUE_DATA)
		return json_is_array(value->data) ? "an array" : "an object";
	return names[value->kind];
}

unsigned
value_depth(const struct value *value)
{
	return value->kind == VALUE_LIST ? value->list->depth : value->kind == VALUE_SCOPE ? value->scope->depth : 0;
}

bool
value_is_array(const struct value *value)
{
	return value->kind == VALUE_LIST || (value->kind == VALUE_DATA && json_is_array(value->data));
}

size_t
value_count(const struct value *value)
{
	return value->kind == VALUE_LIST ? value->list->count : json_array_size(value->data);
}

struct value
value_item(const struct value *array, size_t index)
{
	return array->kind == VALUE_LIST ? array->list->items[index] : value_of(json_array_get(array->data, index));
}

static bool
is_key(const struct certlogic_fragment *fragment, const char *key)
{
	return strcmp(fragment->key, key) == 0;
}

struct value
value_part(const struct value *value, const struct certlogic_fragment *fragment)
{
	if (value->kind == VALUE_SCOPE) {
		if (is_key(fragment, "current"))
			return value->scope->current;
		if (is_key(fragment, "accumulator"))
			return value->scope->accumulator;
		if (is_key(fragment, "data"))
			return value->scope->data;
	} else if (value_is_array(value)) {
		if (fragment->index >= 0 && (size_t)fragment->index < value_count(value))
			return value_item(value, (size_t)fragment->index);
	} else if (value->kind == VALUE_DATA) {
		return value_of(json_object_getn(value->data, fragment->key, fragment->length));
	}
	return (struct value){.kind = VALUE_NULL};
}

static const struct certlogic_fragment scope_keys[] = {
	{"accumulator", 11, -1},
	{"current", 7, -1},
	{"data", 4, -1},
};

static bool
is_object(const struct value *value)
{
	return value->kind == VALUE_SCOPE || (value->kind == VALUE_DATA && !value_is_array(value));
}

static size_t
object_size(const struct value *value)
{
	return value->kind == VALUE_SCOPE ? 3 : json_object_size(value->data);
}

/* Every key of ${a} against ${b}'s, which has as many. */
static int
objects_equal(const struct value *a, const struct value *b, uint64_t *steps)
{
	if (object_size(a) != object_size(b))
		return 0;
	if (a->kind == VALUE_SCOPE || b->kind == VALUE_SCOPE) {
		const struct value *plain = a->kind == VALUE_DATA ? a : b->kind == VALUE_DATA ? b : NULL;

		for (size_t i = 0; i < 3; i++) {
			struct value left = value_part(a, &scope_keys[i]), right = value_part(b, &scope_keys[i]);
			int r;

			if (plain && !json_object_getn(plain->data, scope_keys[i].key, scope_keys[i].length))
				return 0;
			if ((r = value_equal(&left, &right, steps)) != 1)
				return r;
		}
		return 1;
	}
	for (void *it = json_object_iter((json_t *)a->data); it; it = json_object_iter_next((json_t *)a->data, it)) {
		const json_t *other = json_object_getn(b->data, json_object_iter_key(it), json_object_iter_key_len(it));
		struct value left = value_of(json_object_iter_value(it)), right = value_of(other);
		int r;

		if (!other)
			return 0;
		if ((r = value_equal(&left, &right, steps)) != 1)
			return r;
	}
	return 1;
}

static int
arrays_equal(const struct value *a, const struct value *b, uint64_t *steps)
{
	if (value_count(a) != value_count(b))
		return 0;
	for (size_t i = 0; i < value_count(a); i++) {
		struct value left = value_item(a, i), right = value_item(b, i);
		int r = value_equal(&left, &right, steps);

		if (r != 1)
			return r;
	}
	return 1;
}

int
value_equal(const struct value *a, const struct value *b, uint64_t *steps)
{
	if (*steps == 0)
		return -1;
	--*steps;
	if (value_is_array(a))
		return value_is_array(b) ? arrays_equal(a, b, steps) : 0;
	if (is_object(a))
		return is_object(b) ? objects_equal(a, b, steps) : 0;
	if (a->kind != b->kind)
		return 0;
	switch (a->kind) {
	case VALUE_REAL:
		return a->real == b->real;
	case VALUE_TEXT:
		return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
	case VALUE_NULL:
		return 1;
	default:
		return a->integer == b->integer;
	}
}

static int
list_json(const struct value *list, size_t *left, json_t **ret_json, struct error *e)
{
	json_t *array = json_array(), *item = NULL;
	int r = 0;

	if (!array)
		return error_no_memory(e);
	for (size_t i = 0; i < list->list->count; i++) {
		if ((r = value_json(&list->list->items[i], left, &item, e)) < 0)
			goto out;
		if (json_array_append_new(array, item) < 0) {
			r = error_no_memory(e);
			goto out;
		}
	}
	*ret_json = array;
	array = NULL;
out:
	json_decref(array);
	return r;
}

static int
scope_json(const struct value *scope, size_t *left, json_t **ret_json, struct error *e)
{
	json_t *object = json_object(), *item = NULL;
	int r = 0;

	if (!object)
		return error_no_memory(e);
	for (size_t i = 0; i < 3; i++) {
		struct value part = value_part(scope, &scope_keys[i]);

		if ((r = value_json(&part, left, &item, e)) < 0)
			goto out;
		if (json_object_set_new(object, scope_keys[i].key, item) < 0) {
			r = error_no_memory(e);
			goto out;
		}
	}
	*ret_json = object;
	object = NULL;
out:
	json_decref(object);
	return r;
}

int
value_json(const struct value *value, size_t *left, json_t **ret_json, struct error *e)
{
	char date[CERTLOGIC_DATE_TEXT_SIZE];
	json_t *json = NULL;

	if (*left == 0)
		return error_set(
			e, ERROR_TOO_LARGE, "the result holds more values than the maximum of %d", CERTLOGIC_RESULT_MAX);
	--*left;
	switch (value->kind) {
	case VALUE_LIST:
		return list_json(value, left, ret_json, e);
	case VALUE_SCOPE:
		return scope_json(value, left, ret_json, e);
	case VALUE_DATA:
		json = json_incref((json_t *)value->data);
		break;
	case VALUE_NULL:
		json = json_null();
		break;
	case VALUE_BOOLEAN:
		json = json_boolean(value->integer);
		break;
	case VALUE_INTEGER:
		json = json_integer(value->integer);
		break;
	case VALUE_REAL:
		json = json_real(value->real);
		break;
	case VALUE_TEXT:
		/* A fragment of a UCI is cut at ASCII, so it is as well-formed as the whole was. */
		json = json_stringn_nocheck(value->text, value->length);
		break;
	case VALUE_DATE:
		json = json_string(certlogic_date_write(value->integer, date));
		break;
	}
	if (!json)
		return error_no_memory(e);
	*ret_json = json;
	return 0;
}
