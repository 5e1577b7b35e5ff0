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

/** Of one grant table operation. */
export const GrantStatus = {
  okay: 0,
  general_error: -1,
  bad_domain: -2,
  bad_gntref: -3,
  bad_handle: -4,
  bad_virt_addr: -5,
  bad_dev_addr: -6,
  no_device_space: -7,
  permission_denied: -8,
} as const;

const L2_AP_KERNEL_ONLY = 0x550;

/** A second-level descriptor of a cached page: small, for virtual kernel mode unless other access bits are given. */
export const smallPage = (frame: number, access = L2_AP_KERNEL_ONLY): number => ((frame << 12) | access | 0xe) >>> 0;
