#include "feed/mapping.h"

#include <ctype.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/json_check.h"

enum { MAPPING_MAX = 1 << 20, DATE_TEXT_SIZE = 32 };

struct feed_mapping {
	json_t *root;
	const json_t *columns, *ignore, *constants; /* ${root}'s; NULL where it has none */
	bool ignores_others;
};

static bool
is_text(const json_t *value)
{
	return json_is_string(value);
}

/* The fields of a moment in the order in which they are written: YYYY, MM or M, DD or D, hh, mm, ss. */
enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, DATE_FIELDS };
static const char date_letters[] = "YMDhms";

/* How many of the same letter begin the pattern. */
static size_t
run_of(const char *pattern)
{
	size_t length = 1;

	while (pattern[length] == pattern[0])
		length++;
	return length;
}

static bool
is_date_pattern(const char *pattern)
{
	unsigned seen = 0;

	while (*pattern) {
		const char *letter = strchr(date_letters, *pattern);
		size_t length = letter ? run_of(pattern) : 1;

		if (letter) {
			unsigned bit = 1U << (letter - date_letters);

			if ((seen & bit) || length > (*letter == 'Y' ? 4U : 2U) || (*letter == 'Y' && length != 4))
				return false;
			seen |= bit;
		}
		pattern += length;
	}
	return (seen & 7U) == 7U;
}

/* Read ${text} by ${pattern}; return whether it is such a one. */
static bool
read_by(const char *pattern, const char *text, int fields[DATE_FIELDS])
{
	while (*pattern) {
		const char *letter = strchr(date_letters, *pattern);
		size_t length = letter ? run_of(pattern) : 1, digits = 0;

		if (!letter) {
			if (*text++ != *pattern++)
				return false;
			continue;
		}
		for (fields[letter - date_letters] = 0; digits < (length == 1 ? 2U : length) && isdigit((unsigned char)*text);
			 digits++)
			fields[letter - date_letters] = fields[letter - date_letters] * 10 + (*text++ - '0');
		if (digits == 0 || (length > 1 && digits != length))
			return false;
		pattern += length;
	}
	return *text == '\0';
}

/* 1 where ${text} is such a date, 0 where not, or a code. */
static int
add_date(const char *pattern, const char *text, struct buffer *value, struct error *e)
{
	int f[DATE_FIELDS] = {[HOUR] = -1}, r;

	if (!read_by(pattern, text, f))
		return 0;
	if ((r = buffer_add_format(value, e, "%04d-%02d-%02d", f[YEAR], f[MONTH], f[DAY])) == 0 && f[HOUR] >= 0)
		r = buffer_add_format(value, e, "T%02d:%02d:%02d", f[HOUR], f[MINUTE], f[SECOND]);
	return r < 0 ? r : 1;
}

static void
check_column(struct json_check *check, const char *pointer, const json_t *column)
{
	static const char *const required[] = {"column", NULL}, *const optional[] = {"values", "dates", "otherwise", NULL};
	char below[JSON_POINTER_SIZE];
	const json_t *item;
	const char *name;
	size_t i;

	if (is_text(column))
		return;
	if (!json_check_object(check, pointer, column, required, optional))
		return;
	if (json_object_get(column, "column") && !is_text(json_object_get(column, "column")))
		json_check_fault(check, json_pointer(below, pointer, "column"), "a column's name expected");
	if (json_object_get(column, "otherwise") && !is_text(json_object_get(column, "otherwise")))
		json_check_fault(check, json_pointer(below, pointer, "otherwise"), "a text expected");
	json_object_foreach((json_t *)json_object_get(column, "values"), name, item)
	{
		if (!is_text(item))
			json_check_fault(check, json_pointer(below, pointer, "values"), "\"%.64s\" has no text", name);
	}
	json_array_foreach(json_object_get(column, "dates"), i, item)
	{
		if (!is_text(item) || !is_date_pattern(json_string_value(item)))
			json_check_fault(check, json_pointer(below, pointer, "dates"),
				"a pattern of YYYY, MM or M, DD or D, and perhaps hh, mm, ss expected");
	}
	if (json_object_get(column, "values") && !json_is_object(json_object_get(column, "values")))
		json_check_fault(check, json_pointer(below, pointer, "values"), "an object expected");
	if (json_object_get(column, "dates") && !json_is_array(json_object_get(column, "dates")))
		json_check_fault(check, json_pointer(below, pointer, "dates"), "a list expected");
}

static void
check_encoding(struct json_check *check, const json_t *encoding)
{
	iconv_t converter;

	if (!encoding)
		return;
	if (!is_text(encoding)) {
		json_check_fault(check, "/encoding", "an encoding's name expected");
		return;
	}
	converter = iconv_open("UTF-8", json_string_value(encoding));
	if (converter == (iconv_t)-1)
		json_check_fault(check, "/encoding", "no encoding \"%.32s\" is known here", json_string_value(encoding));
	else
		iconv_close(converter);
}

