/* node FILE MINOR: makes the node of a "misc" device (character device 10), whose minor number /proc/misc tells. */
#include "linux.h"

enum { MISC = 10, CHARACTER_DEVICE = 020666 };

int main(int argc, char **argv) {
    if (argc != 3) {
        print("usage: node FILE MINOR\n");
        return 1;
    }
    int status = system_call(SYS_MKNOD, argv[1], CHARACTER_DEVICE, MISC << 8 | number_in(argv[2]));
    if (status < 0) print_line("node: error", -status);
    return status < 0;
}
