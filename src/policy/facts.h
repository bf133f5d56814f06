/* policy/facts.h (inside the room): a person's facts, read from JSON and checked, as they stand at one moment.
 *
 * F1. Nothing is left with an own time after ${now}; an end after ${now} is not known yet (null).
 * F2. Lists are sorted by own time, then by canonical text, so that the order of the input does not matter.
 * F3. An item is a row of typed values: times are instants, written in the pack's zone where anybody reads them. */

#ifndef HEALTHCODE_POLICY_FACTS_H
#define HEALTHCODE_POLICY_FACTS_H

#include <jansson.h>

#include "base/error.h"
#include "base/time.h"
#include "policy/certlogic_arena.h"
#include "policy/colour.h"
#include "policy/row.h"

struct pack;

enum fact_list {
	FACT_RESIDENCES,
	FACT_VISITS,
	FACT_CHECKINS,
	FACT_DECLARATIONS,
	FACT_CASES,
	FACT_CONTACTS,
	FACT_TESTS,
	FACT_OVERRIDES,
	FACT_VACCINATIONS,
	FACT_RECOVERIES,
	FACT_RECOGNITIONS,
	FACT_LIST_COUNT,
};

enum level { LEVEL_UNKNOWN, LEVEL_LOW, LEVEL_MEDIUM, LEVEL_HIGH };

/* The list's name in the facts, and in the payload that rules see. */
const char *fact_list_name(enum fact_list list);

/* The name of an item's field, by number, or NULL past the last. The item's row begins with these. */
const char *fact_list_field(enum fact_list list, size_t number);
const char *level_name(enum level level);

/* One item: in force from ${at} to ${ends}; what it tells of (a stay, a contact) goes on until ${lasts}. INT64_MAX is an
 * end not known yet. ${row} holds all fields of the schema, those not given as null, [] or false, and after them what the
 * view shows besides. */
struct fact {
	instant at, ends, lasts;
	enum fact_list list;
	enum colour colour; /* of an override */
	struct row *row;
	const char *text; /* canonical, where another of its list has the same ${at}; else NULL */
};

struct area_step {
	instant at;
	enum level level;
};

/* A division or country with counts. Before its first step the level is unknown. Borrowed from the facts' JSON: ${code} and
 * ${name} (an object by language, or NULL). */
struct area {
	const char *code;
	const json_t *name;
	struct area_step *steps;
	size_t step_count;
};

#define FACTS_BORN_UNKNOWN INT64_MIN

struct facts {
	instant applied_at;
	instant born;   /* the start of that local day; FACTS_BORN_UNKNOWN */
	instant untold; /* the first time after ${now} that was given, and so left out; INT64_MAX */
	struct fact_items {
		struct fact *items;
		size_t count;
	} lists[FACT_LIST_COUNT];
	struct area *areas; /* sorted by code */
	size_t area_count;
};

/* facts_read(json, pack, now, memory, ret_facts, e):
 * Check ${json} (which must outlive the result) and take what is known at ${now}, into ${memory}. Return 0;
 * ERROR_BAD_INPUT with a JSON pointer in the message; ERROR_EXISTS_NOT where the application is after ${now};
 * ERROR_TOO_LARGE; ERROR_NO_MEMORY. */
int facts_read(const json_t *json, const struct pack *pack, instant now, struct arena *memory, struct facts **ret_facts,
	struct error *e);

/* facts_read_area(json, code, pack, now, memory, ret_area, ret_from, e):
 * Check one member of "areas" and take what is known at ${now}; ${ret_from} is its first step of all, ${ret_untold} the
 * first after ${now}, INT64_MAX where there is none.
 * ${ret_area} borrows ${code} and, for its name, ${json}. Return as facts_read. */
int facts_read_area(const json_t *json, const char *code, const struct pack *pack, instant now, struct arena *memory,
	struct area *ret_area, instant *ret_from, instant *ret_untold, struct error *e);

/* Sort one list (F2). */
int facts_sort(struct fact_items *items, struct arena *memory, struct error *e);

/* The area of that code, or NULL. */
const struct area *facts_area(const struct facts *facts, const char *code);

/* The level in force at ${at}; ${area} may be NULL, then it is unknown. */
enum level area_level(const struct area *area, instant at);

/* The first step after ${at}, or INT64_MAX. */
instant area_next_step(const struct area *area, instant at);

#endif
