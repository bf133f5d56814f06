/* tests/registry/stores.h: a store in a folder of its own for each test, with the packs of this repository. */

#ifndef HEALTHCODE_TESTS_REGISTRY_STORES_H
#define HEALTHCODE_TESTS_REGISTRY_STORES_H

#include "registry/registry.h"
#include <jansson.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* 24 March 2020, 08:00 in China: where the clock of the tests' stores starts. */
#define START ((instant)1585008000)

#define FENG "420802198001010018"
#define FENG_PHONE "13900000001"
#define MOTHER "420802195505050028"
#define FATHER "420802195303030010"

/* The present test's store and its folder. */
extern struct registry *registry;
extern char folder[64];

/* Make and open a demo store with Hubei's pack and Ningbo's; remove it. For cmocka's set-up and tear-down. */
int store_set_up(void **state);
int store_tear_down(void **state);

/* A further store, for comparing; closed by the caller with store_discard. */
struct registry *store_another(char path[64]);
void store_discard(struct registry *other, const char *path);

/* Fail the test with the error's message unless ${call} is not negative. */
#define GOOD(call) assert_good((call), &e, #call, __FILE__, __LINE__)
int assert_good(int r, const struct error *e, const char *call, const char *file, int line);

/* An application as an import of the department gives it. */
struct registry_application application(const char *id_number, const char *jurisdiction, const char *at);

/* Apply with it: the person's number. */
person_number apply(struct registry *to, const struct registry_application *application);

/* A moment from its text. */
instant moment(const char *text);

/* A pack's folder of this repository. */
const char *pack_folder(const char *name);

/* A copy of that pack below ${into}, with another section ${member} (takes the reference); its folder in ${path}. */
void pack_with(const char *into, const char *name, const char *member, json_t *section, char path[96]);

/* Whether ${text} stands in any file below ${path}. */
bool folder_holds(const char *path, const char *text);

#endif
