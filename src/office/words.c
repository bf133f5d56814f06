/* A clinician's word that somebody is a case, as far as one word may go. */

#include "office/inside.h"

/* In the open transaction. */
static int
say(const struct office *office, const char *name, const char *by, bool holds, int64_t most, struct error *e)
{
	int64_t people = 0;
	int r;

	if ((r = cascade_case_word(office->cascade, name, by, holds, e)) < 0)
		return r;
	if (holds && most >= 0 && (r = cascade_case_worsened(office->cascade, name, most, &people, e)) < 0)
		return r;
	if (most >= 0 && people > most)
		return error_set(e, ERROR_DENIED,
			"it would worsen the colours of %lld people, more than the %lld for which one office is enough: two offices import the"
			" case's row with the clinicians in it",
			(long long)people, (long long)most);
	return cascade_trace_cases(office->cascade, e);
}

int
office_case_word(const struct office *office, const char *name, const char *by, bool holds, struct error *e)
{
	struct registry *registry = office_registry(office);
	int64_t most;
	int r;

	if ((r = second_most(office, &most, e)) < 0 || (r = registry_begin(registry, e)) < 0)
		return r;
	if ((r = say(office, name, by, holds, most, e)) == 0)
		return registry_commit(registry, e);
	registry_rollback(registry);
	return r;
}
