/* SPDX-License-Identifier: MIT
 * ELF32 images of guests, as far as building a domain needs them. (common/elf.c)
 */
#ifndef __XEN_ELF_H__
#define __XEN_ELF_H__

#include <xen/types.h>

#define XEN_GUEST_TEXT_BYTES 256

struct guest_image {
    const uint8_t *bytes;
    unsigned long length;
    unsigned long entry;
    unsigned long start, end;       /* virtual range of all its PT_LOAD segments */
    unsigned long virt_base;        /* VIRT_BASE= of __xen_guest */
};

/* NULL when the image can be built, else why not. Reads nothing outside [bytes, bytes + length). */
const char *parse_guest_image(struct guest_image *image);
/* Copies and clears the segments; to = where virt_base lies in our address space. */
void load_guest_image(const struct guest_image *image, uint8_t *to);

#endif