static void
check_mapping(struct json_check *check, const json_t *root)
{
	static const char *const required[] = {"kind", NULL},
							 *const optional[] = {"encoding", "columns", "ignore", "constants", "about", NULL};
	char pointer[JSON_POINTER_SIZE];
	const json_t *item, *ignore;
	const char *name;
	size_t i;

	if (!json_check_object(check, "", root, required, optional))
		return;
	if (json_object_get(root, "kind") && !is_text(json_object_get(root, "kind")))
		json_check_fault(check, "/kind", "a kind of import expected");
	check_encoding(check, json_object_get(root, "encoding"));
	if (json_object_get(root, "columns") && !json_is_object(json_object_get(root, "columns")))
		json_check_fault(check, "/columns", "an object expected");
	json_object_foreach((json_t *)json_object_get(root, "columns"), name, item)
	{
		check_column(check, json_pointer(pointer, "/columns", name), item);
	}
	if (json_object_get(root, "constants") && !json_is_object(json_object_get(root, "constants")))
		json_check_fault(check, "/constants", "an object expected");
	json_object_foreach((json_t *)json_object_get(root, "constants"), name, item)
	{
		if (!is_text(item))
			json_check_fault(check, json_pointer(pointer, "/constants", name), "a text expected");
	}
	ignore = json_object_get(root, "ignore");
	if (ignore && !json_is_true(ignore) && !json_is_array(ignore))
		json_check_fault(check, "/ignore", "a list of headings, or true, expected");
	json_array_foreach(ignore, i, item)
	{
		if (!is_text(item))
			json_check_fault(check, "/ignore", "a list of headings expected");
	}
}

int
feed_mapping_read(const char *path, struct feed_mapping **ret_mapping, struct error *e)
{
	struct feed_mapping *mapping = NULL;
	struct json_check check = {0};
	json_t *root = NULL;
	int r;

	if ((r = json_read_file(path, MAPPING_MAX, &root, NULL, e)) < 0)
		return r;
	check_mapping(&check, root);
	if ((r = json_check_result(&check, e)) < 0) {
		error_at(e, path, 0, 0);
		goto out;
	}
	if (!(mapping = calloc(1, sizeof *mapping))) {
		r = error_no_memory(e);
		goto out;
	}
	mapping->root = root;
	root = NULL;
	mapping->columns = json_object_get(mapping->root, "columns");
	mapping->constants = json_object_get(mapping->root, "constants");
	mapping->ignore = json_object_get(mapping->root, "ignore");
	mapping->ignores_others = json_is_true(mapping->ignore);
	*ret_mapping = mapping;
	r = 0;
out:
	json_decref(root);
	return r;
}

void
feed_mapping_free(struct feed_mapping *mapping)
{
	if (!mapping)
		return;
	json_decref(mapping->root);
	free(mapping);
}

const char *
mapping_encoding(const struct feed_mapping *mapping)
{
	const char *encoding = json_string_value(json_object_get(mapping->root, "encoding"));

	return !encoding || strcasecmp(encoding, "UTF-8") == 0 ? NULL : encoding;
}

bool
mapping_is_for(const struct feed_mapping *mapping, const char *kind)
{
	return strcmp(json_string_value(json_object_get(mapping->root, "kind")), kind) == 0;
}

const char *
mapping_column(const struct feed_mapping *mapping, const char *heading)
{
	const json_t *column = json_object_get(mapping->columns, heading), *item;
	size_t i;

	if (json_is_string(column))
		return json_string_value(column);
	if (column)
		return json_string_value(json_object_get(column, "column"));
	json_array_foreach(mapping->ignore, i, item)
	{
		if (strcmp(json_string_value(item), heading) == 0)
			return "";
	}
	return mapping->ignores_others ? "" : NULL;
}

const char *
mapping_constant(const struct feed_mapping *mapping, const char *column)
{
	return json_string_value(json_object_get(mapping->constants, column));
}

/* ${text} without the spaces around it. */
static int
trimmed(const char *text, struct buffer *value, struct error *e)
{
	size_t length;

	while (*text == ' ' || *text == '\t')
		text++;
	length = strlen(text);
	while (length && (text[length - 1] == ' ' || text[length - 1] == '\t'))
		length--;
	return buffer_add(value, text, length, e);
}

/* A value that is neither among ${values} nor a date. */
static int
other(const json_t *column, const char *text, struct buffer *value, bool *ret_other, struct error *e)
{
	const json_t *dates = json_object_get(column, "dates");
	const char *otherwise = json_string_value(json_object_get(column, "otherwise"));

	if (otherwise) {
		*ret_other = true;
		return buffer_add(value, otherwise, strlen(otherwise), e);
	}
	if (dates)
		return error_set(e, ERROR_BAD_INPUT, "a date such as %.32s expected",
			json_string_value(json_array_get(dates, 0)) ? json_string_value(json_array_get(dates, 0)) : "none");
	if (json_object_get(column, "values"))
		return error_set(e, ERROR_BAD_INPUT, "\"%.64s\" is none of the mapping's values", text);
	return buffer_add(value, text, strlen(text), e);
}

int
mapping_value(const struct feed_mapping *mapping, const char *heading, const char *text, struct buffer *value,
	bool *ret_other, struct error *e)
{
	const json_t *column = json_object_get(mapping->columns, heading), *item;
	struct buffer plain = buffer_make(value->maximum);
	const char *known;
	size_t i;
	int r;

	*ret_other = false;
	if ((r = trimmed(text, &plain, e)) < 0 || plain.length == 0)
		goto out;
	text = buffer_text(&plain);
	known = json_string_value(json_object_get(json_object_get(column, "values"), text));
	if (known) {
		r = buffer_add(value, known, strlen(known), e);
		goto out;
	}
	json_array_foreach(json_object_get(column, "dates"), i, item)
	{
		if ((r = add_date(json_string_value(item), text, value, e)) != 0) {
			r = r < 0 ? r : 0;
			goto out;
		}
	}
	r = other(column, text, value, ret_other, e);
out:
	buffer_free(&plain);
	return r;
}
