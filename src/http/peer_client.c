#include "http/peer_client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "http/pin.h"

enum { URL_SIZE = PEER_URL_SIZE + 64, PEM_MAX = 1 << 16 };

struct peer_client {
	CURL *curl;
	char *certificate, *key;
	bool (*is_over)(void *context);
	void *context;
};

/* The file is read anew at each connection, so that a certificate can be renewed; whether it is one is told at once. */
static int
check_files(const char *certificate, const char *key, struct error *e)
{
	struct buffer bytes = buffer_make(PEM_MAX);
	uint8_t pin[PEER_PIN_SIZE];
	int r;

	if ((r = file_read(certificate, &bytes, e)) == 0 && (r = pin_of_pem(buffer_text(&bytes), bytes.length, pin, e)) < 0)
		error_at(e, certificate, 0, 0);
	buffer_clear(&bytes);
	if (r == 0)
		r = file_read(key, &bytes, e);
	if (bytes.data)
		keys_wipe(bytes.data, bytes.length);
	buffer_free(&bytes);
	return r;
}

int
peer_client_new(const char *certificate, const char *key, struct peer_client **ret_client, struct error *e)
{
	struct peer_client *client = NULL;
	int r;

	if ((r = check_files(certificate, key, e)) < 0)
		return r;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	if (!(client = calloc(1, sizeof *client)) || !(client->curl = curl_easy_init()) ||
		!(client->certificate = text_copy(certificate, e)) || !(client->key = text_copy(key, e))) {
		peer_client_free(client);
		return error_no_memory(e);
	}
	*ret_client = client;
	return 0;
}

void
peer_client_free(struct peer_client *client)
{
	if (!client)
		return;
	curl_easy_cleanup(client->curl);
	free(client->certificate);
	free(client->key);
	free(client);
}

void
peer_client_watch(struct peer_client *client, bool (*is_over)(void *context), void *context)
{
	client->is_over = is_over;
	client->context = context;
}

static int
on_progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct peer_client *client = context;

	(void)a, (void)b, (void)c, (void)d;
	return client->is_over && client->is_over(client->context);
}

/* Too much is an answer that breaks off. */
static size_t
keep(char *bytes, size_t size, size_t count, void *context)
{
	return buffer_add(context, bytes, size * count, &(struct error){0}) < 0 ? 0 : size * count;
}

static void
prepare(struct peer_client *client, const char *url, const char *pin, const struct buffer *body,
	struct curl_slist *headers, struct buffer *answer)
{
	CURL *curl = client->curl;

	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
	/* Who it is, the pin says and no authority: it is compared before anything is sent. */
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, pin);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_SSLCERT, client->certificate);
	curl_easy_setopt(curl, CURLOPT_SSLKEY, client->key);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)body->length);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->data);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "healthcode/" HEALTHCODE_VERSION);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)PEER_CONNECT_S);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)PEER_ANSWER_S);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, client);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
}

/* POST ${question} (whose reference is taken) and read the answer, a JSON object. */
static int
post(struct peer_client *client, const char *url, const char *path, const uint8_t pin[PEER_PIN_SIZE], json_t *question,
	long *ret_status, json_t **ret_answer, struct error *e)
{
	struct buffer body = buffer_make(PEER_BODY_MAX), bytes = buffer_make(PEER_BODY_MAX);
	struct curl_slist *headers = NULL;
	char address[URL_SIZE], pinned[PIN_TEXT_SIZE];
	json_t *answer = NULL;
	CURLcode code;
	int r = question ? json_write(question, &body, e) : error_no_memory(e);

	if (r < 0)
		goto out;
	if (!(headers = curl_slist_append(NULL, "Content-Type: application/json"))) {
		r = error_no_memory(e);
		goto out;
	}
	snprintf(address, sizeof address, "%s%s", url, path);
	prepare(client, address, pin_write(pin, pinned), &body, headers, &bytes);
	if ((code = curl_easy_perform(client->curl)) != CURLE_OK) {
		r = error_set(e, ERROR_IO, "%s: %s", url, curl_easy_strerror(code));
		goto out;
	}
	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, ret_status);
	if (json_read(buffer_text(&bytes), bytes.length, url, &answer, &(struct error){0}) < 0 || !json_is_object(answer)) {
		r = error_set(e, ERROR_IO, "%s: answered %ld, and not in JSON", url, *ret_status);
		goto out;
	}
	*ret_answer = answer;
	answer = NULL;
out:
	json_decref(question);
	json_decref(answer);
	curl_slist_free_all(headers);
	buffer_free(&body);
	buffer_free(&bytes);
	return r;
}

/* A cause is a word, so that what is shown on is no other's text. */
static bool
is_cause(const char *text)
{
	return text && strlen(text) < PEER_CAUSE_SIZE && *text &&
		strspn(text, "abcdefghijklmnopqrstuvwxyz_") == strlen(text);
}

static const char *
cause_of(long status, const json_t *answer)
{
	const char *reason =
		json_string_value(json_object_get(json_array_get(json_object_get(answer, "errors"), 0), "reason"));

	if (status == 401 || status == 403)
		return "unknown_peer";
	return status == 422 && is_cause(reason) ? reason : NULL;
}

int
peer_client_ask(struct peer_client *client, const struct peer_asking *asking, struct buffer *statement,
	char cause[PEER_CAUSE_SIZE], struct error *e)
{
	const struct peer_question *q = &asking->question;
	char subject[2 * STATEMENT_SUBJECT_SIZE + 1];
	const char *text, *told;
	json_t *answer = NULL;
	long status = 0;
	int r = post(client, asking->url, "/v1/peers/questions", asking->pin,
		json_pack("{s:s, s:s, s:s, s:s}", "jurisdiction", q->jurisdiction, "audience", q->audience, "subject",
			text_hex(q->subject, sizeof q->subject, subject), "code", q->code),
		&status, &answer, e);

	if (r < 0)
		return r;
	cause[0] = 0;
	text = json_string_value(json_object_get(answer, "statement"));
	told = cause_of(status, answer);
	if (status == 200 && text)
		r = buffer_add_text(statement, text, e);
	else if (told)
		snprintf(cause, PEER_CAUSE_SIZE, "%s", told);
	else
		r = error_set(e, ERROR_IO, "%s: it answered %ld", asking->url, status);
	json_decref(answer);
	return r;
}

static bool
is_refused_list(const json_t *refused, size_t count)
{
	const json_t *item;
	size_t i;

	if (!json_is_array(refused))
		return false;
	json_array_foreach((json_t *)refused, i, item)
	{
		const json_t *index = json_object_get(item, "index");

		if (!json_is_integer(index) || json_integer_value(index) < 0 || (size_t)json_integer_value(index) >= count ||
			!is_cause(json_string_value(json_object_get(item, "cause"))))
			return false;
	}
	return true;
}

int
peer_client_tell(struct peer_client *client, const char *url, const uint8_t pin[PEER_PIN_SIZE], json_t *statements,
	json_t **ret_refused, struct error *e)
{
	json_t *answer = NULL, *refused;
	long status = 0;
	int r = post(
		client, url, "/v1/peers/statements", pin, json_pack("{s:O}", "statements", statements), &status, &answer, e);

	if (r < 0)
		return r;
	refused = json_object_get(answer, "refused");
	if (status == 200 && is_refused_list(refused, json_array_size(statements)))
		*ret_refused = json_incref(refused);
	else
		r = error_set(e, ERROR_IO, "%s: it answered %ld", url, status);
	json_decref(answer);
	return r;
}
