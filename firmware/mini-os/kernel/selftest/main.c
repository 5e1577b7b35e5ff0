/* SPDX-License-Identifier: MIT
 *
 * The order of the tests, and their count. kernel_main comes here, with ticks running.
 */
#include "selftest.h"

#include "console.h"
#include "platform.h"

static unsigned passed, failed;

void check(int is_right, const char *what)
{
    printk("%s: %s\n", is_right ? "ok" : "FAILED", what);
    if (is_right)
        passed++;
    else
        failed++;
}

unsigned selftest(void)
{
    test_threads();
    test_waiting();
    test_time();
    test_pages();
    test_malloc();
    test_format();
    test_platform();
    printk("mini-OS: selftest: %u checks, %u failed\n", passed + failed, failed);
    return failed;
}
