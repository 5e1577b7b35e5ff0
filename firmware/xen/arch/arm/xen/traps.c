/* SPDX-License-Identifier: MIT
 *
 * The C end of exceptions (entry.S): faults that end a domain, and faults of the hypervisor itself.
 */
#include <xen/lib.h>
#include <xen/sched.h>

/* What svc_entry keeps of the interrupted hypervisor code. Its sp is the address just behind. */
struct xen_regs {
    unsigned long psr;
    unsigned long r[13];
    unsigned long lr;
    unsigned long pc;
};
_Static_assert(sizeof(struct xen_regs) == 64, "svc_entry makes 64 bytes");

/* From the on_abort macro: an abort in [from, to) continues at fixup. */
struct exception_table_entry {
    unsigned long from;
    unsigned long to;
    unsigned long fixup;
};
extern const struct exception_table_entry __start___ex_table[], __stop___ex_table[];

void crash_without_callback(const struct cpu_user_regs *frame);
void crash_stack_unusable(const struct cpu_user_regs *frame);
void crash_frame_unreadable(const struct cpu_user_regs *frame);
void fatal_trap(const struct xen_regs *regs, const char *what) __attribute__((noreturn));
void do_data_abort_in_xen(struct xen_regs *regs, unsigned long far, unsigned long fsr);

/* From upcall_without_callback: a fault, and no callback to tell. */
void crash_without_callback(const struct cpu_user_regs *frame)
{
    struct vcpu *v = current;
    char reason[96];

    snprintf(reason, sizeof(reason), "%s without a callback to report it to, VFAR %08x VFSR %03x",
             frame->ctx == TRAP_DATA_ABORT ? "data abort"
             : frame->ctx == TRAP_PREFETCH_ABORT ? "prefetch abort" : "undefined instruction",
             v->arch.guest_context.sys_regs.vfar, v->arch.guest_context.sys_regs.vfsr);
    domain_crash(v->domain, reason);
}

/* From do_upcall: the frame could not be written to the guest's kernel stack. */
void crash_stack_unusable(const struct cpu_user_regs *frame)
{
    struct vcpu *v = current;
    char reason[96];

    (void)frame;
    snprintf(reason, sizeof(reason), "kernel stack unusable for an upcall at VKSP %08x",
             v->arch.guest_context.sys_regs.vksp);
    domain_crash(v->domain, reason);
}

/* From do_restore_guest_context: the frame to return to could not be read. */
void crash_frame_unreadable(const struct cpu_user_regs *frame)
{
    (void)frame;
    domain_crash(current->domain, "frame of restore_guest_context unreadable");
}

void fatal_trap(const struct xen_regs *regs, const char *what)
{
    struct vcpu *v = current;

    if (regs) {
        printk("(XEN) pc %08x lr %08x sp %08x psr %08x\n", regs->pc, regs->lr, (unsigned long)(regs + 1), regs->psr);
        for (unsigned int i = 0; i < 12; i += 4)
            printk("(XEN) r%u %08x %08x %08x %08x\n", i, regs->r[i], regs->r[i + 1], regs->r[i + 2], regs->r[i + 3]);
        printk("(XEN) r12 %08x\n", regs->r[12]);
    }
    panic("%s in the hypervisor, on behalf of Domain-%d", what, v && v->domain ? v->domain->domain_id : -1);
}

/* From __dabt_svc. Only code that declared it (on_abort) may fault; it goes on at its fix-up. */
void do_data_abort_in_xen(struct xen_regs *regs, unsigned long far, unsigned long fsr)
{
    for (const struct exception_table_entry *entry = __start___ex_table; entry < __stop___ex_table; entry++)
        if (regs->pc >= entry->from && regs->pc < entry->to) {
            regs->pc = entry->fixup;
            return;
        }
    printk("(XEN) FAR %08x FSR %03x\n", far, fsr);
    fatal_trap(regs, "data abort");
}
