#include "policy/pack.h"

#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/text.h"
#include "policy/pack_inside.h"

static const char head_path[] = "pack.json", rules_folder[] = "rules/", texts_folder[] = "texts/";

static int
tell(struct pack_reading *r, size_t file, struct error *fault, size_t line, size_t column)
{
	char path[ERROR_FILE_MAX];

	fault->code = ERROR_BAD_INPUT;
	snprintf(path, sizeof path, "%.160s%s%.80s", r->folder, r->folder[0] ? "/" : "", r->files[file].path);
	error_at(fault, path, line, column);
	if (r->faults++ == 0)
		r->first = *fault;
	if (r->on_fault)
		r->on_fault(r->context, fault);
	return ERROR_BAD_INPUT;
}

static int __attribute__((format(printf, 4, 0)))
tell_of(struct pack_reading *r, size_t file, const char *pointer, const char *format, va_list arguments)
{
	const struct pack_file *source = &r->files[file];
	struct error fault = {0};
	size_t line = 1, column = 1;

	vsnprintf(fault.message, sizeof fault.message, format, arguments);
	if (pointer)
		json_place(source->bytes, source->length, pointer, &line, &column);
	return tell(r, file, &fault, line, column);
}

int
pack_fault(struct pack_reading *r, size_t file, const char *pointer, const char *format, ...)
{
	va_list arguments;
	int code;

	va_start(arguments, format);
	code = tell_of(r, file, pointer, format, arguments);
	va_end(arguments);
	return code;
}

bool
pack_slip(struct pack_reading *r, size_t file, const char *pointer, const char *format, ...)
{
	va_list arguments;

	if (r->kept)
		return false;
	va_start(arguments, format);
	(void)tell_of(r, file, pointer, format, arguments);
	va_end(arguments);
	return true;
}

int
pack_fault_text(struct pack_reading *r, size_t file, const struct error *e)
{
	struct error fault = *e;

	return tell(r, file, &fault, e->line, e->column);
}

const json_t *
pack_value(const struct pack *pack, const json_t *given)
{
	const char *name = json_object_size(given) == 1 ? json_string_value(json_object_get(given, "param")) : NULL;

	return name ? json_object_get(json_object_get(pack->root, "parameters"), name) : given;
}

int
pack_list(const struct pack *pack, const char *name)
{
	for (int list = 0; name && list < FACT_LIST_COUNT; list++)
		if (list != FACT_OVERRIDES && strcmp(name, fact_list_name((enum fact_list)list)) == 0)
			return list;
	if (name && strcmp(name, "places") == 0)
		return VIEW_PLACES;
	for (size_t i = 0; name && i < pack->derived_count; i++)
		if (strcmp(name, pack->derived[i].name) == 0)
			return VIEW_DERIVED + (int)i;
	return VIEW_LIST_NONE;
}

const char *
pack_list_name(const struct pack *pack, int list)
{
	if (list < FACT_LIST_COUNT)
		return fact_list_name((enum fact_list)list);
	return list == VIEW_PLACES ? "places" : pack->derived[list - VIEW_DERIVED].name;
}

char *
pack_meant(const struct pack *pack, const char *name, char *text, size_t size)
{
	const char *names[FACT_LIST_COUNT + PACK_DERIVED_MAX + 2] = {"places", "latest"}, *meant;
	size_t count = 2;

	for (int list = 0; list < FACT_LIST_COUNT; list++)
		if (list != FACT_OVERRIDES)
			names[count++] = fact_list_name((enum fact_list)list);
	for (size_t i = 0; i < pack->derived_count; i++)
		names[count++] = pack->derived[i].name;
	names[count] = NULL;
	meant = text_nearest(name, names);
	if (meant)
		snprintf(text, size, ": did you mean \"%.64s\"?", meant);
	else
		text[0] = '\0';
	return text;
}

bool
pack_read_colour(struct pack_reading *r, size_t file, const char *pointer, const json_t *value, enum colour *ret_colour)
{
	if (colour_read(json_string_value(value), ret_colour))
		return true;
	if (json_is_string(value))
		pack_fault(r, file, pointer, "unknown colour \"%.64s\": green, yellow, red or gray expected",
			json_string_value(value));
	else
		pack_fault(r, file, pointer, "a colour expected: green, yellow, red or gray");
	return false;
}

