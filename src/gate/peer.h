/* gate/peer.h: other services with which this one exchanges what colour people have.
 *
 * A peer is a jurisdiction of another service: where it is asked, which key its TLS certificate has, and a secret of the two, by which
 * they name people to each other: a person is HMAC-SHA-256 of the ID number under it, so that only who knows the person already can
 * tell who it is. What is exchanged are signed statements (credential/statement.h), whose keys are known by the peer's trust list.
 *
 * P1. Nothing is told of anybody who did not ask for it: who has our code shows it to the peer, the peer asks with it and with the
 *     person's name to both, and both must be of one person (peer_give).
 * P2. From then on, for PEER_CONSENT_S, the peer hears of each change, and again before what it heard is too old: silence is no green.
 * P3. What a statement said of a person counts until its end, or until a later one of the same issuer comes, whichever is first
 *     (peer_take). One that is not later than the last changes nothing: the same again is answered alike, an older one is refused.
 * P4. Who asks or tells is who has the TLS key of the peer that the statement names (${pin}); who signed is who has its signing key.
 *
 * A direction: a peer to which we give may ask us; one of which we take is asked and may tell us. */

#ifndef HEALTHCODE_GATE_PEER_H
#define HEALTHCODE_GATE_PEER_H

#include "cascade/cascade.h"
#include "gate/issuer.h"

enum {
	PEER_URL_SIZE = 512,
	PEER_PAGES_SIZE = 257, /* whole in a message, beside its words */
	PEER_PIN_SIZE = 32,    /* SHA-256 of the SubjectPublicKeyInfo of a TLS certificate */
	PEER_SECRET_SIZE = 32, /* of the two services, under "peer-JURISDICTION-..." in the key store */
	PEERS_MAX = 1000,
	PEER_STATEMENT_S = DAY_S,    /* how long a statement counts at most */
	PEER_CONSENT_S = 14 * DAY_S, /* how long a peer hears of changes after a question */
	PEER_BATCH = 20,             /* statements told at once */
};

/* ${jurisdiction} is the peer's name, ${url} where its service answers others, "https://HOST[:PORT]", and ${pages} where its residents read why and
 * appeal, "https://HOST[:PORT]/...", "" or NULL where that is not known; texts are the caller's, or valid during a callback. */
struct peer {
	const char *jurisdiction, *url, *pages;
	uint8_t pin[PEER_PIN_SIZE];
	bool gives, takes; /* we to it; we of it */
};

/* Make or update the tables; issuer_open does. */
int peer_migrate(struct db *db, struct error *e);

/* peer_put(db, keys, peer, secret, now, e): configure a peer, or anew. ${secret} and its pages are NULL where those that are kept stay; with another
 * secret, people have other names, so that whom was asked about is forgotten.
 * peer_remove(db, jurisdiction, e): it is asked and told nothing more; what it said counts until its end. ERROR_EXISTS_NOT.
 * Both in the caller's transaction; after its commit peer_tidy destroys the secrets that no peer has any more.
 * ERROR_USAGE for a name that is none or ours, or an address that is not as above; ERROR_EXISTS_NOT where no secret is kept. */
int peer_put(
	struct db *db, struct keys *keys, const struct peer *peer, const uint8_t *secret, instant now, struct error *e);
int peer_remove(struct db *db, const char *jurisdiction, struct error *e);
int peer_tidy(struct db *db, struct keys *keys, struct error *e);

/* peer_each(db, each, context, e): by name. A non-zero return ends the walk and is returned.
 * peer_find(db, jurisdiction, each, context, e): call ${each} for that one; ERROR_EXISTS_NOT. */
typedef int peer_each_one(const struct peer *peer, void *context, struct error *e);
int peer_each(struct db *db, peer_each_one *each, void *context, struct error *e);
int peer_find(struct db *db, const char *jurisdiction, peer_each_one *each, void *context, struct error *e);

/* peer_subject(db, keys, peer, issuer, audience, id_number, subject, e): how ${issuer} names the person to ${audience}. ${peer} is the one of
 * the two that is not ours, ${id_number} in its normal form. */
