#include "registry/internal.h"

#include <string.h>

#include "base/json.h"
#include "base/json_memory.h"
#include "base/text.h"
#include "credential/credential.h"
#include "registry/trait.h"

enum { IDENTITY_JSON_MAX = 16384 };

/* What a sealed identity is bound to: its person. */
static void
about_person(person_number person, uint8_t about[4])
{
	for (int i = 0; i < 4; i++)
		about[i] = (uint8_t)(person >> 8 * i);
}

static void
take(const json_t *object, const char *name, char *text, size_t size)
{
	const char *value = json_string_value(json_object_get(object, name));

	snprintf(text, size, "%s", value ? value : "");
}

static int
identity_from_json(const struct buffer *json, struct registry_identity *ret_identity, struct error *e)
{
	json_t *object = NULL;
	int r;

	if ((r = json_read_own(buffer_text(json), "a sealed identity", &object, e)) < 0)
		return r;
	take(object, "id_number", ret_identity->id_number, sizeof ret_identity->id_number);
	take(object, "name", ret_identity->name, sizeof ret_identity->name);
	take(object, "phone", ret_identity->phone, sizeof ret_identity->phone);
	take(object, "address", ret_identity->address, sizeof ret_identity->address);
	take(object, "birth_date", ret_identity->birth_date, sizeof ret_identity->birth_date);
	json_decref(object);
	return 0;
}

static int
identity_to_json(const struct registry_identity *identity, struct buffer *json, struct error *e)
{
	size_t failures = json_memory_failures();
	json_t *object = json_if_whole(json_pack("{ss ss ss ss ss*}", "id_number", identity->id_number, "name",
									   identity->name, "phone", identity->phone, "address", identity->address,
									   "birth_date", *identity->birth_date ? identity->birth_date : NULL),
		failures);
	int r;

	if (!object)
		return json_memory_failures() != failures ? error_no_memory(e)
												  : error_set(e, ERROR_BAD_INPUT, "identity: not UTF-8");
	r = json_write(object, json, e);
	json_decref(object);
	return r;
}

static void
wipe_buffer(struct buffer *b)
{
	if (b->data)
		keys_wipe(b->data, b->length);
	buffer_free(b);
}

int
identity_read(struct registry *registry, person_number person, struct registry_identity *ret_identity, struct error *e)
{
	struct db_statement *statement = NULL;
	struct buffer json = buffer_make(IDENTITY_JSON_MAX);
	uint8_t about[4];
	const void *sealed;
	size_t length;
	int r;

	about_person(person, about);
	if ((r = db_start(registry->db, "SELECT sealed FROM identity WHERE person = $1 ORDER BY id DESC LIMIT 1",
			 (struct db_value[]){db_int(person)}, 1, &statement, e)) < 0 ||
		(r = db_step(statement, e)) < 0)
		goto out;
	if (r == 0) {
		r = error_set(e, ERROR_EXISTS_NOT, "nobody has that number");
		goto out;
	}
	sealed = db_column_blob(statement, 0, &length);
	if ((r = keys_open_sealed(registry->keys, PURPOSE_IDENTITY, about, sizeof about, sealed, length, &json, e)) < 0)
		goto out;
	r = identity_from_json(&json, ret_identity, e);
out:
	db_finish(statement);
	wipe_buffer(&json);
	return r;
}

static bool
in_id_number(const struct registry_identity *identity, day_number *ret_day)
{
	struct id_number id = {0};
	bool found = id_number_read(identity->id_number, strlen(identity->id_number), &id, NULL) == 0 && id.has_birth_date;

	if (found)
		*ret_day = id.birth_date;
	keys_wipe(&id, sizeof id);
	return found;
}

int
birth_date_of(
	struct registry *registry, person_number person, instant known, bool told, day_number *ret_day, struct error *e)
{
	struct evidence_same same;
	day_number day = 0;
	bool held = false;
	int r = evidence_same(registry->db, person, known, &same, e), found = 0;

	for (size_t i = 0; r == 0 && !held && i < same.count; i++) {
		struct registry_identity identity = {0};

		if ((r = identity_read(registry, same.numbers[i], &identity, e)) == 0 &&
			((held = in_id_number(&identity, &day)) ||
				(told && !found && day_read(identity.birth_date, strlen(identity.birth_date), &day, NULL) == 0)))
			found = 1;
		registry_identity_wipe(&identity);
		if (r == ERROR_EXISTS_NOT)
			r = 0;
	}
	if (r == 0 && found)
		*ret_day = day;
	return r < 0 ? r : found;
}

/* Take over the texts of ${given} that are not empty; with ${greater} those alone that come after what is there. Return whether
 * anything changed. */
static bool
merge(struct registry_identity *identity, const struct registry_identity *given, bool greater)
{
	bool changed = false;
	const struct {
		char *to;
		const char *from;
		size_t size;
	} fields[] = {
		{identity->id_number, given->id_number, sizeof identity->id_number},
		{identity->name, given->name, sizeof identity->name},
		{identity->phone, given->phone, sizeof identity->phone},
		{identity->address, given->address, sizeof identity->address},
		{identity->birth_date, given->birth_date, sizeof identity->birth_date},
	};

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		int order = strcmp(fields[i].from, fields[i].to);

		if (!fields[i].from[0] || order == 0 || (greater && order < 0))
			continue;
		memcpy(fields[i].to, fields[i].from, fields[i].size);
		changed = true;
	}
	return changed;
}

