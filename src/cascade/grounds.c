/* What cases rest on.
 *
 * G1. A word has a key, the case's name and its user's, so that nobody is counted twice; taken back, it is a row that says so, with
 *     the moment at which it had been given.
 * G2. A case has grounds from the second word on, until fewer than two hold; the last such stretch counts. What statuses say is never
 *     taken back by words. */

#include "cascade/grounds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "base/json_check.h"
#include "base/json_memory.h"

enum { WORDS_NEEDED = 2, WORDS_MAX = 10000000, OF_A_CASE_MAX = 64, CLASSES_MAX = 32, CLASS_MAX = 32, BODY_SIZE = 160 };

/* Where the pack names none: those that the protocols of 2020 define by a positive test. */
static const char *const default_classes[] = {"confirmed", "asymptomatic"};

static bool
is_default_class(const char *status)
{
	for (size_t i = 0; i < sizeof default_classes / sizeof *default_classes; i++)
		if (strcmp(default_classes[i], status) == 0)
			return true;
	return false;
}

static bool
rests_by_class(const struct pack *pack, const char *status)
{
	const json_t *classes = json_object_get(pack_section(pack, "grounds"), "classes"), *item;
	size_t i;

	if (!classes)
		return is_default_class(status);
	json_array_foreach((json_t *)classes, i, item)
	{
		if (strcmp(json_string_value(item), status) == 0)
			return true;
	}
	return false;
}

bool
grounds_of_row(const struct pack *pack, const struct evidence_row *row, const json_t *body)
{
	const char *grounds = json_string_value(json_object_get(body, "grounds"));
	const char *status = json_string_value(json_object_get(body, "status"));
	const char *word = strrchr(row->key, '/');

	if (grounds)
		return strcmp(grounds, "none") != 0;
	if (strcmp(status, "discarded") == 0)
		return false;
	return (word && strcmp(word, "/laboratory") == 0) || rests_by_class(pack, status);
}

/* One user's word. */
struct word {
	char name[CASCADE_CASE_SIZE];
	const char *by;                 /* valid while its row is shown */
	instant given_at, withdrawn_at; /* INT64_MAX: it holds */
};

struct words {
	struct word *items;
	size_t count, capacity;
	const char *only; /* the case whose words alone are wanted, or NULL */
};

static int
read_word(const struct evidence_row *row, struct word *word, struct error *e)
{
	size_t length = strcspn(row->key, "/");
	const char *given, *withdrawn;
	json_t *body = NULL;
	int r;

	if (length >= sizeof word->name || !row->key[length])
		return error_set(e, ERROR_CORRUPT, "evidence of a clinician's word names no case");
	if ((r = json_read_own(row->body, "evidence of a clinician's word", &body, e)) < 0)
		return r;
	memcpy(word->name, row->key, length);
	word->name[length] = 0;
	word->by = row->key + length + 1;
	word->withdrawn_at = INT64_MAX;
	given = json_string_value(json_object_get(body, "given_at"));
	withdrawn = json_string_value(json_object_get(body, "withdrawn_at"));
	r = given ? time_read(given, strlen(given), &zone_utc, &word->given_at, e)
			  : error_set(e, ERROR_CORRUPT, "evidence of a clinician's word has no time");
	if (r == 0 && withdrawn)
		r = time_read(withdrawn, strlen(withdrawn), &zone_utc, &word->withdrawn_at, e);
	json_decref(body);
	return r;
}

static int
take_word(const struct evidence_row *row, void *context, struct error *e)
{
	struct words *words = context;
	struct word *word;
	int r;

	if ((r = array_grow(&words->items, &words->capacity, words->count + 1, sizeof *words->items, WORDS_MAX, e)) < 0 ||
		(r = read_word(row, word = &words->items[words->count], e)) < 0)
		return r;
	word->by = NULL;
	if (words->only && strcmp(words->only, word->name) != 0)
		return 1;
	words->count++;
	return 0;
}

/* A word more, or one less. */
struct step {
	instant at;
	int by;
};

static int
compare_steps(const void *a, const void *b)
{
	const struct step *x = a, *y = b;

	return x->at != y->at ? (x->at > y->at) - (x->at < y->at) : x->by - y->by;
}

