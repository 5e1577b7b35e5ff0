/* Prints over UART1 and counts three compare interrupts of GPT1, which come through the AITC; then echoes what is typed. */

#define REGISTER(address) (*(volatile unsigned *)(address))
#define AITC 0x10040000
#define GPT1 0x10003000
#define UART1 0x1000a000
#define GPT1_IRQ 26
#define UART1_IRQ 20

void enable_irq(void);
void wait(void);

static volatile unsigned ticks, typed;

static void put(char character) {
  while (REGISTER(UART1 + 0xb4) & (1 << 4)) {
  }
  REGISTER(UART1 + 0x40) = character;
}

static void print(const char *text) {
  while (*text) put(*text++);
}

static void hex(unsigned value) {
  for (int shift = 28; shift >= 0; shift -= 4) put("0123456789abcdef"[(value >> shift) & 15]);
  put('\n');
}

void handle_irq(void) {
  unsigned source = REGISTER(AITC + 0x40) >> 16;
  if (source == GPT1_IRQ) {
    REGISTER(GPT1 + 0x14) = 1;
    ticks++;
  } else if (source == UART1_IRQ) {
    typed = REGISTER(UART1 + 0x00);
  }
}

int main(unsigned machine, const unsigned *tags) {
  REGISTER(UART1 + 0x80) = 1;
  REGISTER(UART1 + 0x84) = 0x4027;
  print("imx21 ");
  hex(machine);
  print("memory ");
  hex(tags[7]); /* words of ATAG_CORE: 5; size, kind, bytes, base of ATAG_MEM */
  hex(tags[8]);
  print("none pending ");
  hex(REGISTER(AITC + 0x40));
  REGISTER(AITC + 0x08) = GPT1_IRQ;
  REGISTER(GPT1 + 0x04) = 0;
  REGISTER(GPT1 + 0x08) = 13299; /* 1 ms at 13.3 MHz */
  REGISTER(GPT1 + 0x00) = 1 | 1 << 1 | 1 << 4;
  enable_irq();
  while (ticks < 3) wait();
  REGISTER(GPT1 + 0x00) = 0;
  print("three ticks\n");
  REGISTER(AITC + 0x08) = UART1_IRQ;
  REGISTER(UART1 + 0x90) = 0x801;
  REGISTER(UART1 + 0x80) = 1 | 1 << 9;
  print("type\n");
  while (!typed) wait();
  print("typed ");
  hex(typed);
  REGISTER(0x10002000) = 0; /* watchdog: software reset */
  return 0;
}
