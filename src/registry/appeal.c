#include "registry/appeal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "registry/internal.h"

enum { ABOUT_SIZE = 48, TEXTS = 3 };

static const char *const states[APPEAL_STATES] = {"open", "upheld", "rejected", "withdrawn"};

/* What is sealed, each under its own name so that none can be put in another's place. */
static const char *const sealed_names[TEXTS] = {"words", "answer_zh", "answer_en"};

const char *
registry_appeal_state_name(enum appeal_state state)
{
	return states[state];
}

bool
registry_appeal_state_read(const char *text, enum appeal_state *ret_state)
{
	for (int i = 0; i < APPEAL_STATES; i++)
		if (strcmp(text, states[i]) == 0) {
			*ret_state = (enum appeal_state)i;
			return true;
		}
	return false;
}

static size_t
about_of(int64_t number, const char *name, char about[ABOUT_SIZE])
{
	return (size_t)snprintf(about, ABOUT_SIZE, "%" PRId64 "/%s", number, name);
}

/* Nothing for a text that is not there. */
static int
seal(struct registry *registry, int64_t number, int which, const char *text, struct buffer *sealed, struct error *e)
{
	char about[ABOUT_SIZE];
	size_t length = about_of(number, sealed_names[which], about);

	*sealed = buffer_make(APPEAL_WORDS_SIZE + KEYS_SEAL_EXTRA);
	if (!text || !*text)
		return 0;
	return keys_seal(registry->keys, PURPOSE_APPEAL, about, length, text, strlen(text), sealed, e);
}

static int
check_pace(struct registry *registry, const struct registry_appeal *appeal, struct error *e)
{
	int64_t count;
	int r = db_one_int(registry->db, "SELECT count(*) FROM appeal WHERE person = $1 AND opened_at > $2",
		(struct db_value[]){db_int(appeal->person), db_int(appeal->opened_at - DAY_S)}, 2, &count, e);

	if (r == 0 && count >= APPEALS_A_DAY)
		r = error_set(e, ERROR_DENIED, "at most %d appeals of one person within a day", APPEALS_A_DAY);
	return r;
}

/* In the open transaction. */
static int
put_new(struct registry *registry, const struct registry_appeal *a, int64_t *ret_number, struct error *e)
{
	struct buffer sealed;
	int64_t number;
	int r;

	if ((r = check_pace(registry, a, e)) < 0 ||
		(r = db_one_int(registry->db,
			 "INSERT INTO appeal(person, jurisdiction, colour, since, policy, rules, lists, opened_at, opened_by, due_at, state)"
			 " VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open') RETURNING number",
			 (struct db_value[]){db_int(a->person), db_text(a->jurisdiction), db_text(colour_name(a->colour)),
				 db_int(a->since), db_text(a->policy), db_text(a->rules), db_text(a->lists), db_int(a->opened_at),
				 db_text(a->opened_by), db_int(a->due_at)},
			 10, &number, e)) < 0)
		return r;
	if ((r = seal(registry, number, 0, a->words, &sealed, e)) == 0)
		r = db_do(registry->db, "UPDATE appeal SET words = $2 WHERE number = $1",
			(struct db_value[]){db_int(number), db_blob(sealed.data, sealed.length)}, 2, e);
	buffer_free(&sealed);
	if (r < 0)
		return r;
	*ret_number = number;
	return 1;
}

int
registry_appeal_put(
	struct registry *registry, const struct registry_appeal *appeal, int64_t *ret_number, struct error *e)
{
	size_t length = strlen(appeal->words);
	bool own;
	int r;

	if (!length || length >= APPEAL_WORDS_SIZE || !text_is_utf8(appeal->words, length))
		return error_set(e, ERROR_BAD_INPUT, "an appeal is a text of 1 to %d bytes of UTF-8", APPEAL_WORDS_SIZE - 1);
	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	r = db_one_int(registry->db,
		"SELECT number FROM appeal WHERE person = $1 AND jurisdiction = $2 AND since = $3 AND colour = $4"
		" AND state = 'open'",
		(struct db_value[]){db_int(appeal->person), db_text(appeal->jurisdiction), db_int(appeal->since),
			db_text(colour_name(appeal->colour))},
		4, ret_number, e);
	if (r == ERROR_EXISTS_NOT)
		r = put_new(registry, appeal, ret_number, e);
	return scope_end(registry, own, r, e);
}

