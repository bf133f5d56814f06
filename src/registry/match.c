#include "registry/match_rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "evidence/evidence.h"
#include "ledger/ledger.h"
#include "registry/due.h"
#include "registry/packs.h"
#include "registry/people.h"

/* More who agree in two things than this are too many to tell apart: the first ones stand for them. */
enum { CANDIDATES_MAX = 64, LISTED_MAX = 1000000, PEOPLE_MAX = 100000000 };

static const char *const states[MATCH_STATES] = {"waiting", "automatic", "accepted", "rejected"};

const char *
registry_match_state_name(enum registry_match_state state)
{
	return states[state];
}

bool
registry_match_state_read(const char *text, enum registry_match_state *ret_state)
{
	for (int i = 0; i < MATCH_STATES; i++)
		if (strcmp(states[i], text) == 0) {
			*ret_state = (enum registry_match_state)i;
			return true;
		}
	return false;
}

const char *
registry_compared_name(enum registry_compared compared)
{
	static const char *const names[] = {"unknown", "agrees", "differs"};

	return names[compared];
}

/* Who asks where people were. */
struct settling {
	struct registry *registry;
	struct match_rules rules;
	registry_was_somewhere *was;
	void *context;
};

/* Whether stays are known of any number of the person. */
static int
was_somewhere(const struct settling *s, person_number person, struct error *e)
{
	struct evidence_same same;
	int r = evidence_same(s->registry->db, person, EVIDENCE_NOW, &same, e);

	for (size_t i = 0; r == 0 && i < same.count; i++)
		r = s->was(same.numbers[i], s->context, e);
	return r;
}

static int
make_due(const struct settling *s, person_number person, struct error *e)
{
	return registry_due_put(s->registry, person, NULL, "identity", registry_recording_time(s->registry), e);
}

/* What nobody decided is in the ledger too: a colour may change by it. A link's number says nothing outside. */
static int
tell_ledger(const struct settling *s, const char *kind, int64_t link, struct error *e)
{
	return ledger_append_json(s->registry->db, registry_recording_time(s->registry), kind,
		json_pack("{s:I}", "link", (json_int_t)link), NULL, e);
}

static int
join(const struct settling *s, person_number person, person_number candidate, int64_t *ret_link, struct error *e)
{
	int r = was_somewhere(s, person, e);

	if (r < 0 ||
		(r = evidence_same_put(
			 s->registry->db, person, candidate, r > 0, registry_recording_time(s->registry), ret_link, e)) < 0)
		return r;
	return make_due(s, candidate, e);
}

static int
part(const struct settling *s, int64_t link, struct error *e)
{
	uint32_t alias, person;
	int r;

	if ((r = evidence_same_link(s->registry->db, link, &alias, &person, e)) < 0 || (r = make_due(s, person, e)) < 0)
		return r;
	/* The alias was everywhere where those were who became one with it before. */
	if ((r = was_somewhere(s, alias, e)) < 0)
		return r;
	return evidence_same_end(s->registry->db, link, r > 0, registry_recording_time(s->registry), e);
}

#define COLUMNS                                                                                                        \
	"id, person, candidate, state, score, compared, found_at, decided_by, purpose, decided_at, link FROM person_match"

static int
match_of(struct db_statement *s, struct registry_match *ret_match, struct error *e)
{
	int64_t compared = db_column_int(s, 5);

	*ret_match = (struct registry_match){.number = db_column_int(s, 0),
		.person = (person_number)db_column_int(s, 1),
		.candidate = (person_number)db_column_int(s, 2),
		.score = db_column_int(s, 4),
		.name = match_compared(compared, TRAIT_NAME),
		.birth_date = match_compared(compared, TRAIT_BIRTH_DATE),
		.phone = match_compared(compared, TRAIT_PHONE),
		.found_at = db_column_int(s, 6),
		.decided_by = db_column_text(s, 7),
		.purpose = db_column_text(s, 8),
		.decided_at = db_column_int(s, 9),
		.link = db_column_int(s, 10)};
	return registry_match_state_read(db_column_text(s, 3), &ret_match->state)
		? 0
		: error_set(e, ERROR_CORRUPT, "match %lld has no state", (long long)ret_match->number);
}

static int
each_row(struct registry *registry, const char *sql, const struct db_value *values, size_t count,
	registry_match_each *each, void *context, int64_t *ret_shown, struct error *e)
{
	struct db_statement *s = NULL;
	struct registry_match match;
	int r;

	*ret_shown = 0;
	if ((r = db_start(registry->db, sql, values, count, &s, e)) < 0)
		return r;
	while ((r = db_step(s, e)) == 1) {
		++*ret_shown;
		if ((r = match_of(s, &match, e)) < 0 || (r = each(&match, context, e)) != 0)
			break;
	}
	db_finish(s);
	return r;
}

