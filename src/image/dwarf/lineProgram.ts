/** Runs a line number program (DWARF 6.2.5) into rows. Bounded by the program's bytes: every opcode adds one row at most. */
import { Cursor } from '../cursor';
import type { Interval } from '../intervals';
import type { LineHeader } from './lineHeader';

/** A contiguous piece of code; its rows are those from `firstRow` up to `endRow`, by address. */
export interface LineSequence extends Interval {
  readonly firstRow: number;
  readonly endRow: number;
}

/** Rows as parallel arrays: a kernel has millions. */
export interface LineRows {
  readonly addresses: number[];
  readonly files: number[];
  readonly lines: number[];
  readonly columns: number[];
  readonly flags: number[];
  readonly sequences: LineSequence[];
}

/** Bits of `LineRows.flags`. */
export const IS_STATEMENT = 1;
export const PROLOGUE_END = 2;

const enum Opcode {
  extended = 0,
  copy = 1,
  advancePc = 2,
  advanceLine = 3,
  setFile = 4,
  setColumn = 5,
  negateStatement = 6,
  setBasicBlock = 7,
  constAddPc = 8,
  fixedAdvancePc = 9,
  setPrologueEnd = 10,
}

const enum Extended {
  endSequence = 1,
  setAddress = 2,
}

/** @param isCode drops sequences of functions that the linker discarded */
export function runLineProgram(
  bytes: Uint8Array,
  header: LineHeader,
  isCode: (low: number, high: number) => boolean,
): LineRows {
  const rows: LineRows = { addresses: [], files: [], lines: [], columns: [], flags: [], sequences: [] };
  const cursor = new Cursor(bytes, '.debug_line', header.programStart, header.end);
  let firstRow = 0;
  let address = 0;
  let file = 1;
  let line = 1;
  let column = 0;
  let isStatement = header.defaultIsStatement;
  let prologueEnd = false;

  const emit = () => {
    rows.addresses.push(address);
    rows.files.push(file);
    rows.lines.push(line);
    rows.columns.push(column);
    rows.flags.push((isStatement ? IS_STATEMENT : 0) | (prologueEnd ? PROLOGUE_END : 0));
    prologueEnd = false;
  };
  const endSequence = () => {
    const low = rows.addresses[firstRow];
    if (firstRow < rows.addresses.length && address > low && isCode(low, address)) {
      sortRows(rows, firstRow);
      rows.sequences.push({ low, high: address, firstRow, endRow: rows.addresses.length });
    } else {
      for (const list of [rows.addresses, rows.files, rows.lines, rows.columns, rows.flags]) list.length = firstRow;
    }
    firstRow = rows.addresses.length;
    address = 0;
    file = 1;
    line = 1;
    column = 0;
    isStatement = header.defaultIsStatement;
    prologueEnd = false;
  };

  while (!cursor.atEnd) {
    const opcode = cursor.u8();
    if (opcode >= header.opcodeBase) {
      const adjusted = opcode - header.opcodeBase;
      address = (address + Math.floor(adjusted / header.lineRange) * header.minimumInstructionBytes) >>> 0;
      line += header.lineBase + (adjusted % header.lineRange);
      emit();
      continue;
    }
    switch (opcode) {
      case Opcode.extended: {
        const operands = cursor.take(cursor.uleb());
        if (operands.atEnd) break;
        const extended = operands.u8();
        if (extended === Extended.endSequence) endSequence();
        else if (extended === Extended.setAddress) address = operands.unsigned(operands.end - operands.position) >>> 0;
        break;
      }
      case Opcode.copy:
        emit();
        break;
      case Opcode.advancePc:
        address = (address + cursor.uleb() * header.minimumInstructionBytes) >>> 0;
        break;
      case Opcode.advanceLine:
        line += cursor.sleb();
        break;
      case Opcode.setFile:
        file = cursor.uleb();
        break;
      case Opcode.setColumn:
        column = cursor.uleb();
        break;
      case Opcode.negateStatement:
        isStatement = !isStatement;
        break;
      case Opcode.setBasicBlock:
        break;
      case Opcode.constAddPc:
        address =
          (address + Math.floor((255 - header.opcodeBase) / header.lineRange) * header.minimumInstructionBytes) >>> 0;
        break;
      case Opcode.fixedAdvancePc:
        address = (address + cursor.u16()) >>> 0;
        break;
      case Opcode.setPrologueEnd:
        prologueEnd = true;
        break;
      default:
        for (let count = header.opcodeArguments[opcode - 1] ?? 0; count > 0; count--) cursor.uleb();
    }
  }
  // A last sequence without its end is damaged: how far its last row reaches is unknown.
  for (const list of [rows.addresses, rows.files, rows.lines, rows.columns, rows.flags]) list.length = firstRow;
  return rows;
}

/** DWARF wants the rows of a sequence by address; those of a damaged one are put in order, so that searches hold. */
function sortRows(rows: LineRows, firstRow: number): void {
  const { addresses } = rows;
  let ordered = true;
  for (let row = firstRow + 1; row < addresses.length && ordered; row++) ordered = addresses[row - 1] <= addresses[row];
  if (ordered) return;
  const order = Array.from({ length: addresses.length - firstRow }, (_, index) => firstRow + index);
  order.sort((a, b) => addresses[a] - addresses[b] || a - b);
  for (const list of [rows.addresses, rows.files, rows.lines, rows.columns, rows.flags]) {
    order.map((row) => list[row]).forEach((value, index) => (list[firstRow + index] = value));
  }
}
