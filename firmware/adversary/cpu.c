/* SPDX-License-Identifier: MIT
 *
 * What a program can do to a CPU: instructions of every class with registers that point anywhere, forged frames and stacks,
 * and the same from virtual user mode.
 */
#include "adversary.h"

#include "lib.h"

#define RETURN      0xe1a0f00e      /* mov pc, lr */
#define SWI(number) (0xef000000 | (number))

static uint32_t code[16] __attribute__((aligned(4096)));    /* a page by itself would do; alignment finds the borders of lines */

static void run(uint32_t instruction)
{
    unsigned long values[13];

    for (unsigned i = 0; i < 13; i++)
        values[i] = any_value();
    code[0] = instruction;
    code[1] = RETURN;
    execute(code, values);
}

/* ldr, str, ldrt, strt, bytes, halfwords, doublewords, ldm, stm with and without ^, swp: by an address that may be anything. */
void attack_accesses(void)
{
    static const uint32_t kinds[] = {
        0xe5900000, 0xe5800000, 0xe4b00000, 0xe4a00000, 0xe5d00000, 0xe5c00000, 0xe4f00000, 0xe4e00000, 0xe1d000b0, 0xe1c000b0,
        0xe1d000d0, 0xe1d000f0, 0xe1c000d0, 0xe1c000f0, 0xe8900000, 0xe8800000, 0xe9100000, 0xe9000000, 0xe8d00000, 0xe8c00000,
        0xe1000090, 0xe1400090, 0xf5d0f000, 0xe5b00004, 0xe5300004,
    };
    uint32_t instruction = kinds[below(sizeof kinds / sizeof *kinds)] | below(13) << 16;

    if ((instruction & 0x0e000000) == 0x08000000)
        instruction |= one_in(8) ? random32() & 0xdfff : random32() & 0x1fff;
    else
        instruction |= below(12) << 12 | ((instruction & 0x0fb00ff0) == 0x01000090 ? below(12) : 0);
    run(instruction);
}

/* mcr, mrc, cdp, ldc, stc, mcrr, mrrc on all sixteen, the system coprocessor most of the time. */
void attack_coprocessors(void)
{
    static const uint32_t kinds[] = {0xee000010, 0xee100010, 0xee000000, 0xed900000, 0xed800000, 0xec400000, 0xec500000,
                                     0xfe000010, 0xfe100010, 0xfd900000, 0xfd800000};

    for (unsigned i = 1 + below(4); i; i--)
        run(kinds[below(sizeof kinds / sizeof *kinds)] | (random32() & 0x00efe0ef) | (one_in(3) ? below(16) : 15) << 8);
}

/* The undefined ones, BKPT, and words that are anything. */
void attack_instructions(void)
{
    switch (below(6)) {
    case 0:
        run(0xe7f000f0 | (random32() & 0x000fff0f));
        break;
    case 1:
        run(0xe1200070 | (random32() & 0x000fff0f));
        break;
    case 2:
        run(0xf0000000 | (random32() & 0x0fffffff));
        break;
    case 3:
        run(0xe6000010 | (random32() & 0x01ffffef));
        break;
    case 4:
        run(0xe12fff10 | below(16) | below(4) << 4);           /* bx, bxj, blx */
        break;
    default:
        run(0xe0000000 | (random32() & 0x0fffffff));
        break;
    }
}

/* msr and mrs of both status registers, data processing with S and pc: what returns from exceptions. */
void attack_status_registers(void)
{
    static const uint32_t kinds[] = {0xe120f000, 0xe160f000, 0xe320f000, 0xe360f000, 0xe10f0000, 0xe14f0000, 0xe1b0f000,
                                     0xe8fd8000, 0xe8dd8000};
    uint32_t instruction = kinds[below(sizeof kinds / sizeof *kinds)];

    if ((instruction & 0x0fb0f000) == 0x0120f000)
        instruction |= below(16) << 16 | below(13);
    else if ((instruction & 0x0fb0f000) == 0x0320f000)
        instruction |= below(16) << 16 | (random32() & 0xfff);
    else if ((instruction & 0x0fbf0fff) == 0x010f0000)
        instruction |= below(13) << 12;
    else if (instruction == 0xe1b0f000)
        instruction |= one_in(2) ? 14 : below(13);
    run(instruction);
}

