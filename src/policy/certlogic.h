/* policy/certlogic.h: CertLogic 1.3.3, the language in which rules are written.
 *
 * An expression is checked, compiled once into a program, and run over any number of data contexts. A program never
 * changes, so threads may share it. Where the specification and its reference implementation differ, see
 * docs/certlogic.md.
 *
 * Every run is bounded: by steps, by memory, by the depth of what it builds. What passes a bound fails with
 * ERROR_TOO_LARGE and never with less than that.
 *
 * The specification: https://github.com/ehn-dcc-development/eu-dcc-business-rules/tree/main/certlogic/specification */

#ifndef HEALTHCODE_POLICY_CERTLOGIC_H
#define HEALTHCODE_POLICY_CERTLOGIC_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/time.h"

enum {
	CERTLOGIC_DEPTH_MAX = 128,       /* operations and arrays inside each other in an expression */
	CERTLOGIC_NODES_MAX = 1 << 16,   /* literals, accesses and operations in an expression */
	CERTLOGIC_TEXT_MAX = 1 << 20,    /* bytes of all strings and paths in an expression */
	CERTLOGIC_STEPS_MAX = 10000000,  /* evaluations and comparisons of items in one run, beside one of each node */
	CERTLOGIC_MEMORY_MAX = 16 << 20, /* bytes that a run may hold for arrays it builds */
	CERTLOGIC_VALUE_DEPTH_MAX = 256, /* arrays inside each other in a value that a run builds */
	CERTLOGIC_RESULT_MAX = 100000,   /* values in the result, parts of the data counting as one each */
	CERTLOGIC_POINTER_MAX = 1024,
	CERTLOGIC_MESSAGE_MAX = 256,
};

/* How far a clock may look ahead: 100 years. */
#define CERTLOGIC_HORIZON_MAX_S (INT64_C(36525) * DAY_S)

/* The string that means the clock in a tracked run, and the path under which a pack's rules find it. */
#define CERTLOGIC_CLOCK_TEXT "@clock"
#define CERTLOGIC_CLOCK_PATH "external.validationClock"

/* What certlogic_run reports where nothing flips up to the horizon. */
#define CERTLOGIC_NO_FLIP INT64_MAX

/* A fault of an expression: ERROR_BAD_INPUT or ERROR_TOO_LARGE, a JSON pointer (RFC 6901) into it, for json_place, and a
 * message in the words of the reference validator. A pointer longer than its room ends early, at the deepest ancestor
 * that fits. */
struct certlogic_fault {
	int code;
	char pointer[CERTLOGIC_POINTER_MAX];
	char message[CERTLOGIC_MESSAGE_MAX];
};

/* certlogic_check(expression, each, context):
 * Call ${each} for every fault of ${expression}, parents before children, in the order of the text. A non-zero return
 * from ${each} ends the check and is returned; else 0, also where there were faults. ${expression} may be of any kind;
 * NULL is read as null. */
int certlogic_check(
	const json_t *expression, int (*each)(void *context, const struct certlogic_fault *fault), void *context);

struct certlogic_program;

/* certlogic_compile(expression, ret_program, ret_fault, e):
 * Check ${expression} and compile it. Nothing of ${expression} is kept. On success the caller frees ${ret_program} with
 * certlogic_program_free. Return 0, or ERROR_BAD_INPUT (the first fault, also in ${ret_fault} unless that is NULL),
 * ERROR_TOO_LARGE (as well with the fault) or ERROR_NO_MEMORY (no fault). */
int certlogic_compile(const json_t *expression, struct certlogic_program **ret_program,
	struct certlogic_fault *ret_fault, struct error *e);

/* Accepts NULL. */
void certlogic_program_free(struct certlogic_program *program);

/* A clock for a tracked run: it stands at ${now} and may be asked about the future up to ${horizon}, both instants,
 * in the years 0001 to 9999, now <= horizon <= now + CERTLOGIC_HORIZON_MAX_S. */
struct certlogic_clock {
	instant now, horizon;
};

/* certlogic_run(program, data, clock, ret_value, ret_next_flip, e):
 * Run ${program} over ${data} (nested at most JSON_DEPTH_MAX deep; never changed).
 *
 * ${ret_value} receives a new reference, which may share parts of ${data}: it must not be changed while ${data} lives.
 * A date-time is given as "YYYY-MM-DDThh:mm:ss.sssZ".
 *
 * With ${clock} (else NULL) the run is tracked: where plusTime is given the string CERTLOGIC_CLOCK_TEXT, it adds to the
 * clock's now, and ${ret_next_flip} receives the earliest instant t, now < t <= horizon, at which a comparison of
 * date-times that this run evaluated and in which the clock stands on any side would come out otherwise (or fail), had
 * the clock stood at t; CERTLOGIC_NO_FLIP if none would. It is exact to the second, also where a month's end makes
 * plusTime jump back. If the clock stands nowhere but in such comparisons (certlogic_check_clock) and nothing else
 * changes, the run comes out the same at every instant before that. ${ret_next_flip} may be NULL.
 *
 * Return 0; ERROR_BAD_INPUT where the data do not fit the operation (a value neither truthy nor falsy, a comparison of
 * what is no integer or no date-time, a sum past 64 bits, ...), the message ending in the JSON pointer of the
 * operation; ERROR_TOO_LARGE where a bound was passed; ERROR_USAGE for a clock outside its limits; ERROR_NO_MEMORY. */
int certlogic_run(const struct certlogic_program *program, const json_t *data, const struct certlogic_clock *clock,
	json_t **ret_value, instant *ret_next_flip, struct error *e);

/* certlogic_check_clock(program, ret_fault, e):
 * Check that ${program} uses the clock only as a pack may: CERTLOGIC_CLOCK_PATH stands only as the first operand of a
 * plusTime that is itself an operand of after, before, not-after or not-before, and no access takes a value that holds
 * the clock ("", "external", and inside a reduce the same through "data"); and a plusTime of anything but a literal is an
 * operand of such a comparison, or a branch of an "if" that is, since other data may be the clock too. Then a tracked run's
 * next flip is exact for the whole program. Return 0, or ERROR_BAD_INPUT with the first fault, also in ${ret_fault} unless that is NULL. */
int certlogic_check_clock(const struct certlogic_program *program, struct certlogic_fault *ret_fault, struct error *e);

#endif
