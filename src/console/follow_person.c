/* One person's quarantine, isolation and tasks, worked out from what is stored of them.
 *
 * F1. They are a function of the evidence and reports that are seen at (now, known) and of the pack: nothing of them is stored, so
 *     that neither the order in which messages came nor how often they came matters.
 * F2. A quarantine is of a contact: from when its case was known until midnight after the last exposure's day and the kind's days;
 *     contacts whose times overlap are one quarantine, until the latest end. One that was withdrawn has no part in it.
 * F3. It ends earlier by the negative results that the rule asks for, or when the person becomes a case.
 * F4. An isolation is of a case, and ends by the first rule that is met.
 * F5. Monitoring is likewise of contacts, who may go out: until midnight after the days that the rule says, or until they are a case; results end
 *     none of it. Tasks are of that of the two which goes on longer, by the rule that makes it do so, from when the first of both began.
 * F6. What somebody shared with one case in several settings counts for each of them, by its own rule, from its own last moment. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "console/follow.h"

enum { CONTACTS_MAX = 10000, TESTS_MAX = 10000, MOMENTS_MAX = 100000, CASES_MAX = 64 };

/* What there is of contacts. */
enum record { QUARANTINE, MONITORING, RECORDS };

struct contact {
	char name[CASE_NAME_SIZE], setting[24]; /* "": none is named */
	const struct follow_kind *rule;
	int64_t degree;
	instant last, known_at;
	instant until[RECORDS]; /* NO_DATE: there is none */
};

struct test {
	instant at, reported;
	bool positive, negative;
};

struct case_of {
	char name[CASE_NAME_SIZE], status[33];
	instant first_at, status_at, onset, sampled, isolated_at, symptoms_ended;
};

struct moment {
	instant at;
	bool call; /* else a check-in */
};

struct followed {
	const struct follow_rules *rules;
	const struct zone *zone;
	instant now;
	struct contact *contacts;
	size_t contact_count, contact_capacity;
	struct test *tests;
	size_t test_count, test_capacity;
	struct moment *moments; /* what was done */
	size_t moment_count, moment_capacity;
	struct case_of cases[CASES_MAX];
	size_t case_count;
};

/* One stretch of a record: those of contacts [first, end) that have part in it, the governing one ends last. */
struct stretch {
	enum record record;
	size_t first, end;
	const struct contact *governing; /* NULL: there is none */
	instant from, until, ended_at;   /* ended_at: NO_DATE while it goes on */
	const char *because;
};

static int
read_moment(const json_t *body, const char *name, instant *ret_at, struct error *e)
{
	const char *text = body_text(body, name);

	*ret_at = NO_DATE;
	if (text && time_read(text, strlen(text), &zone_utc, ret_at, NULL) < 0)
		return error_set(e, ERROR_CORRUPT, "evidence has a time that cannot be read");
	return 0;
}

/* Midnight after ${days} more local days. */
static instant
day_end(const struct followed *f, instant at, int64_t days)
{
	return zone_day_start(f->zone, zone_day(f->zone, at) + (day_number)days + 1);
}

/* F6 */
static int
add_exposure(struct followed *f, const struct evidence_row *row, const struct follow_exposure *exposure,
	instant known_at, struct error *e)
{
	const int64_t days[RECORDS] = {
		[QUARANTINE] = exposure->rule->quarantine_days, [MONITORING] = exposure->rule->monitoring_days};
	struct contact contact = {
		.rule = exposure->rule, .degree = exposure->degree, .last = exposure->last, .known_at = known_at};
	bool any = false;
	int r;

	for (size_t i = 0; i < RECORDS; i++) {
		const instant until = day_end(f, contact.last, days[i]);

		contact.until[i] = days[i] && until > known_at ? until : NO_DATE;
		any |= contact.until[i] != NO_DATE;
	}
	if (!any)
		return 0;
	snprintf(contact.name, sizeof contact.name, "%.*s", (int)strcspn(row->key, "/"), row->key);
	snprintf(contact.setting, sizeof contact.setting, "%s", exposure->setting ? exposure->setting : "");
	if ((r = array_grow(&f->contacts, &f->contact_capacity, f->contact_count + 1, sizeof contact, CONTACTS_MAX, e)) < 0)
		return r;
	f->contacts[f->contact_count++] = contact;
	return 0;
}

