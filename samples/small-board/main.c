/* Prints over the PL011 and counts five interrupts of the SP804, on the board that small.board.json describes. */

#define REGISTER(address) (*(volatile unsigned *)(address))

/* Bases and interrupts are those of small.board.json. */
#define PL190 0x10000000
#define SP804 0x10001000
#define PL011 0x10002000
#define TIMER_IRQ 4

void enable_irq(void);
void wait(void);

static volatile unsigned ticks;

static void print(const char *text) {
  for (; *text; text++) REGISTER(PL011 + 0x00) = *text; /* DR */
}

void handle_irq(void) {
  if (!(REGISTER(PL190 + 0x00) & (1u << TIMER_IRQ))) return; /* IRQSTATUS */
  REGISTER(SP804 + 0x0c) = 1;                                /* INTCLR */
  ticks++;
}

int main(void) {
  print("Hello from a board of our own\n");
  REGISTER(PL190 + 0x10) = 1u << TIMER_IRQ; /* INTENABLE */
  REGISTER(SP804 + 0x00) = 10000;           /* LOAD: 10 ms at 1 MHz */
  REGISTER(SP804 + 0x08) = 0xe2;            /* CONTROL: enabled, periodic, interrupt, 32 bits */
  enable_irq();
  for (unsigned seen = 0; seen < 5;) {
    wait();
    if (ticks == seen) continue;
    seen = ticks;
    print("tick\n");
  }
  REGISTER(SP804 + 0x08) = 0;
  print("done\n");
  return 0;
}
