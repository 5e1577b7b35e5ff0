/* SPDX-License-Identifier: MIT
 *
 * A guest's console: two rings of bytes in the page that start_info.console_mfn names; an event on console_evtchn says that something has been
 * put or taken. Names and layout are those of Xen 3.
 */
#ifndef __XEN_PUBLIC_IO_CONSOLE_H__
#define __XEN_PUBLIC_IO_CONSOLE_H__

#include <stdint.h>

typedef uint32_t XENCONS_RING_IDX;

#define MASK_XENCONS_IDX(index, ring) ((index) & (sizeof(ring) - 1))

/* Indices only grow; a producer writes its bytes, then prod; a consumer reads them, then writes cons. */
struct xencons_interface {
    char in[1024];
    char out[2048];
    XENCONS_RING_IDX in_cons, in_prod;
    XENCONS_RING_IDX out_cons, out_prod;
};

#endif
