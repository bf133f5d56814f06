/* How fast and how well cases are found and followed, as WHO and the ECDC ask for it: each with what it is counted of. */

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "console/follow.h"

enum { SOON_S = 24 * 3600 };

enum indicator {
	RESULTS_WITHIN_24H,
	POSITIVITY,
	INTERVIEWED_WITHIN_24H,
	ONSET_TO_ISOLATION,
	UNLINKED,
	IN_QUARANTINE,
	CONTACTS_PER_CASE,
	REACHED_WITHIN_24H,
	FOLLOWED_DAILY,
	LOST,
	APPEALS_IN_TIME,
	APPEALS_UPHELD,
	INDICATORS,
};

static const char *const names[INDICATORS] = {
	[RESULTS_WITHIN_24H] = "results_within_24h",
	[POSITIVITY] = "positivity",
	[INTERVIEWED_WITHIN_24H] = "cases_interviewed_within_24h",
	[ONSET_TO_ISOLATION] = "onset_to_isolation",
	[UNLINKED] = "cases_unlinked",
	[IN_QUARANTINE] = "cases_in_quarantine",
	[CONTACTS_PER_CASE] = "contacts_per_case",
	[REACHED_WITHIN_24H] = "contacts_reached_within_24h",
	[FOLLOWED_DAILY] = "followed_daily",
	[LOST] = "lost_to_follow_up",
	[APPEALS_IN_TIME] = "appeals_answered_in_time",
	[APPEALS_UPHELD] = "appeals_upheld",
};

struct counting {
	struct registry *registry;
	const struct zone *zone;
	struct follow_rules rules;
	bool follows; /* the pack has rules of follow-up */
	instant now, from, to;
	struct tally {
		json_int_t count, of, unknown;
	} tallies[INDICATORS];
	int64_t *delays_s; /* from onset to isolation */
	size_t delay_count, delay_capacity;
	person_number *contacts;
	size_t contact_count, contact_capacity;
};

static void
tally(struct counting *c, enum indicator indicator, bool counts)
{
	c->tallies[indicator].of++;
	c->tallies[indicator].count += counts;
}

/* The moment that a body tells; NO_DATE where it tells none. */
static int
moment_of(const json_t *body, const char *name, instant *ret_at, struct error *e)
{
	const char *text = body_text(body, name);

	*ret_at = NO_DATE;
	return text ? time_read(text, strlen(text), &zone_utc, ret_at, e) : 0;
}

static int
add_test(const struct evidence_row *row, void *context, struct error *e)
{
	struct counting *c = context;
	const char *result, *kind;
	json_t *body = NULL;
	instant reported;
	int r;

	if (row->at < c->from || row->at >= c->to)
		return 0;
	if ((r = json_read_own(row->body, "evidence of a test", &body, e)) < 0 ||
		(r = moment_of(body, "reported", &reported, e)) < 0)
		goto out;
	result = body_text(body, "result");
	kind = body_text(body, "kind");
	if (!result || !kind || strcmp(result, "withdrawn") == 0 || strcmp(kind, "antibody") == 0)
		goto out;
	/* A row that tells no time of report has that of sampling. */
	if (reported == NO_DATE || reported == row->at)
		c->tallies[RESULTS_WITHIN_24H].unknown++;
	else
		tally(c, RESULTS_WITHIN_24H, reported - row->at <= SOON_S);
	if (strcmp(result, "positive") == 0 || strcmp(result, "negative") == 0)
		tally(c, POSITIVITY, result[0] == 'p');
	else
		c->tallies[POSITIVITY].unknown++;
out:
	json_decref(body);
	return r;
}

struct reaching {
	instant from, to;
	bool reached;
};

static int
note_call(const struct registry_task_report *report, void *context, struct error *e)
{
	struct reaching *reaching = context;

	(void)e;
	reaching->reached |= strcmp(report->task, "call") == 0 && strcmp(report->outcome, "reached") == 0 &&
		report->at >= reaching->from && report->at < reaching->to;
	return 0;
}

/* Whether somebody was reached within a day of ${from}; unknown while that day is not over. */
static int
tally_reached(struct counting *c, enum indicator indicator, person_number person, instant from, struct error *e)
{
	struct reaching reaching = {from, from + SOON_S, false};
	int r = 0;

	if (person)
		r = registry_task_reports_each(
			c->registry, person, c->now, registry_known(c->registry), note_call, &reaching, e);
	if (r < 0)
		return r;
	if (reaching.reached || (person && c->now >= reaching.to))
		tally(c, indicator, reaching.reached);
	else
		c->tallies[indicator].unknown++;
	return 0;
}

/* What a case's own contacts with other cases say of it. */
struct before {
	const struct counting *counting;
	const struct case_line *line;
	instant known_at; /* when the case was first suspected of being one */
	bool linked, quarantined;
};

