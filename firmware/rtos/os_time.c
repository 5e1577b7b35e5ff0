/* SPDX-License-Identifier: MIT
 *
 * Delays, timeouts and the clock, all in ticks.
 */
#include "os_internal.h"

INT32U OSTicksPerSec = OS_TICKS_PER_SEC_DEFAULT;
static INT32U clock_ticks;

void OSTimeDly(INT16U ticks)
{
    if (!ticks || os_may_wait())
        return;
    OS_ENTER_CRITICAL();
    prios_remove(&OSRdy, OSTCBCur->OSTCBPrio);
    OSTCBCur->OSTCBDly = ticks;
    os_sched();
    OS_EXIT_CRITICAL();
}

INT8U OSTimeDlyHMSM(INT8U hours, INT8U minutes, INT8U seconds, INT16U milli)
{
    INT32U ticks, milli_ticks = 0;

    if (!(hours | minutes | seconds | milli))
        return OS_TIME_ZERO_DLY;
    if (minutes > 59)
        return OS_TIME_INVALID_MINUTES;
    if (seconds > 59)
        return OS_TIME_INVALID_SECONDS;
    if (milli > 999)
        return OS_TIME_INVALID_MILLI;
    /* Rounded to the nearest tick; there is no instruction that divides. */
    for (INT32U left = milli * OSTicksPerSec + 500; left >= 1000; left -= 1000)
        milli_ticks++;
    ticks = ((hours * 60u + minutes) * 60u + seconds) * OSTicksPerSec + milli_ticks;
    for (; ticks > 0xffff; ticks -= 0x8000)
        OSTimeDly(0x8000);
    OSTimeDly((INT16U)ticks);
    return OS_NO_ERR;
}

INT8U OSTimeDlyResume(INT8U prio)
{
    OS_TCB *tcb;
    INT8U err = OS_NO_ERR;

    if (prio >= OS_LOWEST_PRIO)
        return OS_PRIO_INVALID;
    OS_ENTER_CRITICAL();
    tcb = os_task_of(prio);
    if (!tcb)
        err = OS_PRIO_ERR;
    else if (!tcb->OSTCBDly || (tcb->OSTCBStat & OS_STAT_WAITING))
        err = OS_TIME_NOT_DLY;      /* who waits for an event is not to be told a timeout that was none */
    else {
        os_end_wait(tcb, OS_FALSE);
        os_sched();
    }
    OS_EXIT_CRITICAL();
    return err;
}

INT32U OSTimeGet(void)
{
    OS_ENTER_CRITICAL();
    INT32U ticks = clock_ticks;
    OS_EXIT_CRITICAL();
    return ticks;
}

void OSTimeSet(INT32U ticks)
{
    OS_ENTER_CRITICAL();
    clock_ticks = ticks;
    OS_EXIT_CRITICAL();
}

void OSTimeTick(void)
{
    clock_ticks++;
    for (OS_TCB *tcb = OSTCBList; tcb; tcb = tcb->OSTCBNext)
        if (tcb->OSTCBDly && --tcb->OSTCBDly == 0)
            os_end_wait(tcb, (tcb->OSTCBStat & OS_STAT_WAITING) != 0);
}
