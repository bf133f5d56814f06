/* credential/receipt.h: the signed receipt of a check at a gate, the same for both sides. It says what was decided where and
 * when, under a number; not about whom, nor whose code it was. Container and signature are a code's (docs/code-format.md). */

#ifndef HEALTHCODE_CREDENTIAL_RECEIPT_H
#define HEALTHCODE_CREDENTIAL_RECEIPT_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/time.h"
#include "credential/key.h"
#include "credential/trust.h"

enum { RECEIPT_NUMBER_SIZE = 27, RECEIPT_PLACE_SIZE = 129, RECEIPT_WORD_SIZE = 33 };

/* Texts are UTF-8; ${cause} is "" where there is none. */
struct receipt {
	char number[RECEIPT_NUMBER_SIZE], place[RECEIPT_PLACE_SIZE], verdict[RECEIPT_WORD_SIZE], cause[RECEIPT_WORD_SIZE];
	instant at;
};

/* receipt_sign(key, receipt, text, e): append the receipt's text. Return 0, ERROR_TOO_LARGE or ERROR_NO_MEMORY. */
int receipt_sign(const struct signing_key *key, const struct receipt *receipt, struct buffer *text, struct error *e);

/* receipt_verify(text, length, trust, ret_receipt, ret_holds, e):
 * What a receipt says (${ret_receipt}, only where it holds), and whether it was signed by a key that ${trust} has for codes,
 * while that key was in force, or (of a check made without a network) at most a day before. Return 0, ERROR_BAD_INPUT or
 * ERROR_TOO_LARGE for what is no receipt, or ERROR_NO_MEMORY. */
int receipt_verify(const char *text, size_t length, const struct trust *trust, struct receipt *ret_receipt,
	bool *ret_holds, struct error *e);

#endif
