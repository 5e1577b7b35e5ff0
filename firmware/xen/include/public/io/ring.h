/* SPDX-License-Identifier: MIT
 *
 * The I/O ring of split drivers: one page, shared by a frontend and a backend, in which requests go one way and responses come
 * back in the same places. Names and layout are those of Xen 3.
 *
 *        rsp_cons          rsp_prod      req_cons          req_prod
 *           |   responses     |  at work    |   requests      |
 *   --------+-----------------+-------------+-----------------+------- indices only grow; a place is index modulo size
 *       (frontend's)     (shared)      (backend's)        (shared)
 *
 * Each side keeps its consumer index and a private copy of its producer index to itself, so that the other can spoil neither. A producer
 * fills places behind its private index and then publishes them with PUSH. A consumer says by `event` from which index on it
 * wants an event: PUSH tells its caller whether to send one. Before it goes to sleep a consumer asks FINAL_CHECK, which sets `event` and
 * looks once more: what was pushed between the last look and the sleep is then not slept through.
 *
 * A backend trusts nothing here. It copies a request out of the ring before it looks at it (RING_COPY_REQUEST), since the guest may
 * change it meanwhile, and ends the connection when RING_REQUEST_PROD_OVERFLOW says that the indices cannot be.
 */
#ifndef __XEN_PUBLIC_IO_RING_H__
#define __XEN_PUBLIC_IO_RING_H__

#include <stdint.h>

typedef uint32_t RING_IDX;

/* One CPU, and the hypervisor cleans the cache at every switch of domains: only the compiler must not reorder. */
#define RING_BARRIER() __asm__ volatile("" ::: "memory")

/* Bytes of a ring's page before its places. */
#define RING_HEADER_BYTES 64

/*
 * struct NAME_sring (shared), NAME_front_ring and NAME_back_ring (private) for these types of requests and responses.
 */
#define DEFINE_RING_TYPES(name, request_t, response_t)                                        \
    union name##_sring_entry {                                                                \
        request_t req;                                                                        \
        response_t rsp;                                                                       \
    };                                                                                        \
    struct name##_sring {                                                                     \
        volatile RING_IDX req_prod, req_event;                                                \
        volatile RING_IDX rsp_prod, rsp_event;                                                \
        uint8_t pad[RING_HEADER_BYTES - 4 * sizeof(RING_IDX)];                                \
        union name##_sring_entry ring[];                                                      \
    };                                                                                        \
    typedef struct name##_sring name##_sring_t;                                               \
    typedef struct {                                                                          \
        RING_IDX req_prod_pvt;      /* requests written, perhaps not yet published */         \
        RING_IDX rsp_cons;          /* responses taken */                                     \
        RING_IDX nr_ents;                                                                     \
        name##_sring_t *sring;                                                                \
    } name##_front_ring_t;                                                                    \
    typedef struct {                                                                          \
        RING_IDX rsp_prod_pvt;      /* responses written, perhaps not yet published */        \
        RING_IDX req_cons;          /* requests taken */                                      \
        RING_IDX nr_ents;                                                                     \
        name##_sring_t *sring;                                                                \
    } name##_back_ring_t

/* Places in a ring of this many bytes: the largest power of two that fits. */
#define RING_FIT_(sring_t, bytes, n) (sizeof(((sring_t *)0)->ring[0]) * (n) <= (bytes) - RING_HEADER_BYTES)
#define __RING_SIZE(sring, bytes)                                                             \
    ((RING_IDX)(RING_FIT_(__typeof__(*(sring)), bytes, 256)  ? 256                            \
                : RING_FIT_(__typeof__(*(sring)), bytes, 128) ? 128                           \
                : RING_FIT_(__typeof__(*(sring)), bytes, 64)  ? 64                            \
                : RING_FIT_(__typeof__(*(sring)), bytes, 32)  ? 32                            \
                : RING_FIT_(__typeof__(*(sring)), bytes, 16)  ? 16                            \
                                                              : 8))

/* The frontend, on a fresh page: nothing in it, and an event wanted for the first of everything. */
#define SHARED_RING_INIT(s)                                                                   \
    do {                                                                                      \
        (s)->req_prod = (s)->rsp_prod = 0;                                                    \
        (s)->req_event = (s)->rsp_event = 1;                                                  \
    } while (0)

