/* SPDX-License-Identifier: MIT
 *
 * printk: formats one line and hands it to the platform in one piece.
 */
#include "console.h"

#include <stdarg.h>

#include "lib.h"
#include "platform.h"

/* Where the text goes; characters beyond the end are dropped. */
struct output {
    char *next, *end;
};

static void put(struct output *out, char c)
{
    if (out->next < out->end)
        *out->next++ = c;
}

static void put_padding(struct output *out, char pad, size_t width, size_t used)
{
    for (; used < width; used++)
        put(out, pad);
}

static void put_text(struct output *out, const char *text, size_t width)
{
    put_padding(out, ' ', width, strlen(text));
    while (*text)
        put(out, *text++);
}

static void put_number(struct output *out, unsigned value, unsigned base, int negative, char pad, size_t width)
{
    char digits[11]; /* 4294967295, or a sign and ten digits */
    size_t count = 0;

    /* Both divisions are by constants, which the compiler turns into multiplications: no divider is linked in. */
    do {
        unsigned digit = base == 16 ? value % 16 : value % 10;
        digits[count++] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
        value = base == 16 ? value / 16 : value / 10;
    } while (value);
    if (negative && pad == '0')
        put(out, '-');
    put_padding(out, pad, width, count + (negative ? 1 : 0));
    if (negative && pad != '0')
        put(out, '-');
    while (count)
        put(out, digits[--count]);
}

static size_t format_arguments(char *buffer, size_t size, const char *format, va_list arguments)
{
    struct output out = {buffer, buffer + size - 1};

    for (; *format; format++) {
        if (*format != '%') {
            put(&out, *format);
            continue;
        }
        format++;
        char pad = ' ';
        size_t width = 0;
        if (*format == '0')
            pad = *format++;
        while (*format >= '0' && *format <= '9')
            width = width * 10 + (size_t)(*format++ - '0');
        while (*format == 'l')
            format++;
        switch (*format) {
        case 's': {
            const char *text = va_arg(arguments, const char *);
            put_text(&out, text ? text : "(null)", width);
            break;
        }
        case 'c':
            put(&out, (char)va_arg(arguments, int));
            break;
        case 'd':
        case 'i': {
            int value = va_arg(arguments, int);
            put_number(&out, value < 0 ? 0u - (unsigned)value : (unsigned)value, 10, value < 0, pad, width);
            break;
        }
        case 'u':
            put_number(&out, va_arg(arguments, unsigned), 10, 0, pad, width);
            break;
        case 'x':
            put_number(&out, va_arg(arguments, unsigned), 16, 0, pad, width);
            break;
        case 'p':
            put_text(&out, "0x", 0);
            put_number(&out, (unsigned)(uintptr_t)va_arg(arguments, void *), 16, 0, '0', 8);
            break;
        case 0:
            format--; /* a lone % at the end: let the loop see the NUL */
            break;
        default:
            put(&out, *format);
        }
    }
    *out.next = 0;
    return (size_t)(out.next - buffer);
}

size_t format_text(char *buffer, size_t size, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    size_t length = format_arguments(buffer, size, format, arguments);
    va_end(arguments);
    return length;
}

void printk(const char *format, ...)
{
    char line[PRINTK_MAX];
    va_list arguments;

    va_start(arguments, format);
    size_t length = format_arguments(line, sizeof line, format, arguments);
    va_end(arguments);
    platform_console_write(line, length);
}
