#include "policy/certlogic_value.h"

#include <string.h>

#include "policy/row.h"

struct value
value_text(const char *text)
{
	return text ? (struct value){.kind = VALUE_TEXT, .text = text, .length = strlen(text)} : (struct value){0};
}

struct value
value_time(instant at, const struct zone *zone)
{
	return (struct value){.kind = VALUE_TIME, .integer = at, .zone = zone};
}

struct value
value_day(day_number day)
{
	return (struct value){.kind = VALUE_DAY, .integer = day};
}

bool
value_is_text(const struct value *value)
{
	return value->kind == VALUE_TEXT || value->kind == VALUE_TIME || value->kind == VALUE_DAY;
}

const char *
value_written(const struct value *value, char room[static TIME_TEXT_SIZE], size_t *ret_length)
{
	if (value->kind == VALUE_TEXT) {
		*ret_length = value->length;
		return value->text;
	}
	if (value->kind == VALUE_TIME)
		time_write(value->integer, value->zone, room);
	else
		day_write((day_number)value->integer, room);
	*ret_length = strlen(room);
	return room;
}

void
value_of(const json_t *json, struct value *ret_value)
{
	int64_t integer;

	switch (json ? json_typeof(json) : JSON_NULL) {
	case JSON_STRING:
		*ret_value =
			(struct value){.kind = VALUE_TEXT, .text = json_string_value(json), .length = json_string_length(json)};
		return;
	case JSON_ARRAY:
	case JSON_OBJECT:
		*ret_value = (struct value){.kind = VALUE_DATA, .data = json};
		return;
	case JSON_TRUE:
	case JSON_FALSE:
		*ret_value = value_boolean(json_is_true(json));
		return;
	case JSON_INTEGER:
	case JSON_REAL:
		*ret_value = certlogic_is_integer(json, &integer)
			? (struct value){.kind = VALUE_INTEGER, .integer = integer}
			: (struct value){.kind = VALUE_REAL, .real = json_real_value(json)};
		return;
	case JSON_NULL:
		break;
	}
	*ret_value = (struct value){.kind = VALUE_NULL};
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
	case VALUE_TIME:
	case VALUE_DAY:
		return 1;
	case VALUE_ROW:
		return value->row->shape->count > 0;
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
		[VALUE_TIME] = "a string",
		[VALUE_DAY] = "a string",
		[VALUE_DATE] = "a date-time",
		[VALUE_LIST] = "an array",
		[VALUE_ROW] = "an object",
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

const struct value *
value_item(const struct value *array, size_t index, struct value *room)
{
	if (array->kind == VALUE_LIST)
		return &array->list->items[index];
	value_of(json_array_get(array->data, index), room);
	return room;
}

/* In an object of few members a look at each costs less than its table would. */
enum { FEW_MEMBERS = 8 };

static const json_t *
member_of(const json_t *object, const struct certlogic_fragment *fragment)
{
	json_t *it = (json_t *)object;

	if (json_object_size(object) > FEW_MEMBERS)
		return json_object_getn(object, fragment->key, fragment->length);
	for (void *at = json_object_iter(it); at; at = json_object_iter_next(it, at)) {
		const char *key;

		if (json_object_iter_key_len(at) != fragment->length)
			continue;
		key = json_object_iter_key(at);
		/* An empty name has its end to compare. */
		if (key[0] == fragment->key[0] && memcmp(key, fragment->key, fragment->length) == 0)
			return json_object_iter_value(at);
	}
	return NULL;
}

static const struct value *
scope_part(const struct value_scope *scope, unsigned symbol)
{
	return symbol == SYMBOL_CURRENT    ? &scope->current
		: symbol == SYMBOL_ACCUMULATOR ? &scope->accumulator
		: symbol == SYMBOL_DATA        ? &scope->data
									   : NULL;
}

static const struct value null = {.kind = VALUE_NULL};

static const struct value *
array_part(const struct value *array, int64_t index, struct value *room)
{
	return index >= 0 && (size_t)index < value_count(array) ? value_item(array, (size_t)index, room) : &null;
}

const struct value *
value_part(const struct value *value, const struct certlogic_fragment *fragment, struct value *room)
{
	const struct value *part = NULL;

	switch (value->kind) {
	case VALUE_DATA:
		if (!json_is_object(value->data))
			return array_part(value, fragment->index, room);
		value_of(member_of(value->data, fragment), room);
		return room;
	case VALUE_ROW:
		part = row_find(value->row, fragment->symbol);
		break;
	case VALUE_LIST:
		return array_part(value, fragment->index, room);
	case VALUE_SCOPE:
		part = scope_part(value->scope, fragment->symbol);
		break;
	default:
		break;
	}
	return part ? part : &null;
}

static const struct {
	const char *name;
	unsigned symbol;
} scope_keys[] = {{"accumulator", SYMBOL_ACCUMULATOR}, {"current", SYMBOL_CURRENT}, {"data", SYMBOL_DATA}};

static bool
is_object(const struct value *value)
{
	return value->kind == VALUE_SCOPE || value->kind == VALUE_ROW ||
		(value->kind == VALUE_DATA && !value_is_array(value));
}

static size_t
object_size(const struct value *value)
{
	return value->kind == VALUE_SCOPE ? 3
		: value->kind == VALUE_ROW    ? value->row->shape->count
									  : json_object_size(value->data);
}

/* The member of that name, whatever the object is made of; false where there is none. */
static bool
find_member(const struct value *object, const char *name, size_t length, struct value *ret_member)
{
	const json_t *json;

	if (object->kind == VALUE_DATA) {
		if (!(json = json_object_getn(object->data, name, length)))
			return false;
		value_of(json, ret_member);
		return true;
	}
	if (strlen(name) != length)
		return false;
	for (size_t i = 0; object->kind == VALUE_SCOPE && i < 3; i++)
		if (strcmp(scope_keys[i].name, name) == 0) {
			*ret_member = *scope_part(object->scope, scope_keys[i].symbol);
			return true;
		}
	for (size_t i = 0; object->kind == VALUE_ROW && i < object->row->shape->count; i++)
		if (strcmp(object->row->shape->names[i], name) == 0) {
			*ret_member = object->row->members[i];
			return true;
		}
	return false;
}

/* One member of the one against the other's of that name. */
static int
member_equal(const char *name, size_t length, const struct value *member, const struct value *other, uint64_t *steps)
{
	struct value right;

	return find_member(other, name, length, &right) ? value_equal(member, &right, steps) : 0;
}

/* Every member of ${a} against ${b}'s, which has as many. */
static int
objects_equal(const struct value *a, const struct value *b, uint64_t *steps)
{
	int r = 1;

	if (object_size(a) != object_size(b))
		return 0;
	if (a->kind == VALUE_ROW && b->kind == VALUE_ROW && a->row->shape == b->row->shape) {
		for (size_t i = 0; i < a->row->shape->count && r == 1; i++)
			r = value_equal(&a->row->members[i], &b->row->members[i], steps);
		return r;
	}
	for (size_t i = 0; a->kind == VALUE_SCOPE && i < 3 && r == 1; i++)
		r = member_equal(
			scope_keys[i].name, strlen(scope_keys[i].name), scope_part(a->scope, scope_keys[i].symbol), b, steps);
	for (size_t i = 0; a->kind == VALUE_ROW && i < a->row->shape->count && r == 1; i++)
		r = member_equal(a->row->shape->names[i], strlen(a->row->shape->names[i]), &a->row->members[i], b, steps);
	if (a->kind != VALUE_DATA)
		return r;
	for (void *it = json_object_iter((json_t *)a->data); it && r == 1;
		 it = json_object_iter_next((json_t *)a->data, it)) {
		struct value member;

		value_of(json_object_iter_value(it), &member);
		r = member_equal(json_object_iter_key(it), json_object_iter_key_len(it), &member, b, steps);
	}
	return r;
}

static bool
texts_equal(const struct value *a, const struct value *b)
{
	char room_a[TIME_TEXT_SIZE], room_b[TIME_TEXT_SIZE];
	const char *text_a, *text_b;
	size_t length_a, length_b;

	if (a->kind == VALUE_TIME && b->kind == VALUE_TIME && a->zone == b->zone)
		return a->integer == b->integer;
	if (a->kind == VALUE_DAY && b->kind == VALUE_DAY)
		return a->integer == b->integer;
	text_a = value_written(a, room_a, &length_a);
	text_b = value_written(b, room_b, &length_b);
	return length_a == length_b && (text_a == text_b || memcmp(text_a, text_b, length_a) == 0);
}

static int
arrays_equal(const struct value *a, const struct value *b, uint64_t *steps)
{
	if (value_count(a) != value_count(b))
		return 0;
	for (size_t i = 0; i < value_count(a); i++) {
		struct value left, right;
		int r = value_equal(value_item(a, i, &left), value_item(b, i, &right), steps);

		if (r != 1)
			return r;
	}
	return 1;
}

int
value_equal_any(const struct value *a, const struct value *b, uint64_t *steps)
{
	if (*steps == 0)
		return -1;
	--*steps;
	if (value_is_array(a))
		return value_is_array(b) ? arrays_equal(a, b, steps) : 0;
	if (is_object(a))
		return is_object(b) ? objects_equal(a, b, steps) : 0;
	if (value_is_text(a))
		return value_is_text(b) && texts_equal(a, b);
	if (a->kind != b->kind)
		return 0;
	switch (a->kind) {
	case VALUE_REAL:
		return a->real == b->real;
	case VALUE_NULL:
		return 1;
	default:
		return a->integer == b->integer;
	}
}

/* A text among the items of parsed JSON: by far the most frequent. */
static int
text_is_among(const struct value *text, const json_t *array, uint64_t *steps)
{
	size_t count = json_array_size(array);

	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_array_get(array, i);

		if (*steps == 0)
			return -1;
		--*steps;
		if (json_is_string(item) && json_string_length(item) == text->length &&
			memcmp(json_string_value(item), text->text, text->length) == 0)
			return 1;
	}
	return 0;
}

