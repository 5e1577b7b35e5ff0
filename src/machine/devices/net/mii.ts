/**
 * The serial management interface of an Ethernet PHY (IEEE 802.3 clause 22), driven bit by bit, with the PHY of the LAN91C111 at its
 * end: always linked at 100 Mbit/s, full duplex. State is the caller's plain data.
 */

/** Where a management frame stands. */
export interface MiiState {
  /** Ones since the last zero, up to 32: the preamble. */
  preamble: number;
  /** Bits after the preamble, and how many. */
  shift: number;
  bits: number;
  /** What the PHY drives, 18 bits with the turnaround, and how many have been clocked out; -1: it listens. */
  output: number;
  outputBits: number;
  /** The control register, the only one that is kept. */
  control: number;
}

export const newMiiState = (): MiiState => ({
  preamble: 0,
  shift: 0,
  bits: 0,
  output: 0,
  outputBits: -1,
  control: 0x3000,
});

const PREAMBLE_BITS = 32;
/** Start, operation, PHY and register. */
const COMMAND_BITS = 14;
const OUTPUT_BITS = 18;
const WRITE_BITS = COMMAND_BITS + OUTPUT_BITS;
const START_READ = 0b0110;
const START_WRITE = 0b0101;
const PHY_ADDRESS = 0;
const CONTROL_RESET = 0x8000;
const CONTROL_RESTART_NEGOTIATION = 0x0200;

/** Registers 1-5 and 18: status, identifiers, advertised, partner, and the chip's own status output. */
const REGISTERS: Readonly<Record<number, number>> = {
  1: 0x782d,
  2: 0x0016,
  3: 0xf840,
  4: 0x01e1,
  5: 0x45e1,
  18: 0x00c0,
};

/** A rising clock edge with the level of the data line, when the controller drives it. */
export function clockMii(mii: MiiState, driven: boolean, level: number): void {
  if (mii.outputBits >= 0) {
    mii.outputBits++;
    if (mii.outputBits >= OUTPUT_BITS) mii.outputBits = -1;
    return;
  }
  if (!driven) return;
  if (mii.bits === 0 && level === 1) {
    mii.preamble = Math.min(PREAMBLE_BITS, mii.preamble + 1);
    return;
  }
  if (mii.bits === 0 && mii.preamble < PREAMBLE_BITS) {
    mii.preamble = 0;
    return;
  }
  mii.shift = ((mii.shift << 1) | level) >>> 0;
  mii.bits++;
  if (mii.bits === COMMAND_BITS) command(mii);
  else if (mii.bits === WRITE_BITS) endWrite(mii);
}

/** The level that the controller sees: low while nobody drives it, as its pin has a pull-down. */
export function miiLevel({ output, outputBits }: MiiState): number {
  return outputBits < 0 ? 0 : (output >>> (OUTPUT_BITS - 1 - outputBits)) & 1;
}

function command(mii: MiiState): void {
  const start = mii.shift >>> 10;
  if (start === START_WRITE) return;
  const isOurs = ((mii.shift >>> 5) & 0x1f) === PHY_ADDRESS;
  const register = mii.shift & 0x1f;
  if (start === START_READ) {
    // For another PHY nobody drives the line.
    mii.output = isOurs ? (register === 0 ? mii.control : (REGISTERS[register] ?? 0)) : 0;
    mii.outputBits = 0;
  }
  endFrame(mii);
}

function endWrite(mii: MiiState): void {
  // All 32 bits: start, operation, PHY (27-23), register (22-18), turnaround, data.
  const isOurs = ((mii.shift >>> 23) & 0x1f) === PHY_ADDRESS;
  const register = (mii.shift >>> 18) & 0x1f;
  if (isOurs && register === 0) mii.control = mii.shift & 0xffff & ~(CONTROL_RESET | CONTROL_RESTART_NEGOTIATION);
  endFrame(mii);
}

function endFrame(mii: MiiState): void {
  mii.preamble = 0;
  mii.shift = 0;
  mii.bits = 0;
}
