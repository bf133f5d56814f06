/* Who acts for whom. A row's key is PERSON/HELPER, so that there is one mandate between two people: giving it anew, accepting and ending
 * it are corrections. {"acts": n, "by"?, "ended_at"?, "ended_by"?, "helper": n, "state": "offered" or "holds", "until": s}. The table
 * mandate_pair is an index beside it: who may act for whom.
 *
 * M1. Nobody acts by an offer.
 * M2. Who is told of a mandate, and what the giver is told, does not depend on whether the helper's number was known. */

#include "registry/mandate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "base/json_memory.h"
#include "base/text.h"
#include "registry/internal.h"

enum { BODY_SIZE = 512, PAIRS_MAX = 10000, LOOK_S = 3600 };

#define HELPER_PREFIX "person/"
#define PURPOSE_MANDATE "mandate"

static const char *const act_names[MANDATE_ACTS] = {"code", "checkin", "application", "complaint", "travel_card"};
static const char *const state_names[] = {"offered", "holds", "ended"};

const char *
mandate_act_name(enum mandate_act act)
{
	for (size_t i = 0; i < MANDATE_ACTS; i++)
		if (act == 1U << i)
			return act_names[i];
	return "own";
}

bool
mandate_act_read(const char *text, enum mandate_act *ret_act)
{
	for (size_t i = 0; i < MANDATE_ACTS; i++) {
		if (strcmp(text, act_names[i]) != 0)
			continue;
		*ret_act = (enum mandate_act)(1U << i);
		return true;
	}
	return false;
}

const char *
mandate_state_name(enum mandate_state state)
{
	return state_names[state];
}

static void
key_of(person_number person, person_number helper, char key[EVIDENCE_KEY_MAX + 1])
{
	snprintf(key, EVIDENCE_KEY_MAX + 1, "%" PRIu32 "/%" PRIu32, person, helper);
}

static void
name_it(const struct registry *registry, struct registry_mandate *mandate)
{
	char key[EVIDENCE_KEY_MAX + 1];
	uint8_t hash[KEYS_SIZE];

	key_of(mandate->person, mandate->helper, key);
	keys_hash(registry->keys, PURPOSE_MANDATE, key, strlen(key), hash);
	text_hex(hash, (MANDATE_NAME_SIZE - 1) / 2, mandate->name);
}

struct reading {
	struct registry *registry;
	struct registry_mandate mandate;
	bool found;
};

static int
take_row(const struct evidence_row *row, void *context, struct error *e)
{
	struct reading *reading = context;
	struct registry_mandate *mandate = &reading->mandate;
	instant now = registry_now(reading->registry);
	const json_t *ended;
	const char *by;
	json_t *body = NULL;
	int r;

	if (row->at > now)
		return 0;
	if ((r = json_read_own(row->body, "a mandate", &body, e)) < 0)
		return r;
	*mandate = (struct registry_mandate){.person = row->person,
		.helper = (person_number)json_integer_value(json_object_get(body, "helper")),
		.acts = (unsigned)json_integer_value(json_object_get(body, "acts")) & MANDATE_ALL,
		.from = row->at,
		.until = json_integer_value(json_object_get(body, "until"))};
	mandate->state = strcmp(json_string_value(json_object_get(body, "state")), state_names[MANDATE_HOLDS]) == 0
		? MANDATE_HOLDS
		: MANDATE_OFFERED;
	if ((ended = json_object_get(body, "ended_at")) && json_integer_value(ended) < mandate->until)
		mandate->until = json_integer_value(ended);
	if (mandate->until <= now)
		mandate->state = MANDATE_ENDED;
	by = json_string_value(json_object_get(body, "by"));
	snprintf(mandate->by, sizeof mandate->by, "%s", by ? by : "");
	name_it(reading->registry, mandate);
	reading->found = true;
	json_decref(body);
	return 0;
}

/* A pair's mandate: 1 if there is one by now, 0 or a code. */
static int
find(struct registry *registry, person_number person, person_number helper, struct registry_mandate *ret_mandate,
	struct error *e)
{
	struct reading reading = {.registry = registry};
	char key[EVIDENCE_KEY_MAX + 1];
	int r;

