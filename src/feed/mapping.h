/* feed/mapping.h: how another program's columns, values and dates read as a kind's. Inside the room; the file's form is in
 * docs/imports.md, and feed/feed.h reads it. */

#ifndef HEALTHCODE_FEED_MAPPING_H
#define HEALTHCODE_FEED_MAPPING_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "feed/feed.h"
#include "feed/record.h"

/* The encoding as iconv has it; NULL: UTF-8. */
const char *mapping_encoding(const struct feed_mapping *mapping);

/* Whether files of that kind may be read by it. */
bool mapping_is_for(const struct feed_mapping *mapping, const char *kind);

/* mapping_column(mapping, heading): the column that a heading's text means; "" where it is to be left out; NULL where the
 * mapping does not know it, and it is taken for what it says. */
const char *mapping_column(const struct feed_mapping *mapping, const char *heading);

/* mapping_constant(mapping, column): the value that every row has in a column which the file lacks, or NULL. */
const char *mapping_constant(const struct feed_mapping *mapping, const char *column);

/* mapping_value(mapping, heading, text, value, ret_other, e): append what ${text} under ${heading} means to ${value}, which stays
 * empty where it means none. ${ret_other}: it is none that the mapping knows, and stands for what it says of others. Return 0,
 * ERROR_BAD_INPUT (without place) where it cannot be taken, or a code. */
int mapping_value(const struct feed_mapping *mapping, const char *heading, const char *text, struct buffer *value,
	bool *ret_other, struct error *e);

#endif
