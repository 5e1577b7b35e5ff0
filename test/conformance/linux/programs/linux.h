/*
 * What our test programs need of Linux on ARM (EABI), without a C library: system calls by their numbers
 * (arch/arm/include/asm/unistd.h names them) and output in a few forms.
 */
#ifndef LINUX_H
#define LINUX_H

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

enum system_call_number {
    SYS_EXIT = 1, SYS_FORK = 2, SYS_READ = 3, SYS_WRITE = 4, SYS_OPEN = 5, SYS_CLOSE = 6, SYS_EXECVE = 11,
    SYS_CHDIR = 12, SYS_MKNOD = 14, SYS_GETPID = 20, SYS_MOUNT = 21, SYS_KILL = 37, SYS_MKDIR = 39, SYS_PIPE = 42,
    SYS_UMOUNT2 = 52, SYS_DUP2 = 63, SYS_SETSID = 66, SYS_GETTIMEOFDAY = 78, SYS_WAIT4 = 114, SYS_FSYNC = 118,
    SYS_MPROTECT = 125, SYS_LLSEEK = 140, SYS_NANOSLEEP = 162, SYS_RT_SIGACTION = 174, SYS_MMAP2 = 192,
    SYS_SET_TLS = 0x0f0005
};

enum { O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0100, O_TRUNC = 01000 };
enum { PROT_READ = 1, PROT_WRITE = 2, MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_ANONYMOUS = 0x20 };
enum { SIGUSR1 = 10, SIGSEGV = 11, SIGCHLD = 17, SA_SIGINFO = 4 };

enum { EINVAL = 22 };

struct timeval { long seconds, microseconds; };
struct timespec { long seconds, nanoseconds; };
struct siginfo { int number, error, code; void *address; };
struct sigaction {
    void (*handler)(int number, struct siginfo *info, void *context);
    unsigned long flags;
    void (*restorer)(void);
    unsigned long mask[2];
};

long system_call(long number, ...);

#define write_bytes(fd, at, count) system_call(SYS_WRITE, (long)(fd), (long)(at), (long)(count))
#define read_bytes(fd, at, count) system_call(SYS_READ, (long)(fd), (long)(at), (long)(count))

/* Results of the usual calls; negative is -errno. */
static inline int open_file(const char *path, int flags) { return system_call(SYS_OPEN, path, flags, 0644); }
static inline int fork_process(void) { return system_call(SYS_FORK); }
static inline __attribute__((noreturn)) void leave(int code) {
    for (;;) system_call(SYS_EXIT, code);
}
/* To a place below 4 GB. */
void seek(int file, u32 offset);
/* Waits for this child and gives its exit code, or 128 + the number of the signal that ended it. */
int wait_for(int child);

u32 length_of(const char *text);
/* The decimal number that a text begins with. */
u32 number_in(const char *text);
int same_text(const char *a, const char *b);
void print(const char *text);
void print_unsigned(u32 value);
void print_hex(u32 value);
/* "label value" on a line of its own. */
void print_line(const char *label, u32 value);

#endif
