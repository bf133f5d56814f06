/* Notes of what was committed about whom.
 *
 * N1. A transaction that changes rows about somebody notes so in itself: whoever sees the rows sees the note.
 * N2. Notes' numbers grow in the order of commits, since there is one writer at a time: whoever read up to a number misses none below it.
 * N3. What says nothing counts for everybody: of a statement that forgets to say whom it is about, too much is forgotten and nothing kept. */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "db/engine.h"

static bool
starts_with_word(const char *sql, const char *word)
{
	return text_starts(sql, word) && !isalnum((unsigned char)sql[strlen(word)]);
}

/* Whether ${sql} writes, and the table that it names. */
static bool
written_table(const char *sql, const char **ret_table, size_t *ret_length)
{
	static const char *const writing[] = {"INSERT INTO ", "UPDATE ", "DELETE FROM "};
	static const char *const reading[] = {"SELECT", "PRAGMA", "EXPLAIN"};

	for (size_t i = 0; i < sizeof reading / sizeof *reading; i++)
		if (starts_with_word(sql, reading[i]))
			return false;
	*ret_length = 0;
	for (size_t i = 0; i < sizeof writing / sizeof *writing; i++)
		if (text_starts(sql, writing[i])) {
			*ret_table = sql + strlen(writing[i]);
			*ret_length = strspn(*ret_table, "abcdefghijklmnopqrstuvwxyz_");
		}
	return true;
}

static bool
is_aside(const struct db *db, const char *table, size_t length)
{
	for (const char *const *aside = db->notes->aside; *aside; aside++)
		if (strlen(*aside) == length && strncmp(*aside, table, length) == 0)
			return true;
	return false;
}

int
notes_about(const struct db *db, const char *sql)
{
	const char *table = "", *said = strstr(sql, "{of $");
	size_t length;

	if (!db->notes || !written_table(sql, &table, &length) || is_aside(db, table, length) || strstr(sql, "{of nobody}"))
		return NOTES_ABOUT_NOBODY;
	return said ? atoi(said + strlen("{of $")) : NOTES_ABOUT_ALL;
}

static uint32_t
block_of(const struct db_value *who)
{
	const uint8_t *bytes = who->bytes;

	switch (who->type) {
	case DB_INT:
		return (uint32_t)((uint64_t)who->integer % DB_BLOCKS);
	case DB_BLOB:
		return who->length < 2 ? DB_BLOCK_ALL : (uint32_t)bytes[0] << 8 | bytes[1];
	case DB_TEXT:
	case DB_NULL:
		break;
	}
	return DB_BLOCK_ALL;
}

void
db_about_add(struct db_about *about, struct db_value who)
{
	uint32_t block = block_of(&who);

	for (size_t i = 0; i < about->count; i++)
		if (about->blocks[i] == block)
			return;
	if (about->count == DB_ABOUT_MAX || block == DB_BLOCK_ALL)
		about->all = true;
	else
		about->blocks[about->count++] = block;
}

void
notes_take(struct db *db, int about, const struct db_value *values, size_t count)
{
	struct notes *notes = db->notes;
	uint32_t block = about >= 1 && (size_t)about <= count ? block_of(&values[about - 1]) : DB_BLOCK_ALL;

	if (block == DB_BLOCK_ALL) {
		notes->all = true;
	} else if (!(notes->bits[block / 8] & 1U << block % 8)) {
		notes->bits[block / 8] |= (uint8_t)(1U << block % 8);
		if (notes->count < NOTES_AT_ONCE)
			notes->blocks[notes->count++] = block;
		else
			notes->all = true;
	}
}

void
notes_clear(struct db *db)
{
	if (!db->notes || (!db->notes->count && !db->notes->all))
		return;
	memset(db->notes->bits, 0, sizeof db->notes->bits);
	db->notes->count = 0;
	db->notes->all = false;
}

static int
note_put(struct db *db, uint32_t block, int64_t number, struct error *e)
{
	return db_do(db,
		"INSERT INTO change_note(block, number) VALUES($1, $2) ON CONFLICT(block) DO UPDATE SET number = excluded.number"
		"{of nobody}",
		(struct db_value[]){db_int(block), db_int(number)}, 2, e);
}

int
notes_write(struct db *db, struct error *e)
{
	struct notes *notes = db->notes;
	int64_t number, changes = db->changes;
	int r;

	if (!notes || (!notes->count && !notes->all))
		return 0;
	if ((r = db_one_int(db, "SELECT COALESCE(MAX(number), 0) + 1 FROM change_note", NULL, 0, &number, e)) < 0)
		return r;
	if (notes->all)
		r = note_put(db, DB_BLOCK_ALL, number, e);
	else
		for (size_t i = 0; i < notes->count && r == 0; i++)
			r = note_put(db, notes->blocks[i], number, e);
	db->changes = changes; /* of the caller's last statement */
	return r;
}

int
db_note_changes(struct db *db, const char *const *aside, struct error *e)
{
	/* One table of the room's own, of one row a block. */
	static const char *const migrations[] = {
		"CREATE TABLE change_note(block BIGINT NOT NULL PRIMARY KEY, number BIGINT NOT NULL) {packed};"
		"CREATE INDEX change_note_number ON change_note(number)",
	};
	int r;

	if ((r = db_migrate(db, "db", migrations, sizeof migrations / sizeof *migrations, e)) < 0)
		return r;
	if (!db->notes && !(db->notes = calloc(1, sizeof *db->notes)))
		return error_no_memory(e);
	db->notes->aside = aside;
	statements_forget_idle(db); /* what was prepared before asked for no notes */
	return 0;
}

int
db_notes_each(struct db *db, int64_t after, db_note *each, void *context, struct error *e)
{
	struct db_statement *statement = NULL;
	int r;

	if ((r = db_start(db, "SELECT block, number FROM change_note WHERE number > $1 ORDER BY number",
			 (struct db_value[]){db_int(after)}, 1, &statement, e)) < 0)
		return r;
	while ((r = db_step(statement, e)) == 1)
		each((uint32_t)db_column_int(statement, 0), db_column_int(statement, 1), context);
	db_finish(statement);
	return r;
}
