/* SPDX-License-Identifier: MIT
 *
 * Domains and vCPUs. Debuggers find these structures by name; assembly finds fields by asm-arm/asm-offsets.h.
 */
#ifndef __XEN_SCHED_H__
#define __XEN_SCHED_H__

#include <xen/types.h>
#include <xen/acm.h>
#include <xen/grant_table.h>
#include <xen/timer.h>
#include <asm-arm/config.h>
#include <public/event_channel.h>
#include <public/sched.h>

#define IDLE_DOMAIN_ID      0x7FFF
#define DOMAIN_NAME_BYTES   32

#define EVTCHNS_PER_BUCKET  128     /* a page of channels is allocated when the first of its ports is */
#define NR_EVTCHN_BUCKETS   (NR_EVENT_CHANNELS / EVTCHNS_PER_BUCKET)

/* One end of an event channel. States as in evtchn_status, plus reserved for port 0. */
struct evtchn {
    uint8_t state;
    uint8_t virq;               /* or pirq */
    domid_t remote_domid;       /* unbound: who may bind; interdomain: the other end */
    uint16_t remote_port;
    uint16_t pad;
};
#define ECS_FREE            EVTCHNSTAT_closed
#define ECS_UNBOUND         EVTCHNSTAT_unbound
#define ECS_INTERDOMAIN     EVTCHNSTAT_interdomain
#define ECS_PIRQ            EVTCHNSTAT_pirq
#define ECS_VIRQ            EVTCHNSTAT_virq
#define ECS_IPI             EVTCHNSTAT_ipi
#define ECS_RESERVED        7

struct arch_vcpu {
    struct vcpu_guest_context guest_context;
    struct cpu_user_regs *guest_frame;  /* the 72-byte frame at the top of this vCPU's hypervisor stack */
    unsigned long guest_table;          /* machine address of its first-level page table */
};

/* What the scheduler in use (sched_*.c) keeps of a vCPU. */
struct sched_vcpu {
    struct vcpu *next;          /* in the run queue */
    s_time_t started;           /* when it was last given the CPU, or charged for it */
    bool queued;
    bool yielded;
    union {
        struct {
            int64_t avt;                /* actual virtual time: ns of CPU time, each counted mcu_advance times */
            uint32_t mcu_advance;
        } bvt;
        struct {
            s_time_t period, slice;
            s_time_t deadline;          /* end of the present period */
            s_time_t used;              /* of the slice, in this period */
            uint64_t extra_time;        /* ns had of what was left over, at equal weight */
            uint32_t weight;
            bool extratime;
            bool in_extra;              /* runs, or ran last, on what is left over */
        } sedf;
        struct {
            s_time_t credits;           /* ns */
            s_time_t used;              /* in this accounting period */
            uint32_t weight;
            uint32_t cap;               /* percent; 0 = none */
            bool boosted;
            bool parked;                /* has reached its cap */
            bool ran;                   /* since the last accounting */
        } credit;
    } u;
};

struct vcpu {
    int vcpu_id;
    int processor;
    struct vcpu_info *vcpu_info;        /* in shared_info, through the hypervisor's own uncached mapping */
    struct domain *domain;
    volatile unsigned long vcpu_flags;  /* VCPUF_* */
    unsigned long pause_count;
    struct arch_vcpu arch;
    struct sched_vcpu sched;
    uint64_t cpu_time;                  /* ns */
    uint16_t virq_to_evtchn[NR_VIRQS];
    struct timer timer;                 /* set_timer_op */
    struct timer poll_timer;
};

/* Bits of vcpu_flags: an enum and no macros, so that DWARF names them to a debugger. */
enum vcpu_flag {
    VCPUF_blocked = 1,  /* waits for an event */
    VCPUF_polling = 2,  /* blocked by SCHEDOP_poll: any pending port wakes it, masked or not */
    VCPUF_down    = 4,
    VCPUF_running = 8   /* has the CPU */
};

