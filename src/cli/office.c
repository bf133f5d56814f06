#include "cli/office.h"

#include <stdlib.h>
#include <string.h>

struct office
cli_office(const struct cli_store *store)
{
	return (struct office){.cascade = store->cascade, .issuer = store->issuer};
}

int
cli_actor_signs(struct cli *cli, struct office_actor *ret_actor)
{
	const char *password = getenv("HEALTHCODE_TOKEN");

	if (!cli->as || !password)
		return cli_usage(cli, "this is signed: --as USER, with the password in $HEALTHCODE_TOKEN");
	*ret_actor = (struct office_actor){.name = cli->as, .password = password};
	return 0;
}

int
cli_time(struct cli *cli, struct cli_store *store, const char *option, const char *text, instant *ret_time)
{
	const struct pack *pack;
	struct error e = {0};
	int code = cli_pack(store, NULL, &pack);

	if (code)
		return code;
	if (time_read(text, strlen(text), pack_zone(pack), ret_time, &e) < 0)
		return cli_usage(cli, "--%s: %s", option, e.message);
	return 0;
}
