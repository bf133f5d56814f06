#include "policy/pack_values.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

static const struct named_domain {
	const char *name;
	enum value_domain domain;
} place_members[] = {
	{"kind", DOMAIN_PLACE_KIND},
	{"level", DOMAIN_LEVEL},
	{"level_at_end", DOMAIN_LEVEL},
	{"country", DOMAIN_COUNTRY},
	{"division", DOMAIN_DIVISION},
	{"county", DOMAIN_DIVISION},
	{"province", DOMAIN_PROVINCE},
	{"city", DOMAIN_CITY},
};

/* What imports give, and nothing else. */
static const struct {
	const char *name;
	int list;
	enum value_domain domain;
} fact_members[] = {
	{"kind", FACT_TESTS, DOMAIN_TEST},
	{"result", FACT_TESTS, DOMAIN_RESULT},
	{"kind", FACT_CONTACTS, DOMAIN_CONTACT},
	{"status", FACT_CASES, DOMAIN_WORD},
};

static const struct domain_shape {
	const char *what;
	const char *values[5]; /* all that there are; none: by form */
	size_t digits;         /* of six, those after are zero */
} shapes[] = {
	[DOMAIN_COLOUR] = {"a colour", {"green", "yellow", "red", "gray"}, 0},
	[DOMAIN_LEVEL] = {"a level", {"low", "medium", "high", "unknown"}, 0},
	[DOMAIN_PLACE_KIND] = {"a kind of place", {"residence", "visit"}, 0},
	[DOMAIN_TEST] = {"a kind of test", {"pcr", "antigen", "antibody"}, 0},
	[DOMAIN_RESULT] = {"a result", {"negative", "positive", "inconclusive"}, 0},
	[DOMAIN_CONTACT] = {"a kind of contact", {"close", "secondary", "co-exposed", "companion"}, 0},
	[DOMAIN_WORD] = {"a status: small letters, digits, - and _", {NULL}, 0},
	[DOMAIN_COUNTRY] = {"a country's code of two capitals", {NULL}, 0},
	[DOMAIN_DIVISION] = {"a division's code of six digits", {NULL}, 6},
	[DOMAIN_PROVINCE] = {"a province's code, two digits and 0000", {NULL}, 2},
	[DOMAIN_CITY] = {"a city's code, four digits and 00", {NULL}, 4},
};

enum value_domain
domain_of_member(const struct pack *pack, int list, const char *name)
{
	bool places = list == FACT_RESIDENCES || list == FACT_VISITS || list == VIEW_PLACES ||
		(list >= VIEW_DERIVED && pack->derived[list - VIEW_DERIVED].kind == DERIVED_STAYS);

	if (list == VIEW_LIST_NONE)
		return strcmp(name, "colour") == 0 ? DOMAIN_COLOUR : DOMAIN_ANY;
	for (size_t i = 0; places && i < sizeof place_members / sizeof *place_members; i++)
		if (strcmp(place_members[i].name, name) == 0)
			return place_members[i].domain;
	for (size_t i = 0; i < sizeof fact_members / sizeof *fact_members; i++)
		if (fact_members[i].list == list && strcmp(fact_members[i].name, name) == 0)
			return fact_members[i].domain;
	return DOMAIN_ANY;
}

static bool
fits_form(enum value_domain domain, const char *text)
{
	size_t digits = shapes[domain].digits;

	if (domain == DOMAIN_COUNTRY)
		return strlen(text) == 2 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 2;
	if (domain == DOMAIN_WORD)
		return text[0] >= 'a' && text[0] <= 'z' &&
			strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(text);
	/* A province as a whole has no city. */
	return strlen(text) == 6 && (domain != DOMAIN_CITY || text[2] != '0' || text[3] != '0') &&
		strspn(text, "0123456789") == 6 && strspn(text + digits, "0") == 6 - digits;
}

bool
domain_fault(enum value_domain domain, const char *text, char *message, size_t size)
{
	const struct domain_shape *shape = &shapes[domain];
	const char *meant;

	if (domain == DOMAIN_ANY)
		return false;
	for (size_t i = 0; shape->values[i]; i++)
		if (strcmp(shape->values[i], text) == 0)
			return false;
	if (!shape->values[0] && fits_form(domain, text))
		return false;
	meant = shape->values[0] ? text_nearest(text, shape->values) : NULL;
	for (size_t i = 0; !meant && shape->values[0] && shape->values[i]; i++)
		meant = strcasecmp(shape->values[i], text) == 0 ? shape->values[i] : NULL;
	if (meant)
		snprintf(message, size, "never equal: \"%.60s\" is not %s: did you mean \"%s\"?", text, shape->what, meant);
	else
		snprintf(message, size, "never equal: \"%.60s\" is not %s", text, shape->what);
	return true;
}
