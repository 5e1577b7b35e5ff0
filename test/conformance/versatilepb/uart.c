/* The UARTs: flags, both kinds of interrupt, the FIFO filled by typing, and an echo by interrupt. */
#include "board.h"

#define TXIM 0x20u
#define RXIM 0x10u
#define RXFE 0x10u
#define FEN 0x10u

static volatile uint32_t transmit_interrupts;
static volatile uint32_t received;
static volatile char line[32];

void irq_handler(void) {
  if (UART_MIS(UART1) & TXIM) {
    transmit_interrupts++;
    UART_ICR(UART1) = TXIM;
    if (transmit_interrupts < 4) UART_DR(UART1) = 'n';
    else UART_IMSC(UART1) = 0;
  }
  while (UART_MIS(UART0) & RXIM) {
    while (!(UART_FR(UART0) & RXFE)) {
      char character = (char)UART_DR(UART0);
      if (received < sizeof line) line[received++] = character;
    }
    UART_ICR(UART0) = RXIM;
  }
}

int main(void) {
  print_value("flags", UART_FR(UART1));
  print_value("control", UART_CR(UART1));
  print_value("levels", UART_IFLS(UART1));
  print_value("raw", UART_RIS(UART1));
  UART_IBRD(UART1) = 13;
  UART_FBRD(UART1) = 1;
  UART_LCR_H(UART1) = 0x70;
  print_value("divisor", UART_IBRD(UART1) << 8 | UART_FBRD(UART1));
  UART_DR(UART1) = 'a';
  print_value("raw after a character", UART_RIS(UART1));
  print_value("masked", UART_MIS(UART1));
  UART_IMSC(UART1) = TXIM;
  print_value("let through", UART_MIS(UART1));
  print_value("primary", VIC_RAWINTR & (7u << 12));
  UART_ICR(UART1) = TXIM;
  print_value("cleared", UART_RIS(UART1));
  print_value("primary", VIC_RAWINTR & (7u << 12));

  VIC_INTENABLE = (1u << 12) | (1u << 13);
  irq_on();
  UART_DR(UART1) = 'b';
  while (transmit_interrupts < 4) {
  }
  irq_off();
  print_value("transmit interrupts", transmit_interrupts);

  /* With the FIFO on: QEMU interrupts at the first character whatever the level says, and so does this board. */
  UART_LCR_H(UART0) = 0x70;
  UART_ICR(UART0) = 0x7ff;
  UART_IMSC(UART0) = RXIM;
  irq_on();
  print("type now\n");
  while (received < 6) {
  }
  irq_off();
  UART_IMSC(UART0) = 0;
  print("got: ");
  line[6] = 0;
  print((const char *)line);
  print_value("empty again", UART_FR(UART0) & RXFE);
  print_value("raw", UART_RIS(UART0) & RXIM);
  return 0;
}
