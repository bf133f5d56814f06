#include "registry/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "base/json_memory.h"
#include "base/text.h"
#include "credential/credential.h"

enum { CONTENT_MAX = 2048, CODE_ID_BYTES = 16, HOUR_S = 3600, FORGOTTEN_KNOWN_S = DAY_S };

static const char receipt_digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

static void
receipt_write(const uint8_t bytes[KEYS_SIZE], char receipt[RECEIPT_SIZE])
{
	for (size_t i = 0; i < RECEIPT_SIZE - 1; i++)
		receipt[i] = receipt_digits[bytes[i] % 32];
	receipt[RECEIPT_SIZE - 1] = 0;
}

static void
receipt_make(char receipt[RECEIPT_SIZE])
{
	uint8_t bytes[KEYS_SIZE];

	keys_random(bytes, sizeof bytes);
	receipt_write(bytes, receipt);
}

void
registry_check_receipt(const struct registry *registry, const char *by, const char *name, char receipt[RECEIPT_SIZE])
{
	char text[USER_NAME_SIZE + CHECK_NAME_SIZE] = {0};
	uint8_t hash[KEYS_SIZE];

	snprintf(text, USER_NAME_SIZE, "%s", by);
	snprintf(text + USER_NAME_SIZE, CHECK_NAME_SIZE, "%s", name);
	keys_hash(registry->keys, "check-receipt", text, sizeof text, hash);
	receipt_write(hash, receipt);
}

static int
content_write(const struct registry_check *check, struct buffer *text, struct error *e)
{
	char code_id[2 * CODE_ID_BYTES + 1];
	size_t failures = json_memory_failures();
	json_t *object = json_pack("{ss ss ss ss ss ss ss}", "place", check->place, "jurisdiction", check->jurisdiction,
		"verdict", check->verdict, "cause", check->cause, "colour", check->colour, "code",
		text_hex(check->code_id, CODE_ID_BYTES, code_id), "by", check->by);
	int r;

	if (object && check->measured)
		json_object_set_new(object, "temperature_tenths_c", json_integer(check->temperature_tenths_c));
	if (json_memory_failures() != failures) {
		json_decref(object);
		return error_no_memory(e);
	}
	if (!object)
		return error_set(e, ERROR_BAD_INPUT, "a check's texts are UTF-8");
	r = json_write(object, text, e);
	json_decref(object);
	return r;
}

static void
take(const json_t *object, const char *name, char *text, size_t size)
{
	const char *value = json_string_value(json_object_get(object, name));

	snprintf(text, size, "%s", value ? value : "");
}

static int
content_read(const char *text, struct registry_check *check, struct error *e)
{
	char code_id[2 * CODE_ID_BYTES + 1];
	const json_t *temperature;
	json_t *object = NULL;
	int r;

	if ((r = json_read_own(text, "a check", &object, e)) < 0)
		return r;
	take(object, "place", check->place, sizeof check->place);
	take(object, "jurisdiction", check->jurisdiction, sizeof check->jurisdiction);
	take(object, "verdict", check->verdict, sizeof check->verdict);
	take(object, "cause", check->cause, sizeof check->cause);
	take(object, "colour", check->colour, sizeof check->colour);
	take(object, "by", check->by, sizeof check->by);
	take(object, "code", code_id, sizeof code_id);
	text_unhex(code_id, check->code_id, CODE_ID_BYTES);
	temperature = json_object_get(object, "temperature_tenths_c");
	check->measured = temperature != NULL;
	check->temperature_tenths_c = (int32_t)json_integer_value(temperature);
	json_decref(object);
	return 0;
}

int
registry_check_clock(struct registry *registry, struct error *e)
{
	const instant now = registry_clock(registry);
	char says[TIME_TEXT_SIZE], written[TIME_TEXT_SIZE];
	int64_t last;
	int r;

	if (registry_is_demo(registry))
		return 0;
	if ((r = db_one_int(registry->db, "SELECT at FROM ledger ORDER BY seq DESC LIMIT 1", NULL, 0, &last, e)) < 0)
		return r == ERROR_EXISTS_NOT ? 0 : r;
	if (now >= last - TRUST_CLOCK_SLACK_S)
		return 0;
	return error_set(e, ERROR_IO, "this machine's clock is wrong: it says %s, and the ledger was written at %s; set it",
		time_write(now, &zone_utc, says), time_write(last, &zone_utc, written));
}

