#include "http/context.h"

#include <microhttpd.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "http/idempotency.h"
#include "http/peer_client.h"
#include "http/rehearsals.h"
#include "keys/keys.h"
#include "office/office.h"

enum { LIST_LASTS_S = 300, ZONE_LASTS_S = 10, LIST_MAX = 16 << 20, LIMIT_KEY_BYTES = 16, REFRESH_BEFORE_END_S = 15 };

struct http_shared {
	char *data, *database, *presence;
	struct registry_where where; /* of the three */
	pthread_mutex_t lock;
	struct http_context *contexts; /* of every thread, to be closed at the end */
	struct buffer list;            /* the trust list as of ${list_at}: one for all threads, so that its ETag holds */
	instant list_at;
	int64_t list_changes; /* gate_list_changes before it was made */
	struct shown *shown;
	struct rehearsals *rehearsals;
	struct changes *changes;
	struct memory *sessions, *codes;
	struct peer_client *client;                               /* NULL: peers are not asked */
	uint8_t memory_key[crypto_shorthash_siphashx24_KEYBYTES]; /* of what is remembered, this process's own */
	pthread_mutex_t asking;
};

/* A resident's session, by the hash of its token. Users are few. */
struct remembered_session {
	uint8_t phone_hash[REGISTRY_HASH_SIZE], hash[REGISTRY_HASH_SIZE];
	instant started_at, expires_at;
};

static _Thread_local struct {
	const struct http_shared *shared;
	struct http_context *context;
} mine;

static void
close_context(struct http_context *context)
{
	if (!context)
		return;
	json_decref(context->case_map);
	issuer_close(context->issuer);
	cascade_close(context->cascade);
	registry_close(context->registry);
	free(context);
}

static int
open_context(struct http_shared *shared, struct http_context **ret_context, struct error *e)
{
	struct http_context *context = calloc(1, sizeof *context);
	int r;

	if (!context)
		return error_no_memory(e);
	context->shared = shared;
	if ((r = registry_open(&shared->where, &context->registry, e)) < 0 ||
		(r = cascade_open(context->registry, &context->cascade, e)) < 0 ||
		(r = issuer_open(registry_db(context->registry), registry_keys(context->registry), &context->issuer, e)) < 0 ||
		(r = idempotency_open(context, e)) < 0) {
		close_context(context);
		return r;
	}
	*ret_context = context;
	return 0;
}

int
context_share(const struct http_options *options, struct http_shared **ret_shared, struct error *e)
{
	struct http_shared *shared = calloc(1, sizeof *shared);
	struct http_context *tried = NULL;
	int r;

	if (!shared)
		return error_no_memory(e);
	pthread_mutex_init(&shared->lock, NULL);
	pthread_mutex_init(&shared->asking, NULL);
	shared->list = buffer_make(LIST_MAX);
	randombytes_buf(shared->memory_key, sizeof shared->memory_key);
	if (!(shared->data = text_copy(options->data, e)) ||
		(options->database && !(shared->database = text_copy(options->database, e))) ||
		(options->presence && !(shared->presence = text_copy(options->presence, e)))) {
		r = ERROR_NO_MEMORY;
		goto out;
	}
	shared->where = (struct registry_where){shared->data, shared->database, shared->presence};
	if ((options->peers &&
			(r = peer_client_new(options->peer_certificate, options->peer_key, &shared->client, e)) < 0) ||
		(r = changes_new(&shared->changes, e)) < 0 ||
		(r = memory_new(sizeof(struct remembered_session), shared->changes, &shared->sessions, e)) < 0 ||
		(r = memory_new(sizeof(struct context_code), shared->changes, &shared->codes, e)) < 0 ||
		(r = shown_new(&shared->shown, e)) < 0 || (r = rehearsals_new(&shared->where, &shared->rehearsals, e)) < 0 ||
		(r = open_context(shared, &tried, e)) < 0)
		goto out;
	*ret_shared = shared;
	shared = NULL;
out:
	close_context(tried);
	context_share_end(shared);
	return r;
}

void
context_share_end(struct http_shared *shared)
{
	if (!shared)
		return;
	while (shared->contexts) {
		struct http_context *context = shared->contexts;

		shared->contexts = context->next;
		close_context(context);
	}
	memory_free(shared->sessions);
	memory_free(shared->codes);
	changes_free(shared->changes);
	pthread_mutex_destroy(&shared->lock);
	pthread_mutex_destroy(&shared->asking);
	peer_client_free(shared->client);
	buffer_free(&shared->list);
	shown_free(shared->shown);
	rehearsals_free(shared->rehearsals);
	free(shared->data);
	free(shared->database);
	free(shared->presence);
	free(shared);
}

struct http_context *
context_get(struct http_shared *shared, struct error *e)
{
	struct http_context *context;

	if (mine.shared == shared)
		return mine.context;
	if (open_context(shared, &context, e) < 0)
		return NULL;
	pthread_mutex_lock(&shared->lock);
	context->next = shared->contexts;
	shared->contexts = context;
	pthread_mutex_unlock(&shared->lock);
	mine.shared = shared;
	mine.context = context;
	return context;
}

