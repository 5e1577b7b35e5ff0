/**
 * An SD memory card as its host controller talks to it (SD Physical Layer Simplified Specification 2.00): identification,
 * registers, and which commands move data. It knows no controller registers; goldfishMmc.ts is one.
 */

import type { ImageStore } from './imageStore';

export const SD_BLOCK_BYTES = 512;

/** Bits of the card status (4.10.1) and the states in its bits 12:9. */
const STATUS_APP_COMMAND = 1 << 5;
const STATUS_READY_FOR_DATA = 1 << 8;
const STATE_SHIFT = 9;
const CardState = { IDLE: 0, READY: 1, IDENTIFICATION: 2, STANDBY: 3, TRANSFER: 4 } as const;

/** Powered up, 2.7-3.6 V (5.1); bit 30 says that addresses count blocks. */
const OCR = 0x80ff_8000;
const OCR_HIGH_CAPACITY = 0x4000_0000;
const HIGH_CAPACITY_ABOVE_BYTES = 2 ** 31;

const RELATIVE_ADDRESS = 0xe118;
/** Largest C_SIZE_MULT and C_SIZE of a version 1 CSD (5.3.2). */
const MAX_SIZE_MULTIPLIER = 7;
const MAX_SIZE = 0xfff;
const HIGH_CAPACITY_UNIT = 512 * 1024;

/** What a card keeps; plain data for the controller's state. */
export interface SdCardState {
  state: number;
  /** The next command is an application command. */
  appCommand: boolean;
  selected: boolean;
}

export const newSdCardState = (): SdCardState => ({ state: CardState.IDLE, appCommand: false, selected: false });

/** What a command does on the data lines. `offset` is in bytes from the start of the card. */
export type DataPhase =
  | { readonly kind: 'registers'; readonly bytes: Uint8Array }
  | { readonly kind: 'read' | 'write'; readonly offset: number };

/** A card's answer: response words, the most significant last as the controller's registers have them, or no answer. */
export interface CardAnswer {
  readonly response: readonly number[];
  readonly data?: DataPhase;
}

type Command = (argument: number) => CardAnswer | undefined;

/** Values with how many bits each takes, most significant first. */
type Fields = readonly (readonly [value: number | bigint, bits: number])[];

/** The 128 bits of a register. */
function register128(fields: Fields): bigint {
  return fields.reduce((value, [field, bits]) => (value << BigInt(bits)) | BigInt.asUintN(bits, BigInt(field)), 0n);
}

const words = (value: bigint): number[] =>
  [0n, 32n, 64n, 96n].map((shift) => Number(BigInt.asUintN(32, value >> shift)));

/** CID (5.2); a CRC that nobody can see on a controller is 0. */
const CID = register128([
  [0xaa, 8],
  [0x4156, 16], // OEM "AV"
  [0x41564d5344n, 40], // product "AVMSD"
  [0x10, 8],
  [0x0001_0203, 32],
  [0, 4],
  [(8 << 4) | 9, 12], // September 2008
  [1, 8],
]);

/** CSD version 1 (5.3.2) or 2 (5.3.3): the fields differ from the block length on. */
function csd(byteLength: number): bigint {
  const head = (version: number): Fields => [
    [version, 2],
    [0, 6],
    [0x26, 8],
    [0, 8],
    [0x32, 8],
    [0x5b5, 12],
  ];
  // ERASE_BLK_EN, SECTOR_SIZE, write protection, R2W_FACTOR, WRITE_BL_LEN, WRITE_BL_PARTIAL, file format, CRC, 1.
  const tail: Fields = [
    [1, 1],
    [31, 7],
    [0, 10],
    [2, 3],
    [9, 4],
    [0, 6],
    [0, 8],
    [1, 8],
  ];
  if (byteLength > HIGH_CAPACITY_ABOVE_BYTES) {
    const size = Math.floor(byteLength / HIGH_CAPACITY_UNIT) - 1;
    return register128([...head(1), [9, 4], [0, 4], [0, 6], [size, 22], [0, 1], ...tail]);
  }
  // The smallest unit that can count the card, so that as little as possible of its end is lost.
  let lengthExponent = 9;
  let multiplier = 0;
  const unit = () => 2 ** (lengthExponent + multiplier + 2);
  while (byteLength / unit() > MAX_SIZE + 1) {
    if (multiplier < MAX_SIZE_MULTIPLIER) multiplier++;
    else lengthExponent++;
  }
  const size = Math.max(0, Math.floor(byteLength / unit()) - 1);
  return register128([
    ...head(0),
    [lengthExponent, 4],
    [0b1000, 4],
    [0, 2],
    [size, 12],
    [0, 12], // currents
    [multiplier, 3],
    ...tail,
  ]);
}

