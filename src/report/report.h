/* report/report.h: what everybody may know: where cases were, the curve, how much people move and stay at home. Nobody is in it.
 *
 * Three rules keep people out of what is published:
 *   The map is a list of places, not of anybody's way: no case, no person and no number that joins two places is in it; homes,
 *   workplaces and cells of coordinates are not, unless the pack says so. A place is on it from the case's confirmation until
 *   ${days} after the stay (Korea's guideline of 6 October 2020: from two days before symptoms to isolation, deleted 14 days after
 *   the last contact, no address below town level, nothing else of the person).
 *   Of movement only numbers of people are told, with Laplace noise: in a day a person counts in at most REPORT_CELLS_MAX of them,
 *   and what rests on fewer than ${people_least} is withheld (as Google's mobility reports of 2020: Aktay et al., arXiv
 *   2004.04145).
 *   The noise of a number is a keyed hash of what is counted and of the count: asking again gives the same, and no mean of many
 *   answers takes it away. A count that grew by late imports has another noise.
 *
 * Codes of every call, beside those it names: what the registry and presence give. */

#ifndef HEALTHCODE_REPORT_REPORT_H
#define HEALTHCODE_REPORT_REPORT_H

#include <jansson.h>

#include "base/buffer.h"
#include "base/json_check.h"
#include "cascade/cascade.h"
#include "place/place.h"

enum {
	REPORT_KINDS_MAX = 32,
	REPORT_PLACES_MAX = 1000000, /* stays of cases that a map looks at */
	REPORT_ROWS_MAX = 50000000,  /* stays of one local day */
	REPORT_CELLS_MAX = 4,        /* divisions and kinds of place in which a person counts a day */
	REPORT_DAYS_MAX = 366,       /* of one report, its baseline not counted */
	REPORT_BASELINE_DAYS_MAX = 92,
	REPORT_AWAY_HOURS_MAX = 16,   /* more hours away from home count as so many */
	REPORT_OUTPUT_MAX = 256 << 20 /* bytes written */
};

/* The privacy that each day's counts cost a person: epsilon of 0.44 for each of the four (Aktay et al. 2020). */
#define REPORT_EPSILON 0.44

/* A pack's section "report"; each member may be missing. */
struct report_parameters {
	char kinds[REPORT_KINDS_MAX][PRESENCE_KIND_SIZE]; /* of places on the map */
	size_t kind_count;
	int64_t days;         /* after a stay, on the map */
	int64_t people_least; /* below so many a number is withheld */
	char home[PRESENCE_KIND_SIZE];
	bool has_baseline;
	day_number baseline_from, baseline_to; /* both in it */
};

/* report_parameters_read(section, ret_parameters, e):
 *   {"kinds": ["venue", "shop"], "days": 14, "people_least": 100, "home": "household",
 *    "baseline": {"from": "2020-01-03", "to": "2020-02-06"}}
 * NULL reads as {}. Defaults: the kinds venue, shop, restaurant, carriage, open_carriage, sleeper, coach, ventilated_coach,
 * aircraft; 14; 100; "household"; none. Return 0 or ERROR_BAD_INPUT with the JSON pointer below the section.
 * report_check(section, check): tell every fault. */
int report_parameters_read(const json_t *section, struct report_parameters *ret_parameters, struct error *e);
void report_check(const json_t *section, struct json_check *check);

/* report_cases(cascade, within, ret_report, e):
 * Places where cases were while infectious, as of registry_now: {"now", "days", "places": [{"name", "kind", "division" or null,
 * "area": {"zh", "en"} or null, "latitude", "longitude" (degrees, or null), "from", "to" (whole hours around the stays), "cases"}]}, by
 * division, name, from. Stays that touch are one line, with how many cases were there. ${within} (NULL: anywhere) limits it to a
 * division. Suspected, probable and discarded cases are in none. ERROR_EXISTS_NOT where the pack has no "contact" section. */
int report_cases(struct cascade *cascade, const struct division *within, json_t **ret_report, struct error *e);

/* Of which local days, compared with which, in which divisions. ${within} (NULL: all). */
struct report_span {
	day_number from, to, baseline_from, baseline_to; /* both in it */
	enum division_level level;
	const struct division *within;
};

/* report_mobility(cascade, span, ret_report, e):
 * How many people were at places of each kind (but at home) in each division: {"level", "from", "to", "baseline": {"from", "to"},
 * "epsilon", "people_least", "withheld", "days": [{"date", "division", "area": {"zh", "en"}, "kind", "people", "change_percent"}]}, by
 * date, division, kind. "people" has noise; "change_percent" compares it with the middle one of the baseline's same weekdays,
 * null where that is withheld. "withheld" counts the numbers that rested on too few.
 * report_distancing(...): {"level", ..., "days": [{"date", "division", "area", "people", "home_percent": who was seen nowhere but at
 * home, "away_hours": a person's mean away from home, "change_percent": of the hours}]}. A person counts where their home is, else
 * where they were longest.
 * Both: ERROR_BAD_INPUT for spans that end before they begin, ERROR_TOO_LARGE past REPORT_DAYS_MAX days or REPORT_ROWS_MAX stays of
 * a day. Time grows with the stays of those days and memory with those of one. */
int report_mobility(struct cascade *cascade, const struct report_span *span, json_t **ret_report, struct error *e);
int report_distancing(struct cascade *cascade, const struct report_span *span, json_t **ret_report, struct error *e);

enum report_kind { REPORT_CASES, REPORT_CURVE, REPORT_MOBILITY, REPORT_DISTANCING, REPORT_KINDS };
enum report_format { REPORT_JSON, REPORT_CSV, REPORT_GEOJSON, REPORT_SVG, REPORT_FORMATS };

/* "cases", ...; "json", ...; reading returns success. report_has_format: GeoJSON is of places alone. */
bool report_kind_read(const char *text, enum report_kind *ret_kind);
bool report_format_read(const char *text, enum report_format *ret_format);
bool report_has_format(enum report_kind kind, enum report_format format);

/* report_write(kind, report, format, output, e): append ${report} (of REPORT_CURVE: console_curve's) to ${output}. ERROR_TOO_LARGE
 * past its maximum. */
int report_write(
	enum report_kind kind, const json_t *report, enum report_format format, struct buffer *output, struct error *e);

#endif
