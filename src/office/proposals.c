/* Proposals and who signed them.
 *
 * P1. What is signed is the act's canonical text, the same for both; it names its moment, so no signature serves twice.
 * P2. A proposal's row, its ledger entry and what it does commit together.
 * P3. Who approves is not who proposed. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "db/db.h"
#include "keys/keys.h"
#include "ledger/ledger.h"
#include "office/inside.h"

enum { RECORD_SIZE = 64 };

static const char *const migrations[] = {
	"CREATE TABLE office_proposal(number BIGINT NOT NULL PRIMARY KEY, act {text} NOT NULL, person BIGINT NOT NULL,"
	" state {text} NOT NULL, proposed_by {text} NOT NULL, proposed_at BIGINT NOT NULL,"
	" proposed_signature {text} NOT NULL, decided_by {text}, decided_at BIGINT, decided_signature {text},"
	" revoked_by {text}, revoked_at BIGINT);",
};

static const char *const states[OFFICE_STATES] = {"proposed", "approved", "revoked"};

const char *
office_state_name(enum office_state state)
{
	return states[state];
}

bool
office_role(enum registry_role role)
{
	return role == REGISTRY_SUPERVISOR || role == REGISTRY_ADMINISTRATOR;
}

int
office_migrate(struct db *db, struct error *e)
{
	return db_migrate(db, "office", migrations, sizeof migrations / sizeof *migrations, e);
}

struct registry *
office_registry(const struct office *office)
{
	return cascade_registry(office->cascade);
}

int
act_text(const json_t *value, char **ret_text, struct error *e)
{
	struct buffer b = buffer_make(OFFICE_TEXT_MAX);
	int r = value ? json_write(value, &b, e) : error_no_memory(e);

	if (r >= 0)
		*ret_text = buffer_take(&b);
	buffer_free(&b);
	return r;
}

int
act_append(const struct office *office, const char *kind, json_t *body, struct error *e)
{
	struct registry *registry = office_registry(office);
	char *text = NULL;
	int r = act_text(body, &text, e);

	json_decref(body);
	if (r == 0)
		r = ledger_append(registry_db(registry), registry_recording_time(registry), kind, text, NULL, e);
	free(text);
	return r;
}

int
act_person(const struct office *office, const char *purpose, person_number person, const char *at,
	char hex[2 * LEDGER_HASH_SIZE + 1], struct error *e)
{
	struct ledger_hash commitment;
	uint8_t salt[KEYS_SIZE];
	char record[RECORD_SIZE], number[16];
	int length = snprintf(record, sizeof record, "%s/%u", at, person), r;

	_Static_assert((int)KEYS_SIZE == (int)LEDGER_SALT_SIZE, "a keyed hash serves as a salt");
	keys_hash(registry_keys(office_registry(office)), purpose, record, (size_t)length, salt);
	length = snprintf(number, sizeof number, "%u", person);
	if ((r = ledger_commitment(salt, number, (size_t)length, &commitment, e)) == 0)
		text_hex(commitment.bytes, sizeof commitment.bytes, hex);
	return r;
}

int
act_sign(const struct office *office, const struct office_actor *actor, const char *text,
	struct registry_user *ret_user, struct registry_signature *ret_signature, struct error *e)
{
	int r = registry_user_sign(
		office_registry(office), actor->name, actor->password, text, strlen(text), ret_user, ret_signature, e);

	if (r < 0)
		return r;
	if (!office_role(ret_user->role))
		return error_set(e, ERROR_DENIED, "a %s may not do this: supervisors and administrators may",
			registry_role_name(ret_user->role));
	return 0;
}

int
keep_key(const struct office *office, const struct registry_user *user, const struct registry_signature *signature,
	struct error *e)
{
	char hex[2 * USER_KEY_SIZE + 1];
	int r = registry_user_key_keep(office_registry(office), user->name, signature->key, e);

	if (r != 1)
		return r;
	return act_append(office, "user.key",
		json_pack("{s:s, s:s}", "user", user->name, "key", text_hex(signature->key, sizeof signature->key, hex)), e);
}

static int
state_read(const char *text, enum office_state *ret_state, struct error *e)
{
	for (int i = 0; text && i < OFFICE_STATES; i++)
		if (strcmp(text, states[i]) == 0) {
			*ret_state = (enum office_state)i;
			return 0;
		}
	return error_set(e, ERROR_CORRUPT, "a proposal has no state");
}

void
kept_clear(struct kept *kept)
{
	free(kept->text);
	free(kept->proposed_by);
	free(kept->proposed_signature);
	json_decref(kept->act);
	*kept = (struct kept){0};
}

#define COLUMNS                                                                                                        \
	"number, state, act, proposed_by, proposed_signature, person, proposed_at, decided_by, decided_at, revoked_by,"    \
	" revoked_at"

static int
kept_of_row(struct db_statement *s, struct kept *kept, struct error *e)
{
	const char *text = db_column_text(s, 2);
	int r;

	*kept = (struct kept){.number = db_column_int(s, 0), .person = (person_number)db_column_int(s, 5)};
	if ((r = state_read(db_column_text(s, 1), &kept->state, e)) < 0)
		return r;
	if (!(kept->text = text_copy(text, e)) || !(kept->proposed_by = text_copy(db_column_text(s, 3), e)) ||
		!(kept->proposed_signature = text_copy(db_column_text(s, 4), e)) ||
		(r = json_read(text, strlen(text), "proposal", &kept->act, e)) < 0) {
		kept_clear(kept);
		return r < 0 ? r : ERROR_NO_MEMORY;
	}
	return 0;
}

int
kept_find(const struct office *office, int64_t number, struct kept *ret_kept, struct error *e)
{
	struct db_statement *statement = NULL;
	struct db *db = registry_db(office_registry(office));
	int r;

	if ((r = office_migrate(db, e)) < 0 ||
		(r = db_start(db, "SELECT " COLUMNS " FROM office_proposal WHERE number = $1",
			 (struct db_value[]){db_int(number)}, 1, &statement, e)) < 0)
		return r;
	if ((r = db_step(statement, e)) == 1)
		r = kept_of_row(statement, ret_kept, e);
	else if (r == 0)
		r = error_set(e, ERROR_EXISTS_NOT, "there is no proposal %lld", (long long)number);
	db_finish(statement);
	return r;
}

static bool
is_text(const json_t *object, const char *name, const char *wanted)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text && strcmp(text, wanted) == 0;
}

bool
kept_is(const struct kept *kept, const char *act)
{
	return is_text(kept->act, "act", act);
}

int
kept_find_pack(
	const struct office *office, const char *jurisdiction, const char *policy, struct kept *ret_kept, struct error *e)
{
	struct db_statement *statement = NULL;
	struct db *db = registry_db(office_registry(office));
	struct kept kept = {0};
	int r;

	if ((r = office_migrate(db, e)) < 0 ||
		(r = db_start(db,
			 "SELECT " COLUMNS " FROM office_proposal WHERE state = 'proposed' AND person = 0 ORDER BY number DESC",
			 NULL, 0, &statement, e)) < 0)
		return r;
	while ((r = db_step(statement, e)) == 1) {
		if ((r = kept_of_row(statement, &kept, e)) < 0)
			break;
		if (is_text(kept.act, "jurisdiction", jurisdiction) && is_text(kept.act, "policy", policy)) {
			*ret_kept = kept;
			r = 1;
			break;
		}
		kept_clear(&kept);
	}
	db_finish(statement);
	return r;
}

int
kept_find_waiting_before(const struct office *office, int64_t number, struct kept *ret_kept, struct error *e)
{
	struct db_statement *statement = NULL;
	struct db *db = registry_db(office_registry(office));
	int r;

	if ((r = office_migrate(db, e)) < 0 ||
		(r = db_start(db,
			 "SELECT " COLUMNS " FROM office_proposal WHERE state = 'proposed' AND person = 0 AND number < $1"
			 " ORDER BY number DESC LIMIT 1",
			 (struct db_value[]){db_int(number)}, 1, &statement, e)) < 0)
		return r;
	if ((r = db_step(statement, e)) == 1)
		r = (r = kept_of_row(statement, ret_kept, e)) < 0 ? r : 1;
	db_finish(statement);
	return r;
}

/* Keep a proposal and the ledger's entry of it; ${text} is the act's. In the open transaction. */
static int
put_kept(const struct office *office, const char *entry, json_t *act, const char *text, person_number person,
	const struct registry_user *user, const struct registry_signature *signature, int64_t *ret_number, struct error *e)
{
	struct registry *registry = office_registry(office);
	struct db *db = registry_db(registry);
	char hex[2 * USER_SIGNATURE_SIZE + 1];
	int64_t number;
	int r;

	text_hex(signature->bytes, sizeof signature->bytes, hex);
	if ((r = keep_key(office, user, signature, e)) < 0 ||
		(r = db_one_int(db, "SELECT COALESCE(MAX(number), 0) + 1 FROM office_proposal", NULL, 0, &number, e)) < 0 ||
		(r = db_do(db,
			 "INSERT INTO office_proposal(number, act, person, state, proposed_by, proposed_at, proposed_signature)"
			 " VALUES($1, $2, $3, 'proposed', $4, $5, $6)",
			 (struct db_value[]){db_int(number), db_text(text), db_int(person), db_text(user->name),
				 db_int(registry_recording_time(registry)), db_text(hex)},
			 6, e)) < 0 ||
		(r = act_append(office, entry,
			 json_pack("{s:O, s:I, s:s, s:s}", "act", act, "proposal", (json_int_t)number, "proposed_by", user->name,
				 "proposed_signature", hex),
			 e)) < 0)
		return r;
	*ret_number = number;
	return 0;
}

