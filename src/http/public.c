/* What anyone may read. */

#include <microhttpd.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_memory.h"
#include "base/text.h"
#include "http/answers.h"
#include "http/context.h"
#include "place/place.h"
#include "report/report.h"

enum { ETAG_BYTES = 16, BODY_MAX = 16 << 20, CODE_MAX = 4096, CASE_MAP_S = 600 };

/* Answer with what others may keep: an ETag over the bytes, and 304 where the asker has it. */
static void
answer_kept(struct exchange *x, const char *etag_of, size_t etag_length, const char *cache)
{
	uint8_t hash[ETAG_BYTES];
	char etag[2 * ETAG_BYTES + 3], hex[2 * ETAG_BYTES + 1];

	crypto_generichash(hash, sizeof hash, (const uint8_t *)etag_of, etag_length, NULL, 0);
	snprintf(etag, sizeof etag, "\"%s\"", text_hex(hash, sizeof hash, hex));
	exchange_set_header(x, "ETag", "%s", etag);
	exchange_set_header(x, "Cache-Control", "%s", cache);
	if (exchange_has(x, etag)) {
		exchange_clear(x);
		x->content_type = NULL;
		x->status = MHD_HTTP_NOT_MODIFIED;
	}
}

static void
answer_kept_json(struct exchange *x, json_t *answer, const char *cache)
{
	char *text;

	exchange_answer(x, MHD_HTTP_OK, answer);
	if (exchange_failed(x) || !(text = json_dumps(answer, JSON_COMPACT)))
		return;
	answer_kept(x, text, strlen(text), cache);
	free(text);
}

void
answer_service(struct http_context *c, struct exchange *x)
{
	char now[TIME_TEXT_SIZE];

	exchange_answer(x, MHD_HTTP_OK,
		json_pack("{s:s, s:b, s:s, s:i}", "now", context_time(c, registry_now(c->registry), now), "demo",
			registry_is_demo(c->registry), "version", HEALTHCODE_VERSION, "code_lifetime_s",
			(int)context_code_lifetime(c, NULL)));
}

static json_t *
recognition_json(struct http_context *c, const struct trust_recognition *recognition)
{
	json_t *colours = json_array();
	char from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];

	for (enum code_colour colour = CODE_GREEN; colour <= CODE_GRAY; colour++)
		if (recognition->colours[colour])
			json_array_append_new(colours, json_string(code_colour_name(colour)));
	return json_pack("{s:s, s:o, s:o, s:s?, s:s?}", "jurisdiction", recognition->issuer, "colours", colours, "fresh_s",
		recognition->fresh_s ? json_integer(recognition->fresh_s) : json_null(), "from",
		recognition->from == INT64_MIN ? NULL : context_time(c, recognition->from, from), "to",
		recognition->to == INT64_MAX ? NULL : context_time(c, recognition->to, to));
}

static json_t *
jurisdiction_gate(struct http_context *c, const struct pack *pack)
{
	static const enum code_colour colours[] = {CODE_GREEN, CODE_YELLOW, CODE_RED, CODE_GRAY};
	struct gate_rule rule;
	struct error e = {0};
	json_t *verdicts, *recognises, *recognition;
	struct trust_recognition found;
	const json_t *item;
	size_t at;

	if (cascade_is_travel_card(pack) || gate_rule_read(pack_section(pack, "gate"), "", &rule, &e) < 0)
		return json_null();
	verdicts = json_object();
	recognises = json_array();
	recognition = json_array();
	for (size_t i = 0; i < sizeof colours / sizeof colours[0]; i++)
		json_object_set_new(verdicts, code_colour_name(colours[i]),
			json_string(gate_verdict_name(rule.pass[colours[i]] ? GATE_PASS
					: rule.ask[colours[i]]                      ? GATE_ASK
																: GATE_REFUSE)));
	json_array_foreach((json_t *)pack_section(pack, "recognises"), at, item) if (gate_recognition_read(item, &found))
	{
		json_array_append_new(recognises, json_string(found.issuer));
		json_array_append_new(recognition, recognition_json(c, &found));
	}
	return json_pack("{s:o, s:i, s:o, s:o}", "verdicts", verdicts, "fever_tenths_c", (int)rule.fever_tenths_c,
		"recognises", recognises, "recognition", recognition);
}

/* The pack's area, as far as it is prefixes of division codes; a whole country is "everywhere". */
static json_t *
jurisdiction_divisions(const struct pack *pack)
{
	json_t *divisions = json_array();
	const json_t *prefix;
	size_t i;

	json_array_foreach((json_t *)pack_section(pack, "area"), i, prefix) if (json_is_string(prefix) &&
		strspn(json_string_value(prefix), "0123456789") == json_string_length(prefix))
		json_array_append_new(divisions, json_string(json_string_value(prefix)));
	return divisions;
}

