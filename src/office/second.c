/* How many colours one office may worsen, and whom it takes beyond. */

#include <string.h>

#include "base/json_check.h"
#include "office/inside.h"

#define PEOPLE_MOST 1000000000

void
office_second_check(const json_t *section, struct json_check *check)
{
	static const char *const required[] = {"people", "source", NULL}, *const none[] = {NULL};
	int64_t people;

	if (!json_check_object(check, "", section, required, none))
		return;
	json_check_integer(check, "", section, "people", 1, PEOPLE_MOST, &people);
	if (!json_string_length(json_object_get(section, "source")))
		json_check_fault(check, "/source", "where it comes from expected");
}

int
second_most(const struct office *office, int64_t *ret_most, struct error *e)
{
	const json_t *people;
	const struct pack *pack;
	int r = registry_pack(office_registry(office), NULL, &pack, e);

	if (r < 0 && r != ERROR_EXISTS_NOT)
		return r;
	people = r < 0 ? NULL : json_object_get(pack_section(pack, "second_office"), "people");
	*ret_most = people ? json_integer_value(people) : -1; /* a store without rules has no colours */
	return 0;
}

int
second_check(const struct office *office, const struct kept *kept, const struct registry_user *user, struct error *e)
{
	struct registry_user proposer;
	int r = registry_user_find(office_registry(office), kept->proposed_by, &proposer, e);

	if (r < 0)
		return r;
	if (!*user->office)
		return error_set(e, ERROR_DENIED, "it is not known for which office %s acts (user move)", user->name);
	if (!*proposer.office)
		return error_set(e, ERROR_DENIED, "it is not known for which office %s acts (user move)", proposer.name);
	if (strcmp(user->office, proposer.office) == 0)
		return error_set(e, ERROR_DENIED, "proposal %lld is of %s: a user of another office has to approve it",
			(long long)kept->number, proposer.office);
	return 0;
}
