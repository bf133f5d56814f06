/* What a signed-in resident sees. */

#include <math.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/answers.h"
#include "http/context.h"

enum {
	SLOTS_MAX = 120,
	CODE_MAX = 4096,
	CODE_USUAL = 640, /* bytes of one with its times */
	LIMIT_DEFAULT = 50,
	LIMIT_MOST = 200,
	CURSOR_MOST = 100000,
};

struct listing {
	struct http_context *c;
	json_t *jurisdictions;
	instant last_checkin;
};

static int
list_applied(const struct registry_applied *applied, void *context, struct error *e)
{
	struct listing *listing = context;
	char at[TIME_TEXT_SIZE];
	const struct pack *pack;
	int r = registry_pack(listing->c->registry, applied->jurisdiction, &pack, e);

	if (r < 0)
		return r;
	json_array_append_new(listing->jurisdictions,
		json_pack("{s:s, s:O, s:s}", "jurisdiction", applied->jurisdiction, "name", pack_section(pack, "name"),
			"applied_at", context_time(listing->c, applied->applied_at, at)));
	return 0;
}

static int
note_checkin(const struct evidence_row *row, void *context, struct error *e)
{
	struct listing *listing = context;

	(void)e;
	if (row->at > listing->last_checkin)
		listing->last_checkin = row->at;
	return 0;
}

static int
describe_person(struct http_context *c, const struct person_mine *mine, json_t **ret_item, struct error *e)
{
	/* Awaited and frozen look alike: to tell them apart would tell who else applied (registry/voucher.h). */
	static const char *const states[] = {[VOUCHER_UNCLAIMED] = "awaiting",
		[VOUCHER_AWAITED] = "awaiting",
		[VOUCHER_FROZEN] = "awaiting",
		[VOUCHER_SPEAKS] = "confirmed",
		[VOUCHER_REPLACED] = "frozen"};
	bool confirmed = mine->state == VOUCHER_SPEAKS;
	struct listing listing = {.c = c, .jurisdictions = json_array(), .last_checkin = INT64_MIN};
	struct registry_identity identity = {0};
	char at[TIME_TEXT_SIZE];
	json_t *item;
	int r = 0;

	/* A phone that nobody has vouched for sees nothing of what the registry knows. */
	if (confirmed &&
		((mine->acts & (MANDATE_CODE | MANDATE_COMPLAINT | MANDATE_APPLICATION) &&
			 (r = registry_applications_each(c->registry, mine->person, list_applied, &listing, e)) < 0) ||
			(mine->acts & MANDATE_CHECKIN &&
				(r = evidence_each_of(registry_db(c->registry), mine->person, EVIDENCE_CHECKIN,
					 registry_now(c->registry), EVIDENCE_NOW, note_checkin, &listing, e)) < 0) ||
			(r = registry_identity_own(c->registry, mine->person, &identity, e)) < 0))
		goto out;
	registry_identity_mask(&identity);
	item = json_pack("{s:s, s:s, s:s, s:s, s:s, s:O}", "person", mine->handle, "relation",
		strcmp(mine->relation, "ward") == 0 ? "other" : mine->relation, "name", identity.name, "id_number",
		identity.id_number, "voucher", states[mine->state], "jurisdictions", listing.jurisdictions);
	json_object_set_new(item, "last_checkin_at",
		listing.last_checkin == INT64_MIN ? json_null() : json_string(context_time(c, listing.last_checkin, at)));
	json_object_set_new(item, "acts", answer_acts(mine->acts));
	json_object_set_new(item, "until", mine->helper ? json_string(context_time(c, mine->until, at)) : json_null());
	*ret_item = item;
out:
	registry_identity_wipe(&identity);
	json_decref(listing.jurisdictions);
	return r;
}

static size_t
dependants_max(struct http_context *c)
{
	const struct pack *pack;
	struct error e = {0};

	if (registry_pack(c->registry, NULL, &pack, &e) < 0 || !json_is_integer(pack_parameter(pack, "dependants_max")))
		return 0;
	return (size_t)json_integer_value(pack_parameter(pack, "dependants_max"));
}

