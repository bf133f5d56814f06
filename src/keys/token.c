/* The connection to a token: its module, its slot, the log-in, and sessions. */

#include <errno.h>
#include <fcntl.h>
#include <p11-kit/p11-kit.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "keys/token_inside.h"

enum { SLOTS_MAX = 256, PAUSE_MS = 1000 };

int
token_failed(struct error *e, const char *what, CK_RV rv)
{
	if (rv == CKR_HOST_MEMORY)
		return error_no_memory(e);
	return error_set(e, ERROR_IO, "the token %s: %s (0x%lx)", what, p11_kit_strerror(rv), rv);
}

static int64_t
monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int
read_uri(struct token *token, const char *uri, struct error *e)
{
	const char *source, *module;
	int code;

	if (strlen(uri) > TOKEN_URI_MAX)
		return error_set(e, ERROR_USAGE, "a token's URI has at most %d bytes", TOKEN_URI_MAX);
	if (!(token->uri = p11_kit_uri_new()))
		return error_no_memory(e);
	code = p11_kit_uri_parse(uri, P11_KIT_URI_FOR_TOKEN, token->uri);
	if (code == P11_KIT_URI_UNEXPECTED) /* p11-kit's own memory */
		return error_no_memory(e);
	if (code != P11_KIT_URI_OK || p11_kit_uri_any_unrecognized(token->uri))
		return error_set(e, ERROR_USAGE, "not a PKCS#11 URI of a token (RFC 7512)");
	if (p11_kit_uri_get_pin_value(token->uri))
		return error_set(e, ERROR_USAGE, "a PIN is in a file (pin-source) or in HEALTHCODE_TOKEN_PIN, not in the URI");
	if (!(module = p11_kit_uri_get_module_path(token->uri)) || module[0] != '/')
		return error_set(e, ERROR_USAGE, "the URI needs the module's whole path: ?module-path=/...");
	if (!strstr(uri, "token=") && !strstr(uri, "serial=") && !strstr(uri, "manufacturer=") && !strstr(uri, "model="))
		return error_set(e, ERROR_USAGE, "the URI needs the token's label: pkcs11:token=...");
	if ((source = p11_kit_uri_get_pin_source(token->uri))) {
		if (strncmp(source, "file:", 5) == 0)
			source += 5;
		if (strncmp(source, "//", 2) == 0)
			source += 2;
		if (source[0] != '/')
			return error_set(e, ERROR_USAGE, "pin-source is a file's whole path: file:/...");
		if (!(token->pin_file = text_copy(source, e)))
			return ERROR_NO_MEMORY;
	}
	return (token->module_path = text_copy(module, e)) ? 0 : ERROR_NO_MEMORY;
}

/* T1: for writing. */
static void
disconnect(struct token *token)
{
	if (!token->module)
		return;
	(void)token->module->C_CloseSession(token->watch);
	(void)p11_kit_module_finalize(token->module);
	p11_kit_module_release(token->module);
	token->module = NULL;
}

static void
token_free(struct token *token)
{
	disconnect(token);
	pthread_rwlock_destroy(&token->lock);
	p11_kit_uri_free(token->uri);
	free(token->name);
	free(token->module_path);
	free(token->pin_file);
	sodium_memzero(token, sizeof *token);
	free(token);
}

static int
token_new(const char *uri, struct token **ret_token, struct error *e)
{
	struct token *token = calloc(1, sizeof *token);
	int r;

	if (!token || pthread_rwlock_init(&token->lock, NULL) != 0) {
		free(token);
		return error_no_memory(e);
	}
	token->tried_at_ms = INT64_MIN / 2;
	token->users = 1;
	randombytes_buf(token->pin_hash_key, sizeof token->pin_hash_key);
	if ((r = read_uri(token, uri, e)) < 0 || !(token->name = text_copy(uri, e))) {
		token_free(token);
		return r < 0 ? r : ERROR_NO_MEMORY;
	}
	*ret_token = token;
	return 0;
}

/* T4 */
static struct token *tokens;
static pthread_mutex_t tokens_lock = PTHREAD_MUTEX_INITIALIZER;

int
token_open(const char *uri, struct token **ret_token, struct error *e)
{
	struct token *token;
	int r = 0;

	pthread_mutex_lock(&tokens_lock);
	for (token = tokens; token && strcmp(token->name, uri) != 0;)
		token = token->next;
	if (token) {
		token->users++;
	} else if ((r = token_new(uri, &token, e)) == 0) {
		token->next = tokens;
		tokens = token;
	}
	pthread_mutex_unlock(&tokens_lock);
	if (r == 0)
		*ret_token = token;
	return r;
}

