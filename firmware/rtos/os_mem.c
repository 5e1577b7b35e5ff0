/* SPDX-License-Identifier: MIT
 *
 * Partitions of equal blocks: taken and given back in constant time.
 */
#include "os_internal.h"

static OS_MEM partitions[OS_MAX_MEM_PART];

OS_MEM *OSMemCreate(void *address, INT32U blocks, INT32U block_size, INT8U *err)
{
    OS_MEM *partition = NULL;

    *err = !address || blocks < 2 ? OS_MEM_INVALID_BLKS : block_size < sizeof(void *) ? OS_MEM_INVALID_SIZE : OS_NO_ERR;
    if (*err)
        return NULL;
    OS_ENTER_CRITICAL();
    for (unsigned i = 0; i < OS_MAX_MEM_PART && !partition; i++)
        if (!partitions[i].OSMemAddr)
            partition = &partitions[i];
    if (partition) {
        char *block = address;

        partition->OSMemAddr = partition->OSMemFreeList = address;
        partition->OSMemBlkSize = block_size;
        partition->OSMemNBlks = partition->OSMemNFree = blocks;
        for (INT32U i = 0; i < blocks; i++, block += block_size)
            *(void **)block = i + 1 < blocks ? block + block_size : NULL;
    } else {
        *err = OS_MEM_INVALID_PART;
    }
    OS_EXIT_CRITICAL();
    return partition;
}

void *OSMemGet(OS_MEM *partition, INT8U *err)
{
    void *block;

    OS_ENTER_CRITICAL();
    block = partition->OSMemFreeList;
    *err = block ? OS_NO_ERR : OS_MEM_NO_FREE_BLKS;
    if (block) {
        partition->OSMemFreeList = *(void **)block;
        partition->OSMemNFree--;
    }
    OS_EXIT_CRITICAL();
    return block;
}

INT8U OSMemPut(OS_MEM *partition, void *block)
{
    INT8U err = OS_NO_ERR;

    if (!block)
        return OS_MEM_INVALID_PBLK;
    OS_ENTER_CRITICAL();
    if (partition->OSMemNFree == partition->OSMemNBlks) {
        err = OS_MEM_FULL;
    } else {
        *(void **)block = partition->OSMemFreeList;
        partition->OSMemFreeList = block;
        partition->OSMemNFree++;
    }
    OS_EXIT_CRITICAL();
    return err;
}
