/* SPDX-License-Identifier: MIT
 * Grants between domains. (common/grant_table.c)
 */
#ifndef __XEN_GRANT_TABLE_H__
#define __XEN_GRANT_TABLE_H__

#include <public/grant_table.h>

#define MAPTRACK_PER_PAGE   256
#define MAPTRACK_PAGES      4

struct domain;

/* What the hypervisor keeps of an entry that is mapped; the guest's own entry is never believed twice. */
struct active_grant {
    uint16_t maps;              /* how many handles */
    uint16_t writers;           /* of them, those that may write */
    uint32_t frame;
};

/* One mapping of another domain's grant: what a handle stands for. */
struct grant_mapping {
    uint32_t host_addr;         /* 0: no host mapping */
    uint32_t frame;
    uint16_t ref;
    domid_t granter;            /* IDLE_DOMAIN_ID: it has been destroyed */
    uint32_t flags : 8;         /* GNTMAP_*; 0 = the handle is free */
    uint32_t table : 24;        /* frame of the page of coarse tables that has the descriptor, wherever that page is by now */
};

struct grant_table {
    unsigned long shared_mfn[NR_GRANT_FRAMES];
    struct active_grant *active[NR_GRANT_FRAMES];   /* a page for each frame of the table */
    unsigned int nr_frames;
    struct grant_mapping *maptrack[MAPTRACK_PAGES];
};

/* For a domain that is about to be destroyed: it maps nothing any more, and grants nothing. */
void grant_table_destroy(struct domain *d);

#endif
