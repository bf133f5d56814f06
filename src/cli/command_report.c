#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/store.h"
#include "console/console.h"
#include "report/report.h"

enum { USUAL_DAYS = 14, BASELINE_DAYS = 28 };

struct asked {
	const char *format, *by, *from, *to, *baseline, *level, *division;
	const struct division *within;
};

/* A day, or the default where none is given. */
static int
read_day(const struct cli *cli, const char *option, const char *text, size_t length, day_number *day)
{
	struct error e = {0};

	if (text && day_read(text, length, day, &e) < 0)
		return cli_usage(cli, "%s is a day, such as 2020-03-24", option);
	return 0;
}

static int
read_level(const struct cli *cli, const char *text, enum division_level *ret_level)
{
	static const char *const names[] = {"province", "city", "county"};

	*ret_level = DIVISION_CITY;
	if (!text)
		return 0;
	for (int i = 0; i < 3; i++)
		if (strcmp(text, names[i]) == 0) {
			*ret_level = (enum division_level)(DIVISION_PROVINCE + i);
			return 0;
		}
	return cli_usage(cli, "--level is province, city or county");
}

/* The days of a report and those that it is compared with: the last two weeks, and what the pack says, else the four weeks before. */
static int
read_span(const struct cli *cli, struct cli_store *store, const struct asked *asked, struct report_span *span)
{
	struct report_parameters parameters;
	const char *dots = asked->baseline ? strstr(asked->baseline, "..") : NULL;
	const struct pack *pack;
	struct error e = {0};
	int code;

	if ((code = cli_pack(store, NULL, &pack)))
		return code;
	if (report_parameters_read(pack_section(pack, "report"), &parameters, &e) < 0)
		return cli_fail(&e);
	*span = (struct report_span){.within = asked->within};
	span->to = zone_day(cli_zone(store), registry_now(store->registry)) - 1;
	if ((code = read_level(cli, asked->level, &span->level)) ||
		(code = read_day(cli, "--to", asked->to, asked->to ? strlen(asked->to) : 0, &span->to)))
		return code;
	span->from = span->to - (USUAL_DAYS - 1);
	if ((code = read_day(cli, "--from", asked->from, asked->from ? strlen(asked->from) : 0, &span->from)))
		return code;
	span->baseline_from = parameters.has_baseline ? parameters.baseline_from : span->from - BASELINE_DAYS;
	span->baseline_to = parameters.has_baseline ? parameters.baseline_to : span->from - 1;
	if (!asked->baseline)
		return 0;
	if (!dots)
		return cli_usage(cli, "--baseline is two days with two dots between, such as 2020-01-03..2020-02-06");
	if ((code = read_day(cli, "--baseline", asked->baseline, (size_t)(dots - asked->baseline), &span->baseline_from)))
		return code;
	return read_day(cli, "--baseline", dots + 2, strlen(dots + 2), &span->baseline_to);
}

static int
make_curve(const struct cli *cli, struct cli_store *store, const struct asked *asked, json_t **ret_report)
{
	struct console_cases filter = {
		.by = CONSOLE_ONSET, .from = INT64_MIN, .to = INT64_MAX, .division = asked->division, .linked = CONSOLE_ANY};
	day_number from = 0, to = 0;
	struct error e = {0};
	int code;

	if (asked->by && !console_date_read(asked->by, &filter.by))
		return cli_usage(cli, "--by is onset, sampled or reported");
	if ((code = read_day(cli, "--from", asked->from, asked->from ? strlen(asked->from) : 0, &from)) ||
		(code = read_day(cli, "--to", asked->to, asked->to ? strlen(asked->to) : 0, &to)))
		return code;
	if (asked->from)
		filter.from = zone_day_start(cli_zone(store), from);
	if (asked->to)
		filter.to = zone_day_start(cli_zone(store), to + 1);
	return console_curve(store->registry, &filter, ret_report, &e) < 0 ? cli_fail(&e) : 0;
}

static int
make(const struct cli *cli, struct cli_store *store, enum report_kind kind, const struct asked *asked,
	json_t **ret_report)
{
	struct report_span span;
	struct error e = {0};
	int code;

	if (kind == REPORT_CURVE)
		return make_curve(cli, store, asked, ret_report);
	if (kind == REPORT_CASES)
		return report_cases(store->cascade, asked->within, ret_report, &e) < 0 ? cli_fail(&e) : 0;
	if ((code = read_span(cli, store, asked, &span)))
		return code;
	return (kind == REPORT_MOBILITY ? report_mobility : report_distancing)(store->cascade, &span, ret_report, &e) < 0
		? cli_fail(&e)
		: 0;
}

