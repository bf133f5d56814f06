#include "trusted_city.h"

struct signing_key *key;
struct trust *trust;

int
trusted_city_begin(void **state)
{
	struct buffer der = buffer_make(KEY_DER_MAX), list = buffer_make(TRUST_FILE_MAX);
	struct trust_facts facts = {.name = "test", .version = 1, .max_age_s = 7 * DAY_S, .issued_at = NOON};
	struct trust_entry entry = {
		.issuer = "city", .from = NOON - DAY_S, .to = NOON + DAY_S, .revoked_at = NOON + 3 * DAY_S};
	struct signing_key *root = NULL;
	struct error e = {0};
	int r;

	(void)state;
	r = signing_key_make(&key, &e) < 0 || signing_key_make(&root, &e) < 0 || signing_key_public(key, &der, &e) < 0 ? -1
																												   : 0;
	entry.der = der.data;
	entry.der_length = der.length;
	if (r == 0 &&
		(trust_write(root, &facts, &entry, 1, NULL, 0, &list, &e) < 0 || trust_new(NULL, 0, &trust, &e) < 0 ||
			trust_add(trust, list.data, list.length, &e) < 0))
		r = -1;
	signing_key_free(root);
	buffer_free(&der);
	buffer_free(&list);
	return r;
}

int
trusted_city_end(void **state)
{
	(void)state;
	signing_key_free(key);
	trust_free(trust);
	return 0;
}
