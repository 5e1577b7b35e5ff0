/* SPDX-License-Identifier: MIT
 *
 * A small real-time kernel with the calls that people know from µC/OS-II: names, arguments and numbers are that interface's (V2.52), the code is
 * our own. Each task has a priority of its own, 0 to 63, lower numbers first; the ready task with the highest priority runs, always, and at once:
 * also when an event makes one ready in the middle of another.
 *
 *   os_core.c   starting, the ready list, choosing who runs, critical sections around all of it
 *   os_task.c   tasks            os_time.c   delays and the clock
 *   os_event.c  what semaphores, mutexes, mailboxes and queues have in common: waiting, with a timeout
 *   os_sem.c os_mutex.c os_mbox.c os_q.c os_flag.c os_mem.c
 *   os_cpu.S os_cpu.c   the port to a domain of Xen on ARM: switching, events for interrupts, the timer
 */
#ifndef RTOS_OS_H
#define RTOS_OS_H

#include <stddef.h>
#include <stdint.h>

typedef uint8_t BOOLEAN;
typedef uint8_t INT8U;
typedef int8_t INT8S;
typedef uint16_t INT16U;
typedef unsigned INT32U;
typedef unsigned OS_STK;

#define OS_FALSE 0
#define OS_TRUE  1

#define OS_LOWEST_PRIO    63                /* the idle task's */
#define OS_PRIO_SELF      0xff
#define OS_STK_MIN        64                /* words: room for the frame of an upcall and its handlers' calls is what decides */
#define OS_MAX_EVENTS     32
#define OS_MAX_QS         8
#define OS_MAX_FLAGS      8
#define OS_MAX_MEM_PART   4
#define OS_MAX_TASKS      62

/* ------------------------------------------------------------------------------------------------------------- results */

#define OS_NO_ERR               0
#define OS_ERR_EVENT_TYPE       1
#define OS_ERR_PEND_ISR         2           /* nobody waits in an event handler */
#define OS_ERR_POST_NULL_PTR    3
#define OS_ERR_PEVENT_NULL      4
#define OS_ERR_INVALID_OPT      7
#define OS_TIMEOUT              10
#define OS_ERR_PEND_LOCKED      13          /* nobody waits while the scheduler is locked */
#define OS_MBOX_FULL            20
#define OS_Q_FULL               30
#define OS_PRIO_EXIST           40
#define OS_PRIO_ERR             41
#define OS_PRIO_INVALID         42
#define OS_SEM_OVF              50
#define OS_TASK_DEL_ERR         60
#define OS_TASK_DEL_IDLE        61
#define OS_TASK_DEL_ISR         63
#define OS_NO_MORE_TCB          70
#define OS_ERR_TASK_WAITING     73
#define OS_TIME_NOT_DLY         80
#define OS_TIME_INVALID_MINUTES 81
#define OS_TIME_INVALID_SECONDS 82
#define OS_TIME_INVALID_MILLI   83
#define OS_TIME_ZERO_DLY        84
#define OS_TASK_SUSPEND_PRIO    90
#define OS_TASK_SUSPEND_IDLE    91
#define OS_TASK_RESUME_PRIO     100
#define OS_TASK_NOT_SUSPENDED   101
#define OS_MEM_INVALID_BLKS     111
#define OS_MEM_INVALID_SIZE     112
#define OS_MEM_NO_FREE_BLKS     113
#define OS_MEM_FULL             114
#define OS_MEM_INVALID_PART     110
#define OS_MEM_INVALID_PBLK     115
#define OS_ERR_NOT_MUTEX_OWNER  120
#define OS_ERR_DEL_ISR          140
#define OS_ERR_CREATE_ISR       141
#define OS_FLAG_INVALID_PGRP    150
#define OS_FLAG_ERR_WAIT_TYPE   151
#define OS_FLAG_ERR_NOT_RDY     152
#define OS_FLAG_INVALID_OPT     153
#define OS_FLAG_GRP_DEPLETED    154

/* ---------------------------------------------------------------------------------------------------------- structures */

/* A set of priorities: bit 31 of the first word is priority 0, so that CLZ finds the highest. */
typedef struct {
    INT32U word[2];
} OS_PRIOS;

#define OS_EVENT_TYPE_UNUSED 0
#define OS_EVENT_TYPE_MBOX   1
#define OS_EVENT_TYPE_Q      2
#define OS_EVENT_TYPE_SEM    3
#define OS_EVENT_TYPE_MUTEX  4
#define OS_EVENT_TYPE_FLAG   5

