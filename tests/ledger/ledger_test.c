#include "ledger/ledger.h"

#include "engines.h"

enum { ENTRIES = 21 };

static void
make_tables(void)
{
	struct error e = {0};

	if (ledger_migrate(db, &e) < 0)
		fail_msg("%s", e.message);
}

/* Add ${count} entries. */
static void
append(int count)
{
	struct error e = {0};
	char body[64];

	assert_int_equal(db_begin(db, &e), 0);
	for (int i = 0; i < count; i++) {
		snprintf(body, sizeof body, "{\"n\": %d}", i);
		if (ledger_append(db, 1585008000 + i, "test", body, NULL, &e) < 0)
			fail_msg("%s", e.message);
	}
	assert_int_equal(db_commit(db, &e), 0);
}

struct collected {
	struct ledger_hash leaves[2000];
	int64_t count, stop_at;
};

static int
collect(const struct ledger_entry *entry, void *context, struct error *e)
{
	struct collected *c = context;
	struct ledger_hash leaf;

	assert_int_equal(ledger_leaf(entry->at, entry->kind, entry->body, &leaf, e), 0);
	assert_memory_equal(&leaf, &entry->leaf, sizeof leaf);
	c->leaves[c->count++] = leaf;
	return c->count == c->stop_at ? 7 : 0;
}

static void
an_entry_is_shown_as_it_was_added_in_canonical_form(void **state)
{
	struct db_statement *s = NULL;
	struct error e = {0};
	int64_t seq;

	(void)state;
	assert_int_equal(db_begin(db, &e), 0);
	assert_int_equal(ledger_append(db, 7, "override.approve", "{\"b\": 1, \"a\": [true]}", &seq, &e), 0);
	assert_int_equal(db_commit(db, &e), 0);
	assert_int_equal(seq, 0);
	assert_int_equal(db_start(db, "SELECT body, kind, at FROM ledger", NULL, 0, &s, &e), 0);
	assert_int_equal(db_step(s, &e), 1);
	assert_string_equal(db_column_text(s, 0), "{\"a\":[true],\"b\":1}");
	assert_string_equal(db_column_text(s, 1), "override.approve");
	assert_int_equal(db_column_int(s, 2), 7);
	db_finish(s);
}

static void
the_stored_tree_is_the_tree_of_its_leaves(void **state)
{
	struct collected c = {0};
	struct ledger_hash stored, computed;
	struct error e = {0};
	int64_t size;

	(void)state;
	append(ENTRIES);
	assert_int_equal(ledger_each(db, 0, collect, &c, &e), 0);
	assert_int_equal(ledger_size(db, &size, &e), 0);
	assert_int_equal(size, ENTRIES);
	assert_int_equal(c.count, ENTRIES);
	for (size = 0; size <= ENTRIES; size++) {
		assert_int_equal(ledger_root(db, size, &stored, &e), 0);
		assert_int_equal(ledger_root_of(c.leaves, (size_t)size, &computed, &e), 0);
		assert_memory_equal(&stored, &computed, sizeof stored);
	}
}

static void
every_entry_is_proven_at_every_size(void **state)
{
	struct collected c = {0};
	struct error e = {0};

	(void)state;
	append(ENTRIES);
	assert_int_equal(ledger_each(db, 0, collect, &c, &e), 0);
	for (int64_t size = 1; size <= ENTRIES; size++) {
		struct ledger_hash root;

		assert_int_equal(ledger_root(db, size, &root, &e), 0);
		for (int64_t seq = 0; seq < size; seq++) {
			struct ledger_proof proof;

			assert_int_equal(ledger_prove_inclusion(db, seq, size, &proof, &e), 0);
			assert_true(ledger_check_inclusion(seq, size, &c.leaves[seq], &proof, &root));
		}
	}
}

static void
every_root_is_proven_consistent_with_every_earlier_one_and_no_other(void **state)
{
	struct error e = {0};

	(void)state;
	append(ENTRIES);
	for (int64_t new_size = 0; new_size <= ENTRIES; new_size++)
		for (int64_t old_size = 0; old_size <= new_size; old_size++) {
			struct ledger_hash old_root, new_root;
			struct ledger_proof proof;

			assert_int_equal(ledger_root(db, old_size, &old_root, &e), 0);
			assert_int_equal(ledger_root(db, new_size, &new_root, &e), 0);
			assert_int_equal(ledger_prove_consistency(db, old_size, new_size, &proof, &e), 0);
			assert_true(ledger_check_consistency(old_size, new_size, &old_root, &new_root, &proof));
			for (size_t i = 0; i < proof.count; i++) {
				proof.hashes[i].bytes[5] ^= 1;
				assert_false(ledger_check_consistency(old_size, new_size, &old_root, &new_root, &proof));
				proof.hashes[i].bytes[5] ^= 1;
			}
			old_root.bytes[0] ^= 1;
			assert_false(ledger_check_consistency(old_size, new_size, &old_root, &new_root, &proof));
			old_root.bytes[0] ^= 1;
			if (old_size > 0) {
				new_root.bytes[0] ^= 1;
				assert_false(ledger_check_consistency(old_size, new_size, &old_root, &new_root, &proof));
			}
		}
}