#define FRONT_RING_INIT(r, s, bytes)                                                          \
    do {                                                                                      \
        (r)->req_prod_pvt = (r)->rsp_cons = 0;                                                \
        (r)->nr_ents = __RING_SIZE(s, bytes);                                                 \
        (r)->sring = (s);                                                                     \
    } while (0)

#define BACK_RING_INIT(r, s, bytes)                                                           \
    do {                                                                                      \
        (r)->rsp_prod_pvt = (r)->req_cons = 0;                                                \
        (r)->nr_ents = __RING_SIZE(s, bytes);                                                 \
        (r)->sring = (s);                                                                     \
    } while (0)

#define RING_SIZE(r) ((r)->nr_ents)
/* Requests that the frontend may still write. */
#define RING_FREE_REQUESTS(r) (RING_SIZE(r) - ((r)->req_prod_pvt - (r)->rsp_cons))
#define RING_FULL(r) (RING_FREE_REQUESTS(r) == 0)

#define RING_GET_REQUEST(r, index)  (&(r)->sring->ring[(index) & (RING_SIZE(r) - 1)].req)
#define RING_GET_RESPONSE(r, index) (&(r)->sring->ring[(index) & (RING_SIZE(r) - 1)].rsp)
/* What a side looks at is its own copy. */
#define RING_COPY_REQUEST(r, index, copy)                                                     \
    do {                                                                                      \
        *(copy) = *(volatile __typeof__(*(copy)) *)RING_GET_REQUEST(r, index);                \
        RING_BARRIER();                                                                       \
    } while (0)
#define RING_COPY_RESPONSE(r, index, copy)                                                    \
    do {                                                                                      \
        *(copy) = *(volatile __typeof__(*(copy)) *)RING_GET_RESPONSE(r, index);               \
        RING_BARRIER();                                                                       \
    } while (0)

/* The backend: more requests than there are places for, or fewer than have been taken. */
#define RING_REQUEST_PROD_OVERFLOW(r, prod) ((RING_IDX)((prod) - (r)->rsp_prod_pvt) > RING_SIZE(r))
/* The frontend: more responses than there were requests. */
#define RING_RESPONSE_PROD_OVERFLOW(r, prod) ((RING_IDX)((prod) - (r)->rsp_cons) > (r)->req_prod_pvt - (r)->rsp_cons)

#define RING_HAS_UNCONSUMED_REQUESTS(r)  ((r)->sring->req_prod != (r)->req_cons)
#define RING_HAS_UNCONSUMED_RESPONSES(r) ((r)->sring->rsp_prod != (r)->rsp_cons)

/* Publishes; notify = the other side waits for an event at one of these. Indices wrap: only differences count. */
#define RING_PUSH_(shared_prod, shared_event, private_prod, notify)                           \
    do {                                                                                      \
        RING_IDX old_ = (shared_prod), new_ = (private_prod);                                 \
        RING_BARRIER();                                                                       \
        (shared_prod) = new_;                                                                 \
        RING_BARRIER();                                                                       \
        (notify) = (RING_IDX)(new_ - (shared_event)) < (RING_IDX)(new_ - old_);               \
    } while (0)
#define RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(r, notify)                                        \
    RING_PUSH_((r)->sring->req_prod, (r)->sring->req_event, (r)->req_prod_pvt, notify)
#define RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(r, notify)                                       \
    RING_PUSH_((r)->sring->rsp_prod, (r)->sring->rsp_event, (r)->rsp_prod_pvt, notify)

#define RING_FINAL_CHECK_FOR_REQUESTS(r, work)                                                \
    do {                                                                                      \
        (work) = RING_HAS_UNCONSUMED_REQUESTS(r);                                             \
        if (work)                                                                             \
            break;                                                                            \
        (r)->sring->req_event = (r)->req_cons + 1;                                            \
        RING_BARRIER();                                                                       \
        (work) = RING_HAS_UNCONSUMED_REQUESTS(r);                                             \
    } while (0)
#define RING_FINAL_CHECK_FOR_RESPONSES(r, work)                                               \
    do {                                                                                      \
        (work) = RING_HAS_UNCONSUMED_RESPONSES(r);                                            \
        if (work)                                                                             \
            break;                                                                            \
        (r)->sring->rsp_event = (r)->rsp_cons + 1;                                            \
        RING_BARRIER();                                                                       \
        (work) = RING_HAS_UNCONSUMED_RESPONSES(r);                                            \
    } while (0)

#endif
