/* SPDX-License-Identifier: MIT
 *
 * The file of the guest that the control domain starts.
 */
        .section .rodata
        .align  3
        .globl  guest_image, guest_image_end
guest_image:
        .incbin GUEST_IMAGE
guest_image_end:
        .byte   0
