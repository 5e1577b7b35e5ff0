/* The dual timers: one-shot, periodic and free-running, prescaled, 16 bits wide, polled and by interrupt. */
#include "board.h"

#define ONE_SHOT 0x01u
#define WIDE 0x02u
#define DIVIDE_16 0x04u
#define DIVIDE_256 0x08u
#define INTERRUPT 0x20u
#define PERIODIC 0x40u
#define ENABLE 0x80u

#define TIMER0 TIMER01
#define TIMER1 (TIMER01 + 0x20)
#define TIMER2 TIMER23
#define TIMER3 (TIMER23 + 0x20)

static volatile uint32_t ticks[4];

void irq_handler(void) {
  for (uint32_t index = 0; index < 4; index++) {
    uint32_t timer = (index < 2 ? TIMER01 : TIMER23) + (index & 1) * 0x20;
    if (TIMER_MIS(timer)) {
      TIMER_INTCLR(timer) = 1;
      ticks[index]++;
    }
  }
}

static void wait_for(uint32_t timer) {
  while (TIMER_RIS(timer) == 0) {
  }
}

/** Microseconds by timer 3, which runs freely all the time. */
static uint32_t now(void) { return -TIMER_VALUE(TIMER3); }

/** Whether `value` lies within a few percent of `expected`. */
static uint32_t near(uint32_t value, uint32_t expected) {
  return value + 20 >= expected && value <= expected + expected / 20 + 60;
}

