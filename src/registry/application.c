/* Applications, and the family that comes with them. Key of an application's and its residence's row: PERSON/JURISDICTION. */

#include "registry/internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "base/json_memory.h"
#include "base/text.h"
#include "place/place.h"

enum { BODY_MAX = 1024, APPLICATIONS_MAX = 1000 };

#define COUNTRY "CN"

/* An application, checked and in normal form. */
struct checked {
	const struct registry_application *given;
	char jurisdiction[JURISDICTION_SIZE], key[EVIDENCE_KEY_MAX + 1];
	struct registry_identity identity;
	char relation[RELATION_SIZE];
	person_number person, guardian;
	int64_t dependants_max;
};

static const char *const relations[] = {"parent", "child", "spouse", "ward"};

static int
fault(struct error *e, const char *field, const char *reason)
{
	return error_set(e, ERROR_BAD_INPUT, "%s: %s", field, reason);
}

static int
take_text(const char *field, const char *given, char *text, size_t size, struct error *e)
{
	if (!given)
		given = "";
	if (strlen(given) >= size)
		return error_set(e, ERROR_BAD_INPUT, "%s: at most %zu bytes", field, size - 1);
	if (!text_is_utf8(given, strlen(given)))
		return fault(e, field, "not UTF-8");
	snprintf(text, size, "%s", given);
	return 0;
}

static int
check_relation(const char *relation, struct error *e)
{
	if (!relation || !*relation)
		return 0;
	for (size_t i = 0; i < sizeof relations / sizeof *relations; i++)
		if (strcmp(relation, relations[i]) == 0)
			return 0;
	return fault(e, "relation", "parent, child, spouse or ward expected");
}

/* The jurisdiction's name and how many dependants it allows. */
static int
check_jurisdiction(struct registry *registry, struct checked *c, struct error *e)
{
	char(*names)[JURISDICTION_SIZE] = NULL;
	const char *name = c->given->jurisdiction;
	const struct pack *pack;
	const json_t *most;
	size_t count, i = 0;
	int r;

	if ((r = registry_jurisdictions(registry, &names, &count, e)) < 0)
		return r;
	while (i < count && name && *name && strcmp(names[i], name) != 0)
		i++;
	if (i == count) {
		r = error_set(e, ERROR_EXISTS_NOT, "there is no jurisdiction %.64s in the store", name ? name : "");
		goto out;
	}
	memcpy(c->jurisdiction, names[i], JURISDICTION_SIZE);
	if ((r = registry_pack(registry, c->jurisdiction, &pack, e)) < 0)
		goto out;
	most = pack_parameter(pack, "dependants_max");
	c->dependants_max = REGISTRY_DEPENDANTS_MAX;
	if (json_is_integer(most) && json_integer_value(most) < c->dependants_max)
		c->dependants_max = json_integer_value(most);
out:
	free(names);
	return r;
}

static int
check(struct registry *registry, const struct registry_application *given, struct checked *c, struct error *e)
{
	struct error why = {0};
	int r;

	c->given = given;
	if (!given->name || !*given->name)
		return fault(e, "name", "missing");
	if ((r = take_text("name", given->name, c->identity.name, NAME_SIZE, e)) < 0 ||
		(r = take_text("address", given->address, c->identity.address, ADDRESS_SIZE, e)) < 0 ||
		(r = check_relation(given->relation, e)) < 0)
		return r;
	snprintf(c->relation, sizeof c->relation, "%s", given->relation ? given->relation : "");
	if (!given->by_mandate && (given->phone || given->how != VOUCHER_COMMITTEE) &&
		(!given->phone || registry_phone_read(given->phone, strlen(given->phone), c->identity.phone, &why) < 0))
		return fault(e, "phone", given->phone ? why.message : "missing");
	if (!given->division || !division_find_text(given->division, strlen(given->division)))
		return fault(e, "division", "no division's code of six digits");
	if (given->channel && *given->channel && !word_is(given->channel, CHANNEL_SIZE, "-"))
		return fault(e, "channel", "a word of a-z, 0-9 and '-' expected");
	if (given->residence_since != REGISTRY_ALWAYS && given->residence_since > given->applied_at)
		return fault(e, "residence_since", "after the application");
	if (given->how != VOUCHER_NONE && (!given->vouched_by || !*given->vouched_by))
		return error_set(e, ERROR_USAGE, "who vouches must be said");
	return check_jurisdiction(registry, c, e);
}

