#include "gate/issuer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

enum {
	KEYS_PER_LIST_MAX = 10000,
	LIST_REFRESH_S = 60, /* how long a trust that was read is used again */
	SLOT_S = 30,
	NAME_SIZE = KEYS_NAME_MAX + 1,
};

static const char *const migrations[] = {
	"CREATE TABLE issuer_jurisdiction (number BIGINT PRIMARY KEY, jurisdiction {text} NOT NULL UNIQUE);"
	"CREATE TABLE issuer_key (id {key}, jurisdiction {text} NOT NULL, name {text} NOT NULL UNIQUE, public_key {blob} NOT NULL,"
	" valid_from BIGINT NOT NULL, valid_to BIGINT NOT NULL, revoked_at BIGINT, UNIQUE (jurisdiction, valid_from));",
};

/* The key that signs for a jurisdiction now, kept so that the hot path reads neither file nor database. */
struct signer {
	char jurisdiction[ISSUER_SIZE];
	uint32_t number;
	struct signing_key *key;
	instant from, to; /* when it is the newest that has begun */
	day_number day;   /* whose key follows */
	uint8_t day_key[KEYS_SIZE];
};

struct issuer {
	struct db *db;
	struct keys *keys;
	struct signer *signers;
	size_t signer_count, signer_capacity;
	struct trust *trust;
	instant trust_at;
};

int
issuer_open(struct db *db, struct keys *keys, struct issuer **ret_issuer, struct error *e)
{
	struct issuer *issuer = calloc(1, sizeof *issuer);
	int r;

	if (!issuer)
		return error_no_memory(e);
	issuer->db = db;
	issuer->keys = keys;
	if ((r = db_migrate(db, "issuer", migrations, sizeof migrations / sizeof migrations[0], e)) < 0) {
		issuer_close(issuer);
		return r;
	}
	*ret_issuer = issuer;
	return 0;
}

static void
forget_signers(struct issuer *issuer)
{
	for (size_t i = 0; i < issuer->signer_count; i++) {
		signing_key_free(issuer->signers[i].key);
		keys_wipe(&issuer->signers[i], sizeof issuer->signers[i]);
	}
	issuer->signer_count = 0;
	trust_free(issuer->trust);
	issuer->trust = NULL;
}

void
issuer_close(struct issuer *issuer)
{
	if (!issuer)
		return;
	forget_signers(issuer);
	free(issuer->signers);
	free(issuer);
}

/* Keep a new private key in the key store under ${name}, and append its public part to ${public_key}. */
static int
make_key(struct issuer *issuer, const char *name, struct buffer *public_key, struct error *e)
{
	struct buffer private_key = buffer_make(KEYS_VALUE_MAX);
	struct signing_key *key = NULL;
	int r;

	if ((r = signing_key_make(&key, e)) < 0 || (r = signing_key_write(key, &private_key, e)) < 0 ||
		(r = signing_key_public(key, public_key, e)) < 0)
		goto out;
	r = keys_put(issuer->keys, name, private_key.data, private_key.length, e);
out:
	if (private_key.data)
		keys_wipe(private_key.data, private_key.length);
	buffer_free(&private_key);
	signing_key_free(key);
	return r;
}

static int
read_key(const struct issuer *issuer, const char *name, struct signing_key **ret_key, struct error *e)
{
	uint8_t der[KEYS_VALUE_MAX];
	size_t length;
	int r = keys_get(issuer->keys, name, der, sizeof der, &length, e);

	if (r == 0)
		r = signing_key_read(der, length, ret_key, e);
	keys_wipe(der, sizeof der);
	return r;
}

static int
number_of(struct issuer *issuer, const char *jurisdiction, uint32_t *ret_number, struct error *e)
{
	int64_t number;
	int r = db_one_int(issuer->db, "SELECT number FROM issuer_jurisdiction WHERE jurisdiction = $1",
		(struct db_value[]){db_text(jurisdiction)}, 1, &number, e);

	if (r == 0)
		*ret_number = (uint32_t)number;
	return r;
}

