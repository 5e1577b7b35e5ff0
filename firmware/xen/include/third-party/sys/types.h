/* SPDX-License-Identifier: MIT
 * What code under firmware/third-party expects of a C library's <sys/types.h>. Only that code sees this directory.
 */
#ifndef __THIRD_PARTY_SYS_TYPES_H__
#define __THIRD_PARTY_SYS_TYPES_H__

#include <stddef.h>
#include <stdint.h>

typedef uint8_t u_int8_t;
typedef uint32_t u_int32_t;
typedef uint64_t u_int64_t;
typedef int32_t off_t;

#define LITTLE_ENDIAN   1234
#define BIG_ENDIAN      4321
#define BYTE_ORDER      LITTLE_ENDIAN

#endif
