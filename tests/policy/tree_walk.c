/* CertLogic over JSON as the specification tells it, node by node, nothing kept and nothing resolved before: what the
 * program's evaluator is held to. */

#include "tree_walk.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "policy/certlogic_arena.h"
#include "policy/certlogic_flip.h"
#include "policy/certlogic_program.h"

enum value_kind {
	VALUE_NULL,
	VALUE_BOOLEAN,
	VALUE_INTEGER,
	VALUE_REAL, /* not an integer: only data have them */
	VALUE_TEXT,
	VALUE_DATE,
	VALUE_DATA,  /* an array or object of the data */
	VALUE_LIST,  /* an array that the run made */
	VALUE_SCOPE, /* the data context within a reduce */
};

struct value {
	enum value_kind kind;
	enum certlogic_unit unit; /* of a date made from the clock: what was added, with ${amount} */
	bool from_clock;
	union {
		int64_t integer; /* boolean, integer, date (ms) */
		double real;
		const char *text;
		const json_t *data;
		const struct value_list *list;
		const struct value_scope *scope;
	};
	union {
		size_t length;
		int64_t amount;
	};
};

struct value_list {
	size_t count;
	unsigned depth;
	struct value items[];
};

struct value_scope {
	struct value accumulator, current, data;
	unsigned depth;
};

static struct value
value_boolean(bool truth)
{
	return (struct value){.kind = VALUE_BOOLEAN, .integer = truth};
}

static struct value
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

static int
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

static const char *
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

static unsigned
value_depth(const struct value *value)
{
	return value->kind == VALUE_LIST ? value->list->depth : value->kind == VALUE_SCOPE ? value->scope->depth : 0;
}

static bool
value_is_array(const struct value *value)
{
	return value->kind == VALUE_LIST || (value->kind == VALUE_DATA && json_is_array(value->data));
}

static size_t
value_count(const struct value *value)
{
	return value->kind == VALUE_LIST ? value->list->count : json_array_size(value->data);
}

static struct value
value_item(const struct value *array, size_t index)
{
	return array->kind == VALUE_LIST ? array->list->items[index] : value_of(json_array_get(array->data, index));
}

static bool
is_key(const struct certlogic_fragment *fragment, const char *key)
{
	return strcmp(fragment->key, key) == 0;
}

static struct value
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
	{"accumulator", 11, -1, 0},
	{"current", 7, -1, 0},
	{"data", 4, -1, 0},
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

static int value_equal(const struct value *a, const struct value *b, uint64_t *steps);

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

static int
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

static int value_json(const struct value *value, size_t *left, json_t **ret_json, struct error *e);

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

static int
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

struct run {
	const struct certlogic_program *program;
	const struct certlogic_clock *clock; /* NULL: not tracked */
	struct arena arena;
	uint64_t steps;
	instant next_flip;
	struct error *e;
};

static int
fail(const struct run *run, uint32_t at, int code, const char *format, ...) __attribute__((format(printf, 4, 5)));

