#include "registry/internal.h"

#include "base/text.h"

/* Texts are added at the end, never changed. */
static const char *const migrations[] = {
	"CREATE TABLE setting(name {text} NOT NULL PRIMARY KEY, value {text} NOT NULL) {packed};"

	"CREATE TABLE pack_version(hash {text} NOT NULL PRIMARY KEY, jurisdiction {text} NOT NULL,"
	" recorded_at BIGINT NOT NULL);"
	"CREATE TABLE pack_file(hash {text} NOT NULL REFERENCES pack_version(hash), path {text} NOT NULL,"
	" bytes {blob} NOT NULL, PRIMARY KEY(hash, path));"
	"CREATE TABLE pack_activation(id {key}, jurisdiction {text} NOT NULL,"
	" hash {text} NOT NULL REFERENCES pack_version(hash), at BIGINT NOT NULL, by_whom {text});"

	"CREATE TABLE person(number {key}, id_hash {blob} NOT NULL UNIQUE, recorded_at BIGINT NOT NULL,"
	" import BIGINT NOT NULL);"
	"CREATE TABLE identity(id {key}, person BIGINT NOT NULL REFERENCES person(number), sealed {blob} NOT NULL,"
	" recorded_at BIGINT NOT NULL, import BIGINT NOT NULL);"
	"CREATE INDEX identity_person ON identity(person, id);"
	"CREATE TABLE phone_person(phone {blob} NOT NULL, person BIGINT NOT NULL REFERENCES person(number),"
	" sealed {blob} NOT NULL, PRIMARY KEY(phone, person)) {packed};"
	"CREATE TABLE guardian(guardian BIGINT NOT NULL REFERENCES person(number),"
	" person BIGINT NOT NULL REFERENCES person(number), PRIMARY KEY(guardian, person)) {packed};"
	"CREATE TABLE access_log(id {key}, person BIGINT NOT NULL, at BIGINT NOT NULL, by_whom {text} NOT NULL,"
	" purpose {text} NOT NULL);"
	"CREATE INDEX access_log_person ON access_log(person, id);"

	"CREATE TABLE user_account(id {key}, name {text} NOT NULL UNIQUE, role {text} NOT NULL, password {text} NOT NULL,"
	" added_at BIGINT NOT NULL, added_by {text});"
	"CREATE TABLE session(hash {blob} NOT NULL PRIMARY KEY, account BIGINT REFERENCES user_account(id), phone {blob},"
	" started_at BIGINT NOT NULL, expires_at BIGINT NOT NULL);"
	"CREATE INDEX session_expires ON session(expires_at);"
	"CREATE TABLE sign_in(phone {blob} NOT NULL PRIMARY KEY, code {blob} NOT NULL, at BIGINT NOT NULL,"
	" tries BIGINT NOT NULL);"
	"CREATE TABLE attempt(id {key}, subject {blob} NOT NULL, at BIGINT NOT NULL);"
	"CREATE INDEX attempt_subject ON attempt(subject, at);"
	"CREATE INDEX attempt_at ON attempt(at);"

	"CREATE TABLE notice(id {key}, at BIGINT NOT NULL, kind {text} NOT NULL, sealed {blob}, sent_at BIGINT);"
	"CREATE INDEX notice_waiting ON notice(id) WHERE sent_at IS NULL;"

	"CREATE TABLE colour(person BIGINT NOT NULL REFERENCES person(number), jurisdiction {text} NOT NULL,"
	" colour {text} NOT NULL, since BIGINT NOT NULL, next_at BIGINT NOT NULL, next_colour {text} NOT NULL,"
	" evaluated_at BIGINT NOT NULL, policy {text} NOT NULL, area_version BIGINT NOT NULL, areas {text} NOT NULL,"
	" PRIMARY KEY(person, jurisdiction)) {packed};"
	"CREATE INDEX colour_next ON colour(next_at);"
	"CREATE INDEX colour_area_version ON colour(area_version);"
	"CREATE INDEX colour_policy ON colour(jurisdiction, policy);"
	"CREATE TABLE colour_log(id {key}, person BIGINT NOT NULL, jurisdiction {text} NOT NULL, colour {text} NOT NULL,"
	" since BIGINT NOT NULL, evaluated_at BIGINT NOT NULL, recorded_at BIGINT NOT NULL, policy {text} NOT NULL);"
	"CREATE INDEX colour_log_person ON colour_log(person, jurisdiction, id);"
	"CREATE TABLE due(person BIGINT NOT NULL REFERENCES person(number), jurisdiction {text} NOT NULL,"
	" first_at BIGINT NOT NULL, last_at BIGINT NOT NULL, cause {text} NOT NULL, PRIMARY KEY(person, jurisdiction))"
	" {packed};"
	"CREATE INDEX due_first ON due(first_at, person);"

	"CREATE TABLE gate_check(receipt {text} NOT NULL PRIMARY KEY, at BIGINT NOT NULL, content {text} NOT NULL);"
	"CREATE INDEX gate_check_at ON gate_check(at);"
	"CREATE TABLE gate_refusal(id {key}, receipt {text} NOT NULL REFERENCES gate_check(receipt), at BIGINT NOT NULL,"
	" cause {text} NOT NULL, note {text} NOT NULL, by_whom {text} NOT NULL);"
	"CREATE INDEX gate_refusal_receipt ON gate_refusal(receipt, id);",

	/* Several senders of notices, and a gateway that may say no. */
	"ALTER TABLE notice ADD COLUMN claimed_until BIGINT NOT NULL DEFAULT 0;"
	"ALTER TABLE notice ADD COLUMN refused BIGINT NOT NULL DEFAULT 0;",

	/* The word of phones that nobody vouched for yet. */
	"CREATE TABLE held(person BIGINT NOT NULL REFERENCES person(number), phone {blob} NOT NULL, kind BIGINT NOT NULL,"
	" key {text} NOT NULL, at BIGINT NOT NULL, body {text} NOT NULL, PRIMARY KEY(person, phone, kind, key)) {packed};",

	/* An activation may begin later than it is recorded, and names both who proposed and who approved it. */
	"ALTER TABLE pack_activation ADD COLUMN recorded_at BIGINT;"
	"ALTER TABLE pack_activation ADD COLUMN approved_by {text};"
	/* What users sign with (user_key.c). */
	"CREATE TABLE user_key(name {text} NOT NULL PRIMARY KEY, public_key {blob} NOT NULL, recorded_at BIGINT NOT NULL);",

	/* Of passes only counts stay: from forget_at on the bare number, for as long as the check can be sent again. A complaint
	 * joins a check to who complains. */
	"ALTER TABLE gate_check ADD COLUMN forget_at BIGINT;"
	"CREATE INDEX gate_check_forget_at ON gate_check(forget_at) WHERE forget_at IS NOT NULL;"
	"CREATE TABLE gate_forgotten(receipt {text} NOT NULL PRIMARY KEY, until BIGINT NOT NULL) {packed};"
	"CREATE INDEX gate_forgotten_until ON gate_forgotten(until);"
	"CREATE TABLE gate_count(place {text} NOT NULL, hour BIGINT NOT NULL, verdict {text} NOT NULL, count BIGINT NOT NULL,"
	" PRIMARY KEY(place, hour, verdict)) {packed};"
	"CREATE TABLE gate_complaint(receipt {text} NOT NULL PRIMARY KEY REFERENCES gate_check(receipt), at BIGINT NOT NULL,"
	" person BIGINT NOT NULL REFERENCES person(number), sealed {blob} NOT NULL);"
	"CREATE INDEX gate_complaint_at ON gate_complaint(at);",

	/* What is held is forgotten some time after it was told, whatever it is about. */
	"ALTER TABLE held ADD COLUMN recorded_at BIGINT NOT NULL DEFAULT 0;"
	"UPDATE held SET recorded_at = at;"
	"CREATE INDEX held_recorded_at ON held(recorded_at);",

	/* Whoever is stale by a version of an area or a pack is swept, a part of the people at a time (sweep.c), from packed rows of facts. */
	"DROP INDEX colour_area_version;"
	"DROP INDEX colour_policy;"
	"ALTER TABLE colour ADD COLUMN sweep BIGINT NOT NULL DEFAULT 0;"
	"CREATE TABLE sweep(jurisdiction {text} NOT NULL, part BIGINT NOT NULL, number BIGINT NOT NULL,"
	" policy {text} NOT NULL, area_version BIGINT NOT NULL, evaluated_at BIGINT NOT NULL,"
	" PRIMARY KEY(jurisdiction, part)) {packed};"
	"CREATE TABLE packed(person BIGINT NOT NULL REFERENCES person(number), jurisdiction {text} NOT NULL,"
	" from_at BIGINT NOT NULL, until_at BIGINT NOT NULL, facts {blob} NOT NULL, PRIMARY KEY(person, jurisdiction))"
	" {packed};",

	/* What was reported of people's follow-up. */
	"CREATE TABLE task_report(id {key}, person BIGINT NOT NULL REFERENCES person(number), task {text} NOT NULL,"
	" outcome {text} NOT NULL, at BIGINT NOT NULL, recorded_at BIGINT NOT NULL, by_whom {text},"
	" UNIQUE(person, task, outcome, at));",

	/* Who is it (match.c): what people may be known again by, who is known by no ID number, who is to be looked at, and the pairs. */
	"CREATE TABLE person_trait(person BIGINT NOT NULL REFERENCES person(number), kind BIGINT NOT NULL, hash {blob} NOT NULL,"
	" script BIGINT NOT NULL, PRIMARY KEY(person, kind)) {packed};"
	"CREATE INDEX person_trait_hash ON person_trait(hash, person);"
	"CREATE TABLE unnumbered(person BIGINT NOT NULL PRIMARY KEY REFERENCES person(number)) {packed};"
	"CREATE TABLE match_due(person BIGINT NOT NULL PRIMARY KEY) {packed};"
	"CREATE TABLE person_match(id {key}, person BIGINT NOT NULL REFERENCES person(number),"
	" candidate BIGINT NOT NULL REFERENCES person(number), state {text} NOT NULL, score BIGINT NOT NULL,"
	" compared BIGINT NOT NULL, found_at BIGINT NOT NULL, decided_by {text}, purpose {text}, decided_at BIGINT, link BIGINT,"
	" UNIQUE(person, candidate));"
	"CREATE INDEX person_match_state ON person_match(state, id);",

	/* Which office a user acts for: what takes a second office asks for another one. */
	"ALTER TABLE user_account ADD COLUMN office {text} NOT NULL DEFAULT '';",

	/* Who may act for whom by a mandate (mandate.c). */
	"CREATE TABLE mandate_pair(helper BIGINT NOT NULL REFERENCES person(number),"
	" person BIGINT NOT NULL REFERENCES person(number), PRIMARY KEY(helper, person)) {packed};"
	"CREATE INDEX mandate_pair_person ON mandate_pair(person);",

	/* What people say against their colours, and the answers. Of what is forgotten nobody is left. */
	"CREATE TABLE appeal(number {key}, person BIGINT REFERENCES person(number), jurisdiction {text} NOT NULL,"
	" colour {text} NOT NULL, since BIGINT NOT NULL, policy {text} NOT NULL, rules {text} NOT NULL,"
	" lists {text} NOT NULL, opened_at BIGINT NOT NULL, opened_by {text}, due_at BIGINT NOT NULL, words {blob},"
	" state {text} NOT NULL, decided_at BIGINT, decided_by {text}, correction {text}, answer_zh {blob},"
	" answer_en {blob});"
	"CREATE UNIQUE INDEX appeal_open ON appeal(person, jurisdiction, since, colour) WHERE state = 'open';"
	"CREATE INDEX appeal_person ON appeal(person, number);"
	"CREATE INDEX appeal_state ON appeal(state, number);",

	/* Whose people a committee's user applies for. */
	"ALTER TABLE user_account ADD COLUMN division {text} NOT NULL DEFAULT '';",
};

