/* The console: views, a list's filter under a name. */

#include <microhttpd.h>
#include <string.h>

#include "base/text.h"
#include "console/console.h"
#include "http/answers.h"
#include "http/context.h"

void
answer_views(struct http_context *c, struct exchange *x)
{
	json_t *views = NULL;
	struct error e = {0};

	if (console_views(c->registry, &views, &e) < 0)
		exchange_failure(x, &e);
	else
		exchange_answer(x, MHD_HTTP_OK, json_pack("{s:o}", "items", views));
}

void
answer_keep_view(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"list", "name", "filter", NULL};
	const json_t *body = exchange_json(x, names);
	struct console_view view = {.by = c->session.user.name, .filter = json_object_get(body, "filter")};
	struct error e = {0};
	int64_t number;
	bool cases;

	if (!body)
		return;
	view.list = exchange_text(x, body, "list", 1, 16);
	view.name = exchange_text(x, body, "name", 1, CONSOLE_VIEW_NAME_MAX);
	cases = view.list && strcmp(view.list, "cases") == 0;
	if (view.list && !cases && strcmp(view.list, "contacts") != 0)
		exchange_invalid(x, "/list", "cases or contacts expected");
	if (view.name && strlen(view.name) > CONSOLE_VIEW_NAME_MAX)
		exchange_invalid(x, "/name", "at most %d bytes", CONSOLE_VIEW_NAME_MAX);
	if (exchange_failed(x) || !filter_holds(c, x, view.filter, cases))
		return;
	if (console_view_put(c->registry, &view, &number, &e) < 0)
		exchange_failure(x, &e);
	else
		exchange_answer(x, MHD_HTTP_CREATED, json_pack("{s:I}", "view", (json_int_t)number));
}

/* Its maker deletes it, or a supervisor. */
void
answer_drop_view(struct http_context *c, struct exchange *x)
{
	const char *by = c->session.role == REGISTRY_SUPERVISOR ? NULL : c->session.user.name;
	struct error e = {0};
	int64_t number;
	int r;

	if (!text_integer(x->parameters[0], strlen(x->parameters[0]), 1, INT64_MAX, &number)) {
		exchange_problem(x, MHD_HTTP_NOT_FOUND, "not-found", "There is no such view");
		return;
	}
	r = console_view_drop(c->registry, number, by, &e);
	if (r == ERROR_DENIED)
		exchange_problem(x, MHD_HTTP_FORBIDDEN, "forbidden", "Only who made it, or a supervisor, deletes it");
	else if (r < 0)
		exchange_failure(x, &e);
	else
		x->status = MHD_HTTP_NO_CONTENT;
}
