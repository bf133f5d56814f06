/* For those who run the service. */

#include <microhttpd.h>
#include <stdlib.h>

#include "http/answers.h"
#include "http/context.h"
#include "http/metrics.h"

enum { TEXT_MAX = 1 << 20 };

static void
answer_text(struct exchange *x, const char *text)
{
	struct error e = {0};

	x->bytes = buffer_make(TEXT_MAX);
	x->status = MHD_HTTP_OK;
	x->content_type = "text/plain; charset=utf-8";
	if (buffer_add_text(&x->bytes, text, &e) < 0)
		exchange_failure(x, &e);
}

void
answer_health(struct http_context *c, struct exchange *x)
{
	(void)c;
	answer_text(x, "ok\n");
}

void
answer_ready(struct http_context *c, struct exchange *x)
{
	char(*names)[JURISDICTION_SIZE] = NULL;
	struct error e = {0};
	size_t count;

	/* A token may be away while the store is there. */
	if (registry_jurisdictions(c->registry, &names, &count, &e) < 0 ||
		(count && keys_token_uri(registry_keys(c->registry)) &&
			issuer_ready(c->issuer, names[0], registry_clock(c->registry), &e) < 0))
		exchange_problem(x, MHD_HTTP_SERVICE_UNAVAILABLE, "unavailable", "The store does not answer");
	else
		answer_text(x, "ok\n");
	free(names);
}

/* Rules past their validity stay in force until others are, since nobody may be left without; whoever runs the service should know. */
static int
count_packs_over(struct http_context *c, int64_t *ret_over, struct error *e)
{
	char(*names)[JURISDICTION_SIZE] = NULL;
	size_t count = 0;
	int64_t over = 0;
	int r = registry_jurisdictions(c->registry, &names, &count, e);

	for (size_t i = 0; r == 0 && i < count; i++) {
		const struct pack *pack;
		instant from, to;

		if ((r = registry_pack(c->registry, names[i], &pack, e)) < 0)
			break;
		pack_valid(pack, &from, &to);
		over += to <= registry_clock(c->registry);
	}
	if (r == 0)
		*ret_over = over;
	free(names);
	return r;
}

void
answer_metrics(struct http_context *c, struct exchange *x)
{
	const char *names[METRICS_ROUTES_MAX];
	int64_t open, overdue, over;
	struct error e = {0};

	/* What the server counts about itself is told also where the store does not answer. */
	if (registry_appeals_waiting(c->registry, registry_clock(c->registry), &open, &overdue, &e) == 0)
		metrics_appeals(open, overdue);
	if (count_packs_over(c, &over, &e) == 0)
		metrics_packs_over(over);
	for (size_t i = 0; i < route_count; i++)
		names[i] = routes[i].name;
	answer_text(x, "");
	x->content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
	if (metrics_write(names, (unsigned)route_count, &x->bytes, &e) < 0)
		exchange_failure(x, &e);
}
