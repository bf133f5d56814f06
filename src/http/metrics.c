#include "http/metrics.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { CLASSES = 6, BOUNDS = 8 }; /* 0xx to 5xx */

static const int64_t bounds_us[BOUNDS] = {250, 500, 1000, 2500, 10000, 50000, 250000, 1000000};
static const char *const bound_names[BOUNDS] = {"0.00025", "0.0005", "0.001", "0.0025", "0.01", "0.05", "0.25", "1.0"};

static struct {
	atomic_uint_fast64_t answered[CLASSES];
	atomic_uint_fast64_t within[BOUNDS + 1], sum_us;
} routes[METRICS_ROUTES_MAX];

void
metrics_count(unsigned route, unsigned status, int64_t duration_us)
{
	unsigned bound = 0;

	while (bound < BOUNDS && duration_us > bounds_us[bound])
		bound++;
	atomic_fetch_add_explicit(&routes[route].answered[status / 100 % CLASSES], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&routes[route].within[bound], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&routes[route].sum_us, (uint64_t)duration_us, memory_order_relaxed);
}

static struct {
	atomic_bool counted;
	atomic_int_fast64_t waiting;
	atomic_uint_fast64_t given[NOTICE_FATES];
} notices;

void
metrics_notice(enum metrics_notice_fate fate)
{
	atomic_fetch_add_explicit(&notices.given[fate], 1, memory_order_relaxed);
}

void
metrics_notices_waiting(int64_t count)
{
	atomic_store_explicit(&notices.waiting, count, memory_order_relaxed);
	atomic_store_explicit(&notices.counted, true, memory_order_relaxed);
}

/* Nothing where there is no gateway. */
static int
write_notices(struct buffer *b, struct error *e)
{
	static const char *const fates[NOTICE_FATES] = {"sent", "refused", "failed"};
	int r;

	if (!atomic_load_explicit(&notices.counted, memory_order_relaxed))
		return 0;
	r = buffer_add_format(b, e,
		"# TYPE notices_waiting gauge\n# HELP notices_waiting Notices that wait for the gateway.\n"
		"notices_waiting %" PRId64 "\n"
		"# TYPE notices_given counter\n# HELP notices_given Notices given to the gateway, by what it made of them.\n",
		(int64_t)atomic_load_explicit(&notices.waiting, memory_order_relaxed));
	for (unsigned fate = 0; r == 0 && fate < NOTICE_FATES; fate++)
		r = buffer_add_format(b, e, "notices_given_total{fate=\"%s\"} %" PRIu64 "\n", fates[fate],
			(uint64_t)atomic_load_explicit(&notices.given[fate], memory_order_relaxed));
	return r;
}

static struct {
	atomic_bool counted;
	atomic_int_fast64_t open, overdue;
} appeals;

void
metrics_appeals(int64_t open, int64_t overdue)
{
	atomic_store_explicit(&appeals.open, open, memory_order_relaxed);
	atomic_store_explicit(&appeals.overdue, overdue, memory_order_relaxed);
	atomic_store_explicit(&appeals.counted, true, memory_order_relaxed);
}

static int
write_appeals(struct buffer *b, struct error *e)
{
	if (!atomic_load_explicit(&appeals.counted, memory_order_relaxed))
		return 0;
	return buffer_add_format(b, e,
		"# TYPE appeals_open gauge\n# HELP appeals_open Appeals against colours that wait for an answer.\n"
		"appeals_open %" PRId64 "\n"
		"# TYPE appeals_overdue gauge\n# HELP appeals_overdue Open appeals whose answer is overdue.\n"
		"appeals_overdue %" PRId64 "\n",
		(int64_t)atomic_load_explicit(&appeals.open, memory_order_relaxed),
		(int64_t)atomic_load_explicit(&appeals.overdue, memory_order_relaxed));
}

static struct {
	atomic_bool counted;
	atomic_int_fast64_t over;
} packs;

void
metrics_packs_over(int64_t count)
{
	atomic_store_explicit(&packs.over, count, memory_order_relaxed);
	atomic_store_explicit(&packs.counted, true, memory_order_relaxed);
}

static int
write_packs(struct buffer *b, struct error *e)
{
	if (!atomic_load_explicit(&packs.counted, memory_order_relaxed))
		return 0;
	return buffer_add_format(b, e,
		"# TYPE packs_past_validity gauge\n"
		"# HELP packs_past_validity Jurisdictions whose pack is in force past its valid.to.\n"
		"packs_past_validity %" PRId64 "\n",
		(int64_t)atomic_load_explicit(&packs.over, memory_order_relaxed));
}

static int
write_durations(const char *name, unsigned route, struct buffer *b, struct error *e)
{
	uint64_t total = 0;
	int r = 0;

	for (unsigned bound = 0; r == 0 && bound <= BOUNDS; bound++) {
		total += atomic_load_explicit(&routes[route].within[bound], memory_order_relaxed);
		r = buffer_add_format(b, e, "http_request_duration_seconds_bucket{route=\"%s\",le=\"%s\"} %" PRIu64 "\n", name,
			bound == BOUNDS ? "+Inf" : bound_names[bound], total);
	}
	if (r < 0)
		return r;
	return buffer_add_format(b, e,
		"http_request_duration_seconds_count{route=\"%s\"} %" PRIu64
		"\nhttp_request_duration_seconds_sum{route=\"%s\"} %.6f\n",
		name, total, name, (double)atomic_load_explicit(&routes[route].sum_us, memory_order_relaxed) / 1e6);
}

int
metrics_write(const char *const *names, unsigned count, struct buffer *b, struct error *e)
{
	int r = buffer_add_text(
		b, "# TYPE http_requests counter\n# HELP http_requests Requests answered, by route and class of status.\n", e);

	for (unsigned route = 0; route < count; route++)
		for (unsigned class = 1; r == 0 && class < CLASSES; class ++) {
			uint64_t answered = atomic_load_explicit(&routes[route].answered[class], memory_order_relaxed);

			if (answered)
				r = buffer_add_format(b, e, "http_requests_total{route=\"%s\",class=\"%uxx\"} %" PRIu64 "\n",
					names[route], class, answered);
		}
	if (r == 0)
		r = buffer_add_text(b,
			"# TYPE http_request_duration_seconds histogram\n# UNIT http_request_duration_seconds seconds\n"
			"# HELP http_request_duration_seconds From the whole request to its answer.\n",
			e);
	for (unsigned route = 0; r == 0 && route < count; route++)
		r = write_durations(names[route], route, b, e);
	if (r == 0)
		r = write_notices(b, e);
	if (r == 0)
		r = write_appeals(b, e);
	if (r == 0)
		r = write_packs(b, e);
	return r < 0 ? r : buffer_add_text(b, "# EOF\n", e);
}
