#include "policy/row.h"

#include <assert.h>
#include <string.h>

static const char *const names[SYMBOL_DERIVED] = {
	[SYMBOL_PAYLOAD] = "payload",
	[SYMBOL_EXTERNAL] = "external",
	[SYMBOL_ITEM] = "item",
	[SYMBOL_CLOCK] = "validationClock",
	[SYMBOL_RESIDENCES] = "residences",
	[SYMBOL_VISITS] = "visits",
	[SYMBOL_CHECKINS] = "checkins",
	[SYMBOL_DECLARATIONS] = "declarations",
	[SYMBOL_CASES] = "cases",
	[SYMBOL_CONTACTS] = "contacts",
	[SYMBOL_TESTS] = "tests",
	[SYMBOL_VACCINATIONS] = "vaccinations",
	[SYMBOL_RECOVERIES] = "recoveries",
	[SYMBOL_RECOGNITIONS] = "recognitions",
	[SYMBOL_PLACES] = "places",
	[SYMBOL_LATEST] = "latest",
	[SYMBOL_COLOUR] = "colour",
	[SYMBOL_SINCE] = "since",
	[SYMBOL_APPLIED_AT] = "applied_at",
	[SYMBOL_BIRTH_DATE] = "birth_date",
	[SYMBOL_COUNTRY] = "country",
	[SYMBOL_DIVISION] = "division",
	[SYMBOL_FROM] = "from",
	[SYMBOL_TO] = "to",
	[SYMBOL_HOURS] = "hours",
	[SYMBOL_KIND] = "kind",
	[SYMBOL_PROVINCE] = "province",
	[SYMBOL_CITY] = "city",
	[SYMBOL_COUNTY] = "county",
	[SYMBOL_AREA] = "area",
	[SYMBOL_ENDED] = "ended",
	[SYMBOL_LEVEL] = "level",
	[SYMBOL_LEVEL_AT_END] = "level_at_end",
	[SYMBOL_AT] = "at",
	[SYMBOL_TEMPERATURE] = "temperature_tenths_c",
	[SYMBOL_SYMPTOMS] = "symptoms",
	[SYMBOL_CONTACT] = "contact",
	[SYMBOL_STATUS] = "status",
	[SYMBOL_DEGREE] = "degree",
	[SYMBOL_FIRST] = "first",
	[SYMBOL_LAST] = "last",
	[SYMBOL_KNOWN_AT] = "known_at",
	[SYMBOL_WITHDRAWN] = "withdrawn",
	[SYMBOL_WITHDRAWN_AT] = "withdrawn_at",
	[SYMBOL_RESULT] = "result",
	[SYMBOL_VACCINE] = "vaccine",
	[SYMBOL_DOSE] = "dose",
	[SYMBOL_DOSES] = "doses",
	[SYMBOL_JURISDICTION] = "jurisdiction",
	[SYMBOL_CAUSE] = "cause",
	[SYMBOL_UNTIL] = "until",
	[SYMBOL_REVOKED_AT] = "revoked_at",
	[SYMBOL_DAYS_IN_COLOUR] = "days_in_colour",
	[SYMBOL_DAYS_TOTAL] = "days_total",
	[SYMBOL_ACCUMULATOR] = "accumulator",
	[SYMBOL_CURRENT] = "current",
	[SYMBOL_DATA] = "data",
};

enum symbol
symbol_named(const char *name)
{
	for (unsigned symbol = SYMBOL_NONE + 1; symbol < SYMBOL_DERIVED; symbol++)
		if (strcmp(names[symbol], name) == 0)
			return (enum symbol)symbol;
	return SYMBOL_NONE;
}

const char *
symbol_name(enum symbol symbol)
{
	return names[symbol];
}

void
shape_begin(struct shape *shape)
{
	shape->count = 0;
	memset(shape->slot, -1, sizeof shape->slot);
}

void
shape_add(struct shape *shape, unsigned symbol, const char *name)
{
	if (shape->slot[symbol] >= 0)
		return;
	assert(shape->count < SHAPE_MEMBERS_MAX);
	shape->names[shape->count] = name;
	shape->slot[symbol] = (int16_t)shape->count++;
}

int
row_new(struct arena *memory, const struct shape *shape, struct row **ret_row, struct error *e)
{
	const size_t size = sizeof(struct row) + shape->count * sizeof(struct value);
	struct row *row;
	int code = arena_take(memory, size, &row, e);

	if (code < 0)
		return code;
	memset(row, 0, size);
	row->shape = shape;
	*ret_row = row;
	return 0;
}
