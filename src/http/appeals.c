/* Appeals against colours: the person's own, and the office's list and word on them. */

#include <microhttpd.h>
#include <string.h>

#include "base/text.h"
#include "http/answers.h"
#include "http/context.h"
#include "office/office.h"

enum { APPEALS_DEFAULT = 50, APPEALS_MOST = 200, JURISDICTION_MOST = JURISDICTION_SIZE - 1, TRY_AGAIN_S = 3600 };

struct listing {
	struct http_context *c;
	json_t *items;
	bool whose, words, more;
	int64_t limit, last;
};

static int
list_appeal(const struct registry_appeal *appeal, void *context, struct error *e)
{
	struct listing *l = context;

	if ((int64_t)json_array_size(l->items) == l->limit) {
		l->more = true;
		return 1;
	}
	l->last = appeal->number;
	return json_array_append_new(l->items,
			   office_appeal_json(appeal, registry_now(l->c->registry), context_zone(l->c), l->whose, l->words)) < 0
		? error_no_memory(e)
		: 0;
}

/* The one of that number, as the person sees it. */
static void
answer_one(struct http_context *c, struct exchange *x, unsigned status, int64_t number)
{
	struct listing l = {.c = c, .items = json_array(), .words = true, .limit = 1};
	struct error e = {0};

	if (!l.items)
		exchange_answer(x, 0, NULL);
	else if (registry_appeal(c->registry, number, true, list_appeal, &l, &e) < 0)
		exchange_failure(x, &e);
	else
		exchange_answer(x, status, json_incref(json_array_get(l.items, 0)));
	json_decref(l.items);
}

static bool
read_number(struct exchange *x, int64_t *number)
{
	if (text_integer(x->parameters[0], strlen(x->parameters[0]), 1, INT64_MAX, number))
		return true;
	exchange_problem(x, MHD_HTTP_NOT_FOUND, "not-found", "There is no such appeal");
	return false;
}

void
answer_appeal(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"person", "jurisdiction", "words", NULL};
	const json_t *body = exchange_json(x, names);
	const struct office office = context_office(c);
	const char *handle, *jurisdiction, *words;
	struct office_colour colour;
	struct person_mine person;
	const struct pack *pack;
	struct error e = {0};
	int64_t number = 0;
	int r;

	if (!body)
		return;
	handle = exchange_text(x, body, "person", 0, HANDLE_SIZE - 1);
	jurisdiction = exchange_text(x, body, "jurisdiction", 0, JURISDICTION_MOST);
	words = exchange_text(x, body, "words", 1, APPEAL_WORDS_SIZE - 1);
	if (words && strlen(words) >= APPEAL_WORDS_SIZE)
		exchange_invalid(x, "/words", "at most %d bytes", APPEAL_WORDS_SIZE - 1);
	if (exchange_failed(x) || !handle || !jurisdiction ||
		!context_applied(
			c, x, *handle ? handle : NULL, *jurisdiction ? jurisdiction : NULL, MANDATE_COMPLAINT, &person, &pack))
		return;
	if (office_colour(&office, pack, person.person, &colour, &e) < 0) {
		exchange_failure(x, &e);
		return;
	}
	r = colour.ours && colour.stops ? office_appeal_open(&office, &colour, words, NULL, &number, &e) : 0;
	if (!colour.ours)
		exchange_problem(x, MHD_HTTP_CONFLICT, "another-office", "This colour is %s's: appeal to its office%s%s",
			colour.office, *colour.url ? ", at " : "", colour.url);
	else if (!colour.stops)
		exchange_problem(x, MHD_HTTP_CONFLICT, "conflict", "This colour stops nobody");
	else if (r == ERROR_DENIED) {
		exchange_problem(x, MHD_HTTP_TOO_MANY_REQUESTS, "too-many-requests", "%s", e.message);
		exchange_set_header(x, "Retry-After", "%d", TRY_AGAIN_S);
	} else if (r < 0)
		exchange_failure(x, &e);
	else
		answer_one(c, x, r ? MHD_HTTP_CREATED : MHD_HTTP_OK, number);
	office_colour_clear(&colour);
}

/* Whether there is something to appeal against, and who answers for it: the page shows one or the other. */
static json_t *
office_json(const struct office_colour *colour)
{
	return json_pack("{s:s, s:b, s:s?}", "jurisdiction", colour->office, "here", colour->ours, "url",
		*colour->url ? colour->url : NULL);
}

void
answer_my_appeals(struct http_context *c, struct exchange *x)
{
	struct listing l = {.c = c, .words = true, .limit = APPEALS_MOST};
	const struct office office = context_office(c);
	struct registry_appeals_asked asked = {.state = APPEAL_STATES, .words = true};
	struct office_colour colour;
	struct person_mine person;
	const struct pack *pack;
	struct error e = {0};

	if (!context_applied(
			c, x, exchange_query(x, "person"), exchange_query(x, "jurisdiction"), MANDATE_COMPLAINT, &person, &pack))
		return;
	asked.person = person.person;
	asked.jurisdiction = pack_jurisdiction(pack);
	if (office_colour(&office, pack, person.person, &colour, &e) < 0) {
		exchange_failure(x, &e);
		return;
	}
	if (!(l.items = json_array()))
		exchange_answer(x, 0, NULL);
	else if (registry_appeals_each(c->registry, &asked, list_appeal, &l, &e) < 0)
		exchange_failure(x, &e);
	else
		exchange_answer(x, MHD_HTTP_OK,
			json_pack("{s:O, s:b, s:o}", "items", l.items, "stops", colour.stops, "office", office_json(&colour)));
	json_decref(l.items);
	office_colour_clear(&colour);
}

