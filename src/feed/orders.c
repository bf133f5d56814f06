/* orders: from when people may leave or enter an area, and on which conditions. Natural key: the order's name. */

#include <string.h>

#include "base/json_memory.h"
#include "feed/import.h"
#include "place/place.h"

enum { ORDER, DIRECTION, DIVISION, FROM, TEXT_ZH, TEXT_EN, SOURCE, EXCEPT, TO, WHO, NEEDS, TRANSPORT };
static const struct row_column columns[] = {{"order", true}, {"direction", true}, {"division", true}, {"from", true},
	{"text_zh", true}, {"text_en", true}, {"source", true}, {"except", false}, {"to", false}, {"for", false},
	{"needs", false}, {"transport", false}};

static bool
is_need(const char *word, size_t length)
{
	static const char *const needs[] = {"green_at_origin", "green_at_destination", "negative_test"};

	for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
		if (strlen(needs[i]) == length && memcmp(needs[i], word, length) == 0)
			return true;
	return false;
}

static bool
is_division(const char *word, size_t length)
{
	return division_find_text(word, length) != NULL;
}

/* A list with ';' between its words, each of which ${is} knows. */
static int
read_words(struct import *import, const struct row *row, size_t column, bool (*is)(const char *, size_t),
	const char *why, json_t **ret_list, struct error *e)
{
	const char *text = import_text(row, column);
	json_t *list = json_array();

	while (text && *text) {
		size_t length = strcspn(text, ";");

		if (!is(text, length)) {
			json_decref(list);
			return import_refuse(import, row, column, e, why);
		}
		json_array_append_new(list, json_stringn(text, length));
		text += length + (text[length] == ';');
	}
	*ret_list = list;
	return list ? 0 : error_no_memory(e);
}

static int
check_words(struct import *import, const struct row *row, struct error *e)
{
	const char *direction = import_text(row, DIRECTION), *who = import_text(row, WHO);
	const char *transport = import_text(row, TRANSPORT);

	if (row->fields[ORDER]->length >= EVIDENCE_KEY_MAX)
		return import_refuse(import, row, ORDER, e, "an order's name has at most 255 bytes");
	if (strcmp(direction, "leave") != 0 && strcmp(direction, "enter") != 0)
		return import_refuse(import, row, DIRECTION, e, "leave or enter");
	if (who && !import_is_word(who))
		return import_refuse(import, row, WHO, e, "for whom is a word, such as migrant_workers");
	if (transport && !import_is_word(transport))
		return import_refuse(import, row, TRANSPORT, e, "transport is a word, such as point_to_point");
	return import_check_division(import, row, DIVISION, e);
}

static int
take(struct import *import, const struct row *row, enum taken *ret_taken, struct error *e)
{
	json_t *except = NULL, *needs = NULL;
	size_t failures = json_memory_failures();
	instant from, to;
	json_t *body;
	int code;

	if ((code = check_words(import, row, e)) < 0 || (code = import_time(import, row, FROM, &from, e)) < 0 ||
		(code = import_time_or(import, row, TO, INT64_MAX, &to, e)) < 0)
		return code;
	if (to <= from)
		return import_refuse(import, row, TO, e, "the end is not after the beginning");
	if ((code = read_words(import, row, EXCEPT, is_division, "divisions with ';' between expected", &except, e)) < 0 ||
		(code = read_words(import, row, NEEDS, is_need,
			 "green_at_origin, green_at_destination and negative_test are known, with ';' between", &needs, e)) < 0) {
		json_decref(except);
		return code;
	}
	body = json_pack("{s:s, s:s, s:o, s:o, s:o, s:s, s:o, s:s?, s:{s:s, s:s}, s:s}", "direction",
		import_text(row, DIRECTION), "division", import_text(row, DIVISION), "except", except, "from",
		import_time_json(from), "to", to == INT64_MAX ? json_null() : import_time_json(to), "for",
		import_text(row, WHO) ? import_text(row, WHO) : "everyone", "needs", needs, "transport",
		import_text(row, TRANSPORT), "text", "zh", import_text(row, TEXT_ZH), "en", import_text(row, TEXT_EN), "source",
		import_text(row, SOURCE));
	if (body && json_memory_failures() != failures) {
		json_decref(body);
		body = NULL;
	}
	return import_evidence(import, EVIDENCE_TRAVEL_ORDER, 0, import_text(row, ORDER), from, body, ret_taken, e);
}

const struct import_kind import_orders = {
	.name = "orders", .forms = FORM("orders", columns), .form_count = 1, .take = take};
