/* SPDX-License-Identifier: MIT
 *
 * Reads tar archives (archive.h). A guest may share the disk and write to it: every size is checked against what there is.
 */
#include "archive.h"

#include "guest.h"
#include "lib.h"

#define BLOCK       512u
#define AT_SIZE     124
#define SIZE_DIGITS 11
#define AT_TYPE     156
#define AT_MAGIC    257

/* Octal digits, spaces before them; ~0 when it is no number. */
static size_t octal(const char *digits)
{
    size_t value = 0;

    for (unsigned i = 0; i < SIZE_DIGITS; i++) {
        if (digits[i] == ' ' && value == 0)
            continue;
        if (digits[i] < '0' || digits[i] > '7' || value >> 28)
            return ~(size_t)0;
        value = value * 8 + (size_t)(digits[i] - '0');
    }
    return value;
}

int archive_next(size_t from, struct archived *file)
{
    const char *disk = (const char *)start_info->mod_start;
    size_t length = disk ? start_info->mod_len : 0;

    while (from <= length && length - from >= BLOCK && memcmp(disk + from + AT_MAGIC, "ustar", 5) == 0) {
        const char *header = disk + from;
        size_t bytes = octal(header + AT_SIZE), room = length - from - BLOCK;

        if (bytes > room)
            return 0;
        memcpy(file->name, header, ARCHIVE_NAME_MAX);
        file->name[ARCHIVE_NAME_MAX] = 0;
        file->start = header + BLOCK;
        file->bytes = bytes;
        file->next = from = from + BLOCK + (bytes + BLOCK - 1) / BLOCK * BLOCK;
        if (header[AT_TYPE] == '0' || header[AT_TYPE] == 0)
            return 1;
    }
    return 0;
}

static const char *last_part(const char *path)
{
    const char *part = path;

    for (; *path; path++)
        if (*path == '/')
            part = path + 1;
    return part;
}

int archive_find(const char *name, struct archived *file)
{
    size_t length = strlen(name) + 1;

    for (int found = archive_next(0, file); found; found = archive_next(file->next, file)) {
        const char *part = last_part(file->name);

        if ((strlen(file->name) + 1 == length && memcmp(file->name, name, length) == 0) ||
            (strlen(part) + 1 == length && memcmp(part, name, length) == 0))
            return 1;
    }
    return 0;
}
