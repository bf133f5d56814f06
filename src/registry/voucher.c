/* Which phone speaks for whom.
 *
 * Claims and vouchers are evidence: {"phone": hash, "state": "claimed" or "vouched", "how", "by"}. The table phone_person
 * is an index beside it: whom a phone may speak for, and the phone itself, sealed, to write to.
 *
 * V1. A phone speaks for a person if it was vouched for, and no other later. At most one does.
 * V2. What a phone is told does not depend on whether the ID number was known. */

#include "registry/internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "base/json_memory.h"
#include "base/text.h"

enum { HASH_TEXT_SIZE = 2 * REGISTRY_HASH_SIZE + 1, BODY_SIZE = 512, CLAIMS_MAX = 10000, SPOKEN_FOR_MAX = 10000 };

static const char *const how_names[] = {"none", "carrier", "id-card", "committee", "department"};
static const char *const state_names[] = {"unclaimed", "awaited", "frozen", "speaks", "replaced"};

const char *
voucher_how_name(enum voucher_how how)
{
	return how_names[how];
}

bool
voucher_how_read(const char *text, enum voucher_how *ret_how)
{
	for (size_t i = 0; text && i < sizeof how_names / sizeof *how_names; i++) {
		if (strcmp(text, how_names[i]) != 0)
			continue;
		*ret_how = (enum voucher_how)i;
		return true;
	}
	return false;
}

const char *
voucher_state_name(enum voucher_state state)
{
	return state_names[state];
}

/* Who claimed first and who was vouched for last, and what became of one phone. "" is nobody. */
struct standing {
	char first[HASH_TEXT_SIZE], last[HASH_TEXT_SIZE];
	const char *phone;
	bool claimed, vouched;
	instant vouched_at; /* last, for that phone */
	instant latest;     /* of all rows */
};

/* Rows come by their own time, then by key, so that the last vouched is the last one seen. */
static int
take_row(const struct evidence_row *row, void *context, struct error *e)
{
	struct standing *standing = context;
	const char *phone;
	json_t *body = NULL;
	bool vouched;
	int r;

	if ((r = json_read_own(row->body, "a voucher", &body, e)) < 0)
		return r;
	phone = json_string_value(json_object_get(body, "phone"));
	vouched = strcmp(json_string_value(json_object_get(body, "state")), "vouched") == 0;
	standing->latest = row->at;
	if (!standing->first[0])
		snprintf(standing->first, sizeof standing->first, "%s", phone);
	if (vouched)
		snprintf(standing->last, sizeof standing->last, "%s", phone);
	if (strcmp(phone, standing->phone) == 0) {
		standing->claimed = true;
		standing->vouched |= vouched;
		if (vouched)
			standing->vouched_at = row->at;
	}
	json_decref(body);
	return 0;
}

static int
standing_read(
	struct registry *registry, person_number person, const char *phone, struct standing *ret_standing, struct error *e)
{
	struct standing standing = {.phone = phone};
	int r = evidence_each_of(registry->db, person, EVIDENCE_VOUCHER, registry_now(registry), registry_known(registry),
		take_row, &standing, e);

	if (r == 0)
		*ret_standing = standing;
	return r;
}

static enum voucher_state
state_of(const struct standing *standing)
{
	if (standing->vouched)
		return strcmp(standing->last, standing->phone) == 0 ? VOUCHER_SPEAKS : VOUCHER_REPLACED;
	if (!standing->claimed)
		return VOUCHER_UNCLAIMED;
	return standing->last[0] || strcmp(standing->first, standing->phone) != 0 ? VOUCHER_FROZEN : VOUCHER_AWAITED;
}

int
registry_voucher_state(struct registry *registry, person_number person, const uint8_t phone_hash[REGISTRY_HASH_SIZE],
	enum voucher_state *ret_state, struct error *e)
{
	struct standing standing = {0};
	char phone[HASH_TEXT_SIZE];
	int r = standing_read(registry, person, text_hex(phone_hash, REGISTRY_HASH_SIZE, phone), &standing, e);

	if (r == 0)
		*ret_state = state_of(&standing);
	return r;
}

