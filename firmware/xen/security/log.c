/* SPDX-License-Identifier: MIT
 *
 * What access control has decided: every denial, and what the policy says to audit. Kept in a ring that Domain-0 reads with
 * acm_op (hypercall 27); a denial is also one line on the console, unless they come too fast.
 */
#include <xen/acm.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/sched.h>
#include <xen/time.h>

#define LOG_ENTRIES         64              /* a power of two */
#define LINES_A_SECOND      8

static struct acm_decision ring[LOG_ENTRIES];
static uint32_t ring_used;                  /* entries since boot */
static uint32_t next_sequence;

static const struct {
    uint8_t object_class, bit;
    const char *name;
} names[] = {
#define ACM_PERMISSION(class, number, permission, bit, target, text) { number, __builtin_ctz(bit), #class ":" #permission },
#include <public/acm-list.h>
#undef ACM_PERMISSION
};

static const char *name_of(const struct acm_decision *decision)
{
    for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
        if (names[i].object_class == decision->object_class && 1U << names[i].bit == decision->permission)
            return names[i].name;
    return "?";
}

/* At most LINES_A_SECOND; what was left out is told when the next second's first line comes. */
static void print(const struct domain *source, const struct acm_decision *decision)
{
    static s_time_t second;
    static unsigned int lines, left_out;

    if (decision->time - (uint64_t)second >= (uint64_t)MILLISECS(1000)) {
        second = (s_time_t)decision->time;
        if (left_out)
            printk("(XEN) acm: %u more denials, see the log\n", left_out);
        lines = left_out = 0;
    }
    if (lines == LINES_A_SECOND) {
        left_out++;
        return;
    }
    lines++;
    if (decision->target == DOMID_XEN)
        printk("(XEN) acm: Domain-%d (%s) is denied %s on %s\n", source->domain_id, acm_type(decision->source_type)->name,
               name_of(decision), acm_type(decision->target_type)->name);
    else
        printk("(XEN) acm: Domain-%d (%s) is denied %s on Domain-%d (%s)\n", source->domain_id,
               acm_type(decision->source_type)->name, name_of(decision), decision->target, acm_type(decision->target_type)->name);
}

static bool same(const struct acm_decision *a, const struct acm_decision *b)
{
    return a->permission == b->permission && a->hypercall == b->hypercall && a->source == b->source && a->target == b->target &&
           a->source_type == b->source_type && a->target_type == b->target_type && a->object_class == b->object_class &&
           a->granted == b->granted;
}

/* A repeated decision is counted in the entry of the first: so a storm of denials does not wash the others away. */
void acm_log(struct domain *source, domid_t target, uint8_t target_type, unsigned int object_class, uint32_t permission,
             uint32_t hypercall, bool granted)
{
    struct acm_decision *last = &ring[(ring_used - 1) % LOG_ENTRIES];
    struct acm_decision decision = {
        .time = (uint64_t)NOW(), .permission = permission, .hypercall = hypercall, .source = source->domain_id, .target = target,
        .source_type = source->acm.type, .target_type = target_type, .object_class = (uint8_t)object_class, .granted = granted,
        .count = 1, .sequence = next_sequence++
    };

    if (ring_used && same(last, &decision)) {
        last->count++;
        last->time = decision.time;
    } else {
        ring[ring_used++ % LOG_ENTRIES] = decision;
    }
    if (!granted)
        print(source, &decision);
}

/* ------------------------------------------------------------------------------------------------------------ acm_op */

static long get_policy(struct acm_getpolicy *request)
{
    request->bytes = acm_active ? acm_policy()->bytes : 0;
    if (request->bytes && request->bytes <= request->buffer_size && copy_to_guest_raw(request->buffer, acm_policy(), request->bytes))
        return -EFAULT;
    return 0;
}

static long get_log(struct acm_getlog *request)
{
    uint32_t first = ring_used > LOG_ENTRIES ? ring_used - LOG_ENTRIES : 0;

    request->count = 0;
    for (uint32_t i = first; i != ring_used && request->count < request->max_decisions; i++) {
        const struct acm_decision *decision = &ring[i % LOG_ENTRIES];

        if (decision->sequence + decision->count <= request->from)
            continue;
        if (copy_to_guest(request->buffer + request->count, decision))
            return -EFAULT;
        request->count++;
        request->from = decision->sequence + decision->count;
    }
    return 0;
}

static long get_ssid(struct acm_getssid *request)
{
    const struct domain *d = request->domain == DOMID_SELF ? current->domain : find_domain_by_id(request->domain);

    if (!d)
        return -ESRCH;
    if (!acm_active)
        return -ENOENT;
    request->ssidref = d->acm.type;
    memcpy(request->type, acm_type(d->acm.type)->name, sizeof(request->type));
    return 0;
}

long do_acm_op(struct acm_op *arg)
{
    struct acm_op op;
    long result;

    if (!(current->domain->domain_flags & DOMF_privileged))
        return -EPERM;
    if (copy_from_guest(&op, arg))
        return -EFAULT;
    switch (op.cmd) {
    case ACM_GETPOLICY:
    case ACM_GETLOG:
    case ACM_GETSSID:
        break;
    default:
        return -ENOSYS;
    }
    if (op.interface_version != ACM_INTERFACE_VERSION)
        return -EINVAL;
    result = op.cmd == ACM_GETPOLICY ? get_policy(&op.u.getpolicy) : op.cmd == ACM_GETLOG ? get_log(&op.u.getlog) : get_ssid(&op.u.getssid);
    if (!result && copy_to_guest(arg, &op))
        result = -EFAULT;
    return result;
}
