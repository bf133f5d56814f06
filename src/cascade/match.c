/* Who is it, where that moves colours: joining and parting with what both met (registry/match.h). */

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "cascade/inside.h"

enum { COLOURS_MAX = 4096 };

static int
found_one(const struct presence_stay *stay, void *context, struct error *e)
{
	(void)stay;
	(void)context;
	(void)e;
	return 1;
}

static int
was_somewhere(person_number person, void *context, struct error *e)
{
	const struct presence_view all = {.now = INT64_MAX, .known = INT64_MAX};
	struct cascade *cascade = context;

	return presence_each_stay_of(cascade->presence, person, INT64_MIN / 2, INT64_MAX / 2, &all, found_one, NULL, e);
}

int
match_settle(struct cascade *cascade, struct error *e)
{
	return registry_match_settle(cascade->registry, was_somewhere, cascade, e);
}

/* The colours of all numbers of some people, each with what it was before. */
struct colours {
	struct cascade *cascade;
	person_number number;
	struct one_colour {
		struct subject subject;
		enum colour before;
		bool known;
	} * items;
	size_t count, capacity;
};

static int
add_applied(const struct registry_applied *applied, void *context, struct error *e)
{
	struct colours *c = context;
	struct one_colour *one;
	int r = array_grow(&c->items, &c->capacity, c->count + 1, sizeof *c->items, COLOURS_MAX, e);

	if (r < 0)
		return r;
	one = &c->items[c->count++];
	*one = (struct one_colour){.subject = {.person = c->number}};
	snprintf(one->subject.jurisdiction, sizeof one->subject.jurisdiction, "%s", applied->jurisdiction);
	return 0;
}

static int
add_numbers(struct colours *c, person_number person, struct error *e)
{
	struct evidence_same same;
	int r = evidence_same(c->cascade->db, person, EVIDENCE_NOW, &same, e);

	for (size_t i = 0; r == 0 && i < same.count; i++) {
		c->number = same.numbers[i];
		r = registry_applications_each(c->cascade->registry, c->number, add_applied, c, e);
	}
	return r;
}

/* Return 1, or 0 where there is none. */
static int
colour_now(struct cascade *cascade, const struct subject *subject, enum colour *ret_colour, struct error *e)
{
	struct registry_colour colour;
	struct error none = {0};
	int r = evaluate_subject(cascade, subject, &colour, NULL, &none);

	if (r == ERROR_EXISTS_NOT || is_own_failure(r))
		return 0;
	if (r < 0) {
		*e = none;
		return r;
	}
	*ret_colour = colour.colour;
	return 1;
}

static int
note_before(struct colours *c, struct error *e)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < c->count; i++) {
		r = colour_now(c->cascade, &c->items[i].subject, &c->items[i].before, e);
		c->items[i].known = r > 0;
	}
	return r < 0 ? r : 0;
}

/* Return 1 if it is worse than before, 0 or a code. */
static int
is_worse(struct colours *c, const struct one_colour *one, struct error *e)
{
	const struct pack *pack = NULL;
	enum colour after;
	int r;

	if (!one->known || (r = colour_now(c->cascade, &one->subject, &after, e)) == 0)
		return 0;
	if (r < 0 || (r = registry_pack(c->cascade->registry, one->subject.jurisdiction, &pack, e)) < 0)
		return r;
	return pack_severity(pack, after) > pack_severity(pack, one->before);
}

static int
is_any_worse(struct colours *c, bool *ret_worse, struct error *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->count; i++)
		r = is_worse(c, &c->items[i], e);
	*ret_worse = r > 0;
	return r < 0 ? r : 0;
}

static int
take_match(const struct registry_match *match, void *context, struct error *e)
{
	(void)e;
	*(struct registry_match *)context = *match;
	return 0;
}

int
cascade_match_decide(struct cascade *cascade, int64_t number, enum registry_match_state state, const char *by,
	const char *purpose, bool *ret_worse, struct error *e)
{
	struct colours colours = {.cascade = cascade};
	struct registry_match match;
	bool worse = false;
	int r;

	if ((r = registry_match(cascade->registry, number, take_match, &match, e)) < 0 ||
		(r = add_numbers(&colours, match.person, e)) < 0 ||
		(!match.link && (r = add_numbers(&colours, match.candidate, e)) < 0) || (r = note_before(&colours, e)) < 0 ||
		(r = registry_match_decide(cascade->registry, number, state, by, purpose, was_somewhere, cascade, e)) < 0 ||
		(r = cascade_trace_cases(cascade, e)) < 0 || (r = is_any_worse(&colours, &worse, e)) < 0)
		goto out;
	*ret_worse = worse;
out:
	free(colours.items);
	return r;
}

int
cascade_match_evaluate(struct cascade *cascade, int64_t number, struct error *e)
{
	struct colours colours = {.cascade = cascade};
	struct registry_match match;
	int r;

	if ((r = registry_match(cascade->registry, number, take_match, &match, e)) < 0 ||
		(r = add_numbers(&colours, match.person, e)) < 0 ||
		(!match.link && (r = add_numbers(&colours, match.candidate, e)) < 0))
		goto out;
	for (size_t i = 0; r == 0 && i < colours.count; i++) {
		struct cascade_counts counts = {0};

		r = cascade_evaluate_people(
			cascade, colours.items[i].subject.jurisdiction, &colours.items[i].subject.person, 1, NULL, &counts, e);
	}
out:
	free(colours.items);
	return r;
}
