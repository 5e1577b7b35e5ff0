/* mount TYPE DEVICE FOLDER makes the folder and mounts the device there; mount -u FOLDER takes it away again. */
#include "linux.h"

int main(int argc, char **argv) {
    int status;
    if (argc == 3 && same_text(argv[1], "-u")) status = system_call(SYS_UMOUNT2, argv[2], 0);
    else if (argc == 4) {
        system_call(SYS_MKDIR, argv[3], 0755);
        status = system_call(SYS_MOUNT, argv[2], argv[3], argv[1], 0, 0);
    } else {
        print("usage: mount TYPE DEVICE FOLDER, or mount -u FOLDER\n");
        return 1;
    }
    if (status < 0) print_line("mount: error", -status);
    return status < 0;
}
