/* SPDX-License-Identifier: MIT
 *
 * The console frontend: text by way of the driver domain instead of by hypercall. A guest that is linked with
 * -Wl,--wrap=platform_console_write prints over the ring from consfront_init on.
 */
#ifndef DRIVERS_CONSFRONT_H
#define DRIVERS_CONSFRONT_H

#include <stddef.h>

/* With events working; 0, or a negative error when there is no console page. */
int consfront_init(void);
/* Puts all of it into the ring; lets other domains run while there is no room. */
void consfront_write(const char *text, size_t length);
/* What has been typed, at most `size` bytes; 0 when there is nothing. */
size_t consfront_read(char *text, size_t size);
/* Waits until something has been typed. */
void consfront_wait(void);
/* Waits until the backend has taken everything: before the end of a domain. */
void consfront_flush(void);

#endif
