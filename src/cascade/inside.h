/* cascade/inside.h: what the cascade's own files share. */

#ifndef HEALTHCODE_CASCADE_INSIDE_H
#define HEALTHCODE_CASCADE_INSIDE_H

#include "cascade/cascade.h"
#include "db/db.h"
#include "keys/keys.h"
#include "ledger/ledger.h"
#include "policy/policy.h"

struct cascade {
	struct registry *registry;
	struct presence *presence;
	struct db *db;
	struct keys *keys;
	int64_t alone_most;            /* people of a jurisdiction that one thread sweeps */
	int64_t slice_people;          /* whom a sweep looks at in one transaction, about */
	size_t batch_most;             /* people of a batch, at most CASCADE_BATCH */
	int64_t batch_alone_most;      /* people of a batch whom one thread evaluates */
	struct registry_due_marks due; /* whom the tracing under way makes due */
	struct same *same;             /* who is known under several numbers, or NULL (same.c) */
	struct retracing *retracing;   /* while cases are traced by other rules, or NULL (retrace.c) */
};

/* contact_rules(cascade, ret_pack, e): the pack by which cases are traced: the default jurisdiction's in force, or that of the retracing under way.
 * contact_known(cascade): up to when what is recorded of contacts counts: EVIDENCE_NOW, or the moment of the retracing under way.
 * retracing_keep(cascade, row, e): keep a row of a contact for the retracing under way, where it is not what is recorded. */
struct evidence_row;
int contact_rules(struct cascade *cascade, const struct pack **ret_pack, struct error *e);
instant contact_known(const struct cascade *cascade);
int retracing_keep(struct cascade *cascade, const struct evidence_row *row, struct error *e);

/* trace_apart(cascade, known, e): trace every case that was recorded up to ${known} for the retracing under way. Nothing is written. */
int trace_apart(struct cascade *cascade, instant known, struct error *e);

/* same_read(cascade, known, ret_same, e): who was known at ${known} under several numbers; borrowed until the next call of either.
 * same_person(cascade, known, number, ret_person, e): whose number that is.
 * same_forget(cascade): nothing is kept. */
int same_read(struct cascade *cascade, instant known, const struct presence_same **ret_same, struct error *e);
int
same_person(struct cascade *cascade, instant known, person_number number, person_number *ret_person, struct error *e);
void same_forget(struct cascade *cascade);

enum { BATCH_ALONE_MOST = 499, SWEEP_ALONE_MOST = 20000, SWEEP_SLICE_PEOPLE = 100000 };

/* evaluation_record(cascade, changes, e), evaluation_add(...): one transaction's changes on their way to the ledger. */
struct evaluation {
	int64_t evaluated;
	struct ledger_hash *leaves;
	struct evaluation_change {
		person_number person;
		char jurisdiction[JURISDICTION_SIZE];
		enum colour colour;
		instant since;
		char policy[PACK_HASH_TEXT_SIZE];
	} * changes;
	size_t count, change_capacity, leaf_capacity;
};

void evaluation_clear(struct evaluation *evaluation);
int evaluation_add(
	struct cascade *cascade, struct evaluation *evaluation, const struct registry_colour *colour, struct error *e);
int evaluation_commit(struct cascade *cascade, struct evaluation *evaluation, struct error *e);

/* facts_own(cascade, pack, person, ret_facts, ret_until, row, e): registry_facts_own as of registry_now, and in ${row} (NULL: not wanted) the
 * packed row of it, empty where there can be none.
 * facts_complete(cascade, pack, person, facts, seen, e): what else cascade_facts has: the person's stays, and areas. */
int facts_own(struct cascade *cascade, const struct pack *pack, person_number person, json_t **ret_facts,
	instant *ret_until, struct buffer *row, struct error *e);
int facts_complete(struct cascade *cascade, const struct pack *pack, person_number person, json_t *facts,
	struct registry_seen *seen, struct error *e);

/* Stays as visits, with room for those of one person. */
struct stays_visits {
	size_t count;
	struct stays_visit {
		char country[PRESENCE_COUNTRY_SIZE], division[PRESENCE_DIVISION_SIZE];
		instant from, to;
	} visits[PACKED_VISITS_MAX];
};

/* facts_add_stays(cascade, person, now, packed, room, e): add the stays up to ${now} to the row that ${packed} read last; ${room}
 * must stand until that is decided. ERROR_TOO_LARGE for too many. */
int facts_add_stays(struct cascade *cascade, person_number person, instant now, struct packed *packed,
	struct stays_visits *room, struct error *e);

/* A cascade of its own beside another, for a thread that reads.
 * beside_open(of, ret_beside, e); beside_begin(beside, now, e): begin a reading transaction as of ${now}, with all that is recorded
 * known; the caller ends it with db_rollback. beside_close accepts one that was never opened. */
struct beside {
	struct registry *registry;
	struct cascade *cascade;
};

int beside_open(struct cascade *of, struct beside *ret_beside, struct error *e);
int beside_begin(struct beside *beside, instant now, struct error *e);
void beside_close(struct beside *beside);

/* One person in one jurisdiction. */
struct subject {
	person_number person;
	char jurisdiction[JURISDICTION_SIZE];
};

/* One transaction's people, at most CASCADE_BATCH. What evaluating each gave is ${result}: 0 with ${colour} and the packed ${row}, or a code with
 * ${reason}. ${outcomes} are what was written of them. */
