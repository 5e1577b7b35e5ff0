/**
 * The SMSC LAN91C111 Ethernet controller: four packets of 2 KB, sent and received at once. What it sends goes to the outside as {frame}
 * and to the stub network (net/userNet.ts), whose answer it receives; {frame} comes in. Registers: smc91c111Registers.ts.
 *
 * It works byte by byte: a wider access is its bytes from the lowest on, as on the chip, whose side effects are those of bytes.
 */

import type { AccessSize } from '../bus';
import type { DeviceInput } from '../types';
import type { Device, DeviceContext } from './device';
import { clockMii, miiLevel, newMiiState } from './net/mii';
import { userNetReply } from './net/userNet';
import { BANK_STRIDE, smc91c111Table } from './smc91c111Registers';

const PACKETS = 4;
const PACKET_BYTES = 2048;
const NONE = 0x80;
const BANK_SELECT = 0xe;
const WINDOW = 0x10;
/** Status, byte count, and the control byte with the one beside it. */
const OVERHEAD = 6;
const MIN_FRAME = 60;
const MAX_FRAME = 1518;

const Tcr = { TXENA: 0x1, PAD_EN: 0x80 } as const;
const Rcr = { PRMS: 0x2, ALMUL: 0x4, RXEN: 0x100, STRIP_CRC: 0x200, SOFT_RST: 0x8000 } as const;
const Interrupt = { RCV: 1, TX: 2, TX_EMPTY: 4, ALLOC: 8, RX_OVRN: 16 } as const;
const Acknowledged = Interrupt.TX_EMPTY | Interrupt.RX_OVRN;
const Pointer = { BYTE: 0x7ff, AUTO_INCR: 0x40, RCV: 0x80 } as const;
const AUTO_RELEASE = 0x0800;
const ODD = 0x20;
const RX_STATUS = { MULTICAST: 0x0001, ODD_FRAME: 0x1000, BROADCAST: 0x4000 } as const;
const EPH_STATUS = { TX_SUC: 1, LINK_OK: 0x4000 } as const;
const Mgmt = { MDO: 1, MDI: 2, MCLK: 4, MDOE: 8 } as const;

export const DEFAULT_MAC: readonly number[] = [0x52, 0x54, 0x00, 0x12, 0x34, 0x56];

/** Registers that are only kept, by the place of their first byte, with their values after a reset. */
const KEPT: readonly (readonly [place: number, reset: readonly number[]])[] = [
  [0x000, [0, 0]],
  [0x004, [0, 0]],
  [0x00a, [0, 0]],
  [0x100, [0xb1, 0xa0, 0, 0]],
  [0x10a, [0, 0, 0x10, 0x12]],
  [0x206, [0, 0]],
  [0x300, [0, 0, 0, 0, 0, 0, 0, 0]],
  [0x308, [0x30, 0x33]],
  [0x30c, [0x1f, 0x33]],
];
const ADDRESS = 0x104;

interface State {
  bank: number;
  /** Bytes of the registers that keep what is written, by bank * 0x100 + offset. */
  kept: Uint8Array;
  memory: Uint8Array;
  /** Which packets are in use. */
  allocated: boolean[];
  packetNumber: number;
  allocationResult: number;
  waitingForMemory: boolean;
  /** Packets that have come, that were sent and not released, that are to be sent once the transmitter is on. */
  received: number[];
  sent: number[];
  toSend: number[];
  interrupts: number;
  mask: number;
  lastSent: boolean;
  mii: ReturnType<typeof newMiiState>;
}

function newState(mac: readonly number[]): State {
  const kept = new Uint8Array(4 * BANK_STRIDE);
  for (const [place, reset] of KEPT) kept.set(reset, place);
  kept.set(mac, ADDRESS);
  return {
    bank: 0,
    kept,
    memory: new Uint8Array(PACKETS * PACKET_BYTES),
    allocated: Array.from({ length: PACKETS }, () => false),
    packetNumber: 0,
    allocationResult: NONE,
    waitingForMemory: false,
    received: [],
    sent: [],
    toSend: [],
    interrupts: Interrupt.TX_EMPTY,
    mask: 0,
    lastSent: false,
    mii: newMiiState(),
  };
}

