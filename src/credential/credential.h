/* credential/credential.h: signed codes and health certificates, whose signatures count, and the numbers on ID cards.
 *
 * Nothing here does I/O but trust_load, which reads the file or folder it is given; no clock is read: every check is
 * told the moment it is made at. */

#ifndef HEALTHCODE_CREDENTIAL_CREDENTIAL_H
#define HEALTHCODE_CREDENTIAL_CREDENTIAL_H

#include "credential/base45.h"
#include "credential/cbor.h"
#include "credential/certificate.h"
#include "credential/code.h"
#include "credential/compress.h"
#include "credential/container.h"
#include "credential/cose.h"
#include "credential/encrypt0.h"
#include "credential/id_number.h"
#include "credential/key.h"
#include "credential/paper.h"
#include "credential/place_code.h"
#include "credential/qr.h"
#include "credential/receipt.h"
#include "credential/statement.h"
#include "credential/trust.h"

#endif
