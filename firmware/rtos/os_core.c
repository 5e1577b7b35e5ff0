/* SPDX-License-Identifier: MIT
 *
 * Starting, the ready list, and choosing who runs.
 *
 * Every switch happens with events off: a task that comes back finds them off, and what it does next puts them on again (the end of the
 * critical section that it left in, the end of the upcall that it was interrupted by, or os_task_starter).
 */
#include "os_internal.h"

#include "lib.h"

OS_TCB *OSTCBCur, *OSTCBList;
OS_TCB *OSTCBPrioTbl[OS_LOWEST_PRIO + 1];
OS_PRIOS OSRdy;
INT8U OSIntNesting, OSLockNesting;
BOOLEAN OSRunning;
INT32U OSIdleCtr, OSCtxSwCtr;
INT8U OSCPUUsage;

static OS_STK idle_stack[512];

OS_TCB *os_task_of(INT8U prio)
{
    if (prio == OS_PRIO_SELF)
        return OSTCBCur;
    return prio <= OS_LOWEST_PRIO && OSTCBPrioTbl[prio] != &os_reserved ? OSTCBPrioTbl[prio] : NULL;
}

INT8U os_may_wait(void)
{
    return OSIntNesting ? OS_ERR_PEND_ISR : OSLockNesting ? OS_ERR_PEND_LOCKED : OS_NO_ERR;
}

void OSInit(void)
{
    INT8U err;

    memset(&OSRdy, 0, sizeof OSRdy);
    OSTaskCreate(os_idle, NULL, &idle_stack[511], OS_LOWEST_PRIO);
    OSTaskNameSet(OS_LOWEST_PRIO, "idle", &err);
}

void OSStart(void)
{
    os_start_ticks();
    OSCPUSaveSR();
    OSTCBCur = OSTCBPrioTbl[prios_first(&OSRdy)];
    OSRunning = OS_TRUE;
    OSTCBCur->OSTCBSwitches++;
    os_first(OSTCBCur);
}

void os_sched(void)
{
    OS_TCB *from = OSTCBCur, *to;

    if (!OSRunning || OSIntNesting || OSLockNesting)
        return;
    to = OSTCBPrioTbl[prios_first(&OSRdy)];
    if (to == from)
        return;
    OSTCBCur = to;
    OSCtxSwCtr++;
    to->OSTCBSwitches++;
    os_switch(from, to);
}

void OSIntEnter(void)
{
    OSIntNesting++;
}

/* On the stack of the interrupted task, which comes back here when it is the highest again. */
void OSIntExit(void)
{
    OSIntNesting--;
    os_sched();
}

void OSSchedLock(void)
{
    OS_ENTER_CRITICAL();
    if (OSRunning && !OSIntNesting && OSLockNesting < 255)
        OSLockNesting++;
    OS_EXIT_CRITICAL();
}

void OSSchedUnlock(void)
{
    OS_ENTER_CRITICAL();
    if (OSLockNesting) {
        OSLockNesting--;
        os_sched();
    }
    OS_EXIT_CRITICAL();
}

void os_set_prio(OS_TCB *tcb, INT8U prio)
{
    INT8U old = tcb->OSTCBPrio;
    OS_PRIOS *waiting = tcb->OSTCBEventPtr ? &tcb->OSTCBEventPtr->OSEventWait : tcb->OSTCBFlagGrp ? &tcb->OSTCBFlagGrp->OSFlagWait : NULL;
    int was_ready = (OSRdy.word[old >> 5] & (0x80000000u >> (old & 31))) != 0;

    if (OSTCBPrioTbl[old] == tcb)
        OSTCBPrioTbl[old] = NULL;
    OSTCBPrioTbl[prio] = tcb;
    tcb->OSTCBPrio = prio;
    if (was_ready) {
        prios_remove(&OSRdy, old);
        prios_add(&OSRdy, prio);
    }
    if (waiting) {
        prios_remove(waiting, old);
        prios_add(waiting, prio);
    }
}

INT16U OSVersion(void)
{
    return 252;     /* whose interface this is */
}
