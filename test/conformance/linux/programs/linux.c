/* Text output, and the functions that the compiler itself calls. */
#include "linux.h"

/* gcc emits calls of these; the attribute keeps it from turning each into a call of itself. */
#define FREESTANDING __attribute__((optimize("no-tree-loop-distribute-patterns"), used))

FREESTANDING void *memcpy(void *to, const void *from, u32 count) {
    u8 *t = to;
    const u8 *f = from;
    while (count--) *t++ = *f++;
    return to;
}

FREESTANDING void *memset(void *to, int value, u32 count) {
    u8 *t = to;
    while (count--) *t++ = value;
    return to;
}

/* libgcc's division calls this on a division by zero. */
int raise(int signal) { return system_call(SYS_KILL, system_call(SYS_GETPID), signal); }

void seek(int file, u32 offset) {
    u64 place;
    system_call(SYS_LLSEEK, file, 0, offset, &place, 0);
}

int wait_for(int child) {
    int status = 0;
    if (system_call(SYS_WAIT4, child, &status, 0, 0) < 0) return -1;
    return (status & 0x7f) ? 128 + (status & 0x7f) : (status >> 8) & 0xff;
}

u32 length_of(const char *text) {
    u32 count = 0;
    while (text[count]) count++;
    return count;
}

u32 number_in(const char *text) {
    u32 value = 0;
    while (*text >= '0' && *text <= '9') value = value * 10 + (*text++ - '0');
    return value;
}

int same_text(const char *a, const char *b) {
    while (*a && *a == *b) a++, b++;
    return *a == *b;
}

void print(const char *text) { write_bytes(1, text, length_of(text)); }

static void print_in_base(u32 value, u32 base, u32 digits) {
    char text[12];
    u32 at = sizeof text - 1;
    text[at] = 0;
    do {
        text[--at] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value || at + digits >= sizeof text);
    print(text + at);
}

void print_unsigned(u32 value) { print_in_base(value, 10, 1); }
void print_hex(u32 value) { print_in_base(value, 16, 8); }

void print_line(const char *label, u32 value) {
    print(label);
    print(" ");
    print_unsigned(value);
    print("\n");
}