int
registry_check_find(struct registry *registry, const char *receipt, struct registry_check *ret_check, struct error *e)
{
	struct registry_check check = {0};
	struct db_statement *statement = NULL;
	int r;

	if ((r = db_start(registry->db, "SELECT at, content FROM gate_check WHERE receipt = $1",
			 (struct db_value[]){db_text(receipt)}, 1, &statement, e)) == 0 &&
		(r = db_step(statement, e)) == 1) {
		check.at = db_column_int(statement, 0);
		snprintf(check.receipt, sizeof check.receipt, "%s", receipt);
		if ((r = content_read(db_column_text(statement, 1), &check, e)) == 0)
			*ret_check = check;
	} else if (r == 0) {
		r = error_set(e, ERROR_EXISTS_NOT, "there is no such receipt");
	}
	db_finish(statement);
	return r;
}

/* Whether what is kept under the receipt is the same. */
static int
compare(struct registry *registry, const struct registry_check *check, const struct buffer *content, struct error *e)
{
	struct buffer kept_content = buffer_make(CONTENT_MAX);
	struct registry_check kept;
	int r;

	if ((r = registry_check_find(registry, check->receipt, &kept, e)) == 0 &&
		(r = content_write(&kept, &kept_content, e)) == 0 &&
		(kept.at != check->at || strcmp(buffer_text(&kept_content), buffer_text(content)) != 0))
		r = error_set(e, ERROR_EXISTS, "another check has that receipt");
	buffer_free(&kept_content);
	return r;
}

/* Of passes whose time has come only the number stays, so that what is sent again is not counted again. */
static int
forget_passes(struct registry *registry, struct error *e)
{
	struct db_value now = db_int(registry_recording_time(registry));
	int r;

	if ((r = db_do(registry->db, "DELETE FROM gate_forgotten WHERE until <= $1", &now, 1, e)) < 0 ||
		(r = db_do(registry->db,
			 "INSERT INTO gate_forgotten(receipt, until) SELECT receipt, forget_at + $1 FROM gate_check"
			 " WHERE forget_at <= $2",
			 (struct db_value[]){db_int(FORGOTTEN_KNOWN_S), now}, 2, e)) < 0)
		return r;
	return db_do(registry->db, "DELETE FROM gate_check WHERE forget_at <= $1", &now, 1, e);
}

/* What somebody was kept out of, or complains of, is kept as long as other checks. */
int
registry_check_keep(struct registry *registry, const char *receipt, struct error *e)
{
	return db_do(registry->db, "UPDATE gate_check SET forget_at = NULL WHERE receipt = $1",
		(struct db_value[]){db_text(receipt)}, 1, e);
}

int
registry_check_was_forgotten(struct registry *registry, const char *receipt, bool *ret_was, struct error *e)
{
	int64_t count;
	int r = db_one_int(registry->db, "SELECT count(*) FROM gate_forgotten WHERE receipt = $1",
		(struct db_value[]){db_text(receipt)}, 1, &count, e);

	if (r == 0)
		*ret_was = count > 0;
	return r;
}

static int64_t
hour_of(instant at)
{
	return at / HOUR_S - (at % HOUR_S < 0);
}

static int
count_check(struct registry *registry, const struct registry_check *check, struct error *e)
{
	return db_do(registry->db,
		"INSERT INTO gate_count(place, hour, verdict, count) VALUES($1, $2, $3, 1)"
		" ON CONFLICT(place, hour, verdict) DO UPDATE SET count = gate_count.count + 1",
		(struct db_value[]){db_text(check->place), db_int(hour_of(check->at)), db_text(check->verdict)}, 3, e);
}

