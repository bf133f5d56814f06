#include "http/pin.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char prefix[] = "sha256//";

static bool
pin_of(X509 *certificate, uint8_t pin[PEER_PIN_SIZE])
{
	uint8_t *der = NULL;
	int length = certificate ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der) : -1;
	bool made = length > 0 && EVP_Digest(der, (size_t)length, pin, NULL, EVP_sha256(), NULL) == 1;

	OPENSSL_free(der);
	ERR_clear_error();
	return made;
}

bool
pin_of_der(const void *der, size_t length, uint8_t pin[PEER_PIN_SIZE])
{
	const unsigned char *at = der;
	X509 *certificate = length <= INT32_MAX ? d2i_X509(NULL, &at, (long)length) : NULL;
	bool made = pin_of(certificate, pin);

	X509_free(certificate);
	return made;
}

int
pin_of_pem(const void *bytes, size_t length, uint8_t pin[PEER_PIN_SIZE], struct error *e)
{
	BIO *memory = length <= INT32_MAX ? BIO_new_mem_buf(bytes, (int)length) : NULL;
	X509 *certificate = memory ? PEM_read_bio_X509(memory, NULL, NULL, NULL) : NULL;
	bool made = pin_of(certificate, pin);

	X509_free(certificate);
	BIO_free(memory);
	return made ? 0 : error_set(e, ERROR_BAD_INPUT, "there is no certificate (PEM) in it");
}

char *
pin_write(const uint8_t pin[PEER_PIN_SIZE], char text[PIN_TEXT_SIZE])
{
	char base64[sodium_base64_ENCODED_LEN(PEER_PIN_SIZE, sodium_base64_VARIANT_ORIGINAL)];

	sodium_bin2base64(base64, sizeof base64, pin, PEER_PIN_SIZE, sodium_base64_VARIANT_ORIGINAL);
	snprintf(text, PIN_TEXT_SIZE, "%s%s", prefix, base64);
	return text;
}

bool
pin_read(const char *text, uint8_t pin[PEER_PIN_SIZE])
{
	uint8_t read[PEER_PIN_SIZE];
	const char *end = NULL;
	size_t length = 0;

	if (!text_starts(text, prefix) ||
		sodium_base642bin(read, sizeof read, text + sizeof prefix - 1, strlen(text + sizeof prefix - 1), NULL, &length,
			&end, sodium_base64_VARIANT_ORIGINAL) < 0 ||
		length != sizeof read || *end)
		return false;
	memcpy(pin, read, sizeof read);
	return true;
}
