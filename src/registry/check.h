/* registry/check.h: what gates did: receipts of checks, and refusals with their cause. No person is named in them. */

#ifndef HEALTHCODE_REGISTRY_CHECK_H
#define HEALTHCODE_REGISTRY_CHECK_H

#include "registry/packs.h"
#include "registry/user.h"

enum { RECEIPT_SIZE = 27, CAUSE_SIZE = 65, NOTE_SIZE = 513, CHECK_PLACE_SIZE = 129, CHECK_NAME_SIZE = 65 };

/* Texts are "" where not known. ${receipt} is 26 characters of [0-9a-z] that nobody can guess. */
struct registry_check {
	char receipt[RECEIPT_SIZE];
	instant at;
	char place[CHECK_PLACE_SIZE], jurisdiction[JURISDICTION_SIZE];
	char verdict[CAUSE_SIZE], cause[CAUSE_SIZE], colour[8];
	uint8_t code_id[16];
	bool measured;
	int32_t temperature_tenths_c;
	char by[USER_NAME_SIZE];
};

/* registry_check_clock(registry, e): ERROR_IO where the machine's clock can't be right, since it stands before the time of what was last
 * written in the ledger, by more than TRUST_CLOCK_SLACK_S. A demo's clock is its own. */
int registry_check_clock(struct registry *registry, struct error *e);

/* registry_check_put(registry, check, e):
 * Count the check in its place's hour, keep it, and fill in its receipt where it has none yet. The same receipt and content
 * again changes nothing (a gate that was offline sends again); ERROR_EXISTS for other content. Of a pass nothing but the
 * receipt's bare number is kept from CHECK_PASS_KEPT_S after it was recorded, and not that from a day after, unless it was
 * refused or complained of by then. */
enum { CHECK_PASS_KEPT_S = 3600 };
int registry_check_put(struct registry *registry, struct registry_check *check, struct error *e);

/* registry_check_receipt(registry, by, name, receipt): the receipt of the check that ${by} asks for under ${name}: always the same, and
 * nobody else can tell it. */
void
registry_check_receipt(const struct registry *registry, const char *by, const char *name, char receipt[RECEIPT_SIZE]);

/* registry_check_was_forgotten(registry, receipt, ret_was, e): whether that was a pass of which the number alone is left. */
int registry_check_was_forgotten(struct registry *registry, const char *receipt, bool *ret_was, struct error *e);

/* registry_check_keep(registry, receipt, e): keep the check as long as what was no pass. */
int registry_check_keep(struct registry *registry, const char *receipt, struct error *e);

/* registry_check_find(registry, receipt, ret_check, e): 0 or ERROR_EXISTS_NOT. */
int
registry_check_find(struct registry *registry, const char *receipt, struct registry_check *ret_check, struct error *e);

/* A refusal at a gate that gave a receipt: why a guard did not let somebody in, whatever the verdict was. */
struct registry_refusal {
	char receipt[RECEIPT_SIZE], cause[CAUSE_SIZE], note[NOTE_SIZE], by[USER_NAME_SIZE];
	instant at;
};

/* registry_refusal_put(registry, refusal, e): append it; ERROR_EXISTS_NOT for a receipt that is none. */
int registry_refusal_put(struct registry *registry, const struct registry_refusal *refusal, struct error *e);

/* registry_refusals_each(registry, receipt, each, context, e): oldest first. A non-zero return ends the walk. */
typedef int registry_refusal_each(const struct registry_refusal *refusal, void *context, struct error *e);
int registry_refusals_each(
	struct registry *registry, const char *receipt, registry_refusal_each *each, void *context, struct error *e);

/* How often a guard gave a cause at a place, where the gate's own verdict was ${verdict}. */
struct registry_refusal_count {
	char place[CHECK_PLACE_SIZE], by[USER_NAME_SIZE], verdict[CAUSE_SIZE], cause[CAUSE_SIZE];
	int64_t count;
};

/* registry_refusal_counts(registry, since, ret_counts, ret_count, e): all refusals from ${since} on, counted by place, guard,
 * verdict and cause, in that order; freed with free(). At most REFUSALS_COUNTED_MAX refusals: ERROR_TOO_LARGE past that. */
enum { REFUSALS_COUNTED_MAX = 100000 };
int registry_refusal_counts(struct registry *registry, instant since, struct registry_refusal_count **ret_counts,
	size_t *ret_count, struct error *e);

/* registry_typed_look(registry, person, place, device, most, e):
 * Log that ${device} typed an ID number at ${place}: ${person}'s (who is told, and reads it in the log), or with 0 one that
 * is not known. ERROR_DENIED, and nothing is logged, where it did so ${most} times within the hour. */
int registry_typed_look(struct registry *registry, person_number person, const char *place, const char *device,
	int64_t most, struct error *e);

/* registry_checks_count(registry, place, since, verdict, ret_count, e):
 * How many checks at ${place} (NULL: anywhere) had that verdict, in whole hours from that of ${since} on. */
int registry_checks_count(struct registry *registry, const char *place, instant since, const char *verdict,
	int64_t *ret_count, struct error *e);

/* What somebody says of a check that they have the receipt of. */
enum { COMPLAINT_TEXT_SIZE = 2001 };
struct registry_complaint {
	char receipt[RECEIPT_SIZE], text[COMPLAINT_TEXT_SIZE];
	instant at;
	person_number person;
};

/* registry_complaint_put(registry, complaint, e): keep it, the text sealed; one a receipt. ERROR_EXISTS_NOT for a receipt
 * that is none, or no more; ERROR_EXISTS for a second. */
int registry_complaint_put(struct registry *registry, const struct registry_complaint *complaint, struct error *e);

/* registry_complaints_each(registry, since, each, context, e): oldest first, from ${since} on, each with its check. A
 * non-zero return ends the walk and is returned. */
typedef int registry_complaint_each(
	const struct registry_complaint *complaint, const struct registry_check *check, void *context, struct error *e);
int registry_complaints_each(
	struct registry *registry, instant since, registry_complaint_each *each, void *context, struct error *e);

/* registry_checks_purge(registry, before, ret_count, e): forget checks before ${before} with their refusals and complaints,
 * and the hours' counts. */
int registry_checks_purge(struct registry *registry, instant before, int64_t *ret_count, struct error *e);

#endif