void
answer_appeal_withdrawal(struct http_context *c, struct exchange *x)
{
	const struct office office = context_office(c);
	struct person_mine person;
	struct error e = {0};
	int64_t number;

	if (!read_number(x, &number) || !context_person(c, x, exchange_query(x, "person"), &person) ||
		!context_may(c, x, &person, MANDATE_COMPLAINT))
		return;
	if (office_appeal_withdraw(&office, number, person.person, NULL, &e) < 0)
		exchange_failure(x, &e);
	else
		x->status = MHD_HTTP_NO_CONTENT;
}

void
answer_appeals(struct http_context *c, struct exchange *x)
{
	const char *state = exchange_query(x, "state"), *overdue = exchange_query(x, "overdue"),
			   *jurisdiction = exchange_query(x, "jurisdiction");
	const instant now = registry_now(c->registry);
	struct registry_appeals_asked asked = {.jurisdiction = jurisdiction, .state = APPEAL_STATES};
	struct listing l = {.c = c, .whose = true, .limit = APPEALS_DEFAULT};
	struct error e = {0};

	if (!exchange_number(x, "cursor", 0, INT64_MAX, &asked.after) ||
		!exchange_number(x, "limit", 1, APPEALS_MOST, &l.limit))
		return;
	if (state && !registry_appeal_state_read(state, &asked.state)) {
		exchange_problem(x, MHD_HTTP_BAD_REQUEST, "bad-request", "state: there is no such one");
		return;
	}
	if (overdue && strcmp(overdue, "yes") != 0) {
		exchange_problem(x, MHD_HTTP_BAD_REQUEST, "bad-request", "overdue: yes expected");
		return;
	}
	asked.overdue_at = overdue ? &now : NULL;
	asked.limit = l.limit + 1;
	if (!(l.items = json_array()))
		exchange_answer(x, 0, NULL);
	else if (registry_appeals_each(c->registry, &asked, list_appeal, &l, &e) < 0)
		exchange_failure(x, &e);
	else
		exchange_page(x, l.items, l.more, l.last);
	json_decref(l.items);
}

void
answer_appeal_opened(struct http_context *c, struct exchange *x)
{
	struct listing l = {.c = c, .whose = true, .words = true, .limit = 1};
	const struct office office = context_office(c);
	struct error e = {0};
	int64_t number;

	if (!read_number(x, &number))
		return;
	if (!(l.items = json_array()))
		exchange_answer(x, 0, NULL);
	else if (office_appeal_show(&office, number, c->session.user.name, list_appeal, &l, &e) < 0)
		exchange_failure(x, &e);
	else
		exchange_answer(x, MHD_HTTP_OK, json_incref(json_array_get(l.items, 0)));
	json_decref(l.items);
}

/* What was corrected: an object of one member. */
static void
read_correction(struct exchange *x, const json_t *value, struct office_correction *correction)
{
	static const char *const names[] = {"import", "case", "override", NULL};

	if (!value || json_is_null(value))
		return;
	if (!json_is_object(value)) {
		exchange_invalid(x, "/correction", "an object expected");
		return;
	}
	exchange_members(x, value, "/correction", names);
	correction->import = json_integer_value(json_object_get(value, "import"));
	correction->override = json_integer_value(json_object_get(value, "override"));
	correction->case_name = json_string_value(json_object_get(value, "case"));
	if (json_object_size(value) != 1 || !(correction->import > 0 || correction->override > 0 || correction->case_name))
		exchange_invalid(
			x, "/correction", "one of an import's number, a case's name and an override's number is needed");
}

static void
read_answer(struct exchange *x, const json_t *value, struct office_answer *answer)
{
	static const char *const names[] = {"zh", "en", NULL};

	if (!json_is_object(value)) {
		exchange_invalid(x, "/answer", "an object with zh, en or both is needed");
		return;
	}
	exchange_members(x, value, "/answer", names);
	answer->zh = json_string_value(json_object_get(value, "zh"));
	answer->en = json_string_value(json_object_get(value, "en"));
}

void
answer_appeal_decision(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"decision", "answer", "correction", "password", NULL};
	const json_t *body = exchange_json(x, names);
	const struct office office = context_office(c);
	struct office_answer answer = {0};
	struct office_actor actor;
	struct error e = {0};
	const char *decision;
	int64_t number;

	if (!body || !read_number(x, &number))
		return;
	decision = exchange_text(x, body, "decision", 1, 8);
	actor = (struct office_actor){
		.name = c->session.user.name, .password = exchange_text(x, body, "password", 1, PASSWORD_MAX)};
	answer.upheld = decision && strcmp(decision, "upheld") == 0;
	if (decision && !answer.upheld && strcmp(decision, "rejected") != 0)
		exchange_invalid(x, "/decision", "upheld or rejected expected");
	read_answer(x, json_object_get(body, "answer"), &answer);
	read_correction(x, json_object_get(body, "correction"), &answer.correction);
	if (exchange_failed(x))
		return;
	if (office_appeal_decide(&office, number, &answer, &actor, &e) < 0)
		exchange_failure(x, &e);
	else
		exchange_answer(x, MHD_HTTP_CREATED, json_pack("{s:I, s:s}", "appeal", (json_int_t)number, "state", decision));
}
