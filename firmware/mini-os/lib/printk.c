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

/* Everything that may stand between % and the conversion. */
struct conversion {
    int left, plus, space, alternative, zero;
    size_t width, precision;
    int has_precision;
    unsigned longs;             /* how many l; j counts as two */
};

/* value / base, one bit at a time: no 64-bit divider is linked in. The remainder is the result. */
static unsigned divide(uint64_t *value, unsigned base)
{
    unsigned rest = 0;

    for (int bit = 0; bit < 64; bit++) {
        rest = rest << 1 | (unsigned)(*value >> 63);
        *value <<= 1;
        if (rest >= base) {
            rest -= base;
            *value |= 1;
        }
    }
    return rest;
}

/* Spaces, prefix, zeros, text, spaces. */
static void put_field(struct output *out, const struct conversion *how, const char *prefix, size_t zeros, const char *text, size_t length)
{
    size_t used = strlen(prefix) + zeros + length;

    if (!how->left)
        put_padding(out, ' ', how->width, used);
    while (*prefix)
        put(out, *prefix++);
    put_padding(out, '0', zeros, 0);
    while (length--)
        put(out, *text++);
    if (how->left)
        put_padding(out, ' ', how->width, used);
}

static void put_integer(struct output *out, const struct conversion *how, uint64_t value, unsigned base, const char *prefix, char ten)
{
    char digits[22]; /* 64 bits are 22 octal digits */
    size_t count = 0, zeros = 0;

    while (value) {
        unsigned digit = divide(&value, base);
        digits[sizeof digits - ++count] = (char)(digit < 10 ? '0' + digit : ten + digit - 10);
    }
    if (how->has_precision)
        zeros = how->precision > count ? how->precision - count : 0;
    else if (how->zero && !how->left && how->width > strlen(prefix) + count)
        zeros = how->width - strlen(prefix) - count;
    else if (count == 0)
        zeros = 1;
    if (base == 8 && how->alternative && zeros == 0)
        zeros = 1;
    put_field(out, how, prefix, zeros, digits + sizeof digits - count, count);
}

static size_t read_size(const char **at, va_list *arguments, int *is_negative)
{
    size_t size = 0;

    if (**at == '*') {
        int value = va_arg(*arguments, int);
        ++*at;
        *is_negative = value < 0;
        return value < 0 ? 0u - (unsigned)value : (unsigned)value;
    }
    while (**at >= '0' && **at <= '9')
        size = size * 10 + (size_t)(*(*at)++ - '0');
    return size;
}

/* Flags, width, precision and size; the conversion's character is behind them. */
static const char *read_conversion(struct conversion *how, const char *at, va_list *arguments)
{
    int is_negative = 0;

    for (;; at++)
        if (*at == '-')
            how->left = 1;
        else if (*at == '+')
            how->plus = 1;
        else if (*at == ' ')
            how->space = 1;
        else if (*at == '#')
            how->alternative = 1;
        else if (*at == '0')
            how->zero = 1;
        else
            break;
    how->width = read_size(&at, arguments, &is_negative);
    how->left |= is_negative;
    if (*at == '.') {
        at++;
        is_negative = 0;
        how->precision = read_size(&at, arguments, &is_negative);
        how->has_precision = !is_negative;
    }
    /* char and short come as int, and size_t and ptrdiff_t are as long as one. */
    for (; *at == 'l' || *at == 'h' || *at == 'z' || *at == 't' || *at == 'j'; at++)
        how->longs += *at == 'l' ? 1 : *at == 'j' ? 2 : 0;
    return at;
}

/*
 * Any conversion, wherever between % and its end `at` points. Here come those that format_arguments does not do itself: the few it does
 * are on the measured path of the experiment's workload. Returns the last character that belongs to it.
 */
static const char *put_conversion(struct output *out, const char *at, va_list *arguments)
{
    struct conversion how = {0};
    const char *text, *start = at;
    size_t length = 0;
    char letter;

    do
        start--;
    while (*start != '%');
    at = read_conversion(&how, start + 1, arguments);
    switch (*at) {
    case 'd':
    case 'i': {
        int64_t value = how.longs > 1 ? va_arg(*arguments, int64_t) : va_arg(*arguments, int);
        put_integer(out, &how, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10,
                    value < 0 ? "-" : how.plus ? "+" : how.space ? " " : "", 'a');
        break;
    }
    case 'u':
    case 'o':
    case 'x':
    case 'X': {
        uint64_t value = how.longs > 1 ? va_arg(*arguments, uint64_t) : va_arg(*arguments, unsigned);
        int is_hex = *at == 'x' || *at == 'X';
        put_integer(out, &how, value, *at == 'u' ? 10 : is_hex ? 16 : 8,
                    is_hex && how.alternative && value ? (*at == 'x' ? "0x" : "0X") : "", *at == 'X' ? 'A' : 'a');
        break;
    }
    case 'p':
        how.has_precision = 1;
        how.precision = 8;
        put_integer(out, &how, (uintptr_t)va_arg(*arguments, void *), 16, "0x", 'a');
        break;
    case 'c':
        letter = (char)va_arg(*arguments, int);
        put_field(out, &how, "", 0, &letter, 1);
        break;
    case 's':
        text = va_arg(*arguments, const char *);
        if (!text)
            text = "(null)";
        while ((!how.has_precision || length < how.precision) && text[length])
            length++;
        put_field(out, &how, "", 0, text, length);
        break;
    case '%':
        put(out, '%');
        break;
    default: /* none: as it stands */
        at -= *at == 0;
        while (start <= at)
            put(out, *start++);
    }
    return at;
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
        while (*format == 'l') { /* one means nothing: long is as long as int */
            if (format[1] == 'l') {
                format = put_conversion(&out, format, &arguments);
                goto next;
            }
            format++;
        }
        switch (*format) {
        case 's': {
            const char *text = va_arg(arguments, const char *);
            put_text(&out, text ? text : "(null)", width);
            break;
        }
        case 'c':
            put_padding(&out, ' ', width, 1);
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
            format = put_conversion(&out, format, &arguments);
        }
    next:;
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
