/* Each allocation of issuing, trusting and verifying fails once: the failure is told, nothing leaks or is half given. */

#include "../test.h"

#include <string.h>

#include "../failing_allocation.h"
#include "credential/credential.h"
#include "credential/statement.h"

enum { NOW = 1585008000 };

struct world {
	struct signing_key *root, *key;
	struct code_claims claims, unrevoked;
	struct buffer list, text, statement, place, sealed;
	struct trust *trust;
};

static int freed; /* contexts of keys that are elsewhere */

static int
issue(void *context)
{
	const struct world *w = context;
	struct buffer text = buffer_make(CONTAINER_TEXT_MAX);
	struct error e = {0};
	int r = code_issue(w->key, &w->claims, &text, &e);

	buffer_free(&text);
	return r;
}

static int
make_and_open_an_id(void *context)
{
	static const uint8_t bytes[CODE_ID_KEY_SIZE] = {1};
	const struct code_id_parts parts = {.person = 1, .jurisdiction = 2, .slot = 3};
	struct code_id_key *key = NULL;
	struct code_id_parts opened;
	uint8_t id[CODE_ID_SIZE];
	struct error e = {0};
	int r;

	(void)context;
	if ((r = code_id_key_new(bytes, &key, &e)) == 0 && (r = code_id_make(key, &parts, id, &e)) == 0)
		r = code_id_open(key, id, &opened, &e);
	code_id_key_free(key);
	return r;
}

static int
write_list(const struct world *w, struct buffer *list)
{
	struct buffer der = buffer_make(KEY_DER_MAX);
	const struct trust_recognition recognised = {
		.issuer = "beta", .colours = {[CODE_GREEN] = true}, .fresh_s = 60, .from = NOW, .to = TRUST_NEVER};
	const struct trust_gates gates[] = {{"beta", NULL, 0}, {"alpha", &recognised, 1}};
	struct trust_facts facts = {.name = "health office",
		.version = 3,
		.issued_at = NOW - 3600,
		.max_age_s = 86400,
		.gates = gates,
		.gates_count = 2};
	struct trust_entry entry = {.issuer = "alpha", .from = NOW - 7200, .to = NOW + 79200, .revoked_at = TRUST_NEVER};
	struct error e = {0};
	int r = signing_key_public(w->key, &der, &e);

	if (r == 0) {
		entry.der = der.data;
		entry.der_length = der.length;
		r = trust_write(w->root, &facts, &entry, 1, &w->claims.id, 1, list, &e);
	}
	buffer_free(&der);
	return r;
}

static int
sign_list(void *context)
{
	struct buffer list = buffer_make(TRUST_FILE_MAX);
	int r = write_list(context, &list);

	buffer_free(&list);
	return r;
}

static int
read_list(void *context)
{
	const struct world *w = context;
	struct trust *trust = NULL;
	struct error e = {0};
	int r = trust_new(NULL, 0, &trust, &e);

	if (r == 0)
		r = trust_add(trust, w->list.data, w->list.length, &e);
	trust_free(trust);
	return r;
}

static const struct statement said = {
	.issuer = "alpha", .audience = "beta", .colour = CODE_RED, .number = 1, .issued_at = NOW, .expires_at = NOW + 60};

static int
sign_statement(void *context)
{
	const struct world *w = context;
	struct buffer text = buffer_make(STATEMENT_TEXT_MAX);
	struct error e = {0};
	int r = statement_sign(w->key, &said, &text, &e);

	buffer_free(&text);
	return r;
}

static int
verify_statement(void *context)
{
	const struct world *w = context;
	struct statement found;
	enum code_cause cause;
	struct error e = {0};

	return statement_verify(buffer_text(&w->statement), w->statement.length, w->trust, NOW, &found, &cause, &e);
}

static const struct place_code market = {
	.issuer = "alpha", .place = "market", .issued_at = NOW, .expires_at = NOW + 60};

static int
sign_place(void *context)
{
	const struct world *w = context;
	struct buffer text = buffer_make(PLACE_CODE_TEXT_MAX);
	struct error e = {0};
	int r = place_code_sign(w->key, &market, &text, &e);

	buffer_free(&text);
	return r;
}

static int
verify_place(void *context)
{
	const struct world *w = context;
	struct place_code found;
	enum code_cause cause;
	struct error e = {0};

	return place_code_verify(buffer_text(&w->place), w->place.length, w->trust, NOW, &found, &cause, &e);
}

static const uint8_t group[GATE_KEY_SIZE] = {7};

static int
seal(void *context)
{
	const struct world *w = context;
	struct buffer text = buffer_make(CONTAINER_TEXT_MAX);
	struct error e = {0};
	int r = code_issue_sealed(w->key, &w->unrevoked, group, &text, &e);

	buffer_free(&text);
	return r;
}

