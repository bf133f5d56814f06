/* policy/certlogic_time.h: date-times of CertLogic, milliseconds since 1970-01-01T00:00:00Z; inside the room only. */

#ifndef HEALTHCODE_POLICY_CERTLOGIC_TIME_H
#define HEALTHCODE_POLICY_CERTLOGIC_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

enum certlogic_unit { CERTLOGIC_YEAR, CERTLOGIC_MONTH, CERTLOGIC_DAY, CERTLOGIC_HOUR };

enum { CERTLOGIC_DATE_TEXT_SIZE = 32 };

/* There are dates up to 100,000,000 days on either side of 1970 (ECMA-262, time values). */
#define CERTLOGIC_DATE_LAST_MS (INT64_C(100000000) * DAY_S * 1000)

/* certlogic_unit_named(name, ret_unit): false where ${name} is none of "year", "month", "day", "hour". */
bool certlogic_unit_named(const char *name, enum certlogic_unit *ret_unit);

/* certlogic_date_read(text, length, ret_ms):
 * Read any of the specification's date and date-time formats; a partial date is its last day, a missing offset is Z,
 * decimals past the third are cut off. False where the text is none of them or no such day or time exists. */
bool certlogic_date_read(const char *text, size_t length, int64_t *ret_ms);

/* certlogic_birth_date_read(text, length, ret_ms): the same for YYYY, YYYY-MM and YYYY-MM-DD alone. */
bool certlogic_birth_date_read(const char *text, size_t length, int64_t *ret_ms);

/* certlogic_date_plus(ms, amount, unit, ret_ms):
 * What JavaScript's setUTCFullYear, setUTCMonth, setUTCDate and setUTCHours do: a day that the month does not have
 * runs over into the next. False past CERTLOGIC_DATE_LAST_MS. */
bool certlogic_date_plus(int64_t ms, int64_t amount, enum certlogic_unit unit, int64_t *ret_ms);

/* Write "YYYY-MM-DDThh:mm:ss.sssZ" (years outside 0 to 9999 with a sign and six digits). Return ${text}. */
char *certlogic_date_write(int64_t ms, char text[static CERTLOGIC_DATE_TEXT_SIZE]);

/* The first instant of the UTC month after the one that holds ${at}. */
instant certlogic_next_month(instant at);

#endif
