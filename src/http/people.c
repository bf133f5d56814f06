/* Whom the signed-in phone speaks for. */

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "credential/credential.h"
#include "http/context.h"
#include "keys/keys.h"

enum { PEOPLE_MAX = 1000, HANDLE_BYTES = 8 };

bool
context_is_id_number(const char *text, struct error *e)
{
	struct id_number id;

	return id_number_read(text, strlen(text), &id, e) == 0;
}

struct gathering {
	struct http_context *context;
	struct person_mine *people;
	size_t count, capacity;
};

static int
note_guardian(const struct registry_applied *applied, void *context, struct error *e)
{
	struct person_mine *person = context;

	(void)e;
	if (applied->guardian)
		strcpy(person->relation, *applied->relation ? applied->relation : "other");
	return 0;
}

static int
add_person(person_number person, enum voucher_state state, void *context, struct error *e)
{
	struct gathering *g = context;
	struct registry *registry = g->context->registry;
	struct person_mine *mine;
	uint8_t hash[KEYS_SIZE];
	int r;

	if (state == VOUCHER_UNCLAIMED)
		return 0;
	if ((r = array_grow(&g->people, &g->capacity, g->count + 1, sizeof *g->people, PEOPLE_MAX, e)) < 0)
		return r;
	mine = &g->people[g->count++];
	*mine = (struct person_mine){.person = person, .state = state};
	strcpy(mine->relation, "self");
	keys_hash(registry_keys(registry), "person-handle", &person, sizeof person, hash);
	text_hex(hash, HANDLE_BYTES, mine->handle);
	return registry_applications_each(registry, person, note_guardian, mine, e);
}

static int
compare_people(const void *a, const void *b)
{
	const struct person_mine *x = a, *y = b;
	int x_other = strcmp(x->relation, "self") != 0, y_other = strcmp(y->relation, "self") != 0;

	return x_other != y_other ? x_other - y_other : x->person < y->person ? -1 : x->person > y->person;
}

int
context_people(struct http_context *context, struct person_mine **ret_people, size_t *ret_count, struct error *e)
{
	struct gathering g = {.context = context};
	int r = registry_spoken_for_each(context->registry, context->session.phone_hash, add_person, &g, e);

	if (r < 0) {
		free(g.people);
		return r;
	}
	if (g.count) {
		qsort(g.people, g.count, sizeof *g.people, compare_people);
		if (strcmp(g.people[0].relation, "self") == 0)
			strcpy(g.people[0].handle, "self");
		for (size_t i = 1; i < g.count; i++) /* a second person without a guardian shares the phone */
			if (strcmp(g.people[i].relation, "self") == 0)
				strcpy(g.people[i].relation, "other");
	}
	*ret_people = g.people;
	*ret_count = g.count;
	return 0;
}

bool
context_person(struct http_context *context, struct exchange *x, const char *handle, struct person_mine *ret_person)
{
	struct person_mine *people = NULL;
	struct error e = {0};
	size_t count, i = 0;

	if (context_people(context, &people, &count, &e) < 0) {
		exchange_failure(x, &e);
		return false;
	}
	while (i < count && strcmp(people[i].handle, handle ? handle : "self") != 0)
		i++;
	if (i < count)
		*ret_person = people[i];
	else
		exchange_problem(x, MHD_HTTP_NOT_FOUND, "not-found", "This is not a person you act for");
	free(people);
	return i < count;
}

bool
context_speaks(struct exchange *x, const struct person_mine *person)
{
	if (person->state == VOUCHER_SPEAKS)
		return true;
	if (person->state == VOUCHER_AWAITED)
		exchange_problem(x, MHD_HTTP_CONFLICT, "awaiting-voucher", "Nobody has confirmed this phone yet");
	else
		exchange_problem(x, MHD_HTTP_CONFLICT, "frozen",
			"Another phone claims this ID number; it must be confirmed which one speaks for it");
	return false;
}

struct looking {
	person_number person;
	bool found;
};

static int
is_claimed(person_number person, enum voucher_state state, void *context, struct error *e)
{
	struct looking *looking = context;

	(void)e;
	if (person == looking->person && state != VOUCHER_UNCLAIMED)
		looking->found = true;
	return 0;
}

bool
context_phone_claims(struct http_context *context, const char *phone, const char *id_number)
{
	struct looking looking = {0};
	uint8_t hash[REGISTRY_HASH_SIZE];
	struct error e = {0};

	if (registry_person_by_id_number(context->registry, id_number, strlen(id_number), false, 0, &looking.person, &e) <
		0)
		return false;
	registry_phone_hash(context->registry, phone, hash);
	return registry_spoken_for_each(context->registry, hash, is_claimed, &looking, &e) == 0 && looking.found;
}
