/**
 * What a trace notes, as one table: where in the hypervisor each kind of event passes, and what is read there. Reads registers and a few
 * words of memory, no stacks: an event has to be cheap.
 */
import { contextNamed } from '../../hypervisor/contexts';
import { describeResult } from '../../hypervisor/errorNumbers';
import { hypercallNumbered } from '../../hypervisor/hypercalls';
import { describeFsr } from '../registers/fields';
import type { Target } from '../target/target';

export type TraceKind = 'hypercall' | 'result' | 'upcall' | 'fault' | 'switch' | 'interrupt' | 'event' | 'dacr';

/** One event. Counts are of the machine since reset. */
export interface TraceEvent {
  readonly instruction: number;
  readonly tick: number;
  readonly kind: TraceKind;
  /** Whom it concerns; undefined while no domain is current. */
  readonly domainId: number | undefined;
  /** `console_io`, `data abort`, `Domain-1`. */
  readonly name: string;
  readonly values: Readonly<Record<string, number | string>>;
}

type Seen = Pick<TraceEvent, 'domainId' | 'name' | 'values'>;

/** Offset of the context number in the guest's frame, at which the hypervisor's stack pointer stands at its entries. */
const FRAME_CONTEXT = 68;
const FRAME_PC = 60;
const IDLE = 0x7fff;

export interface TraceRow {
  readonly kind: TraceKind;
  /** The first that the hypervisor has is where the event passes; none: it is not traced. */
  readonly symbols: readonly string[];
  /** Undefined when it turns out to be none. */
  readonly read: (scene: TraceScene) => Seen | undefined;
}

/** What can be seen of the machine at an event. */
export class TraceScene {
  constructor(readonly target: Target) {}

  register(index: number): number {
    return this.target.machine.cpu.getRegister(index);
  }

  /** Of the vCPU that the CPU works for. */
  get domainId(): number | undefined {
    return this.target.current()?.domainId;
  }

  word(address: number): number | undefined {
    const bytes = this.target.read({ kind: 'xen' }, address >>> 0, 4);
    return bytes && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  }

  domainOfVcpu(address: number): number | undefined {
    return this.target.hypervisor?.domainIdOfVcpu(address);
  }

  nameOf(domainId: number | undefined): string {
    return domainId === undefined || domainId >= IDLE ? 'idle' : this.target.domainName(domainId);
  }
}

const fault =
  (name: string, status: 'dfsr' | 'ifsr' | undefined): TraceRow['read'] =>
  (scene) => {
    const cp15 = scene.target.machine.cpu.getCp15();
    // At the entry r0 leads to the stub's three words: r0, pc, psr of the guest.
    const pc = scene.word(scene.register(0) + 4) ?? 0;
    const fsr = status === undefined ? 0 : cp15[status];
    const address = status === 'dfsr' ? cp15.far : pc;
    const values: TraceEvent['values'] = status === undefined ? { pc } : { pc, address, status: describeFsr(fsr) };
    return { domainId: scene.domainId, name, values };
  };

export const traceTable: readonly TraceRow[] = [
  {
    kind: 'hypercall',
    symbols: ['process_hypercalls'],
    read: (scene) => {
      const number = scene.register(7);
      const [r0, r1, r2, r3] = [0, 1, 2, 3].map((index) => scene.register(index));
      const name = hypercallNumbered(number)?.name ?? `hypercall ${number}`;
      return { domainId: scene.domainId, name, values: { number, r0: r0!, r1: r1!, r2: r2!, r3: r3! } };
    },
  },
  {
    kind: 'result',
    symbols: ['ret_from_hypercall'],
    read: (scene) => {
      const result = scene.register(0) | 0;
      return { domainId: scene.domainId, name: describeResult(result), values: { result } };
    },
  },
  {
    kind: 'upcall',
    symbols: ['do_upcall'],
    read: (scene) => {
      const sp = scene.register(13);
      const [context, pc] = [scene.word(sp + FRAME_CONTEXT) ?? 0, scene.word(sp + FRAME_PC) ?? 0];
      const name = contextNamed(context)?.label ?? `context ${context}`;
      return { domainId: scene.domainId, name, values: { interrupted: pc } };
    },
  },
  { kind: 'fault', symbols: ['__dabt_usr'], read: fault('data abort', 'dfsr') },
  { kind: 'fault', symbols: ['__pabt_usr'], read: fault('prefetch abort', 'ifsr') },
  { kind: 'fault', symbols: ['__und_usr'], read: fault('undefined instruction', undefined) },
  {
    kind: 'switch',
    symbols: ['context_switch', '__switch_to'],
    read: (scene) => {
      const [from, to] = [scene.domainOfVcpu(scene.register(0)), scene.domainOfVcpu(scene.register(1))];
      if (to === undefined) return undefined;
      const domainId = to >= IDLE ? undefined : to;
      return { domainId, name: scene.nameOf(to), values: { from: scene.nameOf(from), to: scene.nameOf(to) } };
    },
  },
  {
    kind: 'interrupt',
    symbols: ['asm_do_IRQ', 'do_IRQ'],
    read: (scene) => ({ domainId: scene.domainId, name: 'interrupt', values: {} }),
  },
  {
    kind: 'event',
    symbols: ['evtchn_set_pending'],
    read: (scene) => {
      const to = scene.domainOfVcpu(scene.register(0));
      const port = scene.register(1);
      return to === undefined
        ? undefined
        : { domainId: to, name: `port ${port}`, values: { port, from: scene.nameOf(scene.domainId) } };
    },
  },
];

/** At an instruction that writes the DACR; undefined when it writes what stands there. */
export function dacrWrite(scene: TraceScene): Seen | undefined {
  const word = scene.word(scene.register(15));
  if (word === undefined) return undefined;
  const [before, after] = [scene.target.machine.cpu.getCp15().dacr, scene.register((word >>> 12) & 15)];
  if (before === after) return undefined;
  return { domainId: scene.domainId, name: 'DACR', values: { before, after } };
}
