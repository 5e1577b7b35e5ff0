/* Memory: 24 MB touched page by page, shared and private mappings, and what the kernel offers in its vector page. */
#include "linux.h"

enum { BYTES = 24 << 20, PAGE = 4096 };

static void *map(u32 byte_length, int flags) {
    return (void *)system_call(SYS_MMAP2, 0, byte_length, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
}

int main(void) {
    u8 *large = map(BYTES, MAP_PRIVATE);
    u32 zeros = 0, sum = 0;
    for (u32 at = 0; at < BYTES; at += PAGE) {
        zeros += large[at] == 0;
        *(u32 *)(large + at + 8) = at;
    }
    for (u32 at = 0; at < BYTES; at += PAGE) sum += *(u32 *)(large + at + 8) / PAGE;
    print_line("zero-pages", zeros);
    print_line("page-sum", sum);

    volatile u32 *common = map(PAGE, MAP_SHARED), *own = map(PAGE, MAP_PRIVATE);
    int child = fork_process();
    if (child == 0) {
        common[0] = 1234;
        own[0] = 1234;
        leave(0);
    }
    wait_for(child);
    print_line("shared", common[0]);
    print_line("private", own[0]);

    /* Kernel user helpers (Documentation/arm/kernel_user_helpers.txt): compare and exchange, thread pointer. */
    int (*exchange)(int expected, int value, volatile int *at) = (void *)0xffff0fc0;
    u32 (*thread_pointer)(void) = (void *)0xffff0fe0;
    volatile int word = 5;
    system_call(SYS_SET_TLS, 0x12345678);
    print_line("exchange-missed", exchange(6, 7, &word) != 0 && word == 5);
    print_line("exchanged", exchange(5, 8, &word) == 0 && word == 8);
    print_line("thread-pointer", thread_pointer());
    return 0;
}
