/* SPDX-License-Identifier: MIT
 *
 * Transactions (transactions.h): a list of shadows (store.h), each with the paths that changed in it.
 */
#include "transactions.h"

#include "lib.h"
#include "mm.h"
#include "xenbus.h"

struct transaction {
    struct transaction *next;
    struct store_shadow *shadow;
    unsigned number;
    domid_t domain;
    int disturbed;
    unsigned changes;
    char paths[TRANSACTION_CHANGES][XENBUS_PATH_MAX];
};

static struct transaction *transactions;
static unsigned last_number;

int transaction_start(domid_t domain)
{
    struct transaction *transaction;
    unsigned open = 0;

    for (transaction = transactions; transaction; transaction = transaction->next)
        open += transaction->domain == domain;
    transaction = open < TRANSACTIONS_PER_DOMAIN ? malloc(sizeof *transaction) : NULL;
    if (!transaction)
        return -XEN_ENOSPC;
    transaction->shadow = store_shadow(domain);
    if (!transaction->shadow) {
        free(transaction);
        return -XEN_ENOSPC;
    }
    last_number = last_number < 0x7fffffff ? last_number + 1 : 1;
    transaction->number = last_number;
    transaction->domain = domain;
    transaction->disturbed = 0;
    transaction->changes = 0;
    transaction->next = transactions;
    transactions = transaction;
    return (int)transaction->number;
}

struct transaction *transaction_find(domid_t domain, unsigned number)
{
    struct transaction *transaction = transactions;

    while (transaction && (transaction->domain != domain || transaction->number != number))
        transaction = transaction->next;
    return transaction;
}

struct store_shadow *transaction_shadow(struct transaction *transaction)
{
    return transaction ? transaction->shadow : NULL;
}

int transaction_is_full(const struct transaction *transaction)
{
    return transaction->changes == TRANSACTION_CHANGES;
}

void transaction_note(struct transaction *transaction, const char *path)
{
    size_t length = strlen(path) + 1;

    for (unsigned i = 0; i < transaction->changes; i++)
        if (memcmp(transaction->paths[i], path, length) == 0)
            return;
    memcpy(transaction->paths[transaction->changes++], path, length);
}

static void unlink(struct transaction *transaction)
{
    struct transaction **link = &transactions;

    while (*link != transaction)
        link = &(*link)->next;
    *link = transaction->next;
}

/* It leaves the list first: its own changes disturb only the others. */
int transaction_end(struct transaction *transaction, int commit, void (*changed)(const char *path))
{
    int error = 0;

    unlink(transaction);
    if (commit && !transaction->disturbed)
        error = store_commit(transaction->shadow);
    else
        store_discard(transaction->shadow);
    if (commit && transaction->disturbed)
        error = -XEN_EAGAIN;
    for (unsigned i = 0; commit && !error && i < transaction->changes; i++)
        changed(transaction->paths[i]);
    free(transaction);
    return error;
}

void transactions_disturb(const char *path)
{
    for (struct transaction *transaction = transactions; transaction; transaction = transaction->next)
        transaction->disturbed |= store_may_read(transaction->domain, path);
}

void transactions_forget(domid_t domain)
{
    for (struct transaction *transaction = transactions; transaction;) {
        struct transaction *next = transaction->next;

        if (transaction->domain == domain)
            transaction_end(transaction, 0, NULL);
        transaction = next;
    }
}
