#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/certlogic_program.h"
#include "policy/certlogic_value.h"
#include "policy/row.h"

static int
keep_first(void *context, const struct certlogic_fault *fault)
{
	*(struct certlogic_fault *)context = *fault;
	return 1;
}

/* How much room a checked expression takes. A path of n bytes has at most n fragments. */
static void
measure(const json_t *value, struct certlogic_program *size)
{
	const char *key;
	json_t *operands;
	size_t i;

	size->node_count++;
	size->value_count++;
	if (json_is_string(value))
		size->text_length += json_string_length(value) + 1;
	if (json_is_array(value)) {
		size->operand_count += json_array_size(value);
		size->lists_size += sizeof(struct value_list) + json_array_size(value) * sizeof(struct value);
		for (i = 0; i < json_array_size(value); i++)
			measure(json_array_get(value, i), size);
	}
	if (!json_is_object(value))
		return;
	key = json_object_iter_key(json_object_iter((json_t *)value));
	operands = json_object_get(value, key);
	if (json_is_string(operands)) {
		size->text_length += 2 * (json_string_length(operands) + 1);
		size->fragment_count += 1;
		for (const char *dot = strchr(json_string_value(operands), '.'); dot; dot = strchr(dot + 1, '.'))
			size->fragment_count++;
		return;
	}
	size_t expressions = certlogic_operator_named(key)->expressions;

	for (i = 0; i < json_array_size(operands) && i < expressions; i++, size->operand_count++)
		measure(json_array_get(operands, i), size);
}

static const char *
copy_text(struct certlogic_program *p, const char *text, size_t length)
{
	char *copy = p->text + p->text_length;

	memcpy(copy, text, length);
	copy[length] = 0;
	p->text_length += length + 1;
	return copy;
}

static int64_t
fragment_index(const char *key, size_t length)
{
	int64_t index = 0;

	if (length == 0 || length > 9)
		return -1;
	for (size_t i = 0; i < length; i++) {
		if (key[i] < '0' || key[i] > '9')
			return -1;
		index = index * 10 + (key[i] - '0');
	}
	return index;
}

static void
build_var(struct certlogic_program *p, struct certlogic_node *node, const json_t *path)
{
	const char *text = json_string_value(path);

	node->kind = CERTLOGIC_VAR;
	node->length = json_string_length(path);
	node->text = copy_text(p, text, node->length);
	node->first = (uint32_t)p->fragment_count;
	while (node->length > 0) {
		size_t length = strcspn(text, ".");
		struct certlogic_fragment *fragment = &p->fragments[p->fragment_count++];

		fragment->key = copy_text(p, text, length);
		fragment->length = length;
		fragment->index = fragment_index(text, length);
		fragment->symbol = symbol_named(fragment->key);
		node->count++;
		if (!text[length])
			break;
		text += length + 1;
	}
}

static uint32_t build(struct certlogic_program *p, const json_t *value, uint32_t parent, uint32_t slot);

static void
build_children(struct certlogic_program *p, uint32_t at, const json_t *array, size_t most)
{
	size_t count = json_array_size(array) < most ? json_array_size(array) : most;
	uint32_t first = (uint32_t)p->operand_count;

	p->operand_count += count;
	p->nodes[at].first = first;
	p->nodes[at].count = (uint32_t)count;
	for (size_t i = 0; i < count; i++)
		p->operands[first + i] = build(p, json_array_get(array, i), at, (uint32_t)i);
}

static void
build_operation(struct certlogic_program *p, uint32_t at, const json_t *value)
{
	const char *key = json_object_iter_key(json_object_iter((json_t *)value));
	const json_t *operands = json_object_get(value, key);
	struct certlogic_node *node = &p->nodes[at];
	const struct certlogic_operator *shape;

	if (json_is_string(operands)) {
		build_var(p, node, operands);
		return;
	}
	shape = certlogic_operator_named(key);
	node->kind = shape->kind;
	if (shape->kind == CERTLOGIC_PLUS_TIME || shape->kind == CERTLOGIC_EXTRACT)
		certlogic_is_integer(json_array_get(operands, 1), &node->integer);
	if (shape->kind == CERTLOGIC_PLUS_TIME)
		certlogic_unit_named(json_string_value(json_array_get(operands, 2)), &node->unit);
	build_children(p, at, operands, shape->expressions);
}

static const struct value *
keep_value(struct certlogic_program *p, struct value value)
{
	p->values[p->value_count] = value;
	return &p->values[p->value_count++];
}

/* An array whose items are all known. */
static void
know_array(struct certlogic_program *p, struct certlogic_node *node)
{
	struct value_list *list = (void *)(p->lists + p->lists_size);

	uint32_t steps = 1;

	*list = (struct value_list){.count = node->count, .depth = 1};
	for (uint32_t i = 0; i < node->count; i++) {
		const struct certlogic_node *item = &p->nodes[p->operands[node->first + i]];
		unsigned depth;

		if (!item->known)
			return;
		depth = value_depth(item->known) + 1;
		list->depth = depth > list->depth ? depth : list->depth;
		list->items[i] = *item->known;
		steps += item->steps;
	}
	node->steps = steps;
	p->lists_size += sizeof *list + node->count * sizeof list->items[0];
	node->known = keep_value(p, value_rows(list));
}

