/* Keys of the store that are in its token. What is kept under NAME is "pkcs11:", the key's label in the token, a new line, and the
 * public part. A label is the name and something random: of two that make a key of one name at once, each has its own.
 *
 * K1. The key is made in the token before its reference is kept, and destroyed there before the reference is: of a crash in
 *     between is left a key that nothing names, or a reference that can be destroyed again. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "keys/store.h"

static const char head[] = "pkcs11:"; /* no PKCS#8 begins so */

enum { HEAD_SIZE = sizeof head - 1, REFERENCE_MAX = 512, LABEL_SIZE = KEYS_NAME_MAX + 18 };

/* Whether it is one; its label, and where its public part begins. */
static bool
read_reference(const void *bytes, size_t length, char label[LABEL_SIZE], size_t *ret_public)
{
	const char *text = bytes, *end;
	size_t size;

	if (length <= HEAD_SIZE || memcmp(text, head, HEAD_SIZE) != 0 ||
		!(end = memchr(text + HEAD_SIZE, '\n', length - HEAD_SIZE)))
		return false;
	size = (size_t)(end - text) - HEAD_SIZE;
	if (size >= LABEL_SIZE)
		return false;
	memcpy(label, text + HEAD_SIZE, size);
	label[size] = '\0';
	*ret_public = HEAD_SIZE + size + 1;
	return true;
}

int
keys_token_load(struct keys *keys, struct error *e)
{
	struct buffer uri = buffer_make(TOKEN_URI_MAX + 2);
	char *path = file_join(keys->folder, "token.uri", e);
	int r = path ? file_read(path, &uri, e) : ERROR_NO_MEMORY;

	if (r == ERROR_EXISTS_NOT) {
		r = 0;
		goto out;
	}
	if (r < 0)
		goto out;
	if (!(keys->token_uri = text_copy(buffer_text(&uri), e))) {
		r = ERROR_NO_MEMORY;
		goto out;
	}
	keys->token_uri[strcspn(keys->token_uri, "\r\n")] = '\0';
	if ((r = token_open(keys->token_uri, &keys->token, e)) == ERROR_USAGE) {
		r = ERROR_CORRUPT;
		if (e)
			e->code = r;
		error_at(e, path, 1, 0);
	}
out:
	free(path);
	buffer_free(&uri);
	return r;
}

const char *
keys_token_uri(const struct keys *keys)
{
	return keys->token_uri;
}

int
keys_token_set(struct keys *keys, const char *uri, struct error *e)
{
	struct buffer line = buffer_make(TOKEN_URI_MAX + 2);
	struct token *token = NULL;
	char *path = file_join(keys->folder, "token.uri", e), *copy = NULL;
	int r = path ? 0 : ERROR_NO_MEMORY;

	if (r < 0)
		goto out;
	if (!uri) {
		if (unlink(path) < 0 && errno != ENOENT)
			r = error_set_errno(e, ERROR_IO, errno, "cannot remove %s", path);
	} else if ((r = token_open(uri, &token, e)) == 0 && (r = token_check(token, e)) == 0) {
		if (!(copy = text_copy(uri, e)))
			r = ERROR_NO_MEMORY;
		else if ((r = buffer_add_format(&line, e, "%s\n", uri)) == 0)
			r = file_write(path, line.data, line.length, 0600, e);
	}
	if (r == 0) {
		token_close(keys->token);
		free(keys->token_uri);
		keys->token = token;
		keys->token_uri = copy;
		token = NULL;
		copy = NULL;
	}
out:
	token_close(token);
	free(copy);
	free(path);
	buffer_free(&line);
	return r;
}

int
keys_make_in_token(struct keys *keys, const char *name, struct buffer *public_key, struct error *e)
{
	struct buffer reference = buffer_make(REFERENCE_MAX);
	char label[LABEL_SIZE], unique[17];
	uint8_t random[8];
	size_t at;
	int r;

	if (!keys->token)
		return error_set(e, ERROR_USAGE, "the store has no token");
	keys_random(random, sizeof random);
	if (snprintf(label, sizeof label, "%s-%s", name, text_hex(random, sizeof random, unique)) >= (int)sizeof label)
		return error_set(e, ERROR_USAGE, "no key can be named so: %.100s", name);
	if ((r = buffer_add_format(&reference, e, "%s%s\n", head, label)) < 0)
		goto out;
	at = reference.length;
	if ((r = token_make(keys->token, label, &reference, e)) < 0)
		goto out;
	if ((r = keys_put(keys, name, reference.data, reference.length, e)) == 0) /* K1 */
		r = buffer_add(public_key, reference.data + at, reference.length - at, e);
	else
		(void)token_destroy(keys->token, label, NULL);
out:
	buffer_free(&reference);
	return r;
}

static int
no_token(const char *name, struct error *e)
{
	return error_set(
		e, ERROR_IO, "the key %s is in a token, and the store names none: 'healthcode key token URI'", name);
}

int
keys_in_token(const struct keys *keys, const char *name, const void *bytes, size_t length, struct token_key **ret_key,
	size_t *ret_public, struct error *e)
{
	char label[LABEL_SIZE];
	size_t at;
	int r;

	if (!read_reference(bytes, length, label, &at))
		return 0;
	if (!keys->token)
		return no_token(name, e);
	if ((r = token_key_open(keys->token, label, ret_key, e)) < 0)
		return r;
	*ret_public = at;
	return 1;
}

int
keys_token_forget(const struct keys *keys, const char *name, struct error *e)
{
	uint8_t bytes[KEYS_VALUE_MAX];
	char label[LABEL_SIZE];
	size_t length, at;
	int r = keys_get(keys, name, bytes, sizeof bytes, &length, e);

	if (r == 0 && read_reference(bytes, length, label, &at))
		r = keys->token ? token_destroy(keys->token, label, e) : no_token(name, e); /* K1 */
	else if (r != ERROR_NO_MEMORY)
		r = 0; /* what does not open can be destroyed */
	keys_wipe(bytes, sizeof bytes);
	return r;
}

int
keys_token_has(const struct keys *keys, const char *name, const void *bytes, size_t length, struct error *e)
{
	char label[LABEL_SIZE];
	size_t at;
	int r;

	if (!read_reference(bytes, length, label, &at))
		return 0;
	r = keys->token ? token_find(keys->token, label, e) : no_token(name, e);
	return r == ERROR_EXISTS_NOT ? error_set(e, ERROR_CORRUPT, "the token does not hold the key %s", name) : r;
}
