/* tests/cascade/scene.h: a store with a cascade on it, and short ways to fill it as imports do. */

#ifndef HEALTHCODE_TESTS_CASCADE_SCENE_H
#define HEALTHCODE_TESTS_CASCADE_SCENE_H

#include "stores.h"

#include "cascade/cascade.h"
#include "db/db.h"

struct scene {
	char folder[64], database[192]; /* ${database}: empty where the tables are in the folder */
	struct registry *registry;
	struct cascade *cascade;
	struct presence *presence;
	struct db *db;
};

/* The pack hangzhou-2020 is the default one, ningbo-2020 is there too; scene_open_with: the given folders instead, scene_open_at: the
 * same with its tables in that database, or NULL. */
struct scene *scene_open(void);
struct scene *scene_open_with(const char *const *packs, size_t count);
struct scene *scene_open_at(const char *database);
void scene_close(struct scene *s);

/* cmocka's set-up and tear-down with a scene as the state. */
int scene_set_up(void **state);
int scene_tear_down(void **state);

/* The time that answers are about, and in which is recorded (the clock is a demo's). */
void scene_at(struct scene *s, const char *now);

/* The person with that serial number (1 to 999) who applied in ${jurisdiction} at ${at}. */
person_number scene_person(struct scene *s, int serial, const char *jurisdiction, const char *at);

place_number scene_place(struct scene *s, const char *code, const char *kind);
void scene_stay(struct scene *s, person_number person, place_number place, const char *from, const char *to);

/* A case's status as an import gives it; onset, isolated_at may be NULL. */
void scene_case(struct scene *s, const char *name, person_number person, const char *status, const char *onset,
	const char *confirmed_at, const char *isolated_at);

void scene_checkin(struct scene *s, person_number person, const char *at, int32_t temperature_tenths_c);

/* Trace what is to be traced. */
void scene_trace(struct scene *s);

/* Serial 1, the case C1 of hangzhou-2020 with onset on 7 March, confirmed on the 11th, and serial 2, who ate with them in a tea house on the
 * 9th for 90 minutes; nobody was in the library. Traced. */
struct scene_met {
	struct scene *s;
	person_number subject, contact;
	place_number tea_house, library;
};
struct scene_met scene_meet(struct scene *s);

/* The colour's name at the scene's time in a jurisdiction. */
const char *scene_colour(struct scene *s, person_number person, const char *jurisdiction);

/* All contact evidence as it stands: "CASE/PERSON body" lines by person, then key. Freed by the caller. */
char *scene_contacts(struct scene *s);

#endif
