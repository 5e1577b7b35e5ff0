/* SPDX-License-Identifier: MIT
 *
 * A guest with a disk: reads it whole, writes patterns, reads them back, and asks for what no backend may do. Each step prints what
 * came of it. Options: mode=check (default), copy (the first half of the disk over the second), raw (requests that a backend refuses),
 * garble (ring indices that cannot be), crash (with requests in flight), time (what a request costs), echo (prints what is typed),
 * nonsense (console indices that cannot be), escapes (what a terminal would obey),
 * and those of hostile.c; console=ring: prints by way of the driver domain.
 */
#include "blkfront.h"
#include "consfront.h"
#include "console.h"
#include "grants.h"
#include "guest.h"
#include "hostile.h"
#include "kernel.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"
#include "xenbus.h"

#include <public/io/console.h>

#define BUFFER_ORDER   5                /* 32 pages */
#define BUFFER_SECTORS (8u << BUFFER_ORDER)

static struct blkfront disk;
static unsigned char *buffer;

/* The sum that BSD's `sum` gives: rotated right by one before each byte. */
static unsigned checksum(unsigned sum, const unsigned char *bytes, unsigned length)
{
    for (unsigned i = 0; i < length; i++)
        sum = (((sum >> 1) | (sum << 15)) + bytes[i]) & 0xffff;
    return sum;
}

static unsigned sum_of_disk(void)
{
    unsigned sum = 0;

    for (uint64_t sector = 0; sector < disk.sectors; sector += BUFFER_SECTORS) {
        unsigned count = disk.sectors - sector < BUFFER_SECTORS ? (unsigned)(disk.sectors - sector) : BUFFER_SECTORS;
        int error = blkfront_read(&disk, sector, buffer, count);

        if (error)
            printk("disk-guest: read of %u sectors at %u: error %d\n", count, (unsigned)sector, error);
        sum = checksum(sum, buffer, count * BLKIF_SECTOR_BYTES);
    }
    return sum;
}

/* What the test looks for from outside: each word of the disk says where it stands and who wrote it. */
static void fill(unsigned *words, uint64_t sector, unsigned count)
{
    for (unsigned i = 0; i < count * BLKIF_SECTOR_BYTES / 4; i++)
        words[i] = 0xd15c0000u ^ (platform_domain_id() << 24) ^ ((unsigned)sector * (BLKIF_SECTOR_BYTES / 4) + i);
}

/* Writes `count` sectors from an address that is no page's beginning, and compares what it reads back. */
static void write_and_read_back(uint64_t sector, unsigned count, unsigned shift)
{
    unsigned char *from = buffer + shift * BLKIF_SECTOR_BYTES;
    int written, read, equal = 1;

    fill((unsigned *)from, sector, count);
    written = blkfront_write(&disk, sector, from, count);
    memset(from, 0, count * BLKIF_SECTOR_BYTES);
    read = blkfront_read(&disk, sector, from, count);
    for (unsigned i = 0; i < count * BLKIF_SECTOR_BYTES / 4; i++)
        equal &= ((unsigned *)from)[i] == (0xd15c0000u ^ (platform_domain_id() << 24) ^ ((unsigned)sector * (BLKIF_SECTOR_BYTES / 4) + i));
    printk("disk-guest: %u sectors at %u: written %d, read %d, equal %d\n", count, (unsigned)sector, written, read, equal);
}

static void check(void)
{
    printk("disk-guest: sum %u\n", sum_of_disk());
    write_and_read_back(0, 1, 0);
    write_and_read_back(3, 7, 3);
    write_and_read_back(16, 200, 5);
    write_and_read_back(disk.sectors - 2, 2, 1);
    printk("disk-guest: beyond the end: write %d, read %d\n", blkfront_write(&disk, disk.sectors - 1, buffer, 2),
           blkfront_read(&disk, disk.sectors, buffer, 1));
    printk("disk-guest: far beyond: %d\n", blkfront_read(&disk, ~0ull, buffer, 8));
    printk("disk-guest: sum %u\n", sum_of_disk());
}

