/* SPDX-License-Identifier: MIT
 *
 * Reading NAME=value words from a command line. Whoever wrote the line is not trusted to have written it well.
 */
#include "lib.h"

/* The first character of the value of `name`, or a null pointer. */
static const char *find_option(const char *command_line, const char *name)
{
    size_t length = strlen(name);
    const char *word = command_line;

    while (*word) {
        while (*word == ' ')
            word++;
        /* memcmp may not look beyond the line's end: compare character by character. */
        size_t same = 0;
        while (same < length && word[same] == name[same])
            same++;
        if (same == length && word[length] == '=')
            return word + length + 1;
        while (*word && *word != ' ')
            word++;
    }
    return NULL;
}

int option_text(const char *command_line, const char *name, char *buffer, size_t size)
{
    const char *value = find_option(command_line, name);

    if (!value || size == 0)
        return 0;
    while (size > 1 && *value && *value != ' ') {
        *buffer++ = *value++;
        size--;
    }
    *buffer = 0;
    return 1;
}

unsigned option_number(const char *command_line, const char *name, unsigned otherwise)
{
    const char *value = find_option(command_line, name);
    unsigned number = 0;

    if (!value || *value < '0' || *value > '9')
        return otherwise;
    for (; *value && *value != ' '; value++) {
        unsigned digit = (unsigned)(*value - '0');
        if (digit > 9 || number > (0xffffffffu - 9) / 10)
            return otherwise;
        number = number * 10 + digit;
    }
    return number;
}
