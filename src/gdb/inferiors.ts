/**
 * GDB's processes and threads: process 1 is the hypervisor (or the kernel, natively), process N + 2 is domain N; a domain's vCPU V is its
 * thread V + 1. As with other servers of many processes, a client is shown those that it has attached to, since GDB asks for the
 * target description of no others. Names only; registers and memory of a thread are elsewhere.
 */
import type { AddressSpace } from '../hypervisor/types';
import type { DebugEngine, Frame, ThreadInfo } from '../debugger/types';

/** `pid` 1 or N + 2, `tid` from 1. */
export interface GdbThread {
  readonly pid: number;
  readonly tid: number;
}

export const HYPERVISOR: GdbThread = { pid: 1, tid: 1 };
const FIRST_DOMAIN = 2;

export const sameThread = (left: GdbThread, right: GdbThread): boolean =>
  left.pid === right.pid && left.tid === right.tid;

/** `p1.1`, as in packets. */
export const formatThread = ({ pid, tid }: GdbThread): string => `p${pid.toString(16)}.${tid.toString(16)}`;

/** Of `p2.1`, `p2.-1`, `2`; numbers may be 0 (any) and -1 (all). Undefined for anything else. */
export function parseThread(text: string): GdbThread | undefined {
  const match = /^(?:p(-1|[0-9a-f]{1,8})(?:\.(-1|[0-9a-f]{1,8}))?|(-1|[0-9a-f]{1,8}))$/i.exec(text);
  if (!match) return undefined;
  const number = (digits: string | undefined, missing: number) =>
    digits === undefined ? missing : parseInt(digits, 16);
  if (match[3] !== undefined) return { pid: HYPERVISOR.pid, tid: number(match[3], 0) };
  return { pid: number(match[1], 0), tid: number(match[2], -1) };
}

export const domainOf = ({ pid }: GdbThread): number | undefined =>
  pid >= FIRST_DOMAIN ? pid - FIRST_DOMAIN : undefined;

export function spaceOf(thread: GdbThread): AddressSpace {
  const domainId = domainOf(thread);
  return domainId === undefined ? { kind: 'xen' } : { kind: 'domain', domainId };
}

const ofDomain = ({ domainId = 0, vcpuId = 0 }: ThreadInfo): GdbThread => ({
  pid: domainId + FIRST_DOMAIN,
  tid: vcpuId + 1,
});

/** The engine's thread behind one of GDB's; the hypervisor's is whichever has the CPU. Undefined when it has ended. */
export function engineThread(engine: DebugEngine, thread: GdbThread): ThreadInfo | undefined {
  const threads = engine.threads();
  if (domainOf(thread) === undefined) return threads.find(({ running }) => running);
  return threads.find((each) => each.domainId !== undefined && sameThread(ofDomain(each), thread));
}

/**
 * Where a thread stands, as its own debugger would see it: a domain's in its guest code, whatever the hypervisor does for it meanwhile;
 * the hypervisor's nowhere while a guest executes.
 */
export function frameOf(engine: DebugEngine, thread: GdbThread): Frame | undefined {
  const behind = engineThread(engine, thread);
  if (!behind) return undefined;
  const stack = engine.stack(behind.id);
  if (domainOf(thread) !== undefined) return stack.find(({ kind }) => kind === 'guestKernel' || kind === 'guestUser');
  const [top] = stack;
  return top?.kind === 'hypervisor' || top?.kind === 'native' ? top : undefined;
}

/** Who executes, attached to or not. */
function whoExecutes(engine: DebugEngine): GdbThread {
  const running = engine.threads().find((thread) => thread.running);
  const [top] = running ? engine.stack(running.id) : [];
  const inGuest = top?.kind === 'guestKernel' || top?.kind === 'guestUser';
  return running?.domainId !== undefined && inGuest ? ofDomain(running) : HYPERVISOR;
}

/** `Domain-1 (running)`, for `info threads`. */
export function describeThread(engine: DebugEngine, thread: GdbThread): string {
  const behind = engineThread(engine, thread);
  if (domainOf(thread) !== undefined) return behind ? `${behind.name} (${behind.state})` : 'does not exist now';
  return whoExecutes(engine).pid === HYPERVISOR.pid ? 'hypervisor' : 'hypervisor (a guest executes)';
}

export class Inferiors {
  private readonly attached = new Set([HYPERVISOR.pid]);

  constructor(
    private readonly engine: DebugEngine,
    /** Of the launch configuration: they can be attached to before the hypervisor has made them. */
    private readonly configuredDomains: number,
  ) {}

  /** False when there is no such process. */
  attach(pid: number): boolean {
    const exists =
      pid === HYPERVISOR.pid ||
      pid - FIRST_DOMAIN < this.configuredDomains ||
      this.ofDomains().some((each) => each.pid === pid);
    if (pid >= HYPERVISOR.pid && exists) this.attached.add(pid);
    return pid >= HYPERVISOR.pid && exists;
  }

  /** Whether any is left. */
  detach(pid: number): boolean {
    this.attached.delete(pid);
    return this.attached.size > 0;
  }

  /** The threads of all that is attached to; a process always has one. */
  list(): readonly GdbThread[] {
    const domains = this.ofDomains();
    return [...this.attached]
      .sort((left, right) => left - right)
      .flatMap((pid) => {
        const own = domains.filter((each) => each.pid === pid);
        return own.length > 0 ? own : [{ pid, tid: 1 }];
      });
  }

  /** Whom a stop belongs to: who executes, or another where the client does not know it. */
  executing(): GdbThread {
    const now = whoExecutes(this.engine);
    return this.attached.has(now.pid) ? now : (this.list()[0] ?? HYPERVISOR);
  }

  /** The thread that a packet names; -1 and 0 leave the choice. Undefined when there is none. */
  find(text: string): GdbThread | undefined {
    const wanted = parseThread(text);
    if (!wanted) return undefined;
    const current = this.executing();
    const pid = wanted.pid <= 0 ? current.pid : wanted.pid;
    const inProcess = this.list().filter((each) => each.pid === pid);
    if (wanted.tid <= 0) return pid === current.pid ? current : inProcess[0];
    return inProcess.find((each) => sameThread(each, { pid, tid: wanted.tid }));
  }

  private ofDomains(): readonly GdbThread[] {
    return this.engine.threads().flatMap((thread) => (thread.domainId === undefined ? [] : [ofDomain(thread)]));
  }
}