static void copy(void)
{
    uint64_t half = disk.sectors / 2;
    int error = 0;

    for (uint64_t sector = 0; sector < half && !error; sector += BUFFER_SECTORS) {
        unsigned count = half - sector < BUFFER_SECTORS ? (unsigned)(half - sector) : BUFFER_SECTORS;

        error = blkfront_read(&disk, sector, buffer, count);
        if (!error)
            error = blkfront_write(&disk, half + sector, buffer, count);
    }
    printk("disk-guest: copied: %d\n", error);
}

/* ------------------------------------------------------------------------------------------------- what is not to be done */

static void try_raw(const char *what, struct blkif_request request)
{
    request.id = 7;
    printk("disk-guest: %s: %d\n", what, blkfront_raw(&disk, &request));
}

static void raw(void)
{
    grant_ref_t ref = (grant_ref_t)grant_page(0, buffer, 0);
    grant_ref_t readonly = (grant_ref_t)grant_page(0, buffer + PAGE_SIZE, 1);
    grant_ref_t anothers = (grant_ref_t)grant_page(5, buffer, 0);
    struct blkif_request good = {.operation = BLKIF_OP_READ, .nr_segments = 1, .seg = {{.gref = ref, .last_sect = 7}}};
    struct blkif_request request = good;

    try_raw("a good one", good);
    request.operation = 77;
    try_raw("an operation that is none", request);
    request.operation = BLKIF_OP_FLUSH_DISKCACHE;
    request.nr_segments = 0;
    try_raw("a flush", request);
    request = good;
    request.nr_segments = 0;
    try_raw("no segment", request);
    request.nr_segments = 255;
    try_raw("255 segments", request);
    request = good;
    request.seg[0].last_sect = 8;
    try_raw("a sector behind the page", request);
    request.seg[0].first_sect = 5;
    request.seg[0].last_sect = 4;
    try_raw("a segment that ends before it begins", request);
    request = good;
    request.sector_number = disk.sectors - 7;
    try_raw("beyond the end", request);
    request.sector_number = ~0ull - 3;
    try_raw("round the end of all numbers", request);
    request = good;
    request.seg[0].gref = 300;
    try_raw("a page that is not granted", request);
    request.seg[0].gref = 0xffffffffu;
    try_raw("a reference that cannot be", request);
    request.seg[0].gref = anothers;
    try_raw("a page granted to another domain", request);
    request.seg[0].gref = readonly;
    try_raw("reading into a page that may not be written", request);
    request.operation = BLKIF_OP_WRITE;
    try_raw("writing from it", request);
    try_raw("and a good one", good);
}

static void garble(void)
{
    disk.ring.sring->req_prod = disk.ring.sring->rsp_prod + 1000;
    events_notify(disk.device.port);
    while (xenbus_state(disk.device.backend) != XenbusStateClosed)
        hypervisor_sched_op(SCHEDOP_yield, NULL);
    printk("disk-guest: the backend has closed\n");
    events_close(disk.device.port);
    printk("disk-guest: once more: %d\n", blkfront_connect(&disk));
    printk("disk-guest: read %d\n", blkfront_read(&disk, 0, buffer, 8));
}

static void crash(void)
{
    struct blkif_request request = {.operation = BLKIF_OP_READ, .nr_segments = 1, .seg = {{.last_sect = 7}}};

    request.seg[0].gref = (grant_ref_t)grant_page(0, buffer, 0);
    for (unsigned i = 0; i < 8; i++)
        *RING_GET_REQUEST(&disk.ring, disk.ring.req_prod_pvt++) = request;
    disk.ring.sring->req_prod = disk.ring.req_prod_pvt;
    events_notify(disk.device.port);
    printk("disk-guest: domain %u crashes\n", platform_domain_id());
    guest_shutdown(SHUTDOWN_crash);
}

