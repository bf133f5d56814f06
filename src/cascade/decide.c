/* What one person's evaluation comes to.
 *
 * N1. What the registry knows of them is packed into a row, which is kept for the sweeps to come, and the decision is made from that row: it comes out
 *     as from the facts (policy/packed.h), in a part of the time. Where the row is not enough (facts past a maximum, a pack that
 *     reads the date of birth, what was known earlier, a rule that fails) it is made from the facts, which also say why.
 * N2. Where no rule reads visits, stays are not asked for. */

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "cascade/inside.h"

bool
rows_suffice(const struct registry *registry, const struct pack *pack)
{
	return !pack_reads_birth_date(pack) && registry_known(registry) == INT64_MAX;
}

static void
take_evaluated(const struct evaluated *evaluated, struct registry_colour *colour)
{
	colour->colour = evaluated->colour;
	colour->since = evaluated->since;
	colour->next_at = evaluated->next_at == EVALUATE_NEVER ? REGISTRY_NEVER : evaluated->next_at;
	colour->next_colour = evaluated->next_colour;
}

int
decide_row(struct cascade *cascade, struct registry_packed_reader *reader, bool places, struct stays_visits *visits,
	instant now, const void *row, size_t size, struct registry_colour *ret_after, struct error *e)
{
	struct packed *packed = registry_packed_person(reader);
	struct evaluated evaluated;
	struct error none = {0};
	int r;

	if ((r = packed_read(packed, row, size, &none)) < 0 ||
		(visits && (r = facts_add_stays(cascade, ret_after->person, now, packed, visits, &none)) < 0) ||
		(places && (r = registry_packed_areas(reader, &ret_after->seen, &none)) < 0) ||
		(r = packed_decide(packed, &evaluated, &none)) < 0) {
		if (is_own_failure(r) || r == ERROR_CORRUPT || r == ERROR_EXISTS_NOT)
			return 0;
		*e = none;
		return r;
	}
	take_evaluated(&evaluated, ret_after);
	ret_after->seen.until = evaluated.untold;
	return 1;
}

static int
decide_facts(
	struct cascade *cascade, const struct pack *pack, json_t *facts, struct registry_colour *colour, struct error *e)
{
	struct evaluated evaluated;
	int r;

	if ((r = facts_complete(cascade, pack, colour->person, facts, &colour->seen, e)) < 0 ||
		(r = evaluate_colour(pack, facts, colour->evaluated_at, &evaluated, e)) < 0)
		return r;
	take_evaluated(&evaluated, colour);
	if (evaluated.untold < colour->seen.until)
		colour->seen.until = evaluated.untold;
	return 0;
}

static int
decider_in(struct decider *d, const char *jurisdiction, struct deciding **ret_in, struct error *e)
{
	struct registry *registry = d->cascade->registry;
	struct deciding *in;
	int r;

	for (size_t i = 0; i < d->count; i++)
		if (strcmp(d->in[i].jurisdiction, jurisdiction) == 0) {
			*ret_in = &d->in[i];
			return 0;
		}
	if ((r = array_grow(&d->in, &d->capacity, d->count + 1, sizeof *d->in, JURISDICTIONS_MAX, e)) < 0)
		return r;
	in = &d->in[d->count];
	*in = (struct deciding){0};
	if ((r = registry_pack(registry, jurisdiction, &in->pack, e)) < 0)
		return r;
	in->reads_visits = pack_reads_visits(in->pack);
	if (rows_suffice(registry, in->pack) &&
		(r = registry_packed_open(registry, in->pack, registry_now(registry), &in->reader, e)) < 0)
		return r;
	strcpy(in->jurisdiction, jurisdiction);
	d->count++;
	*ret_in = in;
	return 0;
}

/* N1: 1 where the row decides, 0 or a code. */
static int
decide_own_row(struct decider *d, const struct deciding *in, const struct buffer *row, struct registry_colour *colour,
	struct error *e)
{
	struct registry_colour after = *colour;
	int r;

	if (!in->reader || row->length == 0)
		return 0;
	if (in->reads_visits && !d->visits && !(d->visits = calloc(1, sizeof *d->visits)))
		return error_no_memory(e);
	if ((r = decide_row(d->cascade, in->reader, true, in->reads_visits ? d->visits : NULL, colour->evaluated_at,
			 row->data, row->length, &after, e)) != 1)
		return r;
	if (colour->seen.until < after.seen.until)
		after.seen.until = colour->seen.until;
	*colour = after;
	return 1;
}

int
decider_subject(struct decider *d, const struct subject *subject, struct registry_colour *ret_colour,
	struct buffer *row, struct error *e)
{
	struct registry_colour colour = {.person = subject->person, .evaluated_at = registry_now(d->cascade->registry)};
	struct deciding *in;
	json_t *facts = NULL;
	int r;

	if (!row) {
		d->row.maximum = PACKED_ROW_MAX;
		buffer_clear(row = &d->row);
	}
	if ((r = decider_in(d, subject->jurisdiction, &in, e)) < 0 ||
		(r = facts_own(d->cascade, in->pack, subject->person, &facts, &colour.seen.until, row, e)) < 0 ||
		(r = decide_own_row(d, in, row, &colour, e)) < 0 ||
		(r == 0 && (r = decide_facts(d->cascade, in->pack, facts, &colour, e)) < 0))
		goto out;
	memcpy(colour.jurisdiction, subject->jurisdiction, sizeof colour.jurisdiction);
	strcpy(colour.policy, pack_hash(in->pack));
	*ret_colour = colour;
	r = 0;
out:
	json_decref(facts);
	return r;
}

void
decider_end(struct decider *d)
{
	for (size_t i = 0; i < d->count; i++)
		registry_packed_close(d->in[i].reader);
	free(d->in);
	free(d->visits);
	buffer_free(&d->row);
	*d = (struct decider){.cascade = d->cascade};
}

int
evaluate_subject(struct cascade *cascade, const struct subject *subject, struct registry_colour *ret_colour,
	struct buffer *row, struct error *e)
{
	struct decider decider = {.cascade = cascade};
	int r = decider_subject(&decider, subject, ret_colour, row, e);

	decider_end(&decider);
	return r;
}
