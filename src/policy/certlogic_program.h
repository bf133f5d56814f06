/* policy/certlogic_program.h: what compile writes and run reads; inside the room only.
 *
 * A program is an array of nodes. Children of a node are named by a run of indices in ${operands}; a parent's index is
 * smaller than its children's, so node 0 is the whole expression.
 *
 * What does not depend on the data is worked out as it is compiled: literals, arrays of such, and plusTime of a literal date
 * are ${known}.
 *
 * Two things are worked out once a run, though they stand in an expression more than once. An access outside of reduce is a
 * step from that of the path before its last part ("a.b" from "a"): equal paths are one step. And nodes that are equal, with
 * all beneath them, share a number in ${memo}, under which a run keeps their value (certlogic_share). */

#ifndef HEALTHCODE_POLICY_CERTLOGIC_PROGRAM_H
#define HEALTHCODE_POLICY_CERTLOGIC_PROGRAM_H

#include "policy/certlogic.h"
#include "policy/certlogic_time.h"

enum certlogic_kind {
	CERTLOGIC_BOOLEAN,
	CERTLOGIC_INTEGER,
	CERTLOGIC_STRING,
	CERTLOGIC_ARRAY,
	CERTLOGIC_VAR,
	/* from here on operators with a list of operands */
	CERTLOGIC_IF,
	CERTLOGIC_EQUAL,
	CERTLOGIC_AND,
	CERTLOGIC_GREATER,
	CERTLOGIC_LESS,
	CERTLOGIC_AT_LEAST,
	CERTLOGIC_AT_MOST,
	CERTLOGIC_IN,
	CERTLOGIC_PLUS,
	CERTLOGIC_AFTER,
	CERTLOGIC_BEFORE,
	CERTLOGIC_NOT_AFTER,
	CERTLOGIC_NOT_BEFORE,
	CERTLOGIC_NOT,
	CERTLOGIC_PLUS_TIME,
	CERTLOGIC_REDUCE,
	CERTLOGIC_EXTRACT,
	CERTLOGIC_BIRTH_DATE,
};

/* An operator: its name, how many operands it takes, and how many of them (from the first on) are expressions; the
 * others are literals that the node itself holds. */
struct certlogic_operator {
	enum certlogic_kind kind;
	const char *name;
	size_t least, most, expressions;
};

/* The operator of that name, or of that kind; NULL if there is none. "var" is not among them: it takes no list. */
const struct certlogic_operator *certlogic_operator_named(const char *name);
const struct certlogic_operator *certlogic_operator_of(enum certlogic_kind kind);

static inline bool
certlogic_compares_dates(enum certlogic_kind kind)
{
	return kind >= CERTLOGIC_AFTER && kind <= CERTLOGIC_NOT_BEFORE;
}

/* A part of an access path: "7" is item 7 of an array, or the key "7" of an object. */
struct certlogic_fragment {
	const char *key;
	size_t length;
	int64_t index;   /* -1 where the key is no index */
	unsigned symbol; /* of a member of flat facts (policy/row.h) */
};

enum { CERTLOGIC_STEPS_KEPT = 32, CERTLOGIC_NO_STEP = 255, CERTLOGIC_MEMOS_MAX = 250 };

/* One part of a path from the data on: where it begins (CERTLOGIC_NO_STEP: the data), and the part. */
struct certlogic_step {
	uint32_t fragment;
	uint8_t from;
};

struct value;

struct certlogic_node {
	enum certlogic_kind kind;
	enum certlogic_unit unit; /* of plusTime */
	uint32_t parent;          /* its own index at the root */
	uint32_t slot;            /* which operand or item of its parent it is */
	uint32_t first, count;    /* in operands; of an access: in fragments */
	int64_t integer;          /* the literal, plusTime's amount, extractFromUVCI's index */
	const char *text;         /* the literal, an access's path */
	size_t length;
	const struct value *known; /* what it comes out as, whatever the data; NULL where that depends on them */
	uint32_t steps;            /* that knowing it counts for: itself and all beneath it */
	uint8_t step;              /* of an access: its last step, or CERTLOGIC_NO_STEP where it is walked each time */
	uint8_t memo;              /* 0, or the number that equal nodes share */
	bool sees_item;            /* whether "item" may stand beneath it */
};

struct certlogic_program {
	struct certlogic_node *nodes;
	uint32_t *operands;
	struct certlogic_fragment *fragments;
	char *text;
	struct value *values; /* known ones */
	char *lists;          /* and their items */
	size_t value_count, lists_size;
	size_t node_count, operand_count, fragment_count, text_length;
	struct certlogic_step steps[CERTLOGIC_STEPS_KEPT];
	unsigned step_count, memo_count;
};

/* certlogic_share(programs, count, e):
 * Number the nodes that are equal and worth keeping, within and across ${programs}, which are run over the same data.
 * Return how many numbers there are (0 to CERTLOGIC_MEMOS_MAX), or ERROR_NO_MEMORY. */
int certlogic_share(struct certlogic_program *const *programs, size_t count, struct error *e);

/* Write the JSON pointer of ${node} into ${pointer} (CERTLOGIC_POINTER_MAX bytes). Return ${pointer}. */
char *certlogic_pointer(const struct certlogic_program *program, uint32_t node, char *pointer);

/* Whether the JSON number is an integer as CertLogic's reference has it: 42, and 42.0 too, within 64 bits. */
bool certlogic_is_integer(const json_t *value, int64_t *ret_integer);

/* A text that was cut to fit may end within a character: take that part away. */
void certlogic_end_whole(char *text);

#endif
