/* What a guard's device asks. */

#include <math.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "http/answers.h"
#include "http/context.h"
#include "ledger/ledger.h"

enum {
	CODE_MAX = 4096,
	PLACES_MOST = 200,
	PLACES_DEFAULT = 50,
	CURSOR_MOST = 1000000,
	TYPED_PAUSE_S = 600,
	MINUTE_S = 60
};

struct places {
	struct http_context *c;
	const char *search;
	json_t *items;
	int64_t skip, left;
	bool more;
};

static int
list_place(const struct presence_place *place, void *context, struct error *e)
{
	struct places *places = context;
	const struct pack *pack;
	struct gate_rule rule = {0};
	const json_t *gate;
	bool covered;
	int r;

	/* Homes and cells of a grid have no guard. */
	if (strcmp(place->kind, "household") == 0 || strcmp(place->kind, "cell") == 0)
		return 0;
	if (places->search && !strstr(place->name, places->search) && !strstr(place->code, places->search))
		return 0;
	if (places->skip) {
		places->skip--;
		return 0;
	}
	if (!places->left) {
		places->more = true;
		return 1;
	}
	places->left--;
	if ((r = gate_jurisdiction(places->c->cascade, place->division, &pack, &covered, e)) < 0)
		return r;
	/* A pack needs no rules for gates, and its places are listed all the same. */
	gate = pack_section(pack, "gate");
	if (gate && (r = gate_rule_read(gate, place->kind, &rule, e)) < 0)
		return r;
	json_array_append_new(places->items,
		json_pack("{s:s, s:s, s:s, s:b, s:b, s:b}", "place", place->code, "name", presence_place_called(place),
			"jurisdiction", pack_jurisdiction(pack), "care", rule.care, "card", rule.card, "holder", rule.name));
	return 0;
}

void
answer_places(struct http_context *c, struct exchange *x)
{
	int64_t from = 0, limit = PLACES_DEFAULT;
	struct places places = {.c = c, .search = exchange_query(x, "search")};
	const struct presence_view view = {.now = INT64_MAX, .known = INT64_MAX};
	struct error e = {0};

	if (!exchange_number(x, "cursor", 0, CURSOR_MOST, &from) || !exchange_number(x, "limit", 1, PLACES_MOST, &limit))
		return;
	places.items = json_array();
	places.skip = from;
	places.left = limit;
	if (presence_each_place(cascade_presence(c->cascade), &view, list_place, &places, &e) < 0)
		exchange_failure(x, &e);
	else
		exchange_page(x, places.items, places.more, from + limit);
	json_decref(places.items);
}

/* Of one jurisdiction: of yesterday, whose last codes may count still, of today, and of tomorrow, for who is without a network by
 * then. */
static int
add_gate_keys(struct http_context *c, const char *jurisdiction, json_t *items, struct error *e)
{
	day_number today = zone_day(&zone_utc, registry_now(c->registry));
	uint8_t key[GATE_KEY_SIZE];
	char hex[2 * GATE_KEY_SIZE + 1], day_text[TIME_TEXT_SIZE];
	int r = 0;

	for (day_number day = today - 1; r == 0 && day <= today + 1; day++) {
		if ((r = issuer_gate_key(c->issuer, jurisdiction, day, key, e)) == ERROR_DENIED) {
			r = 0; /* destroyed: in a store whose clock is set back */
			continue;
		}
		if (r == 0 &&
			json_array_append_new(items,
				json_pack("{s:s, s:s, s:s}", "jurisdiction", jurisdiction, "day", day_write(day, day_text), "key",
					text_hex(key, sizeof key, hex))) < 0)
			r = error_no_memory(e);
	}
	keys_wipe(key, sizeof key);
	keys_wipe(hex, sizeof hex);
	return r;
}

void
answer_gate_keys(struct http_context *c, struct exchange *x)
{
	char(*names)[JURISDICTION_SIZE] = NULL;
	json_t *items = json_array();
	const struct pack *pack;
	struct error e = {0};
	size_t count = 0;
	int r = registry_jurisdictions(c->registry, &names, &count, &e);

	for (size_t i = 0; r == 0 && i < count; i++)
		if ((r = registry_pack(c->registry, names[i], &pack, &e)) == 0 && gate_code_is_sealed(pack))
			r = add_gate_keys(c, names[i], items, &e);
	if (r < 0)
		exchange_failure(x, &e);
	else
		exchange_answer(x, MHD_HTTP_OK, json_pack("{s:O}", "items", items));
	json_decref(items);
	free(names);
}

static bool
is_receipt(const char *text)
{
	return strlen(text) == RECEIPT_SIZE - 1 && strspn(text, "0123456789abcdefghijklmnopqrstuvwxyz") == RECEIPT_SIZE - 1;
}

