/* Who acts for whom by a mandate: given, accepted, ended and listed from one's own account, and given before staff. */

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "http/answers.h"
#include "http/context.h"

json_t *
answer_acts(unsigned acts)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < MANDATE_ACTS; i++)
		if (acts & 1U << i)
			json_array_append_new(list, json_string(mandate_act_name((enum mandate_act)(1U << i))));
	return list;
}

/* "acts" of a body, faults noted. */
static unsigned
read_acts(struct exchange *x, const json_t *body)
{
	const json_t *list = json_object_get(body, "acts"), *item;
	unsigned acts = 0;
	size_t i;

	json_array_foreach((json_t *)list, i, item)
	{
		enum mandate_act act;

		if (!json_is_string(item) || !mandate_act_read(json_string_value(item), &act)) {
			exchange_invalid(x, "/acts", "code, checkin, application, complaint and travel_card are expected");
			return 0;
		}
		acts |= (unsigned)act;
	}
	if (!acts)
		exchange_invalid(x, "/acts", "a list of at least one act is needed");
	return acts;
}

/* "until", a mandate's last day, as the moment after it. */
static instant
read_until(struct http_context *c, struct exchange *x, const json_t *body)
{
	const char *text = exchange_text(x, body, "until", 1, 10);
	instant now = registry_clock(c->registry), until = 0;
	struct error e = {0};
	day_number day;

	if (!text)
		return 0;
	if (day_read(text, strlen(text), &day, &e) == 0)
		until = zone_day_start(context_zone(c), day + 1);
	if (until <= now || until - now > (int64_t)MANDATE_DAYS_MAX * DAY_S)
		exchange_invalid(x, "/until", "a day from today on and within %d days is needed", (int)MANDATE_DAYS_MAX);
	return until;
}

static const char *
read_id(struct exchange *x, const json_t *body, const char *name)
{
	const char *id = exchange_text(x, body, name, 1, 40);
	struct error e = {0};
	char pointer[32];

	snprintf(pointer, sizeof pointer, "/%s", name);
	if (id && !context_is_id_number(id, &e))
		exchange_invalid(x, pointer, "%s", e.message);
	return id;
}

/* Between those two, in one transaction: who is not known becomes so, and the answer is the same. Of ${id_number} where it is given. */
static int
give(struct http_context *c, person_number person, const char *id_number, const char *helper_id, unsigned acts,
	instant until, const char *by, struct error *e)
{
	person_number helper;
	int r;

	if ((r = registry_begin(c->registry, e)) < 0)
		return r;
	if ((id_number &&
			(r = registry_person_by_id_number(c->registry, id_number, strlen(id_number), true, 0, &person, e)) < 0) ||
		(r = registry_person_by_id_number(c->registry, helper_id, strlen(helper_id), true, 0, &helper, e)) < 0 ||
		(r = registry_mandate_give(c->registry, person, helper, acts, until, by, e)) < 0 ||
		(r = registry_commit(c->registry, e)) < 0)
		registry_rollback(c->registry);
	return r;
}

static void
answer_given(struct exchange *x, int r, enum mandate_state state, const struct error *e)
{
	if (r == ERROR_DENIED)
		exchange_problem(x, MHD_HTTP_CONFLICT, "too-many-mandates", "%s", e->message);
	else if (r == ERROR_USAGE)
		exchange_problem(x, MHD_HTTP_UNPROCESSABLE_CONTENT, "invalid", "%s", e->message);
	else if (r < 0)
		exchange_failure(x, e);
	else
		exchange_answer(x, MHD_HTTP_CREATED, json_pack("{s:s}", "state", mandate_state_name(state)));
}

void
answer_give_mandate(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"person", "helper_id_number", "acts", "until", NULL};
	const json_t *body = exchange_json(x, names);
	struct person_mine person;
	struct error e = {0};
	const char *handle, *helper;
	instant until;
	unsigned acts;

	if (!body)
		return;
	handle = exchange_text(x, body, "person", 0, HANDLE_SIZE - 1);
	helper = read_id(x, body, "helper_id_number");
	acts = read_acts(x, body);
	until = read_until(c, x, body);
	if (exchange_failed(x) || !context_person(c, x, *handle ? handle : NULL, &person) ||
		!context_may(c, x, &person, MANDATE_OWN))
		return;
	answer_given(x, give(c, person.person, NULL, helper, acts, until, NULL, &e), MANDATE_OFFERED, &e);
}

