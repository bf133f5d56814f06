/* http/context.h: what a thread of the server works with: its own opened registry, and who is asking. */

#ifndef HEALTHCODE_HTTP_CONTEXT_H
#define HEALTHCODE_HTTP_CONTEXT_H

#include "base/error.h"
#include "cascade/cascade.h"
#include "gate/gate.h"
#include "http/exchange.h"
#include "http/http.h"
#include "http/memory.h"
#include "http/routes.h"
#include "office/office.h"
#include "registry/registry.h"

struct http_shared;

/* What a code says beside its time, as it stays until something is recorded or its moment comes: what context_codes remembers. Threads
 * have packs of their own, so that theirs is told by its hash. */
struct context_code {
	char policy[PACK_HASH_TEXT_SIZE];
	instant since, next_at;
	person_number person;
	enum colour colour, next_colour;
};

/* A thread's own. ${session} is the asker's where ${signed_in}; ${token} is what it was found by. */
struct http_context {
	struct registry *registry;
	struct cascade *cascade;
	struct issuer *issuer;
	struct registry_session session;
	char token[TOKEN_TEXT_SIZE];
	bool signed_in, cookie; /* ${cookie}: the browser sent the token by itself */
	struct http_shared *shared;
	const struct zone *zone; /* of context_time, as of ${zone_at} */
	instant zone_at;
	int64_t version;  /* of the store as it was last found (changes_read) */
	int64_t number;   /* of the last change that this request is sure to see */
	json_t *case_map; /* as of ${case_map_at}, or NULL */
	instant case_map_at;
	struct {
		person_number person, helper; /* person 0: nobody */
		enum mandate_act act;
	} mandated; /* what the present request does by a mandate */
	struct http_context *next;
};

/* context_share(options, ret_shared, e): try the store once and remember how to open it. */
int context_share(const struct http_options *options, struct http_shared **ret_shared, struct error *e);

/* Close what every thread opened; the threads have ended. Accepts NULL. */
void context_share_end(struct http_shared *shared);

/* context_get(shared, e): this thread's context, opened at its first call; NULL with ${e} filled. */
struct http_context *context_get(struct http_shared *shared, struct error *e);

/* context_recognise(context, x): find out who asks (session cookie, bearer token): from here on their requests count
 * for the session, not for the address that many may share. False after answering that the store failed. */
bool context_recognise(struct http_context *context, struct exchange *x);

/* context_admit(context, route, x): whether who asks may call ${route}; false after answering with 401 or 403. */
bool context_admit(struct http_context *context, const struct route *route, struct exchange *x);

/* ${at} as RFC 3339 in the default jurisdiction's zone; ${text} has TIME_TEXT_SIZE bytes. */
const char *context_time(struct http_context *context, instant at, char *text);
const struct zone *context_zone(struct http_context *context);

/* When a device asks for the next one of a code that was issued at ${issued_at}: a quarter of a minute before its end, or in its middle. */
instant context_refresh_at(instant issued_at, int64_t lifetime_s);

/* How long a code of the jurisdiction counts, in seconds (NULL: the default one's), by its pack's "credential". */
int64_t context_code_lifetime(struct http_context *context, const struct pack *pack);

/* context_trust_list(context, list, e): append the trust list, made anew when it is five minutes old, or something in it
 * changed. */
int context_trust_list(struct http_context *context, struct buffer *list, struct error *e);

/* context_hash(context, bytes, length, hash): the hash by which something is remembered, under a key of this process: what lasts longer is
 * found by keys_hash, which derives one first. */
void context_hash(const struct http_context *context, const void *bytes, size_t length, uint8_t hash[MEMORY_KEY_SIZE]);

/* What codes were read from, for all threads. */
struct memory *context_codes(struct http_context *context);

/* The rehearsals under way and done, for all threads. */
struct rehearsals;
struct rehearsals *context_rehearsals(struct http_context *context);

/* Whether ${name} is a jurisdiction of this store. registry_pack would take a folder's name too, which nobody gives over HTTP. */
bool context_is_jurisdiction(struct http_context *context, const char *name);

/* context_ask_peer(context, asking, statement, cause, e): peer_client_ask, of one thread at a time, so that a peer that does not answer holds
 * up no more than one. ERROR_IN_USE where another is asking, ERROR_IO also where this service shows no certificate to others. */
struct peer_asking;
int context_ask_peer(struct http_context *context, const struct peer_asking *asking, struct buffer *statement,
	char *cause, struct error *e);

/* What was shown at the gates, for all threads. */
struct shown *context_shown(struct http_context *context);

/* Whether ${text} is an ID number; ${e} says why not. */
bool context_is_id_number(const char *text, struct error *e);

/* Whether the phone (in its normal form) applied for that ID number. */
bool context_phone_claims(struct http_context *context, const char *phone, const char *id_number);

enum { HANDLE_SIZE = 33 };

/* context_office(context): what acts of the office need. */
struct office context_office(const struct http_context *context);

/* One of the people whom the signed-in phone claims to speak for, or for whom one of those acts by a mandate. ${handle} is "self" or means
 * nothing elsewhere. */
struct person_mine {
	person_number person, guardian; /* guardian 0: nobody */
	person_number helper;           /* who acts by a mandate, 0: none is needed */
	unsigned acts;                  /* enum mandate_act */
	instant until;                  /* of the mandate */
	enum voucher_state state;
	char handle[HANDLE_SIZE], relation[RELATION_SIZE]; /* "self" for whoever has no guardian, "helped" by a mandate */
};

/* context_people(context, ret_people, ret_count, e): all of them, oneself first; freed with free(). */
int context_people(struct http_context *context, struct person_mine **ret_people, size_t *ret_count, struct error *e);

/* context_person(context, x, handle, ret_person): the one of that handle (NULL: oneself); false after answering. */
bool
context_person(struct http_context *context, struct exchange *x, const char *handle, struct person_mine *ret_person);

/* context_applied(context, x, handle, jurisdiction, ret_person, ret_pack): that person, for whom the phone speaks, and the pack of the jurisdiction
 * (NULL: the only one) in which they applied; false after answering. ${act}: as context_may. */
bool context_applied(struct http_context *context, struct exchange *x, const char *handle, const char *jurisdiction,
	enum mandate_act act, struct person_mine *ret_person, const struct pack **ret_pack);

/* context_may(context, x, person, act): whether the phone was vouched for and may do ${act} for ${person}; false after answering with 409 or
 * 403. What is done by a mandate is noted for context_answer. */
bool
context_may(struct http_context *context, struct exchange *x, const struct person_mine *person, enum mandate_act act);

/* context_answer(context, route, x): have the route answer, and log what was done by a mandate for the person to read: nothing is answered
 * that could not be logged. */
void context_answer(struct http_context *context, const struct route *route, struct exchange *x);

#endif
