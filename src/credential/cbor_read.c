/* Reading CBOR.
 *
 * I1. Memory grows only with items and string pieces that were there: a head that promises more than the bytes that
 *     are left can hold is refused before anything is allocated.
 * I2. Recursion is at most limits->depth + 1 deep.
 * I3. A map's pairs are sorted by key as soon as it ends, so equal keys stand side by side, and two maps are equal if
 *     and only if their lists are. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "credential/cbor.h"

enum { BLOCK_ITEMS = 64, INDEFINITE = 31, BREAK = 0xff };

struct block {
	struct block *next;
	size_t used;
	struct cbor_item items[BLOCK_ITEMS];
};

/* Strings that came in pieces, joined. */
struct joined {
	struct joined *next;
	uint8_t bytes[];
};

struct cbor {
	struct block *blocks;
	struct joined *joined;
	const struct cbor_item *root;
};

struct reader {
	const uint8_t *start, *at, *end;
	const struct cbor_limits *limits;
	size_t items;
	struct cbor *document;
	struct error *e;
};

const struct cbor_limits cbor_limits_default = {.bytes = 65536, .items = 4096, .depth = 16};

static int read_item(struct reader *r, size_t depth, struct cbor_item **ret_item);

static int
bad(struct reader *r, const char *reason)
{
	return error_set(r->e, ERROR_BAD_INPUT, "CBOR, byte %zu: %s", (size_t)(r->at - r->start), reason);
}

static size_t
left(const struct reader *r)
{
	return (size_t)(r->end - r->at);
}

static struct cbor_item *
item_new(struct reader *r, enum cbor_kind kind)
{
	struct block *block = r->document->blocks;

	if (r->items >= r->limits->items) {
		error_set(r->e, ERROR_TOO_LARGE, "CBOR: more than the maximum of %zu items", r->limits->items);
		return NULL;
	}
	if (!block || block->used == BLOCK_ITEMS) {
		if (!(block = malloc(sizeof *block))) {
			error_no_memory(r->e);
			return NULL;
		}
		block->next = r->document->blocks;
		block->used = 0;
		r->document->blocks = block;
	}
	r->items++;
	block->items[block->used] = (struct cbor_item){.kind = kind};
	return &block->items[block->used++];
}

/* The argument of a head whose low five bits are ${info} (not INDEFINITE). */
static int
read_argument(struct reader *r, unsigned info, uint64_t *ret_value)
{
	size_t size;
	uint64_t value = 0;

	if (info < 24) {
		*ret_value = info;
		return 0;
	}
	if (info > 27)
		return bad(r, "a reserved additional information");
	size = (size_t)1 << (info - 24);
	if (left(r) < size)
		return bad(r, "ends inside a head");
	for (size_t i = 0; i < size; i++)
		value = value << 8 | *r->at++;
	*ret_value = value;
	return 0;
}

/* A definite string's content, not copied. */
static int
take_string(struct reader *r, enum cbor_kind kind, uint64_t length, const uint8_t **ret_bytes)
{
	if (length > left(r))
		return bad(r, "a string longer than what follows");
	if (kind == CBOR_TEXT && !text_is_utf8((const char *)r->at, (size_t)length))
		return bad(r, "text that is not UTF-8");
	*ret_bytes = r->at;
	r->at += length;
	return 0;
}

/* Whether the next byte ends an indefinite item; steps over it if so. Past the end is no break. */
static bool
at_break(struct reader *r)
{
	if (r->at == r->end || *r->at != BREAK)
		return false;
	r->at++;
	return true;
}

/* Walk over a string's pieces, copying them to ${bytes} where that is not NULL; the sum of their lengths. */
static int
take_pieces(struct reader *r, enum cbor_kind kind, uint8_t *bytes, size_t *ret_length)
{
	size_t total = 0;
	int code;

	while (!at_break(r)) {
		const uint8_t *piece;
		uint64_t length;
		unsigned head;

		if (r->at == r->end)
			return bad(r, "ends inside a string of pieces");
		head = *r->at++;
		if (head >> 5 != (unsigned)kind || (head & 31) == INDEFINITE)
			return bad(r, "a piece of another kind");
		if ((code = read_argument(r, head & 31, &length)) < 0 || (code = take_string(r, kind, length, &piece)) < 0)
			return code;
		if (bytes && length)
			memcpy(bytes + total, piece, length);
		total += length;
	}
	*ret_length = total;
	return 0;
}

