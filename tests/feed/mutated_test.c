/* Every sample of every format, cut, reordered, written in another encoding, doubled and damaged: it is refused with line and reason, or
 * read with totals that add up; no row is missing from them, the same again brings nothing new, and what was refused can be
 * imported again. HEALTHCODE_MUTATIONS is how many of each sample and way (2), HEALTHCODE_SEED where they begin (2020). */

#include "../test.h"

#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "db/db.h"
#include "feed_store.h"

enum { SAMPLE_MAX = 48 << 10, FILE_MAX = 16 << 20, LINES_MAX = 4096 };

struct sample {
	const char *kind, *name, *mapping;
	const struct feed_mapping *read_by;
	struct buffer bytes;
};

static uint64_t seed, first_seed;
static unsigned long mutations;

static uint64_t
draw(uint64_t below)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return below ? (seed * 0x2545f4914f6cdd1dU >> 16) % below : 0;
}

static unsigned long
number_from(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoul(text, NULL, 10) : otherwise;
}

/* Where the sample's lines, segments or messages begin; ${starts} ends with the length. */
static size_t
cut_into_lines(const struct buffer *bytes, size_t *starts)
{
	const char *text = buffer_text(bytes);
	const char ends[] = {'\n', '\r', '\''};
	size_t count = 0;
	char end = '\n';

	for (size_t i = 0; i < sizeof ends; i++)
		if (memchr(text, ends[i], bytes->length)) {
			end = ends[i];
			break;
		}
	starts[count++] = 0;
	for (size_t at = 0; at < bytes->length && count < LINES_MAX; at++)
		if (text[at] == end && at + 1 < bytes->length)
			starts[count++] = at + 1;
	starts[count] = bytes->length;
	return count;
}

static void
add(struct buffer *to, const void *bytes, size_t length)
{
	assert_int_equal(buffer_add(to, bytes, length, NULL), 0);
}

static void
cut(const struct buffer *from, struct buffer *to)
{
	add(to, from->data, draw(from->length + 1));
}

static void
reorder(const struct buffer *from, struct buffer *to)
{
	static size_t starts[LINES_MAX + 1], order[LINES_MAX];
	const size_t count = cut_into_lines(from, starts), kept = draw(2); /* the heading stays in one of two */

	for (size_t i = 0; i < count; i++)
		order[i] = i;
	for (size_t i = count; i-- > kept + 1;) {
		const size_t other = kept + draw(i - kept + 1), line = order[i];

		order[i] = order[other];
		order[other] = line;
	}
	for (size_t i = 0; i < count; i++)
		add(to, from->data + starts[order[i]], starts[order[i] + 1] - starts[order[i]]);
}

static void
encode_otherwise(const struct buffer *from, struct buffer *to)
{
	static const char *const encodings[] = {"UTF-16LE", "UTF-16", "GB18030", "UTF-32BE", "EBCDIC-US", "LATIN1"};
	iconv_t converter = iconv_open(encodings[draw(sizeof encodings / sizeof *encodings)], "UTF-8");
	char *in = (char *)from->data;
	size_t left = from->length;

	assert_true(converter != (iconv_t)-1);
	while (left) {
		char room[1024], *out = room;
		size_t free_bytes = sizeof room;
		const size_t r = iconv(converter, &in, &left, &out, &free_bytes);

		add(to, room, (size_t)(out - room));
		if (r == (size_t)-1 && free_bytes > 8) { /* what has no such letter stands as it is */
			add(to, in++, 1);
			left--;
		}
	}
	iconv_close(converter);
}

static void
repeat(const struct buffer *from, struct buffer *to)
{
	static size_t starts[LINES_MAX + 1];
	const size_t count = cut_into_lines(from, starts);

	if (draw(2)) { /* the file twice */
		add(to, from->data, from->length);
		add(to, from->data, from->length);
		return;
	}
	for (size_t i = 0; i < count; i++)
		for (uint64_t times = draw(4) ? 1 : 1 + draw(4); times; times--)
			add(to, from->data + starts[i], starts[i + 1] - starts[i]);
}