int
issuer_rotate(struct issuer *issuer, const char *jurisdiction, instant from, instant now, struct error *e)
{
	struct buffer public_key = buffer_make(KEY_DER_MAX);
	bool own = !db_in_transaction(issuer->db);
	char name[NAME_SIZE];
	uint8_t random[8];
	int r;

	keys_random(random, sizeof random);
	if (snprintf(name, sizeof name, "issuer-%s-%02x%02x%02x%02x%02x%02x%02x%02x", jurisdiction, random[0], random[1],
			random[2], random[3], random[4], random[5], random[6], random[7]) >= (int)sizeof name)
		return error_set(e, ERROR_USAGE, "the jurisdiction's name '%s' is too long", jurisdiction);
	if (own && (r = db_begin(issuer->db, e)) < 0)
		return r;
	r = number_of(issuer, jurisdiction, &(uint32_t){0}, e);
	if (r == ERROR_EXISTS_NOT)
		r = db_do(issuer->db,
			"INSERT INTO issuer_jurisdiction (number, jurisdiction) SELECT count(*) + 1, $1 FROM issuer_jurisdiction",
			(struct db_value[]){db_text(jurisdiction)}, 1, e);
	if (r < 0)
		goto out;
	/* The file comes first: a private key that nothing names is harmless, a name without its key is not. */
	if ((r = make_key(issuer, name, &public_key, e)) < 0)
		goto out;
	if ((r = db_do(issuer->db,
			 "INSERT INTO issuer_key (jurisdiction, name, public_key, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5)",
			 (struct db_value[]){db_text(jurisdiction), db_text(name), db_blob(public_key.data, public_key.length),
				 db_int(from), db_int(now + ISSUER_KEY_LIFETIME_S)},
			 5, e)) < 0)
		goto out;
	if (own)
		r = db_commit(issuer->db, e);
	forget_signers(issuer);
out:
	if (own && r < 0)
		db_rollback(issuer->db);
	buffer_free(&public_key);
	return r;
}

int
issuer_ensure(struct issuer *issuer, const char *jurisdiction, instant from, instant now, struct error *e)
{
	int64_t count;
	int r = db_one_int(issuer->db, "SELECT count(*) FROM issuer_key WHERE jurisdiction = $1",
		(struct db_value[]){db_text(jurisdiction)}, 1, &count, e);

	return r < 0 || count ? r : issuer_rotate(issuer, jurisdiction, from, now, e);
}

static int
load_signer(struct issuer *issuer, const char *jurisdiction, instant at, struct signer *ret_signer, struct error *e)
{
	struct db_value values[] = {db_text(jurisdiction), db_int(at), db_int(at), db_int(at)};
	struct db_statement *row = NULL;
	struct signer signer = {.day = INT32_MIN};
	int64_t next;
	int r;

	snprintf(signer.jurisdiction, sizeof signer.jurisdiction, "%s", jurisdiction);
	if ((r = db_start(issuer->db,
			 "SELECT name, valid_from, valid_to FROM issuer_key WHERE jurisdiction = $1 AND valid_from <= $2"
			 " AND valid_to > $3 AND (revoked_at IS NULL OR revoked_at > $4) ORDER BY valid_from DESC LIMIT 1",
			 values, 4, &row, e)) < 0)
		return r;
	r = db_step(row, e);
	if (r == 0)
		r = error_set(e, ERROR_EXISTS_NOT, "no key signs for %s at that time", jurisdiction);
	if (r == 1) {
		signer.from = db_column_int(row, 1);
		signer.to = db_column_int(row, 2);
		r = read_key(issuer, db_column_text(row, 0), &signer.key, e);
	}
	db_finish(row);
	if (r == 0)
		r = number_of(issuer, jurisdiction, &signer.number, e);
	if (r == 0 &&
		(r = db_one_int(issuer->db,
			 "SELECT CAST(coalesce(min(valid_from), $3) AS BIGINT) FROM issuer_key WHERE jurisdiction = $1 AND valid_from > $2",
			 (struct db_value[]){db_text(jurisdiction), db_int(at), db_int(signer.to)}, 3, &next, e)) == 0 &&
		next < signer.to)
		signer.to = next;
	if (r < 0) {
		signing_key_free(signer.key);
		return r;
	}
	*ret_signer = signer;
	return 0;
}