/* A semaphore, mutex, mailbox or queue. */
typedef struct os_event {
    INT8U OSEventType;                      /* OS_EVENT_TYPE_* */
    INT8U OSEventPip;                       /* mutex: the priority that its owner inherits */
    INT16U OSEventCnt;                      /* semaphore: how often it can still be taken */
    void *OSEventPtr;                       /* mailbox: the message; queue: its OS_Q; mutex: its owner's OS_TCB; unused: the next free one */
    OS_PRIOS OSEventWait;                   /* who waits */
} OS_EVENT;

typedef INT16U OS_FLAGS;

typedef struct os_flag_grp {
    INT8U OSFlagType;                       /* OS_EVENT_TYPE_FLAG, or unused */
    OS_FLAGS OSFlagFlags;
    OS_PRIOS OSFlagWait;
} OS_FLAG_GRP;

#define OS_FLAG_WAIT_CLR_ALL 0
#define OS_FLAG_WAIT_CLR_ANY 1
#define OS_FLAG_WAIT_SET_ALL 2
#define OS_FLAG_WAIT_SET_ANY 3
#define OS_FLAG_CONSUME      0x80           /* with one of these: puts the flags back that have ended the wait */
#define OS_FLAG_CLR          0
#define OS_FLAG_SET          1

typedef struct {
    void *OSMemFreeList;                    /* each free block begins with the address of the next */
    void *OSMemAddr;
    INT32U OSMemBlkSize, OSMemNBlks, OSMemNFree;
} OS_MEM;

/* What a task waits for (OSTCBStat); 0: it is ready. */
#define OS_STAT_RDY     0x00
#define OS_STAT_SEM     0x01
#define OS_STAT_MBOX    0x02
#define OS_STAT_Q       0x04
#define OS_STAT_SUSPEND 0x08
#define OS_STAT_MUTEX   0x10
#define OS_STAT_FLAG    0x20
#define OS_STAT_WAITING (OS_STAT_SEM | OS_STAT_MBOX | OS_STAT_Q | OS_STAT_MUTEX | OS_STAT_FLAG)

typedef struct os_tcb {
    OS_STK *OSTCBStkPtr;                    /* while switched out; os_cpu.S knows that it comes first */
    struct os_tcb *OSTCBNext, *OSTCBPrev;   /* all tasks, from OSTCBList */
    const char *OSTCBName;
    INT8U OSTCBPrio;                        /* now: higher than its own while it holds a mutex that somebody higher waits for */
    INT8U OSTCBBasePrio;                    /* its own */
    INT8U OSTCBStat;                        /* OS_STAT_* */
    BOOLEAN OSTCBPendTO;                    /* its wait has ended by timeout */
    INT8U OSTCBFlagWaitType;
    INT16U OSTCBDly;                        /* ticks until a delay or a wait ends; 0: no end */
    OS_FLAGS OSTCBFlags;                    /* wanted; afterwards those that have ended the wait */
    OS_EVENT *OSTCBEventPtr;
    OS_FLAG_GRP *OSTCBFlagGrp;
    void *OSTCBMsg;                         /* what a poster has given it */
    INT32U OSTCBSwitches;
} OS_TCB;

extern OS_TCB *OSTCBCur;                    /* who runs */
extern OS_TCB *OSTCBList;                   /* all there are */
extern OS_TCB *OSTCBPrioTbl[OS_LOWEST_PRIO + 1];
extern INT8U OSIntNesting, OSLockNesting;
extern BOOLEAN OSRunning;
extern INT32U OSIdleCtr, OSCtxSwCtr;
extern INT8U OSCPUUsage;                    /* percent of the last second in which a task other than idle ran or other domains did */

/* ------------------------------------------------------------------------------------------------- critical sections */

/* Events off, and back to what they were; of this domain only, the CPU's interrupts are the hypervisor's. */
INT32U OSCPUSaveSR(void);
void OSCPURestoreSR(INT32U status);
#define OS_ENTER_CRITICAL() INT32U cpu_sr = OSCPUSaveSR()
#define OS_EXIT_CRITICAL()  OSCPURestoreSR(cpu_sr)

/* ---------------------------------------------------------------------------------------------------------------- core */

void OSInit(void);
/* Runs the task with the highest priority; create at least one before. */
void OSStart(void) __attribute__((noreturn));
void OSSchedLock(void);
void OSSchedUnlock(void);
/* Around what an event handler does; OSIntExit goes on in another task when one of higher priority has become ready. */
void OSIntEnter(void);
void OSIntExit(void);
INT16U OSVersion(void);

