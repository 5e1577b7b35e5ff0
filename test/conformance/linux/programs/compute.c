/* Sums that a computer gets wrong when an instruction is: what the output must be is computed again by the check. */
#include "linux.h"

enum { COUNT = 50000 };

static u32 values[COUNT];

static u32 next(u32 *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static void sort(int low, int high) {
    while (low < high) {
        u32 pivot = values[low + (high - low) / 2];
        int left = low, right = high;
        while (left <= right) {
            while (values[left] < pivot) left++;
            while (values[right] > pivot) right--;
            if (left <= right) {
                u32 kept = values[left];
                values[left++] = values[right];
                values[right--] = kept;
            }
        }
        sort(low, right);
        low = left;
    }
}

static u32 primes_below(u32 limit) {
    static u8 composite[100000];
    u32 count = 0;
    for (u32 n = 2; n < limit; n++) {
        if (composite[n]) continue;
        count++;
        for (u32 multiple = n + n; multiple < limit; multiple += n) composite[multiple] = 1;
    }
    return count;
}

int main(void) {
    u32 state = 2463534242u, weighted = 0;
    for (int index = 0; index < COUNT; index++) values[index] = next(&state);
    sort(0, COUNT - 1);
    for (int index = 0; index < COUNT; index++) weighted = weighted * 31 + values[index];
    print_line("sorted", weighted);
    print_line("primes", primes_below(100000));

    u64 wide = 0x9e3779b97f4a7c15ull;
    for (u32 step = 1; step <= 10000; step++) wide = (wide ^ (wide >> 29)) * 0xbf58476d1ce4e5b9ull + wide / step;
    print_line("wide-high", wide >> 32);
    print_line("wide-low", wide);

    /* The last digit group of 2^1000, digit by digit. */
    static u8 digits[310] = {1};
    u32 sum_of_digits = 0;
    for (int power = 0; power < 1000; power++) {
        u32 carry = 0;
        for (u32 at = 0; at < sizeof digits; at++) {
            carry += digits[at] * 2;
            digits[at] = carry % 10;
            carry /= 10;
        }
    }
    for (u32 at = 0; at < sizeof digits; at++) sum_of_digits += digits[at];
    print_line("digits-of-2^1000", sum_of_digits);
    return 0;
}
