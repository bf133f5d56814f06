/* A community committee's staff apply for the people of a household, and print codes on paper for those without a phone. */

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "http/answers.h"
#include "http/context.h"
#include "http/form.h"

enum { HOUSEHOLD_MAX = 20 };

/* The committee's user, with the division; false after answering. */
static bool
committee(struct http_context *c, struct exchange *x, const char *division, struct registry_user *ret_user)
{
	struct error e = {0};

	if (registry_user_find(c->registry, c->session.user.name, ret_user, &e) < 0) {
		exchange_failure(x, &e);
		return false;
	}
	if (registry_user_covers(ret_user, division))
		return true;
	exchange_problem(x, MHD_HTTP_FORBIDDEN, "outside-division", "%s",
		*ret_user->division ? "This committee applies for people of its own division"
							: "No division was told for this committee");
	return false;
}

struct household {
	size_t count;
	json_t *members[HOUSEHOLD_MAX]; /* each with what the household shares */
	char phones[HOUSEHOLD_MAX][PHONE_SIZE];
	struct form forms[HOUSEHOLD_MAX];
};

static void
household_free(struct household *household)
{
	for (size_t i = 0; i < household->count; i++)
		json_decref(household->members[i]);
	free(household);
}

static void
read_member(struct http_context *c, struct exchange *x, const json_t *body, const json_t *given,
	struct household *household, size_t i)
{
	static const char *const names[] = {
		"id_number", "name", "phone", "relation", "symptoms", "contact", "travel", "promise", NULL};
	static const char *const shared[] = {"jurisdiction", "division", "address"};
	struct registry_application *a = &household->forms[i].application;
	const char *phone, *relation;
	struct error e = {0};
	json_t *member;

	snprintf(x->within, sizeof x->within, "/people/%zu", i);
	exchange_members(x, given, "", names);
	member = household->members[household->count++] =
		json_is_object(given) ? json_copy((json_t *)given) : json_object();
	for (size_t j = 0; j < sizeof shared / sizeof *shared; j++)
		if (json_object_get(body, shared[j]))
			json_object_set(member, shared[j], json_object_get(body, shared[j]));
	form_read_who(x, member, a);
	form_read(c, x, member, &household->forms[i]);
	phone = exchange_text(x, member, "phone", 0, 32);
	relation = form_read_relation(x, member, 0);
	if (phone && *phone && registry_phone_read(phone, strlen(phone), household->phones[i], &e) < 0)
		exchange_invalid(x, "/phone", "%s", e.message);
	if (relation && *relation && (i == 0 || !*household->phones[0] || *household->phones[i]))
		exchange_invalid(x, "/relation", "is of who has no phone, to the first, who has one and acts for them");
	a->how = VOUCHER_COMMITTEE;
	a->vouched_by = c->session.user.name;
	a->channel = "committee";
	a->phone = *household->phones[i] ? household->phones[i] : NULL;
	if (relation && *relation) {
		a->relation = relation;
		a->guardian_id_number = household->forms[0].application.id_number;
		a->phone = household->phones[0];
	}
	x->within[0] = 0;
}

/* Everybody or nobody, each with a line in the log that they read. */
static int
put_household(struct http_context *c, struct household *household, struct error *e)
{
	person_number person;
	int r;

	if ((r = registry_begin(c->registry, e)) < 0)
		return r;
	for (size_t i = 0; i < household->count && r == 0; i++)
		if ((r = form_put(c, &household->forms[i], &person, e)) == 0 &&
			(r = registry_access_put(c->registry, person, "household", c->session.user.name, e)) == 0)
			r = registry_notice_put_person(c->registry, person, "household", HOUSEHOLD_NOTICE, e);
	if (r < 0 || (r = registry_commit(c->registry, e)) < 0)
		registry_rollback(c->registry);
	return r;
}

void
answer_household(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"jurisdiction", "division", "address", "people", NULL};
	const json_t *body = exchange_json(x, names), *people, *given;
	struct household *household;
	struct registry_user user;
	const char *division;
	struct error e = {0};
	size_t i;
	int r;

	if (!body)
		return;
	people = json_object_get(body, "people");
	division = exchange_text(x, body, "division", 6, 6);
	if (!json_is_array(people) || !json_array_size(people) || json_array_size(people) > HOUSEHOLD_MAX)
		exchange_invalid(x, "/people", "a list of 1 to %d people is needed", HOUSEHOLD_MAX);
	if (exchange_failed(x) || !committee(c, x, division, &user))
		return;
	if (!(household = calloc(1, sizeof *household))) {
		error_no_memory(&e);
		exchange_failure(x, &e);
		return;
	}
	json_array_foreach((json_t *)people, i, given) read_member(c, x, body, given, household, i);
	if (!exchange_failed(x)) {
		r = put_household(c, household, &e);
		if (r == ERROR_DENIED)
			exchange_problem(x, MHD_HTTP_CONFLICT, "too-many-dependants", "%s", e.message);
		else if (r < 0)
			exchange_failure(x, &e);
		else
			exchange_answer(x, MHD_HTTP_CREATED, json_pack("{s:I}", "people", (json_int_t)household->count));
	}
	household_free(household);
}