/* --------------------------------------------------------------------------------------------------------------- tasks */

/* `top` is the highest word of the stack. */
INT8U OSTaskCreate(void (*task)(void *data), void *data, OS_STK *top, INT8U prio);
INT8U OSTaskDel(INT8U prio);
INT8U OSTaskSuspend(INT8U prio);
INT8U OSTaskResume(INT8U prio);
INT8U OSTaskChangePrio(INT8U old_prio, INT8U new_prio);
INT8U OSTaskQuery(INT8U prio, OS_TCB *data);
/* For the debugger and messages. */
void OSTaskNameSet(INT8U prio, const char *name, INT8U *err);

/* ---------------------------------------------------------------------------------------------------------------- time */

#define OS_TICKS_PER_SEC_DEFAULT 100
extern INT32U OSTicksPerSec;

void OSTimeDly(INT16U ticks);
INT8U OSTimeDlyHMSM(INT8U hours, INT8U minutes, INT8U seconds, INT16U milli);
INT8U OSTimeDlyResume(INT8U prio);
INT32U OSTimeGet(void);
void OSTimeSet(INT32U ticks);
/* Once a tick, from the timer's handler. */
void OSTimeTick(void);

/* --------------------------------------------------------------------------- semaphores, mutexes, mailboxes, queues */

/* A timeout counts ticks; 0 waits for ever. */
OS_EVENT *OSSemCreate(INT16U count);
void OSSemPend(OS_EVENT *event, INT16U timeout, INT8U *err);
INT8U OSSemPost(OS_EVENT *event);
INT16U OSSemAccept(OS_EVENT *event);

typedef struct {
    INT16U OSCnt;
    OS_PRIOS OSEventWait;
} OS_SEM_DATA;

INT8U OSSemQuery(OS_EVENT *event, OS_SEM_DATA *data);

/* While somebody of higher priority waits, the owner has priority `pip`, which must be free and above that of all who use it. */
OS_EVENT *OSMutexCreate(INT8U pip, INT8U *err);
void OSMutexPend(OS_EVENT *event, INT16U timeout, INT8U *err);
INT8U OSMutexPost(OS_EVENT *event);
INT8U OSMutexAccept(OS_EVENT *event, INT8U *err);

OS_EVENT *OSMboxCreate(void *message);
void *OSMboxPend(OS_EVENT *event, INT16U timeout, INT8U *err);
INT8U OSMboxPost(OS_EVENT *event, void *message);
void *OSMboxAccept(OS_EVENT *event);

OS_EVENT *OSQCreate(void **start, INT16U size);
void *OSQPend(OS_EVENT *event, INT16U timeout, INT8U *err);
INT8U OSQPost(OS_EVENT *event, void *message);
INT8U OSQPostFront(OS_EVENT *event, void *message);
void *OSQAccept(OS_EVENT *event);
INT8U OSQFlush(OS_EVENT *event);

#define OS_DEL_NO_PEND 0                    /* only when nobody waits */
#define OS_DEL_ALWAYS  1                    /* those who wait go on, as after a timeout that never was: with a null message */

/* The event when it was not deleted. */
OS_EVENT *OSSemDel(OS_EVENT *event, INT8U opt, INT8U *err);
OS_EVENT *OSMutexDel(OS_EVENT *event, INT8U opt, INT8U *err);
OS_EVENT *OSMboxDel(OS_EVENT *event, INT8U opt, INT8U *err);
OS_EVENT *OSQDel(OS_EVENT *event, INT8U opt, INT8U *err);

OS_FLAG_GRP *OSFlagCreate(OS_FLAGS flags, INT8U *err);
OS_FLAGS OSFlagPend(OS_FLAG_GRP *group, OS_FLAGS flags, INT8U wait_type, INT16U timeout, INT8U *err);
OS_FLAGS OSFlagPost(OS_FLAG_GRP *group, OS_FLAGS flags, INT8U opt, INT8U *err);
OS_FLAGS OSFlagAccept(OS_FLAG_GRP *group, OS_FLAGS flags, INT8U wait_type, INT8U *err);
OS_FLAGS OSFlagQuery(OS_FLAG_GRP *group, INT8U *err);

/* ------------------------------------------------------------------------------------------------------- memory blocks */

OS_MEM *OSMemCreate(void *address, INT32U blocks, INT32U block_size, INT8U *err);
void *OSMemGet(OS_MEM *partition, INT8U *err);
INT8U OSMemPut(OS_MEM *partition, void *block);

#endif
