/* Codes of places, and who checks in with them. */

#include <microhttpd.h>
#include <string.h>

#include "feed/feed.h"
#include "http/answers.h"
#include "http/context.h"

enum { CODE_MAX = 4096, PLACE_MOST = PRESENCE_CODE_SIZE - 1, TYPED_PAUSE_S = 600 };

void
answer_place_code(struct http_context *c, struct exchange *x)
{
	const char *place = exchange_query(x, "place");
	struct buffer text = buffer_make(PLACE_CODE_TEXT_MAX);
	char issued[TIME_TEXT_SIZE], expires[TIME_TEXT_SIZE], refresh[TIME_TEXT_SIZE], now[TIME_TEXT_SIZE];
	struct gate_place_code code;
	struct error e = {0};

	if (!place || !*place || strlen(place) > PLACE_MOST) {
		exchange_problem(x, MHD_HTTP_BAD_REQUEST, "bad-request", "place is a place's code");
		goto out;
	}
	if (gate_place_code(c->cascade, c->issuer, place, &text, &code, &e) < 0) {
		exchange_failure(x, &e);
		goto out;
	}
	exchange_answer(x, MHD_HTTP_OK,
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "place", place, "name", code.name, "code", buffer_text(&text),
			"issued_at", context_time(c, code.issued_at, issued), "expires_at",
			context_time(c, code.expires_at, expires), "refresh_at",
			context_time(c, context_refresh_at(code.issued_at, code.expires_at - code.issued_at), refresh), "now",
			context_time(c, registry_now(c->registry), now)));
out:
	buffer_free(&text);
}

/* How long a check-in is taken to last, by the default jurisdiction, as where one is imported; false after answering. */
static bool
read_lasts(struct http_context *c, struct exchange *x, int64_t *ret_lasts_s)
{
	const struct pack *pack;
	struct error e = {0};

	if (registry_pack(c->registry, NULL, &pack, &e) < 0) {
		exchange_failure(x, &e);
		return false;
	}
	if (detection_checkin(pack, ret_lasts_s, &e) < 0) {
		exchange_problem(x, MHD_HTTP_NOT_FOUND, "not-found", "Nobody checks in at places here");
		return false;
	}
	return true;
}

static void
answer_visit(struct http_context *c, struct exchange *x, const struct gate_visit *visit)
{
	char from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE], now[TIME_TEXT_SIZE];

	exchange_answer(x, MHD_HTTP_CREATED,
		json_pack("{s:s, s:s, s:s, s:s, s:s}", "place", visit->place, "name", visit->name, "from",
			context_time(c, visit->from, from), "to", context_time(c, visit->to, to), "now",
			context_time(c, registry_now(c->registry), now)));
}

void
answer_arrival(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"person", "code", NULL};
	const json_t *body = exchange_json(x, names);
	const char *handle, *code, *cause = NULL;
	struct person_mine person;
	struct gate_visit visit;
	struct error e = {0};
	int64_t lasts_s;

	if (!body)
		return;
	handle = exchange_text(x, body, "person", 0, HANDLE_SIZE - 1);
	code = exchange_text(x, body, "code", 1, CODE_MAX);
	if (exchange_failed(x) || !read_lasts(c, x, &lasts_s) || !context_person(c, x, *handle ? handle : NULL, &person) ||
		!context_may(c, x, &person, MANDATE_CHECKIN))
		return;
	if (gate_arrive(c->cascade, c->issuer, code, person.person, lasts_s, &visit, &cause, &e) < 0)
		exchange_failure(x, &e);
	else if (cause)
		exchange_invalid(x, "/code", "%s", cause);
	else
		answer_visit(c, x, &visit);
}

void
answer_leaving(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"person", "place", "from", NULL};
	const json_t *body = exchange_json(x, names);
	const char *handle, *place, *from;
	struct person_mine person;
	struct gate_visit visit;
	struct error e = {0};
	instant at = 0;
	int64_t lasts_s;

	if (!body)
		return;
	handle = exchange_text(x, body, "person", 0, HANDLE_SIZE - 1);
	place = exchange_text(x, body, "place", 1, PLACE_MOST);
	from = exchange_text(x, body, "from", 1, TIME_TEXT_SIZE - 1);
	if (from && time_read(from, strlen(from), &zone_utc, &at, &e) < 0)
		exchange_invalid(x, "/from", "a time is needed");
	if (exchange_failed(x) || !read_lasts(c, x, &lasts_s) || !context_person(c, x, *handle ? handle : NULL, &person) ||
		!context_may(c, x, &person, MANDATE_CHECKIN))
		return;
	if (gate_leave(c->cascade, person.person, place, at, lasts_s, &visit, &e) < 0)
		exchange_failure(x, &e);
	else
		answer_visit(c, x, &visit);
}

void
answer_staff_arrival(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"place", "code", "id_number", NULL};
	const json_t *body = exchange_json(x, names);
	const char *place, *code = NULL, *id_number = NULL, *cause = NULL;
	struct gate_visit visit;
	struct error e = {0};
	int64_t lasts_s;

	if (!body)
		return;
	place = exchange_text(x, body, "place", 1, PLACE_MOST);
	if (!json_object_get(body, "id_number"))
		code = exchange_text(x, body, "code", 1, CODE_MAX);
	else if (json_object_get(body, "code"))
		exchange_invalid(x, "/id_number", "an ID number stands alone");
	else if ((id_number = exchange_text(x, body, "id_number", 1, 40)) && !context_is_id_number(id_number, &e))
		exchange_invalid(x, "/id_number", "%s", e.message);
	if (exchange_failed(x) || !read_lasts(c, x, &lasts_s))
		return;
	if (gate_arrive_with_staff(
			c->cascade, c->issuer, place, code, id_number, c->session.user.name, lasts_s, &visit, &cause, &e) < 0) {
		if (e.code == ERROR_DENIED) {
			exchange_problem(x, MHD_HTTP_TOO_MANY_REQUESTS, "too-many-requests", "%s", e.message);
			exchange_set_header(x, "Retry-After", "%d", TYPED_PAUSE_S);
		} else {
			exchange_failure(x, &e);
		}
	} else if (cause) {
		exchange_invalid(x, "/code", "%s", cause);
	} else {
		answer_visit(c, x, &visit);
	}
}