int
value_is_among(const struct value *value, const struct value *array, uint64_t *steps)
{
	struct value made;
	int r = 0;

	if (value->kind == VALUE_TEXT && array->kind == VALUE_DATA)
		return text_is_among(value, array->data, steps);
	for (size_t i = 0; i < value_count(array) && r == 0; i++)
		r = value_equal(value, value_item(array, i, &made), steps);
	return r;
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
		if ((r = value_json(scope_part(scope->scope, scope_keys[i].symbol), left, &item, e)) < 0)
			goto out;
		if (json_object_set_new(object, scope_keys[i].name, item) < 0) {
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

static int
row_json(const struct row *row, size_t *left, json_t **ret_json, struct error *e)
{
	json_t *object = json_object(), *item = NULL;
	int r = object ? 0 : error_no_memory(e);

	for (size_t i = 0; r == 0 && i < row->shape->count; i++)
		if ((r = value_json(&row->members[i], left, &item, e)) == 0 &&
			json_object_set_new(object, row->shape->names[i], item) < 0)
			r = error_no_memory(e);
	if (r == 0)
		*ret_json = object;
	else
		json_decref(object);
	return r;
}

int
value_json(const struct value *value, size_t *left, json_t **ret_json, struct error *e)
{
	char date[CERTLOGIC_DATE_TEXT_SIZE], room[TIME_TEXT_SIZE];
	json_t *json = NULL;
	size_t length;

	if (*left == 0)
		return error_set(
			e, ERROR_TOO_LARGE, "the result holds more values than the maximum of %d", CERTLOGIC_RESULT_MAX);
	--*left;
	switch (value->kind) {
	case VALUE_LIST:
		return list_json(value, left, ret_json, e);
	case VALUE_SCOPE:
		return scope_json(value, left, ret_json, e);
	case VALUE_ROW:
		return row_json(value->row, left, ret_json, e);
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
	case VALUE_TIME:
	case VALUE_DAY:
		json = json_string(value_written(value, room, &length));
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
