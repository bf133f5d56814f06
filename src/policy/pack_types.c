#include "policy/pack_types.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "policy/certlogic_program.h"
#include "policy/certlogic_time.h"
#include "policy/pack_values.h"

/* The kinds that a value can have, a bit each. A time is a text that plusTime can read; a date is what it makes of it. */
enum {
	KIND_NULL = 1,
	KIND_BOOLEAN = 2,
	KIND_INTEGER = 4,
	KIND_TEXT = 8,
	KIND_TIME = 16,
	KIND_DATE = 32,
	KIND_LIST = 64,
	KIND_OBJECT = 128,
	KIND_ANY = 255,
};

enum { FIELDS_MAX = 18, NAMES_MAX = FIELDS_MAX + PACK_DERIVED_MAX + 16 };

struct field_kind {
	const char *name;
	unsigned kinds;
};

#define PLACE_FIELDS                                                                                                   \
	{"kind", KIND_TEXT}, {"country", KIND_TEXT}, {"division", KIND_TEXT | KIND_NULL},                                  \
		{"province", KIND_TEXT | KIND_NULL}, {"city", KIND_TEXT | KIND_NULL}, {"county", KIND_TEXT | KIND_NULL},       \
		{"from", KIND_TIME | KIND_NULL}, {"to", KIND_TIME}, {"ended", KIND_BOOLEAN}, {"level", KIND_TEXT},             \
		{"level_at_end", KIND_TEXT},                                                                                   \
	{                                                                                                                  \
		"area", KIND_TEXT | KIND_NULL                                                                                  \
	}

/* The fields of the items of each list, as the view shows them (docs/packs.md, "What a rule sees"). */
static const struct field_kind item_fields[VIEW_DERIVED][FIELDS_MAX] = {
	[FACT_RESIDENCES] = {PLACE_FIELDS},
	[FACT_VISITS] = {PLACE_FIELDS, {"hours", KIND_INTEGER | KIND_NULL}},
	[VIEW_PLACES] = {PLACE_FIELDS, {"hours", KIND_INTEGER | KIND_NULL}},
	[FACT_CHECKINS] = {{"at", KIND_TIME}, {"temperature_tenths_c", KIND_INTEGER | KIND_NULL}, {"symptoms", KIND_LIST},
		{"contact", KIND_BOOLEAN}},
	[FACT_DECLARATIONS] = {{"at", KIND_TIME}, {"symptoms", KIND_LIST}, {"contact", KIND_BOOLEAN}},
	[FACT_CASES] = {{"status", KIND_TEXT}, {"at", KIND_TIME}},
	[FACT_CONTACTS] = {{"kind", KIND_TEXT}, {"degree", KIND_INTEGER}, {"first", KIND_TIME}, {"last", KIND_TIME},
		{"known_at", KIND_TIME}, {"withdrawn", KIND_BOOLEAN}, {"withdrawn_at", KIND_TIME | KIND_NULL}},
	[FACT_TESTS] = {{"kind", KIND_TEXT}, {"result", KIND_TEXT}, {"at", KIND_TIME}},
	[FACT_VACCINATIONS] = {{"vaccine", KIND_TEXT}, {"dose", KIND_INTEGER | KIND_NULL},
		{"doses", KIND_INTEGER | KIND_NULL}, {"at", KIND_TIME}},
	[FACT_RECOVERIES] = {{"at", KIND_TIME}, {"from", KIND_TIME}, {"to", KIND_TIME}},
	[FACT_RECOGNITIONS] = {{"jurisdiction", KIND_TEXT}, {"colour", KIND_TEXT}, {"at", KIND_TIME}, {"until", KIND_TIME}},
};

static const struct field_kind daily_fields[] = {{"days_in_colour", KIND_INTEGER}, {"days_total", KIND_INTEGER},
	{"first", KIND_TIME | KIND_NULL}, {"last", KIND_TIME | KIND_NULL}, {NULL, 0}};
