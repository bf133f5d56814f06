/* The console: who may be one, and the office's word on it. */

#include <microhttpd.h>
#include <string.h>

#include "base/text.h"
#include "http/answers.h"
#include "http/context.h"
#include "office/office.h"

enum { MATCHES_DEFAULT = 50, MATCHES_MOST = 200 };

struct listing {
	struct http_context *c;
	json_t *items;
	int64_t limit, last;
	bool more;
};

static int
list_match(const struct registry_match *m, void *context, struct error *e)
{
	struct listing *l = context;
	char found[TIME_TEXT_SIZE], decided[TIME_TEXT_SIZE];
	json_t *item;

	if ((int64_t)json_array_size(l->items) == l->limit) {
		l->more = true;
		return 1;
	}
	l->last = m->number;
	item = json_pack("{s:I, s:s, s:I, s:I, s:f, s:{s:s, s:s, s:s}, s:s, s:s?, s:s?, s:s?}", "match",
		(json_int_t)m->number, "state", registry_match_state_name(m->state), "person", (json_int_t)m->person,
		"candidate", (json_int_t)m->candidate, "score", (double)m->score / 1000, "compared", "name",
		registry_compared_name(m->name), "birth_date", registry_compared_name(m->birth_date), "phone",
		registry_compared_name(m->phone), "found_at", context_time(l->c, m->found_at, found), "by", m->decided_by,
		"purpose", m->purpose, "decided_at", m->purpose ? context_time(l->c, m->decided_at, decided) : NULL);
	return item && json_array_append_new(l->items, item) == 0 ? 0 : error_no_memory(e);
}

void
answer_matches(struct http_context *c, struct exchange *x)
{
	struct listing l = {.c = c, .limit = MATCHES_DEFAULT};
	const char *word = exchange_query(x, "state");
	enum registry_match_state state = MATCH_STATES;
	struct error e = {0};
	int64_t after = 0;

	if (!exchange_number(x, "cursor", 0, INT64_MAX, &after) || !exchange_number(x, "limit", 1, MATCHES_MOST, &l.limit))
		return;
	if (word && !registry_match_state_read(word, &state)) {
		exchange_problem(x, MHD_HTTP_BAD_REQUEST, "bad-request", "state: there is no such one");
		return;
	}
	if (!(l.items = json_array()))
		exchange_answer(x, 0, NULL);
	else if (registry_matches_each(c->registry, state, after, l.limit + 1, list_match, &l, &e) < 0)
		exchange_failure(x, &e);
	else
		exchange_page(x, l.items, l.more, l.last);
	json_decref(l.items);
}

static void
decide(struct http_context *c, struct exchange *x, int64_t match, enum registry_match_state state, const char *purpose,
	const struct office_actor *actor)
{
	const struct office office = context_office(c);
	enum office_state done = OFFICE_APPROVED;
	struct error e = {0};
	int64_t number = 0;

	if (office_match_decide(&office, match, state, purpose, actor, &number, &done, &e) < 0)
		exchange_failure(x, &e);
	else
		exchange_answer(x, MHD_HTTP_CREATED,
			json_pack("{s:I, s:o, s:s}", "match", (json_int_t)match, "proposal",
				done == OFFICE_PROPOSED ? json_integer((json_int_t)number) : json_null(), "state",
				office_state_name(done)));
}

static struct office_actor
actor_of(struct http_context *c, struct exchange *x, const json_t *body)
{
	return (struct office_actor){
		.name = c->session.user.name, .password = exchange_text(x, body, "password", 1, PASSWORD_MAX)};
}

/* In at most as many bytes as are kept. */
static const char *
read_purpose(struct exchange *x, const json_t *body)
{
	const char *purpose = exchange_text(x, body, "purpose", 1, OFFICE_CAUSE_SIZE - 1);

	if (purpose && strlen(purpose) >= OFFICE_CAUSE_SIZE)
		exchange_invalid(x, "/purpose", "at most %d bytes", OFFICE_CAUSE_SIZE - 1);
	return purpose;
}

void
answer_match_decision(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"decision", "purpose", "password", NULL};
	const json_t *body = exchange_json(x, names);
	enum registry_match_state state = MATCH_WAITING;
	const char *decision, *purpose;
	struct office_actor actor;
	int64_t match;

	if (!body)
		return;
	if (!text_integer(x->parameters[0], strlen(x->parameters[0]), 1, INT64_MAX, &match)) {
		exchange_problem(x, MHD_HTTP_NOT_FOUND, "not-found", "There is no such match");
		return;
	}
	decision = exchange_text(x, body, "decision", 1, 8);
	purpose = read_purpose(x, body);
	actor = actor_of(c, x, body);
	if (decision && (!registry_match_state_read(decision, &state) || state == MATCH_AUTOMATIC))
		exchange_invalid(x, "/decision", "accepted, rejected or waiting expected");
	if (!exchange_failed(x))
		decide(c, x, match, state, purpose, &actor);
}

static person_number
read_number(struct exchange *x, const json_t *body, const char *name)
{
	json_int_t value = json_integer_value(json_object_get(body, name));
	char pointer[16];

	if (value >= 1 && value <= UINT32_MAX)
		return (person_number)value;
	snprintf(pointer, sizeof pointer, "/%s", name);
	exchange_invalid(x, pointer, "a person's number is needed");
	return 0;
}

void
answer_join(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"person", "candidate", "purpose", "password", NULL};
	const json_t *body = exchange_json(x, names);
	person_number person, candidate;
	struct office_actor actor;
	struct error e = {0};
	const char *purpose;
	int64_t match;

	if (!body)
		return;
	person = read_number(x, body, "person");
	candidate = read_number(x, body, "candidate");
	purpose = read_purpose(x, body);
	actor = actor_of(c, x, body);
	if (person && person == candidate)
		exchange_invalid(x, "/candidate", "that is one and the same number");
	if (exchange_failed(x))
		return;
	if (registry_match_put(c->registry, person, candidate, actor.name, &match, &e) < 0)
		exchange_failure(x, &e);
	else
		decide(c, x, match, MATCH_ACCEPTED, purpose, &actor);
}
