/* What people say of checks that they have the receipt of. */

#include "registry/internal.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { COMPLAINTS_MAX = 10000 };

int
registry_complaint_put(struct registry *registry, const struct registry_complaint *complaint, struct error *e)
{
	struct buffer sealed = buffer_make(COMPLAINT_TEXT_SIZE + KEYS_SEAL_EXTRA);
	struct registry_check check;
	bool own;
	int r;

	if (!complaint->text[0] || !text_is_utf8(complaint->text, strlen(complaint->text)))
		return error_set(e, ERROR_BAD_INPUT, "a complaint is text in UTF-8");
	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	if ((r = registry_check_find(registry, complaint->receipt, &check, e)) == 0 &&
		(r = registry_check_keep(registry, complaint->receipt, e)) == 0 &&
		(r = keys_seal(registry->keys, PURPOSE_COMPLAINT, complaint->receipt, strlen(complaint->receipt),
			 complaint->text, strlen(complaint->text), &sealed, e)) == 0 &&
		(r = db_do(registry->db,
			 "INSERT INTO gate_complaint(receipt, at, person, sealed) VALUES($1, $2, $3, $4) ON CONFLICT DO NOTHING",
			 (struct db_value[]){db_text(complaint->receipt), db_int(complaint->at), db_int(complaint->person),
				 db_blob(sealed.data, sealed.length)},
			 4, e)) == 0 &&
		db_changes(registry->db) == 0)
		r = error_set(e, ERROR_EXISTS, "there is a complaint about this receipt");
	r = scope_end(registry, own, r, e);
	buffer_free(&sealed);
	return r;
}

static int
open_row(struct registry *registry, struct db_statement *row, struct registry_complaint *complaint, struct error *e)
{
	struct buffer text = buffer_make(COMPLAINT_TEXT_SIZE);
	size_t length;
	const void *sealed = db_column_blob(row, 3, &length);
	int r;

	snprintf(complaint->receipt, sizeof complaint->receipt, "%s", db_column_text(row, 0));
	complaint->at = db_column_int(row, 1);
	complaint->person = (person_number)db_column_int(row, 2);
	if ((r = keys_open_sealed(registry->keys, PURPOSE_COMPLAINT, complaint->receipt, strlen(complaint->receipt), sealed,
			 length, &text, e)) == 0)
		snprintf(complaint->text, sizeof complaint->text, "%s", buffer_text(&text));
	if (text.data)
		keys_wipe(text.data, text.length);
	buffer_free(&text);
	return r;
}

int
registry_complaints_each(
	struct registry *registry, instant since, registry_complaint_each *each, void *context, struct error *e)
{
	struct db_statement *row = NULL;
	int r;

	if ((r = db_start(registry->db,
			 "SELECT receipt, at, person, sealed FROM gate_complaint WHERE at >= $1 ORDER BY at, receipt LIMIT $2",
			 (struct db_value[]){db_int(since), db_int(COMPLAINTS_MAX)}, 2, &row, e)) < 0)
		return r;
	while ((r = db_step(row, e)) == 1) {
		struct registry_complaint complaint = {0};
		struct registry_check check;

		if ((r = open_row(registry, row, &complaint, e)) < 0 ||
			(r = registry_check_find(registry, complaint.receipt, &check, e)) < 0 ||
			(r = each(&complaint, &check, context, e)) != 0)
			break;
	}
	db_finish(row);
	return r;
}
