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
    0xe9: [ACKNOWLEDGE, 0, 2, 100], // status: stream mode off, 4 counts per mm, 100 samples per second
    0xea: [ACKNOWLEDGE], // stream mode
    0xeb: [ACKNOWLEDGE, 0, 0, 0], // read data: no buttons, no movement
    0xf0: [ACKNOWLEDGE], // remote mode
    0xf2: [ACKNOWLEDGE, 0], // identify
    0xf3: [ACKNOWLEDGE], // sample rate
    0xf4: [ACKNOWLEDGE], // enable
    0xf5: [ACKNOWLEDGE], // disable
    0xf6: [ACKNOWLEDGE], // defaults
    0xff: [ACKNOWLEDGE, SELF_TEST_PASSED, 0], // reset
  },
};

/** The answer to a byte of the host, and whether the byte after it is a parameter. */
export function ps2Answer(
  kind: Ps2Kind,
  byte: number,
  isParameter: boolean,
): { readonly answer: readonly number[]; readonly parameterFollows: boolean } {
  if (isParameter) return { answer: [ACKNOWLEDGE], parameterFollows: false };
  return { answer: ANSWERS[kind][byte] ?? [RESEND], parameterFollows: WITH_PARAMETER[kind].includes(byte) };
}