struct office
context_office(const struct http_context *context)
{
	return (struct office){.cascade = context->cascade, .issuer = context->issuer};
}

void
context_hash(const struct http_context *context, const void *bytes, size_t length, uint8_t hash[MEMORY_KEY_SIZE])
{
	_Static_assert(MEMORY_KEY_SIZE == crypto_shorthash_siphashx24_BYTES, "SipHash-2-4 of 128 bits");
	crypto_shorthash_siphashx24(hash, bytes, length, context->shared->memory_key);
}

static bool
read_token(const struct exchange *x, char token[TOKEN_TEXT_SIZE], bool *ret_cookie)
{
	const char *authorization = exchange_header(x, "Authorization");

	*ret_cookie = false;
	if (authorization && text_starts(authorization, "Bearer ") &&
		strlen(authorization + strlen("Bearer ")) < TOKEN_TEXT_SIZE) {
		strcpy(token, authorization + strlen("Bearer "));
		return true;
	}
	*ret_cookie = exchange_cookie(x, "__Host-session", token, TOKEN_TEXT_SIZE);
	return *ret_cookie;
}

/* A page of another site may make a browser send our cookie, but not hide where it comes from. */
static bool
from_here(const struct exchange *x)
{
	const char *origin = exchange_header(x, "Origin"), *host = exchange_header(x, "Host");
	const char *name = origin ? strstr(origin, "://") : NULL;

	return !origin || (name && host && strcmp(name + strlen("://"), host) == 0);
}

static bool
may(enum route_role wanted, enum registry_role role)
{
	switch (wanted) {
	case ROLE_ANYBODY:
	case ROLE_SIGNED_IN:
		return true;
	case ROLE_RESIDENT:
		return role == REGISTRY_RESIDENT;
	case ROLE_GATE:
		return role == REGISTRY_GATE || role == REGISTRY_SUPERVISOR;
	case ROLE_OFFICE:
		return role == REGISTRY_SUPERVISOR || role == REGISTRY_AUDITOR;
	case ROLE_VOUCHER:
		return role == REGISTRY_CLINICIAN || role == REGISTRY_SUPERVISOR || role == REGISTRY_CARRIER ||
			role == REGISTRY_COMMITTEE;
	case ROLE_STAFF:
		return role == REGISTRY_CLINICIAN || role == REGISTRY_SUPERVISOR;
	case ROLE_COMMITTEE:
		return role == REGISTRY_COMMITTEE;
	case ROLE_CONSOLE:
		return role == REGISTRY_TRACER || role == REGISTRY_SUPERVISOR || role == REGISTRY_AUDITOR;
	case ROLE_OPENER:
		return role == REGISTRY_TRACER || role == REGISTRY_SUPERVISOR;
	case ROLE_DECIDER:
		return office_role(role);
	case ROLE_DECISION:
		return office_role(role) || role == REGISTRY_AUDITOR;
	case ROLE_PEER: /* signed in nowhere: context_admit */
		return false;
	case ROLE_CLINICIAN:
		return role == REGISTRY_CLINICIAN;
	case ROLE_FEED:
		return role == REGISTRY_CLINICIAN || role == REGISTRY_SUPERVISOR || role == REGISTRY_ADMINISTRATOR;
	}
	return false;
}

/* The session of the token whose hash is ${key}: 0, ERROR_DENIED, or a code. */
static int
find_session(struct http_context *context, const uint8_t key[MEMORY_KEY_SIZE], struct error *e)
{
	instant now = registry_clock(context->registry);
	struct registry_session *session = &context->session;
	struct remembered_session known;
	struct db_about about = {0};
	int r;

	if (memory_find(context->shared->sessions, key, now, &known)) {
		*session = (struct registry_session){
			.role = REGISTRY_RESIDENT, .started_at = known.started_at, .expires_at = known.expires_at};
		memcpy(session->phone_hash, known.phone_hash, sizeof known.phone_hash);
		memcpy(session->hash, known.hash, sizeof known.hash);
		return 0;
	}
	if ((r = registry_session_find(context->registry, context->token, session, e)) == 0 &&
		session->role == REGISTRY_RESIDENT) {
		known = (struct remembered_session){.started_at = session->started_at, .expires_at = session->expires_at};
		memcpy(known.phone_hash, session->phone_hash, sizeof known.phone_hash);
		memcpy(known.hash, session->hash, sizeof known.hash);
		db_about_add(&about, db_blob(session->hash, sizeof session->hash));
		memory_put(context->shared->sessions, key, &about, context->number, now, session->expires_at, &known);
	}
	return r;
}

bool
context_recognise(struct http_context *context, struct exchange *x)
{
	bool given = read_token(x, context->token, &context->cookie);
	uint8_t key[MEMORY_KEY_SIZE];
	struct error e = {0};
	int r = ERROR_DENIED;

	if (given) {
		context_hash(context, context->token, strlen(context->token), key);
		if ((r = changes_read(context->shared->changes, registry_db(context->registry), &context->version,
				 &context->number, &e)) == 0)
			r = find_session(context, key, &e);
	}
	context->signed_in = r == 0;
	if (r < 0 && r != ERROR_DENIED) {
		exchange_failure(x, &e);
		return false;
	}
	if (context->signed_in) {
		strcpy(x->limit_key, "session:");
		text_hex(key, LIMIT_KEY_BYTES, x->limit_key + strlen("session:"));
	}
	return true;
}

