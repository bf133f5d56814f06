/* A PKCS#11 module for tests: SoftHSM2 behind it, whose calls fail when the test says so.
 *
 * moody_fail(at, times, rv): of the calls that follow, number ${at} (from 1) and the ${times} - 1 after it answer ${rv}.
 * moody_calls(): how many there were since. */

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stddef.h>

#define EXPORT __attribute__((visibility("default")))

static CK_FUNCTION_LIST *real, moody;
static unsigned long calls, fail_at, fail_times;
static CK_RV fail_with;

EXPORT void
moody_fail(unsigned long at, unsigned long times, CK_RV rv)
{
	calls = 0;
	fail_at = at;
	fail_times = times;
	fail_with = rv;
}

EXPORT unsigned long
moody_calls(void)
{
	return calls;
}

static int
fails(void)
{
	calls++;
	return fail_at && calls >= fail_at && calls - fail_at < fail_times;
}

/* clang-format off */
#define WRAPPED(name, parameters, arguments) \
	static CK_RV moody_##name parameters { return fails() ? fail_with : real->name arguments; }
WRAPPED(C_Initialize, (void *a), (a))
WRAPPED(C_GetSlotList, (CK_BBOOL p, CK_SLOT_ID *l, CK_ULONG *n), (p, l, n))
WRAPPED(C_GetTokenInfo, (CK_SLOT_ID s, CK_TOKEN_INFO *i), (s, i))
WRAPPED(C_GetMechanismInfo, (CK_SLOT_ID s, CK_MECHANISM_TYPE m, CK_MECHANISM_INFO *i), (s, m, i))
WRAPPED(C_OpenSession, (CK_SLOT_ID s, CK_FLAGS f, void *a, CK_NOTIFY n, CK_SESSION_HANDLE *h), (s, f, a, n, h))
WRAPPED(C_Login, (CK_SESSION_HANDLE h, CK_USER_TYPE u, CK_UTF8CHAR *p, CK_ULONG n), (h, u, p, n))
WRAPPED(C_FindObjectsInit, (CK_SESSION_HANDLE h, CK_ATTRIBUTE *a, CK_ULONG n), (h, a, n))
WRAPPED(C_FindObjects, (CK_SESSION_HANDLE h, CK_OBJECT_HANDLE *o, CK_ULONG m, CK_ULONG *n), (h, o, m, n))
WRAPPED(C_GenerateKeyPair, (CK_SESSION_HANDLE h, CK_MECHANISM *m, CK_ATTRIBUTE *a, CK_ULONG n, CK_ATTRIBUTE *b, CK_ULONG k,
	CK_OBJECT_HANDLE *p, CK_OBJECT_HANDLE *q), (h, m, a, n, b, k, p, q))
WRAPPED(C_GetAttributeValue, (CK_SESSION_HANDLE h, CK_OBJECT_HANDLE o, CK_ATTRIBUTE *a, CK_ULONG n), (h, o, a, n))
WRAPPED(C_DestroyObject, (CK_SESSION_HANDLE h, CK_OBJECT_HANDLE o), (h, o))
WRAPPED(C_SignInit, (CK_SESSION_HANDLE h, CK_MECHANISM *m, CK_OBJECT_HANDLE o), (h, m, o))
WRAPPED(C_Sign, (CK_SESSION_HANDLE h, CK_BYTE *d, CK_ULONG n, CK_BYTE *s, CK_ULONG *l), (h, d, n, s, l))
/* clang-format on */

EXPORT CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **list)
{
	if (!real) {
		void *module = dlopen("/usr/lib/softhsm/libsofthsm2.so", RTLD_NOW | RTLD_LOCAL);
		union {
			void *found;
			CK_RV (*get)(CK_FUNCTION_LIST **);
		} symbol = {module ? dlsym(module, "C_GetFunctionList") : NULL};

		if (!symbol.found || symbol.get(&real) != CKR_OK)
			return CKR_GENERAL_ERROR;
		moody = *real;
		moody.C_Initialize = moody_C_Initialize;
		moody.C_GetSlotList = moody_C_GetSlotList;
		moody.C_GetTokenInfo = moody_C_GetTokenInfo;
		moody.C_GetMechanismInfo = moody_C_GetMechanismInfo;
		moody.C_OpenSession = moody_C_OpenSession;
		moody.C_Login = moody_C_Login;
		moody.C_FindObjectsInit = moody_C_FindObjectsInit;
		moody.C_FindObjects = moody_C_FindObjects;
		moody.C_GenerateKeyPair = moody_C_GenerateKeyPair;
		moody.C_GetAttributeValue = moody_C_GetAttributeValue;
		moody.C_DestroyObject = moody_C_DestroyObject;
		moody.C_SignInit = moody_C_SignInit;
		moody.C_Sign = moody_C_Sign;
	}
	*list = &moody;
	return CKR_OK;
}
