/* policy/facts_shape.h (inside the room): what an item of each list of the facts looks like. */

#ifndef HEALTHCODE_POLICY_FACTS_SHAPE_H
#define HEALTHCODE_POLICY_FACTS_SHAPE_H

#include <stdbool.h>

#include "policy/facts.h"

enum {
	FACT_WORD_MAX = 32,
	FACT_WORDS_MAX = 64,
	FACT_TEXT_MAX = 500,
	FACT_FIELDS_MAX = 8,
};

enum field_shape {
	SHAPE_TIME,
	SHAPE_TIME_OR_NULL,
	SHAPE_COUNTRY,
	SHAPE_DIVISION,
	SHAPE_HOURS,
	SHAPE_DEGREE,
	SHAPE_DOSE,
	SHAPE_TEMPERATURE,
	SHAPE_FLAG,
	SHAPE_WORD,
	SHAPE_WORDS,
	SHAPE_TEXT,
	SHAPE_COLOUR,
};

/* Which of an item's own times a time is, a bit each. */
enum own_time { OWN_NONE = 0, OWN_AT = 1, OWN_ENDS = 2, OWN_LASTS = 4, OWN_REVOKED = 8, OWN_PLANNED = 16 };

/* One member of an item. An optional one that is not given counts as null, [] or false. */
struct field {
	const char *name;
	enum field_shape shape;
	bool required;
	unsigned own;
};

/* ${ends} is the name of the field that ends an item, or NULL. */
struct list_shape {
	const char *name, *ends;
	struct field fields[FACT_FIELDS_MAX + 1]; /* up to one without a name */
};

extern const struct list_shape fact_shapes[FACT_LIST_COUNT];

/* The value that counts where an optional member is not given. */
struct value fact_not_given(enum field_shape shape);

/* fact_begin(fact, list): no time is known. fact_take_time(fact, field, at, zone, now): take a time of the item, and return what
 * stands in its row: null where it is not known yet. fact_end(fact, now): after all times; false where it ends before its
 * beginning. */
void fact_begin(struct fact *fact, enum fact_list list);
struct value
fact_take_time(struct fact *fact, const struct field *field, instant at, const struct zone *zone, instant now);
bool fact_end(struct fact *fact, instant now);

#endif