int
act_propose(const struct office *office, const char *entry, json_t *act, person_number person,
	const struct office_actor *actor, int64_t *ret_number, struct error *e)
{
	struct registry *registry = office_registry(office);
	struct registry_signature signature;
	struct registry_user user;
	char *text = NULL;
	int r;

	if ((r = act_text(act, &text, e)) < 0 || (r = act_sign(office, actor, text, &user, &signature, e)) < 0 ||
		(r = registry_begin(registry, e)) < 0)
		goto out;
	if ((r = put_kept(office, entry, act, text, person, &user, &signature, ret_number, e)) < 0)
		registry_rollback(registry);
	else
		r = registry_commit(registry, e);
out:
	free(text);
	json_decref(act);
	return r;
}

int
kept_approve(const struct office *office, const struct kept *kept, const char *entry, const struct registry_user *user,
	const struct registry_signature *signature, struct error *e)
{
	struct registry *registry = office_registry(office);
	char hex[2 * USER_SIGNATURE_SIZE + 1];
	int r;

	if (strcmp(kept->proposed_by, user->name) == 0)
		return error_set(e, ERROR_DENIED, "%s proposed this: another person has to approve it", user->name);
	text_hex(signature->bytes, sizeof signature->bytes, hex);
	if ((r = keep_key(office, user, signature, e)) < 0 ||
		(r = db_do(registry_db(registry),
			 "UPDATE office_proposal SET state = 'approved', decided_by = $1, decided_at = $2, decided_signature = $3"
			 " WHERE number = $4 AND state = 'proposed'",
			 (struct db_value[]){
				 db_text(user->name), db_int(registry_recording_time(registry)), db_text(hex), db_int(kept->number)},
			 4, e)) < 0)
		return r;
	if (db_changes(registry_db(registry)) != 1)
		return error_set(e, ERROR_EXISTS, "proposal %lld was decided before", (long long)kept->number);
	return act_append(office, entry,
		json_pack("{s:O, s:I, s:s, s:s, s:s, s:s}", "act", kept->act, "proposal", (json_int_t)kept->number,
			"proposed_by", kept->proposed_by, "proposed_signature", kept->proposed_signature, "approved_by", user->name,
			"approved_signature", hex),
		e);
}

