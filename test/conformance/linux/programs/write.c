/* write FILE OFFSET TEXT TIMES: puts a text so many times from a place in a file or a device, 16 KB at once where it can. */
#include "linux.h"

static char buffer[16384];

/* Writes everything, also when the kernel takes it in parts. */
static int write_all(int file, const char *at, u32 left) {
    while (left > 0) {
        long count = write_bytes(file, at, left);
        if (count <= 0) {
            print_line("write: error", -count);
            return 1;
        }
        at += count;
        left -= count;
    }
    return 0;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        print("usage: write FILE OFFSET TEXT TIMES\n");
        return 1;
    }
    int file = open_file(argv[1], O_RDWR | O_CREAT);
    /* Some devices can only be written. */
    if (file < 0) file = open_file(argv[1], O_WRONLY);
    if (file < 0) {
        print_line("write: cannot open, error", -file);
        return 1;
    }
    u32 length = length_of(argv[3]), filled = 0, times = number_in(argv[4]);
    seek(file, number_in(argv[2]));
    while (times > 0) {
        for (filled = 0; times > 0 && filled + length <= sizeof buffer; times--) {
            for (u32 index = 0; index < length; index++) buffer[filled++] = argv[3][index];
        }
        if (write_all(file, buffer, filled)) return 1;
    }
    int status = system_call(SYS_FSYNC, file);
    /* What is no file of blocks has nothing to wait for. */
    if (status < 0 && status != -EINVAL) print_line("write: fsync error", -status);
    return 0;
}