static const struct field_kind stays_fields[] = {{"country", KIND_TEXT}, {"division", KIND_TEXT | KIND_NULL},
	{"province", KIND_TEXT | KIND_NULL}, {"city", KIND_TEXT | KIND_NULL}, {"area", KIND_TEXT | KIND_NULL},
	{"level", KIND_TEXT}, {"hours", KIND_INTEGER}, {"last", KIND_TIME}, {NULL, 0}};
static const struct field_kind payload_fields[] = {{"colour", KIND_TEXT}, {"since", KIND_TIME},
	{"applied_at", KIND_TIME}, {"birth_date", KIND_TIME | KIND_NULL}, {NULL, 0}};

/* Within a reduce: the list whose items "current" means, or VIEW_LIST_NONE where that is not known. */
struct scope {
	const struct scope *outer;
	int current_of;
};

struct check {
	const struct pack *pack;
	const struct certlogic_program *program;
	int item_of;
	const struct scope *scope; /* the innermost reduce, or NULL outside of one */
	int (*each)(void *context, const struct certlogic_fault *fault);
	void *context;
	int ended; /* what each returned, if not 0 */
};

static void __attribute__((format(printf, 3, 4))) tell(struct check *c, uint32_t at, const char *format, ...)
{
	struct certlogic_fault fault = {.code = ERROR_BAD_INPUT};
	va_list arguments;

	if (c->ended)
		return;
	va_start(arguments, format);
	vsnprintf(fault.message, sizeof fault.message, format, arguments);
	va_end(arguments);
	certlogic_end_whole(fault.message);
	certlogic_pointer(c->program, at, fault.pointer);
	c->ended = c->each(c->context, &fault);
}

/* The first of the kinds, for messages. */
static const char *
kinds_name(unsigned kinds)
{
	static const char *const names[] = {
		"null", "true or false", "a number", "a text", "a time as text", "a date-time", "a list", "an object"};
	static const unsigned told_first[] = {2, 3, 4, 5, 6, 7, 1, 0};

	for (size_t i = 0; i < sizeof told_first / sizeof told_first[0]; i++)
		if (kinds & 1u << told_first[i])
			return names[told_first[i]];
	return "nothing";
}

static const struct field_kind *
fields_of_list(const struct pack *pack, int list)
{
	if (list < VIEW_DERIVED)
		return item_fields[list];
	return pack->derived[list - VIEW_DERIVED].kind == DERIVED_DAILY ? daily_fields : stays_fields;
}

static bool
is_daily(const struct pack *pack, int list)
{
	return list >= VIEW_DERIVED && pack->derived[list - VIEW_DERIVED].kind == DERIVED_DAILY;
}

static const struct field_kind *
field_named(const struct field_kind *fields, const char *name)
{
	for (; fields->name; fields++)
		if (strcmp(fields->name, name) == 0)
			return fields;
	return NULL;
}

/* Tell that ${name} is no field, and which one was probably meant. */
static unsigned
tell_unknown(struct check *c, uint32_t at, const char *of, int list, const char *name)
{
	const char *names[NAMES_MAX + 1] = {0}, *meant;
	size_t count = 0;

	for (const struct field_kind *field = fields_of_list(c->pack, list); field->name; field++)
		names[count++] = field->name;
	for (size_t i = 0; list == FACT_CHECKINS && i < c->pack->derived_count; i++)
		names[count++] = c->pack->derived[i].name;
	meant = text_nearest(name, names);
	if (meant)
		tell(c, at, "%.60s has no \"%.60s\": did you mean \"%.60s\"?", of, name, meant);
	else
		tell(c, at, "%.60s has no \"%.60s\"", of, name);
	return KIND_ANY;
}

