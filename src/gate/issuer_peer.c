/* Others' trust lists: whose codes our gates can read beside our own. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "gate/issuer_inside.h"

/* The rows that count. */
#define PEERS                                                                                                          \
	"issuer_peer p WHERE list IS NOT NULL AND id = (SELECT max(id) FROM issuer_peer q WHERE q.root_id = p.root_id)"

static int
read_list(const uint8_t *bytes, size_t length, struct trust **ret_trust, struct error *e)
{
	struct trust *trust = NULL;
	int r;

	if ((r = trust_new(NULL, 0, &trust, e)) == 0 && (r = trust_add(trust, bytes, length, e)) == 0 &&
		!trust_list_facts(trust))
		r = error_set(e, ERROR_BAD_INPUT, "this is no signed trust list");
	if (r == 0)
		*ret_trust = trust;
	else
		trust_free(trust);
	return r;
}

static bool
has_issuer(const struct trust *trust, const char *issuer)
{
	for (size_t i = 0; i < trust_count(trust); i++)
		if (!trust_at(trust, i)->is_certificate && strcmp(trust_at(trust, i)->issuer, issuer) == 0)
			return true;
	return false;
}

/* Nobody signs for a jurisdiction of ours, nor for one that another root signs for here. */
static int
refuse_claimed(struct issuer *issuer, const struct trust *trust, struct error *e)
{
	const struct trust_facts *facts = trust_list_facts(trust);
	struct db_statement *row = NULL;
	size_t length;
	int r;

	if ((r = db_start(issuer->db, "SELECT jurisdiction FROM issuer_jurisdiction", NULL, 0, &row, e)) < 0)
		return r;
	while ((r = db_step(row, e)) == 1)
		if (has_issuer(trust, db_column_text(row, 0))) {
			r = error_set(
				e, ERROR_DENIED, "the list names keys of %s, whose own this store has", db_column_text(row, 0));
			break;
		}
	db_finish(row);
	row = NULL;
	if (r < 0 ||
		(r = db_start(issuer->db, "SELECT list FROM " PEERS " AND root_id <> $1",
			 (struct db_value[]){db_blob(facts->root_id, KEY_ID_SIZE)}, 1, &row, e)) < 0)
		return r;
	while ((r = db_step(row, e)) == 1) {
		const void *list = db_column_blob(row, 0, &length);
		struct trust *other = NULL;

		if ((r = read_list(list, length, &other, e)) < 0)
			break;
		for (size_t i = 0; r >= 0 && i < trust_count(other); i++)
			if (!trust_at(other, i)->is_certificate && has_issuer(trust, trust_at(other, i)->issuer))
				r = error_set(e, ERROR_DENIED, "another root signs for %s here", trust_at(other, i)->issuer);
		trust_free(other);
		if (r < 0)
			break;
	}
	db_finish(row);
	return r;
}

/* Whether the list's root is known, and the list no older than what is there. */
static int
compare_version(
	struct issuer *issuer, const struct trust_facts *facts, bool root_named, bool *ret_same, struct error *e)
{
	struct db_statement *row = NULL;
	char id[2 * KEY_ID_SIZE + 1];
	bool same = false;
	int r;

	if ((r = db_start(issuer->db, "SELECT version, issued_at FROM " PEERS " AND root_id = $1",
			 (struct db_value[]){db_blob(facts->root_id, KEY_ID_SIZE)}, 1, &row, e)) < 0)
		return r;
	r = db_step(row, e);
	if (r == 0 && !root_named) {
		r = error_set(e, ERROR_DENIED,
			"the root %s is not known here: compare it with whose list this is, then name it with --root",
			text_hex(facts->root_id, KEY_ID_SIZE, id));
	} else if (r == 1) {
		int64_t version = db_column_int(row, 0);
		instant issued_at = db_column_int(row, 1);

		same = facts->version == version && facts->issued_at == issued_at;
		if (facts->version < version || (facts->version == version && facts->issued_at < issued_at))
			r = error_set(e, ERROR_DENIED, "the list is older than the one that is known");
	}
	db_finish(row);
	if (r < 0)
		return r;
	*ret_same = same;
	return 0;
}

