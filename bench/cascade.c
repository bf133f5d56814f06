/* From a laboratory's message to the last contact's new code, in a store of a city that was evaluated before.
 *
 * Everybody has applied, checked in the day before, and spends some hours of each day at a school with GROUP - 1 others, each day with others, so that a case
 * meets about CONTACTS people while it is infectious. The time runs from the message's last byte to the last code. Its parts
 * follow each other, but for the two that are a part's own share: what tracing and evaluating take when they are asked again and
 * keep nothing, with what they read in memory by then. Beside each whole is what the process was on a core for, which other loads
 * change little. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/buffer.h"
#include "base/file.h"
#include "bench/bench.h"
#include "cascade/cascade.h"
#include "feed/feed.h"
#include "gate/gate.h"
#include "registry/application.h"
#include "registry/people.h"

enum {
	NOW = 1585008000, /* 2020-03-24T08:00:00+08:00 */
	GROUP = 68,
	CONTACTS = 200,
	ALONE = 5, /* cases that come one by one */
	AT_ONCE = 1000,
	DAYS_MAX = 28,
	PEOPLE_LEAST = 10000,
	PEOPLE_MOST = 1000000,
	PER_TRANSACTION = 100000,
	MESSAGE_SIZE = 1024,
	PATH_SIZE = 256,
	CODE_MAX = 4096,
	ISSUERS_MAX = 16,
	ISSUE_ALONE_MOST = 1000, /* codes */
	HOUR_S = 3600,
};

static const char jurisdiction[] = "hubei-2020";

struct city {
	char folder[PATH_SIZE];
	struct registry_where where;
	struct registry *registry;
	struct cascade *cascade;
	person_number *people;
	size_t count, days;
	unsigned messages;
};

/* Whose colour changed. */
struct changes {
	struct change {
		person_number person;
		enum colour colour;
	} * items;
	size_t count, capacity;
};

/* Seconds of each part. */
struct parts {
	double message, trace, trace_again, evaluation, evaluation_again, codes, all, core;
	size_t contacts, evaluated, changed; /* contacts: of one case */
};

static void
open_store(struct city *city)
{
	const instant now = NOW;
	struct error e = {0};

	bench_need(registry_open(&city->where, &city->registry, &e), &e);
	registry_set_times(city->registry, &now, NULL);
	bench_need(cascade_open(city->registry, &city->cascade, &e), &e);
}

static void
close_store(struct city *city)
{
	cascade_close(city->cascade);
	registry_close(city->registry);
}

static void
put_people(struct city *city)
{
	struct error e = {0};

	bench_need(registry_begin(city->registry, &e), &e);
	for (size_t i = 0; i < city->count; i++) {
		const struct registry_application application = {.id_number = bench_id_number(i),
			.name = "Doe",
			.phone = "13800000000",
			.division = "420802",
			.applied_at = NOW - 30 * DAY_S,
			.residence_since = REGISTRY_ALWAYS};
		struct registry_checkin checkin = {
			.at = NOW - DAY_S, .measured = true, .temperature_tenths_c = 366}; /* yellow without one, as a contact is */
		enum evidence_outcome outcome;

		if (i && i % PER_TRANSACTION == 0) {
			bench_need(registry_commit(city->registry, &e), &e);
			bench_need(registry_begin(city->registry, &e), &e);
		}
		bench_need(registry_apply(city->registry, &application, &outcome, &city->people[i], &e), &e);
		checkin.person = city->people[i];
		bench_need(registry_checkin_put(city->registry, &checkin, &outcome, &e), &e);
	}
	bench_need(registry_commit(city->registry, &e), &e);
}

static size_t
common_divisor(size_t a, size_t b)
{
	return b ? common_divisor(b, a % b) : a;
}

/* A step by which all people are gone through once, another one each day: who is near whom differs from day to day. */
static size_t
step_of(const struct city *city, size_t day)
{
	size_t step = 7919 + day * 1009;

	while (common_divisor(step, city->count) != 1)
		step++;
	return step;
}

