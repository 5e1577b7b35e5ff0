/* SPDX-License-Identifier: MIT
 *
 * Files in the RAM disk, when that is an archive as `tar` makes it (POSIX.1-1988, ustar: blocks of 512 bytes, a header before each file).
 */
#ifndef DRIVER_DOMAIN_ARCHIVE_H
#define DRIVER_DOMAIN_ARCHIVE_H

#include <stddef.h>

#define ARCHIVE_NAME_MAX 100

struct archived {
    char name[ARCHIVE_NAME_MAX + 1];
    const char *start;
    size_t bytes;
    size_t next;            /* where the search goes on */
};

/* The first regular file from offset `from` on (0, then `next`); 0 = there is none. */
int archive_next(size_t from, struct archived *file);
/* The file of this name, with or without its directories; 0 = there is none. */
int archive_find(const char *name, struct archived *file);

#endif