void attack_system_calls(void)
{
    run(SWI(one_in(4) ? random32() & 0xffffff : any_value() & 0xffffff) & ~(one_in(8) ? 0x10000000u : 0u));
}

/* Frames for hypercall 31: psr of any mode, masks, T and J; pc and sp anywhere; the frame itself where it can hardly be read. */
void attack_frames(void)
{
    struct cpu_user_regs *frame = any_structure(sizeof *frame / 4);
    unsigned long address = (unsigned long)frame;

    frame->r15 = one_in(8) ? any_address() : (unsigned)attack_restart;
    frame->r13 = one_in(16) ? any_address() : (unsigned)(arena + ARENA_WORDS);
    frame->psr = (one_in(4) ? random32() : PSR_MODE_SVC | (random32() & 0xf10000c0)) | (one_in(16) ? 0 : 0x03);
    if (!one_in(8))
        frame->psr &= ~PSR_THUMB;
    if (one_in(64))
        address = any_address();                    /* mostly the end of this domain */
    else if (one_in(64))
        address += below(4);
    hypercall(__HYPERVISOR_restore_guest_context, address, 0, 0, 0);
}

/* Hypercalls with the stack anywhere are harmless; an upcall there is mostly the end, so it is seldom asked for. */
void attack_stacks(void)
{
    static const uint32_t calls[] = {SWI(XEN_HYPERCALL_SWI), RETURN};
    static const uint32_t traps[] = {SWI(0x123), RETURN};
    unsigned long sp = (unsigned long)(arena + ARENA_WORDS) - below(64);

    for (unsigned i = 4; i; i--)
        with_stack(any_address(), calls);
    if (one_in(3))
        sp = one_in(2) ? 0xff010000 + below(0x18000) : one_in(2) ? 0xfc000000 + below(0x4000000) : any_address();
    with_stack(sp, traps);
}

/* The same page for the code of user mode: all it can do is come back by a trap. */
void attack_user_mode(void)
{
    static const uint32_t programs[][3] = {
        {SWI(XEN_HYPERCALL_SWI), SWI(XEN_HYPERCALL_SWI), SWI(0)},       /* hypercalls are system calls here */
        {0xe5900000, SWI(0), SWI(0)},                                   /* ldr r0, [r0] */
        {0xe5810000, SWI(0), SWI(0)},                                   /* str r0, [r1] */
        {0xee070f17, SWI(0), SWI(0)},                                   /* mcr p15, 0, r0, c7, c7, 0 */
        {0xe121f002, SWI(XEN_HYPERCALL_SWI), SWI(0)},                   /* msr cpsr_c, r2 */
        {0xe7f000f0, SWI(0), SWI(0)},
        {0xe1200070, SWI(0), SWI(0)},
        {0xe1a0f003, SWI(0), SWI(0)},                                   /* mov pc, r3 */
    };

    memcpy(code, programs[below(sizeof programs / sizeof *programs)], sizeof programs[0]);
    if (one_in(8))
        code[0] = 0xe0000000 | (random32() & 0x0fffffff);
    enter_user((unsigned long)code, any_address());
}

static unsigned deep(unsigned levels)
{
    volatile unsigned long room[8];

    room[levels % 8] = levels;
    return levels ? deep(levels - 1) + (unsigned)room[levels % 8] : 0;
}

/* Down to where there is no stack any more, and no room for the upcall that says so. */
void attack_recursion(void)
{
    if (one_in(64))
        deep(100000);
    deep(20);
}