int main(void) {
  print_value("CONTROL at reset", TIMER_CONTROL(TIMER0));
  TIMER_CONTROL(TIMER3) = WIDE | ENABLE;

  TIMER_CONTROL(TIMER0) = WIDE | ONE_SHOT | INTERRUPT;
  TIMER_LOAD(TIMER0) = 500;
  print_value("LOAD", TIMER_LOAD(TIMER0));
  print_value("VALUE before it is enabled", TIMER_VALUE(TIMER0));
  uint32_t start = now();
  TIMER_CONTROL(TIMER0) = WIDE | ONE_SHOT | INTERRUPT | ENABLE;
  wait_for(TIMER0);
  print_value("one-shot of 500 us", near(now() - start, 500));
  print_value("VALUE after it", TIMER_VALUE(TIMER0));
  print_value("MIS", TIMER_MIS(TIMER0));
  print_value("VIC has it", VIC_RAWINTR & (1u << 4));
  TIMER_INTCLR(TIMER0) = 1;
  print_value("RIS cleared", TIMER_RIS(TIMER0));
  print_value("VIC has lost it", VIC_RAWINTR & (1u << 4));
  start = now();
  while (now() - start < 1200) {
  }
  print_value("no second time", TIMER_RIS(TIMER0));
  start = now();
  TIMER_LOAD(TIMER0) = 300;
  TIMER_CONTROL(TIMER0) = WIDE | ONE_SHOT | INTERRUPT | ENABLE;
  wait_for(TIMER0);
  print_value("again with a new load, 300 us", near(now() - start, 300));
  TIMER_CONTROL(TIMER0) = WIDE | ONE_SHOT;
  print_value("masked, RIS", TIMER_RIS(TIMER0));
  print_value("masked, MIS", TIMER_MIS(TIMER0));
  TIMER_INTCLR(TIMER0) = 1;

  TIMER_CONTROL(TIMER0) = WIDE | PERIODIC;
  TIMER_LOAD(TIMER0) = 200;
  start = now();
  TIMER_CONTROL(TIMER0) = WIDE | PERIODIC | ENABLE;
  for (int count = 0; count < 10; count++) {
    wait_for(TIMER0);
    TIMER_INTCLR(TIMER0) = 1;
  }
  print_value("ten periods of 200 us", near(now() - start, 2000));
  TIMER_BGLOAD(TIMER0) = 400;
  print_value("LOAD after BGLOAD", TIMER_LOAD(TIMER0));
  wait_for(TIMER0);
  TIMER_INTCLR(TIMER0) = 1;
  start = now();
  wait_for(TIMER0);
  print_value("the period after BGLOAD, 400 us", near(now() - start, 400));
  TIMER_CONTROL(TIMER0) = 0;
  TIMER_INTCLR(TIMER0) = 1;

  TIMER_CONTROL(TIMER1) = WIDE | PERIODIC | DIVIDE_16;
  TIMER_LOAD(TIMER1) = 50;
  start = now();
  TIMER_CONTROL(TIMER1) = WIDE | PERIODIC | DIVIDE_16 | ENABLE;
  wait_for(TIMER1);
  TIMER_INTCLR(TIMER1) = 1;
  wait_for(TIMER1);
  print_value("two of 50 * 16 us", near(now() - start, 1600));
  TIMER_CONTROL(TIMER1) = 0;
  TIMER_INTCLR(TIMER1) = 1;

  TIMER_CONTROL(TIMER2) = WIDE | ONE_SHOT | DIVIDE_256;
  TIMER_LOAD(TIMER2) = 10;
  start = now();
  TIMER_CONTROL(TIMER2) = WIDE | ONE_SHOT | DIVIDE_256 | ENABLE;
  wait_for(TIMER2);
  print_value("one-shot of 10 * 256 us", near(now() - start, 2560));
  TIMER_CONTROL(TIMER2) = 0;
  TIMER_INTCLR(TIMER2) = 1;

  /* 16 bits: a longer load counts with its low half. */
  TIMER_CONTROL(TIMER2) = PERIODIC;
  TIMER_LOAD(TIMER2) = 400;
  start = now();
  TIMER_CONTROL(TIMER2) = PERIODIC | ENABLE;
  wait_for(TIMER2);
  print_value("16 bits, 400 us", near(now() - start, 400));
  print_value("VALUE is no larger", TIMER_VALUE(TIMER2) <= 400);
  TIMER_CONTROL(TIMER2) = 0;
  TIMER_INTCLR(TIMER2) = 1;

  /* Stopped, it stays where it is. (Enabled again it goes on; under QEMU it starts anew.) */
  TIMER_CONTROL(TIMER2) = WIDE | PERIODIC;
  TIMER_LOAD(TIMER2) = 1000;
  start = now();
  TIMER_CONTROL(TIMER2) = WIDE | PERIODIC | ENABLE;
  while (now() - start < 300) {
  }
  TIMER_CONTROL(TIMER2) = WIDE | PERIODIC;
  uint32_t stopped = TIMER_VALUE(TIMER2);
  start = now();
  while (now() - start < 500) {
  }
  print_value("stands still", stopped == TIMER_VALUE(TIMER2) && near(1000 - stopped, 300));
  TIMER_CONTROL(TIMER2) = 0;
  TIMER_INTCLR(TIMER2) = 1;

  /* All by interrupt, at different rates. */
  VIC_INTENABLE = (1u << 4) | (1u << 5);
  irq_on();
  start = now();
  TIMER_LOAD(TIMER0) = 100;
  TIMER_CONTROL(TIMER0) = WIDE | PERIODIC | INTERRUPT | ENABLE;
  TIMER_LOAD(TIMER1) = 250;
  TIMER_CONTROL(TIMER1) = WIDE | PERIODIC | INTERRUPT | ENABLE;
  TIMER_CONTROL(TIMER2) = WIDE | ONE_SHOT | INTERRUPT;
  TIMER_LOAD(TIMER2) = 700;
  TIMER_CONTROL(TIMER2) = WIDE | ONE_SHOT | INTERRUPT | ENABLE;
  while (now() - start < 5050) {
  }
  irq_off();
  TIMER_CONTROL(TIMER0) = 0;
  TIMER_CONTROL(TIMER1) = 0;
  print_value("50 of 100 us", ticks[0] >= 49 && ticks[0] <= 51);
  print_value("20 of 250 us", ticks[1] >= 19 && ticks[1] <= 21);
  print_value("one of 700 us", ticks[2]);
  print_value("none of the free one", ticks[3]);
  return 0;
}
