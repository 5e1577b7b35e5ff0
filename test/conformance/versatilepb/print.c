/* Text over UART0, waiting for room as a driver does. */
#include "board.h"

#define FR_TXFF (1u << 5)

static void put(char character) {
  while (UART_FR(UART0) & FR_TXFF) {
  }
  UART_DR(UART0) = (uint32_t)character;
}

void print(const char *text) {
  while (*text) put(*text++);
}

void print_value(const char *name, uint32_t value) {
  print(name);
  print(" = 0x");
  for (int shift = 28; shift >= 0; shift -= 4) put("0123456789abcdef"[(value >> shift) & 15]);
  put('\n');
}
