/* Who a person is, opened for a purpose. */

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "console/inside.h"
#include "keys/keys.h"
#include "ledger/ledger.h"

int
look_check(const struct console_look *look, struct error *e)
{
	size_t length = look->purpose ? strlen(look->purpose) : 0;

	if (!length || length > CONSOLE_PURPOSE_MAX || !look->by || !*look->by)
		return error_set(e, ERROR_USAGE, "a purpose of 1 to %d bytes is needed", CONSOLE_PURPOSE_MAX);
	return 0;
}

int
identity_opened(struct registry *registry, person_number person, const struct console_look *look,
	struct registry_identity *ret_identity, struct error *e)
{
	instant now = registry_recording_time(registry);
	char at[TIME_TEXT_SIZE], record[TIME_TEXT_SIZE + 16], number[16], hex[2 * LEDGER_HASH_SIZE + 1];
	struct ledger_hash commitment;
	uint8_t salt[KEYS_SIZE];
	int length, r;

	if ((r = registry_identity_open(registry, person, look->purpose, look->by, ret_identity, e)) < 0)
		return r;
	length = snprintf(record, sizeof record, "%s/%u", time_write(now, &zone_utc, at), person);
	keys_hash(registry_keys(registry), "opening-salt", record, (size_t)length, salt);
	length = snprintf(number, sizeof number, "%u", person);
	if ((r = ledger_commitment(salt, number, (size_t)length, &commitment, e)) == 0)
		r = ledger_append_json(registry_db(registry), now, "identity.opened",
			json_pack("{s:s, s:s, s:s, s:s}", "by", look->by, "purpose", look->purpose, "opened_at", at, "person",
				text_hex(commitment.bytes, sizeof commitment.bytes, hex)),
			NULL, e);
	if (r < 0)
		registry_identity_wipe(ret_identity);
	return r;
}

int
console_identity(struct registry *registry, person_number person, const struct console_look *look,
	struct registry_identity *ret_identity, struct error *e)
{
	struct registry_identity identity = {0};
	int r;

	if ((r = look_check(look, e)) < 0 || (r = registry_begin(registry, e)) < 0)
		return r;
	if ((r = identity_opened(registry, person, look, &identity, e)) < 0)
		registry_rollback(registry);
	else if ((r = registry_commit(registry, e)) == 0)
		*ret_identity = identity;
	registry_identity_wipe(&identity);
	return r;
}