int
registry_matches_each(struct registry *registry, enum registry_match_state state, int64_t after, int64_t limit,
	registry_match_each *each, void *context, struct error *e)
{
	int64_t shown;

	return each_row(registry,
		"SELECT " COLUMNS " WHERE id > $1 AND (CAST($2 AS TEXT) IS NULL OR state = $2) ORDER BY id LIMIT $3",
		(struct db_value[]){db_int(after), db_text(state == MATCH_STATES ? NULL : states[state]),
			db_int(limit > 0 ? limit : INT64_MAX)},
		3, each, context, &shown, e);
}

int
registry_match(struct registry *registry, int64_t number, registry_match_each *each, void *context, struct error *e)
{
	int64_t shown;
	int r = each_row(
		registry, "SELECT " COLUMNS " WHERE id = $1", (struct db_value[]){db_int(number)}, 1, each, context, &shown, e);

	return r == 0 && shown == 0 ? error_set(e, ERROR_EXISTS_NOT, "there is no match %lld", (long long)number) : r;
}

/* Who may be the person without an ID number: what is on the list already, and what was found now. */
struct candidate {
	int64_t number; /* on the list, or 0 */
	person_number candidate, first;
	enum registry_match_state state;
	int64_t link, score, compared;
	bool found, named; /* named: put on the list by somebody */
};

/* As many as were ever put on the list, and those found now. */
struct candidates {
	struct candidate *items;
	size_t count, capacity;
};

static int
candidate_add(struct candidates *c, const struct candidate *one, struct error *e)
{
	int r = array_grow(&c->items, &c->capacity, c->count + 1, sizeof *c->items, LISTED_MAX, e);

	if (r == 0)
		c->items[c->count++] = *one;
	return r;
}

static int
add_listed(const struct registry_match *match, void *context, struct error *e)
{
	const struct candidate listed = {.number = match->number,
		.candidate = match->candidate,
		.state = match->state,
		.link = match->link,
		.named = match->decided_by != NULL};

	return candidate_add(context, &listed, e);
}

/* Who agrees in two things or more, and has an ID number. */
static int
find_candidates(
	struct registry *registry, person_number person, person_number *candidates, size_t *ret_count, struct error *e)
{
	struct db_statement *s = NULL;
	size_t count = 0;
	int r;

	if ((r = db_start(registry->db,
			 "SELECT other.person FROM person_trait AS own JOIN person_trait AS other ON other.hash = own.hash"
			 " WHERE own.person = $1 AND other.person <> $1 AND NOT EXISTS (SELECT 1 FROM unnumbered WHERE"
			 " unnumbered.person = other.person) GROUP BY other.person HAVING COUNT(*) >= 2 ORDER BY other.person LIMIT $2",
			 (struct db_value[]){db_int(person), db_int(CANDIDATES_MAX)}, 2, &s, e)) < 0)
		return r;
	while ((r = db_step(s, e)) == 1)
		candidates[count++] = (person_number)db_column_int(s, 0);
	db_finish(s);
	*ret_count = count;
	return r;
}

static int
candidate_of(struct candidates *c, person_number number, struct candidate **ret_one, struct error *e)
{
	const struct candidate found = {.candidate = number, .state = MATCH_WAITING};
	size_t i = 0;
	int r;

	while (i < c->count && c->items[i].candidate != number)
		i++;
	if (i == c->count && (r = candidate_add(c, &found, e)) < 0)
		return r;
	*ret_one = &c->items[i];
	return 0;
}

static int
gather(const struct settling *s, person_number person, struct candidates *c, struct error *e)
{
	person_number found[CANDIDATES_MAX];
	struct traits own, other;
	size_t count;
	int64_t shown;
	int r;

	if ((r = each_row(s->registry, "SELECT " COLUMNS " WHERE person = $1 ORDER BY id",
			 (struct db_value[]){db_int(person)}, 1, add_listed, c, &shown, e)) < 0 ||
		(r = find_candidates(s->registry, person, found, &count, e)) < 0 ||
		(r = traits_read(s->registry, person, &own, e)) < 0)
		return r;
	for (size_t i = 0; r == 0 && i < count; i++) {
		struct candidate *one;

		if ((r = candidate_of(c, found[i], &one, e)) < 0 || (r = traits_read(s->registry, found[i], &other, e)) < 0 ||
			(r = evidence_same_first(s->registry->db, found[i], EVIDENCE_NOW, &one->first, e)) < 0)
			break;
		one->score = match_score(&s->rules, &own, &other, &one->compared);
		one->found = one->score >= s->rules.review_at;
	}
	keys_wipe(&own, sizeof own);
	keys_wipe(&other, sizeof other);
	return r;
}

