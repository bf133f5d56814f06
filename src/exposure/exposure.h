/* exposure/exposure.h: whom a case met while infectious, and where the case may have caught it.
 *
 * Pure over a presence reader: the same stays, parameters and case give the same rows in the same order, however and
 * whenever they were recorded. Nothing is stored here, and no number of a pack stands here.
 *
 * Kinds of contact (national prevention and control plan, 5th edition, 2020; close contacts are counted from two days
 * before the case's onset, or before the sample was taken if there are no symptoms):
 *   close        met the case within the infectious window, by the pack's rule for that kind of place
 *   secondary    met a close contact so, in the places the pack names, from that one's first exposure on (degree 2)
 *   co-exposed   was in the same undivided place or cell alone: advice and a test, never more: of the appeals in Israel
 *                against orders by location alone 54 % were upheld
 *   companion    was in the same grid cell alone, by the rule of 2021: see struct exposure_rule */

#ifndef HEALTHCODE_EXPOSURE_EXPOSURE_H
#define HEALTHCODE_EXPOSURE_EXPOSURE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/json_check.h"
#include "base/time.h"
#include "presence/presence.h"

enum exposure_kind { EXPOSURE_CLOSE, EXPOSURE_SECONDARY, EXPOSURE_CO_EXPOSED, EXPOSURE_COMPANION };

/* "close", "secondary", "co-exposed", "companion". */
const char *exposure_kind_name(enum exposure_kind kind);

enum {
	EXPOSURE_RULES_MAX = 8, /* for one kind of place */
	EXPOSURE_PLACE_KINDS_MAX = 64,
	EXPOSURE_SETTINGS_MAX = 6,
	EXPOSURE_SETTING_SIZE = 24,
	EXPOSURE_ANY_ROW = -1,
	EXPOSURE_CONTACTS_MAX = 1000000, /* rows of one trace */
	EXPOSURE_CASES_MAX = 10000000,   /* other cases that a backward trace looks at */
};

/* Of what a rule takes: all time together, only that in which it was so, only that of which it is not known. */
enum exposure_condition { EXPOSURE_EITHER = 0, EXPOSURE_ONLY, EXPOSURE_EXCEPT };

/* One line of a pack's table: being together for ${minutes} at least (0: at all), ${rows} rows apart at most
 * (EXPOSURE_ANY_ROW: anywhere in the place), makes a contact of ${kind}. Minutes that are not known satisfy only 0,
 * seats that are not known only EXPOSURE_ANY_ROW. What a row is, is the place's: of seats, a bay, a compartment, a table, a
 * zone of a venue. ${crew}: who serves the place (PRESENCE_SEAT_CREW) is near everybody. ${hours} (0: none asked for): one of the
 * two was there for more than so many hours in all, within ${within_days} days up to the end of what they shared (the
 * time-space companion of November 2021: over 30 h in 14 days). ${protected}: in which one of the two was known to be; ${outdoor}:
 * which was known to be in the open; ${staff}: in which the contact, and not the case alone, served the place: time together that a rule does
 * not take counts neither for its minutes nor its rows. ${setting}: what follow-up calls it, a number in the parameters' settings, counted
 * from 1, or 0: it has no name. */
struct exposure_rule {
	enum exposure_kind kind;
	uint8_t setting;
	int64_t minutes;
	int rows;
	bool crew, staff;
	int64_t hours;
	int32_t within_days;
	enum exposure_condition protected, outdoor;
};

/* The rules of a kind of place, the first that is satisfied counts; none satisfied is no contact. Kind "*" is every kind
 * not named. ${secondary}: close contacts hand on here, in the second degree. */
struct exposure_place_rules {
	char kind[PRESENCE_KIND_SIZE];
	bool secondary;
	size_t count;
	struct exposure_rule rules[EXPOSURE_RULES_MAX];
};

/* When a place is told to the office: cases of at least ${cases} groups, which nobody linked to each other, were there within ${days} days of
 * each other, each in the time in which it may have caught it; at places of those kinds alone. ${cases} 0: never. */
struct exposure_place_alert {
	size_t cases;
	int32_t days;
	size_t kind_count;
	char kinds[EXPOSURE_PLACE_KINDS_MAX][PRESENCE_KIND_SIZE];
};

