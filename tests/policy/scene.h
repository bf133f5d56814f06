/* What the tests of packs share: a pack read from packs/, facts built up line by line, and questions about the answer.
 * Every time is Asia/Shanghai's. A failed call fails the test with its reason. */

#ifndef HEALTHCODE_TESTS_POLICY_SCENE_H
#define HEALTHCODE_TESTS_POLICY_SCENE_H

#include <jansson.h>

#include "policy/evaluate.h"
#include "policy/pack.h"

/* "2020-03-18" or "2020-03-18T08:00:00", +08:00. */
instant at(const char *text);

struct pack *scene_pack(const char *name);

/* Facts with an application alone; with a residence in ${division} too, unless that is NULL. */
json_t *scene_facts(const char *applied_at, const char *division);

/* Add a fact, given as JSON with ' for ". */
void scene_add(json_t *facts, const char *list, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Steps of an area's level: "low", at, "high", at, ..., NULL. */
void scene_area(json_t *facts, const char *code, const char *name_en, ...);

/* A normal check-in at 08:00 on each of ${count} days from ${first} on, but for the day numbered ${but} (-1: none). */
void scene_checkins(json_t *facts, const char *first, int count, int but);

/* The whole answer at a time. */
json_t *scene_ask(const struct pack *pack, const json_t *facts, const char *now);

/* The answer's colour, and its parts. Texts live until the next call. */
const char *scene_colour(const struct pack *pack, const json_t *facts, const char *now);
const char *scene_next(const struct pack *pack, const json_t *facts, const char *now);
const char *scene_rule(const struct pack *pack, const json_t *facts, const char *now);
const char *scene_since(const struct pack *pack, const json_t *facts, const char *now);

#endif
