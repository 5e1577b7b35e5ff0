/* SPDX-License-Identifier: MIT
 *
 * vCPUs of this architecture, and switching between them. The way from one guest to another:
 *
 *   guest A   an interrupt or a hypercall; its 72-byte frame is on A's hypervisor stack
 *   -> ret_to_user (entry.S): softirq_pending -> do_softirq -> schedule (schedule.c): the policy names B
 *   -> context_switch: B's page table, with the flush     -> __switch_to (entry.S): A's r4-r11, sp, return address away, B's in
 *   guest B   comes out of its own __switch_to, perhaps long ago: schedule -> do_softirq -> ret_to_user -> restore
 */
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/sched.h>
#include <asm-arm/system.h>

extern void ret_to_user(void);

struct domain idle_domain = { .domain_id = IDLE_DOMAIN_ID, .vcpu = { &idle_vcpu }, .name = "idle" };
struct vcpu idle_vcpu = {
    .domain = &idle_domain,
    .vcpu_flags = VCPUF_running,
    .arch.guest_table = IDLE_PGDIR_PHYS,
    .arch.guest_context.sys_regs.vdacr = DACR_STAT_HYPERVISOR,
};

/*
 * The vCPU lies behind its domain in the same heap page; its hypervisor stack is another page. The stack is made as if
 * the vCPU had just been switched out in front of ret_to_user: there it begins, with the frame that the builder fills.
 */
struct vcpu *alloc_vcpu_struct(struct domain *d)
{
    struct vcpu *v = (struct vcpu *)round_up((unsigned long)(d + 1), 8);
    char *stack = alloc_xenheap_page();

    if (!stack)
        return NULL;
    v->domain = d;
    ((struct cpu_info *)stack)->cur_vcpu = v;
    v->arch.guest_frame = (struct cpu_user_regs *)(stack + STACK_SIZE) - 1;
    v->arch.guest_context.user_regs.r13 = (unsigned long)v->arch.guest_frame;
    v->arch.guest_context.user_regs.r14 = (unsigned long)ret_to_user;
    v->arch.guest_context.sys_regs.vpsr = PSR_MODE_SVC;
    v->arch.guest_context.sys_regs.vdacr = DACR_STAT_KERNEL;
    return v;
}

void free_vcpu_struct(struct vcpu *v)
{
    free_xenheap_page((void *)((unsigned long)v->arch.guest_frame & ~(STACK_SIZE - 1UL)));
}

/*
 * From schedule(), IRQ masked. The hypervisor's part is the same in every address space, so the tables can change under
 * our feet. The idle vCPU needs no guest memory and runs on whatever is loaded: a domain that sleeps and is the next to
 * run again finds caches and TLB as it left them. This and NEW_BASEPTR are the only places that flush on a switch.
 */
void context_switch(struct vcpu *prev, struct vcpu *next)
{
    perf_counters.switches++;
    if (!is_idle_vcpu(next) && next->arch.guest_table != loaded_page_table()) {
        perf_counters.address_space_switches++;
        load_page_table(next->arch.guest_table);
    }
    __switch_to(prev, next);
}
