/* Deciding from packed rows.
 *
 * P1. A row is read whole before anything of it is used, and nothing outside it is looked at: a row of any bytes is either
 *     facts or ERROR_CORRUPT.
 * P2. What is read is what facts_read() makes of the JSON that the row was packed from. */

#include "policy/packed.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "policy/facts_shape.h"
#include "policy/fold.h"
#include "policy/packed_inside.h"

enum { AREAS_KNOWN_MAX = 100000 };

/* An area that was made known: ${from} is its first step of all, ${untold} the first after the moment, ${area} holds those
 * before that. */
struct known_area {
	instant from, untold;
	struct area area;
};

struct packed {
	const struct pack *pack;
	instant now;
	struct workspace *work;
	struct known_area *known;
	size_t known_count, known_capacity;
	struct arena memory; /* their codes and steps */
	/* the person */
	struct facts facts;
	struct area areas[PACKED_AREAS_MAX];
	size_t used[PACKED_AREAS_MAX];
	size_t visit_capacity, items;
	const uint8_t *at, *end;
	instant before;
};

int
packed_new(const struct pack *pack, instant now, struct packed **ret_packed, struct error *e)
{
	struct packed *packed = calloc(1, sizeof *packed);
	int code;

	if (!packed)
		return error_no_memory(e);
	packed->pack = pack;
	packed->now = now;
	packed->memory.maximum = EVALUATE_MEMORY_MAX;
	if ((code = workspace_new(&packed->work, e)) < 0) {
		packed_free(packed);
		return code;
	}
	*ret_packed = packed;
	return 0;
}

void
packed_free(struct packed *packed)
{
	if (!packed)
		return;
	workspace_free(packed->work);
	arena_release(&packed->memory, (struct arena_mark){0});
	free(packed->known);
	free(packed);
}

int
packed_add_area(struct packed *packed, const char *code, const json_t *area, size_t *ret_number, struct error *e)
{
	struct known_area known = {.from = INT64_MAX};
	const size_t size = strlen(code) + 1;
	char *copy;
	int r;

	if ((r = facts_read_area(
			 area, code, packed->pack, packed->now, &packed->memory, &known.area, &known.from, &known.untold, e)) < 0 ||
		(r = arena_take(&packed->memory, size, &copy, e)) < 0 ||
		(r = array_grow(
			 &packed->known, &packed->known_capacity, packed->known_count + 1, sizeof known, AREAS_KNOWN_MAX, e)) < 0)
		return r;
	memcpy(copy, code, size);
	known.area.code = copy;
	known.area.name = NULL;
	packed->known[packed->known_count] = known;
	*ret_number = packed->known_count++;
	return 0;
}

instant
packed_area_from(const struct packed *packed, size_t number)
{
	return packed->known[number].from;
}

static int
corrupt(struct error *e)
{
	return error_set(e, ERROR_CORRUPT, "a packed row of facts is none");
}

static bool
get_number(struct packed *p, uint64_t *ret_number)
{
	uint64_t number = 0;

	for (unsigned shift = 0; shift < 64 && p->at < p->end; shift += 7) {
		uint8_t byte = *p->at++;

		number |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*ret_number = number;
			return true;
		}
	}
	return false;
}

static bool
get_text(struct packed *p, size_t least, size_t most, const char **ret_text, size_t *ret_length)
{
	const char *text;
	uint64_t length;

	if (!get_number(p, &length) || length < least || length > most || (size_t)(p->end - p->at) < length + 1)
		return false;
	text = (const char *)p->at;
	p->at += length + 1;
	if (text[length] != '\0' || strlen(text) != length)
		return false;
	*ret_text = text;
	*ret_length = (size_t)length;
	return true;
}

/* A time; ${ret_known} (NULL: it cannot be null) says whether it is one. */
static bool
get_time(struct packed *p, instant *ret_at, bool *ret_known)
{
	const int64_t furthest = INT64_C(1) << 40;
	uint64_t number;
	int64_t passed;

	if (!get_number(p, &number))
		return false;
	if (ret_known) {
		*ret_known = number > 0;
		if (number-- == 0)
			return true;
	}
	if (number >= (uint64_t)furthest)
		return false;
	passed = number & 1 ? -(int64_t)(number >> 1) - 1 : (int64_t)(number >> 1);
	p->before += passed;
	if (p->before > furthest || p->before < -furthest)
		return false;
	*ret_at = p->before;
	return true;
}

static struct value
text_of(const char *text, size_t length)
{
	return (struct value){.kind = VALUE_TEXT, .text = text, .length = length};
}

