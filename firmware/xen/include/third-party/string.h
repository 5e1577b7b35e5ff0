/* SPDX-License-Identifier: MIT
 * What code under firmware/third-party expects of a C library's <string.h>: the hypervisor's own functions.
 */
#ifndef __THIRD_PARTY_STRING_H__
#define __THIRD_PARTY_STRING_H__

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t bytes);
void *memset(void *to, int byte, size_t bytes);

/* Nothing secret is ever hashed here. */
#define explicit_bzero(at, bytes) memset(at, 0, bytes)
/* OpenBSD's weak aliases in its own C library. */
#define DEF_WEAK(function) _Static_assert(1, #function)

#endif
