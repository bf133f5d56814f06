/* What can be checked only once all files of a pack are read: texts, ids, and rules against rules. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/certlogic_program.h"
#include "policy/pack_inside.h"
#include "policy/reason.h"

enum { POINTER_MAX = 200, KEY_MAX = 128 };

static const char *const needed_languages[] = {"zh", "en"};

/* The number of a text's file, to name it in faults. */
static size_t
file_of_language(const struct pack_reading *r, const char *language)
{
	char path[64];

	snprintf(path, sizeof path, "texts/%s.json", language);
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->files[i].path, path) == 0)
			return i;
	return 0;
}

static size_t
file_of_head(const struct pack_reading *r)
{
	size_t i = 0;

	while (strcmp(r->files[i].path, "pack.json") != 0)
		i++;
	return i;
}

static void
check_languages(struct pack_reading *r)
{
	for (size_t i = 0; i < sizeof needed_languages / sizeof needed_languages[0]; i++)
		if (!json_object_get(r->pack->texts, needed_languages[i]))
			pack_fault(r, file_of_head(r), NULL, "texts/%s.json is missing or cannot be read", needed_languages[i]);
}

/* A text that ${file} asks for must stand in every language. */
static void
check_text(struct pack_reading *r, size_t file, const char *pointer, const char *key)
{
	const char *language;
	json_t *texts;

	json_object_foreach(r->pack->texts, language, texts) if (!json_object_get(texts, key))
		pack_fault(r, file, pointer, "texts/%s.json has no \"%.100s\"", language, key);
}

/* Whether some rule, cause or the engine itself asks for the text. */
static bool
is_text_used(const struct pack *pack, const char *key)
{
	const json_t *causes = json_object_get(pack->root, "override_causes");
	enum colour colour;
	json_t *cause;
	size_t i;

	if (strcmp(key, REASON_FIRST) == 0 || strcmp(key, REASON_OVERRIDE) == 0)
		return true;
	if (strncmp(key, "colour.", 7) == 0)
		return colour_read(key + 7, &colour);
	for (i = 0; i < pack->rule_count; i++)
		if (pack->rules[i].reason && strcmp(pack->rules[i].reason, key) == 0)
			return true;
	json_array_foreach(causes, i, cause) if (strncmp(key, "cause.", 6) == 0 && json_is_string(cause) &&
		strcmp(key + 6, json_string_value(cause)) == 0) return true;
	return false;
}

static void
check_placeholders(struct pack_reading *r, size_t file, const char *pointer, const char *key, const char *text)
{
	const char *at = text;
	char name[KEY_MAX];

	while ((at = reason_placeholder(at, name, sizeof name)))
		if (!reason_knows(r->pack, name, strcmp(key, REASON_OVERRIDE) == 0))
			pack_fault(r, file, pointer, "unknown placeholder {%.64s}", name);
}

static void
check_texts(struct pack_reading *r)
{
	const char *language, *key;
	json_t *texts, *text;

	json_object_foreach(r->pack->texts, language, texts)
	{
		size_t file = file_of_language(r, language);

		json_object_foreach(texts, key, text)
		{
			char pointer[POINTER_MAX];

			snprintf(pointer, sizeof pointer, "/%.100s", key);
			if (!is_text_used(r->pack, key)) {
				if (!r->rule_unread)
					pack_slip(r, file, pointer, "nothing uses this text");
			} else if (json_is_string(text))
				check_placeholders(r, file, pointer, key, json_string_value(text));
		}
	}
}

static void
check_needed_texts(struct pack_reading *r)
{
	const json_t *causes = json_object_get(r->pack->root, "override_causes");
	size_t head = file_of_head(r), i;
	json_t *cause;

	check_text(r, head, NULL, REASON_FIRST);
	check_text(r, head, NULL, REASON_OVERRIDE);
	json_array_foreach(causes, i, cause)
	{
		char key[KEY_MAX], pointer[POINTER_MAX];

		snprintf(key, sizeof key, "cause.%.100s", json_is_string(cause) ? json_string_value(cause) : "");
		snprintf(pointer, sizeof pointer, "/override_causes/%zu", i);
		check_text(r, head, pointer, key);
	}
	for (i = 0; i < r->pack->rule_count; i++)
		if (r->pack->rules[i].reason)
			check_text(r, r->pack->rules[i].file, "/reason", r->pack->rules[i].reason);
}

/* Two rules can go round at one moment if X leads from a colour to a graver one S, and Y back from S, unless X holds in S
 * too (then it is the graver that wins), or Y counts from the beginning of S. */