static void time(void)
{
    uint64_t before = hypervisor_system_time();

    for (unsigned i = 0; i < 64; i++)
        blkfront_read(&disk, i * 8, buffer, 8);
    printk("disk-guest: 64 reads of a page, one at a time: %u us\n", (unsigned)(hypervisor_system_time() - before) / 1000);
    before = hypervisor_system_time();
    blkfront_read(&disk, 0, buffer, BUFFER_SECTORS);
    blkfront_read(&disk, BUFFER_SECTORS, buffer, BUFFER_SECTORS);
    printk("disk-guest: 64 pages in two calls: %u us\n", (unsigned)(hypervisor_system_time() - before) / 1000);
}

/* Lines that are typed, back again, until one says "end". */
static void echo(void)
{
    char line[32];
    size_t length = 0;

    do {
        consfront_wait();
        length += consfront_read(line + length, 1);
        if (length < sizeof line && line[length - 1] != '\r' && line[length - 1] != '\n')
            continue;
        line[length - 1] = 0;
        printk("disk-guest: typed: %s\n", line);
        length = 0;
    } while (memcmp(line, "end", 4) != 0);
}

/* Console indices that cannot be. */
static void nonsense(void)
{
    volatile struct xencons_interface *page =
        (void *)(GUEST_KERNEL_START + ((start_info->console_mfn - start_info->min_mfn) << PAGE_SHIFT));

    page->out_prod = page->out_cons + 0x40000000u;
    events_notify(start_info->console_evtchn);
    guest_shutdown(SHUTDOWN_poweroff);
}

/* What a terminal would obey, and a line without end. */
static void escapes(void)
{
    printk("disk-guest: \033[2J\a\r red\n");
    for (unsigned i = 0; i < 100; i++)
        printk("xxxxxxxxxx");
    printk("\n");
}

static void handshake(void) { hostile_handshake(&disk, buffer); }
static void revoke(void)    { hostile_revoke(&disk, buffer); }
static void flood(void)     { hostile_flood(&disk, buffer); }
static void chatter(void)   { hostile_chatter(&disk, buffer); }
static void deaf(void)      { hostile_deaf(&disk, buffer); }

void kernel_main(void)
{
    static const struct {
        char name[12];
        void (*run)(void);
    } modes[] = {{"check", check}, {"copy", copy}, {"raw", raw}, {"garble", garble}, {"crash", crash}, {"time", time}, {"echo", echo},
                 {"nonsense", nonsense}, {"escapes", escapes},
                 {"handshake", handshake}, {"revoke", revoke}, {"flood", flood}, {"chatter", chatter}, {"deaf", deaf}};
    char mode[12] = "check", console[8] = "";
    int error;

    pages_init();
    option_text(platform_command_line(), "console", console, sizeof console);
    if (memcmp(console, "ring", 5) == 0 && consfront_init())
        printk("disk-guest: there is no console\n");
    buffer = pages_allocate(BUFFER_ORDER);
    option_text(platform_command_line(), "mode", mode, sizeof mode);
    error = buffer ? xenbus_init() : -XEN_ENOMEM;
    error = error ? error : grants_init();
    error = error ? error : blkfront_connect(&disk);
    if (error) {
        printk("disk-guest: there is no disk: error %d\n", error);
        platform_shutdown(1);
    }
    printk("disk-guest: disk of %u sectors%s\n", (unsigned)disk.sectors, disk.readonly ? ", read-only" : "");
    for (unsigned i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (memcmp(modes[i].name, mode, strlen(modes[i].name) + 1) == 0)
            modes[i].run();
    blkfront_close(&disk);
    printk("disk-guest: domain %u done\n", platform_domain_id());
    consfront_flush();
    platform_shutdown(0);
}

void kernel_tick(void)
{
}

void guest_upcall(unsigned trap, struct cpu_user_regs *frame, unsigned vfar, unsigned vfsr)
{
    if (trap == TRAP_EVENT) {
        events_dispatch();
        return;
    }
    printk("disk-guest: fault at pc 0x%08x: CTX 0x%02x VFAR 0x%08x VFSR 0x%03x\n", frame->r15, trap, vfar, vfsr);
    guest_shutdown(SHUTDOWN_crash);
}
