#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/office.h"
#include "cli/store.h"
#include "console/console.h"

struct request {
	const char *state, *task, *name, *lost, *outcome, *at;
	char **words;
	size_t count;
};

static void
print_record(const struct cli_store *store, const char *name, const json_t *record)
{
	char from[TIME_TEXT_SIZE], until[TIME_TEXT_SIZE], ended[TIME_TEXT_SIZE];

	if (!json_is_object(record))
		return;
	printf("  %s from %s", name, cli_local(store, record, "from", from));
	if (*cli_text(record, "until"))
		printf(" until %s", cli_local(store, record, "until", until));
	if (*cli_text(record, "ended_at"))
		printf(", ended %s (%s)", cli_local(store, record, "ended_at", ended), cli_text(record, "because"));
	putchar('\n');
}

static int
print_item(struct cli *cli, const struct cli_store *store, json_t *item)
{
	const json_t *task;
	char due[TIME_TEXT_SIZE];
	size_t i;

	if (cli->json)
		return cli_print_json(json_incref(item));
	printf("person %lld%s\n", (long long)json_integer_value(json_object_get(item, "person")),
		json_is_true(json_object_get(item, "lost")) ? ": lost to follow-up" : "");
	print_record(store, "quarantine", json_object_get(item, "quarantine"));
	print_record(store, "monitoring", json_object_get(item, "monitoring"));
	print_record(store, "isolation", json_object_get(item, "isolation"));
	json_array_foreach(json_object_get(item, "tasks"), i, task)
	{
		printf("  %s %s of %s, due %s\n", cli_text(task, "state"), cli_text(task, "task"), cli_text(task, "day"),
			cli_local(store, task, "due", due));
	}
	return EXIT_DONE;
}

static int
list(struct cli *cli, struct cli_store *store, const struct request *request)
{
	const struct console_follow_ups filter = {
		.name = request->name, .task = request->task, .state = request->state, .lost = request->lost != NULL};
	char cursor[CONSOLE_CURSOR_SIZE] = "";
	struct error e = {0};
	int code = EXIT_DONE;

	do {
		json_t *page = NULL, *item;
		size_t i;

		if (console_follow_ups_page(store->registry, &filter, *cursor ? cursor : NULL, CONSOLE_PAGE_MAX, &page, &e) < 0)
			return cli_fail(&e);
		json_array_foreach(json_object_get(page, "items"), i, item)
		{
			if (code == EXIT_DONE)
				code = print_item(cli, store, item);
		}
		snprintf(cursor, sizeof cursor, "%s", cli_text(page, "next"));
		json_decref(page);
	} while (*cursor && code == EXIT_DONE);
	return code;
}

static int
show(struct cli *cli, struct cli_store *store, person_number person)
{
	struct error e = {0};
	json_t *item = NULL;
	int code;

	if (console_follow_up(store->registry, person, &item, &e) < 0)
		return cli_fail(&e);
	code = print_item(cli, store, item);
	json_decref(item);
	return code;
}

static int
report(struct cli *cli, struct cli_store *store, person_number person, const struct request *request)
{
	struct registry_task_report done = {.person = person,
		.task = request->words[2],
		.outcome = request->outcome ? request->outcome : "reached",
		.by = store->has_user ? store->user.name : NULL,
		.at = registry_recording_time(store->registry)};
	struct error e = {0};
	int code;

	if (request->at && (code = cli_time(cli, store, "at", request->at, &done.at)))
		return code;
	if ((code = registry_task_report_put(store->registry, &done, &e)) < 0)
		return cli_fail(&e);
	if (cli->json)
		return cli_print_json(json_pack("{s:I, s:s, s:s, s:b}", "person", (json_int_t)person, "task", done.task,
			"outcome", done.outcome, "new", code == 1));
	printf("%s: %s\n", done.task, code == 1 ? done.outcome : "reported before");
	return EXIT_DONE;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	struct request request = {0};
	const struct cli_option options[] = {{"state", OPTION_VALUE, &request.state}, {"task", OPTION_VALUE, &request.task},
		{"case", OPTION_VALUE, &request.name}, {"lost", OPTION_FLAG, &request.lost},
		{"outcome", OPTION_VALUE, &request.outcome}, {"at", OPTION_VALUE, &request.at}};
	bool lists, shows, reports;
	person_number person;
	struct cli_store store;
	int code = cli_options(cli, options, sizeof options / sizeof *options, argc, argv, &request.words, &request.count);

	if (code)
		return code;
	lists = request.count == 1 && strcmp(request.words[0], "list") == 0;
	shows = request.count == 2 && strcmp(request.words[0], "show") == 0;
	reports = request.count == 3 && strcmp(request.words[0], "report") == 0;
	if (!lists && !shows && !reports)
		return cli_usage(cli, "what to do: list, show ID or report ID TASK");
	if ((code = cli_store_open(cli, reports, &store)))
		goto out;
	if (lists)
		code = list(cli, &store, &request);
	else if ((code = cli_person(&store, request.words[1], &person)) == 0)
		code = shows ? show(cli, &store, person) : report(cli, &store, person, &request);
out:
	cli_store_close(&store);
	return code;
}

const struct command command_task = {
	.name = "task",
	.summary = "whom to follow up: quarantine, isolation, and what is to be done",
	.usage =
		"task list [--case C] [--task T] [--state S] [--lost] | show ID | report ID call|checkin [--outcome O] [--at T]",
	.help =
		"Contacts in quarantine and cases in isolation, by the pack's section follow_up (docs/packs.md), each with its end, and\n"
		"the contacts' tasks: a call, tests on days, a check-in a day. They follow from what is stored, so a case that is\n"
		"discarded takes its contacts' tasks away. A test is done by a laboratory's result, a check-in also by the person.\n\n"
		"  --case C     contacts of that case\n"
		"  --task T     call, test or checkin\n"
		"  --state S    planned, open, missed or done\n"
		"  --lost       those of whom as many check-ins in a row are missed as the pack says\n"
		"  --outcome O  reached (default), not-reached or refused; only what was reached is done\n"
		"  --at T       when it was done (default: now)\n",
	.run = run,
};