static bool
is_answer(const char *text)
{
	return !text || (strlen(text) < APPEAL_ANSWER_SIZE && text_is_utf8(text, strlen(text)));
}

/* In the open transaction. */
static int
decide(struct registry *registry, const struct registry_appeal *d, const struct buffer *zh, const struct buffer *en,
	struct error *e)
{
	int64_t count;
	int r;

	if ((r = db_one_int(registry->db, "SELECT count(*) FROM appeal WHERE number = $1",
			 (struct db_value[]){db_int(d->number)}, 1, &count, e)) < 0)
		return r;
	if (!count)
		return error_set(e, ERROR_EXISTS_NOT, "there is no appeal %" PRId64, d->number);
	if ((r = db_do(registry->db,
			 "UPDATE appeal SET state = $2, decided_at = $3, decided_by = $4, correction = $5, answer_zh = $6,"
			 " answer_en = $7 WHERE number = $1 AND state = 'open'",
			 (struct db_value[]){db_int(d->number), db_text(states[d->state]), db_int(d->decided_at),
				 db_text(d->decided_by), db_text(d->correction), db_blob(zh->data, zh->length),
				 db_blob(en->data, en->length)},
			 7, e)) < 0)
		return r;
	return db_changes(registry->db) ? 0 : error_set(e, ERROR_EXISTS, "appeal %" PRId64 " is not open", d->number);
}

int
registry_appeal_decide(struct registry *registry, const struct registry_appeal *decided, struct error *e)
{
	struct buffer zh = {0}, en = {0};
	bool own;
	int r;

	if (!is_answer(decided->answer_zh) || !is_answer(decided->answer_en))
		return error_set(
			e, ERROR_BAD_INPUT, "an answer is a text of at most %d bytes of UTF-8", APPEAL_ANSWER_SIZE - 1);
	if ((r = seal(registry, decided->number, 1, decided->answer_zh, &zh, e)) == 0 &&
		(r = seal(registry, decided->number, 2, decided->answer_en, &en, e)) == 0 &&
		(r = scope_begin(registry, &own, e)) == 0)
		r = scope_end(registry, own, decide(registry, decided, &zh, &en, e), e);
	buffer_free(&zh);
	buffer_free(&en);
	return r;
}

#define COLUMNS                                                                                                        \
	"number, person, jurisdiction, colour, since, policy, rules, lists, opened_at, opened_by, due_at, state,"          \
	" decided_at, decided_by, correction, words, answer_zh, answer_en FROM appeal"

enum { FIRST_SEALED = 15 };

static int
open_texts(
	struct registry *registry, struct db_statement *row, int64_t number, struct buffer texts[TEXTS], struct error *e)
{
	int r = 0;

	for (int i = 0; i < TEXTS && r == 0; i++) {
		char about[ABOUT_SIZE];
		size_t length, about_length = about_of(number, sealed_names[i], about);
		const void *sealed = db_column_blob(row, FIRST_SEALED + i, &length);

		texts[i] = buffer_make(APPEAL_WORDS_SIZE);
		if (sealed && length)
			r = keys_open_sealed(registry->keys, PURPOSE_APPEAL, about, about_length, sealed, length, &texts[i], e);
	}
	return r;
}

static int
show_row(struct registry *registry, struct db_statement *row, bool words, registry_appeal_each *each, void *context,
	struct error *e)
{
	struct buffer texts[TEXTS] = {{0}};
	struct registry_appeal a = {.number = db_column_int(row, 0),
		.person = (person_number)db_column_int(row, 1),
		.jurisdiction = db_column_text(row, 2),
		.since = db_column_int(row, 4),
		.policy = db_column_text(row, 5),
		.rules = db_column_text(row, 6),
		.lists = db_column_text(row, 7),
		.opened_at = db_column_int(row, 8),
		.opened_by = db_column_text(row, 9),
		.due_at = db_column_int(row, 10),
		.decided_at = db_column_int(row, 12),
		.decided_by = db_column_text(row, 13),
		.correction = db_column_text(row, 14),
		.words = "",
		.answer_zh = "",
		.answer_en = ""};
	int r = 0;