static void
read_offline(struct exchange *x, const json_t *offline, struct gate_question *question)
{
	const char *at = json_string_value(json_object_get(offline, "at"));
	const char *verdict = json_string_value(json_object_get(offline, "verdict"));
	const json_t *cause = json_object_get(offline, "cause");
	static const char *const names[] = {"at", "verdict", "cause", NULL};
	struct error e = {0};

	exchange_members(x, offline, "/offline", names);
	question->offline = true;
	if (!at || time_read(at, strlen(at), &zone_utc, &question->at, &e) < 0)
		exchange_invalid(x, "/offline/at", "a time is needed");
	if (!verdict || !gate_verdict_read(verdict, &question->verdict))
		exchange_invalid(x, "/offline/verdict", "pass, ask or refuse is needed");
	if (json_is_string(cause) ? !gate_cause_read(json_string_value(cause), &question->cause) : !json_is_null(cause))
		exchange_invalid(x, "/offline/cause", "a cause of the list, or null, is needed");
}

void
answer_check(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"code", "id_number", "place", "temperature_c", "receipt", "offline", NULL};
	const json_t *body = exchange_json(x, names), *temperature, *offline;
	struct gate_question question = {.by = c->session.user.name,
		.name = exchange_header(x, "Idempotency-Key"), /* which was found to be one */
		.shown = context_shown(c)};
	struct gate_answer answer;
	char at[TIME_TEXT_SIZE], by[TIME_TEXT_SIZE];
	struct error e = {0};
	json_t *json, *end, *holder;

	if (!body)
		return;
	if (!json_object_get(body, "id_number"))
		question.code = exchange_text(x, body, "code", 1, CODE_MAX);
	else if (json_object_get(body, "code") || json_object_get(body, "offline"))
		exchange_invalid(x, "/id_number", "an ID number stands alone, and is looked up online");
	else if ((question.id_number = exchange_text(x, body, "id_number", 1, 40)) &&
		!context_is_id_number(question.id_number, &e))
		exchange_invalid(x, "/id_number", "%s", e.message);
	question.place = exchange_text(x, body, "place", 1, 64);
	temperature = json_object_get(body, "temperature_c");
	offline = json_object_get(body, "offline");
	if (temperature &&
		!(json_is_number(temperature) && json_number_value(temperature) >= 30 && json_number_value(temperature) <= 45))
		exchange_invalid(x, "/temperature_c", "30 to 45 degrees Celsius are needed");
	else if (temperature)
		question.temperature_tenths_c = (int32_t)lround(json_number_value(temperature) * 10);
	if (json_object_get(body, "receipt") &&
		(question.receipt = exchange_text(x, body, "receipt", RECEIPT_SIZE - 1, RECEIPT_SIZE - 1)) &&
		!is_receipt(question.receipt))
		exchange_invalid(x, "/receipt", "%d of 0-9 and a-z are needed", RECEIPT_SIZE - 1);
	if (offline)
		read_offline(x, offline, &question);
	if (exchange_failed(x))
		return;
	if (gate_check(c->cascade, c->issuer, &question, &answer, &e) < 0) {
		if (e.code == ERROR_DENIED) {
			exchange_problem(x, MHD_HTTP_TOO_MANY_REQUESTS, "too-many-requests", "%s", e.message);
			exchange_set_header(x, "Retry-After", "%d", TYPED_PAUSE_S);
		} else if (e.code == ERROR_EXISTS) { /* not "conflict", after which a device tries again */
			exchange_problem(x, MHD_HTTP_CONFLICT, "receipt-taken", "Another check has that receipt");
		} else {
			exchange_failure(x, &e);
		}
		return;
	}
	end = answer.act->end ? json_pack("{s:s, s:s}", "do", gate_end_name(answer.act->end), "by",
								context_time(c, answer.at + answer.act->minutes * MINUTE_S, by))
						  : json_null();
	holder = *answer.name_end || *answer.id_number_end
		? json_pack("{s:s?, s:s?}", "name_end", *answer.name_end ? answer.name_end : NULL, "id_number_end",
			  *answer.id_number_end ? answer.id_number_end : NULL)
		: json_null();
	json = json_pack("{s:s, s:s?, s:s?, s:s?, s:o, s:{s:s, s:s}, s:o, s:s, s:s?, s:s}", "verdict",
		gate_verdict_name(answer.verdict), "cause", answer.cause ? gate_cause_name(answer.cause) : NULL, "colour",
		answer.has_colour ? code_colour_name(answer.colour) : NULL, "card", *answer.card ? answer.card : NULL, "holder",
		holder, "act", "zh", answer.act->zh, "en", answer.act->en, "end", end, "receipt", answer.receipt,
		"signed_receipt", *answer.signed_receipt ? answer.signed_receipt : NULL, "at", context_time(c, answer.at, at));
	exchange_answer(x, MHD_HTTP_CREATED, json);
}

void
answer_no_receipt(struct http_context *c, struct exchange *x, const char *receipt, const struct error *e)
{
	struct error other = {0};
	bool forgotten = false;

	if (e->code == ERROR_EXISTS_NOT && registry_check_was_forgotten(c->registry, receipt, &forgotten, &other) == 0 &&
		forgotten)
		exchange_problem(x, MHD_HTTP_GONE, "forgotten",
			"That check passed more than an hour ago, and of passes only counts are kept: check again");
	else
		exchange_failure(x, e);
}

struct refusing {
	const char *cause;
	bool same, other, let_in;
	instant at; /* of the same */
};

