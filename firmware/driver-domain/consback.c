/* SPDX-License-Identifier: MIT
 *
 * The console backend (consback.h). A guest's bytes are gathered to lines, so that those of several domains never mix; of what is no
 * printable text only tabs get through, for a guest shall not move the cursor of whoever reads.
 */
#include "consback.h"

#include "console.h"
#include "foreign.h"
#include "guest.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"

#include <public/io/console.h>
#include <public/io/ring.h>

#define CONSOLES 64
#define LINE_MAX 200
#define ROUND    512        /* bytes of one domain before the next one's turn */
#define NEXT_FOCUS 1        /* Ctrl-A */

struct guest_console {
    domid_t domain;
    evtchn_port_t port;
    volatile struct xencons_interface *page;    /* NULL once it has been shut off */
    char line[LINE_MAX + 1];
    unsigned length;
};

static struct guest_console *consoles[CONSOLES];
static unsigned consoles_used;          /* no slot from here on has ever been taken: nobody looks there */
static domid_t focus;
static int own_turn;                /* are we one of those who get the keyboard? */
static void (*own_input)(char c);
static char typed[64];
static unsigned typed_length;

/* Nothing to do but to end the sleep: the main loop serves. */
static void console_event(evtchn_port_t port)
{
    (void)port;
}

int consback_init(domid_t domain, void (*own)(char c))
{
    int port = events_bind_virq(VIRQ_CONSOLE, console_event);

    focus = domain;
    own_turn = domain == 0;
    own_input = own;
    return port < 0 ? port : 0;
}

int consback_connect(domid_t domain)
{
    struct dom0_guest_image_ctl channels;
    struct guest_console *console;
    unsigned slot = 0;
    int result = foreign_channels(domain, &channels);

    while (slot < CONSOLES && consoles[slot])
        slot++;
    if (result || slot == CONSOLES)
        return result ? result : -XEN_ENOSPC;
    console = malloc(sizeof *console);
    if (!console)
        return -XEN_ENOMEM;
    memset(console, 0, sizeof *console);
    console->domain = domain;
    console->page = foreign_map(domain, channels.console_mfn);
    result = console->page ? events_bind_interdomain(domain, channels.console_port, console_event) : -XEN_EINVAL;
    if (result < 0) {
        if (console->page)
            foreign_unmap((void *)console->page);
        free(console);
        return result;
    }
    console->port = (evtchn_port_t)result;
    consoles[slot] = console;
    if (slot >= consoles_used)
        consoles_used = slot + 1;
    return 0;
}

static void print_line(struct guest_console *console)
{
    console->line[console->length] = 0;
    console->length = 0;
    printk("(d%u) %s\n", console->domain, console->line);
}

static void let_go(struct guest_console *console)
{
    foreign_unmap((void *)console->page);
    events_close(console->port);
    console->page = NULL;
}

static int take_output(struct guest_console *console)
{
    volatile struct xencons_interface *page = console->page;
    XENCONS_RING_IDX cons = page->out_cons, prod = page->out_prod;
    unsigned done = 0;

    if (prod - cons > sizeof page->out) {
        printk("driver-domain: console: domain %u is shut off: indices of its ring that cannot be\n", console->domain);
        let_go(console);
        return 0;
    }
    for (; cons != prod && done < ROUND; cons++, done++) {
        char c = page->out[MASK_XENCONS_IDX(cons, page->out)];

        if (c == '\n' || console->length == LINE_MAX)
            print_line(console);
        if (c == '\t' || (c >= ' ' && c != 127))
            console->line[console->length++] = c;
    }
    RING_BARRIER();
    page->out_cons = cons;
    return done != 0;
}

/* ---------------------------------------------------------------------------------------------------------------- typing */

static struct guest_console *with_focus(void)
{
    for (unsigned i = 0; i < consoles_used; i++)
        if (consoles[i] && consoles[i]->page && consoles[i]->domain == focus)
            return consoles[i];
    return NULL;
}

/* The domain with the next higher number, or the lowest one; ours, 0, is the lowest when we take a turn. */
static void move_focus(void)
{
    struct guest_console *next = NULL, *lowest = NULL;

    for (unsigned i = 0; i < consoles_used; i++) {
        struct guest_console *console = consoles[i];

        if (!console || !console->page)
            continue;
        if (!lowest || console->domain < lowest->domain)
            lowest = console;
        if (console->domain > focus && (!next || console->domain < next->domain))
            next = console;
    }
    if (!next && !own_turn)
        next = lowest;
    if (!next && !own_turn)
        return;
    focus = next ? next->domain : 0;
    printk("driver-domain: console: what is typed goes to domain %u\n", focus);
}

static void drop_typed(unsigned count)
{
    typed_length -= count;
    for (unsigned i = 0; i < typed_length; i++)
        typed[i] = typed[i + count];
}

/* One character to ourselves: what it does may be anything but typing. */
static void take_own(void)
{
    char c = typed[0];

    drop_typed(1);
    own_input(c);
}

/* As much as has room; 1 = something was given. */
static int give(struct guest_console *console)
{
    volatile struct xencons_interface *page = console->page;
    XENCONS_RING_IDX cons = page->in_cons, prod = page->in_prod;
    unsigned given = 0;

    while (given < typed_length && typed[given] != NEXT_FOCUS && prod - cons < sizeof page->in)
        page->in[MASK_XENCONS_IDX(prod++, page->in)] = typed[given++];
    RING_BARRIER();
    page->in_prod = prod;
    drop_typed(given);
    if (given)
        events_notify(console->port);
    return given != 0;
}

/* Nobody takes what is typed: it gives way to a Ctrl-A behind it, and is lost when there is no room for more. 1 = something was dropped. */
static int make_way(void)
{
    unsigned key = 0;

    while (key < typed_length && typed[key] != NEXT_FOCUS)
        key++;
    if (key == typed_length && typed_length < sizeof typed)
        return 0;
    drop_typed(key);
    return 1;
}

static int give_input(void)
{
    struct guest_console *console;
    long more = hypercall(__HYPERVISOR_console_io, CONSOLEIO_read, sizeof typed - typed_length, (unsigned long)typed + typed_length, 0);
    int progress = more > 0;

    if (more > 0)
        typed_length += (unsigned)more;
    if (typed_length && typed[0] == NEXT_FOCUS) {
        move_focus();
        drop_typed(1);
        return 1;
    }
    if (typed_length && focus == 0) {
        take_own();
        return 1;
    }
    if (!typed_length)
        return progress;
    console = with_focus();
    if (console && give(console))
        return 1;
    return make_way() | progress;
}

int consback_serve(void)
{
    int progress = 0;

    for (unsigned i = 0; i < consoles_used; i++)
        if (consoles[i] && consoles[i]->page && take_output(consoles[i])) {
            events_notify(consoles[i]->port);
            progress = 1;
        }
    return progress | give_input();
}

void consback_forget(domid_t domain)
{
    for (unsigned i = 0; i < consoles_used; i++)
        if (consoles[i] && consoles[i]->domain == domain) {
            while (consoles[i]->page && take_output(consoles[i]))
                ;
            if (consoles[i]->length)
                print_line(consoles[i]);
            if (consoles[i]->page)
                let_go(consoles[i]);
            free(consoles[i]);
            consoles[i] = NULL;
        }
}