/* The one who alone reaches match_at, or NULL: M1. Two numbers of one person are one. */
static struct candidate *
only_match(const struct settling *s, struct candidates *c)
{
	struct candidate *only = NULL;

	for (size_t i = 0; i < c->count; i++) {
		struct candidate *one = &c->items[i];

		if (one->state == MATCH_ACCEPTED)
			return NULL; /* M2 */
		if (!one->found || one->state == MATCH_REJECTED || one->score < s->rules.match_at)
			continue;
		if (only && only->first != one->first)
			return NULL;
		if (!only)
			only = one;
	}
	return only;
}

static bool
is_decided(const struct candidates *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->items[i].state == MATCH_ACCEPTED)
			return true;
	return false;
}

static int
keep(const struct settling *s, person_number person, const struct candidate *one, enum registry_match_state state,
	int64_t link, struct error *e)
{
	return db_do(s->registry->db,
		"INSERT INTO person_match(person, candidate, state, score, compared, found_at, link)"
		" VALUES($1, $2, $3, $4, $5, $6, $7) ON CONFLICT(person, candidate) DO UPDATE SET state = excluded.state,"
		" score = excluded.score, compared = excluded.compared, link = excluded.link",
		(struct db_value[]){db_int(person), db_int(one->candidate), db_text(states[state]), db_int(one->score),
			db_int(one->compared), db_int(registry_recording_time(s->registry)), db_int(link)},
		7, e);
}

static int
look_again(const struct settling *s, person_number person, struct error *e)
{
	struct candidates c = {0};
	struct candidate *only;
	bool joined;
	int r;

	if ((r = gather(s, person, &c, e)) < 0)
		goto out;
	only = only_match(s, &c);
	joined = only || is_decided(&c);
	for (size_t i = 0; r == 0 && i < c.count; i++) {
		struct candidate *one = &c.items[i];

		if (one->state == MATCH_AUTOMATIC && one != only && (r = part(s, one->link, e)) == 0)
			r = tell_ledger(s, "match.withdrawn", one->link, e);
	}
	for (size_t i = 0; r == 0 && i < c.count; i++) {
		struct candidate *one = &c.items[i];

		if (one->state == MATCH_ACCEPTED || one->state == MATCH_REJECTED) /* M2 */
			continue;
		if (one == only && one->state != MATCH_AUTOMATIC) {
			if ((r = join(s, person, one->candidate, &one->link, e)) == 0 &&
				(r = tell_ledger(s, "match.automatic", one->link, e)) == 0)
				r = keep(s, person, one, MATCH_AUTOMATIC, one->link, e);
		} else if (one == only) {
			r = keep(s, person, one, MATCH_AUTOMATIC, one->link, e);
		} else if (one->found && !joined) {
			r = keep(s, person, one, MATCH_WAITING, 0, e);
		} else if (one->number && !one->named) {
			r = db_do(s->registry->db, "DELETE FROM person_match WHERE id = $1",
				(struct db_value[]){db_int(one->number)}, 1, e);
		}
	}
out:
	free(c.items);
	return r;
}

struct people {
	person_number *items;
	size_t count, capacity;
};

static int
read_people(struct registry *registry, const char *sql, struct people *people, struct error *e)
{
	struct db_statement *s = NULL;
	int r;

	if ((r = db_start(registry->db, sql, NULL, 0, &s, e)) < 0)
		return r;
	while ((r = db_step(s, e)) == 1) {
		if ((r = array_grow(
				 &people->items, &people->capacity, people->count + 1, sizeof *people->items, PEOPLE_MAX, e)) < 0)
			break;
		people->items[people->count++] = (person_number)db_column_int(s, 0);
	}
	db_finish(s);
	return r;
}

/* Who has no ID number, and of whom something new is known, or of somebody who agrees with them. Where most people are new, all. */
static int
who_is_due(struct registry *registry, struct people *people, struct error *e)
{
	int64_t due, unnumbered;
	int r;

	if ((r = db_one_int(registry->db, "SELECT COUNT(*) FROM match_due", NULL, 0, &due, e)) < 0 || due == 0 ||
		(r = db_one_int(registry->db, "SELECT COUNT(*) FROM unnumbered", NULL, 0, &unnumbered, e)) < 0)
		return r;
	if (due > unnumbered)
		return read_people(registry, "SELECT person FROM unnumbered ORDER BY person", people, e);
	return read_people(registry,
		"SELECT person FROM unnumbered WHERE person IN (SELECT person FROM match_due)"
		" OR person IN (SELECT other.person FROM match_due JOIN person_trait AS own ON own.person = match_due.person"
		" JOIN person_trait AS other ON other.hash = own.hash)"
		" OR person IN (SELECT person_match.person FROM match_due JOIN person_match ON"
		" person_match.candidate = match_due.person) ORDER BY person",
		people, e);
}

