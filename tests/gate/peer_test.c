#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/peer.h"

enum { MARCH_24 = 1585008000 };

struct fixture {
	char folder[64], keys_folder[80];
	struct db *db;
	struct keys *keys;
	struct issuer *issuer;
};

static int
begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct error e = {0};

	strcpy(f->folder, "/tmp/healthcode-peer-test-XXXXXX");
	if (!mkdtemp(f->folder))
		return -1;
	snprintf(f->keys_folder, sizeof f->keys_folder, "%s/keys", f->folder);
	*state = f;
	return db_open(f->folder, true, &f->db, &e) < 0 || keys_open(f->keys_folder, true, &f->keys, &e) < 0 ||
			issuer_open(f->db, f->keys, &f->issuer, &e) < 0 || issuer_ensure(f->issuer, "ours", 0, MARCH_24, &e) < 0
		? -1
		: 0;
}

static int
end(void **state)
{
	struct fixture *f = *state;
	char command[128];

	issuer_close(f->issuer);
	keys_close(f->keys);
	db_close(f->db);
	snprintf(command, sizeof command, "rm -r %s", f->folder);
	free(f);
	return system(command);
}

static const uint8_t secret[PEER_SECRET_SIZE] = {1}, another[PEER_SECRET_SIZE] = {2};

static int
put(struct fixture *f, const char *name, const char *url, const uint8_t *with, struct error *e)
{
	struct peer peer = {.jurisdiction = name, .url = url, .pin = {7}, .gives = true};

	*e = (struct error){0};
	return peer_put(f->db, f->keys, &peer, with, MARCH_24, e);
}

static int
look(const struct peer *peer, void *context, struct error *e)
{
	struct peer *found = context;

	(void)e;
	found->gives = peer->gives;
	found->takes = peer->takes;
	found->pages = strcmp(peer->pages, "https://their.pages/#/reasons") == 0 ? "theirs" : *peer->pages ? "?" : "";
	memcpy(found->pin, peer->pin, sizeof found->pin);
	return 0;
}

static size_t
secrets(struct fixture *f)
{
	struct file_names names = {0};
	struct error e = {0};
	size_t count;

	assert_int_equal(peer_tidy(f->db, f->keys, &e), 0);
	assert_int_equal(keys_list(f->keys, "peer-", &names, &e), 0);
	count = names.count;
	file_names_free(&names);
	return count;
}

static void
a_peer_is_kept_as_it_was_named_last(void **state)
{
	struct fixture *f = *state;
	struct peer found = {0}, anew = {.jurisdiction = "theirs", .url = "https://[::1]:8443", .pin = {8}, .takes = true};
	struct error e;

	assert_int_equal(put(f, "theirs", "https://theirs.example", secret, &e), 0);
	assert_int_equal(peer_find(f->db, "theirs", look, &found, &e), 0);
	assert_true(found.gives && !found.takes && found.pin[0] == 7);
	assert_string_equal(found.pages, "");
	anew.pages = "https://their.pages/#/reasons";
	assert_int_equal(peer_put(f->db, f->keys, &anew, NULL, MARCH_24, &e), 0);
	assert_int_equal(peer_find(f->db, "theirs", look, &found, &e), 0);
	assert_true(!found.gives && found.takes && found.pin[0] == 8);
	assert_string_equal(found.pages, "theirs");
	anew.pages = NULL;
	assert_int_equal(peer_put(f->db, f->keys, &anew, secret, MARCH_24, &e), 0);
	assert_int_equal(peer_find(f->db, "theirs", look, &found, &e), 0);
	assert_string_equal(found.pages, "theirs");
	anew.pages = "";
	assert_int_equal(peer_put(f->db, f->keys, &anew, NULL, MARCH_24, &e), 0);
	assert_int_equal(peer_find(f->db, "theirs", look, &found, &e), 0);
	assert_string_equal(found.pages, "");
	assert_int_equal(peer_find(f->db, "nobody", look, &found, &e), ERROR_EXISTS_NOT);
}

