#include "policy/reason.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"

enum { REASON_MAX = 1 << 16, NAME_MAX_LENGTH = 80 };

/* What fills a text. */
struct filling {
	const struct pack *pack;
	const struct facts *facts;
	const json_t *evidence;
	const char *language;
	const char *cause, *until; /* of an override, else NULL */
};

const char *
reason_placeholder(const char *text, char *name, size_t size)
{
	const char *open = strchr(text, '{'), *close = open ? strchr(open, '}') : NULL;

	if (!close)
		return NULL;
	snprintf(name, size, "%.*s", (int)(close - open - 1 < 1000 ? close - open - 1 : 1000), open + 1);
	return close + 1;
}

bool
reason_knows(const struct pack *pack, const char *name, bool of_override)
{
	if (strcmp(name, "area") == 0 || strcmp(name, "date") == 0 || strcmp(name, "count") == 0 ||
		strcmp(name, "jurisdiction") == 0)
		return true;
	if (of_override && (strcmp(name, "cause") == 0 || strcmp(name, "until") == 0))
		return true;
	return pack_parameter(pack, name) != NULL;
}

static const char *
area_name(const struct filling *f, const char *code)
{
	const struct area *area = facts_area(f->facts, code);
	const char *name = json_string_value(json_object_get(area ? area->name : NULL, f->language));

	if (!name && area)
		name = json_string_value(json_object_get(area->name, "en"));
	return name ? name : code;
}

/* The areas of the evidence, each once, in the order of the evidence. */
static int
add_areas(const struct filling *f, struct buffer *b, struct error *e)
{
	const char *between = strcmp(f->language, "zh") == 0 ? "、" : ", ";
	size_t i, j;
	json_t *item;
	int code = 0, named = 0;

	json_array_foreach(f->evidence, i, item)
	{
		const char *area = json_string_value(json_object_get(item, "area"));
		bool again = false;

		if (!area)
			area = json_string_value(json_object_get(item, "country"));
		for (j = 0; area && j < i; j++) {
			const char *other = json_string_value(json_object_get(json_array_get(f->evidence, j), "area"));

			again = again || (other && strcmp(other, area) == 0);
		}
		if (!area || again)
			continue;
		if ((named++ > 0 && (code = buffer_add_text(b, between, e)) < 0) ||
			(code = buffer_add_text(b, area_name(f, area), e)) < 0)
			return code;
	}
	return named ? 0 : buffer_add_text(b, "–", e);
}

/* The latest date in the evidence: all times are in the pack's zone, so that their texts' order is that of time. */
static int
add_date(const struct filling *f, struct buffer *b, struct error *e)
{
	static const char *const fields[] = {"at", "known_at", "to", "from", "last"};
	const char *latest = NULL;
	json_t *item;
	size_t i;

	json_array_foreach(f->evidence, i, item)
	{
		for (size_t j = 0; j < sizeof fields / sizeof fields[0]; j++) {
			const char *time = json_string_value(json_object_get(item, fields[j]));

			if (!time)
				continue;
			if (!latest || strcmp(time, latest) > 0)
				latest = time;
			break;
		}
	}
	return latest ? buffer_add(b, latest, strnlen(latest, 10), e) : buffer_add_text(b, "–", e);
}

/* Whose statements the evidence is, each once. */
static int
add_jurisdictions(const struct filling *f, struct buffer *b, struct error *e)
{
	const char *between = strcmp(f->language, "zh") == 0 ? "、" : ", ";
	size_t i, j;
	json_t *item;
	int code = 0, named = 0;

	json_array_foreach(f->evidence, i, item)
	{
		const char *name = json_string_value(json_object_get(item, "jurisdiction"));
		bool again = false;

		for (j = 0; name && j < i; j++) {
			const char *other = json_string_value(json_object_get(json_array_get(f->evidence, j), "jurisdiction"));

			again = again || (other && strcmp(other, name) == 0);
		}
		if (!name || again)
			continue;
		if ((named++ > 0 && (code = buffer_add_text(b, between, e)) < 0) || (code = buffer_add_text(b, name, e)) < 0)
			return code;
	}
	return named ? 0 : buffer_add_text(b, "–", e);
}

static int
add_count(const struct filling *f, struct buffer *b, struct error *e)
{
	const json_t *days = json_object_get(json_array_get(f->evidence, 0), "days_in_colour");

	return buffer_add_format(b, e, "%lld",
		json_is_integer(days) ? (long long)json_integer_value(days) : (long long)json_array_size(f->evidence));
}

static int
add_parameter(const struct filling *f, const char *name, struct buffer *b, struct error *e)
{
	const json_t *value = pack_parameter(f->pack, name);
	size_t length = strlen(name), ending = strlen("_tenths_c");
	long long number = json_integer_value(value);

	if (json_is_string(value))
		return buffer_add_text(b, json_string_value(value), e);
	if (length > ending && strcmp(name + length - ending, "_tenths_c") == 0)
		return buffer_add_format(b, e, "%lld.%lld", number / 10, llabs(number % 10));
	return buffer_add_format(b, e, "%lld", json_is_array(value) ? (long long)json_array_size(value) : number);
}

static int
add_filling(const struct filling *f, const char *name, struct buffer *b, struct error *e)
{
	if (strcmp(name, "area") == 0)
		return add_areas(f, b, e);
	if (strcmp(name, "date") == 0)
		return add_date(f, b, e);
	if (strcmp(name, "count") == 0)
		return add_count(f, b, e);
	if (strcmp(name, "jurisdiction") == 0)
		return add_jurisdictions(f, b, e);
	if (f->cause && strcmp(name, "cause") == 0)
		return buffer_add_text(b, f->cause, e);
	if (f->until && strcmp(name, "until") == 0)
		return buffer_add(b, f->until, strnlen(f->until, 10), e);
	return add_parameter(f, name, b, e);
}

