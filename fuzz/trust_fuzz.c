/* Any bytes as a trust list, a certificate, or what else it may be; and as what stands in a list, which no bytes reach otherwise but those
 * that somebody signed. */

#include "credential/trust_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_content(const uint8_t *data, size_t size)
{
	struct trust *trust = NULL;
	struct cbor *document = NULL;
	struct error e = {0};

	if (trust_new(NULL, 0, &trust, &e) == 0 && cbor_read(data, size, &cbor_limits_default, &document, &e) == 0 &&
		trust_read_content(trust, cbor_root(document), &e) == 0) {
		trust_speaks_of(trust, "alpha");
		trust_recognises(trust, "alpha", "beta", CODE_GREEN, 1585008000, 1585008000);
	}
	cbor_free(document);
	trust_free(trust);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trust *trust = NULL;
	struct error e = {0};

	if (trust_new(NULL, 0, &trust, &e) == 0) {
		trust_add(trust, data, size, &e);
		for (size_t i = 0; i < trust_count(trust); i++)
			trust_find(trust, trust_at(trust, i)->id, NULL);
		trust_is_too_old(trust, 1585008000);
	}
	trust_free(trust);
	read_content(data, size);
	return 0;
}