static int
compare_files(const void *a, const void *b)
{
	return strcmp(((const struct pack_file *)a)->path, ((const struct pack_file *)b)->path);
}

static int
hash_number(EVP_MD_CTX *context, uint64_t number)
{
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(number >> (56 - 8 * i));
	return EVP_DigestUpdate(context, bytes, sizeof bytes);
}

static int
hash_files(const struct pack_reading *r, char *text, struct error *e)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	int ok = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL);

	for (size_t i = 0; ok && i < r->count; i++) {
		const struct pack_file *file = &r->files[i];

		ok = hash_number(context, strlen(file->path)) && EVP_DigestUpdate(context, file->path, strlen(file->path)) &&
			hash_number(context, file->length) && EVP_DigestUpdate(context, file->bytes, file->length);
	}
	ok = ok && EVP_DigestFinal_ex(context, digest, &length);
	EVP_MD_CTX_free(context);
	if (!ok)
		return error_no_memory(e);
	text_hex(digest, length, text);
	return 0;
}

/* The language of "texts/zh.json", or false where the path is not of that form. */
static bool
text_language(const char *path, char *language, size_t size)
{
	size_t length = strlen(path), kept = length - strlen("texts/.json");

	if (length < strlen("texts/x.json") || kept >= size)
		return false;
	memcpy(language, path + strlen("texts/"), kept);
	language[kept] = '\0';
	return strspn(language, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == kept;
}

/* The number of pack.json; that past the last file where there is none. */
static size_t
head_of(const struct pack_reading *r)
{
	size_t head = r->count;

	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->files[i].path, head_path) == 0)
			head = i;
	return head;
}

/* pack.json first: rules and texts are read by what it says. */
static int
read_files(struct pack_reading *r, struct error *e)
{
	size_t head = head_of(r), languages = 0;
	char language[16];
	int code = 0;

	if (head == r->count)
		return error_set(e, ERROR_EXISTS_NOT, "%s: no pack.json", r->folder);
	if ((code = pack_read_head(r, head)) < 0)
		return error_no_memory(e);
	for (size_t i = 0; i < r->count && r->pack->root; i++) {
		const char *path = r->files[i].path;
		size_t length = strlen(path);

		if (i > 0 && strcmp(path, r->files[i - 1].path) == 0)
			pack_fault(r, i, NULL, "given twice");
		else if (i == head)
			continue;
		else if (length < 5 || strcmp(path + length - 5, ".json") != 0)
			pack_fault(r, i, NULL, "a pack holds only .json files here");
		else if (text_starts(path, rules_folder))
			code = pack_read_rule(r, i);
		else if (text_starts(path, texts_folder) && text_language(path, language, sizeof language) &&
			languages++ < PACK_LANGUAGES_MAX)
			code = pack_read_texts(r, i, language);
		else
			pack_fault(r, i, NULL, "not a file of a pack: pack.json, rules/NAME.json or texts/LANGUAGE.json");
		if (code < 0)
			return error_no_memory(e);
	}
	return r->pack->root && pack_check_whole(r) < 0 ? error_no_memory(e) : 0;
}

/* The last part of a path, without slashes at its end. */
static char *
base_name(const char *folder, struct error *e)
{
	size_t end = strlen(folder), start;
	char *name;

	while (end > 0 && folder[end - 1] == '/')
		end--;
	for (start = end; start > 0 && folder[start - 1] != '/';)
		start--;
	if (!(name = strndup(folder + start, end - start)))
		error_no_memory(e);
	return name;
}

static int
check_sizes(const struct pack_file *files, size_t count, const char *folder, struct error *e)
{
	if (count > PACK_FILES_MAX)
		return error_set(e, ERROR_TOO_LARGE, "%s: more than %d files", folder, PACK_FILES_MAX);
	for (size_t i = 0; i < count; i++)
		if (files[i].length > PACK_FILE_SIZE_MAX)
			return error_set(
				e, ERROR_TOO_LARGE, "%s/%s: longer than %d bytes", folder, files[i].path, PACK_FILE_SIZE_MAX);
	return 0;
}

