/* Whose codes of which colours count where, in the signed list and by it. */

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "credential/trust_list.h"

enum {
	RECOGNISED_ISSUER = 1,
	RECOGNISED_COLOURS = 2,
	RECOGNISED_FRESH = 3,
	RECOGNISED_FROM = 4,
	RECOGNISED_TO = 5,
};

instant
trust_recognised_until(const struct trust_recognition *recognition, const char *issuer, enum code_colour colour,
	instant issued_at, instant now)
{
	const int64_t fresh_s = recognition->fresh_s;

	if (strcmp(recognition->issuer, issuer) != 0 || !recognition->colours[colour] || now < recognition->from ||
		now >= recognition->to || (fresh_s && now - issued_at >= fresh_s))
		return INT64_MIN;
	return fresh_s && issued_at + fresh_s < recognition->to ? issued_at + fresh_s : recognition->to;
}

static const struct trust_gate *
find(const struct trust *trust, const char *jurisdiction)
{
	for (size_t i = 0; i < trust->gate_count; i++)
		if (strcmp(trust->gates[i].jurisdiction, jurisdiction) == 0)
			return &trust->gates[i];
	return NULL;
}

bool
trust_speaks_of(const struct trust *trust, const char *jurisdiction)
{
	return find(trust, jurisdiction) != NULL;
}

bool
trust_recognises(const struct trust *trust, const char *jurisdiction, const char *issuer, enum code_colour colour,
	instant issued_at, instant now)
{
	const struct trust_gate *gate = find(trust, jurisdiction);

	if (strcmp(jurisdiction, issuer) == 0)
		return true;
	for (size_t i = 0; gate && i < gate->count; i++)
		if (trust_recognised_until(&trust->recognised[gate->first + i], issuer, colour, issued_at, now) > now)
			return true;
	return false;
}

static bool
read_colours(const struct cbor_item *item, bool colours[CODE_GRAY + 1])
{
	int64_t colour;

	if (!item || item->kind != CBOR_ARRAY || !item->length)
		return false;
	for (const struct cbor_item *one = item->first; one; one = one->next) {
		if (!cbor_integer(one, &colour) || colour < CODE_GREEN || colour > CODE_GRAY)
			return false;
		colours[colour] = true;
	}
	return true;
}

static bool
read_time(const struct cbor_item *item, instant otherwise, instant *ret_time)
{
	*ret_time = otherwise;
	return !item || cbor_integer(item, ret_time);
}

static int
read_recognition(struct trust *trust, const struct cbor_item *item, struct error *e)
{
	const struct cbor_item *fresh = cbor_at(item, RECOGNISED_FRESH);
	struct trust_recognition found = {0};
	int r;

	if (!cbor_text(cbor_at(item, RECOGNISED_ISSUER), found.issuer, sizeof found.issuer) || !found.issuer[0])
		return error_set(e, ERROR_BAD_INPUT, "trust list: a recognition without its issuer");
	if (!read_colours(cbor_at(item, RECOGNISED_COLOURS), found.colours))
		return error_set(e, ERROR_BAD_INPUT, "trust list: a recognition needs colours, of 1 to 4");
	if ((fresh && (!cbor_integer(fresh, &found.fresh_s) || found.fresh_s < 1 || found.fresh_s > TRUST_FRESH_MAX_S)) ||
		!read_time(cbor_at(item, RECOGNISED_FROM), INT64_MIN, &found.from) ||
		!read_time(cbor_at(item, RECOGNISED_TO), TRUST_NEVER, &found.to))
		return error_set(e, ERROR_BAD_INPUT, "trust list: a recognition's times are not times");
	if ((r = array_grow(&trust->recognised, &trust->recognised_capacity, trust->recognised_count + 1,
			 sizeof *trust->recognised, TRUST_RECOGNISED_MAX, e)) < 0)
		return r;
	trust->recognised[trust->recognised_count++] = found;
	return 0;
}

