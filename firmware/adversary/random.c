/* SPDX-License-Identifier: MIT
 *
 * What attacks are made of. The same seed gives the same values, as long as the domain has the same frames.
 */
#include "adversary.h"

#include "lib.h"

#include <public/memory.h>

unsigned long arena[ARENA_WORDS] __attribute__((aligned(4096)));

static uint32_t state = 1;

/* Two seeds side by side must not begin alike. */
void random_seed(uint32_t seed)
{
    state = seed * 2654435761u ^ 0x9e3779b9u;
    if (!state)
        state = 1;
    for (unsigned i = 0; i < 8; i++)
        random32();
}

/* Marsaglia, Xorshift RNGs, 2003: the triple 13, 17, 5. */
uint32_t random32(void)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

uint32_t below(uint32_t limit)
{
    return (uint32_t)(((uint64_t)random32() * limit) >> 32);
}

int one_in(uint32_t n)
{
    return below(n) == 0;
}

static const unsigned long borders[] = {
    0, 1, 2, 3, 4, 0x1c, 0x20, 0x200, 0xffc, 0xfff, 0x1000, 0xc000, 0x10000, 0x1fffff, 0x200000,
    0x3ffffffc, 0x40000000, 0x7fffffff, 0x80000000, 0xbeffffff, 0xbf000000, 0xbffffffc, 0xc0000000, 0xc0004000,
    0xf0000000, 0xfbbffffc, 0xfbc00000, 0xfbf00000, 0xfbfff000, 0xfbfffffc, 0xfbffffff, 0xfc000000, 0xfc3ffffc, 0xfc400000,
    0xfdbffffc, 0xfdc00000, 0xfe000000, 0xfe400000, 0xfe800000, 0xfe803ffc, 0xfec00000, 0xfed00000, 0xfeffffff, 0xff000000,
    0xff00c000, 0xff010000, 0xff020000, 0xff1ffffc, 0xffc00000, 0xffc02000, 0xfffffff0, 0xfffffffc, 0xffffffff,
};

unsigned long any_domain(void)
{
    static const unsigned long special[] = {DOMID_SELF, DOMID_IO, DOMID_XEN, 0x7fff, 0x7ffe, 0xffff, 0x10000, 64, 255, 256};

    return one_in(3) ? special[below(sizeof special / sizeof *special)] : below(8);
}

static unsigned long pages_of(unsigned long first, unsigned long count)
{
    return ((const unsigned long *)start_info->mfn_list)[((first - GUEST_KERNEL_START) >> PAGE_SHIFT) + below(count)];
}

unsigned long own_frame(void)
{
    return pages_of(GUEST_KERNEL_START, start_info->nr_pages);
}

unsigned long page_table_frame(void)
{
    return pages_of(start_info->pt_base, start_info->nr_pt_frames);
}

unsigned long any_frame(void)
{
    switch (below(8)) {
    case 0:
    case 1:
    case 2:
        return own_frame();
    case 3:
        return page_table_frame();
    case 4:
        return start_info->min_mfn + below(4096) - 2048;        /* a neighbour's */
    case 5:
        return below(0x200);                                    /* the hypervisor's image and heap */
    case 6:
        return below(24576 + 64);                               /* anybody's; a bit beyond the RAM of 96 MB */
    default:
        return one_in(2) ? 0xff000 + below(32) : random32() >> PAGE_SHIFT;
    }
}

unsigned long any_address(void)
{
    unsigned long address;

    switch (below(8)) {
    case 0:
    case 1:
        address = borders[below(sizeof borders / sizeof *borders)];
        break;
    case 2:
    case 3:
        address = (unsigned long)&arena[below(ARENA_WORDS)];
        break;
    case 4:
        address = GUEST_KERNEL_START + below((uint32_t)start_info->nr_pages * PAGE_SIZE);
        break;
    case 5:
        address = 0xff010000 + below(0x20000);
        break;
    case 6:
        address = 0xfc000000 + below(0x4000000);
        break;
    default:
        address = random32();
        break;
    }
    return one_in(4) ? address + below(4) : address & ~3ul;
}

unsigned long any_value(void)
{
    switch (below(10)) {
    case 0:
    case 1:
        return below(64);
    case 2:
        return borders[below(sizeof borders / sizeof *borders)];
    case 3:
        return any_address();
    case 4:
        return any_frame();
    case 5:
        return any_frame() << PAGE_SHIFT | below(0x1000);
    case 6:
        return any_domain();
    case 7:
        return -below(64);
    case 8:
        return 1ul << below(32);
    default:
        return random32();
    }
}

void *any_structure(unsigned words)
{
    unsigned long *first = &arena[below(ARENA_WORDS - words)];

    for (unsigned i = 0; i < words; i++)
        first[i] = any_value();
    return first;
}
