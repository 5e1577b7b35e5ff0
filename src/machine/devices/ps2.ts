/**
 * The PS/2 keyboard and mouse at the other end of a PL050: what they answer to the host's commands, byte by byte.
 * They send nothing on their own; nobody types or moves.
 */

export type Ps2Kind = 'keyboard' | 'mouse';

const ACKNOWLEDGE = 0xfa;
const RESEND = 0xfe;
const SELF_TEST_PASSED = 0xaa;

/** Commands that are followed by one parameter byte, which is acknowledged too. */
const WITH_PARAMETER: Readonly<Record<Ps2Kind, readonly number[]>> = {
  keyboard: [0xed, 0xf0, 0xf3],
  mouse: [0xe8, 0xf3],
};

const ANSWERS: Readonly<Record<Ps2Kind, Readonly<Record<number, readonly number[]>>>> = {
  keyboard: {
    0xed: [ACKNOWLEDGE], // LEDs
    0xee: [0xee], // echo
    0xf0: [ACKNOWLEDGE], // scan code set
    0xf2: [ACKNOWLEDGE, 0xab, 0x83], // identify
    0xf3: [ACKNOWLEDGE], // repeat rate
    0xf4: [ACKNOWLEDGE], // enable
    0xf5: [ACKNOWLEDGE], // defaults, disable
    0xf6: [ACKNOWLEDGE], // defaults
    0xff: [ACKNOWLEDGE, SELF_TEST_PASSED], // reset
  },
  mouse: {
    0xe6: [ACKNOWLEDGE], // scaling 1:1
    0xe7: [ACKNOWLEDGE], // scaling 2:1
    0xe8: [ACKNOWLEDGE], // resolution
    0xea: [ACKNOWLEDGE], // stream mode
    0xeb: [ACKNOWLEDGE, 0, 0, 0], // read data: no buttons, no movement
    0xf0: [ACKNOWLEDGE], // remote mode
    0xf3: [ACKNOWLEDGE], // sample rate
    0xf4: [ACKNOWLEDGE], // enable
    0xf5: [ACKNOWLEDGE], // disable
    0xf6: [ACKNOWLEDGE], // defaults
    0xff: [ACKNOWLEDGE, SELF_TEST_PASSED, 0], // reset
  },
};

/** What a mouse reports with its status: set by parameters, and by the reset to these. */
export interface Ps2Settings {
  /** The command whose parameter comes next; 0 when none does. */
  command: number;
  /** As a power of two, counts per mm. */
  resolution: number;
  samplesPerSecond: number;
  streaming: boolean;
  /** What it calls itself: 0 a plain mouse, 3 one with a wheel, 4 one with five buttons. */
  identity: number;
  /** The sample rates set last, the newest at the end: two sequences of three switch the wheel and the buttons on. */
  knocks: number[];
}

const WHEEL_KNOCK = '200,100,80';
const BUTTONS_KNOCK = '200,200,80';

export const ps2Defaults = (): Ps2Settings => ({
  command: 0,
  resolution: 2,
  samplesPerSecond: 100,
  streaming: false,
  identity: 0,
  knocks: [],
});

/** The answer to a byte from the host; changes `settings` as the byte says. */
export function ps2Answer(kind: Ps2Kind, byte: number, settings: Ps2Settings): readonly number[] {
  if (settings.command !== 0) {
    if (kind === 'mouse' && settings.command === 0xe8) settings.resolution = byte & 3;
    if (kind === 'mouse' && settings.command === 0xf3) setSampleRate(settings, byte);
    settings.command = 0;
    return [ACKNOWLEDGE];
  }
  if (WITH_PARAMETER[kind].includes(byte)) settings.command = byte;
  else if (byte === 0xf4) settings.streaming = true;
  else if (byte === 0xf5) settings.streaming = false;
  else if (byte === 0xf6 || byte === 0xff) Object.assign(settings, ps2Defaults());
  if (kind === 'mouse' && byte === 0xe9) {
    return [ACKNOWLEDGE, settings.streaming ? 0x20 : 0, settings.resolution, settings.samplesPerSecond];
  }
  if (kind === 'mouse' && byte === 0xf2) return [ACKNOWLEDGE, settings.identity];
  return ANSWERS[kind][byte] ?? [RESEND];
}

function setSampleRate(settings: Ps2Settings, samplesPerSecond: number): void {
  settings.samplesPerSecond = samplesPerSecond;
  settings.knocks = [...settings.knocks.slice(-2), samplesPerSecond];
  const knock = settings.knocks.join();
  if (knock === WHEEL_KNOCK) settings.identity = 3;
  if (knock === BUTTONS_KNOCK) settings.identity = 4;
}
