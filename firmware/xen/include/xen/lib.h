/* SPDX-License-Identifier: MIT
 * Console output, panic, strings. (common/console.c, common/kernel.c, common/string.c, arch/arm/lib/string.S)
 */
#ifndef __XEN_LIB_H__
#define __XEN_LIB_H__

#include <stdarg.h>
#include <xen/types.h>

/* One line of the hypervisor; give it "(XEN) " and "\n". Knows %s %c %d %u %x %p, widths and leading zeros. */
void printk(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Says why and stops the machine. */
void panic(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void machine_halt(void) __attribute__((noreturn));
int vsnprintf(char *to, size_t size, const char *format, va_list arguments);
int snprintf(char *to, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

void *memcpy(void *to, const void *from, size_t bytes);
void *memset(void *to, int byte, size_t bytes);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
uint64_t divide64(uint64_t dividend, uint32_t divisor);     /* common/divide.c */
const char *strstr(const char *text, const char *part);
unsigned long parse_number(const char *text);   /* decimal, or hexadecimal with 0x */

#endif