/* The phone itself, by hash, as the index keeps it. */
static int
phone_open(
	struct registry *registry, person_number person, const char *hash_text, char phone[PHONE_SIZE], struct error *e)
{
	struct db_statement *statement = NULL;
	struct buffer bytes = buffer_make(PHONE_SIZE);
	uint8_t hash[REGISTRY_HASH_SIZE];
	const void *sealed;
	size_t length;
	int r;

	text_unhex(hash_text, hash, sizeof hash);
	if ((r = db_start(registry->db, "SELECT sealed FROM phone_person WHERE phone = $1 AND person = $2",
			 (struct db_value[]){db_blob(hash, sizeof hash), db_int(person)}, 2, &statement, e)) < 0 ||
		(r = db_step(statement, e)) < 0)
		goto out;
	if (r == 0) {
		r = error_set(e, ERROR_EXISTS_NOT, "no phone");
		goto out;
	}
	sealed = db_column_blob(statement, 0, &length);
	if ((r = keys_open_sealed(registry->keys, PURPOSE_PHONE, hash, sizeof hash, sealed, length, &bytes, e)) == 0)
		snprintf(phone, PHONE_SIZE, "%s", buffer_text(&bytes));
out:
	db_finish(statement);
	if (bytes.data)
		keys_wipe(bytes.data, bytes.length);
	buffer_free(&bytes);
	return r;
}

static int
phone_keep(struct registry *registry, person_number person, const char *phone, const uint8_t hash[REGISTRY_HASH_SIZE],
	struct error *e)
{
	struct buffer sealed = buffer_make(PHONE_SIZE + KEYS_SEAL_EXTRA);
	int r;

	if ((r = keys_seal(registry->keys, PURPOSE_PHONE, hash, REGISTRY_HASH_SIZE, phone, strlen(phone), &sealed, e)) == 0)
		r = db_do(registry->db,
			"INSERT INTO phone_person(phone, person, sealed) VALUES($1, $2, $3) ON CONFLICT DO NOTHING{of $1}",
			(struct db_value[]){db_blob(hash, REGISTRY_HASH_SIZE), db_int(person), db_blob(sealed.data, sealed.length)},
			3, e);
	buffer_free(&sealed);
	return r;
}

/* Tell the phone of that hash, if it is kept. */
static int
tell(struct registry *registry, person_number person, const char *hash, const char *kind, const char *text,
	struct error *e)
{
	char phone[PHONE_SIZE] = "";
	int r;

	if (!hash[0] || (r = phone_open(registry, person, hash, phone, e)) == ERROR_EXISTS_NOT)
		return 0;
	if (r == 0)
		r = registry_notice_put(registry, phone, kind, text, e);
	keys_wipe(phone, sizeof phone);
	return r;
}

int
registry_notice_put_person(
	struct registry *registry, person_number person, const char *kind, const char *text, struct error *e)
{
	struct standing standing = {0};
	int r = standing_read(registry, person, "", &standing, e);

	return r < 0 ? r : tell(registry, person, standing.last, kind, text, e);
}

static int
row_put(struct registry *registry, person_number person, const char *phone_hash, bool vouched, enum voucher_how how,
	const char *by, instant at, int64_t import, enum evidence_outcome *ret_outcome, struct error *e)
{
	char key[EVIDENCE_KEY_MAX + 1];
	struct buffer body = buffer_make(BODY_SIZE);
	size_t failures = json_memory_failures();
	json_t *object = json_if_whole(json_pack("{ss ss ss ss*}", "phone", phone_hash, "state",
									   vouched ? "vouched" : "claimed", "how", voucher_how_name(how), "by", by),
		failures);
	struct evidence_row row = {.kind = EVIDENCE_VOUCHER,
		.person = person,
		.key = key,
		.at = at,
		.recorded_at = registry_recording_time(registry),
		.import_id = import};
	int r;

	if (!object)
		return json_memory_failures() != failures ? error_no_memory(e)
												  : error_set(e, ERROR_BAD_INPUT, "who vouches is not UTF-8");
	if (vouched)
		snprintf(key, sizeof key, "%" PRIu32 "/vouched/%s/%" PRId64, person, phone_hash, at);
	else
		snprintf(key, sizeof key, "%" PRIu32 "/claimed/%s", person, phone_hash);
	if ((r = json_write(object, &body, e)) == 0) {
		row.body = buffer_text(&body);
		r = registry_evidence_put(registry, &row, ret_outcome, e);
	}
	buffer_free(&body);
	json_decref(object);
	return r;
}

