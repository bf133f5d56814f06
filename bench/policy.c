/* A person's decision, beside reading their facts as JSON. */

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "bench/bench.h"
#include "policy/policy.h"

enum { CHECKINS = 33, NOW = 1585008000 };

struct subject {
	struct pack *pack;
	json_t *facts;
	struct buffer text;
};

static void
decide(void *context)
{
	struct subject *s = context;
	json_t *result = NULL;
	struct error e = {0};

	if (evaluate(s->pack, s->facts, NOW, &result, NULL, &e) < 0)
		bench_fail(e.message);
	json_decref(result);
}

static void
parse(void *context)
{
	struct subject *s = context;
	json_t *facts = NULL;
	struct error e = {0};

	if (json_read(buffer_text(&s->text), s->text.length, "facts", &facts, &e) < 0)
		bench_fail(e.message);
	json_decref(facts);
}

/* Somebody of a city whose risk fell on 18 March, with a check-in a day. */
static void
prepare(struct subject *s, const char *folder)
{
	static const char residence[] =
		"{\"applied_at\":\"2020-02-20T09:00:00+08:00\","
		"\"residences\":[{\"country\":\"CN\",\"division\":\"420802\",\"from\":null,\"to\":null}],"
		"\"areas\":{\"420800\":{\"name\":{\"zh\":\"荆门市\",\"en\":\"Jingmen\"},\"steps\":["
		"{\"at\":\"2020-01-25T00:00:00+08:00\",\"level\":\"high\",\"total\":21,\"new\":21},"
		"{\"at\":\"2020-03-09T00:00:00+08:00\",\"level\":\"medium\",\"total\":928,\"new\":9},"
		"{\"at\":\"2020-03-18T00:00:00+08:00\",\"level\":\"low\",\"total\":928,\"new\":0}]}},\"checkins\":[";
	struct error e = {0};
	int r;

	s->text = buffer_make(1 << 20);
	if (pack_read_folder(folder, NULL, NULL, &s->pack, &e) < 0)
		bench_fail(e.message);
	r = buffer_add_text(&s->text, residence, &e);
	for (int i = 0; r == 0 && i < CHECKINS; i++) {
		char at[TIME_TEXT_SIZE];

		r = buffer_add_format(&s->text, &e,
			"%s{\"at\":\"%s\",\"temperature_tenths_c\":365,\"symptoms\":[],\"contact\":false}", i ? "," : "",
			time_write(NOW - (CHECKINS - i) * DAY_S, &zone_utc, at));
	}
	if (r < 0 || buffer_add_text(&s->text, "]}", &e) < 0 ||
		json_read(buffer_text(&s->text), s->text.length, "facts", &s->facts, &e) < 0)
		bench_fail(e.message);
}

void
bench_policy(void)
{
	static const char *const packs[] = {"ningbo-2020", "hangzhou-2020"};
	double rate, reference;
	char folder[64], figure[64];
	struct subject s;

	bench_certlogic();
	bench_pack(bench_people(1000000));
	for (size_t i = 0; i < sizeof packs / sizeof packs[0]; i++) {
		snprintf(folder, sizeof folder, "packs/%s", packs[i]);
		snprintf(figure, sizeof figure, "decisions, %s, %d check-ins", packs[i], CHECKINS);
		prepare(&s, folder);
		bench_pair(decide, &s, parse, &s, &rate, &reference);
		bench_figure("policy", figure, rate, "1/s", "reading the same facts as JSON", reference, 0);
		json_decref(s.facts);
		buffer_free(&s.text);
		pack_free(s.pack);
	}
}