/* The kinds at fragment ${number} and those after it, within an item of ${list}. */
static unsigned
kinds_in_item(struct check *c, uint32_t at, int list, uint32_t number)
{
	const struct certlogic_node *node = &c->program->nodes[at];
	const struct certlogic_fragment *fragments = &c->program->fragments[node->first];
	const struct field_kind *field;
	unsigned kinds = 0;
	char of[80];

	if (number >= node->count)
		return KIND_OBJECT;
	snprintf(of, sizeof of, "an item of %.60s", pack_list_name(c->pack, list));
	if (is_daily(c->pack, list))
		snprintf(of, sizeof of, "payload.%.60s", pack_list_name(c->pack, list));
	field = field_named(fields_of_list(c->pack, list), fragments[number].key);
	for (size_t i = 0; list == FACT_CHECKINS && i < c->pack->derived_count; i++)
		if (c->pack->derived[i].kind == DERIVED_DAILY && strcmp(c->pack->derived[i].name, fragments[number].key) == 0)
			kinds = KIND_BOOLEAN;
	if (!field && !kinds)
		return tell_unknown(c, at, of, list, fragments[number].key);
	kinds = field ? field->kinds : kinds;
	if (number + 1 == node->count)
		return kinds;
	if (kinds & KIND_LIST && number + 2 == node->count && fragments[number + 1].index >= 0)
		return KIND_TEXT | KIND_NULL;
	tell(c, at, "\"%.60s\" is %s: there is nothing inside it", fragments[number].key, kinds_name(kinds));
	return KIND_ANY;
}

static unsigned
kinds_in_list(struct check *c, uint32_t at, int list, uint32_t number)
{
	const struct certlogic_node *node = &c->program->nodes[at];
	const struct certlogic_fragment *fragments = &c->program->fragments[node->first];

	if (is_daily(c->pack, list))
		return kinds_in_item(c, at, list, number);
	if (number >= node->count)
		return KIND_LIST;
	if (fragments[number].index >= 0)
		return kinds_in_item(c, at, list, number + 1) | KIND_NULL;
	tell(c, at, "payload.%.60s is a list: \"%.60s\" stands in its items (\"each\", or payload.latest)",
		pack_list_name(c->pack, list), fragments[number].key);
	return KIND_ANY;
}

/* ${number} is that of the fragment after "latest". */
static unsigned
kinds_in_latest(struct check *c, uint32_t at, uint32_t number)
{
	const struct certlogic_node *node = &c->program->nodes[at];
	const struct certlogic_fragment *fragments = &c->program->fragments[node->first];
	int list = node->count > number ? pack_list(c->pack, fragments[number].key) : VIEW_LIST_NONE;

	if (node->count <= number)
		return KIND_OBJECT;
	if (list != FACT_CHECKINS && list != FACT_DECLARATIONS && list != FACT_CASES && list != FACT_TESTS &&
		list != FACT_VACCINATIONS && list != FACT_RECOVERIES && list != FACT_RECOGNITIONS) {
		tell(c, at,
			"payload.latest has checkins, declarations, cases, tests, vaccinations, recoveries and recognitions, not \"%.60s\"",
			fragments[number].key);
		return KIND_ANY;
	}
	return kinds_in_item(c, at, list, number + 1) | KIND_NULL;
}

/* The fragment from which on an access says what it means in ${ret_scope}: past one "data" for each reduce that it leaves. */
static uint32_t
leave_scopes(const struct check *c, const struct certlogic_node *node, const struct scope **ret_scope)
{
	const struct certlogic_fragment *fragments = &c->program->fragments[node->first];
	uint32_t number = 0;

	for (*ret_scope = c->scope; *ret_scope && number < node->count && strcmp(fragments[number].key, "data") == 0;
		 number++)
		*ret_scope = (*ret_scope)->outer;
	return number;
}

