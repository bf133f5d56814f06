/* The published vectors for inclusion proofs: tests/data/merkle/inclusion. */

#include "ledger/ledger.h"

#include "test.h"

#include <dirent.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

enum { VECTORS = 98, GOOD_VECTORS = 6 };

static int seen, good;

/* 32 bytes of base64, or false for anything else. */
static bool
hash_of(const json_t *text, struct ledger_hash *hash)
{
	unsigned char bytes[64];

	if (!json_is_string(text) || json_string_length(text) != 44)
		return false;
	if (EVP_DecodeBlock(bytes, (const unsigned char *)json_string_value(text), 44) != 33)
		return false;
	memcpy(hash, bytes, sizeof *hash);
	return true;
}

/* Two vectors name the entry 2^64 - 1, which no ledger of ours can have. */
static bool
number_of(const json_t *vector, const char *name, int64_t *number)
{
	double value = json_number_value(json_object_get(vector, name));

	*number = value < 9e15 ? (int64_t)value : 0;
	return value < 9e15;
}

static bool
accepted(const json_t *vector)
{
	const json_t *hashes = json_object_get(vector, "proof");
	struct ledger_proof proof = {.count = json_array_size(hashes)};
	struct ledger_hash leaf, root;
	int64_t seq, size;

	if (!hash_of(json_object_get(vector, "leafHash"), &leaf) || !hash_of(json_object_get(vector, "root"), &root))
		return false;
	assert_true(proof.count <= LEDGER_PROOF_MAX);
	for (size_t i = 0; i < proof.count; i++)
		if (!hash_of(json_array_get(hashes, i), &proof.hashes[i]))
			return false;
	return number_of(vector, "leafIdx", &seq) && number_of(vector, "treeSize", &size) &&
		ledger_check_inclusion(seq, size, &leaf, &proof, &root);
}

static void
check_file(const char *path)
{
	json_t *vector = json_load_file(path, JSON_DECODE_INT_AS_REAL, NULL);
	bool wanted;

	assert_non_null(vector);
	wanted = !json_is_true(json_object_get(vector, "wantErr"));
	if (accepted(vector) != wanted)
		fail_msg("%s: %s", path, wanted ? "refused" : "accepted");
	seen++;
	good += wanted;
	json_decref(vector);
}

static void
check_folder(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	assert_non_null(folder);
	while ((entry = readdir(folder))) {
		char *inner = file_join(path, entry->d_name, NULL);

		if (entry->d_name[0] == '.')
			;
		else if (file_is_folder(inner))
			check_folder(inner);
		else
			check_file(inner);
		free(inner);
	}
	closedir(folder);
}

static void
published_inclusion_proofs_are_judged_as_they_should_be(void **state)
{
	char path[4096];

	(void)state;
	snprintf(path, sizeof path, "%s/tests/data/merkle/inclusion", getenv("HEALTHCODE_SOURCE"));
	check_folder(path);
	assert_int_equal(seen, VECTORS);
	assert_int_equal(good, GOOD_VECTORS);
}

static void
a_commitment_depends_on_its_salt_and_its_bytes(void **state)
{
	static const uint8_t salt[LEDGER_SALT_SIZE] = {1}, other[LEDGER_SALT_SIZE] = {2};
	struct ledger_hash a, b;

	(void)state;
	assert_int_equal(ledger_commitment(salt, "red", 3, &a, NULL), 0);
	assert_int_equal(ledger_commitment(salt, "red", 3, &b, NULL), 0);
	assert_memory_equal(&a, &b, sizeof a);
	assert_int_equal(ledger_commitment(other, "red", 3, &b, NULL), 0);
	assert_memory_not_equal(&a, &b, sizeof a);
	assert_int_equal(ledger_commitment(salt, "rec", 3, &b, NULL), 0);
	assert_memory_not_equal(&a, &b, sizeof a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_inclusion_proofs_are_judged_as_they_should_be),
		cmocka_unit_test(a_commitment_depends_on_its_salt_and_its_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