/* Opened by who has the key: a trust of its own, to which it is added. */
static int
open_sealed(void *context)
{
	const struct world *w = context;
	struct trust *trust = NULL;
	struct code_claims claims;
	enum code_cause cause = CODE_SEALED;
	struct error e = {0};
	int r;

	if ((r = trust_new(NULL, 0, &trust, &e)) == 0 && (r = trust_add(trust, w->list.data, w->list.length, &e)) == 0 &&
		(r = trust_add_gate_key(trust, "alpha", zone_day(&zone_utc, NOW), group, &e)) == 0 &&
		(r = code_verify(buffer_text(&w->sealed), w->sealed.length, trust, NOW, &claims, &cause, &e)) == 0)
		assert_int_equal(cause, CODE_VALID); /* never taken for one that is not for this gate */
	trust_free(trust);
	return r;
}

/* A key that is elsewhere; what it signs is of no matter here. */
static int
sign_elsewhere(void *context, const uint8_t digest[32], uint8_t signature[64], struct error *e)
{
	(void)context;
	(void)e;
	memcpy(signature, digest, 32);
	memcpy(signature + 32, digest, 32);
	return 0;
}

static void
count_freed(void *context)
{
	(void)context;
	freed++;
}

static int
issue_elsewhere(void *context)
{
	const struct world *w = context;
	struct buffer der = buffer_make(KEY_DER_MAX), text = buffer_make(CONTAINER_TEXT_MAX);
	const struct signing_key_outside outside = {.sign = sign_elsewhere, .free_context = count_freed, .context = w->key};
	struct signing_key *key = NULL;
	struct error e = {0};
	int before = freed, r = signing_key_public(w->key, &der, &e);

	if (r == 0) {
		if ((r = signing_key_wrap_outside(der.data, der.length, &outside, &key, &e)) == 0)
			r = code_issue(key, &w->claims, &text, &e);
		signing_key_free(key);
		assert_int_equal(freed, before + 1); /* the context is the key's from the first call on, and freed once */
	}
	buffer_free(&text);
	buffer_free(&der);
	return r;
}

static int
verify(void *context)
{
	const struct world *w = context;
	struct code_claims claims;
	enum code_cause cause;
	struct error e = {0};

	return code_verify(buffer_text(&w->text), w->text.length, w->trust, NOW, &claims, &cause, &e);
}

static void
each_step_of_a_code_survives_each_failed_allocation(void **state)
{
	struct world w = {.claims = {.issuer = "alpha", .colour = CODE_GREEN, .issued_at = NOW, .expires_at = NOW + 60},
		.unrevoked = {.issuer = "alpha", .colour = CODE_GREEN, .issued_at = NOW, .expires_at = NOW + 60, .id = {1}},
		.list = buffer_make(TRUST_FILE_MAX),
		.text = buffer_make(CONTAINER_TEXT_MAX),
		.statement = buffer_make(STATEMENT_TEXT_MAX),
		.place = buffer_make(PLACE_CODE_TEXT_MAX),
		.sealed = buffer_make(CONTAINER_TEXT_MAX)};
	struct error e = {0};

	(void)state;
	assert_int_equal(signing_key_make(&w.root, &e), 0);
	assert_int_equal(signing_key_make(&w.key, &e), 0);
	assert_int_equal(write_list(&w, &w.list), 0);
	assert_int_equal(trust_new(NULL, 0, &w.trust, &e), 0);
	assert_int_equal(trust_add(w.trust, w.list.data, w.list.length, &e), 0);
	assert_int_equal(code_issue(w.key, &w.claims, &w.text, &e), 0);
	assert_int_equal(statement_sign(w.key, &said, &w.statement, &e), 0);
	assert_int_equal(place_code_sign(w.key, &market, &w.place, &e), 0);
	assert_int_equal(code_issue_sealed(w.key, &w.unrevoked, group, &w.sealed, &e), 0);
	assert_true(failing_allocation_sweep(sign_place, &w) > 0);
	assert_true(failing_allocation_sweep(verify_place, &w) > 0);
	assert_true(failing_allocation_sweep(seal, &w) > 0);
	assert_true(failing_allocation_sweep(open_sealed, &w) > 0);
	assert_true(failing_allocation_sweep(issue_elsewhere, &w) > 0);
	assert_true(failing_allocation_sweep(sign_statement, &w) > 0);
	assert_true(failing_allocation_sweep(verify_statement, &w) > 0);
	assert_true(failing_allocation_sweep(issue, &w) > 0);
	assert_true(failing_allocation_sweep(make_and_open_an_id, &w) > 0);
	assert_true(failing_allocation_sweep(sign_list, &w) > 0);
	assert_true(failing_allocation_sweep(read_list, &w) > 0);
	assert_true(failing_allocation_sweep(verify, &w) > 0);
	buffer_free(&w.list);
	buffer_free(&w.text);
	buffer_free(&w.statement);
	buffer_free(&w.place);
	buffer_free(&w.sealed);
	trust_free(w.trust);
	signing_key_free(w.root);
	signing_key_free(w.key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_step_of_a_code_survives_each_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
