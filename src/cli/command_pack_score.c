/* "pack score": how the rules in force did. */

#include <stdio.h>

#include "cli/command_pack.h"
#include "cli/progress.h"
#include "cli/store.h"
#include "rehearse/rehearse.h"

static long long
number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

/* How many of the appeals about a rule, or about all, ended so. */
static long long
appeals(const json_t *object, const char *state)
{
	return number(json_object_get(object, "appeals"), state);
}

static void
print_report(const json_t *report)
{
	const json_t *rule;
	size_t i;

	printf("%s %.12s, as of %s\n", json_string_value(json_object_get(report, "jurisdiction")),
		json_string_value(json_object_get(report, "policy")), json_string_value(json_object_get(report, "now")));
	printf("%lld people, %lld found positive; %lld never stopped, of whom %lld were positive\n",
		number(report, "people"), number(report, "positive"), number(report, "never_stopped"),
		number(report, "never_stopped_positive"));
	printf("appeals: %lld upheld, %lld rejected, %lld open, %lld withdrawn\n", appeals(report, "upheld"),
		appeals(report, "rejected"), appeals(report, "open"), appeals(report, "withdrawn"));
	printf("\n%-32s%10s%12s%16s%16s%16s%10s%8s\n", "stopped by", "people", "person-days", "later positive",
		"contests upheld", "appeals upheld", "rejected", "open");
	json_array_foreach(json_object_get(report, "rules"), i, rule)
	{
		printf("  %-30s%10lld%12lld%16lld%16lld%16lld%10lld%8lld\n", json_string_value(json_object_get(rule, "rule")),
			number(rule, "people"), number(rule, "person_days"), number(rule, "later_positive"),
			number(rule, "contests_upheld"), appeals(rule, "upheld"), appeals(rule, "rejected"), appeals(rule, "open"));
	}
	if (number(report, "failed"))
		cli_say("the pack cannot decide %lld", number(report, "failed"));
}

int
pack_score(struct cli *cli, int argc, char **argv)
{
	const struct registry_where where = {.data = cli->data, .database = cli->database, .presence = cli->presence};
	struct progress_bar bar = progress_begin(cli, "scoring");
	const struct pack *pack;
	struct cli_store store;
	struct error e = {0};
	json_t *report = NULL;
	size_t count;
	char **words;
	int r, code = cli_options(cli, NULL, 0, argc, argv, &words, &count);

	if (code)
		return code;
	if (count > 1)
		return cli_usage(cli, "score takes one pack, or none");
	if ((code = cli_store_open(cli, false, &store)))
		goto out;
	if ((count ? rehearse_pack(store.registry, words[0], &pack, &e) : registry_pack(store.registry, NULL, &pack, &e)) <
		0) {
		code = cli_fail(&e);
		goto out;
	}
	r = rehearse_score(
		&(struct rehearse_options){
			.registry = store.registry, .where = &where, .progress = progress_show, .context = &bar},
		pack, &report, &e);
	progress_end(&bar);
	if (r < 0)
		code = cli_fail(&e);
	else if (cli->json)
		code = cli_print_json(json_incref(report));
	else
		print_report(report);
out:
	json_decref(report);
	cli_store_close(&store);
	return code;
}