static int
settling_begin(
	struct registry *registry, registry_was_somewhere *was, void *context, struct settling *s, struct error *e)
{
	const struct pack *pack;
	int r;

	*s = (struct settling){.registry = registry, .was = was, .context = context};
	if ((r = registry_pack(registry, NULL, &pack, e)) < 0)
		return r;
	return match_rules_read(pack_section(pack, "matching"), &s->rules, e);
}

int
registry_match_settle(struct registry *registry, registry_was_somewhere *was, void *context, struct error *e)
{
	struct people people = {0};
	struct settling s;
	int r;

	if ((r = traits_fill(registry, e)) < 0 || (r = who_is_due(registry, &people, e)) < 0 ||
		(people.count && (r = settling_begin(registry, was, context, &s, e)) < 0))
		goto out;
	for (size_t i = 0; r == 0 && i < people.count; i++)
		r = look_again(&s, people.items[i], e);
	if (r == 0)
		r = db_do(registry->db, "DELETE FROM match_due", NULL, 0, e);
out:
	free(people.items);
	return r;
}

static int
check_person(struct registry *registry, person_number person, struct error *e)
{
	int r = registry_person_exists(registry, person, e);

	return r == 0 ? error_set(e, ERROR_EXISTS_NOT, "nobody has the number %u", person) : r < 0 ? r : 0;
}

int
registry_match_put(struct registry *registry, person_number person, person_number candidate, const char *by,
	int64_t *ret_number, struct error *e)
{
	struct traits a, b;
	struct settling s;
	int64_t compared, score;
	bool own;
	int r;

	if (person == candidate)
		return error_set(e, ERROR_USAGE, "that is one and the same number");
	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	if ((r = check_person(registry, person, e)) < 0 || (r = check_person(registry, candidate, e)) < 0)
		goto out;
	r = db_one_int(registry->db,
		"SELECT id FROM person_match WHERE (person = $1 AND candidate = $2) OR (person = $2 AND candidate = $1)",
		(struct db_value[]){db_int(person), db_int(candidate)}, 2, ret_number, e);
	if (r != ERROR_EXISTS_NOT) {
		r = r < 0 ? r : 1;
		goto out;
	}
	if ((r = settling_begin(registry, NULL, NULL, &s, e)) < 0 || (r = traits_read(registry, person, &a, e)) < 0 ||
		(r = traits_read(registry, candidate, &b, e)) < 0)
		goto out;
	score = match_score(&s.rules, &a, &b, &compared);
	r = db_one_int(registry->db,
		"INSERT INTO person_match(person, candidate, state, score, compared, found_at, decided_by, link)"
		" VALUES($1, $2, 'waiting', $3, $4, $5, $6, 0) RETURNING id",
		(struct db_value[]){db_int(person), db_int(candidate), db_int(score), db_int(compared),
			db_int(registry_recording_time(registry)), db_text(by)},
		6, ret_number, e);
out:
	return scope_end(registry, own, r, e);
}

static int
take_match(const struct registry_match *match, void *context, struct error *e)
{
	(void)e;
	*(struct registry_match *)context = *match;
	return 0;
}

int
registry_match_decide(struct registry *registry, int64_t number, enum registry_match_state state, const char *by,
	const char *purpose, registry_was_somewhere *was, void *context, struct error *e)
{
	struct registry_match match = {0};
	struct settling s;
	int64_t link;
	int r;

	if ((r = registry_match(registry, number, take_match, &match, e)) < 0 ||
		(r = settling_begin(registry, was, context, &s, e)) < 0)
		return r;
	if (match.state == state)
		return error_set(e, ERROR_EXISTS, "match %lld was %s before", (long long)number, states[state]);
	if (state == MATCH_WAITING && match.state == MATCH_AUTOMATIC)
		return error_set(e, ERROR_EXISTS, "match %lld was decided by nobody: it can be rejected", (long long)number);
	link = match.link;
	if (state == MATCH_ACCEPTED && !link) {
		if ((r = join(&s, match.person, match.candidate, &link, e)) < 0)
			return r;
	} else if (state != MATCH_ACCEPTED && link) {
		if ((r = part(&s, link, e)) < 0)
			return r;
		link = 0;
	}
	if ((r = db_do(registry->db,
			 "UPDATE person_match SET state = $1, decided_by = $2, purpose = $3, decided_at = $4, link = $5 WHERE id = $6",
			 (struct db_value[]){db_text(states[state]), db_text(by), db_text(purpose),
				 db_int(registry_recording_time(registry)), db_int(link), db_int(number)},
			 6, e)) < 0)
		return r;
	/* What that means for the other candidates is settled next. */
	return db_do(registry->db,
		"INSERT INTO match_due(person) SELECT person FROM unnumbered WHERE person = $1 ON CONFLICT DO NOTHING",
		(struct db_value[]){db_int(match.person)}, 1, e);
}