static int
note_source(const struct evidence_row *row, void *context, struct error *e)
{
	struct before *b = context;
	const struct counting *c = b->counting;
	size_t length = strcspn(row->key, "/");
	struct follow_exposure exposures[FOLLOW_SETTINGS_MAX];
	instant first, last, known_at, withdrawn;
	size_t count = 0;
	json_t *body = NULL;
	int r;

	if (strlen(b->line->name) == length && memcmp(b->line->name, row->key, length) == 0)
		return 0;
	if ((r = json_read_own(row->body, "evidence of a contact", &body, e)) < 0 ||
		(r = moment_of(body, "first", &first, e)) < 0 || (r = moment_of(body, "last", &last, e)) < 0 ||
		(r = moment_of(body, "known_at", &known_at, e)) < 0 || (r = moment_of(body, "withdrawn_at", &withdrawn, e)) < 0)
		goto out;
	if (first == NO_DATE || last == NO_DATE || known_at == NO_DATE) {
		r = error_set(e, ERROR_CORRUPT, "evidence of a contact lacks a time");
		goto out;
	}
	if (withdrawn == NO_DATE || withdrawn > c->now)
		b->linked |= first < b->known_at;
	if (c->follows)
		r = follow_exposures(&c->rules, body, exposures, &count, e);
	for (size_t i = 0; r == 0 && i < count; i++)
		b->quarantined |= exposures[i].rule->quarantine_days && known_at < b->known_at &&
			(withdrawn == NO_DATE || withdrawn > b->known_at) &&
			b->known_at <
				zone_day_start(c->zone, zone_day(c->zone, exposures[i].last) + 1 + exposures[i].rule->quarantine_days);
out:
	json_decref(body);
	return r;
}

static int
add_contact(const struct contact_line *line, void *context, struct error *e)
{
	struct counting *c = context;
	instant known_at;
	int r;

	if (json_integer_value(json_object_get(line->body, "degree")) != 1)
		return 0;
	c->tallies[CONTACTS_PER_CASE].count++;
	if ((r = moment_of(line->body, "known_at", &known_at, e)) < 0 ||
		(r = tally_reached(c, REACHED_WITHIN_24H, line->person, known_at, e)) < 0 ||
		(r = array_grow(
			 &c->contacts, &c->contact_capacity, c->contact_count + 1, sizeof *c->contacts, CONSOLE_LISTED_MAX, e)) < 0)
		return r;
	c->contacts[c->contact_count++] = line->person;
	return 0;
}

static int
add_delay(struct counting *c, const struct case_line *line, struct error *e)
{
	const instant onset = line->dates[CONSOLE_ONSET];
	int r;

	if (onset == NO_DATE || line->isolated_at == NO_DATE) {
		c->tallies[ONSET_TO_ISOLATION].unknown++;
		return 0;
	}
	if ((r = array_grow(
			 &c->delays_s, &c->delay_capacity, c->delay_count + 1, sizeof *c->delays_s, CONSOLE_LISTED_MAX, e)) < 0)
		return r;
	c->delays_s[c->delay_count++] = line->isolated_at - onset;
	tally(c, ONSET_TO_ISOLATION, line->isolated_at - onset <= SOON_S);
	return 0;
}

static int
add_case(const struct case_line *line, void *context, struct error *e)
{
	struct counting *c = context;
	const struct console_contacts own = {.name = line->name, .from = INT64_MIN, .to = INT64_MAX, .standing = true};
	struct before before = {.counting = c, .line = line, .known_at = line->statuses[0].at};
	int r;

	if (strcmp(line->status, "discarded") == 0)
		return 0;
	c->tallies[CONTACTS_PER_CASE].of++;
	if ((r = tally_reached(c, INTERVIEWED_WITHIN_24H, line->person, line->dates[CONSOLE_REPORTED], e)) < 0 ||
		(r = add_delay(c, line, e)) < 0 ||
		(line->person &&
			(r = evidence_each_of_same(registry_db(c->registry), line->person, EVIDENCE_CONTACT, c->now,
				 registry_known(c->registry), note_source, &before, e)) < 0))
		return r;
	tally(c, UNLINKED, !line->infected_by && !before.linked);
	if (line->person && c->follows)
		tally(c, IN_QUARANTINE, before.quarantined);
	else
		c->tallies[IN_QUARANTINE].unknown++;
	return contacts_walk(c->registry, &own, "", CONSOLE_LISTED_MAX, NULL, add_contact, c, e);
}

static int
compare_people(const void *a, const void *b)
{
	const person_number x = *(const person_number *)a, y = *(const person_number *)b;

	return x < y ? -1 : x > y;
}