struct living {
	const struct registry_user *user;
	const char *jurisdiction;
	bool here;
};

static int
note_home(const struct registry_applied *applied, void *context, struct error *e)
{
	struct living *living = context;

	(void)e;
	if (strcmp(applied->jurisdiction, living->jurisdiction) == 0)
		living->here = registry_user_covers(living->user, applied->division);
	return 0;
}

/* Whom ${id} names, if they applied in the pack's jurisdiction and live where the committee works; false after noting the fault, the same for
 * who is not known and who lives elsewhere. */
static bool
read_neighbour(struct http_context *c, struct exchange *x, const struct registry_user *user, const struct pack *pack,
	const json_t *id, size_t i, struct gate_paper *request)
{
	struct living living = {.user = user, .jurisdiction = pack_jurisdiction(pack)};
	const char *text = json_string_value(id);
	struct registry_colour colour;
	char pointer[40];
	struct error e = {0};
	int r = ERROR_BAD_INPUT;

	if (text)
		r = registry_person_by_id_number(c->registry, text, strlen(text), false, 0, &request->person, &e);
	if (r == 0)
		r = registry_applications_each(c->registry, request->person, note_home, &living, &e);
	if (r < 0 && r != ERROR_BAD_INPUT && r != ERROR_EXISTS_NOT) {
		exchange_failure(x, &e);
		return false;
	}
	if (r < 0 || !living.here) {
		snprintf(pointer, sizeof pointer, "/id_numbers/%zu", i);
		exchange_invalid(x, pointer, "nobody of this committee's division applied there with this number");
		return false;
	}
	if (cascade_colour(c->cascade, request->person, pack_jurisdiction(pack), &colour, &e) < 0) {
		exchange_failure(x, &e);
		return false;
	}
	request->pack = pack;
	request->by = user->name;
	return code_colour_read(colour_name(colour.colour), &request->colour);
}

void
answer_paper_codes(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"jurisdiction", "id_numbers", "size", NULL};
	const json_t *body = exchange_json(x, names), *list, *id;
	struct gate_paper requests[HOUSEHOLD_MAX] = {0};
	const char *jurisdiction, *size;
	const struct pack *pack = NULL;
	struct registry_user user;
	struct error e = {0};
	size_t i, count;
	int r;

	if (!body)
		return;
	list = json_object_get(body, "id_numbers");
	jurisdiction = exchange_text(x, body, "jurisdiction", 1, 64);
	size = exchange_text(x, body, "size", 0, 2);
	if (!json_is_array(list) || !json_array_size(list) || json_array_size(list) > HOUSEHOLD_MAX)
		exchange_invalid(x, "/id_numbers", "a list of 1 to %d is needed", HOUSEHOLD_MAX);
	if (size && *size && strcmp(size, "a4") != 0 && strcmp(size, "a6") != 0)
		exchange_invalid(x, "/size", "a4 or a6 is needed");
	if (jurisdiction &&
		(!context_is_jurisdiction(c, jurisdiction) || registry_pack(c->registry, jurisdiction, &pack, &e) < 0))
		exchange_invalid(x, "/jurisdiction", "there is no such jurisdiction here");
	if (exchange_failed(x))
		return;
	if (registry_user_find(c->registry, c->session.user.name, &user, &e) < 0) {
		exchange_failure(x, &e);
		return;
	}
	count = json_array_size(list);
	json_array_foreach((json_t *)list, i, id)
	{
		requests[i].size = size && strcmp(size, "a6") == 0 ? PAPER_A6 : PAPER_A4;
		(void)read_neighbour(c, x, &user, pack, id, i, &requests[i]);
	}
	if (exchange_failed(x))
		return;
	x->bytes = buffer_make(PAPER_PDF_MAX);
	r = gate_papers(c->registry, c->issuer, requests, count, registry_now(c->registry), &x->bytes, &e);
	if (r < 0) {
		buffer_free(&x->bytes);
		exchange_failure(x, &e);
		return;
	}
	x->status = MHD_HTTP_OK;
	x->content_type = "application/pdf";
}