	key_of(person, helper, key);
	r = evidence_find(registry->db, EVIDENCE_MANDATE, key, registry_known(registry), take_row, &reading, e);
	if (r == ERROR_EXISTS_NOT || (r == 0 && !reading.found))
		return 0;
	if (r < 0)
		return r;
	*ret_mandate = reading.mandate;
	return 1;
}

struct pair {
	person_number helper, person;
};

static int
pairs_each(struct registry *registry, const char *sql, person_number who, registry_mandate_each *each, void *context,
	struct error *e)
{
	struct db_statement *statement = NULL;
	struct registry_mandate mandate;
	struct pair *pairs = NULL;
	size_t count = 0, capacity = 0;
	int r;

	if ((r = db_start(registry->db, sql, (struct db_value[]){db_int(who)}, 1, &statement, e)) < 0)
		return r;
	while ((r = db_step(statement, e)) == 1) {
		if ((r = array_grow(&pairs, &capacity, count + 1, sizeof *pairs, PAIRS_MAX, e)) < 0)
			goto out;
		pairs[count++] =
			(struct pair){(person_number)db_column_int(statement, 0), (person_number)db_column_int(statement, 1)};
	}
	for (size_t i = 0; i < count && r == 0; i++)
		if ((r = find(registry, pairs[i].person, pairs[i].helper, &mandate, e)) == 1)
			r = each(&mandate, context, e);
out:
	db_finish(statement);
	free(pairs);
	return r;
}

int
registry_mandates_each(
	struct registry *registry, person_number who, registry_mandate_each *each, void *context, struct error *e)
{
	return pairs_each(registry,
		"SELECT helper, person FROM mandate_pair WHERE helper = $1 OR person = $1 ORDER BY helper, person", who, each,
		context, e);
}

int
registry_mandates_held_each(
	struct registry *registry, person_number who, registry_mandate_each *each, void *context, struct error *e)
{
	return pairs_each(
		registry, "SELECT helper, person FROM mandate_pair WHERE helper = $1 ORDER BY person", who, each, context, e);
}

static int
row_put(struct registry *registry, const struct registry_mandate *mandate, instant ended_at, const char *ended_by,
	struct error *e)
{
	size_t failures = json_memory_failures();
	json_t *body = json_pack("{s:i, s:I, s:s, s:I, s:s*, s:s*}", "acts", (int)mandate->acts, "helper",
		(json_int_t)mandate->helper, "state", state_names[mandate->state], "until", (json_int_t)mandate->until, "by",
		*mandate->by ? mandate->by : NULL, "ended_by", ended_by);
	struct buffer text = buffer_make(BODY_SIZE);
	char key[EVIDENCE_KEY_MAX + 1];
	struct evidence_row row = {.kind = EVIDENCE_MANDATE,
		.person = mandate->person,
		.key = key,
		.at = mandate->from,
		.recorded_at = registry_recording_time(registry)};
	enum evidence_outcome outcome;
	int r;

	if (body && ended_by)
		json_object_set_new(body, "ended_at", json_integer(ended_at));
	body = json_if_whole(body, failures);
	if (!body)
		return json_memory_failures() != failures
			? error_no_memory(e)
			: error_set(e, ERROR_BAD_INPUT, "who stands for a mandate is not UTF-8");
	key_of(mandate->person, mandate->helper, key);
	if ((r = json_write(body, &text, e)) == 0) {
		row.body = buffer_text(&text);
		r = registry_evidence_put(registry, &row, &outcome, e);
	}
	buffer_free(&text);
	json_decref(body);
	return r;
}

struct counting {
	person_number person, helper; /* who is counted for, and the other one of the pair that is not */
	int64_t given, held;
};

static int
count_mandate(const struct registry_mandate *mandate, void *context, struct error *e)
{
	struct counting *counting = context;

	(void)e;
	if (mandate->state == MANDATE_ENDED || (mandate->person == counting->person && mandate->helper == counting->helper))
		return 0;
	counting->given += mandate->person == counting->person;
	counting->held += mandate->helper == counting->helper && mandate->state == MANDATE_HOLDS;
	return 0;
}

