/* Signing in and out. */

#include <microhttpd.h>
#include <string.h>

#include "credential/credential.h"
#include "http/answers.h"
#include "http/context.h"

static const char *const roles[REGISTRY_ROLE_COUNT] = {
	[REGISTRY_CARRIER] = "clinician", /* the interface knows no role of their own: both vouch */
	[REGISTRY_COMMITTEE] = "clinician",
};

static const char *
role_name(enum registry_role role)
{
	return roles[role] ? roles[role] : registry_role_name(role);
}

void
answer_send_code(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"phone", "id_number", NULL};
	const json_t *body = exchange_json(x, names);
	const char *phone, *id_number;
	struct error e = {0};
	char normal[PHONE_SIZE];
	int r;

	if (!body)
		return;
	phone = exchange_text(x, body, "phone", 1, 32);
	id_number = exchange_text(x, body, "id_number", 1, 40);
	if (phone && registry_phone_read(phone, strlen(phone), normal, &e) < 0)
		exchange_invalid(x, "/phone", "%s", e.message);
	if (id_number && !context_is_id_number(id_number, &e))
		exchange_invalid(x, "/id_number", "%s", e.message);
	if (exchange_failed(x))
		return;
	r = registry_sign_in_request(c->registry, normal, &e);
	if (r == ERROR_DENIED) {
		exchange_problem(x, MHD_HTTP_TOO_MANY_REQUESTS, "too-many-requests", "Please wait a little");
		exchange_set_header(x, "Retry-After", "%d", SIGN_IN_PAUSE_S);
	} else if (r < 0) {
		exchange_failure(x, &e);
	} else {
		exchange_answer(x, MHD_HTTP_ACCEPTED, json_pack("{s:i}", "valid_s", SIGN_IN_LASTS_S));
	}
}

static void
failed(struct exchange *x)
{
	exchange_problem(x, MHD_HTTP_UNAUTHORIZED, "sign-in-failed", "That did not match");
}

static bool
sign_in_resident(struct http_context *c, struct exchange *x, const json_t *body, char token[TOKEN_TEXT_SIZE])
{
	const char *phone = exchange_text(x, body, "phone", 1, 32), *id_number = exchange_text(x, body, "id_number", 1, 40);
	const char *code = exchange_text(x, body, "code", SIGN_IN_CODE_DIGITS, SIGN_IN_CODE_DIGITS);
	struct error e = {0};
	char normal[PHONE_SIZE];
	int r;

	if (phone && registry_phone_read(phone, strlen(phone), normal, &e) < 0)
		exchange_invalid(x, "/phone", "%s", e.message);
	if (exchange_failed(x))
		return false;
	r = registry_sign_in(c->registry, normal, code, token, &e);
	if (r == 0 && context_phone_claims(c, normal, id_number))
		return true;
	if (r == 0)
		registry_session_end(c->registry, token, &e);
	if (r == 0 || r == ERROR_DENIED)
		failed(x);
	else
		exchange_failure(x, &e);
	return false;
}

static bool
sign_in_user(struct http_context *c, struct exchange *x, const json_t *body, char token[TOKEN_TEXT_SIZE])
{
	const char *name = exchange_text(x, body, "user", 1, 64),
			   *password = exchange_text(x, body, "password", 1, PASSWORD_MAX);
	struct registry_user user;
	struct error e = {0};
	int r;

	if (exchange_failed(x))
		return false;
	r = registry_user_authenticate(c->registry, name, password, &user, &e);
	if (r == 0)
		r = registry_session_start_user(c->registry, &user,
			user.role == REGISTRY_GATE || user.role == REGISTRY_CARRIER ? SESSION_DEVICE_S : SESSION_USER_S, token, &e);
	if (r == ERROR_DENIED)
		failed(x);
	else if (r < 0)
		exchange_failure(x, &e);
	return r == 0;
}

static json_t *
describe(struct http_context *c, const struct registry_session *session)
{
	char expires[TIME_TEXT_SIZE];
	json_t *answer = json_pack(
		"{s:s, s:s}", "role", role_name(session->role), "expires_at", context_time(c, session->expires_at, expires));

	if (session->role != REGISTRY_RESIDENT)
		json_object_set_new(answer, "user", json_string(session->user.name));
	return answer;
}

void
answer_sign_in(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"phone", "id_number", "code", "user", "password", "transport", NULL};
	const json_t *body = exchange_json(x, names);
	struct registry_session session;
	char token[TOKEN_TEXT_SIZE];
	const char *transport;
	struct error e = {0};
	json_t *answer;

	if (!body)
		return;
	transport = exchange_text(x, body, "transport", 0, 16);
	if (transport && *transport && strcmp(transport, "cookie") != 0 && strcmp(transport, "token") != 0)
		exchange_invalid(x, "/transport", "cookie or token is needed");
	if (exchange_failed(x))
		return;
	if (!(json_object_get(body, "user") ? sign_in_user(c, x, body, token) : sign_in_resident(c, x, body, token)))
		return;
	if (registry_session_find(c->registry, token, &session, &e) < 0) {
		exchange_failure(x, &e);
		return;
	}
	answer = describe(c, &session);
	if (transport && strcmp(transport, "token") == 0)
		json_object_set_new(answer, "token", json_string(token));
	else
		exchange_set_header(x, "Set-Cookie",
			"__Host-session=%s; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=%lld", token,
			(long long)(session.expires_at - session.started_at));
	exchange_answer(x, MHD_HTTP_CREATED, answer);
}

void
answer_session(struct http_context *c, struct exchange *x)
{
	exchange_answer(x, MHD_HTTP_OK, describe(c, &c->session));
}

void
answer_sign_out(struct http_context *c, struct exchange *x)
{
	struct error e = {0};

	if (c->signed_in && registry_session_end(c->registry, c->token, &e) < 0) {
		exchange_failure(x, &e);
		return;
	}
	exchange_set_header(x, "Set-Cookie", "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
	x->status = MHD_HTTP_NO_CONTENT;
}
