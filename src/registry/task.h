/* registry/task.h: what was reported of a person's follow-up: that somebody called them, or saw how they are. Append-only; it
 * changes no colour (a symptom is told as a check-in). What is to be done, and what is missed, follows from evidence and from
 * these reports, and is stored nowhere (console/console.h). */

#ifndef HEALTHCODE_REGISTRY_TASK_H
#define HEALTHCODE_REGISTRY_TASK_H

#include "registry/people.h"

enum { TASK_WORD_SIZE = 17 };

/* ${task}: "call" or "checkin"; ${outcome}: "reached", "not-reached" or "refused". ${by}: the user, or NULL. */
struct registry_task_report {
	person_number person;
	const char *task, *outcome, *by;
	instant at, recorded_at;
};

/* registry_task_report_put(registry, report, e): record it as of registry_recording_time (${recorded_at} is ignored). The same
 * again (person, task, outcome, at) changes nothing. Return 1, 0 where nothing changed, or ERROR_BAD_INPUT (a word that is none, a
 * moment after that time), ERROR_EXISTS_NOT (no such person).
 * registry_task_reports_each(registry, person, now, known, each, context, e): call ${each} with those at up to ${now} and recorded up
 * to ${known}, by time. A non-zero return ends the walk and is returned. */
int registry_task_report_put(struct registry *registry, const struct registry_task_report *report, struct error *e);

typedef int registry_task_report_each(const struct registry_task_report *report, void *context, struct error *e);
int registry_task_reports_each(struct registry *registry, person_number person, instant now, instant known,
	registry_task_report_each *each, void *context, struct error *e);

#endif
