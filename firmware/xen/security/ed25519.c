/* SPDX-License-Identifier: MIT
 *
 * Verification of an Ed25519 signature (RFC 8032, 5.1.7), put together from the arithmetic and the hash under
 * firmware/third-party/signify: their own opening of a signed message copies the message, which is a whole image here.
 *
 * All that is checked is public, so it need not take the same time for all inputs.
 */
#include "ed25519.h"
#include <sys/types.h>      /* include/third-party: sha2.h wants it before */
#include <ge25519.h>
#include <sha2.h>

static bool equal(const uint8_t *a, const uint8_t *b, unsigned int bytes)
{
    for (unsigned int i = 0; i < bytes; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

/* signature = R, S; checks that R = S B - H(R, A, message) A. */
bool ed25519_verify(const uint8_t signature[64], const uint8_t public_key[32], const uint8_t *message, size_t bytes)
{
    uint8_t hash[SHA512_DIGEST_LENGTH], check[32];
    ge25519 negative_key, point;
    sc25519 hash_scalar, s;
    SHA2_CTX context;

    if (ge25519_unpackneg_vartime(&negative_key, public_key))
        return false;
    sc25519_from32bytes(&s, signature + 32);
    sc25519_to32bytes(check, &s);
    if (!equal(check, signature + 32, 32))
        return false;       /* S is not below the order of the group: another writing of the same signature */
    SHA512Init(&context);
    SHA512Update(&context, signature, 32);
    SHA512Update(&context, public_key, 32);
    SHA512Update(&context, message, bytes);
    SHA512Final(hash, &context);
    sc25519_from64bytes(&hash_scalar, hash);
    ge25519_double_scalarmult_vartime(&point, &negative_key, &hash_scalar, &ge25519_base, &s);
    ge25519_pack(check, &point);
    return equal(check, signature, 32);
}