static int
claim(struct registry *registry, person_number person, const char *phone, instant at, int64_t import, struct error *e)
{
	uint8_t hash[REGISTRY_HASH_SIZE];
	char text[HASH_TEXT_SIZE];
	struct standing standing = {0};
	enum evidence_outcome outcome = EVIDENCE_UNCHANGED;
	const char *other;
	bool contested;
	int r;

	registry_phone_hash(registry, phone, hash);
	text_hex(hash, sizeof hash, text);
	if ((r = phone_keep(registry, person, phone, hash, e)) < 0 ||
		(r = standing_read(registry, person, text, &standing, e)) < 0)
		return r;
	/* A file may say any moment; within one second, who came first is first. */
	if (import)
		at = registry_recording_time(registry);
	if (standing.first[0] && at <= standing.latest)
		at = standing.latest + 1;
	other = standing.last[0] ? standing.last : standing.first;
	contested = !standing.claimed && other[0] && strcmp(other, text) != 0;
	if (!standing.claimed &&
		(r = row_put(registry, person, text, false, VOUCHER_NONE, NULL, at, import, &outcome, e)) < 0)
		return r;
	/* One that was made in this very second is not among those that stand yet. */
	contested = contested && outcome != EVIDENCE_UNCHANGED;
	/* Of a file's many claims those alone are told of that stay frozen. */
	if (import && !contested)
		return 0;
	/* V2: the one who claims is told the same in every case. */
	if ((r = registry_notice_put(registry, phone, "claim-received",
			 "申请已收到。须由运营商、查验身份证的工作人员或社区确认本手机属于该证件号码的本人后，才会显示健康码；"
			 "如另有手机使用同一证件号码申请，双方都会收到通知。 / Your application was received. Nothing is shown before the "
			 "carrier, staff who saw the ID card or a community committee confirms that this phone speaks for this ID "
			 "number. If another phone applies with the same number, both are told.",
			 e)) < 0 ||
		!contested)
		return r;
	return tell(registry, person, other, "claim-contested",
		"另一部手机用您的证件号码提出了申请，该申请已冻结。如非本人操作，请联系社区。 / Another phone applied with your ID "
		"number. That application is frozen. If it was not you, tell your community committee.",
		e);
}

int
registry_claim(
	struct registry *registry, person_number person, const char *phone, instant at, int64_t import, struct error *e)
{
	bool own;
	int r;

	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	return scope_end(registry, own, claim(registry, person, phone, at, import, e), e);
}

static int
tell_apart(
	struct registry *registry, person_number person, const char *before, const char *after, bool quiet, struct error *e)
{
	int r = 0;

	if (strcmp(before, after) == 0)
		return 0;
	if (!quiet)
		r = tell(registry, person, after, "voucher-confirmed",
			"已确认本手机属于该证件号码的本人。 / It was confirmed that this phone speaks for the ID number.", e);
	if (r == 0)
		r = tell(registry, person, before, "voucher-replaced",
			"已确认另一部手机属于您的证件号码的本人，本手机不再显示其健康码。如有异议，请联系社区。 / Another phone was "
			"confirmed for your ID number; this phone shows its code no more. If that is wrong, tell your community "
			"committee.",
			e);
	return r;
}

