/* The console: places that cases share whom nobody linked, and the office's word that one is done with. */

#include <microhttpd.h>
#include <string.h>

#include "base/text.h"
#include "cascade/cascade.h"
#include "http/answers.h"
#include "http/context.h"

enum { ALERTS_DEFAULT = 100, ALERTS_MOST = 1000 };

void
answer_place_alerts(struct http_context *c, struct exchange *x)
{
	const char *state = exchange_query(x, "state");
	bool all = state && strcmp(state, "all") == 0;
	int64_t limit = ALERTS_DEFAULT;
	json_t *items = NULL;
	struct error e = {0};

	if (!exchange_number(x, "limit", 1, ALERTS_MOST, &limit))
		return;
	if (state && !all && strcmp(state, "open") != 0)
		exchange_problem(x, MHD_HTTP_BAD_REQUEST, "bad-request", "state: open or all expected");
	else if (cascade_place_alerts(c->cascade, all, (size_t)limit, &items, &e) < 0)
		exchange_failure(x, &e);
	else
		exchange_answer(x, MHD_HTTP_OK, json_pack("{s:o}", "items", items));
}

void
answer_place_alert_closing(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"outcome", NULL};
	const json_t *body = exchange_json(x, names);
	const char *outcome = body ? exchange_text(x, body, "outcome", 1, CASCADE_OUTCOME_SIZE - 1) : NULL;
	struct error e = {0};
	int64_t number;
	int r;

	if (!body)
		return;
	if (!text_integer(x->parameters[0], strlen(x->parameters[0]), 1, INT64_MAX, &number)) {
		exchange_problem(x, MHD_HTTP_NOT_FOUND, "not-found", "No place alert has this number");
		return;
	}
	if (exchange_failed(x))
		return;
	r = cascade_place_alert_close(c->cascade, number, c->session.user.name, outcome, &e);
	if (r == ERROR_BAD_INPUT)
		exchange_invalid(x, "/outcome", "%s", e.message);
	else if (r < 0)
		exchange_failure(x, &e);
	else
		exchange_answer(x, MHD_HTTP_CREATED, json_pack("{s:I, s:s}", "number", (json_int_t)number, "state", "closed"));
}
