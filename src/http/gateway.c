#include "http/gateway.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/text.h"
#include "http/metrics.h"
#include "http/worker.h"
#include "keys/keys.h"

enum {
	SECRET_MIN = 24,
	SECRET_MAX = 64,
	CONNECT_S = 5,
	AT_ONCE = 64,      /* notices between two looks at the counts */
	IDLE_MS = 500,     /* between two looks for new notices */
	BODY_MAX = 8192,   /* bytes of a notice as JSON */
	ID_BYTES = 16,     /* of a notice's id */
	HEADER_SIZE = 128, /* bytes of a header line */
};

struct gateway {
	struct registry_where where;
	char *data, *database, *url;
	uint8_t secret[SECRET_MAX];
	size_t secret_length;
	gateway_say *say;
	struct registry *registry;
	CURL *curl;
	struct worker *worker;
	bool down;             /* it did not answer the last time */
	int64_t pause_s;       /* before the next try */
	int64_t retry_after_s; /* what it asked for itself */
	unsigned given;        /* in this round */
};

/* A code that signs somebody in must not be readable on the way. */
static int
check_url(const char *url, struct error *e)
{
	CURLU *parts = curl_url();
	char *scheme = NULL, *host = NULL;
	bool https, here;
	int r = 0;

	if (!parts)
		return error_no_memory(e);
	if (strlen(url) > GATEWAY_URL_MAX || curl_url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK ||
		curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
		curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK) {
		r = error_set(e, ERROR_USAGE, "a gateway is https://HOST/PATH");
		goto out;
	}
	https = strcmp(scheme, "https") == 0;
	here = strcmp(host, "127.0.0.1") == 0 || strcmp(host, "[::1]") == 0 || strcmp(host, "localhost") == 0;
	if (!https && !(here && strcmp(scheme, "http") == 0))
		r = error_set(e, ERROR_USAGE, "a gateway is https://HOST/PATH; http:// is taken to this machine alone");
out:
	curl_free(scheme);
	curl_free(host);
	curl_url_cleanup(parts);
	return r;
}

static int
read_secret(struct gateway *gateway, const char *secret, struct error *e)
{
	static const char prefix[] = "whsec_";

	if (!secret || !text_starts(secret, prefix) ||
		sodium_base642bin(gateway->secret, sizeof gateway->secret, secret + strlen(prefix),
			strlen(secret + strlen(prefix)), NULL, &gateway->secret_length, NULL, sodium_base64_VARIANT_ORIGINAL) < 0 ||
		gateway->secret_length < SECRET_MIN)
		return error_set(
			e, ERROR_USAGE, "a gateway's secret is whsec_ and the base64 of %d to %d bytes", SECRET_MIN, SECRET_MAX);
	return 0;
}

/* The same at every try, and of no use to link two stores' notices. */
static void
notice_id(const struct gateway *gateway, int64_t number, char id[2 * ID_BYTES + 1])
{
	uint8_t hash[KEYS_SIZE];

	keys_hash(registry_keys(gateway->registry), "notice-id", &number, sizeof number, hash);
	sodium_bin2hex(id, 2 * ID_BYTES + 1, hash, ID_BYTES);
}

static int
write_body(const struct registry_notice *notice, struct buffer *body, struct error *e)
{
	char at[TIME_TEXT_SIZE];
	json_t *object = json_pack("{ss ss ss ss}", "at", time_write(notice->at, &zone_utc, at), "to", notice->phone,
		"kind", notice->kind, "text", notice->text);
	int r;

	if (!object)
		return error_no_memory(e);
	r = json_write(object, body, e);
	json_decref(object);
	return r;
}

/* A header line added to the list; false when memory is short, the list as it was. */
static bool __attribute__((format(printf, 2, 3))) add_header(struct curl_slist **headers, const char *format, ...)
{
	char line[HEADER_SIZE];
	struct curl_slist *longer;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	longer = curl_slist_append(*headers, line);
	if (longer)
		*headers = longer;
	return longer != NULL;
}

