/* SPDX-License-Identifier: MIT
 *
 * Exceptions: how the CPU leaves a guest and how it goes back. System calls and hypercalls begin in hypercalls.S.
 *
 *   vectors (at 0) -> stubs (at 0x200) -> __irq_usr   -> ret_to_user -> restore            an interrupt
 *                                      -> __dabt_usr  -> do_upcall   -> guest's callback   a fault of the guest
 *                                      -> __pabt_usr  ...
 *                                      -> __und_usr   ...
 *                                      -> __*_svc                                          taken inside the hypervisor
 *   ret_to_user -> test_all_events -> do_softirq (which may switch to another domain), or
 *               -> test_guest_events -> do_upcall (an event is pending), or
 *               -> restore
 *
 * On each vCPU's hypervisor stack the top 72 bytes are the guest's frame (struct cpu_user_regs). While a guest runs,
 * r13_svc points just above it. Code between entry and exit keeps sp at the frame.
 */
#include <asm-arm/asm-macros.h>
#include <asm-arm/cpu-domain.h>
#include <public/xen.h>

        .cfi_sections .debug_frame

/* ------------------------------------------------------------------------------------------------ vectors and stubs */

        .section .vectors, "ax"
ENTRY(exception_vectors)
        cfi_trap
        .cfi_undefined 13
        .cfi_undefined 14
        .cfi_undefined 15
        b       vector_reset
        .cfi_register 15, 14
        b       vector_und
        ldr     pc, 1f                          @ swi: no stub, straight to vector_swi (hypercalls.S)
        .cfi_escape 0x16, 15, 2, 0x7e, 0x7c     @ val_expression: r15 = r14 - 4
        b       vector_pabt
        .cfi_escape 0x16, 15, 2, 0x7e, 0x78     @ r15 = r14 - 8
        b       vector_dabt
        .cfi_undefined 15
        b       vector_reset                    @ reserved
        .cfi_escape 0x16, 15, 2, 0x7e, 0x7c     @ r15 = r14 - 4
        b       vector_irq
        b       vector_fiq
1:      .word   vector_swi
END(exception_vectors)

        .section .stubs, "ax"

/*
 * A stub, in the mode of its exception: r14 = address that the manual says, r13 = three words of memory.
 * It keeps r0, pc and psr of the interrupted code there, and enters SVC mode, IRQ masked, with
 *   r0 = address of these three words; all other registers as interrupted
 * at \name\()_usr if USR mode (a guest) was interrupted, else at \name\()_svc (the hypervisor itself).
 */
