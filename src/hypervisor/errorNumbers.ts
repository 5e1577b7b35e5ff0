/** Error numbers of hypercalls: a negative result is one of them (Xen's public errno.h, which has Linux's numbers). */
export const ERROR_NUMBERS: Readonly<Record<string, number>> = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EIO: 5,
  E2BIG: 7,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  ENOSPC: 28,
  ENOSYS: 38,
};

/** `0`, `4`, `-EINVAL`, `-77`. */
export function describeResult(result: number): string {
  const name = Object.entries(ERROR_NUMBERS).find(([, number]) => number === -result)?.[0];
  return name ? `-${name}` : String(result);
}
