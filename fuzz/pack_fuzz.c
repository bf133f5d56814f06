/* A pack's files, a person's facts and a test of the pack's own: a line "== PATH" before each file, "== facts" before the
 * facts, "== test" before the test. Whatever the bytes, nothing may crash or leak; a pack that is refused says why; an answer
 * is the same twice, and without its reasons; of a test each expectation is judged, or the test's fault is told. */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { FILES_MAX = 32, NOW = 1585036800 };

/* The input, cut at its headings; text is changed in place to end the paths. */
static size_t
cut(char *text, size_t size, struct pack_file *files)
{
	char *at = text, *end = text + size;
	size_t count = 0;

	while (count < FILES_MAX && end - at > 3 && memcmp(at, "== ", 3) == 0) {
		char *line_end = memchr(at, '\n', (size_t)(end - at)), *next;

		if (!line_end)
			break;
		*line_end = '\0';
		next = memmem(line_end + 1, (size_t)(end - line_end - 1), "\n== ", 4);
		files[count].path = at + 3;
		files[count].bytes = line_end + 1;
		files[count].length = (size_t)((next ? next + 1 : end) - (line_end + 1));
		count++;
		at = next ? next + 1 : end;
	}
	return count;
}

static void
count_fault(void *context, const struct error *fault)
{
	assert(fault->message[0] && fault->file[0]);
	++*(size_t *)context;
}

static void
ask_twice(const struct pack *pack, const struct pack_file *file)
{
	json_t *facts = NULL, *first = NULL, *second = NULL, *changes = NULL;
	struct evaluated evaluated;
	struct error e = {0};
	int r;

	if (json_read(file->bytes, file->length, "facts", &facts, &e) < 0)
		return;
	r = evaluate(pack, facts, NOW, &first, &changes, &e);
	assert(r == 0 || (!first && !changes && e.code == r && e.message[0]));
	assert(evaluate(pack, facts, NOW, &second, NULL, &e) == r);
	assert(r < 0 || json_equal(first, second));
	assert(evaluate_colour(pack, facts, NOW, &evaluated, &e) == r);
	assert(r < 0 || strcmp(json_string_value(json_object_get(first, "colour")), colour_name(evaluated.colour)) == 0);
	json_decref(changes);
	json_decref(second);
	json_decref(first);
	json_decref(facts);
}

static void
count_failure(void *context, const char *pointer, const char *message)
{
	assert((!pointer || pointer[0] == '/') && message[0]);
	++*(size_t *)context;
}

static void
count_shape(void *context, const char *pointer, const char *reason)
{
	(void)pointer;
	assert(reason[0]);
	++*(size_t *)context;
}

static void
run_test(const struct pack *pack, const struct pack_file *file)
{
	size_t failures = 0, faults = 0, number = 0;
	struct pack_suite suite = {.pack = pack, .on_failure = count_failure, .context = &failures};
	struct json_check check = {.on_fault = count_shape, .context = &faults};
	json_t *test = NULL;
	struct error e = {0};
	int r;

	if (json_read(file->bytes, file->length, "test", &test, &e) < 0)
		return;
	r = pack_suite_run(&suite, test, &check, &e);
	assert((r == 0) == (faults == 0) && suite.failed == failures);
	assert(r < 0 || suite.passed + failures == json_array_size(json_object_get(test, "expected")));
	while (pack_suite_unseen(&suite, &number))
		;
	json_decref(test);
}

/* Take the part of that name out of the files. */
static struct pack_file
take(struct pack_file *files, size_t *count, const char *name)
{
	struct pack_file taken = {0};

	for (size_t i = 0; i < *count; i++)
		if (strcmp(files[i].path, name) == 0) {
			taken = files[i];
			files[i--] = files[--*count];
		}
	return taken;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct pack_file files[FILES_MAX], facts, test;
	struct pack *pack = NULL;
	char *text = malloc(size + 1);
	size_t count, faults = 0;
	struct error e = {0};

	if (!text)
		return 0;
	memcpy(text, bytes, size);
	text[size] = '\0';
	count = cut(text, size, files);
	facts = take(files, &count, "facts");
	test = take(files, &count, "test");
	if (pack_read("fuzz", files, count, count_fault, &faults, &pack, &e) == 0) {
		assert(faults == 0);
		if (facts.path)
			ask_twice(pack, &facts);
		if (test.path)
			run_test(pack, &test);
	} else {
		assert(!pack && e.message[0]);
		/* As one that an older program took, which refused less. */
		if (pack_read_kept("fuzz", files, count, &pack, &e) == 0 && facts.path)
			ask_twice(pack, &facts);
	}
	pack_free(pack);
	free(text);
	return 0;
}
