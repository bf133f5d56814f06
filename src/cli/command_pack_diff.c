/* "pack diff": who would change colour. */

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/command_pack.h"
#include "cli/progress.h"
#include "cli/store.h"
#include "rehearse/rehearse.h"

static const char *const colours[] = {"green", "yellow", "red", "gray"};

enum { COLOURS = sizeof colours / sizeof *colours };

static long long
number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

static void
print_matrix(const json_t *matrix)
{
	printf("\n%-12s", "old \\ new");
	for (size_t to = 0; to < COLOURS; to++)
		printf("%10s", colours[to]);
	printf("\n");
	for (size_t from = 0; from < COLOURS; from++) {
		printf("  %-10s", colours[from]);
		for (size_t to = 0; to < COLOURS; to++)
			printf("%10lld", number(json_object_get(matrix, colours[from]), colours[to]));
		printf("\n");
	}
}

static void
print_rules(const json_t *rules)
{
	const json_t *rule;
	size_t i;

	printf("\n%-32s%10s%10s%10s%10s\n", "by rule", "old", "new", "only old", "only new");
	json_array_foreach((json_t *)rules, i, rule)
	{
		printf("  %-30s%10lld%10lld%10lld%10lld\n", json_string_value(json_object_get(rule, "rule")),
			number(rule, "old"), number(rule, "new"), number(rule, "only_old"), number(rule, "only_new"));
	}
}

static void
print_areas(const json_t *areas)
{
	const json_t *area;
	size_t i;

	printf("\n%-32s%10s%10s%10s%10s\n", "by residence", "people", "changed", "stopped", "freed");
	json_array_foreach((json_t *)areas, i, area)
	{
		const char *code = json_string_value(json_object_get(area, "area"));
		const char *name = json_string_value(json_object_get(json_object_get(area, "name"), "en"));

		printf("  %-8s%-22s%10lld%10lld%10lld%10lld\n", code ? code : "",
			name       ? name
				: code ? ""
					   : "elsewhere",
			number(area, "people"), number(area, "changed"), number(area, "stopped"), number(area, "freed"));
	}
}

static void
print_groups(const json_t *report)
{
	const json_t *group, *days = json_object_get(report, "person_days"), *ratio;
	size_t i;

	printf("\n%-32s%10s%10s%10s%10s%10s\n", "whom it stops", "people", "stopped", "the rest", "stopped", "ratio");
	json_array_foreach(json_object_get(report, "by_group"), i, group)
	{
		ratio = json_object_get(group, "ratio_percent");
		printf("  %-30s%10lld%10lld%10lld%10lld", json_string_value(json_object_get(group, "group")),
			number(group, "people"), number(group, "stopped"), number(group, "rest_people"),
			number(group, "rest_stopped"));
		if (json_is_integer(ratio))
			printf("%7lld.%02lld\n", (long long)json_integer_value(ratio) / 100,
				(long long)json_integer_value(ratio) % 100);
		else
			printf("%10s\n", "-");
	}
	printf("\nperson-days in which somebody could not pass: %lld, and %lld by the new pack\n", number(days, "old"),
		number(days, "new"));
}

static void
print_truth(const json_t *truth)
{
	static const struct {
		const char *name, *text;
	} rows[] = {{"averted_directly", "infections averted then and there"},
		{"averted", "... and those that follow from them"},
		{"held_when_infectious", "held when they became infectious"}, {"person_days", "person-days held"},
		{"person_days_not_infected", "... of people never infected"}};

	if (!truth)
		return;
	printf("\nin truth: %lld infections, %lld from elsewhere %9s%10s\n", number(truth, "infections"),
		number(truth, "from_elsewhere"), "old", "new");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		printf("  %-40s%10lld%10lld\n", rows[i].text, number(json_object_get(truth, "old"), rows[i].name),
			number(json_object_get(truth, "new"), rows[i].name));
}

static void
print_ids(const json_t *ids)
{
	const json_t *id;
	size_t i;

	json_array_foreach((json_t *)ids, i, id) printf("%s%s", i ? " " : "", json_string_value(id));
}

static void
print_samples(const json_t *samples)
{
	const json_t *sample;
	size_t i;

	if (json_array_size(samples))
		printf("\nsamples\n");
	json_array_foreach((json_t *)samples, i, sample)
	{
		printf("  #%lld  %s (", number(sample, "person"), json_string_value(json_object_get(sample, "from")));
		print_ids(json_object_get(sample, "old"));
		printf(") -> %s (", json_string_value(json_object_get(sample, "to")));
		print_ids(json_object_get(sample, "new"));
		printf(")\n");
	}
}