static void
put_stays(struct city *city)
{
	const struct presence_source source = {NOW - HOUR_S, 1};
	const size_t schools = city->count / GROUP + 1;
	struct presence *presence = cascade_presence(city->cascade);
	place_number *places = calloc(schools, sizeof *places);
	struct presence_load *load = NULL;
	struct presence_counts counts;
	struct error e = {0};

	if (!places)
		bench_fail("no memory");
	bench_need(registry_begin(city->registry, &e), &e);
	for (size_t i = 0; i < schools; i++) {
		struct presence_place place = {.kind = "school", .division = "420802", .country = "CN"};

		snprintf(place.code, sizeof place.code, "school-%zu", i);
		bench_need(presence_put_place(presence, &place, &source, &places[i], &e), &e);
	}
	bench_need(presence_load_new(presence, &source, &load, &e), &e);
	for (size_t day = 0; day < city->days; day++)
		for (size_t i = 0, at = 0, step = step_of(city, day); i < city->count; i++, at = (at + step) % city->count) {
			const instant morning = NOW - (instant)(day + 1) * DAY_S; /* 8 o'clock */
			const struct presence_stay stay = {.person = city->people[at],
				.place = places[i / GROUP],
				.start = morning + (instant)(i % 7 * 600),
				.end = morning + 9 * HOUR_S + (instant)(i % 11 * 600)};

			bench_need(presence_load_add(load, &stay, &e), &e);
		}
	bench_need(presence_load_finish(load, &counts, &e), &e);
	bench_need(registry_commit(city->registry, &e), &e);
	presence_load_free(load);
	free(places);
}

static void
run_command(const char *text)
{
	if (system(text) != 0)
		bench_fail(text);
}

static void
remove_folder(const char *path)
{
	char text[2 * PATH_SIZE];

	snprintf(text, sizeof text, "rm -rf '%s'", path);
	run_command(text);
}

/* ${to} is there, and empty. */
static void
copy_folder(const char *from, const char *to)
{
	char text[3 * PATH_SIZE];

	snprintf(text, sizeof text, "cp -r '%s'/. '%s'", from, to);
	run_command(text);
}

static void
ensure_key(struct city *city)
{
	struct issuer *issuer = NULL;
	struct error e = {0};

	bench_need(issuer_open(registry_db(city->registry), registry_keys(city->registry), &issuer, &e), &e);
	bench_need(issuer_ensure(issuer, jurisdiction, NOW - HOUR_S, NOW, &e), &e);
	issuer_close(issuer);
}

static void
make_city(struct city *city)
{
	const char *packs[] = {"packs/hubei-2020"};
	const instant made_at = NOW - HOUR_S;
	struct cascade_counts counts;
	struct error e = {0};
	double start = bench_now();

	bench_need(registry_create(&city->where, packs, 1, &made_at, &e), &e);
	open_store(city);
	put_people(city);
	fprintf(stderr, "bench: %zu people in %.1f s\n", city->count, bench_now() - start);
	put_stays(city);
	fprintf(stderr, "bench: %zu stays by %.1f s\n", city->count * city->days, bench_now() - start);
	ensure_key(city);
	bench_need(cascade_evaluate_due(city->cascade, NULL, NULL, &counts, &e), &e);
	fprintf(stderr, "bench: evaluated by %.1f s\n", bench_now() - start);
	if (counts.evaluated != (int64_t)city->count || counts.failed)
		bench_fail("not everyone was evaluated");
	close_store(city);
}

/* Whether the kept store is that city's, complete: its people's numbers are written last. */
static bool
is_kept(struct city *city, const char *path)
{
	uint64_t size[2];
	FILE *file = fopen(path, "r");

	if (!file)
		return false;
	if (fread(size, sizeof size, 1, file) != 1 || size[0] != city->count || size[1] != city->days)
		bench_fail("the store holds another city");
	if (fread(city->people, sizeof *city->people, city->count, file) != city->count)
		bench_fail("the store's people cannot be read");
	fclose(file);
	return true;
}

static void
note_kept(const struct city *city, const char *path)
{
	const uint64_t size[] = {city->count, city->days};
	FILE *file = fopen(path, "w");

	if (!file || fwrite(size, sizeof size, 1, file) != 1 ||
		fwrite(city->people, sizeof *city->people, city->count, file) != city->count || fclose(file) != 0)
		bench_fail("cannot note in the store that it is complete");
}

/* The city in a temporary folder: made there, or a copy of what --store keeps. */
static void
prepare_city(struct city *city)
{
	char kept[PATH_SIZE], people[PATH_SIZE];
	struct error e = {0};

	strcpy(city->folder, "/tmp/bench-cascade-XXXXXX");
	if (!mkdtemp(city->folder) || !(city->people = calloc(city->count, sizeof *city->people)))
		bench_fail("no temporary folder");
	city->where.data = city->folder;
	if (bench_store()) {
		snprintf(kept, sizeof kept, "%s/city", bench_store());
		snprintf(people, sizeof people, "%s/people", bench_store());
		if (!is_kept(city, people)) {
			bench_need(file_make_folder(bench_store(), 0700, &e), &e);
			remove_folder(kept);
			city->where.data = kept;
			make_city(city);
			note_kept(city, people);
			city->where.data = city->folder;
		}
		copy_folder(kept, city->folder);
	} else {
		make_city(city);
	}
	open_store(city); /* nothing is in memory as the first message comes */
}