void
answer_staff_mandate(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"id_number", "helper_id_number", "acts", "until", NULL};
	const json_t *body = exchange_json(x, names);
	const char *id, *helper;
	struct error e = {0};
	instant until;
	unsigned acts;

	if (!body)
		return;
	id = read_id(x, body, "id_number");
	helper = read_id(x, body, "helper_id_number");
	acts = read_acts(x, body);
	until = read_until(c, x, body);
	if (exchange_failed(x))
		return;
	answer_given(x, give(c, 0, id, helper, acts, until, c->session.user.name, &e), MANDATE_HOLDS, &e);
}

struct listing {
	struct http_context *c;
	person_number who;
	json_t *items;
};

/* Of the other one as much as tells them apart, and nothing before they accepted: anybody's ID number can be typed. */
static int
list_mandate(const struct registry_mandate *mandate, void *context, struct error *e)
{
	struct listing *listing = context;
	bool given = mandate->person == listing->who;
	person_number other = given ? mandate->helper : mandate->person;
	struct registry_identity identity = {0};
	char from[TIME_TEXT_SIZE], until[TIME_TEXT_SIZE];
	json_t *item;
	int r = registry_identity_own(listing->c->registry, other, &identity, e);

	if (r < 0 && r != ERROR_EXISTS_NOT)
		return r;
	registry_identity_mask(&identity);
	if (given && mandate->state != MANDATE_HOLDS && !*mandate->by)
		identity.name[0] = 0;
	item = json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:b}", "mandate", mandate->name, "direction",
		given ? "given" : "held", "state", mandate_state_name(mandate->state), "acts", answer_acts(mandate->acts),
		"from", context_time(listing->c, mandate->from, from), "until", context_time(listing->c, mandate->until, until),
		"name", identity.name, "id_number", identity.id_number, "before_staff", *mandate->by != 0);
	registry_identity_wipe(&identity);
	return json_array_append_new(listing->items, item) < 0 ? error_no_memory(e) : 0;
}

void
answer_mandates(struct http_context *c, struct exchange *x)
{
	struct listing listing = {.c = c};
	struct person_mine person;
	struct error e = {0};

	if (!context_person(c, x, exchange_query(x, "person"), &person) || !context_may(c, x, &person, MANDATE_OWN))
		return;
	listing.who = person.person;
	listing.items = json_array();
	if (registry_mandates_each(c->registry, person.person, list_mandate, &listing, &e) < 0)
		exchange_failure(x, &e);
	else
		exchange_answer(x, MHD_HTTP_OK, json_pack("{s:O}", "items", listing.items));
	json_decref(listing.items);
}

typedef int mandate_change(struct http_context *c, person_number who, const char *name, struct error *e);

static int
accept_own(struct http_context *c, person_number who, const char *name, struct error *e)
{
	return registry_mandate_accept(c->registry, who, name, e);
}

static int
end_own(struct http_context *c, person_number who, const char *name, struct error *e)
{
	return registry_mandate_end(c->registry, who, name, NULL, e);
}

/* Of whomever the phone speaks for that has a mandate of that name. */
static int
change_own(struct http_context *c, const char *name, mandate_change *change, struct error *e)
{
	struct person_mine *people = NULL;
	size_t count = 0;
	int r = context_people(c, &people, &count, e), found = ERROR_EXISTS_NOT;

	for (size_t i = 0; i < count && r == 0 && found == ERROR_EXISTS_NOT; i++)
		if (people[i].state == VOUCHER_SPEAKS && !people[i].helper)
			found = change(c, people[i].person, name, e);
	free(people);
	return r < 0 ? r : found;
}

static bool
answer_change(struct http_context *c, struct exchange *x, mandate_change *change)
{
	struct error e = {0};
	int r = change_own(c, x->parameters[0], change, &e);

	if (r == ERROR_EXISTS_NOT)
		exchange_problem(x, MHD_HTTP_NOT_FOUND, "not-found", "There is no such mandate");
	else if (r == ERROR_DENIED)
		exchange_problem(x, MHD_HTTP_CONFLICT, "too-many-mandates", "%s", e.message);
	else if (r < 0)
		exchange_failure(x, &e);
	return r == 0;
}

void
answer_accept_mandate(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {NULL};

	if (exchange_json(x, names) && answer_change(c, x, accept_own))
		exchange_answer(x, MHD_HTTP_OK, json_pack("{s:s}", "state", mandate_state_name(MANDATE_HOLDS)));
}

void
answer_end_mandate(struct http_context *c, struct exchange *x)
{
	if (answer_change(c, x, end_own))
		x->status = MHD_HTTP_NO_CONTENT;
}
