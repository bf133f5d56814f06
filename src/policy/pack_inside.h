/* policy/pack_inside.h (inside the room): what a pack is made of, and the parts of reading one. */

#ifndef HEALTHCODE_POLICY_PACK_INSIDE_H
#define HEALTHCODE_POLICY_PACK_INSIDE_H

#include <jansson.h>
#include <stdbool.h>

#include "policy/certlogic.h"
#include "policy/facts.h"
#include "policy/pack.h"
#include "policy/row.h"

/* The lists of the payload: those of the facts, "places" (residences and visits), and derived lists after them. */
enum { VIEW_PLACES = FACT_LIST_COUNT, VIEW_DERIVED, VIEW_LIST_NONE = -1 };

/* The shapes of rows: of the facts' lists, then these. */
enum {
	SHAPE_DAILY = FACT_LIST_COUNT,
	SHAPE_STAYS,
	SHAPE_LATEST,
	SHAPE_PAYLOAD,
	SHAPE_EXTERNAL,
	SHAPE_ROOT,
	SHAPE_COUNT,
};

enum derived_kind { DERIVED_DAILY, DERIVED_STAYS };
enum division_unit { UNIT_COUNTRY, UNIT_PROVINCE, UNIT_CITY, UNIT_DIVISION };

/* A value that the engine works out at each moment and shows as payload.NAME.
 * DAILY: which check-ins are normal, and the days in a row on which there was one and all were.
 * STAYS: the areas in which the person was for longer than a limit in a window of local days. */
struct derived {
	const char *name;
	unsigned symbol;
	enum derived_kind kind;
	bool show;
	bool needed;                      /* shown, read by a rule or named as evidence: else it is not worked out */
	struct certlogic_program *normal; /* DAILY: over item */
	int of;                           /* STAYS: VIEW_PLACES, FACT_VISITS or FACT_RESIDENCES */
	int days;
	bool today;
	int64_t over_s;
	enum division_unit unit;
};

struct rule {
	const char *id, *reason;
	unsigned from; /* a bit a colour */
	enum colour colour;
	int each; /* a list of the view, or VIEW_LIST_NONE */
	struct certlogic_program *when;
	int evidence[4];      /* lists of the view, up to VIEW_LIST_NONE */
	uint32_t reads;       /* parts of the view (policy/reads.h) */
	bool looks_at_colour; /* refers to the colour, its beginning, or days counted from there */
	int severity;         /* of ${colour}, in a pack that is linked */
	size_t file;
};

/* The rules asked in one colour, by their numbers, in order. */
struct rules_asked {
	size_t count;
	uint16_t rules[PACK_RULES_MAX];
};

struct pack {
	char *jurisdiction;
	char hash[PACK_HASH_TEXT_SIZE];
	json_t *root;      /* pack.json */
	json_t *documents; /* a list of the rules' documents: rules borrow their strings */
	json_t *texts;     /* language -> key -> text */
	struct zone zone;
	struct zone_step *steps;
	instant valid_from, valid_to;
	enum colour first_colour;
	int severity[COLOUR_COUNT];
	int horizon_days;
	struct derived derived[PACK_DERIVED_MAX];
	size_t derived_count;
	uint32_t watched; /* the parts of the view (policy/reads.h) on which colours depend */
	struct shape shapes[SHAPE_COUNT];
	struct rule *rules; /* sorted by id */
	size_t rule_count, rule_capacity;
	struct rules_asked asked[COLOUR_COUNT];
};

/* A pack being read: its files sorted by path, and where faults go. */
struct pack_reading {
	const char *folder;
	struct pack_file *files;
	size_t count;
	pack_fault_function *on_fault;
	void *context;
	struct error first;
	size_t faults;
	bool kept;        /* taken before: slips are no faults (pack_read_kept) */
	bool rule_unread; /* a rule's file says nothing: what it would use cannot be known */
	struct pack *pack;
};

/* pack_fault(r, file, pointer, format, ...):
 * Tell of a fault at the value at JSON ${pointer} of file number ${file}, or at the file's beginning where ${pointer} is
 * NULL. Return ERROR_BAD_INPUT. */
int pack_fault(struct pack_reading *r, size_t file, const char *pointer, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* pack_slip(r, file, pointer, format, ...):
 * As pack_fault, of what can be evaluated all the same and is refused because it was hardly meant. Of a pack that is kept already
 * nothing is told. Return whether it was. */
bool pack_slip(struct pack_reading *r, size_t file, const char *pointer, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* pack_fault_text(r, file, e): tell of a fault in the text of a file, at the line and column that ${e} holds. */
int pack_fault_text(struct pack_reading *r, size_t file, const struct error *e);

/* pack_check_members(r, file, pointer, object, required, optional):
 * Tell of every member of the object at ${pointer} that is in neither list, and of every required one that is missing;
 * both lists end with NULL. Return whether it is an object at all (told if not). */
bool pack_check_members(struct pack_reading *r, size_t file, const char *pointer, const json_t *object,
	const char *const *required, const char *const *optional);

/* pack_read_colour(r, file, pointer, value, ret_colour): the colour that ${value} names; false, and told, where it names none. */
bool pack_read_colour(
	struct pack_reading *r, size_t file, const char *pointer, const json_t *value, enum colour *ret_colour);

/* pack_meant(pack, name, text, size): "" or ": did you mean "tests"?", with the list of the view that ${name} is nearest to.
 * Return ${text}. */
char *pack_meant(const struct pack *pack, const char *name, char *text, size_t size);

/* What an expression may look at. */
enum { SEES_ITEM = 1, SEES_PAYLOAD = 2 };

/* pack_compile(r, file, pointer, expression, sees, item_of, ret_program, ret_looks_at_colour):
 * Put parameters into ${expression} (at ${pointer} of the file), check the paths of its variables, compile it, and check
 * its use of the clock and the kinds of its values; faults are told. ${item_of} is the list of "item", or VIEW_LIST_NONE. ${ret_looks_at_colour} (or NULL): whether it refers to the colour held, its
 * beginning, or days counted from there. Return 0 and a program; or ERROR_BAD_INPUT (told) or ERROR_NO_MEMORY. */
int pack_compile(struct pack_reading *r, size_t file, const char *pointer, const json_t *expression, unsigned sees,
	int item_of, struct certlogic_program **ret_program, bool *ret_looks_at_colour);

/* pack_value(pack, given): ${given}, or the parameter that {"param": NAME} names, or NULL where there is none. */
const json_t *pack_value(const struct pack *pack, const json_t *given);

/* pack_list(pack, name): the number of the view's list of that name, or VIEW_LIST_NONE. */
int pack_list(const struct pack *pack, const char *name);
const char *pack_list_name(const struct pack *pack, int list);

/* The parts, in the order in which they run. Each tells its faults and goes on; a negative return is for what
 * makes going on senseless (memory). */
int pack_read_head(struct pack_reading *r, size_t file);
int pack_read_rule(struct pack_reading *r, size_t file);
int pack_read_texts(struct pack_reading *r, size_t file, const char *language);
int pack_check_whole(struct pack_reading *r);

/* pack_link(pack, e): once all of a pack is read and sound: the shapes of its rows, the symbols that its programs name them
 * by, and what its rules have in common. Return 0 or ERROR_NO_MEMORY. */
int pack_link(struct pack *pack, struct error *e);

#endif