/* A positive result of the person at that place in the list. */
static void
send_message(struct city *city, size_t at)
{
	const struct feed_message_options options = {.from = "laboratory"};
	struct buffer answer = buffer_make(FEED_ANSWER_MAX);
	enum feed_answer taken;
	char bytes[MESSAGE_SIZE];
	struct error e = {0};
	int length = snprintf(bytes, sizeof bytes,
		"MSH|^~\\&|LIS|HOSPITAL^1^ISO|HC|HD|20200324075900+0800||ORU^R01^ORU_R01|m%u|P|2.5.1|||||CHN|UNICODE UTF-8\r"
		"PID|1||%s^^^CHN^NNCHN||DOE^J|||M\r"
		"OBR|1||o%u|94500-6^SARS-CoV-2 RNA^LN|||20200323100000+0800||||||||||||||20200324075900+0800\r"
		"OBX|1|CWE|94500-6^SARS-CoV-2 RNA^LN||260373001^x^SCT||||||F\r",
		city->messages, bench_id_number(at), city->messages);

	city->messages++;
	bench_need(feed_message(city->registry, &options, bytes, (size_t)length, &taken, &answer, &e), &e);
	if (taken != FEED_TAKEN)
		bench_fail(e.message);
	buffer_free(&answer);
}

static int
note_change(const struct cascade_change *change, void *context, struct error *e)
{
	struct changes *changes = context;
	int r = array_grow(&changes->items, &changes->capacity, changes->count + 1, sizeof *changes->items, PEOPLE_MOST, e);

	if (r == 0)
		changes->items[changes->count++] = (struct change){.person = change->person, .colour = change->after};
	return r;
}

/* Codes on their way, issued by several threads as those of a service do, each with a connection of its own. */
struct issuing {
	const struct city *city;
	const struct changes *changes;
	size_t first, step;
	pthread_t thread;
};

static void *
issue_some(void *context)
{
	const struct issuing *issuing = context;
	const struct city *city = issuing->city;
	struct buffer text = buffer_make(CODE_MAX);
	struct registry *registry = NULL;
	struct issuer *issuer = NULL;
	const struct pack *pack;
	struct error e = {0};

	bench_need(registry_open_beside(city->registry, &registry, &e), &e);
	bench_need(issuer_open(registry_db(registry), registry_keys(registry), &issuer, &e), &e);
	bench_need(registry_pack(registry, jurisdiction, &pack, &e), &e);
	for (size_t i = issuing->first; i < issuing->changes->count; i += issuing->step) {
		const struct change *change = &issuing->changes->items[i];
		enum code_colour colour;

		if (!code_colour_read(colour_name(change->colour), &colour))
			bench_fail("a colour has no code");
		buffer_clear(&text);
		bench_need(
			issuer_issue(issuer, jurisdiction, change->person, colour, NOW, gate_code_lifetime(pack), &text, &e), &e);
	}
	buffer_free(&text);
	issuer_close(issuer);
	registry_close(registry);
	return NULL;
}

static void
issue_codes(const struct city *city, const struct changes *changes)
{
	const long processors = sysconf(_SC_NPROCESSORS_ONLN);
	const size_t count = changes->count < ISSUE_ALONE_MOST || processors < 1 ? 1
		: processors > ISSUERS_MAX                                           ? ISSUERS_MAX
																			 : (size_t)processors;
	struct issuing issuing[ISSUERS_MAX];

	for (size_t i = 0; i < count; i++) {
		issuing[i] = (struct issuing){.city = city, .changes = changes, .first = i, .step = count};
		if (i && pthread_create(&issuing[i].thread, NULL, issue_some, &issuing[i]) != 0)
			bench_fail("no thread");
	}
	issue_some(&issuing[0]);
	for (size_t i = 1; i < count; i++)
		pthread_join(issuing[i].thread, NULL);
}

/* The name of the case that a person's message made. */
static int
note_name(const struct evidence_row *row, void *context, struct error *e)
{
	const char *slash = strrchr(row->key, '/');

	(void)e;
	snprintf(context, CASCADE_CASE_SIZE, "%.*s", (int)(slash ? slash - row->key : 0), row->key);
	return 0;
}

static size_t
trace_again(struct city *city, size_t at)
{
	struct exposure_contacts contacts = {0};
	char name[CASCADE_CASE_SIZE] = "";
	struct error e = {0};
	size_t count;

	bench_need(evidence_each_of(registry_db(city->registry), city->people[at], EVIDENCE_CASE_STATUS, EVIDENCE_NOW,
				   EVIDENCE_NOW, note_name, name, &e),
		&e);
	bench_need(cascade_contacts(city->cascade, name, &contacts, &e), &e);
	count = contacts.count;
	exposure_contacts_free(&contacts);
	return count;
}

