/* The secondary interrupt controller: UART3 and the keyboard behind input 31 of the primary one, and inputs passed through. */
#include "board.h"

#define KEYBOARD 0x10006000u
#define KMI_CR REG(KEYBOARD + 0x00)
#define UART3_INPUT (1u << 6)
#define KEYBOARD_INPUT (1u << 3)
#define TXIM 0x20u

static volatile uint32_t interrupts, seen_status;

void irq_handler(void) {
  interrupts++;
  seen_status |= SIC_STATUS;
  UART_IMSC(UART3) = 0;
  KMI_CR = 0;
  if (!(VIC_IRQSTATUS & (1u << 31))) print("not by input 31\n");
}

int main(void) {
  print_value("SIC status", SIC_STATUS);
  print_value("SIC enable", SIC_ENSET);
  print_value("PIC enable", SIC_PICENSET);
  SIC_ENSET = UART3_INPUT | KEYBOARD_INPUT;
  SIC_ENSET = 0;
  print_value("SIC enable", SIC_ENSET);
  SIC_ENCLR = KEYBOARD_INPUT;
  print_value("SIC enable", SIC_ENSET);

  UART_DR(UART3) = 'x';
  print_value("raw before UART3 lets it through", SIC_RAWSTAT & UART3_INPUT);
  UART_IMSC(UART3) = TXIM;
  print_value("raw after", SIC_RAWSTAT & UART3_INPUT);
  print_value("status", SIC_STATUS);
  print_value("primary", VIC_RAWINTR & 0x80000000u);
  SIC_ENCLR = UART3_INPUT;
  print_value("primary when disabled", VIC_RAWINTR & 0x80000000u);
  SIC_ENSET = UART3_INPUT;

  VIC_INTENABLE = 1u << 31;
  irq_on();
  while (interrupts == 0) {
  }
  irq_off();
  print_value("interrupts", interrupts);
  print_value("inputs seen", seen_status);
  print_value("status after", SIC_STATUS);

  /* The keyboard's transmit interrupt is up as soon as it is let through. */
  SIC_ENSET = KEYBOARD_INPUT;
  KMI_CR = 0x0c;
  irq_on();
  while (interrupts == 1) {
  }
  irq_off();
  print_value("inputs seen", seen_status);

  SIC_PICENSET = 0xffffffff;
  print_value("inputs that can be passed", SIC_PICENSET);
  SIC_PICENCLR = 0x00600000;
  print_value("after some are cleared", SIC_PICENSET);
  return 0;
}
