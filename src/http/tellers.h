/* http/tellers.h: the thread that tells peers of the changes of whom they asked about (gate/peer.h, P2).
 *
 * A peer that does not answer is tried again, after pauses that double up to TELLERS_PAUSE_MAX_S; the others do not wait for it. What it
 * was to be told waits, and of several changes of one person only the last. */

#ifndef HEALTHCODE_HTTP_TELLERS_H
#define HEALTHCODE_HTTP_TELLERS_H

#include "base/error.h"
#include "registry/registry.h"

enum { TELLERS_PAUSE_MAX_S = 300 };

struct tellers;

/* ${certificate} and ${key} are PEM files. ${say} gets a line for the operator when a peer stops or begins to answer. */
struct tellers_options {
	struct registry_where where;
	const char *certificate, *key;
	void (*say)(const char *line);
};

/* tellers_start(options, ret_tellers, e): return 0, or what opening the registry or peer_client_new gives. tellers_stop breaks off what is
 * under way (it is told at the next start) and ends; it accepts NULL. */
int tellers_start(const struct tellers_options *options, struct tellers **ret_tellers, struct error *e);
void tellers_stop(struct tellers *tellers);

#endif