void
token_close(struct token *token)
{
	if (!token)
		return;
	pthread_mutex_lock(&tokens_lock);
	if (--token->users == 0) {
		struct token **at = &tokens;

		while (*at != token)
			at = &(*at)->next;
		*at = token->next;
		token_free(token);
	}
	pthread_mutex_unlock(&tokens_lock);
}

/* The first line of the file, of which nobody else may read. */
static int
read_pin_file(const char *path, char pin[TOKEN_PIN_MAX + 2], struct error *e)
{
	struct stat about;
	ssize_t length = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), r = 0;

	if (fd < 0 || fstat(fd, &about) < 0)
		r = error_set_errno(e, ERROR_IO, errno, "cannot read the token's PIN in %s", path);
	else if (about.st_mode & 077)
		r = error_set(e, ERROR_IO, "%s can be read by others than its owner: chmod 600", path);
	else if ((length = read(fd, pin, TOKEN_PIN_MAX + 1)) < 0)
		r = error_set_errno(e, ERROR_IO, errno, "cannot read the token's PIN in %s", path);
	if (fd >= 0)
		close(fd);
	if (r < 0)
		return r;
	pin[length] = '\0';
	pin[strcspn(pin, "\r\n")] = '\0';
	return 0;
}

static int
read_pin(const struct token *token, char pin[TOKEN_PIN_MAX + 2], struct error *e)
{
	const char *given = token->pin_file ? NULL : getenv("HEALTHCODE_TOKEN_PIN");
	int r;

	if (token->pin_file && (r = read_pin_file(token->pin_file, pin, e)) < 0)
		return r;
	if (!token->pin_file && !given)
		return error_set(
			e, ERROR_IO, "the token's PIN is in no file (pin-source in its URI) and not in HEALTHCODE_TOKEN_PIN");
	if (given)
		snprintf(pin, TOKEN_PIN_MAX + 2, "%s", given);
	if (!pin[0] || strlen(pin) > TOKEN_PIN_MAX)
		return error_set(e, ERROR_IO, "the token's PIN has from 1 to %d characters", TOKEN_PIN_MAX);
	return 0;
}

static int
log_in(struct token *token, const CK_TOKEN_INFO *about, struct error *e)
{
	char pin[TOKEN_PIN_MAX + 2] = "";
	uint8_t hash[KEYS_SIZE];
	CK_RV rv;
	int r;

	if (!(about->flags & CKF_LOGIN_REQUIRED))
		return 0;
	if (about->flags & CKF_USER_PIN_LOCKED)
		return error_set(e, ERROR_IO, "the token is locked: too many wrong PINs; its security officer can set another");
	if (about->flags & CKF_USER_PIN_FINAL_TRY)
		return error_set(
			e, ERROR_IO, "one wrong PIN more locks the token: log in once with another tool, then again here");
	if ((r = read_pin(token, pin, e)) < 0)
		goto out;
	crypto_generichash(hash, sizeof hash, (const uint8_t *)pin, strlen(pin), token->pin_hash_key, KEYS_SIZE);
	if (token->pin_was_refused && sodium_memcmp(hash, token->refused_pin, sizeof hash) == 0) {
		r = error_set(e, ERROR_IO, "the token refused this PIN; it is not tried again until it is another");
		goto out;
	}
	rv = token->module->C_Login(token->watch, CKU_USER, (CK_UTF8CHAR *)pin, strlen(pin));
	if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_INVALID || rv == CKR_PIN_LEN_RANGE) {
		token->pin_was_refused = true;
		memcpy(token->refused_pin, hash, sizeof hash);
		r = error_set(e, ERROR_IO, "the token refuses the PIN");
	} else if (rv == CKR_PIN_LOCKED) {
		r = error_set(e, ERROR_IO, "the token is locked: too many wrong PINs; its security officer can set another");
	} else if (rv != CKR_OK && rv != CKR_USER_ALREADY_LOGGED_IN) {
		r = token_failed(e, "lets nobody log in", rv);
	} else {
		token->pin_was_refused = false;
	}
out:
	sodium_memzero(pin, sizeof pin);
	sodium_memzero(hash, sizeof hash);
	return r;
}

