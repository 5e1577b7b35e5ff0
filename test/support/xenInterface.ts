/** Numbers of the guest interface that tests of the hypervisor use again and again (firmware/xen/include/public). */

export const Errno = {
  EPERM: -1,
  ENOENT: -2,
  ESRCH: -3,
  E2BIG: -7,
  ENOMEM: -12,
  EFAULT: -14,
  EBUSY: -16,
  EEXIST: -17,
  EINVAL: -22,
  ENOSPC: -28,
  ENOSYS: -38,
} as const;

export const DOMID_SELF = 0x7ff0;
