/* SPDX-License-Identifier: MIT
 *
 * Verified boot: before a domain is built, its image is held against the keys that the policy names for its type. From
 * construct_domain (images of the boot loader's) and build_created_domain (of Domain-0's), arch/arm/xen/domain_build.c, before
 * anything else of the image is read. There is one CPU and the hypervisor is not preempted, so what is checked is what is built:
 * of an image of Domain-0's making nobody may keep a mapping, by which it could be changed before or after.
 */
#include <xen/acm.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <asm-arm/system.h>
#include <public/image_signature.h>
#include "ed25519.h"

#define VERIFY_STACK_BYTES  (3 * PAGE_SIZE)

struct verification {
    const uint8_t *image;
    unsigned long bytes;            /* without the signature itself */
    const struct image_signature *trailer;
    bool good;
};

/* A vCPU's hypervisor stack is one page; the arithmetic needs more. */
static uint8_t verify_stack[VERIFY_STACK_BYTES] __attribute__((section(".bss.verify_stack"), aligned(PAGE_SIZE)));

static void verify(void *argument)
{
    struct verification *verification = argument;

    verification->good = ed25519_verify(verification->trailer->signature, verification->trailer->public_key,
                                        verification->image, verification->bytes);
}

/* The policy's key of these bytes, when it will do for the type. */
static const struct acm_key *accepted_key(const struct acm_type *type, const uint8_t *public_key)
{
    for (unsigned int number = 0; number < acm_policy()->nr_keys; number++) {
        const struct acm_key *key = acm_key(number);
        unsigned int same = 0;

        while (same < sizeof(key->key) && key->key[same] == public_key[same])
            same++;
        if (same == sizeof(key->key) && (type->keys & (1U << number)))
            return key;
    }
    return NULL;
}

const char *acm_verify_image(uint8_t type_number, domid_t id, const char *name, const uint8_t *image, unsigned long bytes)
{
    struct image_signature trailer;
    struct verification verification = { .image = image, .bytes = bytes - sizeof(trailer.signature), .trailer = &trailer };
    const struct acm_type *type;
    const struct acm_key *key;
    unsigned long psr;

    if (!acm_active || acm_type(type_number)->keys == 0)
        return NULL;
    type = acm_type(type_number);
    if (bytes < sizeof(trailer))
        return "the policy demands a signed image, and it has no signature";
    memcpy(&trailer, image + bytes - sizeof(trailer), sizeof(trailer));
    for (unsigned int i = 0; i < sizeof(trailer.magic); i++)
        if (trailer.magic[i] != IMAGE_SIGNATURE_MAGIC[i])
            return "the policy demands a signed image, and it has no signature";
    if (trailer.algorithm != IMAGE_SIGNATURE_ED25519 || trailer.image_bytes != bytes - sizeof(trailer))
        return "its signature is for an image of another length or kind";
    key = accepted_key(type, trailer.public_key);
    if (!key)
        return "it is signed with a key that the policy does not accept for its type";
    psr = local_irq_save();                 /* on that stack nobody finds the current vCPU */
    call_on_stack(verify, &verification, verify_stack + sizeof(verify_stack));
    local_irq_restore(psr);
    if (!verification.good)
        return "its signature is wrong: the image is not what was signed";
    printk("(XEN) Domain-%d (%s): its image is signed with key %s\n", id, name, key->name);
    return NULL;
}

/* d has not run, so that whoever maps a frame of it is another domain. */
static bool is_mapped(const struct domain *d)
{
    for (unsigned long mfn = d->min_mfn; mfn < d->min_mfn + d->tot_pages; mfn++)
        if (mfn_to_page(mfn)->type_info & PGT_count_mask)
            return true;
    return false;
}

const char *acm_verify_created(const struct domain *d, const uint8_t *image, unsigned long bytes)
{
    if (acm_active && acm_type(d->acm.type)->keys && is_mapped(d))
        return "the policy demands a signed image, and another domain still maps memory where it lies";
    return acm_verify_image(d->acm.type, d->domain_id, d->name, image, bytes);
}
