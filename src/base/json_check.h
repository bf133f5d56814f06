/* base/json_check.h: what somebody wrote by hand as JSON, checked strictly: every fault is told with the JSON pointer
 * (RFC 6901) of the value that is wrong, and a name that is misspelt with the known one that comes nearest. */

#ifndef HEALTHCODE_BASE_JSON_CHECK_H
#define HEALTHCODE_BASE_JSON_CHECK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum { JSON_POINTER_SIZE = 256 };

/* A check under way; zero it, then set what is wanted. ${root} (NULL: "") stands before every pointer; ${on_fault} (may be
 * NULL) is told each fault; ${first} keeps the first one as "POINTER: reason". */
struct json_check {
	const char *root;
	void (*on_fault)(void *context, const char *pointer, const char *reason);
	void *context;
	size_t faults;
	char first[ERROR_MESSAGE_MAX];
};

/* Tell of a fault at ${pointer} (below the root). */
void json_check_fault(struct json_check *check, const char *pointer, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* json_check_object(check, pointer, value, required, optional):
 * Tell where ${value} is no object, of each member that is in neither list, and of each required one that is missing; both
 * lists end with NULL. Return whether it is an object. */
bool json_check_object(struct json_check *check, const char *pointer, const json_t *value, const char *const *required,
	const char *const *optional);

/* json_check_integer(check, pointer, object, name, least, most, ret_value):
 * Read the member ${name} of the object at ${pointer}: a whole number from ${least} to ${most}. Return true; false where it
 * is missing (not told: that is json_check_object's), or something else (told). */
bool json_check_integer(struct json_check *check, const char *pointer, const json_t *object, const char *name,
	int64_t least, int64_t most, int64_t *ret_value);

/* 0 where nothing was told; else ERROR_BAD_INPUT with the first fault. */
int json_check_result(const struct json_check *check, struct error *e);

/* json_pointer(text, parent, name): "PARENT/NAME" with '/' and '~' of the name escaped, cut off where it does not fit.
 * Return ${text}. */
char *json_pointer(char text[JSON_POINTER_SIZE], const char *parent, const char *name);

#endif
