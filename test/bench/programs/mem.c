/* Memory at work: fills, sorts and checks an array. Entered with the number of rounds in r0 and a stack in sp. */
typedef unsigned int u32;
enum { COUNT = 20000 };
static u32 words[COUNT];

static void quicksort(u32 *low, u32 *high)
{
    while (low < high) {
        u32 pivot = low[(high - low) / 2], *i = low, *j = high;
        while (i <= j) {
            while (*i < pivot) i++;
            while (*j > pivot) j--;
            if (i <= j) { u32 t = *i; *i++ = *j; *j-- = t; }
        }
        if (j - low < high - i) { quicksort(low, j); low = i; }
        else { quicksort(i, high); high = j; }
    }
}

static u32 crc32(const unsigned char *bytes, u32 count)
{
    u32 crc = ~0u;
    while (count--) {
        crc ^= *bytes++;
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xedb88320u & -(crc & 1));
    }
    return ~crc;
}

u32 work(u32 rounds)
{
    u32 seed = 1, sum = 0;
    while (rounds--) {
        for (int i = 0; i < COUNT; i++) words[i] = seed = seed * 1664525u + 1013904223u;
        quicksort(words, words + COUNT - 1);
        sum ^= crc32((const unsigned char *)words, sizeof words / 4);
    }
    return sum;
}

__attribute__((naked, section(".start"))) void _start(void)
{
    __asm__("bl work\n.globl done\ndone: b done");
}
