/* gate/shown.h: which codes were shown where, for as long as they count: in memory alone, and by their ids, which lead
 * nobody but the issuer back to a person. So that one code, lent or photographed, does not pass at two gates at once. */

#ifndef HEALTHCODE_GATE_SHOWN_H
#define HEALTHCODE_GATE_SHOWN_H

#include <stdbool.h>

#include "base/error.h"
#include "base/time.h"
#include "credential/credential.h"

enum { SHOWN_PLACES = 1 << 16 };

/* Used by several threads at once. It has room for SHOWN_PLACES codes; where it is full, what ends first is forgotten. */
struct shown;

/* shown_new(ret_shown, e): an empty one. Return 0 or ERROR_NO_MEMORY. Freed with shown_free, which accepts NULL. */
int shown_new(struct shown **ret_shown, struct error *e);
void shown_free(struct shown *shown);

/* shown_elsewhere(shown, id, place, until, now):
 * Whether the code of this id, which counts until ${until}, was shown at another place before; if not, note that it
 * was shown here. At the same place it may be shown again. */
bool
shown_elsewhere(struct shown *shown, const uint8_t id[CODE_ID_SIZE], const char *place, instant until, instant now);

#endif
