/* SPDX-License-Identifier: MIT
 *
 * Building a line of text and writing it, in user mode.
 */
#include "user.h"

static void line_char(struct line *line, char c)
{
    if (line->length < sizeof line->text - 1) /* one is left for the end of line */
        line->text[line->length++] = c;
}

void line_text(struct line *line, const char *text)
{
    while (*text)
        line_char(line, *text++);
}

void line_number(struct line *line, unsigned number)
{
    if (number >= 10)
        line_number(line, number / 10);
    line_char(line, (char)('0' + number % 10));
}

void line_hex(struct line *line, unsigned number)
{
    line_text(line, "0x");
    for (int shift = 28; shift >= 0; shift -= 4)
        line_char(line, "0123456789abcdef"[(number >> shift) & 15]);
}

void line_write(struct line *line)
{
    line->text[line->length++] = '\n';
    system_call_2(SYSCALL_WRITE, (unsigned long)line->text, line->length);
    line->length = 0;
}
