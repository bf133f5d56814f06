/* policy/certlogic_run.h (inside the room): a run over values, whatever the data are made of: JSON or flat facts. It is the
 * one evaluator; certlogic_run, packs and suites all end here (run_program). */

#ifndef HEALTHCODE_POLICY_CERTLOGIC_RUN_H
#define HEALTHCODE_POLICY_CERTLOGIC_RUN_H

#include "policy/certlogic_arena.h"
#include "policy/certlogic_value.h"

enum { CERTLOGIC_KEPT = 256 };

/* Where the steps into the data lead, as far as they have been gone. */
struct certlogic_frame {
	uint64_t reached;                                  /* a bit a step; the others are not set */
	const struct value *at_step[CERTLOGIC_STEPS_KEPT]; /* in the data, or in ${taken} */
	struct value taken[CERTLOGIC_STEPS_KEPT];
};

/* Where the data lead and what equal nodes came out as (certlogic_link), kept across runs of programs that were linked, over the same
 * data at the same time. Whoever changes either counts ${moment} up, and ${epoch} where something stands elsewhere than before: a value
 * that is written over in its place is found where it was. What sees the item is kept for that item, which whoever changes it
 * names by any address of its own. Zeroed but for an epoch of 1 it is ready. */
struct certlogic_keep {
	uint64_t epoch, moment;
	const void *item;
	uint64_t frame_epoch;
	const void *frame_item;
	struct certlogic_frame frame;
	struct certlogic_kept {
		uint64_t epoch, moment, steps;
		const void *item;
		instant flip;
		struct value value;
		uint8_t memo;
	} kept[CERTLOGIC_KEPT];
};

struct run {
	const struct certlogic_program *program;
	const struct value *data;
	const struct certlogic_clock *clock; /* NULL: not tracked */
	struct certlogic_keep *keep;
	struct certlogic_frame *frame;
	struct arena *arena;
	struct arena texts; /* of times, that were cut */
	uint64_t steps;
	instant next_flip;
	struct error *e;
};

/* run_begin(run, data, clock, keep, frame, arena, e):
 * Make ${run} ready for programs over ${data}, which with ${clock} (or NULL) must outlive it. ${keep} is given only with the same
 * clock and data in one epoch, and only with programs that were linked with each other; where it is NULL, ${frame} is room for a
 * run. Return 0, or ERROR_USAGE for a clock outside its limits.
 * run_at(run, clock, e): go on at another moment, which the data and what is kept are of too. Returns as run_begin.
 * run_program(run, program, ret_value, ret_next_flip, e): as certlogic_run. Whatever the value holds is in ${arena} or of the data. */
int run_begin(struct run *run, const struct value *data, const struct certlogic_clock *clock,
	struct certlogic_keep *keep, struct certlogic_frame *frame, struct arena *arena, struct error *e);
int run_at(struct run *run, const struct certlogic_clock *clock, struct error *e);
int run_program(struct run *run, const struct certlogic_program *program, struct value *ret_value,
	instant *ret_next_flip, struct error *e);

/* run_truth(run, program, ret_truth, ret_next_flip, e):
 * The same for a program that must give true or false (else ERROR_BAD_INPUT); the arena is given back as it was. */
int run_truth(
	struct run *run, const struct certlogic_program *program, bool *ret_truth, instant *ret_next_flip, struct error *e);

#endif