static int
compare_delays(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Each contact once: their check-ins up to now, and whether they are lost. */
static int
follow_contacts(struct counting *c, struct error *e)
{
	int r;

	if (c->contact_count)
		qsort(c->contacts, c->contact_count, sizeof *c->contacts, compare_people);
	for (size_t i = 0; i < c->contact_count; i++) {
		json_t *item = NULL, *task;
		size_t k;

		if (i > 0 && c->contacts[i] == c->contacts[i - 1])
			continue;
		if (!c->follows) {
			c->tallies[LOST].unknown++;
			continue;
		}
		if ((r = follow_person(c->registry, &c->rules, c->zone, c->contacts[i], &item, e)) < 0)
			return r;
		if (json_is_object(json_object_get(item, "quarantine")) || json_is_object(json_object_get(item, "monitoring")))
			tally(c, LOST, json_is_true(json_object_get(item, "lost")));
		json_array_foreach(json_object_get(item, "tasks"), k, task)
		{
			const char *state = body_text(task, "state");

			if (strcmp(body_text(task, "task"), "checkin") == 0 &&
				(strcmp(state, "done") == 0 || strcmp(state, "missed") == 0))
				tally(c, FOLLOWED_DAILY, state[0] == 'd');
		}
		json_decref(item);
	}
	return 0;
}

/* Of what was said from ${from} to ${to}; what was taken back asks for no answer. */
static int
add_appeal(const struct registry_appeal *appeal, void *context, struct error *e)
{
	struct counting *c = context;
	bool answered =
		(appeal->state == APPEAL_UPHELD || appeal->state == APPEAL_REJECTED) && appeal->decided_at <= c->now;

	(void)e;
	if (appeal->opened_at < c->from || appeal->opened_at >= c->to || appeal->opened_at > c->now ||
		(appeal->state == APPEAL_WITHDRAWN && appeal->decided_at <= c->now))
		return 0;
	if (answered || appeal->due_at <= c->now)
		tally(c, APPEALS_IN_TIME, answered && appeal->decided_at < appeal->due_at);
	else
		c->tallies[APPEALS_IN_TIME].unknown++;
	if (answered)
		tally(c, APPEALS_UPHELD, appeal->state == APPEAL_UPHELD);
	else
		c->tallies[APPEALS_UPHELD].unknown++;
	return 0;
}

/* The middle one, in whole hours; of an even number the mean of both. */
static json_t *
median_hours(struct counting *c)
{
	const size_t middle = c->delay_count / 2;

	if (c->delay_count == 0)
		return json_null();
	qsort(c->delays_s, c->delay_count, sizeof *c->delays_s, compare_delays);
	return json_integer(
		(c->delay_count % 2 ? c->delays_s[middle] : (c->delays_s[middle - 1] + c->delays_s[middle]) / 2) / 3600);
}

static json_t *
write_indicators(struct counting *c)
{
	json_t *list = json_array();

	for (int i = 0; i < INDICATORS; i++) {
		const struct tally *t = &c->tallies[i];
		json_t *item =
			json_pack("{s:s, s:I, s:I, s:I}", "id", names[i], "count", t->count, "of", t->of, "unknown", t->unknown);

		if (i == ONSET_TO_ISOLATION && item)
			json_object_set_new(item, "median_hours", median_hours(c));
		if (json_array_append_new(list, item) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return json_pack("{s:o, s:o, s:o}", "from", date_json(c->from), "to", date_json(c->to), "indicators", list);
}

int
console_indicators(struct registry *registry, instant from, instant to, json_t **ret_indicators, struct error *e)
{
	const struct console_cases reported = {.by = CONSOLE_REPORTED, .from = from, .to = to};
	const struct registry_appeals_asked appeals = {.state = APPEAL_STATES};
	struct counting *c = calloc(1, sizeof *c);
	const struct pack *pack;
	const json_t *section;
	int r;

	if (!c)
		return error_no_memory(e);
	*c = (struct counting){.registry = registry, .now = registry_now(registry), .from = from, .to = to};
	if (to <= from) {
		r = error_set(e, ERROR_BAD_INPUT, "the end is not after the beginning");
		goto out;
	}
	if ((r = registry_pack(registry, NULL, &pack, e)) < 0)
		goto out;
	c->zone = pack_zone(pack);
	section = pack_section(pack, "follow_up");
	c->follows = section != NULL;
	if ((section && (r = follow_rules_read(section, &c->rules, e)) < 0) ||
		(r = evidence_each(registry_db(registry), EVIDENCE_TEST, c->now, registry_known(registry), add_test, c, e)) <
			0 ||
		(r = cases_walk(registry, &reported, "", CONSOLE_LISTED_MAX, NULL, add_case, c, e)) < 0 ||
		(r = follow_contacts(c, e)) < 0 || (r = registry_appeals_each(registry, &appeals, add_appeal, c, e)) < 0)
		goto out;
	*ret_indicators = write_indicators(c);
	r = *ret_indicators ? 0 : error_no_memory(e);
out:
	free(c->delays_s);
	free(c->contacts);
	free(c);
	return r;
}