static void
damage(const struct buffer *from, struct buffer *to)
{
	static const char likely[] = "\0\"',\r\n|^~\\&{}[]:+?\xff\x80\xe4 0";

	add(to, from->data, from->length);
	for (uint64_t times = 1 + draw(8); times && to->length; times--)
		to->data[draw(to->length)] = draw(2) ? (uint8_t)draw(256) : (uint8_t)likely[draw(sizeof likely - 1)];
}

static const struct way {
	const char *name;
	void (*mutate)(const struct buffer *from, struct buffer *to);
} ways[] = {{"cut", cut}, {"reordered", reorder}, {"in another encoding", encode_otherwise}, {"repeated", repeat},
	{"damaged", damage}};

/* What is being tried, and why the last import failed, for who reads the failure. */
static char trying[512], failed[ERROR_MESSAGE_MAX];

static void
see_place(const struct error *why, void *context)
{
	if (why->line == 0 || strlen(why->message) < 4)
		fail_msg("%s: refused without place or reason: %zu: %s", trying, why->line, why->message);
	++*(uint64_t *)context;
}

static int64_t
imports(struct feed_store *store)
{
	struct error e = {0};
	int64_t count = 0;

	assert_int_equal(
		db_one_int(registry_db(store->registry), "SELECT COUNT(*) FROM evidence_import", NULL, 0, &count, &e), 0);
	return count;
}

static int
import(struct feed_store *store, const struct sample *sample, const struct buffer *bytes, struct feed_rejects *rejects,
	struct feed_totals *totals)
{
	const int64_t before = imports(store);
	uint64_t refused = 0;
	const struct feed_import_options options = {.kind = sample->kind,
		.file = sample->name,
		.bytes = buffer_text(bytes),
		.length = bytes->length,
		.mapping = sample->read_by,
		.rejects = rejects,
		.refused = see_place,
		.context = &refused};
	struct error e = {0};
	const int code = feed_import(store->registry, &options, totals, &e);

	snprintf(failed, sizeof failed, "%s", e.message);
	/* Where a file is refused for its rows, each of them has its place. */
	if (code < 0 && (code != ERROR_BAD_INPUT || (e.line == 0 && !refused) || strlen(e.message) < 4))
		fail_msg("%s: code %d, %zu:%zu: %s", trying, code, e.line, e.column, e.message);
	if (imports(store) != before + (code == 0))
		fail_msg("%s: of a refused file something is kept", trying);
	if (code == 0 &&
		(totals->read != totals->added + totals->changed + totals->unchanged + totals->rejected ||
			totals->rejected != refused))
		fail_msg("%s: of %llu rows %llu are new, %llu changed, %llu unchanged, %llu rejected; %llu were told", trying,
			(unsigned long long)totals->read, (unsigned long long)totals->added, (unsigned long long)totals->changed,
			(unsigned long long)totals->unchanged, (unsigned long long)totals->rejected, (unsigned long long)refused);
	return code;
}

static bool
begins(const char *line, size_t length, const char *with)
{
	return length >= strlen(with) && memcmp(line, with, strlen(with)) == 0;
}

/* How many rows there are at least, counted without the readers: lines below the heading that are not empty where no quote can join
 * them; messages that begin. ${ret_exact}: and at most. */
static uint64_t
count_rows(const struct sample *sample, const struct buffer *bytes, bool *ret_exact)
{
	const char *at = buffer_text(bytes), *end = at + bytes->length;
	const bool messages = strcmp(sample->kind, "labs") == 0 || strcmp(sample->kind, "flights") == 0;
	uint64_t lines = 0, begun = 0;

	*ret_exact = false;
	while (at < end) {
		const char *line_end = at;

		while (line_end < end && *line_end != '\n' && !(messages && *line_end == '\r'))
			line_end++;
		lines += line_end > at && !(line_end == at + 1 && *at == '\r' && line_end < end);
		begun += begins(at, (size_t)(line_end - at), "MSH|");
		at = line_end + 1;
	}
	if (messages)
		return begun;
	if (sample->read_by || memchr(buffer_text(bytes), '"', bytes->length) || *buffer_text(bytes) == '{')
		return 0;
	*ret_exact = true;
	return lines ? lines - 1 : 0;
}

