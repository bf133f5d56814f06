#include <math.h>
#include <string.h>

#include "credential/cbor.h"

enum { HEAD_MAX = 9 };

/* The shortest head of major type ${major} with ${argument}; its length. */
static size_t
put_head(uint8_t *head, unsigned major, uint64_t argument)
{
	unsigned info = argument < 24 ? (unsigned)argument
		: argument < 0x100        ? 24
		: argument < 0x10000      ? 25
		: argument < 0x100000000  ? 26
								  : 27;
	size_t size = info < 24 ? 0 : (size_t)1 << (info - 24);

	head[0] = (uint8_t)(major << 5 | info);
	for (size_t i = 0; i < size; i++)
		head[1 + i] = (uint8_t)(argument >> 8 * (size - 1 - i));
	return 1 + size;
}

static size_t
put_bits(uint8_t *head, unsigned info, uint64_t bits)
{
	size_t size = (size_t)1 << (info - 24);

	head[0] = (uint8_t)(CBOR_SIMPLE << 5 | info);
	for (size_t i = 0; i < size; i++)
		head[1 + i] = (uint8_t)(bits >> 8 * (size - 1 - i));
	return 1 + size;
}

/* Whether the float's bits can be said in 16, and them. */
static bool
narrow_to_half(uint32_t bits, uint16_t *ret_half)
{
	uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
	int exponent = (int)(bits >> 23 & 255) - 127;
	uint32_t fraction = bits & 0x7fffff;

	if (exponent == 128 && !fraction) {
		*ret_half = sign | 0x7c00;
		return true;
	}
	if (exponent == -127 && !fraction) {
		*ret_half = sign;
		return true;
	}
	if (exponent >= -14 && exponent <= 15 && !(fraction & 0x1fff)) {
		*ret_half = (uint16_t)(sign | (exponent + 15) << 10 | fraction >> 13);
		return true;
	}
	if (exponent >= -24 && exponent < -14) {
		uint32_t whole = fraction | 0x800000;
		int shift = -exponent - 1;

		if (whole & ((UINT32_C(1) << shift) - 1))
			return false;
		*ret_half = (uint16_t)(sign | whole >> shift);
		return true;
	}
	return false;
}

static size_t
put_float(uint8_t *head, double value)
{
	float narrow = 0;
	uint64_t wide;
	uint32_t bits;
	uint16_t half;

	if (isnan(value))
		return put_bits(head, 25, 0x7e00);
	memcpy(&wide, &value, sizeof wide);
	if (isinf(value) || fabs(value) <= 0x1.fffffep127)
		narrow = (float)value;
	if ((double)narrow != value)
		return put_bits(head, 27, wide);
	memcpy(&bits, &narrow, sizeof bits);
	if (narrow_to_half(bits, &half))
		return put_bits(head, 25, half);
	return put_bits(head, 26, bits);
}

/* The head of ${item}: what precedes its content in the deterministic encoding. */
static size_t
put_item_head(uint8_t *head, const struct cbor_item *item)
{
	switch (item->kind) {
	case CBOR_BYTES:
	case CBOR_TEXT:
	case CBOR_ARRAY:
	case CBOR_MAP:
		return put_head(head, item->kind, item->length);
	case CBOR_FLOAT:
		return put_float(head, item->number);
	default:
		return put_head(head, item->kind, item->value);
	}
}

int
cbor_order(const struct cbor_item *a, const struct cbor_item *b)
{
	uint8_t a_head[HEAD_MAX] = {0}, b_head[HEAD_MAX] = {0};
	int order;

	put_item_head(a_head, a);
	put_item_head(b_head, b);
	if ((order = memcmp(a_head, b_head, HEAD_MAX)) != 0)
		return order;
	if (a->kind == CBOR_BYTES || a->kind == CBOR_TEXT)
		return a->length ? memcmp(a->bytes, b->bytes, a->length) : 0;
	for (a = a->first, b = b->first; a && b; a = a->next, b = b->next)
		if ((order = cbor_order(a, b)) != 0)
			return order;
	return 0;
}

static int
add_head(struct buffer *b, unsigned major, uint64_t argument, struct error *e)
{
	uint8_t head[HEAD_MAX];

	return buffer_add(b, head, put_head(head, major, argument), e);
}

int
cbor_write_integer(struct buffer *b, int64_t value, struct error *e)
{
	return value < 0 ? add_head(b, CBOR_NEGATIVE, (uint64_t)(-1 - value), e)
					 : add_head(b, CBOR_UNSIGNED, (uint64_t)value, e);
}

/* A head and a content, or nothing. */
static int
add_string(struct buffer *b, enum cbor_kind kind, const void *bytes, size_t length, struct error *e)
{
	size_t before = b->length;
	int r;

	if ((r = add_head(b, kind, length, e)) < 0)
		return r;
	if (length && (r = buffer_add(b, bytes, length, e)) < 0)
		b->length = before;
	return r;
}

int
cbor_write_bytes(struct buffer *b, const void *bytes, size_t length, struct error *e)
{
	return add_string(b, CBOR_BYTES, bytes, length, e);
}

int
cbor_write_text(struct buffer *b, const char *text, struct error *e)
{
	return add_string(b, CBOR_TEXT, text, strlen(text), e);
}

int
cbor_write_array(struct buffer *b, size_t count, struct error *e)
{
	return add_head(b, CBOR_ARRAY, count, e);
}

int
cbor_write_map(struct buffer *b, size_t pairs, struct error *e)
{
	return add_head(b, CBOR_MAP, pairs, e);
}

int
cbor_write_tag(struct buffer *b, uint64_t tag, struct error *e)
{
	return add_head(b, CBOR_TAG, tag, e);
}

int
cbor_write_simple(struct buffer *b, uint8_t value, struct error *e)
{
	return add_head(b, CBOR_SIMPLE, value, e);
}

int
cbor_write_float(struct buffer *b, double value, struct error *e)
{
	uint8_t head[HEAD_MAX];

	return buffer_add(b, head, put_float(head, value), e);
}

int
cbor_write_item(struct buffer *b, const struct cbor_item *item, struct error *e)
{
	uint8_t head[HEAD_MAX];
	int r;

	if (item->kind == CBOR_BYTES || item->kind == CBOR_TEXT)
		return add_string(b, item->kind, item->bytes, item->length, e);
	if ((r = buffer_add(b, head, put_item_head(head, item), e)) < 0)
		return r;
	for (const struct cbor_item *part = item->first; part; part = part->next)
		if ((r = cbor_write_item(b, part, e)) < 0)
			return r;
	return 0;
}
