/* What is measured on the truth: of the stays and contacts of a simulated city, and of the Korean pairs of who infected whom, how
 * many are found, and how many of those found are true. The conformance tests measure it and print a line for each figure
 * (tests/conformance/figure.h); here they are run, and their figures reported like others. They are counts: neither the
 * machine nor how the tests are built changes them. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"

enum { LINE_MAX_BYTES = 512, PARTS = 7 };

/* Return whether the line is a figure. */
static bool
report(char *line)
{
	char *parts[PARTS] = {NULL};

	line[strcspn(line, "\n")] = '\0';
	for (int i = 0; i < PARTS; i++)
		if (!(parts[i] = strsep(&line, "|")))
			return false;
	if (strcmp(parts[0], "figure") != 0)
		return false;
	bench_figure("truth", parts[1], atof(parts[2]), parts[3], parts[4], atof(parts[5]), atof(parts[6]));
	return true;
}

static void
run(const char *test)
{
	char command[256], line[LINE_MAX_BYTES];
	size_t figures = 0;
	FILE *output;

	snprintf(command, sizeof command, "build-test/tests/conformance/%s 2>/dev/null", test);
	if (!(output = popen(command, "r")))
		bench_fail("cannot run a test");
	while (fgets(line, sizeof line, output))
		figures += report(line);
	if (pclose(output) != 0 || figures == 0) {
		snprintf(line, sizeof line, "%s fails, or says nothing", test);
		bench_fail(line);
	}
}

void
bench_truth(void)
{
	const char *data = getenv("HEALTHCODE_EXTRA_DATA");

	run("truth_test");
	run("city_test");
	if (data)
		run("korea_test");
	else
		fprintf(stderr, "bench: HEALTHCODE_EXTRA_DATA names no folder: nothing is measured on the Korean routes\n");
}