static int
put(struct registry *registry, person_number person, const struct registry_identity *given, bool greater,
	int64_t import, struct error *e)
{
	struct registry_identity identity = {0};
	struct buffer json = buffer_make(IDENTITY_JSON_MAX), sealed = buffer_make(IDENTITY_JSON_MAX);
	uint8_t about[4];
	bool changed, had;
	int r;

	about_person(person, about);
	if ((r = identity_read(registry, person, &identity, e)) < 0 && r != ERROR_EXISTS_NOT)
		goto out;
	had = r == 0;
	changed = merge(&identity, given, greater);
	r = 0;
	if (!changed)
		goto out;
	if ((r = identity_to_json(&identity, &json, e)) < 0 ||
		(r = keys_seal(
			 registry->keys, PURPOSE_IDENTITY, about, sizeof about, buffer_text(&json), json.length, &sealed, e)) < 0 ||
		(r = db_do(registry->db, "INSERT INTO identity(person, sealed, recorded_at, import) VALUES($1, $2, $3, $4)",
			 (struct db_value[]){db_int(person), db_blob(sealed.data, sealed.length),
				 db_int(registry_recording_time(registry)), db_int(import)},
			 4, e)) < 0 ||
		(r = traits_put(registry, person, &identity, e)) < 0)
		goto out;
	r = had ? 1 : 2;
out:
	registry_identity_wipe(&identity);
	wipe_buffer(&json);
	buffer_free(&sealed);
	return r;
}

int
identity_put(struct registry *registry, person_number person, const struct registry_identity *given, int64_t import,
	struct error *e)
{
	return put(registry, person, given, false, import, e);
}

int
identity_add(struct registry *registry, person_number person, const struct registry_identity *given, int64_t import,
	struct error *e)
{
	return put(registry, person, given, true, import, e);
}

int
registry_identity_open(struct registry *registry, person_number person, const char *purpose, const char *by,
	struct registry_identity *ret_identity, struct error *e)
{
	struct registry_identity identity = {0};
	int r;

	/* The log first: nothing is opened that is not written down. */
	if ((r = identity_read(registry, person, &identity, e)) == 0 &&
		(r = registry_access_put(registry, person, purpose, by, e)) == 0)
		*ret_identity = identity;
	registry_identity_wipe(&identity);
	return r;
}

int
registry_identity_own(
	struct registry *registry, person_number person, struct registry_identity *ret_identity, struct error *e)
{
	return identity_read(registry, person, ret_identity, e);
}

void
registry_identity_wipe(struct registry_identity *identity)
{
	keys_wipe(identity, sizeof *identity);
}

/* Replace all but the first ${head} and last ${tail} characters by stars; what is too short becomes all stars. */
static void
mask(char *text, size_t head, size_t tail)
{
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++)
		if (length <= head + tail || (i >= head && i < length - tail))
			text[i] = '*';
}

/* Keep the first character, whatever its length in bytes, and put one star for each of the others. */
static void
mask_name(char *name)
{
	size_t to = 0;
	bool first = true;

	for (size_t i = 0; name[i];) {
		size_t length = 1;

		while ((name[i + length] & 0xc0) == 0x80)
			length++;
		if (first)
			to = length;
		else
			name[to++] = '*';
		first = false;
		i += length;
	}
	name[to] = 0;
}

void
registry_identity_mask(struct registry_identity *identity)
{
	struct id_number id;

	mask_name(identity->name);
	mask(identity->phone, 3, 2);
	identity->address[0] = 0;
	identity->birth_date[0] = 0;
	if (id_number_read(identity->id_number, strlen(identity->id_number), &id, NULL) == 0)
		id_number_mask(&id, identity->id_number);
	else
		mask(identity->id_number, 0, 4);
	keys_wipe(&id, sizeof id);
}

int
registry_phone_read(const char *text, size_t length, char phone[PHONE_SIZE], struct error *e)
{
	enum { LEAST = 5, MOST = 20 };
	char digits[PHONE_SIZE];
	size_t count = 0, start = 0;
	bool abroad = false;

	for (size_t i = 0; i < length; i++) {
		if (text[i] == ' ' || text[i] == '-' || text[i] == '(' || text[i] == ')')
			continue;
		if (text[i] == '+' && count == 0 && !abroad) {
			abroad = true;
			continue;
		}
		if (text[i] < '0' || text[i] > '9' || count == MOST + 2) {
			error_set(e, ERROR_BAD_INPUT, "a phone number is %d to %d digits", LEAST, MOST);
			return error_at(e, NULL, 0, i + 1);
		}
		digits[count++] = text[i];
	}
	digits[count] = 0;
	if (!abroad && text_starts(digits, "00")) {
		abroad = true;
		start = 2;
	}
	/* The mainland's own country code says nothing. */
	if (abroad && text_starts(digits + start, "86")) {
		abroad = false;
		start += 2;
	}
	if (count - start < LEAST || count - start > MOST)
		return error_set(e, ERROR_BAD_INPUT, "a phone number is %d to %d digits", LEAST, MOST);
	snprintf(phone, PHONE_SIZE, "%s%s", abroad ? "+" : "", digits + start);
	return 0;
}

void
registry_phone_hash(struct registry *registry, const char *phone, uint8_t hash[REGISTRY_HASH_SIZE])
{
	keys_hash(registry->keys, PURPOSE_PHONE, phone, strlen(phone), hash);
}

void
registry_device_hash(struct registry *registry, const char *device, size_t length, uint8_t hash[REGISTRY_HASH_SIZE])
{
	keys_hash(registry->keys, PURPOSE_DEVICE, device, length, hash);
}
