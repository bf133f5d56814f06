/* The peers as they are configured, and how people are named to them. */

#include "gate/peer.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { SUBJECT_TEXT_MAX = 512, SECRET_NAME_SIZE = KEYS_NAME_MAX + 1 };

static const char *const migrations[] = {
	"CREATE TABLE peer (jurisdiction {text} NOT NULL PRIMARY KEY, url {text} NOT NULL, pin {blob} NOT NULL,"
	" secret {text} NOT NULL, gives BIGINT NOT NULL, takes BIGINT NOT NULL, recorded_at BIGINT NOT NULL);"

	/* Of whom a peer hears until ${until}, and what it was told last: ${told} says that it has it. */
	"CREATE TABLE peer_given (id {key}, peer {text} NOT NULL, jurisdiction {text} NOT NULL, person BIGINT NOT NULL,"
	" subject {blob} NOT NULL, until BIGINT NOT NULL, number BIGINT NOT NULL, colour {text} NOT NULL,"
	" issued_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, statement {text} NOT NULL, told BIGINT NOT NULL,"
	" UNIQUE (peer, jurisdiction, person));"
	"CREATE INDEX peer_given_waits ON peer_given (told, peer, id);"
	"CREATE INDEX peer_given_person ON peer_given (person, jurisdiction);"

	/* Whom a subject of a peer's is, the number of the last statement, and the evidence that the last ones made: its key and colour,
	 * and from when until when it counts. */
	"CREATE TABLE peer_taken (issuer {text} NOT NULL, audience {text} NOT NULL, subject {blob} NOT NULL,"
	" person BIGINT NOT NULL, number BIGINT NOT NULL, key {text} NOT NULL, colour {text} NOT NULL, at BIGINT NOT NULL,"
	" until BIGINT NOT NULL, PRIMARY KEY (issuer, audience, subject));"
	"CREATE INDEX peer_taken_until ON peer_taken (until);",

	"ALTER TABLE peer ADD COLUMN pages {text} NOT NULL DEFAULT '';",
};

int
peer_migrate(struct db *db, struct error *e)
{
	return db_migrate(db, "peer", migrations, sizeof migrations / sizeof *migrations, e);
}