static int
read_pieces(struct reader *r, struct cbor_item *item)
{
	const uint8_t *start = r->at;
	struct joined *joined;
	int code;

	if ((code = take_pieces(r, item->kind, NULL, &item->length)) < 0)
		return code;
	if (!(joined = malloc(sizeof *joined + item->length + 1)))
		return error_no_memory(r->e);
	joined->next = r->document->joined;
	r->document->joined = joined;
	r->at = start;
	item->bytes = joined->bytes;
	return take_pieces(r, item->kind, joined->bytes, &item->length);
}

struct pair {
	struct cbor_item *key, *value;
};

static int
order_pairs(const void *a, const void *b)
{
	return cbor_order(((const struct pair *)a)->key, ((const struct pair *)b)->key);
}

/* Link the pairs in order (I3). */
static int
link_pairs(struct reader *r, struct pair *pairs, size_t count, struct cbor_item *map)
{
	const struct cbor_item **link = &map->first;
	bool sorted = true;

	for (size_t i = 1; i < count && sorted; i++)
		sorted = order_pairs(&pairs[i - 1], &pairs[i]) < 0;
	if (!sorted)
		qsort(pairs, count, sizeof *pairs, order_pairs);
	for (size_t i = 0; i < count; i++) {
		if (!sorted && i > 0 && order_pairs(&pairs[i - 1], &pairs[i]) == 0)
			return bad(r, "a map with two equal keys ends here");
		*link = pairs[i].key;
		pairs[i].key->next = pairs[i].value;
		pairs[i].value->next = NULL;
		link = &pairs[i].value->next;
	}
	map->length = count;
	return 0;
}

static int
read_map(struct reader *r, bool definite, uint64_t count, size_t depth, struct cbor_item *map)
{
	struct pair *pairs = NULL;
	size_t capacity = 0, used = 0;
	int code = 0;

	while (definite ? used < count : !at_break(r)) {
		if ((code = array_grow(&pairs, &capacity, used + 1, sizeof *pairs, r->limits->items, r->e)) < 0 ||
			(code = read_item(r, depth + 1, &pairs[used].key)) < 0 ||
			(code = read_item(r, depth + 1, &pairs[used].value)) < 0)
			goto out;
		used++;
	}
	code = link_pairs(r, pairs, used, map);
out:
	free(pairs);
	return code;
}

static int
read_array(struct reader *r, bool definite, uint64_t count, size_t depth, struct cbor_item *array)
{
	const struct cbor_item **link = &array->first;
	int code;

	while (definite ? array->length < count : !at_break(r)) {
		struct cbor_item *item = NULL;

		if ((code = read_item(r, depth + 1, &item)) != 0)
			return code;
		*link = item;
		link = &item->next;
		array->length++;
	}
	return 0;
}

static double
half(unsigned bits)
{
	unsigned exponent = bits >> 10 & 31, fraction = bits & 1023;
	double value;

	if (exponent == 31)
		value = fraction ? (double)NAN : (double)INFINITY;
	else if (exponent)
		value = ldexp(fraction + 1024, (int)exponent - 25);
	else
		value = ldexp(fraction, -24);
	return bits & 0x8000 ? -value : value;
}