static int
get_words(struct packed *p, struct value *ret_value, struct error *e)
{
	struct value_list *list;
	uint64_t count;
	int code;

	if (!get_number(p, &count) || count > FACT_WORDS_MAX)
		return corrupt(e);
	if (count == 0) {
		*ret_value = fact_not_given(SHAPE_WORDS);
		return 0;
	}
	if ((code = arena_take(&p->work->memory, sizeof *list + count * sizeof list->items[0], &list, e)) < 0)
		return code;
	*list = (struct value_list){.count = (size_t)count};
	for (size_t i = 0; i < count; i++) {
		const char *text;
		size_t length;

		if (!get_text(p, 1, FACT_WORD_MAX, &text, &length))
			return corrupt(e);
		list->items[i] = text_of(text, length);
	}
	*ret_value = value_rows(list);
	return 0;
}

static bool
get_code(struct packed *p, size_t length, bool may_be_null, struct value *ret_value)
{
	const char *text;
	size_t found;

	if (!get_text(p, may_be_null ? 0 : length, length, &text, &found) || (found > 0 && found != length))
		return false;
	*ret_value = found ? text_of(text, found) : (struct value){0};
	return true;
}

static bool
get_amount(struct packed *p, struct value *ret_value)
{
	uint64_t number;

	if (!get_number(p, &number) || number > INT32_MAX)
		return false;
	*ret_value = number ? (struct value){.kind = VALUE_INTEGER, .integer = (int64_t)number - 1} : (struct value){0};
	return true;
}

static void
note_untold(struct packed *p, instant at)
{
	if (at > p->now && at < p->facts.untold)
		p->facts.untold = at;
}

static int
get_field(struct packed *p, const struct field *field, struct fact *fact, struct value *ret_value, struct error *e)
{
	bool good = false, known = true;
	const char *text;
	uint64_t number;
	size_t length;
	instant at = 0;

	switch (field->shape) {
	case SHAPE_TIME:
	case SHAPE_TIME_OR_NULL:
		good = get_time(p, &at, field->shape == SHAPE_TIME ? NULL : &known);
		if (good && known)
			note_untold(p, at);
		if (good)
			*ret_value = known ? fact_take_time(fact, field, at, &p->pack->zone, p->now) : (struct value){0};
		break;
	case SHAPE_COUNTRY:
		good = get_code(p, 2, false, ret_value);
		break;
	case SHAPE_DIVISION:
		good = get_code(p, 6, true, ret_value);
		break;
	case SHAPE_HOURS:
	case SHAPE_DEGREE:
	case SHAPE_DOSE:
	case SHAPE_TEMPERATURE:
		good = get_amount(p, ret_value);
		break;
	case SHAPE_FLAG:
		if ((good = get_number(p, &number) && number <= 1))
			*ret_value = value_boolean(number == 1);
		break;
	case SHAPE_WORD:
	case SHAPE_TEXT:
		if ((good = get_text(p, 1, field->shape == SHAPE_WORD ? FACT_WORD_MAX : FACT_TEXT_MAX, &text, &length)))
			*ret_value = text_of(text, length);
		break;
	case SHAPE_WORDS:
		return get_words(p, ret_value, e);
	case SHAPE_COLOUR:
		if ((good = get_number(p, &number) && number < COLOUR_COUNT)) {
			fact->colour = (enum colour)number;
			*ret_value = value_text(colour_name(fact->colour));
		}
		break;
	}
	return good ? 0 : corrupt(e);
}

static int
get_list(struct packed *p, enum fact_list list, struct error *e)
{
	struct fact_items *items = &p->facts.lists[list];
	uint64_t count;
	int code;

	*items = (struct fact_items){0};
	if (!get_number(p, &count) || count > (uint64_t)(p->end - p->at))
		return corrupt(e);
	if ((p->items += (size_t)count) > EVALUATE_FACTS_MAX)
		return error_set(e, ERROR_TOO_LARGE, "facts: more than %d items", EVALUATE_FACTS_MAX);
	if (count == 0)
		return 0;
	if ((code = arena_take(&p->work->memory, (size_t)count * sizeof *items->items, &items->items, e)) < 0)
		return code;
	for (size_t i = 0; i < count; i++) {
		struct fact *fact = &items->items[items->count];
		size_t number = 0;

		fact_begin(fact, list);
		if ((code = row_new(&p->work->memory, &p->pack->shapes[list], &fact->row, e)) < 0)
			return code;
		for (const struct field *field = fact_shapes[list].fields; field->name; field++)
			if ((code = get_field(p, field, fact, &fact->row->members[number++], e)) < 0)
				return code;
		if (!fact_end(fact, p->now))
			return error_set(
				e, ERROR_BAD_INPUT, "facts: /%s/%zu: ends before its beginning", fact_shapes[list].name, i);
		items->count += fact->at <= p->now;
	}
	return list == FACT_VISITS ? 0 : facts_sort(items, &p->work->memory, e);
}

