#include "cli/ledger_verify.h"

#include <stdio.h>

#include "feed/feed.h"

int
cli_ledger_verify(struct cli_store *store, struct ledger_verdict *ret_verdict, struct error *e)
{
	int64_t change, import, given;
	int r;

	if ((r = ledger_verify(registry_db(store->registry), ret_verdict, e)) < 0 || ret_verdict->wrong >= 0)
		return r;
	if ((r = cascade_verify_evaluations(store->cascade, &change, e)) < 0 ||
		(r = feed_verify_imports(store->registry, &import, e)) < 0 ||
		(r = registry_verify_given(store->registry, &given, e)) < 0)
		return r;

	const struct {
		int64_t wrong;
		const char *reason;
	} kept[] = {{change, "its changes of colour are not those that it commits to"},
		{import, "its import is not the one that it tells of"},
		{given, "its evidence is not what it commits to, or there is evidence without an entry before it"}};

	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		if (kept[i].wrong >= 0 && (ret_verdict->wrong < 0 || kept[i].wrong < ret_verdict->wrong)) {
			ret_verdict->wrong = kept[i].wrong;
			snprintf(ret_verdict->reason, sizeof ret_verdict->reason, "%s", kept[i].reason);
		}
	return 0;
}