static int
fail(const struct run *run, uint32_t at, int code, const char *format, ...)
{
	char pointer[CERTLOGIC_POINTER_MAX], message[CERTLOGIC_MESSAGE_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	certlogic_pointer(run->program, at, pointer);
	return error_set(run->e, code, "%s, at %.200s", message, pointer[0] ? pointer : "the root");
}

static int
out_of_steps(const struct run *run, uint32_t at)
{
	return fail(run, at, ERROR_TOO_LARGE, "the run takes more steps than the maximum of %d", CERTLOGIC_STEPS_MAX);
}

static int evaluate(struct run *run, uint32_t at, const struct value *scope, struct value *ret_value);

static int
evaluate_operand(struct run *run, uint32_t at, uint32_t index, const struct value *scope, struct value *ret_value)
{
	const struct certlogic_program *p = run->program;

	return evaluate(run, p->operands[p->nodes[at].first + index], scope, ret_value);
}

/* The truth of ${value}, or a failure where it has none. */
static int
truth(const struct run *run, uint32_t at, const struct value *value, bool *ret_truth)
{
	int t = value_truth(value);

	if (t < 0)
		return fail(run, at, ERROR_BAD_INPUT, "%s is neither truthy nor falsy", value_name(value));
	*ret_truth = t;
	return 0;
}

static int
run_array(struct run *run, uint32_t at, const struct value *scope, struct value *ret_value)
{
	const struct certlogic_node *node = &run->program->nodes[at];
	struct value_list *list;
	int r = arena_take(&run->arena, sizeof *list + node->count * sizeof list->items[0], &list, run->e);

	if (r < 0)
		return r;
	list->count = node->count;
	list->depth = 1;
	for (uint32_t i = 0; i < node->count; i++) {
		unsigned depth;

		if ((r = evaluate_operand(run, at, i, scope, &list->items[i])) < 0)
			return r;
		depth = value_depth(&list->items[i]) + 1;
		list->depth = depth > list->depth ? depth : list->depth;
	}
	if (list->depth > CERTLOGIC_VALUE_DEPTH_MAX)
		return fail(
			run, at, ERROR_TOO_LARGE, "a value nested deeper than the maximum of %d", CERTLOGIC_VALUE_DEPTH_MAX);
	*ret_value = (struct value){.kind = VALUE_LIST, .list = list};
	return 0;
}

static void
run_var(const struct run *run, const struct certlogic_node *node, const struct value *scope, struct value *ret_value)
{
	struct value value = *scope;

	for (uint32_t i = 0; i < node->count && value.kind != VALUE_NULL; i++)
		value = value_part(&value, &run->program->fragments[node->first + i]);
	*ret_value = value;
}

static int
run_if(struct run *run, uint32_t at, const struct value *scope, struct value *ret_value)
{
	struct value guard;
	bool yes = false;
	int r;

	if ((r = evaluate_operand(run, at, 0, scope, &guard)) < 0 || (r = truth(run, at, &guard, &yes)) < 0)
		return r;
	return evaluate_operand(run, at, yes ? 1 : 2, scope, ret_value);
}

static int
run_and(struct run *run, uint32_t at, const struct value *scope, struct value *ret_value)
{
	const struct certlogic_node *node = &run->program->nodes[at];
	struct value value = {0};
	bool yes = true;
	int r;

	for (uint32_t i = 0; i < node->count && yes; i++)
		if ((r = evaluate_operand(run, at, i, scope, &value)) < 0 || (r = truth(run, at, &value, &yes)) < 0)
			return r;
	*ret_value = value;
	return 0;
}

static int
run_not(struct run *run, uint32_t at, const struct value *scope, struct value *ret_value)
{
	struct value value;
	bool yes = false;
	int r;

	if ((r = evaluate_operand(run, at, 0, scope, &value)) < 0 || (r = truth(run, at, &value, &yes)) < 0)
		return r;
	*ret_value = value_boolean(!yes);
	return 0;
}

static int
run_equal(struct run *run, uint32_t at, const struct value *operands, struct value *ret_value)
{
	int equal = value_equal(&operands[0], &operands[1], &run->steps);

	if (equal < 0)
		return out_of_steps(run, at);
	*ret_value = value_boolean(equal);
	return 0;
}

static int
run_in(struct run *run, uint32_t at, const struct value *operands, struct value *ret_value)
{
	int equal = 0;

	if (!value_is_array(&operands[1]))
		return fail(
			run, at, ERROR_BAD_INPUT, "the right side of \"in\" is %s and must be an array", value_name(&operands[1]));
	for (size_t i = 0; i < value_count(&operands[1]) && !equal; i++) {
		struct value item = value_item(&operands[1], i);

		if ((equal = value_equal(&operands[0], &item, &run->steps)) < 0)
			return out_of_steps(run, at);
	}
	*ret_value = value_boolean(equal);
	return 0;
}

static int
all_of_kind(const struct run *run, uint32_t at, const struct value *operands, enum value_kind kind, const char *wanted)
{
	for (uint32_t i = 0; i < run->program->nodes[at].count; i++)
		if (operands[i].kind != kind)
			return fail(
				run, at, ERROR_BAD_INPUT, "operand %u is %s and must be %s", i + 1, value_name(&operands[i]), wanted);
	return 0;
}

static int
run_plus(struct run *run, uint32_t at, const struct value *operands, struct value *ret_value)
{
	int64_t sum;
	int r = all_of_kind(run, at, operands, VALUE_INTEGER, "an integer");

	if (r < 0)
		return r;
	if (__builtin_add_overflow(operands[0].integer, operands[1].integer, &sum))
		return fail(run, at, ERROR_BAD_INPUT, "the sum does not fit into 64 bits");
	*ret_value = (struct value){.kind = VALUE_INTEGER, .integer = sum};
	return 0;
}

static int
run_compare_integers(struct run *run, uint32_t at, const struct value *operands, struct value *ret_value)
{
	const struct certlogic_node *node = &run->program->nodes[at];
	int64_t integers[3] = {0};
	int r = all_of_kind(run, at, operands, VALUE_INTEGER, "an integer");

	if (r < 0)
		return r;
	for (uint32_t i = 0; i < node->count; i++)
		integers[i] = operands[i].integer;
	*ret_value = value_boolean(certlogic_in_order(node->kind, integers, node->count));
	return 0;
}

static int
run_compare_dates(struct run *run, uint32_t at, const struct value *operands, struct value *ret_value)
{
	const struct certlogic_node *node = &run->program->nodes[at];
	struct certlogic_side sides[3];
	int64_t dates[3] = {0};
	int r = all_of_kind(run, at, operands, VALUE_DATE, "a date-time (from plusTime or dccDateOfBirth)");

	if (r < 0)
		return r;
	for (uint32_t i = 0; i < node->count; i++) {
		dates[i] = operands[i].integer;
		sides[i] = (struct certlogic_side){
			dates[i], operands[i].from_clock, operands[i].unit, operands[i].from_clock ? operands[i].amount : 0};
	}
	if (run->clock) {
		instant flip = certlogic_flip(node->kind, sides, node->count, run->clock);

		run->next_flip = flip < run->next_flip ? flip : run->next_flip;
	}
	*ret_value = value_boolean(certlogic_in_order(node->kind, dates, node->count));
	return 0;
}

static int
run_infix(struct run *run, uint32_t at, const struct value *scope, struct value *ret_value)
{
	const struct certlogic_node *node = &run->program->nodes[at];
	struct value operands[3] = {0};
	int r;

	assert(node->count <= 3);
	for (uint32_t i = 0; i < node->count; i++)
		if ((r = evaluate_operand(run, at, i, scope, &operands[i])) < 0)
			return r;
	switch (node->kind) {
	case CERTLOGIC_EQUAL:
		return run_equal(run, at, operands, ret_value);
	case CERTLOGIC_IN:
		return run_in(run, at, operands, ret_value);
	case CERTLOGIC_PLUS:
		return run_plus(run, at, operands, ret_value);
	default:
		return certlogic_compares_dates(node->kind) ? run_compare_dates(run, at, operands, ret_value)
													: run_compare_integers(run, at, operands, ret_value);
	}
}

/* A text in a message, at most this many of its bytes and no part of a character. */
enum { SHOWN_MAX = 60 };

static int
shown_length(const struct value *text)
{
	size_t length = text->length;

	if (length > SHOWN_MAX)
		for (length = SHOWN_MAX; length > 0 && ((unsigned char)text->text[length] & 0xC0) == 0x80;)
			length--;
	return (int)length;
}

static bool
is_clock(const struct run *run, const struct value *text)
{
	return run->clock && text->length == strlen(CERTLOGIC_CLOCK_TEXT) &&
		memcmp(text->text, CERTLOGIC_CLOCK_TEXT, text->length) == 0;
}

static int
run_plus_time(struct run *run, uint32_t at, const struct value *scope, struct value *ret_value)
{
	const struct certlogic_node *node = &run->program->nodes[at];
	struct value text = {0}, date = {.kind = VALUE_DATE};
	int64_t ms;
	int r;

	if ((r = evaluate_operand(run, at, 0, scope, &text)) < 0)
		return r;
	if (text.kind != VALUE_TEXT)
		return fail(run, at, ERROR_BAD_INPUT, "\"plusTime\" is given %s and must be given a string", value_name(&text));
	if (is_clock(run, &text)) {
		date.from_clock = true;
		date.unit = node->unit;
		date.amount = node->integer;
		ms = run->clock->now * 1000;
	} else if (!certlogic_date_read(text.text, text.length, &ms)) {
		return fail(
			run, at, ERROR_BAD_INPUT, "not an allowed date or date-time: \"%.*s\"", shown_length(&text), text.text);
	}
	if (!certlogic_date_plus(ms, node->integer, node->unit, &date.integer))
		return fail(run, at, ERROR_BAD_INPUT, "\"plusTime\" leads past the last date that there is");
	*ret_value = date;
	return 0;
}

static int
run_birth_date(struct run *run, uint32_t at, const struct value *scope, struct value *ret_value)
{
	struct value text = {0}, date = {.kind = VALUE_DATE};
	int r;

	if ((r = evaluate_operand(run, at, 0, scope, &text)) < 0)
		return r;
	if (text.kind != VALUE_TEXT)
		return fail(
			run, at, ERROR_BAD_INPUT, "\"dccDateOfBirth\" is given %s and must be given a string", value_name(&text));
	if (!certlogic_birth_date_read(text.text, text.length, &date.integer))
		return fail(run, at, ERROR_BAD_INPUT, "not a date of birth: \"%.*s\"", shown_length(&text), text.text);
	*ret_value = date;
	return 0;
}

/* The text between separators number index - 1 and index, or null. */
static struct value
uci_fragment(const char *text, size_t length, int64_t index)
{
	static const char prefix[] = "URN:UVCI:";
	const char *at = text, *end = text + length;

	if (length >= strlen(prefix) && memcmp(text, prefix, strlen(prefix)) == 0)
		at += strlen(prefix);
	for (int64_t i = 0; index >= 0; i++) {
		const char *stop = at;

		while (stop < end && *stop != '/' && *stop != '#' && *stop != ':')
			stop++;
		if (i == index)
			return (struct value){.kind = VALUE_TEXT, .text = at, .length = (size_t)(stop - at)};
		if (stop == end)
			break;
		at = stop + 1;
	}
	return (struct value){.kind = VALUE_NULL};
}

static int
run_extract(struct run *run, uint32_t at, const struct value *scope, struct value *ret_value)
{
	struct value uci = {0};
	int r = evaluate_operand(run, at, 0, scope, &uci);

	if (r < 0)
		return r;
	if (uci.kind != VALUE_TEXT && uci.kind != VALUE_NULL)
		return fail(run, at, ERROR_BAD_INPUT, "\"extractFromUVCI\" is given %s and must be given a string or null",
			value_name(&uci));
	*ret_value = uci.kind == VALUE_NULL ? uci : uci_fragment(uci.text, uci.length, run->program->nodes[at].integer);
	return 0;
}

/* One step of a reduce: the lambda over a new scope. What the step took of the arena is given back, unless the result
 * may hold a part of it (V2). */
static int
run_reduce_step(
	struct run *run, uint32_t at, const struct value *scope, struct value current, struct value *accumulator)
{
	struct arena_mark mark = arena_here(&run->arena);
	struct value_scope *inner;
	struct value inside = {.kind = VALUE_SCOPE};
	unsigned outer_depth = value_depth(scope), depth = value_depth(accumulator), current_depth = value_depth(&current);
	int r = arena_take(&run->arena, sizeof *inner, &inner, run->e);

	if (r < 0)
		return r;
	depth = depth > outer_depth ? depth : outer_depth;
	depth = depth > current_depth ? depth : current_depth;
	*inner = (struct value_scope){*accumulator, current, *scope, depth + 1};
	if (inner->depth > CERTLOGIC_VALUE_DEPTH_MAX)
		return fail(
			run, at, ERROR_TOO_LARGE, "a value nested deeper than the maximum of %d", CERTLOGIC_VALUE_DEPTH_MAX);
	inside.scope = inner;
	if ((r = evaluate_operand(run, at, 1, &inside, accumulator)) < 0)
		return r;
	if (value_depth(accumulator) == 0)
		arena_release(&run->arena, mark);
	return 0;
}

static int
run_reduce(struct run *run, uint32_t at, const struct value *scope, struct value *ret_value)
{
	struct value operand = {0}, accumulator;
	int r;

	if ((r = evaluate_operand(run, at, 0, scope, &operand)) < 0)
		return r;
	if (operand.kind != VALUE_NULL && !value_is_array(&operand))
		return fail(run, at, ERROR_BAD_INPUT, "\"reduce\" is given %s and must be given an array or null",
			value_name(&operand));
	if ((r = evaluate_operand(run, at, 2, scope, &accumulator)) < 0)
		return r;
	for (size_t i = 0; operand.kind != VALUE_NULL && i < value_count(&operand); i++)
		if ((r = run_reduce_step(run, at, scope, value_item(&operand, i), &accumulator)) < 0)
			return r;
	*ret_value = accumulator;
	return 0;
}

/* The recursion is as deep as the expression, at most CERTLOGIC_DEPTH_MAX. */
static int
evaluate(struct run *run, uint32_t at, const struct value *scope, struct value *ret_value)
{
	const struct certlogic_node *node = &run->program->nodes[at];

	if (run->steps == 0)
		return out_of_steps(run, at);
	run->steps--;
	switch (node->kind) {
	case CERTLOGIC_BOOLEAN:
		*ret_value = value_boolean(node->integer);
		return 0;
	case CERTLOGIC_INTEGER:
		*ret_value = (struct value){.kind = VALUE_INTEGER, .integer = node->integer};
		return 0;
	case CERTLOGIC_STRING:
		*ret_value = (struct value){.kind = VALUE_TEXT, .text = node->text, .length = node->length};
		return 0;
	case CERTLOGIC_ARRAY:
		return run_array(run, at, scope, ret_value);
	case CERTLOGIC_VAR:
		run_var(run, node, scope, ret_value);
		return 0;
	case CERTLOGIC_IF:
		return run_if(run, at, scope, ret_value);
	case CERTLOGIC_AND:
		return run_and(run, at, scope, ret_value);
	case CERTLOGIC_NOT:
		return run_not(run, at, scope, ret_value);
	case CERTLOGIC_PLUS_TIME:
		return run_plus_time(run, at, scope, ret_value);
	case CERTLOGIC_REDUCE:
		return run_reduce(run, at, scope, ret_value);
	case CERTLOGIC_EXTRACT:
		return run_extract(run, at, scope, ret_value);
	case CERTLOGIC_BIRTH_DATE:
		return run_birth_date(run, at, scope, ret_value);
	default:
		return run_infix(run, at, scope, ret_value);
	}
}

static int
check_clock(const struct certlogic_clock *clock, struct error *e)
{
	static const instant first = INT64_C(-62135596800), last = INT64_C(253402300799); /* years 0001 to 9999 */

	if (clock->now < first || clock->horizon > last || clock->horizon < clock->now ||
		clock->horizon - clock->now > CERTLOGIC_HORIZON_MAX_S)
		return error_set(e, ERROR_USAGE, "the clock or its horizon is out of range");
	return 0;
}

int
tree_walk(const struct certlogic_program *program, const json_t *data, const struct certlogic_clock *clock,
	json_t **ret_value, instant *ret_next_flip, struct error *e)
{
	struct run run = {program, clock, {NULL, 0, CERTLOGIC_MEMORY_MAX}, CERTLOGIC_STEPS_MAX, CERTLOGIC_NO_FLIP, e};
	struct value root = value_of(data), value;
	size_t result_left = CERTLOGIC_RESULT_MAX;
	int r;

	if (clock && (r = check_clock(clock, e)) < 0)
		return r;
	if ((r = evaluate(&run, 0, &root, &value)) < 0)
		goto out;
	if ((r = value_json(&value, &result_left, ret_value, e)) < 0)
		goto out;
	if (ret_next_flip)
		*ret_next_flip = run.next_flip;
out:
	arena_release(&run.arena, (struct arena_mark){0});
	return r;
}