/* Within a reduce there is the item, what was made so far, and what is around it. */
static unsigned
kinds_in_scope(struct check *c, uint32_t at, const struct scope *scope, uint32_t number)
{
	const struct certlogic_node *node = &c->program->nodes[at];
	const struct certlogic_fragment *fragments = &c->program->fragments[node->first];

	if (strcmp(fragments[number].key, "current") == 0 && scope->current_of != VIEW_LIST_NONE)
		return kinds_in_item(c, at, scope->current_of, number + 1);
	if (strcmp(fragments[number].key, "current") != 0 && strcmp(fragments[number].key, "accumulator") != 0)
		tell(c, at,
			"within a reduce a variable begins with current., accumulator or data. (what is around it), not \"%.60s\"",
			fragments[number].key);
	return KIND_ANY;
}

/* The kinds of an access. Outside of a reduce its beginning was checked before. */
static unsigned
kinds_of_access(struct check *c, uint32_t at)
{
	const struct certlogic_node *node = &c->program->nodes[at];
	const struct certlogic_fragment *fragments = &c->program->fragments[node->first];
	const struct field_kind *field;
	const struct scope *scope;
	uint32_t number = leave_scopes(c, node, &scope);
	int list;

	if (node->count == 0)
		return KIND_ANY;
	if (number >= node->count)
		return KIND_OBJECT;
	if (scope)
		return kinds_in_scope(c, at, scope, number);
	if (strcmp(fragments[number].key, "external") == 0) {
		if (node->count != number + 2 || strcmp(fragments[number + 1].key, "validationClock") != 0)
			tell(c, at, "external has only validationClock");
		return KIND_TIME;
	}
	if (strcmp(fragments[number].key, "item") == 0 && c->item_of != VIEW_LIST_NONE)
		return kinds_in_item(c, at, c->item_of, number + 1);
	if (strcmp(fragments[number].key, "payload") != 0 || node->count < number + 2)
		return KIND_ANY;
	if (strcmp(fragments[number + 1].key, "latest") == 0)
		return kinds_in_latest(c, at, number + 2);
	if ((field = field_named(payload_fields, fragments[number + 1].key)) && node->count == number + 2)
		return field->kinds;
	list = pack_list(c->pack, fragments[number + 1].key);
	if (list != VIEW_LIST_NONE)
		return kinds_in_list(c, at, list, number + 2);
	if (!field)
		tell(c, at, "the payload has no \"%.60s\"", fragments[number + 1].key);
	return KIND_ANY;
}

static unsigned kinds_of(struct check *c, uint32_t at);

static unsigned
kinds_of_operand(struct check *c, uint32_t at, uint32_t index)
{
	return kinds_of(c, c->program->operands[c->program->nodes[at].first + index]);
}

/* Every operand must be able to be of ${wanted}. */
static void
check_operands(struct check *c, uint32_t at, unsigned wanted, const char *hint)
{
	for (uint32_t i = 0; i < c->program->nodes[at].count; i++) {
		unsigned kinds = kinds_of_operand(c, at, i);

		if (!(kinds & wanted))
			tell(c, c->program->operands[c->program->nodes[at].first + i], "%s is compared, and must be %s%s",
				kinds_name(kinds), kinds_name(wanted), hint);
	}
}

/* What texts an access can give; DOMAIN_ANY where that is not known. */
static enum value_domain
domain_of_access(const struct check *c, uint32_t at)
{
	const struct certlogic_node *node = &c->program->nodes[at];
	const struct certlogic_fragment *fragments = &c->program->fragments[node->first];
	const struct scope *scope;
	uint32_t number;
	int list;

	if (node->kind != CERTLOGIC_VAR)
		return DOMAIN_ANY;
	number = leave_scopes(c, node, &scope);
	if (node->count < number + 2)
		return DOMAIN_ANY;
	fragments += number;
	list = scope ? scope->current_of : c->item_of;
	if (strcmp(fragments[0].key, scope ? "current" : "item") == 0)
		return node->count == number + 2 && list != VIEW_LIST_NONE ? domain_of_member(c->pack, list, fragments[1].key)
																   : DOMAIN_ANY;
	if (scope || strcmp(fragments[0].key, "payload") != 0)
		return DOMAIN_ANY;
	if (node->count == number + 2)
		return domain_of_member(c->pack, VIEW_LIST_NONE, fragments[1].key);
	if (node->count != number + 4)
		return DOMAIN_ANY;
	if (strcmp(fragments[1].key, "latest") == 0)
		list = pack_list(c->pack, fragments[2].key);
	else
		list = fragments[2].index >= 0 ? pack_list(c->pack, fragments[1].key) : VIEW_LIST_NONE;
	return list != VIEW_LIST_NONE ? domain_of_member(c->pack, list, fragments[3].key) : DOMAIN_ANY;
}