/* The rejects are read as what was refused: as many. A message that a stray byte had parted is one there. */
static void
import_rejects(struct feed_store *store, const struct sample *sample, const char *path, const struct feed_totals *was)
{
	struct feed_totals totals = {0};
	struct buffer bytes = buffer_make(FILE_MAX);
	struct error e = {0};

	if (file_read(path, &bytes, &e) < 0)
		fail_msg("%s: %s", trying, e.message);
	if (import(store, sample, &bytes, NULL, &totals) < 0)
		fail_msg("%s: the rejects cannot be imported: %s", trying, failed);
	if (totals.read > was->rejected || (strcmp(sample->kind, "labs") != 0 && totals.read != was->rejected))
		fail_msg("%s: %llu were rejected; of them %llu are read", trying, (unsigned long long)was->rejected,
			(unsigned long long)totals.read);
	buffer_free(&bytes);
	unlink(path);
}

static void
try(struct feed_store *store, const struct sample *sample, const struct way *way)
{
	struct buffer bytes = buffer_make(FILE_MAX);
	struct feed_totals first = {0}, second = {0};
	struct feed_rejects *rejects = NULL;
	struct error e = {0};
	char path[128];
	uint64_t rows;
	bool exact;
	int code;

	snprintf(trying, sizeof trying, "%s, %s, HEALTHCODE_SEED=%llu", sample->name, way->name, (unsigned long long)seed);
	snprintf(path, sizeof path, "%s.rejects", store->folder);
	way->mutate(&sample->bytes, &bytes);
	rows = count_rows(sample, &bytes, &exact);
	assert_int_equal(feed_rejects_new(path, &rejects, &e), 0);
	code = import(store, sample, &bytes, rejects, &first);
	assert_int_equal(feed_rejects_finish(rejects, &e), 0);
	feed_rejects_free(rejects);
	if (code == 0 && (first.read < rows || (exact && first.read != rows)))
		fail_msg("%s: of %llu rows %llu are read", trying, (unsigned long long)rows, (unsigned long long)first.read);
	if (import(store, sample, &bytes, NULL, &second) != code || second.read != first.read ||
		second.rejected != first.rejected || second.added)
		fail_msg("%s: again, %llu are read, %llu rejected, %llu new", trying, (unsigned long long)second.read,
			(unsigned long long)second.rejected, (unsigned long long)second.added);
	if (code == 0 && first.rejected)
		import_rejects(store, sample, path, &first);
	buffer_free(&bytes);
}

static void
try_all(struct feed_store *store, struct sample *sample)
{
	struct feed_mapping *mapping = NULL;
	struct error e = {0};
	char path[4096];

	snprintf(path, sizeof path, "%s/tests/data/mappings/%s", getenv("HEALTHCODE_SOURCE"),
		sample->mapping ? sample->mapping : "");
	if (sample->mapping && feed_mapping_read(path, &mapping, &e) < 0)
		fail_msg("%s", e.message);
	sample->read_by = mapping;
	if (sample->bytes.length > SAMPLE_MAX &&
		strcmp(sample->kind, "labs") != 0) { /* of a long list its beginning, to the end of a line */
		sample->bytes.length = SAMPLE_MAX;
		while (sample->bytes.data[sample->bytes.length - 1] != '\n')
			sample->bytes.length--;
	}
	for (size_t w = 0; w < sizeof ways / sizeof *ways; w++)
		for (unsigned long i = 0; i < mutations; i++)
			try(store, sample, &ways[w]);
	feed_mapping_free(mapping);
	buffer_free(&sample->bytes);
}

