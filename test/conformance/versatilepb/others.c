/* GPIO outputs through the address mask, the clock's alarm, the empty card slot, and the PCI bridge in its slot. */
#include "board.h"

#define GPIO 0x101e4000u
#define GPIO_DATA(mask) REG(GPIO + 4 * (mask))
#define GPIO_DIR REG(GPIO + 0x400)
#define RTC 0x101e8000u
#define CARD 0x10005000u
#define PCI_SELF 0x41000000u

static uint32_t peripheral_id(uint32_t base) {
  uint32_t id = 0;
  for (uint32_t index = 0; index < 4; index++) id |= REG(base + 0xfe0 + 4 * index) << (8 * index);
  return id;
}

int main(void) {
  static const uint32_t bases[] = {0x10004000, 0x10005000, 0x10006000, 0x10009000, 0x10120000, 0x10130000,
                                   0x10140000, 0x101e2000, 0x101e4000, 0x101e8000, 0x101f1000};
  for (uint32_t index = 0; index < sizeof bases / sizeof bases[0]; index++) {
    print_value("base", bases[index]);
    print_value("  peripheral", peripheral_id(bases[index]));
  }

  GPIO_DIR = 0x0f;
  GPIO_DATA(0xff) = 0xff;
  GPIO_DATA(0x03) = 0x01;
  print_value("GPIO outputs", GPIO_DATA(0x0f));
  print_value("two of them", GPIO_DATA(0x06));

  uint32_t seconds = REG(RTC);
  REG(RTC + 0x1c) = 1;
  REG(RTC + 0x04) = seconds + 1;
  REG(RTC + 0x10) = 1;
  print_value("alarm", REG(RTC + 0x14));
  VIC_INTENABLE = 1u << 10;
  /* Masked in the CPU, the interrupt still ends the waiting. */
  __asm__ volatile("mcr p15, 0, %0, c7, c0, 4" ::"r"(0));
  print_value("alarm", REG(RTC + 0x18));
  print_value("seconds", REG(RTC) - seconds);
  REG(RTC + 0x1c) = 1;
  print_value("alarm cleared", REG(RTC + 0x18));

  REG(CARD + 0x08) = 0;
  REG(CARD + 0x0c) = 0x400 | 8 | 0x40;
  print_value("a command without a card", REG(CARD + 0x34) & 0x47);

  for (uint32_t slot = 0; slot < 32; slot++) {
    if (slot == 12) continue; /* QEMU puts a disk controller there unless told otherwise. */
    uint32_t id = REG(PCI_SELF + (slot << 11));
    if (id != 0xffffffffu) {
      print_value("slot", slot);
      print_value("  id", id);
      print_value("  class", REG(PCI_SELF + (slot << 11) + 8));
    }
  }
  return 0;
}