static int
compare_refusal(const struct registry_refusal *refusal, void *context, struct error *e)
{
	struct refusing *refusing = context;

	(void)e;
	if (strcmp(refusal->cause, refusing->cause) != 0) {
		refusing->other = true;
	} else if (!refusing->same) {
		refusing->same = true;
		refusing->at = refusal->at;
	}
	return 0;
}

/* Somebody who should pass, and whom a guard was told to stop: the office learns of it where nobody can take it back. */
static int
tell_office(struct registry *registry, const struct registry_refusal *refusal, const struct registry_check *check,
	struct error *e)
{
	return ledger_append_json(registry_db(registry), registry_recording_time(registry), "gate.superior",
		json_pack("{s:s, s:s, s:s, s:s}", "by", refusal->by, "place", check->place, "receipt", refusal->receipt,
			"verdict", check->verdict),
		NULL, e);
}

/* Two guards' devices may send at once: what is there is read in the transaction that writes. */
static int
put_refusal(
	struct registry *registry, const struct registry_refusal *refusal, struct refusing *refusing, struct error *e)
{
	bool told = strcmp(refusal->cause, GATE_TOLD_BY_SUPERIOR) == 0;
	struct registry_check check = {0};
	int r = registry_begin(registry, e);

	if (r < 0)
		return r;
	if ((r = registry_refusals_each(registry, refusal->receipt, compare_refusal, refusing, e)) < 0 ||
		(r = registry_check_find(registry, refusal->receipt, &check, e)) < 0 ||
		(!refusing->same && !refusing->other &&
			((r = registry_refusal_put(registry, refusal, e)) < 0 ||
				(told && (r = tell_office(registry, refusal, &check, e)) < 0))) ||
		(r = registry_commit(registry, e)) < 0)
		registry_rollback(registry);
	refusing->let_in = told && strcmp(check.verdict, gate_verdict_name(GATE_PASS)) == 0;
	return r;
}

void
answer_refusal(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"cause", NULL};
	static const char *const causes[] = {"fever", "symptoms", "colour", "no_valid_code", "not_the_holder", "place_full",
		"place_closed", GATE_TOLD_BY_SUPERIOR, NULL};
	const json_t *body = exchange_json(x, names);
	struct registry_refusal refusal = {.at = registry_now(c->registry)};
	struct refusing refusing = {0};
	char at[TIME_TEXT_SIZE];
	struct error e = {0};
	size_t i = 0;

	if (!body || !(refusing.cause = exchange_text(x, body, "cause", 1, CAUSE_SIZE - 1)))
		return;
	while (causes[i] && strcmp(causes[i], refusing.cause) != 0)
		i++;
	if (!causes[i])
		exchange_invalid(x, "/cause", "a cause of the list is needed");
	if (exchange_failed(x))
		return;
	if (!is_receipt(x->parameters[0])) {
		exchange_problem(x, MHD_HTTP_NOT_FOUND, "not-found", "There is no such receipt");
		return;
	}
	strcpy(refusal.receipt, x->parameters[0]);
	strcpy(refusal.cause, refusing.cause);
	strcpy(refusal.by, c->session.user.name);
	if (put_refusal(c->registry, &refusal, &refusing, &e) < 0)
		answer_no_receipt(c, x, refusal.receipt, &e);
	else if (refusing.other)
		exchange_problem(x, MHD_HTTP_CONFLICT, "refused-already", "Another cause was recorded for this receipt");
	else
		exchange_answer(x, MHD_HTTP_CREATED,
			json_pack("{s:s, s:s, s:s, s:b}", "receipt", refusal.receipt, "cause", refusal.cause, "at",
				context_time(c, refusing.same ? refusing.at : refusal.at, at), "let_in", refusing.let_in));
}

void
answer_refusals(struct http_context *c, struct exchange *x)
{
	const char *text = exchange_query(x, "since");
	struct registry_refusal_count *counts = NULL;
	json_t *items = json_array();
	instant since = INT64_MIN;
	size_t count = 0;
	struct error e = {0};

	if (text && time_read(text, strlen(text), &zone_utc, &since, &e) < 0) {
		exchange_problem(x, MHD_HTTP_BAD_REQUEST, "bad-request", "since is a time, such as 2020-03-24T00:00:00+08:00");
		goto out;
	}
	if (registry_refusal_counts(c->registry, since, &counts, &count, &e) < 0) {
		exchange_failure(x, &e);
		goto out;
	}
	for (size_t i = 0; i < count; i++) {
		int64_t checks = 0;

		if (registry_checks_count(c->registry, counts[i].place, since, counts[i].verdict, &checks, &e) < 0) {
			exchange_failure(x, &e);
			goto out;
		}
		json_array_append_new(items,
			json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "place", counts[i].place, "by", counts[i].by, "verdict",
				counts[i].verdict, "cause", counts[i].cause, "count", (json_int_t)counts[i].count, "checks",
				(json_int_t)checks));
	}
	exchange_answer(x, MHD_HTTP_OK, json_pack("{s:O, s:n}", "items", items, "next"));
out:
	free(counts);
	json_decref(items);
}
