#include "cli/import_hold.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct office_actor *
import_actor(const struct cli *cli, const struct cli_store *store, struct office_actor *actor)
{
	*actor = (struct office_actor){cli->as, getenv("HEALTHCODE_TOKEN")};
	return store->has_user && actor->password ? actor : NULL;
}

int
import_hold(struct cli *cli, const struct office_import *held, const char *file)
{
	struct error e = {0};
	int64_t number;

	if (office_import_hold(held, file, &number, &e) < 0)
		return cli_fail(&e);
	if (cli->json)
		cli_print_json(json_pack("{s:s, s:s, s:I, s:I, s:s}", "kind", held->kind, "file", file, "people",
			(json_int_t)held->people, "proposal", (json_int_t)number, "state", office_state_name(OFFICE_PROPOSED)));
	else
		printf("%s: held as proposal %" PRId64 ": it would worsen the colours of %" PRId64
			   " people; a user of another office %s\n",
			file, number, held->people,
			strcmp(held->kind, "undo") == 0 ? "undoes the same import" : "imports the same");
	return EXIT_NO;
}
