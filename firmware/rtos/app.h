/* SPDX-License-Identifier: MIT
 *
 * What the applications of this image share; main.c chooses one of them by the command line.
 */
#ifndef RTOS_APP_H
#define RTOS_APP_H

#include "os.h"

#define APP_STACK_WORDS 512
#define APP_STACKS      12

/* The top of the stack with this number. */
OS_STK *app_stack(unsigned number);
void app_task(void (*task)(void *), void *data, unsigned stack, INT8U prio, const char *name);

/* Each runs as a task of this priority and ends the domain. */
#define APP_PRIO 30
void app_demo(void *data);
void app_test(void *data);
void app_jitter(void *data);

#endif
