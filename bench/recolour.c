/* Recolouring everybody from the store, beside what no way around it has: reading the rows once in their order, and inserting
 * what changed in order.
 *
 * A city's worth of people of the Hubei pack: a residence, an application three weeks to five weeks old, a check-in every few days,
 * one in twenty with a contact, each at their own times. First everyone changes (nobody had a colour by these rules). Then another version of
 * the pack lets contacts go after fewer days: it concerns those with a contact. Then a third takes that back and calls another temperature
 * a fever, so that it might concern anybody and everyone is asked. By both one in twenty changes. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "bench/bench.h"
#include "cascade/cascade.h"
#include "db/db.h"

enum { NOW = 1585008000, PER_TRANSACTION = 100000, PEOPLE_MAX = 1 << 28, PATH_SIZE = 64, HOUR_S = 3600 };

static const char pack_folder[] = "packs/hubei-2020", jurisdiction[] = "hubei-2020";

struct nation {
	size_t people;
	char folder[PATH_SIZE];
	struct registry *registry;
	struct cascade *cascade;
	struct db *db;
	struct buffer life; /* of the person at work */
};

/* One recolouring: how long it took, and what changed. */
struct recoloured {
	double took;
	struct changed {
		person_number person;
		enum colour colour;
		instant since;
	} * changed;
	size_t count, capacity;
	int64_t evaluated;
};

static uint64_t seed = 1;

static unsigned
any(unsigned below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % below;
}

/* Each number is drawn in a statement of its own: in which order arguments are is the compiler's. */
static void
make_life(struct buffer *row)
{
	static const char *const divisions[] = {
		"420102", "420106", "420202", "420302", "420502", "420602", "420802", "421002"};
	const char *division = divisions[any(8)];
	instant applied_at = NOW - 21 * DAY_S - (instant)any(14 * DAY_S);
	char at[TIME_TEXT_SIZE];
	struct error e = {0};
	json_t *facts =
		json_pack("{s:s, s:[{s:s,s:s,s:n,s:n}], s:[], s:[]}", "applied_at", time_write(applied_at, &zone_utc, at),
			"residences", "country", "CN", "division", division, "from", "to", "checkins", "contacts");

	for (int i = 4; facts && i > 0; i--) {
		time_write(NOW - i * 3 * DAY_S + DAY_S + (instant)any(DAY_S), &zone_utc, at);
		json_array_append_new(json_object_get(facts, "checkins"),
			json_pack("{s:s,s:i,s:[],s:b}", "at", at, "temperature_tenths_c", 366, "symptoms", "contact", 0));
	}
	time_write(NOW - 10 * DAY_S - (instant)any(DAY_S), &zone_utc, at);
	if (facts && any(20) == 0)
		json_array_append_new(json_object_get(facts, "contacts"),
			json_pack("{s:s,s:i,s:s,s:s,s:s}", "kind", "close", "degree", 1, "first", at, "last", at, "known_at", at));
	buffer_clear(row);
	if (!facts || facts_pack(facts, &zone_utc, row, &e) < 0)
		bench_fail("a life cannot be made");
	json_decref(facts);
}

static person_number
number_of(const struct nation *n, size_t i)
{
	return (person_number)((double)(i + 1) * (4294967295.0 / (double)(n->people + 1)));
}

static void
put_person(struct nation *n, size_t i)
{
	person_number person = number_of(n, i);
	struct error e = {0};

	make_life(&n->life);
	bench_need(db_do(n->db, "INSERT INTO person(number, id_hash, recorded_at, import) VALUES($1, $2, 0, 0)",
				   (struct db_value[]){db_int(person), db_blob(&person, sizeof person)}, 2, &e),
		&e);
	bench_need(db_do(n->db,
				   "INSERT INTO colour(person, jurisdiction, colour, since, next_at, next_colour, evaluated_at, policy,"
				   " area_version, areas) VALUES($1, $2, 'gray', 0, $3, 'gray', 0, '', 0, '')",
				   (struct db_value[]){db_int(person), db_text(jurisdiction), db_int(REGISTRY_NEVER)}, 3, &e),
		&e);
	bench_need(
		db_do(n->db, "INSERT INTO packed(person, jurisdiction, from_at, until_at, facts) VALUES($1, $2, 0, $3, $4)",
			(struct db_value[]){
				db_int(person), db_text(jurisdiction), db_int(REGISTRY_NEVER), db_blob(n->life.data, n->life.length)},
			4, &e),
		&e);
}