static bool
is_name(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length < ISSUER_SIZE && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length &&
		*name != '-';
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* https://HOST[:PORT], the host as it stands in a URL, and, with ${path}, what may come after it. */
static bool
is_url(const char *url, bool path)
{
	static const char scheme[] = "https://";
	const char *host = url + sizeof scheme - 1;
	size_t length;

	if (!text_starts(url, scheme) || strlen(url) >= PEER_URL_SIZE)
		return false;
	length = strspn(host, LETTERS ".-:[]");
	if (path && host[length] == '/')
		return length > 0 && host[length + strspn(host + length, LETTERS "-._~!$&'()*+,;=:@%/?#")] == '\0';
	return length > 0 && !host[length];
}

/* The name of the secret that is shared with a peer: 0, or ERROR_EXISTS_NOT. */
static int
secret_name(struct db *db, const char *peer, char name[SECRET_NAME_SIZE], struct error *e)
{
	struct db_statement *row = NULL;
	int r =
		db_start(db, "SELECT secret FROM peer WHERE jurisdiction = $1", (struct db_value[]){db_text(peer)}, 1, &row, e);

	if (r == 0 && (r = db_step(row, e)) == 0)
		r = error_set(e, ERROR_EXISTS_NOT, "there is no peer %s", peer);
	if (r == 1) {
		snprintf(name, SECRET_NAME_SIZE, "%s", db_column_text(row, 0));
		r = 0;
	}
	db_finish(row);
	return r;
}

/* A file of a name of its own, since no key takes the name of one that was destroyed. */
static int
keep_secret(struct keys *keys, const char *peer, const uint8_t *secret, char name[SECRET_NAME_SIZE], struct error *e)
{
	uint8_t random[4];
	char digits[2 * sizeof random + 1];

	keys_random(random, sizeof random);
	snprintf(name, SECRET_NAME_SIZE, "peer-%s-%s", peer, text_hex(random, sizeof random, digits));
	return keys_put(keys, name, secret, PEER_SECRET_SIZE, e);
}

static int
forget_people(struct db *db, const char *peer, struct error *e)
{
	struct db_value name = db_text(peer);
	int r = db_do(db, "DELETE FROM peer_given WHERE peer = $1", &name, 1, e);

	return r < 0 ? r : db_do(db, "DELETE FROM peer_taken WHERE issuer = $1", &name, 1, e);
}

static int
check_new(struct db *db, const struct peer *peer, struct error *e)
{
	int64_t count;
	int r;

	if (!is_name(peer->jurisdiction))
		return error_set(
			e, ERROR_USAGE, "a peer is named by its jurisdiction: a-z, 0-9 and -, at most %d of them", ISSUER_SIZE - 1);
	if (!is_url(peer->url, false))
		return error_set(e, ERROR_USAGE, "a peer is asked at https://HOST:PORT");
	if (peer->pages && *peer->pages && (!is_url(peer->pages, true) || strlen(peer->pages) >= PEER_PAGES_SIZE))
		return error_set(
			e, ERROR_USAGE, "a peer's pages are at https://HOST/..., at most %d bytes", PEER_PAGES_SIZE - 1);
	if ((r = db_one_int(db, "SELECT count(*) FROM issuer_jurisdiction WHERE jurisdiction = $1",
			 (struct db_value[]){db_text(peer->jurisdiction)}, 1, &count, e)) < 0)
		return r;
	if (count)
		return error_set(e, ERROR_USAGE, "%s is a jurisdiction of this store", peer->jurisdiction);
	if ((r = db_one_int(db, "SELECT count(*) FROM peer", NULL, 0, &count, e)) < 0)
		return r;
	return count < PEERS_MAX ? 0 : error_set(e, ERROR_TOO_LARGE, "more than the maximum of %d peers", PEERS_MAX);
}

int
peer_put(struct db *db, struct keys *keys, const struct peer *peer, const uint8_t *secret, instant now, struct error *e)
{
	char name[SECRET_NAME_SIZE];
	int r;

	if ((r = check_new(db, peer, e)) < 0)
		return r;
	if (secret) {
		if ((r = keep_secret(keys, peer->jurisdiction, secret, name, e)) < 0 ||
			(r = forget_people(db, peer->jurisdiction, e)) < 0)
			return r;
	} else if ((r = secret_name(db, peer->jurisdiction, name, e)) < 0) {
		return r == ERROR_EXISTS_NOT
			? error_set(e, ERROR_EXISTS_NOT, "no secret is shared with %s yet", peer->jurisdiction)
			: r;
	}
	return db_do(db,
		"INSERT INTO peer (jurisdiction, url, pin, secret, gives, takes, recorded_at, pages)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, COALESCE($8, ''))"
		" ON CONFLICT (jurisdiction) DO UPDATE SET url = excluded.url, pin = excluded.pin, secret = excluded.secret,"
		" gives = excluded.gives, takes = excluded.takes, recorded_at = excluded.recorded_at,"
		" pages = COALESCE($8, peer.pages)",
		(struct db_value[]){db_text(peer->jurisdiction), db_text(peer->url), db_blob(peer->pin, PEER_PIN_SIZE),
			db_text(name), db_int(peer->gives), db_int(peer->takes), db_int(now), db_text(peer->pages)},
		8, e);
}

int
peer_remove(struct db *db, const char *jurisdiction, struct error *e)
{
	int r = db_do(db, "DELETE FROM peer WHERE jurisdiction = $1", (struct db_value[]){db_text(jurisdiction)}, 1, e);

	if (r < 0)
		return r;
	if (db_changes(db) == 0)
		return error_set(e, ERROR_EXISTS_NOT, "there is no peer %s", jurisdiction);
	return forget_people(db, jurisdiction, e);
}

int
peer_tidy(struct db *db, struct keys *keys, struct error *e)
{
	struct file_names names = {0};
	int64_t used = 0;
	int r = keys_list(keys, "peer-", &names, e);

	for (size_t i = 0; r == 0 && i < names.count; i++)
		if ((r = db_one_int(db, "SELECT count(*) FROM peer WHERE secret = $1",
				 (struct db_value[]){db_text(names.names[i])}, 1, &used, e)) == 0 &&
			!used)
			r = keys_destroy(keys, names.names[i], e);
	file_names_free(&names);
	return r;
}

static int
show(struct db_statement *row, peer_each_one *each, void *context, struct error *e)
{
	struct peer peer = {.jurisdiction = db_column_text(row, 0),
		.url = db_column_text(row, 1),
		.gives = db_column_int(row, 3) != 0,
		.takes = db_column_int(row, 4) != 0,
		.pages = db_column_text(row, 5)};
	size_t length;
	const void *pin = db_column_blob(row, 2, &length);

	if (length != PEER_PIN_SIZE)
		return error_set(e, ERROR_CORRUPT, "the pin of a peer is none");
	memcpy(peer.pin, pin, PEER_PIN_SIZE);
	return each(&peer, context, e);
}

int
peer_each(struct db *db, peer_each_one *each, void *context, struct error *e)
{
	struct db_statement *row = NULL;
	int r = db_start(
		db, "SELECT jurisdiction, url, pin, gives, takes, pages FROM peer ORDER BY jurisdiction", NULL, 0, &row, e);

	while (r == 0 && (r = db_step(row, e)) == 1)
		r = show(row, each, context, e);
	db_finish(row);
	return r;
}

int
peer_find(struct db *db, const char *jurisdiction, peer_each_one *each, void *context, struct error *e)
{
	struct db_statement *row = NULL;
	int r = db_start(db, "SELECT jurisdiction, url, pin, gives, takes, pages FROM peer WHERE jurisdiction = $1",
		(struct db_value[]){db_text(jurisdiction)}, 1, &row, e);

	if (r == 0 && (r = db_step(row, e)) == 0)
		r = error_set(e, ERROR_EXISTS_NOT, "there is no peer %s", jurisdiction);
	if (r == 1)
		r = show(row, each, context, e);
	db_finish(row);
	return r;
}

/* The direction is in it, so that what one tells of a person cannot be compared with what the other does. */
int
peer_subject(struct db *db, const struct keys *keys, const char *peer, const char *issuer, const char *audience,
	const char *id_number, uint8_t subject[STATEMENT_SUBJECT_SIZE], struct error *e)
{
	uint8_t secret[PEER_SECRET_SIZE];
	char text[SUBJECT_TEXT_MAX], name[SECRET_NAME_SIZE];
	unsigned made = 0;
	size_t length;
	int written, r;

	if ((r = secret_name(db, peer, name, e)) < 0 || (r = keys_get(keys, name, secret, sizeof secret, &length, e)) < 0)
		return r;
	written = snprintf(text, sizeof text, "healthcode subject\n%s\n%s\n%s", issuer, audience, id_number);
	if (written < 0 || (size_t)written >= sizeof text || length != sizeof secret)
		r = error_set(e, ERROR_CORRUPT, "what is shared with %s is no secret", peer);
	else if (!HMAC(EVP_sha256(), secret, sizeof secret, (const uint8_t *)text, (size_t)written, subject, &made))
		r = error_no_memory(e);
	keys_wipe(secret, sizeof secret);
	keys_wipe(text, sizeof text);
	return r;
}
