/* SPDX-License-Identifier: MIT
 *
 * The tests, by what they are about, and what they share.
 */
#ifndef SELFTEST_H
#define SELFTEST_H

void check(const char *name, long actual, long expected);
unsigned long frame_of(const void *page);
void yield(void);
/* Unmaps a page of ours and returns its frame; 1 when that went well. */
long give_back(void *page);

void test_reservations(void);   /* memory.c */
void test_spaces(void);         /* memory.c */
void test_mapping_grants(void); /* grants.c, Domain-0 */
void test_granting(void);       /* grants.c, Domain-1 */

#endif
