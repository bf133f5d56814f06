/* The console: line lists, the curve, chains, exports, identities. What is listed has no names in it. */

#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "console/console.h"
#include "http/answers.h"
#include "http/context.h"
#include "place/place.h"

enum { LIMIT_DEFAULT = 50 };

/* Where a question's words come from: the query, or an object of the body. */
struct question {
	struct exchange *x;
	const json_t *object; /* NULL: the query */
};

/* A word of the question, or NULL; what is no text counts as "". */
static const char *
word(const struct question *q, const char *name)
{
	const json_t *value;

	if (!q->object)
		return exchange_query(q->x, name);
	value = json_object_get(q->object, name);
	return json_is_string(value) ? json_string_value(value) : value ? "" : NULL;
}

static bool
refuse(const struct question *q, const char *name, const char *wanted)
{
	char pointer[64];

	if (q->object) {
		snprintf(pointer, sizeof pointer, "/filter/%s", name);
		exchange_invalid(q->x, pointer, "%s expected", wanted);
	} else {
		exchange_problem(q->x, MHD_HTTP_BAD_REQUEST, "bad-request", "%s: %s expected", name, wanted);
	}
	return false;
}

/* A moment of the question, a date being the start of the jurisdiction's day. */
static bool
read_moment(struct http_context *c, const struct question *q, const char *name, instant *at)
{
	const char *text = word(q, name);
	const struct pack *pack;
	struct error e = {0};

	if (!text ||
		(registry_pack(c->registry, NULL, &pack, &e) == 0 &&
			time_read(text, strlen(text), pack_zone(pack), at, &e) == 0))
		return true;
	return refuse(q, name, "a time such as 2020-03-24T00:00:00+08:00, or a date");
}

/* "yes" or "no". */
static bool
read_choice(const struct question *q, const char *name, bool *ret_given, bool *ret_yes)
{
	const char *text = word(q, name);

	*ret_given = text != NULL;
	*ret_yes = text && strcmp(text, "yes") == 0;
	return !text || *ret_yes || strcmp(text, "no") == 0 || refuse(q, name, "yes or no");
}

static bool
read_cases(struct http_context *c, const struct question *q, struct console_cases *filter)
{
	const char *by = word(q, "by");
	bool given, yes;

	*filter = (struct console_cases){.status = word(q, "status"),
		.division = word(q, "division"),
		.by = CONSOLE_REPORTED,
		.from = INT64_MIN,
		.to = INT64_MAX};
	if (by && !console_date_read(by, &filter->by))
		return refuse(q, "by", "onset, sampled or reported");
	if (filter->division && !division_find_text(filter->division, strlen(filter->division)))
		return refuse(q, "division", "a division's code of six digits");
	if (!read_moment(c, q, "from", &filter->from) || !read_moment(c, q, "to", &filter->to) ||
		!read_choice(q, "linked", &given, &yes))
		return false;
	filter->linked = !given ? CONSOLE_ANY : yes ? CONSOLE_LINKED : CONSOLE_UNLINKED;
	return true;
}

static bool
read_contacts(struct http_context *c, const struct question *q, struct console_contacts *filter)
{
	const char *degree = word(q, "degree");
	int64_t number = 0;
	bool given, yes;

	*filter =
		(struct console_contacts){.name = word(q, "case"), .kind = word(q, "kind"), .from = INT64_MIN, .to = INT64_MAX};
	if (degree && !text_integer(degree, strlen(degree), 1, 9, &number))
		return refuse(q, "degree", "1 or 2");
	filter->degree = (int)number;
	if (!read_moment(c, q, "from", &filter->from) || !read_moment(c, q, "to", &filter->to) ||
		!read_choice(q, "standing", &given, &yes))
		return false;
	filter->standing = yes;
	if (!read_choice(q, "waiting", &given, &yes))
		return false;
	filter->waiting = yes;
	return true;
}

/* A cursor that is none is the query's fault. */
static void
answer_page(struct exchange *x, int r, json_t *page, const struct error *e)
{
	if (r == ERROR_BAD_INPUT)
		exchange_problem(x, MHD_HTTP_BAD_REQUEST, "bad-request", "%s", e->message);
	else if (r < 0)
		exchange_failure(x, e);
	else
		exchange_answer(x, MHD_HTTP_OK, page);
}

void
answer_cases(struct http_context *c, struct exchange *x)
{
	const struct question q = {.x = x};
	int64_t limit = LIMIT_DEFAULT;
	struct console_cases filter;
	struct error e = {0};
	json_t *page = NULL;
	int r;

	if (!exchange_number(x, "limit", 1, CONSOLE_PAGE_MAX, &limit) || !read_cases(c, &q, &filter))
		return;
	r = console_cases_page(c->registry, &filter, exchange_query(x, "cursor"), (size_t)limit, &page, &e);
	answer_page(x, r, page, &e);
}

void
answer_contacts(struct http_context *c, struct exchange *x)
{
	const struct question q = {.x = x};
	int64_t limit = LIMIT_DEFAULT;
	struct console_contacts filter;
	struct error e = {0};
	json_t *page = NULL;
	int r;

	if (!exchange_number(x, "limit", 1, CONSOLE_PAGE_MAX, &limit) || !read_contacts(c, &q, &filter))
		return;
	r = console_contacts_page(c->registry, &filter, exchange_query(x, "cursor"), (size_t)limit, &page, &e);
	answer_page(x, r, page, &e);
}

