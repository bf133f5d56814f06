#include "policy/facts_shape.h"

const struct list_shape fact_shapes[FACT_LIST_COUNT] = {
	[FACT_RESIDENCES] = {"residences", "to",
		{{"country", SHAPE_COUNTRY, true, OWN_NONE}, {"division", SHAPE_DIVISION, false, OWN_NONE},
			{"from", SHAPE_TIME_OR_NULL, false, OWN_AT}, {"to", SHAPE_TIME_OR_NULL, false, OWN_ENDS | OWN_LASTS}}},
	[FACT_VISITS] = {"visits", "to",
		{{"country", SHAPE_COUNTRY, true, OWN_NONE}, {"division", SHAPE_DIVISION, false, OWN_NONE},
			{"from", SHAPE_TIME, true, OWN_AT}, {"to", SHAPE_TIME_OR_NULL, true, OWN_ENDS | OWN_LASTS},
			{"hours", SHAPE_HOURS, false, OWN_NONE}}},
	[FACT_CHECKINS] = {"checkins", NULL,
		{{"at", SHAPE_TIME, true, OWN_AT}, {"temperature_tenths_c", SHAPE_TEMPERATURE, false, OWN_NONE},
			{"symptoms", SHAPE_WORDS, false, OWN_NONE}, {"contact", SHAPE_FLAG, false, OWN_NONE}}},
	[FACT_DECLARATIONS] = {"declarations", NULL,
		{{"at", SHAPE_TIME, true, OWN_AT}, {"symptoms", SHAPE_WORDS, false, OWN_NONE},
			{"contact", SHAPE_FLAG, false, OWN_NONE}}},
	[FACT_CASES] = {"cases", NULL, {{"status", SHAPE_WORD, true, OWN_NONE}, {"at", SHAPE_TIME, true, OWN_AT}}},
	[FACT_CONTACTS] = {"contacts", "withdrawn_at",
		{{"kind", SHAPE_WORD, true, OWN_NONE}, {"degree", SHAPE_DEGREE, true, OWN_NONE},
			{"first", SHAPE_TIME, true, OWN_NONE}, {"last", SHAPE_TIME, true, OWN_LASTS},
			{"known_at", SHAPE_TIME, true, OWN_AT}, {"withdrawn_at", SHAPE_TIME_OR_NULL, false, OWN_ENDS}}},
	[FACT_TESTS] = {"tests", NULL,
		{{"kind", SHAPE_WORD, true, OWN_NONE}, {"result", SHAPE_WORD, true, OWN_NONE},
			{"at", SHAPE_TIME, true, OWN_AT}}},
	[FACT_OVERRIDES] = {"overrides", "until",
		{{"colour", SHAPE_COLOUR, true, OWN_NONE}, {"cause", SHAPE_TEXT, true, OWN_NONE},
			{"at", SHAPE_TIME, true, OWN_AT}, {"until", SHAPE_TIME, true, OWN_ENDS | OWN_PLANNED},
			{"revoked_at", SHAPE_TIME_OR_NULL, false, OWN_REVOKED}}},
	[FACT_VACCINATIONS] = {"vaccinations", NULL,
		{{"vaccine", SHAPE_TEXT, true, OWN_NONE}, {"dose", SHAPE_DOSE, false, OWN_NONE},
			{"doses", SHAPE_DOSE, false, OWN_NONE}, {"at", SHAPE_TIME, true, OWN_AT}}},
	[FACT_RECOVERIES] = {"recoveries", NULL,
		{{"at", SHAPE_TIME, true, OWN_AT}, {"from", SHAPE_TIME, true, OWN_PLANNED},
			{"to", SHAPE_TIME, true, OWN_PLANNED}}},
	[FACT_RECOGNITIONS] = {"recognitions", NULL,
		{{"jurisdiction", SHAPE_TEXT, true, OWN_NONE}, {"colour", SHAPE_COLOUR, true, OWN_NONE},
			{"at", SHAPE_TIME, true, OWN_AT}, {"until", SHAPE_TIME, true, OWN_PLANNED}}},
};

static const struct value_list no_words = {0};

const char *
fact_list_name(enum fact_list list)
{
	return fact_shapes[list].name;
}

const char *
fact_list_field(enum fact_list list, size_t number)
{
	return number < FACT_FIELDS_MAX ? fact_shapes[list].fields[number].name : NULL;
}

const char *
level_name(enum level level)
{
	static const char *const names[] = {"unknown", "low", "medium", "high"};

	return names[level];
}

struct value
fact_not_given(enum field_shape shape)
{
	return shape == SHAPE_FLAG ? value_boolean(false)
		: shape == SHAPE_WORDS ? value_rows(&no_words)
							   : (struct value){0};
}

void
fact_begin(struct fact *fact, enum fact_list list)
{
	*fact = (struct fact){.list = list, .at = INT64_MIN, .ends = INT64_MAX, .lasts = INT64_MAX};
}

struct value
fact_take_time(struct fact *fact, const struct field *field, instant at, const struct zone *zone, instant now)
{
	if (field->own & OWN_AT)
		fact->at = at;
	if (field->own & OWN_REVOKED && at <= now && at < fact->ends)
		fact->ends = at;
	if (field->own & OWN_ENDS)
		fact->ends = at;
	if (field->own & OWN_LASTS && at <= now)
		fact->lasts = at;
	/* The planned end of an override, or when a certificate or a statement counts, is known from its beginning; any other time to come is not known. */
	return at <= now || field->own & OWN_PLANNED ? value_time(at, zone) : (struct value){0};
}

bool
fact_end(struct fact *fact, instant now)
{
	if (fact->ends < fact->at)
		return false;
	if (fact->list != FACT_OVERRIDES && fact->ends > now)
		fact->ends = INT64_MAX;
	return true;
}
