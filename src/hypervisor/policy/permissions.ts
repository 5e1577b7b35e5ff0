/**
 * The permissions of access control as data: classes and bits (those of 2008 where that release has them), what a rule's target can
 * be, and what each lets a domain do. The compiler, `policy explain` and the documentation read it; a test holds it against the
 * firmware's include/public/acm-list.h.
 */

/** `self`: the calling domain's own type; `domain`: any domain's; `xen`: the hypervisor. */
export type PermissionTarget = 'self' | 'domain' | 'xen';

export interface Permission {
  readonly className: string;
  readonly classNumber: number;
  readonly name: string;
  /** One bit of the class's word. */
  readonly bit: number;
  readonly target: PermissionTarget;
  readonly text: string;
}

const permission = (
  className: string,
  classNumber: number,
  name: string,
  bit: number,
  target: PermissionTarget,
  text: string,
): Permission => ({ className, classNumber, name, bit, target, text });

export const PERMISSIONS: readonly Permission[] = [
  permission('dom0', 1, 'pause', 0x00000002, 'domain', 'dom0_op pausedomain'),
  permission('dom0', 1, 'unpause', 0x00000004, 'domain', 'dom0_op unpausedomain'),
  permission('dom0', 1, 'create', 0x00000008, 'domain', 'dom0_op createdomain, with the type that ssidref names'),
  permission('dom0', 1, 'destroy', 0x00000010, 'domain', 'dom0_op destroydomain'),
  permission('dom0', 1, 'shutdown', 0x00000020, 'self', 'stop itself'),
  permission('dom0', 1, 'info', 0x00000040, 'domain', 'dom0_op getdomaininfo'),
  permission(
    'dom0',
    1,
    'image',
    0x00000080,
    'domain',
    'dom0_op guest_image_ctl: give a domain its memory and its image',
  ),
  permission('dom0', 1, 'build', 0x00000100, 'domain', 'map frames of a domain that has not started'),
  permission('dom0', 1, 'maxmem', 0x00000200, 'domain', 'dom0_op setdomainmaxmem'),
  permission('dom0', 1, 'list', 0x00000400, 'xen', 'dom0_op getdomaininfolist: all domains at once'),
  permission('dom0', 1, 'physinfo', 0x00000800, 'xen', 'dom0_op physinfo'),
  permission('vcpu', 2, 'control', 0x00000001, 'self', 'start and stop its vCPU'),
  permission('vcpu', 2, 'info', 0x00000020, 'self', 'ask for its state'),
  permission('sched', 3, 'control', 0x00000001, 'xen', 'dom0_op schedctl: parameters of the scheduler'),
  permission('sched', 3, 'adjust', 0x00000004, 'domain', 'dom0_op adjustdom: parameters of a domain'),
  permission('sched', 3, 'id', 0x00000008, 'xen', 'dom0_op sched_id'),
  permission('sched', 3, 'yield', 0x00000100, 'self', 'yield, block and poll'),
  permission('core', 4, 'callbacks', 0x00000001, 'self', 'register the callbacks for upcalls'),
  permission('core', 4, 'restore', 0x00000002, 'self', 'return from an upcall'),
  permission('core', 4, 'version', 0x00000004, 'xen', 'ask for version and features'),
  permission('core', 4, 'multicall', 0x00000008, 'self', 'several hypercalls in one; each is checked by itself too'),
  permission('core', 4, 'assist', 0x00000010, 'self', 'vm_assist, and dummy'),
  permission('console', 7, 'read', 0x00000001, 'xen', 'what is typed at the console'),
  permission('console', 7, 'write', 0x00000002, 'xen', 'print'),
  permission('time', 9, 'get', 0x00000001, 'xen', 'get_system_time'),
  permission('time', 9, 'set', 0x00000002, 'xen', 'dom0_op settime: the calendar time of all domains'),
  permission('time', 9, 'timer', 0x00000004, 'self', 'its one-shot timer'),
  permission('pirq', 10, 'control', 0x00000001, 'self', 'open its interrupt lines again when it has served them'),
  permission('pirq', 10, 'query', 0x00000004, 'self', 'ask about interrupt lines'),
  permission('pirq', 10, 'bind', 0x00000010, 'self', 'get a physical interrupt by an event channel'),
  permission('pirq', 10, 'hid', 0x00000020, 'xen', 'mark a line as human input and say who is in the foreground'),
  permission('virq', 11, 'bind', 0x00000002, 'self', 'get a virtual interrupt by an event channel'),
  permission('event', 12, 'control', 0x00000001, 'self', 'close, unmask, bind_ipi and bind_vcpu of its own channels'),
  permission('event', 12, 'status', 0x00000002, 'domain', 'look at a channel'),
  permission('event', 12, 'alloc', 0x00000004, 'domain', 'offer a channel to a domain'),
  permission('event', 12, 'bind', 0x10000000, 'domain', 'bind to a channel that a domain offers'),
  permission('event', 12, 'send', 0x20000000, 'domain', 'send an event to a domain'),
  permission('grant', 13, 'setup', 0x00000001, 'self', 'have a grant table'),
  permission('grant', 13, 'dump', 0x00000002, 'domain', 'print a grant table'),
  permission('grant', 13, 'unmap', 0x00000004, 'self', 'undo its mappings'),
  permission('grant', 13, 'transfer', 0x10000000, 'domain', 'give frames to a domain'),
  permission('grant', 13, 'map', 0x40000000, 'domain', 'map frames that a domain grants'),
  permission('memory', 15, 'query', 0x00000002, 'domain', 'ask for reservations'),
  permission('memory', 15, 'increase', 0x00000008, 'self', 'more frames'),
  permission('memory', 15, 'decrease', 0x00000010, 'self', 'give frames back'),
  permission('memory', 15, 'update', 0x00000100, 'self', 'change its page tables'),
  permission('memory', 15, 'pin', 0x00000200, 'self', 'pin page tables and change the base'),
  permission('memory', 15, 'flush', 0x00000400, 'self', 'TLB and cache maintenance'),
  permission(
    'memory',
    15,
    'map_foreign',
    0x00000800,
    'domain',
    'map frames of a running domain that it has not granted',
  ),
  permission('acm', 16, 'policy', 0x00000001, 'xen', 'acm_op getpolicy and getssid'),
  permission('acm', 16, 'log', 0x00000002, 'xen', 'acm_op getlog'),
];

export const permissionText = ({ className, name }: Permission): string => `${className}:${name}`;

export const CLASS_NAMES: readonly string[] = [...new Set(PERMISSIONS.map(({ className }) => className))];