static int
put(struct issuer *issuer, const struct trust_facts *facts, const uint8_t *bytes, size_t length, instant now,
	struct error *e)
{
	struct db_value root = db_blob(facts->root_id, KEY_ID_SIZE);
	instant until = facts->issued_at > INT64_MAX - facts->max_age_s ? INT64_MAX : facts->issued_at + facts->max_age_s;
	int r;

	if ((r = db_do(issuer->db, "UPDATE issuer_peer SET list = NULL WHERE root_id = $1", &root, 1, e)) == 0)
		r = db_do(issuer->db,
			"INSERT INTO issuer_peer (root_id, version, issued_at, until, list, recorded_at)"
			" VALUES ($1, $2, $3, $4, $5, $6)",
			(struct db_value[]){root, db_int(facts->version), db_int(facts->issued_at), db_int(until),
				bytes ? db_blob(bytes, length) : db_null(), db_int(now)},
			6, e);
	issuer_forget(issuer);
	return r;
}

int
issuer_take_list(struct issuer *issuer, const uint8_t *bytes, size_t length, const uint8_t *root_id, instant now,
	struct trust **ret_taken, struct error *e)
{
	const struct trust_facts *facts;
	struct trust *trust = NULL;
	bool same = false;
	int r;

	if ((r = read_list(bytes, length, &trust, e)) < 0)
		return r;
	facts = trust_list_facts(trust);
	if (root_id && memcmp(root_id, facts->root_id, KEY_ID_SIZE) != 0)
		r = error_set(e, ERROR_DENIED, "the list is signed by another root");
	else if (trust_is_too_old(trust, now))
		r = error_set(e, ERROR_DENIED, "the list is older than it says it may be");
	else if (length > ISSUER_PEER_LIST_MAX)
		r = error_set(e, ERROR_TOO_LARGE, "more than the maximum of %d bytes", ISSUER_PEER_LIST_MAX);
	else if ((r = compare_version(issuer, facts, root_id != NULL, &same, e)) == 0 && !same &&
		(r = refuse_claimed(issuer, trust, e)) == 0)
		r = put(issuer, facts, bytes, length, now, e);
	if (r == 0)
		*ret_taken = trust;
	else
		trust_free(trust);
	return r;
}

int
issuer_forget_list(struct issuer *issuer, const uint8_t root_id[KEY_ID_SIZE], instant now, struct error *e)
{
	struct trust_facts facts = {0};
	int64_t count;
	int r;

	memcpy(facts.root_id, root_id, KEY_ID_SIZE);
	if ((r = db_one_int(issuer->db, "SELECT count(*) FROM " PEERS " AND root_id = $1",
			 (struct db_value[]){db_blob(root_id, KEY_ID_SIZE)}, 1, &count, e)) < 0)
		return r;
	return count ? put(issuer, &facts, NULL, 0, now, e)
				 : error_set(e, ERROR_EXISTS_NOT, "no list of that root is known here");
}

int
issuer_read_peers(struct issuer *issuer, instant now, struct issuer_peers *peers, int64_t *version, struct error *e)
{
	struct db_statement *row = NULL;
	int64_t changes;
	size_t length;
	int r;

	if ((r = db_one_int(issuer->db, "SELECT count(*) FROM issuer_peer", NULL, 0, &changes, e)) < 0 ||
		(r = db_start(issuer->db, "SELECT list FROM " PEERS " AND until >= $1 ORDER BY id LIMIT $2",
			 (struct db_value[]){db_int(now), db_int(TRUST_OTHERS_MAX)}, 2, &row, e)) < 0)
		return r;
	while ((r = db_step(row, e)) == 1) {
		const void *list = db_column_blob(row, 0, &length);
		struct buffer *copy = &peers->lists[peers->count];

		*copy = buffer_make(ISSUER_PEER_LIST_MAX);
		peers->count++;
		if ((r = buffer_add(copy, list, length, e)) < 0)
			break;
		peers->others[peers->count - 1] = (struct trust_other){.bytes = copy->data, .length = copy->length};
	}
	db_finish(row);
	*version += changes;
	return r;
}

void
issuer_free_peers(struct issuer_peers *peers)
{
	for (size_t i = 0; i < peers->count; i++)
		buffer_free(&peers->lists[i]);
	peers->count = 0;
}
