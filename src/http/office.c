/* What takes two people, over HTTP: colours set by hand, and rules that go live. Both sign with their password, so that a token that
 * was left somewhere decides nothing. */

#include "office/office.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_check.h"
#include "base/text.h"
#include "http/answers.h"
#include "http/context.h"

enum { PROPOSALS_DEFAULT = 50, PROPOSALS_MOST = 200, PATH_MOST = 128 };

/* Who signs. */
static struct office_actor
actor_of(struct http_context *c, struct exchange *x, const json_t *body)
{
	return (struct office_actor){
		.name = c->session.user.name, .password = exchange_text(x, body, "password", 1, PASSWORD_MAX)};
}

static void
answer_decision(struct exchange *x, int r, int64_t number, enum office_state state, const struct error *e)
{
	if (r < 0)
		exchange_failure(x, e);
	else
		exchange_answer(x, MHD_HTTP_CREATED,
			json_pack("{s:I, s:s}", "proposal", (json_int_t)number, "state", office_state_name(state)));
}

static bool
read_time(struct exchange *x, const json_t *body, const char *name, instant *at)
{
	const char *text = json_string_value(json_object_get(body, name));
	struct error e = {0};
	char pointer[32];

	if (text && time_read(text, strlen(text), &zone_utc, at, &e) == 0)
		return true;
	snprintf(pointer, sizeof pointer, "/%s", name);
	exchange_invalid(x, pointer, "a time such as 2020-03-24T00:00:00+08:00 is needed");
	return false;
}

/* Whom it is about: "person" or "id_number". */
static person_number
read_person(struct http_context *c, struct exchange *x, const json_t *body)
{
	const json_t *number = json_object_get(body, "person");
	json_int_t value = json_integer_value(number);
	person_number person = 0;
	const char *id_number;
	struct error e = {0};
	int r;

	if (number) {
		if (value >= 1 && value <= UINT32_MAX && !json_object_get(body, "id_number"))
			return (person_number)value;
		exchange_invalid(x, "/person", "a person's number, or else an id_number, is needed");
		return 0;
	}
	if (!(id_number = exchange_text(x, body, "id_number", 1, 40)))
		return 0;
	r = registry_person_by_id_number(c->registry, id_number, strlen(id_number), false, 0, &person, &e);
	if (r == ERROR_BAD_INPUT)
		exchange_invalid(x, "/id_number", "%s", e.message);
	else if (r < 0)
		exchange_failure(x, &e);
	return r < 0 ? 0 : person;
}

void
answer_override(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {
		"person", "id_number", "jurisdiction", "colour", "cause", "until", "password", NULL};
	const json_t *body = exchange_json(x, names);
	const struct office office = context_office(c);
	const char *jurisdiction, *colour, *cause;
	struct office_actor actor;
	person_number person;
	enum colour wanted = COLOUR_GREEN;
	struct error e = {0};
	int64_t number = 0;
	instant until = 0;
	int r;

	if (!body)
		return;
	jurisdiction = exchange_text(x, body, "jurisdiction", 1, 63);
	colour = exchange_text(x, body, "colour", 1, 6);
	cause = exchange_text(x, body, "cause", 1, OFFICE_CAUSE_SIZE - 1);
	actor = actor_of(c, x, body);
	read_time(x, body, "until", &until);
	if (jurisdiction && !context_is_jurisdiction(c, jurisdiction))
		exchange_invalid(x, "/jurisdiction", "there is no such jurisdiction here");
	if (colour && !colour_read(colour, &wanted))
		exchange_invalid(x, "/colour", "green, yellow, red or gray expected");
	if (exchange_failed(x) || !(person = read_person(c, x, body)))
		return;
	r = office_override_propose(&office, jurisdiction, person, wanted, cause, until, &actor, &number, &e);
	answer_decision(x, r, number, OFFICE_PROPOSED, &e);
}

/* The proposal that the path names, its kind, and who acts on it. False after answering. */
static bool
read_act(struct http_context *c, struct exchange *x, int64_t *number, struct office_actor *actor)
{
	static const char *const names[] = {"password", NULL};
	const json_t *body = exchange_json(x, names);

	if (!body)
		return false;
	if (!text_integer(x->parameters[0], strlen(x->parameters[0]), 1, INT64_MAX, number)) {
		exchange_problem(x, MHD_HTTP_NOT_FOUND, "not-found", "There is no such proposal");
		return false;
	}
	*actor = actor_of(c, x, body);
	return !exchange_failed(x);
}

