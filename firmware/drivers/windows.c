/* SPDX-License-Identifier: MIT
 *
 * One mark for each page (windows.h).
 */
#include "windows.h"

#include "guest.h"
#include "platform.h"

static unsigned char taken[WINDOWS];

void *windows_take(unsigned pages)
{
    unsigned run = 0;

    for (unsigned i = 0; i < WINDOWS; i++) {
        run = taken[i] ? 0 : run + 1;
        if (run < pages)
            continue;
        for (unsigned page = i + 1 - pages; page <= i; page++)
            taken[page] = 1;
        return (void *)(GUEST_FIXMAP_START + (i + 1 - pages) * PAGE_SIZE);
    }
    return 0;
}

void windows_give(void *first, unsigned pages)
{
    unsigned start = ((unsigned long)first - GUEST_FIXMAP_START) >> PAGE_SHIFT;

    for (unsigned page = start; page < start + pages; page++)
        taken[page] = 0;
}