void
answer_me(struct http_context *c, struct exchange *x)
{
	struct person_mine *people = NULL;
	json_t *list = json_array(), *item;
	char now[TIME_TEXT_SIZE];
	struct error e = {0};
	size_t count = 0, others = 0;

	if (context_people(c, &people, &count, &e) < 0) {
		exchange_failure(x, &e);
		goto out;
	}
	for (size_t i = 0; i < count; i++) {
		if (describe_person(c, &people[i], &item, &e) < 0) {
			exchange_failure(x, &e);
			goto out;
		}
		json_array_append_new(list, item);
	}
	for (size_t i = 1; i < count; i++)
		others += people[i].helper == 0;
	exchange_answer(x, MHD_HTTP_OK,
		json_pack("{s:O, s:i, s:s}", "people", list, "dependants_left",
			dependants_max(c) > others ? (int)(dependants_max(c) - others) : 0, "now",
			context_time(c, registry_now(c->registry), now)));
out:
	json_decref(list);
	free(people);
}

/* The person and the jurisdiction that the query names, and that phone may do ${act} for them; false after answering. */
static bool
person_and_pack(struct http_context *c, struct exchange *x, enum mandate_act act, struct person_mine *person,
	const struct pack **pack)
{
	return context_applied(c, x, exchange_query(x, "person"), exchange_query(x, "jurisdiction"), act, person, pack);
}

/* Under what it is remembered: whose phone asks for whom and where; false for what is longer than any name. */
static bool
shown_key(struct http_context *c, struct exchange *x, uint8_t key[MEMORY_KEY_SIZE])
{
	const char *person = exchange_query(x, "person"), *place = exchange_query(x, "jurisdiction");
	char name[REGISTRY_HASH_SIZE + HANDLE_SIZE + JURISDICTION_SIZE] = {0};

	if ((person && strlen(person) >= HANDLE_SIZE) || (place && strlen(place) >= JURISDICTION_SIZE))
		return false;
	memcpy(name, c->session.phone_hash, REGISTRY_HASH_SIZE);
	strcpy(name + REGISTRY_HASH_SIZE, person ? person : "self");
	if (place)
		strcpy(name + REGISTRY_HASH_SIZE + HANDLE_SIZE, place);
	context_hash(c, name, sizeof name, key);
	return true;
}

/* Read who is asked about and their colour in one moment of the store, and until when all of it stays so (${now}: it must be
 * evaluated first); false after answering. */
static bool
read_shown(struct http_context *c, struct exchange *x, instant now, const struct pack **ret_pack,
	struct context_code *shown, struct db_about *about, instant *ret_until)
{
	instant spoken_until = now, until = now;
	struct registry_colour colour;
	struct person_mine person;
	struct error e = {0};
	bool fresh;
	int r;

	if (db_begin_read(registry_db(c->registry), &e) < 0) {
		exchange_failure(x, &e);
		return false;
	}
	if (!person_and_pack(c, x, MANDATE_CODE, &person, ret_pack)) {
		db_rollback(registry_db(c->registry));
		return false;
	}
	shown->person = person.person;
	r = registry_colour_fresh(c->registry, person.person, pack_jurisdiction(*ret_pack), now, &colour, &until, &e);
	fresh = r == 1;
	if (fresh)
		r = registry_spoken_for_until(c->registry, c->session.phone_hash, about, &spoken_until, &e);
	db_rollback(registry_db(c->registry));
	if (r == 0 && !fresh)
		r = cascade_colour(c->cascade, person.person, pack_jurisdiction(*ret_pack), &colour, &e);
	if (r == ERROR_BAD_INPUT || r == ERROR_TOO_LARGE) { /* a rule fails on their evidence: not the request's fault */
		exchange_problem(x, MHD_HTTP_SERVICE_UNAVAILABLE, "unavailable",
			"The colour cannot be worked out at the moment; the health department is told why when it evaluates");
		return false;
	}
	if (r < 0) {
		exchange_failure(x, &e);
		return false;
	}
	snprintf(shown->policy, sizeof shown->policy, "%s", pack_hash(*ret_pack));
	shown->colour = colour.colour;
	shown->since = colour.since;
	shown->next_at = colour.next_at;
	shown->next_colour = colour.next_colour;
	*ret_until = spoken_until < until ? spoken_until : until;
	return true;
}

static bool
find_shown(
	struct http_context *c, struct exchange *x, instant now, const struct pack **ret_pack, struct context_code *shown)
{
	uint8_t key[MEMORY_KEY_SIZE];
	bool named = shown_key(c, x, key);
	struct db_about about = {0};
	struct error e = {0};
	instant until;

	if (named && memory_find(context_codes(c), key, now, shown)) {
		if (registry_pack_by_hash(c->registry, shown->policy, ret_pack, &e) == 0)
			return true;
		exchange_failure(x, &e);
		return false;
	}
	if (!read_shown(c, x, now, ret_pack, shown, &about, &until))
		return false;
	/* What is shown by a mandate is logged each time, so that it is not remembered. */
	if (named && !c->mandated.person)
		memory_put(context_codes(c), key, &about, c->number, now, until, shown);
	return true;
}

