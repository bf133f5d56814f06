#include "policy/certlogic_program.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct certlogic_operator operators[] = {
	{CERTLOGIC_IF, "if", 3, 3, 3},
	{CERTLOGIC_EQUAL, "===", 2, 2, 2},
	{CERTLOGIC_AND, "and", 2, SIZE_MAX, SIZE_MAX},
	{CERTLOGIC_GREATER, ">", 2, 3, 3},
	{CERTLOGIC_LESS, "<", 2, 3, 3},
	{CERTLOGIC_AT_LEAST, ">=", 2, 3, 3},
	{CERTLOGIC_AT_MOST, "<=", 2, 3, 3},
	{CERTLOGIC_IN, "in", 2, 2, 2},
	{CERTLOGIC_PLUS, "+", 2, 2, 2},
	{CERTLOGIC_AFTER, "after", 2, 3, 3},
	{CERTLOGIC_BEFORE, "before", 2, 3, 3},
	{CERTLOGIC_NOT_AFTER, "not-after", 2, 3, 3},
	{CERTLOGIC_NOT_BEFORE, "not-before", 2, 3, 3},
	{CERTLOGIC_NOT, "!", 1, 1, 1},
	{CERTLOGIC_PLUS_TIME, "plusTime", 3, 3, 1},
	{CERTLOGIC_REDUCE, "reduce", 3, 3, 3},
	{CERTLOGIC_EXTRACT, "extractFromUVCI", 2, 2, 1},
	{CERTLOGIC_BIRTH_DATE, "dccDateOfBirth", 1, 1, 1},
};

enum { OPERATOR_COUNT = sizeof operators / sizeof operators[0] };

const struct certlogic_operator *
certlogic_operator_named(const char *name)
{
	for (size_t i = 0; i < OPERATOR_COUNT; i++)
		if (strcmp(operators[i].name, name) == 0)
			return &operators[i];
	return NULL;
}

const struct certlogic_operator *
certlogic_operator_of(enum certlogic_kind kind)
{
	return kind < CERTLOGIC_IF ? NULL : &operators[kind - CERTLOGIC_IF];
}

bool
certlogic_is_integer(const json_t *value, int64_t *ret_integer)
{
	double real;

	if (json_is_integer(value)) {
		*ret_integer = json_integer_value(value);
		return true;
	}
	if (!json_is_real(value))
		return false;
	real = json_real_value(value);
	if (real != floor(real) || real < -9223372036854775808.0 || real >= 9223372036854775808.0)
		return false;
	*ret_integer = (int64_t)real;
	return true;
}

char *
certlogic_pointer(const struct certlogic_program *program, uint32_t node, char *pointer)
{
	uint32_t path[CERTLOGIC_DEPTH_MAX + 1];
	size_t depth = 0, used = 0;

	for (uint32_t at = node; at != program->nodes[at].parent && depth <= CERTLOGIC_DEPTH_MAX;
		 at = program->nodes[at].parent)
		path[depth++] = at;
	pointer[0] = 0;
	while (depth > 0) {
		const struct certlogic_node *child = &program->nodes[path[--depth]];
		const struct certlogic_operator *shape = certlogic_operator_of(program->nodes[child->parent].kind);
		char part[64];
		int length = snprintf(part, sizeof part, "%s%s/%u", shape ? "/" : "", shape ? shape->name : "", child->slot);

		if (used + (size_t)length >= CERTLOGIC_POINTER_MAX)
			break;
		memcpy(pointer + used, part, (size_t)length + 1);
		used += (size_t)length;
	}
	return pointer;
}

void
certlogic_end_whole(char *text)
{
	size_t length = strlen(text), start = length, wanted;
	unsigned char lead;

	while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
		start--;
	if (start == 0)
		return;
	lead = (unsigned char)text[start - 1];
	wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
	if (length - (start - 1) < wanted)
		text[start - 1] = 0;
}
