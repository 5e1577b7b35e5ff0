/* SPDX-License-Identifier: MIT
 *
 * Transactions of domains on the directory: what is done in one is seen by nobody else until it is committed, and then all at once. It is
 * refused (-XEN_EAGAIN) when anything that the domain may see has changed meanwhile: then it begins again.
 */
#ifndef DRIVER_DOMAIN_TRANSACTIONS_H
#define DRIVER_DOMAIN_TRANSACTIONS_H

#include "store.h"

#define TRANSACTIONS_PER_DOMAIN 2
#define TRANSACTION_CHANGES     32      /* paths */

struct transaction;

/* Its number, or a negative error. */
int transaction_start(domid_t domain);
/* The domain's transaction of this number; a null pointer when it has none. */
struct transaction *transaction_find(domid_t domain, unsigned number);
struct store_shadow *transaction_shadow(struct transaction *transaction);
/* Has it changed as many paths as it may? */
int transaction_is_full(const struct transaction *transaction);
/* Notes that this path has changed in it, for those who watch it. */
void transaction_note(struct transaction *transaction, const char *path);
/* Commits it or drops it; each changed path is told once it is there for all. 0 or a negative error. */
int transaction_end(struct transaction *transaction, int commit, void (*changed)(const char *path));
/* Something has changed there outside: whoever may see it must begin again. */
void transactions_disturb(const char *path);
/* The domain has ended. */
void transactions_forget(domid_t domain);

#endif