/* Texts one after the other, up to a NULL. */
static int
add_texts(struct buffer *b, struct error *e, const char *const *texts)
{
	int r = 0;

	for (; *texts && r == 0; texts++)
		r = buffer_add_text(b, *texts, e);
	return r;
}

/* One code as members of a JSON object; none of what is in them needs to be escaped. */
static int
write_code(struct http_context *c, const struct pack *pack, const struct context_code *shown, instant at,
	int64_t lifetime_s, bool sealed, struct buffer *b, struct error *e)
{
	const char *colour = colour_name(at >= shown->next_at ? shown->next_colour : shown->colour);
	char issued[TIME_TEXT_SIZE], expires[TIME_TEXT_SIZE];
	enum code_colour code_colour;
	int r;

	if (!code_colour_read(colour, &code_colour))
		return error_set(e, ERROR_CORRUPT, "a colour that no code has");
	if ((r = add_texts(b, e, (const char *[]){"\"colour\":\"", colour, "\",\"code\":\"", NULL})) < 0 ||
		(r = (sealed ? issuer_issue_sealed : issuer_issue)(
			 c->issuer, pack_jurisdiction(pack), shown->person, code_colour, at, lifetime_s, b, e)) < 0)
		return r;
	return add_texts(b, e,
		(const char *[]){"\",\"issued_at\":\"", context_time(c, at, issued), "\",\"expires_at\":\"",
			context_time(c, at + lifetime_s, expires), "\"", NULL});
}

static int
write_codes(struct http_context *c, const struct pack *pack, const struct context_code *shown, instant now,
	int64_t slots, bool sealed, struct buffer *b, struct error *e)
{
	int64_t lifetime_s = context_code_lifetime(c, pack);
	char since[TIME_TEXT_SIZE], refresh[TIME_TEXT_SIZE], now_text[TIME_TEXT_SIZE];
	instant at = now;
	int r;

	if ((r = buffer_add_byte(b, '{', e)) < 0 || (r = write_code(c, pack, shown, at, lifetime_s, sealed, b, e)) < 0 ||
		(r = add_texts(b, e,
			 (const char *[]){",\"jurisdiction\":\"", pack_jurisdiction(pack), "\",\"since\":\"",
				 context_time(c, shown->since, since), "\",\"refresh_at\":\"",
				 context_time(c, context_refresh_at(now, lifetime_s), refresh), "\",\"now\":\"",
				 context_time(c, now, now_text), "\",\"slots\":[", NULL})) < 0)
		return r;
	for (int64_t i = 0; i < slots; i++)
		if ((r = buffer_add_text(b, i ? ",{" : "{", e)) < 0 ||
			(r = write_code(c, pack, shown, at += lifetime_s, lifetime_s, sealed, b, e)) < 0 ||
			(r = buffer_add_byte(b, '}', e)) < 0)
			return r;
	return buffer_add_text(b, "]}", e);
}

void
answer_code(struct http_context *c, struct exchange *x)
{
	instant now = registry_now(c->registry);
	struct context_code shown = {0};
	const struct pack *pack;
	struct error e = {0};
	int64_t slots = 0, open = 0;

	if (!exchange_number(x, "slots", 0, SLOTS_MAX, &slots) || !exchange_number(x, "public", 0, 1, &open) ||
		!find_shown(c, x, now, &pack, &shown))
		return;
	x->bytes = buffer_make(((size_t)slots + 1) * CODE_MAX);
	if (buffer_reserve(&x->bytes, ((size_t)slots + 1) * CODE_USUAL, &e) < 0 ||
		write_codes(c, pack, &shown, now, slots, !open && gate_code_is_sealed(pack), &x->bytes, &e) < 0) {
		buffer_free(&x->bytes);
		exchange_failure(x, &e);
		return;
	}
	x->status = MHD_HTTP_OK;
	x->content_type = "application/json";
}

void
answer_reasons(struct http_context *c, struct exchange *x)
{
	struct person_mine person;
	const struct pack *pack;
	struct error e = {0};
	json_t *result;

	if (!person_and_pack(c, x, MANDATE_COMPLAINT, &person, &pack))
		return;
	if (cascade_explain(c->cascade, pack, person.person, &result, &e) < 0)
		exchange_failure(x, &e);
	else
		exchange_answer(x, MHD_HTTP_OK, result);
}

