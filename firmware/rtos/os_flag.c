/* SPDX-License-Identifier: MIT
 *
 * Event flags: a task waits until all or any of some bits are set or clear.
 */
#include "os_internal.h"

static OS_FLAG_GRP groups[OS_MAX_FLAGS];

OS_FLAG_GRP *OSFlagCreate(OS_FLAGS flags, INT8U *err)
{
    OS_FLAG_GRP *group = NULL;

    OS_ENTER_CRITICAL();
    *err = OSIntNesting ? OS_ERR_CREATE_ISR : OS_FLAG_GRP_DEPLETED;
    for (unsigned i = 0; i < OS_MAX_FLAGS && !OSIntNesting && !group; i++)
        if (groups[i].OSFlagType == OS_EVENT_TYPE_UNUSED) {
            group = &groups[i];
            *group = (OS_FLAG_GRP){.OSFlagType = OS_EVENT_TYPE_FLAG, .OSFlagFlags = flags};
            *err = OS_NO_ERR;
        }
    OS_EXIT_CRITICAL();
    return group;
}

/* Which of the wanted flags are as wanted; 0 when that does not end the wait. */
static OS_FLAGS met(const OS_FLAG_GRP *group, OS_FLAGS wanted, INT8U type)
{
    OS_FLAGS as_wanted = (OS_FLAGS)((type & 2 ? group->OSFlagFlags : ~group->OSFlagFlags) & wanted);

    return type & 1 ? as_wanted : as_wanted == wanted ? as_wanted : 0;
}

static void consume(OS_FLAG_GRP *group, OS_FLAGS flags, INT8U type)
{
    if (!(type & OS_FLAG_CONSUME))
        return;
    if (type & 2)
        group->OSFlagFlags &= (OS_FLAGS)~flags;
    else
        group->OSFlagFlags |= flags;
}

static INT8U check(const OS_FLAG_GRP *group, INT8U type)
{
    if (!group || group->OSFlagType != OS_EVENT_TYPE_FLAG)
        return OS_FLAG_INVALID_PGRP;
    return (type & ~OS_FLAG_CONSUME) > OS_FLAG_WAIT_SET_ANY ? OS_FLAG_ERR_WAIT_TYPE : OS_NO_ERR;
}

OS_FLAGS OSFlagAccept(OS_FLAG_GRP *group, OS_FLAGS flags, INT8U wait_type, INT8U *err)
{
    OS_FLAGS ready = 0;

    OS_ENTER_CRITICAL();
    *err = check(group, wait_type);
    if (!*err) {
        ready = met(group, flags, wait_type);
        consume(group, ready, wait_type);
        if (!ready)
            *err = OS_FLAG_ERR_NOT_RDY;
    }
    OS_EXIT_CRITICAL();
    return ready;
}

OS_FLAGS OSFlagPend(OS_FLAG_GRP *group, OS_FLAGS flags, INT8U wait_type, INT16U timeout, INT8U *err)
{
    OS_FLAGS ready = 0;

    OS_ENTER_CRITICAL();
    *err = os_may_wait();
    if (!*err)
        *err = flags ? check(group, wait_type) : OS_FLAG_ERR_WAIT_TYPE;     /* no flag ever ends a wait for none */
    if (!*err) {
        ready = met(group, flags, wait_type);
        if (ready) {
            consume(group, ready, wait_type);
        } else {
            OSTCBCur->OSTCBStat |= OS_STAT_FLAG;
            OSTCBCur->OSTCBDly = timeout;
            OSTCBCur->OSTCBFlagGrp = group;
            OSTCBCur->OSTCBFlags = flags;
            OSTCBCur->OSTCBFlagWaitType = wait_type;
            OSTCBCur->OSTCBPendTO = OS_FALSE;
            prios_add(&group->OSFlagWait, OSTCBCur->OSTCBPrio);
            prios_remove(&OSRdy, OSTCBCur->OSTCBPrio);
            os_sched();
            *err = OSTCBCur->OSTCBPendTO ? OS_TIMEOUT : OS_NO_ERR;
            ready = *err ? 0 : OSTCBCur->OSTCBFlags;
        }
    }
    OS_EXIT_CRITICAL();
    return ready;
}

/* Each waiting task is asked, the highest priority first; what one consumes the next does not see. */
OS_FLAGS OSFlagPost(OS_FLAG_GRP *group, OS_FLAGS flags, INT8U opt, INT8U *err)
{
    OS_FLAGS now = 0;

    OS_ENTER_CRITICAL();
    *err = opt > OS_FLAG_SET ? OS_FLAG_INVALID_OPT : check(group, 0);
    if (!*err) {
        OS_PRIOS waiting = group->OSFlagWait;

        group->OSFlagFlags = (OS_FLAGS)(opt == OS_FLAG_SET ? group->OSFlagFlags | flags : group->OSFlagFlags & ~flags);
        while (!prios_is_empty(&waiting)) {
            OS_TCB *tcb = OSTCBPrioTbl[prios_first(&waiting)];
            OS_FLAGS ready = met(group, tcb->OSTCBFlags, tcb->OSTCBFlagWaitType);

            prios_remove(&waiting, tcb->OSTCBPrio);
            if (!ready)
                continue;
            consume(group, ready, tcb->OSTCBFlagWaitType);
            tcb->OSTCBFlags = ready;
            os_end_wait(tcb, OS_FALSE);
        }
        os_sched();
        now = group->OSFlagFlags;
    }
    OS_EXIT_CRITICAL();
    return now;
}

OS_FLAGS OSFlagQuery(OS_FLAG_GRP *group, INT8U *err)
{
    OS_ENTER_CRITICAL();
    *err = check(group, 0);
    OS_FLAGS flags = *err ? 0 : group->OSFlagFlags;
    OS_EXIT_CRITICAL();
    return flags;
}