typedef int
act_function(const struct office *office, int64_t number, const struct office_actor *actor, struct error *e);

/* What is done with a proposal of its kind. */
struct acts {
	act_function *approve, *revoke;
};

static int
note_kind(const struct office_proposal *proposal, void *context, struct error *e)
{
	(void)e;
	*(struct acts *)context = proposal->is_pack ? (struct acts){office_pack_approve, office_override_revoke}
		: proposal->is_import                   ? (struct acts){office_import_approve, office_import_withdraw}
		: proposal->is_match                    ? (struct acts){office_match_approve, office_match_withdraw}
												: (struct acts){office_override_approve, office_override_revoke};
	return 0;
}

void
answer_approval(struct http_context *c, struct exchange *x)
{
	const struct office office = context_office(c);
	struct office_actor actor;
	struct acts acts = {0};
	struct error e = {0};
	int64_t number;
	int r;

	if (!read_act(c, x, &number, &actor))
		return;
	if ((r = office_proposal(&office, number, note_kind, &acts, &e)) == 0)
		r = acts.approve(&office, number, &actor, &e);
	answer_decision(x, r, number, OFFICE_APPROVED, &e);
}

void
answer_revocation(struct http_context *c, struct exchange *x)
{
	const struct office office = context_office(c);
	struct office_actor actor;
	struct acts acts = {0};
	struct error e = {0};
	int64_t number;
	int r;

	if (!read_act(c, x, &number, &actor))
		return;
	if ((r = office_proposal(&office, number, note_kind, &acts, &e)) == 0)
		r = acts.revoke(&office, number, &actor, &e);
	answer_decision(x, r, number, OFFICE_REVOKED, &e);
}

struct listing {
	struct http_context *c;
	json_t *items;
	int64_t after, limit, last;
	bool more;
};

static json_t *
time_json(struct http_context *c, instant at, bool known)
{
	char text[TIME_TEXT_SIZE];

	return known ? json_string(context_time(c, at, text)) : json_null();
}

static int
list_proposal(const struct office_proposal *p, void *context, struct error *e)
{
	struct listing *l = context;
	json_t *item;

	if (p->number <= l->after)
		return 0;
	if ((int64_t)json_array_size(l->items) == l->limit) {
		l->more = true;
		return 1;
	}
	l->last = p->number;
	item = json_pack("{s:I, s:s, s:s, s:s?, s:s, s:o, s:s?, s:o, s:s?, s:o}", "proposal", (json_int_t)p->number, "kind",
		p->is_pack         ? "pack"
			: p->is_match  ? "match"
			: p->is_import ? "import"
						   : "override",
		"state", office_state_name(p->state), "jurisdiction", p->jurisdiction, "proposed_by", p->proposed_by,
		"proposed_at", time_json(l->c, p->proposed_at, true), "approved_by", p->decided_by, "approved_at",
		time_json(l->c, p->decided_at, p->decided_by != NULL), "revoked_by", p->revoked_by, "revoked_at",
		time_json(l->c, p->revoked_at, p->revoked_by != NULL));
	if (!item)
		return error_no_memory(e);
	if (p->is_pack) {
		json_object_set_new(item, "policy", json_string(p->policy));
		json_object_set_new(item, "from", time_json(l->c, p->from, p->from != INT64_MIN));
	} else if (p->is_import) {
		json_object_set_new(item, "file", json_string(p->file));
		json_object_set_new(item, "import_kind", json_string(p->kind));
		json_object_set_new(item, "people", json_integer(p->people));
	} else if (p->is_match) {
		json_object_set_new(item, "match", json_integer(p->match));
		json_object_set_new(item, "decision", json_string(p->decision));
		json_object_set_new(item, "purpose", json_string(p->purpose));
	} else {
		json_object_set_new(item, "person", json_integer(p->person));
		json_object_set_new(item, "colour", json_string(colour_name(p->colour)));
		json_object_set_new(item, "cause", json_string(p->cause));
		json_object_set_new(item, "until", time_json(l->c, p->until, true));
	}
	return json_array_append_new(l->items, item) < 0 ? error_no_memory(e) : 0;
}

