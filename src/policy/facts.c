#include "policy/facts.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/json.h"
#include "policy/evaluate.h"
#include "policy/facts_shape.h"
#include "policy/pack_inside.h"

enum { POINTER_MAX = 160, ITEM_TEXT_MAX = 1 << 16 };

/* What is being read, and where in it: the pointer is written only when something is wrong. */
struct reading {
	const struct pack *pack;
	const struct zone *zone;
	struct arena *memory;
	instant now;
	const char *list;
	size_t index, total;
	instant *untold;
	struct error *e;
};

static int __attribute__((format(printf, 3, 4)))
wrong(const struct reading *r, const char *field, const char *format, ...)
{
	char reason[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	if (!r->list)
		return error_set(r->e, ERROR_BAD_INPUT, "facts: /%.64s: %s", field, reason);
	if (!field)
		return error_set(r->e, ERROR_BAD_INPUT, "facts: /%s/%zu: %s", r->list, r->index, reason);
	return error_set(r->e, ERROR_BAD_INPUT, "facts: /%s/%zu/%.64s: %s", r->list, r->index, field, reason);
}

static int
read_time(const struct reading *r, const char *field, const json_t *value, instant *ret_at)
{
	struct error reason; /* written only where something is wrong, and large */

	if (!json_is_string(value))
		return wrong(r, field, "a time such as \"2020-03-24T08:00:00+08:00\" expected");
	if (time_read(json_string_value(value), json_string_length(value), r->zone, ret_at, &reason) < 0)
		return wrong(r, field, "%s", reason.message);
	return 0;
}

static bool
is_made_of(const json_t *value, size_t least, size_t most, const char *first, const char *others)
{
	const char *text = json_string_value(value);
	size_t length = json_string_length(value);

	return text && length >= least && length <= most && strspn(text, first) >= 1 && strspn(text, others) == length;
}

static bool
is_word(const json_t *value)
{
	return is_made_of(value, 1, FACT_WORD_MAX, "abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz0123456789_-");
}

static int
check_words(const struct reading *r, const char *field, const json_t *value)
{
	size_t i;
	json_t *word;

	if (!json_is_array(value) || json_array_size(value) > FACT_WORDS_MAX)
		return wrong(r, field, "a list of at most %d words expected", FACT_WORDS_MAX);
	json_array_foreach(value, i, word) if (!is_word(word)) return wrong(
		r, field, "item %zu: a word in lower case expected, such as \"cough\"", i);
	return 0;
}

static int
check_integer(const struct reading *r, const char *field, const json_t *value, int least, int most, const char *what)
{
	if (!json_is_integer(value) || json_integer_value(value) < least || json_integer_value(value) > most)
		return wrong(r, field, "%s from %d to %d expected", what, least, most);
	return 0;
}

/* Check a value that is not a time. */
static int
check_value(const struct reading *r, const struct field *field, const json_t *value)
{
	enum colour colour;

	switch (field->shape) {
	case SHAPE_COUNTRY:
		if (!is_made_of(value, 2, 2, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
			return wrong(r, field->name, "a country code of two letters expected, such as \"CN\"");
		return 0;
	case SHAPE_DIVISION:
		if (!json_is_null(value) && !is_made_of(value, 6, 6, "0123456789", "0123456789"))
			return wrong(r, field->name, "a division code of six digits expected, or null");
		return 0;
	case SHAPE_HOURS:
		return json_is_null(value) ? 0 : check_integer(r, field->name, value, 0, 1000000, "whole hours");
	case SHAPE_DEGREE:
		return check_integer(r, field->name, value, 1, 9, "a degree");
	case SHAPE_DOSE:
		return json_is_null(value) ? 0 : check_integer(r, field->name, value, 1, 99, "a number of doses");
	case SHAPE_TEMPERATURE:
		return json_is_null(value) ? 0 : check_integer(r, field->name, value, 200, 500, "tenths of a degree Celsius");
	case SHAPE_FLAG:
		return json_is_boolean(value) ? 0 : wrong(r, field->name, "true or false expected");
	case SHAPE_WORD:
		return is_word(value) ? 0 : wrong(r, field->name, "a word in lower case expected");
	case SHAPE_WORDS:
		return check_words(r, field->name, value);
	case SHAPE_TEXT:
		if (!json_is_string(value) || json_string_length(value) == 0 || json_string_length(value) > FACT_TEXT_MAX)
			return wrong(r, field->name, "a text of 1 to %d bytes expected", FACT_TEXT_MAX);
		return 0;
	case SHAPE_COLOUR:
		if (!colour_read(json_string_value(value), &colour))
			return wrong(r, field->name, "green, yellow, red or gray expected");
		return 0;
	case SHAPE_TIME:
	case SHAPE_TIME_OR_NULL:
		break;
	}
	return 0;
}

static int
take_words(const struct reading *r, const json_t *given, struct value *ret_value)
{
	struct value_list *list;
	json_t *word;
	size_t i;
	int code = arena_take(r->memory, sizeof *list + json_array_size(given) * sizeof list->items[0], &list, r->e);

	if (code < 0)
		return code;
	list->count = json_array_size(given);
	list->depth = 0;
	json_array_foreach(given, i, word) value_of(word, &list->items[i]);
	*ret_value = value_rows(list);
	return 0;
}

static void
note_untold(const struct reading *r, instant at)
{
	if (at > r->now && at < *r->untold)
		*r->untold = at;
}

/* The item's value of one field, checked; an end that is not known yet becomes null. */
static int
take_field(
	const struct reading *r, const struct field *field, const json_t *value, struct fact *fact, struct value *ret_value)
{
	instant at = 0;
	int code;

	if (!value && field->required)
		return wrong(r, field->name, "missing");
	if (!value || (json_is_null(value) && field->shape == SHAPE_TIME_OR_NULL)) {
		*ret_value = fact_not_given(field->shape);
		return 0;
	}
	if (field->shape == SHAPE_TIME || field->shape == SHAPE_TIME_OR_NULL) {
		if ((code = read_time(r, field->name, value, &at)) < 0)
			return code;
		*ret_value = fact_take_time(fact, field, at, r->zone, r->now);
		note_untold(r, at);
		return 0;
	}
	if ((code = check_value(r, field, value)) < 0)
		return code;
	if (field->shape == SHAPE_COLOUR)
		colour_read(json_string_value(value), &fact->colour);
	if (field->shape == SHAPE_WORDS)
		return take_words(r, value, ret_value);
	value_of(value, ret_value);
	return 0;
}

/* The members of an item by the numbers of their fields, each looked at once. */
static int
gather_fields(const struct reading *r, const struct list_shape *shape, const json_t *given, const json_t **values)
{
	const char *name;
	json_t *value;
	size_t i;

	json_object_foreach((json_t *)given, name, value)
	{
		for (i = 0; i < FACT_FIELDS_MAX && shape->fields[i].name; i++)
			if (strcmp(shape->fields[i].name, name) == 0)
				break;
		if (i == FACT_FIELDS_MAX || !shape->fields[i].name)
			return wrong(r, name, "unknown field");
		values[i] = value;
	}
	return 0;
}

static int
take_fact(const struct reading *r, const json_t *given, struct fact *fact)
{
	const struct list_shape *shape = &fact_shapes[fact->list];
	const json_t *values[FACT_FIELDS_MAX] = {0};
	int code;

	if (!json_is_object(given))
		return wrong(r, NULL, "an object expected");
	if ((code = gather_fields(r, shape, given, values)) < 0)
		return code;
	if ((code = row_new(r->memory, &r->pack->shapes[fact->list], &fact->row, r->e)) < 0)
		return code;
	for (size_t i = 0; i < FACT_FIELDS_MAX && shape->fields[i].name; i++)
		if ((code = take_field(r, &shape->fields[i], values[i], fact, &fact->row->members[i])) < 0)
			return code;
	if (!fact_end(fact, r->now))
		return wrong(r, shape->ends, "before its beginning");
	return 0;
}

static int
compare_times(const void *a, const void *b)
{
	const struct fact *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(((const struct fact *)a)->text, ((const struct fact *)b)->text);
}

/* The canonical text of the fields that the facts gave. */
static int
write_text(struct arena *memory, struct fact *fact, struct error *e)
{
	struct buffer text = buffer_make(ITEM_TEXT_MAX);
	json_t *item = json_object(), *member = NULL;
	size_t left = CERTLOGIC_RESULT_MAX;
	const char *name;
	char *copy;
	int code = item ? 0 : error_no_memory(e);

	for (size_t i = 0; code == 0 && (name = fact_list_field(fact->list, i)); i++)
		if ((code = value_json(&fact->row->members[i], &left, &member, e)) == 0 &&
			json_object_set_new(item, name, member) < 0)
			code = error_no_memory(e);
	if (code == 0 && (code = json_write(item, &text, e)) == 0 &&
		(code = arena_take(memory, text.length + 1, &copy, e)) == 0) {
		memcpy(copy, buffer_text(&text), text.length + 1);
		fact->text = copy;
	}
	buffer_free(&text);
	json_decref(item);
	return code;
}

static bool
is_sorted(const struct fact_items *items)
{
	for (size_t i = 1; i < items->count; i++)
		if (items->items[i - 1].at > items->items[i].at)
			return false;
	return true;
}

/* F2. Few items share a moment: only those are written as text to be compared. */
int
facts_sort(struct fact_items *items, struct arena *memory, struct error *e)
{
	size_t end;
	int code;

	if (!is_sorted(items))
		qsort(items->items, items->count, sizeof *items->items, compare_times);
	for (size_t first = 0; first < items->count; first = end) {
		for (end = first + 1; end < items->count && items->items[end].at == items->items[first].at;)
			end++;
		for (size_t i = first; end - first > 1 && i < end; i++)
			if ((code = write_text(memory, &items->items[i], e)) < 0)
				return code;
		if (end - first > 1)
			qsort(&items->items[first], end - first, sizeof *items->items, compare_texts);
	}
	return 0;
}

static int
take_list(struct reading *r, enum fact_list list, const json_t *given, struct fact_items *items)
{
	size_t count = json_array_size(given), i;
	json_t *item;
	int code;

	if (!given)
		return 0;
	r->list = NULL;
	if (!json_is_array(given))
		return wrong(r, fact_shapes[list].name, "a list expected");
	if ((r->total += count) > EVALUATE_FACTS_MAX)
		return error_set(r->e, ERROR_TOO_LARGE, "facts: more than %d items", EVALUATE_FACTS_MAX);
	if (count == 0)
		return 0;
	if ((code = arena_take(r->memory, count * sizeof *items->items, &items->items, r->e)) < 0)
		return code;
	r->list = fact_shapes[list].name;
	json_array_foreach(given, i, item)
	{
		struct fact *fact = &items->items[items->count];

		r->index = i;
		fact_begin(fact, list);
		if ((code = take_fact(r, item, fact)) < 0)
			return code;
		items->count += fact->at <= r->now;
	}
	return facts_sort(items, r->memory, r->e);
}

static bool
read_level(const json_t *value, enum level *ret_level)
{
	const char *text = json_string_value(value);

	for (int level = LEVEL_LOW; text && level <= LEVEL_HIGH; level++)
		if (strcmp(text, level_name((enum level)level)) == 0) {
			*ret_level = (enum level)level;
			return true;
		}
	return false;
}

static int
compare_steps(const void *a, const void *b)
{
	const struct area_step *x = a, *y = b;

	return x->at != y->at ? (x->at < y->at ? -1 : 1) : (int)x->level - (int)y->level;
}

static int
take_steps(struct reading *r, const json_t *given, struct area *area)
{
	struct area_step *steps = NULL;
	json_t *item;
	size_t i;
	int code;

	if ((r->total += json_array_size(given)) > EVALUATE_FACTS_MAX)
		return error_set(r->e, ERROR_TOO_LARGE, "facts: more than %d items", EVALUATE_FACTS_MAX);
	if ((code = arena_take(r->memory, (json_array_size(given) + 1) * sizeof *steps, &steps, r->e)) < 0)
		return code;
	area->steps = steps;
	json_array_foreach(given, i, item)
	{
		struct area_step *step = &steps[area->step_count];
		const char *name;
		json_t *value;

		*step = (struct area_step){0};
		r->index = i;
		json_object_foreach(item, name, value) if (strcmp(name, "at") != 0 && strcmp(name, "level") != 0 &&
			strcmp(name, "total") != 0 && strcmp(name, "new") != 0) return wrong(r, name, "unknown field");
		if ((code = read_time(r, "at", json_object_get(item, "at"), &step->at)) < 0)
			return code;
		if (!read_level(json_object_get(item, "level"), &step->level))
			return wrong(r, "level", "low, medium or high expected");
		note_untold(r, step->at);
		if (step->at <= r->now)
			area->step_count++;
	}
	if (area->step_count > 1)
		qsort(steps, area->step_count, sizeof *steps, compare_steps);
	return 0;
}

static int
compare_areas(const void *a, const void *b)
{
	return strcmp(((const struct area *)a)->code, ((const struct area *)b)->code);
}

static int
take_area(struct reading *r, const char *code_text, const json_t *given, struct area *area)
{
	char list[POINTER_MAX];
	int code;

	*area = (struct area){.code = code_text, .name = json_object_get(given, "name")};
	snprintf(list, sizeof list, "areas/%.64s/steps", code_text);
	r->list = NULL;
	if (!json_is_array(json_object_get(given, "steps")))
		return wrong(r, list, "a list expected");
	if (area->name && !json_is_object(area->name))
		return wrong(r, "areas", "%.64s: its name must be an object of languages", code_text);
	r->list = list;
	code = take_steps(r, json_object_get(given, "steps"), area);
	r->list = NULL;
	return code;
}

static int
take_areas(struct reading *r, const json_t *given, struct facts *facts)
{
	const char *code_text;
	json_t *item;
	int code;

	r->list = NULL;
	if (!given)
		return 0;
	if (!json_is_object(given))
		return wrong(r, "areas", "an object expected");
	if ((r->total += json_object_size(given)) > EVALUATE_FACTS_MAX)
		return error_set(r->e, ERROR_TOO_LARGE, "facts: more than %d items", EVALUATE_FACTS_MAX);
	if ((code = arena_take(r->memory, (json_object_size(given) + 1) * sizeof *facts->areas, &facts->areas, r->e)) < 0)
		return code;
	json_object_foreach((json_t *)given, code_text,
		item) if ((code = take_area(r, code_text, item, &facts->areas[facts->area_count++])) < 0) return code;
	if (facts->area_count > 1)
		qsort(facts->areas, facts->area_count, sizeof *facts->areas, compare_areas);
	return 0;
}

static int
check_top(const struct reading *r, const json_t *json)
{
	const char *name;
	json_t *value;

	if (!json_is_object(json))
		return error_set(r->e, ERROR_BAD_INPUT, "facts: an object expected");
	json_object_foreach((json_t *)json, name, value)
	{
		bool known = strcmp(name, "applied_at") == 0 || strcmp(name, "birth_date") == 0 || strcmp(name, "areas") == 0;

		for (int i = 0; i < FACT_LIST_COUNT && !known; i++)
			known = strcmp(name, fact_shapes[i].name) == 0;
		if (!known)
			return wrong(r, name, "unknown field");
	}
	return 0;
}

static int
take_birth_date(const struct reading *r, const json_t *given, struct facts *facts)
{
	day_number day;

	if (!given || json_is_null(given))
		return 0;
	if (!json_is_string(given) || day_read(json_string_value(given), json_string_length(given), &day, NULL) < 0)
		return wrong(r, "birth_date", "a date such as \"1980-02-29\" expected");
	facts->born = zone_day_start(r->zone, day);
	return 0;
}

int
facts_read(const json_t *json, const struct pack *pack, instant now, struct arena *memory, struct facts **ret_facts,
	struct error *e)
{
	struct reading r = {.pack = pack, .zone = &pack->zone, .memory = memory, .now = now, .e = e};
	struct facts *facts;
	int code;

	if ((code = check_top(&r, json)) < 0 || (code = arena_take(memory, sizeof *facts, &facts, e)) < 0)
		return code;
	*facts = (struct facts){.born = FACTS_BORN_UNKNOWN, .untold = INT64_MAX};
	r.untold = &facts->untold;
	if ((code = read_time(&r, "applied_at", json_object_get(json, "applied_at"), &facts->applied_at)) < 0 ||
		(code = take_birth_date(&r, json_object_get(json, "birth_date"), facts)) < 0)
		return code;
	if (facts->applied_at > now)
		return error_set(e, ERROR_EXISTS_NOT, "there is no application yet at that time");
	for (int i = 0; i < FACT_LIST_COUNT; i++)
		if ((code = take_list(&r, (enum fact_list)i, json_object_get(json, fact_shapes[i].name), &facts->lists[i])) < 0)
			return code;
	if ((code = take_areas(&r, json_object_get(json, "areas"), facts)) < 0)
		return code;
	*ret_facts = facts;
	return 0;
}

int
facts_read_area(const json_t *json, const char *code, const struct pack *pack, instant now, struct arena *memory,
	struct area *ret_area, instant *ret_from, instant *ret_untold, struct error *e)
{
	instant none = INT64_MAX;
	struct reading all = {
		.pack = pack, .zone = &pack->zone, .memory = memory, .now = INT64_MAX, .untold = &none, .e = e};
	struct area area;
	size_t known = 0;
	int r;

	if ((r = take_area(&all, code, json, &area)) < 0)
		return r;
	*ret_from = area.step_count ? area.steps[0].at : INT64_MAX;
	while (known < area.step_count && area.steps[known].at <= now)
		known++;
	*ret_untold = known < area.step_count ? area.steps[known].at : INT64_MAX;
	area.step_count = known;
	*ret_area = area;
	return 0;
}

const struct area *
facts_area(const struct facts *facts, const char *code)
{
	struct area key = {.code = code};

	return facts->area_count && code
		? bsearch(&key, facts->areas, facts->area_count, sizeof *facts->areas, compare_areas)
		: NULL;
}

enum level
area_level(const struct area *area, instant at)
{
	enum level level = LEVEL_UNKNOWN;

	for (size_t i = 0; area && i < area->step_count && area->steps[i].at <= at; i++)
		level = area->steps[i].level;
	return level;
}

instant
area_next_step(const struct area *area, instant at)
{
	for (size_t i = 0; area && i < area->step_count; i++)
		if (area->steps[i].at > at)
			return area->steps[i].at;
	return INT64_MAX;
}
