/* Signals: one sent to itself, one from a child, and faults that the MMU reports, handled at the right address. */
#include "linux.h"

static volatile u32 user_signals, child_signals, faults;
static void *volatile fault_address;
/* Volatile all through: the write to the page must come after the pointer is in place for the handler. */
static volatile u8 *volatile guarded;

static void on_signal(int number, struct siginfo *info, void *context) {
    (void)info, (void)context;
    if (number == SIGUSR1) user_signals++;
    else child_signals++;
}

static void on_fault(int number, struct siginfo *info, void *context) {
    (void)number, (void)context;
    faults++;
    fault_address = info->address;
    system_call(SYS_MPROTECT, guarded, 4096, PROT_READ | PROT_WRITE);
}

static void handle(int number, void (*handler)(int, struct siginfo *, void *)) {
    struct sigaction action = {handler, SA_SIGINFO, 0, {0, 0}};
    system_call(SYS_RT_SIGACTION, number, &action, 0, 8);
}

int main(void) {
    handle(SIGUSR1, on_signal);
    handle(SIGCHLD, on_signal);
    handle(SIGSEGV, on_fault);
    for (int times = 0; times < 100; times++) system_call(SYS_KILL, system_call(SYS_GETPID), SIGUSR1);
    print_line("user-signals", user_signals);

    int child = fork_process();
    if (child == 0) leave(0);
    wait_for(child);
    print_line("child-signals", child_signals);

    guarded = (volatile u8 *)system_call(SYS_MMAP2, 0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    guarded[123] = 5;
    print_line("faults", faults);
    print_line("fault-offset", (volatile u8 *)fault_address - guarded);
    print_line("written-after-fault", guarded[123]);

    child = fork_process();
    if (child == 0) {
        handle(SIGSEGV, 0);
        *(volatile u32 *)0xc0008000 = 1; /* the kernel's memory */
        leave(0);
    }
    print_line("kernel-write-ends-with", wait_for(child));
    return 0;
}