void
answer_proposals(struct http_context *c, struct exchange *x)
{
	struct listing l = {.c = c, .limit = PROPOSALS_DEFAULT};
	const struct office office = context_office(c);
	struct error e = {0};

	if (!exchange_number(x, "cursor", 0, INT64_MAX, &l.after) ||
		!exchange_number(x, "limit", 1, PROPOSALS_MOST, &l.limit))
		return;
	if (!(l.items = json_array()))
		exchange_answer(x, 0, NULL);
	else if (office_proposals_each(&office, list_proposal, &l, &e) < 0)
		exchange_failure(x, &e);
	else
		exchange_page(x, l.items, l.more, l.last);
	json_decref(l.items);
}

/* "pack.json", "rules/NAME.json" or "texts/NAME.json". */
static bool
is_pack_path(const char *path)
{
	size_t length = strlen(path);
	const char *name = text_starts(path, "rules/") || text_starts(path, "texts/") ? path + strlen("rules/") : path;

	return length <= PATH_MOST && strlen(name) > strlen(".json") &&
		strcmp(path + length - strlen(".json"), ".json") == 0 && *name != '.' && !strchr(name, '/') &&
		(name != path || strcmp(path, "pack.json") == 0);
}

static void
note_fault(void *context, const struct error *fault)
{
	char pointer[JSON_POINTER_SIZE];
	const char *path = strchr(fault->file, '/'); /* after the jurisdiction's name */

	json_pointer(pointer, "/files", path ? path + 1 : "");
	exchange_invalid(context, pointer, "line %zu, column %zu: %s", fault->line, fault->column, fault->message);
}

static void
keep_pack(struct http_context *c, struct exchange *x, const json_t *files, const char *jurisdiction)
{
	struct pack_file *list = calloc(json_object_size(files) + 1, sizeof *list);
	const struct pack *pack;
	struct error e = {0};
	const char *path;
	json_t *text;
	size_t count = 0;
	int r;

	if (!list) {
		exchange_answer(x, 0, NULL);
		return;
	}
	json_object_foreach((json_t *)files, path, text)
	{
		if (!is_pack_path(path) || !json_is_string(text))
			exchange_invalid(x, "/files", "texts under pack.json, rules/NAME.json and texts/NAME.json are needed");
		else
			list[count++] = (struct pack_file){path, json_string_value(text), json_string_length(text)};
	}
	if (!exchange_failed(x)) {
		r = registry_pack_keep_files(c->registry, list, count, jurisdiction, note_fault, x, &pack, &e);
		if (r == ERROR_EXISTS_NOT)
			exchange_invalid(x, "/files", "there is no pack.json");
		else if (r < 0 && !exchange_failed(x))
			exchange_failure(x, &e);
		else if (r == 0)
			exchange_answer(x, MHD_HTTP_CREATED,
				json_pack("{s:s, s:s}", "policy", pack_hash(pack), "jurisdiction", pack_jurisdiction(pack)));
	}
	free(list);
}

void
answer_keep_pack(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"jurisdiction", "files", NULL};
	const json_t *body = exchange_json(x, names), *files = json_object_get(body, "files");
	const char *jurisdiction;

	if (!body)
		return;
	jurisdiction = exchange_text(x, body, "jurisdiction", 1, 63);
	if (jurisdiction &&
		strspn(jurisdiction, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(jurisdiction)) /* no path, for one */
		exchange_invalid(x, "/jurisdiction", "a-z, 0-9 and - are expected");
	if (!json_is_object(files) || json_object_size(files) > PACK_FILES_MAX)
		exchange_invalid(x, "/files", "an object of at most %d files is needed", PACK_FILES_MAX);
	if (!exchange_failed(x))
		keep_pack(c, x, files, jurisdiction);
}

void
answer_activation(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"from", "password", NULL};
	const json_t *body = exchange_json(x, names);
	const struct office office = context_office(c);
	enum office_state state = OFFICE_PROPOSED;
	struct office_actor actor;
	struct error e = {0};
	int64_t number = 0;
	instant from = 0;
	bool later;
	int r;

	if (!body)
		return;
	actor = actor_of(c, x, body);
	later = json_object_get(body, "from") != NULL;
	if (later)
		read_time(x, body, "from", &from);
	if (exchange_failed(x))
		return;
	r = office_pack_activate_kept(&office, x->parameters[0], later ? &from : NULL, &actor, &number, &state, &e);
	answer_decision(x, r, number, state, &e);
}