/** Output line 0: a condition that is let through has come up. */
export function createSmc91c111(context: DeviceContext, mac: readonly number[] = DEFAULT_MAC): Device {
  const state = newState(mac);
  const keptWord = (place: number): number => state.kept[place]! | (state.kept[place + 1]! << 8);
  const tcr = (): number => keptWord(0x000);
  const rcr = (): number => keptWord(0x004);

  const status = (): number =>
    state.interrupts |
    (state.received.length > 0 ? Interrupt.RCV : 0) |
    (state.sent.length > 0 ? Interrupt.TX : 0) |
    (state.allocationResult < NONE ? Interrupt.ALLOC : 0);
  const updateLine = (): void => context.setLine(0, (status() & state.mask) !== 0);

  // ------------------------------------------------------------------------------------------------ packet memory

  function allocate(): number {
    const free = state.allocated.indexOf(false);
    if (free < 0) return NONE;
    state.allocated[free] = true;
    return free;
  }

  function release(packet: number): void {
    if (packet >= PACKETS) return;
    state.allocated[packet] = false;
    if (!state.waitingForMemory) return;
    state.waitingForMemory = false;
    state.allocationResult = allocate();
  }

  function command(value: number): void {
    switch (value >>> 5) {
      case 1:
        state.allocationResult = allocate();
        state.waitingForMemory = state.allocationResult === NONE;
        break;
      case 2:
        state.allocated.fill(false);
        state.received = [];
        state.sent = [];
        state.toSend = [];
        state.allocationResult = NONE;
        state.waitingForMemory = false;
        break;
      case 3:
        state.received.shift();
        break;
      case 4:
        release(state.received.shift() ?? NONE);
        break;
      case 5:
        release(state.packetNumber);
        break;
      case 6:
        if (state.packetNumber < PACKETS && state.toSend.length < PACKETS) state.toSend.push(state.packetNumber);
        send();
        break;
      case 7:
        state.sent = [];
        state.toSend = [];
        break;
    }
  }

  // -------------------------------------------------------------------------------------------------- transmitting

  function send(): void {
    while ((tcr() & Tcr.TXENA) !== 0 && state.toSend.length > 0) {
      const packet = state.toSend.shift()!;
      const frame = frameOf(packet);
      if (keptWord(0x10c) & AUTO_RELEASE) release(packet);
      else state.sent.push(packet);
      state.lastSent = frame !== undefined;
      state.interrupts |= Interrupt.TX_EMPTY;
      if (frame === undefined) {
        context.diagnose('length', `${context.instance}: a packet whose byte count makes no sense was dropped.`);
        continue;
      }
      context.host.deviceOutput(context.instance, { frame });
      const reply = userNetReply(frame);
      if (reply !== undefined) receive(reply);
    }
  }

  /** The frame in a packet to be sent: its byte count says where the control byte is, and that whether the last byte counts. */
  function frameOf(packet: number): Uint8Array | undefined {
    const bytes = state.memory.subarray(packet * PACKET_BYTES, (packet + 1) * PACKET_BYTES);
    const count = (bytes[2]! | (bytes[3]! << 8)) & 0x7fe;
    if (count < OVERHEAD || count > PACKET_BYTES) return undefined;
    const length = count - OVERHEAD + ((bytes[count - 1]! & ODD) !== 0 ? 1 : 0);
    const padded = (tcr() & Tcr.PAD_EN) !== 0 ? Math.max(MIN_FRAME, length) : length;
    const frame = new Uint8Array(padded);
    frame.set(bytes.subarray(4, 4 + length));
    return frame;
  }

  // ----------------------------------------------------------------------------------------------------- receiving

  const isBroadcast = (frame: Uint8Array): boolean => frame.subarray(0, 6).every((byte) => byte === 0xff);

  function isForUs(frame: Uint8Array): boolean {
    if ((rcr() & Rcr.PRMS) !== 0 || isBroadcast(frame)) return true;
    if ((frame[0]! & 1) !== 0) return (rcr() & Rcr.ALMUL) !== 0 || isInHashTable(frame);
    return frame.subarray(0, 6).every((byte, index) => byte === state.kept[ADDRESS + index]);
  }

  /** The six most significant bits of the CRC choose a bit of the table. */
  function isInHashTable(frame: Uint8Array): boolean {
    const hash = reversed(crc32(frame.subarray(0, 6))) & 0x3f;
    return ((state.kept[0x300 + (hash >>> 3)]! >>> (hash & 7)) & 1) !== 0;
  }

  function receive(frame: Uint8Array): void {
    // An echo is as long as its request, which may have filled a packet: with the CRC it would not fit into one.
    if (frame.length > MAX_FRAME) return;
    if ((rcr() & Rcr.RXEN) === 0 || !isForUs(frame)) return;
    const packet = allocate();
    if (packet === NONE) {
      state.interrupts |= Interrupt.RX_OVRN;
      return;
    }
    const padded = new Uint8Array(Math.max(MIN_FRAME, frame.length));
    padded.set(frame);
    const crc = crc32(padded);
    const kept = (rcr() & Rcr.STRIP_CRC) !== 0 ? [] : [crc, crc >>> 8, crc >>> 16, crc >>> 24];
    const data = Uint8Array.from([...padded, ...kept]);
    const odd = data.length & 1;
    const flags =
      (odd ? RX_STATUS.ODD_FRAME : 0) |
      (isBroadcast(frame) ? RX_STATUS.BROADCAST : (frame[0]! & 1) !== 0 ? RX_STATUS.MULTICAST : 0);
    const count = OVERHEAD + data.length - odd;
    const at = packet * PACKET_BYTES;
    state.memory.set([flags & 0xff, flags >>> 8, count & 0xff, count >>> 8], at);
    state.memory.set(data, at + 4);
    state.memory[at + count - 1] = odd ? ODD : 0;
    state.received.push(packet);
  }

  // ------------------------------------------------------------------------------------------------------- registers

  /** Where DATA reads or writes now. */
  function dataPlace(lane: number): number | undefined {
    const pointer = keptWord(0x206);
    const packet = (state.kept[0x207]! & Pointer.RCV) !== 0 ? state.received[0] : state.packetNumber;
    if (packet === undefined || packet >= PACKETS) return undefined;
    const moves = (state.kept[0x207]! & Pointer.AUTO_INCR) !== 0;
    return packet * PACKET_BYTES + ((pointer + (moves ? 0 : lane)) & Pointer.BYTE);
  }

  function movePointer(): void {
    if ((state.kept[0x207]! & Pointer.AUTO_INCR) === 0) return;
    const next = (keptWord(0x206) + 1) & Pointer.BYTE;
    state.kept[0x206] = next & 0xff;
    state.kept[0x207] = (state.kept[0x207]! & ~(Pointer.BYTE >>> 8)) | (next >>> 8);
  }

  /** Without side effects. `place` is bank * 0x100 + offset. */
  function peekByte(place: number): number {
    const free = state.allocated.filter((used) => !used).length;
    switch (place) {
      case 0x002:
        return state.lastSent ? EPH_STATUS.TX_SUC : 0;
      case 0x003:
        return EPH_STATUS.LINK_OK >>> 8;
      case 0x008:
        return PACKETS;
      case 0x009:
        return free;
      case 0x202:
        return state.packetNumber;
      case 0x203:
        return state.allocationResult;
      case 0x204:
        return state.sent[0] ?? NONE;
      case 0x205:
        return state.received[0] ?? NONE;
      case 0x208:
      case 0x209:
      case 0x20a:
      case 0x20b:
        return state.memory[dataPlace(place - 0x208) ?? -1] ?? 0;
      case 0x20c:
        return status();
      case 0x20d:
        return state.mask;
      case 0x308:
        return (state.kept[place]! & ~Mgmt.MDI) | (miiLevel(state.mii) ? Mgmt.MDI : 0);
      case 0x30a:
        return 0x91;
      case 0x30b:
        return 0x33;
      default:
        return state.kept[place] ?? 0;
    }
  }

  function readByte(place: number): number {
    const value = peekByte(place);
    if (place >= 0x208 && place <= 0x20b) movePointer();
    return value;
  }

  const keeps = (place: number): boolean =>
    KEPT.some(([first, reset]) => place >= first && place < first + reset.length) ||
    (place >= ADDRESS && place < ADDRESS + 6);

  function writeByte(place: number, value: number): void {
    const before = state.kept[place]!;
    if (keeps(place)) state.kept[place] = value;
    switch (place) {
      case 0x000:
        send();
        break;
      case 0x005:
        if ((value & (Rcr.SOFT_RST >>> 8)) !== 0)
          Object.assign(state, newState([...state.kept.subarray(ADDRESS, ADDRESS + 6)]));
        break;
      case 0x10c:
        state.kept[place] = value & ~3;
        break;
      case 0x200:
        command(value);
        break;
      case 0x202:
        state.packetNumber = value & 0x3f;
        break;
      case 0x208:
      case 0x209:
      case 0x20a:
      case 0x20b: {
        const to = dataPlace(place - 0x208);
        if (to !== undefined) state.memory[to] = value;
        movePointer();
        break;
      }
      case 0x20c:
        state.interrupts &= ~(value & Acknowledged);
        if ((value & Interrupt.TX) !== 0) state.sent.shift();
        break;
      case 0x20d:
        state.mask = value;
        break;
      case 0x308:
        manage(before, value);
        break;
    }
  }

  /** The PHY takes and gives a bit at each rising edge of its clock. */
  function manage(before: number, value: number): void {
    const rises = (value & ~before & Mgmt.MCLK) !== 0;
    if (rises) clockMii(state.mii, (value & Mgmt.MDOE) !== 0, value & Mgmt.MDO);
  }

  const bankPlace = (offset: number): number => (state.bank & 3) * BANK_STRIDE + offset;

  return {
    table: smc91c111Table,
    read(offset, size: AccessSize) {
      let value = 0;
      for (let lane = 0; lane < size; lane++) value += readLane(offset + lane) * 2 ** (8 * lane);
      updateLine();
      return value;
    },
    write(offset, size: AccessSize, value) {
      // A word at 0xC writes the bank select only, not the registers beside it (data sheet, BANK SELECT).
      const first = size === 4 && offset === BANK_SELECT - 2 ? 2 : 0;
      for (let lane = first; lane < size; lane++) writeLane(offset + lane, (value >>> (8 * lane)) & 0xff);
      updateLine();
    },
    /** Two bytes, as the registers are declared: offsets beyond the window name a bank. */
    peek(offset) {
      if (offset === BANK_SELECT) return 0x3300 | state.bank;
      const inBank = offset % BANK_STRIDE;
      if (offset >= 4 * BANK_STRIDE || inBank >= BANK_SELECT || inBank % 2 !== 0) return undefined;
      return peekByte(offset) | (peekByte(offset + 1) << 8);
    },
    nextEventTicks: Infinity,
    service: () => {},
    capture: () => structuredClone(state),
    restore(saved) {
      Object.assign(state, structuredClone(saved));
    },
    input: {
      accepts: ({ frame, ...rest }: DeviceInput) =>
        frame instanceof Uint8Array &&
        frame.length >= 14 &&
        frame.length <= MAX_FRAME &&
        Object.keys(rest).length === 0,
      accept({ frame }: DeviceInput) {
        receive(frame as Uint8Array);
        updateLine();
      },
    },
  };

  function readLane(offset: number): number {
    if (offset >= WINDOW) {
      context.diagnose('window', `${context.instance}: the chip has ${WINDOW} bytes; an access beyond them reads 0.`);
      return 0;
    }
    if (offset === BANK_SELECT) return state.bank;
    return offset === BANK_SELECT + 1 ? 0x33 : readByte(bankPlace(offset));
  }

  function writeLane(offset: number, value: number): void {
    if (offset === BANK_SELECT) state.bank = value & 7;
    else if (offset < BANK_SELECT && state.bank < 4) writeByte(bankPlace(offset), value);
    else if (offset >= WINDOW) {
      context.diagnose(
        'window',
        `${context.instance}: the chip has ${WINDOW} bytes; an access beyond them is dropped.`,
      );
    }
  }
}

/** The CRC of Ethernet (IEEE 802.3 3.2.9), bit by bit: frames are few. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** The six bits that the chip uses of a CRC, the most significant first. */
function reversed(crc: number): number {
  let value = 0;
  for (let bit = 0; bit < 6; bit++) value = (value << 1) | ((~crc >>> bit) & 1);
  return value;
}
