/* SPDX-License-Identifier: MIT
 * Verification of Ed25519 signatures. (security/ed25519.c)
 */
#ifndef __XEN_ED25519_H__
#define __XEN_ED25519_H__

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Needs 11 KB of stack. */
bool ed25519_verify(const uint8_t signature[64], const uint8_t public_key[32], const uint8_t *message, size_t bytes);

#endif
