/* SPDX-License-Identifier: MIT
 * The goldfish board: registers of the devices that the hypervisor itself drives, and what it lets Domain-0 touch.
 */
#ifndef __ASM_ARCH_GOLDFISH_PLATFORM_H__
#define __ASM_ARCH_GOLDFISH_PLATFORM_H__

#include <xen/types.h>
#include <asm-arm/config.h>

#define GOLDFISH_IO_PHYS    0xFF000000
#define goldfish_reg(page, offset) (*(volatile uint32_t *)(IOREMAP_VIRT_START + (page) + (offset)))

#define PIC                 0x0000
#define PIC_STATUS          0x00    /* R number of pending enabled lines */
#define PIC_NUMBER          0x04    /* R lowest pending one */
#define PIC_DISABLE_ALL     0x08    /* W */
#define PIC_DISABLE         0x0C    /* W line */
#define PIC_ENABLE          0x10    /* W line */

#define TTY                 0x2000
#define TTY_BYTES_READY     0x04    /* R */
#define TTY_CMD             0x08    /* W */
#define TTY_DATA_PTR        0x10    /* W virtual address */
#define TTY_DATA_LEN        0x14    /* W */
#define TTY_CMD_INT_DISABLE 0
#define TTY_CMD_INT_ENABLE  1
#define TTY_CMD_WRITE       2
#define TTY_CMD_READ        3

#define TIMER               0x3000
#define TIMER_TIME_LOW      0x00    /* R nanoseconds; latches the high word */
#define TIMER_TIME_HIGH     0x04    /* R */
#define TIMER_ALARM_LOW     0x08    /* W arms */
#define TIMER_ALARM_HIGH    0x0C    /* W, first */
#define TIMER_CLEAR_IRQ     0x10    /* W */
#define TIMER_CLEAR_ALARM   0x14    /* W */

#define IRQ_TIMER           3
#define IRQ_TTY             4
#define NR_IRQS             32

/* The bus that tells which devices there are: where they lie depends on how the board is configured. */
#define BUS                 0x1000
#define BUS_OP              0x00    /* R: goes to the next device */
#define BUS_COMMAND         0x00    /* W 0: before the first */
#define BUS_GET_NAME        0x04    /* W virtual address */
#define BUS_NAME_LENGTH     0x08    /* R */
#define BUS_IO_BASE         0x10    /* R */
#define BUS_IRQ             0x18    /* R */
#define BUS_OP_ADD_DEVICE   8

/*
 * Devices whose page Domain-0 may map (MMU domain D2) and whose interrupt line guests may bind. None of them can be told to
 * read or write memory: a device that takes an address would do so with the hypervisor's rights.
 */
#define GUEST_DEVICES       { "goldfish_rtc", "goldfish-battery", "goldfish_events" }
#define NR_GUEST_DEVICES    3

/* arch/arm/arch-goldfish/ */
s_time_t platform_now(void);
void platform_set_alarm(s_time_t when);
void platform_clear_alarm(void);
void platform_timer_ack(void);
void platform_init(void);
void platform_irq_enable(unsigned int irq);
void platform_irq_disable(unsigned int irq);
int platform_next_irq(void);        /* -1: none pending */
void platform_console_write(const char *text, unsigned int bytes);
unsigned int platform_console_read(char *to, unsigned int bytes);
unsigned long platform_guest_device(unsigned int index);     /* the frame of its registers; 0: the board has none */
bool platform_io_permitted(unsigned long mfn);
bool platform_irq_permitted(unsigned int irq);

#endif
