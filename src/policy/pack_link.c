/* Rules become one program over flat facts: names of members become their places, and what rules have in common is
 * numbered, so that it is worked out once. */
#include <assert.h>
#include <string.h>

#include "policy/certlogic_program.h"
#include "policy/pack_inside.h"
#include "policy/reads.h"

static_assert(SYMBOLS_MAX - SYMBOL_DERIVED >= PACK_DERIVED_MAX, "a symbol a derived value");

static void
add_symbols(struct shape *shape, const enum symbol *symbols, size_t count)
{
	for (size_t i = 0; i < count; i++)
		shape_add(shape, symbols[i], symbol_name(symbols[i]));
}

#define ADD_SYMBOLS(shape, ...)                                                                                        \
	add_symbols(shape, (const enum symbol[]){__VA_ARGS__}, sizeof((enum symbol[]){__VA_ARGS__}) / sizeof(enum symbol))

static void
make_fact_shape(struct pack *pack, enum fact_list list)
{
	struct shape *shape = &pack->shapes[list];
	const char *name;

	for (size_t i = 0; (name = fact_list_field(list, i)); i++)
		shape_add(shape, symbol_named(name), name);
	if (list == FACT_RESIDENCES || list == FACT_VISITS)
		ADD_SYMBOLS(shape, SYMBOL_KIND, SYMBOL_PROVINCE, SYMBOL_CITY, SYMBOL_COUNTY, SYMBOL_AREA, SYMBOL_ENDED,
			SYMBOL_LEVEL, SYMBOL_LEVEL_AT_END);
	if (list == FACT_CONTACTS)
		ADD_SYMBOLS(shape, SYMBOL_WITHDRAWN);
	for (size_t i = 0; list == FACT_CHECKINS && i < pack->derived_count; i++)
		if (pack->derived[i].kind == DERIVED_DAILY)
			shape_add(shape, pack->derived[i].symbol, pack->derived[i].name);
}

static void
make_shapes(struct pack *pack)
{
	for (int i = 0; i < SHAPE_COUNT; i++)
		shape_begin(&pack->shapes[i]);
	for (int i = 0; i < FACT_LIST_COUNT; i++)
		make_fact_shape(pack, (enum fact_list)i);
	ADD_SYMBOLS(&pack->shapes[SHAPE_DAILY], SYMBOL_DAYS_IN_COLOUR, SYMBOL_DAYS_TOTAL, SYMBOL_FIRST, SYMBOL_LAST);
	ADD_SYMBOLS(&pack->shapes[SHAPE_STAYS], SYMBOL_COUNTRY, SYMBOL_DIVISION, SYMBOL_PROVINCE, SYMBOL_CITY, SYMBOL_AREA,
		SYMBOL_LEVEL, SYMBOL_HOURS, SYMBOL_LAST);
	ADD_SYMBOLS(&pack->shapes[SHAPE_LATEST], SYMBOL_CHECKINS, SYMBOL_DECLARATIONS, SYMBOL_CASES, SYMBOL_TESTS,
		SYMBOL_VACCINATIONS, SYMBOL_RECOVERIES, SYMBOL_RECOGNITIONS);
	ADD_SYMBOLS(&pack->shapes[SHAPE_PAYLOAD], SYMBOL_RESIDENCES, SYMBOL_VISITS, SYMBOL_CHECKINS, SYMBOL_DECLARATIONS,
		SYMBOL_CASES, SYMBOL_CONTACTS, SYMBOL_TESTS, SYMBOL_VACCINATIONS, SYMBOL_RECOVERIES, SYMBOL_RECOGNITIONS,
		SYMBOL_PLACES, SYMBOL_LATEST, SYMBOL_COLOUR, SYMBOL_SINCE, SYMBOL_APPLIED_AT, SYMBOL_BIRTH_DATE);
	for (size_t i = 0; i < pack->derived_count; i++)
		shape_add(&pack->shapes[SHAPE_PAYLOAD], pack->derived[i].symbol, pack->derived[i].name);
	ADD_SYMBOLS(&pack->shapes[SHAPE_EXTERNAL], SYMBOL_CLOCK);
	ADD_SYMBOLS(&pack->shapes[SHAPE_ROOT], SYMBOL_PAYLOAD, SYMBOL_EXTERNAL, SYMBOL_ITEM);
}

/* Compiling knows the fixed names; those of derived values are the pack's. */
static void
resolve(const struct pack *pack, struct certlogic_program *program)
{
	for (size_t i = 0; i < program->fragment_count; i++)
		for (size_t j = 0; program->fragments[i].symbol == SYMBOL_NONE && j < pack->derived_count; j++)
			if (strcmp(program->fragments[i].key, pack->derived[j].name) == 0)
				program->fragments[i].symbol = pack->derived[j].symbol;
}

static bool
is_needed(const struct pack *pack, size_t number)
{
	const int list = VIEW_DERIVED + (int)number;

	for (size_t i = 0; i < pack->rule_count; i++) {
		const struct rule *rule = &pack->rules[i];

		if (rule->reads & VIEW_PART(list) || rule->each == list)
			return true;
		for (size_t k = 0; k < sizeof rule->evidence / sizeof rule->evidence[0]; k++)
			if (rule->evidence[k] == list)
				return true;
	}
	return pack->derived[number].show;
}

/* Everything that a rule reads, or that a derived value is made of which is needed; overrides lie over all rules. */
static view_parts
watched_by(const struct pack *pack)
{
	const view_parts places = VIEW_PART(VIEW_PLACES), both = VIEW_PART(FACT_RESIDENCES) | VIEW_PART(FACT_VISITS);
	view_parts watched = VIEW_PART(FACT_OVERRIDES);

	for (size_t i = 0; i < pack->rule_count; i++)
		watched |= pack->rules[i].reads;
	for (size_t i = 0; i < pack->derived_count; i++) {
		const struct derived *derived = &pack->derived[i];

		if (derived->needed)
			watched |= VIEW_PART(derived->kind == DERIVED_DAILY ? (int)FACT_CHECKINS : derived->of);
	}
	return watched & places ? watched | both : watched;
}

static void
order_rules(struct pack *pack)
{
	for (size_t i = 0; i < pack->rule_count; i++) {
		struct rule *rule = &pack->rules[i];

		rule->severity = pack->severity[rule->colour];
		for (int colour = 0; colour < COLOUR_COUNT; colour++)
			if (rule->from & 1u << colour)
				pack->asked[colour].rules[pack->asked[colour].count++] = (uint16_t)i;
	}
}

int
pack_link(struct pack *pack, struct error *e)
{
	struct certlogic_program *programs[PACK_RULES_MAX];

	for (size_t i = 0; i < pack->derived_count; i++) {
		unsigned symbol = symbol_named(pack->derived[i].name);

		pack->derived[i].symbol = symbol != SYMBOL_NONE ? symbol : SYMBOL_DERIVED + (unsigned)i;
	}
	make_shapes(pack);
	for (size_t i = 0; i < pack->derived_count; i++)
		if (pack->derived[i].normal)
			resolve(pack, pack->derived[i].normal);
	for (size_t i = 0; i < pack->rule_count; i++) {
		programs[i] = pack->rules[i].when;
		resolve(pack, programs[i]);
	}
	for (size_t i = 0; i < pack->derived_count; i++)
		pack->derived[i].needed = is_needed(pack, i);
	pack->watched = watched_by(pack);
	order_rules(pack);
	return certlogic_link(programs, pack->rule_count, e);
}
