#include "../test.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "credential/credential.h"

/* Certificates are test vectors of the EU (tests/data/dcc), whose holders do not exist. */

static char *
data_path(const char *rest)
{
	static char path[4096];

	snprintf(path, sizeof path, "%s/tests/data/dcc/%s", getenv("HEALTHCODE_SOURCE"), rest);
	return path;
}

struct vector {
	json_t *root;
	const char *text;
	struct trust *trust;
	instant clock;
};

static struct vector
vector_read(const char *name)
{
	struct vector v = {0};
	struct error e = {0};
	const char *text;

	if (json_read_file(data_path(name), 1 << 20, &v.root, NULL, &e) < 0)
		fail_msg("%s", e.message);
	v.text = json_string_value(json_object_get(v.root, "PREFIX"));
	text = json_string_value(json_object_get(json_object_get(v.root, "TESTCTX"), "VALIDATIONCLOCK"));
	assert_int_equal(time_read(text, strlen(text), &zone_utc, &v.clock, &e), 0);
	text = json_string_value(json_object_get(json_object_get(v.root, "TESTCTX"), "CERTIFICATE"));
	assert_int_equal(trust_new(NULL, 0, &v.trust, &e), 0);
	assert_int_equal(trust_add(v.trust, (const uint8_t *)text, strlen(text), &e), 0);
	return v;
}

static void
vector_free(struct vector *v)
{
	json_decref(v->root);
	trust_free(v->trust);
}

static const char *
cause_of(const void *bytes, size_t length, const struct trust *trust, instant now, struct certificate *certificate)
{
	enum certificate_cause cause = CERTIFICATE_VALID;
	struct error e = {0};

	assert_int_equal(certificate_verify(bytes, length, trust, now, certificate, &cause, &e), 0);
	return certificate_cause_name(cause) ? certificate_cause_name(cause) : "valid";
}

static void
a_certificate_is_valid_and_tells_its_content(void **state)
{
	struct vector v = vector_read("testdata/AT/1.json");
	struct certificate certificate;

	(void)state;
	assert_string_equal(cause_of(v.text, strlen(v.text), v.trust, v.clock, &certificate), "valid");
	assert_string_equal(certificate.issuer, "AT");
	assert_int_equal(certificate.kind, KEY_USAGE_VACCINATION);
	assert_true(json_equal(certificate.payload, json_object_get(v.root, "JSON")));
	certificate_free(&certificate);
	vector_free(&v);
}

static void
its_picture_says_the_same(void **state)
{
	struct vector v = vector_read("testdata/AT/1.json");
	struct buffer picture = buffer_make(QR_PICTURE_MAX);
	struct certificate certificate;
	struct error e = {0};

	(void)state;
	assert_int_equal(qr_png(v.text, 3, &picture, &e), 0);
	assert_string_equal(cause_of(picture.data, picture.length, v.trust, v.clock, &certificate), "valid");
	certificate_free(&certificate);
	assert_string_equal(cause_of(picture.data, 100, v.trust, v.clock, &certificate), "no_qr");
	assert_null(certificate.payload);
	buffer_free(&picture);
	vector_free(&v);
}

static void
it_counts_only_between_its_times(void **state)
{
	struct vector v = vector_read("testdata/AT/1.json");
	struct certificate certificate;
	instant from, to;

	(void)state;
	assert_string_equal(cause_of(v.text, strlen(v.text), v.trust, v.clock, &certificate), "valid");
	from = certificate.issued_at;
	to = certificate.expires_at;
	certificate_free(&certificate);
	assert_string_equal(cause_of(v.text, strlen(v.text), v.trust, from - 1, &certificate), "not_yet_valid");
	certificate_free(&certificate);
	assert_string_equal(cause_of(v.text, strlen(v.text), v.trust, to, &certificate), "valid");
	certificate_free(&certificate);
	assert_string_equal(cause_of(v.text, strlen(v.text), v.trust, to + 1, &certificate), "expired");
	certificate_free(&certificate);
	vector_free(&v);
}