static bool
can_undo(const struct pack *pack, const struct rule *x, const struct rule *y)
{
	int grave = pack->severity[x->colour];

	if (!(x->from & 1u << y->colour) || !(y->from & 1u << x->colour) || pack->severity[y->colour] >= grave)
		return false;
	if (x->from & 1u << x->colour && !x->looks_at_colour)
		return false;
	return !y->looks_at_colour;
}

static void
check_rule_pairs(struct pack_reading *r)
{
	const struct pack *pack = r->pack;

	for (size_t i = 0; i < pack->rule_count; i++)
		for (size_t j = 0; j < pack->rule_count; j++)
			if (can_undo(pack, &pack->rules[i], &pack->rules[j]))
				pack_slip(r, pack->rules[i].file, "/from",
					"%s and %s could undo each other at one moment: let %s hold in %s too (\"from\"), or let %s count "
					"from the beginning of the colour",
					pack->rules[i].id, pack->rules[j].id, pack->rules[i].id, colour_name(pack->rules[i].colour),
					pack->rules[j].id);
}

/* The colours that somebody can come to hold: the first one, and those that rules asked in such a colour give. */
static unsigned
colours_held(const struct pack *pack)
{
	unsigned held = 1u << pack->first_colour, before;

	do {
		before = held;
		for (size_t i = 0; i < pack->rule_count; i++)
			if (pack->rules[i].from & held)
				held |= 1u << pack->rules[i].colour;
	} while (held != before);
	return held;
}

/* A rule that is asked only in colours that nobody comes to hold is a slip, in it or in another. */
static void
check_reach(struct pack_reading *r)
{
	const unsigned any = (1u << COLOUR_COUNT) - 1;
	unsigned held = colours_held(r->pack);

	for (size_t i = 0; i < r->pack->rule_count; i++) {
		const struct rule *rule = &r->pack->rules[i];

		if (rule->from && !(rule->from & held))
			pack_slip(r, rule->file, "/from",
				"never asked: no rule gives a colour that it is asked in, and the first colour is %s",
				colour_name(r->pack->first_colour));
		for (int colour = 0; rule->from & held && rule->from != any && colour < COLOUR_COUNT; colour++)
			if (rule->from & ~held & 1u << colour)
				pack_slip(r, rule->file, "/from",
					"no rule gives %s, and the first colour is %s: write the rule, or leave it out",
					colour_name((enum colour)colour), colour_name(r->pack->first_colour));
	}
}

/* Whether ${other} fires whenever ${rule} is asked, and its graver colour is taken. */
static bool
outweighs(const struct pack *pack, const struct rule *other, const struct rule *rule)
{
	const struct certlogic_node *root = &other->when->nodes[0];

	return other->each == VIEW_LIST_NONE && root->kind == CERTLOGIC_BOOLEAN && root->integer &&
		!(rule->from & ~other->from) && pack->severity[other->colour] > pack->severity[rule->colour];
}

static void
check_outweighed(struct pack_reading *r)
{
	const struct pack *pack = r->pack;

	for (size_t i = 0; i < pack->rule_count; i++)
		for (size_t j = 0; j < pack->rule_count; j++)
			if (pack->rules[i].when && pack->rules[j].when && outweighs(pack, &pack->rules[j], &pack->rules[i]))
				pack_slip(r, pack->rules[i].file, "/when",
					"never told: %s always fires where this rule is asked, and %s is graver than %s", pack->rules[j].id,
					colour_name(pack->rules[j].colour), colour_name(pack->rules[i].colour));
}

static int
compare_rules(const void *a, const void *b)
{
	return strcmp(((const struct rule *)a)->id, ((const struct rule *)b)->id);
}

static void
check_ids(struct pack_reading *r)
{
	struct pack *pack = r->pack;

	if (pack->rule_count > 0)
		qsort(pack->rules, pack->rule_count, sizeof *pack->rules, compare_rules);
	for (size_t i = 1; i < pack->rule_count; i++)
		if (strcmp(pack->rules[i - 1].id, pack->rules[i].id) == 0)
			pack_fault(r, pack->rules[i].file, "/id", "the id %s is that of %s too", pack->rules[i].id,
				r->files[pack->rules[i - 1].file].path);
}

int
pack_check_whole(struct pack_reading *r)
{
	bool all_have_ids = true;

	for (size_t i = 0; i < r->pack->rule_count; i++)
		all_have_ids = all_have_ids && r->pack->rules[i].id;
	if (r->pack->rule_count == 0)
		pack_fault(r, file_of_head(r), NULL, "the pack has no rule");
	check_languages(r);
	check_needed_texts(r);
	check_texts(r);
	if (all_have_ids) {
		check_ids(r);
		check_rule_pairs(r);
		/* What a colour that cannot be read would lead to is not worth telling. */
		if (r->faults == 0)
			check_reach(r);
		if (r->faults == 0)
			check_outweighed(r);
	}
	return 0;
}
