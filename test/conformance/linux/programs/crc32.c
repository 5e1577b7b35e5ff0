/*
 * crc32 [FILE [OFFSET BYTES]]: the CRC-32 of ISO 3309 (as zip has it) of a file, a part of it, or the input, and how many
 * bytes that were. Reads like dd does, so it also serves for devices.
 */
#include "linux.h"

static u32 crc_of(u32 crc, const u8 *bytes, u32 count) {
    static u32 table[256];
    if (table[1] == 0) {
        for (u32 index = 0; index < 256; index++) {
            u32 value = index;
            for (int bit = 0; bit < 8; bit++) value = (value >> 1) ^ (value & 1 ? 0xedb88320 : 0);
            table[index] = value;
        }
    }
    crc = ~crc;
    while (count--) crc = table[(crc ^ *bytes++) & 0xff] ^ (crc >> 8);
    return ~crc;
}

int main(int argc, char **argv) {
    static u8 buffer[16384];
    int file = argc > 1 ? open_file(argv[1], O_RDONLY) : 0;
    u32 left = argc > 3 ? number_in(argv[3]) : ~0u, total = 0, crc = 0;
    if (file < 0) {
        print("crc32: cannot open ");
        print(argv[1]);
        print("\n");
        return 1;
    }
    if (argc > 2) seek(file, number_in(argv[2]));
    while (left > 0) {
        long count = read_bytes(file, buffer, left < sizeof buffer ? left : sizeof buffer);
        if (count < 0) {
            print_line("crc32: read error", -count);
            return 1;
        }
        if (count == 0) break;
        crc = crc_of(crc, buffer, count);
        total += count;
        left -= count;
    }
    print("crc32 ");
    print_hex(crc);
    print(" of ");
    print_unsigned(total);
    print(" bytes\n");
    return 0;
}
