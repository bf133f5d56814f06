/* feed/hl7_oru.h: ORU^R01, a laboratory's report, out of a message. Inside the room. Pure.
 *
 * Read are: MSH-4 (else MSH-3) the laboratory; PID-3 and PID-19 an ID number (a repetition of type NI, NNCHN, PPN or another
 * NN..., or any that is a resident's by its check digit), else PID-3's first number, by which the laboratory knows the person;
 * PID-5, PID-7 and PID-13; of each OBX that is a result of a test that is known, OBX-3 (its codes and texts, the alternate ones
 * too), OBX-4, OBX-5, OBX-11; the order of the OBR before it (OBR-3, else OBR-2, else MSH-10); when it was sampled: SPM-17 of the
 * order, else OBX-14, else OBR-7, else when it was reported: OBR-22, else OBX-19, else MSH-7. Beside results, the questions
 * when symptoms began and whether there are any. Times without offset are local to ${zone}. */

#ifndef HEALTHCODE_FEED_HL7_ORU_H
#define HEALTHCODE_FEED_HL7_ORU_H

#include "base/time.h"
#include "feed/hl7.h"
#include "feed/lab.h"

/* oru_is(message): whether MSH-9 says ORU^R01. */
bool oru_is(const struct hl7 *message);

/* oru_read(message, zone, report, e):
 * Fill ${report}. A message with no result of a test that is known has none. Return 0 or ERROR_BAD_INPUT with line, column
 * and a message that begins with the place: not ORU^R01, no PID or OBX, nobody told, a result that cannot be understood,
 * a time that is none. */
int oru_read(const struct hl7 *message, const struct zone *zone, struct lab_report *report, struct error *e);

/* hl7_time(text, zone, ret_at): YYYY[MM[DD[HH[MM[SS[.S...]]]]]][+ZZZZ]. Return success. */
bool hl7_time(const char *text, const struct zone *zone, instant *ret_at);

#endif