/* A pack's "contact" object; see exposure_parameters_read. */
struct exposure_parameters {
	int32_t before_onset_days;              /* infectious from the start of that local day before onset or sampling */
	int32_t before_confirmed_days;          /* the same where only the confirmation is known */
	int32_t infectious_after_onset_days;    /* to the end of that local day after it, unless isolated before */
	int32_t infectious_after_sampling_days; /* the same without symptoms */
	int32_t symptom_free_days; /* and so many days more, counted from the symptoms' end where that is later */
	int32_t secondary_days;    /* a close contact hands on for so long, unless quarantined before */
	int32_t backward_from_days, backward_to_days; /* caught it between so many local days before onset */
	struct exposure_place_alert place_alert;
	size_t setting_count;
	char settings[EXPOSURE_SETTINGS_MAX][EXPOSURE_SETTING_SIZE];
	size_t place_count;
	struct exposure_place_rules places[EXPOSURE_PLACE_KINDS_MAX];
};

/* exposure_parameters_read(contact, ret_parameters, e):
 * Read
 *   {"before_onset_days": 2, "before_confirmed_days": 2, "infectious_after_onset_days": 10, "secondary_days": 14,
 *    "backward": {"from_days": 14, "to_days": 2},
 *    "places": {"household": {"secondary": true, "rules": [{"kind": "close"}]},
 *               "aircraft": {"rules": [{"kind": "close", "rows": 3, "crew": true}, {"kind": "co-exposed"}]},
 *               "venue": {"rules": [{"kind": "close", "minutes": 60}, {"kind": "co-exposed", "minutes": 10}]},
 *               "*": {"rules": []}}}
 * Everything but a rule's minutes (0), rows (any), crew and staff (false), hours with within_days (none), protected and outdoor (true: only
 * so, false: only where it is not known; either), its setting (lower-case letters, digits and hyphens; none, and not "other", which is all that
 * has none) and a place's secondary (false)
 * must be there; beside it "symptom_free_days" (0), "infectious_after_sampling_days" (as after onset) and
 *   "place_alert": {"cases": 2, "days": 14, "kinds": ["workplace", "venue"]}
 * may (none: no place is told); nothing else. Cases are 2 to 1,000, its days at least 1. Days are 0 to 365, minutes 0 to 527,040, rows 0 to 1022; a rule's kind is not "secondary". Return 0, or
 * ERROR_BAD_INPUT with the JSON pointer below the "contact" object in the message. */
int exposure_parameters_read(const json_t *contact, struct exposure_parameters *ret_parameters, struct error *e);

/* exposure_parameters_check(contact, check): tell every fault that keeps ${contact} from being read. */
void exposure_parameters_check(const json_t *contact, struct json_check *check);

/* No time known. */
#define EXPOSURE_UNKNOWN INT64_MIN

/* What is known of a case; EXPOSURE_UNKNOWN where it is not. */
struct exposure_case {
	person_number person;
	instant onset, sampled, confirmed, isolated, symptoms_ended;
	bool linked; /* in a backward trace: somebody said already that one of the two infected the other */
};

struct exposure_window {
	instant from, to;
};

/* exposure_window(parameters, subject, zone, ret_window):
 * When the case was infectious: from before_onset_days before the onset's local day (without symptoms, before the
 * sampling's; with neither, before_confirmed_days before the confirmation's) until isolation, at the latest the end of the day
 * that is infectious_after_onset_days after it, or of the symptoms' last day if that is later, and symptom_free_days more (WHO,
 * 2020: 10 days after onset and at least 3 without symptoms, so 13 at least). Without an onset it is the day
 * infectious_after_sampling_days after the sampling or confirmation. Return false, and change nothing, if no time is known
 * or the case was isolated before. */
bool exposure_window(const struct exposure_parameters *parameters, const struct exposure_case *subject,
	const struct zone *zone, struct exposure_window *ret_window);

/* exposure_reach(parameters, subject, zone, quarantined, ret_reach):
 * The time whose stays a trace of the case may read, where its close contacts were quarantined at ${quarantined}
 * (EXPOSURE_UNKNOWN: never): what touches none of it changes none of its contacts. Return false, and change nothing, as
 * exposure_window. */
bool exposure_reach(const struct exposure_parameters *parameters, const struct exposure_case *subject,
	const struct zone *zone, instant quarantined, struct exposure_window *ret_reach);

/* A row: ${person} was with ${through} (the case; for degree 2 the close contact) at ${place}. ${minutes} are those
 * known to be shared, -1 where none are. [${from}, ${to}) holds all that they shared there without a break. ${setting} is the rule's. */
