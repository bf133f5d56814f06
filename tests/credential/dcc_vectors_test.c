/* Every labelled step of the EU's test vectors (dgc-testdata), in the folder that the first argument names.
 *
 * Only steps that have a label are judged. VERIFY means: the signature holds, by the certificate's key, under its key
 * id, and the claims have their shape. Labels of SCHEMAVALIDATION are only reliable in the folder "common". The second
 * argument is the number of steps that must have been judged, so that an empty folder does not pass. */

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "credential/credential.h"

static size_t passed, failed, files;

struct vector {
	const char *file;
	const json_t *root, *context, *labels;
	struct trust *trust; /* of the context's certificate; NULL where it is not readable */
	instant clock;
};

static bool
unhex(const char *hex, struct buffer *bytes)
{
	char *lower = strdup(hex ? hex : "");
	bool done;

	for (char *at = lower; *at; at++)
		if (*at >= 'A' && *at <= 'F')
			*at += 'a' - 'A';
	done = buffer_reserve(bytes, strlen(lower) / 2 + 1, NULL) == 0 && text_unhex(lower, bytes->data, strlen(lower) / 2);
	bytes->length = done ? strlen(lower) / 2 : 0;
	free(lower);
	return done;
}

static const char *
member(const struct vector *v, const char *name)
{
	return json_string_value(json_object_get(v->root, name));
}

static bool
equals_hex(const struct buffer *bytes, const char *hex)
{
	struct buffer wanted = buffer_make(1 << 20);
	bool equal =
		unhex(hex, &wanted) && wanted.length == bytes->length && memcmp(wanted.data, bytes->data, bytes->length) == 0;

	buffer_free(&wanted);
	return equal;
}

static bool
unprefix(const struct vector *v)
{
	const char *text = member(v, "PREFIX"), *rest = member(v, "BASE45");

	return text && text_starts(text, "HC1:") && (!rest || strcmp(text + 4, rest) == 0);
}

static bool
b45decode(const struct vector *v)
{
	const char *text = member(v, "BASE45"), *hex = member(v, "COMPRESSED");
	struct buffer bytes = buffer_make(1 << 20);
	struct error e = {0};
	bool good = text && base45_decode(text, strlen(text), &bytes, &e) == 0 && (!hex || equals_hex(&bytes, hex));

	buffer_free(&bytes);
	return good;
}

static bool
compression(const struct vector *v)
{
	const char *hex = member(v, "COSE");
	struct buffer in = buffer_make(1 << 20), out = buffer_make(CONTAINER_MESSAGE_MAX);
	struct error e = {0};
	bool good = unhex(member(v, "COMPRESSED"), &in) && inflate_all(in.data, in.length, &out, &e) == 0 &&
		(!hex || equals_hex(&out, hex));

	buffer_free(&in);
	buffer_free(&out);
	return good;
}

/* Some countries give the whole CWT as CBOR, others the DCC in it. */
static const struct cbor_item *
dcc_in(const struct cbor_item *item)
{
	const struct cbor_item *dcc = cbor_at(cbor_at(item, -260), 1);

	return dcc ? dcc : item;
}

static bool
decode(const struct vector *v)
{
	struct buffer in = buffer_make(1 << 20);
	struct cbor *document = NULL;
	json_t *json = NULL;
	struct error e = {0};
	bool good = unhex(member(v, "CBOR"), &in) &&
		cbor_read(in.data, in.length, &cbor_limits_default, &document, &e) == 0 &&
		cbor_to_json(dcc_in(cbor_root(document)), &json, &e) == 0 && json_equal(json, json_object_get(v->root, "JSON"));

	json_decref(json);
	cbor_free(document);
	buffer_free(&in);
	return good;
}

enum what { VERIFY, EXPIRATION, USAGE };

static bool
judge_cose(const struct vector *v, enum what what)
{
	struct buffer in = buffer_make(1 << 20);
	struct cose_sign1 message = {0};
	struct certificate certificate = {0};
	const struct trust_key *key = NULL;
	enum certificate_cause cause = CERTIFICATE_MALFORMED;
	struct error e = {0};
	bool good = false;

	if (!unhex(member(v, "COSE"), &in) || cose_sign1_read(in.data, in.length, &cbor_limits_default, &message, &e) < 0 ||
		certificate_read(message.payload, message.payload_length, &certificate, &e) < 0)
		goto out;
	if (what == EXPIRATION)
		good = certificate_check_time(&certificate, v->clock) == CERTIFICATE_VALID;
	else if (!v->trust || certificate_find_key(&message, v->trust, &key, &cause, &e) < 0)
		goto out;
	else if (what == VERIFY)
		good = cause == CERTIFICATE_VALID;
	else
		good = cause == CERTIFICATE_VALID && certificate_check_usage(&certificate, key->usage);
out:
	certificate_free(&certificate);
	cose_sign1_free(&message);
	buffer_free(&in);
	return good;
}

static bool
verify(const struct vector *v)
{
	return judge_cose(v, VERIFY);
}

static bool
expiration(const struct vector *v)
{
	return judge_cose(v, EXPIRATION);
}

static bool
key_usage(const struct vector *v)
{
	return judge_cose(v, USAGE);
}

static bool
schema(const struct vector *v)
{
	struct error e = {0};

	return dcc_check(json_object_get(v->root, "JSON"), &e) == 0;
}

