/* SPDX-License-Identifier: MIT
 *
 * What the hypervisor needs of ../../../third-party/signify. Its files are compiled with this in front and -fwhole-program, so that the compiler leaves
 * out all else, with its debug and frame information: a linker that drops unused sections would leave their frame descriptions behind, at address 0,
 * where the vectors are.
 */
#ifndef XEN_THIRD_PARTY_KEPT_H
#define XEN_THIRD_PARTY_KEPT_H

#include <sys/types.h>

#include <fe25519.h>
#include <ge25519.h>
#include <sc25519.h>
#include <sha2.h>

#define KEPT(name) extern __typeof__(name) name __attribute__((externally_visible))

KEPT(SHA512Init);
KEPT(SHA512Update);
KEPT(SHA512Final);
KEPT(fe25519_add);
KEPT(fe25519_freeze);
KEPT(fe25519_getparity);
KEPT(fe25519_invert);
KEPT(fe25519_iseq_vartime);
KEPT(fe25519_mul);
KEPT(fe25519_neg);
KEPT(fe25519_pack);
KEPT(fe25519_pow2523);
KEPT(fe25519_setone);
KEPT(fe25519_setzero);
KEPT(fe25519_square);
KEPT(fe25519_sub);
KEPT(fe25519_unpack);
KEPT(ge25519_base);
KEPT(ge25519_double_scalarmult_vartime);
KEPT(ge25519_pack);
KEPT(ge25519_unpackneg_vartime);
KEPT(sc25519_2interleave2);
KEPT(sc25519_from32bytes);
KEPT(sc25519_from64bytes);
KEPT(sc25519_to32bytes);

#endif