static int
signer_for(struct issuer *issuer, const char *jurisdiction, instant at, struct signer **ret_signer, struct error *e)
{
	struct signer loaded;
	size_t i = 0;
	int r;

	while (i < issuer->signer_count && strcmp(issuer->signers[i].jurisdiction, jurisdiction) != 0)
		i++;
	if (i == issuer->signer_count || at < issuer->signers[i].from || at >= issuer->signers[i].to) {
		if ((r = load_signer(issuer, jurisdiction, at, &loaded, e)) < 0)
			return r;
		if (i == issuer->signer_count) {
			if ((r = array_grow(&issuer->signers, &issuer->signer_capacity, i + 1, sizeof loaded,
					 ISSUER_JURISDICTIONS_MAX, e)) < 0) {
				signing_key_free(loaded.key);
				return r;
			}
			issuer->signer_count++;
		} else {
			signing_key_free(issuer->signers[i].key);
		}
		issuer->signers[i] = loaded;
	}
	*ret_signer = &issuer->signers[i];
	return 0;
}

static char *
day_key_name(day_number day, char *name)
{
	char text[TIME_TEXT_SIZE];

	snprintf(name, NAME_SIZE, "day-code-%s", day_write(day, text));
	return name;
}

int
issuer_issue(struct issuer *issuer, const char *jurisdiction, uint32_t person, enum code_colour colour, instant at,
	int64_t lifetime_s, struct buffer *text, struct error *e)
{
	struct code_claims claims = {.colour = colour, .issued_at = at, .expires_at = at + lifetime_s};
	day_number day = zone_day(&zone_utc, at);
	struct signer *signer;
	char name[NAME_SIZE];
	int r;

	if ((r = signer_for(issuer, jurisdiction, at, &signer, e)) < 0)
		return r;
	if (signer->day != day) {
		if ((r = keys_get_or_make(issuer->keys, day_key_name(day, name), signer->day_key, e)) < 0)
			return r;
		signer->day = day;
	}
	snprintf(claims.issuer, sizeof claims.issuer, "%s", jurisdiction);
	if ((r = code_id_make(signer->day_key,
			 &(struct code_id_parts){.person = person, .jurisdiction = signer->number, .slot = (uint64_t)(at / SLOT_S)},
			 claims.id, e)) < 0)
		return r;
	return code_issue(signer->key, &claims, text, e);
}

int
issuer_holder(struct issuer *issuer, const struct code_claims *claims, uint32_t *ret_person, struct error *e)
{
	struct code_id_parts parts;
	uint8_t day_key[KEYS_SIZE];
	char name[NAME_SIZE];
	uint32_t number = 0;
	size_t length;
	int r;

	if ((r = number_of(issuer, claims->issuer, &number, e)) < 0)
		return r;
	if ((r = keys_get(issuer->keys, day_key_name(zone_day(&zone_utc, claims->issued_at), name), day_key, sizeof day_key,
			 &length, e)) < 0)
		return r;
	r = code_id_open(day_key, claims->id, &parts, e);
	keys_wipe(day_key, sizeof day_key);
	if (r < 0)
		return r;
	if (parts.jurisdiction != number || parts.slot != (uint64_t)(claims->issued_at / SLOT_S))
		return error_set(e, ERROR_EXISTS_NOT, "the code is not this issuer's");
	*ret_person = parts.person;
	return 0;
}

/* The key that signs the list, made when first needed. */
static int
root_key(struct issuer *issuer, struct signing_key **ret_key, struct error *e)
{
	struct buffer public_key = buffer_make(KEY_DER_MAX);
	int r = read_key(issuer, "issuer-root", ret_key, e);

	if (r == ERROR_EXISTS_NOT) {
		r = make_key(issuer, "issuer-root", &public_key, e);
		if (r == 0 || r == ERROR_EXISTS)
			r = read_key(issuer, "issuer-root", ret_key, e);
	}
	buffer_free(&public_key);
	return r;
}