int
trust_read_gates(struct trust *trust, const struct cbor_item *item, struct error *e)
{
	int r;

	if (item->kind != CBOR_MAP)
		return error_set(e, ERROR_BAD_INPUT, "trust list: what counts where is a map of jurisdictions");
	for (const struct cbor_item *name = item->first; name; name = name->next->next) {
		struct trust_gate gate = {.first = trust->recognised_count};

		if (!cbor_text(name, gate.jurisdiction, sizeof gate.jurisdiction) || !gate.jurisdiction[0] ||
			name->next->kind != CBOR_ARRAY)
			return error_set(e, ERROR_BAD_INPUT, "trust list: what counts where is a jurisdiction and a list each");
		for (const struct cbor_item *one = name->next->first; one; one = one->next)
			if ((r = read_recognition(trust, one, e)) < 0)
				return r;
		gate.count = trust->recognised_count - gate.first;
		if ((r = array_grow(&trust->gates, &trust->gate_capacity, trust->gate_count + 1, sizeof *trust->gates,
				 TRUST_RECOGNISED_MAX, e)) < 0)
			return r;
		trust->gates[trust->gate_count++] = gate;
	}
	return 0;
}

static int
write_optional(struct buffer *b, int key, bool there, int64_t value, struct error *e)
{
	int r;

	if (!there)
		return 0;
	return (r = cbor_write_integer(b, key, e)) < 0 ? r : cbor_write_integer(b, value, e);
}

static int
write_recognition(struct buffer *b, const struct trust_recognition *recognition, struct error *e)
{
	const bool fresh = recognition->fresh_s > 0, begins = recognition->from != INT64_MIN,
			   ends = recognition->to != TRUST_NEVER;
	size_t colours = 0;
	int r;

	for (enum code_colour colour = CODE_GREEN; colour <= CODE_GRAY; colour++)
		colours += recognition->colours[colour];
	if ((r = cbor_write_map(b, 2U + fresh + begins + ends, e)) < 0 ||
		(r = cbor_write_integer(b, RECOGNISED_ISSUER, e)) < 0 || (r = cbor_write_text(b, recognition->issuer, e)) < 0 ||
		(r = cbor_write_integer(b, RECOGNISED_COLOURS, e)) < 0 || (r = cbor_write_array(b, colours, e)) < 0)
		return r;
	for (enum code_colour colour = CODE_GREEN; colour <= CODE_GRAY; colour++)
		if (recognition->colours[colour] && (r = cbor_write_integer(b, colour, e)) < 0)
			return r;
	if ((r = write_optional(b, RECOGNISED_FRESH, fresh, recognition->fresh_s, e)) < 0 ||
		(r = write_optional(b, RECOGNISED_FROM, begins, recognition->from, e)) < 0)
		return r;
	return write_optional(b, RECOGNISED_TO, ends, recognition->to, e);
}

/* The deterministic order of text keys: the shorter first, then by bytes. */
static int
order_gates(const void *a, const void *b)
{
	const char *x = (*(const struct trust_gates *const *)a)->jurisdiction,
			   *y = (*(const struct trust_gates *const *)b)->jurisdiction;
	const size_t x_length = strlen(x), y_length = strlen(y);

	return x_length != y_length ? (x_length > y_length) - (x_length < y_length) : strcmp(x, y);
}

int
trust_write_gates(const struct trust_facts *facts, struct buffer *b, struct error *e)
{
	/* An array of pointers. NOLINTNEXTLINE(bugprone-sizeof-expression) */
	const struct trust_gates **gates = calloc(facts->gates_count, sizeof *gates);
	int r;

	if (!gates)
		return error_no_memory(e);
	for (size_t i = 0; i < facts->gates_count; i++)
		gates[i] = &facts->gates[i];
	/* NOLINTNEXTLINE(bugprone-sizeof-expression) */
	qsort(gates, facts->gates_count, sizeof *gates, order_gates);
	r = cbor_write_map(b, facts->gates_count, e);
	for (size_t i = 0; r == 0 && i < facts->gates_count; i++) {
		if ((r = cbor_write_text(b, gates[i]->jurisdiction, e)) < 0 ||
			(r = cbor_write_array(b, gates[i]->count, e)) < 0)
			break;
		for (size_t j = 0; r == 0 && j < gates[i]->count; j++)
			r = write_recognition(b, &gates[i]->recognised[j], e);
	}
	free(gates);
	return r;
}