static int
person_of(struct registry *registry, const char *field, const char *id_number, int64_t import,
	person_number *ret_person, struct error *e)
{
	struct error why = {0};
	int r;

	if (!id_number)
		return fault(e, field, "missing");
	r = registry_person_by_id_number(registry, id_number, strlen(id_number), true, import, ret_person, &why);
	if (r >= 0)
		return 0;
	return error_set(e, r, "%s: %s", field, why.message);
}

/* Whether the guardian may have one more, noted in the index of families. */
static int
guardian_link(struct registry *registry, const struct checked *c, struct error *e)
{
	struct db_value pair[] = {db_int(c->guardian), db_int(c->person)};
	int64_t count;
	int r;

	if (c->guardian == c->person)
		return fault(e, "guardian_id_number", "nobody is their own guardian");
	if ((r = db_do(registry->db, "INSERT INTO guardian(guardian, person) VALUES($1, $2) ON CONFLICT DO NOTHING{of $1}",
			 pair, 2, e)) < 0 ||
		db_changes(registry->db) == 0)
		return r;
	if ((r = db_one_int(registry->db, "SELECT COUNT(*) FROM guardian WHERE guardian = $1", pair, 1, &count, e)) < 0)
		return r;
	if (count <= c->dependants_max)
		return 0;
	/* The caller may go on in its transaction after a row that was refused. */
	if ((r = db_do(registry->db, "DELETE FROM guardian WHERE guardian = $1 AND person = $2{of $1}", pair, 2, e)) < 0)
		return r;
	return error_set(e, ERROR_DENIED,
		"guardian_id_number: at most %" PRId64 " dependants may be applied for by one person", c->dependants_max);
}

static int
row_put(struct registry *registry, const struct checked *c, enum evidence_kind kind, instant at, json_t *body,
	enum evidence_outcome *ret_outcome, struct error *e)
{
	struct buffer text = buffer_make(BODY_MAX);
	struct evidence_row row = {.kind = kind,
		.person = c->person,
		.key = c->key,
		.at = at,
		.recorded_at = registry_recording_time(registry),
		.import_id = c->given->import};
	int r;

	if (!body)
		return error_no_memory(e);
	if ((r = json_write(body, &text, e)) == 0) {
		row.body = buffer_text(&text);
		r = registry_evidence_put(registry, &row, ret_outcome, e);
	}
	buffer_free(&text);
	json_decref(body);
	return r;
}

static int
application_put(
	struct registry *registry, const struct checked *c, instant at, enum evidence_outcome *ret_outcome, struct error *e)
{
	const struct registry_application *given = c->given;
	size_t failures = json_memory_failures();
	json_t *body = json_pack("{ss ss ss ss ss}", "jurisdiction", c->jurisdiction, "division", given->division,
		"channel", given->channel ? given->channel : "", "relation", c->relation, "vouched",
		given->by_mandate ? "mandate" : voucher_how_name(given->how));

	if (body && c->guardian)
		json_object_set_new(body, "guardian", json_integer(c->guardian));
	if (body && given->how == VOUCHER_COMMITTEE)
		json_object_set_new(body, "by", json_string(given->vouched_by));
	return row_put(registry, c, EVIDENCE_APPLICATION, at, json_if_whole(body, failures), ret_outcome, e);
}

static int
residence_put(
	struct registry *registry, const struct checked *c, instant at, enum evidence_outcome *ret_outcome, struct error *e)
{
	bool always = c->given->residence_since == REGISTRY_ALWAYS;
	size_t failures = json_memory_failures();
	char since[TIME_TEXT_SIZE];
	json_t *body;

	if (!always)
		time_write(at = c->given->residence_since, &zone_utc, since);
	body = json_pack(
		"{ss ss ss? sn}", "country", COUNTRY, "division", c->given->division, "from", always ? NULL : since, "to");
	return row_put(registry, c, EVIDENCE_RESIDENCE, at, json_if_whole(body, failures), ret_outcome, e);
}