static void
try_file(struct feed_store *store, const char *kind, const char *folder, const char *name, const char *mapping)
{
	struct sample sample = {.kind = kind, .name = name, .mapping = mapping, .bytes = buffer_make(FILE_MAX)};
	struct error e = {0};
	char path[8192];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	if (file_read(path, &sample.bytes, &e) < 0)
		fail_msg("%s: %s", path, e.message);
	try_all(store, &sample);
}

static void
try_folder(struct feed_store *store, const char *kind, const char *root, const char *below, const char *suffix)
{
	char folder[4096];
	struct file_names names;
	struct error e = {0};

	snprintf(folder, sizeof folder, "%s/%s", root, below);
	if (file_list(folder, suffix, &names, &e) < 0)
		fail_msg("%s: %s", folder, e.message);
	assert_true(names.count > 0);
	for (size_t i = 0; i < names.count; i++)
		try_file(store, kind, folder, names.names[i], NULL);
	file_names_free(&names);
}

static void
samples_of_messages(void **state)
{
	const char *data = getenv("HEALTHCODE_EXTRA_DATA");

	try_folder(*state, "labs", data, "conformance/hl7v2", ".hl7");
	try_folder(*state, "labs", data, "conformance/fhir", ".fhir");
	try_folder(*state, "flights", data, "conformance/paxlst/own", ".edi");
	try_folder(*state, "flights", data, "conformance/paxlst/gtas", ".edi");
	try_folder(*state, "flights", data, "conformance/paxlst/gtas", ".txt");
}

static void
samples_of_lists(void **state)
{
	const char *data = getenv("HEALTHCODE_EXTRA_DATA");

	try_file(*state, "cases", data, "real2020/linelist-ncov2019/ncov_hubei_20200128_0000.csv", "ncov2019-cases.json");
	try_file(*state, "cases", data, "real2020/linelist-ncov2019/ncov_outside_hubei_20200207_0000.csv",
		"ncov2019-cases.json");
	try_file(*state, "cases", data, "real2020/korea-ds4c/PatientInfo.csv", "korea-cases.json");
	try_file(*state, "areas", data, "real2020/csse/03-24-2020.csv", NULL);
	try_file(*state, "areas", data, "real2020/china-areas/china_areas_2020-01_04.csv", NULL);
	try_file(*state, "orders", getenv("HEALTHCODE_SOURCE"), "packs/hubei-2020/orders/2020-03-24.csv", NULL);
}

/* The fuzz target's: a kind each, which its first byte says. */
static void
samples_of_each_kind(void **state)
{
	char folder[4096], path[8192];
	struct file_names names;
	struct error e = {0};

	snprintf(folder, sizeof folder, "%s/fuzz/corpus/imports", getenv("HEALTHCODE_SOURCE"));
	assert_int_equal(file_list(folder, "", &names, &e), 0);
	assert_true(names.count > 10);
	for (size_t i = 0; i < names.count; i++) {
		struct sample sample = {.name = names.names[i], .bytes = buffer_make(FILE_MAX)};

		snprintf(path, sizeof path, "%s/%s", folder, names.names[i]);
		assert_int_equal(file_read(path, &sample.bytes, &e), 0);
		sample.kind = feed_kind(sample.bytes.data[0]);
		memmove(sample.bytes.data, sample.bytes.data + 1, --sample.bytes.length);
		try_all(*state, &sample);
	}
	file_names_free(&names);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_of_each_kind),
		cmocka_unit_test(samples_of_lists),
		cmocka_unit_test(samples_of_messages),
	};

	mutations = number_from("HEALTHCODE_MUTATIONS", 2);
	first_seed = number_from("HEALTHCODE_SEED", 2020);
	seed = first_seed ? first_seed : 1;
	printf("%lu of each sample and way, HEALTHCODE_SEED=%llu\n", mutations, (unsigned long long)first_seed);
	return cmocka_run_group_tests_name("feed/mutated", tests, feed_store_set_up, feed_store_tear_down);
}
