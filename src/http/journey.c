/* What awaits a resident on the way from one place to another. */

#include <microhttpd.h>
#include <string.h>

#include "http/answers.h"
#include "http/context.h"
#include "place/place.h"

/* The division that the query ${name} calls; NULL after answering. */
static const struct division *
read_division(struct exchange *x, const char *name)
{
	const char *text = exchange_query(x, name);
	const struct division *division = text ? division_called(text) : NULL;

	if (!division)
		exchange_problem(x, MHD_HTTP_BAD_REQUEST, "bad-request",
			"%s is a division's code or name, which only one division has", name);
	return division;
}

void
answer_journey(struct http_context *c, struct exchange *x)
{
	const char *date = exchange_query(x, "date");
	struct journey journey = {0};
	struct person_mine person;
	const struct pack *pack;
	struct error e = {0};
	bool prevented;
	json_t *answer;

	if (!context_person(c, x, exchange_query(x, "person"), &person) ||
		!context_may(c, x, &person, MANDATE_TRAVEL_CARD) || !(journey.from = read_division(x, "from")) ||
		!(journey.to = read_division(x, "to")))
		return;
	if (registry_pack(c->registry, NULL, &pack, &e) < 0) {
		exchange_failure(x, &e);
		return;
	}
	if (!date || time_read(date, strlen(date), pack_zone(pack), &journey.at, &e) < 0) {
		exchange_problem(x, MHD_HTTP_BAD_REQUEST, "bad-request", "date is a day or a time, such as 2020-03-25");
		return;
	}
	journey.person = person.person;
	if (gate_journey(c->cascade, &journey, &answer, &prevented, &e) < 0) {
		exchange_failure(x, &e);
		return;
	}
	json_object_set_new(answer, "prevented", json_boolean(prevented));
	exchange_answer(x, MHD_HTTP_OK, answer);
}
