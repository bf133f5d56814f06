/* base/error.h: how a failure is told.
 *
 * A function that can fail returns 0, or one of the negative codes below, and fills the caller's struct error.
 * A library never prints and never exits; programs do. */

#ifndef HEALTHCODE_BASE_ERROR_H
#define HEALTHCODE_BASE_ERROR_H

#include <stddef.h>

enum error_code {
	ERROR_USAGE = -1,      /* the caller asked for what this does not do */
	ERROR_BAD_INPUT = -2,  /* bytes from outside are not what they should be; the place is set where known */
	ERROR_EXISTS_NOT = -3, /* what was named is not there */
	ERROR_EXISTS = -4,     /* what should be made is there already */
	ERROR_CORRUPT = -5,    /* stored bytes are not what was written */
	ERROR_IN_USE = -6,     /* locked by another process, or busy */
	ERROR_NO_MEMORY = -7,
	ERROR_TOO_LARGE = -8, /* a stated maximum was passed; the message says which */
	ERROR_IO = -9,        /* a read, write, sync or connection failed */
	ERROR_DENIED = -10,   /* the one who acts may not do this */
	ERROR_STOPPED = -11,  /* asked to stop before the end */
};

enum { ERROR_MESSAGE_MAX = 512, ERROR_FILE_MAX = 256 };

/* What went wrong and where. ${line} and ${column} count from 1; 0 is "not known". ${file} is empty where no file
 * is meant. Owned by the caller; zeroed before first use (struct error e = {0};). */
struct error {
	int code;
	size_t line, column;
	char file[ERROR_FILE_MAX];
	char message[ERROR_MESSAGE_MAX];
};

/* error_set(e, code, format, ...):
 * Fill ${e} with ${code} and the formatted message (cut at ERROR_MESSAGE_MAX - 1 bytes), forgetting any place.
 * Return ${code}, so that a caller can write "return error_set(...)". ${e} may be NULL. */
int error_set(struct error *e, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* error_set_errno(e, code, number, format, ...):
 * As error_set, with ": " and the system's text for errno ${number} after the message. */
int
error_set_errno(struct error *e, int code, int number, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* error_at(e, file, line, column):
 * Add a place to the failure in ${e}. ${file} may be NULL, which leaves the file as it is. Return e's code. */
int error_at(struct error *e, const char *file, size_t line, size_t column);

/* error_no_memory(e):
 * Fill ${e} for a failed allocation. Return ERROR_NO_MEMORY. */
int error_no_memory(struct error *e);

/* error_text(e, text, size):
 * Write "FILE:LINE:COLUMN: message" into ${text}, as much of the place as is known; always terminated. Return ${text}. */
char *error_text(const struct error *e, char *text, size_t size);

#endif
