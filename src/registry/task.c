#include "registry/task.h"

#include <string.h>

#include "registry/internal.h"

static bool
is_among(const char *word, const char *const *words)
{
	while (*words && strcmp(*words, word) != 0)
		words++;
	return *words != NULL;
}

static int
check(struct registry *registry, const struct registry_task_report *report, struct error *e)
{
	static const char *const tasks[] = {"call", "checkin", NULL};
	static const char *const outcomes[] = {"reached", "not-reached", "refused", NULL};
	int r;

	if (!is_among(report->task, tasks))
		return error_set(e, ERROR_BAD_INPUT, "call or checkin expected");
	if (!is_among(report->outcome, outcomes))
		return error_set(e, ERROR_BAD_INPUT, "reached, not-reached or refused expected");
	if (report->at > registry_recording_time(registry))
		return error_set(e, ERROR_BAD_INPUT, "what is reported is not done yet");
	if ((r = registry_person_exists(registry, report->person, e)) < 0)
		return r;
	return r ? 0 : error_set(e, ERROR_EXISTS_NOT, "no person has this number");
}

int
registry_task_report_put(struct registry *registry, const struct registry_task_report *report, struct error *e)
{
	bool own;
	int r;

	if ((r = check(registry, report, e)) < 0 || (r = scope_begin(registry, &own, e)) < 0)
		return r;
	if ((r = db_do(registry->db,
			 "INSERT INTO task_report(person, task, outcome, at, recorded_at, by_whom) VALUES($1, $2, $3, $4, $5, $6)"
			 " ON CONFLICT(person, task, outcome, at) DO NOTHING",
			 (struct db_value[]){db_int(report->person), db_text(report->task), db_text(report->outcome),
				 db_int(report->at), db_int(registry_recording_time(registry)), db_text(report->by)},
			 6, e)) == 0)
		r = db_changes(registry->db) > 0;
	return scope_end(registry, own, r, e);
}

int
registry_task_reports_each(struct registry *registry, person_number person, instant now, instant known,
	registry_task_report_each *each, void *context, struct error *e)
{
	struct db_statement *s = NULL;
	int r;

	if ((r = db_start(registry->db,
			 "SELECT task, outcome, at, recorded_at, by_whom FROM task_report WHERE person = $1 AND at <= $2 AND"
			 " recorded_at <= $3 ORDER BY at, task, outcome",
			 (struct db_value[]){db_int(person), db_int(now), db_int(known)}, 3, &s, e)) < 0)
		return r;
	while ((r = db_step(s, e)) > 0) {
		const struct registry_task_report report = {.person = person,
			.task = db_column_text(s, 0),
			.outcome = db_column_text(s, 1),
			.at = db_column_int(s, 2),
			.recorded_at = db_column_int(s, 3),
			.by = db_column_text(s, 4)};

		if ((r = each(&report, context, e)) != 0)
			break;
	}
	db_finish(s);
	return r;
}