static int
add_contact(struct followed *f, const struct evidence_row *row, const json_t *body, struct error *e)
{
	struct follow_exposure exposures[FOLLOW_SETTINGS_MAX];
	instant withdrawn, known_at;
	size_t count;
	int r;

	if ((r = read_moment(body, "withdrawn_at", &withdrawn, e)) < 0 ||
		(r = read_moment(body, "known_at", &known_at, e)) < 0 ||
		(r = follow_exposures(f->rules, body, exposures, &count, e)) < 0)
		return r;
	if ((withdrawn != NO_DATE && withdrawn <= f->now) || known_at == NO_DATE)
		return 0;
	for (size_t i = 0; i < count && r == 0; i++)
		r = add_exposure(f, row, &exposures[i], known_at, e);
	return r;
}

static int
add_test(struct followed *f, const struct evidence_row *row, const json_t *body, struct error *e)
{
	const char *result = body_text(body, "result");
	struct test test = {.at = row->at,
		.positive = result && strcmp(result, "positive") == 0,
		.negative = result && strcmp(result, "negative") == 0};
	int r;

	if ((r = read_moment(body, "reported", &test.reported, e)) < 0 ||
		(r = array_grow(&f->tests, &f->test_capacity, f->test_count + 1, sizeof test, TESTS_MAX, e)) < 0)
		return r;
	if (test.reported == NO_DATE)
		test.reported = test.at;
	if (test.reported <= f->now)
		f->tests[f->test_count++] = test;
	return 0;
}

static int
add_moment(struct followed *f, instant at, bool call, struct error *e)
{
	int r = array_grow(&f->moments, &f->moment_capacity, f->moment_count + 1, sizeof *f->moments, MOMENTS_MAX, e);

	if (r == 0)
		f->moments[f->moment_count++] = (struct moment){at, call};
	return r;
}

/* A later status replaces what an earlier one told. */
static int
add_status(struct followed *f, const struct evidence_row *row, const json_t *body, struct error *e)
{
	const char *name = body_text(body, "case"), *status = body_text(body, "status");
	struct case_of *c = f->cases;
	struct {
		const char *name;
		instant *at;
	} times[4];
	instant at;
	int r;

	if (!name || !status || strlen(name) >= sizeof c->name)
		return error_set(e, ERROR_CORRUPT, "evidence of a case has no name or status");
	while (c < f->cases + f->case_count && strcmp(c->name, name) != 0)
		c++;
	if (c == f->cases + CASES_MAX)
		return error_set(e, ERROR_TOO_LARGE, "a person who is more than %d cases", CASES_MAX);
	if (c == f->cases + f->case_count) {
		f->case_count++;
		*c = (struct case_of){.first_at = row->at,
			.onset = NO_DATE,
			.sampled = NO_DATE,
			.isolated_at = NO_DATE,
			.symptoms_ended = NO_DATE};
		snprintf(c->name, sizeof c->name, "%s", name);
	}
	snprintf(c->status, sizeof c->status, "%s", status);
	c->status_at = row->at;
	times[0].name = "onset", times[0].at = &c->onset;
	times[1].name = "sampled", times[1].at = &c->sampled;
	times[2].name = "isolated_at", times[2].at = &c->isolated_at;
	times[3].name = "symptoms_ended", times[3].at = &c->symptoms_ended;
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		if ((r = read_moment(body, times[i].name, &at, e)) < 0)
			return r;
		if (at != NO_DATE)
			*times[i].at = at;
	}
	return 0;
}

static int
add_row(const struct evidence_row *row, void *context, struct error *e)
{
	struct followed *f = context;
	json_t *body = NULL;
	int r;

	if (row->kind == EVIDENCE_CHECKIN)
		return add_moment(f, row->at, false, e);
	if (row->kind != EVIDENCE_CONTACT && row->kind != EVIDENCE_TEST && row->kind != EVIDENCE_CASE_STATUS)
		return 0;
	if ((r = json_read_own(row->body, "evidence", &body, e)) < 0)
		return r;
	r = row->kind == EVIDENCE_CONTACT ? add_contact(f, row, body, e)
		: row->kind == EVIDENCE_TEST  ? add_test(f, row, body, e)
									  : add_status(f, row, body, e);
	json_decref(body);
	return r;
}

static int
add_report(const struct registry_task_report *report, void *context, struct error *e)
{
	return strcmp(report->outcome, "reached") == 0
		? add_moment(context, report->at, strcmp(report->task, "call") == 0, e)
		: 0;
}

static int
by_known(const void *a, const void *b)
{
	const struct contact *x = a, *y = b;

	if (x->known_at != y->known_at)
		return x->known_at > y->known_at ? 1 : -1;
	return strcmp(x->name, y->name) ? strcmp(x->name, y->name) : strcmp(x->setting, y->setting);
}

