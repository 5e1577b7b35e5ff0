/* SPDX-License-Identifier: MIT
 *
 * Tasks: made, ended, stopped and started, moved to another priority.
 */
#include "os_internal.h"

#include "lib.h"

static OS_TCB tcbs[OS_MAX_TASKS + 2];

static OS_TCB *free_tcb(void)
{
    for (unsigned i = 0; i < sizeof tcbs / sizeof tcbs[0]; i++)
        if (!tcbs[i].OSTCBStkPtr)
            return &tcbs[i];
    return NULL;
}

INT8U OSTaskCreate(void (*task)(void *data), void *data, OS_STK *top, INT8U prio)
{
    OS_TCB *tcb;
    INT8U err = OS_NO_ERR;

    if (prio > OS_LOWEST_PRIO)
        return OS_PRIO_INVALID;
    OS_ENTER_CRITICAL();
    tcb = free_tcb();
    if (OSIntNesting)
        err = OS_ERR_CREATE_ISR;
    else if (OSTCBPrioTbl[prio])
        err = OS_PRIO_EXIST;
    else if (!tcb)
        err = OS_NO_MORE_TCB;
    else {
        memset(tcb, 0, sizeof *tcb);
        tcb->OSTCBStkPtr = os_initial_stack(task, data, top);
        tcb->OSTCBPrio = tcb->OSTCBBasePrio = prio;
        tcb->OSTCBName = "task";
        tcb->OSTCBNext = OSTCBList;
        if (OSTCBList)
            OSTCBList->OSTCBPrev = tcb;
        OSTCBList = tcb;
        OSTCBPrioTbl[prio] = tcb;
        prios_add(&OSRdy, prio);
        os_sched();
    }
    OS_EXIT_CRITICAL();
    return err;
}

/* A mutex that it holds goes to who waits for it, or is free; what it protected may be half done. */
INT8U OSTaskDel(INT8U prio)
{
    OS_TCB *tcb;
    INT8U err = OS_NO_ERR;

    OS_ENTER_CRITICAL();
    tcb = os_task_of(prio);
    if (OSIntNesting)
        err = OS_TASK_DEL_ISR;
    else if (prio > OS_LOWEST_PRIO && prio != OS_PRIO_SELF)
        err = OS_PRIO_INVALID;
    else if (!tcb)
        err = OS_TASK_DEL_ERR;
    else if (tcb->OSTCBPrio == OS_LOWEST_PRIO)
        err = OS_TASK_DEL_IDLE;
    else {
        os_mutex_owner_ended(tcb);
        prios_remove(&OSRdy, tcb->OSTCBPrio);
        if (tcb->OSTCBEventPtr)
            prios_remove(&tcb->OSTCBEventPtr->OSEventWait, tcb->OSTCBPrio);
        if (tcb->OSTCBFlagGrp)
            prios_remove(&tcb->OSTCBFlagGrp->OSFlagWait, tcb->OSTCBPrio);
        OSTCBPrioTbl[tcb->OSTCBPrio] = NULL;
        if (tcb->OSTCBPrev)
            tcb->OSTCBPrev->OSTCBNext = tcb->OSTCBNext;
        else
            OSTCBList = tcb->OSTCBNext;
        if (tcb->OSTCBNext)
            tcb->OSTCBNext->OSTCBPrev = tcb->OSTCBPrev;
        tcb->OSTCBStkPtr = NULL;    /* free; os_switch writes it once more for the running one */
        if (tcb == OSTCBCur) {
            static OS_TCB nobody;   /* where os_switch puts the stack that nobody comes back to */

            OSLockNesting = 0;
            OSTCBCur = &nobody;
        }
        os_sched();
    }
    OS_EXIT_CRITICAL();
    return err;
}

INT8U OSTaskSuspend(INT8U prio)
{
    OS_TCB *tcb;
    INT8U err = OS_NO_ERR;

    OS_ENTER_CRITICAL();
    tcb = os_task_of(prio);
    if (prio > OS_LOWEST_PRIO && prio != OS_PRIO_SELF)
        err = OS_PRIO_INVALID;
    else if (!tcb)
        err = OS_TASK_SUSPEND_PRIO;
    else if (tcb->OSTCBPrio == OS_LOWEST_PRIO)
        err = OS_TASK_SUSPEND_IDLE;
    else {
        prios_remove(&OSRdy, tcb->OSTCBPrio);
        tcb->OSTCBStat |= OS_STAT_SUSPEND;
        os_sched();
    }
    OS_EXIT_CRITICAL();
    return err;
}

INT8U OSTaskResume(INT8U prio)
{
    OS_TCB *tcb;
    INT8U err = OS_NO_ERR;

    OS_ENTER_CRITICAL();
    tcb = prio > OS_LOWEST_PRIO ? NULL : os_task_of(prio);
    if (prio > OS_LOWEST_PRIO)
        err = OS_PRIO_INVALID;
    else if (!tcb)
        err = OS_TASK_RESUME_PRIO;
    else if (!(tcb->OSTCBStat & OS_STAT_SUSPEND))
        err = OS_TASK_NOT_SUSPENDED;
    else {
        tcb->OSTCBStat &= (INT8U)~OS_STAT_SUSPEND;
        if (!tcb->OSTCBStat && !tcb->OSTCBDly) {
            prios_add(&OSRdy, prio);
            os_sched();
        }
    }
    OS_EXIT_CRITICAL();
    return err;
}

INT8U OSTaskChangePrio(INT8U old_prio, INT8U new_prio)
{
    OS_TCB *tcb;
    INT8U err = OS_NO_ERR;

    if ((old_prio >= OS_LOWEST_PRIO && old_prio != OS_PRIO_SELF) || new_prio >= OS_LOWEST_PRIO)
        return OS_PRIO_INVALID;
    OS_ENTER_CRITICAL();
    tcb = os_task_of(old_prio);
    if (OSTCBPrioTbl[new_prio])
        err = OS_PRIO_EXIST;
    else if (!tcb)
        err = OS_PRIO_ERR;
    else if (tcb->OSTCBPrio != tcb->OSTCBBasePrio)
        err = OS_PRIO_ERR;          /* it holds a mutex at the mutex's priority: that one is not its own to leave */
    else {
        tcb->OSTCBBasePrio = new_prio;
        os_set_prio(tcb, new_prio);
        os_sched();
    }
    OS_EXIT_CRITICAL();
    return err;
}

INT8U OSTaskQuery(INT8U prio, OS_TCB *data)
{
    OS_TCB *tcb;

    if (prio > OS_LOWEST_PRIO && prio != OS_PRIO_SELF)
        return OS_PRIO_INVALID;
    OS_ENTER_CRITICAL();
    tcb = os_task_of(prio);
    if (tcb)
        *data = *tcb;
    OS_EXIT_CRITICAL();
    return tcb ? OS_NO_ERR : OS_PRIO_ERR;
}

void OSTaskNameSet(INT8U prio, const char *name, INT8U *err)
{
    OS_TCB *tcb;

    OS_ENTER_CRITICAL();
    tcb = os_task_of(prio);
    if (tcb)
        tcb->OSTCBName = name;
    *err = tcb ? OS_NO_ERR : OS_PRIO_INVALID;
    OS_EXIT_CRITICAL();
}
