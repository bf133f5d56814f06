/* The one file of this room that reads files: it fills the list that pack_read takes, and looks at nothing in them. */
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/file.h"
#include "policy/pack.h"

struct loading {
	const char *folder;
	struct pack_file *files;
	size_t count, room;
};

static int
load_file(struct loading *loading, const char *part, const char *name, struct error *e)
{
	struct buffer path = buffer_make(PACK_FILE_SIZE_MAX), bytes = buffer_make(PACK_FILE_SIZE_MAX);
	struct pack_file *file = &loading->files[loading->count];
	char *full = NULL;
	int code;

	if (loading->count == loading->room) {
		code = error_set(e, ERROR_TOO_LARGE, "%s: more than %zu files", loading->folder, loading->room);
		goto out;
	}
	if ((code = buffer_add_format(&path, e, "%s%s%s", part, part[0] ? "/" : "", name)) < 0)
		goto out;
	if (!(full = file_join(loading->folder, buffer_text(&path), e))) {
		code = ERROR_NO_MEMORY;
		goto out;
	}
	if ((code = file_read(full, &bytes, e)) < 0)
		goto out;
	file->length = bytes.length;
	file->bytes = bytes.length ? buffer_take(&bytes) : NULL;
	file->path = buffer_take(&path);
	loading->count++;
out:
	buffer_free(&path);
	buffer_free(&bytes);
	free(full);
	return code;
}

static int
load_part(struct loading *loading, const char *part, struct error *e)
{
	struct file_names names = {0};
	char *path = NULL;
	int code = 0;

	if (!(path = file_join(loading->folder, part, e)))
		return ERROR_NO_MEMORY;
	if (!file_is_folder(path))
		goto out;
	if ((code = file_list(path, ".json", &names, e)) < 0)
		goto out;
	for (size_t i = 0; i < names.count && code == 0; i++)
		code = load_file(loading, part, names.names[i], e);
out:
	file_names_free(&names);
	free(path);
	return code;
}

int
pack_read_folder(
	const char *folder, pack_fault_function *on_fault, void *context, struct pack **ret_pack, struct error *e)
{
	struct loading loading = {.folder = folder, .room = PACK_FILES_MAX};
	int code;

	if (!(loading.files = calloc(PACK_FILES_MAX, sizeof *loading.files)))
		return error_no_memory(e);
	if ((code = load_file(&loading, "", "pack.json", e)) < 0 || (code = load_part(&loading, "rules", e)) < 0 ||
		(code = load_part(&loading, "texts", e)) < 0)
		goto out;
	code = pack_read(folder, loading.files, loading.count, on_fault, context, ret_pack, e);
out:
	for (size_t i = 0; i < loading.count; i++) {
		free((char *)loading.files[i].path);
		free((void *)loading.files[i].bytes);
	}
	free(loading.files);
	return code;
}
