/* registry/voucher.h: which phone speaks for which ID number.
 *
 * A phone that applies claims to speak for the ID number. Nothing is shown to it before somebody who can know vouches for
 * that: the phone's carrier through an operator's gateway, staff who saw the ID card, a community committee, or a
 * department that imports. While an ID number is claimed by one phone, a claim by another is frozen until a voucher
 * decides, and has no effect; both are told. The phone vouched for last speaks, alone. Dependants are spoken for by their guardian's phone,
 * vouched for in the same way. */

#ifndef HEALTHCODE_REGISTRY_VOUCHER_H
#define HEALTHCODE_REGISTRY_VOUCHER_H

#include "db/db.h"
#include "registry/store.h"

enum voucher_how {
	VOUCHER_NONE,
	VOUCHER_CARRIER,    /* the phone's carrier, through an operator's gateway */
	VOUCHER_ID_CARD,    /* staff saw the ID card */
	VOUCHER_COMMITTEE,  /* a community committee */
	VOUCHER_DEPARTMENT, /* a department's import */
};

enum voucher_state {
	VOUCHER_UNCLAIMED, /* this phone never claimed it */
	VOUCHER_AWAITED,   /* claimed, and nobody vouched yet */
	VOUCHER_FROZEN,    /* claimed, while another phone speaks for it or claimed it first */
	VOUCHER_SPEAKS,    /* vouched for, and no other phone since */
	VOUCHER_REPLACED,  /* vouched for once; another phone was, since */
};

/* "none", "carrier", "id-card", "committee", "department"; reading returns success. */
const char *voucher_how_name(enum voucher_how how);
bool voucher_how_read(const char *text, enum voucher_how *ret_how);

/* "unclaimed", "awaited", "frozen", "speaks", "replaced". */
const char *voucher_state_name(enum voucher_state state);

/* registry_claim(registry, person, phone, at, import, e): ${phone} (as registry_phone_read writes it) claims to speak for
 * ${person} since ${at}, or, where an import claims, since it is recorded; a claim made before stays as it was. The phone gets a notice, the same
 * whether anybody claimed the number before, and the phone that speaks for the number, or else the first that claimed it, is told too; an import
 * tells both of a new claim beside another phone's alone. */
int registry_claim(
	struct registry *registry, person_number person, const char *phone, instant at, int64_t import, struct error *e);

/* registry_vouch(registry, id_number, phone, how, by, at, import, e):
 * ${by} vouches that ${phone} speaks for ${id_number} since ${at}. The answer is the same whether they are known or not:
 * one that is not known becomes so. Phones that are told apart by this get a notice.
 * Return 0, ERROR_BAD_INPUT, or ERROR_USAGE without who or how. */
int registry_vouch(struct registry *registry, const char *id_number, const char *phone, enum voucher_how how,
	const char *by, instant at, int64_t import, struct error *e);

/* registry_voucher_state(registry, person, phone_hash, ret_state, e): as of registry_now. */
int registry_voucher_state(struct registry *registry, person_number person, const uint8_t phone_hash[32],
	enum voucher_state *ret_state, struct error *e);

/* registry_spoken_for_each(registry, phone_hash, each, context, e):
 * Everyone whom the phone claims to speak for, and the dependants of those it speaks for whose guardian somebody vouched for,
 * by number, with the state; no child of a guardian any more once it comes of age (guardianship_until). Only VOUCHER_SPEAKS may be shown anything beyond that, and a phone must not be told
 * VOUCHER_AWAITED and VOUCHER_FROZEN apart: that would tell who else applied. A non-zero return of ${each} ends the walk and is returned. */
typedef int registry_spoken_for(person_number person, enum voucher_state state, void *context, struct error *e);
int registry_spoken_for_each(
	struct registry *registry, const uint8_t phone_hash[32], registry_spoken_for *each, void *context, struct error *e);

/* registry_spoken_for_until(registry, phone_hash, about, ret_until, e): until when registry_spoken_for_each gives the same, and
 * registry_applications_each of each of those too, unless something is recorded about those that are added to ${about}; INT64_MAX where nothing is dated later than now. */
int registry_spoken_for_until(struct registry *registry, const uint8_t phone_hash[32], struct db_about *about,
	instant *ret_until, struct error *e);

#endif
