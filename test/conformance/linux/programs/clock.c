/* Time: sleeps as long as asked, by the kernel's clock, and no clock that runs backwards. */
#include "linux.h"

static u32 microseconds(void) {
    struct timeval now;
    system_call(SYS_GETTIMEOFDAY, &now, 0);
    return now.seconds * 1000000u + now.microseconds;
}

int main(void) {
    const struct timespec tenth = {0, 100000000};
    u32 backwards = 0, before = microseconds();
    for (int times = 0; times < 5; times++) {
        system_call(SYS_NANOSLEEP, &tenth, 0);
    }
    print_line("slept-microseconds", microseconds() - before);
    before = microseconds();
    for (int times = 0; times < 2000; times++) {
        u32 now = microseconds();
        backwards += (int)(now - before) < 0;
        before = now;
    }
    print_line("backwards", backwards);
    return 0;
}