static void
what_is_outside_the_ledger_has_no_root_and_no_proof(void **state)
{
	struct ledger_proof proof;
	struct ledger_hash root;
	struct error e = {0};

	(void)state;
	append(3);
	assert_int_equal(ledger_root(db, 4, &root, &e), ERROR_USAGE);
	assert_int_equal(ledger_root(db, -1, &root, &e), ERROR_USAGE);
	assert_int_equal(ledger_prove_inclusion(db, 3, 3, &proof, &e), ERROR_USAGE);
	assert_int_equal(ledger_prove_inclusion(db, -1, 3, &proof, &e), ERROR_USAGE);
	assert_int_equal(ledger_prove_consistency(db, 3, 2, &proof, &e), ERROR_USAGE);
	assert_int_equal(ledger_prove_consistency(db, 2, 4, &proof, &e), ERROR_USAGE);
}

static void
an_entry_is_there_exactly_if_what_it_tells_was_committed(void **state)
{
	struct error e = {0};
	int64_t size, nodes;

	(void)state;
	assert_int_equal(ledger_append(db, 0, "test", "{}", NULL, &e), ERROR_USAGE);
	append(1);
	assert_int_equal(db_begin(db, &e), 0);
	assert_int_equal(ledger_append(db, 0, "test", "{}", NULL, &e), 0);
	db_rollback(db);
	assert_int_equal(ledger_size(db, &size, &e), 0);
	assert_int_equal(size, 1);
	assert_int_equal(db_one_int(db, "SELECT count(*) FROM ledger_node", NULL, 0, &nodes, &e), 0);
	assert_int_equal(nodes, 0);
}

static void
kinds_and_bodies_that_cannot_be_are_refused(void **state)
{
	static const char *const kinds[] = {"", "A", "a b", "a\n"};
	struct error e = {0};
	int64_t size;

	(void)state;
	assert_int_equal(db_begin(db, &e), 0);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		assert_int_equal(ledger_append(db, 0, kinds[i], "{}", NULL, &e), ERROR_USAGE);
	assert_int_equal(ledger_append(db, 0, "test", "{", NULL, &e), ERROR_USAGE);
	assert_int_equal(ledger_append(db, 0, "test", "{\"a\":1,\"a\":2}", NULL, &e), ERROR_USAGE);
	assert_int_equal(ledger_size(db, &size, &e), 0);
	assert_int_equal(size, 0);
}

static void
a_walk_goes_over_pages_and_ends_where_it_is_told(void **state)
{
	struct collected *c = calloc(1, sizeof *c);
	struct error e = {0};

	(void)state;
	append(1203);
	assert_int_equal(ledger_each(db, 3, collect, c, &e), 0);
	assert_int_equal(c->count, 1200);
	*c = (struct collected){.stop_at = 4};
	assert_int_equal(ledger_each(db, 0, collect, c, &e), 7);
	assert_int_equal(c->count, 4);
	free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		EMPTY_STORE_TEST(an_entry_is_shown_as_it_was_added_in_canonical_form),
		EMPTY_STORE_TEST(the_stored_tree_is_the_tree_of_its_leaves),
		EMPTY_STORE_TEST(every_entry_is_proven_at_every_size),
		EMPTY_STORE_TEST(every_root_is_proven_consistent_with_every_earlier_one_and_no_other),
		EMPTY_STORE_TEST(what_is_outside_the_ledger_has_no_root_and_no_proof),
		EMPTY_STORE_TEST(an_entry_is_there_exactly_if_what_it_tells_was_committed),
		EMPTY_STORE_TEST(kinds_and_bodies_that_cannot_be_are_refused),
		EMPTY_STORE_TEST(a_walk_goes_over_pages_and_ends_where_it_is_told),
	};

	return RUN_ON_ENGINES(tests);
}
