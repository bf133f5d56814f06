/* The console: what a case rests on, and clinicians' words that it is one. */

#include <microhttpd.h>

#include "cascade/cascade.h"
#include "http/answers.h"
#include "http/context.h"

static void
answer_words(struct http_context *c, struct exchange *x, int status)
{
	char from[TIME_TEXT_SIZE], until[TIME_TEXT_SIZE];
	json_t *words = NULL;
	struct cascade_case found;
	struct error e = {0};
	bool ever, holds;

	if (cascade_case(c->cascade, x->parameters[0], &found, &e) < 0 ||
		cascade_case_words(c->cascade, x->parameters[0], &words, &e) < 0) {
		exchange_failure(x, &e);
		return;
	}
	ever = found.grounded_at != EXPOSURE_UNKNOWN;
	holds = ever && found.grounded_until == INT64_MAX;
	exchange_answer(x, (unsigned)status,
		json_pack("{s:s, s:s, s:b, s:s?, s:s?, s:o}", "case", found.name, "status", found.status, "grounds", holds,
			"grounds_from", ever ? context_time(c, found.grounded_at, from) : NULL, "grounds_until",
			ever && !holds ? context_time(c, found.grounded_until, until) : NULL, "words", words));
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
	struct error e = {0};

	if (!body)
		return;
	if (!json_is_boolean(holds))
		exchange_invalid(x, "/holds", "true or false expected");
	if (exchange_failed(x))
		return;
	if (cascade_case_word(c->cascade, x->parameters[0], c->session.user.name, json_is_true(holds), &e) < 0)
		exchange_failure(x, &e);
	else
		answer_words(c, x, MHD_HTTP_CREATED);
}
