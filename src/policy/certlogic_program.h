/* policy/certlogic_program.h: what compile writes and run reads; inside the room only.
 *
 * A program is an array of nodes. Children of a node are named by a run of indices in ${operands}; a parent's index is
 * smaller than its children's, so node 0 is the whole expression. What decides, "if", "and", "!" and the comparisons beneath them
 * from the root on, is written once more as ${code}: tests, each of which says where to go on (certlogic_code). A run follows these,
 * and works out a node only where a test needs its value.
 *
 * What does not depend on the data is worked out as it is compiled: literals, arrays of such, and plusTime of a literal date
 * are ${known}.
 *
 * Two things are worked out once, though they stand in programs that are run over the same data more than once. An access
 * outside of reduce is a step from that of the path before its last part ("a.b" from "a"): equal paths are one step. And nodes
 * that are equal, with all beneath them, share a number in ${memo}, under which their value is kept (certlogic_link). */

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

enum { CERTLOGIC_STEPS_KEPT = 64, CERTLOGIC_NO_STEP = 255, CERTLOGIC_MEMOS_MAX = 250 };

/* One part of a path from the data on: where it begins (CERTLOGIC_NO_STEP: the data), and the part, which may stand in another
 * of the programs that are run over the same data. */
struct certlogic_step {
	const struct certlogic_fragment *fragment;
	uint8_t from;
};

struct certlogic_steps {
	struct certlogic_step steps[CERTLOGIC_STEPS_KEPT];
	unsigned count;
	uint64_t of_item; /* a bit a step that begins at "item" */
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

/* Ends, which say what the program comes out as, and tests. */
enum certlogic_test {
	CERTLOGIC_GIVE, /* the end: what ${node} comes out as */
	CERTLOGIC_GIVE_FALSE,
	CERTLOGIC_GIVE_TRUE,
	CERTLOGIC_GIVE_TESTED, /* the end: the value whose truth was tested last */
	CERTLOGIC_TEST_NODE,   /* whether what ${node} comes out as is truthy */
	CERTLOGIC_TEST_STEP,   /* whether the value at ${step} is */
	CERTLOGIC_TEST_EQUAL,  /* whether the value at ${step} is ${known}: a text, an integer or a boolean */
	CERTLOGIC_TEST_AMONG,  /* whether it is among the texts of the list ${known} */
	CERTLOGIC_TEST_NUMBER, /* how the value at ${step} stands to the integer ${known} */
	CERTLOGIC_TEST_DATES,  /* how two dates stand to each other */
};

struct certlogic_instruction {
	uint8_t test; /* enum certlogic_test */
	uint8_t step;
	uint32_t yes, no; /* the instructions that follow */
	uint32_t node;    /* what is tested */
	uint32_t judge;   /* the operator that asks for its truth */
	const struct value *known;
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
	struct certlogic_steps own_steps;
	const struct certlogic_steps *steps; /* those of the first of the programs that were linked */
	struct certlogic_instruction *code;  /* room for a node each, and the ends */
	uint32_t code_count, code_start;
};

enum { CERTLOGIC_ENDS = 3 };

/* certlogic_link(programs, count, e):
 * Make ${count} programs ready to be run over the same data: number their steps alike, and the nodes that are equal and worth
 * keeping, and write their code. From then on they must all live as long as any of them is run. They may be linked again.
 * Return 0 or ERROR_NO_MEMORY. */
int certlogic_link(struct certlogic_program *const *programs, size_t count, struct error *e);

/* Of certlogic_link: the numbers of equal nodes; the code of one program. */
int certlogic_share(struct certlogic_program *const *programs, size_t count, struct error *e);
void certlogic_code(struct certlogic_program *program);

/* Write the JSON pointer of ${node} into ${pointer} (CERTLOGIC_POINTER_MAX bytes). Return ${pointer}. */
char *certlogic_pointer(const struct certlogic_program *program, uint32_t node, char *pointer);

/* Whether the JSON number is an integer as CertLogic's reference has it: 42, and 42.0 too, within 64 bits. */
bool certlogic_is_integer(const json_t *value, int64_t *ret_integer);

/* A text that was cut to fit may end within a character: take that part away. */
void certlogic_end_whole(char *text);

#endif
