/* rules/NAME.json, one rule a file, and texts/LANGUAGE.json. */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "policy/pack_inside.h"
#include "policy/reads.h"

enum { POINTER_MAX = 100, ID_MAX = 64, TEXT_MAX = 4000 };

static bool
is_id(const json_t *value)
{
	const char *text = json_string_value(value);
	size_t length = json_string_length(value);

	return text && length > 0 && length <= ID_MAX && text[0] >= 'A' && text[0] <= 'Z' &&
		strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == length;
}

static void
read_from(struct pack_reading *r, size_t file, const json_t *from, struct rule *rule)
{
	json_t *item;
	size_t i;

	rule->from = from ? 0 : (1u << COLOUR_COUNT) - 1;
	if (!from)
		return;
	if (!json_is_array(from) || json_array_size(from) == 0)
		pack_fault(r, file, "/from", "a list of colours expected; leave it out where any colour will do");
	json_array_foreach(from, i, item)
	{
		enum colour colour;
		char place[POINTER_MAX];

		snprintf(place, sizeof place, "/from/%zu", i);
		if (pack_read_colour(r, file, place, item, &colour))
			rule->from |= 1u << colour;
	}
}

/* The list of the view that ${name} names and whose items can be shown, or a fault. */
static int
read_list(struct pack_reading *r, size_t file, const char *place, const json_t *name, bool daily_too)
{
	int list = pack_list(r->pack, json_string_value(name));
	bool daily = list >= VIEW_DERIVED && r->pack->derived[list - VIEW_DERIVED].kind == DERIVED_DAILY;

	if (list == VIEW_LIST_NONE || (daily && !daily_too)) {
		const char *text = json_is_string(name) ? json_string_value(name) : "";
		char meant[POINTER_MAX];

		pack_fault(r, file, place, "\"%.64s\" is not a list of the payload%s", text,
			pack_meant(r->pack, text, meant, sizeof meant));
		return VIEW_LIST_NONE;
	}
	return list;
}

static void
read_evidence(struct pack_reading *r, size_t file, const json_t *evidence, struct rule *rule)
{
	const size_t most = sizeof rule->evidence / sizeof rule->evidence[0];
	json_t *item;
	size_t i, count = 0;

	for (i = 0; i < most; i++)
		rule->evidence[i] = VIEW_LIST_NONE;
	if (evidence && (!json_is_array(evidence) || json_array_size(evidence) > most)) {
		pack_fault(r, file, "/evidence", "a list of at most %zu lists of the payload expected", most);
		return;
	}
	json_array_foreach(evidence, i, item)
	{
		char place[POINTER_MAX];

		snprintf(place, sizeof place, "/evidence/%zu", i);
		rule->evidence[count] = read_list(r, file, place, item, true);
		count += rule->evidence[count] != VIEW_LIST_NONE;
	}
}

static void
read_members(struct pack_reading *r, size_t file, const json_t *root, struct rule *rule)
{
	const json_t *each = json_object_get(root, "each"), *source = json_object_get(root, "source");

	if (json_object_get(root, "id") && !is_id(json_object_get(root, "id")))
		pack_fault(r, file, "/id", "an id such as \"HB-YELLOW-EXPIRED\" expected: capitals, digits and hyphens");
	rule->id = json_string_value(json_object_get(root, "id"));
	read_from(r, file, json_object_get(root, "from"), rule);
	if (json_object_get(root, "colour"))
		pack_read_colour(r, file, "/colour", json_object_get(root, "colour"), &rule->colour);
	rule->each = each ? read_list(r, file, "/each", each, false) : VIEW_LIST_NONE;
	read_evidence(r, file, json_object_get(root, "evidence"), rule);
	rule->reason = json_string_value(json_object_get(root, "reason"));
	if (json_object_get(root, "reason") && !rule->reason)
		pack_fault(r, file, "/reason", "the key of a text expected");
	if (source && (!json_is_string(source) || json_string_length(source) == 0))
		pack_fault(r, file, "/source", "where this rule comes from must be said");
}

int
pack_read_rule(struct pack_reading *r, size_t file)
{
	static const char *const required[] = {"id", "colour", "when", "reason", "source", NULL};
	static const char *const optional[] = {"from", "each", "evidence", NULL};
	const struct pack_file *source = &r->files[file];
	struct pack *pack = r->pack;
	struct error e = {0};
	struct rule *rule;
	json_t *root = NULL;
	int code;

	code = json_read(source->bytes, source->length, source->path, &root, &e);
	if (code == ERROR_NO_MEMORY)
		return code;
	if (code < 0) {
		pack_fault_text(r, file, &e);
		r->rule_unread = true;
		return 0;
	}
	if (json_array_append_new(pack->documents, root) < 0)
		return ERROR_NO_MEMORY;
	if (!pack_check_members(r, file, "", root, required, optional)) {
		r->rule_unread = true;
		return 0;
	}
	if (pack->rule_count == PACK_RULES_MAX) {
		pack_fault(r, file, NULL, "more than %d rules", PACK_RULES_MAX);
		return 0;
	}
	if (array_grow(&pack->rules, &pack->rule_capacity, pack->rule_count + 1, sizeof *rule, PACK_RULES_MAX, &e) < 0)
		return ERROR_NO_MEMORY;
	rule = &pack->rules[pack->rule_count++];
	*rule = (struct rule){.file = file};
	read_members(r, file, root, rule);
	if (!json_object_get(root, "when"))
		return 0;
	if (pack_compile(r, file, "/when", json_object_get(root, "when"),
			SEES_PAYLOAD | (json_object_get(root, "each") ? SEES_ITEM : 0), rule->each, &rule->when,
			&rule->looks_at_colour) == ERROR_NO_MEMORY)
		return ERROR_NO_MEMORY;
	if (rule->when)
		rule->reads = reads_of(pack, rule->when) | (rule->each == VIEW_LIST_NONE ? 0 : VIEW_PART(rule->each));
	return 0;
}

int
pack_read_texts(struct pack_reading *r, size_t file, const char *language)
{
	const struct pack_file *source = &r->files[file];
	struct error e = {0};
	json_t *root = NULL, *value;
	const char *key;
	int code;

	code = json_read(source->bytes, source->length, source->path, &root, &e);
	if (code == ERROR_NO_MEMORY)
		return code;
	if (code < 0) {
		pack_fault_text(r, file, &e);
		return 0;
	}
	if (json_object_set_new(r->pack->texts, language, root) < 0)
		return ERROR_NO_MEMORY;
	if (!json_is_object(root)) {
		pack_fault(r, file, "", "an object of texts by key expected");
		json_object_del(r->pack->texts, language);
		return 0;
	}
	json_object_foreach(root, key,
		value) if (!json_is_string(value) || json_string_length(value) == 0 || json_string_length(value) > TEXT_MAX)
	{
		char place[POINTER_MAX];

		snprintf(place, sizeof place, "/%.64s", key);
		pack_fault(r, file, place, "a text of 1 to %d bytes expected", TEXT_MAX);
	}
	return 0;
}