/* G2, for the words of one case. */
static void
count_words(const struct word *words, size_t count, struct cascade_case *c)
{
	struct step steps[2 * OF_A_CASE_MAX] = {0};
	instant from = EXPOSURE_UNKNOWN, until = INT64_MAX;
	size_t step_count = 0;
	int hold = 0;

	for (size_t i = 0; i < count && i < OF_A_CASE_MAX; i++) {
		steps[step_count++] = (struct step){words[i].given_at, 1};
		if (words[i].withdrawn_at != INT64_MAX)
			steps[step_count++] = (struct step){words[i].withdrawn_at, -1};
	}
	qsort(steps, step_count, sizeof *steps, compare_steps);
	for (size_t i = 0; i < step_count; i++) {
		hold += steps[i].by;
		if (hold == WORDS_NEEDED && steps[i].by > 0) {
			from = steps[i].at;
			until = INT64_MAX;
		} else if (hold == WORDS_NEEDED - 1 && steps[i].by < 0) {
			until = steps[i].at;
		}
	}
	if (from == EXPOSURE_UNKNOWN || (grounds_ever(c) && c->grounded_at <= from))
		return;
	if (!grounds_ever(c))
		c->grounded_until = until;
	else if (until < c->grounded_at)
		return;
	c->grounded_at = from;
}

static int
compare_words(const void *a, const void *b)
{
	return strcmp(((const struct word *)a)->name, ((const struct word *)b)->name);
}

int
grounds_add_words(struct cascade *cascade, struct cascade_cases *cases, instant now, instant known, struct error *e)
{
	struct words words = {.only = cases->count == 1 ? cases->items[0].name : NULL};
	char after[CASCADE_CASE_SIZE + 1] = "";
	int r;

	if (!cases->count)
		return 0;
	if (words.only)
		snprintf(after, sizeof after, "%s/", words.only);
	if ((r = evidence_each_by_key(
			 cascade->db, EVIDENCE_CASE_WORD, after, WORDS_MAX, now, known, take_word, &words, e)) < 0)
		goto out;
	if (words.count)
		qsort(words.items, words.count, sizeof *words.items, compare_words);
	for (size_t at = 0, end; at < words.count; at = end) {
		const struct cascade_case *c = cases_find(cases, words.items[at].name);

		for (end = at + 1; end < words.count && compare_words(&words.items[at], &words.items[end]) == 0;)
			end++;
		if (c)
			count_words(&words.items[at], end - at, &cases->items[c - cases->items]);
	}
	r = 0;
out:
	free(words.items);
	return r;
}

void
cascade_grounds_check(const json_t *grounds, struct json_check *check)
{
	static const char *const required[] = {"classes", "source", NULL}, *const none[] = {NULL};
	const json_t *classes = json_object_get(grounds, "classes"), *item;
	size_t i;

	if (!json_check_object(check, "", grounds, required, none))
		return;
	if (!json_string_length(json_object_get(grounds, "source")))
		json_check_fault(check, "/source", "where it comes from expected");
	if (!json_is_array(classes) || json_array_size(classes) > CLASSES_MAX)
		json_check_fault(check, "/classes", "a list of at most %d classes of cases expected", CLASSES_MAX);
	json_array_foreach((json_t *)classes, i, item)
	{
		char number[32];

		snprintf(number, sizeof number, "/classes/%zu", i);
		if (!json_string_length(item) || json_string_length(item) > CLASS_MAX)
			json_check_fault(check, number, "a class of cases such as \"confirmed\" expected");
		else if (strcmp(json_string_value(item), "discarded") == 0)
			json_check_fault(check, number, "who is discarded is no case");
	}
}

/* The user's word as it stands: 1 with it, 0 where there is none, or a code. */
static int
find_word(struct cascade *cascade, const char *key, struct word *ret_word, struct error *e)
{
	struct words words = {0};
	int r = evidence_find(cascade->db, EVIDENCE_CASE_WORD, key, EVIDENCE_NOW, take_word, &words, e);

	if (r == 0)
		*ret_word = words.items[0];
	free(words.items);
	return r == ERROR_EXISTS_NOT ? 0 : r < 0 ? r : 1;
}

