/* registry/mandate.h: who acts for whom, where one person lets another: a parent without a smartphone a daughter, say.
 *
 * A mandate names the acts that the helper may do, and an end. It is given before staff who see the ID card, and holds at once; or from the
 * person's own account, and holds once the helper accepts it. Either of the two ends it at any time. The helper sees what the acts show
 * and nothing else, gives no mandate on, and each act is in the log that the person reads (registry_mandate_log).
 *
 * It is evidence of the person (so it stands in the ledger), and changes no colour. Guardians of children and of others without a
 * phone act by the application (voucher.h); that ends when a child comes of age. */

#ifndef HEALTHCODE_REGISTRY_MANDATE_H
#define HEALTHCODE_REGISTRY_MANDATE_H

#include "registry/user.h"

/* What a helper may do, as bits. */
enum mandate_act {
	MANDATE_CODE = 1,         /* show the code */
	MANDATE_CHECKIN = 2,      /* check in, daily and at places */
	MANDATE_APPLICATION = 4,  /* apply, also elsewhere */
	MANDATE_COMPLAINT = 8,    /* read the reasons of a colour and appeal against it, complain about a check */
	MANDATE_TRAVEL_CARD = 16, /* see the travel card, and what awaits on a journey */
	MANDATE_ALL = 31,
	MANDATE_OWN = 32, /* in no mandate: what the person alone may do, and a guardian */
};

enum {
	MANDATE_ACTS = 5,
	MANDATE_NAME_SIZE = 17,
	MANDATE_DAYS_MAX = 366,
	MANDATE_GIVEN_MAX = 10, /* that one person has given and that are not over */
};

enum mandate_state { MANDATE_OFFERED, MANDATE_HOLDS, MANDATE_ENDED };

/* As of registry_now and _known. ${name} is by which the two call it; it means nothing elsewhere. */
struct registry_mandate {
	person_number person, helper;
	enum mandate_state state;
	unsigned acts;
	instant from, until; /* until an end before its time too */
	char name[MANDATE_NAME_SIZE];
	char by[USER_NAME_SIZE]; /* before whom it was given; "" from the person's own account */
};

/* "code", "checkin", "application", "complaint", "travel_card"; reading returns success. mandate_state_name: "offered", "holds",
 * "ended". */
const char *mandate_act_name(enum mandate_act act);
bool mandate_act_read(const char *text, enum mandate_act *ret_act);
const char *mandate_state_name(enum mandate_state state);

/* registry_mandate_give(registry, person, helper, acts, until, by, e):
 * ${person} lets ${helper} do ${acts} until ${until}, in place of what there was between the two. ${by} is the user before whom that was
 * said, or NULL: then it is an offer, and a notice goes to the helper's phone.
 * Return 0; ERROR_USAGE for no act, an end that is not ahead or too far, or oneself; ERROR_DENIED for more mandates than one may
 * give, or (by: also where a helper accepts) than the default jurisdiction's "dependants_max" lets one person hold. */
int registry_mandate_give(struct registry *registry, person_number person, person_number helper, unsigned acts,
	instant until, const char *by, struct error *e);

/* registry_mandate_accept(registry, helper, name, e): ERROR_EXISTS_NOT where nothing of that name is offered to ${helper}. */
int registry_mandate_accept(struct registry *registry, person_number helper, const char *name, struct error *e);

/* registry_mandate_end(registry, who, name, by, e): ${who}, the person or the helper, ends it, before the user ${by} or (NULL) from their own
 * account. ERROR_EXISTS_NOT where nothing of that name is offered or holds. */
int
registry_mandate_end(struct registry *registry, person_number who, const char *name, const char *by, struct error *e);

/* registry_mandates_each(registry, who, each, context, e): those that ${who} gave and was given, ended ones too, by helper, then person. A
 * non-zero return of ${each} ends the walk and is returned.
 * registry_mandates_held_each: those that ${who} was given alone. */
typedef int registry_mandate_each(const struct registry_mandate *mandate, void *context, struct error *e);
int registry_mandates_each(
	struct registry *registry, person_number who, registry_mandate_each *each, void *context, struct error *e);
int registry_mandates_held_each(
	struct registry *registry, person_number who, registry_mandate_each *each, void *context, struct error *e);

/* registry_mandate_log(registry, person, helper, act, looks, e): note in the log that ${person} reads that ${helper} did ${act} for them.
 * Of acts that only look (${looks}) one an hour is noted. */
int registry_mandate_log(struct registry *registry, person_number person, person_number helper, enum mandate_act act,
	bool looks, struct error *e);

/* Who stands in an access's ${by}, where that is a helper and no user: the number, else 0. */
person_number registry_mandate_logged(const char *by);

#endif
