/* The first process: mounts what the checks look into, says so, and starts the shell again whenever it ends. */
#include "linux.h"

static char *const environment[] = {"PATH=/bin", 0};

int main(void) {
    system_call(SYS_MOUNT, "proc", "/proc", "proc", 0, 0);
    system_call(SYS_MOUNT, "sysfs", "/sys", "sysfs", 0, 0);
    print("Armvisor test system\n");
    for (;;) {
        int child = fork_process();
        if (child == 0) {
            char *const arguments[] = {"sh", 0};
            system_call(SYS_SETSID);
            system_call(SYS_EXECVE, "/bin/sh", arguments, environment);
            leave(127);
        }
        wait_for(child);
    }
}
