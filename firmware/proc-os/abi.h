/* SPDX-License-Identifier: MIT
 *
 * What the processes and the kernel of proc-os agree on.
 *
 * A system call is `swi #0` in ARM state: number in r7, arguments in r0-r2, result in r0 (negative = error), all other
 * registers kept. Under the hypervisor it goes vector_swi -> do_upcall -> the kernel's callback -> hypercall 31 -> back.
 * A process begins at its entry with r0 = its number, r1 = how many rounds it shall do (0 = for ever).
 */
#ifndef ABI_H
#define ABI_H

#define SYSCALL_EXIT   0    /* (code): does not return */
#define SYSCALL_WRITE  1    /* (text, length): at most WRITE_MAX bytes, in one piece; the length */
#define SYSCALL_GETPID 2    /* (): the process's number */
#define SYSCALL_YIELD  3    /* (): lets the other process run; 0 */
#define SYSCALL_SLEEP  4    /* (ticks of 10 ms): 0 when they have passed */

#define WRITE_MAX 256

#define ERROR_FAULT      14 /* an address that the process has no memory at */
#define ERROR_INVALID    22
#define ERROR_NO_SYSCALL 38

#define USER_BASE      0x40000000
/* The stack has one page at first, and gets the next one below when the process touches it, down to this many bytes. */
#define USER_STACK_TOP 0x40100000
#define USER_STACK_MAX 0x10000

#endif
