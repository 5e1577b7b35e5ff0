/* SPDX-License-Identifier: MIT
 *
 * Goldfish's interrupt controller, serial port and timer, as far as the hypervisor drives them.
 */
#include <asm-arm/arch-goldfish/platform.h>
#include <asm-arm/system.h>

void platform_init(void)
{
    goldfish_reg(PIC, PIC_DISABLE_ALL) = 0;
    goldfish_reg(TIMER, TIMER_CLEAR_ALARM) = 0;
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
        for (unsigned long line = (unsigned long)to & ~(CACHE_LINE - 1UL); line < (unsigned long)to + bytes; line += CACHE_LINE)
            dcache_clean_invalidate_line(line);
        goldfish_reg(TTY, TTY_DATA_PTR) = (uint32_t)to;
        goldfish_reg(TTY, TTY_DATA_LEN) = bytes;
        goldfish_reg(TTY, TTY_CMD) = TTY_CMD_READ;
    }
    local_irq_restore(psr);
    return bytes;
}

bool platform_io_permitted(unsigned long mfn)
{
    static const uint32_t pages[] = DOM0_IO_PAGES;

    for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++)
        if (mfn == (GOLDFISH_IO_PHYS + pages[i]) >> PAGE_SHIFT)
            return true;
    return false;
}

bool platform_irq_permitted(unsigned int irq)
{
    return irq < NR_IRQS && (GUEST_IRQS >> irq & 1);
}
