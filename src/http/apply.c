/* Applying, for oneself and for others, and saying that a phone speaks for an ID number. */

#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

#include "http/answers.h"
#include "http/context.h"
#include "place/place.h"

enum { TRAVEL_MAX = 20, SYMPTOMS_MOST = 9 };

static bool
is_symptom(const json_t *symptom)
{
	static const char *const known[] = {"fever", "cough", "fatigue", "breathlessness", "sore_throat",
		"vomiting_or_diarrhoea", "chest_pain", "conjunctivitis", "other"};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (json_is_string(symptom) && strcmp(json_string_value(symptom), known[i]) == 0)
			return true;
	return false;
}

void
read_health(struct exchange *x, const json_t *body, struct registry_checkin *checkin)
{
	const json_t *symptoms = json_object_get(body, "symptoms"), *contact = json_object_get(body, "contact"), *symptom;
	struct buffer joined = buffer_make(1024);
	struct error e = {0};
	char pointer[32];
	size_t i;

	if (!json_is_array(symptoms) || json_array_size(symptoms) > SYMPTOMS_MOST) {
		exchange_invalid(x, "/symptoms", "a list of at most %d is needed", SYMPTOMS_MOST);
		symptoms = NULL;
	}
	json_array_foreach((json_t *)symptoms, i, symptom)
	{
		snprintf(pointer, sizeof pointer, "/symptoms/%zu", i);
		if (!is_symptom(symptom))
			exchange_invalid(x, pointer, "a symptom of the list is needed");
		else if (buffer_add_format(&joined, &e, "%s%s", joined.length ? ";" : "", json_string_value(symptom)) < 0)
			exchange_failure(x, &e);
	}
	if (!exchange_failed(x) && joined.length &&
		registry_symptoms_read(buffer_text(&joined), joined.length, checkin, &e) < 0)
		exchange_invalid(x, "/symptoms", "%s", e.message);
	if (!json_is_boolean(contact))
		exchange_invalid(x, "/contact", "true or false is needed");
	checkin->contact = json_is_true(contact);
	buffer_free(&joined);
}

struct trip {
	const char *country, *division;
	instant from, to;
};

static bool
read_trip(struct exchange *x, const json_t *item, size_t i, const struct zone *zone, struct trip *trip)
{
	static const char *const names[] = {"country", "division", "from", "to", NULL};
	const char *from = json_string_value(json_object_get(item, "from")),
			   *to = json_string_value(json_object_get(item, "to"));
	day_number first, last;
	struct error e = {0};
	char pointer[32];

	snprintf(pointer, sizeof pointer, "/travel/%zu", i);
	exchange_members(x, item, pointer, names);
	trip->country = json_string_value(json_object_get(item, "country"));
	trip->division = json_string_value(json_object_get(item, "division"));
	if (json_object_get(item, "division") && !trip->division)
		exchange_invalid(x, pointer, "a division is six digits");
	else if (!trip->country || strlen(trip->country) != 2 || !country_find(trip->country, 2) ||
		(trip->division && !division_find_text(trip->division, strlen(trip->division))))
		exchange_invalid(x, pointer, "no such country or division");
	else if (!from || !to || day_read(from, strlen(from), &first, &e) < 0 || day_read(to, strlen(to), &last, &e) < 0 ||
		last < first)
		exchange_invalid(x, pointer, "from and to are days, the second not before the first");
	else {
		trip->from = zone_day_start(zone, first);
		trip->to = zone_day_start(zone, last + 1);
		return true;
	}
	return false;
}

static int
put_trip(struct http_context *c, person_number person, const struct trip *trip, const char *phone, struct error *e)
{
	char body[256], key[128], from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];
	enum evidence_outcome outcome;
	struct evidence_row row = {.kind = EVIDENCE_VISIT,
		.person = person,
		.key = key,
		.at = trip->from,
		.body = body,
		.recorded_at = registry_recording_time(c->registry)};

	snprintf(key, sizeof key, "%u/%s/%s/%lld", person, trip->country, trip->division ? trip->division : "",
		(long long)trip->from);
	snprintf(body, sizeof body, "{\"country\":\"%s\",\"division\":%s%s%s,\"from\":\"%s\",\"to\":\"%s\"}", trip->country,
		trip->division ? "\"" : "", trip->division ? trip->division : "null", trip->division ? "\"" : "",
		time_write(trip->from, &zone_utc, from), time_write(trip->to, &zone_utc, to));
	return phone ? registry_evidence_tell(c->registry, &row, phone, e)
				 : registry_evidence_put(c->registry, &row, &outcome, e);
}

/* What both applications hold, read. */
struct form {
	struct registry_application application;
	struct registry_checkin declaration;
	struct trip trips[TRAVEL_MAX];
	size_t trip_count;
};

static void
read_who(struct exchange *x, const json_t *body, struct registry_application *a)
{
	struct error e = {0};

	a->id_number = exchange_text(x, body, "id_number", 1, 40);
	a->name = exchange_text(x, body, "name", 1, 100);
	if (a->id_number && !context_is_id_number(a->id_number, &e))
		exchange_invalid(x, "/id_number", "%s", e.message);
}