int
cascade_case_word(struct cascade *cascade, const char *name, const char *by, bool holds, struct error *e)
{
	instant now = registry_recording_time(cascade->registry);
	char key[EVIDENCE_KEY_MAX], body[BODY_SIZE], given[TIME_TEXT_SIZE], withdrawn[TIME_TEXT_SIZE];
	struct evidence_row row = {.kind = EVIDENCE_CASE_WORD, .key = key, .at = now, .body = body, .recorded_at = now};
	enum evidence_outcome outcome;
	struct cascade_case c;
	struct word word = {.withdrawn_at = 0};
	int found, r;

	if ((r = cases_read_one(cascade, name, EVIDENCE_NOW, EVIDENCE_NOW, &c, e)) < 0)
		return r;
	if (snprintf(key, sizeof key, "%s/%s", name, by) >= (int)sizeof key)
		return error_set(e, ERROR_BAD_INPUT, "the names are too long");
	if ((r = found = find_word(cascade, key, &word, e)) < 0)
		return r;
	if (holds && word.withdrawn_at == INT64_MAX)
		return error_set(e, ERROR_EXISTS, "%s said so before", by);
	if (!holds && (!found || word.withdrawn_at != INT64_MAX))
		return error_set(e, ERROR_EXISTS_NOT, "%s has said nothing of it that holds", by);
	if (holds)
		snprintf(body, sizeof body, "{\"given_at\":\"%s\",\"withdrawn_at\":null}", time_write(now, &zone_utc, given));
	else
		snprintf(body, sizeof body, "{\"given_at\":\"%s\",\"withdrawn_at\":\"%s\"}",
			time_write(word.given_at, &zone_utc, given), time_write(now, &zone_utc, withdrawn));
	return registry_evidence_put(cascade->registry, &row, &outcome, e);
}

/* The words of one case, as items. */
struct listing {
	const char *name;
	json_t *items;
};

static int
list_word(const struct evidence_row *row, void *context, struct error *e)
{
	struct listing *listing = context;
	char given[TIME_TEXT_SIZE], withdrawn[TIME_TEXT_SIZE];
	struct word word;
	json_t *item;
	int r = read_word(row, &word, e);

	if (r < 0)
		return r;
	if (strcmp(word.name, listing->name) != 0)
		return 1;
	item = json_pack("{s:s, s:s, s:s?}", "by", word.by, "at", time_write(word.given_at, &zone_utc, given),
		"withdrawn_at", word.withdrawn_at == INT64_MAX ? NULL : time_write(word.withdrawn_at, &zone_utc, withdrawn));
	return json_array_append_new(listing->items, item) < 0 ? error_no_memory(e) : 0;
}

int
cascade_case_grounds(
	struct cascade *cascade, const char *name, const struct zone *zone, json_t **ret_grounds, struct error *e)
{
	struct listing listing = {.name = name, .items = json_array()};
	char after[CASCADE_CASE_SIZE + 1], from[TIME_TEXT_SIZE], until[TIME_TEXT_SIZE];
	struct cascade_case c;
	bool holds;
	int r;

	if (!listing.items)
		return error_no_memory(e);
	if ((r = cascade_case(cascade, name, &c, e)) < 0)
		goto out;
	snprintf(after, sizeof after, "%s/", c.name);
	if ((r = evidence_each_by_key(cascade->db, EVIDENCE_CASE_WORD, after, OF_A_CASE_MAX,
			 registry_now(cascade->registry), registry_known(cascade->registry), list_word, &listing, e)) < 0)
		goto out;
	holds = grounds_ever(&c) && c.grounded_until == INT64_MAX;
	*ret_grounds = json_pack("{s:s, s:s, s:b, s:s?, s:s?, s:O}", "case", c.name, "status", c.status, "grounds", holds,
		"grounds_from", grounds_ever(&c) ? time_write(c.grounded_at, zone, from) : NULL, "grounds_until",
		grounds_ever(&c) && !holds ? time_write(c.grounded_until, zone, until) : NULL, "words", listing.items);
	r = *ret_grounds ? 0 : error_no_memory(e);
out:
	json_decref(listing.items);
	return r;
}
