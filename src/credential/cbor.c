/* Looking into what was read. */

#include "credential/cbor.h"

#include <math.h>
#include <string.h>

const struct cbor_item *
cbor_at(const struct cbor_item *map, int64_t key)
{
	enum cbor_kind kind = key < 0 ? CBOR_NEGATIVE : CBOR_UNSIGNED;
	uint64_t value = key < 0 ? (uint64_t)(-1 - key) : (uint64_t)key;

	if (!map || map->kind != CBOR_MAP)
		return NULL;
	for (const struct cbor_item *item = map->first; item; item = item->next->next)
		if (item->kind == kind && item->value == value)
			return item->next;
	return NULL;
}

const struct cbor_item *
cbor_at_text(const struct cbor_item *map, const char *key)
{
	size_t length = strlen(key);

	if (!map || map->kind != CBOR_MAP)
		return NULL;
	for (const struct cbor_item *item = map->first; item; item = item->next->next)
		if (item->kind == CBOR_TEXT && item->length == length && (!length || memcmp(item->bytes, key, length) == 0))
			return item->next;
	return NULL;
}

bool
cbor_integer(const struct cbor_item *item, int64_t *ret_value)
{
	if (!item || item->kind > CBOR_NEGATIVE || item->value > INT64_MAX)
		return false;
	*ret_value = item->kind == CBOR_NEGATIVE ? -1 - (int64_t)item->value : (int64_t)item->value;
	return true;
}

bool
cbor_time(const struct cbor_item *item, int64_t *ret_at)
{
	if (item && item->kind == CBOR_FLOAT && fabs(item->number) <= 0x1p53) {
		*ret_at = (int64_t)floor(item->number);
		return true;
	}
	return cbor_integer(item, ret_at);
}

bool
cbor_text(const struct cbor_item *item, char *text, size_t size)
{
	if (!item || item->kind != CBOR_TEXT || item->length >= size)
		return false;
	if (item->length && memchr(item->bytes, 0, item->length))
		return false;
	if (item->length)
		memcpy(text, item->bytes, item->length);
	text[item->length] = 0;
	return true;
}

static int
array_to_json(const struct cbor_item *item, json_t **ret_json, struct error *e)
{
	json_t *array = json_array(), *part;
	int r = array ? 0 : error_no_memory(e);

	for (item = item->first; r == 0 && item; item = item->next)
		if ((r = cbor_to_json(item, &part, e)) == 0 && json_array_append_new(array, part) < 0)
			r = error_no_memory(e);
	if (r < 0)
		json_decref(array);
	else
		*ret_json = array;
	return r;
}

static int
map_to_json(const struct cbor_item *item, json_t **ret_json, struct error *e)
{
	json_t *object = json_object(), *part;
	int r = object ? 0 : error_no_memory(e);

	for (item = item->first; r == 0 && item; item = item->next->next) {
		if (item->kind != CBOR_TEXT)
			r = error_set(e, ERROR_BAD_INPUT, "CBOR: JSON has only text as keys");
		else if ((r = cbor_to_json(item->next, &part, e)) == 0 &&
			json_object_setn_new(object, (const char *)item->bytes, item->length, part) < 0)
			r = error_no_memory(e);
	}
	if (r < 0)
		json_decref(object);
	else
		*ret_json = object;
	return r;
}

int
cbor_to_json(const struct cbor_item *item, json_t **ret_json, struct error *e)
{
	json_t *json = NULL;
	int64_t value;

	switch (item->kind) {
	case CBOR_UNSIGNED:
	case CBOR_NEGATIVE:
		if (!cbor_integer(item, &value))
			return error_set(e, ERROR_BAD_INPUT, "CBOR: an integer past 64 bits has no JSON here");
		json = json_integer(value);
		break;
	case CBOR_TEXT:
		json = json_stringn(item->length ? (const char *)item->bytes : "", item->length);
		break;
	case CBOR_ARRAY:
		return array_to_json(item, ret_json, e);
	case CBOR_MAP:
		return map_to_json(item, ret_json, e);
	case CBOR_TAG:
		return cbor_to_json(item->first, ret_json, e);
	case CBOR_FLOAT:
		if (!isfinite(item->number))
			return error_set(e, ERROR_BAD_INPUT, "CBOR: a float that is no number has no JSON");
		json = json_real(item->number);
		break;
	case CBOR_SIMPLE:
		if (item->value != CBOR_FALSE && item->value != CBOR_TRUE && item->value != CBOR_NULL)
			return error_set(e, ERROR_BAD_INPUT, "CBOR: a simple value without JSON");
		json = item->value == CBOR_NULL ? json_null() : json_boolean(item->value == CBOR_TRUE);
		break;
	default:
		return error_set(e, ERROR_BAD_INPUT, "CBOR: bytes have no JSON");
	}
	if (!json)
		return error_no_memory(e);
	*ret_json = json;
	return 0;
}