/* A text of the rule's own, or a list of such, that is compared with an access: can the access give it? */
static void
check_values(struct check *c, uint32_t access, uint32_t literal)
{
	const struct certlogic_node *node = &c->program->nodes[literal];
	char message[CERTLOGIC_MESSAGE_MAX];

	if (node->kind == CERTLOGIC_STRING &&
		domain_fault(domain_of_access(c, access), node->text, message, sizeof message))
		tell(c, literal, "%s", message);
	for (uint32_t i = 0; node->kind == CERTLOGIC_ARRAY && i < node->count; i++)
		check_values(c, access, c->program->operands[node->first + i]);
}

static uint32_t
operand_of(const struct check *c, uint32_t at, uint32_t index)
{
	return c->program->operands[c->program->nodes[at].first + index];
}

static void
check_equal(struct check *c, uint32_t at)
{
	unsigned a = kinds_of_operand(c, at, 0), b = kinds_of_operand(c, at, 1);

	/* A time is a text as well. */
	a |= a & KIND_TIME ? KIND_TEXT : 0;
	b |= b & KIND_TIME ? KIND_TEXT : 0;
	if (!(a & b))
		tell(c, at, "never equal: %s and %s", kinds_name(a), kinds_name(b));
	check_values(c, operand_of(c, at, 0), operand_of(c, at, 1));
	check_values(c, operand_of(c, at, 1), operand_of(c, at, 0));
}

static void
check_in(struct check *c, uint32_t at)
{
	unsigned list;

	kinds_of_operand(c, at, 0);
	check_values(c, operand_of(c, at, 0), operand_of(c, at, 1));
	if (!((list = kinds_of_operand(c, at, 1)) & KIND_LIST))
		tell(c, at, "the right side of \"in\" is %s and must be a list", kinds_name(list));
}

/* A date alone, or a time without an offset, is one of UTC to CertLogic, and a pack's days begin at another moment. */
static bool
is_whole_time(const struct certlogic_node *literal)
{
	const char *text = literal->text;
	size_t length = literal->length;
	int64_t ms;

	return length > strlen("2020-01-01T") && strchr(text, 'T') && certlogic_date_read(text, length, &ms) &&
		(text[length - 1] == 'Z' || (length > 6 && strchr("+-", text[length - 6]) && text[length - 3] == ':'));
}

static void
check_plus_time(struct check *c, uint32_t at)
{
	unsigned kinds = kinds_of_operand(c, at, 0);
	const struct certlogic_node *operand = &c->program->nodes[c->program->operands[c->program->nodes[at].first]];

	if (operand->kind == CERTLOGIC_STRING && !is_whole_time(operand))
		tell(c, at, "\"%.60s\" is no time with its offset, such as 2020-03-25T00:00:00+08:00 (what has none is of UTC)",
			operand->text);
	else if (!(kinds & KIND_TIME) && operand->kind != CERTLOGIC_STRING)
		tell(c, at, "\"plusTime\" is given %s and must be given a time", kinds_name(kinds));
}