/* In the open transaction. */
static int
withdraw(const struct office *office, int64_t number, const json_t *act, const struct registry_user *user,
	const struct registry_signature *signature, struct error *e)
{
	struct registry *registry = office_registry(office);
	char hex[2 * USER_SIGNATURE_SIZE + 1];
	int r;

	text_hex(signature->bytes, sizeof signature->bytes, hex);
	if ((r = keep_key(office, user, signature, e)) < 0 ||
		(r = db_do(registry_db(registry),
			 "UPDATE office_proposal SET state = 'revoked', revoked_by = $1, revoked_at = $2 WHERE number = $3"
			 " AND state = 'proposed'",
			 (struct db_value[]){db_text(user->name), db_int(registry_recording_time(registry)), db_int(number)}, 3,
			 e)) < 0)
		return r;
	if (db_changes(registry_db(registry)) != 1)
		return error_set(e, ERROR_EXISTS, "proposal %lld was decided before", (long long)number);
	return act_append(
		office, "proposal.withdrawn", json_pack("{s:O, s:s, s:s}", "act", act, "by", user->name, "signature", hex), e);
}

int
kept_find_waiting(const struct office *office, int64_t number, const char *act, struct kept *ret_kept, struct error *e)
{
	struct kept kept = {0};
	int r;

	if ((r = kept_find(office, number, &kept, e)) < 0)
		return r;
	if (!kept_is(&kept, act))
		r = error_set(e, ERROR_EXISTS_NOT, "proposal %lld is no %s", (long long)number, act);
	else if (kept.state != OFFICE_PROPOSED)
		r = error_set(e, ERROR_EXISTS, "proposal %lld was decided before", (long long)number);
	if (r < 0)
		kept_clear(&kept);
	else
		*ret_kept = kept;
	return r;
}

