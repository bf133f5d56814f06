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
	if (applied->guardian) {
		person->guardian = applied->guardian;
		strcpy(person->relation, *applied->relation ? applied->relation : "other");
	}
	return 0;
}

static int
add_person(person_number person, enum voucher_state state, void *context, struct error *e)
{
	struct gathering *g = context;
	struct registry *registry = g->context->registry;
	struct person_mine *mine;
	uint8_t account[REGISTRY_HASH_SIZE + sizeof person], hash[KEYS_SIZE];
	int r;

	if (state == VOUCHER_UNCLAIMED)
		return 0;
	if ((r = array_grow(&g->people, &g->capacity, g->count + 1, sizeof *g->people, PEOPLE_MAX, e)) < 0)
		return r;
	mine = &g->people[g->count++];
	*mine = (struct person_mine){
		.person = person, .state = state, .acts = (unsigned)MANDATE_ALL | (unsigned)MANDATE_OWN, .until = INT64_MAX};
	strcpy(mine->relation, "self");
	memcpy(account, g->context->session.phone_hash, REGISTRY_HASH_SIZE);
	memcpy(account + REGISTRY_HASH_SIZE, &person, sizeof person);
	keys_hash(registry_keys(registry), "person-handle", account, sizeof account, hash);
	text_hex(hash, HANDLE_BYTES, mine->handle);
	return registry_applications_each(registry, person, note_guardian, mine, e);
}

static int
compare_people(const void *a, const void *b)
{
	const struct person_mine *x = a, *y = b;
	int x_other = strcmp(x->relation, "self") != 0, y_other = strcmp(y->relation, "self") != 0;
	int x_claims = x->state != VOUCHER_SPEAKS, y_claims = y->state != VOUCHER_SPEAKS;

	if (x_other != y_other)
		return x_other - y_other;
	/* Who was confirmed is oneself before whom the phone only claims to be. */
	return x_claims != y_claims ? x_claims - y_claims : x->person < y->person ? -1 : x->person > y->person;
}

/* Who has a guardian is told so to the guardian's phone alone. */
static void
forget_others_guardians(struct gathering *g)
{
	for (size_t i = 0; i < g->count; i++) {
		bool mine = false;

		for (size_t j = 0; j < g->count && g->people[i].guardian; j++)
			mine |= g->people[j].person == g->people[i].guardian && g->people[j].state == VOUCHER_SPEAKS;
		if (!mine)
			strcpy(g->people[i].relation, "self");
	}
}

/* For whom ${helper}, as whom somebody signed in, acts by a mandate. */
static int
add_helped(const struct registry_mandate *mandate, void *context, struct error *e)
{
	struct gathering *g = context;
	struct person_mine *mine;
	int r;

	if (mandate->state != MANDATE_HOLDS)
		return 0;
	for (size_t i = 0; i < g->count; i++)
		if (g->people[i].person == mandate->person && g->people[i].state == VOUCHER_SPEAKS)
			return 0;
	if ((r = add_person(mandate->person, VOUCHER_SPEAKS, g, e)) < 0)
		return r;
	mine = &g->people[g->count - 1];
	mine->guardian = 0;
	mine->helper = mandate->helper;
	mine->acts = mandate->acts;
	mine->until = mandate->until;
	strcpy(mine->relation, "helped");
	return 0;
}

/* A phone that claims to speak for somebody, and does not, still acts for them where a mandate says so. */
static void
leave_claims_of_helped(struct gathering *g)
{
	size_t kept = 0;

	for (size_t i = 0; i < g->count; i++) {
		bool helped = false;

		for (size_t j = 0; j < g->count && g->people[i].state != VOUCHER_SPEAKS; j++)
			helped |= g->people[j].person == g->people[i].person && g->people[j].helper != 0;
		if (!helped)
			g->people[kept++] = g->people[i];
	}
	g->count = kept;
}

static int
gather(struct gathering *g, struct error *e)
{
	struct registry *registry = g->context->registry;
	int r = registry_spoken_for_each(registry, g->context->session.phone_hash, add_person, g, e);
	size_t own = g->count;

	forget_others_guardians(g);
	for (size_t i = 0; i < own && r == 0; i++)
		if (g->people[i].state == VOUCHER_SPEAKS && strcmp(g->people[i].relation, "self") == 0)
			r = registry_mandates_held_each(registry, g->people[i].person, add_helped, g, e);
	leave_claims_of_helped(g);
	return r;
}

int
context_people(struct http_context *context, struct person_mine **ret_people, size_t *ret_count, struct error *e)
{
	struct gathering g = {.context = context};
	int r = gather(&g, e);

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
context_may(struct http_context *context, struct exchange *x, const struct person_mine *person, enum mandate_act act)
{
	if (person->state == VOUCHER_SPEAKS && person->acts & (unsigned)act) {
		if (person->helper) {
			context->mandated.person = person->person;
			context->mandated.helper = person->helper;
			context->mandated.act = act;
		}
		return true;
	}
	if (person->state == VOUCHER_SPEAKS) {
		exchange_problem(x, MHD_HTTP_FORBIDDEN, "outside-mandate", "The mandate is not for this");
		return false;
	}
	/* A frozen claim is told what an awaited one is, or it would tell that somebody else applied. */
	if (person->state != VOUCHER_REPLACED)
		exchange_problem(x, MHD_HTTP_CONFLICT, "awaiting-voucher", "Nobody has confirmed this phone yet");
	else
		exchange_problem(
			x, MHD_HTTP_CONFLICT, "frozen", "Another phone was confirmed for this ID number after this one");
	return false;
}

void
context_answer(struct http_context *context, const struct route *route, struct exchange *x)
{
	bool looks = strcmp(x->method, "GET") == 0 || strcmp(x->method, "HEAD") == 0;
	struct error e = {0};

	context->mandated.person = 0;
	route->answer(context, x);
	if (context->mandated.person && x->status < MHD_HTTP_BAD_REQUEST &&
		registry_mandate_log(context->registry, context->mandated.person, context->mandated.helper,
			context->mandated.act, looks, &e) < 0)
		exchange_failure(x, &e);
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

struct choosing {
	const char *wanted;
	char found[JURISDICTION_SIZE];
	size_t count;
};

static int
choose_applied(const struct registry_applied *applied, void *context, struct error *e)
{
	struct choosing *choosing = context;

	(void)e;
	if (choosing->wanted && strcmp(choosing->wanted, applied->jurisdiction) != 0)
		return 0;
	memcpy(choosing->found, applied->jurisdiction, sizeof choosing->found);
	choosing->count++;
	return 0;
}

bool
context_applied(struct http_context *c, struct exchange *x, const char *handle, const char *jurisdiction,
	enum mandate_act act, struct person_mine *person, const struct pack **pack)
{
	struct choosing choosing = {.wanted = jurisdiction};
	struct error e = {0};

	if (!context_person(c, x, handle, person) || !context_may(c, x, person, act))
		return false;
	if (registry_applications_each(c->registry, person->person, choose_applied, &choosing, &e) < 0) {
		exchange_failure(x, &e);
		return false;
	}
	if (choosing.count != 1) {
		exchange_problem(x, MHD_HTTP_NOT_FOUND, "not-found",
			choosing.count ? "Name the jurisdiction: this person applied in more than one"
						   : "There is no application there");
		return false;
	}
	if (registry_pack(c->registry, choosing.found, pack, &e) < 0) {
		exchange_failure(x, &e);
		return false;
	}
	return true;
}
