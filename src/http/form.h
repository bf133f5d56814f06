/* http/form.h: what every application holds: who, where they live, how they are, where they were. */

#ifndef HEALTHCODE_HTTP_FORM_H
#define HEALTHCODE_HTTP_FORM_H

#include "http/exchange.h"
#include "registry/registry.h"

struct http_context;

enum { FORM_TRAVEL_MAX = 20 };

struct form_trip {
	const char *country, *division;
	instant from, to;
};

/* Texts are the body's. */
struct form {
	struct registry_application application;
	struct registry_checkin declaration;
	struct form_trip trips[FORM_TRAVEL_MAX];
	size_t trip_count;
};

/* form_read_who(x, body, application): "id_number" and "name". form_read(c, x, body, form): "jurisdiction", "division", "address", "symptoms",
 * "contact", "travel" and "promise", as the word of a phone. Faults are noted in ${x}. */
void form_read_who(struct exchange *x, const json_t *body, struct registry_application *application);
void form_read(struct http_context *c, struct exchange *x, const json_t *body, struct form *form);

/* form_read_relation(x, body, least): "relation", as an application has it: "ward" for "other", "" for none where ${least} is 0; NULL after noting
 * a fault. */
const char *form_read_relation(struct exchange *x, const json_t *body, size_t least);

/* form_put(c, form, ret_person, e): the application, what was declared, the trips, in the open transaction. Of one without effect the rest
 * is dropped. */
int form_put(struct http_context *c, struct form *form, person_number *ret_person, struct error *e);

#endif