static int
check_held(struct registry *registry, person_number person, person_number helper, struct error *e)
{
	struct counting counting = {.person = person, .helper = helper};
	int64_t most = REGISTRY_DEPENDANTS_MAX;
	const struct pack *pack;
	const json_t *given;
	int r;

	if ((r = registry_pack(registry, NULL, &pack, e)) < 0 ||
		(r = registry_mandates_held_each(registry, helper, count_mandate, &counting, e)) < 0)
		return r;
	given = pack_parameter(pack, "dependants_max");
	if (json_is_integer(given) && json_integer_value(given) < most)
		most = json_integer_value(given);
	if (counting.held >= most)
		return error_set(e, ERROR_DENIED, "one person acts for at most %" PRId64 " others by a mandate", most);
	return 0;
}

static int
check_given(struct registry *registry, person_number person, person_number helper, struct error *e)
{
	struct counting counting = {.person = person, .helper = helper};
	int r = registry_mandates_each(registry, person, count_mandate, &counting, e);

	if (r == 0 && counting.given >= MANDATE_GIVEN_MAX)
		return error_set(e, ERROR_DENIED, "one person gives at most %d mandates", (int)MANDATE_GIVEN_MAX);
	return r;
}

static int
log_it(struct registry *registry, person_number person, const char *purpose, const char *by, person_number helper,
	struct error *e)
{
	char text[sizeof HELPER_PREFIX + 10];

	if (!by) {
		snprintf(text, sizeof text, HELPER_PREFIX "%" PRIu32, helper);
		by = text;
	}
	return registry_access_put(registry, person, purpose, by, e);
}

static int
tell(struct registry *registry, person_number person, const char *kind, const char *text, struct error *e)
{
	int r = registry_notice_put_person(registry, person, kind, text, e);

	return r == ERROR_EXISTS_NOT ? 0 : r;
}

static int
give(struct registry *registry, const struct registry_mandate *mandate, const char *by, struct error *e)
{
	struct db_value pair[] = {db_int(mandate->helper), db_int(mandate->person)};
	int r;

	if ((r = check_given(registry, mandate->person, mandate->helper, e)) < 0 ||
		(by && (r = check_held(registry, mandate->person, mandate->helper, e)) < 0) ||
		(r = db_do(registry->db,
			 "INSERT INTO mandate_pair(helper, person) VALUES($1, $2) ON CONFLICT DO NOTHING{of $1}", pair, 2, e)) <
			0 ||
		(r = row_put(registry, mandate, 0, NULL, e)) < 0)
		return r;
	if (!by)
		return tell(registry, mandate->helper, "mandate-offered",
			"有人请您代办健康码事务。请登录后在“家人”页查看，接受后才生效。 / Somebody asks you to act for them. Sign in and look "
			"under Family; it holds once you accept it.",
			e);
	if ((r = log_it(registry, mandate->person, "mandate-given", by, 0, e)) < 0 ||
		(r = tell(registry, mandate->person, "mandate-given",
			 "您在工作人员处登记了代办人，可随时取消。 / You named a helper before staff. You can end that at any time.",
			 e)) < 0)
		return r;
	return tell(registry, mandate->helper, "mandate-given",
		"您已登记为代办人。请登录后在“家人”页查看，可随时取消。 / You were named as a helper. Sign in and look under Family; "
		"you can end that at any time.",
		e);
}

int
registry_mandate_give(struct registry *registry, person_number person, person_number helper, unsigned acts,
	instant until, const char *by, struct error *e)
{
	struct registry_mandate mandate = {.person = person,
		.helper = helper,
		.acts = acts,
		.state = by ? MANDATE_HOLDS : MANDATE_OFFERED,
		.from = registry_recording_time(registry),
		.until = until};
	bool own;
	int r;

	if (person == helper)
		return error_set(e, ERROR_USAGE, "nobody needs a mandate to act for themselves");
	if (!acts || acts & ~(unsigned)MANDATE_ALL)
		return error_set(e, ERROR_USAGE, "which acts a mandate is for must be said");
	if (until <= mandate.from || until - mandate.from > (int64_t)MANDATE_DAYS_MAX * DAY_S)
		return error_set(e, ERROR_USAGE, "a mandate ends within %d days", (int)MANDATE_DAYS_MAX);
	if (by && (!*by || strlen(by) >= sizeof mandate.by))
		return error_set(e, ERROR_USAGE, "before whom the mandate was given must be said");
	snprintf(mandate.by, sizeof mandate.by, "%s", by ? by : "");
	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	return scope_end(registry, own, give(registry, &mandate, by, e), e);
}

struct search {
	const char *name;
	struct registry_mandate found;
};

