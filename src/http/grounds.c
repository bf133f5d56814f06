/* The console: what a case rests on, and clinicians' words that it is one. */

#include <microhttpd.h>

#include "http/answers.h"
#include "http/context.h"
#include "office/office.h"

static void
answer_words(struct http_context *c, struct exchange *x, unsigned status)
{
	json_t *grounds = NULL;
	struct error e = {0};

	if (cascade_case_grounds(c->cascade, x->parameters[0], context_zone(c), &grounds, &e) < 0)
		exchange_failure(x, &e);
	else
		exchange_answer(x, status, grounds);
}

void
answer_grounds(struct http_context *c, struct exchange *x)
{
	answer_words(c, x, MHD_HTTP_OK);
}

void
answer_word(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"holds", NULL};
	const json_t *body = exchange_json(x, names), *holds = json_object_get(body, "holds");
	struct office office;
	struct error e = {0};

	if (!body)
		return;
	if (!json_is_boolean(holds))
		exchange_invalid(x, "/holds", "true or false expected");
	if (exchange_failed(x))
		return;
	office = context_office(c);
	if (office_case_word(&office, x->parameters[0], c->session.user.name, json_is_true(holds), &e) < 0)
		exchange_failure(x, &e);
	else
		answer_words(c, x, MHD_HTTP_CREATED);
}