static void
fill(struct nation *n)
{
	static const char *const areas[] = {"420100", "420800", "421000"};
	enum evidence_outcome outcome;
	struct error e = {0};

	bench_need(registry_begin(n->registry, &e), &e);
	for (size_t i = 0; i < 3; i++)
		for (day_number day = 18300; day < 18345; day++) {
			const struct evidence_area_count count = {
				.source = "counts", .area = areas[i], .country = "CN", .day = day, .confirmed = (day - 18300) * 3 / 2};

			bench_need(evidence_area_put(n->db, &count, &outcome, &e), &e);
		}
	for (size_t i = 0; i < n->people; i++) {
		if (i % PER_TRANSACTION == 0) {
			bench_need(registry_commit(n->registry, &e), &e);
			bench_need(registry_begin(n->registry, &e), &e);
		}
		put_person(n, i);
	}
	bench_need(registry_commit(n->registry, &e), &e);
}

static void
make_store(struct nation *n)
{
	const char *packs[] = {pack_folder};
	struct registry_where where = {.data = n->folder};
	instant now = NOW, made_at = NOW - HOUR_S;
	struct error e = {0};

	strcpy(n->folder, "/tmp/bench-recolour-XXXXXX");
	if (!mkdtemp(n->folder))
		bench_fail("no temporary folder");
	bench_need(registry_create(&where, packs, 1, &made_at, &e), &e);
	bench_need(registry_open(&where, &n->registry, &e), &e);
	bench_need(cascade_open(n->registry, &n->cascade, &e), &e);
	n->db = registry_db(n->registry);
	registry_set_times(n->registry, &now, NULL);
}

/* The pack once more, with a contact let go after so many days and fever from that temperature on. */
static void
put_other_pack_in_force(struct nation *n, int contact_days, int fever_tenths_c)
{
	char command[640], folder[2 * PATH_SIZE];
	const struct pack *pack;
	struct error e = {0};

	snprintf(folder, sizeof folder, "%s/%s", n->folder, jurisdiction);
	snprintf(command, sizeof command,
		"rm -rf %s && cp -r %s %s && sed -i 's/\"contact_days\": [0-9]*/\"contact_days\": %d/;"
		" s/\"fever_tenths_c\": [0-9]*/\"fever_tenths_c\": %d/' %s/pack.json",
		folder, pack_folder, folder, contact_days, fever_tenths_c, folder);
	if (system(command) != 0)
		bench_fail("the pack cannot be copied");
	bench_need(registry_begin(n->registry, &e), &e);
	bench_need(registry_pack_keep(n->registry, folder, NULL, &pack, &e), &e);
	bench_need(registry_pack_put_in_force(n->registry, pack, NOW, "first", "second", &e), &e);
	bench_need(registry_commit(n->registry, &e), &e);
}

static int
note_change(const struct cascade_change *change, void *context, struct error *e)
{
	struct recoloured *done = context;
	int r = array_grow(&done->changed, &done->capacity, done->count + 1, sizeof *done->changed, PEOPLE_MAX, e);

	if (r == 0)
		done->changed[done->count++] =
			(struct changed){.person = change->person, .colour = change->after, .since = change->since};
	return r;
}

static int
pass_by(const struct registry_swept *swept, void *context, struct error *e)
{
	(void)e;
	*(size_t *)context += swept->packed.size;
	return 0;
}

/* Seconds of one thread that reads everyone's rows, in their order. */
static double
scan(struct nation *n)
{
	double start = bench_now();
	size_t bytes = 0;
	struct error e = {0};

	for (int part = 0; part < SWEEP_PARTS; part++)
		bench_need(registry_sweep_each(n->registry, jurisdiction, part, NOW, pass_by, &bytes, &e), &e);
	return bench_now() - start;
}

