/* devices: whose phone a device is, since when. Natural key: the device and the moment. The device's name (a phone number,
 * an IMSI) is kept as a keyed hash alone. Where a row names nobody, as at a carrier who hands on no names, the holder is
 * whoever had the device from that moment on: somebody else than before. */

#include "feed/devices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "keys/keys.h"

enum { DEVICE, ID_NUMBER, SINCE };
static const struct row_column columns[] = {{"device", true}, {"id_number", false}, {"since", true}};

enum { NAME_MOST = 64, HASH_TEXT_SIZE = 2 * REGISTRY_HASH_SIZE + 1, KEY_SIZE = HASH_TEXT_SIZE + 32 };

/* Who is known by nothing but the device. */
static int
unnamed_holder(
	struct import *import, const struct record_field *device, instant since, person_number *ret_person, struct error *e)
{
	static const char authority[] = "device";
	const struct registry_identity nobody = {0};
	char number[NAME_MOST + 32];
	int r;

	snprintf(number, sizeof number, "%s/%lld", device->text, (long long)since);
	r = registry_person_by_local_number(
		import->registry, authority, number, &nobody, import->source.import, ret_person, e);
	keys_wipe(number, sizeof number);
	return r < 0 ? r : 0;
}

static int
take(struct import *import, const struct row *row, enum taken *ret_taken, struct error *e)
{
	const struct record_field *device = row->fields[DEVICE];
	char key[KEY_SIZE], hash_text[HASH_TEXT_SIZE];
	uint8_t hash[REGISTRY_HASH_SIZE];
	person_number person;
	instant since;
	int r;

	if (device->length > NAME_MOST)
		return import_refuse(import, row, DEVICE, e, "more than the maximum of 64 bytes");
	if ((row->fields[ID_NUMBER] && (r = import_check_id(import, row, ID_NUMBER, e)) < 0) ||
		(r = import_time(import, row, SINCE, &since, e)) < 0)
		return r;
	r = row->fields[ID_NUMBER] ? import_person(import, row, ID_NUMBER, &person, e)
							   : unnamed_holder(import, device, since, &person, e);
	if (r < 0)
		return r;
	registry_device_hash(import->registry, device->text, device->length, hash);
	snprintf(key, sizeof key, "%s/%lld", text_hex(hash, sizeof hash, hash_text), (long long)since);
	return import_evidence(import, EVIDENCE_DEVICE, person, key, since,
		json_pack("{s:o}", "since", import_time_json(since)), ret_taken, e);
}

const struct import_kind import_devices = {
	.name = "devices", .forms = FORM("devices", columns), .form_count = 1, .take = take};

static int
add_holder(const struct evidence_row *row, void *context, struct error *e)
{
	struct device_holders *holders = context;
	struct device_holder *holder;
	char hash_text[HASH_TEXT_SIZE];
	int r;

	if ((r = array_grow(
			 &holders->items, &holders->capacity, holders->count + 1, sizeof *holders->items, DEVICES_MAX, e)) < 0)
		return r;
	holder = &holders->items[holders->count];
	snprintf(hash_text, sizeof hash_text, "%s", row->key);
	if (!text_unhex(hash_text, holder->hash, sizeof holder->hash))
		return error_set(e, ERROR_CORRUPT, "evidence of a device has a key that is none");
	holder->import = row->import_id;
	holder->since = row->at;
	holder->person = row->person;
	holders->count++;
	return 0;
}

static int
compare(const void *left, const void *right)
{
	const struct device_holder *a = left, *b = right;
	int order = memcmp(a->hash, b->hash, sizeof a->hash);

	return order ? order : (a->since > b->since) - (a->since < b->since);
}

int
devices_read(struct import *import, struct device_holders *ret_holders, struct error *e)
{
	struct device_holders holders = {0};
	int r = evidence_each(
		registry_db(import->registry), EVIDENCE_DEVICE, EVIDENCE_NOW, EVIDENCE_NOW, add_holder, &holders, e);

	if (r < 0) {
		devices_free(&holders);
		return r;
	}
	if (holders.count)
		qsort(holders.items, holders.count, sizeof *holders.items, compare);
	*ret_holders = holders;
	return 0;
}

void
devices_free(struct device_holders *holders)
{
	free(holders->items);
	*holders = (struct device_holders){0};
}

size_t
devices_of(const struct device_holders *holders, const uint8_t hash[REGISTRY_HASH_SIZE], size_t *ret_first)
{
	size_t low = 0, high = holders->count, first;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(holders->items[middle].hash, hash, REGISTRY_HASH_SIZE) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	first = low;
	while (low < holders->count && memcmp(holders->items[low].hash, hash, REGISTRY_HASH_SIZE) == 0)
		low++;
	*ret_first = first;
	return low - first;
}