static void
evaluate_again(struct city *city, const struct changes *changes)
{
	person_number *people = calloc(changes->count + 1, sizeof *people);
	struct cascade_counts counts;
	struct error e = {0};

	if (!people)
		bench_fail("no memory");
	for (size_t i = 0; i < changes->count; i++)
		people[i] = changes->items[i].person;
	if (changes->count)
		bench_need(cascade_rehearse(city->cascade, jurisdiction, people, changes->count, NULL, &counts, &e), &e);
	free(people);
}

static double
since(double *from)
{
	double now = bench_now(), spent = now - *from;

	*from = now;
	return spent;
}

/* ${count} cases whose messages come one after the other, then what follows from them. */
static struct parts
cascade_of(struct city *city, const size_t *cases, size_t count)
{
	struct changes changes = {0};
	const struct cascade_listener listener = {.changed = note_change, .context = &changes};
	struct cascade_counts counts;
	struct parts parts = {0};
	struct error e = {0};
	double at = bench_now(), core = bench_core_now();

	for (size_t i = 0; i < count; i++)
		send_message(city, cases[i]);
	parts.message = since(&at);
	bench_need(cascade_trace_cases(city->cascade, &e), &e);
	parts.trace = since(&at);
	bench_need(cascade_evaluate_due(city->cascade, NULL, &listener, &counts, &e), &e);
	parts.evaluation = since(&at);
	issue_codes(city, &changes);
	parts.codes = since(&at);
	parts.core = bench_core_now() - core;
	parts.all = parts.message + parts.trace + parts.evaluation + parts.codes;
	if (counts.failed)
		bench_fail("somebody was not evaluated");
	parts.evaluated = (size_t)counts.evaluated;
	parts.changed = changes.count;
	if (count > 1) /* what is asked again is one case */
		goto out;
	parts.contacts = trace_again(city, cases[0]);
	parts.trace_again = since(&at);
	evaluate_again(city, &changes);
	parts.evaluation_again = since(&at);
out:
	free(changes.items);
	return parts;
}

static void
report(const char *who, const struct parts *parts, double goal_s)
{
	const struct {
		const char *name;
		double seconds;
	} rows[] = {
		{"messages read, cases kept", parts->message},
		{"cases traced, contacts kept", parts->trace},
		{"  of it the trace, again", parts->trace_again},
		{"evaluation, colours, ledger", parts->evaluation},
		{"  of it the evaluation, again", parts->evaluation_again},
		{"codes issued", parts->codes},
	};
	char figure[96];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (rows[i].seconds == 0)
			continue;
		snprintf(figure, sizeof figure, "%s: %s", who, rows[i].name);
		bench_figure("cascade", figure, rows[i].seconds * 1000, "ms", "the whole", parts->all * 1000, 0);
	}
	snprintf(figure, sizeof figure, "%s: %zu evaluated, %zu changed", who, parts->evaluated, parts->changed);
	bench_figure("cascade", figure, parts->core * 1000, "ms of a core", "the whole", parts->all * 1000, 0);
	snprintf(figure, sizeof figure, "%s: all of it, in %.3f s", who, parts->all);
	bench_figure("cascade", figure, 1 / parts->all, "1/s", "the goal", 1 / goal_s, 1);
}

static int
compare_parts(const void *a, const void *b)
{
	const struct parts *x = a, *y = b;

	return x->all < y->all ? -1 : x->all > y->all;
}

static void
run_city(size_t people, size_t stays)
{
	struct city city = {.count = people, .days = stays / people};
	struct parts alone[ALONE], many;
	size_t *cases = calloc(AT_ONCE, sizeof *cases);

	if (!cases || people < PEOPLE_LEAST || people > PEOPLE_MOST || city.days < 4 || city.days > DAYS_MAX)
		bench_fail("there can be 10 thousand to a million people, and 4 to 28 stays of each");
	prepare_city(&city);
	for (size_t i = 0; i < ALONE; i++) {
		size_t at = people / (2 * ALONE) * (2 * i + 1) + 1;

		alone[i] = cascade_of(&city, &at, 1);
	}
	report("first", &alone[0], 1);
	qsort(alone, ALONE, sizeof *alone, compare_parts);
	fprintf(stderr, "bench: %zu contacts of a case\n", alone[0].contacts);
	report("one", &alone[ALONE / 2], 1);
	for (size_t i = 0; i < AT_ONCE; i++)
		cases[i] = people / AT_ONCE * i;
	many = cascade_of(&city, cases, AT_ONCE);
	report("1000", &many, 60);
	close_store(&city);
	remove_folder(city.folder);
	free(cases);
	free(city.people);
}

void
bench_cascade(void)
{
	const size_t people = bench_people(100000);

	run_city(people, bench_stays(20 * people));
}

void
bench_cascade_20(void)
{
	run_city(1000000, 20000000);
}
