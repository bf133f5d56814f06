/* policy/certlogic_run_inside.h: a run, for the two files that make it up: certlogic_run.c walks the program, certlogic_apply.c
 * has what operators make of values. */

#ifndef HEALTHCODE_POLICY_CERTLOGIC_RUN_INSIDE_H
#define HEALTHCODE_POLICY_CERTLOGIC_RUN_INSIDE_H

#include "policy/certlogic_run.h"

/* Fail at ${node}: the message ends in its place. Return ${code}. */
int run_fail(const struct run *run, const struct certlogic_node *node, int code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Where two or three dates stand in the order that ${node} asks for, and when that changes as the clock goes on. */
bool run_dates(struct run *run, const struct certlogic_node *node, const struct value *const *operands);

int run_out_of_steps(const struct run *run, const struct certlogic_node *node);

/* run_infix(run, node, operands, ret_value): an operator between two or three values. */
int run_infix(struct run *run, const struct certlogic_node *node, const struct value *const operands[static 3],
	struct value *ret_value);

/* What plusTime, dccDateOfBirth and extractFromUVCI make of the value that they are given. */
int run_plus_time(
	const struct run *run, const struct certlogic_node *node, const struct value *text, struct value *ret_value);
int run_birth_date(
	const struct run *run, const struct certlogic_node *node, const struct value *given, struct value *ret_value);
int run_extract(struct run *run, const struct certlogic_node *node, const struct value *uci, struct value *ret_value);

#endif
