#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evidence/evidence.h"
#include "feed/feed.h"

enum { PIECE = 1 << 16 };

/* What is asked for here would be gone for the import: a pipe, a terminal. */
static bool
read_only_once(const char *path)
{
	struct stat about;

	return strcmp(path, "-") == 0 ||
		(stat(path, &about) == 0 && (S_ISFIFO(about.st_mode) || S_ISCHR(about.st_mode) || S_ISSOCK(about.st_mode)));
}

static int
fail(const char *path, int code, int number, const char *what, struct error *e)
{
	error_set_errno(e, code, number, "%s", what);
	error_at(e, path, 0, 0);
	return code;
}

/* By OpenSSL, which uses the processor's instructions for it: libsodium's took as long as all else that an import of pings does. */
static int
hash_all(const char *path, int fd, EVP_MD_CTX *context, uint8_t *hash, struct error *e)
{
	uint8_t bytes[PIECE];
	ssize_t got;

	if (!context || !EVP_DigestInit_ex(context, EVP_sha256(), NULL))
		return error_no_memory(e);
	while ((got = read(fd, bytes, sizeof bytes)) > 0 || (got < 0 && errno == EINTR))
		if (got > 0 && !EVP_DigestUpdate(context, bytes, (size_t)got))
			return error_no_memory(e);
	if (got < 0)
		return fail(path, ERROR_IO, errno, "cannot read", e);
	return EVP_DigestFinal_ex(context, hash, NULL) ? 0 : error_no_memory(e);
}

int
feed_file_hash(const char *path, uint8_t hash[EVIDENCE_SHA256_SIZE], struct error *e)
{
	EVP_MD_CTX *context;
	int fd, code;

	memset(hash, 0, EVIDENCE_SHA256_SIZE);
	if (read_only_once(path))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(path, errno == ENOENT ? ERROR_EXISTS_NOT : ERROR_IO, errno, "cannot open", e);
	context = EVP_MD_CTX_new();
	code = hash_all(path, fd, context, hash, e);
	EVP_MD_CTX_free(context);
	close(fd);
	return code;
}
