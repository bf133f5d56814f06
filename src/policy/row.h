/* policy/row.h (inside the room): what rules see, as rows of typed values.
 *
 * A row is an object whose members are fixed by its shape. Programs name members by symbols, which are resolved when the
 * program is compiled, so that an access is an index and not a search. */

#ifndef HEALTHCODE_POLICY_ROW_H
#define HEALTHCODE_POLICY_ROW_H

#include "policy/certlogic_arena.h"
#include "policy/certlogic_value.h"

/* Every name that stands in the view, or in the scope of a reduce; a pack's derived values have the symbols from SYMBOL_DERIVED on. */
enum symbol {
	SYMBOL_NONE,
	SYMBOL_PAYLOAD,
	SYMBOL_EXTERNAL,
	SYMBOL_ITEM,
	SYMBOL_CLOCK,
	SYMBOL_RESIDENCES,
	SYMBOL_VISITS,
	SYMBOL_CHECKINS,
	SYMBOL_DECLARATIONS,
	SYMBOL_CASES,
	SYMBOL_CONTACTS,
	SYMBOL_TESTS,
	SYMBOL_VACCINATIONS,
	SYMBOL_RECOVERIES,
	SYMBOL_RECOGNITIONS,
	SYMBOL_PLACES,
	SYMBOL_LATEST,
	SYMBOL_COLOUR,
	SYMBOL_SINCE,
	SYMBOL_APPLIED_AT,
	SYMBOL_BIRTH_DATE,
	SYMBOL_COUNTRY,
	SYMBOL_DIVISION,
	SYMBOL_FROM,
	SYMBOL_TO,
	SYMBOL_HOURS,
	SYMBOL_KIND,
	SYMBOL_PROVINCE,
	SYMBOL_CITY,
	SYMBOL_COUNTY,
	SYMBOL_AREA,
	SYMBOL_ENDED,
	SYMBOL_LEVEL,
	SYMBOL_LEVEL_AT_END,
	SYMBOL_AT,
	SYMBOL_TEMPERATURE,
	SYMBOL_SYMPTOMS,
	SYMBOL_CONTACT,
	SYMBOL_STATUS,
	SYMBOL_DEGREE,
	SYMBOL_FIRST,
	SYMBOL_LAST,
	SYMBOL_KNOWN_AT,
	SYMBOL_WITHDRAWN,
	SYMBOL_WITHDRAWN_AT,
	SYMBOL_RESULT,
	SYMBOL_VACCINE,
	SYMBOL_DOSE,
	SYMBOL_DOSES,
	SYMBOL_JURISDICTION,
	SYMBOL_CAUSE,
	SYMBOL_UNTIL,
	SYMBOL_REVOKED_AT,
	SYMBOL_DAYS_IN_COLOUR,
	SYMBOL_DAYS_TOTAL,
	SYMBOL_ACCUMULATOR,
	SYMBOL_CURRENT,
	SYMBOL_DATA,
	SYMBOL_DERIVED,
	SYMBOLS_MAX = SYMBOL_DERIVED + 16,
};

enum { SHAPE_MEMBERS_MAX = 32 };

/* Which members a row has: their names, and the place of each symbol's, or -1. */
struct shape {
	size_t count;
	const char *names[SHAPE_MEMBERS_MAX];
	int16_t slot[SYMBOLS_MAX];
};

struct row {
	const struct shape *shape;
	struct value members[];
};

/* The fixed symbol of that name, or SYMBOL_NONE. */
enum symbol symbol_named(const char *name);
const char *symbol_name(enum symbol symbol);

/* shape_begin(shape): no members. shape_add(shape, symbol, name): one more, if there is none of that symbol; at most
 * SHAPE_MEMBERS_MAX are a bug of the caller. ${name} must outlive the shape. */
void shape_begin(struct shape *shape);
void shape_add(struct shape *shape, unsigned symbol, const char *name);

/* row_new(memory, shape, ret_row, e): a row of that shape, its members zeroed. */
int row_new(struct arena *memory, const struct shape *shape, struct row **ret_row, struct error *e);

/* The member of that symbol, which the row's shape has. */
static inline struct value *
row_member(struct row *row, unsigned symbol)
{
	return &row->members[row->shape->slot[symbol]];
}

/* The member of that symbol, or NULL. */
static inline const struct value *
row_find(const struct row *row, unsigned symbol)
{
	return row->shape->slot[symbol] < 0 ? NULL : &row->members[row->shape->slot[symbol]];
}

/* The text of that member, or NULL where it is none. */
static inline const char *
row_text(const struct row *row, unsigned symbol)
{
	const struct value *value = row_find(row, symbol);

	return value && value->kind == VALUE_TEXT ? value->text : NULL;
}

static inline struct value
value_row(const struct row *row)
{
	return (struct value){.kind = VALUE_ROW, .row = row};
}

static inline struct value
value_rows(const struct value_list *list)
{
	return (struct value){.kind = VALUE_LIST, .list = list};
}

#endif
