/* credential/container.h: the text of a QR code, as HCERT 1.0.5 wraps a message: "HC1:", base45, zlib. */

#ifndef HEALTHCODE_CREDENTIAL_CONTAINER_H
#define HEALTHCODE_CREDENTIAL_CONTAINER_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

/* The longest text that fits a QR code (version 40, level L, alphanumeric), and what it may inflate to. */
enum { CONTAINER_TEXT_MAX = 4296, CONTAINER_MESSAGE_MAX = 32768 };

enum container_step { CONTAINER_PREFIX, CONTAINER_BASE45, CONTAINER_ZLIB, CONTAINER_OPENED };

/* container_open(text, length, message, ret_step, e):
 * Append the message. Line ends after the text are ignored. On failure ${ret_step} is the step that failed. Return 0,
 * ERROR_BAD_INPUT, ERROR_TOO_LARGE (also where ${message} may hold less than CONTAINER_MESSAGE_MAX) or
 * ERROR_NO_MEMORY. */
int
container_open(const char *text, size_t length, struct buffer *message, enum container_step *ret_step, struct error *e);

/* container_write(message, length, text, e): append the text. Return 0, ERROR_TOO_LARGE or ERROR_NO_MEMORY. */
int container_write(const void *message, size_t length, struct buffer *text, struct error *e);

#endif
