/* One person under several numbers.
 *
 *   17 -> 4      whoever was known as 17 is 4; 9 is 4, too: all three are one person, whose first number is 4
 *   9  -> 4
 *
 * S1. A number is another's alias at most once at a time, and following aliases ends: they are joined by their first numbers, and two
 *     that are one already are not joined again.
 * S2. No evidence is moved: each row stays with the number that it came for, and readers ask for all of them. So a parting restores
 *     what was before, and what came since is where it came.
 * S3. Links and their ends are rows with the time at which they were recorded: what was known at a moment is known for ever. */

#include "evidence/rows.h"

/* SQL: whether the link ${link} is seen at ${known}. */
#define HOLDS(link, known)                                                                                             \
	link ".recorded_at <= " known                                                                                      \
		 " AND NOT EXISTS (SELECT 1 FROM evidence_same_end AS parted WHERE parted.link = " link                        \
		 ".id AND parted.recorded_at <= " known ")"

int
evidence_same_first(struct db *db, uint32_t person, instant known, uint32_t *ret_first, struct error *e)
{
	int64_t first = person;
	int r = 0;

	for (int i = 0; i < EVIDENCE_SAME_MAX; i++) {
		r = db_one_int(db,
			"SELECT link.person FROM evidence_same AS link WHERE link.alias = $1 AND " HOLDS("link", "$2"),
			(struct db_value[]){db_int(first), db_int(known)}, 2, &first, e);
		if (r < 0)
			break;
	}
	if (r == 0)
		return error_set(e, ERROR_CORRUPT, "the aliases of person %u do not end", person);
	if (r != ERROR_EXISTS_NOT)
		return r;
	*ret_first = (uint32_t)first;
	return 0;
}

static int
add_aliases(struct db *db, instant known, struct evidence_same *same, size_t of, struct error *e)
{
	struct db_statement *s = NULL;
	int r;

	if ((r = db_start(db,
			 "SELECT link.alias FROM evidence_same AS link WHERE link.person = $1 AND " HOLDS(
				 "link", "$2") " ORDER BY link.alias",
			 (struct db_value[]){db_int(same->numbers[of]), db_int(known)}, 2, &s, e)) < 0)
		return r;
	while ((r = db_step(s, e)) > 0) {
		if (same->count == EVIDENCE_SAME_MAX) {
			r = error_set(e, ERROR_TOO_LARGE, "a person has at most %d numbers", EVIDENCE_SAME_MAX);
			break;
		}
		same->numbers[same->count++] = (uint32_t)db_column_int(s, 0);
	}
	db_finish(s);
	return r;
}

int
evidence_same(struct db *db, uint32_t person, instant known, struct evidence_same *ret_same, struct error *e)
{
	struct evidence_same same = {.count = 1};
	int r = evidence_same_first(db, person, known, &same.numbers[0], e);

	for (size_t i = 0; r == 0 && i < same.count; i++)
		r = add_aliases(db, known, &same, i, e);
	if (r == 0)
		*ret_same = same;
	return r;
}

int
evidence_same_put(
	struct db *db, uint32_t alias, uint32_t person, bool moved, instant recorded_at, int64_t *ret_link, struct error *e)
{
	struct evidence_same aliases, persons;
	int64_t link;
	int r;

	if ((r = rows_need_transaction(db, e)) < 0 || (r = evidence_same(db, alias, EVIDENCE_NOW, &aliases, e)) < 0 ||
		(r = evidence_same(db, person, EVIDENCE_NOW, &persons, e)) < 0)
		return r;
	if (aliases.numbers[0] == persons.numbers[0])
		return error_set(e, ERROR_EXISTS, "persons %u and %u are one already", alias, person);
	if (aliases.count + persons.count > EVIDENCE_SAME_MAX)
		return error_set(e, ERROR_TOO_LARGE, "a person has at most %d numbers", EVIDENCE_SAME_MAX);
	if ((r = db_one_int(db,
			 "INSERT INTO evidence_same(alias, person, recorded_at, moved) VALUES($1, $2, $3, $4) RETURNING id",
			 (struct db_value[]){
				 db_int(aliases.numbers[0]), db_int(persons.numbers[0]), db_int(recorded_at), db_int(moved)},
			 4, &link, e)) < 0)
		return r;
	*ret_link = link;
	return 0;
}

int
evidence_same_end(struct db *db, int64_t link, bool moved, instant recorded_at, struct error *e)
{
	int r;

	if ((r = rows_need_transaction(db, e)) < 0 ||
		(r = db_do(db,
			 "INSERT INTO evidence_same_end(link, recorded_at, moved) SELECT id, CAST($2 AS BIGINT), CAST($3 AS BIGINT)"
			 " FROM evidence_same WHERE id = $1 ON CONFLICT DO NOTHING",
			 (struct db_value[]){db_int(link), db_int(recorded_at), db_int(moved)}, 3, e)) < 0)
		return r;
	return db_changes(db) == 1 ? 0 : error_set(e, ERROR_EXISTS_NOT, "no link %lld holds", (long long)link);
}

int
evidence_same_link(struct db *db, int64_t link, uint32_t *ret_alias, uint32_t *ret_person, struct error *e)
{
	int64_t alias, person;
	int r;

	if ((r = db_one_int(db, "SELECT alias FROM evidence_same WHERE id = $1", (struct db_value[]){db_int(link)}, 1,
			 &alias, e)) < 0 ||
		(r = db_one_int(db, "SELECT person FROM evidence_same WHERE id = $1", (struct db_value[]){db_int(link)}, 1,
			 &person, e)) < 0)
		return r;
	*ret_alias = (uint32_t)alias;
	*ret_person = (uint32_t)person;
	return 0;
}

/* Numbers of rows only grow. */
int
evidence_same_version(struct db *db, bool moved, int64_t *ret_version, struct error *e)
{
	return db_one_int(db,
		moved
			? "SELECT COALESCE((SELECT MAX(id) FROM evidence_same WHERE moved = 1), 0)"
			  " + COALESCE((SELECT MAX(id) FROM evidence_same_end WHERE moved = 1), 0)"
			: "SELECT COALESCE((SELECT MAX(id) FROM evidence_same), 0) + COALESCE((SELECT MAX(id) FROM evidence_same_end), 0)",
		NULL, 0, ret_version, e);
}

int
evidence_same_each(struct db *db, instant known,
	int (*each)(uint32_t alias, uint32_t person, void *context, struct error *e), void *context, struct error *e)
{
	struct db_statement *s = NULL;
	int r;

	if ((r = db_start(db,
			 "SELECT link.alias, link.person FROM evidence_same AS link WHERE " HOLDS(
				 "link", "$1") " ORDER BY link.alias",
			 (struct db_value[]){db_int(known)}, 1, &s, e)) < 0)
		return r;
	while ((r = db_step(s, e)) > 0)
		if ((r = each((uint32_t)db_column_int(s, 0), (uint32_t)db_column_int(s, 1), context, e)) != 0)
			break;
	db_finish(s);
	return r;
}

int
evidence_each_of_same(struct db *db, uint32_t person, enum evidence_kind kind, instant now, instant known,
	evidence_callback *each, void *context, struct error *e)
{
	struct evidence_same same;
	int r = evidence_same(db, person, known, &same, e);

	for (size_t i = 0; r == 0 && i < same.count; i++)
		r = evidence_each_of(db, same.numbers[i], kind, now, known, each, context, e);
	return r;
}