void
answer_jurisdictions(struct http_context *c, struct exchange *x)
{
	char(*names)[JURISDICTION_SIZE] = NULL;
	json_t *items = json_array();
	struct error e = {0};
	size_t count = 0;

	if (registry_jurisdictions(c->registry, &names, &count, &e) < 0) {
		exchange_failure(x, &e);
		goto out;
	}
	for (size_t i = 0; i < count; i++) {
		const struct pack *pack;

		if (registry_pack(c->registry, names[i], &pack, &e) < 0) {
			exchange_failure(x, &e);
			goto out;
		}
		if (json_array_append_new(items,
				json_pack("{s:s, s:O, s:s, s:O, s:o, s:o}", "jurisdiction", names[i], "name",
					pack_section(pack, "name"), "kind", cascade_is_travel_card(pack) ? "travel-card" : "code",
					"time_zone", json_object_get(pack_section(pack, "time_zone"), "name"), "divisions",
					jurisdiction_divisions(pack), "gate", jurisdiction_gate(c, pack))) < 0) {
			error_no_memory(&e);
			exchange_failure(x, &e);
			goto out;
		}
	}
	answer_kept_json(x, json_pack("{s:O, s:n}", "items", items, "next"), "no-cache");
out:
	free(names);
	json_decref(items);
}

struct listing {
	const struct division *parent;
	json_t *items;
};

static int
has_parts(const struct division *division, void *context)
{
	return !division->former && division_parent(division) == context;
}

static int
list_division(const struct division *division, void *context)
{
	struct listing *listing = context;

	if (division->former || division->placeholder || division_parent(division) != listing->parent)
		return 0;
	json_array_append_new(listing->items,
		json_pack("{s:o, s:{s:s, s:s}, s:b}", "division", json_sprintf("%06u", division->code), "name", "zh",
			division->name_zh, "en", division->name_en ? division->name_en : division->name_zh, "has_parts",
			division->level < DIVISION_COUNTY && division_each(has_parts, (void *)division) != 0));
	return 0;
}

void
answer_divisions(struct http_context *c, struct exchange *x)
{
	const char *parent = exchange_query(x, "parent");
	struct listing listing = {.items = json_array()};

	(void)c;
	if (parent && !(listing.parent = division_find_text(parent, strlen(parent)))) {
		exchange_problem(x, MHD_HTTP_NOT_FOUND, "not-found", "There is no such division");
		json_decref(listing.items);
		return;
	}
	division_each(list_division, &listing);
	answer_kept_json(x, json_pack("{s:o, s:n}", "items", listing.items, "next"), "public, max-age=86400");
}

void
answer_trust(struct http_context *c, struct exchange *x)
{
	struct error e = {0};

	x->bytes = buffer_make(BODY_MAX);
	x->status = MHD_HTTP_OK;
	x->content_type = "application/cose";
	/* The list is made anew every five minutes, so that its age says how old it is and its ETag holds meanwhile. */
	if (context_trust_list(c, &x->bytes, &e) < 0)
		exchange_failure(x, &e);
	else
		answer_kept(x, buffer_text(&x->bytes), x->bytes.length, "no-cache");
}

/* Where cases were, made anew each ten minutes: everybody may ask, and it takes a look at every case. The ETag is over the places: each thread
 * makes its own, at another moment. */
void
answer_case_map(struct http_context *c, struct exchange *x)
{
	const instant now = registry_now(c->registry);
	json_t *fresh = NULL;
	struct error e = {0};
	char *places;

	if (!c->case_map || now < c->case_map_at || now >= c->case_map_at + CASE_MAP_S) {
		if (report_cases(c->cascade, NULL, &fresh, &e) < 0) {
			exchange_failure(x, &e);
			return;
		}
		json_decref(c->case_map);
		c->case_map = fresh;
		c->case_map_at = now;
	}
	exchange_answer(x, MHD_HTTP_OK, json_incref(c->case_map));
	if ((places = json_dumps(json_object_get(c->case_map, "places"), JSON_COMPACT)))
		answer_kept(x, places, strlen(places), "public, max-age=600");
	free(places);
}

void
answer_recognition(struct http_context *c, struct exchange *x)
{
	static const char *const names[] = {"code", "jurisdiction", NULL};
	const json_t *body = exchange_json(x, names);
	struct buffer text = buffer_make(CODE_MAX);
	char issued[TIME_TEXT_SIZE], expires[TIME_TEXT_SIZE];
	struct gate_reissued reissued;
	const char *code, *jurisdiction;
	const struct pack *pack;
	struct error e = {0};

	if (!body || !(code = exchange_text(x, body, "code", 1, CODE_MAX)) ||
		!(jurisdiction = exchange_text(x, body, "jurisdiction", 0, JURISDICTION_SIZE - 1)))
		return;
	if (*jurisdiction && !context_is_jurisdiction(c, jurisdiction)) {
		exchange_problem(x, MHD_HTTP_NOT_FOUND, "not-found", "There is no such jurisdiction here");
		return;
	}
	if (registry_pack(c->registry, *jurisdiction ? jurisdiction : NULL, &pack, &e) < 0 ||
		gate_reissue(c->issuer, pack, code, registry_now(c->registry), &text, &reissued, &e) < 0)
		exchange_failure(x, &e);
	else if (reissued.cause)
		exchange_invalid(x, "/code", "%s", reissued.cause);
	else
		exchange_answer(x, MHD_HTTP_CREATED,
			json_pack("{s:s, s:s, s:s, s:s, s:s}", "jurisdiction", pack_jurisdiction(pack), "colour",
				code_colour_name(reissued.colour), "code", buffer_text(&text), "issued_at",
				context_time(c, reissued.issued_at, issued), "expires_at",
				context_time(c, reissued.expires_at, expires)));
	buffer_free(&text);
}