static int
take_named(const struct registry_mandate *mandate, void *context, struct error *e)
{
	struct search *search = context;

	(void)e;
	if (mandate->state != MANDATE_ENDED && strcmp(mandate->name, search->name) == 0)
		search->found = *mandate;
	return 0;
}

/* The one of that name between ${who} and somebody, offered or held. */
static int
find_named(struct registry *registry, person_number who, const char *name, struct registry_mandate *ret_mandate,
	struct error *e)
{
	struct search search = {.name = name};
	int r = registry_mandates_each(registry, who, take_named, &search, e);

	if (r < 0)
		return r;
	if (!search.found.person)
		return error_set(e, ERROR_EXISTS_NOT, "there is no such mandate");
	*ret_mandate = search.found;
	return 0;
}

static int
accept(struct registry *registry, person_number helper, const char *name, struct error *e)
{
	struct registry_mandate mandate = {0};
	int r;

	if ((r = find_named(registry, helper, name, &mandate, e)) < 0)
		return r;
	if (mandate.helper != helper || mandate.state != MANDATE_OFFERED)
		return error_set(e, ERROR_EXISTS_NOT, "there is no such offer");
	mandate.state = MANDATE_HOLDS;
	if ((r = check_held(registry, mandate.person, helper, e)) < 0 ||
		(r = row_put(registry, &mandate, 0, NULL, e)) < 0 ||
		(r = log_it(registry, mandate.person, "mandate-accepted", NULL, helper, e)) < 0)
		return r;
	return tell(registry, mandate.person, "mandate-accepted",
		"您的代办人已接受，可随时取消。 / Your helper has accepted. You can end that at any time.", e);
}

int
registry_mandate_accept(struct registry *registry, person_number helper, const char *name, struct error *e)
{
	bool own;
	int r;

	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	return scope_end(registry, own, accept(registry, helper, name, e), e);
}

static int
end(struct registry *registry, person_number who, const char *name, const char *by, struct error *e)
{
	struct registry_mandate mandate = {0};
	bool helper;
	int r;

	if ((r = find_named(registry, who, name, &mandate, e)) < 0)
		return r;
	helper = who == mandate.helper;
	if ((r = row_put(registry, &mandate, registry_recording_time(registry),
			 by           ? by
				 : helper ? "helper"
						  : "person",
			 e)) < 0)
		return r;
	if ((by || helper) && (r = log_it(registry, mandate.person, "mandate-ended", by, mandate.helper, e)) < 0)
		return r;
	return tell(registry, helper ? mandate.person : mandate.helper, "mandate-ended",
		"一项代办授权已取消。 / A mandate between you and another person was ended.", e);
}

int
registry_mandate_end(struct registry *registry, person_number who, const char *name, const char *by, struct error *e)
{
	bool own;
	int r;

	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	return scope_end(registry, own, end(registry, who, name, by, e), e);
}

static int
noted_lately(struct registry *registry, person_number person, const char *by, const char *purpose, bool *ret_noted,
	struct error *e)
{
	int64_t count;
	int r = db_one_int(registry->db,
		"SELECT COUNT(*) FROM access_log WHERE person = $1 AND at > $2 AND by_whom = $3 AND purpose = $4",
		(struct db_value[]){
			db_int(person), db_int(registry_recording_time(registry) - LOOK_S), db_text(by), db_text(purpose)},
		4, &count, e);

	*ret_noted = r == 0 && count > 0;
	return r;
}

int
registry_mandate_log(struct registry *registry, person_number person, person_number helper, enum mandate_act act,
	bool looks, struct error *e)
{
	char purpose[32], by[sizeof HELPER_PREFIX + 10];
	bool noted = false;
	int r = 0;

	snprintf(purpose, sizeof purpose, "mandate-%s", mandate_act_name(act));
	snprintf(by, sizeof by, HELPER_PREFIX "%" PRIu32, helper);
	if (looks)
		r = noted_lately(registry, person, by, purpose, &noted, e);
	if (r < 0 || noted)
		return r;
	return registry_access_put(registry, person, purpose, by, e);
}

person_number
registry_mandate_logged(const char *by)
{
	/* No user's name has a '/' in it. */
	return text_starts(by, HELPER_PREFIX) ? (person_number)strtoul(by + strlen(HELPER_PREFIX), NULL, 10) : 0;
}
