/* Applying, for oneself and for others, and saying that a phone speaks for an ID number. */

#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

#include "http/answers.h"
#include "http/context.h"
#include "http/form.h"

/* All or nothing: the application, what was declared, the trips. */
static int
put_form(struct http_context *c, struct form *form, struct error *e)
{
	person_number person;
	int r;

	if ((r = registry_begin(c->registry, e)) < 0)
		return r;
	if ((r = form_put(c, form, &person, e)) < 0 || (r = registry_commit(c->registry, e)) < 0)
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
	form_read_who(x, body, &form.application);
	form_read(c, x, body, &form);
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
	relation = form_read_relation(x, body, 1);
	form_read_who(x, body, &form.application);
	form_read(c, x, body, &form);
	if (exchange_failed(x) || !relation || !context_person(c, x, "self", &self) ||
		!context_may(c, x, &self, MANDATE_OWN))
		return;
	if (registry_identity_own(c->registry, self.person, &guardian, &e) < 0) {
		exchange_failure(x, &e);
		return;
	}
	form.application.relation = relation;
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
	form_read(c, x, body, &form);
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
