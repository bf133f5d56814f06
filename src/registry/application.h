/* registry/application.h: what people (or the department for them) tell: applications, family, check-ins,
 * declarations. All of it is evidence: appended, never overwritten. */

#ifndef HEALTHCODE_REGISTRY_APPLICATION_H
#define HEALTHCODE_REGISTRY_APPLICATION_H

#include "evidence/evidence.h"
#include "registry/identity.h"
#include "registry/packs.h"
#include "registry/voucher.h"

enum {
	SYMPTOMS_MAX = 32,
	SYMPTOM_SIZE = 33,
	CHANNEL_SIZE = 33,
	RELATION_SIZE = 17,
	REGISTRY_DEPENDANTS_MAX = 64, /* whatever a pack says */
};

/* Texts may be NULL where marked with ?. */
struct registry_application {
	const char *id_number, *name, *phone, *division; /* division: six digits of GB/T 2260 */
	const char *address;                             /* ? */
	const char *jurisdiction;                        /* ? the default one */
	const char *guardian_id_number;                  /* ? who applies for them; becomes known if not yet so */
	const char *relation;                            /* ? "parent", "child", "spouse" or "ward" of the guardian */
	const char *channel;                             /* ? [a-z0-9-]+ */
	instant applied_at;
	instant residence_since; /* or REGISTRY_ALWAYS */
	enum voucher_how how;    /* VOUCHER_NONE: it is the phone's word alone */
	const char *vouched_by;  /* ? who vouches */
	bool phone_proved;       /* the one who applies is signed in with that phone */
	bool by_mandate;         /* whoever applies may speak for them: ${phone} is not read, and nobody's claim is made */
	int64_t import;          /* 0: no import */
};

#define REGISTRY_ALWAYS INT64_MIN

/* registry_apply(registry, application, ret_outcome, ret_person, e):
 * Apply: the person becomes known if not yet so, the identity is sealed, application and residence are evidence, the phone
 * claims to speak for the ID number (voucher.h), the person is due in that jurisdiction. An import's row with another
 * value is a correction; a person's own second application keeps the first one's time. ${ret_outcome} is that of the
 * application with identity and residence together. What the caller may tell the one who applied is the same whether
 * the ID number was known or not.
 * An application that nobody vouches for has no effect beyond its claim where another phone speaks for the ID number or
 * claimed it first, and where this phone claimed it before and is not ${phone_proved}: who knows a number and a phone
 * must not be able to say where their holder lives. Whatever else came with it must be dropped then.
 * A committee (VOUCHER_COMMITTEE) applies for who has no phone with ${phone} NULL, and vouches for a phone only where no other one speaks
 * for the person or claimed them first; its application has an effect all the same. Of another phone nothing is kept but its claim, and a guardian
 * alone for whom the phone speaks that speaks for the person: else the one who stands.
 * Return 0, or 1 where it has no effect; ERROR_BAD_INPUT with the field's name first in the message; ERROR_EXISTS_NOT for an unknown jurisdiction;
 * ERROR_DENIED for more dependants than the pack's parameter "dependants_max" (or REGISTRY_DEPENDANTS_MAX) allows, or a
 * guardian who has a guardian. */
int registry_apply(struct registry *registry, const struct registry_application *application,
	enum evidence_outcome *ret_outcome, person_number *ret_person, struct error *e);

/* An application as it stands. */
struct registry_applied {
	char jurisdiction[JURISDICTION_SIZE], division[7], channel[CHANNEL_SIZE], relation[RELATION_SIZE];
	instant applied_at;
	person_number guardian; /* 0: nobody */
};

/* registry_applications_each(registry, person, each, context, e): by jurisdiction, as of registry_now and _known. A
 * non-zero return of ${each} ends the walk and is returned. */
typedef int registry_applied_each(const struct registry_applied *applied, void *context, struct error *e);
int registry_applications_each(
	struct registry *registry, person_number person, registry_applied_each *each, void *context, struct error *e);

/* registry_dependants_each(registry, guardian, each, context, e): the people for whom ${guardian} applied, by number. */
typedef int registry_dependant_each(person_number dependant, const char *relation, void *context, struct error *e);
int registry_dependants_each(
	struct registry *registry, person_number guardian, registry_dependant_each *each, void *context, struct error *e);

/* A daily check-in, or (without temperature) a declaration. Symptoms are [a-z_]+. */
struct registry_checkin {
	person_number person;
	instant at;
	bool measured;
	int32_t temperature_tenths_c; /* 366 is 36.6 degrees; 300 to 450 */
	size_t symptom_count;
	char symptoms[SYMPTOMS_MAX][SYMPTOM_SIZE];
	bool contact; /* says to have met a case */
	int64_t import;
	const char *phone; /* ? of a declaration: whose word it is (registry_evidence_tell) */
};

/* registry_checkin_put(registry, checkin, ret_outcome, e), registry_declaration_put(...):
 * Record it; its key is the person and the moment. The person is due. With ${phone} it may be held instead, and
 * ${ret_outcome} is untouched. Return 0 or ERROR_BAD_INPUT. */
int registry_checkin_put(struct registry *registry, const struct registry_checkin *checkin,
	enum evidence_outcome *ret_outcome, struct error *e);
int registry_declaration_put(struct registry *registry, const struct registry_checkin *declaration,
	enum evidence_outcome *ret_outcome, struct error *e);

/* registry_symptoms_read(text, length, checkin, e): read symptoms with ';' between into ${checkin}, sorted, each once.
 * Return 0 or ERROR_BAD_INPUT. */
int registry_symptoms_read(const char *text, size_t length, struct registry_checkin *checkin, struct error *e);

#endif