static int
by_sampling(const void *a, const void *b)
{
	const struct test *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static bool
is_discarded(const struct case_of *c)
{
	return strcmp(c->status, "discarded") == 0;
}

/* F3, F5 */
static void
end_stretch(const struct followed *f, struct stretch *q)
{
	const struct follow_kind *rule = q->governing->rule;
	int64_t negatives = 0;
	instant ends = q->until;

	q->because = "days";
	for (size_t i = 0; q->record == QUARANTINE && rule->release_negatives && i < f->test_count; i++) {
		const struct test *test = &f->tests[i];

		if (test->positive)
			negatives = 0;
		if (!test->negative || test->at < day_end(f, q->governing->last, rule->release_day - 1))
			continue;
		if (++negatives == rule->release_negatives && test->reported < ends && test->reported >= q->from) {
			ends = test->reported;
			q->because = "tests";
		}
	}
	for (size_t i = 0; i < f->case_count; i++)
		if (!is_discarded(&f->cases[i]) && f->cases[i].first_at < ends &&
			(f->cases[i].first_at >= q->from || f->cases[i].status_at >= q->from)) {
			ends = f->cases[i].first_at < q->from ? q->from : f->cases[i].first_at;
			q->because = "case";
		}
	q->ended_at = ends <= f->now ? ends : NO_DATE;
	if (q->ended_at == NO_DATE)
		q->because = NULL;
}

/* The latest stretch (F2). */
static struct stretch
find_stretch(const struct followed *f, enum record record)
{
	struct stretch q = {.record = record, .ended_at = NO_DATE};

	for (size_t i = 0; i < f->contact_count; i++) {
		const struct contact *contact = &f->contacts[i];
		const instant until = contact->until[record];

		if (until == NO_DATE)
			continue;
		if (!q.governing || contact->known_at >= q.until)
			q = (struct stretch){
				.record = record, .first = i, .governing = contact, .from = contact->known_at, .until = until};
		q.end = i + 1;
		if (until > q.until) {
			q.until = until;
			q.governing = contact;
		}
	}
	if (q.governing)
		end_stretch(f, &q);
	return q;
}

static instant
end_of(const struct stretch *q)
{
	return q->ended_at != NO_DATE ? q->ended_at : q->until;
}

/* What tasks are of (F5): whichever goes on for longer, as it ended or is to end. */
static struct stretch
longer_of(const struct stretch *quarantine, const struct stretch *monitoring)
{
	const bool by_monitoring =
		!quarantine->governing || (monitoring->governing && end_of(monitoring) > end_of(quarantine));
	const struct stretch *other = by_monitoring ? quarantine : monitoring;
	struct stretch longer = by_monitoring ? *monitoring : *quarantine;

	if (other->governing && other->until > longer.from && other->from < longer.from)
		longer.from = other->from;
	return longer;
}

/* The earliest moment at which as many negative results as the rule asks for are in, each so long after the one before. */
static instant
freed_by_tests(const struct followed *f, instant from)
{
	const struct follow_rules *rules = f->rules;
	instant last = NO_DATE;
	int64_t negatives = 0;

	for (size_t i = 0; rules->negatives && i < f->test_count; i++) {
		const struct test *test = &f->tests[i];

		if (test->at < from)
			continue;
		if (test->positive) {
			negatives = 0;
			last = NO_DATE;
		} else if (test->negative && (last == NO_DATE || test->at - last >= rules->apart_hours * 3600)) {
			last = test->at;
			if (++negatives >= rules->negatives)
				return test->reported;
		}
	}
	return NO_DATE;
}

static instant
freed_by_days(const struct followed *f, const struct case_of *c)
{
	const struct follow_rules *rules = f->rules;
	instant begin = c->onset != NO_DATE ? c->onset : c->sampled != NO_DATE ? c->sampled : c->first_at, end, free;

	if (!rules->days_after_onset ||
		(c->onset != NO_DATE && rules->days_free_of_symptoms && c->symptoms_ended == NO_DATE))
		return NO_DATE;
	end = day_end(f, begin, rules->days_after_onset);
	if (c->symptoms_ended == NO_DATE)
		return end;
	free = day_end(f, c->symptoms_ended, rules->days_free_of_symptoms);
	return free > end ? free : end;
}

/* F4: a new reference, null where there is none, or NULL. */
static json_t *
isolation_json(const struct followed *f)
{
	const struct case_of *c = NULL;
	const char *because = NULL;
	instant from, ends = NO_DATE, tests, days;

	for (size_t i = 0; i < f->case_count; i++)
		if (!is_discarded(&f->cases[i]) && (!c || f->cases[i].first_at > c->first_at))
			c = &f->cases[i];
	if (!c)
		return json_null();
	from = c->isolated_at != NO_DATE ? c->isolated_at : c->first_at;
	tests = freed_by_tests(f, from);
	days = freed_by_days(f, c);
	if (tests != NO_DATE) {
		ends = tests;
		because = "tests";
	}
	if (days != NO_DATE && (ends == NO_DATE || days < ends)) {
		ends = days;
		because = "days";
	}
	for (size_t i = 0; i < f->rules->ended_by_count; i++)
		if (strcmp(f->rules->ended_by[i], c->status) == 0 && (ends == NO_DATE || c->status_at < ends)) {
			ends = c->status_at;
			because = "status";
		}
	return json_pack("{s:s, s:o, s:o, s:o, s:s?}", "case", c->name, "from", date_json(from), "until", date_json(ends),
		"ended_at", date_json(ends != NO_DATE && ends <= f->now ? ends : NO_DATE), "because",
		ends != NO_DATE && ends <= f->now ? because : NULL);
}

/* A new reference, null where there is none, or NULL. */
static json_t *
stretch_json(const struct followed *f, const struct stretch *q)
{
	json_t *contacts;

	if (!q->governing)
		return json_null();
	contacts = json_array();
	for (size_t i = q->first; contacts && i < q->end; i++) {
		const struct contact *contact = &f->contacts[i];

		if (contact->until[q->record] != NO_DATE &&
			json_array_append_new(contacts,
				json_pack("{s:s, s:s, s:s?, s:I, s:o}", "case", contact->name, "kind", contact->rule->kind, "setting",
					*contact->setting ? contact->setting : NULL, "degree", (json_int_t)contact->degree, "last",
					date_json(contact->last))) < 0) {
			json_decref(contacts);
			return NULL;
		}
	}
	return json_pack("{s:o, s:o, s:o, s:s?, s:o}", "from", date_json(q->from), "until", date_json(q->until), "ended_at",
		date_json(q->ended_at), "because", q->because, "contacts", contacts);
}

struct task {
	const char *name;
	instant from, due, done_at;
};

/* Whether it has to be done at all: what is due after the end, and not done, is not. */
static int
add_task(const struct followed *f, const struct stretch *q, const struct task *task, json_t *tasks, struct error *e)
{
	char day[TIME_TEXT_SIZE];
	const char *state = task->done_at != NO_DATE ? "done"
		: f->now >= task->due                    ? "missed"
		: f->now >= task->from                   ? "open"
												 : "planned";

	if (task->done_at == NO_DATE && q->ended_at != NO_DATE && task->due > q->ended_at)
		return 0;
	day_write(zone_day(f->zone, task->from), day);
	return json_array_append_new(tasks,
			   json_pack("{s:s, s:s, s:o, s:o, s:s, s:o}", "task", task->name, "day", day, "from",
				   date_json(task->from), "due", date_json(task->due), "state", state, "done_at",
				   date_json(task->done_at))) < 0
		? error_no_memory(e)
		: 0;
}

/* The first moment in [from, to) at which it was done. */
static instant
done_in(const struct followed *f, bool call, instant from, instant to)
{
	instant first = NO_DATE;

	for (size_t i = 0; i < f->moment_count; i++)
		if (f->moments[i].call == call && f->moments[i].at >= from && f->moments[i].at < to &&
			(first == NO_DATE || f->moments[i].at < first))
			first = f->moments[i].at;
	return first;
}

static instant
tested_in(const struct followed *f, instant from, instant to)
{
	for (size_t i = 0; i < f->test_count; i++)
		if (f->tests[i].at >= from && f->tests[i].at < to)
			return f->tests[i].at;
	return NO_DATE;
}

static int
add_tests(const struct followed *f, const struct stretch *q, json_t *tasks, struct error *e)
{
	const struct follow_kind *rule = q->governing->rule;
	int r = 0;

	for (size_t i = 0; i < rule->test_count && r == 0; i++) {
		struct task task = {"test", day_end(f, q->governing->last, rule->test_days[i] - 1),
			day_end(f, q->governing->last, rule->test_days[i]), NO_DATE};
		instant next = i + 1 < rule->test_count ? day_end(f, q->governing->last, rule->test_days[i + 1] - 1) : q->until;

		if (task.due <= q->from) /* before anybody knew */
			continue;
		task.done_at = tested_in(f, task.from, next > task.due ? next : task.due);
		r = add_task(f, q, &task, tasks, e);
	}
	return r;
}

/* One a day; ${ret_lost}: the last ones that are over were missed. */
static int
add_checkins(const struct followed *f, const struct stretch *q, json_t *tasks, bool *ret_lost, struct error *e)
{
	const instant end = q->ended_at != NO_DATE ? q->ended_at : q->until;
	int64_t missed = 0;
	int r = 0;

	for (day_number day = zone_day(f->zone, q->from); r == 0 && zone_day_start(f->zone, day) < end; day++) {
		struct task task = {"checkin", zone_day_start(f->zone, day), zone_day_start(f->zone, day + 1), NO_DATE};

		task.done_at = done_in(f, false, task.from, task.due);
		if (task.from < q->from)
			task.from = q->from;
		if (task.done_at != NO_DATE)
			missed = 0;
		else if (task.due <= f->now)
			missed++;
		r = add_task(f, q, &task, tasks, e);
	}
	*ret_lost = f->rules->lost_days && missed >= f->rules->lost_days && q->ended_at == NO_DATE;
	return r;
}

static int
add_tasks(const struct followed *f, const struct stretch *q, json_t *tasks, bool *ret_lost, struct error *e)
{
	const struct follow_kind *rule = q->governing->rule;
	const struct task call = {"call", q->from, q->from + rule->call_hours * 3600, done_in(f, true, q->from, q->until)};
	int r = 0;

	if (rule->call_hours)
		r = add_task(f, q, &call, tasks, e);
	if (r == 0)
		r = add_tests(f, q, tasks, e);
	if (r == 0 && rule->checkins)
		r = add_checkins(f, q, tasks, ret_lost, e);
	return r;
}

static int
put_together(struct followed *f, person_number person, json_t **ret_item, struct error *e)
{
	struct stretch quarantine, monitoring, longer;
	json_t *tasks = json_array(), *isolation, *quarantined = NULL, *monitored = NULL, *item;
	bool lost = false;
	int r = 0;

	if (f->test_count)
		qsort(f->tests, f->test_count, sizeof *f->tests, by_sampling);
	if (f->contact_count)
		qsort(f->contacts, f->contact_count, sizeof *f->contacts, by_known);
	isolation = isolation_json(f);
	quarantine = find_stretch(f, QUARANTINE);
	monitoring = find_stretch(f, MONITORING);
	longer = longer_of(&quarantine, &monitoring);
	if (!tasks || !isolation) {
		r = error_no_memory(e);
		goto out;
	}
	if (!longer.governing && json_is_null(isolation)) {
		*ret_item = NULL;
		goto out;
	}
	if (longer.governing && (r = add_tasks(f, &longer, tasks, &lost, e)) < 0)
		goto out;
	quarantined = stretch_json(f, &quarantine);
	monitored = stretch_json(f, &monitoring);
	item = quarantined && monitored
		? json_pack("{s:I, s:O, s:O, s:O, s:b, s:O}", "person", (json_int_t)person, "quarantine", quarantined,
			  "monitoring", monitored, "isolation", isolation, "lost", lost, "tasks", tasks)
		: NULL;
	r = item ? 0 : error_no_memory(e);
	if (item)
		*ret_item = item;
out:
	json_decref(quarantined);
	json_decref(monitored);
	json_decref(isolation);
	json_decref(tasks);
	return r;
}

int
follow_person(struct registry *registry, const struct follow_rules *rules, const struct zone *zone,
	person_number person, json_t **ret_item, struct error *e)
{
	const instant now = registry_now(registry), known = registry_known(registry);
	struct followed *f = calloc(1, sizeof *f);
	struct evidence_same same;
	int r;

	if (!f)
		return error_no_memory(e);
	f->rules = rules;
	f->zone = zone;
	f->now = now;
	if ((r = evidence_each_of_same(registry_db(registry), person, EVIDENCE_ALL, now, known, add_row, f, e)) == 0)
		r = evidence_same(registry_db(registry), person, known, &same, e);
	for (size_t i = 0; r == 0 && i < same.count; i++)
		r = registry_task_reports_each(registry, same.numbers[i], now, known, add_report, f, e);
	if (r == 0)
		r = put_together(f, person, ret_item, e);
	free(f->contacts);
	free(f->tests);
	free(f->moments);
	free(f);
	return r;
}