const char *const registry_aside[] = {
	"access_log",
	"appeal",
	"attempt",
	"case_contact",
	"case_traced",
	"colour_log",
	"console_view",
	"evaluation_change",
	"evidence_import",
	"evidence_import_end",
	"evidence_import_refused",
	"evidence_import_rest",
	"feed_letter",
	"feed_message",
	"gate_check",
	"gate_complaint",
	"gate_count",
	"gate_forgotten",
	"gate_refusal",
	"held",
	"http_idempotency",
	"identity",
	"issuer_jurisdiction",
	"issuer_key",
	"issuer_paper",
	"issuer_peer",
	"issuer_revoked_code",
	"ledger",
	"ledger_node",
	"match_due",
	"migration",
	"notice",
	"office_proposal",
	"packed",
	"peer",
	"peer_given",
	"peer_taken",
	"person",
	"person_match",
	"person_trait",
	"place_alert",
	"place_alert_case",
	"place_alert_settled",
	"presence_day_change",
	"presence_people",
	"presence_place",
	"presence_place_record",
	"presence_rest",
	"presence_segment",
	"presence_state",
	"presence_tail",
	"presence_undone",
	"sign_in",
	"task_report",
	"unnumbered",
	NULL,
};

int
schema_migrate(struct db *db, struct error *e)
{
	return db_migrate(db, "registry", migrations, sizeof migrations / sizeof *migrations, e);
}

int
setting_get(struct db *db, const char *name, char **ret_value, struct error *e)
{
	struct db_statement *statement = NULL;
	char *value = NULL;
	int r;

	if ((r = db_start(db, "SELECT value FROM setting WHERE name = $1", (struct db_value[]){db_text(name)}, 1,
			 &statement, e)) < 0 ||
		(r = db_step(statement, e)) < 0)
		goto out;
	if (r == 0) {
		r = error_set(e, ERROR_EXISTS_NOT, "the store has no setting %s", name);
		goto out;
	}
	value = text_copy(db_column_text(statement, 0), e);
	r = value ? 0 : ERROR_NO_MEMORY;
	if (value)
		*ret_value = value;
out:
	db_finish(statement);
	return r;
}

int
setting_put(struct db *db, const char *name, const char *value, struct error *e)
{
	return db_do(db,
		"INSERT INTO setting(name, value) VALUES($1, $2)"
		" ON CONFLICT(name) DO UPDATE SET value = excluded.value",
		(struct db_value[]){db_text(name), db_text(value)}, 2, e);
}
