/* SPDX-License-Identifier: MIT
 *
 * Process 3: needs more stack in each round, which it gets page by page as it touches them (kernel/fault.c); and in the end more than there
 * can be.
 */
#include "user.h"

#define WORDS 64                        /* of a turn's own, so that a turn takes a little more than 256 bytes */
#define DEEPEST_KB 48
#define STEP_KB 12

/* What the turns below have left in their words is still there when they come back. */
static unsigned dive(unsigned turns)
{
    volatile unsigned own[WORDS];
    unsigned sum = 0;

    for (unsigned i = 0; i < WORDS; i++)
        own[i] = turns + i;
    if (turns > 1)
        sum = dive(turns - 1);
    for (unsigned i = 0; i < WORDS; i++)
        sum += own[i] - i;
    return sum;
}

/* Where the kernel looks: a buffer in the deepest turn, and one that no stack has reached yet. */
static void write_from_below(struct line *line)
{
    line_text(line, "diver: a text from below the stack: ");
    line_number(line, (unsigned)-system_call_2(SYSCALL_WRITE, USER_STACK_TOP - USER_STACK_MAX, 4));
    line_write(line);
}

int diver_main(unsigned pid, unsigned rounds)
{
    static struct line line;

    (void)pid;
    write_from_below(&line);
    for (unsigned round = 1; rounds == 0 || round <= rounds; round++) {
        unsigned kb = round * STEP_KB < DEEPEST_KB ? round * STEP_KB : DEEPEST_KB;
        unsigned turns = kb * 1024 / (WORDS * 4), sum = dive(turns);

        line_text(&line, "diver: ");
        line_number(&line, kb);
        line_text(&line, " KB deep: ");
        line_text(&line, sum == turns * (turns + 1) / 2 * WORDS ? "as it was" : "NOT as it was");
        line_write(&line);
        yield();
    }
    line_text(&line, "diver: too deep");
    line_write(&line);
    dive(1000);
    return 1;
}
