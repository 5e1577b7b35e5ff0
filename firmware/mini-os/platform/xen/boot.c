/* SPDX-License-Identifier: MIT
 *
 * What a guest does first under the hypervisor: find out who it is, and say where upcalls go.
 */
#include "guest.h"

#include "console.h"
#include "lib.h"
#include "platform.h"

struct start_info *start_info;
struct shared_info *shared_info;
static unsigned domain_id;

void guest_shutdown(unsigned reason)
{
    struct sched_shutdown shutdown = {.reason = reason};

    hypervisor_sched_op(SCHEDOP_shutdown, &shutdown);
    for (;;) /* not reached: a domain that has shut down is never run again */
        hypervisor_sched_op(SCHEDOP_yield, NULL);
}

void guest_init(struct start_info *start)
{
    if (memcmp(start->magic, START_INFO_MAGIC, sizeof START_INFO_MAGIC) != 0) {
        printk("guest: start_info at %p has no \"%s\": not started by this hypervisor\n", (void *)start,
               START_INFO_MAGIC);
        guest_shutdown(SHUTDOWN_crash);
    }
    start_info = start;
    /* The result is our number, and the page stands at that many pages from the address that we gave. */
    long result = hypervisor_update_va_mapping(GUEST_SHARED_INFO, start->shared_info, UVMF_SHARED_INFO | UVMF_INVLPG);
    if (result < 0) {
        printk("guest: the shared info cannot be mapped at 0x%08x: error %d\n", GUEST_SHARED_INFO, (int)result);
        guest_shutdown(SHUTDOWN_crash);
    }
    domain_id = (unsigned)result;
    shared_info = (struct shared_info *)(GUEST_SHARED_INFO + domain_id * PAGE_SIZE);
    for (unsigned word = 0; word < 32; word++) /* no port may interrupt before it has a handler */
        shared_info->evtchn_mask[word] = ~0ul;
    result = hypervisor_set_callbacks(hypervisor_callback, hypervisor_callback);
    if (result < 0) {
        printk("guest: set_callbacks: error %d\n", (int)result);
        guest_shutdown(SHUTDOWN_crash);
    }
}

unsigned guest_domain_id(void)
{
    return domain_id;
}

unsigned long guest_frame_of(const void *address)
{
    const unsigned long *frames = (const unsigned long *)start_info->mfn_list;

    return frames[((unsigned long)address - GUEST_KERNEL_START) >> PAGE_SHIFT];
}

/* From callback.S: hypercall 31 answered instead of going back. */
void guest_frame_refused(long error) __attribute__((noreturn));
void guest_frame_refused(long error)
{
    printk("guest: the hypervisor refused the frame of an upcall: error %d\n", (int)error);
    guest_shutdown(SHUTDOWN_crash);
}
