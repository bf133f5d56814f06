#include <assert.h>
#include <stdalign.h>

#include "policy/certlogic_flip.h"
#include "policy/certlogic_run_inside.h"

/* Bytes that a run takes of the stack before it asks for any. */
enum { OWN_MEMORY = 2048 };

/* Operators are functions of their own and no part of evaluate(): one frame with room for what all of them need would be
 * laid out at every node. */
#define OPERATOR static __attribute__((noinline)) int

static int
evaluate(struct run *run, const struct certlogic_node *node, const struct value *scope, struct value *ret_value);

static const struct certlogic_node *
operand_node(const struct run *run, const struct certlogic_node *node, uint32_t number)
{
	return &run->program->nodes[run->program->operands[node->first + number]];
}

/* Go to a step of the data from the one before it. */
static __attribute__((noinline)) const struct value *
reach_step(struct run *run, unsigned step)
{
	static const struct value nothing = {.kind = VALUE_NULL};
	const struct certlogic_step *it = &run->program->steps->steps[step];
	struct certlogic_frame *frame = run->frame;
	const struct value *from = run->data, *reached;

	if (it->from != CERTLOGIC_NO_STEP)
		from = frame->reached >> it->from & 1 ? frame->at_step[it->from] : reach_step(run, it->from);
	/* Not ${from} itself: something may be written over it in its place. */
	reached = from->kind == VALUE_NULL ? &nothing : value_part(from, it->fragment, &frame->taken[step]);
	frame->at_step[step] = reached;
	frame->reached |= UINT64_C(1) << step;
	return reached;
}

static inline const struct value *
value_at_step(struct run *run, unsigned step)
{
	return run->frame->reached >> step & 1 ? run->frame->at_step[step] : reach_step(run, step);
}

/* The value of an operand: where it stands already, or made in ${room}. */
static inline int
evaluate_operand(struct run *run, const struct certlogic_node *parent, uint32_t number, const struct value *scope,
	struct value *room, const struct value **ret_value)
{
	const struct certlogic_node *node = operand_node(run, parent, number);

	*ret_value = room;
	if (!node->known && node->step == CERTLOGIC_NO_STEP)
		return evaluate(run, node, scope, room);
	if (run->steps < node->steps)
		return run_out_of_steps(run, node);
	run->steps -= node->steps;
	*ret_value = node->known ? node->known : value_at_step(run, node->step);
	return 0;
}

/* The truth of a value, or a failure of the operator that asks for it where it has none. */
static inline int
truth_of(const struct run *run, const struct certlogic_node *judge, const struct value *value, bool *ret_truth)
{
	int t = value->kind == VALUE_BOOLEAN ? value->integer != 0 : value_truth(value);

	if (t < 0)
		return run_fail(run, judge, ERROR_BAD_INPUT, "%s is neither truthy nor falsy", value_name(value));
	*ret_truth = t;
	return 0;
}

static inline int
truth_of_operand(struct run *run, const struct certlogic_node *node, uint32_t number, const struct value *scope,
	struct value *room, const struct value **ret_value, bool *ret_truth)
{
	int r = evaluate_operand(run, node, number, scope, room, ret_value);

	return r < 0 ? r : truth_of(run, node, *ret_value, ret_truth);
}

OPERATOR
run_array(struct run *run, const struct certlogic_node *node, const struct value *scope, struct value *ret_value)
{
	struct value_list *list;
	int r = arena_take(run->arena, sizeof *list + node->count * sizeof list->items[0], &list, run->e);

	if (r < 0)
		return r;
	list->count = node->count;
	list->depth = 1;
	for (uint32_t i = 0; i < node->count; i++) {
		unsigned depth;

		if ((r = evaluate(run, operand_node(run, node, i), scope, &list->items[i])) < 0)
			return r;
		depth = value_depth(&list->items[i]) + 1;
		list->depth = depth > list->depth ? depth : list->depth;
	}
	if (list->depth > CERTLOGIC_VALUE_DEPTH_MAX)
		return run_fail(
			run, node, ERROR_TOO_LARGE, "a value nested deeper than the maximum of %d", CERTLOGIC_VALUE_DEPTH_MAX);
	*ret_value = (struct value){.kind = VALUE_LIST, .list = list};
	return 0;
}

/* An access that is walked each time: within a reduce, or past CERTLOGIC_STEPS_KEPT. */
static void
run_var(struct run *run, const struct certlogic_node *node, const struct value *scope, struct value *ret_value)
{
	struct value made;
	const struct value *at = scope;

	for (uint32_t i = 0; i < node->count && at->kind != VALUE_NULL; i++)
		at = value_part(at, &run->program->fragments[node->first + i], &made);
	*ret_value = *at;
}