int
vouch(struct registry *registry, person_number person, const char *phone, enum voucher_how how, const char *by,
	instant at, int64_t import, struct error *e)
{
	uint8_t hash[REGISTRY_HASH_SIZE];
	char text[HASH_TEXT_SIZE];
	struct standing before = {0}, after = {0};
	enum evidence_outcome outcome = EVIDENCE_UNCHANGED;
	int r;

	registry_phone_hash(registry, phone, hash);
	text_hex(hash, sizeof hash, text);
	if ((r = phone_keep(registry, person, phone, hash, e)) < 0 ||
		(r = standing_read(registry, person, text, &before, e)) < 0 ||
		(r = row_put(registry, person, text, true, how, by, at, import, &outcome, e)) < 0 ||
		outcome == EVIDENCE_UNCHANGED || (r = standing_read(registry, person, text, &after, e)) < 0)
		return r;
	if (text_unhex(after.last, hash, sizeof hash) && (r = held_settle(registry, person, hash, e)) < 0)
		return r;
	return tell_apart(registry, person, before.last, after.last, import != 0, e);
}

int
registry_vouch(struct registry *registry, const char *id_number, const char *phone_text, enum voucher_how how,
	const char *by, instant at, int64_t import, struct error *e)
{
	char phone[PHONE_SIZE];
	person_number person;
	bool own;
	int r;

	if (how == VOUCHER_NONE || !by || !*by)
		return error_set(e, ERROR_USAGE, "who vouches, and how, must be said");
	if ((r = registry_phone_read(phone_text, strlen(phone_text), phone, e)) < 0 ||
		(r = scope_begin(registry, &own, e)) < 0)
		return r;
	if ((r = registry_person_by_id_number(registry, id_number, strlen(id_number), true, import, &person, e)) >= 0)
		r = vouch(registry, person, phone, how, by, at, import, e);
	return scope_end(registry, own, r, e);
}

/* Whom a phone speaks for. */
struct spoken_list {
	struct spoken {
		person_number person;
		enum voucher_state state;
	} * items;
	size_t count, capacity;
};

static int
spoken_add(struct spoken_list *list, person_number person, enum voucher_state state, struct error *e)
{
	int r;

	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].person == person) {
			if (state == VOUCHER_SPEAKS)
				list->items[i].state = state;
			return 0;
		}
	if ((r = array_grow(&list->items, &list->capacity, list->count + 1, sizeof *list->items, SPOKEN_FOR_MAX, e)) == 0)
		list->items[list->count++] = (struct spoken){person, state};
	return r;
}

static int
add_dependant(person_number dependant, const char *relation, bool vouched, void *context, struct error *e)
{
	(void)relation;
	return vouched ? spoken_add(context, dependant, VOUCHER_SPEAKS, e) : 0;
}

static int
by_person(const void *left, const void *right)
{
	const struct spoken *a = left, *b = right;

	return a->person < b->person ? -1 : a->person > b->person;
}

static int
spoken_claimed(
	struct registry *registry, const uint8_t phone_hash[REGISTRY_HASH_SIZE], struct spoken_list *list, struct error *e)
{
	struct db_statement *statement = NULL;
	int r;

	if ((r = db_start(registry->db, "SELECT person FROM phone_person WHERE phone = $1 ORDER BY person",
			 (struct db_value[]){db_blob(phone_hash, REGISTRY_HASH_SIZE)}, 1, &statement, e)) < 0)
		return r;
	while ((r = db_step(statement, e)) == 1) {
		person_number person = (person_number)db_column_int(statement, 0);
		enum voucher_state state = VOUCHER_UNCLAIMED;

		if ((r = registry_voucher_state(registry, person, phone_hash, &state, e)) < 0 ||
			(state != VOUCHER_UNCLAIMED && (r = spoken_add(list, person, state, e)) < 0))
			break;
	}
	db_finish(statement);
	return r;
}

/* Since when the phone speaks for the person by a voucher of their own; INT64_MIN where it does by their guardian's alone. */
static int
own_since(struct registry *registry, person_number person, const uint8_t phone_hash[REGISTRY_HASH_SIZE],
	instant *ret_since, struct error *e)
{
	struct standing standing = {0};
	char phone[HASH_TEXT_SIZE];
	int r = standing_read(registry, person, text_hex(phone_hash, REGISTRY_HASH_SIZE, phone), &standing, e);

	if (r == 0)
		*ret_since = state_of(&standing) == VOUCHER_SPEAKS ? standing.vouched_at : INT64_MIN;
	return r;
}

/* Leave out children who came of age since their guardian, for whom the phone speaks as well, applied for them; but not who was vouched for
 * with that phone since they did. */
