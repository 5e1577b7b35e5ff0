/* SPDX-License-Identifier: MIT
 *
 * Goldfish's interrupt controller, serial port, timer and device bus, as far as the hypervisor drives them.
 */
#include <xen/lib.h>
#include <asm-arm/arch-goldfish/platform.h>
#include <asm-arm/system.h>

#define NAME_BYTES 32

static struct {
    unsigned long mfn, irq;
} guest_devices[NR_GUEST_DEVICES];

static void dcache_forget(void *from, unsigned int bytes)
{
    for (unsigned long line = (unsigned long)from & ~(CACHE_LINE - 1UL); line < (unsigned long)from + bytes; line += CACHE_LINE)
        dcache_clean_invalidate_line(line);
}

/* Asks the bus for each device of the board, and remembers those that guests may have. */
static void find_guest_devices(void)
{
    static const char *const names[NR_GUEST_DEVICES] = GUEST_DEVICES;
    static char name[NAME_BYTES] __attribute__((aligned(CACHE_LINE)));     /* lines that hold nothing else */

    goldfish_reg(BUS, BUS_COMMAND) = 0;
    while (goldfish_reg(BUS, BUS_OP) == BUS_OP_ADD_DEVICE) {
        unsigned int length = goldfish_reg(BUS, BUS_NAME_LENGTH);

        if (length >= sizeof(name))
            continue;
        name[length] = '\0';
        dcache_forget(name, sizeof(name));              /* the device writes memory behind the cache's back */
        goldfish_reg(BUS, BUS_GET_NAME) = (uint32_t)name;
        for (unsigned int i = 0; i < NR_GUEST_DEVICES; i++)
            if (strcmp(name, names[i]) == 0) {
                guest_devices[i].mfn = goldfish_reg(BUS, BUS_IO_BASE) >> PAGE_SHIFT;
                guest_devices[i].irq = goldfish_reg(BUS, BUS_IRQ);
            }
    }
}

void platform_init(void)
{
    goldfish_reg(PIC, PIC_DISABLE_ALL) = 0;
    goldfish_reg(TIMER, TIMER_CLEAR_ALARM) = 0;
    find_guest_devices();
    goldfish_reg(TTY, TTY_CMD) = TTY_CMD_INT_ENABLE;
    platform_irq_enable(IRQ_TIMER);
    platform_irq_enable(IRQ_TTY);
}

void platform_irq_enable(unsigned int irq)
{
    goldfish_reg(PIC, PIC_ENABLE) = irq;
}

void platform_irq_disable(unsigned int irq)
{
    goldfish_reg(PIC, PIC_DISABLE) = irq;
}

int platform_next_irq(void)
{
    return goldfish_reg(PIC, PIC_STATUS) ? (int)goldfish_reg(PIC, PIC_NUMBER) : -1;
}

/* The low word latches the high one, so an interrupt handler that also reads the time must not come between. */
s_time_t platform_now(void)
{
    unsigned long psr = local_irq_save();
    uint32_t low = goldfish_reg(TIMER, TIMER_TIME_LOW);
    uint32_t high = goldfish_reg(TIMER, TIMER_TIME_HIGH);

    local_irq_restore(psr);
    return (s_time_t)(((uint64_t)high << 32) | low);
}

/* A time that has already passed interrupts at once. */
void platform_set_alarm(s_time_t when)
{
    goldfish_reg(TIMER, TIMER_ALARM_HIGH) = (uint32_t)((uint64_t)when >> 32);
    goldfish_reg(TIMER, TIMER_ALARM_LOW) = (uint32_t)when;
}

void platform_clear_alarm(void)
{
    goldfish_reg(TIMER, TIMER_CLEAR_ALARM) = 0;
}

void platform_timer_ack(void)
{
    goldfish_reg(TIMER, TIMER_CLEAR_IRQ) = 0;
}

/* The device fetches the text itself, by virtual address, from memory: what the cache holds of it must be there first. */
void platform_console_write(const char *text, unsigned int bytes)
{
    unsigned long psr = local_irq_save();

    dcache_clean_range((unsigned long)text, (unsigned long)text + bytes);
    goldfish_reg(TTY, TTY_DATA_PTR) = (uint32_t)text;
    goldfish_reg(TTY, TTY_DATA_LEN) = bytes;
    goldfish_reg(TTY, TTY_CMD) = TTY_CMD_WRITE;
    local_irq_restore(psr);
}

/* Never asks for more than is there: the board does not survive that. */
unsigned int platform_console_read(char *to, unsigned int bytes)
{
    unsigned long psr = local_irq_save();
    unsigned int ready = goldfish_reg(TTY, TTY_BYTES_READY);

    if (bytes > ready)
        bytes = ready;
    if (bytes) {
        dcache_forget(to, bytes);
        goldfish_reg(TTY, TTY_DATA_PTR) = (uint32_t)to;
        goldfish_reg(TTY, TTY_DATA_LEN) = bytes;
        goldfish_reg(TTY, TTY_CMD) = TTY_CMD_READ;
    }
    local_irq_restore(psr);
    return bytes;
}

unsigned long platform_guest_device(unsigned int index)
{
    return guest_devices[index].mfn;
}

bool platform_io_permitted(unsigned long mfn)
{
    for (unsigned int i = 0; i < NR_GUEST_DEVICES; i++)
        if (mfn == guest_devices[i].mfn)
            return mfn != 0;
    return false;
}

bool platform_irq_permitted(unsigned int irq)
{
    for (unsigned int i = 0; i < NR_GUEST_DEVICES; i++)
        if (guest_devices[i].mfn && irq == guest_devices[i].irq)
            return irq < NR_IRQS;
    return false;
}
