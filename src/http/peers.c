/* What other services ask and tell (at an address of their own), and a resident's question to one of them. */

#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "http/answers.h"
#include "http/context.h"
#include "http/peer_client.h"

enum { CODE_MAX = 4096 };

void
answer_peer_question(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"jurisdiction", "audience", "subject", "code", NULL};
	const json_t *body = exchange_json(x, names);
	struct buffer text = buffer_make(STATEMENT_TEXT_MAX);
	struct peer_question question = {0};
	const char *subject, *cause = NULL;
	struct error e = {0};

	if (!body)
		return;
	question.jurisdiction = exchange_text(x, body, "jurisdiction", 1, ISSUER_SIZE - 1);
	question.audience = exchange_text(x, body, "audience", 1, ISSUER_SIZE - 1);
	question.code = exchange_text(x, body, "code", 1, CODE_MAX);
	subject = exchange_text(x, body, "subject", 2 * STATEMENT_SUBJECT_SIZE, 2 * STATEMENT_SUBJECT_SIZE);
	if (subject && !text_unhex(subject, question.subject, sizeof question.subject))
		exchange_invalid(x, "/subject", "%d hexadecimal digits are needed", 2 * STATEMENT_SUBJECT_SIZE);
	if (exchange_failed(x))
		return;
	if (peer_give(c->cascade, c->issuer, &question, x->pin, &text, &cause, &e) < 0)
		exchange_failure(x, &e);
	else if (cause && strcmp(cause, "unknown_peer") == 0)
		exchange_problem(
			x, MHD_HTTP_FORBIDDEN, "forbidden", "Nothing is told to that jurisdiction by this certificate");
	else if (cause)
		exchange_invalid(x, "/code", "%s", cause);
	else
		exchange_answer(x, MHD_HTTP_OK, json_pack("{s:s}", "statement", buffer_text(&text)));
	buffer_free(&text);
}

void
answer_peer_statements(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"statements", NULL};
	const json_t *body = exchange_json(x, names), *list, *item;
	json_t *refused = json_array();
	struct statement statement;
	struct error e = {0};
	const char *cause;
	int taken = 0;
	size_t i;

	list = json_object_get(body, "statements");
	if (body && (!json_is_array(list) || json_array_size(list) == 0 || json_array_size(list) > PEER_BATCH))
		exchange_invalid(x, "/statements", "a list of 1 to %d is needed", PEER_BATCH);
	json_array_foreach((json_t *)list, i, item) if (!json_is_string(item))
		exchange_invalid(x, "/statements", "texts are needed");
	if (!body || exchange_failed(x))
		goto out;
	json_array_foreach((json_t *)list, i, item)
	{
		if (peer_take(c->cascade, c->issuer, json_string_value(item), json_string_length(item), x->pin, 0, &statement,
				&cause, &e) < 0) {
			exchange_failure(x, &e);
			goto out;
		}
		if (!cause)
			taken++;
		else
			json_array_append_new(refused, json_pack("{s:i, s:s}", "index", (int)i, "cause", cause));
	}
	exchange_answer(x, MHD_HTTP_OK, json_pack("{s:i, s:O}", "taken", taken, "refused", refused));
out:
	json_decref(refused);
}

/* Ask, and take the answer as evidence of the person. ${ret_cause} is "" or why there is none. */
static int
ask(struct http_context *c, const struct peer_asking *asking, person_number person, struct statement *ret_statement,
	char cause[PEER_CAUSE_SIZE], struct error *e)
{
	struct buffer text = buffer_make(STATEMENT_TEXT_MAX);
	const char *refused = NULL;
	int r = context_ask_peer(c, asking, &text, cause, e);

	if (r == 0 && !*cause &&
		(r = peer_take(c->cascade, c->issuer, buffer_text(&text), text.length, asking->pin, person, ret_statement,
			 &refused, e)) == 0 &&
		refused)
		snprintf(cause, PEER_CAUSE_SIZE, "%s", refused);
	buffer_free(&text);
	return r;
}

void
answer_ask_peer(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"person", "jurisdiction", "code", NULL};
	const json_t *body = exchange_json(x, names);
	char cause[PEER_CAUSE_SIZE] = "", from[TIME_TEXT_SIZE], until[TIME_TEXT_SIZE];
	const char *handle, *jurisdiction, *code, *refused = NULL;
	struct peer_asking asking;
	struct statement statement = {0};
	struct person_mine person;
	const struct pack *pack;
	struct error e = {0};
	int r;

	if (!body)
		return;
	handle = exchange_text(x, body, "person", 0, HANDLE_SIZE - 1);
	jurisdiction = exchange_text(x, body, "jurisdiction", 0, JURISDICTION_SIZE - 1);
	code = exchange_text(x, body, "code", 1, CODE_MAX);
	if (exchange_failed(x) ||
		!context_applied(
			c, x, *handle ? handle : NULL, *jurisdiction ? jurisdiction : NULL, MANDATE_CODE, &person, &pack))
		return;
	if ((r = peer_prepare(c->cascade, c->issuer, pack, person.person, code, &asking, &refused, &e)) == 0) {
		if (refused)
			snprintf(cause, sizeof cause, "%s", refused);
		else
			r = ask(c, &asking, person.person, &statement, cause, &e);
	}
	if (r == ERROR_IO) /* the other's, whose address is nobody's business */
		exchange_problem(x, MHD_HTTP_BAD_GATEWAY, "no-answer", "The service of that code does not answer: try later");
	else if (r < 0)
		exchange_failure(x, &e);
	else if (*cause)
		exchange_invalid(x, "/code", "%s", cause);
	else
		exchange_answer(x, MHD_HTTP_CREATED,
			json_pack("{s:s, s:s, s:s, s:s}", "jurisdiction", statement.issuer, "colour",
				code_colour_name(statement.colour), "from", context_time(c, statement.issued_at, from), "until",
				context_time(c, statement.expires_at, until)));
}