int
registry_checks_count(struct registry *registry, const char *place, instant since, const char *verdict,
	int64_t *ret_count, struct error *e)
{
	return db_one_int(registry->db,
		"SELECT CAST(coalesce(sum(count), 0) AS BIGINT) FROM gate_count"
		" WHERE hour >= $1 AND verdict = $2 AND ($3 = '' OR place = $4)",
		(struct db_value[]){
			db_int(hour_of(since)), db_text(verdict), db_text(place ? place : ""), db_text(place ? place : "")},
		4, ret_count, e);
}

static int
put_or_compare(
	struct registry *registry, const struct registry_check *check, const struct buffer *content, struct error *e)
{
	bool passed = strcmp(check->verdict, "pass") == 0;
	int r = db_do(registry->db,
		"INSERT INTO gate_check(receipt, at, content, forget_at) VALUES($1, $2, $3, $4) ON CONFLICT DO NOTHING",
		(struct db_value[]){db_text(check->receipt), db_int(check->at), db_text(buffer_text(content)),
			passed ? db_int(registry_recording_time(registry) + CHECK_PASS_KEPT_S) : db_null()},
		4, e);

	if (r < 0)
		return r;
	return db_changes(registry->db) ? count_check(registry, check, e) : compare(registry, check, content, e);
}

int
registry_check_put(struct registry *registry, struct registry_check *check, struct error *e)
{
	struct registry_check kept = *check;
	struct buffer content = buffer_make(CONTENT_MAX);
	bool own, was_forgotten;
	int r;

	if (!kept.receipt[0])
		receipt_make(kept.receipt);
	if (strlen(kept.receipt) != RECEIPT_SIZE - 1 || !word_is(kept.receipt, RECEIPT_SIZE, ""))
		return error_set(e, ERROR_BAD_INPUT, "a receipt is %d of 0-9 and a-z", RECEIPT_SIZE - 1);
	if ((r = content_write(&kept, &content, e)) < 0 || (r = scope_begin(registry, &own, e)) < 0)
		goto out;
	if ((r = forget_passes(registry, e)) == 0 &&
		(r = registry_check_was_forgotten(registry, kept.receipt, &was_forgotten, e)) == 0 && !was_forgotten)
		r = put_or_compare(registry, &kept, &content, e);
	r = scope_end(registry, own, r, e);
	if (r == 0)
		memcpy(check->receipt, kept.receipt, sizeof kept.receipt);
out:
	buffer_free(&content);
	return r;
}

int
registry_refusal_put(struct registry *registry, const struct registry_refusal *refusal, struct error *e)
{
	int64_t at;
	bool own;
	int r;

	if (!refusal->cause[0])
		return error_set(e, ERROR_BAD_INPUT, "a refusal needs a cause");
	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	if ((r = db_one_int(registry->db, "SELECT at FROM gate_check WHERE receipt = $1",
			 (struct db_value[]){db_text(refusal->receipt)}, 1, &at, e)) == ERROR_EXISTS_NOT)
		error_set(e, r, "there is no such receipt");
	if (r == 0 && (r = registry_check_keep(registry, refusal->receipt, e)) == 0)
		r = db_do(registry->db,
			"INSERT INTO gate_refusal(receipt, at, cause, note, by_whom) VALUES($1, $2, $3, $4, $5)",
			(struct db_value[]){db_text(refusal->receipt), db_int(refusal->at), db_text(refusal->cause),
				db_text(refusal->note), db_text(refusal->by)},
			5, e);
	return scope_end(registry, own, r, e);
}

int
registry_refusals_each(
	struct registry *registry, const char *receipt, registry_refusal_each *each, void *context, struct error *e)
{
	struct db_statement *statement = NULL;
	int r;