int
packed_read(struct packed *packed, const void *row, size_t size, struct error *e)
{
	int code;

	packed->at = row;
	packed->end = packed->at + size;
	packed->before = 0;
	packed->items = 0;
	packed->visit_capacity = 0;
	packed->facts = (struct facts){.born = FACTS_BORN_UNKNOWN, .areas = packed->areas, .untold = INT64_MAX};
	workspace_clear(packed->work);
	if (size == 0 || *packed->at++ != PACKED_VERSION || !get_time(packed, &packed->facts.applied_at, NULL))
		return corrupt(e);
	if (packed->facts.applied_at > packed->now)
		return error_set(e, ERROR_EXISTS_NOT, "there is no application yet at that time");
	for (int list = 0; list < FACT_LIST_COUNT; list++)
		if ((code = get_list(packed, (enum fact_list)list, e)) < 0)
			return code;
	return packed->at == packed->end ? 0 : corrupt(e);
}

/* Room for one more visit: the list is moved when it is full. */
static int
make_room(struct packed *p, struct fact_items *visits, struct error *e)
{
	size_t capacity = p->visit_capacity ? 2 * p->visit_capacity : visits->count + 8;
	struct fact *items;
	int code;

	if (p->visit_capacity && visits->count < p->visit_capacity)
		return 0;
	if ((code = arena_take(&p->work->memory, capacity * sizeof *items, &items, e)) < 0)
		return code;
	if (visits->count)
		memcpy(items, visits->items, visits->count * sizeof *items);
	visits->items = items;
	p->visit_capacity = capacity;
	return 0;
}

int
packed_add_visit(
	struct packed *packed, const char *country, const char *division, instant from, instant to, struct error *e)
{
	struct fact_items *visits = &packed->facts.lists[FACT_VISITS];
	const struct field *fields = fact_shapes[FACT_VISITS].fields;
	struct fact *fact;
	int code;

	if (++packed->items > EVALUATE_FACTS_MAX || visits->count >= PACKED_VISITS_MAX)
		return error_set(e, ERROR_TOO_LARGE, "facts: more visits than can be added to a row");
	if ((code = make_room(packed, visits, e)) < 0)
		return code;
	fact = &visits->items[visits->count];
	fact_begin(fact, FACT_VISITS);
	if ((code = row_new(&packed->work->memory, &packed->pack->shapes[FACT_VISITS], &fact->row, e)) < 0)
		return code;
	for (size_t i = 0; fields[i].name; i++) {
		struct value *member = &fact->row->members[i];

		if (fields[i].own)
			*member =
				fact_take_time(fact, &fields[i], fields[i].own & OWN_AT ? from : to, &packed->pack->zone, packed->now);
		else
			*member = fields[i].shape == SHAPE_COUNTRY ? value_text(country)
				: fields[i].shape == SHAPE_DIVISION    ? value_text(division)
													   : fact_not_given(fields[i].shape);
	}
	note_untold(packed, from);
	note_untold(packed, to);
	if (!fact_end(fact, packed->now))
		return error_set(e, ERROR_BAD_INPUT, "facts: /visits: one ends before its beginning");
	visits->count += fact->at <= packed->now;
	return 0;
}

size_t
packed_place_count(const struct packed *packed)
{
	return packed->facts.lists[FACT_RESIDENCES].count + packed->facts.lists[FACT_VISITS].count;
}

struct packed_place
packed_place(const struct packed *packed, size_t number)
{
	const struct fact_items *residences = &packed->facts.lists[FACT_RESIDENCES],
							*visits = &packed->facts.lists[FACT_VISITS];
	const struct fact *fact =
		number < residences->count ? &residences->items[number] : &visits->items[number - residences->count];
	instant from = fact->at > packed->facts.applied_at ? fact->at : packed->facts.applied_at;

	return (struct packed_place){.country = row_text(fact->row, SYMBOL_COUNTRY),
		.division = row_text(fact->row, SYMBOL_DIVISION),
		.matters_from = fact->lasts < from ? fact->lasts : from};
}

int
packed_use_area(struct packed *packed, size_t number, struct error *e)
{
	struct facts *facts = &packed->facts;
	const struct known_area *known = &packed->known[number];
	size_t at = facts->area_count;

	for (size_t i = 0; i < facts->area_count; i++)
		if (packed->used[i] == number)
			return 0;
	if (facts->area_count == PACKED_AREAS_MAX)
		return error_set(e, ERROR_TOO_LARGE, "facts: more areas than a row can have");
	for (; at > 0 && strcmp(packed->areas[at - 1].code, known->area.code) > 0; at--) {
		packed->areas[at] = packed->areas[at - 1];
		packed->used[at] = packed->used[at - 1];
	}
	packed->areas[at] = known->area;
	packed->used[at] = number;
	note_untold(packed, known->untold);
	facts->area_count++;
	return 0;
}

int
packed_decide(struct packed *packed, struct evaluated *ret_evaluated, struct error *e)
{
	int code;

	if ((code = facts_sort(&packed->facts.lists[FACT_VISITS], &packed->work->memory, e)) < 0)
		return code;
	return fold_quietly(packed->pack, &packed->facts, packed->work, packed->now, ret_evaluated, e);
}
