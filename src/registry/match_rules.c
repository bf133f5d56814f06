#include "registry/match_rules.h"

#include <math.h>
#include <string.h>

#include "base/json_check.h"

enum { BITS_MOST = 200 };

/* What holds where a pack says nothing (docs/decisions/0069). m: one in twenty names, one in thirty dates of birth and one in seven phones
 * of one person is written otherwise. u: the most frequent full name's share (about 290 thousand of 1.4 billion: Ministry of Public
 * Security, report on names 2019); a day among those of 80 years; ten people to a phone among a million. A city of ten million has
 * 23 bits of people: two things that agree can be chance, three that agree cannot. */
static const double default_m[TRAITS] = {0.95, 0.97, 0.85}, default_u[TRAITS] = {2.1e-4, 3.4e-5, 1e-5};

enum { MATCH_AT = 35, REVIEW_AT = 20 };

static int64_t
millibits(double ratio)
{
	return (int64_t)llround(1000 * log2(ratio));
}

static bool
read_number(struct json_check *check, const char *pointer, const json_t *object, const char *name, double least,
	double most, double *value)
{
	const json_t *number = json_object_get(object, name);
	char at[JSON_POINTER_SIZE];

	if (!number)
		return false;
	if (!json_is_number(number) || json_number_value(number) <= least || json_number_value(number) >= most) {
		json_check_fault(
			check, json_pointer(at, pointer, name), "a number above %g and below %g expected", least, most);
		return false;
	}
	*value = json_number_value(number);
	return true;
}

static void
read_trait(struct json_check *check, const json_t *section, enum trait trait, double *m, double *u)
{
	static const char *const required[] = {"m", "u", NULL}, *const optional[] = {NULL};
	const json_t *object = json_object_get(section, trait_names[trait]);
	char pointer[JSON_POINTER_SIZE];

	json_pointer(pointer, "", trait_names[trait]);
	if (!object || !json_check_object(check, pointer, object, required, optional) ||
		!read_number(check, pointer, object, "m", 0, 1, m) || !read_number(check, pointer, object, "u", 0, 1, u))
		return;
	if (*u >= *m)
		json_check_fault(check, pointer, "m is above u, or agreement would speak against");
}

static void
read_rules(struct json_check *check, const json_t *section, struct match_rules *rules)
{
	static const char *const required[] = {NULL},
							 *const optional[] = {
								 "name", "birth_date", "phone", "match_at", "review_at", "source", NULL};
	double match_at = MATCH_AT, review_at = REVIEW_AT;

	if (section && !json_check_object(check, "", section, required, optional))
		return;
	for (int i = 0; i < TRAITS; i++) {
		double m = default_m[i], u = default_u[i];

		read_trait(check, section, (enum trait)i, &m, &u);
		rules->agrees[i] = millibits(m / u);
		rules->differs[i] = millibits((1 - m) / (1 - u));
	}
	read_number(check, "", section, "match_at", 0, BITS_MOST, &match_at);
	read_number(check, "", section, "review_at", 0, BITS_MOST, &review_at);
	if (review_at > match_at)
		json_check_fault(check, "/review_at", "not above match_at, which is %g", match_at);
	rules->match_at = (int64_t)llround(1000 * match_at);
	rules->review_at = (int64_t)llround(1000 * review_at);
}

void
registry_matching_check(const json_t *matching, struct json_check *check)
{
	struct match_rules rules;

	read_rules(check, matching, &rules);
}

int
match_rules_read(const json_t *section, struct match_rules *ret_rules, struct error *e)
{
	struct json_check check = {.root = "pack.json: /matching"};
	struct match_rules rules = {0};
	int r;

	read_rules(&check, section, &rules);
	if ((r = json_check_result(&check, e)) == 0)
		*ret_rules = rules;
	return r;
}

static enum registry_compared
compare(const struct traits *a, const struct traits *b, enum trait trait)
{
	if (!a->known[trait] || !b->known[trait] || (trait == TRAIT_NAME && a->script != b->script))
		return COMPARED_UNKNOWN;
	return memcmp(a->hashes[trait], b->hashes[trait], KEYS_SIZE) == 0 ? COMPARED_AGREES : COMPARED_DIFFERS;
}

int64_t
match_score(const struct match_rules *rules, const struct traits *a, const struct traits *b, int64_t *ret_compared)
{
	int64_t score = 0, compared = 0;

	for (int i = 0; i < TRAITS; i++) {
		enum registry_compared one = compare(a, b, (enum trait)i);

		compared |= (int64_t)one << 2 * i;
		if (one != COMPARED_UNKNOWN)
			score += one == COMPARED_AGREES ? rules->agrees[i] : rules->differs[i];
	}
	*ret_compared = compared;
	return score;
}

enum registry_compared
match_compared(int64_t compared, enum trait trait)
{
	return (enum registry_compared)(compared >> 2 * (int)trait & 3);
}
