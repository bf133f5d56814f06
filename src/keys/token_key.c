/* The keys in a token: made, found, used, destroyed. */

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "keys/token_inside.h"

enum { POINT_SIZE = 65, POINT_DER_MAX = 80 };

static CK_OBJECT_CLASS private_class = CKO_PRIVATE_KEY;
static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;

struct token_key {
	struct token *token;
	char *name;
	struct token_session session;
	unsigned generation; /* of which ${handle} is; 0: not found yet */
	CK_OBJECT_HANDLE handle;
};

/* The first private key of that name; ERROR_EXISTS_NOT. */
static int
find(struct token *token, CK_SESSION_HANDLE session, const char *name, CK_OBJECT_HANDLE *ret_handle, struct error *e)
{
	CK_ATTRIBUTE wanted[] = {
		{CKA_CLASS, &private_class, sizeof private_class}, {CKA_LABEL, (void *)(uintptr_t)name, strlen(name)}};
	CK_OBJECT_HANDLE handle;
	CK_ULONG count = 0;
	CK_RV rv;

	if ((rv = token->module->C_FindObjectsInit(session, wanted, 2)) != CKR_OK)
		return token_failed(e, "looks for no key", rv);
	rv = token->module->C_FindObjects(session, &handle, 1, &count);
	(void)token->module->C_FindObjectsFinal(session);
	if (rv != CKR_OK)
		return token_failed(e, "finds no key", rv);
	if (!count)
		return error_set(e, ERROR_EXISTS_NOT, "the token holds no key %s", name);
	*ret_handle = handle;
	return 0;
}

/* An uncompressed point, as modules write it (in an OCTET STRING), or as some do (bare), to SubjectPublicKeyInfo. */
static int
add_public(const uint8_t *point, size_t length, struct buffer *public_key, struct error *e)
{
	static const uint8_t head[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
		0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
	size_t before = public_key->length;
	int r;

	if (length == POINT_SIZE + 2 && point[0] == 0x04 && point[1] == POINT_SIZE) {
		point += 2;
		length -= 2;
	}
	if (length != POINT_SIZE || point[0] != 0x04)
		return error_set(e, ERROR_IO, "the token made a key that is none of the curve P-256");
	if ((r = buffer_add(public_key, head, sizeof head, e)) < 0 || (r = buffer_add(public_key, point, length, e)) < 0)
		public_key->length = before;
	return r;
}

struct making {
	const char *name;
	struct buffer *public_key;
};

static int
make(struct token *token, struct token_session *session, void *context, struct error *e)
{
	static uint8_t p256[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07}; /* prime256v1 */
	const struct making *making = context;
	void *name = (void *)(uintptr_t)making->name;
	CK_ULONG name_length = strlen(making->name);
	CK_MECHANISM mechanism = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
	/* The public part is kept beside the key's name in the registry: in the token it would only take place. */
	CK_ATTRIBUTE of_public[] = {
		{CKA_EC_PARAMS, p256, sizeof p256}, {CKA_TOKEN, &no, sizeof no}, {CKA_VERIFY, &yes, sizeof yes}};
	CK_ATTRIBUTE of_private[] = {{CKA_TOKEN, &yes, sizeof yes}, {CKA_PRIVATE, &yes, sizeof yes},
		{CKA_SENSITIVE, &yes, sizeof yes}, {CKA_EXTRACTABLE, &no, sizeof no}, {CKA_SIGN, &yes, sizeof yes},
		{CKA_LABEL, name, name_length}, {CKA_ID, name, name_length}};
	uint8_t point[POINT_DER_MAX];
	CK_ATTRIBUTE wanted = {CKA_EC_POINT, point, sizeof point};
	CK_OBJECT_HANDLE public_handle, private_handle;
	CK_RV rv;
	int r;

	rv = token->module->C_GenerateKeyPair(
		session->session, &mechanism, of_public, 3, of_private, 7, &public_handle, &private_handle);
	if (rv != CKR_OK)
		return token_failed(e, "makes no key", rv);
	rv = token->module->C_GetAttributeValue(session->session, public_handle, &wanted, 1);
	(void)token->module->C_DestroyObject(session->session, public_handle);
	r = rv == CKR_OK ? add_public(point, wanted.ulValueLen, making->public_key, e)
					 : token_failed(e, "does not tell a key's public part", rv);
	if (r < 0)
		(void)token->module->C_DestroyObject(session->session, private_handle);
	return r;
}

int
token_make(struct token *token, const char *name, struct buffer *public_key, struct error *e)
{
	struct making making = {.name = name, .public_key = public_key};
	struct token_session session = {0};
	int r = token_use(token, &session, CKF_RW_SESSION, make, &making, e);

	token_session_close(token, &session);
	return r;
}

static int
look(struct token *token, struct token_session *session, void *context, struct error *e)
{
	CK_OBJECT_HANDLE handle;

	return find(token, session->session, context, &handle, e);
}

int
token_find(struct token *token, const char *name, struct error *e)
{
	struct token_session session = {0};
	int r = token_use(token, &session, 0, look, (void *)(uintptr_t)name, e);

	token_session_close(token, &session);
	return r;
}

static int
destroy(struct token *token, struct token_session *session, void *context, struct error *e)
{
	CK_OBJECT_HANDLE handle = CK_INVALID_HANDLE;
	CK_RV rv;
	int r;

	while ((r = find(token, session->session, context, &handle, e)) == 0)
		if ((rv = token->module->C_DestroyObject(session->session, handle)) != CKR_OK)
			return token_failed(e, "does not destroy a key", rv);
	return r == ERROR_EXISTS_NOT ? 0 : r;
}

int
token_destroy(struct token *token, const char *name, struct error *e)
{
	struct token_session session = {0};
	int r = token_use(token, &session, CKF_RW_SESSION, destroy, (void *)(uintptr_t)name, e);

	token_session_close(token, &session);
	return r;
}

static int
check(struct token *token, struct token_session *session, void *context, struct error *e)
{
	static const struct {
		CK_MECHANISM_TYPE mechanism;
		CK_FLAGS flags;
	} needed[] = {{CKM_EC_KEY_PAIR_GEN, CKF_GENERATE_KEY_PAIR}, {CKM_ECDSA, CKF_SIGN}};
	CK_MECHANISM_INFO about;

	(void)session;
	(void)context;
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
		CK_RV rv = token->module->C_GetMechanismInfo(token->slot, needed[i].mechanism, &about);

		if (rv != CKR_OK || !(about.flags & needed[i].flags))
			return rv == CKR_HOST_MEMORY ? error_no_memory(e)
										 : error_set(e, ERROR_IO, "the token makes or uses no keys of elliptic curves");
		if (about.ulMinKeySize > 256 || about.ulMaxKeySize < 256)
			return error_set(e, ERROR_IO, "the token has no keys of the curve P-256");
	}
	return 0;
}