struct batch {
	size_t count, subject_capacity, decision_capacity, outcome_capacity;
	struct subject *subjects;
	struct decision {
		int result;
		bool decided; /* under the readers' lock */
		struct error reason;
		struct registry_colour colour;
		struct buffer row;
	} * decisions;
	struct outcome_of_one {
		struct cascade_change change;
		bool changed;
	} * outcomes;
	struct readers *readers; /* threads beside the caller's; NULL until they are needed */
};

/* batch_add(batch, person, jurisdiction, e): one more.
 * batch_each(cascade, batch, write, context, e): evaluate each of the subjects as of registry_now, within the open transaction, and call ${write} for
 * each, in order, once it is; a non-zero return of it ends that and is returned. What it writes may be nothing that an evaluation reads.
 * batch_clear(batch): nobody is in it. batch_free frees what a batch holds that was begun as {0}. */
typedef int batch_write(size_t i, void *context, struct error *e);
int batch_add(struct batch *batch, person_number person, const char *jurisdiction, struct error *e);
int batch_each(struct cascade *cascade, struct batch *batch, batch_write *write, void *context, struct error *e);
void batch_clear(struct batch *batch);
void batch_free(struct batch *batch);

/* One evaluation of many: who hears of it, what it did, and who failed in it. */
struct run {
	struct cascade *cascade;
	const struct cascade_listener *listener;
	struct cascade_counts counts;
	struct subject *failed;
	size_t failed_count, failed_capacity;
	struct batch batch;
	struct evaluation evaluation; /* of the transaction */
	bool more;                    /* who is due and found no room in the batch */
};

/* Decides about people, one after the other, within one transaction: what is the same for all in one jurisdiction is looked up once.
 * Begun as {.cascade = ...}; decider_end frees what it holds, and leaves it as it was begun. */
struct decider {
	struct cascade *cascade;
	struct deciding {
		char jurisdiction[JURISDICTION_SIZE];
		const struct pack *pack;
		struct registry_packed_reader *reader; /* NULL where rows do not suffice */
		bool reads_visits;
	} * in;
	size_t count, capacity;
	struct stays_visits *visits;
	struct buffer row; /* of whom nobody wants it kept */
};

/* decider_subject(decider, subject, ret_colour, row, e): evaluate one person as of registry_now, and pack their facts into ${row}
 * (NULL: not wanted), which is empty; ERROR_EXISTS_NOT where they have not applied by then. */
int decider_subject(struct decider *decider, const struct subject *subject, struct registry_colour *ret_colour,
	struct buffer *row, struct error *e);
void decider_end(struct decider *decider);

/* evaluate_subject(cascade, subject, ret_colour, row, e): the same of one person alone. */
int evaluate_subject(struct cascade *cascade, const struct subject *subject, struct registry_colour *ret_colour,
	struct buffer *row, struct error *e);

/* rows_suffice(registry, pack): whether the pack can decide from packed rows.
 * decide_row(cascade, reader, places, visits, now, row, size, ret_after, e): by ${reader}, which is of ${now}, for ret_after->person. Where ${places},
 * areas are looked up and noted as seen; ${visits} is room for their stays where the pack reads them, else NULL. 1 with ${ret_after}:
 * colour, since, next change and what was seen; 0 where the evidence must say, or a code. */
bool rows_suffice(const struct registry *registry, const struct pack *pack);
int decide_row(struct cascade *cascade, struct registry_packed_reader *reader, bool places, struct stays_visits *visits,
	instant now, const void *row, size_t size, struct registry_colour *ret_after, struct error *e);

/* put_due_again(cascade, colour, e): make who was evaluated due when something recorded already comes true. */
int put_due_again(struct cascade *cascade, const struct registry_colour *colour, struct error *e);

/* change_follow(cascade, evaluation, change, colour, e): in the open transaction, what follows from a change to ${colour}: it is on its way
 * to the ledger, and, where they had another colour before and the pack has words for it, a notice tells the person that it
 * changed; not to what, for others may read it. */
int change_follow(struct cascade *cascade, struct evaluation *evaluation, const struct cascade_change *change,
	const struct registry_colour *colour, struct error *e);

/* trace_named(cascade, name, e): trace that case, if it was not traced from the same before, in the open transaction; what tracing all would do
 * besides is left to that. Return 0 (also where there is no such case), or a code. */
int trace_named(struct cascade *cascade, const char *name, struct error *e);

/* match_settle(cascade, e): registry_match_settle, in the open transaction. */
int match_settle(struct cascade *cascade, struct error *e);

/* Whether a code is a failure of the person's own facts and not of the store. */
bool is_own_failure(int code);

/* run_note_failure(run, subject, reason, e): count and tell it. */
int run_note_failure(struct run *run, const struct subject *subject, const struct error *reason, struct error *e);

/* sweep_jurisdiction(run, jurisdiction, e): evaluate whoever is stale by a version there (registry/sweep.h), in transactions of many
 * people, by several threads where there are many. What is due by itself is left. */
int sweep_jurisdiction(struct run *run, const char *jurisdiction, struct error *e);

/* sweep_worsened(cascade, jurisdiction, ret_count, e): how many have a worse colour by what such a sweep would find, in the open transaction and
 * by this thread alone. Nothing is written. */
int sweep_worsened(struct cascade *cascade, const char *jurisdiction, int64_t *ret_count, struct error *e);

/* The tables beside the registry's. */
int cascade_migrate(struct db *db, struct error *e);

#endif
