/* SPDX-License-Identifier: MIT
 *
 * A signed image: any file, then this trailer as its last bytes. `armvisor image sign` appends it; an ELF reader does not look
 * behind the parts that the ELF header names, so a signed image is still an image for every tool.
 *
 * The signature is Ed25519 (RFC 8032) over all that stands before it in the file: the image and the trailer's own other words. So
 * no byte of a signed file can change unnoticed. What the loader says of a domain (name, memory, command line) is not in the file.
 */
#ifndef __XEN_PUBLIC_IMAGE_SIGNATURE_H__
#define __XEN_PUBLIC_IMAGE_SIGNATURE_H__

#include <stdint.h>

#define IMAGE_SIGNATURE_MAGIC       "AVSIGNED"
#define IMAGE_SIGNATURE_ED25519     1

/* At any alignment: copy it out. */
struct image_signature {
    char magic[8];
    uint32_t algorithm;
    uint32_t image_bytes;       /* what stands before the trailer */
    uint8_t public_key[32];     /* whose signature it claims to be */
    uint8_t signature[64];
};

#endif