.macro stub vector, name, pc_offset
ENTRY(\vector)
        cfi_trap
        .cfi_def_cfa 13, 0
        .cfi_undefined 13
        .cfi_undefined 14
        .if     \pc_offset
        .cfi_escape 0x16, 15, 2, 0x7e, 0x80 - \pc_offset  @ val_expression: r15 = r14 - offset
        sub     lr, lr, #\pc_offset
        .endif
        .cfi_register 15, 14
        stmia   sp, {r0, lr}
        .cfi_offset 0, 0
        .cfi_offset 15, 4
        mrs     lr, spsr
        str     lr, [sp, #8]
        mov     r0, #PSR_SVC_NOIRQ
        msr     spsr_c, r0
        mov     r0, sp
        tst     lr, #0x0f                       @ 0: USR
        ldreq   lr, 1f
        ldrne   lr, 2f
        movs    pc, lr                          @ into SVC mode
1:      .word   \name\()_usr
2:      .word   \name\()_svc
END(\vector)
.endm

        stub    vector_irq,  __irq,  4
        stub    vector_dabt, __dabt, 8
        stub    vector_pabt, __pabt, 4
        stub    vector_und,  __und,  0

/* FIQ is masked for good and nothing on the board raises it. */
ENTRY(vector_fiq)
        cfi_trap
        .cfi_escape 0x16, 15, 2, 0x7e, 0x7c
        subs    pc, lr, #4
END(vector_fiq)

/* A jump to 0 from inside the hypervisor: there is nothing to go back to. */
ENTRY(vector_reset)
        cfi_trap
        .cfi_undefined 15
        ldr     pc, 1f
1:      .word   reset_in_xen
END(vector_reset)

/* ------------------------------------------------------------------------------------------ exceptions from a guest */

        .text

/*
 * Completes the guest frame. In: SVC mode, IRQ masked, r0 = the stub's three words. Out: sp = frame, all but ctx filled;
 * r10 = current vCPU; r4 = pc of the guest; the guest's sp is also in VUSP or VKSP, whichever mode it was in.
 */
.macro usr_entry
        cfi_trap
        .cfi_def_cfa 13, 0
        .cfi_undefined 13
        .cfi_undefined 14
        .cfi_escape 0x10, 15, 2, 0x70, 4        @ expression: r15 is saved at r0 + 4
        .cfi_escape 0x10, 0, 2, 0x70, 0         @             r0 at r0
        sub     sp, sp, #FRAME_SIZE
        .cfi_def_cfa_offset FRAME_SIZE
        stmib   sp, {r1-r12}
        ldmia   r0, {r3-r5}                     @ its r0, pc, psr
        str     r3, [sp, #FRAME_R0]
        str     r4, [sp, #FRAME_PC]
        add     r1, sp, #FRAME_SP
        stmia   r1, {r13, r14}^                 @ USR mode's
        get_current r10
        ldr     r6, [r10, #VCPU_VPSR]
        ldr     r7, [sp, #FRAME_SP]
        cmp     r6, #PSR_MODE_USR
        streq   r7, [r10, #VCPU_VUSP]
        strne   r7, [r10, #VCPU_VKSP]
        bic     r5, r5, #PSR_MODE_MASK          @ the frame tells the virtual mode
        orr     r5, r5, r6
        str     r5, [sp, #FRAME_PSR]
        cfi_guest_frame
.endm

/*
 * An interrupt while a guest ran. Next: asm_do_IRQ (irq.c) serves all pending lines; then the way back, on which a
 * timer interrupt's softirq may switch domains.
 */
ENTRY(__irq_usr)
        usr_entry
        mov     r0, #TRAP_EVENT
        str     r0, [sp, #FRAME_CTX]
        bl      asm_do_IRQ
        b       ret_to_user
END(__irq_usr)

/* Data abort of a guest, in either virtual mode: FAR and FSR become VFAR and VFSR, and its kernel hears of it. */
ENTRY(__dabt_usr)
        usr_entry
        mrc     p15, 0, r2, c6, c0, 0
        mrc     p15, 0, r3, c5, c0, 0
        mov     r0, #TRAP_DATA_ABORT
        b       reflect_fault
END(__dabt_usr)

/* Prefetch abort: the CPU has no address register for it, so VFAR is the pc that could not be fetched. */
ENTRY(__pabt_usr)
        usr_entry
        mov     r2, r4
        mrc     p15, 0, r3, c5, c0, 1
        mov     r0, #TRAP_PREFETCH_ABORT
        b       reflect_fault
END(__pabt_usr)

/* Undefined instruction, any coprocessor access included: no address, no status. */
ENTRY(__und_usr)
        usr_entry
        mov     r2, #0
        mov     r3, #0
        mov     r0, #TRAP_UNDEFINED
        b       reflect_fault
END(__und_usr)

/* In: sp = frame without ctx, r10 = vCPU, r0 = TRAP_*, r2 = VFAR, r3 = VFSR. */
ENTRY(reflect_fault)
        cfi_guest_frame
        str     r0, [sp, #FRAME_CTX]
        str     r2, [r10, #VCPU_VFAR]
        str     r3, [r10, #VCPU_VFSR]
        b       do_upcall
END(reflect_fault)

/* ------------------------------------------------------------------------------------------------------ the way back */

/*
 * Who comes here: a new vCPU (first of all), __irq_usr, hypercall 31, and ret_from_hypercall; sp = frame.
 * No interrupt may come between the tests and the return, so IRQ is masked first.
 */
ENTRY(ret_to_user)
        cfi_guest_frame
test_all_events:
        msr     cpsr_c, #PSR_SVC_NOIRQ
        ldr     r0, =softirq_pending
        ldr     r0, [r0]
        cmp     r0, #0
        beq     test_guest_events
        msr     cpsr_c, #PSR_SVC_IRQ
        bl      do_softirq                      @ may return much later, after other domains have run
        b       test_all_events
test_guest_events:
        get_current r10
        ldr     r8, [r10, #VCPU_INFO]
        ldrb    r1, [r8, #VCPUINFO_MASK]
        ldrb    r2, [r8, #VCPUINFO_PENDING]
        cmp     r1, #0
        bne     restore
        cmp     r2, #0
        beq     restore
        mov     r0, #TRAP_EVENT
        mov     r2, #0
        mov     r3, #0
        b       reflect_fault                   @ an event is no fault, but enters the guest the same way
END(ret_to_user)
        .ltorg

/*
 * Back into the guest as the frame says. In: sp = frame, IRQ masked.
 * The frame may be the guest's own invention (hypercall 31), so the psr is taken apart: of it only the flags and T reach
 * the CPU, whose mode is USR with interrupts on; the mode bits choose the virtual mode and with it the DACR.
 */
ENTRY(restore)
        cfi_guest_frame
        get_current r10
        ldr     r8, [sp, #FRAME_PSR]
        and     r1, r8, #PSR_MODE_MASK
        cmp     r1, #PSR_MODE_USR
        movne   r1, #PSR_MODE_SVC
        str     r1, [r10, #VCPU_VPSR]
        moveq   r2, #DACR_STAT_USER
        movne   r2, #DACR_STAT_KERNEL
        mcr     p15, 0, r2, c3, c0, 0
        and     r1, r8, #0xf8000000             @ N Z C V Q
        and     r8, r8, #PSR_THUMB
        orr     r1, r1, r8
        orr     r1, r1, #PSR_MODE_USR
        msr     spsr_cxsf, r1
        ldmia   sp, {r0-r14}^                   @ r13, r14 of USR mode
        mov     r0, r0                          @ banked registers may not be used in the next instruction
        ldr     lr, [sp, #FRAME_PC]
        add     sp, sp, #FRAME_SIZE
        cfi_guest_exit
        movs    pc, lr
END(restore)

/*
 * Enters the guest's one callback, for events, faults and system calls alike.
 * Who comes here: reflect_fault, and vector_swi for a system call; IRQ masked, sp = frame with ctx, vfar and vfsr set.
 * What happens:   the frame is copied to the guest's kernel stack, and made over into the context of the callback:
 *                 r0 = ctx, r1 = psr, r2 = VFAR, r3 = VFSR, r12 = r13 = the copy, r14 = pc = callback.
 * The copy is written with the guest's own rights (strt; the DACR of virtual kernel mode), so that a stack pointer into
 * the hypervisor or into nothing faults there and costs the domain its life, not ours.
 */
ENTRY(do_upcall)
        cfi_guest_frame
        get_current r10
        ldr     r9, [r10, #VCPU_EVENT_CALLBACK]
        cmp     r9, #0
        beq     upcall_without_callback
        ldr     r8, [r10, #VCPU_INFO]
        mov     r1, #1
        strb    r1, [r8, #VCPUINFO_MASK]
        mov     r2, #PSR_MODE_SVC
        str     r2, [r10, #VCPU_VPSR]
        mov     r3, #DACR_STAT_KERNEL
        mcr     p15, 0, r3, c3, c0, 0
        ldr     r12, [r10, #VCPU_VKSP]
        sub     r12, r12, #FRAME_SIZE
        bic     r12, r12, #7
        str     r12, [r10, #VCPU_VKSP]
        mov     r11, r12
        ldmia   sp, {r0-r7}
upcall_copy:
        strt    r0, [r11], #4
        strt    r1, [r11], #4
        strt    r2, [r11], #4
        strt    r3, [r11], #4
        strt    r4, [r11], #4
        strt    r5, [r11], #4
        strt    r6, [r11], #4
        strt    r7, [r11], #4
        add     r8, sp, #32
        ldmia   r8!, {r0-r7}
        strt    r0, [r11], #4
        strt    r1, [r11], #4
        strt    r2, [r11], #4
        strt    r3, [r11], #4
        strt    r4, [r11], #4
        strt    r5, [r11], #4
        strt    r6, [r11], #4
        strt    r7, [r11], #4
        ldmia   r8, {r1, r2}                    @ psr, ctx
        strt    r1, [r11], #4
        strt    r2, [r11], #4
upcall_copied:
        on_abort upcall_copy, upcall_copied, upcall_stack_unusable
        mov     r0, r2
        ldr     r2, [r10, #VCPU_VFAR]
        ldr     r3, [r10, #VCPU_VFSR]
        stmia   sp, {r0-r3}
        str     r12, [sp, #FRAME_R12]
        str     r12, [sp, #FRAME_SP]
        str     r9, [sp, #FRAME_LR]
        str     r9, [sp, #FRAME_PC]
        mov     r1, #PSR_MODE_SVC
        str     r1, [sp, #FRAME_PSR]
        mov     r1, #PSR_MODE_USR
        msr     spsr_cxsf, r1
        ldmia   sp, {r0-r14}^
        mov     r0, r0
        ldr     lr, [sp, #FRAME_PC]
        add     sp, sp, #FRAME_SIZE
        cfi_guest_exit
        movs    pc, lr
END(do_upcall)

/* No callback registered: an event or a system call is dropped; a fault would come again for ever, so it is fatal. */
ENTRY(upcall_without_callback)
        cfi_guest_frame
        ldr     r0, [sp, #FRAME_CTX]
        cmp     r0, #TRAP_EVENT
        cmpne   r0, #TRAP_SYSCALL
        beq     restore
        mov     r0, sp
        bl      crash_without_callback          @ traps.c; marks the domain, so that the next softirq leaves it
        b       ret_to_user
END(upcall_without_callback)

/* From do_upcall, by its fix-up: strt to VKSP has aborted. Our frame is whole; the guest has none, so the domain ends. */
ENTRY(upcall_stack_unusable)
        cfi_guest_frame
        mov     r0, sp
        bl      crash_stack_unusable            @ traps.c
        b       ret_to_user
END(upcall_stack_unusable)

/*
 * Hypercall 31: leave an upcall. r0 = guest address of the frame to reload; sp = our frame; called through the table.
 * The words are read with the guest's rights; restore judges the psr. Ends in ret_to_user, which delivers what is
 * pending before the guest goes on, so r0 of the frame is not overwritten by a result.
 */
ENTRY(do_restore_guest_context)
        cfi_guest_frame
        msr     cpsr_c, #PSR_SVC_NOIRQ
        get_current r10
        add     r11, r0, #FRAME_SIZE
frame_copy:
        ldrt    r1, [r0], #4
        ldrt    r2, [r0], #4
        ldrt    r3, [r0], #4
        ldrt    r4, [r0], #4
        ldrt    r5, [r0], #4
        ldrt    r6, [r0], #4
        ldrt    r7, [r0], #4
        ldrt    r8, [r0], #4
        stmia   sp, {r1-r8}
        ldrt    r1, [r0], #4
        ldrt    r2, [r0], #4
        ldrt    r3, [r0], #4
        ldrt    r4, [r0], #4
        ldrt    r5, [r0], #4
        ldrt    r6, [r0], #4
        ldrt    r7, [r0], #4
        ldrt    r8, [r0], #4
        ldrt    r9, [r0], #4                    @ psr; the word after it, ctx, is ours to set
frame_copied:
        on_abort frame_copy, frame_copied, frame_unreadable
        mov     lr, #TRAP_EVENT
        add     r12, sp, #32
        stmia   r12, {r1-r9, lr}
        ldr     r8, [r10, #VCPU_INFO]
        mov     r1, #0
        strb    r1, [r8, #VCPUINFO_MASK]
        str     r11, [r10, #VCPU_VKSP]
        b       ret_to_user
END(do_restore_guest_context)

/* From do_restore_guest_context, by its fix-up: its frame cannot be read, and ours may be half overwritten: the domain ends. */
ENTRY(frame_unreadable)
        cfi_guest_frame
        mov     r0, sp
        bl      crash_frame_unreadable          @ traps.c
        b       ret_to_user
END(frame_unreadable)

/* ---------------------------------------------------------------------------------- exceptions inside the hypervisor */

/*
 * 64 bytes on the hypervisor stack (struct xen_regs, traps.c): psr, r0-r12, lr, pc.
 * In: SVC mode, IRQ masked, r0 = the stub's three words. Out: r0 = sp = the 64 bytes.
 */
.macro svc_entry
        cfi_trap
        .cfi_def_cfa 13, 0
        .cfi_escape 0x10, 15, 2, 0x70, 4
        .cfi_escape 0x10, 0, 2, 0x70, 0
        sub     sp, sp, #64
        .cfi_def_cfa_offset 64
        str     lr, [sp, #56]
        .cfi_offset 14, -8
        add     lr, sp, #8
        stmia   lr, {r1-r12}
        ldmia   r0, {r1-r3}                     @ its r0, pc, psr
        str     r3, [sp]
        str     r1, [sp, #4]
        .cfi_offset 0, -60
        str     r2, [sp, #60]
        .cfi_offset 15, -4
        .cfi_offset 1, -56
        .cfi_offset 2, -52
        .cfi_offset 3, -48
        .cfi_offset 4, -44
        .cfi_offset 5, -40
        .cfi_offset 6, -36
        .cfi_offset 7, -32
        .cfi_offset 8, -28
        .cfi_offset 9, -24
        .cfi_offset 10, -20
        .cfi_offset 11, -16
        .cfi_offset 12, -12
        mov     r0, sp
.endm

/* Back to where the hypervisor was. */
.macro svc_exit
        ldr     r1, [sp], #4
        .cfi_def_cfa_offset 60
        msr     spsr_cxsf, r1
        ldmfd   sp!, {r0-r12, lr, pc}^
.endm

/* An interrupt while the hypervisor worked: served, and straight back; softirqs wait for ret_to_user or the idle loop. */
ENTRY(__irq_svc)
        svc_entry
        bl      asm_do_IRQ
        svc_exit
END(__irq_svc)

/* A data abort in the hypervisor: a bad pointer from a guest (traps.c moves the saved pc to the fix-up), or our own bug. */
ENTRY(__dabt_svc)
        svc_entry
        mrc     p15, 0, r1, c6, c0, 0
        mrc     p15, 0, r2, c5, c0, 0
        bl      do_data_abort_in_xen
        svc_exit
END(__dabt_svc)

/* The hypervisor has jumped to where it has no code, or to what is none: its own bug, so all ends with a report (traps.c). */
ENTRY(__pabt_svc)
        svc_entry
        ldr     r1, =.Lpabt_name
        bl      fatal_trap
END(__pabt_svc)

ENTRY(__und_svc)
        svc_entry
        ldr     r1, =.Lund_name
        bl      fatal_trap
END(__und_svc)

/* From vector_reset: there are no saved registers to show, because nothing but a jump leads here. */
ENTRY(reset_in_xen)
        .cfi_undefined 14
        mov     r0, #0
        ldr     r1, =.Lreset_name
        bl      fatal_trap
END(reset_in_xen)
        .ltorg

        .section .rodata
.Lpabt_name:  .asciz "prefetch abort"
.Lund_name:   .asciz "undefined instruction"
.Lreset_name: .asciz "jump to the reset vector"
        .align  2
        .text

/* ---------------------------------------------------------------------------------------------------- vCPU switching */

/*
 * __switch_to(prev, next): leaves prev's hypervisor stack for next's. Called by context_switch (arch_domain.c), IRQ masked,
 * with next's address space already loaded. What the procedure call standard keeps (r4-r11), sp and the return address
 * go to arch.guest_context.user_regs; the DACR goes to vdacr. A vCPU that has never run returns to ret_to_user.
 */
ENTRY(__switch_to)
        add     r2, r0, #(VCPU_USER_REGS + FRAME_R4)
        stmia   r2, {r4-r11}
        add     r2, r0, #(VCPU_USER_REGS + FRAME_SP)
        stmia   r2, {r13, r14}
        mrc     p15, 0, r3, c3, c0, 0
        str     r3, [r0, #VCPU_VDACR]
        ldr     r3, [r1, #VCPU_VDACR]
        mcr     p15, 0, r3, c3, c0, 0
        add     r2, r1, #(VCPU_USER_REGS + FRAME_R4)
        ldmia   r2, {r4-r11}
        add     r2, r1, #(VCPU_USER_REGS + FRAME_SP)
        ldmia   r2, {r13, r14}
        mov     pc, lr
END(__switch_to)
