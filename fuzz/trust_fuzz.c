/* Any bytes as a trust list, a certificate, or what else it may be. */

#include "credential/trust.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
	return 0;
}