static int
check_asked(const struct cli *cli, char **words, size_t count, struct asked *asked, enum report_kind *ret_kind,
	enum report_format *ret_format)
{
	if (count != 1 || !report_kind_read(words[0], ret_kind))
		return cli_usage(cli, "cases, curve, mobility or distancing");
	*ret_format = cli->json || *ret_kind != REPORT_CASES ? REPORT_JSON : REPORT_GEOJSON;
	if (asked->format && !report_format_read(asked->format, ret_format))
		return cli_usage(cli, "--format is json, csv, svg or (of cases) geojson");
	if (!report_has_format(*ret_kind, *ret_format))
		return cli_usage(cli, "%s are of no places: json, csv and svg there are", words[0]);
	if (asked->division && !(asked->within = division_called(asked->division)))
		return cli_usage(cli, "'%s' is no division, or more than one is called so", asked->division);
	if ((asked->by && *ret_kind != REPORT_CURVE) ||
		((asked->level || asked->baseline) && *ret_kind != REPORT_MOBILITY && *ret_kind != REPORT_DISTANCING) ||
		((asked->from || asked->to) && *ret_kind == REPORT_CASES))
		return cli_usage(cli, "%s has no such option", words[0]);
	return 0;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	struct asked asked = {0};
	const struct cli_option options[] = {{"format", OPTION_VALUE, &asked.format}, {"by", OPTION_VALUE, &asked.by},
		{"from", OPTION_VALUE, &asked.from}, {"to", OPTION_VALUE, &asked.to},
		{"baseline", OPTION_VALUE, &asked.baseline}, {"level", OPTION_VALUE, &asked.level},
		{"division", OPTION_VALUE, &asked.division}};
	struct buffer output = buffer_make(REPORT_OUTPUT_MAX);
	char division[AREA_CODE_SIZE];
	struct cli_store store = {0};
	json_t *report = NULL;
	enum report_format format = REPORT_JSON;
	enum report_kind kind = REPORT_CASES;
	struct error e = {0};
	size_t count;
	char **words;
	int code = cli_options(cli, options, sizeof options / sizeof *options, argc, argv, &words, &count);

	if (code || (code = check_asked(cli, words, count, &asked, &kind, &format)))
		return code;
	if (asked.within) {
		snprintf(division, sizeof division, "%06u", (unsigned)asked.within->code);
		asked.division = division;
	}
	if ((code = cli_store_open(cli, false, &store)) || (code = make(cli, &store, kind, &asked, &report)))
		goto out;
	if (report_write(kind, report, format, &output, &e) < 0)
		code = cli_fail(&e);
	else if (fwrite(buffer_text(&output), 1, output.length, stdout) != output.length)
		code = EXIT_FAILED;
out:
	json_decref(report);
	buffer_free(&output);
	cli_store_close(&store);
	return code;
}

const struct command command_report = {
	.name = "report",
	.summary = "what everybody may know: places where cases were, the curve, movement",
	.usage = "report cases|curve|mobility|distancing [--format json|csv|geojson|svg] [--division D] ...",
	.help =
		"Aggregates that are safe to publish; nobody is in them (docs/privacy.md).\n\n"
		"  cases       places where cases were while infectious, by time, of kinds where strangers meet, until some days after\n"
		"              (the pack's section \"report\"); GeoJSON unless told otherwise\n"
		"  curve       cases by day\n"
		"  mobility    people at places of each kind a day, with noise, against the same weekdays of a time before\n"
		"  distancing  who was nowhere but at home, and hours away from home, likewise\n\n"
		"  --format F         json, csv, svg, and of cases geojson\n"
		"  --division D       only there: a code, or a name that only one division has\n"
		"  --by M             curve: by onset (default), sampled or reported\n"
		"  --from D, --to D   curve, mobility, distancing: local days, both in it (default of the last two: the two weeks that end\n"
		"                     yesterday)\n"
		"  --baseline D..D    mobility, distancing: the days to compare with (default: the pack's, else the four weeks before)\n"
		"  --level L          mobility, distancing: by province, city (default) or county\n",
	.run = run,
};