static int
take_at(const struct evidence_row *row, void *context, struct error *e)
{
	(void)e;
	*(instant *)context = row->at;
	return 0;
}

/* When it counts from: a second application of a person's own counts from the first. */
static int
applied_at(struct registry *registry, const struct checked *c, instant *ret_at, struct error *e)
{
	instant at = c->given->applied_at;
	int r = 0;

	if (c->given->import == 0)
		r = evidence_find(
			registry->db, EVIDENCE_APPLICATION, c->key, registry_recording_time(registry), take_at, &at, e);
	if (r < 0 && r != ERROR_EXISTS_NOT)
		return r;
	*ret_at = at < c->given->applied_at ? at : c->given->applied_at;
	return 0;
}

static void
add_outcome(enum evidence_outcome *total, bool changed)
{
	if (changed && *total == EVIDENCE_UNCHANGED)
		*total = EVIDENCE_CHANGED;
}

/* What the application says, all of it. */
static int
tell_all(struct registry *registry, const struct checked *c, enum evidence_outcome *ret_outcome, struct error *e)
{
	enum evidence_outcome outcome = EVIDENCE_UNCHANGED, residence = EVIDENCE_UNCHANGED;
	instant at = 0;
	int r, sealed;

	if ((r = applied_at(registry, c, &at, e)) < 0 ||
		(r = sealed = identity_put(registry, c->person, &c->identity, c->given->import, e)) < 0 ||
		(r = application_put(registry, c, at, &outcome, e)) < 0 ||
		(r = residence_put(registry, c, at, &residence, e)) < 0)
		return r;
	/* Before the application there was nowhere to be due in. */
	if (outcome == EVIDENCE_NEW &&
		(r = registry_due_put(registry, c->person, c->jurisdiction, "application", at, e)) < 0)
		return r;
	add_outcome(&outcome, sealed > 0);
	add_outcome(&outcome, residence != EVIDENCE_UNCHANGED);
	*ret_outcome = outcome;
	return 0;
}

/* A committee's word is that this person lives there and applied. For the phone it vouches where no other one speaks for them or claimed them
 * first: between two phones only POST /v1/vouchers decides. Of another phone nothing is kept but its claim, and nobody becomes a dependant
 * of whom the phone that speaks for them does not speak for already. */
static int
committee_vouch(struct registry *registry, struct checked *c, struct error *e)
{
	const struct registry_application *given = c->given;
	const instant recorded_at = registry_recording_time(registry);
	/* A voucher of a day to come would go before whoever is vouched for until then, and nobody would be told. */
	const instant at = given->applied_at < recorded_at ? given->applied_at : recorded_at;
	enum voucher_state state = VOUCHER_UNCLAIMED;
	uint8_t hash[REGISTRY_HASH_SIZE] = {0};
	int r;

	if (given->phone) {
		registry_phone_hash(registry, c->identity.phone, hash);
		if ((r = registry_claim(registry, c->person, c->identity.phone, at, given->import, e)) < 0 ||
			(r = registry_voucher_state(registry, c->person, hash, &state, e)) < 0 ||
			(state == VOUCHER_AWAITED &&
				((r = vouch(registry, c->person, c->identity.phone, given->how, given->vouched_by, at, given->import,
					  e)) < 0 ||
					(r = registry_voucher_state(registry, c->person, hash, &state, e)) < 0)))
			return r;
	}
	if (state != VOUCHER_SPEAKS)
		c->identity.phone[0] = 0;
	else if (c->guardian && c->guardian != c->person &&
		(r = registry_voucher_state(registry, c->guardian, hash, &state, e)) < 0)
		return r;
	if (state != VOUCHER_SPEAKS) {
		c->guardian = 0;
		c->relation[0] = 0;
	}
	return 1;
}

