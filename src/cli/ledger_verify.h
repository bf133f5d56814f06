/* cli/ledger_verify.h: a store's ledger, and what is kept of what it tells. */

#ifndef HEALTHCODE_CLI_LEDGER_VERIFY_H
#define HEALTHCODE_CLI_LEDGER_VERIFY_H

#include "cli/store.h"
#include "ledger/ledger.h"

/* cli_ledger_verify(store, ret_verdict, e): as ledger_verify; and where the log itself is whole, compare its entries with the
 * evidence, the imports and the changes of colour that they tell of. */
int cli_ledger_verify(struct cli_store *store, struct ledger_verdict *ret_verdict, struct error *e);

#endif