/** SCR (5.6): version 1.10 or 2.00 cards with a bus of 1 or 4 bits. */
const SCR = Uint8Array.of(0x02, 0x25, 0, 0, 0, 0, 0, 0);

/** Status of the switch function (4.3.10.4): each of the six groups has only its default function, and that is in use. */
const SWITCH_STATUS = (() => {
  const bytes = new Uint8Array(64);
  bytes[1] = 1; // mA
  for (let group = 0; group < 6; group++) bytes[3 + 2 * group] = 1;
  return bytes;
})();

export class SdCard {
  readonly highCapacity: boolean;
  private readonly csd: bigint;

  constructor(
    readonly store: ImageStore,
    /** The card's state, wherever its controller keeps it: a restored snapshot brings another object. */
    private readonly stateNow: () => SdCardState,
  ) {
    this.highCapacity = store.byteLength > HIGH_CAPACITY_ABOVE_BYTES;
    this.csd = csd(store.byteLength);
  }

  private get state(): SdCardState {
    return this.stateNow();
  }

  private status(): number {
    const appCommand = this.state.appCommand ? STATUS_APP_COMMAND : 0;
    return (this.state.state << STATE_SHIFT) | STATUS_READY_FOR_DATA | appCommand;
  }

  private addressed(argument: number): boolean {
    return argument >>> 16 === RELATIVE_ADDRESS;
  }

  private readonly r1 = (): CardAnswer => ({ response: [this.status()] });

  private transfer(kind: 'read' | 'write', argument: number): CardAnswer {
    return { ...this.r1(), data: { kind, offset: this.highCapacity ? argument * SD_BLOCK_BYTES : argument } };
  }

  private registers(bytes: Uint8Array): CardAnswer {
    return { ...this.r1(), data: { kind: 'registers', bytes } };
  }

  private enter(state: number): void {
    this.state.state = state;
  }

  /** Commands by number (4.7.4). A command that is not here has no answer, as of a card that does not know it. */
  private readonly commands: Readonly<Record<number, Command>> = {
    0: () => {
      Object.assign(this.state, newSdCardState());
      return { response: [] };
    },
    2: () => {
      this.enter(CardState.IDENTIFICATION);
      return { response: words(CID) };
    },
    3: () => {
      this.enter(CardState.STANDBY);
      return { response: [((RELATIVE_ADDRESS << 16) | (this.status() & 0xffff)) >>> 0] };
    },
    6: () => this.registers(SWITCH_STATUS),
    7: (argument) => {
      this.state.selected = this.addressed(argument);
      this.enter(this.state.selected ? CardState.TRANSFER : CardState.STANDBY);
      return this.r1();
    },
    8: (argument) => ({ response: [argument & 0xfff] }),
    9: () => ({ response: words(this.csd) }),
    10: () => ({ response: words(CID) }),
    12: this.r1,
    13: this.r1,
    15: () => ({ response: [] }),
    16: this.r1,
    17: (argument) => this.transfer('read', argument),
    18: (argument) => this.transfer('read', argument),
    24: (argument) => this.transfer('write', argument),
    25: (argument) => this.transfer('write', argument),
    55: () => {
      this.state.appCommand = true;
      return this.r1();
    },
  };

  /** Application commands, after command 55. */
  private readonly appCommands: Readonly<Record<number, Command>> = {
    6: this.r1,
    13: () => this.registers(new Uint8Array(64)),
    22: () => this.registers(new Uint8Array(4)),
    41: () => {
      this.enter(CardState.READY);
      return { response: [(this.highCapacity ? OCR | OCR_HIGH_CAPACITY : OCR) >>> 0] };
    },
    42: this.r1,
    51: () => this.registers(SCR),
  };

  /** What the card does on a command; undefined when it does not answer. */
  command(opcode: number, argument: number): CardAnswer | undefined {
    const appCommand = this.state.appCommand ? this.appCommands[opcode] : undefined;
    const answer = (appCommand ?? this.commands[opcode])?.(argument);
    if (opcode !== 55) this.state.appCommand = false;
    return answer;
  }
}