/* The phone's part. Return whether the application has an effect. */
static int
phone_put(struct registry *registry, struct checked *c, struct error *e)
{
	const struct registry_application *given = c->given;
	uint8_t hash[REGISTRY_HASH_SIZE];
	enum voucher_state before, state;
	int r;

	if (given->how == VOUCHER_COMMITTEE)
		return committee_vouch(registry, c, e);
	if (given->how != VOUCHER_NONE) {
		r = vouch(
			registry, c->person, c->identity.phone, given->how, given->vouched_by, given->applied_at, given->import, e);
		return r < 0 ? r : 1;
	}
	registry_phone_hash(registry, c->identity.phone, hash);
	if ((r = registry_voucher_state(registry, c->person, hash, &before, e)) < 0 ||
		(r = registry_claim(registry, c->person, c->identity.phone, given->applied_at, given->import, e)) < 0 ||
		(r = registry_voucher_state(registry, c->person, hash, &state, e)) < 0)
		return r;
	if (before != VOUCHER_UNCLAIMED && !given->phone_proved && given->import == 0)
		return 0;
	return state == VOUCHER_SPEAKS || state == VOUCHER_AWAITED;
}

struct applied_list {
	struct registry_applied *items;
	bool *vouched;
	size_t count, capacity, vouched_capacity;
};

static const char *
member(const json_t *body, const char *name)
{
	const char *text = json_string_value(json_object_get(body, name));

	return text ? text : "";
}

static int
take_applied(const struct evidence_row *row, void *context, struct error *e)
{
	struct applied_list *list = context;
	struct registry_applied applied = {.applied_at = row->at};
	json_t *body = NULL;
	int r;

	if ((r = array_grow(&list->items, &list->capacity, list->count + 1, sizeof *list->items, APPLICATIONS_MAX, e)) <
			0 ||
		(r = array_grow(
			 &list->vouched, &list->vouched_capacity, list->count + 1, sizeof *list->vouched, APPLICATIONS_MAX, e)) < 0)
		return r;
	if ((r = json_read_own(row->body, "an application", &body, e)) < 0)
		return r;
	snprintf(applied.jurisdiction, sizeof applied.jurisdiction, "%s", member(body, "jurisdiction"));
	snprintf(applied.division, sizeof applied.division, "%s", member(body, "division"));
	snprintf(applied.channel, sizeof applied.channel, "%s", member(body, "channel"));
	snprintf(applied.relation, sizeof applied.relation, "%s", member(body, "relation"));
	applied.guardian = (person_number)json_integer_value(json_object_get(body, "guardian"));
	list->vouched[list->count] = strcmp(member(body, "vouched"), voucher_how_name(VOUCHER_NONE)) != 0;
	list->items[list->count++] = applied;
	json_decref(body);
	return 0;
}

static void
applied_free(struct applied_list *list)
{
	free(list->items);
	free(list->vouched);
}

static int
applied_read(struct registry *registry, person_number person, struct applied_list *list, struct error *e)
{
	return evidence_each_of(registry->db, person, EVIDENCE_APPLICATION, registry_now(registry),
		registry_known(registry), take_applied, list, e);
}

/* A helper's application, and a committee's, leaves the guardian whom somebody vouched for; one who only claims to be the guardian is none by it. */
static int
keep_guardian(struct registry *registry, struct checked *c, struct error *e)
{
	struct applied_list list = {0};
	int r = applied_read(registry, c->person, &list, e);

	for (size_t i = 0; i < list.count && r == 0 && !c->guardian; i++) {
		if (!list.items[i].guardian || !list.vouched[i])
			continue;
		c->guardian = list.items[i].guardian;
		memcpy(c->relation, list.items[i].relation, sizeof c->relation);
	}
	applied_free(&list);
	return r;
}