static void
read_form(struct http_context *c, struct exchange *x, const json_t *body, struct form *form)
{
	struct registry_application *a = &form->application;
	const json_t *travel = json_object_get(body, "travel"), *item;
	const struct pack *pack = NULL;
	struct error e = {0};
	size_t i;

	a->jurisdiction = exchange_text(x, body, "jurisdiction", 1, 64);
	a->division = exchange_text(x, body, "division", 6, 6);
	a->address = exchange_text(x, body, "address", 0, 200);
	a->channel = "web";
	a->applied_at = registry_now(c->registry);
	a->residence_since = REGISTRY_ALWAYS;
	a->how = VOUCHER_NONE;
	if (a->division && !division_find_text(a->division, 6))
		exchange_invalid(x, "/division", "there is no such division");
	if (a->jurisdiction && registry_pack(c->registry, a->jurisdiction, &pack, &e) < 0)
		exchange_invalid(x, "/jurisdiction", "there is no such jurisdiction here");
	if (!json_is_true(json_object_get(body, "promise")))
		exchange_invalid(x, "/promise", "true is needed");
	read_health(x, body, &form->declaration);
	if (!json_is_array(travel) || json_array_size(travel) > TRAVEL_MAX)
		exchange_invalid(x, "/travel", "a list of at most %d is needed", TRAVEL_MAX);
	else if (pack)
		json_array_foreach((json_t *)travel, i,
			item) if (read_trip(x, item, i, pack_zone(pack), &form->trips[form->trip_count])) form->trip_count++;
}

/* The phone's word is held until somebody vouches for it; a helper's, by a mandate, is evidence. */
static int
put_rest(struct http_context *c, struct form *form, person_number person, struct error *e)
{
	enum evidence_outcome outcome;
	int r;

	form->declaration.person = person;
	form->declaration.at = form->application.applied_at;
	form->declaration.phone = form->application.by_mandate ? NULL : form->application.phone;
	r = registry_declaration_put(c->registry, &form->declaration, &outcome, e);
	for (size_t i = 0; i < form->trip_count && r == 0; i++)
		r = put_trip(c, person, &form->trips[i], form->declaration.phone, e);
	return r;
}

/* All or nothing: the application, what was declared, the trips. Of one without effect the rest is dropped. */
static int
put_form(struct http_context *c, struct form *form, struct error *e)
{
	enum evidence_outcome outcome;
	person_number person;
	int r;

	if ((r = registry_begin(c->registry, e)) < 0)
		return r;
	if ((r = registry_apply(c->registry, &form->application, &outcome, &person, e)) < 0)
		goto out;
	if (r == 0 && (r = put_rest(c, form, person, e)) < 0)
		goto out;
	r = registry_commit(c->registry, e);
out:
	if (r < 0)
		registry_rollback(c->registry);
	return r;
}

/* Whether the one who asks has shown that they hold the phone. */
static bool
is_signed_in_with(struct http_context *c, const char *phone)
{
	uint8_t hash[REGISTRY_HASH_SIZE];

	registry_phone_hash(c->registry, phone, hash);
	return c->signed_in && c->session.role == REGISTRY_RESIDENT &&
		memcmp(hash, c->session.phone_hash, sizeof hash) == 0;
}

static void
accept_form(struct exchange *x)
{
	exchange_answer(x, MHD_HTTP_ACCEPTED, json_pack("{s:s}", "state", "awaiting_voucher"));
}

void
answer_apply(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"id_number", "name", "phone", "jurisdiction", "division", "address", "symptoms",
		"contact", "travel", "promise", NULL};
	const json_t *body = exchange_json(x, names);
	char phone[PHONE_SIZE];
	struct form form = {0};
	struct error e = {0};
	const char *text;

	if (!body)
		return;
	text = exchange_text(x, body, "phone", 1, 32);
	if (text && registry_phone_read(text, strlen(text), phone, &e) < 0)
		exchange_invalid(x, "/phone", "%s", e.message);
	read_who(x, body, &form.application);
	read_form(c, x, body, &form);
	if (exchange_failed(x))
		return;
	form.application.phone = phone;
	form.application.phone_proved = is_signed_in_with(c, phone);
	if (put_form(c, &form, &e) < 0)
		exchange_failure(x, &e);
	else
		accept_form(x);
}