int
token_check(struct token *token, struct error *e)
{
	struct token_session session = {0};
	int r = token_use(token, &session, CKF_RW_SESSION, check, NULL, e);

	token_session_close(token, &session);
	return r;
}

int
token_key_open(struct token *token, const char *name, struct token_key **ret_key, struct error *e)
{
	struct token_key *key = calloc(1, sizeof *key);

	if (!key || !(key->name = text_copy(name, NULL))) {
		free(key);
		return error_no_memory(e);
	}
	key->token = token;
	*ret_key = key;
	return 0;
}

void
token_key_close(struct token_key *key)
{
	if (!key)
		return;
	token_session_close(key->token, &key->session);
	free(key->name);
	free(key);
}

struct signing {
	struct token_key *key;
	const uint8_t *digest;
	uint8_t *signature;
};

static int
sign(struct token *token, struct token_session *session, void *context, struct error *e)
{
	const struct signing *signing = context;
	struct token_key *key = signing->key;
	CK_MECHANISM mechanism = {CKM_ECDSA, NULL, 0};
	CK_ULONG length = TOKEN_SIGNATURE_SIZE;
	CK_RV rv;
	int r;

	if (key->generation != session->generation) {
		if ((r = find(token, session->session, key->name, &key->handle, e)) < 0)
			return r;
		key->generation = session->generation;
	}
	if ((rv = token->module->C_SignInit(session->session, &mechanism, key->handle)) != CKR_OK ||
		(rv = token->module->C_Sign(session->session, (CK_BYTE *)(uintptr_t)signing->digest, TOKEN_DIGEST_SIZE,
			 signing->signature, &length)) != CKR_OK)
		return token_failed(e, "does not sign", rv);
	return length == TOKEN_SIGNATURE_SIZE ? 0 : error_set(e, ERROR_IO, "the token made a signature of another length");
}

int
token_key_sign(struct token_key *key, const uint8_t digest[TOKEN_DIGEST_SIZE], uint8_t signature[TOKEN_SIGNATURE_SIZE],
	struct error *e)
{
	uint8_t made[TOKEN_SIGNATURE_SIZE] = {0};
	struct signing signing = {.key = key, .digest = digest, .signature = made};
	int r = token_use(key->token, &key->session, 0, sign, &signing, e);

	if (r == ERROR_EXISTS_NOT)
		return error_set(e, ERROR_IO, "the token holds no key %s", key->name);
	if (r == 0)
		memcpy(signature, made, sizeof made);
	return r;
}
