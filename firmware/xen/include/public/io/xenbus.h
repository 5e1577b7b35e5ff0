/* SPDX-License-Identifier: MIT
 *
 * The states through which the two halves of a split driver go. Each writes its own to "state" in its directory and
 * watches the other's.
 */
#ifndef __XEN_PUBLIC_IO_XENBUS_H__
#define __XEN_PUBLIC_IO_XENBUS_H__

enum xenbus_state {
    XenbusStateUnknown = 0,
    XenbusStateInitialising = 1,
    XenbusStateInitWait = 2,        /* the backend: waits for the frontend's ring and port */
    XenbusStateInitialised = 3,     /* the frontend: they are written */
    XenbusStateConnected = 4,
    XenbusStateClosing = 5,
    XenbusStateClosed = 6
};
typedef enum xenbus_state XenbusState;

#endif
