/* cat [FILE...]: copies files, or its input, to its output. */
#include "linux.h"

static int copy(int from) {
    static char buffer[4096];
    long count;
    while ((count = read_bytes(from, buffer, sizeof buffer)) > 0) write_bytes(1, buffer, count);
    return count < 0;
}

int main(int argc, char **argv) {
    int failed = 0;
    if (argc < 2) return copy(0);
    for (int index = 1; index < argc; index++) {
        int file = open_file(argv[index], O_RDONLY);
        if (file < 0) {
            print("cat: cannot open ");
            print(argv[index]);
            print("\n");
            failed = 1;
            continue;
        }
        failed |= copy(file);
        system_call(SYS_CLOSE, file);
    }
    return failed;
}
