/* Several workers over one moment of the store.
 *
 * W1. All workers' reading transactions begin while a writing one of ours is open, and there is one writer at a time: so all
 *     see the same. Ours is rolled back before the first person is looked at.
 * W2. People are taken in blocks from one list; which worker takes which block must not matter to anybody. */

#include "rehearse/workers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "db/db.h"
#include "evidence/evidence.h"

enum { BLOCK = 64, WORKERS_LEAST = 2, WORKERS_USUAL_MAX = 16 };

struct people {
	person_number *numbers;
	size_t count, capacity;
	const char *jurisdiction;
};

struct pass {
	const struct rehearse_options *options;
	rehearse_each *each;
	void *context;
	struct people people;
	atomic_size_t next, done;
	atomic_bool stop;
	pthread_mutex_t telling;
};

struct hand {
	struct rehearse_worker worker;
	struct pass *pass;
	pthread_t thread;
	bool started;
	int result;
	struct error e;
};

unsigned
workers_count(const struct rehearse_options *options)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (options->workers)
		return options->workers < REHEARSE_WORKERS_MAX ? options->workers : REHEARSE_WORKERS_MAX;
	if (processors > WORKERS_USUAL_MAX)
		return WORKERS_USUAL_MAX;
	return processors < WORKERS_LEAST ? WORKERS_LEAST : (unsigned)processors;
}

static int
add_person(person_number person, void *context, struct error *e)
{
	struct people *people = context;
	int r = array_grow(&people->numbers, &people->capacity, people->count + 1, sizeof *people->numbers, UINT32_MAX, e);

	if (r == 0)
		people->numbers[people->count++] = person;
	return r;
}

static int
add_applicant(const struct evidence_row *row, void *context, struct error *e)
{
	struct people *people = context;
	const char *jurisdiction = strchr(row->key, '/');

	if (!jurisdiction || strcmp(jurisdiction + 1, people->jurisdiction) != 0)
		return 0;
	return add_person(row->person, people, e);
}

static int
gather(struct registry *registry, const struct pack *pack, struct people *people, struct error *e)
{
	people->jurisdiction = pack_jurisdiction(pack);
	if (cascade_is_travel_card(pack))
		return registry_people_each(registry, 0, SIZE_MAX, add_person, people, e);
	return evidence_each(registry_db(registry), EVIDENCE_APPLICATION, registry_now(registry), registry_known(registry),
		add_applicant, people, e);
}

static int
tell(struct pass *pass, size_t done)
{
	int stop = 0;

	if (!pass->options->progress)
		return 0;
	pthread_mutex_lock(&pass->telling);
	stop = pass->options->progress(done, pass->people.count, pass->options->context);
	pthread_mutex_unlock(&pass->telling);
	return stop;
}

static void *
work(void *context)
{
	struct hand *hand = context;
	struct pass *pass = hand->pass;
	int r = 0;

	while (r == 0 && !atomic_load(&pass->stop)) {
		size_t from = atomic_fetch_add(&pass->next, BLOCK), to = from + BLOCK;

		if (from >= pass->people.count)
			break;
		if (to > pass->people.count)
			to = pass->people.count;
		for (size_t i = from; r == 0 && i < to; i++)
			r = pass->each(&hand->worker, pass->people.numbers[i], pass->context, &hand->e);
		if (r == 0 && tell(pass, atomic_fetch_add(&pass->done, to - from) + to - from) != 0)
			r = error_set(&hand->e, ERROR_STOPPED, "stopped before the end");
	}
	if (r < 0)
		atomic_store(&pass->stop, true);
	hand->result = r;
	return NULL;
}

/* ${now} is the same for all: the clock goes on. */
static int
open_hand(struct hand *hand, const struct rehearse_options *options, instant now, struct error *e)
{
	instant known = registry_known(options->registry);
	int r;

	if ((r = registry_open(options->where, &hand->worker.registry, e)) < 0 ||
		(r = cascade_open(hand->worker.registry, &hand->worker.cascade, e)) < 0)
		return r;
	registry_set_times(hand->worker.registry, &now, known == INT64_MAX ? NULL : &known);
	return 0;
}

static void
close_hand(struct hand *hand)
{
	if (hand->worker.registry)
		db_rollback(registry_db(hand->worker.registry));
	cascade_close(hand->worker.cascade);
	registry_close(hand->worker.registry);
}

/* W1. A reading transaction begins with its first read. */
static int
begin(struct hand *hands, unsigned count, struct registry *registry, struct error *e)
{
	char(*names)[JURISDICTION_SIZE];
	size_t name_count;
	int r;

	if ((r = registry_begin(registry, e)) < 0)
		return r;
	for (unsigned i = 0; r == 0 && i < count; i++) {
		names = NULL;
		if ((r = db_begin_read(registry_db(hands[i].worker.registry), e)) == 0)
			r = registry_jurisdictions(hands[i].worker.registry, &names, &name_count, e);
		free(names);
	}
	registry_rollback(registry);
	return r;
}

static int
run_hands(struct hand *hands, unsigned count, struct error *e)
{
	int r = 0;

	for (unsigned i = 1; i < count; i++)
		hands[i].started = pthread_create(&hands[i].thread, NULL, work, &hands[i]) == 0;
	work(&hands[0]); /* where no thread can be had, this one does it all */
	for (unsigned i = 1; i < count; i++)
		if (hands[i].started)
			pthread_join(hands[i].thread, NULL);
	for (unsigned i = 0; r == 0 && i < count; i++)
		if (hands[i].result < 0) {
			r = hands[i].result;
			if (e)
				*e = hands[i].e;
		}
	return r;
}

int
workers_run(const struct rehearse_options *options, const struct pack *pack, instant now, rehearse_prepare *prepare,
	rehearse_each *each, void *context, void *own, size_t own_size, size_t *ret_people, struct error *e)
{
	struct pass pass = {.options = options, .each = each, .context = context};
	unsigned count = workers_count(options);
	struct hand *hands = calloc(count, sizeof *hands);
	int r = hands ? 0 : error_no_memory(e);

	pthread_mutex_init(&pass.telling, NULL);
	for (unsigned i = 0; r == 0 && i < count; i++) {
		hands[i].pass = &pass;
		hands[i].worker.own = (char *)own + i * own_size;
		r = open_hand(&hands[i], options, now, e);
	}
	if (r < 0 || (r = begin(hands, count, options->registry, e)) < 0 ||
		(r = gather(hands[0].worker.registry, pack, &pass.people, e)) < 0)
		goto out;
	if (pass.people.count == 0) {
		r = error_set(e, ERROR_EXISTS_NOT, "nobody has applied in %s by then", pack_jurisdiction(pack));
		goto out;
	}
	if ((!prepare || (r = prepare(&hands[0].worker, context, e)) == 0) && (r = run_hands(hands, count, e)) == 0)
		*ret_people = pass.people.count;
out:
	for (unsigned i = 0; hands && i < count; i++)
		close_hand(&hands[i]);
	free(hands);
	free(pass.people.numbers);
	pthread_mutex_destroy(&pass.telling);
	return r;
}