OPERATOR
run_if(struct run *run, const struct certlogic_node *node, const struct value *scope, struct value *ret_value)
{
	const struct value *guard;
	bool yes = false;
	int r = truth_of_operand(run, node, 0, scope, ret_value, &guard, &yes);

	return r < 0 ? r : evaluate(run, operand_node(run, node, yes ? 1 : 2), scope, ret_value);
}

OPERATOR
run_and(struct run *run, const struct certlogic_node *node, const struct value *scope, struct value *ret_value)
{
	const struct value *value = ret_value;
	bool yes = true;
	int r;

	for (uint32_t i = 0; i < node->count && yes; i++)
		if ((r = truth_of_operand(run, node, i, scope, ret_value, &value, &yes)) < 0)
			return r;
	if (value != ret_value)
		*ret_value = *value;
	return 0;
}

OPERATOR
run_not(struct run *run, const struct certlogic_node *node, const struct value *scope, struct value *ret_value)
{
	const struct value *value;
	bool yes = false;
	int r = truth_of_operand(run, node, 0, scope, ret_value, &value, &yes);

	if (r == 0)
		*ret_value = value_boolean(!yes);
	return r;
}

OPERATOR
run_between(struct run *run, const struct certlogic_node *node, const struct value *scope, struct value *ret_value)
{
	const struct value *operands[3];
	struct value made[3];
	int r;

	if ((r = evaluate_operand(run, node, 0, scope, &made[0], &operands[0])) < 0 ||
		(r = evaluate_operand(run, node, 1, scope, &made[1], &operands[1])) < 0)
		return r;
	operands[2] = NULL;
	if (node->count == 3 && (r = evaluate_operand(run, node, 2, scope, &made[2], &operands[2])) < 0)
		return r;
	return run_infix(run, node, operands, ret_value);
}

/* An operator of one value. */
OPERATOR
run_of(struct run *run, const struct certlogic_node *node, const struct value *scope, struct value *ret_value)
{
	const struct value *given;
	struct value made;
	int r = evaluate_operand(run, node, 0, scope, &made, &given);

	if (r < 0)
		return r;
	switch (node->kind) {
	case CERTLOGIC_PLUS_TIME:
		return run_plus_time(run, node, given, ret_value);
	case CERTLOGIC_EXTRACT:
		return run_extract(run, node, given, ret_value);
	default:
		return run_birth_date(run, node, given, ret_value);
	}
}

/* One step of a reduce: the lambda over a new scope. What the step took of the arena is given back, unless the result
 * may hold a part of it (V2). */
static int
run_reduce_step(struct run *run, const struct certlogic_node *node, const struct value *scope,
	const struct value *current, struct value *accumulator)
{
	struct arena_mark mark = arena_here(run->arena);
	struct value_scope *inner;
	struct value inside = {.kind = VALUE_SCOPE};
	unsigned outer_depth = value_depth(scope), depth = value_depth(accumulator), current_depth = value_depth(current);
	int r = arena_take(run->arena, sizeof *inner, &inner, run->e);

	if (r < 0)
		return r;
	depth = depth > outer_depth ? depth : outer_depth;
	depth = depth > current_depth ? depth : current_depth;
	*inner = (struct value_scope){*accumulator, *current, *scope, depth + 1};
	if (inner->depth > CERTLOGIC_VALUE_DEPTH_MAX)
		return run_fail(
			run, node, ERROR_TOO_LARGE, "a value nested deeper than the maximum of %d", CERTLOGIC_VALUE_DEPTH_MAX);
	inside.scope = inner;
	if ((r = evaluate(run, operand_node(run, node, 1), &inside, accumulator)) < 0)
		return r;
	if (value_depth(accumulator) == 0)
		arena_release(run->arena, mark);
	return 0;
}

OPERATOR
run_reduce(struct run *run, const struct certlogic_node *node, const struct value *scope, struct value *ret_value)
{
	struct value made = {.kind = VALUE_NULL}, item, accumulator = {.kind = VALUE_NULL};
	const struct value *operand = &made;
	int r;

	if ((r = evaluate_operand(run, node, 0, scope, &made, &operand)) < 0)
		return r;
	if (operand->kind != VALUE_NULL && !value_is_array(operand))
		return run_fail(run, node, ERROR_BAD_INPUT, "\"reduce\" is given %s and must be given an array or null",
			value_name(operand));
	if ((r = evaluate(run, operand_node(run, node, 2), scope, &accumulator)) < 0)
		return r;
	for (size_t i = 0; operand->kind != VALUE_NULL && i < value_count(operand); i++)
		if ((r = run_reduce_step(run, node, scope, value_item(operand, i, &item), &accumulator)) < 0)
			return r;
	*ret_value = accumulator;
	return 0;
}

