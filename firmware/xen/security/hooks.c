/* SPDX-License-Identifier: MIT
 *
 * The one place where access control decides: every hypercall passes acm_check_hypercall before its handler is entered, from
 * process_hypercalls (hypercalls.S) and, each call of a batch, from do_multicall. What it asks for is a table (acm-list.h):
 * an operation that is not in it is refused, so that a new one is closed until somebody lists it.
 *
 * It reads the structure that the handler will read again. Nothing can change it meanwhile: there is one CPU, and no device
 * writes to guests' memory on its own. A handler lets others run only between the elements of a batch, and asks again then.
 *
 * The handlers' own checks (Domain-0 only, owner of a frame ...) come on top: a policy takes rights away, it gives none.
 */
#include <xen/acm.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/sched.h>

#define ACM_BATCH_MAX 1024      /* no handler takes more */

enum acm_class {
#define ACM_PERMISSION(class, number, permission, bit, target, text) class_##class##_##permission = number,
#include <public/acm-list.h>
#undef ACM_PERMISSION
};

enum acm_bit {
#define ACM_PERMISSION(class, number, permission, bit, target, text) \
    bit_##class##_##permission = __builtin_ctz(bit),                 \
    single_##class##_##permission = 1 / ((number) < ACM_NR_CLASSES && ((bit) & ((bit) - 1)) == 0),
#include <public/acm-list.h>
#undef ACM_PERMISSION
};

/* Where an operation's target is found. */
enum acm_target {
    TARGET_SELF,
    TARGET_XEN,
    TARGET_DOMAIN,      /* domain number at this offset of the structure */
    TARGET_NEXT,        /* the same, and where there is no such domain, the next one */
    TARGET_PORT,        /* the other end of the channel whose port is at this offset */
    TARGET_NEW,         /* the type whose number is at this offset: there is no domain yet */
    TARGET_OWNER        /* domain number in this argument; another domain's frames need another permission */
};

enum acm_where { WHERE_NONE = 1, WHERE_R0, WHERE_MEMORY };
#define COUNT_ONE 0

struct acm_shape {
    uint8_t where, structure, count;
};

static const struct acm_shape shapes[NR_hypercalls] = {
#define ACM_SHAPE(hypercall, where, structure, count) [__HYPERVISOR_##hypercall] = { WHERE_##where, structure, COUNT_##count },
#define COUNT_1 1
#define COUNT_2 2
#include <public/acm-list.h>
#undef ACM_SHAPE
};

struct acm_hook {
    uint8_t hypercall, first, last;
    uint8_t object_class, bit;
    uint8_t target, at, stride;
};

static const struct acm_hook hooks[] = {
#define ACM_HOOK(hypercall, first, last, class, permission, target, at, stride) \
    { __HYPERVISOR_##hypercall, first, last, class_##class##_##permission, bit_##class##_##permission, TARGET_##target, at, stride },
#include <public/acm-list.h>
#undef ACM_HOOK
};

/* Hooks of a hypercall stand together; where they begin is found once. */
static const struct acm_hook *hook_of(unsigned long number, uint32_t operation)
{
    static uint8_t begin[NR_hypercalls];
    static bool known;

    if (!known) {
        for (unsigned int i = ARRAY_SIZE(hooks); i-- > 0;)
            begin[hooks[i].hypercall] = (uint8_t)i;
        known = true;
    }
    for (unsigned int i = begin[number]; i < ARRAY_SIZE(hooks) && hooks[i].hypercall == number; i++)
        if (operation >= hooks[i].first && operation <= hooks[i].last)
            return &hooks[i];
    return NULL;
}

static long decide(struct domain *source, const struct domain *target, uint8_t target_type, unsigned int object_class,
                   unsigned int bit, uint32_t hypercall)
{
    const struct acm_vector *vector = acm_vector(source->acm.type, target_type);
    uint32_t permission = 1U << bit;
    bool granted = vector->allow[object_class] & permission;

    if (!granted || (vector->audit[object_class] & permission))
        acm_log(source, target ? target->domain_id : DOMID_XEN, target_type, object_class, permission, hypercall, granted);
    return granted ? 0 : -EPERM;
}

static const struct domain *domain_named(struct domain *self, uint32_t id)
{
    return id == DOMID_SELF ? self : find_domain_by_id((domid_t)id);
}

/*
 * A target that does not exist passes: the handler says so itself.
 */
static long check_operation(struct domain *self, const struct acm_hook *hook, uint32_t hypercall, const char *structure,
                            const unsigned long *arguments)
{
    const struct domain *target = self;
    uint8_t type;
    uint32_t word = 0;
    domid_t id = 0;

    if (hook->target == TARGET_DOMAIN || hook->target == TARGET_NEXT) {
        if (copy_from_guest(&id, (const domid_t *)(structure + hook->at)))
            return -EFAULT;
    } else if (hook->target == TARGET_PORT || hook->target == TARGET_NEW) {
        if (copy_from_guest(&word, (const uint32_t *)(structure + hook->at)))
            return -EFAULT;
    }
    switch (hook->target) {
    case TARGET_XEN:
        return decide(self, NULL, ACM_TYPE_XEN, hook->object_class, hook->bit, hypercall);
    case TARGET_NEXT:
        target = domain_from(id);
        break;
    case TARGET_DOMAIN:
        target = domain_named(self, id);
        break;
    case TARGET_PORT:
        target = evtchn_other_end(self, word);
        break;
    case TARGET_NEW:
        if (!acm_type_of_ssidref(word, &type))
            return -EINVAL;
        return decide(self, NULL, type, hook->object_class, hook->bit, hypercall);
    case TARGET_OWNER:
        target = domain_named(self, arguments[hook->at]);
        if (target && target != self)
            return target->domain_flags & DOMF_started
                       ? decide(self, target, target->acm.type, class_memory_map_foreign, bit_memory_map_foreign, hypercall)
                       : decide(self, target, target->acm.type, class_dom0_build, bit_dom0_build, hypercall);
        break;
    default:
        break;
    }
    return target ? decide(self, target, target->acm.type, hook->object_class, hook->bit, hypercall) : 0;
}

/*
 * `arguments` are r0-r3. A batch is checked whole before anything of it is done: one denied element denies the call.
 */
long acm_check_hypercall(unsigned long number, const unsigned long *arguments)
{
    struct domain *self = current->domain;
    const struct acm_shape *shape;
    const char *structure;
    unsigned long count;

    acm_count_hypercall(self);
    if (number >= NR_hypercalls || hypercall_table[number] == (hypercall_fn *)(void *)do_ni_hypercall)
        return -ENOSYS;
    shape = &shapes[number];
    structure = (const char *)arguments[shape->structure];
    count = shape->count ? arguments[shape->count] : 1;
    if (count > ACM_BATCH_MAX)
        return -E2BIG;
    while (count--) {
        uint32_t operation = 0;
        const struct acm_hook *hook;
        long error;

        if (shape->where == WHERE_R0)
            operation = arguments[0];
        if (shape->where == WHERE_MEMORY && copy_from_guest(&operation, (const uint32_t *)structure))
            return -EFAULT;
        hook = shape->where ? hook_of(number, operation) : NULL;
        if (!hook)
            return -ENOSYS;
        error = check_operation(self, hook, (uint32_t)number | operation << 16, structure, arguments);
        if (error)
            return error;
        structure += hook->stride;
    }
    return 0;
}

long acm_check_again(unsigned long number, unsigned long r0, unsigned long r1, unsigned long r2)
{
    const unsigned long arguments[4] = { r0, r1, r2 };

    return acm_active ? acm_check_hypercall(number, arguments) : 0;
}
