/* SPDX-License-Identifier: MIT
 *
 * Process 1: a tour of what a process may not do. Each stop says what it is about to do, then does it; the MMU stops it,
 * the hypervisor tells the kernel why (VFAR, VFSR), the kernel prints that and lets the tour go on.
 */
#include "user.h"

#define KERNEL_ADDRESS     0xc0008000   /* the kernel's first instruction: MMU domain 1 */
#define HYPERVISOR_ADDRESS 0xff010000   /* the hypervisor's: MMU domain 0 */
#define UNMAPPED_SECTION   0x50000000   /* no second-level table */
#define UNMAPPED_PAGE      0x40080000   /* a table, but no page in it */

#define PAUSE_TICKS 50

static void read_word(unsigned long address)
{
    (void)*(volatile unsigned *)address;
}

static void write_word(unsigned long address)
{
    *(volatile unsigned *)address = 0xbadc0de;
}

static void execute_undefined(unsigned long unused)
{
    (void)unused;
    __asm__ volatile(".word 0xe7f000f0"); /* an instruction that ARM keeps undefined for ever (ARM DDI 0100 A3.16.5) */
}

static void jump(unsigned long address)
{
    ((void (*)(void))address)();
}

static void call_hypervisor(unsigned long unused)
{
    (void)unused;
    forbidden_hypercall();
}

struct stop {
    const char *text;
    void (*act)(unsigned long address);
    unsigned long address;
};

static const struct stop stops[] = {
    {"read kernel memory", read_word, KERNEL_ADDRESS},
    {"write hypervisor memory", write_word, HYPERVISOR_ADDRESS},
    {"read where nothing is", read_word, UNMAPPED_SECTION},
    {"write a page that is not there", write_word, UNMAPPED_PAGE},
    {"write my own code", write_word, USER_BASE},
    {"execute an undefined instruction", execute_undefined, 0},
    {"jump where nothing is", jump, UNMAPPED_SECTION},
    {"jump into the kernel", jump, KERNEL_ADDRESS},
    {"make a hypercall", call_hypervisor, 0},
};

int tour_main(unsigned pid, unsigned rounds)
{
    static struct line line;

    for (unsigned round = 1; rounds == 0 || round <= rounds; round++) {
        line_text(&line, "tour: round ");
        line_number(&line, round);
        line_text(&line, ", I am pid ");
        line_number(&line, getpid());
        line_write(&line);
        for (const struct stop *stop = stops; stop != stops + sizeof stops / sizeof stops[0]; stop++) {
            line_text(&line, "tour: ");
            line_text(&line, stop->text);
            if (stop->address) {
                line_text(&line, " at ");
                line_hex(&line, stop->address);
            }
            line_write(&line);
            stop->act(stop->address);
        }
        yield();
        if (round != rounds)
            sleep_ticks(PAUSE_TICKS);
    }
    return (int)pid - 1;
}
