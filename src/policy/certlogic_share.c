/* Which nodes of programs are equal, so that a run need work them out once only. */

#include <stdlib.h>
#include <string.h>

#include "policy/certlogic_program.h"

/* A node that is worth keeping: what it is, as a number that equal nodes share. */
struct candidate {
	uint64_t hash;
	uint32_t program, node;
};

static uint64_t
mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0x9E3779B97F4A7C15);
	return hash ^ hash >> 29;
}

static uint64_t
mix_text(uint64_t hash, const char *text, size_t length)
{
	hash = mix(hash, length);
	for (size_t i = 0; i < length; i++)
		hash = mix(hash, (unsigned char)text[i]);
	return hash;
}

static bool
is_worth_keeping(enum certlogic_kind kind)
{
	return kind == CERTLOGIC_IF || kind == CERTLOGIC_AND || kind == CERTLOGIC_IN || kind == CERTLOGIC_REDUCE ||
		kind == CERTLOGIC_PLUS_TIME || kind == CERTLOGIC_BIRTH_DATE || certlogic_compares_dates(kind);
}

/* Whether an access may give the item or something that holds it. Within a reduce it may be reached through "data". */
static bool
sees_item(const struct certlogic_program *p, const struct certlogic_node *node)
{
	bool only_data = true;

	for (uint32_t i = 0; i < node->count; i++) {
		const char *key = p->fragments[node->first + i].key;

		if (strcmp(key, "item") == 0)
			return true;
		only_data = only_data && strcmp(key, "data") == 0;
	}
	return only_data;
}

/* From the leaves on: each node's hash in ${hashes}, and what it sees. Nodes in a lambda are never kept by themselves. */
static void
measure(struct certlogic_program *p, uint64_t *hashes, bool *in_lambda)
{
	for (uint32_t at = 0; at < p->node_count; at++)
		in_lambda[at] = at > 0 &&
			(in_lambda[p->nodes[at].parent] ||
				(p->nodes[p->nodes[at].parent].kind == CERTLOGIC_REDUCE && p->nodes[at].slot == 1));
	for (uint32_t at = (uint32_t)p->node_count; at-- > 0;) {
		struct certlogic_node *node = &p->nodes[at];
		uint64_t hash = mix(mix(node->kind, node->unit), (uint64_t)node->integer);

		node->memo = 0;
		node->sees_item = node->kind == CERTLOGIC_VAR && sees_item(p, node);
		if (node->text)
			hash = mix_text(hash, node->text, node->length);
		for (uint32_t i = 0; node->kind != CERTLOGIC_VAR && i < node->count; i++) {
			uint32_t child = p->operands[node->first + i];

			hash = mix(hash, hashes[child]);
			node->sees_item = node->sees_item || p->nodes[child].sees_item;
		}
		hashes[at] = mix(hash, node->count);
	}
}

static bool
are_equal(const struct certlogic_program *p, uint32_t a, const struct certlogic_program *q, uint32_t b)
{
	const struct certlogic_node *x = &p->nodes[a], *y = &q->nodes[b];

	if (x->kind != y->kind || x->unit != y->unit || x->integer != y->integer || x->length != y->length ||
		x->count != y->count || (x->length && memcmp(x->text, y->text, x->length) != 0))
		return false;
	for (uint32_t i = 0; x->kind != CERTLOGIC_VAR && i < x->count; i++)
		if (!are_equal(p, p->operands[x->first + i], q, q->operands[y->first + i]))
			return false;
	return true;
}

static int
compare_candidates(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->program != y->program)
		return x->program < y->program ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

/* Give those of one hash that equal the first of them a number; return whether there are any. */
static bool
number_equals(struct certlogic_program *const *programs, const struct candidate *first, size_t count, uint8_t number)
{
	struct certlogic_program *p = programs[first->program];
	bool found = false;

	for (size_t i = 1; i < count; i++) {
		struct certlogic_program *q = programs[first[i].program];

		if (!are_equal(p, first->node, q, first[i].node))
			continue;
		q->nodes[first[i].node].memo = number;
		found = true;
	}
	if (found)
		p->nodes[first->node].memo = number;
	return found;
}

int
certlogic_share(struct certlogic_program *const *programs, size_t count, struct error *e)
{
	struct candidate *candidates = NULL;
	uint64_t *hashes = NULL;
	bool *in_lambda = NULL;
	size_t most = 1, all = 1, found = 0, end;
	int numbers = 0, r = 0;

	for (size_t i = 0; i < count; i++) {
		most = programs[i]->node_count > most ? programs[i]->node_count : most;
		all += programs[i]->node_count;
	}
	candidates = malloc(all * sizeof *candidates);
	hashes = malloc(most * sizeof *hashes);
	in_lambda = malloc(most * sizeof *in_lambda);
	if (!candidates || !hashes || !in_lambda) {
		r = error_no_memory(e);
		goto out;
	}
	for (size_t i = 0; i < count; i++) {
		measure(programs[i], hashes, in_lambda);
		for (uint32_t at = 0; at < programs[i]->node_count; at++)
			if (!in_lambda[at] && is_worth_keeping(programs[i]->nodes[at].kind))
				candidates[found++] = (struct candidate){hashes[at], (uint32_t)i, at};
	}
	qsort(candidates, found, sizeof *candidates, compare_candidates);
	for (size_t first = 0; first < found && numbers < CERTLOGIC_MEMOS_MAX; first = end) {
		for (end = first + 1; end < found && candidates[end].hash == candidates[first].hash;)
			end++;
		numbers += end - first > 1 && number_equals(programs, &candidates[first], end - first, (uint8_t)(numbers + 1));
	}
out:
	free(candidates);
	free(hashes);
	free(in_lambda);
	return r;
}
