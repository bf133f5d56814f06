#include "cli/code_revoke.h"

#include <string.h>

#include "base/text.h"
#include "cli/store.h"
#include "ledger/ledger.h"

/* A code that was found is revoked by its id; nobody need know whose it is. */
static int
revoke_text(struct cli_store *store, const char *text, instant now, const char **ret_jurisdiction, struct error *e)
{
	static struct code_claims claims;
	const struct trust *trust;
	enum code_cause cause;
	int r;

	if ((r = issuer_trust(store->issuer, now, &trust, e)) < 0 ||
		(r = code_verify(text, strlen(text), trust, now, &claims, &cause, e)) < 0)
		return r;
	if (!claims.issuer[0])
		return error_set(e, ERROR_BAD_INPUT, "not a code of this store: %s", code_cause_name(cause));
	*ret_jurisdiction = claims.issuer;
	return issuer_revoke_code(store->issuer, claims.id, claims.expires_at, now, e);
}

/* The revocation and the ledger's entry of who did it are one; whose code it is stands in neither. */
static int
revoke(struct cli_store *store, const struct pack *pack, const char *text, person_number person, struct error *e)
{
	instant now = registry_recording_time(store->registry);
	const char *jurisdiction = pack ? pack_jurisdiction(pack) : "";
	int r;

	if ((r = registry_begin(store->registry, e)) < 0)
		return r;
	r = text ? revoke_text(store, text, now, &jurisdiction, e)
			 : issuer_revoke_person(store->issuer, jurisdiction, person, gate_code_lifetime(pack), now, e);
	if (r == 0 && !text)
		r = peer_withdraw(store->issuer, jurisdiction, person, now, e);
	if (r < 0 ||
		(r = ledger_append_json(registry_db(store->registry), now, "code.revoked",
			 json_pack("{s:s, s:s}", "by", cli_actor(store), "jurisdiction", jurisdiction), NULL, e)) < 0)
		registry_rollback(store->registry);
	else
		r = registry_commit(store->registry, e);
	return r;
}

int
code_revoke_run(struct cli *cli, int argc, char **argv)
{
	const char *name = NULL;
	const struct cli_option options[] = {{"pack", OPTION_VALUE, &name}};
	const struct pack *pack = NULL;
	struct cli_store store;
	person_number person = 0;
	struct error e = {0};
	bool is_text;
	size_t count;
	char **words;
	int code = cli_options(cli, options, 1, argc, argv, &words, &count);

	if (code)
		return code;
	if (count != 1)
		return cli_usage(cli, "revoke takes one ID, or a code's text");
	is_text = text_starts(words[0], "HC1:");
	if ((code = cli_store_open(cli, true, &store)) == 0 &&
		(is_text ||
			((code = cli_person(&store, words[0], &person)) == 0 && (code = cli_pack(&store, name, &pack)) == 0))) {
		if (revoke(&store, pack, is_text ? words[0] : NULL, person, &e) < 0)
			code = cli_fail(&e);
		else
			cli_say("revoked; publish the trust list now");
	}
	cli_store_close(&store);
	return code;
}