struct domain {
    domid_t domain_id;
    struct shared_info *shared_info;
    unsigned int tot_pages;
    unsigned int max_pages;
    struct domain *next_in_list;
    unsigned long domain_flags;         /* DOMF_* */
    unsigned int shutdown_code;         /* SHUTDOWN_*, with DOMF_shutdown */
    struct vcpu *vcpu[MAX_VIRT_CPUS];
    struct evtchn *evtchn[NR_EVTCHN_BUCKETS];
    struct grant_table grant_table;
    unsigned int spaces;                /* first-level tables; at most MAX_SPACES */
    unsigned long min_mfn;              /* its frames are min_mfn .. min_mfn + tot_pages - 1 */
    unsigned long shared_info_mfn;
    char name[DOMAIN_NAME_BYTES];
    /* What Domain-0 said when it created the domain, for its own use. */
    uint8_t handle[16];
    uint32_t ssidref;
    struct acm_domain acm;
    /* For start_info: pages of the domain and its ends of channels, 0 in domains that the boot loader described. */
    unsigned long store_mfn, console_mfn, store_port, console_port;
};

/* Bits of domain_flags. */
enum domain_flag {
    DOMF_privileged = 1,    /* Domain-0 */
    DOMF_shutdown   = 2,    /* has stopped itself */
    DOMF_crashed    = 4,    /* was stopped for a fault of its own */
    DOMF_paused     = 8,    /* by Domain-0 */
    DOMF_started    = 16    /* has been given an image and a first frame */
};

/* At the base of each hypervisor stack. */
struct cpu_info {
    struct vcpu *cur_vcpu;
    unsigned long saved_regs[2];
};

struct schedule_data {
    struct vcpu *curr;          /* has the CPU */
    struct vcpu *idle;
    struct timer s_timer;       /* end of curr's slice */
    struct timer tick_timer;    /* HZ, while curr is not idle */
    unsigned long tick;
};

extern struct domain *domain_list;      /* Domain-0 first */
extern struct schedule_data schedule_data[NR_CPUS];
extern struct domain idle_domain;
extern struct vcpu idle_vcpu;

static inline struct cpu_info *get_cpu_info(void)
{
    unsigned long sp;
    __asm__("mov %0, sp" : "=r"(sp));
    return (struct cpu_info *)(sp & ~(STACK_SIZE - 1UL));
}
#define current             (get_cpu_info()->cur_vcpu)
#define is_idle_vcpu(v)     ((v) == &idle_vcpu)
#define vcpu_runnable(v)    (((v)->vcpu_flags & (VCPUF_blocked | VCPUF_down)) == 0 && (v)->pause_count == 0)

/* common/domain.c */
struct domain *find_domain_by_id(domid_t id);
struct domain *domain_from(domid_t id);  /* the first of this id or a higher one */
struct domain *domain_create(domid_t id, const char *name);
void domain_append(struct domain *d);
void domain_start(struct domain *d);
domid_t free_domain_id(void);           /* MAX_DOMAINS when there is none */
void domain_pause_by_control(struct domain *d, bool pause);
void domain_destroy(struct domain *d);
void domain_discard(struct domain *d);
void domain_shutdown(struct domain *d, unsigned int reason);
void domain_crash(struct domain *d, const char *reason);
int evtchn_offer(struct domain *d, domid_t remote);
void send_guest_virq(struct vcpu *v, unsigned int virq);

/* common/schedule.c */
void scheduler_init(const char *name);  /* what sched= says, "" = the default */
void schedule(void);
void vcpu_sleep(struct vcpu *v);
void vcpu_wake(struct vcpu *v);
void vcpu_unblock(struct vcpu *v);
void idle_loop(void) __attribute__((noreturn));

/* common/event_channel.c */
void evtchn_set_pending(struct vcpu *v, unsigned int port);
void evtchn_close_all(struct domain *d);
struct domain *evtchn_other_end(struct domain *d, unsigned int port);
void evtchn_forget_domain(domid_t id);
void evtchn_destroy(struct domain *d);

/* common/physdev.c */
void pirq_interrupt(unsigned int irq);
long pirq_bindable(const struct domain *d, unsigned int irq, bool share);
void pirq_bind(struct domain *d, unsigned int irq, uint16_t port, bool share);
void pirq_unbind(const struct domain *d, unsigned int irq);
void pirq_forget_domain(domid_t id);

/* arch/arm/xen/arch_domain.c, entry.S, time.c */
void context_switch(struct vcpu *prev, struct vcpu *next);
void __switch_to(struct vcpu *prev, struct vcpu *next);
struct vcpu *alloc_vcpu_struct(struct domain *d);
void free_vcpu_struct(struct vcpu *v);
void update_vcpu_time(struct vcpu *v, s_time_t now);

#endif
