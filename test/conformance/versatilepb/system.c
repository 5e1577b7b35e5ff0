/* System registers: identification, lock, flags, LEDs, and the 24 MHz counter against a timer. */
#include "board.h"

#define ID REG(SYS + 0x00)
#define SW REG(SYS + 0x04)
#define LED REG(SYS + 0x08)
#define LOCK REG(SYS + 0x20)
#define FLAGS REG(SYS + 0x30)
#define FLAGSCLR REG(SYS + 0x34)
#define NVFLAGS REG(SYS + 0x38)
#define NVFLAGSCLR REG(SYS + 0x3c)
#define RESETCTL REG(SYS + 0x40)
#define PCICTL REG(SYS + 0x44)
#define MCI REG(SYS + 0x48)
#define CLCD REG(SYS + 0x50)
#define COUNT_24MHZ REG(SYS + 0x5c)
#define PROCID0 REG(SYS + 0x84)
#define PROCID1 REG(SYS + 0x88)

int main(void) {
  print_value("ID", ID);
  print_value("SW", SW);
  print_value("PCICTL", PCICTL);
  print_value("MCI", MCI);
  print_value("CLCD", CLCD);
  print_value("PROCID0", PROCID0);
  print_value("PROCID1", PROCID1);
  print_value("LOCK", LOCK);
  LOCK = 0xa05f;
  print_value("LOCK unlocked", LOCK);
  LOCK = 0;
  RESETCTL = 0x100;
  print("still here: RESETCTL is locked\n");
  LED = 0x5a;
  print_value("LED", LED);
  FLAGS = 0x11;
  FLAGS = 0x22;
  FLAGSCLR = 0x01;
  print_value("FLAGS", FLAGS);
  NVFLAGS = 0xf0f0f0f0;
  NVFLAGSCLR = 0xf0000000;
  print_value("NVFLAGS", NVFLAGS);

  /* 2 ms by timer 0 are 48000 periods of 24 MHz. */
  uint32_t start = COUNT_24MHZ;
  TIMER_CONTROL(TIMER01) = 0x03;
  TIMER_LOAD(TIMER01) = 2000;
  TIMER_CONTROL(TIMER01) = 0x83;
  while (TIMER_RIS(TIMER01) == 0) {
  }
  uint32_t periods = COUNT_24MHZ - start;
  print_value("about 48000 periods", periods >= 48000 && periods < 49000);
  return 0;
}
