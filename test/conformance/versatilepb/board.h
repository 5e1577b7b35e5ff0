/* The Versatile PB as the programs use it: register addresses (ARM DUI 0224), output over UART0, interrupts on and off. */
#pragma once
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))

#define SYS 0x10000000u
#define SIC 0x10003000u
#define UART3 0x10009000u
#define VIC 0x10140000u
#define TIMER01 0x101e2000u
#define TIMER23 0x101e3000u
#define UART0 0x101f1000u
#define UART1 0x101f2000u
#define UART2 0x101f3000u

#define VIC_IRQSTATUS REG(VIC + 0x00)
#define VIC_FIQSTATUS REG(VIC + 0x04)
#define VIC_RAWINTR REG(VIC + 0x08)
#define VIC_INTSELECT REG(VIC + 0x0c)
#define VIC_INTENABLE REG(VIC + 0x10)
#define VIC_INTENCLEAR REG(VIC + 0x14)
#define VIC_SOFTINT REG(VIC + 0x18)
#define VIC_SOFTINTCLEAR REG(VIC + 0x1c)
#define VIC_VECTADDR REG(VIC + 0x30)
#define VIC_DEFVECTADDR REG(VIC + 0x34)
#define VIC_SLOTADDR(n) REG(VIC + 0x100 + 4 * (n))
#define VIC_SLOTCNTL(n) REG(VIC + 0x200 + 4 * (n))
#define SLOT_ENABLE 0x20u

#define SIC_STATUS REG(SIC + 0x00)
#define SIC_RAWSTAT REG(SIC + 0x04)
#define SIC_ENSET REG(SIC + 0x08)
#define SIC_ENCLR REG(SIC + 0x0c)
#define SIC_SOFTINTSET REG(SIC + 0x10)
#define SIC_SOFTINTCLR REG(SIC + 0x14)
#define SIC_PICENSET REG(SIC + 0x20)
#define SIC_PICENCLR REG(SIC + 0x24)

#define TIMER_LOAD(t) REG((t) + 0x00)
#define TIMER_VALUE(t) REG((t) + 0x04)
#define TIMER_CONTROL(t) REG((t) + 0x08)
#define TIMER_INTCLR(t) REG((t) + 0x0c)
#define TIMER_RIS(t) REG((t) + 0x10)
#define TIMER_MIS(t) REG((t) + 0x14)
#define TIMER_BGLOAD(t) REG((t) + 0x18)

#define UART_DR(u) REG((u) + 0x00)
#define UART_FR(u) REG((u) + 0x18)
#define UART_IBRD(u) REG((u) + 0x24)
#define UART_FBRD(u) REG((u) + 0x28)
#define UART_LCR_H(u) REG((u) + 0x2c)
#define UART_CR(u) REG((u) + 0x30)
#define UART_IFLS(u) REG((u) + 0x34)
#define UART_IMSC(u) REG((u) + 0x38)
#define UART_RIS(u) REG((u) + 0x3c)
#define UART_MIS(u) REG((u) + 0x40)
#define UART_ICR(u) REG((u) + 0x44)

void print(const char *text);
/** "name = 0x0000002a" on a line of its own. */
void print_value(const char *name, uint32_t value);

static inline void irq_on(void) {
  uint32_t psr;
  __asm__ volatile("mrs %0, cpsr\n bic %0, %0, #0xc0\n msr cpsr_c, %0" : "=r"(psr)::"memory");
}

static inline void irq_off(void) {
  uint32_t psr;
  __asm__ volatile("mrs %0, cpsr\n orr %0, %0, #0xc0\n msr cpsr_c, %0" : "=r"(psr)::"memory");
}
