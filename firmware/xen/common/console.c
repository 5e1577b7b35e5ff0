/* SPDX-License-Identifier: MIT
 *
 * The console: the hypervisor's own lines, and hypercall 18 for those of its guests.
 *
 *   out: printk, or a guest's console_io write -> copy_from_guest -> platform_console_write: one device command for each piece
 *   in:  the device's interrupt -> asm_do_IRQ -> console_interrupt -> VIRQ_CONSOLE for Domain-0, which reads by console_io
 */
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/sched.h>
#include <asm-arm/arch-goldfish/platform.h>
#include <asm-arm/system.h>

void console_interrupt(void);

#define INPUT_BYTES 256     /* a power of two */

static char output_buffer[256];
static char guest_buffer[256];
static char input[INPUT_BYTES];
static unsigned int input_written, input_read;

void printk(const char *format, ...)
{
    unsigned long psr = local_irq_save();
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(output_buffer, sizeof(output_buffer), format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof(output_buffer))
        length = sizeof(output_buffer) - 1;
    platform_console_write(output_buffer, (unsigned int)length);
    local_irq_restore(psr);
}

void panic(const char *format, ...)
{
    char text[128];
    va_list arguments;

    local_irq_disable();
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    printk("(XEN) panic: %s\n", text);
    machine_halt();
}

/* For good: with IRQ masked, an interrupt only ends one sleep. */
void machine_halt(void)
{
    local_irq_disable();
    for (;;) {
        platform_clear_alarm();
        wait_for_interrupt();
    }
}

/* From asm_do_IRQ: takes what has been typed, so that the line drops, and tells Domain-0. What does not fit is lost. */
void console_interrupt(void)
{
    char c;

    while (platform_console_read(&c, 1)) {
        if (input_written - input_read == INPUT_BYTES)
            continue;
        input[input_written++ % INPUT_BYTES] = c;
    }
    if (domain_list)
        send_guest_virq(domain_list->vcpu[0], VIRQ_CONSOLE);
}

/* In pieces of the buffer's size: one device command each. */
static long guest_console_write(const char *buffer, int count)
{
    int left = count;

    while (left > 0) {
        unsigned int piece = left < (int)sizeof(guest_buffer) ? (unsigned int)left : sizeof(guest_buffer);

        if (copy_from_guest_raw(guest_buffer, buffer, piece))
            return -EFAULT;
        platform_console_write(guest_buffer, piece);
        buffer += piece;
        left -= (int)piece;
    }
    return 0;
}

static long guest_console_read(char *buffer, int count)
{
    int done = 0;

    for (; done < count && input_read != input_written; done++) {
        if (copy_to_guest_raw(buffer + done, &input[input_read % INPUT_BYTES], 1))
            return -EFAULT;
        input_read++;
    }
    return done;
}

#define CONSOLEIO_MAX 65536 /* bytes in one call: bounds the time that a guest can keep the CPU with it */

/* r0 = CONSOLEIO_*, r1 = bytes, r2 = address of the text. */
long do_console_io(int cmd, int count, char *buffer)
{
    if (count < 0 || count > CONSOLEIO_MAX)
        return -EINVAL;
    switch (cmd) {
    case CONSOLEIO_write:
        return guest_console_write(buffer, count);
    case CONSOLEIO_read:
        if (!(current->domain->domain_flags & DOMF_privileged))
            return -EPERM;
        return guest_console_read(buffer, count);
    default:
        return -ENOSYS;
    }
}
