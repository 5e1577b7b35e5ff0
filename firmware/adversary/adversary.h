/* SPDX-License-Identifier: MIT
 *
 * The adversary: classes of attacks, the random values that they are made of, and how it survives its own faults.
 */
#ifndef ADVERSARY_H
#define ADVERSARY_H

#include "guest.h"
#include "platform.h"

/* Every class of attacks, in the order of their numbers: X(name, weight). docs/isolation.md has a line for each. */
#define ATTACKS(X) \
    X(hypercalls, 120) \
    X(structures, 120) \
    X(multicalls, 12) \
    X(descriptors, 40) \
    X(mappings, 30) \
    X(spaces, 2) \
    X(stale_translations, 8) \
    X(reservations, 4) \
    X(grants, 50) \
    X(escaped_grants, 5) \
    X(events, 24) \
    X(frames, 8) \
    X(stacks, 8) \
    X(accesses, 16) \
    X(coprocessors, 10) \
    X(instructions, 10) \
    X(status_registers, 6) \
    X(system_calls, 4) \
    X(user_mode, 8) \
    X(storms, 3) \
    X(batches, 1) \
    X(recursion, 1)

enum attack_class {
#define X(name, weight) ATTACK_##name,
    ATTACKS(X)
#undef X
    ATTACK_CLASSES
};

#define X(name, weight) void attack_##name(void);
ATTACKS(X)
#undef X

/* resume.S. The campaign has breakpoints on both: what is called between them counts, what we do to go on does not. */
void attack_begin(enum attack_class class);
void attack_over(void);
/* Where a fault leads, and the start: the stack is empty, and the next attack begins. */
void attack_restart(void) __attribute__((noreturn));

/* Pages of our own to play with, [pool, pool + POOL_PAGES pages), the first at a multiple of 16 KB. What is mapped there, and what
 * the frames are used for, nobody knows. */
#define POOL_PAGES 128
#define POOL       (GUEST_KERNEL_START + 0x40000)
unsigned long pool_page(void);
/* The frame that this page had when we were started. */
unsigned long frame_of(unsigned long va);
/* A pool page of ordinary memory again, as far as that can be had: unpinned, mapped where it was. */
void tame(unsigned long va);
long pin(unsigned command, unsigned long frame);
long update_entry(unsigned long machine_address, unsigned long value);
/* The machine address of our first-level table. */
extern unsigned long first_level_table;

/* grants.c: grants to everybody who may be there, so that there is something to be had from the beginning. */
void grants_begin(void);

/* resume.S: executes `code` with r0-r12 = values; only for code that comes back by `mov pc, lr`, or faults. */
void execute(const uint32_t *code, const unsigned long *values);
/* Calls dummy with this stack pointer, or executes `code` with it. */
void with_stack(unsigned long sp, const uint32_t *code);
void enter_user(unsigned long pc, unsigned long sp);

/* main.c: puts back what an attack may have spoilt and the next one needs: the callback, the shared info, the timer. */
void repair(void);
/* Before a call that may sleep: an event comes soon. */
void wake_me_soon(void);

/* random.c: all of it a function of the seed. */
void random_seed(uint32_t seed);
uint32_t random32(void);
/* 0 .. limit - 1. */
uint32_t below(uint32_t limit);
int one_in(uint32_t n);
/* Numbers at which checks go wrong: limits, addresses, frames, domains. */
unsigned long any_value(void);
/* A virtual address: ours, the hypervisor's, a border, unaligned. */
unsigned long any_address(void);
/* A machine frame: ours, of our page tables, a neighbour's, the hypervisor's, none. */
unsigned long any_frame(void);
unsigned long own_frame(void);
unsigned long page_table_frame(void);
unsigned long any_domain(void);

/* Memory to put arguments in: some pages of our own. */
#define ARENA_WORDS 2048
extern unsigned long arena[ARENA_WORDS];
/* Fills some words of the arena with values; a pointer to the first. */
void *any_structure(unsigned words);

#endif
