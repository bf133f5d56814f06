#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "policy/certlogic_flip.h"
#include "policy/certlogic_run.h"

/* Bytes that a run takes of the stack before it asks for any, and texts of times that were cut. */
enum { OWN_MEMORY = 2048 };

struct run {
	const struct certlogic_program *program;
	const struct value *data;
	const struct certlogic_clock *clock; /* NULL: not tracked */
	struct certlogic_keep *keep;
	struct arena *arena;
	struct arena texts;
	uint64_t steps;
	instant next_flip;
	struct error *e;
	uint32_t known; /* a bit a step of ${at_step} */
	struct value at_step[CERTLOGIC_STEPS_KEPT];
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
	int r = arena_take(run->arena, sizeof *list + node->count * sizeof list->items[0], &list, run->e);

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

static const struct value *
value_at_step(struct run *run, unsigned step)
{
	const struct certlogic_step *it = &run->program->steps[step];
	const struct value *from;

	if (run->known & UINT32_C(1) << step)
		return &run->at_step[step];
	from = it->from == CERTLOGIC_NO_STEP ? run->data : value_at_step(run, it->from);
	run->at_step[step] = from->kind == VALUE_NULL ? *from : value_part(from, &run->program->fragments[it->fragment]);
	run->known |= UINT32_C(1) << step;
	return &run->at_step[step];
}

static void
run_var(struct run *run, const struct certlogic_node *node, const struct value *scope, struct value *ret_value)
{
	struct value value;

	if (node->step != CERTLOGIC_NO_STEP) {
		*ret_value = *value_at_step(run, node->step);
		return;
	}
	value = *scope;
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

static int
run_plus_time(struct run *run, uint32_t at, const struct value *scope, struct value *ret_value)
{
	const struct certlogic_node *node = &run->program->nodes[at];
	struct value text = {0}, date = {.kind = VALUE_DATE};
	int64_t ms;
	int r;

	if ((r = evaluate_operand(run, at, 0, scope, &text)) < 0)
		return r;
	if (!value_is_text(&text))
		return fail(run, at, ERROR_BAD_INPUT, "\"plusTime\" is given %s and must be given a string", value_name(&text));
	if (text.kind == VALUE_TIME) {
		ms = text.integer * 1000;
	} else if (text.kind == VALUE_DAY) {
		ms = text.integer * DAY_S * 1000;
	} else if (is_clock(run, &text)) {
		date.from_clock = true;
		date.unit = node->unit;
		date.amount = node->integer;
		ms = run->clock->now * 1000;
	} else if (!certlogic_date_read(text.text, text.length, &ms)) {
		return fail(run, at, ERROR_BAD_INPUT, "not an allowed date or date-time: \"%.*s\"",
			shown_length(text.text, text.length), text.text);
	}
	if (!certlogic_date_plus(ms, node->integer, node->unit, &date.integer))
		return fail(run, at, ERROR_BAD_INPUT, "\"plusTime\" leads past the last date that there is");
	*ret_value = date;
	return 0;
}

static int
run_birth_date(struct run *run, uint32_t at, const struct value *scope, struct value *ret_value)
{
	struct value given = {0}, date = {.kind = VALUE_DATE};
	char room[TIME_TEXT_SIZE];
	const char *text;
	size_t length;
	int r;

	if ((r = evaluate_operand(run, at, 0, scope, &given)) < 0)
		return r;
	if (!value_is_text(&given))
		return fail(
			run, at, ERROR_BAD_INPUT, "\"dccDateOfBirth\" is given %s and must be given a string", value_name(&given));
	text = value_written(&given, room, &length);
	if (!certlogic_birth_date_read(text, length, &date.integer))
		return fail(run, at, ERROR_BAD_INPUT, "not a date of birth: \"%.*s\"", shown_length(text, length), text);
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

static int
run_extract(struct run *run, uint32_t at, const struct value *scope, struct value *ret_value)
{
	struct value uci = {0};
	int r = evaluate_operand(run, at, 0, scope, &uci);

	if (r < 0)
		return r;
	if (uci.kind == VALUE_NULL) {
		*ret_value = uci;
		return 0;
	}
	if (!value_is_text(&uci))
		return fail(run, at, ERROR_BAD_INPUT, "\"extractFromUVCI\" is given %s and must be given a string or null",
			value_name(&uci));
	if ((r = written_for_good(run, &uci)) < 0)
		return r;
	*ret_value = uci_fragment(uci.text, uci.length, run->program->nodes[at].integer);
	return 0;
}

/* One step of a reduce: the lambda over a new scope. What the step took of the arena is given back, unless the result
 * may hold a part of it (V2). */
static int
run_reduce_step(
	struct run *run, uint32_t at, const struct value *scope, struct value current, struct value *accumulator)
{
	struct arena_mark mark = arena_here(run->arena);
	struct value_scope *inner;
	struct value inside = {.kind = VALUE_SCOPE};
	unsigned outer_depth = value_depth(scope), depth = value_depth(accumulator), current_depth = value_depth(&current);
	int r = arena_take(run->arena, sizeof *inner, &inner, run->e);

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
		arena_release(run->arena, mark);
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

static int
evaluate_anew(struct run *run, uint32_t at, const struct value *scope, struct value *ret_value)
{
	const struct certlogic_node *node = &run->program->nodes[at];

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

static bool
can_be_kept(const struct value *value)
{
	return value->kind == VALUE_NULL || value->kind == VALUE_BOOLEAN || value->kind == VALUE_INTEGER ||
		value->kind == VALUE_DATE;
}

/* A node that has equals: as one of them came out before, or worked out and kept for the others, with the flips that it
 * brought. */
static int
evaluate_kept(struct run *run, uint32_t at, const struct value *scope, struct value *ret_value)
{
	const struct certlogic_node *node = &run->program->nodes[at];
	const struct row *item = node->sees_item ? run->keep->item : NULL;
	size_t place = (node->memo + ((uintptr_t)item >> 4) * 7) % CERTLOGIC_KEPT;
	struct certlogic_kept *kept = &run->keep->kept[place];
	uint64_t steps = run->steps;
	instant flip = run->next_flip;
	int r;

	if (kept->epoch == run->keep->epoch && kept->memo == node->memo && kept->item == item) {
		if (run->steps < kept->steps)
			return out_of_steps(run, at);
		run->steps -= kept->steps;
		run->next_flip = kept->flip < flip ? kept->flip : flip;
		*ret_value = kept->value;
		return 0;
	}
	run->next_flip = CERTLOGIC_NO_FLIP;
	if ((r = evaluate_anew(run, at, scope, ret_value)) < 0)
		return r;
	if (can_be_kept(ret_value))
		*kept =
			(struct certlogic_kept){run->keep->epoch, steps - run->steps, item, run->next_flip, *ret_value, node->memo};
	run->next_flip = flip < run->next_flip ? flip : run->next_flip;
	return 0;
}

/* The recursion is as deep as the expression, at most CERTLOGIC_DEPTH_MAX. */
static int
evaluate(struct run *run, uint32_t at, const struct value *scope, struct value *ret_value)
{
	if (run->steps == 0)
		return out_of_steps(run, at);
	run->steps--;
	return run->keep && run->program->nodes[at].memo ? evaluate_kept(run, at, scope, ret_value)
													 : evaluate_anew(run, at, scope, ret_value);
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
certlogic_run_value(const struct certlogic_program *program, const struct value *data,
	const struct certlogic_clock *clock, struct certlogic_keep *keep, struct arena *arena, struct value *ret_value,
	instant *ret_next_flip, struct error *e)
{
	struct run run;
	int r;

	/* at_step is read only where known says so, and is too large to be zeroed each time. */
	run.program = program;
	run.data = data;
	run.clock = clock;
	run.keep = keep;
	run.arena = arena;
	run.texts = (struct arena){.maximum = CERTLOGIC_MEMORY_MAX};
	run.steps = CERTLOGIC_STEPS_MAX;
	run.next_flip = CERTLOGIC_NO_FLIP;
	run.e = e;
	run.known = 0;
	if (clock && (r = check_clock(clock, e)) < 0)
		return r;
	if ((r = evaluate(&run, 0, data, ret_value)) == 0 && ret_next_flip)
		*ret_next_flip = run.next_flip;
	arena_release(&run.texts, (struct arena_mark){0});
	return r;
}

int
certlogic_run(const struct certlogic_program *program, const json_t *data, const struct certlogic_clock *clock,
	json_t **ret_value, instant *ret_next_flip, struct error *e)
{
	alignas(max_align_t) char memory[OWN_MEMORY];
	struct arena arena = {.maximum = CERTLOGIC_MEMORY_MAX};
	struct value root = value_of(data), value;
	size_t result_left = CERTLOGIC_RESULT_MAX;
	instant next_flip = CERTLOGIC_NO_FLIP;
	int r;

	arena_lend(&arena, memory, sizeof memory);
	if ((r = certlogic_run_value(program, &root, clock, NULL, &arena, &value, &next_flip, e)) < 0 ||
		(r = value_json(&value, &result_left, ret_value, e)) < 0)
		goto out;
	if (ret_next_flip)
		*ret_next_flip = next_flip;
out:
	arena_release(&arena, (struct arena_mark){0});
	return r;
}
