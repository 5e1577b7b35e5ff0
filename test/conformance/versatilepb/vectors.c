/* The vectored interrupt controller: software interrupts, masks, FIQ, vector slots, priorities and nesting. */
#include "board.h"

static volatile uint32_t trace[64];
static volatile uint32_t traced;
static volatile uint32_t raise_while_serving;

static void note(uint32_t what) {
  if (traced < 64) trace[traced++] = what;
}

static void report(const char *name) {
  print(name);
  print(":\n");
  for (uint32_t index = 0; index < traced; index++) print_value("  ", trace[index]);
  traced = 0;
}

static void serve(uint32_t slot, uint32_t source) {
  note(0x100 | slot);
  note(VIC_IRQSTATUS);
  if (raise_while_serving) {
    VIC_SOFTINT = raise_while_serving;
    raise_while_serving = 0;
    /* What a read of the vector says in the middle of a service. */
    if (VIC_IRQSTATUS & 2) note(0x200);
  }
  VIC_SOFTINTCLEAR = 1u << source;
}

static void slot0(void) { serve(0, 20); }
static void slot1(void) { serve(1, 21); }
static void slot2(void) { serve(2, 1); }
static void other(void) {
  uint32_t active = VIC_IRQSTATUS;
  note(0x300);
  note(active);
  VIC_SOFTINTCLEAR = active;
}

void irq_handler(void) {
  void (*handler)(void) = (void (*)(void))(uintptr_t)VIC_VECTADDR;
  handler();
  VIC_VECTADDR = 0;
}

void fiq_handler(void) {
  note(0x400);
  note(VIC_FIQSTATUS);
  VIC_SOFTINTCLEAR = VIC_FIQSTATUS;
}

int main(void) {
  print_value("RAWINTR at reset", VIC_RAWINTR & ~(1u << 4));
  print_value("INTENABLE at reset", VIC_INTENABLE);

  /* Masks, without the CPU listening. */
  VIC_SOFTINT = 0x00300002;
  print_value("RAWINTR", VIC_RAWINTR);
  print_value("IRQSTATUS, nothing enabled", VIC_IRQSTATUS);
  VIC_INTENABLE = 0x00300002;
  print_value("IRQSTATUS", VIC_IRQSTATUS);
  VIC_INTSELECT = 0x00200000;
  print_value("IRQSTATUS with FIQ selected", VIC_IRQSTATUS);
  print_value("FIQSTATUS", VIC_FIQSTATUS);
  VIC_INTENCLEAR = 0x00100000;
  print_value("IRQSTATUS, one disabled", VIC_IRQSTATUS);
  print_value("INTENABLE", VIC_INTENABLE);
  VIC_SOFTINTCLEAR = 0x00200000;
  print_value("SOFTINT", VIC_SOFTINT);
  VIC_SOFTINTCLEAR = 0xffffffff;
  VIC_INTSELECT = 0;
  VIC_INTENABLE = 0x00300002 | (1u << 18);

  VIC_SLOTADDR(0) = (uint32_t)(uintptr_t)slot0;
  VIC_SLOTADDR(1) = (uint32_t)(uintptr_t)slot1;
  VIC_SLOTADDR(2) = (uint32_t)(uintptr_t)slot2;
  VIC_DEFVECTADDR = (uint32_t)(uintptr_t)other;
  VIC_SLOTCNTL(0) = SLOT_ENABLE | 20;
  VIC_SLOTCNTL(1) = SLOT_ENABLE | 21;
  VIC_SLOTCNTL(2) = SLOT_ENABLE | 1;

  irq_on();
  VIC_SOFTINT = 1u << 20;
  report("one vectored interrupt");
  VIC_SOFTINT = 1u << 18;
  report("one by the default vector");
  irq_off();
  VIC_SOFTINT = 0x00340002;
  irq_on();
  report("four at once, in the order of the slots");
  irq_off();
  VIC_SLOTCNTL(0) = SLOT_ENABLE | 1;
  VIC_SLOTADDR(0) = (uint32_t)(uintptr_t)slot2;
  VIC_SLOTCNTL(2) = SLOT_ENABLE | 20;
  VIC_SLOTADDR(2) = (uint32_t)(uintptr_t)slot0;
  VIC_SOFTINT = 0x00300002;
  irq_on();
  report("the slots exchanged");
  VIC_SLOTCNTL(1) = 21;
  VIC_SOFTINT = 1u << 21;
  report("a disabled slot falls to the default vector");
  raise_while_serving = 2;
  VIC_SOFTINT = 1u << 20;
  report("a more urgent one during a service");

  VIC_INTSELECT = 1u << 21;
  VIC_SOFTINT = 1u << 21;
  report("a fast interrupt");
  irq_off();
  VIC_SOFTINT = (1u << 21) | (1u << 20);
  irq_on();
  report("a fast one first");

  /* By hand: the vector register and the CPU's view during a service. */
  irq_off();
  VIC_INTSELECT = 0;
  VIC_SOFTINT = 1u << 20;
  print_value("first read is slot 2's", VIC_VECTADDR == (uint32_t)(uintptr_t)slot0);
  VIC_SOFTINT = 1u << 1;
  print_value("second read is slot 0's", VIC_VECTADDR == (uint32_t)(uintptr_t)slot2);
  VIC_SOFTINTCLEAR = 1u << 1;
  VIC_VECTADDR = 0;
  VIC_SOFTINTCLEAR = 1u << 20;
  VIC_VECTADDR = 0;
  print_value("IRQSTATUS in the end", VIC_IRQSTATUS);
  return 0;
}