void
answer_curve(struct http_context *c, struct exchange *x)
{
	const struct question q = {.x = x};
	struct console_cases filter;
	json_t *curve = NULL;
	struct error e = {0};
	int r;

	if (read_cases(c, &q, &filter)) {
		r = console_curve(c->registry, &filter, &curve, &e);
		answer_page(x, r, curve, &e);
	}
}

void
answer_indicators(struct http_context *c, struct exchange *x)
{
	const struct question q = {.x = x};
	instant from = registry_now(c->registry) - 7 * DAY_S, to = registry_now(c->registry);
	json_t *indicators = NULL;
	struct error e = {0};
	int r;

	if (!read_moment(c, &q, "from", &from) || !read_moment(c, &q, "to", &to))
		return;
	r = console_indicators(c->registry, from, to, &indicators, &e);
	answer_page(x, r, indicators, &e);
}

void
answer_chains(struct http_context *c, struct exchange *x)
{
	json_t *chains = NULL;
	struct error e = {0};
	int r = console_chains(c->registry, exchange_query(x, "case"), &chains, &e);

	answer_page(x, r, chains, &e);
}

/* What it is for, as the person will read it. NULL after noting a fault. */
static const char *
read_purpose(struct exchange *x, const json_t *body)
{
	const char *purpose = exchange_text(x, body, "purpose", 1, CONSOLE_PURPOSE_MAX);

	if (!purpose || strlen(purpose) <= CONSOLE_PURPOSE_MAX)
		return purpose;
	exchange_invalid(x, "/purpose", "at most %d bytes", CONSOLE_PURPOSE_MAX);
	return NULL;
}

void
answer_identity(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"person", "purpose", NULL};
	const json_t *body = exchange_json(x, names);
	struct console_look look = {.by = c->session.user.name};
	json_int_t number = json_integer_value(json_object_get(body, "person"));
	struct registry_identity identity = {0};
	struct error e = {0};

	if (!body)
		return;
	look.purpose = read_purpose(x, body);
	if (number < 1 || number > UINT32_MAX)
		exchange_invalid(x, "/person", "a person's number is needed");
	if (exchange_failed(x))
		return;
	if (console_identity(c->registry, (person_number)number, &look, &identity, &e) < 0)
		exchange_failure(x, &e);
	else
		exchange_answer(x, MHD_HTTP_OK,
			json_pack("{s:I, s:s, s:s, s:s, s:s, s:s}", "person", number, "name", identity.name, "id_number",
				identity.id_number, "birth_date", identity.birth_date, "phone", identity.phone, "address",
				identity.address));
	registry_identity_wipe(&identity);
}

/* Only the list's own words may be in the filter. */
static bool
check_filter(struct exchange *x, const json_t *filter, bool cases)
{
	static const char *const of_cases[] = {"status", "division", "by", "from", "to", "linked", NULL};
	static const char *const of_contacts[] = {"case", "kind", "degree", "from", "to", "standing", "waiting", NULL};

	if (!json_is_object(filter))
		exchange_invalid(x, "/filter", "an object is needed");
	else
		exchange_members(x, filter, "/filter", cases ? of_cases : of_contacts);
	return !exchange_failed(x);
}

bool
filter_holds(struct http_context *c, struct exchange *x, const json_t *filter, bool cases)
{
	const struct question q = {.x = x, .object = filter};
	struct console_contacts of_contacts;
	struct console_cases of_cases;

	return check_filter(x, filter, cases) &&
		(cases ? read_cases(c, &q, &of_cases) : read_contacts(c, &q, &of_contacts));
}

static void
answer_csv(struct exchange *x, const char *list)
{
	x->status = MHD_HTTP_OK;
	x->content_type = "text/csv; charset=utf-8; header=present";
	exchange_set_header(x, "Content-Disposition", "attachment; filename=\"%s.csv\"", list);
}

void
answer_export(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"list", "filter", "identities", "purpose", NULL};
	const json_t *body = exchange_json(x, names), *asked = json_object_get(body, "identities");
	const json_t *chosen = json_object_get(body, "filter");
	const struct question q = {
		.x = x, .object = chosen ? chosen : body}; /* none: everything, whatever the query says */
	struct console_look look = {.by = c->session.user.name};
	const char *list = body ? exchange_text(x, body, "list", 1, 16) : NULL;
	bool identities = json_is_true(asked), is_cases = list && strcmp(list, "cases") == 0;
	struct console_contacts contacts;
	struct console_cases cases;
	struct error e = {0};
	int r;

	if (!body)
		return;
	if (list && !is_cases && strcmp(list, "contacts") != 0)
		exchange_invalid(x, "/list", "cases or contacts expected");
	if (asked && !json_is_boolean(asked))
		exchange_invalid(x, "/identities", "true or false expected");
	if (identities)
		look.purpose = read_purpose(x, body);
	if (exchange_failed(x) || (chosen && !check_filter(x, chosen, is_cases)))
		return;
	if (identities && c->session.role != REGISTRY_SUPERVISOR) {
		exchange_problem(x, MHD_HTTP_FORBIDDEN, "forbidden", "Only a supervisor exports who people are");
		return;
	}
	if (is_cases ? !read_cases(c, &q, &cases) : !read_contacts(c, &q, &contacts))
		return;
	x->bytes = buffer_make(CONSOLE_EXPORT_MAX);
	r = is_cases ? console_export_cases(c->registry, &cases, &look, identities, &x->bytes, &e)
				 : console_export_contacts(c->registry, &contacts, &look, identities, &x->bytes, &e);
	if (r < 0)
		exchange_failure(x, &e);
	else
		answer_csv(x, list);
}