/* ${given} says how and for whom. */
static int
read_pack(const struct pack_reading *given, const struct pack_file *files, struct pack **ret_pack, struct error *e)
{
	struct pack_reading r = *given;
	const size_t count = r.count;
	int code;

	if ((code = check_sizes(files, count, r.folder, e)) < 0)
		goto out;
	code = ERROR_NO_MEMORY;
	if (!(r.files = calloc(count + 1, sizeof *r.files)) || !(r.pack = calloc(1, sizeof *r.pack)) ||
		!(r.pack->texts = json_object()) || !(r.pack->documents = json_array())) {
		error_no_memory(e);
		goto out;
	}
	if (count > 0)
		memcpy(r.files, files, count * sizeof *files);
	for (size_t i = 0; i < count; i++)
		if (!r.files[i].bytes)
			r.files[i].bytes = "";
	if (count > 0)
		qsort(r.files, count, sizeof *r.files, compare_files);
	if ((code = hash_files(&r, r.pack->hash, e)) < 0 || (code = read_files(&r, e)) < 0)
		goto out;
	if (!r.pack->jurisdiction && r.pack->root) {
		char *name = base_name(r.folder, e);

		r.pack->jurisdiction = name;
		if (!name) {
			code = ERROR_NO_MEMORY;
			goto out;
		}
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			pack_slip(&r, head_of(&r), NULL,
				"the folder's name is the jurisdiction's, and \"%s\" is none: give the folder's name, or a \"jurisdiction\"",
				name);
	}
	if (r.faults > 0) {
		if (e)
			*e = r.first;
		code = ERROR_BAD_INPUT;
		goto out;
	}
	if ((code = pack_link(r.pack, e)) < 0)
		goto out;
	*ret_pack = r.pack;
	r.pack = NULL;
out:
	pack_free(r.pack);
	free(r.files);
	return code;
}

int
pack_read(const char *folder, const struct pack_file *files, size_t count, pack_fault_function *on_fault, void *context,
	struct pack **ret_pack, struct error *e)
{
	const struct pack_reading given = {.folder = folder, .count = count, .on_fault = on_fault, .context = context};

	return read_pack(&given, files, ret_pack, e);
}

int
pack_read_kept(
	const char *jurisdiction, const struct pack_file *files, size_t count, struct pack **ret_pack, struct error *e)
{
	const struct pack_reading given = {.folder = jurisdiction, .count = count, .kept = true};

	return read_pack(&given, files, ret_pack, e);
}

void
pack_free(struct pack *pack)
{
	if (!pack)
		return;
	for (size_t i = 0; i < pack->rule_count; i++)
		certlogic_program_free(pack->rules[i].when);
	for (size_t i = 0; i < pack->derived_count; i++)
		certlogic_program_free(pack->derived[i].normal);
	free(pack->rules);
	free(pack->steps);
	free(pack->jurisdiction);
	json_decref(pack->texts);
	json_decref(pack->documents);
	json_decref(pack->root);
	free(pack);
}

const char *
pack_jurisdiction(const struct pack *pack)
{
	return pack->jurisdiction;
}

const char *
pack_hash(const struct pack *pack)
{
	return pack->hash;
}

const struct zone *
pack_zone(const struct pack *pack)
{
	return &pack->zone;
}

enum colour
pack_first_colour(const struct pack *pack)
{
	return pack->first_colour;
}

int
pack_severity(const struct pack *pack, enum colour colour)
{
	return pack->severity[colour];
}

const json_t *
pack_section(const struct pack *pack, const char *name)
{
	return json_object_get(pack->root, name);
}

const json_t *
pack_parameter(const struct pack *pack, const char *name)
{
	return json_object_get(json_object_get(pack->root, "parameters"), name);
}

const char *
pack_text(const struct pack *pack, const char *language, const char *key)
{
	return json_string_value(json_object_get(json_object_get(pack->texts, language), key));
}

void
pack_valid(const struct pack *pack, instant *ret_from, instant *ret_to)
{
	*ret_from = pack->valid_from;
	*ret_to = pack->valid_to;
}
