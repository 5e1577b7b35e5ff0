/* SPDX-License-Identifier: MIT
 *
 * The console frontend (consfront.h).
 */
#include "consfront.h"

#include "guest.h"
#include "platform.h"

#include <public/io/console.h>
#include <public/io/ring.h>

static volatile struct xencons_interface *page;

void __real_platform_console_write(const char *text, size_t length);
void __wrap_platform_console_write(const char *text, size_t length);

/* Nothing to do but to end the sleep. */
static void console_event(evtchn_port_t port)
{
    (void)port;
}

int consfront_init(void)
{
    if (!start_info->console_mfn || !start_info->console_evtchn)
        return -XEN_ENOENT;
    if (events_listen(start_info->console_evtchn, console_event) < 0)
        return -XEN_EINVAL;
    page = (void *)(GUEST_KERNEL_START + ((start_info->console_mfn - start_info->min_mfn) << PAGE_SHIFT));
    return 0;
}

/* It may be called with events off, in a handler: so it yields instead of sleeping. */
void consfront_write(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        while (page->out_prod - page->out_cons >= sizeof page->out) {
            events_notify(start_info->console_evtchn);
            hypervisor_sched_op(SCHEDOP_yield, NULL);
        }
        page->out[MASK_XENCONS_IDX(page->out_prod, page->out)] = text[i];
        RING_BARRIER();
        page->out_prod++;
    }
    events_notify(start_info->console_evtchn);
}

size_t consfront_read(char *text, size_t size)
{
    size_t length = 0;

    while (length < size && page->in_cons != page->in_prod) {
        text[length++] = page->in[MASK_XENCONS_IDX(page->in_cons, page->in)];
        RING_BARRIER();
        page->in_cons++;
    }
    if (length)
        events_notify(start_info->console_evtchn);
    return length;
}

/* Events are off between the look and the sleep, so none is slept through. */
void consfront_wait(void)
{
    unsigned were_off = platform_events_off();

    while (page->in_cons == page->in_prod) {
        platform_wait_for_event();
        platform_events_off();
    }
    platform_events_restore(were_off);
}

void consfront_flush(void)
{
    while (page && page->out_cons != page->out_prod)
        hypervisor_sched_op(SCHEDOP_yield, NULL);
}

void __wrap_platform_console_write(const char *text, size_t length)
{
    if (page)
        consfront_write(text, length);
    else
        __real_platform_console_write(text, length);
}