static bool
changes_something(const struct exchange *x)
{
	return strcmp(x->method, "GET") != 0 && strcmp(x->method, "HEAD") != 0;
}

bool
context_admit(struct http_context *context, const struct route *route, struct exchange *x)
{
	if (context->signed_in && context->cookie && changes_something(x) && !from_here(x)) {
		exchange_problem(x, MHD_HTTP_FORBIDDEN, "forbidden", "This came from another site's page");
		return false;
	}
	if (route->role == ROLE_ANYBODY)
		return true;
	if (route->role == ROLE_PEER) {
		if (!x->has_pin)
			exchange_problem(x, MHD_HTTP_UNAUTHORIZED, "certificate-needed", "Show your TLS certificate");
		return x->has_pin;
	}
	if (!context->signed_in) {
		exchange_problem(x, MHD_HTTP_UNAUTHORIZED, "sign-in-needed", "Please sign in");
		exchange_set_header(x, "WWW-Authenticate", "Bearer");
		return false;
	}
	if (!may(route->role, context->session.role)) {
		exchange_problem(x, MHD_HTTP_FORBIDDEN, "forbidden", "This is not for the role %s",
			registry_role_name(context->session.role));
		return false;
	}
	return true;
}

const struct zone *
context_zone(struct http_context *context)
{
	instant now = registry_clock(context->registry);
	const struct pack *pack;
	struct error e = {0};

	/* Each answer has several times in it, and asking for the pack costs two statements. */
	if (!context->zone || now < context->zone_at || now >= context->zone_at + ZONE_LASTS_S) {
		context->zone = registry_pack(context->registry, NULL, &pack, &e) == 0 ? pack_zone(pack) : &zone_utc;
		context->zone_at = now;
	}
	return context->zone;
}

const char *
context_time(struct http_context *context, instant at, char *text)
{
	return time_write(at, context_zone(context), text);
}

instant
context_refresh_at(instant issued_at, int64_t lifetime_s)
{
	return issued_at + lifetime_s - (lifetime_s > 2 * REFRESH_BEFORE_END_S ? REFRESH_BEFORE_END_S : lifetime_s / 2);
}

int64_t
context_code_lifetime(struct http_context *context, const struct pack *pack)
{
	struct error e = {0};

	if (!pack)
		(void)registry_pack(context->registry, NULL, &pack, &e);
	return gate_code_lifetime(pack);
}

struct rehearsals *
context_rehearsals(struct http_context *context)
{
	return context->shared->rehearsals;
}

bool
context_is_jurisdiction(struct http_context *context, const char *name)
{
	char(*names)[JURISDICTION_SIZE] = NULL;
	struct error e = {0};
	bool found = false;
	size_t count;

	if (registry_jurisdictions(context->registry, &names, &count, &e) < 0)
		return false;
	for (size_t i = 0; i < count; i++)
		found |= strcmp(names[i], name) == 0;
	free(names);
	return found;
}

int
context_ask_peer(struct http_context *context, const struct peer_asking *asking, struct buffer *statement, char *cause,
	struct error *e)
{
	struct http_shared *shared = context->shared;
	int r;

	if (!shared->client)
		return error_set(e, ERROR_IO, "this service asks no others");
	if (pthread_mutex_trylock(&shared->asking) != 0)
		return error_set(e, ERROR_IN_USE, "another question is under way");
	r = peer_client_ask(shared->client, asking, statement, cause, e);
	pthread_mutex_unlock(&shared->asking);
	return r;
}

struct memory *
context_codes(struct http_context *context)
{
	return context->shared->codes;
}

struct shown *
context_shown(struct http_context *context)
{
	return context->shared->shown;
}

int
context_trust_list(struct http_context *context, struct buffer *list, struct error *e)
{
	struct http_shared *shared = context->shared;
	instant now = registry_clock(context->registry);
	int64_t changes;
	int r;

	if ((r = gate_list_changes(context->registry, context->issuer, &changes, e)) < 0)
		return r;
	pthread_mutex_lock(&shared->lock);
	if (!shared->list.length || changes != shared->list_changes || now < shared->list_at ||
		now >= shared->list_at + LIST_LASTS_S) {
		buffer_clear(&shared->list);
		if ((r = gate_trust_list(context->registry, context->issuer, now, &shared->list, &shared->list_changes, e)) ==
			0) {
			shared->list_at = now;
			/* A demo goes back in time. What cannot be destroyed now is in five minutes. */
			if (!registry_is_demo(context->registry))
				(void)issuer_retire(context->issuer, now, &(struct error){0});
		} else {
			buffer_clear(&shared->list);
		}
	}
	if (r == 0)
		r = buffer_add(list, shared->list.data, shared->list.length, e);
	pthread_mutex_unlock(&shared->lock);
	return r;
}
