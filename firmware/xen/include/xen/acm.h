/* SPDX-License-Identifier: MIT
 *
 * Access control inside the hypervisor. (security/policy.c: the policy; hooks.c: decisions at the hypercall; log.c: what was
 * decided; limits.c: resource limits; verify.c: signed images)
 */
#ifndef __XEN_ACM_H__
#define __XEN_ACM_H__

#include <xen/timer.h>
#include <xen/types.h>
#include <public/acm.h>

struct domain;
struct vcpu;

/* Not 0 while a policy is loaded. process_hypercalls (hypercalls.S) reads it. */
extern unsigned long acm_active;

/* What the hypervisor keeps of a domain for access control. All 0 without a policy. */
struct acm_domain {
    uint8_t type;
    bool parked;                /* has used up a limit and waits; counts in pause_count */
    uint8_t told;               /* limits that the console has been told of, as bits */
    uint32_t hypercalls, events;    /* since window_start */
    s_time_t window_start;
    s_time_t cpu_start;         /* of the present period of its CPU share */
    uint64_t cpu_before;        /* its CPU time then */
    struct timer timer;         /* ends the waiting */
};

/* security/policy.c */
void acm_load_policy(unsigned long start, unsigned long bytes, unsigned long ram_bytes);
const struct acm_policy_header *acm_policy(void);
const struct acm_type *acm_type(unsigned int type);
const struct acm_vector *acm_vector(unsigned int source, unsigned int target);
const struct acm_key *acm_key(unsigned int number);
/* The type of a domain of the boot loader's (by number and name), or of one that Domain-0 creates (by ssidref, 0 = default). */
bool acm_type_of_module(domid_t id, const char *name, uint8_t *type);
bool acm_type_of_ssidref(uint32_t ssidref, uint8_t *type);

/* security/hooks.c: 0, or the error that the hypercall answers. */
long acm_check_hypercall(unsigned long number, const unsigned long *arguments);
/* The rest of a batch, after others may have changed it (preempted, softirq.h); r0-r2 as if it were a call of its own. */
long acm_check_again(unsigned long number, unsigned long r0, unsigned long r1, unsigned long r2);

/* security/limits.c */
void acm_init_limits(struct vcpu *v);
void acm_count_hypercall(struct domain *d);
void acm_count_event(struct domain *d);
bool acm_port_allowed(const struct domain *d, unsigned int port);
bool acm_grant_allowed(const struct domain *d, unsigned long handle);
/* From schedule(): before the scheduler chooses, and of what it has chosen. */
void acm_charge_cpu(struct vcpu *v, s_time_t now);
s_time_t acm_limit_slice(const struct vcpu *v, s_time_t slice, s_time_t now);

/* security/verify.c: NULL, or why the image may not become a domain of this type. */
const char *acm_verify_image(uint8_t type, domid_t id, const char *name, const uint8_t *image, unsigned long bytes);
/* The same for an image that Domain-0 has written into the memory of d. */
const char *acm_verify_created(const struct domain *d, const uint8_t *image, unsigned long bytes);

/* security/log.c */
void acm_log(struct domain *source, domid_t target, uint8_t target_type, unsigned int object_class, uint32_t permission,
             uint32_t hypercall, bool granted);

#endif