/* The one slot whose token is that of the URI. */
static int
find_slot(struct token *token, CK_TOKEN_INFO *ret_about, struct error *e)
{
	CK_SLOT_ID slots[SLOTS_MAX];
	CK_ULONG count = SLOTS_MAX;
	CK_TOKEN_INFO about;
	bool found = false;
	CK_RV rv = token->module->C_GetSlotList(CK_TRUE, slots, &count);

	if (rv != CKR_OK)
		return token_failed(e, "cannot be looked for", rv);
	for (CK_ULONG i = 0; i < count; i++) {
		if (token->module->C_GetTokenInfo(slots[i], &about) != CKR_OK || !(about.flags & CKF_TOKEN_INITIALIZED) ||
			!p11_kit_uri_match_token_info(token->uri, &about))
			continue;
		if (found)
			return error_set(e, ERROR_IO, "more than one token is named so: add its serial number to the URI");
		found = true;
		token->slot = slots[i];
		*ret_about = about;
	}
	return found ? 0 : error_set(e, ERROR_IO, "the token is not there");
}

/* T1: for writing. */
static int
connect_now(struct token *token, struct error *e)
{
	CK_TOKEN_INFO about;
	CK_RV rv;
	int r;

	if (!(token->module = p11_kit_module_load(token->module_path, 0)))
		return error_set(
			e, ERROR_IO, "the token's module %s cannot be loaded: %s", token->module_path, p11_kit_message());
	if ((rv = p11_kit_module_initialize(token->module)) != CKR_OK) {
		p11_kit_module_release(token->module);
		token->module = NULL;
		return token_failed(e, "has a module that does not start", rv);
	}
	if ((r = find_slot(token, &about, e)) == 0) {
		rv = token->module->C_OpenSession(token->slot, CKF_SERIAL_SESSION, NULL, NULL, &token->watch);
		r = rv == CKR_OK ? log_in(token, &about, e) : token_failed(e, "opens no session", rv);
	}
	if (r < 0) {
		disconnect(token);
		return r;
	}
	token->generation++;
	return 0;
}

/* See that there is a connection, and where that can be, one later than that of ${seen}. */
static int
reconnect(struct token *token, unsigned seen, struct error *e)
{
	struct error own = {0};
	bool early;
	int r = 0;

	pthread_rwlock_wrlock(&token->lock);
	early = monotonic_ms() < token->tried_at_ms + PAUSE_MS;
	if (token->module && (token->generation != seen || early))
		goto out; /* another thread did, or what fails is not the connection */
	if (early) {
		r = error_set(e, ERROR_IO, "%s", token->failure.message);
		goto out;
	}
	disconnect(token);
	if ((r = connect_now(token, &own)) < 0)
		error_set(e, r, "%s", own.message);
	if (r != ERROR_NO_MEMORY) {
		token->failure = own;
		token->tried_at_ms = monotonic_ms();
	}
out:
	pthread_rwlock_unlock(&token->lock);
	return r;
}

static int
open_session(struct token *token, struct token_session *session, CK_FLAGS flags, struct error *e)
{
	CK_RV rv;

	if (session->generation == token->generation)
		return 0;
	if ((rv = token->module->C_OpenSession(token->slot, CKF_SERIAL_SESSION | flags, NULL, NULL, &session->session)) !=
		CKR_OK)
		return token_failed(e, "opens no session", rv);
	session->generation = token->generation;
	return 0;
}

int
token_use(
	struct token *token, struct token_session *session, CK_FLAGS flags, token_act *act, void *context, struct error *e)
{
	bool connected;
	unsigned seen;
	int r = 0;

	for (bool again = false;; again = true) {
		pthread_rwlock_rdlock(&token->lock);
		seen = token->generation;
		if ((connected = token->module != NULL) && (r = open_session(token, session, flags, e)) == 0)
			r = act(token, session, context, e);
		pthread_rwlock_unlock(&token->lock);
		if (connected && (r == 0 || r == ERROR_NO_MEMORY || again))
			return r;
		if ((r = reconnect(token, seen, e)) < 0)
			return r;
	}
}

void
token_session_close(struct token *token, struct token_session *session)
{
	pthread_rwlock_rdlock(&token->lock);
	if (token->module && session->generation == token->generation && session->generation) /* T2 */
		(void)token->module->C_CloseSession(session->session);
	session->generation = 0;
	pthread_rwlock_unlock(&token->lock);
}
