/* rehearse/rehearse.h: what other rules would do, before anybody lives by them.
 *
 * A rehearsal evaluates two packs over the same people as of one moment and compares. It changes nothing: no evidence, no
 * colour, no entry in the ledger; every worker reads within a transaction that only reads, and all of them see the same
 * moment of the store. A report is the same bytes whatever the number of workers.
 *
 * Who is compared: everyone who applied in the old pack's jurisdiction by registry_now (for a travel card: everyone). The new
 * pack is taken for that jurisdiction's next version, whatever its folder is called.
 *
 * What the report tells of single people: samples, by their random numbers, without where they live. What it
 * tells of places leaves no row for fewer than REHEARSE_AREA_LEAST people (docs/decisions/0039).
 *
 * Codes of every call, beside those it names: what the registry and cascade rooms give. */

#ifndef HEALTHCODE_REHEARSE_REHEARSE_H
#define HEALTHCODE_REHEARSE_REHEARSE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "registry/registry.h"

enum {
	REHEARSE_WORKERS_MAX = 64,
	REHEARSE_SAMPLES = 10, /* unless asked otherwise */
	REHEARSE_SAMPLES_MAX = 1000,
	REHEARSE_AREA_LEAST = 10,
};

/* Called now and then with how many of ${total} people are done, by one thread at a time. A non-zero return stops the
 * rehearsal with ERROR_STOPPED. */
typedef int rehearse_progress(size_t done, size_t total, void *context);

/* ${registry} is the store, opened by the caller on this thread and outside a transaction, whose times hold; ${where} is where
 * it is, for the workers to open it too. ${workers} 0 is one for each processor, two at least. */
struct rehearse_options {
	struct registry *registry;
	const struct registry_where *where;
	unsigned workers;
	uint64_t seed; /* which people are samples */
	size_t samples;
	const char *truth;           /* the folder that "simulate" wrote and the store was made of, or NULL */
	rehearse_progress *progress; /* or NULL */
	void *context;
};

/* rehearse_pack(registry, name, ret_pack, e): as registry_pack, or the stored version with the hash ${name}. */
int rehearse_pack(struct registry *registry, const char *name, const struct pack **ret_pack, struct error *e);

/* rehearse_packs(options, before, after, ret_report, e):
 * Compare the packs ${before} and ${after}. ${ret_report} is a new reference to
 *   {"now", "old": {"jurisdiction", "policy"}, "new": {...},
 *    "people", "changed",
 *    "stopped": how many a gate lets pass by the old pack (its gate's pass_colours) and not by the new, "freed": the
 *               other way round,
 *    "matrix": {COLOUR: {COLOUR: how many}} from old to new,
 *    "by_rule": [{"rule", "old", "new", "only_old", "only_new"}]: whose colour each rule gives,
 *    "by_area": [{"area", "name", "people", "changed", "stopped", "freed"}]: by city of residence ("province" where only that
 *               is known, a country, or null for those of areas with fewer than REHEARSE_AREA_LEAST people together),
 *    "by_group": [{"group", "people", "stopped", "rest_people", "rest_stopped", "ratio_percent"}]: how often those of a group are
 *               stopped for each time that the others are (100: as often; null where that is too few people, or nobody),
 *    "person_days": {"old", "new"}: how long all together could not pass, from their applications on,
 *    "samples": [{"person", "from", "to", "old", "new"}]: some of those who change, with the rules of each,
 *    "failed": {"old": {"people", "reason"}, "new": ...}: whom the pack cannot decide; they stand in no other number but
 *               "people"}
 * and, with ${options->truth}, "truth": {"infections", "from_elsewhere", "old": {"averted_directly", "averted",
 * "held_when_infectious", "person_days", "person_days_not_infected"}, "new": {...}} (docs/packs.md says what each is).
 * Return 0, ERROR_EXISTS_NOT where nobody applied there, ERROR_BAD_INPUT for a pack whose "gate" is none, ERROR_STOPPED. */
int rehearse_packs(const struct rehearse_options *options, const struct pack *before, const struct pack *after,
	json_t **ret_report, struct error *e);

/* rehearse_score(options, pack, ret_report, e):
 * How ${pack} did over everyone who applied, as of registry_now. ${ret_report} is a new reference to {"now", "jurisdiction", "policy",
 * "people", "positive", "never_stopped", "never_stopped_positive", "failed", "appeals": {"open", "upheld", "rejected", "withdrawn"}, "rules": [{"rule",
 * "people", "person_days", "later_positive", "contests_upheld", "appeals": the same}]}: whom each rule gave a colour that no gate lets pass, for how long (as the rule of the change
 * to that colour; of several rules each counts whole), how many of them were found positive after the first such
 * moment (a case confirmed or without symptoms, a positive test), and for how many of them a colour was set by hand for
 * the cause "contest_upheld" since. "appeals" are those against colours in the jurisdiction by then, and of a rule those against colours that
 * it gave (of several rules each has it), whether or not it stopped anybody after what was corrected. Samples, seed and truth are not looked at. Returns as rehearse_packs. */
int
rehearse_score(const struct rehearse_options *options, const struct pack *pack, json_t **ret_report, struct error *e);

#endif