int
kept_withdraw(
	const struct office *office, int64_t number, const char *act, const struct office_actor *actor, struct error *e)
{
	struct registry *registry = office_registry(office);
	struct registry_signature signature;
	char at[TIME_TEXT_SIZE], *text = NULL;
	struct registry_user user;
	struct kept kept = {0};
	json_t *said;
	int r;

	if ((r = kept_find_waiting(office, number, act, &kept, e)) < 0)
		return r;
	kept_clear(&kept);
	said = json_pack("{s:I, s:s}", "proposal", (json_int_t)number, "withdrawn_at",
		time_write(registry_recording_time(registry), &zone_utc, at));
	if ((r = act_text(said, &text, e)) < 0 || (r = act_sign(office, actor, text, &user, &signature, e)) < 0 ||
		(r = registry_begin(registry, e)) < 0)
		goto out;
	if ((r = withdraw(office, number, said, &user, &signature, e)) < 0)
		registry_rollback(registry);
	else
		r = registry_commit(registry, e);
out:
	free(text);
	json_decref(said);
	return r;
}

static instant
time_of(const json_t *act, const char *name, instant missing)
{
	const char *text = json_string_value(json_object_get(act, name));
	instant at;

	return text && time_read(text, strlen(text), &zone_utc, &at, NULL) == 0 ? at : missing;
}

static int
show_row(struct db_statement *s, office_proposal_each *each, void *context, struct error *e)
{
	struct office_proposal shown;
	struct kept kept;
	int r;

	if ((r = kept_of_row(s, &kept, e)) < 0)
		return r;
	shown = (struct office_proposal){.number = kept.number,
		.state = kept.state,
		.jurisdiction = json_string_value(json_object_get(kept.act, "jurisdiction")),
		.proposed_by = kept.proposed_by,
		.proposed_at = db_column_int(s, 6),
		.decided_by = db_column_text(s, 7),
		.decided_at = db_column_int(s, 8),
		.revoked_by = db_column_text(s, 9),
		.revoked_at = db_column_int(s, 10),
		.is_pack = kept_is(&kept, "pack"),
		.is_match = kept_is(&kept, "match"),
		.is_import = kept_is(&kept, "import"),
		.file = json_string_value(json_object_get(kept.act, "file")),
		.kind = json_string_value(json_object_get(kept.act, "kind")),
		.people = json_integer_value(json_object_get(kept.act, "people")),
		.match = json_integer_value(json_object_get(kept.act, "match")),
		.decision = json_string_value(json_object_get(kept.act, "decision")),
		.purpose = json_string_value(json_object_get(kept.act, "purpose")),
		.policy = json_string_value(json_object_get(kept.act, "policy")),
		.from = time_of(kept.act, "from", INT64_MIN),
		.person = kept.person,
		.cause = json_string_value(json_object_get(kept.act, "cause")),
		.until = time_of(kept.act, "until", INT64_MAX)};
	colour_read(json_string_value(json_object_get(kept.act, "colour")), &shown.colour);
	r = each(&shown, context, e);
	kept_clear(&kept);
	return r;
}

static int
show(const struct office *office, const char *sql, const struct db_value *values, size_t count,
	office_proposal_each *each, void *context, int64_t *ret_shown, struct error *e)
{
	struct db *db = registry_db(office_registry(office));
	struct db_statement *statement = NULL;
	int r;

	*ret_shown = 0;
	if ((r = office_migrate(db, e)) < 0 || (r = db_start(db, sql, values, count, &statement, e)) < 0)
		return r;
	while ((r = db_step(statement, e)) == 1) {
		++*ret_shown;
		if ((r = show_row(statement, each, context, e)) != 0)
			break;
	}
	db_finish(statement);
	return r;
}

int
office_proposals_each(const struct office *office, office_proposal_each *each, void *context, struct error *e)
{
	int64_t shown;

	return show(office, "SELECT " COLUMNS " FROM office_proposal ORDER BY number", NULL, 0, each, context, &shown, e);
}

int
office_proposal(const struct office *office, int64_t number, office_proposal_each *each, void *context, struct error *e)
{
	int64_t shown;
	int r = show(office, "SELECT " COLUMNS " FROM office_proposal WHERE number = $1",
		(struct db_value[]){db_int(number)}, 1, each, context, &shown, e);

	return r == 0 && shown == 0 ? error_set(e, ERROR_EXISTS_NOT, "there is no proposal %lld", (long long)number) : r;
}
