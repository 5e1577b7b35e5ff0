/* The keyboard and mouse interfaces: what the devices answer to the commands of a driver that looks for them. */
#include "board.h"

#define KEYBOARD 0x10006000u
#define MOUSE 0x10007000u
#define KMI_CR(k) REG((k) + 0x00)
#define KMI_STAT(k) REG((k) + 0x04)
#define KMI_DATA(k) REG((k) + 0x08)
#define KMI_IR(k) REG((k) + 0x10)
#define RXFULL 0x10u

static void command(uint32_t interface, uint32_t byte, uint32_t answers) {
  print_value("command", byte);
  KMI_DATA(interface) = byte;
  for (uint32_t index = 0; index < answers; index++) {
    while (!(KMI_STAT(interface) & RXFULL)) {
    }
    print_value("  answer", KMI_DATA(interface));
  }
  print_value("  more", KMI_STAT(interface) & RXFULL);
}

int main(void) {
  print_value("status", KMI_STAT(KEYBOARD));
  print_value("interrupts", KMI_IR(KEYBOARD));
  KMI_CR(KEYBOARD) = 0x14;
  KMI_CR(MOUSE) = 0x14;
  print("keyboard\n");
  command(KEYBOARD, 0xff, 2);
  command(KEYBOARD, 0xf2, 3);
  command(KEYBOARD, 0xed, 1);
  command(KEYBOARD, 0x02, 1);
  command(KEYBOARD, 0xf3, 1);
  command(KEYBOARD, 0x20, 1);
  command(KEYBOARD, 0xee, 1);
  command(KEYBOARD, 0xf5, 1);
  command(KEYBOARD, 0xf6, 1);
  command(KEYBOARD, 0xf4, 1);
  print("mouse\n");
  command(MOUSE, 0xff, 3);
  command(MOUSE, 0xf2, 2);
  command(MOUSE, 0xf3, 1);
  command(MOUSE, 0x64, 1);
  command(MOUSE, 0xe8, 1);
  command(MOUSE, 0x03, 1);
  command(MOUSE, 0xe6, 1);
  command(MOUSE, 0xe9, 4);
  command(MOUSE, 0xf4, 1);
  print("a mouse with a wheel, then with five buttons\n");
  static const uint8_t rates[] = {200, 100, 80, 200, 200, 80};
  for (uint32_t index = 0; index < sizeof rates; index++) {
    command(MOUSE, 0xf3, 1);
    command(MOUSE, rates[index], 1);
    if (index % 3 == 2) command(MOUSE, 0xf2, 2);
  }
  return 0;
}
