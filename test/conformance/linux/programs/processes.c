/* Processes: copies on write, pipes between them, exit codes, a program run in another's place. */
#include "linux.h"

static u32 shared_until_written[4096];

static char *const environment[] = {0};

int main(void) {
    int ends[2], back[2];
    for (u32 index = 0; index < 4096; index++) shared_until_written[index] = index;
    system_call(SYS_PIPE, ends);
    system_call(SYS_PIPE, back);

    int child = fork_process();
    if (child == 0) {
        u32 numbers[16], sum = 0;
        system_call(SYS_CLOSE, ends[1]);
        for (u32 index = 0; index < 4096; index++) shared_until_written[index] = 7;
        while (read_bytes(ends[0], numbers, sizeof numbers) == sizeof numbers) {
            for (u32 index = 0; index < 16; index++) sum += numbers[index];
        }
        write_bytes(back[1], &sum, 4);
        leave(42);
    }
    system_call(SYS_CLOSE, ends[0]);
    /* More than a pipe holds, so that both sides wait for each other again and again. */
    for (u32 number = 1; number <= 32000; number += 16) {
        u32 numbers[16];
        for (u32 index = 0; index < 16; index++) numbers[index] = number + index;
        write_bytes(ends[1], numbers, sizeof numbers);
    }
    system_call(SYS_CLOSE, ends[1]);
    u32 sum = 0;
    read_bytes(back[0], &sum, 4);
    print_line("sum-by-child", sum);
    print_line("exit-code", wait_for(child));

    u32 own = 0;
    for (u32 index = 0; index < 4096; index++) own += shared_until_written[index];
    print_line("own-copy", own);

    u32 finished = 0;
    for (int index = 0; index < 20; index++) {
        int one = fork_process();
        if (one == 0) {
            char *const arguments[] = {"true", 0};
            system_call(SYS_EXECVE, index & 1 ? "/bin/true" : "/bin/absent", arguments, environment);
            leave(9);
        }
        finished += wait_for(one);
    }
    print_line("exit-codes-of-20", finished);
    return 0;
}