void
answer_checkin(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"person", "temperature_c", "symptoms", "contact", NULL};
	const json_t *body = exchange_json(x, names), *temperature;
	struct registry_checkin checkin = {.measured = true, .at = registry_now(c->registry)};
	enum evidence_outcome outcome;
	struct person_mine person;
	char at[TIME_TEXT_SIZE];
	struct error e = {0};
	const char *handle;
	double degrees;

	if (!body)
		return;
	handle = exchange_text(x, body, "person", 0, HANDLE_SIZE - 1);
	temperature = json_object_get(body, "temperature_c");
	degrees = json_number_value(temperature);
	if (!json_is_number(temperature) || !(degrees >= 30 && degrees <= 45))
		exchange_invalid(x, "/temperature_c", "30 to 45 degrees Celsius are needed");
	read_health(x, body, &checkin);
	if (exchange_failed(x) || !context_person(c, x, *handle ? handle : NULL, &person) ||
		!context_may(c, x, &person, MANDATE_CHECKIN))
		return;
	checkin.person = person.person;
	checkin.temperature_tenths_c = (int32_t)lround(degrees * 10);
	if (registry_checkin_put(c->registry, &checkin, &outcome, &e) < 0)
		exchange_failure(x, &e);
	else
		exchange_answer(x, MHD_HTTP_CREATED, json_pack("{s:s}", "at", context_time(c, checkin.at, at)));
}

void
answer_travel_card(struct http_context *c, struct exchange *x)
{
	const struct pack *pack;
	struct person_mine person;
	char now[TIME_TEXT_SIZE];
	struct error e = {0};
	json_t *card;
	int r;

	if (!context_person(c, x, exchange_query(x, "person"), &person) || !context_may(c, x, &person, MANDATE_TRAVEL_CARD))
		return;
	r = cascade_travel_card_pack(c->cascade, &pack, &e);
	if (r == ERROR_EXISTS_NOT) {
		exchange_problem(x, MHD_HTTP_NOT_FOUND, "not-found", "This service has no travel card");
	} else if (r < 0 || cascade_travel_card(c->cascade, pack, person.person, &card, &e) < 0) {
		exchange_failure(x, &e);
	} else {
		json_object_set_new(card, "now", json_string(context_time(c, registry_now(c->registry), now)));
		exchange_answer(x, MHD_HTTP_OK, card);
	}
}

struct accesses {
	struct http_context *c;
	json_t *items;
	int64_t skip, left;
	bool more;
};

static int
list_access(const struct registry_access *access, void *context, struct error *e)
{
	struct accesses *accesses = context;
	struct registry_user user;
	person_number helper = registry_mandate_logged(access->by);
	struct registry_identity name = {0};
	struct error unknown = {0};
	char at[TIME_TEXT_SIZE];
	int r;

	if (accesses->skip) {
		accesses->skip--;
		return 0;
	}
	if (!accesses->left) {
		accesses->more = true;
		return 1;
	}
	accesses->left--;
	/* Whom the person named, or who accepted: as much as the list of mandates says. */
	if (helper && (r = registry_identity_own(accesses->c->registry, helper, &name, e)) < 0 && r != ERROR_EXISTS_NOT)
		return r;
	registry_identity_mask(&name);
	json_array_append_new(accesses->items,
		json_pack("{s:s, s:s, s:s, s:s}", "at", context_time(accesses->c, access->at, at), "role",
			helper ? "helper"
				: registry_user_find(accesses->c->registry, access->by, &user, &unknown) == 0
				? registry_role_name(user.role)
				: "resident",
			"by", helper ? name.name : access->by, "purpose", access->purpose));
	registry_identity_wipe(&name);
	return 0;
}

void
answer_accesses(struct http_context *c, struct exchange *x)
{
	int64_t from = 0, limit = LIMIT_DEFAULT;
	struct accesses accesses = {.c = c, .items = json_array()};
	struct person_mine person;
	struct error e = {0};

	if (!exchange_number(x, "cursor", 0, CURSOR_MOST, &from) || !exchange_number(x, "limit", 1, LIMIT_MOST, &limit) ||
		!context_person(c, x, exchange_query(x, "person"), &person) || !context_may(c, x, &person, MANDATE_OWN))
		goto out;
	accesses.skip = from;
	accesses.left = limit;
	if (registry_accesses_each(c->registry, person.person, list_access, &accesses, &e) < 0)
		exchange_failure(x, &e);
	else
		exchange_page(x, accesses.items, accesses.more, from + limit);
out:
	json_decref(accesses.items);
}