static int
sign(const struct gateway *gateway, const char *id, int64_t now, const struct buffer *body, struct curl_slist **headers,
	struct error *e)
{
	struct buffer signed_text = buffer_make(BODY_MAX + HEADER_SIZE);
	uint8_t mac[EVP_MAX_MD_SIZE];
	char text[sodium_base64_ENCODED_LEN(32, sodium_base64_VARIANT_ORIGINAL)];
	unsigned length = 0;
	int r;

	if ((r = buffer_add_format(&signed_text, e, "%s.%" PRId64 ".", id, now)) < 0 ||
		(r = buffer_add(&signed_text, body->data, body->length, e)) < 0)
		goto out;
	if (!HMAC(EVP_sha256(), gateway->secret, (int)gateway->secret_length, (const uint8_t *)signed_text.data,
			signed_text.length, mac, &length)) {
		r = error_no_memory(e);
		goto out;
	}
	sodium_bin2base64(text, sizeof text, mac, length, sodium_base64_VARIANT_ORIGINAL);
	if (!add_header(headers, "Content-Type: application/json") || !add_header(headers, "webhook-id: %s", id) ||
		!add_header(headers, "webhook-timestamp: %" PRId64, now) ||
		!add_header(headers, "webhook-signature: v1,%s", text))
		r = error_no_memory(e);
out:
	if (signed_text.data)
		keys_wipe(signed_text.data, signed_text.length);
	buffer_free(&signed_text);
	return r;
}

static size_t
ignore(char *bytes, size_t size, size_t count, void *context)
{
	(void)bytes;
	(void)context;
	return size * count;
}

static int
break_off(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct gateway *gateway = context;

	(void)a, (void)b, (void)c, (void)d;
	return worker_is_stopping(gateway->worker);
}

/* What an answer means: 0 taken, 1 never, or ERROR_IO: later. */
static int
judge(struct gateway *gateway, CURLcode code, struct error *e)
{
	curl_off_t retry_after = 0;
	long status = 0;

	if (code != CURLE_OK)
		return error_set(e, ERROR_IO, "%s", curl_easy_strerror(code));
	curl_easy_getinfo(gateway->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 200 && status < 300)
		return 0;
	if (status != 408 && status != 425 && status != 429 && status < 500)
		return 1;
	curl_easy_getinfo(gateway->curl, CURLINFO_RETRY_AFTER, &retry_after);
	gateway->retry_after_s = retry_after < GATEWAY_PAUSE_MAX_S ? retry_after : GATEWAY_PAUSE_MAX_S;
	return error_set(e, ERROR_IO, "it answered %ld", status);
}

static int
post(struct gateway *gateway, const struct buffer *body, struct curl_slist *headers, struct error *e)
{
	CURL *curl = gateway->curl;

	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_URL, gateway->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)body->length);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->data);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "healthcode/" HEALTHCODE_VERSION);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)GATEWAY_ANSWER_S);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, break_off);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, gateway);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	return judge(gateway, curl_easy_perform(curl), e);
}

static void
answers_again(struct gateway *gateway)
{
	if (gateway->down && gateway->say)
		gateway->say("the gateway for notices answers again");
	gateway->down = false;
	gateway->pause_s = 0;
}

static int
send_notice(const struct registry_notice *notice, void *context, struct error *e)
{
	struct gateway *gateway = context;
	struct buffer body = buffer_make(BODY_MAX);
	struct curl_slist *headers = NULL;
	char id[2 * ID_BYTES + 1];
	int r;

	notice_id(gateway, notice->number, id);
	if ((r = write_body(notice, &body, e)) == 0 && (r = sign(gateway, id, time(NULL), &body, &headers, e)) == 0)
		r = post(gateway, &body, headers, e);
	if (r >= 0) {
		metrics_notice(r == 0 ? NOTICE_SENT : NOTICE_REFUSED);
		gateway->given++;
		answers_again(gateway);
	}
	curl_slist_free_all(headers);
	if (body.data)
		keys_wipe(body.data, body.length);
	buffer_free(&body);
	return r;
}

