/* The console: whom to follow up, and what was done. */

#include <microhttpd.h>
#include <string.h>

#include "base/text.h"
#include "console/console.h"
#include "http/answers.h"
#include "http/context.h"

enum { LIMIT_DEFAULT = 50 };

/* A word of the query that is among ${words}, or NULL; false after answering. */
static bool
read_word(struct exchange *x, const char *name, const char *const *words, const char **ret_word)
{
	const char *word = exchange_query(x, name);

	*ret_word = word;
	while (word && *words && strcmp(*words, word) != 0)
		words++;
	if (!word || *words)
		return true;
	exchange_problem(x, MHD_HTTP_BAD_REQUEST, "bad-request", "%s: there is no such one", name);
	return false;
}

void
answer_follow_ups(struct http_context *c, struct exchange *x)
{
	static const char *const tasks[] = {"call", "test", "checkin", NULL};
	static const char *const states[] = {"planned", "open", "missed", "done", NULL};
	static const char *const yes_or_no[] = {"yes", "no", NULL};
	struct console_follow_ups filter = {.name = exchange_query(x, "case")};
	int64_t limit = LIMIT_DEFAULT;
	const char *lost;
	json_t *page = NULL;
	struct error e = {0};
	int r;

	if (!exchange_number(x, "limit", 1, CONSOLE_PAGE_MAX, &limit) || !read_word(x, "task", tasks, &filter.task) ||
		!read_word(x, "state", states, &filter.state) || !read_word(x, "lost", yes_or_no, &lost))
		return;
	filter.lost = lost && strcmp(lost, "yes") == 0;
	r = console_follow_ups_page(c->registry, &filter, exchange_query(x, "cursor"), (size_t)limit, &page, &e);
	if (r == ERROR_BAD_INPUT)
		exchange_problem(x, MHD_HTTP_BAD_REQUEST, "bad-request", "%s", e.message);
	else if (r < 0)
		exchange_failure(x, &e);
	else
		exchange_answer(x, MHD_HTTP_OK, page);
}

void
answer_follow_up_report(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"task", "outcome", "at", NULL};
	const json_t *body = exchange_json(x, names);
	struct registry_task_report report = {.by = c->session.user.name, .at = registry_recording_time(c->registry)};
	const char *at = json_string_value(json_object_get(body, "at"));
	struct error e = {0};
	int64_t person;
	int r;

	if (!body)
		return;
	if (!text_integer(x->parameters[0], strlen(x->parameters[0]), 1, UINT32_MAX, &person)) {
		exchange_problem(x, MHD_HTTP_NOT_FOUND, "not-found", "No person has this number");
		return;
	}
	report.person = (person_number)person;
	report.task = exchange_text(x, body, "task", 1, TASK_WORD_SIZE - 1);
	report.outcome = exchange_text(x, body, "outcome", 1, TASK_WORD_SIZE - 1);
	if (json_object_get(body, "at") && (!at || time_read(at, strlen(at), &zone_utc, &report.at, NULL) < 0))
		exchange_invalid(x, "/at", "a time such as 2020-03-24T00:00:00+08:00 expected");
	if (exchange_failed(x))
		return;
	r = registry_task_report_put(c->registry, &report, &e);
	if (r == ERROR_BAD_INPUT)
		exchange_invalid(x, "", "%s", e.message);
	else if (r < 0)
		exchange_failure(x, &e);
	else
		exchange_answer(x, r ? MHD_HTTP_CREATED : MHD_HTTP_OK,
			json_pack("{s:I, s:s, s:s}", "person", (json_int_t)person, "task", report.task, "outcome", report.outcome));
}
