/* Whom to follow up, a page at a time, by person. */

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "console/follow.h"

enum { PEOPLE_MAX = 2000 }; /* looked at for a page */

struct looking {
	struct registry *registry;
	struct follow_rules rules;
	const struct zone *zone;
};

static int
begin(struct registry *registry, struct looking *looking, struct error *e)
{
	const struct pack *pack;
	const json_t *section;
	int r;

	looking->registry = registry;
	if ((r = registry_pack(registry, NULL, &pack, e)) < 0)
		return r;
	section = pack_section(pack, "follow_up");
	if (!section)
		return error_set(e, ERROR_EXISTS_NOT, "the pack %s has no \"follow_up\" section", pack_jurisdiction(pack));
	looking->zone = pack_zone(pack);
	return follow_rules_read(section, &looking->rules, e);
}

int
console_follow_up(struct registry *registry, person_number person, json_t **ret_item, struct error *e)
{
	struct looking looking;
	json_t *item = NULL;
	int r;

	if ((r = begin(registry, &looking, e)) < 0 ||
		(r = follow_person(registry, &looking.rules, looking.zone, person, &item, e)) < 0)
		return r;
	if (!item)
		return error_set(e, ERROR_EXISTS_NOT, "there is nothing to follow up of this person");
	*ret_item = item;
	return 0;
}

/* The next person who is a contact or a case; UINT32_MAX + 1 at the end. */
static int
next_person(struct registry *registry, int64_t after, int64_t *ret_person, struct error *e)
{
	int r = db_one_int(registry_db(registry),
		"SELECT COALESCE(MIN(person), 4294967296) FROM (SELECT MIN(person) AS person FROM evidence WHERE kind = $1 AND"
		" person > $3 UNION ALL SELECT MIN(person) AS person FROM evidence WHERE kind = $2 AND person > $3) AS both_kinds",
		(struct db_value[]){db_int(EVIDENCE_CONTACT), db_int(EVIDENCE_CASE_STATUS), db_int(after)}, 3, ret_person, e);

	return r;
}

/* Whether that number itself is a contact or a case. */
static int
is_followed(struct registry *registry, person_number person, struct error *e)
{
	int64_t found = 0;
	int r = next_person(registry, (int64_t)person - 1, &found, e);

	return r < 0 ? r : found == person;
}

/* A person of several numbers is in the list once, at the first of those that are followed: return 1, 0 or a code. */
static int
is_listed_here(struct registry *registry, person_number number, person_number *ret_person, struct error *e)
{
	struct evidence_same same;
	int r = evidence_same(registry_db(registry), number, registry_known(registry), &same, e);

	for (size_t i = 0; r == 0 && i < same.count; i++)
		if (same.numbers[i] < number)
			r = is_followed(registry, same.numbers[i], e);
	if (r != 0)
		return r < 0 ? r : 0;
	*ret_person = same.numbers[0];
	return 1;
}

static bool
names_case(const json_t *record, const char *name)
{
	const json_t *contact;
	size_t i;

	json_array_foreach(json_object_get(record, "contacts"), i, contact)
	{
		if (strcmp(body_text(contact, "case"), name) == 0)
			return true;
	}
	return false;
}

/* Leave the tasks of the filter; return whether the person is in the list. */
static bool
takes(const struct console_follow_ups *filter, json_t *item)
{
	json_t *tasks = json_object_get(item, "tasks");

	if (filter->name && !names_case(json_object_get(item, "quarantine"), filter->name) &&
		!names_case(json_object_get(item, "monitoring"), filter->name))
		return false;
	if (filter->lost && !json_is_true(json_object_get(item, "lost")))
		return false;
	if (!filter->task && !filter->state)
		return true;
	for (size_t i = json_array_size(tasks); i > 0; i--) {
		const json_t *task = json_array_get(tasks, i - 1);

		if ((filter->task && strcmp(body_text(task, "task"), filter->task) != 0) ||
			(filter->state && strcmp(body_text(task, "state"), filter->state) != 0))
			json_array_remove(tasks, i - 1);
	}
	return json_array_size(tasks) > 0;
}

int
console_follow_ups_page(struct registry *registry, const struct console_follow_ups *filter, const char *cursor,
	size_t limit, json_t **ret_page, struct error *e)
{
	char next[EVIDENCE_KEY_MAX + 1] = "";
	struct looking looking;
	int64_t person = 0;
	struct page page;
	int r;

	if ((r = begin(registry, &looking, e)) < 0 || (r = page_begin(&page, limit, cursor, e)) < 0)
		return r;
	if (*page.after && !text_integer(page.after, strlen(page.after), 1, UINT32_MAX, &person)) {
		json_decref(page.items);
		return error_set(e, ERROR_BAD_INPUT, "this is no cursor of a page");
	}
	for (size_t looked = 0;; looked++) {
		person_number followed = 0;
		json_t *item = NULL;
		char key[16];

		snprintf(key, sizeof key, "%lld", (long long)person);
		if ((r = next_person(registry, person, &person, e)) < 0 || person > UINT32_MAX || page_full(&page))
			break;
		if (looked == PEOPLE_MAX) {
			snprintf(next, sizeof next, "%s", key);
			break;
		}
		snprintf(key, sizeof key, "%lld", (long long)person);
		if ((r = is_listed_here(registry, (person_number)person, &followed, e)) < 0 ||
			(r > 0 && (r = follow_person(registry, &looking.rules, looking.zone, followed, &item, e)) < 0))
			break;
		if (!item || !takes(filter, item))
			json_decref(item);
		else if ((r = page_add(&page, key, item, e)) < 0)
			break;
	}
	return page_end(&page, r, next, ret_page, e);
}