/* plusTime of a date that stands in the expression, and is one. The clock's text is none: it means another time each run. */
static void
know_date(struct certlogic_program *p, struct certlogic_node *node)
{
	const struct certlogic_node *text = &p->nodes[p->operands[node->first]];
	struct value date = {.kind = VALUE_DATE};
	int64_t ms;

	if (text->kind != CERTLOGIC_STRING || strcmp(text->text, CERTLOGIC_CLOCK_TEXT) == 0 ||
		!certlogic_date_read(text->text, text->length, &ms) ||
		!certlogic_date_plus(ms, node->integer, node->unit, &date.integer))
		return;
	node->steps += text->steps;
	node->known = keep_value(p, date);
}

static void
know(struct certlogic_program *p, struct certlogic_node *node)
{
	node->steps = 1;
	switch (node->kind) {
	case CERTLOGIC_BOOLEAN:
		node->known = keep_value(p, value_boolean(node->integer));
		break;
	case CERTLOGIC_INTEGER:
		node->known = keep_value(p, (struct value){.kind = VALUE_INTEGER, .integer = node->integer});
		break;
	case CERTLOGIC_STRING:
		node->known = keep_value(p, (struct value){.kind = VALUE_TEXT, .text = node->text, .length = node->length});
		break;
	case CERTLOGIC_ARRAY:
		know_array(p, node);
		break;
	case CERTLOGIC_PLUS_TIME:
		know_date(p, node);
		break;
	default:
		break;
	}
}

/* Append the node of ${value} and, after it, its children's. Return its index. */
static uint32_t
build(struct certlogic_program *p, const json_t *value, uint32_t parent, uint32_t slot)
{
	uint32_t at = (uint32_t)p->node_count++;
	struct certlogic_node *node = &p->nodes[at];

	node->parent = parent;
	node->slot = slot;
	switch (json_typeof(value)) {
	case JSON_TRUE:
	case JSON_FALSE:
		node->kind = CERTLOGIC_BOOLEAN;
		node->integer = json_is_true(value);
		break;
	case JSON_STRING:
		node->kind = CERTLOGIC_STRING;
		node->length = json_string_length(value);
		node->text = copy_text(p, json_string_value(value), node->length);
		break;
	case JSON_ARRAY:
		node->kind = CERTLOGIC_ARRAY;
		build_children(p, at, value, SIZE_MAX);
		break;
	case JSON_OBJECT:
		build_operation(p, at, value);
		break;
	default:
		node->kind = CERTLOGIC_INTEGER;
		certlogic_is_integer(value, &node->integer);
	}
	know(p, node);
	return at;
}

static int
program_make(const struct certlogic_program *size, struct certlogic_program **ret_program, struct error *e)
{
	struct certlogic_program *p = calloc(1, sizeof *p);

	if (!p)
		return error_no_memory(e);
	p->nodes = calloc(size->node_count, sizeof *p->nodes);
	p->operands = calloc(size->operand_count + 1, sizeof *p->operands);
	p->fragments = calloc(size->fragment_count + 1, sizeof *p->fragments);
	p->text = malloc(size->text_length + 1);
	p->values = calloc(size->value_count, sizeof *p->values);
	p->lists = malloc(size->lists_size + 1);
	p->code = calloc(size->node_count + CERTLOGIC_ENDS, sizeof *p->code);
	if (!p->nodes || !p->operands || !p->fragments || !p->text || !p->values || !p->lists || !p->code) {
		certlogic_program_free(p);
		return error_no_memory(e);
	}
	*ret_program = p;
	return 0;
}

int
certlogic_compile(const json_t *expression, struct certlogic_program **ret_program, struct certlogic_fault *ret_fault,
	struct error *e)
{
	struct certlogic_program size = {0}, *program = NULL;
	struct certlogic_fault found = {0};
	int r;

	if (certlogic_check(expression, keep_first, &found)) {
		if (ret_fault)
			*ret_fault = found;
		return error_set(e, found.code, "%s", found.message);
	}
	measure(expression, &size);
	if ((r = program_make(&size, &program, e)) < 0)
		return r;
	build(program, expression, 0, 0);
	if ((r = certlogic_link(&program, 1, e)) < 0) {
		certlogic_program_free(program);
		return r;
	}
	*ret_program = program;
	return 0;
}

void
certlogic_program_free(struct certlogic_program *program)
{
	if (!program)
		return;
	free(program->nodes);
	free(program->operands);
	free(program->fragments);
	free(program->text);
	free(program->values);
	free(program->lists);
	free(program->code);
	free(program);
}
