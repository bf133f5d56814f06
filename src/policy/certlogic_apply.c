#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "policy/certlogic_flip.h"
#include "policy/certlogic_run_inside.h"

int
run_fail(const struct run *run, const struct certlogic_node *node, int code, const char *format, ...)
{
	char pointer[CERTLOGIC_POINTER_MAX], message[CERTLOGIC_MESSAGE_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	certlogic_pointer(run->program, (uint32_t)(node - run->program->nodes), pointer);
	return error_set(run->e, code, "%s, at %.200s", message, pointer[0] ? pointer : "the root");
}

int
run_out_of_steps(const struct run *run, const struct certlogic_node *node)
{
	return run_fail(run, node, ERROR_TOO_LARGE, "the run takes more steps than the maximum of %d", CERTLOGIC_STEPS_MAX);
}

static int
run_equal(
	struct run *run, const struct certlogic_node *node, const struct value *const *operands, struct value *ret_value)
{
	int equal = value_equal(operands[0], operands[1], &run->steps);

	if (equal < 0)
		return run_out_of_steps(run, node);
	*ret_value = value_boolean(equal);
	return 0;
}

static int
run_in(struct run *run, const struct certlogic_node *node, const struct value *const *operands, struct value *ret_value)
{
	int found;

	if (!value_is_array(operands[1]))
		return run_fail(
			run, node, ERROR_BAD_INPUT, "the right side of \"in\" is %s and must be an array", value_name(operands[1]));
	if ((found = value_is_among(operands[0], operands[1], &run->steps)) < 0)
		return run_out_of_steps(run, node);
	*ret_value = value_boolean(found);
	return 0;
}

/* A failure where an operand is of another kind, the first of them told. */
static int
not_of_kind(const struct run *run, const struct certlogic_node *node, const struct value *const *operands,
	enum value_kind kind, const char *wanted)
{
	uint32_t i = 0;

	while (operands[i]->kind == kind)
		i++;
	return run_fail(
		run, node, ERROR_BAD_INPUT, "operand %u is %s and must be %s", i + 1, value_name(operands[i]), wanted);
}

static bool
are_of_kind(const struct certlogic_node *node, const struct value *const *operands, enum value_kind kind)
{
	return operands[0]->kind == kind && operands[1]->kind == kind && (node->count < 3 || operands[2]->kind == kind);
}

static const char an_integer[] = "an integer";

static int
run_plus(
	struct run *run, const struct certlogic_node *node, const struct value *const *operands, struct value *ret_value)
{
	int64_t sum;

	if (!are_of_kind(node, operands, VALUE_INTEGER))
		return not_of_kind(run, node, operands, VALUE_INTEGER, an_integer);
	if (__builtin_add_overflow(operands[0]->integer, operands[1]->integer, &sum))
		return run_fail(run, node, ERROR_BAD_INPUT, "the sum does not fit into 64 bits");
	*ret_value = (struct value){.kind = VALUE_INTEGER, .integer = sum};
	return 0;
}

static void
look_for_flip(struct run *run, const struct certlogic_node *node, const struct value *const *operands)
{
	struct certlogic_side sides[3];
	instant flip;

	for (uint32_t i = 0; i < node->count; i++)
		sides[i] = (struct certlogic_side){operands[i]->integer, operands[i]->from_clock, operands[i]->unit,
			operands[i]->from_clock ? operands[i]->amount : 0};
	flip = certlogic_flip(node->kind, sides, node->count, run->clock);
	run->next_flip = flip < run->next_flip ? flip : run->next_flip;
}

bool
run_dates(struct run *run, const struct certlogic_node *node, const struct value *const *operands)
{
	int64_t numbers[3];

	for (uint32_t i = 0; i < node->count; i++)
		numbers[i] = operands[i]->integer;
	if (run->clock)
		look_for_flip(run, node, operands);
	return certlogic_in_order(node->kind, numbers, node->count);
}

static int
run_compare(
	struct run *run, const struct certlogic_node *node, const struct value *const *operands, struct value *ret_value)
{
	bool dates = certlogic_compares_dates(node->kind);
	int64_t numbers[3];

	if (!are_of_kind(node, operands, dates ? VALUE_DATE : VALUE_INTEGER))
		return not_of_kind(run, node, operands, dates ? VALUE_DATE : VALUE_INTEGER,
			dates ? "a date-time (from plusTime or dccDateOfBirth)" : an_integer);
	if (dates) {
		*ret_value = value_boolean(run_dates(run, node, operands));
		return 0;
	}
	for (uint32_t i = 0; i < node->count; i++)
		numbers[i] = operands[i]->integer;
	*ret_value = value_boolean(certlogic_in_order(node->kind, numbers, node->count));
	return 0;
}

int
run_infix(struct run *run, const struct certlogic_node *node, const struct value *const operands[static 3],
	struct value *ret_value)
{
	switch (node->kind) {
	case CERTLOGIC_EQUAL:
		return run_equal(run, node, operands, ret_value);
	case CERTLOGIC_IN:
		return run_in(run, node, operands, ret_value);
	case CERTLOGIC_PLUS:
		return run_plus(run, node, operands, ret_value);
	default:
		return run_compare(run, node, operands, ret_value);
	}
}

/* A text in a message, at most this many of its bytes and no part of a character. */
enum { SHOWN_MAX = 60 };

static int
shown_length(const char *text, size_t length)
{
	if (length > SHOWN_MAX)
		for (length = SHOWN_MAX; length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80;)
			length--;
	return (int)length;
}

static bool
is_clock(const struct run *run, const struct value *text)
{
	return run->clock && text->length == strlen(CERTLOGIC_CLOCK_TEXT) &&
		memcmp(text->text, CERTLOGIC_CLOCK_TEXT, text->length) == 0;
}

int
run_plus_time(
	const struct run *run, const struct certlogic_node *node, const struct value *text, struct value *ret_value)
{
	struct value date = {.kind = VALUE_DATE};
	int64_t ms;

	if (!value_is_text(text))
		return run_fail(
			run, node, ERROR_BAD_INPUT, "\"plusTime\" is given %s and must be given a string", value_name(text));
	if (text->kind == VALUE_TIME) {
		ms = text->integer * 1000;
	} else if (text->kind == VALUE_DAY) {
		ms = text->integer * DAY_S * 1000;
	} else if (is_clock(run, text)) {
		date.from_clock = true;
		date.unit = node->unit;
		date.amount = node->integer;
		ms = run->clock->now * 1000;
	} else if (!certlogic_date_read(text->text, text->length, &ms)) {
		return run_fail(run, node, ERROR_BAD_INPUT, "not an allowed date or date-time: \"%.*s\"",
			shown_length(text->text, text->length), text->text);
	}
	if (!certlogic_date_plus(ms, node->integer, node->unit, &date.integer))
		return run_fail(run, node, ERROR_BAD_INPUT, "\"plusTime\" leads past the last date that there is");
	*ret_value = date;
	return 0;
}

int
run_birth_date(
	const struct run *run, const struct certlogic_node *node, const struct value *given, struct value *ret_value)
{
	struct value date = {.kind = VALUE_DATE};
	char room[TIME_TEXT_SIZE];
	const char *text;
	size_t length;

	if (!value_is_text(given))
		return run_fail(
			run, node, ERROR_BAD_INPUT, "\"dccDateOfBirth\" is given %s and must be given a string", value_name(given));
	text = value_written(given, room, &length);
	if (!certlogic_birth_date_read(text, length, &date.integer))
		return run_fail(run, node, ERROR_BAD_INPUT, "not a date of birth: \"%.*s\"", shown_length(text, length), text);
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

/* A time's text, which outlasts the run's arena: it goes into no list that a reduce would give back (V2). */
static int
written_for_good(struct run *run, struct value *text)
{
	char room[TIME_TEXT_SIZE], *copy;
	size_t length;
	int r;

	if (text->kind == VALUE_TEXT)
		return 0;
	value_written(text, room, &length);
	if ((r = arena_take(&run->texts, length + 1, &copy, run->e)) < 0)
		return r;
	memcpy(copy, room, length + 1);
	*text = value_text(copy);
	return 0;
}

int
run_extract(struct run *run, const struct certlogic_node *node, const struct value *uci, struct value *ret_value)
{
	struct value text = *uci;
	int r;

	if (text.kind == VALUE_NULL) {
		*ret_value = text;
		return 0;
	}
	if (!value_is_text(&text))
		return run_fail(run, node, ERROR_BAD_INPUT,
			"\"extractFromUVCI\" is given %s and must be given a string or null", value_name(&text));
	if ((r = written_for_good(run, &text)) < 0)
		return r;
	*ret_value = uci_fragment(text.text, text.length, node->integer);
	return 0;
}
