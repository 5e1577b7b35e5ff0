/* SPDX-License-Identifier: MIT
 *
 * mini-OS tests itself (command line: selftest=1): what threads, time, memory, printing and events promise in their headers. One line
 * for each check; its test looks from outside whether the same happened in the machine.
 */
#ifndef SELFTEST_H
#define SELFTEST_H

/* Runs all of it; how many checks failed. */
unsigned selftest(void);

/* Prints "ok: what" or "FAILED: what", and counts. */
void check(int is_right, const char *what);

/* Each of a subject, in a file of its own. */
void test_threads(void);
void test_waiting(void);
void test_time(void);
void test_pages(void);
void test_malloc(void);
void test_format(void);
/* platform/: what only that platform has. */
void test_platform(void);

#endif