/* A signed list that names the vector's certificate until ${to}, revoked at ${revoked_at}. */
static struct trust *
list_of(const struct vector *v, instant to, instant revoked_at)
{
	const char *base64 = json_string_value(json_object_get(json_object_get(v->root, "TESTCTX"), "CERTIFICATE"));
	struct trust_facts facts = {.name = "union", .version = 1, .issued_at = v->clock, .max_age_s = 1000};
	struct trust_entry entry = {.issuer = "AT", .to = to, .revoked_at = revoked_at, .is_certificate = true};
	struct buffer list = buffer_make(TRUST_FILE_MAX);
	struct signing_key *root = NULL;
	struct trust *trust = NULL;
	struct error e = {0};
	uint8_t der[4096];

	entry.der = der;
	entry.der_length = (size_t)EVP_DecodeBlock(der, (const unsigned char *)base64, (int)strlen(base64));
	entry.der_length -= base64[strlen(base64) - 1] == '=';
	entry.der_length -= base64[strlen(base64) - 2] == '=';
	assert_int_equal(signing_key_make(&root, &e), 0);
	assert_int_equal(trust_write(root, &facts, &entry, 1, NULL, 0, &list, &e), 0);
	assert_int_equal(trust_new(NULL, 0, &trust, &e), 0);
	if (trust_add(trust, list.data, list.length, &e) < 0)
		fail_msg("%s", e.message);
	signing_key_free(root);
	buffer_free(&list);
	return trust;
}

static void
a_signed_list_says_how_long_a_certificates_key_counts(void **state)
{
	struct vector v = vector_read("testdata/AT/1.json");
	struct trust *good = list_of(&v, v.clock, TRUST_NEVER), *past = list_of(&v, v.clock - 1, TRUST_NEVER),
				 *revoked = list_of(&v, v.clock, v.clock);
	struct certificate certificate;

	(void)state;
	assert_string_equal(cause_of(v.text, strlen(v.text), good, v.clock, &certificate), "valid");
	certificate_free(&certificate);
	assert_string_equal(cause_of(v.text, strlen(v.text), past, v.clock, &certificate), "key_not_valid");
	certificate_free(&certificate);
	assert_string_equal(cause_of(v.text, strlen(v.text), revoked, v.clock, &certificate), "revoked");
	certificate_free(&certificate);
	trust_free(good);
	trust_free(past);
	trust_free(revoked);
	vector_free(&v);
}

static void
nothing_is_told_of_what_a_stranger_signed(void **state)
{
	struct vector v = vector_read("testdata/AT/1.json"), other = vector_read("testdata/common/CO3.json");
	struct certificate certificate;

	(void)state;
	assert_string_equal(cause_of(v.text, strlen(v.text), other.trust, v.clock, &certificate), "unknown_key");
	assert_null(certificate.payload);
	assert_string_equal(certificate.issuer, "");
	vector_free(&v);
	vector_free(&other);
}

static void
each_broken_step_has_its_cause(void **state)
{
	static const struct {
		const char *file, *cause;
	} broken[] = {{"testdata/common/H1.json", "bad_prefix"}, {"testdata/common/H2.json", "bad_prefix"},
		{"testdata/common/H3.json", "bad_prefix"}, {"testdata/common/B1.json", "bad_base45"}};
	struct certificate certificate;

	(void)state;
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		struct vector v = vector_read(broken[i].file);

		assert_string_equal(cause_of(v.text, strlen(v.text), v.trust, v.clock, &certificate), broken[i].cause);
		vector_free(&v);
	}
}

