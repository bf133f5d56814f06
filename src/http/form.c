#include "http/form.h"

#include <stdio.h>
#include <string.h>

#include "http/answers.h"
#include "http/context.h"
#include "place/place.h"

enum { SYMPTOMS_MOST = 9 };

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

static bool
read_trip(struct exchange *x, const json_t *item, size_t i, const struct zone *zone, struct form_trip *trip)
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
put_trip(struct http_context *c, person_number person, const struct form_trip *trip, const char *phone, struct error *e)
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

void
form_read_who(struct exchange *x, const json_t *body, struct registry_application *a)
{
	struct error e = {0};

	a->id_number = exchange_text(x, body, "id_number", 1, 40);
	a->name = exchange_text(x, body, "name", 1, 100);
	if (a->id_number && !context_is_id_number(a->id_number, &e))
		exchange_invalid(x, "/id_number", "%s", e.message);
}

void
form_read(struct http_context *c, struct exchange *x, const json_t *body, struct form *form)
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
	/* The registry would read a folder of that name, too: what comes from outside names none. */
	if (a->jurisdiction &&
		(!context_is_jurisdiction(c, a->jurisdiction) || registry_pack(c->registry, a->jurisdiction, &pack, &e) < 0))
		exchange_invalid(x, "/jurisdiction", "there is no such jurisdiction here");
	if (!json_is_true(json_object_get(body, "promise")))
		exchange_invalid(x, "/promise", "true is needed");
	read_health(x, body, &form->declaration);
	if (!json_is_array(travel) || json_array_size(travel) > FORM_TRAVEL_MAX)
		exchange_invalid(x, "/travel", "a list of at most %d is needed", FORM_TRAVEL_MAX);
	else if (pack)
		json_array_foreach((json_t *)travel, i,
			item) if (read_trip(x, item, i, pack_zone(pack), &form->trips[form->trip_count])) form->trip_count++;
}

const char *
form_read_relation(struct exchange *x, const json_t *body, size_t least)
{
	const char *relation = exchange_text(x, body, "relation", least, 16);

	if (!relation || !*relation || strcmp(relation, "parent") == 0 || strcmp(relation, "child") == 0 ||
		strcmp(relation, "spouse") == 0)
		return relation;
	if (strcmp(relation, "other") == 0)
		return "ward";
	exchange_invalid(x, "/relation", "parent, child, spouse or other is needed");
	return NULL;
}

/* The phone's word is held until somebody vouches for it; a helper's by a mandate, and what a committee writes down, is evidence. */
static int
put_rest(struct http_context *c, struct form *form, person_number person, struct error *e)
{
	enum evidence_outcome outcome;
	int r;

	form->declaration.person = person;
	form->declaration.at = form->application.applied_at;
	form->declaration.phone =
		form->application.by_mandate || form->application.how != VOUCHER_NONE ? NULL : form->application.phone;
	r = registry_declaration_put(c->registry, &form->declaration, &outcome, e);
	for (size_t i = 0; i < form->trip_count && r == 0; i++)
		r = put_trip(c, person, &form->trips[i], form->declaration.phone, e);
	return r;
}

int
form_put(struct http_context *c, struct form *form, person_number *ret_person, struct error *e)
{
	enum evidence_outcome outcome;
	int r = registry_apply(c->registry, &form->application, &outcome, ret_person, e);

	return r == 0 ? put_rest(c, form, *ret_person, e) : r < 0 ? r : 0;
}
