/* gate/place.h: codes of places, and the stays of who scanned one, or was noted there by staff.
 *
 * A place's code counts for as long as the pack says (a minute on a screen; a local day on a poster), so that a picture of it that was
 * sent elsewhere is worth nothing later. What is scanned is a stay like any other: a person's random number, sealed under the
 * day's key. The place learns nothing of who came. */

#ifndef HEALTHCODE_GATE_PLACE_H
#define HEALTHCODE_GATE_PLACE_H

#include "cascade/cascade.h"
#include "gate/issuer.h"

/* A code of a place; ${pack} is whose rule holds there. */
struct gate_place_code {
	char name[PRESENCE_NAME_SIZE];
	const struct pack *pack;
	instant issued_at, expires_at;
};

/* How long a place's code on a screen counts: "place_valid_s" of the pack's "credential", else a minute. */
int64_t gate_place_lifetime(const struct pack *pack);

/* gate_place_code(cascade, issuer, place, text, ret_code, e): append the code of now, for a screen.
 * gate_place_code_of_day(cascade, issuer, place, after, text, ret_code, e): that of the local day ${after} days from today (0 to
 * GATE_PLACE_DAYS - 1), for a poster.
 * ERROR_EXISTS_NOT for a place that is none, or a home or a cell, where nobody checks in. */
enum { GATE_PLACE_DAYS = 7 };
int gate_place_code(struct cascade *cascade, struct issuer *issuer, const char *place, struct buffer *text,
	struct gate_place_code *ret_code, struct error *e);
int gate_place_code_of_day(struct cascade *cascade, struct issuer *issuer, const char *place, int after,
	struct buffer *text, struct gate_place_code *ret_code, struct error *e);

/* A check-in; ${lasts_s} is how long it is taken to last (docs/decisions/0064). */
struct gate_visit {
	char place[PRESENCE_CODE_SIZE], name[PRESENCE_NAME_SIZE];
	instant from, to;
};

/* gate_arrive(cascade, issuer, code, person, lasts_s, ret_visit, ret_cause, e):
 * ${person} scanned ${code} now: their stay begins. Who is there already by such a check-in stays so. ${ret_cause} is NULL, or why the
 * code does not count: code_cause_name's, or "not_ours" of one that another service signed. Return 0, or a failure.
 * gate_arrive_with_staff(cascade, issuer, place, code, id_number, by, lasts_s, ret_visit, ret_cause, e): the same where staff
 * note somebody: by the health code that they show (${code}; one that was not issued here is "not_ours"), or by the ID number that is typed,
 * which the holder is told and reads in their log, and of which ERROR_DENIED comes where ${by} typed too many. A number that is not
 * known is answered as one that is.
 * gate_leave(cascade, person, place, from, lasts_s, ret_visit, e): ${person} leaves now: the stay that began at ${from} ends, if its end was
 * assumed and is to come. ERROR_EXISTS_NOT if there is none such. */
int gate_arrive(struct cascade *cascade, struct issuer *issuer, const char *code, person_number person, int64_t lasts_s,
	struct gate_visit *ret_visit, const char **ret_cause, struct error *e);
int gate_arrive_with_staff(struct cascade *cascade, struct issuer *issuer, const char *place, const char *code,
	const char *id_number, const char *by, int64_t lasts_s, struct gate_visit *ret_visit, const char **ret_cause,
	struct error *e);
int gate_leave(struct cascade *cascade, person_number person, const char *place, instant from, int64_t lasts_s,
	struct gate_visit *ret_visit, struct error *e);

#endif
