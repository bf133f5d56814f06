/* Complaints about checks: from who has the receipt, to who answers for the gates. */

#include <microhttpd.h>
#include <string.h>

#include "http/answers.h"
#include "http/context.h"

enum { COMPLAINTS_MOST = 1000 };

void
answer_complaint(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"person", "receipt", "text", NULL};
	const json_t *body = exchange_json(x, names);
	struct registry_complaint complaint = {.at = registry_now(c->registry)};
	const char *handle, *receipt, *text;
	struct person_mine person;
	char at[TIME_TEXT_SIZE];
	struct error e = {0};

	if (!body)
		return;
	handle = exchange_text(x, body, "person", 0, HANDLE_SIZE - 1);
	receipt = exchange_text(x, body, "receipt", RECEIPT_SIZE - 1, RECEIPT_SIZE - 1);
	text = exchange_text(x, body, "text", 1, COMPLAINT_TEXT_SIZE - 1);
	if (text && strlen(text) >= COMPLAINT_TEXT_SIZE)
		exchange_invalid(x, "/text", "at most %d bytes", COMPLAINT_TEXT_SIZE - 1);
	if (receipt && strlen(receipt) >= RECEIPT_SIZE)
		exchange_invalid(x, "/receipt", "a receipt's number is needed");
	if (exchange_failed(x) || !receipt || !text || !context_person(c, x, *handle ? handle : NULL, &person) ||
		!context_may(c, x, &person, MANDATE_COMPLAINT))
		return;
	strcpy(complaint.receipt, receipt);
	strcpy(complaint.text, text);
	complaint.person = person.person;
	if (gate_complain(c->registry, c->issuer, &complaint, &e) < 0)
		answer_no_receipt(c, x, complaint.receipt, &e);
	else
		exchange_answer(x, MHD_HTTP_CREATED,
			json_pack("{s:s, s:s}", "receipt", complaint.receipt, "at", context_time(c, complaint.at, at)));
}

struct listing {
	struct http_context *c;
	json_t *items;
};

static int
add_cause(const struct registry_refusal *refusal, void *context, struct error *e)
{
	return json_array_append_new(context, json_string(refusal->cause)) < 0 ? error_no_memory(e) : 0;
}

static int
list_complaint(
	const struct registry_complaint *complaint, const struct registry_check *check, void *context, struct error *e)
{
	struct listing *listing = context;
	json_t *refusals = json_array(), *item;
	char at[TIME_TEXT_SIZE], checked_at[TIME_TEXT_SIZE];
	int r;

	if (json_array_size(listing->items) == COMPLAINTS_MOST) {
		json_decref(refusals);
		return 1;
	}
	if (!refusals)
		return error_no_memory(e);
	if ((r = registry_refusals_each(listing->c->registry, complaint->receipt, add_cause, refusals, e)) < 0) {
		json_decref(refusals);
		return r;
	}
	item = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s?, s:s, s:o}", "receipt", complaint->receipt, "at",
		context_time(listing->c, complaint->at, at), "text", complaint->text, "checked_at",
		context_time(listing->c, check->at, checked_at), "place", check->place, "verdict", check->verdict, "cause",
		*check->cause ? check->cause : NULL, "by", check->by, "refusals", refusals);
	return json_array_append_new(listing->items, item) < 0 ? error_no_memory(e) : 0;
}

void
answer_complaints(struct http_context *c, struct exchange *x)
{
	const char *text = exchange_query(x, "since");
	struct listing listing = {.c = c, .items = json_array()};
	instant since = INT64_MIN;
	struct error e = {0};

	if (text && time_read(text, strlen(text), &zone_utc, &since, &e) < 0)
		exchange_problem(x, MHD_HTTP_BAD_REQUEST, "bad-request", "since is a time, such as 2020-03-24T00:00:00+08:00");
	else if (registry_complaints_each(c->registry, since, list_complaint, &listing, &e) < 0)
		exchange_failure(x, &e);
	else
		exchange_answer(x, MHD_HTTP_OK, json_pack("{s:O, s:n}", "items", listing.items, "next"));
	json_decref(listing.items);
}
