/* base/csv_field.h: a field of a CSV file that is written (RFC 4180). */

#ifndef HEALTHCODE_BASE_CSV_FIELD_H
#define HEALTHCODE_BASE_CSV_FIELD_H

#include <stdbool.h>

#include "base/buffer.h"

/* csv_field_add(csv, text, last, e): append ${text} as it is, quoted where it has to be (NULL: an empty field), and a comma after it, or the end
 * of the line after the ${last}. Return 0 or what buffer_add gives. */
int csv_field_add(struct buffer *csv, const char *text, bool last, struct error *e);

#endif