static inline int
evaluate_anew(struct run *run, const struct certlogic_node *node, const struct value *scope, struct value *ret_value)
{
	switch (node->kind) {
	case CERTLOGIC_ARRAY:
		return run_array(run, node, scope, ret_value);
	case CERTLOGIC_VAR:
		run_var(run, node, scope, ret_value);
		return 0;
	case CERTLOGIC_IF:
		return run_if(run, node, scope, ret_value);
	case CERTLOGIC_AND:
		return run_and(run, node, scope, ret_value);
	case CERTLOGIC_NOT:
		return run_not(run, node, scope, ret_value);
	case CERTLOGIC_REDUCE:
		return run_reduce(run, node, scope, ret_value);
	case CERTLOGIC_PLUS_TIME:
	case CERTLOGIC_EXTRACT:
	case CERTLOGIC_BIRTH_DATE:
		return run_of(run, node, scope, ret_value);
	default:
		return run_between(run, node, scope, ret_value);
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
OPERATOR
evaluate_kept(struct run *run, const struct certlogic_node *node, const struct value *scope, struct value *ret_value)
{
	const void *item = node->sees_item ? run->keep->item : NULL;
	size_t place = (node->memo + ((uintptr_t)item >> 4) * 7) % CERTLOGIC_KEPT;
	struct certlogic_kept *kept = &run->keep->kept[place];
	uint64_t steps = run->steps;
	instant flip = run->next_flip;
	int r;

	if (kept->epoch == run->keep->epoch && kept->moment == run->keep->moment && kept->memo == node->memo &&
		kept->item == item) {
		if (run->steps < kept->steps)
			return run_out_of_steps(run, node);
		run->steps -= kept->steps;
		run->next_flip = kept->flip < flip ? kept->flip : flip;
		*ret_value = kept->value;
		return 0;
	}
	run->next_flip = CERTLOGIC_NO_FLIP;
	if ((r = evaluate_anew(run, node, scope, ret_value)) < 0)
		return r;
	if (can_be_kept(ret_value))
		*kept = (struct certlogic_kept){
			run->keep->epoch, run->keep->moment, steps - run->steps, item, run->next_flip, *ret_value, node->memo};
	run->next_flip = flip < run->next_flip ? flip : run->next_flip;
	return 0;
}

/* The recursion is as deep as the expression, at most CERTLOGIC_DEPTH_MAX. */
static int
evaluate(struct run *run, const struct certlogic_node *node, const struct value *scope, struct value *ret_value)
{
	if (run->steps < node->steps)
		return run_out_of_steps(run, node);
	run->steps -= node->steps;
	if (node->known) {
		*ret_value = *node->known;
		return 0;
	}
	if (node->step != CERTLOGIC_NO_STEP) {
		*ret_value = *value_at_step(run, node->step);
		return 0;
	}
	return run->keep && node->memo ? evaluate_kept(run, node, scope, ret_value)
								   : evaluate_anew(run, node, scope, ret_value);
}

/* What a test found: no, yes, or neither, where the node is to be worked out as any other. */
enum found { NO, YES, UNSURE };

static inline enum found
test_equal(const struct value *value, const struct value *known)
{
	if (value->kind != known->kind)
		return value->kind == VALUE_TIME || value->kind == VALUE_DAY ? UNSURE : NO;
	if (value->kind != VALUE_TEXT)
		return value->integer == known->integer;
	return value->length == known->length && memcmp(value->text, known->text, value->length) == 0;
}

static inline enum found
test_among(const struct value *value, const struct value_list *texts)
{
	if (value->kind != VALUE_TEXT)
		return value->kind == VALUE_TIME || value->kind == VALUE_DAY ? UNSURE : NO;
	for (size_t i = 0; i < texts->count; i++)
		if (test_equal(value, &texts->items[i]) == YES)
			return YES;
	return NO;
}

static inline enum found
test_number(enum certlogic_kind kind, const struct value *value, const struct value *known)
{
	const int64_t numbers[] = {value->integer, known->integer};

	return value->kind == VALUE_INTEGER ? certlogic_in_order(kind, numbers, 2) : UNSURE;
}

/* The date that an operand of a comparison comes out as. Where it is equal to others, reading a text is what keeping saves. */
static inline int
date_of_operand(struct run *run, const struct certlogic_node *parent, uint32_t number, struct value *room,
	const struct value **ret_date)
{
	const struct certlogic_node *node = operand_node(run, parent, number), *given;
	const struct value *text;

	*ret_date = node->known ? node->known : room;
	if (node->known)
		return 0;
	given = operand_node(run, node, 0);
	if (node->kind != CERTLOGIC_PLUS_TIME || given->step == CERTLOGIC_NO_STEP)
		return evaluate(run, node, run->data, room);
	text = value_at_step(run, given->step);
	return node->memo && text->kind == VALUE_TEXT && !run->clock ? evaluate(run, node, run->data, room)
																 : run_plus_time(run, node, text, room);
}

/* As what follows, with room of its own, which a program without dates need not make. */
OPERATOR
test_dates(struct run *run, const struct certlogic_node *node, bool *ret_yes)
{
	const struct value *dates[2];
	struct value made[2];
	int r;

	if ((r = date_of_operand(run, node, 0, &made[0], &dates[0])) < 0 ||
		(r = date_of_operand(run, node, 1, &made[1], &dates[1])) < 0)
		return r;
	*ret_yes = run_dates(run, node, dates);
	return 0;
}

/* Whether a node that is worked out as a value is truthy; that value is what was tested last. */
OPERATOR
test_node(struct run *run, const struct certlogic_instruction *in, struct value *ret_value, bool *ret_yes)
{
	const struct certlogic_program *program = run->program;
	int r = evaluate(run, &program->nodes[in->node], run->data, ret_value);

	return r < 0 ? r : truth_of(run, &program->nodes[in->judge], ret_value, ret_yes);
}

/* Follow the code (certlogic_code) to its end, which is none of the tests. It never goes back, so that it needs no count of steps: each
 * node is tested once at most. ${ret_value} is room for a value, and ${ret_tested} the one whose truth was tested last. */
static inline int
follow(struct run *run, const struct certlogic_instruction **ret_end, struct value *ret_value,
	const struct value **ret_tested)
{
	const struct certlogic_program *program = run->program;
	const struct certlogic_instruction *code = program->code, *in = &code[program->code_start];
	bool yes = false;
	int r;

	for (;; in = &code[yes ? in->yes : in->no]) {
		enum found found = UNSURE;

		switch ((enum certlogic_test)in->test) {
		case CERTLOGIC_GIVE:
		case CERTLOGIC_GIVE_FALSE:
		case CERTLOGIC_GIVE_TRUE:
		case CERTLOGIC_GIVE_TESTED:
			*ret_end = in;
			return 0;
		case CERTLOGIC_TEST_DATES:
			if ((r = test_dates(run, &program->nodes[in->node], &yes)) < 0)
				return r;
			continue;
		case CERTLOGIC_TEST_EQUAL:
			found = test_equal(value_at_step(run, in->step), in->known);
			break;
		case CERTLOGIC_TEST_AMONG:
			found = test_among(value_at_step(run, in->step), in->known->list);
			break;
		case CERTLOGIC_TEST_NUMBER:
			found = test_number(program->nodes[in->node].kind, value_at_step(run, in->step), in->known);
			break;
		case CERTLOGIC_TEST_STEP:
			*ret_tested = value_at_step(run, in->step);
			if ((r = truth_of(run, &program->nodes[in->judge], *ret_tested, &yes)) < 0)
				return r;
			continue;
		case CERTLOGIC_TEST_NODE:
			break;
		}
		if (found != UNSURE) {
			yes = found == YES;
			continue;
		}
		*ret_tested = ret_value;
		if ((r = test_node(run, in, ret_value, &yes)) < 0)
			return r;
	}
}

/* What the program comes out as at ${end}. */
static int
give(struct run *run, const struct certlogic_instruction *end, const struct value *tested, struct value *ret_value)
{
	if (end->test == CERTLOGIC_GIVE)
		return evaluate(run, &run->program->nodes[end->node], run->data, ret_value);
	if (end->test != CERTLOGIC_GIVE_TESTED) {
		*ret_value = value_boolean(end->test == CERTLOGIC_GIVE_TRUE);
		return 0;
	}
	assert(tested);
	if (tested != ret_value)
		*ret_value = *tested;
	return 0;
}

/* The same where it must be true or false. */
OPERATOR
give_truth(struct run *run, const struct certlogic_instruction *end, const struct value *tested, bool *ret_truth,
	instant *ret_next_flip)
{
	struct value value = {0};
	int r = give(run, end, tested, &value);

	if (r < 0)
		return r;
	if (value.kind != VALUE_BOOLEAN)
		return error_set(run->e, ERROR_BAD_INPUT, "the expression gives neither true nor false");
	*ret_truth = value.integer;
	*ret_next_flip = run->next_flip;
	return 0;
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

/* What of the frame is of other data or another item is not kept. */
static inline void
clean_frame(struct run *run)
{
	struct certlogic_keep *keep = run->keep;

	if (!keep || keep->frame_epoch != keep->epoch)
		run->frame->reached = 0;
	else if (keep->frame_item != keep->item)
		run->frame->reached &= ~run->program->steps->of_item;
	if (keep) {
		keep->frame_epoch = keep->epoch;
		keep->frame_item = keep->item;
	}
}

int
run_begin(struct run *run, const struct value *data, const struct certlogic_clock *clock, struct certlogic_keep *keep,
	struct certlogic_frame *frame, struct arena *arena, struct error *e)
{
	*run = (struct run){.data = data,
		.clock = clock,
		.keep = keep,
		.frame = keep ? &keep->frame : frame,
		.arena = arena,
		.texts = {.maximum = CERTLOGIC_MEMORY_MAX}};
	return clock ? check_clock(clock, e) : 0;
}

int
run_at(struct run *run, const struct certlogic_clock *clock, struct error *e)
{
	run->clock = clock;
	return check_clock(clock, e);
}

static inline void
start(struct run *run, const struct certlogic_program *program, struct error *e)
{
	run->program = program;
	run->steps = CERTLOGIC_STEPS_MAX;
	run->next_flip = CERTLOGIC_NO_FLIP;
	run->e = e;
	clean_frame(run);
}

int
run_program(struct run *run, const struct certlogic_program *program, struct value *ret_value, instant *ret_next_flip,
	struct error *e)
{
	const struct certlogic_instruction *end;
	const struct value *tested = NULL;
	int r;

	start(run, program, e);
	if ((r = follow(run, &end, ret_value, &tested)) == 0 && (r = give(run, end, tested, ret_value)) == 0 &&
		ret_next_flip)
		*ret_next_flip = run->next_flip;
	if (run->texts.newest)
		arena_release(&run->texts, (struct arena_mark){0});
	return r;
}

int
run_truth(
	struct run *run, const struct certlogic_program *program, bool *ret_truth, instant *ret_next_flip, struct error *e)
{
	const struct certlogic_instruction *end;
	const struct value *tested = NULL;
	struct arena_mark mark = arena_here(run->arena);
	struct value value = {0};
	int r;

	start(run, program, e);
	if ((r = follow(run, &end, &value, &tested)) == 0) {
		*ret_next_flip = run->next_flip;
		if (end->test == CERTLOGIC_GIVE_FALSE || end->test == CERTLOGIC_GIVE_TRUE)
			*ret_truth = end->test == CERTLOGIC_GIVE_TRUE;
		else
			r = give_truth(run, end, tested, ret_truth, ret_next_flip);
	}
	if (run->texts.newest)
		arena_release(&run->texts, (struct arena_mark){0});
	if (run->arena->newest)
		arena_release(run->arena, mark);
	return r;
}

int
certlogic_run(const struct certlogic_program *program, const json_t *data, const struct certlogic_clock *clock,
	json_t **ret_value, instant *ret_next_flip, struct error *e)
{
	alignas(max_align_t) char memory[OWN_MEMORY];
	struct arena arena = {.maximum = CERTLOGIC_MEMORY_MAX};
	struct certlogic_frame frame; /* not zeroed: it is large, and read only where reached says so */
	struct run run;
	struct value root, value = {0};
	size_t result_left = CERTLOGIC_RESULT_MAX;
	instant next_flip = CERTLOGIC_NO_FLIP;
	int r;

	value_of(data, &root);
	arena_lend(&arena, memory, sizeof memory);
	if ((r = run_begin(&run, &root, clock, NULL, &frame, &arena, e)) < 0 ||
		(r = run_program(&run, program, &value, &next_flip, e)) < 0)
		goto out;
	if (value.kind == VALUE_BOOLEAN)
		*ret_value = json_boolean(value.integer);
	else if ((r = value_json(&value, &result_left, ret_value, e)) < 0)
		goto out;
	if (ret_next_flip)
		*ret_next_flip = next_flip;
out:
	arena_release(&arena, (struct arena_mark){0});
	return r;
}