static int
apply(struct registry *registry, struct checked *c, enum evidence_outcome *ret_outcome, struct error *e)
{
	const struct registry_application *given = c->given;
	int r;

	if ((r = person_of(registry, "id_number", given->id_number, given->import, &c->person, e)) < 0)
		return r;
	if (given->guardian_id_number && *given->guardian_id_number &&
		(r = person_of(registry, "guardian_id_number", given->guardian_id_number, given->import, &c->guardian, e)) < 0)
		return r;
	snprintf(c->key, sizeof c->key, "%" PRIu32 "/%s", c->person, c->jurisdiction);
	if ((r = given->by_mandate ? 1 : phone_put(registry, c, e)) < 0)
		return r;
	*ret_outcome = EVIDENCE_NEW;
	if (r == 0)
		return 1;
	if ((given->by_mandate || given->how == VOUCHER_COMMITTEE) && !c->guardian &&
		(r = keep_guardian(registry, c, e)) < 0)
		return r;
	if (c->guardian && (r = guardian_link(registry, c, e)) < 0)
		return r;
	return tell_all(registry, c, ret_outcome, e);
}

int
registry_apply(struct registry *registry, const struct registry_application *application,
	enum evidence_outcome *ret_outcome, person_number *ret_person, struct error *e)
{
	enum evidence_outcome outcome = EVIDENCE_NEW;
	struct checked checked = {0};
	bool own;
	int r;

	if ((r = check(registry, application, &checked, e)) < 0 || (r = scope_begin(registry, &own, e)) < 0)
		goto out;
	r = scope_end(registry, own, apply(registry, &checked, &outcome, e), e);
	if (r < 0)
		goto out;
	*ret_outcome = outcome;
	*ret_person = checked.person;
out:
	registry_identity_wipe(&checked.identity);
	return r;
}

static int
by_jurisdiction(const void *left, const void *right)
{
	const struct registry_applied *a = left, *b = right;

	return strcmp(a->jurisdiction, b->jurisdiction);
}

int
registry_applications_each(
	struct registry *registry, person_number person, registry_applied_each *each, void *context, struct error *e)
{
	struct applied_list list = {0};
	int r;

	if ((r = applied_read(registry, person, &list, e)) == 0 && list.count > 0)
		qsort(list.items, list.count, sizeof *list.items, by_jurisdiction);
	for (size_t i = 0; i < list.count && r == 0; i++)
		r = each(&list.items[i], context, e);
	applied_free(&list);
	return r;
}

/* Call ${each} if ${person}'s applications name the guardian. */
static int
dependant(struct registry *registry, person_number guardian, person_number person, dependant_each *each, void *context,
	struct error *e)
{
	struct applied_list list = {0};
	const char *relation = NULL;
	bool vouched = false;
	int r;

	if ((r = applied_read(registry, person, &list, e)) < 0)
		goto out;
	for (size_t i = 0; i < list.count; i++) {
		if (list.items[i].guardian != guardian)
			continue;
		if (!relation || !*relation)
			relation = list.items[i].relation;
		vouched |= list.vouched[i];
	}
	if (relation)
		r = each(person, relation, vouched, context, e);
out:
	applied_free(&list);
	return r;
}

int
dependants_each(struct registry *registry, person_number guardian, dependant_each *each, void *context, struct error *e)
{
	person_number *people = NULL;
	struct db_statement *statement = NULL;
	size_t count = 0, capacity = 0;
	int r;

	if ((r = db_start(registry->db, "SELECT person FROM guardian WHERE guardian = $1 ORDER BY person",
			 (struct db_value[]){db_int(guardian)}, 1, &statement, e)) < 0)
		goto out;
	while ((r = db_step(statement, e)) == 1) {
		if ((r = array_grow(&people, &capacity, count + 1, sizeof *people, REGISTRY_DEPENDANTS_MAX, e)) < 0)
			goto out;
		people[count++] = (person_number)db_column_int(statement, 0);
	}
	for (size_t i = 0; i < count && r == 0; i++)
		r = dependant(registry, guardian, people[i], each, context, e);
out:
	db_finish(statement);
	free(people);
	return r;
}

struct plain {
	registry_dependant_each *each;
	void *context;
};

static int
call_plain(person_number person, const char *relation, bool vouched, void *context, struct error *e)
{
	const struct plain *plain = context;

	(void)vouched;
	return plain->each(person, relation, plain->context, e);
}

int
registry_dependants_each(
	struct registry *registry, person_number guardian, registry_dependant_each *each, void *context, struct error *e)
{
	struct plain plain = {each, context};

	return dependants_each(registry, guardian, call_plain, &plain, e);
}
