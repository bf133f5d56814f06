/* cascade/settings.h: in which of a pack's settings a contact met a case, each with its own kind and last moment: follow-up of a household is
 * another than of staff who wore what protects them, and each counts from its own last exposure. */

#ifndef HEALTHCODE_CASCADE_SETTINGS_H
#define HEALTHCODE_CASCADE_SETTINGS_H

#include <jansson.h>

#include "exposure/exposure.h"

/* Zeroed: nobody met. of[0] is "other", of[N] the parameters' setting N. */
struct settings {
	struct setting_met {
		bool met;
		uint8_t kind, degree;
		instant last;
	} of[EXPOSURE_SETTINGS_MAX + 1];
};

enum { SETTINGS_TEXT_SIZE = 1024 };

/* Add what was shared in one setting: the closest kind stays, and the last moment. */
void settings_add(struct settings *settings, size_t setting, enum exposure_kind kind, int degree, instant last);

/* Add all that ${other} has. */
void settings_unite(struct settings *settings, const struct settings *other);

/* settings_write(settings, parameters, text): the member of a contact's evidence, such as
 *   "settings":{"household":{"degree":1,"kind":"close","last":"2020-03-09T03:00:00+00:00"},"other":{...}},
 * or "" where no setting that has a name was met: then the row's own kind and last moment say it all. Return ${text}. */
char *settings_write(
	const struct settings *settings, const struct exposure_parameters *parameters, char text[SETTINGS_TEXT_SIZE]);

/* settings_read(body, parameters, settings, e): add what a contact's evidence says; a setting that the parameters do not name any more is
 * "other", and so is all of a row without settings. Return 0, or ERROR_CORRUPT. */
int settings_read(
	const json_t *body, const struct exposure_parameters *parameters, struct settings *settings, struct error *e);

#endif