void
answer_dependant(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"id_number", "name", "relation", "jurisdiction", "division", "address",
		"symptoms", "contact", "travel", "promise", NULL};
	const json_t *body = exchange_json(x, names);
	struct registry_identity guardian;
	struct form form = {0};
	struct error e = {0};
	struct person_mine self;
	const char *relation;
	int r;

	if (!body)
		return;
	relation = exchange_text(x, body, "relation", 1, 16);
	if (relation && strcmp(relation, "parent") != 0 && strcmp(relation, "child") != 0 &&
		strcmp(relation, "spouse") != 0 && strcmp(relation, "other") != 0)
		exchange_invalid(x, "/relation", "parent, child, spouse or other is needed");
	read_who(x, body, &form.application);
	read_form(c, x, body, &form);
	if (exchange_failed(x) || !relation || !context_person(c, x, "self", &self) ||
		!context_may(c, x, &self, MANDATE_OWN))
		return;
	if (registry_identity_own(c->registry, self.person, &guardian, &e) < 0) {
		exchange_failure(x, &e);
		return;
	}
	form.application.relation = strcmp(relation, "other") == 0 ? "ward" : relation;
	form.application.guardian_id_number = guardian.id_number;
	form.application.phone = guardian.phone;
	form.application.phone_proved = is_signed_in_with(c, guardian.phone);
	r = put_form(c, &form, &e);
	registry_identity_wipe(&guardian);
	if (r == ERROR_DENIED)
		exchange_problem(x, MHD_HTTP_CONFLICT, "too-many-dependants", "%s", e.message);
	else if (r < 0)
		exchange_failure(x, &e);
	else
		accept_form(x);
}

void
answer_apply_for(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {
		"person", "name", "jurisdiction", "division", "address", "symptoms", "contact", "travel", "promise", NULL};
	const json_t *body = exchange_json(x, names);
	struct registry_identity identity = {0};
	const char *handle, *name;
	struct person_mine person;
	struct form form = {0};
	struct error e = {0};

	if (!body)
		return;
	handle = exchange_text(x, body, "person", 1, HANDLE_SIZE - 1);
	name = exchange_text(x, body, "name", 0, 100);
	read_form(c, x, body, &form);
	if (exchange_failed(x) || !context_person(c, x, handle, &person) ||
		!context_may(c, x, &person, MANDATE_APPLICATION))
		return;
	if (registry_identity_own(c->registry, person.person, &identity, &e) < 0) {
		exchange_failure(x, &e);
		return;
	}
	if (!*identity.name && !*name)
		exchange_invalid(x, "/name", "nobody has told their name yet");
	form.application.id_number = identity.id_number;
	form.application.name = *identity.name ? identity.name : name;
	form.application.by_mandate = true;
	if (!exchange_failed(x)) {
		if (put_form(c, &form, &e) < 0)
			exchange_failure(x, &e);
		else
			exchange_answer(x, MHD_HTTP_ACCEPTED, json_pack("{s:s}", "state", "received"));
	}
	registry_identity_wipe(&identity);
}

/* The voucher, and its line in the log that the person can read. */
static int
put_voucher(struct http_context *c, const char *id_number, const char *phone, enum voucher_how how, struct error *e)
{
	const char *by = c->session.user.name;
	person_number person;
	int r;

	if ((r = registry_begin(c->registry, e)) < 0)
		return r;
	if ((r = registry_vouch(c->registry, id_number, phone, how, by, registry_now(c->registry), 0, e)) < 0 ||
		(r = registry_person_by_id_number(c->registry, id_number, strlen(id_number), false, 0, &person, e)) < 0 ||
		(r = registry_access_put(c->registry, person, "voucher", by, e)) < 0 ||
		(r = registry_commit(c->registry, e)) < 0)
		registry_rollback(c->registry);
	return r;
}

void
answer_voucher(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"id_number", "phone", "means", NULL};
	static const struct {
		const char *name;
		enum voucher_how how;
	} means[] = {{"carrier", VOUCHER_CARRIER}, {"id_card", VOUCHER_ID_CARD}, {"community", VOUCHER_COMMITTEE}};
	const json_t *body = exchange_json(x, names);
	const char *id_number, *text, *mean;
	enum voucher_how how = VOUCHER_NONE;
	char phone[PHONE_SIZE];
	struct error e = {0};
	bool claimed;

	if (!body)
		return;
	id_number = exchange_text(x, body, "id_number", 1, 40);
	text = exchange_text(x, body, "phone", 1, 32);
	mean = exchange_text(x, body, "means", 1, 16);
	for (size_t i = 0; mean && i < sizeof means / sizeof means[0]; i++)
		if (strcmp(mean, means[i].name) == 0)
			how = means[i].how;
	if (mean && how == VOUCHER_NONE)
		exchange_invalid(x, "/means", "carrier, id_card or community is needed");
	if (text && registry_phone_read(text, strlen(text), phone, &e) < 0)
		exchange_invalid(x, "/phone", "%s", e.message);
	if (id_number && !context_is_id_number(id_number, &e))
		exchange_invalid(x, "/id_number", "%s", e.message);
	if (exchange_failed(x) || !id_number)
		return;
	if ((how == VOUCHER_CARRIER) != (c->session.role == REGISTRY_CARRIER)) {
		exchange_problem(
			x, MHD_HTTP_FORBIDDEN, "forbidden", "This is not for the role %s", registry_role_name(c->session.role));
		return;
	}
	claimed = context_phone_claims(c, phone, id_number);
	if (claimed && put_voucher(c, id_number, phone, how, &e) < 0)
		exchange_failure(x, &e);
	else
		exchange_answer(x, MHD_HTTP_OK, json_pack("{s:b}", "confirmed", claimed));
}