struct exposure_contact {
	person_number person, through;
	place_number place;
	enum exposure_kind kind;
	int degree;
	uint8_t setting;
	instant from, to;
	int64_t minutes;
};

struct exposure_contacts {
	struct exposure_contact *items;
	size_t count, capacity;
};

/* When a close contact was quarantined and could hand nothing on from then: EXPOSURE_UNKNOWN if they were not.
 * ${context} is the caller's. */
typedef instant exposure_quarantine(person_number person, void *context);

/* exposure_trace(presence, parameters, subject, zone, view, quarantine, context, ret_contacts, e):
 * The contacts of the case within its window, by degree, person, from, place, through. The case is in no row, a close
 * contact in no row of degree 2. ${quarantine} may be NULL: nobody was. Cost grows with the stays that share a place and
 * time with the case's and the close contacts'. The caller frees the rows with exposure_contacts_free. Return 0, or
 * ERROR_TOO_LARGE (EXPOSURE_CONTACTS_MAX) or what presence gives. */
int exposure_trace(struct presence *presence, const struct exposure_parameters *parameters,
	const struct exposure_case *subject, const struct zone *zone, const struct presence_view *view,
	exposure_quarantine *quarantine, void *context, struct exposure_contacts *ret_contacts, struct error *e);

void exposure_contacts_free(struct exposure_contacts *contacts);

/* exposure_backward_window(parameters, subject, zone, ret_window): when the case may have caught it: from backward_from_days before the local
 * day of onset (or sampling, or confirmation) until the end of the one backward_to_days before it. Return false, and change nothing, if no
 * time is known. */
bool exposure_backward_window(const struct exposure_parameters *parameters, const struct exposure_case *subject,
	const struct zone *zone, struct exposure_window *ret_window);

/* A place where the case may have caught it: ${sources} of the other cases were there at the same time while
 * infectious, of these ${unlinked} that nobody linked to the case yet, ${cases} at all; [${from}, ${to}) holds it all, ${minutes} are the case's own that were shared with any of
 * them, -1 where only days are known. */
struct exposure_origin {
	place_number place;
	size_t sources, unlinked, cases;
	instant from, to;
	int64_t minutes;
};

struct exposure_origins {
	struct exposure_origin *items;
	size_t count, capacity;
};

/* exposure_backward(presence, parameters, subject, others, other_count, zone, view, ret_origins, e):
 * Where the case was with any of the ${others} (sorted by person, each person once, the case itself not counted) from
 * backward_from_days before the local day of onset (or sampling, or confirmation) until the end of the one
 * backward_to_days before it: most unlinked sources first, then most sources, most cases, most minutes, lowest place. The caller frees the rows
 * with exposure_origins_free. Return 0, ERROR_USAGE (others not sorted), or as exposure_trace. */
int exposure_backward(struct presence *presence, const struct exposure_parameters *parameters,
	const struct exposure_case *subject, const struct exposure_case *others, size_t other_count,
	const struct zone *zone, const struct presence_view *view, struct exposure_origins *ret_origins, struct error *e);

void exposure_origins_free(struct exposure_origins *origins);

/* A case, and the group that it is of: those who are linked, by whatever was said of who infected whom. */
struct exposure_grouped {
	struct exposure_case exposure;
	size_t group;
};

/* A place where cases of ${groups} groups may have caught it, by the parameters' place_alert: [${from}, ${to}) holds their stays there. They are
 * ${count} of the cases asked about, from ${first} on in the visitors, ascending. */
struct exposure_common {
	place_number place;
	instant from, to;
	size_t groups, first, count;
};

struct exposure_commons {
	struct exposure_common *items;
	size_t count, capacity;
	size_t *visitors; /* places in the list of cases */
	size_t visitor_count, visitor_capacity;
};

/* exposure_common(presence, parameters, cases, count, zone, view, ret_commons, e):
 * The places at which the ${cases} may have caught it together, by place. Groups are numbers below ${count}; a person may be several cases. Cost
 * grows with the cases' own stays. The caller frees them with exposure_commons_free. Return 0, ERROR_TOO_LARGE, or what presence gives. */
int exposure_common(struct presence *presence, const struct exposure_parameters *parameters,
	const struct exposure_grouped *cases, size_t count, const struct zone *zone, const struct presence_view *view,
	struct exposure_commons *ret_commons, struct error *e);

void exposure_commons_free(struct exposure_commons *commons);

#endif
