#include "ledger/ledger.h"

#include "test.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "db/db.h"

enum { LEAVES = 33, PUBLISHED = 15 };

static struct ledger_hash leaves[LEAVES];

static int
set_up(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < LEAVES; i++)
		assert_int_equal(ledger_leaf_of(&i, 1, &leaves[i], NULL), 0);
	return 0;
}

/* The root in the checkpoint of tests/data/merkle/tessera-log at ${size}: its third line. */
static void
published_root(int size, struct ledger_hash *root)
{
	struct buffer text = buffer_make(4096);
	unsigned char bytes[64];
	char path[4096], *line;

	snprintf(path, sizeof path, "%s/tests/data/merkle/tessera-log/checkpoint.%d", getenv("HEALTHCODE_SOURCE"), size);
	assert_int_equal(file_read(path, &text, NULL), 0);
	line = strchr(strchr((char *)text.data, '\n') + 1, '\n') + 1;
	assert_int_equal(EVP_DecodeBlock(bytes, (unsigned char *)line, 44), 33);
	memcpy(root, bytes, sizeof *root);
	buffer_free(&text);
}

static void
a_published_log_has_its_published_roots(void **state)
{
	static const char *const entries[PUBLISHED] = {"one", "two", "three", "four", "five", "six", "seven", "eit", "nain",
		"ten", "ileven", "twelf", "threeten", "fourten", "fivten"};
	struct ledger_hash hashes[PUBLISHED], root, wanted;

	(void)state;
	for (int size = 0; size <= PUBLISHED; size++) {
		assert_int_equal(ledger_root_of(hashes, (size_t)size, &root, NULL), 0);
		published_root(size, &wanted);
		assert_memory_equal(&root, &wanted, sizeof root);
		if (size < PUBLISHED)
			assert_int_equal(ledger_leaf_of(entries[size], strlen(entries[size]), &hashes[size], NULL), 0);
	}
}

static void
every_leaf_of_every_size_has_a_proof_that_holds_for_it_alone(void **state)
{
	(void)state;
	for (size_t size = 1; size <= LEAVES; size++) {
		struct ledger_hash root;

		assert_int_equal(ledger_root_of(leaves, size, &root, NULL), 0);
		for (size_t i = 0; i < size; i++) {
			struct ledger_proof proof;

			assert_int_equal(ledger_prove_of(leaves, size, i, &proof, NULL), 0);
			for (size_t j = 0; j < size; j++) {
				assert_int_equal(ledger_check_inclusion((int64_t)j, (int64_t)size, &leaves[i], &proof, &root), j == i);
				assert_int_equal(ledger_check_inclusion((int64_t)i, (int64_t)size, &leaves[j], &proof, &root), j == i);
			}
			if (proof.count) {
				proof.hashes[proof.count - 1].bytes[0] ^= 1;
				assert_false(ledger_check_inclusion((int64_t)i, (int64_t)size, &leaves[i], &proof, &root));
				proof.hashes[proof.count - 1].bytes[0] ^= 1;
				proof.count--;
				assert_false(ledger_check_inclusion((int64_t)i, (int64_t)size, &leaves[i], &proof, &root));
			}
		}
	}
}

static void
there_is_no_proof_for_a_leaf_that_is_not_there(void **state)
{
	struct ledger_proof proof;
	struct error e = {0};

	(void)state;
	assert_int_equal(ledger_prove_of(leaves, 3, 3, &proof, &e), ERROR_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_published_log_has_its_published_roots),
		cmocka_unit_test(every_leaf_of_every_size_has_a_proof_that_holds_for_it_alone),
		cmocka_unit_test(there_is_no_proof_for_a_leaf_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
