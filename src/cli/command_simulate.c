#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "simulate/simulate.h"

enum { CITY_DEFAULT = 330100, SEED_DEFAULT = 1 };

struct words {
	const char *people, *days, *seed, *from, *city, *centre, *pings, *out;
};

static bool
read_number(const char *text, int64_t least, int64_t most, int64_t *ret_number)
{
	return text_integer(text, strlen(text), least, most, ret_number);
}

/* The first day: as asked, or so that the last one is the clock's. */
static int
read_from(struct cli *cli, const struct words *words, struct simulate_options *options)
{
	instant now = time_now();
	struct error e = {0};

	if (words->from)
		return day_read(words->from, strlen(words->from), &options->from, &e) < 0
			? cli_usage(cli, "--from is a date such as 2020-03-11, not '%s'", words->from)
			: 0;
	if (cli->now_text && time_read(cli->now_text, strlen(cli->now_text), &simulate_zone, &now, &e) < 0)
		return cli_usage(cli, "--now is not a time: %s", e.message);
	options->from = zone_day(&simulate_zone, now) - (day_number)options->days + 1;
	return 0;
}

static int
read_centre(struct cli *cli, const char *text, struct simulate_options *options)
{
	const char *comma = strchr(text, ',');
	int64_t latitude, longitude;

	if (!comma || !text_decimal(text, (size_t)(comma - text), 7, &latitude) ||
		!text_decimal(comma + 1, strlen(comma + 1), 7, &longitude) || latitude < -900000000 || latitude > 900000000 ||
		longitude < -1800000000 || longitude > 1800000000)
		return cli_usage(cli, "--centre is LATITUDE,LONGITUDE in degrees, not '%s'", text);
	options->positioned = true;
	options->latitude_e7 = (int32_t)latitude;
	options->longitude_e7 = (int32_t)longitude;
	return 0;
}

static int
read_options(struct cli *cli, const struct words *words, struct simulate_options *options)
{
	int64_t people, days, seed = SEED_DEFAULT, city = CITY_DEFAULT, pings = 0;
	int code;

	if (!words->people || !words->days || !words->out)
		return cli_usage(cli, "--people, --days and --out are needed");
	if (!read_number(words->people, 1, SIMULATE_PEOPLE_MAX, &people))
		return cli_usage(cli, "--people is 1 to %d, not '%s'", SIMULATE_PEOPLE_MAX, words->people);
	if (!read_number(words->days, 1, SIMULATE_DAYS_MAX, &days))
		return cli_usage(cli, "--days is 1 to %d, not '%s'", SIMULATE_DAYS_MAX, words->days);
	if (words->seed && !read_number(words->seed, 0, INT64_MAX, &seed))
		return cli_usage(cli, "--seed is a whole number, not '%s'", words->seed);
	if (words->city && !read_number(words->city, 100000, 999999, &city))
		return cli_usage(cli, "--city is a division's code of six digits, not '%s'", words->city);
	if (words->pings && (!words->centre || !read_number(words->pings, 1, SIMULATE_PING_MINUTES_MAX, &pings)))
		return cli_usage(
			cli, "--pings is 1 to %d minutes, not '%s', and needs --centre", SIMULATE_PING_MINUTES_MAX, words->pings);
	options->ping_minutes = (uint32_t)pings;
	options->people = (uint32_t)people;
	options->days = (uint32_t)days;
	options->seed = (uint64_t)seed;
	options->division = (uint32_t)city;
	if (words->centre && (code = read_centre(cli, words->centre, options)))
		return code;
	return read_from(cli, words, options);
}

static int
answer(struct cli *cli, const struct simulate_summary *summary)
{
	if (cli->json)
		return cli_print_json(json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "people",
			(json_int_t)summary->people, "places", (json_int_t)summary->places, "stays", (json_int_t)summary->stays,
			"checkins", (json_int_t)summary->checkins, "visits", (json_int_t)summary->visits, "cases",
			(json_int_t)summary->cases, "infections", (json_int_t)summary->infections, "pings",
			(json_int_t)summary->pings));
	printf("%zu people, %zu places, %zu stays, %zu checkins, %zu visits, %zu cases, %zu infections", summary->people,
		summary->places, summary->stays, summary->checkins, summary->visits, summary->cases, summary->infections);
	if (summary->pings)
		printf(", %zu pings", summary->pings);
	putchar('\n');
	return EXIT_DONE;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	struct words words = {0};
	const struct cli_option options[] = {
		{"people", OPTION_VALUE, &words.people},
		{"days", OPTION_VALUE, &words.days},
		{"seed", OPTION_VALUE, &words.seed},
		{"from", OPTION_VALUE, &words.from},
		{"city", OPTION_VALUE, &words.city},
		{"centre", OPTION_VALUE, &words.centre},
		{"pings", OPTION_VALUE, &words.pings},
		{"out", OPTION_VALUE, &words.out},
	};
	struct simulate_options simulation = {0};
	struct simulate_summary summary;
	struct error e = {0};
	size_t count;
	int code;

	if ((code = cli_options(cli, options, sizeof options / sizeof *options, argc, argv, &argv, &count)) ||
		(code = cli_refuse_times(cli, CLI_KNOWN)))
		return code;
	if (count > 0)
		return cli_usage(cli, "'%s' is one word too many", argv[0]);
	if ((code = read_options(cli, &words, &simulation)))
		return code;
	if (simulate_write(&simulation, words.out, &summary, &e) < 0)
		return cli_fail(&e);
	return answer(cli, &summary);
}

const struct command command_simulate = {
	.name = "simulate",
	.summary = "make a synthetic city as import files, with the truth beside them",
	.usage = "simulate --people N --days D [--seed S] [--from DATE] [--city DIVISION] [--centre LATITUDE,LONGITUDE] "
			 "[--pings MINUTES] --out DIR",
	.help =
		"Writes residents.csv, places.csv, stays.csv, checkins.csv, visits.csv and cases.csv to DIR, each for\n"
		"'healthcode import' of that kind, and truth/infections.csv: who infected whom, where and when.\n"
		"Nobody in it exists. The same options give the same bytes.\n"
		"\n"
		"  --people N    how many live there, 1 to 2000000\n"
		"  --days D      how many days, 1 to 366\n"
		"  --seed S      another city of the same kind (default 1)\n"
		"  --from DATE   the first day (default: so that the last one is today, or --now's)\n"
		"  --city CODE   a city of GB/T 2260 (default 330100)\n"
		"  --centre LATITUDE,LONGITUDE  where places lie around (default: they have no position)\n"
		"  --pings MINUTES  phones tell so often where they are: devices.csv, towers.csv (places), pings.csv (positions)\n"
		"                and signals.csv (base stations), with noise, to be imported instead of stays.csv, their truth\n"
		"  --out DIR     the folder, made if it is missing; files of those names are replaced\n",
	.run = run,
};