	if ((r = db_start(registry->db, "SELECT at, cause, note, by_whom FROM gate_refusal WHERE receipt = $1 ORDER BY id",
			 (struct db_value[]){db_text(receipt)}, 1, &statement, e)) < 0)
		return r;
	while ((r = db_step(statement, e)) == 1) {
		struct registry_refusal refusal = {.at = db_column_int(statement, 0)};

		snprintf(refusal.receipt, sizeof refusal.receipt, "%s", receipt);
		snprintf(refusal.cause, sizeof refusal.cause, "%s", db_column_text(statement, 1));
		snprintf(refusal.note, sizeof refusal.note, "%s", db_column_text(statement, 2));
		snprintf(refusal.by, sizeof refusal.by, "%s", db_column_text(statement, 3));
		if ((r = each(&refusal, context, e)) != 0)
			break;
	}
	db_finish(statement);
	return r;
}

static int
compare_counts(const void *a, const void *b)
{
	const struct registry_refusal_count *x = a, *y = b;
	int order;

	if ((order = strcmp(x->place, y->place)) || (order = strcmp(x->by, y->by)) ||
		(order = strcmp(x->verdict, y->verdict)))
		return order;
	return strcmp(x->cause, y->cause);
}

/* Put equal ones together. */
static size_t
fold_counts(struct registry_refusal_count *counts, size_t count)
{
	size_t kept = 0;

	if (count)
		qsort(counts, count, sizeof *counts, compare_counts);
	for (size_t i = 1; i < count; i++) {
		if (compare_counts(&counts[kept], &counts[i]) == 0)
			counts[kept].count += counts[i].count;
		else
			counts[++kept] = counts[i];
	}
	return count ? kept + 1 : 0;
}

int
registry_refusal_counts(struct registry *registry, instant since, struct registry_refusal_count **ret_counts,
	size_t *ret_count, struct error *e)
{
	struct registry_refusal_count *counts = NULL;
	struct db_statement *statement = NULL;
	size_t count = 0, capacity = 0;
	int r;

	if ((r = db_start(registry->db,
			 "SELECT r.cause, r.by_whom, c.content FROM gate_refusal r JOIN gate_check c ON c.receipt = r.receipt"
			 " WHERE r.at >= $1 ORDER BY r.id",
			 (struct db_value[]){db_int(since)}, 1, &statement, e)) < 0)
		goto out;
	while ((r = db_step(statement, e)) == 1) {
		struct registry_check check = {0};

		if ((r = array_grow(&counts, &capacity, count + 1, sizeof *counts, REFUSALS_COUNTED_MAX, e)) < 0 ||
			(r = content_read(db_column_text(statement, 2), &check, e)) < 0)
			goto out;
		counts[count].count = 1;
		memcpy(counts[count].place, check.place, sizeof check.place);
		memcpy(counts[count].verdict, check.verdict, sizeof check.verdict);
		snprintf(counts[count].cause, sizeof counts[count].cause, "%s", db_column_text(statement, 0));
		snprintf(counts[count].by, sizeof counts[count].by, "%s", db_column_text(statement, 1));
		count++;
	}
	if (r < 0)
		goto out;
	*ret_count = fold_counts(counts, count);
	*ret_counts = counts;
	counts = NULL;
out:
	db_finish(statement);
	free(counts);
	return r;
}

int
registry_checks_purge(struct registry *registry, instant before, int64_t *ret_count, struct error *e)
{
	struct db_value limit = db_int(before);
	int64_t count = 0;
	bool own;
	int r;

	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	if ((r = db_do(registry->db,
			 "DELETE FROM gate_refusal WHERE receipt IN (SELECT receipt FROM gate_check WHERE at < $1)", &limit, 1,
			 e)) == 0 &&
		(r = db_do(registry->db,
			 "DELETE FROM gate_complaint WHERE receipt IN (SELECT receipt FROM gate_check WHERE at < $1)", &limit, 1,
			 e)) == 0 &&
		(r = db_do(registry->db, "DELETE FROM gate_count WHERE hour < $1", (struct db_value[]){db_int(hour_of(before))},
			 1, e)) == 0 &&
		(r = db_do(registry->db, "DELETE FROM gate_check WHERE at < $1", &limit, 1, e)) == 0)
		count = db_changes(registry->db);
	r = scope_end(registry, own, r, e);
	if (r == 0)
		*ret_count = count;
	return r;
}