struct list_keys {
	struct trust_entry *entries;
	struct buffer *ders;
	size_t count, entry_capacity, der_capacity;
	char (*issuers)[ISSUER_SIZE];
	size_t issuer_capacity;
};

static int
add_list_key(struct list_keys *list, struct db_statement *row, struct error *e)
{
	size_t length, i = list->count;
	const void *der = db_column_blob(row, 1, &length);
	int r;

	if ((r = array_grow(&list->entries, &list->entry_capacity, i + 1, sizeof *list->entries, KEYS_PER_LIST_MAX, e)) <
			0 ||
		(r = array_grow(&list->ders, &list->der_capacity, i + 1, sizeof *list->ders, KEYS_PER_LIST_MAX, e)) < 0 ||
		(r = array_grow(&list->issuers, &list->issuer_capacity, i + 1, sizeof *list->issuers, KEYS_PER_LIST_MAX, e)) <
			0)
		return r;
	list->ders[i] = buffer_make(KEY_DER_MAX);
	list->count++;
	if ((r = buffer_add(&list->ders[i], der, length, e)) < 0)
		return r;
	snprintf(list->issuers[i], ISSUER_SIZE, "%s", db_column_text(row, 0));
	list->entries[i] = (struct trust_entry){
		.from = db_column_int(row, 2),
		.to = db_column_int(row, 3),
		.revoked_at = db_column_is_null(row, 4) ? TRUST_NEVER : db_column_int(row, 4),
		.der_length = length,
	};
	return 0;
}

int
issuer_trust_list(struct issuer *issuer, instant now, struct buffer *text, struct error *e)
{
	struct trust_facts facts = {.name = "healthcode", .issued_at = now, .max_age_s = ISSUER_LIST_AGE_MAX_S};
	struct db_statement *row = NULL;
	struct signing_key *root = NULL;
	struct list_keys list = {0};
	int r;

	if ((r = root_key(issuer, &root, e)) < 0)
		goto out;
	if ((r = db_start(issuer->db,
			 "SELECT jurisdiction, public_key, valid_from, valid_to, revoked_at, id FROM issuer_key ORDER BY id", NULL,
			 0, &row, e)) < 0)
		goto out;
	while ((r = db_step(row, e)) == 1) {
		facts.version = db_column_int(row, 5);
		if ((r = add_list_key(&list, row, e)) < 0)
			goto out;
	}
	if (r < 0)
		goto out;
	for (size_t i = 0; i < list.count; i++) {
		list.entries[i].issuer = list.issuers[i];
		list.entries[i].der = list.ders[i].data;
	}
	r = trust_write(root, &facts, list.entries, list.count, NULL, 0, text, e);
out:
	db_finish(row);
	signing_key_free(root);
	for (size_t i = 0; i < list.count; i++)
		buffer_free(&list.ders[i]);
	free(list.ders);
	free(list.entries);
	free(list.issuers);
	return r;
}

int
issuer_trust(struct issuer *issuer, instant now, const struct trust **ret_trust, struct error *e)
{
	struct buffer list = buffer_make(TRUST_FILE_MAX);
	struct trust *trust = NULL;
	int r = 0;

	if (!issuer->trust || now < issuer->trust_at || now >= issuer->trust_at + LIST_REFRESH_S) {
		if ((r = issuer_trust_list(issuer, now, &list, e)) < 0 || (r = trust_new(NULL, 0, &trust, e)) < 0 ||
			(r = trust_add(trust, list.data, list.length, e)) < 0)
			goto out;
		trust_free(issuer->trust);
		issuer->trust = trust;
		issuer->trust_at = now;
		trust = NULL;
	}
	*ret_trust = issuer->trust;
out:
	trust_free(trust);
	buffer_free(&list);
	return r;
}