/* A message of hexadecimal digits as the text of a certificate. */
static void
message_of(const struct vector *v, struct buffer *text)
{
	const char *hex = json_string_value(json_object_get(v->root, "COSE"));
	struct buffer bytes = buffer_make(CONTAINER_MESSAGE_MAX);
	struct error e = {0};
	char pair[3] = {0};

	for (; hex[0] && hex[1]; hex += 2) {
		memcpy(pair, hex, 2);
		assert_int_equal(buffer_add_byte(&bytes, (uint8_t)strtoul(pair, NULL, 16), &e), 0);
	}
	assert_int_equal(container_write(bytes.data, bytes.length, text, &e), 0);
	buffer_free(&bytes);
}

static void
signature_key_and_usage_are_told_apart(void **state)
{
	static const struct {
		const char *file, *cause;
	} judged[] = {{"testdata/common/CO5.json", "bad_signature"}, {"testdata/common/CO22.json", "unknown_key"},
		{"testdata/common/CO23.json", "unknown_key"}, {"testdata/common/CO6.json", "wrong_key_usage"},
		{"testdata/common/CO10.json", "wrong_key_usage"}, {"testdata/common/CBO2.json", "malformed"},
		{"testdata/common/CO16.json", "not_yet_valid"}, {"testdata/common/CO17.json", "expired"},
		{"testdata/common/CO28.json", "valid"}};
	struct certificate certificate;

	(void)state;
	for (size_t i = 0; i < sizeof judged / sizeof *judged; i++) {
		struct vector v = vector_read(judged[i].file);
		struct buffer text = buffer_make(CONTAINER_TEXT_MAX);
		const char *cause;

		message_of(&v, &text);
		cause = cause_of(buffer_text(&text), text.length, v.trust, v.clock, &certificate);
		if (strcmp(cause, judged[i].cause) != 0)
			fail_msg("%s: %s, not %s", judged[i].file, cause, judged[i].cause);
		certificate_free(&certificate);
		buffer_free(&text);
		vector_free(&v);
	}
}

static void
check_folder(const char *folder, bool valid, size_t least)
{
	struct file_names names = {0};
	struct error e = {0};

	assert_int_equal(file_list(data_path(folder), ".json", &names, &e), 0);
	assert_true(names.count >= least);
	for (size_t i = 0; i < names.count; i++) {
		char name[512];
		json_t *json = NULL;

		snprintf(name, sizeof name, "%s/%s", folder, names.names[i]);
		assert_int_equal(json_read_file(data_path(name), 1 << 20, &json, NULL, &e), 0);
		e = (struct error){0};
		if ((dcc_check(json, &e) == 0) != valid)
			fail_msg("%s: %s", name, e.message);
		json_decref(json);
	}
	file_names_free(&names);
}

static void
the_schemas_own_examples_are_judged_as_they_say(void **state)
{
	(void)state;
	check_folder("schema/test/valid", true, 13);
	check_folder("schema/test/invalid", false, 6);
	check_folder("schema/examples/vaccination", true, 10);
	check_folder("schema/examples/test", true, 7);
	check_folder("schema/examples/recovery", true, 6);
}

static void
every_cause_has_a_name(void **state)
{
	(void)state;
	for (enum certificate_cause cause = CERTIFICATE_NO_QR; cause <= CERTIFICATE_LIST_TOO_OLD; cause++)
		assert_non_null(certificate_cause_name(cause));
	assert_null(certificate_cause_name(CERTIFICATE_VALID));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_is_valid_and_tells_its_content),
		cmocka_unit_test(its_picture_says_the_same),
		cmocka_unit_test(it_counts_only_between_its_times),
		cmocka_unit_test(a_signed_list_says_how_long_a_certificates_key_counts),
		cmocka_unit_test(nothing_is_told_of_what_a_stranger_signed),
		cmocka_unit_test(each_broken_step_has_its_cause),
		cmocka_unit_test(signature_key_and_usage_are_told_apart),
		cmocka_unit_test(the_schemas_own_examples_are_judged_as_they_say),
		cmocka_unit_test(every_cause_has_a_name),
	};

	return cmocka_run_group_tests_name("credential/certificate", tests, NULL, NULL);
}