int peer_subject(struct db *db, const struct keys *keys, const char *peer, const char *issuer, const char *audience,
	const char *id_number, uint8_t subject[STATEMENT_SUBJECT_SIZE], struct error *e);

/* A question of a peer: with ${code}, one of ${jurisdiction}, which is ours, for ${audience}, the peer's. */
struct peer_question {
	const char *jurisdiction, *audience, *code;
	uint8_t subject[STATEMENT_SUBJECT_SIZE];
};

/* peer_give(cascade, issuer, question, pin, text, ret_cause, e):
 * Answer (P1): append a statement of the person's colour now, and remember to tell of changes (P2). The person reads in their log who
 * asked. ${ret_cause} is NULL, or why nothing is told: code_cause_name's of the code, "unknown_peer" (P4), "not_ours" (a code that
 * leads to nobody here), "another_person", "no_colour". Return 0, or a failure. */
int peer_give(struct cascade *cascade, struct issuer *issuer, const struct peer_question *question,
	const uint8_t pin[PEER_PIN_SIZE], struct buffer *text, const char **ret_cause, struct error *e);

/* What is needed to ask a peer. */
struct peer_asking {
	struct code_claims claims;     /* of the code that is shown */
	struct peer_question question; /* its texts are the claims', the pack's and the caller's */
	char url[PEER_URL_SIZE];
	uint8_t pin[PEER_PIN_SIZE];
};

/* peer_prepare(cascade, issuer, pack, person, code, asking, ret_cause, e):
 * The question to the peer whose ${code} a person of ours shows, for the pack's jurisdiction, in which they applied. ${ret_cause} is NULL, or
 * why it is not asked: code_cause_name's (but for "sealed": what is sealed is asked for), "own", "not_recognised" (by the pack's recognises), "unknown_peer" (none of which we take). */
int peer_prepare(struct cascade *cascade, struct issuer *issuer, const struct pack *pack, person_number person,
	const char *code, struct peer_asking *asking, const char **ret_cause, struct error *e);

/* peer_take(cascade, issuer, text, pin, person, e):
 * Take a statement of a peer (P3): about ${person}, who asked, or (0) about whomever it was asked before. It is evidence of that
 * person as far as the audience's pack recognises the colour, and they are due. ${ret_cause} is NULL, or code_cause_name's,
 * "unknown_peer", "not_ours" (another audience), "unknown_subject" (nobody asked, or another person), "older". In a transaction of its own.
 * ${ret_statement} is what it says where its signature holds. */
int peer_take(struct cascade *cascade, struct issuer *issuer, const char *text, size_t length,
	const uint8_t pin[PEER_PIN_SIZE], person_number person, struct statement *ret_statement, const char **ret_cause,
	struct error *e);

/* peer_renew(cascade, issuer, after, budget_ms, ret_after, e):
 * Look at those of whom peers hear, in turn from ${after} (0: the first) on, for at most ${budget_ms}: whose colour changed, or whose
 * statement has lived half its time, has a new one to be told. ${ret_after} is where to go on, 0 at the end. What ended is removed. */
int peer_renew(struct cascade *cascade, struct issuer *issuer, int64_t after, int64_t budget_ms, int64_t *ret_after,
	struct error *e);

/* peer_withdraw(issuer, jurisdiction, person, now, e): the person's codes were revoked: what was said of them is taken back at all
 * peers, who hear no more without another question. In the caller's transaction. */
int peer_withdraw(struct issuer *issuer, const char *jurisdiction, person_number person, instant now, struct error *e);

/* What waits to be told to a peer. ${text} is valid during the callback. */
struct peer_waiting {
	int64_t id;
	const char *text;
	int64_t number;
};

/* peer_waiting_each(db, peer, each, context, e): at most PEER_BATCH, the oldest first.
 * peer_told(db, id, number, known, e): the statement of that number was taken (${known}), or the peer wants to hear no more of that person
 * (not ${known}). A newer one that came to wait meanwhile waits on. */
int peer_waiting_each(struct db *db, const char *peer,
	int (*each)(const struct peer_waiting *waiting, void *context, struct error *e), void *context, struct error *e);
int peer_told(struct db *db, int64_t id, int64_t number, bool known, struct error *e);

#endif
