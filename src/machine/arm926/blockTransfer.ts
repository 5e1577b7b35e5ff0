/**
 * LDM and STM (ARM DDI 0100 A5.4), with the user-bank and exception-return forms. Precise on an abort: no register has
 * changed, and the base is as it was; an STM has stored the words before the one that aborted.
 */
import type { Core } from './core';
import { TLB_ENTRIES, TLB_ENTRY_WORDS, Word } from './layout';
import { Mode, currentMode, registerWord } from './modes';

const P = 0x1000000;
const U = 0x800000;
const CARET = 0x400000;
const W = 0x200000;

const POPCOUNT = new Uint8Array(256);
for (let i = 1; i < 256; i++) POPCOUNT[i] = POPCOUNT[i >> 1]! + (i & 1);

export function registerCount(list: number): number {
  return POPCOUNT[list & 0xff]! + POPCOUNT[(list >>> 8) & 0xff]!;
}

const loaded = new Int32Array(16);

/**
 * Bytes moved. An empty list is UNPREDICTABLE; the ARM926 (like all ARM9 cores) then moves no register and steps the
 * base by 64.
 */
function span(list: number): number {
  return list === 0 ? 64 : 4 * registerCount(list);
}

function lowestAddress(op: number, base: number, bytes: number): number {
  if ((op & U) !== 0) return (op & P) !== 0 ? base + 4 : base;
  return (op & P) !== 0 ? base - bytes : base - bytes + 4;
}

/**
 * Place in the memory of `bytes` from an address on, when the TLB lets all of them be read (`tag` 0) or written (1) as they are, within
 * a page; else -1, and each word goes its own way.
 */
function direct({ s, ram: { words } }: Core, address: number, bytes: number, tag: 0 | 1): number {
  if ((address & 0xfff) + bytes > 0x1000) return -1;
  const entry = s[Word.TLB_BANK]! + ((address >>> 12) & (TLB_ENTRIES - 1)) * TLB_ENTRY_WORDS;
  return words[entry + tag] === (address & 0xfffff000) ? (address + words[entry + 2]!) >>> 2 : -1;
}

export function loadMultiple(core: Core, op: number): void {
  const { s, memory } = core;
  const n = (op >>> 16) & 15;
  const list = op & 0xffff;
  const base = s[n]!;
  const bytes = span(list);
  let address = lowestAddress(op, base, bytes) | 0;
  if ((address & 3) !== 0) memory.checkAlignment(address);
  address &= ~3;
  let place = direct(core, address, bytes, 0);
  for (let r = 0, rest = list; rest !== 0; r++, rest >>>= 1) {
    if ((rest & 1) === 0) continue;
    if (place >= 0) {
      loaded[r] = core.ram.words[place++]!;
      continue;
    }
    loaded[r] = memory.load32(address);
    address = (address + 4) | 0;
  }
  // A base in the list is loaded after the write-back, so the loaded value stays (UNPREDICTABLE with W).
  if ((op & W) !== 0 && n !== 15) s[n] = (op & U) !== 0 ? base + bytes : base - bytes;
  const userBank = (op & CARET) !== 0 && (list & 0x8000) === 0;
  for (let r = 0; r < 15; r++) {
    if ((list & (1 << r)) === 0) continue;
    s[userBank ? registerWord(s, r, Mode.USR) : r] = loaded[r]!;
  }
  if ((list & 0x8000) === 0) return;
  if ((op & CARET) !== 0) {
    core.restoreCpsr();
    core.branch(loaded[15]!);
  } else {
    core.branchExchange(loaded[15]!);
  }
}

export function storeMultiple(core: Core, op: number): void {
  const { s, memory } = core;
  const n = (op >>> 16) & 15;
  const list = op & 0xffff;
  const base = s[n]!;
  const bytes = span(list);
  const end = ((op & U) !== 0 ? base + bytes : base - bytes) | 0;
  let address = lowestAddress(op, base, bytes) | 0;
  if ((address & 3) !== 0) memory.checkAlignment(address);
  address &= ~3;
  const userBank = (op & CARET) !== 0 && currentMode(s) !== Mode.USR;
  let first = true;
  let place = direct(core, address, bytes, 1);
  for (let r = 0; r < 16; r++) {
    if ((list & (1 << r)) === 0) continue;
    let value = r === 15 ? s[15]! + 4 : s[userBank ? registerWord(s, r, Mode.USR) : r]!;
    // The base is stored as it was only when it comes first; later it has been written back already (ARM DDI 0100 A4.1.97).
    if (r === n && !first && (op & W) !== 0 && !userBank) value = end;
    first = false;
    if (place >= 0) {
      core.ram.words[place++] = value;
      continue;
    }
    memory.store32(address, value);
    address = (address + 4) | 0;
  }
  if ((op & W) !== 0 && n !== 15) s[n] = end;
}

/** Thumb LDMIA: no write-back when the base is in the list (ARM DDI 0100 A7.1.26). */
export function thumbLoadMultiple(core: Core, op: number): void {
  const base = (op >>> 8) & 7;
  const list = op & 0xff;
  const inList = (list & (1 << base)) !== 0;
  loadMultiple(core, (inList ? 0x08900000 : 0x08b00000) | (base << 16) | list);
}
