/* bench/bench.h: what each benchmark uses: time, and a line a figure.
 *
 * A figure is measured beside a reference in the same run, and read as their ratio: machines differ and are shared. */

#ifndef HEALTHCODE_BENCH_BENCH_H
#define HEALTHCODE_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Seconds of the monotonic clock. */
double bench_now(void);

/* Seconds of processor time of this program. */
double bench_core_now(void);

/* bench_rate(once, context): calls a second of ${once}: the median of five spells of a fifth of a second. */
double bench_rate(void (*once)(void *context), void *context);

/* bench_core_rate(once, context): the same in seconds of processor time, for what is compared a core. */
double bench_core_rate(void (*once)(void *context), void *context);

/* bench_pair(once, context, reference, reference_context, ret_rate, ret_reference): both rates, their spells in turn, so
 * that a machine whose speed drifts does so for both. */
void bench_pair(void (*once)(void *context), void *context, void (*reference)(void *context), void *reference_context,
	double *ret_rate, double *ret_reference);

/* bench_figure(bench, figure, value, unit, reference, reference_value, goal): report it. ${goal} is the least ratio that
 * is wanted, or 0 for none. */
void bench_figure(const char *bench, const char *figure, double value, const char *unit, const char *reference,
	double reference_value, double goal);

/* The middle of ${count} values, which it sorts. */
double bench_median(double *values, size_t count);

/* Read the whole file of that path, a piece after the other, and do nothing with it: the reference of whatever reads files. */
void bench_read_plainly(void *path);

/* The folder in which a benchmark that takes long to fill its store keeps it for the next run; NULL: it goes afterwards. */
const char *bench_store(void);

/* How many people, and how many stays, a benchmark takes, where it lets one choose; ${otherwise} where nothing was chosen. */
size_t bench_people(size_t otherwise);
size_t bench_stays(size_t otherwise);

/* End the program after saying what failed; the same where ${r} is a code, with what ${e} says. */
void bench_fail(const char *what) __attribute__((noreturn));
void bench_need(int r, const struct error *e);

/* The resident ID number of the ${serial}th invented person, with the check digit of GB 11643; valid until the next call. */
const char *bench_id_number(size_t serial);

void bench_certlogic(void); /* parts of the benchmark "policy" */
void bench_pack(size_t people);
void bench_cascade(void); /* 100 thousand people and 2 million stays; the one after it a million and 20 million */
void bench_cascade_20(void);
void bench_credential(void);
void bench_feed(void);
void bench_feeds(void); /* whole imports */
void bench_http(void);  /* 100 thousand signed-in people; the one after it 2 thousand */
void bench_http_2(void);
void bench_import(void); /* a file of 2 million stays, or as many as were chosen */
void bench_pings(void);
void bench_policy(void);
void bench_presence(void); /* 20 million stays; the two after it 2 and 200 million */
void bench_presence_2(void);
void bench_presence_200(void);
void bench_recolour(void); /* 100 thousand and 1 million people; the one after it 10 million */
void bench_recolour_10(void);
void bench_truth(void);

#endif
