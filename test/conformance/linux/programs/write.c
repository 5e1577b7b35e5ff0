/* write FILE OFFSET TEXT TIMES: puts a text so many times from a place in a file or a device. */
#include "linux.h"

int main(int argc, char **argv) {
    if (argc != 5) {
        print("usage: write FILE OFFSET TEXT TIMES\n");
        return 1;
    }
    int file = open_file(argv[1], O_RDWR);
    if (file < 0) {
        print_line("write: cannot open, error", -file);
        return 1;
    }
    system_call(SYS_LSEEK, file, number_in(argv[2]), 0);
    for (u32 times = number_in(argv[4]); times > 0; times--) {
        long count = write_bytes(file, argv[3], length_of(argv[3]));
        if (count < 0) {
            print_line("write: error", -count);
            return 1;
        }
    }
    int status = system_call(SYS_FSYNC, file);
    if (status < 0 && status != -22) print_line("write: fsync error", -status);
    return 0;
}
