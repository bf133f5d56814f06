/* registry/registry.h: people and their sealed identity, who may speak for whom, users and sessions, colours and who
 * is due, receipts, notices, and the log of who looked at what.
 *
 *   DIR/registry.db   (or a PostgreSQL URI) the tables, through the db room
 *   DIR/keys          the key store: without it the tables name nobody
 *   DIR/outbox.jsonl  notices as a developer sees them, where no gateway takes them
 *
 * Person numbers are random and mean nothing outside the registry. ID numbers and phones are found by keyed hashes;
 * names, ID numbers, phones and addresses stand in the tables sealed only, and each opening is logged for the person to
 * read.
 *
 * A registry is for one thread at a time; a program with many threads opens one in each.
 *
 * Transactions. A function that writes does so in the caller's transaction if one is open (registry_begin), where a
 * failure means that the caller rolls back; else it writes all or nothing in one of its own.
 *
 * Codes of every call that can fail, beside those it names: what the db and keys rooms give, and ERROR_NO_MEMORY. */

#ifndef HEALTHCODE_REGISTRY_REGISTRY_H
#define HEALTHCODE_REGISTRY_REGISTRY_H

#include "registry/access.h"
#include "registry/appeal.h"
#include "registry/application.h"
#include "registry/check.h"
#include "registry/colour.h"
#include "registry/due.h"
#include "registry/evidence.h"
#include "registry/facts.h"
#include "registry/identity.h"
#include "registry/mandate.h"
#include "registry/match.h"
#include "registry/notice.h"
#include "registry/packed.h"
#include "registry/packs.h"
#include "registry/people.h"
#include "registry/session.h"
#include "registry/sign_in.h"
#include "registry/store.h"
#include "registry/sweep.h"
#include "registry/task.h"
#include "registry/user.h"
#include "registry/user_key.h"
#include "registry/voucher.h"

#endif