/* Seconds to write the changes once more, in their order, into the same tables: the colour, its log, and what the ledger commits to. */
static double
insert(struct nation *n, const struct recoloured *done)
{
	static int64_t seq = INT64_C(1) << 40;
	double start = bench_now();
	const struct pack *pack;
	struct error e = {0};

	bench_need(registry_pack(n->registry, jurisdiction, &pack, &e), &e);
	bench_need(registry_begin(n->registry, &e), &e);
	for (size_t i = 0; i < done->count; i++) {
		const struct changed *c = &done->changed[i];
		const struct db_value values[] = {db_int(c->person), db_text(jurisdiction), db_text(colour_name(c->colour)),
			db_int(c->since), db_int(NOW + 1), db_text(pack_hash(pack)), db_int(seq), db_int((int64_t)i)};

		bench_need(
			db_do(n->db,
				"UPDATE colour SET colour = $3, since = $4, next_at = next_at + 1, evaluated_at = $5, policy = $6"
				" WHERE person = $1 AND jurisdiction = $2",
				values, 6, &e),
			&e);
		bench_need(db_do(n->db,
					   "INSERT INTO colour_log(person, jurisdiction, colour, since, evaluated_at, recorded_at, policy)"
					   " VALUES($1, $2, $3, $4, $5, $5, $6)",
					   values, 6, &e),
			&e);
		bench_need(db_do(n->db,
					   "INSERT INTO evaluation_change(seq, position, person, jurisdiction, colour, since, policy)"
					   " VALUES($7, $8, $1, $2, $3, CAST($5 AS BIGINT) + $4, $6)",
					   values, 8, &e),
			&e);
		if ((i + 1) % PER_TRANSACTION == 0) {
			bench_need(registry_commit(n->registry, &e), &e);
			bench_need(registry_begin(n->registry, &e), &e);
		}
	}
	bench_need(registry_commit(n->registry, &e), &e);
	seq++;
	return bench_now() - start;
}

static void
recolour(struct nation *n, struct recoloured *done)
{
	const struct cascade_listener listener = {.changed = note_change, .context = done};
	struct cascade_counts counts;
	struct error e = {0};
	double start = bench_now();

	bench_need(cascade_evaluate_due(n->cascade, NULL, &listener, &counts, &e), &e);
	done->took = bench_now() - start;
	done->evaluated = counts.evaluated;
	if (counts.failed)
		bench_fail("somebody could not be evaluated");
}

static void
report(struct nation *n, const char *who, const struct recoloured *done)
{
	double scanned = scan(n), plain = scanned + insert(n, done);
	char figure[128];

	snprintf(figure, sizeof figure, "recoloured, %s: %zu of %zu", who, done->count, n->people);
	bench_figure("recolour", figure, (double)n->people / done->took, "people/s", "a scan and the sorted insert",
		(double)n->people / plain, 0.5);
}

static void
bench_recolour_of(size_t people)
{
	struct nation *n = calloc(1, sizeof *n);
	struct recoloured all = {0}, few = {0}, asked = {0};
	char command[512];

	if (!n)
		bench_fail("no memory");
	n->people = people;
	n->life = buffer_make(PACKED_ROW_MAX);
	make_store(n);
	fill(n);
	recolour(n, &all);
	put_other_pack_in_force(n, 7, 373);
	recolour(n, &few);
	put_other_pack_in_force(n, 14, 374);
	recolour(n, &asked);
	if (all.evaluated != (int64_t)people || asked.evaluated != (int64_t)people ||
		few.evaluated > (int64_t)people / 10 || few.count == 0)
		bench_fail("others were evaluated than whom the rules concern");
	report(n, "few, whom the rules concern", &few);
	report(n, "few, and everyone asked", &asked);
	report(n, "all", &all);
	cascade_close(n->cascade);
	registry_close(n->registry);
	snprintf(command, sizeof command, "rm -rf %s", n->folder);
	if (system(command) != 0)
		bench_fail("the store cannot be removed");
	buffer_free(&n->life);
	free(all.changed);
	free(few.changed);
	free(asked.changed);
	free(n);
}

void
bench_recolour(void)
{
	if (bench_people(0)) {
		bench_recolour_of(bench_people(0));
		return;
	}
	bench_recolour_of(100000);
	bench_recolour_of(1000000);
}

void
bench_recolour_10(void)
{
	bench_recolour_of(10000000);
}
