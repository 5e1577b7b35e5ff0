/**
 * What every device is to the board, and the dispatch that turns a register table and handlers into one.
 * A device's state is plain data in `state`; behaviour keeps nothing beside it, so a snapshot is a copy.
 */

import type { AccessSize, DeviceHost } from '../bus';
import type { DeviceInput, DisplayImage } from '../types';
import {
  type DeviceTable,
  type ReadableName,
  type ReadEffectName,
  type RegisterMap,
  registersByOffset,
  type WritableName,
} from './registerTable';

/** What a device asks of the board it sits on. */
export interface DeviceContext {
  readonly host: DeviceHost;
  /** The name the board gives this instance, such as "goldfish_tty.0"; diagnostics begin with it. */
  readonly instance: string;
  /** Drives output line `index` of the device; the board description says where the line leads. */
  setLine(index: number, level: boolean): void;
  /** One sentence for the user about a harmless misuse. The board reports each `key` of an instance once. */
  diagnose(key: string, text: string): void;
  /** Another device of this board by instance name, for devices that are wired to each other. */
  peer(instance: string): Device | undefined;
  /** All devices in registration order, for devices that enumerate the board. */
  board(): readonly BoardDevice[];
}

/** How a device sits on its board: what enumeration and device views show. */
export interface BoardDevice {
  readonly instance: string;
  /** Distinguishes instances of one device; -1 for the only one. */
  readonly id: number;
  readonly base: number;
  /** First input of the board's interrupt controller that the device drives; undefined when it drives none. */
  readonly irq: number | undefined;
  readonly irqCount: number;
  readonly device: Device;
}

export interface Device {
  readonly table: DeviceTable;
  /** An aligned or unaligned access at byte `offset` of the window. An unknown offset reads 0 and gives a diagnostic. */
  read(offset: number, size: AccessSize): number;
  write(offset: number, size: AccessSize, value: number): void;
  /** What a read would give, without its side effects; undefined where nothing readable stands. For debuggers. */
  peek(offset: number): number | undefined;
  /** Absolute tick at which the device wants `service`; Infinity for never. */
  readonly nextEventTicks: number;
  service(): void;
  /** Plain structured-cloneable state, and back. */
  capture(): unknown;
  restore(state: unknown): void;
  /** One sentence about why a captured state cannot be restored here; undefined when it can. */
  mismatch?(state: unknown): string | undefined;
  /** Level of input line `line`; only interrupt controllers and devices that others drive have inputs. */
  setInput?(line: number, level: boolean): void;
  /** Bytes from outside; only serial ports have this, numbered in registration order. */
  receive?(bytes: Uint8Array): void;
  /** Input other than serial bytes: whether the device takes it, and taking it. */
  readonly input?: DeviceInputHandler;
  /** What it shows, for displays. No side effects. */
  display?(): Omit<DisplayImage, 'instance'> | undefined;
}

/** How a device takes input from outside that is not serial bytes. */
export interface DeviceInputHandler {
  accepts(input: DeviceInput): boolean;
  accept(input: DeviceInput): void;
}

export type ReadHandler = (index: number, size: AccessSize) => number;
export type WriteHandler = (value: number, index: number, size: AccessSize) => void;

/**
 * A device's behaviour by register name. `read` says the value and changes nothing (so `peek` may use it);
 * `afterRead` does what reading changes, after the value was taken.
 */
export interface DeviceHandlers<Registers extends RegisterMap, State extends object> {
  readonly read: Record<ReadableName<Registers>, ReadHandler>;
  readonly afterRead: Record<ReadEffectName<Registers>, (index: number) => void>;
  readonly write: Record<WritableName<Registers>, WriteHandler>;
  /** Absolute tick of the next event, from the state. Left out by devices that never act on their own. */
  nextEventTicks?(state: State): number;
  service?(): void;
  setInput?(line: number, level: boolean): void;
  receive?(bytes: Uint8Array): void;
  readonly input?: DeviceInputHandler;
  display?(): Omit<DisplayImage, 'instance'> | undefined;
  /** Contents too large to be copied into every snapshot, such as a disk: they capture and restore themselves. */
  readonly contents?: DeviceContents;
}

/** State that shares what has not changed with the snapshots before; what it captures is never written again. */
export interface DeviceContents {
  capture(): unknown;
  restore(saved: unknown): void;
  /** In words what is different, for "The snapshot of X was made with ..."; undefined when it fits. */
  mismatch(saved: unknown): string | undefined;
}

const hex = (value: number) => `0x${value.toString(16)}`;

/** Joins a table, the device's state (mutated in place by the handlers) and its behaviour. */
export function createDevice<Registers extends RegisterMap, State extends object>(
  table: DeviceTable<Registers>,
  state: State,
  context: DeviceContext,
  handlers: DeviceHandlers<Registers, State>,
): Device {
  const readable = registersByOffset(table, 'r');
  const writable = registersByOffset(table, 'w');
  const reads = handlers.read as Record<string, ReadHandler>;
  const effects = handlers.afterRead as Record<string, (index: number) => void>;
  const writes = handlers.write as Record<string, WriteHandler>;

  return {
    table,
    read(offset, size) {
      const register = readable.get(offset);
      if (register === undefined) {
        context.diagnose(
          `read ${offset}`,
          `${context.instance}: no readable register at offset ${hex(offset)}; read as 0.`,
        );
        return 0;
      }
      const value = reads[register.name](register.index, size);
      effects[register.name]?.(register.index);
      return size === 4 ? value >>> 0 : size === 2 ? value & 0xffff : value & 0xff;
    },
    write(offset, size, value) {
      const register = writable.get(offset);
      if (register === undefined) {
        context.diagnose(
          `write ${offset}`,
          `${context.instance}: no writable register at offset ${hex(offset)}; ${hex(value >>> 0)} was dropped.`,
        );
        return;
      }
      writes[register.name](
        size === 4 ? value >>> 0 : size === 2 ? value & 0xffff : value & 0xff,
        register.index,
        size,
      );
    },
    peek(offset) {
      const register = readable.get(offset);
      return register === undefined ? undefined : reads[register.name](register.index, 4) >>> 0;
    },
    get nextEventTicks() {
      return handlers.nextEventTicks?.(state) ?? Infinity;
    },
    service: () => handlers.service?.(),
    capture: () => {
      const copy = structuredClone(state);
      return handlers.contents ? { registers: copy, contents: handlers.contents.capture() } : copy;
    },
    restore(saved) {
      const { contents } = handlers;
      const parts = contents ? (saved as { registers: State; contents: unknown }) : undefined;
      Object.assign(state, structuredClone(parts ? parts.registers : saved));
      contents?.restore(parts?.contents);
    },
    mismatch(saved) {
      const { contents } = handlers;
      const difference = contents?.mismatch((saved as { contents: unknown }).contents);
      return difference && `The snapshot of ${context.instance} was made with ${difference}.`;
    },
    ...(handlers.setInput && { setInput: handlers.setInput }),
    ...(handlers.receive && { receive: handlers.receive }),
    ...(handlers.input && { input: handlers.input }),
    ...(handlers.display && { display: handlers.display }),
  };
}