static unsigned
kinds_of_all(struct check *c, uint32_t at, uint32_t from)
{
	unsigned kinds = 0;

	for (uint32_t i = 0; i < c->program->nodes[at].count; i++) {
		unsigned one = kinds_of_operand(c, at, i);

		kinds |= i >= from ? one : 0;
	}
	return kinds;
}

/* The list that an access goes through, or VIEW_LIST_NONE where it is none of the view's. */
static int
list_of_access(const struct check *c, uint32_t at)
{
	const struct certlogic_node *node = &c->program->nodes[at];
	const struct certlogic_fragment *fragments = &c->program->fragments[node->first];
	const struct scope *scope;
	uint32_t number;
	int list;

	if (node->kind != CERTLOGIC_VAR)
		return VIEW_LIST_NONE;
	number = leave_scopes(c, node, &scope);
	if (scope || node->count != number + 2 || strcmp(fragments[number].key, "payload") != 0)
		return VIEW_LIST_NONE;
	list = pack_list(c->pack, fragments[number + 1].key);
	return list != VIEW_LIST_NONE && !is_daily(c->pack, list) ? list : VIEW_LIST_NONE;
}

/* What a reduce makes can be anything; what stands in it is looked at all the same. */
static unsigned
kinds_of_reduce(struct check *c, uint32_t at)
{
	struct scope inside = {c->scope, list_of_access(c, operand_of(c, at, 0))};

	kinds_of_operand(c, at, 0);
	kinds_of_operand(c, at, 2);
	c->scope = &inside;
	kinds_of_operand(c, at, 1);
	c->scope = inside.outer;
	return KIND_ANY;
}

/* The recursion is as deep as the expression. */
static unsigned
kinds_of(struct check *c, uint32_t at)
{
	switch (c->program->nodes[at].kind) {
	case CERTLOGIC_BOOLEAN:
		return KIND_BOOLEAN;
	case CERTLOGIC_INTEGER:
		return KIND_INTEGER;
	case CERTLOGIC_STRING:
		return KIND_TEXT;
	case CERTLOGIC_ARRAY:
		kinds_of_all(c, at, 0);
		return KIND_LIST;
	case CERTLOGIC_VAR:
		return kinds_of_access(c, at);
	case CERTLOGIC_IF:
		return kinds_of_all(c, at, 1);
	case CERTLOGIC_AND:
		return kinds_of_all(c, at, 0);
	case CERTLOGIC_NOT:
		kinds_of_all(c, at, 0);
		return KIND_BOOLEAN;
	case CERTLOGIC_EQUAL:
		check_equal(c, at);
		return KIND_BOOLEAN;
	case CERTLOGIC_IN:
		check_in(c, at);
		return KIND_BOOLEAN;
	case CERTLOGIC_PLUS:
		check_operands(c, at, KIND_INTEGER, "");
		return KIND_INTEGER;
	case CERTLOGIC_PLUS_TIME:
		check_plus_time(c, at);
		return KIND_DATE;
	case CERTLOGIC_REDUCE:
		return kinds_of_reduce(c, at);
	case CERTLOGIC_EXTRACT:
		return KIND_TEXT | KIND_NULL;
	case CERTLOGIC_BIRTH_DATE:
		return KIND_DATE;
	default:
		if (certlogic_compares_dates(c->program->nodes[at].kind))
			check_operands(c, at, KIND_DATE, ": put it into plusTime, by 0 days if need be");
		else
			check_operands(c, at, KIND_INTEGER, "");
		return KIND_BOOLEAN;
	}
}

int
pack_types_check(const struct pack *pack, const struct certlogic_program *program, int item_of,
	int (*each)(void *context, const struct certlogic_fault *fault), void *context)
{
	struct check c = {.pack = pack, .program = program, .item_of = item_of, .each = each, .context = context};
	unsigned kinds = kinds_of(&c, 0);

	if (!(kinds & KIND_BOOLEAN))
		tell(&c, 0, "gives %s: true or false is wanted", kinds_name(kinds));
	return c.ended;
}
