/* SPDX-License-Identifier: MIT
 * Strings and formatted text. memcpy and memset are in arch/arm/lib/string.S.
 */
#include <xen/lib.h>

size_t strlen(const char *text)
{
    size_t length = 0;

    while (text[length])
        length++;
    return length;
}

int strcmp(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return (unsigned char)*a - (unsigned char)*b;
}

const char *strstr(const char *text, const char *part)
{
    for (;; text++) {
        size_t i = 0;

        while (part[i] && text[i] == part[i])
            i++;
        if (!part[i])
            return text;
        if (!*text)
            return NULL;
    }
}

unsigned long parse_number(const char *text)
{
    unsigned long value = 0;
    unsigned int base = 10;

    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        text += 2;
    }
    for (;; text++) {
        unsigned int digit;

        if (*text >= '0' && *text <= '9')
            digit = (unsigned int)(*text - '0');
        else if (base == 16 && (*text | 32) >= 'a' && (*text | 32) <= 'f')
            digit = (unsigned int)((*text | 32) - 'a') + 10;
        else
            return value;
        value = value * base + digit;
    }
}

struct output {
    char *to;
    size_t size;
    size_t length;
};

static void put(struct output *out, char c)
{
    if (out->length + 1 < out->size)
        out->to[out->length] = c;
    out->length++;
}

/* Digits by repeated subtraction of powers of ten: the CPU has no divide, and libgcc's would be larger than this. */
static void put_number(struct output *out, unsigned long value, unsigned int base, unsigned int width, char pad)
{
    static const unsigned long tens[] = { 1000000000, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1 };
    char digits[10];
    unsigned int count = 0;

    if (base == 16) {
        for (int shift = 28; shift >= 0; shift -= 4)
            if (count || (value >> shift) || shift == 0)
                digits[count++] = "0123456789abcdef"[(value >> shift) & 15];
    } else {
        for (unsigned int i = 0; i < ARRAY_SIZE(tens); i++) {
            unsigned int digit = 0;

            while (value >= tens[i]) {
                value -= tens[i];
                digit++;
            }
            if (count || digit || tens[i] == 1)
                digits[count++] = (char)('0' + digit);
        }
    }
    while (width > count) {
        put(out, pad);
        width--;
    }
    for (unsigned int i = 0; i < count; i++)
        put(out, digits[i]);
}

int vsnprintf(char *to, size_t size, const char *format, va_list arguments)
{
    struct output out = { to, size, 0 };

    for (; *format; format++) {
        unsigned int width = 0;
        char pad = ' ';

        if (*format != '%') {
            put(&out, *format);
            continue;
        }
        format++;
        if (*format == '0')
            pad = '0';
        while (*format >= '0' && *format <= '9')
            width = width * 10 + (unsigned int)(*format++ - '0');
        while (*format == 'l')
            format++;
        switch (*format) {
        case 's':
            for (const char *text = va_arg(arguments, const char *); *text; text++)
                put(&out, *text);
            break;
        case 'c':
            put(&out, (char)va_arg(arguments, int));
            break;
        case 'd': {
            long value = va_arg(arguments, long);

            if (value < 0)
                put(&out, '-');
            put_number(&out, value < 0 ? 0 - (unsigned long)value : (unsigned long)value, 10, width, pad);
            break;
        }
        case 'u':
            put_number(&out, va_arg(arguments, unsigned long), 10, width, pad);
            break;
        case 'x':
            put_number(&out, va_arg(arguments, unsigned long), 16, width, pad);
            break;
        case 'p':
            put_number(&out, va_arg(arguments, unsigned long), 16, 8, '0');
            break;
        case '\0':
            format--;
            break;
        default:
            put(&out, *format);
            break;
        }
    }
    if (size)
        to[out.length < size ? out.length : size - 1] = '\0';
    return (int)out.length;
}

int snprintf(char *to, size_t size, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(to, size, format, arguments);
    va_end(arguments);
    return length;
}