static int
fill(const struct filling *f, const char *text, struct buffer *b, struct error *e)
{
	char name[NAME_MAX_LENGTH];
	const char *after;
	int code = 0;

	while ((after = reason_placeholder(text, name, sizeof name))) {
		if ((code = buffer_add(b, text, (size_t)(strchr(text, '{') - text), e)) < 0 ||
			(code = add_filling(f, name, b, e)) < 0)
			return code;
		text = after;
	}
	return buffer_add_text(b, text, e);
}

/* The text of ${key} in every language of the pack. */
static int
fill_languages(struct filling *f, const char *key, const char *cause, json_t **ret_reason, struct error *e)
{
	json_t *reason = json_object(), *texts;
	const char *language;
	int code = reason ? 0 : error_no_memory(e);

	json_object_foreach(f->pack->texts, language, texts)
	{
		struct buffer b = buffer_make(REASON_MAX);
		char cause_key[NAME_MAX_LENGTH + 8];
		const char *named;

		f->language = language;
		snprintf(cause_key, sizeof cause_key, "cause.%.80s", cause ? cause : "");
		named = json_string_value(json_object_get(texts, cause_key));
		f->cause = named ? named : cause;
		code = fill(f, json_string_value(json_object_get(texts, key)), &b, e);
		if (code == 0 && json_object_set_new(reason, language, json_string(buffer_text(&b))) < 0)
			code = error_no_memory(e);
		buffer_free(&b);
		if (code < 0)
			break;
	}
	if (code == 0)
		*ret_reason = reason;
	else
		json_decref(reason);
	return code;
}

static int
make_rule(const char *id, enum colour colour, json_t *reason, json_t *evidence, json_t **ret_rule, struct error *e)
{
	json_t *rule =
		json_pack("{s:s,s:s,s:o,s:O}", "id", id, "colour", colour_name(colour), "reason", reason, "evidence", evidence);

	if (!rule)
		return error_no_memory(e);
	*ret_rule = rule;
	return 0;
}

int
reason_rule(const struct pack *pack, const struct facts *facts, const struct rule *rule, json_t *evidence,
	json_t **ret_rule, struct error *e)
{
	struct filling f = {.pack = pack, .facts = facts, .evidence = evidence};
	json_t *reason = NULL;
	int code;

	if ((code = fill_languages(&f, rule ? rule->reason : REASON_FIRST, NULL, &reason, e)) < 0)
		return code;
	return make_rule(
		rule ? rule->id : REASON_FIRST, rule ? rule->colour : pack->first_colour, reason, evidence, ret_rule, e);
}

int
reason_override(
	const struct pack *pack, const struct facts *facts, const struct fact *override, json_t **ret_rule, struct error *e)
{
	struct filling f = {.pack = pack, .facts = facts};
	json_t *evidence = json_array(), *item = NULL, *reason = NULL;
	int code;

	if (!evidence)
		return error_no_memory(e);
	if ((code = reason_evidence("overrides", override->row, &item, e)) < 0)
		goto out;
	if (json_array_append_new(evidence, item) < 0) {
		code = error_no_memory(e);
		goto out;
	}
	f.evidence = evidence;
	f.until = json_string_value(json_object_get(item, "until"));
	code = fill_languages(&f, REASON_OVERRIDE, json_string_value(json_object_get(item, "cause")), &reason, e);
	if (code == 0)
		code = make_rule(REASON_OVERRIDE, override->colour, reason, evidence, ret_rule, e);
out:
	json_decref(evidence);
	return code;
}

/* Members of the view that nobody needs to be told. */
static bool
is_added(const char *list, const char *name)
{
	static const char *const added[] = {"province", "city", "county", "ended", "level_at_end"};

	for (size_t i = 0; i < sizeof added / sizeof added[0]; i++)
		if (strcmp(added[i], name) == 0)
			return true;
	return strcmp(name, "kind") == 0 && (strcmp(list, "visits") == 0 || strcmp(list, "residences") == 0);
}

/* An end that has not come: the clock stands for it in the view. */
static bool
is_open_end(const char *name, const struct value *value)
{
	return (strcmp(name, "to") == 0 || strcmp(name, "last") == 0) && value->kind == VALUE_TEXT &&
		strcmp(value->text, CERTLOGIC_CLOCK_TEXT) == 0;
}

int
reason_evidence(const char *list, const struct row *item, json_t **ret_evidence, struct error *e)
{
	const struct value *kind = row_find(item, SYMBOL_KIND);
	json_t *evidence = json_object(), *member = NULL;
	const struct value none = {0};
	size_t left = CERTLOGIC_RESULT_MAX;
	int code = evidence ? 0 : error_no_memory(e);

	if (strcmp(list, "places") == 0 && kind && value_is_text(kind))
		list = strcmp(kind->text, "visit") == 0 ? "visits" : "residences";
	for (size_t i = 0; code == 0 && i < item->shape->count; i++) {
		const char *name = item->shape->names[i];
		const struct value *value = &item->members[i];

		if (is_added(list, name))
			continue;
		if ((code = value_json(is_open_end(name, value) ? &none : value, &left, &member, e)) == 0 &&
			json_object_set_new(evidence, name, member) < 0)
			code = error_no_memory(e);
	}
	if (code == 0 && json_object_set_new(evidence, "list", json_string(list)) < 0)
		code = error_no_memory(e);
	if (code == 0)
		*ret_evidence = evidence;
	else
		json_decref(evidence);
	return code;
}