static void
print_failed(const json_t *report, const char *which)
{
	const json_t *failed = json_object_get(json_object_get(report, "failed"), which);

	if (number(failed, "people") > 0)
		cli_say("the %s pack cannot decide %lld: %s", which, number(failed, "people"),
			json_string_value(json_object_get(failed, "reason")));
}

static void
print_report(const json_t *report)
{
	const json_t *before = json_object_get(report, "old"), *after = json_object_get(report, "new");

	printf("%s %.12s -> %s %.12s, as of %s\n", json_string_value(json_object_get(before, "jurisdiction")),
		json_string_value(json_object_get(before, "policy")), json_string_value(json_object_get(after, "jurisdiction")),
		json_string_value(json_object_get(after, "policy")), json_string_value(json_object_get(report, "now")));
	printf("%lld people: %lld would change colour, %lld could no longer pass, %lld could pass again\n",
		number(report, "people"), number(report, "changed"), number(report, "stopped"), number(report, "freed"));
	print_matrix(json_object_get(report, "matrix"));
	print_rules(json_object_get(report, "by_rule"));
	print_areas(json_object_get(report, "by_area"));
	print_groups(report);
	print_truth(json_object_get(report, "truth"));
	print_samples(json_object_get(report, "samples"));
}

/* 1 says that the packs differ in somebody's colour, 3 that the new one fails on somebody. */
static int
answer(struct cli *cli, json_t *report)
{
	bool fails = number(json_object_get(json_object_get(report, "failed"), "new"), "people") > 0,
		 differs = number(report, "changed") > 0;

	if (cli->json) {
		int code = cli_print_json(json_incref(report));

		if (code != EXIT_DONE)
			return code;
	} else {
		print_report(report);
	}
	print_failed(report, "old");
	print_failed(report, "new");
	return fails ? EXIT_BAD_INPUT : differs ? EXIT_NO : EXIT_DONE;
}

static int
read_number(struct cli *cli, const char *name, const char *text, int64_t least, int64_t most, int64_t *value)
{
	if (!text || text_integer(text, strlen(text), least, most, value))
		return 0;
	return cli_usage(cli, "--%s is a number from %lld to %lld", name, (long long)least, (long long)most);
}

int
pack_diff(struct cli *cli, int argc, char **argv)
{
	const char *workers_text = NULL, *seed_text = NULL, *samples_text = NULL, *truth = NULL;
	const struct cli_option options[] = {{"workers", OPTION_VALUE, &workers_text}, {"seed", OPTION_VALUE, &seed_text},
		{"samples", OPTION_VALUE, &samples_text}, {"truth", OPTION_VALUE, &truth}};
	const struct registry_where where = {.data = cli->data, .database = cli->database, .presence = cli->presence};
	struct progress_bar bar = progress_begin(cli, "rehearsing");
	int64_t workers = 0, seed = 1, samples = REHEARSE_SAMPLES;
	const struct pack *before, *after;
	struct cli_store store;
	struct error e = {0};
	json_t *report = NULL;
	size_t count;
	char **words;
	int r, code = cli_options(cli, options, 4, argc, argv, &words, &count);

	if (code || (code = read_number(cli, "workers", workers_text, 1, REHEARSE_WORKERS_MAX, &workers)) ||
		(code = read_number(cli, "seed", seed_text, 0, INT64_MAX, &seed)) ||
		(code = read_number(cli, "samples", samples_text, 0, REHEARSE_SAMPLES_MAX, &samples)))
		return code;
	if (count != 2)
		return cli_usage(cli, "diff needs two packs: OLD NEW");
	if ((code = cli_store_open(cli, false, &store)))
		goto out;
	if (rehearse_pack(store.registry, words[0], &before, &e) < 0 ||
		rehearse_pack(store.registry, words[1], &after, &e) < 0) {
		code = cli_fail(&e);
		goto out;
	}
	r = rehearse_packs(&(struct rehearse_options){.registry = store.registry,
						   .where = &where,
						   .workers = (unsigned)workers,
						   .seed = (uint64_t)seed,
						   .samples = (size_t)samples,
						   .truth = truth,
						   .progress = progress_show,
						   .context = &bar},
		before, after, &report, &e);
	progress_end(&bar);
	code = r < 0 ? cli_fail(&e) : answer(cli, report);
out:
	json_decref(report);
	cli_store_close(&store);
	return code;
}
