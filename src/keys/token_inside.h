/* keys/token_inside.h: inside the room only: a connection to a token, and what its two files share. */

#ifndef HEALTHCODE_KEYS_TOKEN_INSIDE_H
#define HEALTHCODE_KEYS_TOKEN_INSIDE_H

#include <p11-kit/pkcs11.h>
#include <p11-kit/uri.h>
#include <pthread.h>
#include <stdbool.h>

#include "keys/keys.h"
#include "keys/token.h"

/* T1. The module is started, ended, and logged in to with ${lock} held for writing; all else is called with it held for
 *     reading: C_Finalize while another thread is in the module is not defined.
 * T2. ${generation} grows with each connection; a session or handle of an earlier one is not used, nor closed.
 * T3. ${watch} is a session that is open as long as the connection: with the last session a token logs out.
 * T4. Of one URI there is one struct token a process, counted in ${users}: a module is started and ended for the whole
 *     process, and a second connection would keep it from being started anew. */
struct token {
	struct token *next;
	unsigned users;
	char *name; /* the URI as it was given */
	P11KitUri *uri;
	char *module_path, *pin_file; /* the second NULL: the environment */
	pthread_rwlock_t lock;
	CK_FUNCTION_LIST *module; /* NULL: not connected */
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE watch;
	unsigned generation;
	struct error failure; /* of the last attempt to connect, which was at ${tried_at_ms} */
	int64_t tried_at_ms;
	bool pin_was_refused;
	uint8_t refused_pin[KEYS_SIZE], pin_hash_key[KEYS_SIZE];
};

/* A session, perhaps of an earlier connection. */
struct token_session {
	CK_SESSION_HANDLE session;
	unsigned generation; /* 0: none */
};

/* token_failed(e, what, rv): ERROR_IO, or ERROR_NO_MEMORY, with the module's word in words. */
int token_failed(struct error *e, const char *what, CK_RV rv);

/* token_use(token, session, flags, act, context, e):
 * Call ${act} with the lock held for reading and ${session} open with CKF_ of ${flags}. Where it fails, connect anew and call
 * it once more: a token that was away has none of its sessions and handles any more. */
typedef int token_act(struct token *token, struct token_session *session, void *context, struct error *e);
int token_use(
	struct token *token, struct token_session *session, CK_FLAGS flags, token_act *act, void *context, struct error *e);

/* Close a session that is of this connection. */
void token_session_close(struct token *token, struct token_session *session);

#endif