/* The whole chain from the text, but for the judgement of key and time. */
static bool
valid_json(const struct vector *v)
{
	const char *text = member(v, "PREFIX");
	struct buffer bytes = buffer_make(CONTAINER_MESSAGE_MAX);
	struct cose_sign1 message = {0};
	struct certificate certificate = {0};
	enum container_step step;
	struct error e = {0};
	bool good = text && container_open(text, strlen(text), &bytes, &step, &e) == 0 &&
		cose_sign1_read(bytes.data, bytes.length, &cbor_limits_default, &message, &e) == 0 &&
		certificate_read(message.payload, message.payload_length, &certificate, &e) == 0 &&
		json_equal(certificate.payload, json_object_get(v->root, "JSON"));

	certificate_free(&certificate);
	cose_sign1_free(&message);
	buffer_free(&bytes);
	return good;
}

static size_t
unbase64(const char *text, uint8_t *bytes)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = 0;
	size_t used = 0;
	int have = 0;

	for (; *text && *text != '='; text++) {
		const char *found = strchr(alphabet, *text);

		if (!found)
			continue;
		bits = bits << 6 | (uint32_t)(found - alphabet);
		if ((have += 6) >= 8)
			bytes[used++] = (uint8_t)(bits >> (have -= 8));
	}
	return used;
}

static bool
picture(const struct vector *v)
{
	const char *base64 = member(v, "2DCODE"), *wanted = member(v, "PREFIX");
	uint8_t *bytes = malloc(base64 ? strlen(base64) + 1 : 1);
	struct buffer text = buffer_make(CONTAINER_TEXT_MAX);
	struct error e = {0};
	bool good = base64 && qr_read(bytes, unbase64(base64, bytes), &text, &e) == 0 &&
		(!wanted || strcmp(buffer_text(&text), wanted) == 0);

	buffer_free(&text);
	free(bytes);
	return good;
}

static const struct {
	const char *label;
	bool (*holds)(const struct vector *v);
	const char *input; /* where it is missing, there is nothing to judge */
	bool only_common;
} steps[] = {
	{"EXPECTEDUNPREFIX", unprefix, "PREFIX"},
	{"EXPECTEDB45DECODE", b45decode, "BASE45"},
	{"EXPECTEDCOMPRESSION", compression, "COMPRESSED"},
	{"EXPECTEDDECODE", decode, "CBOR"},
	{"EXPECTEDVERIFY", verify, "COSE"},
	{"EXPECTEDEXPIRATIONCHECK", expiration, "COSE"},
	{"EXPTECTEDEXPIRED", expiration, "COSE"}, /* as seven files spell it */
	{"EXPECTEDKEYUSAGE", key_usage, "COSE"},
	{"EXPECTEDSCHEMAVALIDATION", schema, "JSON", true},
	{"EXPECTEDVALIDOBJECT", schema, "JSON", true},
	{"EXPECTEDVALIDJSON", valid_json, "PREFIX"},
	{"EXPECTEDPICTUREDECODE", picture, "2DCODE"},
};

/* Whose JSON says 12:34:56Z where its own CBOR says 14:34:56Z: its labels on equality can't be judged. */
static const char contradicts_itself[] = "FR/2DCode/raw/test_pcr_ok.json";

static bool
is_judged(const struct vector *v, size_t step)
{
	bool equality = steps[step].holds == decode || steps[step].holds == valid_json;

	if (!json_is_boolean(json_object_get(v->labels, steps[step].label)) || !json_object_get(v->root, steps[step].input))
		return false;
	if (steps[step].only_common && !strstr(v->file, "/common/"))
		return false;
	return !(equality && strstr(v->file, contradicts_itself));
}

static void
judge(const struct vector *v)
{
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		const json_t *label = json_object_get(v->labels, steps[i].label);

		if (!is_judged(v, i))
			continue;
		if (steps[i].holds(v) == json_is_true(label)) {
			passed++;
		} else {
			failed++;
			printf("%s: %s is not %s\n", v->file, steps[i].label, json_is_true(label) ? "true" : "false");
		}
	}
}

/* RFC 3339; some countries write the offset without its colon. */
static instant
read_clock(const char *text)
{
	char copy[64];
	size_t length = strlen(text);
	struct error e = {0};
	instant at = 0;

	if (length > 5 && length < sizeof copy - 1 && strchr("+-", text[length - 5])) {
		memcpy(copy, text, length - 2);
		copy[length - 2] = ':';
		memcpy(copy + length - 1, text + length - 2, 3);
		text = copy;
	}
	if (time_read(text, strlen(text), &zone_utc, &at, &e) < 0)
		printf("%s: %s\n", text, e.message);
	return at;
}

static int
each_file(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	size_t length = strlen(path);
	struct vector v = {.file = path};
	struct error e = {0};
	json_t *root = NULL;
	const char *text;

	(void)about;
	(void)where;
	if (kind != FTW_F || length < 5 || strcmp(path + length - 5, ".json") != 0)
		return 0;
	if (json_read_file(path, 1 << 20, &root, NULL, &e) < 0) {
		printf("%s: %s\n", path, e.message);
		failed++;
		return 0;
	}
	v.root = root;
	v.labels = json_object_get(root, "EXPECTEDRESULTS");
	if (json_is_object(json_object_get(v.labels, "EXPECTEDRESULTS")))
		v.labels = json_object_get(v.labels, "EXPECTEDRESULTS");
	v.context = json_object_get(root, "TESTCTX");
	text = json_string_value(json_object_get(v.context, "VALIDATIONCLOCK"));
	if (text)
		v.clock = read_clock(text);
	text = json_string_value(json_object_get(v.context, "CERTIFICATE"));
	if (text && trust_new(NULL, 0, &v.trust, &e) == 0)
		trust_add(v.trust, (const uint8_t *)text, strlen(text), &e);
	files++;
	judge(&v);
	trust_free(v.trust);
	json_decref(root);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	nftw(argv[1], each_file, 16, FTW_PHYS);
	printf("%zu files, %zu passed, %zu failed\n", files, passed, failed);
	return failed == 0 && passed == strtoul(argv[2], NULL, 10) ? 0 : 1;
}