static void
fails(struct gateway *gateway, const struct error *e)
{
	char line[sizeof e->message + 64];

	metrics_notice(NOTICE_FAILED);
	gateway->pause_s = gateway->pause_s > 0 ? gateway->pause_s * 2 : 1;
	if (gateway->pause_s < gateway->retry_after_s)
		gateway->pause_s = gateway->retry_after_s;
	if (gateway->pause_s > GATEWAY_PAUSE_MAX_S)
		gateway->pause_s = GATEWAY_PAUSE_MAX_S;
	gateway->retry_after_s = 0;
	if (!gateway->down && gateway->say && !worker_is_stopping(gateway->worker)) {
		snprintf(line, sizeof line, "the gateway for notices does not take them, trying on: %s", e->message);
		gateway->say(line);
	}
	gateway->down = true;
}

/* Return 1 if more may wait, else 0 or a code. A registry whose database went away is opened anew. */
static int
send_some(struct gateway *gateway, struct error *e)
{
	int64_t waiting = 0;
	int r;

	gateway->given = 0;
	if (!gateway->registry && (r = registry_open(&gateway->where, &gateway->registry, e)) < 0)
		return r;
	if ((r = registry_notices_deliver(gateway->registry, send_notice, gateway, AT_ONCE, e)) < 0 ||
		(r = registry_notices_waiting(gateway->registry, &waiting, e)) < 0) {
		if (gateway->where.database) {
			registry_close(gateway->registry);
			gateway->registry = NULL;
		}
		return r;
	}
	metrics_notices_waiting(waiting);
	return gateway->given == AT_ONCE;
}

static int64_t
take_turn(void *context)
{
	struct gateway *gateway = context;
	struct error e = {0};
	int r = send_some(gateway, &e);

	if (r < 0)
		fails(gateway, &e);
	return r < 0 ? gateway->pause_s * 1000 : r == 1 ? 0 : IDLE_MS;
}

int
gateway_start(const struct gateway_options *options, struct gateway **ret_gateway, struct error *e)
{
	struct gateway *gateway = calloc(1, sizeof *gateway);
	int r;

	if (!gateway)
		return error_no_memory(e);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	gateway->say = options->say;
	if ((r = check_url(options->url, e)) < 0 || (r = read_secret(gateway, options->secret, e)) < 0)
		goto out;
	gateway->url = text_copy(options->url, e);
	gateway->data = text_copy(options->where.data, e);
	gateway->database = options->where.database ? text_copy(options->where.database, e) : NULL;
	gateway->curl = curl_easy_init();
	if (!gateway->url || !gateway->data || (options->where.database && !gateway->database) || !gateway->curl) {
		r = error_no_memory(e);
		goto out;
	}
	gateway->where = (struct registry_where){.data = gateway->data, .database = gateway->database};
	if ((r = registry_open(&gateway->where, &gateway->registry, e)) < 0 ||
		(r = registry_set_gateway(gateway->registry, true, e)) < 0 ||
		(r = worker_start(take_turn, gateway, &gateway->worker, e)) < 0)
		goto out;
	*ret_gateway = gateway;
	gateway = NULL;
out:
	gateway_stop(gateway);
	return r;
}

void
gateway_stop(struct gateway *gateway)
{
	if (!gateway)
		return;
	worker_stop(gateway->worker);
	curl_easy_cleanup(gateway->curl);
	registry_close(gateway->registry);
	keys_wipe(gateway->secret, sizeof gateway->secret);
	free(gateway->data);
	free(gateway->database);
	free(gateway->url);
	free(gateway);
}
