/* http/pin.h: which key a TLS certificate has: the SHA-256 of its SubjectPublicKeyInfo, as curl and HPKP (RFC 7469) write it:
 * "sha256//" and base64. A new certificate for the same key keeps it. */

#ifndef HEALTHCODE_HTTP_PIN_H
#define HEALTHCODE_HTTP_PIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "gate/gate.h"

enum { PIN_TEXT_SIZE = 64 };

/* pin_of_der(der, length, pin), pin_of_pem(bytes, length, pin, e): of an X.509 certificate; the first of the PEM file. ERROR_BAD_INPUT. */
bool pin_of_der(const void *der, size_t length, uint8_t pin[PEER_PIN_SIZE]);
int pin_of_pem(const void *bytes, size_t length, uint8_t pin[PEER_PIN_SIZE], struct error *e);

/* pin_write(pin, text): the text. Return ${text}. pin_read(text, pin): whether it is one. */
char *pin_write(const uint8_t pin[PEER_PIN_SIZE], char text[PIN_TEXT_SIZE]);
bool pin_read(const char *text, uint8_t pin[PEER_PIN_SIZE]);

#endif