static int
read_simple(struct reader *r, unsigned info, struct cbor_item *item)
{
	uint64_t bits;
	int code;

	if (info == INDEFINITE)
		return bad(r, "a break outside of anything");
	if ((code = read_argument(r, info, &bits)) < 0)
		return code;
	if (info == 24 && bits < 32)
		return bad(r, "a simple value in the wrong form");
	if (info <= 24) {
		item->value = bits;
		return 0;
	}
	item->kind = CBOR_FLOAT;
	if (info == 25) {
		item->number = half((unsigned)bits);
	} else if (info == 26) {
		uint32_t narrow = (uint32_t)bits;
		float number;

		memcpy(&number, &narrow, sizeof number);
		item->number = (double)number;
	} else {
		memcpy(&item->number, &bits, sizeof item->number);
	}
	return 0;
}

static int
read_container(struct reader *r, unsigned info, size_t depth, struct cbor_item *item)
{
	bool definite = info != INDEFINITE;
	uint64_t count = 0, most;
	int code;

	if (depth >= r->limits->depth)
		return error_set(r->e, ERROR_TOO_LARGE, "CBOR: nested deeper than the maximum of %zu", r->limits->depth);
	if (definite && (code = read_argument(r, info, &count)) < 0)
		return code;
	if (item->kind == CBOR_TAG) {
		struct cbor_item *content;

		if (!definite)
			return bad(r, "a tag of indefinite length");
		item->value = count;
		if ((code = read_item(r, depth + 1, &content)) == 0)
			item->first = content;
		return code;
	}
	most = item->kind == CBOR_MAP ? left(r) / 2 : left(r);
	if (count > most)
		return bad(r, "a container of more items than what follows can hold");
	return item->kind == CBOR_MAP ? read_map(r, definite, count, depth, item)
								  : read_array(r, definite, count, depth, item);
}

static int
read_item(struct reader *r, size_t depth, struct cbor_item **ret_item)
{
	struct cbor_item *item;
	unsigned head, info;
	int code = 0;

	if (r->at == r->end)
		return bad(r, "ends where an item should be");
	head = *r->at++;
	info = head & 31;
	if (!(item = item_new(r, (enum cbor_kind)(head >> 5))))
		return r->items >= r->limits->items ? ERROR_TOO_LARGE : ERROR_NO_MEMORY;
	switch (item->kind) {
	case CBOR_UNSIGNED:
	case CBOR_NEGATIVE:
		code = read_argument(r, info, &item->value);
		break;
	case CBOR_BYTES:
	case CBOR_TEXT: {
		uint64_t length;

		if (info == INDEFINITE) {
			code = read_pieces(r, item);
		} else if ((code = read_argument(r, info, &length)) == 0 &&
			(code = take_string(r, item->kind, length, &item->bytes)) == 0) {
			item->length = (size_t)length;
		}
		break;
	}
	case CBOR_SIMPLE:
		code = read_simple(r, info, item);
		break;
	default:
		code = read_container(r, info, depth, item);
	}
	if (code == 0)
		*ret_item = item;
	return code;
}

int
cbor_read(
	const uint8_t *bytes, size_t length, const struct cbor_limits *limits, struct cbor **ret_document, struct error *e)
{
	struct reader r = {.start = bytes, .at = bytes, .end = bytes + length, .limits = limits, .e = e};
	struct cbor_item *root = NULL;
	int code;

	if (length > limits->bytes)
		return error_set(e, ERROR_TOO_LARGE, "CBOR: more than the maximum of %zu bytes", limits->bytes);
	if (!(r.document = calloc(1, sizeof *r.document)))
		return error_no_memory(e);
	if ((code = read_item(&r, 0, &root)) != 0)
		goto out;
	if (r.at != r.end) {
		code = bad(&r, "bytes follow the item");
		goto out;
	}
	r.document->root = root;
	*ret_document = r.document;
	r.document = NULL;
out:
	cbor_free(r.document);
	return code;
}

void
cbor_free(struct cbor *document)
{
	if (!document)
		return;
	while (document->blocks) {
		struct block *next = document->blocks->next;

		free(document->blocks);
		document->blocks = next;
	}
	while (document->joined) {
		struct joined *next = document->joined->next;

		free(document->joined);
		document->joined = next;
	}
	free(document);
}

const struct cbor_item *
cbor_root(const struct cbor *document)
{
	return document->root;
}
