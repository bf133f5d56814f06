#include "registry/trait.h"

#include <stdlib.h>
#include <string.h>

#include "credential/credential.h"

#define FILLED "person_traits"

const char *const trait_names[TRAITS] = {"name", "birth_date", "phone"};

static const char *const purposes[TRAITS] = {"name", "birth-date", PURPOSE_PHONE};

static void
hash_of(struct registry *registry, enum trait trait, const char *text, struct traits *traits)
{
	if (!*text)
		return;
	traits->known[trait] = true;
	keys_hash(registry->keys, purposes[trait], text, strlen(text), traits->hashes[trait]);
}

static void
traits_of(struct registry *registry, const struct registry_identity *identity, struct traits *ret_traits)
{
	char name[NAME_SIZE] = "", phone[PHONE_SIZE], birth_date[TIME_TEXT_SIZE] = "";
	struct id_number id = {0};

	*ret_traits = (struct traits){0};
	if (!name_normal(identity->name, name, &ret_traits->script))
		name[0] = 0;
	if (registry_phone_read(identity->phone, strlen(identity->phone), phone, NULL) < 0)
		phone[0] = 0;
	if (*identity->birth_date)
		snprintf(birth_date, sizeof birth_date, "%s", identity->birth_date);
	else if (id_number_read(identity->id_number, strlen(identity->id_number), &id, NULL) == 0 && id.has_birth_date)
		day_write(id.birth_date, birth_date);
	hash_of(registry, TRAIT_NAME, name, ret_traits);
	hash_of(registry, TRAIT_BIRTH_DATE, birth_date, ret_traits);
	hash_of(registry, TRAIT_PHONE, phone, ret_traits);
	keys_wipe(name, sizeof name);
	keys_wipe(phone, sizeof phone);
	keys_wipe(birth_date, sizeof birth_date);
	keys_wipe(&id, sizeof id);
}

static int
put_one(struct registry *registry, person_number person, enum trait trait, const struct traits *traits, struct error *e)
{
	return db_do(registry->db,
		"INSERT INTO person_trait(person, kind, hash, script) VALUES($1, $2, $3, $4)"
		" ON CONFLICT(person, kind) DO UPDATE SET hash = excluded.hash, script = excluded.script",
		(struct db_value[]){db_int(person), db_int(trait), db_blob(traits->hashes[trait], KEYS_SIZE),
			db_int(trait == TRAIT_NAME ? (int64_t)traits->script : 0)},
		4, e);
}

static int
note_due(struct registry *registry, person_number person, bool numbered, struct error *e)
{
	int r = 0;

	if (!numbered)
		r = db_do(registry->db, "INSERT INTO unnumbered(person) VALUES($1) ON CONFLICT DO NOTHING",
			(struct db_value[]){db_int(person)}, 1, e);
	return r < 0 ? r
				 : db_do(registry->db,
					   "INSERT INTO match_due(person) SELECT CAST($1 AS BIGINT) WHERE EXISTS (SELECT 1 FROM unnumbered)"
					   " ON CONFLICT DO NOTHING",
					   (struct db_value[]){db_int(person)}, 1, e);
}

int
traits_put(struct registry *registry, person_number person, const struct registry_identity *identity, struct error *e)
{
	struct traits traits;
	int known = 0, r = 0;

	traits_of(registry, identity, &traits);
	for (int i = 0; i < TRAITS; i++)
		known += traits.known[i];
	/* By one thing alone nobody is known again: nothing is kept that serves nothing. */
	for (int i = 0; known > 1 && i < TRAITS && r == 0; i++)
		if (traits.known[i])
			r = put_one(registry, person, (enum trait)i, &traits, e);
	if (r == 0 && (known > 1 || !*identity->id_number))
		r = note_due(registry, person, *identity->id_number != 0, e);
	keys_wipe(&traits, sizeof traits);
	return r;
}

int
traits_read(struct registry *registry, person_number person, struct traits *ret_traits, struct error *e)
{
	struct db_statement *s = NULL;
	struct traits traits = {0};
	int r;

	if ((r = db_start(registry->db, "SELECT kind, hash, script FROM person_trait WHERE person = $1",
			 (struct db_value[]){db_int(person)}, 1, &s, e)) < 0)
		return r;
	while ((r = db_step(s, e)) == 1) {
		int64_t kind = db_column_int(s, 0);
		size_t length;
		const void *hash = db_column_blob(s, 1, &length);

		if (kind < 0 || kind >= TRAITS || length != KEYS_SIZE) {
			r = error_set(e, ERROR_CORRUPT, "what person %u is known by cannot be read", person);
			break;
		}
		traits.known[kind] = true;
		memcpy(traits.hashes[kind], hash, KEYS_SIZE);
		if (kind == TRAIT_NAME)
			traits.script = (enum name_script)db_column_int(s, 2);
	}
	db_finish(s);
	if (r == 0)
		*ret_traits = traits;
	return r;
}

static int
fill_one(person_number person, void *context, struct error *e)
{
	struct registry *registry = context;
	struct registry_identity identity = {0};
	int r = identity_read(registry, person, &identity, e);

	if (r == 0)
		r = traits_put(registry, person, &identity, e);
	registry_identity_wipe(&identity);
	return r == ERROR_EXISTS_NOT ? 0 : r;
}

int
traits_fill(struct registry *registry, struct error *e)
{
	char *filled = NULL;
	struct error none = {0};
	int r = setting_get(registry->db, FILLED, &filled, &none);

	free(filled);
	if (r == 0)
		return 0;
	if (r != ERROR_EXISTS_NOT) {
		*e = none;
		return r;
	}
	if ((r = registry_people_each(registry, 0, INT32_MAX, fill_one, registry, e)) == 0)
		r = setting_put(registry->db, FILLED, "1", e);
	return r;
}

int
traits_none(struct registry *registry, struct error *e)
{
	return setting_put(registry->db, FILLED, "1", e);
}
