/* policy/certlogic_value.h: what a run computes with; inside the room only.
 *
 * Values are small and copied. Texts point into the data or the program, lists and scopes into the run's arena, data into
 * the caller's JSON, rows and the lists in them into flat facts; none of them is changed while a run lasts.
 *
 * V1. depth of a list or scope that a run makes is more than that of all it holds, and at most CERTLOGIC_VALUE_DEPTH_MAX.
 * V2. A value of depth 0 holds nothing of the run's arena. Lists of flat facts have the depth 0.
 * V3. VALUE_TIME and VALUE_DAY are texts that were not written yet: in every operation they are as their text would be. */

#ifndef HEALTHCODE_POLICY_CERTLOGIC_VALUE_H
#define HEALTHCODE_POLICY_CERTLOGIC_VALUE_H

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "policy/certlogic_program.h"

enum value_kind {
	VALUE_NULL,
	VALUE_BOOLEAN,
	VALUE_INTEGER,
	VALUE_REAL, /* not an integer: only data have them */
	VALUE_TEXT,
	VALUE_TIME, /* an instant, as time_write writes it in its zone */
	VALUE_DAY,  /* a day, as day_write writes it */
	VALUE_DATE,
	VALUE_DATA,  /* an array or object of the data */
	VALUE_LIST,  /* an array that the run made, or of flat facts */
	VALUE_ROW,   /* an object of flat facts (policy/row.h) */
	VALUE_SCOPE, /* the data context within a reduce */
};

struct row;

struct value {
	enum value_kind kind;
	enum certlogic_unit unit; /* of a date made from the clock: what was added, with ${amount} */
	bool from_clock;
	union {
		int64_t integer; /* boolean, integer, date (ms), time (s), day */
		double real;
		const char *text;
		const json_t *data;
		const struct value_list *list;
		const struct value_scope *scope;
		const struct row *row;
	};
	union {
		size_t length;
		int64_t amount;
		const struct zone *zone; /* of a time */
	};
};

struct value_list {
	size_t count;
	unsigned depth;
	struct value items[];
};

struct value_scope {
	struct value accumulator, current, data;
	unsigned depth;
};

/* The values are made in their place: a copy of what was just written waits for the writing. */
void value_of(const json_t *json, struct value *ret_value); /* NULL: null; else borrowed */

static inline struct value
value_boolean(bool truth)
{
	return (struct value){.kind = VALUE_BOOLEAN, .integer = truth};
}

struct value value_text(const char *text); /* null where ${text} is NULL; else borrowed */
struct value value_time(instant at, const struct zone *zone);
struct value value_day(day_number day);

/* Whether the value is a text, written or not (V3); and that text, ${ret_length} bytes, written into ${room} if need be. */
bool value_is_text(const struct value *value);
const char *value_written(const struct value *value, char room[static TIME_TEXT_SIZE], size_t *ret_length);

/* 1 truthy, 0 falsy, -1 neither. */
int value_truth(const struct value *value);

/* What the value is, for messages: "a string". */
const char *value_name(const struct value *value);

/* The depth of V1, 0 for what holds nothing of the arena. */
unsigned value_depth(const struct value *value);

/* Whether the value is an array, and its items: where they stand, or made in ${room}, which may be ${array} itself. */
bool value_is_array(const struct value *value);
size_t value_count(const struct value *value);
const struct value *value_item(const struct value *array, size_t index, struct value *room);

/* value_part(value, fragment, room): the value at one fragment of a path, null where there is none: where it stands, or made in
 * ${room}, which may be ${value} itself. */
const struct value *
value_part(const struct value *value, const struct certlogic_fragment *fragment, struct value *room);

/* value_equal(a, b, steps): equal in kind and content, deeply. ${steps} is counted down by the values compared; at 0 the
 * comparison ends and -1 is returned, else 0 or 1. */
int value_equal_any(const struct value *a, const struct value *b, uint64_t *steps);

static inline int
value_equal(const struct value *a, const struct value *b, uint64_t *steps)
{
	if (a->kind != VALUE_TEXT || b->kind != VALUE_TEXT || *steps == 0)
		return value_equal_any(a, b, steps);
	--*steps;
	return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

/* value_is_among(value, array, steps): whether an item of ${array} equals ${value}; as value_equal. */
int value_is_among(const struct value *value, const struct value *array, uint64_t *steps);

/* value_json(value, left, ret_json, e): the value as JSON, a new reference. ${left} is counted down by the values made,
 * ERROR_TOO_LARGE at 0. */
int value_json(const struct value *value, size_t *left, json_t **ret_json, struct error *e);

#endif
