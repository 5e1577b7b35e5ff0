/* SPDX-License-Identifier: MIT
 *
 * Software interrupts: the guest's own way into the hypervisor.
 *
 *   vector_swi -> process_hypercalls -> do_* (through hypercall_table) -> ret_from_hypercall -> ret_to_user (entry.S)
 *              -> do_upcall (entry.S)   for everything else: a system call of the guest
 */
#include <asm-arm/asm-macros.h>
#include <public/xen.h>

        .cfi_sections .debug_frame
        .text

/*
 * Who comes here: the CPU, from vector 8, in SVC mode, IRQ masked, r13_svc = top of the vCPU's hypervisor stack,
 *                 r14_svc = instruction after the swi, SPSR = the guest's psr; r0-r12, r13_usr, r14_usr the guest's.
 * What happens:   makes the 72-byte frame; the guest's sp goes to the VSP of the mode it was in; then decides:
 *                 `swi 0x82` in ARM state from virtual kernel mode is a hypercall (number in r7, arguments in r0-r3);
 *                 all else goes to the guest's kernel as a system call. So a process cannot issue hypercalls.
 */
ENTRY(vector_swi)
        cfi_trap
        .cfi_def_cfa 13, 0
        .cfi_undefined 13
        .cfi_undefined 14
        .cfi_register 15, 14
        sub     sp, sp, #FRAME_SIZE
        .cfi_def_cfa_offset FRAME_SIZE
        stmia   sp, {r0-r12}
        add     r8, sp, #FRAME_SP
        stmia   r8, {r13, r14}^                 @ USR mode's
        mrs     r9, spsr
        str     lr, [sp, #FRAME_PC]
        cfi_guest_frame
        get_current r10
        ldr     r11, [r10, #VCPU_VPSR]
        ldr     r8, [sp, #FRAME_SP]
        cmp     r11, #PSR_MODE_USR
        streq   r8, [r10, #VCPU_VUSP]
        strne   r8, [r10, #VCPU_VKSP]
        bic     r12, r9, #PSR_MODE_MASK         @ the frame tells the virtual mode
        orr     r12, r12, r11
        str     r12, [sp, #FRAME_PSR]
        beq     system_call                     @ from virtual user mode
        tst     r9, #PSR_THUMB
        bne     system_call
        sub     r11, lr, #4
swi_fetch:
        ldrt    r8, [r11]                      @ the swi itself, read with the guest's rights
swi_fetched:
        on_abort swi_fetch, swi_fetched, system_call
        bic     r8, r8, #0xff000000
        cmp     r8, #XEN_HYPERCALL_SWI
        bne     system_call
        mov     r8, #TRAP_EVENT                 @ 0x18 marks a hypercall's frame too
        str     r8, [sp, #FRAME_CTX]
END(vector_swi)                                 @ falls into

/*
 * In: sp = frame, r7 = number, r0-r3 = arguments, still as the guest set them; IRQ masked.
 * Interrupts come on; the handler is entered with its return address on ret_from_hypercall.
 */
ENTRY(process_hypercalls)
        cfi_guest_frame
        msr     cpsr_c, #PSR_SVC_IRQ
        ldr     r8, =acm_active
        ldr     r8, [r8]
        cmp     r8, #0
        bne     guarded_hypercall
dispatch_hypercall:
        ldr     r8, =hypercall_table
        adr     lr, ret_from_hypercall
        cmp     r7, #NR_hypercalls
        ldrlo   pc, [r8, r7, lsl #2]
        mvn     r0, #(XEN_ENOSYS_NUMBER - 1)    @ no such number
END(process_hypercalls)                         @ falls into

/* In: r0 = result of the hypercall. It becomes the guest's r0; all other registers come back as they were. */
ENTRY(ret_from_hypercall)
        cfi_guest_frame
        str     r0, [sp, #FRAME_R0]
        b       ret_to_user
END(ret_from_hypercall)

/*
 * In: as process_hypercalls, which comes here while a policy is loaded. acm_check_hypercall (security/hooks.c) decides; what it
 * refuses never reaches a handler.
 */
ENTRY(guarded_hypercall)
        cfi_guest_frame
        mov     r0, r7
        mov     r1, sp                          @ r0-r3 of the frame
        bl      acm_check_hypercall
        cmp     r0, #0
        bne     ret_from_hypercall
        ldmia   sp, {r0-r3}
        b       dispatch_hypercall
END(guarded_hypercall)

/* In: sp = frame, r10 = vCPU. The guest's kernel finds the number as its system call convention says, e.g. at pc - 4. */
ENTRY(system_call)
        cfi_guest_frame
        mov     r0, #TRAP_SYSCALL
        mov     r2, #0
        mov     r3, #0
        b       reflect_fault
END(system_call)
        .ltorg

        .section .rodata
        .align  2
        .globl  hypercall_table
        .type   hypercall_table, %object
hypercall_table:
#define HYPERCALL(number, name, handler, text) .word handler ;
#include <public/hypercall-list.h>
#undef HYPERCALL
        .size   hypercall_table, . - hypercall_table
        .if     (. - hypercall_table) != NR_hypercalls * 4
        .error  "hypercall_table has a gap"
        .endif