static void
what_is_no_peer_is_refused(void **state)
{
	static const char *const pages[] = {"javascript:alert(1)", "http://their.pages/", "https://", "https:///x",
		"https://their.pages/a b", "https://their.pages/\"", "https://a@their.pages/"};
	struct fixture *f = *state;
	struct error e;

	assert_int_equal(put(f, "ours", "https://theirs.example", secret, &e), ERROR_USAGE);
	assert_string_equal(e.message, "ours is a jurisdiction of this store");
	assert_int_equal(put(f, "", "https://theirs.example", secret, &e), ERROR_USAGE);
	assert_int_equal(put(f, "-theirs", "https://theirs.example", secret, &e), ERROR_USAGE);
	assert_int_equal(put(f, "Theirs", "https://theirs.example", secret, &e), ERROR_USAGE);
	assert_int_equal(put(f, "theirs", "http://theirs.example", secret, &e), ERROR_USAGE);
	assert_int_equal(put(f, "theirs", "https://", secret, &e), ERROR_USAGE);
	assert_int_equal(put(f, "theirs", "https://theirs.example/path", secret, &e), ERROR_USAGE);
	assert_int_equal(put(f, "theirs", "https://a@theirs.example", secret, &e), ERROR_USAGE);
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		const struct peer peer = {.jurisdiction = "theirs", .url = "https://theirs.example", .pages = pages[i]};

		assert_int_equal(peer_put(f->db, f->keys, &peer, secret, MARCH_24, &e), ERROR_USAGE);
	}
	assert_int_equal(put(f, "theirs", "https://theirs.example", NULL, &e), ERROR_EXISTS_NOT);
	assert_string_equal(e.message, "no secret is shared with theirs yet");
	assert_int_equal(secrets(f), 0);
}

/* They stand in messages beside words. */
static void
pages_have_a_short_address(void **state)
{
	struct fixture *f = *state;
	char pages[258] = "https://their.pages/";
	const struct peer peer = {.jurisdiction = "theirs", .url = "https://theirs.example", .pages = pages};
	struct error e;

	memset(pages + strlen(pages), 'a', sizeof pages - 1 - strlen(pages));
	assert_int_equal(peer_put(f->db, f->keys, &peer, secret, MARCH_24, &e), ERROR_USAGE);
	pages[256] = 0;
	assert_int_equal(peer_put(f->db, f->keys, &peer, secret, MARCH_24, &e), 0);
}

static void
a_secret_lives_as_long_as_its_peer(void **state)
{
	struct fixture *f = *state;
	struct error e;

	assert_int_equal(put(f, "theirs", "https://theirs.example", secret, &e), 0);
	assert_int_equal(secrets(f), 1);
	assert_int_equal(put(f, "theirs", "https://theirs.example", another, &e), 0);
	assert_int_equal(secrets(f), 1);
	assert_int_equal(peer_remove(f->db, "theirs", &e), 0);
	assert_int_equal(secrets(f), 0);
	assert_int_equal(peer_remove(f->db, "theirs", &e), ERROR_EXISTS_NOT);
	assert_int_equal(put(f, "theirs", "https://theirs.example", secret, &e), 0);
	assert_int_equal(secrets(f), 1);
}

static void
name(struct fixture *f, const char *issuer, const char *audience, const char *id,
	uint8_t subject[STATEMENT_SUBJECT_SIZE])
{
	struct error e = {0};

	assert_int_equal(peer_subject(f->db, f->keys, "theirs", issuer, audience, id, subject, &e), 0);
}

static void
a_subject_is_one_persons_in_one_direction_under_one_secret(void **state)
{
	/* HMAC-SHA-256, as "openssl dgst -mac HMAC" gives it, of the lines that docs/openapi.yaml names. */
	static const uint8_t known[] = {0x7c, 0x9a, 0x0b, 0x37, 0x36, 0x2f, 0xa6, 0x33, 0x4c, 0x3a, 0x88, 0x7c, 0x55, 0x1e,
		0xf6, 0x1f, 0x44, 0x43, 0x41, 0x42, 0x5f, 0x0e, 0x45, 0x3f, 0x20, 0x3f, 0xde, 0x09, 0xfe, 0x82, 0x5b, 0x52};
	struct fixture *f = *state;
	uint8_t a[STATEMENT_SUBJECT_SIZE], b[STATEMENT_SUBJECT_SIZE];
	struct error e;

	assert_int_equal(put(f, "theirs", "https://theirs.example", secret, &e), 0);
	name(f, "ours", "theirs", "420802198806120025", a);
	assert_memory_equal(a, known, sizeof known);
	name(f, "ours", "theirs", "420802198806120025", b);
	assert_memory_equal(a, b, sizeof a);
	name(f, "theirs", "ours", "420802198806120025", b);
	assert_memory_not_equal(a, b, sizeof a);
	name(f, "ours", "theirs", "420802198806120026", b);
	assert_memory_not_equal(a, b, sizeof a);
	assert_int_equal(put(f, "theirs", "https://theirs.example", another, &e), 0);
	name(f, "ours", "theirs", "420802198806120025", b);
	assert_memory_not_equal(a, b, sizeof a);
	assert_int_equal(peer_subject(f->db, f->keys, "nobody", "ours", "nobody", "1", b, &e), ERROR_EXISTS_NOT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_peer_is_kept_as_it_was_named_last, begin, end),
		cmocka_unit_test_setup_teardown(what_is_no_peer_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(pages_have_a_short_address, begin, end),
		cmocka_unit_test_setup_teardown(a_secret_lives_as_long_as_its_peer, begin, end),
		cmocka_unit_test_setup_teardown(a_subject_is_one_persons_in_one_direction_under_one_secret, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