	if (!colour_read(db_column_text(row, 3), &a.colour) ||
		!registry_appeal_state_read(db_column_text(row, 11), &a.state))
		return error_set(e, ERROR_CORRUPT, "appeal %" PRId64 " has no colour or state", a.number);
	if (words && (r = open_texts(registry, row, a.number, texts, e)) == 0) {
		a.words = buffer_text(&texts[0]);
		a.answer_zh = buffer_text(&texts[1]);
		a.answer_en = buffer_text(&texts[2]);
	}
	if (r == 0)
		r = each(&a, context, e);
	for (int i = 0; i < TEXTS; i++) {
		if (texts[i].data)
			keys_wipe(texts[i].data, texts[i].length);
		buffer_free(&texts[i]);
	}
	return r;
}

int
registry_appeals_each(struct registry *registry, const struct registry_appeals_asked *asked, registry_appeal_each *each,
	void *context, struct error *e)
{
	const char *state = asked->overdue_at ? "open" : asked->state == APPEAL_STATES ? NULL : states[asked->state];
	struct db_statement *row = NULL;
	int r;

	if ((r = db_start(registry->db,
			 "SELECT " COLUMNS " WHERE number > $1 AND (CAST($2 AS BIGINT) = 0 OR person = $2)"
			 " AND (CAST($3 AS TEXT) IS NULL OR jurisdiction = $3) AND (CAST($4 AS TEXT) IS NULL OR state = $4)"
			 " AND due_at <= $5 ORDER BY number LIMIT $6",
			 (struct db_value[]){db_int(asked->after), db_int(asked->person), db_text(asked->jurisdiction),
				 db_text(state), db_int(asked->overdue_at ? *asked->overdue_at : INT64_MAX),
				 db_int(asked->limit > 0 ? asked->limit : INT64_MAX)},
			 6, &row, e)) < 0)
		return r;
	while ((r = db_step(row, e)) == 1)
		if ((r = show_row(registry, row, asked->words, each, context, e)) != 0)
			break;
	db_finish(row);
	return r;
}

int
registry_appeal(
	struct registry *registry, int64_t number, bool words, registry_appeal_each *each, void *context, struct error *e)
{
	struct db_statement *row = NULL;
	int r;

	if ((r = db_start(registry->db, "SELECT " COLUMNS " WHERE number = $1", (struct db_value[]){db_int(number)}, 1,
			 &row, e)) < 0)
		return r;
	if ((r = db_step(row, e)) == 1)
		r = show_row(registry, row, words, each, context, e);
	else if (r == 0)
		r = error_set(e, ERROR_EXISTS_NOT, "there is no appeal %" PRId64, number);
	db_finish(row);
	return r;
}

int
registry_appeals_waiting(
	struct registry *registry, instant now, int64_t *ret_open, int64_t *ret_overdue, struct error *e)
{
	int r = db_one_int(registry->db, "SELECT count(*) FROM appeal WHERE state = 'open'", NULL, 0, ret_open, e);

	if (r == 0)
		r = db_one_int(registry->db, "SELECT count(*) FROM appeal WHERE state = 'open' AND due_at <= $1",
			(struct db_value[]){db_int(now)}, 1, ret_overdue, e);
	return r;
}

int
registry_appeals_forget(
	struct registry *registry, const char *jurisdiction, instant before, int64_t *ret_count, struct error *e)
{
	bool own;
	int r;

	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	if ((r = db_do(registry->db,
			 "UPDATE appeal SET person = NULL, words = NULL, answer_zh = NULL, answer_en = NULL"
			 " WHERE jurisdiction = $1 AND decided_at < $2 AND person IS NOT NULL",
			 (struct db_value[]){db_text(jurisdiction), db_int(before)}, 2, e)) == 0)
		*ret_count = db_changes(registry->db);
	return scope_end(registry, own, r, e);
}