static int
leave_grown(
	struct registry *registry, const uint8_t phone_hash[REGISTRY_HASH_SIZE], struct spoken_list *list, struct error *e)
{
	person_number *guardians = NULL;
	size_t count = 0, kept = 0;
	int r = 0;

	if (list->count < 2)
		return 0;
	if (!(guardians = calloc(list->count, sizeof *guardians)))
		return error_no_memory(e);
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].state == VOUCHER_SPEAKS)
			guardians[count++] = list->items[i].person;
	for (size_t i = 0; i < list->count && r == 0; i++) {
		instant until = INT64_MAX, since = INT64_MIN;

		if (list->items[i].state == VOUCHER_SPEAKS)
			r = guardianship_until(registry, list->items[i].person, guardians, count, &until, e);
		if (r == 0 && registry_now(registry) >= until)
			r = own_since(registry, list->items[i].person, phone_hash, &since, e);
		if (registry_now(registry) < until || since >= until)
			list->items[kept++] = list->items[i];
	}
	list->count = kept;
	free(guardians);
	return r;
}

int
registry_spoken_for_each(struct registry *registry, const uint8_t phone_hash[REGISTRY_HASH_SIZE],
	registry_spoken_for *each, void *context, struct error *e)
{
	struct spoken_list list = {0};
	size_t own;
	int r;

	if ((r = spoken_claimed(registry, phone_hash, &list, e)) < 0)
		goto out;
	own = list.count;
	for (size_t i = 0; i < own && r == 0; i++)
		if (list.items[i].state == VOUCHER_SPEAKS)
			r = dependants_each(registry, list.items[i].person, add_dependant, &list, e);
	if (r < 0 || (r = leave_grown(registry, phone_hash, &list, e)) < 0)
		goto out;
	if (list.count > 0)
		qsort(list.items, list.count, sizeof *list.items, by_person);
	for (size_t i = 0; i < list.count && r == 0; i++)
		r = each(list.items[i].person, list.items[i].state, context, e);
out:
	free(list.items);
	return r;
}

static int
until_of(struct registry *registry, person_number person, struct db_about *about, instant *until, struct error *e)
{
	static const enum evidence_kind kinds[] = {EVIDENCE_APPLICATION, EVIDENCE_VOUCHER};
	struct evidence_same same;
	instant next;
	int r;

	if ((r = evidence_same(registry->db, person, EVIDENCE_NOW, &same, e)) < 0 ||
		(r = guardianship_until(registry, person, NULL, 0, &next, e)) < 0)
		return r;
	if (next > registry_now(registry) && next < *until)
		*until = next;
	for (size_t i = 0; i < same.count; i++)
		db_about_add(about, db_int(same.numbers[i]));
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if ((r = evidence_next_of(registry->db, person, kinds[i], registry_now(registry), &next, e)) < 0)
			return r;
		*until = next < *until ? next : *until;
	}
	return 0;
}

/* Who the phone ever claimed, and for whom those ever applied: more than it speaks for, so that ${until} is early at worst. */
int
registry_spoken_for_until(struct registry *registry, const uint8_t phone_hash[REGISTRY_HASH_SIZE],
	struct db_about *about, instant *ret_until, struct error *e)
{
	struct db_statement *statement = NULL;
	instant until = INT64_MAX;
	int r;

	db_about_add(about, db_blob(phone_hash, REGISTRY_HASH_SIZE));
	if ((r = db_start(registry->db,
			 "SELECT person FROM phone_person WHERE phone = $1 UNION SELECT guardian.person FROM phone_person"
			 " JOIN guardian ON guardian.guardian = phone_person.person WHERE phone_person.phone = $1",
			 (struct db_value[]){db_blob(phone_hash, REGISTRY_HASH_SIZE)}, 1, &statement, e)) < 0)
		return r;
	while ((r = db_step(statement, e)) == 1)
		if ((r = until_of(registry, (person_number)db_column_int(statement, 0), about, &until, e)) < 0)
			break;
	db_finish(statement);
	if (r == 0)
		*ret_until = until;
	return r;
}
