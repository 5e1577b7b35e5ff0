/* SPDX-License-Identifier: MIT
 *
 * What printk makes of each conversion. The lines are for the test outside, which asks the C library of its own machine for the same.
 */
#include "console.h"
#include "selftest.h"

#define ROW(format, text, value) \
    do { \
        char line[80]; \
        size_t length = format_text(line, sizeof line, format, value); \
        printk("format <%s> of <%s> is <%s> %u\n", format, text, line, (unsigned)length); \
    } while (0)
/* The value is written as both a number and a text. */
#define NUMBER(format, value) ROW(format, #value, value)
#define LONG(format, value)   ROW(format, #value, value##ll)
#define TEXT(format, value)   ROW(format, value, value)

void test_format(void)
{
    NUMBER("%d", 0);
    NUMBER("%d", -2147483647);
    NUMBER("%i", 2147483647);
    NUMBER("%u", 4294967295u);
    NUMBER("%6d|", -42);
    NUMBER("%-6d|", -42);
    NUMBER("%06d|", -42);
    NUMBER("%+d", 42);
    NUMBER("% d", 42);
    NUMBER("%+06d", 42);
    NUMBER("%.4d", 42);
    NUMBER("%8.4d|", -42);
    NUMBER("%-8.4d|", 42);
    NUMBER("%.0d|", 0);
    NUMBER("%x", 48879);
    NUMBER("%X", 48879);
    NUMBER("%#x", 48879);
    NUMBER("%#X", 48879);
    NUMBER("%#x", 0);
    NUMBER("%#010x", 48879);
    NUMBER("%o", 511);
    NUMBER("%#o", 511);
    NUMBER("%#o", 0);
    NUMBER("%ld", -70000l);
    NUMBER("%08lx", 70000l);
    NUMBER("%zu", 70000u);
    LONG("%lld", -9223372036854775807);
    LONG("%lld", 1234567890123456789);
    LONG("%25lld|", -1234567890123);
    LONG("%-25lld|", 1234567890123);
    LONG("%llu", 9223372036854775807);
    LONG("%llx", 1234567890123456789);
    LONG("%#llX", 1234567890123456789);
    LONG("%llo", 1234567890123456789);
    TEXT("%s", "text");
    TEXT("%8s|", "text");
    TEXT("%-8s|", "text");
    TEXT("%.2s|", "text");
    TEXT("%-6.3s|", "text");
    TEXT("%.9s|", "text");
    ROW("%c", "x", 'x');
    ROW("%3c|", "x", 'x');
    ROW("%-3c|", "x", 'x');
    char line[16];
    check(format_text(line, sizeof line, "%*d|%-*d|", 4, 7, 3, 8) == 9 && line[3] == '7' && line[5] == '8', "widths come from arguments");
    check(format_text(line, sizeof line, "%.*s%%", 2, "abc") == 3 && line[1] == 'b' && line[2] == '%', "and precisions");
    check(format_text(line, sizeof line, "%s", "longer than the buffer") == 15 && line[15] == 0, "what does not fit is cut off");
}
