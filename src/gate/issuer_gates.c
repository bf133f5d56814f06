/* The keys of the gate groups: a jurisdiction's gates open with them what its codes say to gates alone.
 *
 * Named day-gates-DATE-JURISDICTION, so that they sort by day. A code of a day may count until the end of the next one. */

#include <stdio.h>
#include <string.h>

#include "gate/issuer_inside.h"

enum { NAME_SIZE = KEYS_NAME_MAX + 1, DATE_LENGTH = 10 };

static const char prefix[] = "day-gates-";

static int
name_key(const char *jurisdiction, day_number day, char name[NAME_SIZE], struct error *e)
{
	char date[TIME_TEXT_SIZE];

	if (snprintf(name, NAME_SIZE, "%s%s-%s", prefix, day_write(day, date), jurisdiction) >= NAME_SIZE)
		return error_set(e, ERROR_USAGE, "the jurisdiction's name '%s' is too long", jurisdiction);
	return 0;
}

int
issuer_gate_key(
	struct issuer *issuer, const char *jurisdiction, day_number day, uint8_t key[GATE_KEY_SIZE], struct error *e)
{
	char name[NAME_SIZE];
	int r = name_key(jurisdiction, day, name, e);

	return r < 0 ? r : keys_get_or_make(issuer->keys, name, key, e);
}

static int
add_key(
	struct issuer *issuer, const char *jurisdiction, day_number day, bool make, struct trust *trust, struct error *e)
{
	uint8_t key[GATE_KEY_SIZE];
	char name[NAME_SIZE];
	size_t length;
	int r = name_key(jurisdiction, day, name, e);

	if (r == 0 && !trust_gate_key(trust, jurisdiction, day) &&
		(r = make ? keys_get_or_make(issuer->keys, name, key, e)
				  : keys_get(issuer->keys, name, key, sizeof key, &length, e)) == 0)
		r = trust_add_gate_key(trust, jurisdiction, day, key, e);
	keys_wipe(key, sizeof key);
	return r == ERROR_EXISTS_NOT || r == ERROR_DENIED ? 0 : r; /* destroyed by now */
}

int
issuer_trust_gate_keys(struct issuer *issuer, instant now, struct trust *trust, struct error *e)
{
	day_number today = zone_day(&zone_utc, now);
	struct file_names names = {0};
	int r = keys_list(issuer->keys, prefix, &names, e);

	for (size_t i = 0; r == 0 && i < names.count; i++) {
		const char *jurisdiction = names.names[i] + strlen(prefix) + DATE_LENGTH + 1;

		for (day_number day = today - 1; r == 0 && day <= today + 1; day++)
			r = add_key(issuer, jurisdiction, day, day >= today, trust, e);
	}
	file_names_free(&names);
	return r;
}

int
issuer_retire_gate_keys(struct issuer *issuer, instant now, struct error *e)
{
	char first_kept[NAME_SIZE];
	struct file_names names = {0};
	int r;

	if ((r = name_key("", zone_day(&zone_utc, now) - 1, first_kept, e)) < 0 ||
		(r = keys_list(issuer->keys, prefix, &names, e)) < 0)
		return r;
	for (size_t i = 0; r == 0 && i < names.count; i++) {
		if (strcmp(names.names[i], first_kept) < 0)
			r = keys_destroy(issuer->keys, names.names[i], e);
		if (r == ERROR_EXISTS_NOT) /* another was quicker */
			r = 0;
	}
	file_names_free(&names);
	return r;
}
